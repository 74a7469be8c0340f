"""The only reader of the environment. Secrets and addresses only: what a town may change stands in rows."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent

DEMO_CHANNEL_SECRET = "demo-channel-secret"  # noqa: S105 -- refused in production
DEMO_SESSION_SECRET = "demo-session-secret"  # noqa: S105 -- refused in production
DEMO_ACCESS_TOKEN = "demo-channel-access-token"  # noqa: S105 -- refused in production
SHORTEST_SECRET = 32
HOME_REGION = "jp"
KEPT_DAYS = 14
LEDGER = "erased.jsonl"
OFF = frozenset({"", "0", "false", "no", "off"})


class SettingsError(Exception):
    """The environment cannot be used. ``faults`` names everything that is wrong, at once.

    ``settings`` are there where they could be read: then database and queue store can be looked at as well.
    """

    def __init__(self, faults: list[str], settings: "Settings | None" = None) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults
        self.settings = settings


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the process was told from outside (contract.md)."""

    mode: str
    database_url: str
    redis_url: str
    port: int
    bind: str
    public_url: str
    line_channel_secret: str
    line_channel_access_token: str
    line_api_base_url: str
    clock_start: datetime | None
    clock_offset: timedelta | None
    demo_town: str
    var: Path
    keyring: Path
    anchors: Path
    backups: Path | None
    backup_days: int
    erasures: Path
    session_secret: str
    region: str
    is_debugged: bool

    @property
    def is_demo(self) -> bool:
        """Tell whether invented data, the chat page and printed sign-ins are allowed."""
        return self.mode == "demo"

    @property
    def spool(self) -> Path:
        """Return where LINE's events wait, sealed, while the database is away."""
        return self.var / "spool"


def read(environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of this process; raise `SettingsError` naming every fault at once."""
    env = _with_env_file(dict(os.environ if environ is None else environ))
    faults: list[str] = []
    mode = env.get("NORIAI_MODE", "demo")
    if mode not in {"demo", "production"}:
        faults.append(f"NORIAI_MODE: {mode!r} is neither demo nor production")
    port = _port(env, faults)
    var = Path(env.get("NORIAI_VAR") or ROOT / "var")
    backups = env.get("NORIAI_BACKUPS", "")
    public_url = env.get("PUBLIC_URL", f"http://127.0.0.1:{port}").rstrip("/")
    settings = Settings(
        mode=mode,
        database_url=env.get("DATABASE_URL", ""),
        redis_url=env.get("REDIS_URL", ""),
        port=port,
        bind=env.get("NORIAI_BIND", "127.0.0.1"),
        public_url=public_url,
        line_channel_secret=env.get("LINE_CHANNEL_SECRET", DEMO_CHANNEL_SECRET),
        line_channel_access_token=env.get("LINE_CHANNEL_ACCESS_TOKEN", DEMO_ACCESS_TOKEN),
        line_api_base_url=_line_api_base_url(env, mode, port),
        clock_start=_moment(env, "CLOCK_START", faults),
        clock_offset=_offset(env, faults),
        demo_town=env.get("DEMO_TOWN", "minami"),
        var=var,
        keyring=Path(env.get("NORIAI_KEYRING") or var / "keys" / "keyring.json"),
        anchors=Path(env.get("NORIAI_ANCHORS") or var / "anchors" / "audit.jsonl"),
        backups=Path(backups) if backups else None,
        backup_days=_days(env, faults),
        erasures=Path(env.get("NORIAI_ERASURES") or Path(backups or var / "erasures") / LEDGER),
        session_secret=env.get("NORIAI_SESSION_SECRET", DEMO_SESSION_SECRET),
        region=env.get("NORIAI_REGION", ""),
        is_debugged=env.get("FLASK_DEBUG", "").lower() not in OFF,
    )
    if mode == "production":
        faults.extend(unsafe(settings))
    if faults:
        raise SettingsError(faults, settings)
    return settings


def unsafe(settings: Settings) -> list[str]:
    """Return every setting that production must not start with (S-34)."""
    secrets_of_line = [each.strip() for each in settings.line_channel_secret.split(",")]
    checks = {
        "NORIAI_MODE: demo is for invented data only": settings.is_demo,
        "FLASK_DEBUG: must not be set": settings.is_debugged,
        "NORIAI_REGION: missing; name where the servers stand (jp-…)": not settings.region,
        "NORIAI_REGION: the servers must stand in Japan (jp-…)": settings.region != ""
        and not _is_home(settings.region),
        "DATABASE_URL: missing": not settings.database_url,
        "REDIS_URL: missing": not settings.redis_url,
        "PUBLIC_URL: must be https": urlsplit(settings.public_url).scheme != "https",
        "LINE_CHANNEL_SECRET: missing or the demo value": DEMO_CHANNEL_SECRET in secrets_of_line,
        "LINE_CHANNEL_SECRET: shorter than 32 characters": (
            any(len(each) < SHORTEST_SECRET and each != DEMO_CHANNEL_SECRET for each in secrets_of_line)
        ),
        "LINE_CHANNEL_ACCESS_TOKEN: missing or the demo value": (
            settings.line_channel_access_token.strip() in {"", DEMO_ACCESS_TOKEN}
        ),
        "NORIAI_SESSION_SECRET: missing or shorter than 32 characters": (
            len(settings.session_secret) < SHORTEST_SECRET
        ),
        "CLOCK_START: only for demo mode": settings.clock_start is not None,
        "NORIAI_KEYRING: file missing or readable by others": not _is_private(settings.keyring),
        "NORIAI_ANCHORS: cannot be written": not _can_be_written(settings.anchors),
        "NORIAI_ERASURES: cannot be written": not _can_be_written(settings.erasures),
        "NORIAI_BACKUPS: cannot be written": (
            settings.backups is not None and not _can_be_written(settings.backups / "new")
        ),
    }
    return [fault for fault, is_unsafe in checks.items() if is_unsafe]


def child_environment(**changes: str) -> dict[str, str]:
    """Return the environment for a child process, with ``changes`` on top."""
    return {**os.environ, **changes}


def _with_env_file(env: dict[str, str]) -> dict[str, str]:
    """Return ``env`` on top of what the file named by NORIAI_ENV_FILE holds."""
    name = env.get("NORIAI_ENV_FILE")
    if not name:
        return env
    try:
        lines = Path(name).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise SettingsError([f"NORIAI_ENV_FILE: {error.strerror}: {name}"]) from error
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.lstrip().startswith("#"))
    return {key.strip(): value.strip().strip("\"'") for key, value in pairs} | env


def _port(env: Mapping[str, str], faults: list[str]) -> int:
    text = env.get("PORT", "8000")
    if text.isdigit() and 0 < int(text) < 2**16:
        return int(text)
    faults.append(f"PORT: {text!r} is not a port number")
    return 8000


def _days(env: Mapping[str, str], faults: list[str]) -> int:
    text = env.get("NORIAI_BACKUP_DAYS") or str(KEPT_DAYS)
    if text.isdigit() and int(text) > 0:
        return int(text)
    faults.append(f"NORIAI_BACKUP_DAYS: {text!r} is not a number of days")
    return KEPT_DAYS


def _line_api_base_url(env: Mapping[str, str], mode: str, port: int) -> str:
    real = "https://api.line.me"
    default = real if mode == "production" else f"http://127.0.0.1:{port}/sim/line"
    return env.get("LINE_API_BASE_URL", default).rstrip("/")


def _moment(env: Mapping[str, str], name: str, faults: list[str]) -> datetime | None:
    text = env.get(name)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        faults.append(f"{name}: {text!r} is not an ISO 8601 moment")
        return None
    if moment.tzinfo is None:
        faults.append(f"{name}: {text!r} has no time zone (write +09:00)")
        return None
    return moment


def _offset(env: Mapping[str, str], faults: list[str]) -> timedelta | None:
    """Return how far this process's clock is shifted: given by the supervisor, so that all agree."""
    text = env.get("NORIAI_CLOCK_OFFSET_S")
    if not text:
        return None
    try:
        return timedelta(seconds=float(text))
    except ValueError:
        faults.append(f"NORIAI_CLOCK_OFFSET_S: {text!r} is not a number of seconds")
        return None


def _is_private(path: Path) -> bool:
    return path.is_file() and not path.stat().st_mode & 0o077


def _is_home(region: str) -> bool:
    """Tell whether a region's name says Japan: ``jp``, ``jp-east-1``, ``jp-sapporo`` (S-24)."""
    return region.lower().replace("_", "-").split("-")[0] == HOME_REGION


def _can_be_written(path: Path) -> bool:
    """Tell whether a file can be written, or made where its nearest folder stands."""
    if path.exists():
        return path.is_file() and os.access(path, os.W_OK)
    folder = next(each for each in path.absolute().parents if each.exists())
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)

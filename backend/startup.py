"""What production must be before it starts: settings, database, queue store. All faults at once (S-34, S-24)."""

from dataclasses import dataclass, field

import redis
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from backend.db import roles
from backend.db.session import make_engine
from backend.services import demo_accounts
from backend.settings import Settings, SettingsError, read, unsafe

CONNECT_TIMEOUT_S = 3


@dataclass(slots=True)
class Findings:
    """What must be mended before production starts, and what should be."""

    faults: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def read_safe() -> Settings:
    """Return the settings; in production raise `SettingsError` naming every fault of settings, database and store."""
    try:
        settings = read()
    except SettingsError as error:
        if error.settings is not None and not error.settings.is_demo:
            error.faults.extend(outside(error.settings).faults)
        raise
    if not settings.is_demo:
        faults = outside(settings).faults
        if faults:
            raise SettingsError(faults, settings)
    return settings


def read_usable() -> Settings:
    """Return the settings also where production would not start with them: for what mends or looks."""
    try:
        return read()
    except SettingsError as error:
        if error.settings is None or set(error.faults) - set(unsafe(error.settings)):
            raise
        return error.settings


def check(settings: Settings) -> Findings:
    """Return everything that production would refuse, and what it would warn of."""
    found = outside(settings)
    if settings.backups is None:
        found.warnings.append("NORIAI_BACKUPS: not set: no daily backup is made")
    return Findings([*unsafe(settings), *found.faults], found.warnings)


def outside(settings: Settings) -> Findings:
    """Return what is wrong with database and queue store; what is not named cannot be looked at."""
    found = Findings()
    if settings.database_url:
        _look_at_database(settings.database_url, found)
    if settings.redis_url:
        _look_at_store(settings.redis_url, found)
    return found


def _look_at_database(url: str, found: Findings) -> None:
    engine = make_engine(url, pool_size=1)
    try:
        with engine.connect() as connection:
            found.faults += _faults_of_database(connection)
    except SQLAlchemyError as error:
        found.faults.append(f"DATABASE_URL: {_first_line(error)}")
    finally:
        engine.dispose()


def _faults_of_database(connection: Connection) -> list[str]:
    faults = [
        f"DATABASE_URL: {name} is off: a crash would lose what was promised"
        for name in ("synchronous_commit", "fsync", "full_page_writes")
        if connection.scalar(text("SELECT current_setting(:name)"), {"name": name}) == "off"
    ]
    if connection.scalar(text("SELECT to_regclass('public.audit_links')")) is None:
        return [*faults, "DATABASE_URL: no tables yet (run migrate)"]
    faults += roles.faults(connection)
    if demo_accounts.are_there(connection):
        faults.append("DATABASE_URL: the demo's sign-ins are there; production needs a database of its own")
    return faults


def _look_at_store(url: str, found: Findings) -> None:
    store = redis.Redis.from_url(url, socket_connect_timeout=CONNECT_TIMEOUT_S, socket_timeout=CONNECT_TIMEOUT_S)
    try:
        asked = store.config_get("appendonly", "save")
    except redis.ResponseError:
        found.warnings.append("REDIS_URL: cannot be asked whether it keeps anything")
    except redis.RedisError as error:
        found.warnings.append(f"REDIS_URL: {_first_line(error)}")
    else:
        if isinstance(asked, dict) and asked.get("appendonly") != "yes":
            found.warnings.append("REDIS_URL: appendonly is off: after a crash messages are up to ten seconds late")
    finally:
        store.close()


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]

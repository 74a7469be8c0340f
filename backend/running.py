"""Everything at once in the foreground: database, queue store, web, workers, sweeper (contract: `./noriai run`).

What dies is started again; Ctrl-C stops all of it in order, and the next start keeps the data.
"""

import contextlib
import fcntl
import json
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from backend import embedded
from backend.clock import Clock
from backend.settings import ROOT, Settings, child_environment

READY_TIMEOUT_S = 90.0
STOP_TIMEOUT_S = 10.0
WATCH_S = 0.5
CALM_S = 2.0
FIRST = 2  # web and the worker that answers people; the rest starts once people can be served
WEB_PROCESSES = "2"
TO_OURSELVES = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # whatever proxy the machine is told of
WEB_THREADS = "8"


class RunningError(Exception):
    """The product cannot be started; the message says why in one line."""


@dataclass(slots=True)
class Child:
    """A process of ours that is started again whenever it ends."""

    name: str
    arguments: list[str]
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None)
    started_at: float = field(default=0.0)

    def start(self) -> None:
        """Start it; it is told when we end."""
        self.started_at = time.monotonic()
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603 -- our own commands
                self.arguments,
                env=self.environment,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C is ours alone: we stop in the right order
                preexec_fn=embedded.die_with_parent(signal.SIGTERM),  # noqa: PLW1509 -- we have no threads
            )

    def restart_if_dead(self) -> None:
        """Start it again when it has ended; not more often than every two seconds."""
        is_dead = self.process is not None and self.process.poll() is not None
        if is_dead and time.monotonic() - self.started_at > CALM_S:
            self.start()

    def ask_to_stop(self) -> None:
        """Ask it to end."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def stop(self) -> None:
        """Wait until it has ended; kill it when it does not."""
        if self.process is None:
            return
        try:
            self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@dataclass(slots=True)
class Servers:
    """The embedded servers of this installation, where no others were named."""

    postgres: embedded.Postgres | None
    valkey: embedded.Valkey | None
    database_url: str
    redis_url: str

    def restart_if_dead(self) -> None:
        """Start again what was killed, at the same place."""
        for server in (self.postgres, self.valkey):
            if server is not None and server.process is not None and server.process.poll() is not None:
                with contextlib.suppress(embedded.EmbeddedError):
                    server.start()


@contextlib.contextmanager
def servers(settings: Settings) -> Iterator[Servers]:
    """Run the embedded servers that are needed; those of a running product are shared."""
    running = _running(settings)
    if running is not None:
        yield running
        return
    with contextlib.ExitStack() as stack:
        lock = stack.enter_context(only_one(settings.var))
        database, store = None, None
        if not settings.database_url:
            database = stack.enter_context(embedded.postgres(settings.var / "postgres"))
            database.create_database("noriai")
        if not settings.redis_url:
            store = stack.enter_context(embedded.valkey(settings.var / "valkey"))
        made = Servers(
            database,
            store,
            settings.database_url or (database.url() if database else ""),
            settings.redis_url or (store.url if store else ""),
        )
        lock.write_text(json.dumps({"database_url": made.database_url, "redis_url": made.redis_url}))
        lock.chmod(0o600)
        yield made


@contextlib.contextmanager
def only_one(var: Path) -> Iterator[Path]:
    """Hold the lock of an installation's data; yield the file that tells others where the servers are."""
    var.mkdir(parents=True, exist_ok=True)
    with (var / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RunningError(f"{var} is in use: noriai runs already") from error
        place = var / "servers.json"
        try:
            yield place
        finally:
            place.unlink(missing_ok=True)


def _running(settings: Settings) -> Servers | None:
    """Return the servers of a product that runs on the same data now."""
    if settings.database_url and settings.redis_url:
        return Servers(None, None, settings.database_url, settings.redis_url)
    place = settings.var / "servers.json"
    try:
        with (settings.var / "run.lock").open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        with contextlib.suppress(OSError, ValueError):
            urls = json.loads(place.read_text())
            return Servers(
                None, None, settings.database_url or urls["database_url"], settings.redis_url or urls["redis_url"]
            )
    except OSError:
        pass
    return None


def environment(settings: Settings, made: Servers) -> dict[str, str]:
    """Return what our child processes are told: the same servers, the same clock."""
    offset = settings.clock_offset or Clock.starting_at(settings.clock_start).start_offset
    return child_environment(
        DATABASE_URL=made.database_url,
        REDIS_URL=made.redis_url,
        NORIAI_CLOCK_OFFSET_S=str(offset.total_seconds()),
        PYTHONPATH=str(ROOT),
        PYTHONUNBUFFERED="1",
    )


def web_arguments(settings: Settings) -> list[str]:
    """Return the command line of the web server."""
    return [
        *(sys.executable, "-m", "gunicorn", "wsgi:create_application()"),
        *("--bind", f"{settings.bind}:{settings.port}", "--workers", WEB_PROCESSES, "--threads", WEB_THREADS),
        *("--worker-class", "gthread", "--timeout", "60", "--graceful-timeout", "5", "--log-level", "warning"),
        *("--preload", "--config", "python:backend.web", "--no-control-socket"),
        *("--worker-tmp-dir", "/dev/shm" if Path("/dev/shm").is_dir() else "/tmp"),  # noqa: S108 -- gunicorn's advice
    ]


def children(settings: Settings, made: Servers) -> list[Child]:
    """Return the processes of the product, in the order in which they start."""
    env = environment(settings, made)
    ours = [sys.executable, "-m", "backend.cli"]
    logs = settings.var / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    commands = {
        "web": web_arguments(settings),
        # Two, so that a reply that hangs at LINE holds up nobody else's.
        "talk-1": [*ours, "worker", "--queues", "talk"],
        "talk-2": [*ours, "worker", "--queues", "talk"],
        "plan": [*ours, "worker", "--queues", "plan"],
        "sweep": [*ours, "sweep"],
    }
    return [Child(name, arguments, env, logs / f"{name}.log") for name, arguments in commands.items()]


def run(settings: Settings, *, prepare: Callable[[Servers], None], once: bool, say: Callable[[str], None]) -> int:
    """Start everything, say ``say`` when ready, watch until told to stop; with ``once`` stop as soon as ready."""
    stop = _stop_on_signals()
    if _running(settings) is not None and not (settings.database_url and settings.redis_url):
        raise RunningError(f"{settings.var} is in use: noriai runs already")
    _check_port(settings)
    with servers(settings) as made:
        prepare(made)
        started = children(settings, made)
        try:
            _start(settings, started, stop)
            if not stop:
                say(settings.public_url)
            while not stop and not once:
                time.sleep(WATCH_S)
                made.restart_if_dead()
                for child in started:
                    child.restart_if_dead()
        finally:
            _stop(started)
    return 0


def _start(settings: Settings, started: list[Child], stop: list[int]) -> None:
    """Start the processes; those that nobody waits for once people can be served."""
    for child in started[:FIRST]:
        child.start()
    _wait_until_ready(settings, started, stop)
    for child in started[FIRST:]:
        child.start()


def _stop(started: list[Child]) -> None:
    """Ask all processes to end, and wait until they have."""
    for child in started:
        child.ask_to_stop()
    for child in started:
        child.stop()


def _check_port(settings: Settings) -> None:
    """Refuse to start where somebody listens already: whoever it is would answer in our place."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.bind, settings.port))
        except OSError as error:
            raise RunningError(f"port {settings.port} is in use: name another one by PORT") from error


def _stop_on_signals() -> list[int]:
    """Return a list that the first signal to stop puts itself into."""
    received: list[int] = []

    def remember(number: int, _frame: FrameType | None) -> None:
        received.append(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, remember)
    return received


def _wait_until_ready(settings: Settings, started: list[Child], stop: list[int]) -> None:
    end_at = time.monotonic() + READY_TIMEOUT_S
    while not stop and time.monotonic() < end_at:
        if _is_ready(settings):
            return
        dead = next((child for child in started if child.process and child.process.poll() is not None), None)
        if dead:
            raise RunningError(f"{dead.name} ended at once: {embedded.last_line(dead.log)} (see {dead.log})")
        time.sleep(0.05)
    if not stop:
        raise RunningError(f"not ready within {READY_TIMEOUT_S:.0f} s: see {settings.var / 'logs'}")


def _is_ready(settings: Settings) -> bool:
    try:
        with TO_OURSELVES.open(f"http://127.0.0.1:{settings.port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004 -- HTTP OK
    except (urllib.error.URLError, OSError):
        return False

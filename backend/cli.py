"""The `noriai` command: one action each (contract.md). Exit status 0 only when it did what it says."""

import argparse
import importlib
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from backend import cli_backup, cli_explain, cli_secrecy
from backend.settings import Settings, SettingsError

Action = Callable[[Settings, argparse.Namespace], int]

FAILED, WRONG_USE = 1, 2
STARTS = frozenset({"run", "serve", "worker", "sweep"})

# Actions with arguments of their own: whole commands that parse them.
ELSEWHERE = {
    "routing": "routing.commands",
    "bench booking": "bot.simulator.load",
    "bench": "routing.bench",
    "demo-day": "bot.simulator.demo_day",
}


@dataclass(frozen=True, slots=True)
class Command:
    """One action: what it says of itself and what it runs."""

    says: str
    action: Action
    options: Callable[[argparse.ArgumentParser], object] = lambda _parser: None


def main(argv: Sequence[str] | None = None) -> int:
    """Run one action; a fault that a person can mend is one line on standard error."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    for words in (2, 1):
        module = ELSEWHERE.get(" ".join(arguments[:words]))
        if module:
            return int(importlib.import_module(module).main(arguments[words:]))
    chosen = _parser().parse_args(arguments)
    try:
        return COMMANDS[chosen.command].action(_settings_for(chosen.command), chosen)
    except SettingsError as error:
        print("\n".join(error.faults), file=sys.stderr)
    except _expected() as error:
        print(f"noriai {chosen.command}: {_one_line(error)}", file=sys.stderr)
    return FAILED


def _settings_for(command: str) -> Settings:
    """Return the settings; production starts nothing while something is unsafe, but it can be mended and looked at."""
    from backend import startup

    return startup.read_safe() if command in STARTS else startup.read_usable()


def _expected() -> tuple[type[Exception], ...]:
    """Return what can go wrong without being a fault of ours."""
    import redis
    from sqlalchemy.exc import IntegrityError, OperationalError

    from backend.db.sealed_chunks import ArchiveError
    from backend.db.sealing import KeyringError
    from backend.embedded import EmbeddedError
    from backend.running import RunningError
    from backend.towns import TownDataError

    return (
        EmbeddedError,
        RunningError,
        KeyringError,
        ArchiveError,
        TownDataError,
        IntegrityError,
        OperationalError,
        redis.RedisError,
    )


def _one_line(error: Exception) -> str:
    lines = getattr(error, "lines", None)
    return "; ".join(lines) if lines else (str(error).splitlines() or [type(error).__name__])[0]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="noriai", description="Shared rides booked by LINE or phone.")
    actions = parser.add_subparsers(dest="command", required=True, metavar="ACTION")
    for name, command in COMMANDS.items():
        command.options(actions.add_parser(name, help=command.says, description=command.says))
    for name in ELSEWHERE:
        actions.add_parser(name, help=f"see noriai {name} --help", add_help=False)
    return parser


def run(settings: Settings, arguments: argparse.Namespace) -> int:
    """Start everything in the foreground, with the demo town in demo mode."""
    from backend import running

    def prepare(made: running.Servers) -> None:
        told = _with_servers(settings, made)
        _migrate(told)
        if told.is_demo:
            _seed(told)

    def say(url: str) -> None:
        print(_welcome(url, is_demo=settings.is_demo), flush=True)

    return running.run(settings, prepare=prepare, once=arguments.once, say=say)


def _welcome(url: str, *, is_demo: bool) -> str:
    from backend.services.seeding import DEMO_PASSWORD
    from backend.texts import text

    if not is_demo:
        return text("cli-ready", url=url)
    return text("cli-welcome", url=url, password=DEMO_PASSWORD)


def serve(settings: Settings, _arguments: argparse.Namespace) -> int:
    """Serve the web application; does not return."""
    from backend import running

    with running.servers(settings) as made:
        os.execve(  # noqa: S606 -- our own command, in our place
            sys.executable, running.web_arguments(settings), running.environment(settings, made)
        )


def worker(settings: Settings, arguments: argparse.Namespace) -> int:
    """Work on the queues until told to stop. The solver is imported first, so that no job waits for it."""
    from rq import Queue, SimpleWorker
    from rq.serializers import JSONSerializer

    from backend import running

    with running.servers(settings) as made:
        world = _world(_with_servers(settings, made))
        importlib.import_module("bot.jobs")
        importlib.import_module("backend.jobs.planning")
        importlib.import_module("routing.warm").warm()
        connection = world.bell.connection
        names = arguments.queues.split(",")
        queues = [Queue(name, connection=connection, serializer=JSONSerializer) for name in names]
        SimpleWorker(queues, connection=connection, serializer=JSONSerializer).work(logging_level="WARNING")
    return 0


def sweep(settings: Settings, arguments: argparse.Namespace) -> int:
    """Do what was lost on the way, every two seconds; with --once a single round."""
    from backend import running
    from backend.jobs import sweeping

    with running.servers(settings) as made:
        _world(_with_servers(settings, made))
        sweeper = sweeping.make()
        while True:
            sweeper.sweep(time.monotonic())
            if arguments.once:
                sweeper.daily_backup.finish()
                return 0
            time.sleep(sweeping.SECONDS_APART)


def migrate(settings: Settings, _arguments: argparse.Namespace) -> int:
    """Bring the database to the newest tables."""
    from backend import running

    with running.servers(settings) as made:
        _migrate(_with_servers(settings, made))
    return 0


def seed(settings: Settings, arguments: argparse.Namespace) -> int:
    """Load a town's sample data into an empty database; invented people and sign-ins in demo mode only."""
    from dataclasses import replace

    from backend import running

    chosen = replace(settings, demo_town=arguments.town or settings.demo_town)
    with running.servers(chosen) as made:
        told = _with_servers(chosen, made)
        _migrate(told)
        loaded = _seed(told)
    print(f"{chosen.demo_town}: {loaded}" if loaded else "a town is loaded already: nothing changed")
    return 0


def add_staff(settings: Settings, arguments: argparse.Namespace) -> int:
    """Add a sign-in and print its password and authenticator secret, which are shown this once.

    The person's name is read from standard input: command lines can be seen by everybody on the machine.
    """
    import secrets

    import pyotp

    from backend import running
    from backend.db.session import transaction
    from backend.services import staff

    password, totp_secret = secrets.token_urlsafe(12), pyotp.random_base32()
    name = input("name: ").strip()
    with running.servers(settings) as made:
        world = _world(_with_servers(settings, made))
        with transaction(world.engine) as session:
            staff.create(
                session,
                login=arguments.login,
                password=password,
                role=arguments.role,
                name=name,
                carrier_id=None,
                totp_secret=totp_secret,
                now=world.wall(),
            )
    uri = pyotp.TOTP(totp_secret).provisioning_uri(name=arguments.login, issuer_name="Noriai")
    print(f"password: {password}\nauthenticator: {uri}")
    return 0


def check_invariants(settings: Settings, _arguments: argparse.Namespace) -> int:
    """Check by independent means that no seat is sold twice and no promise is broken by a plan."""
    from backend import running
    from backend.db import invariants
    from backend.db.session import transaction

    with running.servers(settings) as made:
        world = _world(_with_servers(settings, made))
        with transaction(world.engine) as session:
            faults = invariants.check(session, now=world.clock())
    print("\n".join(faults) if faults else "ok")
    return FAILED if faults else 0


def new_migration(settings: Settings, arguments: argparse.Namespace) -> int:
    """Write the next numbered migration from the models."""
    from backend import running
    from backend.db import migrate as migrations
    from backend.db.session import make_engine

    with running.servers(settings) as made:
        _migrate(_with_servers(settings, made))
        print(migrations.new_migration(make_engine(made.database_url), arguments.name))
    return 0


def _with_servers(settings: Settings, made: object) -> Settings:
    """Return the settings with the servers that were found or started."""
    from dataclasses import replace

    from backend.running import Servers

    assert isinstance(made, Servers)
    return replace(settings, database_url=made.database_url, redis_url=made.redis_url)


def _world(settings: Settings):  # type: ignore[no-untyped-def]  # noqa: ANN202 -- wsgi is the composition root
    from backend import logs

    logs.configure()
    return importlib.import_module("wsgi").make_world(settings)


def _migrate(settings: Settings) -> None:
    from backend.db import migrate as migrations
    from backend.db.session import make_engine

    engine = make_engine(settings.database_url)
    migrations.upgrade(engine)
    engine.dispose()


def _seed(settings: Settings) -> object | None:
    """Load the town into an empty database; None when there is one already."""
    from backend import towns
    from backend.clock import Clock
    from backend.db import sealing
    from backend.db.session import make_engine, transaction
    from backend.services import seeding

    engine = make_engine(settings.database_url)
    clock = Clock(settings.clock_offset or Clock.starting_at(settings.clock_start).start_offset)
    try:
        with transaction(engine) as session:
            if seeding.is_loaded(session):
                return None
            sealing.install(sealing.load_or_create(settings.keyring), settings.keyring)
            town = towns.load(settings.demo_town)
            return seeding.load(session, town, now=clock(), with_people=settings.is_demo)
    finally:
        engine.dispose()


def _once(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="stop as soon as it has been seen to work")


def _queues(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--queues", default="talk,plan", help="which queues, the most urgent first")


def _town(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--town", help="which town's data (default: DEMO_TOWN)")


def _staff_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("login", help="the name to sign in with")
    from backend.domain import roles

    parser.add_argument("role", choices=roles.ALL)


def _name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", help="what it does, in a few words")


COMMANDS = {
    "run": Command("start everything in the foreground", run, _once),
    "serve": Command("serve the web application", serve),
    "worker": Command("work on the queues", worker, _queues),
    "sweep": Command("do what a crash has lost", sweep, _once),
    "migrate": Command("bring the database to the newest tables", migrate),
    "seed": Command("load a town's sample data", seed, _town),
    "add-staff": Command("add a sign-in for a person of the staff", add_staff, _staff_options),
    "check-config": Command("name everything that production would refuse", cli_secrecy.check_config),
    "verify-audit": Command(
        "find what was changed in the audit trail; exit status 1 when something was",
        cli_secrecy.verify_audit,
        cli_secrecy.verify_options,
    ),
    "rekey": Command(cli_secrecy.REKEY_SAYS, cli_secrecy.rekey, cli_secrecy.rekey_options),
    "backup": Command(cli_backup.BACKUP_SAYS, cli_backup.backup, cli_backup.backup_options),
    "restore": Command(cli_backup.RESTORE_SAYS, cli_backup.restore, cli_backup.restore_options),
    "purge": Command(cli_secrecy.PURGE_SAYS, cli_secrecy.purge, cli_secrecy.purge_options),
    "emergency": Command(
        "shut or open doors, end all sign-ins, revoke all devices", cli_secrecy.emergency, cli_secrecy.emergency_options
    ),
    "explain": Command(cli_explain.SAYS, cli_explain.explain, cli_explain.options),
    "check-invariants": Command("check seats and promises by independent means", check_invariants),
    "migration": Command("write the next migration", new_migration, _name),
}

if __name__ == "__main__":
    sys.exit(main())

"""Actions that keep secrets and find who touched them: check-config, verify-audit, rekey, purge, emergency."""

import argparse
import contextlib
import importlib
import sys
from collections.abc import Iterator
from dataclasses import replace

from backend.settings import Settings
from backend.world import World

FAILED = 1
PURGE_SAYS = (
    "take away personal data that are past their period of keeping, as agreed with the town; stopped in the middle it "
    "goes on where it was; exit status 0 only when all of it is gone, 1 when the town has not agreed to the periods"
)
REKEY_SAYS = (
    "give a purpose a new key and write everything anew with it, while people book; stopped in the middle it goes on "
    "where it was; exit status 0 only when the old key is gone, 1 when values cannot be read with any key"
)


def check_config(settings: Settings, _arguments: argparse.Namespace) -> int:
    """Name everything that production would refuse, and what it would warn of."""
    from backend import startup

    found = startup.check(settings)
    for warning in found.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    print("\n".join(found.faults) if found.faults else "ok")
    return FAILED if found.faults else 0


def verify_audit(settings: Settings, arguments: argparse.Namespace) -> int:
    """Find what was changed in the audit trail: the first bad position first."""
    from backend.db.session import transaction
    from backend.services import audit_chain

    path = None if arguments.without_anchors else settings.anchors
    with opened(settings) as world, transaction(world.engine) as session:
        faults = audit_chain.verify(session, path)
        length = audit_chain.length(session)
    if path is not None and not path.exists():
        print(f"warning: no anchors in {path}: a cut tail cannot be seen", file=sys.stderr)
    for fault in faults:
        print(f"position {fault.position}: {fault.what}" if fault.position else fault.what)
    if not faults:
        print(f"ok: {length} places")
    return FAILED if faults else 0


def verify_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of verify-audit."""
    parser.add_argument("--without-anchors", action="store_true", help="look at the database only")


def rekey(settings: Settings, arguments: argparse.Namespace) -> int:
    """Give a purpose a new key, write everything anew with it, and forget the old one."""
    from backend.services import rekeying

    with opened(settings) as world:
        outcome = rekeying.change(
            world.engine,
            settings.keyring,
            purpose=arguments.only,
            settle_s=arguments.settle,
            say=lambda line: print(line, flush=True),
        )
    for line in outcome.unreadable:
        print(f"unreadable: {line}", file=sys.stderr)
    return FAILED if outcome.unreadable else 0


def rekey_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of rekey."""
    purposes = ("field", "index", "audit", "session", "backup")
    parser.add_argument("--only", choices=purposes, default="field", help="which key (default: field)")
    parser.add_argument(
        "--settle", type=float, default=5.0, help="seconds until every process has read a changed keyring (default 5)"
    )


def purge(settings: Settings, arguments: argparse.Namespace) -> int:
    """Take away what is past its period of keeping, or only count it."""
    from backend.db.session import transaction
    from backend.domain.refusals import Refusal
    from backend.services import purging

    with opened(settings) as world:
        if arguments.dry_run:
            with transaction(world.engine) as session:
                counts = purging.count(session, now=world.clock(), wall=world.wall()).counts
            print("\n".join(f"{name}: {number}" for name, number in counts.items()))
            return 0
        done = purging.purge(
            world.engine,
            actor="command",
            now=world.clock(),
            wall=world.wall(),
            with_trail=True,
            say=lambda name, number: print(f"{name}: {number}", flush=True),
        )
    if isinstance(done, Refusal):
        print("the town has not agreed to the periods of keeping yet: nothing was erased", file=sys.stderr)
        return FAILED
    if done.trail_refused:
        print("trail: only the owner of the tables may cut it (run as for migrate)", file=sys.stderr)
    return FAILED if done.trail_refused else 0


def purge_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of purge."""
    parser.add_argument("--dry-run", action="store_true", help="only count what is past its period; touch nothing")


def emergency(settings: Settings, arguments: argparse.Namespace) -> int:
    """Shut or open a door, end all sign-ins, revoke all devices; or list what is shut."""
    from backend.db.session import transaction
    from backend.services import emergency as switches

    with opened(settings) as world, transaction(world.engine) as session:
        by = {"reason": arguments.reason, "actor": "command", "now": world.clock()}
        if arguments.act == "shut":
            switches.shut(session, arguments.door, **by)
        elif arguments.act == "open":
            switches.reopen(session, arguments.door, **by)
        elif arguments.act == "end-sessions":
            print(switches.end_sessions(session, wall=world.wall(), **by))
        elif arguments.act == "revoke-devices":
            print(switches.revoke_devices(session, wall=world.wall(), **by))
        for each in switches.list_shut(session):
            print(f"{each.door}: shut since {each.shut_at.isoformat(timespec='minutes')} by {each.shut_by}")
    return 0


def emergency_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of emergency."""
    from backend.services.emergency import DOORS

    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    for name, says in (("shut", "shut a door"), ("open", "open a door again")):
        act = acts.add_parser(name, help=says, description=says)
        act.add_argument("door", choices=DOORS)
        act.add_argument("--reason", required=True, help="why: it is kept in the audit trail; no names")
    for name, says in (("end-sessions", "end all sign-ins"), ("revoke-devices", "revoke all registered machines")):
        act = acts.add_parser(name, help=says, description=says)
        act.add_argument("--reason", required=True, help="why: it is kept in the audit trail; no names")
    acts.add_parser("list", help="what is shut").set_defaults(reason="")


@contextlib.contextmanager
def opened(settings: Settings) -> Iterator[World]:
    """Give the world of one action, with the servers that were found or started."""
    from backend import logs, running

    with running.servers(settings) as made:
        logs.configure()
        told = replace(settings, database_url=made.database_url, redis_url=made.redis_url)
        world: World = importlib.import_module("wsgi").make_world(told)
        yield world

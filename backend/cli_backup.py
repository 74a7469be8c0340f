"""The actions `backup` and `restore`: the whole database in one sealed file, and back (S-04, S-12)."""

import argparse
import sys
from pathlib import Path

from backend.cli_secrecy import opened
from backend.settings import Settings

FAILED = 1
BACKUP_SAYS = (
    "write the whole database, as of one moment, to one sealed file in the folder of backups, read it back, and remove "
    "backups past their keeping; the keyring is never in it: keep a copy of that elsewhere"
)
RESTORE_SAYS = (
    "fill an empty database from a backup: checked to the last byte first, all or nothing; who was erased since is "
    "erased again; exit status 0 only when everything came back and seats, promises and audit trail are sound"
)


def backup(settings: Settings, arguments: argparse.Namespace) -> int:
    """Make a backup, or only check one."""
    from backend.clock import wall
    from backend.db import sealing
    from backend.services import backups

    if arguments.check is not None:
        _install_keyring(settings)
        print(backups.check(arguments.check, sealing.keyring(), keep_days=None, wall=wall()).line)
        return 0
    folder = arguments.to or settings.backups
    if folder is None:
        raise backups.ArchiveError("name a folder: NORIAI_BACKUPS, or --to")
    with opened(settings) as world:
        made = backups.make(world.engine, sealing.keyring(), backups.Plan.of(settings, folder), wall=world.wall())
    for name in made.left_out:
        print(f"warning: {name} is no table of Noriai: not in the backup", file=sys.stderr)
    tables = len(made.summary.tables)
    print(f"{made.path}: {made.size:,} bytes, {made.summary.rows:,} rows in {tables} tables")
    return 0


def backup_options(parser: argparse.ArgumentParser) -> None:
    """Add where to, or which file to check."""
    parser.add_argument("--to", type=Path, metavar="FOLDER", help="where to (default: NORIAI_BACKUPS)")
    parser.add_argument("--check", type=Path, metavar="FILE", help="only read a backup to its end; write nothing")


def restore(settings: Settings, arguments: argparse.Namespace) -> int:
    """Fill a database from a backup, then look whether all is well."""
    from backend.clock import Clock, wall
    from backend.db import sealing
    from backend.services import backups

    _install_keyring(settings)
    erased = backups.ledgers(arguments.file, settings.erasures)
    if erased is None and not arguments.without_erasures:
        raise backups.ArchiveError(
            f"no ledger of erasures ({settings.erasures.name}) in {settings.erasures.parent} or beside the backup: "
            "who was erased since would come back (--without-erasures)"
        )
    keep_days = None if arguments.expired else settings.backup_days
    checked = backups.check(arguments.file, sealing.keyring(), keep_days=keep_days, wall=wall())
    offset = settings.clock_offset or Clock.starting_at(settings.clock_start).start_offset
    wanted = backups.Wanted(erased or (), settings.spool, arguments.replace, wall(), offset)
    with opened(settings) as world:
        done = backups.restore(world.engine, sealing.keyring(), checked, wanted)
        print(f"{checked.line}\nerased again: {done.erased}; sign-ins ended: {done.ended}")
        settled = backups.settle(
            world.engine,
            done,
            erased=wanted.erased,
            ledger=settings.erasures,
            anchors=settings.anchors,
            now=world.clock(),
            wall=world.wall(),
        )
    print(f"past its period: {settled.purged}")
    if settled.aside is not None:
        print(f"anchors of what came after the backup: {settled.aside}")
    print("\n".join(settled.faults) if settled.faults else "ok: seats, promises and audit trail are sound")
    return FAILED if settled.faults else 0


def restore_options(parser: argparse.ArgumentParser) -> None:
    """Add the file, and what must be said in so many words."""
    parser.add_argument("file", type=Path, help="the backup")
    parser.add_argument("--replace", action="store_true", help="drop what the database holds; it is lost")
    parser.add_argument("--expired", action="store_true", help="take a backup that is past its keeping")
    parser.add_argument(
        "--without-erasures", action="store_true", help="restore although the ledger of erasures is lost"
    )


def _install_keyring(settings: Settings) -> None:
    """Use the keyring that is there. A fresh one would open nothing, so none is made."""
    from backend.db import sealing

    sealing.install(sealing.load(settings.keyring), settings.keyring)

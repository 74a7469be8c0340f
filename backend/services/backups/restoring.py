"""Bring a backup back: checked to its last byte first, then everything in one transaction (S-04, S-12, C-18, I-27).

Who was erased since the backup is erased again before the transaction ends: nobody ever sees the database with them.
"""

import itertools
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from pathlib import Path

from sqlalchemy import Connection, Engine, select, text, update
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.orm import Session

from backend.db import copies, erasures, migrate
from backend.db.erasures import LINE_EVENT, RIDER, Erased
from backend.db.keyring import Keyring
from backend.db.models import LineEvent, Rider
from backend.db.roles import become_owner
from backend.db.sealed_chunks import ArchiveError
from backend.services import audit_chain, demo_clock, emergency, lifecycle, members
from backend.services.backups import archive
from backend.services.backups.archive import Checked, Contents
from backend.services.erasure import ERASED_STATE

ACTOR = "restore"
AT_ONCE = 1000
NOT_ALLOWED = "42501"
OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'noriai' "
    "AND pid <> pg_backend_pid()"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a backup is brought back. ``offset`` is how far the process's clock is shifted (demo)."""

    erased: Collection[Erased]
    spool: Path
    is_replacing: bool
    wall: datetime
    offset: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: who was erased again, sign-ins that were ended, and where the audit trail ended."""

    erased: int
    ended: int
    trail_end: int


def check(path: Path, ring: Keyring, *, keep_days: int | None, wall: datetime) -> Checked:
    """Return what an archive holds; raise `ArchiveError` when it cannot be restored here.

    With ``keep_days`` one that is past its keeping is refused: it should have been removed.
    """
    checked = archive.check(path, ring)
    contents = checked.contents
    if not migrate.is_known(contents.revision):
        raise ArchiveError(f"{path.name}: its tables ({contents.revision}) are of a newer version of Noriai")
    missing = contents.missing_keys(ring)
    if missing:
        raise ArchiveError(
            f"{path.name}: its rows need keys that the keyring does not hold ({', '.join(missing)}): "
            "use the keyring as it was then"
        )
    if keep_days is not None and wall - contents.made_at > timedelta(days=keep_days):
        raise ArchiveError(f"{path.name}: it is older than {keep_days} days, past its keeping (--expired takes it)")
    return checked


def ledgers(path: Path, ledger: Path) -> Collection[Erased] | None:
    """Return who was erased, by the ledger of this installation and the one beside the archive; None without any."""
    found = {each for each in (ledger, path.resolve().parent / ledger.name) if each.exists()}
    return frozenset(itertools.chain(*(erasures.read(each).erased for each in found))) if found else None


def restore(engine: Engine, ring: Keyring, checked: Checked, wanted: Wanted) -> Restored:
    """Fill a database from an archive; raise `ArchiveError` when it may not be filled, and then leave it untouched."""
    name = checked.path.name
    try:
        with engine.begin() as connection:
            become_owner(connection)
            _check_target(connection, is_replacing=wanted.is_replacing)
            copies.drop_all(connection)
            _fill(connection, ring, checked)
            migrate.upgrade_within(connection)
            with Session(connection, expire_on_commit=False) as session:
                done = _erase_and_close(session, checked.contents, wanted)
                session.flush()
            _put_files(checked, ring, wanted.spool)
    except IntegrityError as error:
        raise ArchiveError(f"{name}: its rows do not fit together") from error
    except OSError as error:
        raise ArchiveError(f"{wanted.spool}: {error.strerror}") from error
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", "") != NOT_ALLOWED:
            raise
        raise ArchiveError("only the owner of the tables can restore (run as for migrate)") from error
    return done


def _check_target(connection: Connection, *, is_replacing: bool) -> None:
    if connection.scalar(OTHERS):
        raise ArchiveError("Noriai runs on this database: stop it first")
    if not is_replacing and copies.has_rows(connection):
        raise ArchiveError("the database is not empty: name an empty one, or --replace to lose what is there")


def _fill(connection: Connection, ring: Keyring, checked: Checked) -> None:
    """Make the tables as they were, fill them, and count and hash them as they stand now."""
    contents, summary = checked.contents, checked.summary
    migrate.upgrade_within(connection, contents.revision)
    copies.prepare(connection)
    there = {each.full_name: each for each in copies.shapes(connection)}
    for shape in contents.tables:
        found = there.get(shape.full_name)
        if found is None or set(found.columns) != set(shape.columns):
            raise ArchiveError(f"{checked.path.name}: it holds {shape.full_name} otherwise than this version makes it")
    ties = copies.untie(connection)
    shapes = {each.full_name: each for each in contents.tables}
    for name, blocks in itertools.groupby(archive.table_blocks(checked.path, ring), key=itemgetter(0)):
        copies.copy_in(connection, shapes[name], map(itemgetter(1), blocks))
    copies.set_sequences(connection, summary.sequences)
    copies.tie(connection, ties)
    for shape in contents.tables:
        tally = copies.tally(connection, shape)
        if (tally.rows, tally.hash) != summary.tables[shape.full_name]:
            raise ArchiveError(f"{checked.path.name}: {shape.full_name} did not come back as it was")
    connection.execute(text("ANALYZE"))


def _erase_and_close(session: Session, contents: Contents, wanted: Wanted) -> Restored:
    """Erase again who was erased since, end all sign-ins, and say in the trail what was done."""
    now = wanted.wall + wanted.offset + demo_clock.moved_by(session)
    trail_end = audit_chain.length(session)
    erased = _erase_again(session, wanted.erased, now=now)
    # Who was asked whether to stay is asked again: an answer since then is lost, and silence would erase.
    session.execute(update(Rider).where(Rider.asked_on.is_not(None)).values(asked_on=None))
    made_at = contents.made_at.isoformat(timespec="seconds")
    facts: lifecycle.Facts = {"made_at": made_at, "erased": erased, "position": trail_end}
    lifecycle.record(session, "backup", None, "backup.restored", actor=ACTOR, now=now, facts=facts)
    ended = emergency.end_sessions(session, reason="restore", actor=ACTOR, now=now, wall=wanted.wall)
    return Restored(erased, ended, trail_end)


def _erase_again(session: Session, erased: Collection[Erased], *, now: datetime) -> int:
    """Erase whom the ledger names and the backup does not know as erased; return how many there were."""
    count = 0
    for ids in _some(erased, RIDER):
        query = select(Rider).where(Rider.public_id.in_(ids), Rider.state != ERASED_STATE).order_by(Rider.id)
        for rider in session.scalars(query).all():
            members.give_up_and_erase(session, rider, actor=ACTOR, now=now)
            count += 1
    for ids in _some(erased, LINE_EVENT):
        held = LineEvent.webhook_event_id.in_(ids), LineEvent.body_sealed.is_not(None)
        for event in session.scalars(select(LineEvent).where(*held)).all():
            event.body = ""
            count += 1
    return count


def _some(erased: Collection[Erased], kind: str) -> Iterator[list[str]]:
    """Return the ids of a kind, some at a time."""
    ids = sorted(each.id for each in erased if each.kind == kind)
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


def _put_files(checked: Checked, ring: Keyring, spool: Path) -> None:
    """Put the sealed files back that are not there; the sweeper takes them up."""
    for name, content in archive.files(checked.path, ring) if checked.summary.files else ():
        place = spool / Path(name).name
        if not place.exists():
            spool.mkdir(parents=True, exist_ok=True, mode=0o700)
            place.touch(mode=0o600)
            place.write_bytes(content)

"""Make a backup: one moment of the whole database in one sealed file, read back before it takes its name (S-12)."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine, select

from backend.db import copies, erasures, migrate
from backend.db.erasures import RIDER, Erased
from backend.db.keyring import Keyring
from backend.db.models import Base, Rider
from backend.db.sealed_chunks import ArchiveError
from backend.db.session import transaction
from backend.services.backups import archive, folder
from backend.services.backups.archive import ArchiveWriter, Contents, Summary
from backend.services.erasure import ERASED_STATE
from backend.settings import Settings


@dataclass(frozen=True, slots=True)
class Plan:
    """Where backups go, for how many days, of whom, and what lies beside the database."""

    folder: Path
    keep_days: int
    ledger: Path
    spool: Path
    town: str

    @classmethod
    def of(cls, settings: Settings, to: Path) -> Self:
        """Return the plan of an installation, with the folder that was chosen."""
        town = urlsplit(settings.public_url).hostname or settings.public_url
        return cls(to, settings.backup_days, settings.erasures, settings.spool, town)


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made: its file and size, what is in it, which tables are not ours, how many expired."""

    path: Path
    size: int
    summary: Summary
    left_out: tuple[str, ...]
    expired: int


def make(engine: Engine, ring: Keyring, plan: Plan, *, wall: datetime) -> Made:
    """Make a backup and remove those past their keeping; raise `ArchiveError` when none could be made.

    People go on booking meanwhile: all tables are read as of one moment.
    """
    try:
        with folder.only_one(plan.folder):
            note_erasures(engine, plan.ledger)
            erasures.append(plan.ledger, ())  # a restore wants to see one, also an empty one
            path = folder.path_for(plan.folder, wall)
            half = path.with_suffix(folder.HALF)
            try:
                summary, left_out = _write(engine, ring, plan, half, wall=wall)
                archive.check(half, ring)
                half.rename(path)
                erasures.sync_folder(plan.folder)
            finally:
                half.unlink(missing_ok=True)
            expired = folder.remove_expired(plan.folder, keep_days=plan.keep_days, wall=wall)
            return Made(path, path.stat().st_size, summary, left_out, expired)
    except OSError as error:
        raise ArchiveError(f"{plan.folder}: {error.strerror}") from error


def note_erasures(engine: Engine, ledger: Path) -> int:
    """Add to the ledger who was erased without a line in it, after a crash; return how many."""
    with transaction(engine) as session:
        gone = session.scalars(select(Rider.public_id).where(Rider.state == ERASED_STATE)).all()
    return erasures.add_missing(ledger, (Erased(RIDER, public_id) for public_id in gone))


def _write(engine: Engine, ring: Keyring, plan: Plan, half: Path, *, wall: datetime) -> tuple[Summary, tuple[str, ...]]:
    """Write everything to a file that nobody else can read, and have it on the disk."""
    # Read before the database: an event that is taken up in between stands in both, and is known by its id.
    spooled = _spooled(plan.spool)
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file, migrate.kept_away(engine):
        with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection, connection.begin():
            copies.prepare(connection)
            shapes, left_out = _tables(engine, connection)
            contents = Contents(wall, plan.town, migrate.revision(connection), archive.keys_of(ring), tuple(shapes))
            writer = ArchiveWriter(file, ring, contents)
            for name, content in spooled.items():
                writer.add_file(name, content)
            for shape in shapes:
                writer.add_table(shape, copies.copy_out(connection, shape))
            summary = writer.close(copies.sequences(connection))
        file.flush()
        os.fsync(file.fileno())
    return summary, tuple(left_out)


def _tables(engine: Engine, connection: Connection) -> tuple[list[copies.TableShape], list[str]]:
    """Return our tables, and the names of others that somebody put beside them: nothing could restore those."""
    shapes = copies.shapes(connection)
    if not shapes or migrate.revision(connection) == "":
        raise ArchiveError("the database has no tables yet (run migrate)")
    if not migrate.is_current(engine):
        return shapes, []
    ours = {f"{table.schema or 'public'}.{table.name}" for table in Base.metadata.sorted_tables}
    return [each for each in shapes if each.full_name in ours], [
        each.full_name for each in shapes if each.full_name not in ours
    ]


def _spooled(spool: Path) -> Mapping[str, bytes]:
    """Return the sealed files of events that wait for the database; one that was just taken up is in it."""
    found: dict[str, bytes] = {}
    for path in sorted(spool.glob("*.event")):
        try:
            found[path.name] = path.read_bytes()
        except FileNotFoundError:
            continue
    return found

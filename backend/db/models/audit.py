"""Who did what: ids and names of fields, never values."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import JSON, BigInteger, Connection, ForeignKey, Index, LargeBinary, event, insert, inspect, select
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from backend.clock import wall
from backend.db import audit_marks, seals
from backend.db.audit_marks import Said
from backend.db.models.base import Base, Code, HasSealed, Id, Sealed


class AuditEntry(Base):
    """One act. Only ever added; `AuditLink` chains them.

    ``mark`` is made by the application with a key that the database does not have: who writes to the table by other
    means cannot make one.
    """

    __tablename__ = "audit_entries"

    id: Mapped[Id]
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[Code]
    object_kind: Mapped[Code]
    object_id: Mapped[int | None]
    facts: Mapped[dict[str, str | int]] = mapped_column(JSON)
    mark: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (
        Index("ix_audit_entries_object", "object_kind", "object_id"),
        Index("ix_audit_entries_action_at", "action", "at"),
    )


class AuditLink(Base):
    """The place of an entry in the chain: each hash covers its entry and the hash before (S-25, C-13).

    Made a moment after the entry, outside every lock of a booking; the last hash is kept in a second place.
    """

    __tablename__ = "audit_links"

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(ForeignKey(AuditEntry.id), unique=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    linked_at: Mapped[datetime]


class DemoClock(Base):
    """How far the demo page has moved the service's clock: one row, shared by all processes."""

    __tablename__ = "demo_clock"

    id: Mapped[int] = mapped_column(primary_key=True)
    moved_s: Mapped[int]


@event.listens_for(AuditEntry, "before_insert")
def _mark_entry(_mapper: Mapper[AuditEntry], _connection: Connection, entry: AuditEntry) -> None:
    said = Said(entry.at, entry.actor, entry.action, entry.object_kind, entry.object_id, entry.facts)
    entry.mark = audit_marks.make(said.line())


@event.listens_for(HasSealed, "before_update", propagate=True)
def _note_rewriting(mapper: Mapper[HasSealed], connection: Connection, row: HasSealed) -> None:
    """Leave a trail of every rewriting of a row's sealed columns: a whole row put back is found by it."""
    attributes = inspect(row).attrs
    if not attributes.seal_generations.history.has_changes():
        return
    table = mapper.tables[0]
    columns = {name for each in type(row).__mro__ for name, value in vars(each).items() if isinstance(value, Sealed)}
    ours = {name for name in columns if attributes[f"{name}_sealed"].history.has_changes()}
    row_id = int(inspect(row).identity[0])
    if mapper.version_id_col is None and len(columns) > 1:
        stored = connection.scalar(select(table.c.seal_generations).where(table.c.id == row_id).with_for_update())
        seals.take_over(row, stored, ours)
    if row.keeps_history:
        facts: dict[str, str | int] = {"generation": sum(abs(each) for each in seals.numbers_of(row).values())}
        said = Said(wall(), "row", audit_marks.ROW_SEALED, table.name, row_id, facts)
        connection.execute(insert(AuditEntry).values(**asdict(said), mark=audit_marks.make(said.line())))

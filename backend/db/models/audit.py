"""Who did what: ids and names of fields, never values."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from backend.db.models.base import Base, Code, Id


class AuditEntry(Base):
    """One act. Only ever added; `AuditLink` chains them."""

    __tablename__ = "audit_entries"

    id: Mapped[Id]
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[Code]
    object_kind: Mapped[Code]
    object_id: Mapped[int | None]
    facts: Mapped[dict[str, str | int]] = mapped_column(JSON)


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

"""Who did what: ids and names of fields, never values."""

from datetime import datetime

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from backend.db.models.base import Base, Code, Id


class AuditEntry(Base):
    """One act. Only ever added."""

    __tablename__ = "audit_entries"

    id: Mapped[Id]
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[Code]
    object_kind: Mapped[Code]
    object_id: Mapped[int | None]
    facts: Mapped[dict[str, str | int]] = mapped_column(JSON)


class DemoClock(Base):
    """How far the demo page has moved the service's clock: one row, shared by all processes."""

    __tablename__ = "demo_clock"

    id: Mapped[int] = mapped_column(primary_key=True)
    moved_s: Mapped[int]

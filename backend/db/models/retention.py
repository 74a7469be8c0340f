"""For how long personal data are kept, as it was agreed with the town (Q-69)."""

from datetime import date, datetime

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from backend.db.models.base import Base, Id


class RetentionTerms(Base):
    """The periods of keeping, in days by their names; the newest row counts, older ones stay as history.

    ``agreed_on`` and ``agreed_with`` are the town's consent to routine erasure: without them nothing is erased (C-17).
    """

    __tablename__ = "retention_terms"

    id: Mapped[Id]
    days: Mapped[dict[str, int]] = mapped_column(JSON)
    agreed_on: Mapped[date | None]
    agreed_with: Mapped[str] = mapped_column(default="")
    entered_at: Mapped[datetime]
    entered_by: Mapped[str]

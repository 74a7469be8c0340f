"""What machines were answered, so that the same request sent again is answered alike."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.db.models.base import Base, Id
from backend.db.models.staff import Staff


class MachineAnswer(Base):
    """The answer to a change that came over the machine API under an idempotency key, kept for some days.

    ``request_index`` is a keyed hash of method, path and body: nobody reads from it who was booked for.
    """

    __tablename__ = "machine_answers"

    id: Mapped[Id]
    staff_id: Mapped[int] = mapped_column(ForeignKey(Staff.id))
    key: Mapped[str]
    request_index: Mapped[bytes] = mapped_column(LargeBinary)
    code: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    answered_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (UniqueConstraint("staff_id", "key"),)

"""Which days, and when nothing new is taken."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.db.models.base import Base, Code, Id
from backend.db.models.network import Stop, TransportService


class ServiceDay(Base):
    """One service on one day: the row whose lock serialises everything decided for that day.

    ``gap_s`` is what lies between two stops besides driving: a day keeps what its first promises were made with.
    """

    __tablename__ = "service_days"

    id: Mapped[Id]
    transport_service_id: Mapped[int] = mapped_column(ForeignKey(TransportService.id))
    day: Mapped[date]
    gap_s: Mapped[int] = mapped_column(default=0)

    __table_args__ = (UniqueConstraint("transport_service_id", "day"),)


class ClosedDay(Base):
    """Days a service does not run, beside weekdays and holidays (D-04). ``yearly`` repeats by month and day.

    With ``applies_to`` desk it is only the phone desk that is shut (Q-42).
    """

    __tablename__ = "closed_days"

    id: Mapped[Id]
    transport_service_id: Mapped[int] = mapped_column(ForeignKey(TransportService.id))
    from_day: Mapped[date]
    to_day: Mapped[date]
    yearly: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str]
    applies_to: Mapped[Code] = mapped_column(default="running")

    __table_args__ = (CheckConstraint("applies_to IN ('running', 'desk')", name="applies_to"),)


class AcceptanceStop(Base):
    """No new bookings are taken (D-43); for some days, a span of the day, or a stop only (Q-23).

    With ``is_suspension`` nothing is driven there either: bookings held were called off with it (T-47).
    """

    __tablename__ = "acceptance_stops"

    id: Mapped[Id]
    transport_service_id: Mapped[int] = mapped_column(ForeignKey(TransportService.id))
    reason: Mapped[str]
    started_at: Mapped[datetime]
    started_by: Mapped[str]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    from_day: Mapped[date | None]
    to_day: Mapped[date | None]
    from_s: Mapped[int | None]
    to_s: Mapped[int | None]
    stop_id: Mapped[int | None] = mapped_column(ForeignKey(Stop.id))
    is_suspension: Mapped[bool] = mapped_column(default=False)

"""What a ride costs, what was taken, and what running cost."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.db.models.base import Base, Code, Id
from backend.db.models.bookings import Booking
from backend.db.models.network import TransportService


class FareTable(Base):
    """The fares of a service from a day on (D-08)."""

    __tablename__ = "fare_tables"

    id: Mapped[Id]
    transport_service_id: Mapped[int] = mapped_column(ForeignKey(TransportService.id))
    valid_from: Mapped[date]

    fares: Mapped[list["Fare"]] = relationship(order_by="Fare.seq", cascade="all, delete-orphan")

    __table_args__ = (UniqueConstraint("transport_service_id", "valid_from"),)


class Fare(Base):
    """The fare of one category, one person, one ride."""

    __tablename__ = "fares"

    fare_table_id: Mapped[int] = mapped_column(ForeignKey(FareTable.id), primary_key=True)
    category: Mapped[Code] = mapped_column(primary_key=True)
    seq: Mapped[int]
    yen: Mapped[int]


class FareRecord(Base):
    """What the driver took for a booking; corrections are further rows with a reason (D-36)."""

    __tablename__ = "fare_records"

    id: Mapped[Id]
    booking_id: Mapped[int] = mapped_column(ForeignKey(Booking.id), index=True)
    due_yen: Mapped[int]
    received_yen: Mapped[int]
    pay_kind: Mapped[Code]
    reason: Mapped[str | None]
    at: Mapped[datetime]
    by: Mapped[str]


class CostEntry(Base):
    """What running the service cost in a month; several entries add up (D-11). ``month`` is its first day."""

    __tablename__ = "cost_entries"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True)
    transport_service_id: Mapped[int] = mapped_column(ForeignKey(TransportService.id))
    month: Mapped[date]
    yen: Mapped[int]
    note: Mapped[str]
    entered_at: Mapped[datetime]
    entered_by: Mapped[str]

    __table_args__ = (
        CheckConstraint("yen >= 0", name="not_negative"),
        CheckConstraint("EXTRACT(day FROM month) = 1", name="first_of_month"),
    )

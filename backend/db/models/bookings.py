"""Bookings, what was promised, and what had to be refused."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.db.models.base import Base, Code, Id, PublicId
from backend.db.models.calendar import ServiceDay
from backend.db.models.network import Stop, TransportService
from backend.db.models.people import Rider
from backend.db.models.runs import Run


class Booking(Base):
    """A confirmed ride of a party. ``number`` is what the rider says to the driver: unique within the day.

    ``told_pickup_s`` is the planned pick-up the rider was last told (Q-13). ``is_promise_broken`` marks a ride that a
    breakdown put elsewhere: the promise stays on record, the visits have the windows that were found instead.
    """

    __tablename__ = "bookings"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    number: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    transport_service_id: Mapped[int] = mapped_column(ForeignKey(TransportService.id))
    service_day_id: Mapped[int] = mapped_column(ForeignKey(ServiceDay.id), index=True)
    run_id: Mapped[int] = mapped_column(ForeignKey(Run.id), index=True)
    rider_id: Mapped[int | None] = mapped_column(ForeignKey(Rider.id), index=True)
    channel: Mapped[Code]
    booked_by: Mapped[str]
    state: Mapped[Code] = mapped_column(default="confirmed")
    version: Mapped[int] = mapped_column(default=1)
    wish_kind: Mapped[Code]
    wish_s: Mapped[int]
    pickup_stop_id: Mapped[int] = mapped_column(ForeignKey(Stop.id))
    dropoff_stop_id: Mapped[int] = mapped_column(ForeignKey(Stop.id))
    seats: Mapped[int]
    wheelchairs: Mapped[int]
    fare_yen: Mapped[int]
    told_pickup_s: Mapped[int]
    created_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    cancelled_by: Mapped[str | None]
    late_cancellation: Mapped[bool] = mapped_column(default=False)
    is_promise_broken: Mapped[bool] = mapped_column(default=False)
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("bookings.id"))

    party: Mapped[list["PartyLine"]] = relationship(order_by="PartyLine.id", cascade="all, delete-orphan")
    promise: Mapped["PromiseRow"] = relationship(back_populates="booking", cascade="all, delete-orphan")
    service_day: Mapped[ServiceDay] = relationship()
    run: Mapped[Run] = relationship()
    rider: Mapped[Rider | None] = relationship()
    pickup_stop: Mapped[Stop] = relationship(foreign_keys=pickup_stop_id)
    dropoff_stop: Mapped[Stop] = relationship(foreign_keys=dropoff_stop_id)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- SQLAlchemy's own name
    __table_args__ = (
        UniqueConstraint("service_day_id", "number"),
        CheckConstraint("seats + wheelchairs > 0", name="somebody"),
        CheckConstraint("pickup_stop_id <> dropoff_stop_id", name="two_stops"),
    )


class PartyLine(Base):
    """Persons of one fare category in a party, and the fare each."""

    __tablename__ = "party_lines"

    id: Mapped[Id]
    booking_id: Mapped[int] = mapped_column(ForeignKey(Booking.id), index=True)
    category: Mapped[Code]
    persons: Mapped[int]
    fare_each_yen: Mapped[int]

    __table_args__ = (CheckConstraint("persons > 0", name="somebody"),)


class PromiseRow(Base):
    """What was promised at confirmation. Never updated: later bookings may not break it (Q-13)."""

    __tablename__ = "promises"

    booking_id: Mapped[int] = mapped_column(ForeignKey(Booking.id), primary_key=True)
    pickup_earliest_s: Mapped[int]
    pickup_latest_s: Mapped[int]
    arrive_latest_s: Mapped[int]
    planned_pickup_s: Mapped[int]
    planned_dropoff_s: Mapped[int]
    max_ride_s: Mapped[int]
    made_at: Mapped[datetime]

    booking: Mapped[Booking] = relationship(back_populates="promise")


class RefusedWish(Base):
    """One wish that could not be met, from any channel. Tries of one person within an hour share a ``need_id``."""

    __tablename__ = "refused_wishes"

    id: Mapped[Id]
    transport_service_id: Mapped[int] = mapped_column(ForeignKey(TransportService.id))
    at: Mapped[datetime]
    code: Mapped[Code]
    facts: Mapped[dict[str, str | int]] = mapped_column(JSON)
    channel: Mapped[Code]
    rider_id: Mapped[int | None] = mapped_column(ForeignKey(Rider.id))
    need_id: Mapped[int | None] = mapped_column(ForeignKey("refused_wishes.id"), index=True)
    day: Mapped[date]
    wish_kind: Mapped[Code]
    wish_s: Mapped[int]
    pickup_stop_id: Mapped[int] = mapped_column(ForeignKey(Stop.id))
    dropoff_stop_id: Mapped[int] = mapped_column(ForeignKey(Stop.id))
    seats: Mapped[int]
    wheelchairs: Mapped[int]
    alternatives: Mapped[int]
    limits: Mapped[dict[str, str]] = mapped_column(JSON)

"""What drives: vehicles, who drives them when, and where they are."""

from datetime import date, datetime

from sqlalchemy import ARRAY, ForeignKey, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.db.models.base import Base, Code, Id
from backend.db.models.calendar import ServiceDay
from backend.db.models.network import Stop, TransportService
from backend.db.models.staff import Carrier, Staff


class Vehicle(Base):
    """A vehicle with its seats and wheelchair places (D-12). ``look`` is how riders know it (T-54).

    A ``spare`` has no timetable of its own: it drives extra runs and stands in for others (T-21, T-22, T-46).
    """

    __tablename__ = "vehicles"

    id: Mapped[Id]
    code: Mapped[Code] = mapped_column(unique=True)
    carrier_id: Mapped[int] = mapped_column(ForeignKey(Carrier.id))
    name: Mapped[str]
    seats: Mapped[int]
    wheelchair_places: Mapped[int]
    depot_stop_id: Mapped[int] = mapped_column(ForeignKey(Stop.id))
    active: Mapped[bool] = mapped_column(default=True)
    look: Mapped[str] = mapped_column(default="")
    is_spare: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    depot: Mapped[Stop] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- SQLAlchemy's own name


class DutyPattern(Base):
    """Which vehicle and driver are out on which weekdays, from when to when: duties are made from it ahead.

    Without times the duty lasts as long as the service hours, and follows them.
    """

    __tablename__ = "duty_patterns"

    id: Mapped[Id]
    transport_service_id: Mapped[int] = mapped_column(ForeignKey(TransportService.id))
    vehicle_id: Mapped[int] = mapped_column(ForeignKey(Vehicle.id))
    driver_id: Mapped[int | None] = mapped_column(ForeignKey(Staff.id))
    weekdays: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    start_s: Mapped[int | None]
    end_s: Mapped[int | None]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class Duty(Base):
    """One vehicle and driver out for a span of one service day; without times, for the service hours.

    A vehicle that also drives line runs has a duty of each service; two area duties of it part around them.
    Such a piece starts at ``start_stop_id``, where a line run left the vehicle, and has to end at ``end_stop_id``,
    where the next one begins. ``driven_m`` is what the driver read off at the end (T-44).
    """

    __tablename__ = "duties"

    id: Mapped[Id]
    service_day_id: Mapped[int] = mapped_column(ForeignKey(ServiceDay.id), index=True)
    vehicle_id: Mapped[int] = mapped_column(ForeignKey(Vehicle.id))
    driver_id: Mapped[int | None] = mapped_column(ForeignKey(Staff.id))
    start_s: Mapped[int | None]
    end_s: Mapped[int | None]
    start_stop_id: Mapped[int | None] = mapped_column(ForeignKey(Stop.id))
    end_stop_id: Mapped[int | None] = mapped_column(ForeignKey(Stop.id))
    driven_m: Mapped[int | None]

    vehicle: Mapped[Vehicle] = relationship()

    __table_args__ = (UniqueConstraint("service_day_id", "vehicle_id", "start_s", postgresql_nulls_not_distinct=True),)


class Position(Base):
    """Where a vehicle was last (D-38): one row a vehicle, so that no track of a driver is kept."""

    __tablename__ = "positions"

    vehicle_id: Mapped[int] = mapped_column(ForeignKey(Vehicle.id), primary_key=True)
    at: Mapped[datetime]
    lat: Mapped[float]
    lon: Mapped[float]

"""What the masters' pages show: every row a town may change, retired and coming ones too (D-21)."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from backend.db.models import (
    BookingRuleRow,
    Carrier,
    ClosedDay,
    DutyPattern,
    FareTable,
    OperatingPeriod,
    ServiceStop,
    Staff,
    Stop,
    Vehicle,
)
from backend.domain.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class ServedStop:
    """A stop with how a service serves it."""

    stop: Stop
    in_area: bool
    valid_from: date | None
    valid_to: date | None

    def is_served(self, day: date) -> bool:
        """Tell whether one can get on or off there on ``day``."""
        has_begun = self.valid_from is None or self.valid_from <= day
        return self.in_area and has_begun and (self.valid_to is None or self.valid_to >= day)


@dataclass(frozen=True, slots=True)
class PatternRow:
    """A duty pattern with the names of its vehicle and driver."""

    id: int
    vehicle_name: str
    driver_name: str
    weekdays: tuple[int, ...]
    start_s: int | None
    end_s: int | None
    valid_from: date | None
    valid_to: date | None


def list_served(session: Session, service_id: int) -> list[ServedStop]:
    """Return all stops of a service, served or not: along the line where it is one, else by kana (T-07)."""
    query = (
        select(Stop, ServiceStop)
        .join(ServiceStop)
        .where(ServiceStop.transport_service_id == service_id)
        .order_by(ServiceStop.seq, Stop.kana, Stop.id)
    )
    return [
        ServedStop(stop, served.in_area, served.valid_from, served.valid_to) for stop, served in session.execute(query)
    ]


def service_of_stop(session: Session, stop_id: int) -> int:
    """Return the id of the service that serves a stop, the first one where several do; raise `NotFoundError`."""
    query = select(ServiceStop.transport_service_id).where(ServiceStop.stop_id == stop_id).order_by(ServiceStop.id)
    service_id = session.scalar(query.limit(1))
    if service_id is None:
        raise NotFoundError(f"stop {stop_id}")
    return service_id


def get_served(session: Session, service_id: int, stop_id: int) -> ServedStop:
    """Return one stop of a service; raise `NotFoundError`."""
    found = next((each for each in list_served(session, service_id) if each.stop.id == stop_id), None)
    if found is None:
        raise NotFoundError(f"stop {stop_id}")
    return found


def list_rules(session: Session, service_id: int) -> list[BookingRuleRow]:
    """Return when each channel may book."""
    query = select(BookingRuleRow).where(BookingRuleRow.transport_service_id == service_id)
    return list(session.scalars(query.order_by(BookingRuleRow.channel)))


def list_closed_days(session: Session, service_id: int) -> list[ClosedDay]:
    """Return the days without service that were entered."""
    query = select(ClosedDay).where(ClosedDay.transport_service_id == service_id)
    return list(session.scalars(query.order_by(ClosedDay.yearly.desc(), ClosedDay.from_day, ClosedDay.id)))


def list_periods(session: Session, service_id: int) -> list[OperatingPeriod]:
    """Return the operating periods."""
    query = select(OperatingPeriod).where(OperatingPeriod.transport_service_id == service_id)
    return list(session.scalars(query.order_by(OperatingPeriod.runs_from)))


def list_fare_tables(session: Session, service_id: int) -> list[FareTable]:
    """Return all fare tables, the newest first."""
    query = select(FareTable).where(FareTable.transport_service_id == service_id).options(selectinload(FareTable.fares))
    return list(session.scalars(query.order_by(FareTable.valid_from.desc())))


def list_vehicles(session: Session) -> list[Vehicle]:
    """Return all vehicles, those out of use too."""
    return list(session.scalars(select(Vehicle).order_by(Vehicle.code)))


def list_carriers(session: Session) -> list[Carrier]:
    """Return the firms that drive."""
    return list(session.scalars(select(Carrier).order_by(Carrier.id)))


def list_patterns(session: Session, service_id: int) -> list[PatternRow]:
    """Return the duty patterns of a service."""
    query = (
        select(DutyPattern, Vehicle, Staff)
        .join(Vehicle, DutyPattern.vehicle_id == Vehicle.id)
        .outerjoin(Staff, DutyPattern.driver_id == Staff.id)
        .where(DutyPattern.transport_service_id == service_id)
        .order_by(Vehicle.code, DutyPattern.id)
    )
    return [
        PatternRow(
            id=pattern.id,
            vehicle_name=vehicle.name,
            driver_name=driver.name if driver else "",
            weekdays=tuple(pattern.weekdays),
            start_s=pattern.start_s,
            end_s=pattern.end_s,
            valid_from=pattern.valid_from,
            valid_to=pattern.valid_to,
        )
        for pattern, vehicle, driver in session.execute(query)
    ]

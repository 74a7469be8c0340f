"""Service days with their duties and runs. The row of a day is the lock for everything decided on it."""

from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.adapters.holidays import holiday_name
from backend.db.models import ClosedDay, Duty, DutyPattern, Run, ServiceDay, TransportService, Vehicle
from backend.domain.calendar import Calendar, Closure, Period


def calendar(session: Session, service: TransportService) -> Calendar:
    """Return the days of ``service`` as its rows say now."""
    closed = session.scalars(select(ClosedDay).where(ClosedDay.transport_service_id == service.id))
    return Calendar(
        weekdays=frozenset(service.weekdays),
        closed_on_holidays=service.closed_on_holidays,
        periods=tuple(
            Period(row.accepts_from, row.accepts_to, row.runs_from, row.runs_to) for row in service.operating_periods
        ),
        closures=tuple(Closure(row.from_day, row.to_day, row.reason, row.yearly) for row in closed),
        holiday_name=holiday_name,
    )


def lock(session: Session, service_id: int, day: date) -> ServiceDay:
    """Take the lock of one service and day, and return the day with its runs made.

    Nothing that decides may be read before (design.md 2.7).
    """
    session.execute(insert(ServiceDay).values(transport_service_id=service_id, day=day).on_conflict_do_nothing())
    chosen = ServiceDay.transport_service_id == service_id, ServiceDay.day == day
    service_day = session.scalars(
        select(ServiceDay).where(*chosen).with_for_update().execution_options(populate_existing=True)
    ).one()
    _make_runs(session, service_day)
    return service_day


def lock_id(session: Session, service_day_id: int) -> ServiceDay:
    """Take the lock of a service day by its id."""
    service_day = session.get_one(ServiceDay, service_day_id)
    return lock(session, service_day.transport_service_id, service_day.day)


def ensure(session: Session, service_id: int, day: date) -> ServiceDay:
    """Return the day, made if absent; takes the lock only then."""
    chosen = ServiceDay.transport_service_id == service_id, ServiceDay.day == day
    found = session.scalars(select(ServiceDay).where(*chosen)).one_or_none()
    if found is not None and not _missing_patterns(session, found):
        return found
    return lock(session, service_id, day)


def _missing_patterns(session: Session, service_day: ServiceDay) -> list[DutyPattern]:
    """Return the patterns of this day that no duty was made of yet; of vehicles that are in use."""
    made = select(Duty.vehicle_id).where(Duty.service_day_id == service_day.id)
    query = (
        select(DutyPattern)
        .join(Vehicle, Vehicle.id == DutyPattern.vehicle_id)
        .where(
            DutyPattern.transport_service_id == service_day.transport_service_id,
            Vehicle.active,
            or_(DutyPattern.valid_from.is_(None), DutyPattern.valid_from <= service_day.day),
            or_(DutyPattern.valid_to.is_(None), DutyPattern.valid_to >= service_day.day),
            DutyPattern.vehicle_id.not_in(made),
        )
        .order_by(DutyPattern.id)
    )
    patterns = {row.vehicle_id: row for row in session.scalars(query) if service_day.day.weekday() in row.weekdays}
    return list(patterns.values())


def _make_runs(session: Session, service_day: ServiceDay) -> None:
    """Make the duties of the day, and one empty run for each."""
    for pattern in _missing_patterns(session, service_day):
        duty = Duty(
            service_day_id=service_day.id,
            vehicle_id=pattern.vehicle_id,
            driver_id=pattern.driver_id,
            start_s=pattern.start_s,
            end_s=pattern.end_s,
        )
        session.add(duty)
        session.flush()
        session.add(Run(service_day_id=service_day.id, duty_id=duty.id, kind="area"))
    session.flush()

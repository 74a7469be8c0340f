"""Service days with their duties and runs. The row of a day is the lock for everything decided on it."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Select, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.db.models import Duty, DutyPattern, Run, ServiceDay, TransportService, Vehicle
from backend.db.queries import timetable
from backend.services import breaks, calendars, line_runs, parting

AREA = "area"

calendar = calendars.of


def lock(session: Session, service_id: int, day: date) -> ServiceDay:
    """Take the lock of one service and day, and return the day with its runs made.

    Nothing that decides may be read before (design.md 2.7).
    """
    gap_s = select(TransportService.gap_s).where(TransportService.id == service_id).scalar_subquery()
    made = insert(ServiceDay).values(transport_service_id=service_id, day=day, gap_s=gap_s)
    session.execute(made.on_conflict_do_nothing())
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
    if found is not None and _is_made(session, found):
        return found
    return lock(session, service_id, day)


def _is_made(session: Session, service_day: ServiceDay) -> bool:
    service = session.get_one(TransportService, service_day.transport_service_id)
    if timetable.has_any(session, service.id):
        return not line_runs.missing(session, service, service_day)
    return not _missing_patterns(session, service_day)


def patterns(session: Session, service_day: ServiceDay) -> list[DutyPattern]:
    """Return the patterns by which vehicles in use go out on a day, one for each vehicle: the last one entered."""
    return _last_of_each(session.scalars(_of_day(service_day)), service_day)


def _missing_patterns(session: Session, service_day: ServiceDay) -> list[DutyPattern]:
    """Return the patterns of this day that no duty was made of yet: none for most who ask, so it is asked for these."""
    made = select(Duty.vehicle_id).where(Duty.service_day_id == service_day.id)
    return _last_of_each(session.scalars(_of_day(service_day).where(DutyPattern.vehicle_id.not_in(made))), service_day)


def _of_day(service_day: ServiceDay) -> Select[DutyPattern]:
    return (
        select(DutyPattern)
        .join(Vehicle, Vehicle.id == DutyPattern.vehicle_id)
        .where(
            DutyPattern.transport_service_id == service_day.transport_service_id,
            Vehicle.active,
            or_(DutyPattern.valid_from.is_(None), DutyPattern.valid_from <= service_day.day),
            or_(DutyPattern.valid_to.is_(None), DutyPattern.valid_to >= service_day.day),
        )
        .order_by(DutyPattern.id)
    )


def _last_of_each(rows: Iterable[DutyPattern], service_day: ServiceDay) -> list[DutyPattern]:
    return list({row.vehicle_id: row for row in rows if service_day.day.weekday() in row.weekdays}.values())


def _make_runs(session: Session, service_day: ServiceDay) -> None:
    """Make the duties and runs of the day that are not there yet."""
    service = session.get_one(TransportService, service_day.transport_service_id)
    missing = _missing_patterns(session, service_day)
    if not timetable.has_any(session, service.id):
        _make_area_runs(session, service, service_day, missing)
        return
    entries = line_runs.missing(session, service, service_day)
    if entries:
        session.add_all(_duty(service_day, each, parting.Piece(each.start_s, each.end_s)) for each in missing)
        session.flush()
        line_runs.make(session, service_day, entries)


def _make_area_runs(
    session: Session, service: TransportService, service_day: ServiceDay, missing: list[DutyPattern]
) -> None:
    """Make the duties of an area service, parted around line runs of their vehicles, and a run with breaks for each."""
    for pattern in missing:
        for piece in parting.pieces(session, service, pattern, service_day.day):
            duty = _duty(service_day, pattern, piece)
            session.add(duty)
            session.flush()
            run = Run(service_day_id=service_day.id, duty_id=duty.id, kind=AREA)
            session.add(run)
            session.flush()
            breaks.make(session, service, duty, run)
    session.flush()


def _duty(service_day: ServiceDay, pattern: DutyPattern, piece: parting.Piece) -> Duty:
    return Duty(
        service_day_id=service_day.id,
        vehicle_id=pattern.vehicle_id,
        driver_id=pattern.driver_id,
        start_s=piece.start_s,
        end_s=piece.end_s,
        start_stop_id=piece.start_stop_id,
        end_stop_id=piece.end_stop_id,
    )

"""The dated runs of a timetable: one for each entry of the day, on the duty of its vehicle (T-02 to T-04, T-21)."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import Duty, DutyPattern, Run, ServiceDay, TimetableEntry, TransportService
from backend.db.queries import timetable
from backend.db.queries.timetable import EntryView
from backend.services import calendars


def planned(session: Session, service: TransportService, day: date) -> list[EntryView]:
    """Return the entries that a service runs on ``day``, by departure: none when it is closed, or has no timetable."""
    if timetable.find_version(session, service.id, day) is None:
        return []
    if calendars.of(session, service).why_closed(day) is not None:
        return []
    return timetable.list_entries(session, service.id, day)


def missing(session: Session, service: TransportService, service_day: ServiceDay) -> list[EntryView]:
    """Return the entries of the day that no run was made of yet."""
    made = set(
        session.scalars(
            select(TimetableEntry.code)
            .join(Run, Run.timetable_entry_id == TimetableEntry.id)
            .where(Run.service_day_id == service_day.id)
        )
    )
    if timetable.codes_on(session, service.id, service_day.day) <= made:
        return []
    return [entry for entry in planned(session, service, service_day.day) if entry.code not in made]


def make(session: Session, service_day: ServiceDay, entries: Sequence[EntryView]) -> None:
    """Make the runs of ``entries``. Under the lock of the day; duties by pattern have to be made before."""
    for entry in entries:
        duty = duty_of(session, service_day, entry.vehicle_id)
        run = Run(
            service_day_id=service_day.id,
            duty_id=duty.id,
            kind=entry.kind,
            timetable_entry_id=entry.id,
            departs_s=entry.departs_s,
            arrives_s=entry.arrives_s,
            booking_limit=entry.booking_limit,
        )
        session.add(run)
    session.flush()


def duty_of(session: Session, service_day: ServiceDay, vehicle_id: int) -> Duty:
    """Return the duty on which a vehicle drives the runs of a line's day, made where no pattern made it."""
    chosen = Duty.service_day_id == service_day.id, Duty.vehicle_id == vehicle_id
    found = session.scalars(select(Duty).where(*chosen).order_by(Duty.id).limit(1)).one_or_none()
    if found is not None:
        return found
    duty = Duty(
        service_day_id=service_day.id, vehicle_id=vehicle_id, driver_id=_usual_driver(session, vehicle_id, service_day)
    )
    session.add(duty)
    session.flush()
    return duty


def _usual_driver(session: Session, vehicle_id: int, service_day: ServiceDay) -> int | None:
    """Return who drives a vehicle on that weekday in any service, or nobody: then who takes it."""
    query = (
        select(DutyPattern)
        .where(DutyPattern.vehicle_id == vehicle_id, DutyPattern.driver_id.is_not(None))
        .order_by(DutyPattern.id)
    )
    weekday = service_day.day.weekday()
    return next((each.driver_id for each in session.scalars(query) if weekday in each.weekdays), None)

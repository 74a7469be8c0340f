"""When somebody answers the phone: hours and days of a service's desk (D-15, Q-42)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import ClosedDay, TransportService
from backend.domain import times
from backend.domain.calendar import Closure
from backend.domain.policies.phone_hours import PhoneHours
from backend.services import service_days

LOOK_BACK_DAYS = 31


@dataclass(frozen=True, slots=True)
class DeskNow:
    """Whether the desk of a service answers at a moment, and why not."""

    service_name: str
    hours: PhoneHours
    is_open_day: bool
    is_open: bool


def hours_of(service: TransportService) -> PhoneHours:
    """Return the desk's hours: its own where it has any, else from a lead before the service hours to their end."""
    if service.phone_start_s is not None and service.phone_end_s is not None:
        return PhoneHours(service.phone_start_s, service.phone_end_s)
    return PhoneHours.of(
        hours_start_s=service.hours_start_s, hours_end_s=service.hours_end_s, lead_s=service.phone_lead_s
    )


def is_desk_day(session: Session, service: TransportService, day: date) -> bool:
    """Tell whether the desk answers on ``day``: by its own weekdays, or else on running days; closures besides."""
    if service.phone_weekdays is None:
        is_open = service_days.calendar(session, service).why_closed(day) is None
    else:
        is_open = day.weekday() in service.phone_weekdays
    return is_open and not any(closure.covers(day) for closure in _desk_closures(session, service))


def last_desk_day(session: Session, service: TransportService, day: date) -> date:
    """Return ``day`` if the desk answers then, else the last day before on which it does (Q-42)."""
    days = (day - timedelta(days=back) for back in range(LOOK_BACK_DAYS))
    return next((each for each in days if is_desk_day(session, service, each)), day)


def at(session: Session, service: TransportService, *, now: datetime) -> DeskNow:
    """Return whether the desk of ``service`` answers at ``now``."""
    today = times.day_of(now)
    hours = hours_of(service)
    is_open_day = is_desk_day(session, service, today)
    is_open = is_open_day and hours.are_open(times.second_of(now, today))
    return DeskNow(service.name, hours, is_open_day, is_open)


def _desk_closures(session: Session, service: TransportService) -> list[Closure]:
    query = select(ClosedDay).where(ClosedDay.transport_service_id == service.id, ClosedDay.applies_to == "desk")
    return [Closure(row.from_day, row.to_day, row.reason, row.yearly) for row in session.scalars(query)]

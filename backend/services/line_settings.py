"""The figures of a line that a town may change: desk hours, limits, pay kinds, plan, reports, duties (Q-26, Q-33)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from backend.db.models import Booking, Run, ServiceDay, TimetableEntry, TimetableVersion, Vehicle
from backend.domain import times
from backend.domain.refusals import Refusal
from backend.services import lifecycle


@dataclass(frozen=True, slots=True)
class LineSettings:
    """Every figure of a line that its settings page shows. Fields are named like the columns.

    Without ``phone_weekdays`` the desk answers on running days.
    """

    name: str
    vehicle_sign: str
    report_recipient: str
    contractor_address: str
    contractor: str
    contractor_person: str
    weekdays: tuple[int, ...]
    closed_on_holidays: bool
    hours_start_s: int
    hours_end_s: int
    phone_number: str
    phone_start_s: int
    phone_end_s: int
    phone_weekdays: tuple[int, ...] | None
    max_party: int
    large_delay_s: int
    no_show_wait_s: int
    pay_kinds: tuple[str, ...]
    allows_top_up: bool
    handover_days: int
    handover_reminder_days: int
    report_due_day: int
    report_reminder_day: int
    longest_duty_s: int
    shortest_rest_s: int
    planned_days: int
    planned_fixed_runs: int
    planned_reserved_runs: int
    planned_extra_runs: int
    planned_day_km: int
    reminds: bool
    remind_at_s: int


def check(entry: LineSettings) -> Refusal | None:
    """Return which figures do not go together, or None."""
    if entry.phone_end_s <= entry.phone_start_s:
        return Refusal("desk_hours_backwards")
    if entry.handover_reminder_days >= entry.handover_days:
        return Refusal("reminder_after_due")
    if entry.report_reminder_day >= entry.report_due_day:
        return Refusal("reminder_after_due")
    return None


def check_limits(session: Session, service_id: int, limits: Mapping[str, int]) -> Refusal | None:
    """Return which run would book more persons than its vehicle carries, or None (Q-33)."""
    for entry in _entries(session, service_id):
        limit = limits.get(entry.code, entry.booking_limit)
        vehicles = session.scalars(
            select(Vehicle).where(Vehicle.id.in_((entry.vehicle_id, entry.holiday_vehicle_id))).order_by(Vehicle.seats)
        ).all()
        if limit > vehicles[0].seats:
            return Refusal("limit_over_seats", {"run": entry.code, "seats": vehicles[0].seats})
    return None


def set_limits(session: Session, service_id: int, limits: Mapping[str, int], *, now: datetime, actor: str) -> list[str]:
    """Set the most persons booked per run, by its code, in every timetable and on all days to come; return which.

    Bookings held stay: a run on which more are booked than a lower limit keeps as many places (T-20, Q-33).
    """
    changed = []
    persons = func.coalesce(func.sum(Booking.seats + Booking.wheelchairs), 0)
    booked = select(persons).where(Booking.run_id == Run.id, Booking.state != "cancelled").scalar_subquery()
    for entry in _entries(session, service_id):
        limit = limits.get(entry.code, entry.booking_limit)
        if limit == entry.booking_limit:
            continue
        entry.booking_limit = limit
        changed.append(entry.code)
        days = select(ServiceDay.id).where(
            ServiceDay.transport_service_id == service_id, ServiceDay.day >= times.day_of(now)
        )
        to_come = Run.timetable_entry_id == entry.id, Run.service_day_id.in_(days), Run.kind != "extra"
        session.execute(update(Run).where(*to_come).values(booking_limit=func.greatest(limit, booked)))
        facts: dict[str, str | int] = {"run": entry.code, "limit": limit}
        lifecycle.record(session, "timetable_entry", entry.id, "limit.changed", actor=actor, now=now, facts=facts)
    session.flush()
    return sorted(set(changed))


def _entries(session: Session, service_id: int) -> list[TimetableEntry]:
    query = (
        select(TimetableEntry)
        .join(TimetableVersion, TimetableVersion.id == TimetableEntry.timetable_version_id)
        .where(TimetableVersion.transport_service_id == service_id)
        .order_by(TimetableVersion.valid_from, TimetableEntry.departs_s, TimetableEntry.code)
    )
    return list(session.scalars(query))

"""Days that are made already follow a new timetable, under their locks; whom it hits is put on the call list (T-05)."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import Booking, Run, ServiceDay, TransportService, Visit
from backend.db.queries import timetable
from backend.db.queries.timetable import EntryView
from backend.domain import states
from backend.domain.refusals import Refusal
from backend.services import duty_parts, lifecycle, line_runs, notifications, service_days
from backend.services.modes import line

UNDECIDED = ("planned", "committed")
RESERVED = "reserved"
CHANGED = "timetable_changed"


@dataclass(frozen=True, slots=True)
class _Change:
    """Who changes a timetable, and when."""

    actor: str
    now: datetime


def follow(
    session: Session, service_id: int, valid_from: date, *, actor: str, now: datetime
) -> tuple[str, ...] | Refusal:
    """Let every day from ``valid_from`` on that is made follow its timetable; return the public ids of bookings hit.

    A refusal says which day stands against it; what was written until then has to be taken back by the caller.
    """
    change = _Change(actor, now)
    hit: list[str] = []
    for day in _days(session, valid_from):
        lock_all(session, day)
        service_day = service_days.lock(session, service_id, day)
        for run in _runs(session, service_day):
            followed = _follow_run(session, service_day, run, change)
            if isinstance(followed, Refusal):
                return followed
            hit.extend(followed)
        refusal = duty_parts.part_anew(session, day)
        if refusal:
            return refusal
    return tuple(hit)


def lock_all(session: Session, day: date) -> None:
    """Take the locks of all services on a day, in the order of the services: vehicles are shared between them."""
    query = (
        select(ServiceDay.transport_service_id).where(ServiceDay.day == day).order_by(ServiceDay.transport_service_id)
    )
    for each in session.scalars(query).all():
        service_days.lock(session, each, day)


def _days(session: Session, valid_from: date) -> list[date]:
    """Return the days that any service has made: an area day may hold duties of a line's vehicles."""
    return sorted(session.scalars(select(ServiceDay.day).where(ServiceDay.day >= valid_from).distinct()))


def _runs(session: Session, service_day: ServiceDay) -> list[Run]:
    query = (
        select(Run)
        .where(
            Run.service_day_id == service_day.id,
            Run.timetable_entry_id.is_not(None),
            Run.state.in_(UNDECIDED),
            Run.kind != "extra",
        )
        .order_by(Run.id)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(query))


def _follow_run(session: Session, service_day: ServiceDay, run: Run, change: _Change) -> list[str] | Refusal:
    """Put a run on its entry of the timetable in force; return whom that hits, or why it cannot be."""
    assert run.timetable_entry is not None
    service = session.get_one(TransportService, service_day.transport_service_id)
    entries = {each.code: each for each in line_runs.planned(session, service, service_day.day)}
    entry = entries.get(run.timetable_entry.code)
    bookings = _bookings(session, run)
    if entry is None:
        return _gone(session, run, bookings, change)
    persons = sum(each.seats + each.wheelchairs for each in bookings)
    if persons > entry.vehicle_seats:
        facts: dict[str, str | int] = {"day": service_day.day.isoformat(), "run": entry.code, "persons": persons}
        return Refusal("run_overbooked", facts)
    run.timetable_entry_id, run.kind = entry.id, entry.kind
    run.departs_s, run.arrives_s = entry.departs_s, entry.arrives_s
    run.booking_limit = max(entry.booking_limit, persons)  # who is booked stays booked
    run.duty_id = line_runs.duty_of(session, service_day, entry.vehicle_id).id
    run.plan_version += 1
    session.flush()
    session.refresh(run)
    hit = [each.public_id for each in bookings if _follow_booking(session, each, entry, change)]
    line.renumber(session, run)
    return hit


def _bookings(session: Session, run: Run) -> list[Booking]:
    query = select(Booking).where(Booking.run_id == run.id, Booking.state.in_(states.HOLDS_A_SEAT))
    return list(session.scalars(query.order_by(Booking.id).execution_options(populate_existing=True)))


def _gone(session: Session, run: Run, bookings: list[Booking], change: _Change) -> list[str]:
    """Let a run that the timetable has no more not operate, unless people wait for it: they are contacted first."""
    for booking in bookings:
        _contact(session, booking, change)
    if bookings:
        return [booking.public_id for booking in bookings]
    if run.state == "planned":
        lifecycle.move_run(session, run, "not_operated", actor=change.actor, now=change.now)
        run.decided_at = change.now
    return []


def _follow_booking(session: Session, booking: Booking, entry: EntryView, change: _Change) -> bool:
    """Move a booking's visits to the new times; tell whether the rider has to be contacted for it."""
    (sold,) = timetable.sold_entries([entry], booking.pickup_stop_id, booking.dropoff_stop_id) or (None,)
    promise = booking.promise
    if sold is not None and sold.kind == RESERVED:
        pickup_s, dropoff_s = sold.at(booking.pickup_stop_id).time_s, sold.at(booking.dropoff_stop_id).time_s
        if (pickup_s, dropoff_s) == (promise.pickup_latest_s, promise.arrive_latest_s):
            return False
        visits = session.scalars(select(Visit).where(Visit.booking_id == booking.id)).all()
        for visit in visits:
            time_s = pickup_s if visit.kind == "pickup" else dropoff_s
            visit.planned_s, visit.earliest_s, visit.latest_s = time_s, pickup_s, time_s
        booking.told_pickup_s = pickup_s
    booking.is_promise_broken = True
    _contact(session, booking, change)
    return True


def _contact(session: Session, booking: Booking, change: _Change) -> None:
    """Put a rider on the call list: a promised time is changed by agreement only (T-05)."""
    session.flush()
    owed = notifications.owe(
        session,
        CHANGED,
        dedupe_key=f"{CHANGED}:{booking.id}:{booking.version}",
        rider_id=booking.rider_id,
        booking_id=booking.id,
        priority=notifications.DELAYS_FIRST,
        now=change.now,
    )
    if owed is not None:
        notifications.to_call_list(session, owed, why=CHANGED, now=change.now)

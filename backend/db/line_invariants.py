"""What must hold of the runs of a line, and of a vehicle that drives for several services, from the rows alone.

Like `backend.db.invariants`, whose rules these join: shares no code with what plans or books.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import Booking, Duty, PromiseRow, Run, ServiceDay, StopTime, Vehicle, Visit

COUNTS = ("confirmed", "boarded", "completed", "no_show", "missed")
DRIVES = ("planned", "committed", "underway", "finished")
AREA = "area"


@dataclass(frozen=True, slots=True)
class Held:
    """A span that keeps a vehicle, and what does."""

    from_s: int
    to_s: int
    what: str


def check(session: Session) -> list[str]:
    """Return every fault found, one line each; empty when all is well."""
    rules = (
        runs_hold_their_limit,
        boarding_rules_hold,
        printed_times_hold,
        vehicles_are_in_one_place,
        nobody_rides_twice_at_once,
    )
    return [f"{rule.__name__}: {fault}" for rule in rules for fault in rule(session)]


def runs_hold_their_limit(session: Session) -> Iterator[str]:
    """Hold the persons booked over a whole run to its limit and its vehicle, overlap or not (T-20, Q-34)."""
    query = (
        select(Run.id, Run.booking_limit, Vehicle.seats, Vehicle.wheelchair_places, Booking.seats, Booking.wheelchairs)
        .join(Booking, Booking.run_id == Run.id)
        .join(Duty, Duty.id == Run.duty_id)
        .join(Vehicle, Vehicle.id == Duty.vehicle_id)
        .where(Run.timetable_entry_id.is_not(None), Run.state != "suspended", Booking.state.in_(COUNTS))
    )
    persons: dict[int, int] = defaultdict(int)
    most: dict[int, int] = {}
    for run_id, limit, seats, places, booked, wheelchairs in session.execute(query):
        persons[run_id] += booked + wheelchairs
        most[run_id] = min(limit if limit is not None else seats + places, seats + places)
    for run_id, count in persons.items():
        if count > most[run_id]:
            yield f"run {run_id} has {count} persons booked, {most[run_id]} at most"


def boarding_rules_hold(session: Session) -> Iterator[str]:
    """Whoever is booked gets on where one may get on, and off where one may get off, in this order (T-08 to T-11)."""
    for booking, stops in _line_rides(session):
        pickup, dropoff = stops.get(booking.pickup_stop_id), stops.get(booking.dropoff_stop_id)
        if pickup is None or dropoff is None or not pickup.may_board or not dropoff.may_alight:
            yield f"booking {booking.id} rides where nobody may"
        elif pickup.seq >= dropoff.seq:
            yield f"booking {booking.id} rides backwards"


def printed_times_hold(session: Session) -> Iterator[str]:
    """Hold promises on a run to its printed times, and plan no visit before them (T-12)."""
    for booking, stops in _line_rides(session):
        pickup, dropoff = stops.get(booking.pickup_stop_id), stops.get(booking.dropoff_stop_id)
        promise = booking.promise
        if pickup and dropoff and (promise.pickup_latest_s, promise.arrive_latest_s) != (pickup.time_s, dropoff.time_s):
            yield f"booking {booking.id} was promised {promise.pickup_latest_s}, printed is {pickup.time_s}"
    early = (
        select(Visit.id)
        .join(Run, Run.id == Visit.run_id)
        .where(Run.timetable_entry_id.is_not(None), Visit.planned_s < Visit.latest_s)
    )
    yield from (f"visit {each} is planned before its printed time" for each in session.scalars(early))


def vehicles_are_in_one_place(session: Session) -> Iterator[str]:
    """No vehicle drives a run of a line while it does anything else, in whatever service (T-21, T-46)."""
    query = (
        select(Run, Duty.vehicle_id, ServiceDay.day)
        .join(Duty, Duty.id == Run.duty_id)
        .join(ServiceDay, ServiceDay.id == Run.service_day_id)
        .where(Run.state.in_(DRIVES))
    )
    spans: dict[tuple[date, int], list[Held]] = defaultdict(list)
    for run, vehicle_id, day in session.execute(query):
        held = _held(session, run)
        if held is not None:
            spans[day, vehicle_id].append(held)
    for (day, vehicle_id), helds in spans.items():
        ordered = sorted(helds, key=lambda each: (each.from_s, each.to_s))
        for first, second in itertools.pairwise(ordered):
            if second.from_s < first.to_s:
                yield f"{day}: vehicle {vehicle_id} is on {first.what} and on {second.what}"


def nobody_rides_twice_at_once(session: Session) -> Iterator[str]:
    """No two rides of one rider overlap, whatever services they are of (Q-15)."""
    query = (
        select(Booking.rider_id, ServiceDay.day, PromiseRow.pickup_earliest_s, PromiseRow.arrive_latest_s, Booking.id)
        .join(PromiseRow, PromiseRow.booking_id == Booking.id)
        .join(ServiceDay, ServiceDay.id == Booking.service_day_id)
        .where(Booking.state.in_(("confirmed", "boarded")), Booking.rider_id.is_not(None))
        .order_by(Booking.rider_id, ServiceDay.day, PromiseRow.pickup_earliest_s)
    )
    last: dict[tuple[int | None, date], tuple[int, int]] = {}
    for rider_id, day, start_s, end_s, booking_id in session.execute(query):
        until_s, before = last.get((rider_id, day), (0, 0))
        if start_s < until_s:
            yield f"{day}: bookings {before} and {booking_id} overlap"
        last[rider_id, day] = max((until_s, before), (end_s, booking_id))


def _line_rides(session: Session) -> Iterator[tuple[Booking, dict[int, StopTime]]]:
    """Return the rides that stand as promised on a run of a timetable, with the run's printed stops."""
    query = (
        select(Booking)
        .join(Run, Run.id == Booking.run_id)
        .where(
            Run.timetable_entry_id.is_not(None),
            Run.kind != "extra",
            Booking.state.in_(COUNTS),
            Booking.is_promise_broken.is_(False),
        )
    )
    for booking in session.scalars(query):
        entry = booking.run.timetable_entry
        assert entry is not None
        yield booking, {each.stop_id: each for each in entry.stop_times}


def _held(session: Session, run: Run) -> Held | None:
    """Return when a run keeps its vehicle: a line run from end to end, an area run from its first visit to its last."""
    if run.kind != AREA and run.departs_s is not None and run.arrives_s is not None:
        return Held(run.departs_s, run.arrives_s, f"run {run.id}")
    visits = session.scalars(select(Visit).where(Visit.run_id == run.id, Visit.state != "skipped")).all()
    if not visits:
        return None
    return Held(
        min(each.planned_s for each in visits), max(each.planned_s + each.service_s for each in visits), f"run {run.id}"
    )

"""What must hold in the live data at any moment, checked from the rows alone by arithmetic of its own.

Run by `./noriai check-invariants`, by simulations and by tests; shares no code with what plans or books.
"""

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from backend.db import line_invariants
from backend.db.models import (
    Booking,
    CallTask,
    DriverBreak,
    Duty,
    Notification,
    Run,
    ServiceDay,
    TransportService,
    TravelTimeTable,
    Visit,
)
from backend.domain import times

AREA = "area"
ACTIVE = {"confirmed", "boarded", "completed"}
OPEN = {"planned", "arrived"}
DRIVEN = {"planned", "committed", "underway"}
ROUNDING_S = 1
OLDEST_OWED = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Day:
    """All rows of one service day."""

    service: TransportService
    day: date
    runs: Sequence[Run]
    bookings: Sequence[Booking]
    visits: dict[int, list[Visit]]
    breaks: Sequence[DriverBreak]
    tables: Sequence[TravelTimeTable]

    def booking(self, booking_id: int) -> Booking:
        """Return one booking of the day."""
        return next(each for each in self.bookings if each.id == booking_id)


def check(session: Session, *, now: datetime) -> list[str]:
    """Return every fault found, one line each; empty when all is well."""
    faults: list[str] = []
    for service_day in session.scalars(select(ServiceDay).order_by(ServiceDay.id)):
        day = _read(session, service_day)
        for rule in RULES:
            faults.extend(f"{service_day.day} {rule.__name__}: {fault}" for fault in rule(day))
    faults.extend(line_invariants.check(session))
    faults.extend(f"outbox: {fault}" for fault in everything_owed_is_on_its_way(session, now=now))
    return faults


def each_ride_has_its_visits(day: Day) -> Iterator[str]:
    """One pick-up before one drop-off, on the booking's own run."""
    for booking in day.bookings:
        if booking.state not in ACTIVE:
            continue
        own = [visit for visit in day.visits[booking.run_id] if visit.booking_id == booking.id]
        if [visit.kind for visit in own] != ["pickup", "dropoff"]:
            yield f"booking {booking.id} has visits {[visit.kind for visit in own]} on run {booking.run_id}"


def nobody_rides_for_nothing(day: Day) -> Iterator[str]:
    """No open visit belongs to a booking that is over."""
    for visits in day.visits.values():
        for visit in visits:
            if visit.state in OPEN and day.booking(visit.booking_id).state not in ACTIVE:
                yield f"visit {visit.id} is open for booking {visit.booking_id}"


def seats_are_enough(day: Day) -> Iterator[str]:
    """On every leg of every run no more persons and wheelchairs than the vehicle takes (D-12)."""
    for run in day.runs:
        seats = wheelchairs = 0
        for visit in day.visits[run.id]:
            booking = day.booking(visit.booking_id)
            if booking.state not in ACTIVE:
                continue
            sign = 1 if visit.kind == "pickup" else -1
            seats += sign * booking.seats
            wheelchairs += sign * booking.wheelchairs
            vehicle = run.duty.vehicle
            if seats > vehicle.seats or wheelchairs > vehicle.wheelchair_places:
                yield f"run {run.id} carries {seats}+{wheelchairs} after visit {visit.id}"


def promises_stand(day: Day) -> Iterator[str]:
    """Hold a visit's window to the promise, and the plan to the window unless the vehicle is late (Q-13)."""
    for run in day.runs:
        is_late = run.late_s > 0
        for visit in day.visits[run.id]:
            booking = day.booking(visit.booking_id)
            if booking.is_promise_broken or run.state == "suspended":
                continue
            promise = booking.promise
            latest_s = promise.pickup_latest_s if visit.kind == "pickup" else promise.arrive_latest_s
            if visit.latest_s != latest_s or visit.earliest_s != promise.pickup_earliest_s:
                yield f"visit {visit.id} has another window than the promise of booking {booking.id}"
            if visit.done_at is not None:
                is_late = is_late or (visit.done_at - times.moment(day.day, latest_s)).total_seconds() > visit.service_s
            elif visit.state in OPEN and not is_late and not visit.earliest_s <= visit.planned_s <= latest_s:
                yield f"visit {visit.id} is planned at {visit.planned_s}, promised {visit.earliest_s}–{latest_s}"


def vehicles_can_drive_it(day: Day) -> Iterator[str]:
    """Between two open visits there is time to stand and to drive."""
    for run in day.runs:
        if run.kind != AREA:
            continue  # printed times hold, whatever the map says
        opened = [visit for visit in day.visits[run.id] if visit.state in OPEN]
        for first, second in itertools.pairwise(opened):
            leaves_s = first.planned_s + first.service_s
            needs_s = _drive_s(day, first.stop_id, second.stop_id, leaves_s)
            if second.planned_s + ROUNDING_S < leaves_s + needs_s:
                yield f"run {run.id}: {needs_s} s from visit {first.id} to {second.id} do not fit"


def breaks_are_had(day: Day) -> Iterator[str]:
    """No open visit lies within a break, nobody is on board during one; it begins in time unless the run is late."""
    runs = {run.id: run for run in day.runs if run.state in DRIVEN}
    for rest in (each for each in day.breaks if each.run_id in runs):
        aboard: set[int] = set()
        for visit in day.visits[rest.run_id]:
            if visit.state != "skipped" and visit.planned_s < rest.planned_s:
                (aboard.add if visit.kind == "pickup" else aboard.discard)(visit.booking_id)
            overlaps = (
                visit.planned_s < rest.planned_s + rest.length_s and visit.planned_s + visit.service_s > rest.planned_s
            )
            if visit.state in OPEN and overlaps:
                yield f"visit {visit.id} at {visit.planned_s} lies within break {rest.id}"
        if aboard:
            yield f"bookings {sorted(aboard)} are on board during break {rest.id}"
        is_late = runs[rest.run_id].late_s > 0 or any(_was_late(day, visit) for visit in day.visits[rest.run_id])
        if rest.planned_s > rest.latest_s and not is_late:
            yield f"break {rest.id} begins at {rest.planned_s}, {rest.latest_s} at the latest"


def _was_late(day: Day, visit: Visit) -> bool:
    """Tell whether a visit was made, or is planned, past its window."""
    if visit.done_at is not None:
        return visit.done_at > times.moment(day.day, visit.latest_s)
    return visit.state in OPEN and visit.planned_s > visit.latest_s


def fares_add_up(day: Day) -> Iterator[str]:
    """Hold a booking's fare to the sum of its party's, and its places to its persons (D-07, Q-05)."""
    for booking in day.bookings:
        due = sum(line.persons * line.fare_each_yen for line in booking.party)
        persons = sum(line.persons for line in booking.party)
        if due != booking.fare_yen or persons != booking.seats + booking.wheelchairs:
            yield f"booking {booking.id}: {due} yen and {persons} persons do not match its party"


def nobody_is_in_two_places(day: Day) -> Iterator[str]:
    """No two bookings of one rider overlap (Q-15)."""
    spans = defaultdict(list)
    for booking in day.bookings:
        if booking.state in {"confirmed", "boarded"} and booking.rider_id is not None:
            promise = booking.promise
            spans[booking.rider_id].append((promise.pickup_earliest_s, promise.arrive_latest_s, booking.id))
    for own in spans.values():
        for (_, end_s, first), (start_s, _, second) in zip(sorted(own), sorted(own)[1:], strict=False):
            if start_s < end_s:
                yield f"bookings {first} and {second} overlap"


def everything_owed_is_on_its_way(session: Session, *, now: datetime) -> Iterator[str]:
    """Find what went to the call list without a call task, and what is owed for more than a day."""
    tasks = select(CallTask.notification_id)
    lost = select(Notification.id).where(Notification.state == "call", Notification.id.not_in(tasks))
    yield from (f"notification {each} has no call task" for each in session.scalars(lost))
    old = select(Notification.id).where(Notification.state == "owed", Notification.owed_at < now - OLDEST_OWED)
    yield from (f"notification {each} has been owed for more than a day" for each in session.scalars(old))


RULES: tuple[Callable[[Day], Iterator[str]], ...] = (
    each_ride_has_its_visits,
    nobody_rides_for_nothing,
    seats_are_enough,
    promises_stand,
    vehicles_can_drive_it,
    breaks_are_had,
    fares_add_up,
    nobody_is_in_two_places,
)


def _read(session: Session, service_day: ServiceDay) -> Day:
    runs = session.scalars(
        select(Run)
        .where(Run.service_day_id == service_day.id)
        .options(selectinload(Run.duty).selectinload(Duty.vehicle))
    ).all()
    bookings = session.scalars(
        select(Booking)
        .where(Booking.service_day_id == service_day.id)
        .options(selectinload(Booking.party), selectinload(Booking.promise))
    ).all()
    visits: dict[int, list[Visit]] = {run.id: [] for run in runs}
    query = select(Visit).where(Visit.run_id.in_(visits)).order_by(Visit.seq, Visit.id)
    for visit in session.scalars(query):
        visits[visit.run_id].append(visit)
    breaks = session.scalars(select(DriverBreak).where(DriverBreak.run_id.in_(visits)).order_by(DriverBreak.id)).all()
    service = session.get_one(TransportService, service_day.transport_service_id)
    season = _season(service, service_day.day)
    tables = session.scalars(
        select(TravelTimeTable).where(TravelTimeTable.season == season).order_by(TravelTimeTable.band_start_s)
    ).all()
    return Day(service, service_day.day, runs, bookings, visits, breaks, tables)


def _season(service: TransportService, day: date) -> str:
    this = day.strftime("%m-%d")
    is_over_new_year = service.winter_from > service.winter_to
    after, before = this >= service.winter_from, this <= service.winter_to
    return "winter" if (after or before if is_over_new_year else after and before) else "summer"


def _drive_s(day: Day, origin_id: int, destination_id: int, leaves_s: int) -> int:
    """Return the driving time: by the band of the departure, or by the next one where that arrives earlier."""
    if origin_id == destination_id:
        return 0
    at = [table for table in day.tables if table.band_start_s <= leaves_s] or list(day.tables[:1])
    later = [table for table in day.tables if table.band_start_s > leaves_s]
    drive_s = _cell(at[-1], origin_id, destination_id)
    if later:
        drive_s = min(drive_s, later[0].band_start_s - leaves_s + _cell(later[0], origin_id, destination_id))
    return drive_s


def _cell(table: TravelTimeTable, origin_id: int, destination_id: int) -> int:
    row, column = table.stop_ids.index(origin_id), table.stop_ids.index(destination_id)
    return table.seconds[row * len(table.stop_ids) + column]

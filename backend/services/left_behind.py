"""Riders who could not get on: reported from the vehicle, answered by an extra run or the next one (T-22, Q-44 to Q-46).

An extra run goes straight to the stops wished, under the fares and boarding rules of the run it follows (Q-45).
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import LeftBehind, Run, StopTime, TransportService, Vehicle
from backend.domain import times
from backend.domain.errors import NotFoundError, StaleError
from backend.domain.refusals import Refusal
from backend.services import lifecycle, service_days, travel, vehicle_days
from backend.services.vehicle_days import Span

EXTRA_RUN, NEXT_RUN, NOBODY = "extra_run", "next_run", "nobody"
ANSWERS = (NEXT_RUN, NOBODY)
MOST_PERSONS = 50
DWELL_S = times.MINUTE_S
UNKNOWN_DRIVE_S = 15 * times.MINUTE_S  # where no driving time to a stop is known


@dataclass(frozen=True, slots=True)
class Expected:
    """When an extra run could be there: in seconds of the service day."""

    pickup_s: int
    arrives_s: int


def report(
    session: Session,
    run_id: int,
    *,
    pickup_stop_id: int,
    dropoff_stop_id: int,
    persons: int,
    event_id: str,
    staff_id: int,
    happened_at: datetime,
    now: datetime,
) -> LeftBehind | Refusal:
    """Take a driver's report of riders left at a stop; the same ``event_id`` again is the same report.

    Refused: nobody, too many, or stops between which the run carries nobody (the boarding rules hold, Q-45).
    """
    run = session.get(Run, run_id)
    if run is None:
        raise NotFoundError(f"run {run_id}")
    service_days.lock_id(session, run.service_day_id)
    known = session.scalars(select(LeftBehind).where(LeftBehind.event_id == event_id)).one_or_none()
    if known is not None:
        return known
    if not 1 <= persons <= MOST_PERSONS:
        return Refusal("left_behind_persons", {"most": MOST_PERSONS})
    if not _carries(session, run, pickup_stop_id, dropoff_stop_id):
        return Refusal("left_behind_stops")
    row = LeftBehind(
        event_id=event_id,
        run_id=run.id,
        pickup_stop_id=pickup_stop_id,
        dropoff_stop_id=dropoff_stop_id,
        persons=persons,
        happened_at=min(happened_at, now),
        received_at=now,
        staff_id=staff_id,
    )
    session.add(row)
    session.flush()
    lifecycle.record(session, "left_behind", row.id, "left_behind.reported", actor=f"staff:{staff_id}", now=now)
    return row


def dispatch_extra(
    session: Session, left_behind_id: int, vehicle_id: int, *, actor: str, key: str, now: datetime
) -> Run | Refusal:
    """Send a vehicle for riders left behind, straight to the stops they wish; or say why it cannot go.

    It takes along who else was left by the same run, as far as there are seats. Two who dispatch at once send one:
    the second is told, unless it was the same ``key``, the same act.
    """
    asked = _get(session, left_behind_id)
    parent = vehicle_days.lock(session, asked.run_id)
    session.refresh(asked)
    if asked.outcome is not None:
        done = asked.extra_run
        return done if done is not None and done.dispatch_key == key else Refusal("left_behind_answered")
    vehicle = vehicle_days.get_vehicle(session, vehicle_id)
    if asked.persons > vehicle.seats:
        facts: dict[str, str | int] = {"vehicle": vehicle.name, "persons": asked.persons, "seats": vehicle.seats}
        return Refusal("vehicle_too_small", facts)
    taken = _along(session, parent, asked, vehicle)
    expected = expect(session, parent, taken, vehicle, now=now)
    span = Span(times.second_of(now, parent.service_day.day), expected.arrives_s)
    busy = vehicle_days.why_busy(session, vehicle, parent.service_day.day, span, but_run_id=None)
    if busy:
        return busy
    extra = _extra_run(session, parent, vehicle, expected, key=key, now=now)
    lifecycle.move_run(session, extra, "committed", actor=actor, now=now)
    for row in taken:
        row.outcome, row.decided_at, row.decided_by = EXTRA_RUN, now, actor
        row.extra_run_id, row.dispatched_at = extra.id, now
        lifecycle.record(session, "left_behind", row.id, "left_behind.extra_run", actor=actor, now=now)
    session.flush()
    return extra


def answer(session: Session, left_behind_id: int, outcome: str, *, actor: str, now: datetime) -> LeftBehind | Refusal:
    """Point riders left behind to the next run, or note that nobody can fetch them: a case for the town (Q-46)."""
    if outcome not in ANSWERS:
        raise ValueError(outcome)
    row = _get(session, left_behind_id)
    service_days.lock_id(session, row.run.service_day_id)
    session.refresh(row)
    if row.outcome is not None:
        return row if row.outcome == outcome else Refusal("left_behind_answered")
    row.outcome, row.decided_at, row.decided_by = outcome, now, actor
    row.run.plan_version += 1  # so that the terminal that asked sees the answer
    lifecycle.record(session, "left_behind", row.id, f"left_behind.{outcome}", actor=actor, now=now)
    session.flush()
    return row


def note(session: Session, extra_run_id: int, *, kind: str, stop_id: int, at: datetime) -> None:
    """Note that riders got on (``kind`` board) or off (alight) an extra run at a stop: the first time counts.

    Under the lock of the day. For other runs it does nothing.
    """
    for row in session.scalars(select(LeftBehind).where(LeftBehind.extra_run_id == extra_run_id)):
        if kind == "board" and row.pickup_stop_id == stop_id and row.picked_up_at is None:
            row.picked_up_at = at
        elif kind == "alight" and row.dropoff_stop_id == stop_id and row.arrived_at is None:
            row.arrived_at = at
    session.flush()


def expect(session: Session, parent: Run, rows: list[LeftBehind], vehicle: Vehicle, *, now: datetime) -> Expected:
    """Return when a vehicle that leaves now could pick the first of ``rows`` up, and set the last of them down."""
    service = session.get_one(TransportService, parent.service_day.transport_service_id)
    legs = _Legs(session, service, parent)
    at_s = times.second_of(now, parent.service_day.day)
    here, pickup_s = vehicle.depot_stop_id, None
    for stop_id in legs.in_order({stop for row in rows for stop in (row.pickup_stop_id, row.dropoff_stop_id)}):
        at_s += legs.seconds(here, stop_id, at_s) + (DWELL_S if pickup_s is not None else 0)
        here = stop_id
        pickup_s = at_s if pickup_s is None else pickup_s
    return Expected(pickup_s if pickup_s is not None else at_s, at_s)


class _Legs:
    """Driving times along a run: of the map where it knows the stops, else what the timetable leaves for it."""

    def __init__(self, session: Session, service: TransportService, parent: Run) -> None:
        rows = session.scalars(
            select(StopTime).where(StopTime.timetable_entry_id == parent.timetable_entry_id).order_by(StopTime.seq)
        )
        self._printed = {row.stop_id: row.time_s for row in rows}
        try:
            self._map: travel.StopTimes | None = travel.stop_times(session, service, parent.service_day.day)
        except travel.NoTravelTimesError:
            self._map = None

    def in_order(self, stop_ids: set[int]) -> list[int]:
        """Return stops in the order of the run."""
        return sorted(stop_ids, key=lambda stop_id: self._printed.get(stop_id, 0))

    def seconds(self, origin_id: int, destination_id: int, depart_s: int) -> int:
        """Return how long a vehicle drives between two stops."""
        if origin_id == destination_id:
            return 0
        if self._map is not None and {origin_id, destination_id} <= self._map.index.keys():
            return self._map.seconds(origin_id, destination_id, depart_s)
        if origin_id in self._printed and destination_id in self._printed:
            return abs(self._printed[destination_id] - self._printed[origin_id])
        return UNKNOWN_DRIVE_S


def _carries(session: Session, run: Run, pickup_stop_id: int, dropoff_stop_id: int) -> bool:
    """Tell whether a run of the timetable takes riders from one stop to the other."""
    query = select(StopTime).where(StopTime.timetable_entry_id == run.timetable_entry_id)
    by_stop = {row.stop_id: row for row in session.scalars(query)}
    origin, destination = by_stop.get(pickup_stop_id), by_stop.get(dropoff_stop_id)
    if origin is None or destination is None:
        return False
    return origin.may_board and destination.may_alight and origin.seq < destination.seq


def _along(session: Session, parent: Run, asked: LeftBehind, vehicle: Vehicle) -> list[LeftBehind]:
    """Return the report asked about and the other open ones of its run that the vehicle has seats for."""
    query = select(LeftBehind).where(
        LeftBehind.run_id == parent.id, LeftBehind.outcome.is_(None), LeftBehind.id != asked.id
    )
    taken = [asked]
    for row in session.scalars(query.order_by(LeftBehind.id)):
        if sum(each.persons for each in taken) + row.persons <= vehicle.seats:
            taken.append(row)
    return taken


def _extra_run(session: Session, parent: Run, vehicle: Vehicle, expected: Expected, *, key: str, now: datetime) -> Run:
    extra = Run(
        service_day_id=parent.service_day_id,
        duty_id=vehicle_days.duty_of(session, parent.service_day, vehicle.id).id,
        timetable_entry_id=parent.timetable_entry_id,
        parent_run_id=parent.id,
        kind="extra",
        departs_s=expected.pickup_s,
        arrives_s=expected.arrives_s,
        decided_at=now,
        dispatch_key=key,
    )
    session.add(extra)
    session.flush()
    parent.plan_version += 1
    return extra


def _get(session: Session, left_behind_id: int) -> LeftBehind:
    row = session.get(LeftBehind, left_behind_id)
    if row is None:
        raise NotFoundError(f"left behind {left_behind_id}")
    if row.run.kind == "area":
        raise StaleError(f"run {row.run_id} is no run of a timetable")
    return row

"""Extra runs (増発便): a vehicle goes straight to the stops that riders left behind wish (T-22, T-23, Q-45, Q-46).

An extra run has the fares and boarding rules of the run it follows, and is counted apart from the runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import LeftBehind, Run, StopTime, TransportService, Vehicle
from backend.domain import times
from backend.domain.refusals import Refusal
from backend.services import left_behind, lifecycle, line_runs, travel, vehicle_days
from backend.services.vehicle_days import TURNAROUND_S, Span

EXTRA_RUN = "extra_run"
DWELL_S = times.MINUTE_S
UNKNOWN_DRIVE_S = 15 * times.MINUTE_S  # where no driving time to a stop is known


@dataclass(frozen=True, slots=True)
class Expected:
    """When an extra run could be there: in seconds of the service day."""

    pickup_s: int
    arrives_s: int


@dataclass(frozen=True, slots=True)
class Choice:
    """A vehicle that may be sent, and when it would be there. ``free_s`` is when a busy one is free, else None."""

    vehicle_id: int
    name: str
    seats: int
    is_spare: bool
    expected: Expected
    free_s: int | None


def choices(session: Session, left_behind_id: int, *, now: datetime) -> list[Choice]:
    """Return the vehicles that are large enough to be sent: free ones first, of these spare ones, then the quickest.

    A busy one is shown with when it would be there afterwards (Q-46).
    """
    asked = left_behind.get(session, left_behind_id)
    vehicles = session.scalars(select(Vehicle).where(Vehicle.active, Vehicle.seats >= asked.persons))
    found = [_choice(session, asked, vehicle, now=now) for vehicle in vehicles]
    return sorted(
        found, key=lambda each: (each.free_s is not None, not each.is_spare, each.expected.pickup_s, each.vehicle_id)
    )


def _choice(session: Session, asked: LeftBehind, vehicle: Vehicle, *, now: datetime) -> Choice:
    parent = asked.run
    now_s = times.second_of(now, parent.service_day.day)
    expected = expect(session, parent, [asked], vehicle, leaves_s=now_s)
    busy = _why_busy(session, parent, vehicle, expected, now_s=now_s)
    free_s = int(busy.facts["free_s"]) if busy else None
    if free_s is not None:
        expected = expect(session, parent, [asked], vehicle, leaves_s=max(free_s, now_s))
    return Choice(vehicle.id, vehicle.name, vehicle.seats, vehicle.is_spare, expected, free_s)


def dispatch_extra(
    session: Session, left_behind_id: int, vehicle_id: int, *, actor: str, key: str, now: datetime
) -> Run | Refusal:
    """Send a vehicle for riders left behind, straight to the stops they wish; or say why it cannot go.

    It takes along who else was left by the same run, as far as there are seats. Two who dispatch at once send one:
    the second is told, unless it was the same ``key``, the same act.
    """
    asked = left_behind.get(session, left_behind_id)
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
    now_s = times.second_of(now, parent.service_day.day)
    expected = expect(session, parent, taken, vehicle, leaves_s=now_s)
    busy = _why_busy(session, parent, vehicle, expected, now_s=now_s)
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


def _why_busy(session: Session, parent: Run, vehicle: Vehicle, expected: Expected, *, now_s: int) -> Refusal | None:
    span = Span(now_s, expected.arrives_s, TURNAROUND_S)
    return vehicle_days.why_busy(session, vehicle, parent.service_day.day, span, but_run_id=None)


def expect(session: Session, parent: Run, rows: Sequence[LeftBehind], vehicle: Vehicle, *, leaves_s: int) -> Expected:
    """Return when a vehicle that leaves at ``leaves_s`` could pick the first up, and set the last of ``rows`` down."""
    service = session.get_one(TransportService, parent.service_day.transport_service_id)
    legs = _Legs(session, service, parent)
    at_s = leaves_s
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
        duty_id=line_runs.duty_of(session, parent.service_day, vehicle.id).id,
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

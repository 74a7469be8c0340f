"""Rows to routing's plan and back: what is still to be driven on a day, and what a new plan changes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, joinedload

from backend.db.models import Booking, Duty, PromiseRow, Run, ServiceDay, TransportService, Visit
from backend.db.queries.timetable import EntryView
from backend.domain import states, times
from backend.services import travel
from routing import timing
from routing.breakdown import weights_of
from routing.cost import Weights
from routing.problem import Boarded, Itinerary, Load, Plan, Request, Vehicle, VisitKind, Window
from routing.problem import Visit as PlannedVisit
from routing.travel_times import Matrix

AREA = "area"
VisitKey = tuple[int, str]


class OpenVisit(NamedTuple):
    """A visit with its party's load and longest ride, as it is read for planning."""

    id: int
    run_id: int
    booking_id: int
    kind: str
    stop_id: int
    planned_s: int
    earliest_s: int
    latest_s: int
    service_s: int
    state: str
    arrived_at: datetime | None
    done_at: datetime | None
    seats: int
    wheelchairs: int
    max_ride_s: int


_OF_VISIT = OpenVisit._fields[:-3]


@dataclass(frozen=True, slots=True)
class RunPlan:
    """One run as routing sees it, with the rows behind. ``ids`` finds the row of a booking's open visit."""

    run: Run
    itinerary: Itinerary
    ids: dict[VisitKey, int]


@dataclass(frozen=True, slots=True)
class LineRun:
    """One run of a timetable on its day, with the places that are booked on it, from end to end (T-20, Q-34)."""

    run: Run
    entry: EntryView
    booked: Load

    @property
    def persons_left(self) -> int:
        """Return how many more persons may book: the limit of the run, and what its vehicle holds."""
        vehicle = self.run.duty.vehicle
        places = vehicle.seats + vehicle.wheelchair_places
        limit = places if self.run.booking_limit is None else min(self.run.booking_limit, places)
        return limit - self.booked.seats - self.booked.wheelchairs

    def takes(self, load: Load) -> bool:
        """Tell whether a party has a place on the whole run, however short it rides (Q-34)."""
        vehicle = self.run.duty.vehicle
        fits = self.booked.plus(load).fits(Load(vehicle.seats, vehicle.wheelchair_places))
        return fits and load.seats + load.wheelchairs <= self.persons_left


@dataclass(frozen=True, slots=True)
class DayPlan:
    """All that is still to be driven on a service day: itineraries in an area, the runs of a timetable on a line.

    ``now_s`` is the second of the day as of which it stands so.
    """

    service: TransportService
    service_day: ServiceDay
    times: travel.StopTimes
    runs: tuple[RunPlan, ...] = ()
    line_runs: tuple[LineRun, ...] = ()
    now_s: int = 0

    @property
    def plan(self) -> Plan:
        """Return the itineraries."""
        return tuple(each.itinerary for each in self.runs)

    @property
    def weights(self) -> Weights:
        """Return by what weights the town's plans are compared."""
        return weights_of(self.service.weights)

    def run_of(self, itinerary: Itinerary) -> RunPlan:
        """Return the run of an itinerary: routing knows each run as a vehicle of its own.

        So a vehicle may have several duties a day, parted by the runs of a line.
        """
        return next(each for each in self.runs if each.run.id == itinerary.vehicle.id)


@dataclass(frozen=True, slots=True)
class _Today:
    """What all runs of a day share while they are read."""

    service: TransportService
    service_day: ServiceDay
    times: travel.StopTimes
    now_s: int

    def second(self, at: datetime) -> int:
        return times.second_of(at, self.service_day.day)


class _Done(NamedTuple):
    """When and where a visit was over."""

    at: datetime | None
    stop_id: int


@dataclass(slots=True)
class _RunRows:
    """What stands in the rows of one run: open visits in order, both visits of their parties, the last one made."""

    open: list[OpenVisit] = field(default_factory=list)
    pickups: dict[int, OpenVisit] = field(default_factory=dict)
    dropoffs: dict[int, OpenVisit] = field(default_factory=dict)
    last: _Done | None = None


def load(session: Session, service_day: ServiceDay, *, now: datetime) -> DayPlan:
    """Return the day of an area service as it stands. Under the lock of the day, when something is decided by it."""
    service = session.get_one(TransportService, service_day.transport_service_id)
    stop_times = travel.stop_times(session, service, service_day.day)
    today = _Today(service, service_day, stop_times, times.second_of(now, service_day.day))
    query = (
        select(Run)
        .where(
            Run.service_day_id == service_day.id,
            Run.kind == AREA,
            Run.state.in_(("planned", "committed", "underway")),
        )
        .order_by(Run.id)
        .options(joinedload(Run.duty).joinedload(Duty.vehicle))
        .execution_options(populate_existing=True)
    )
    runs = session.scalars(query).all()
    rows = _rows(session, runs)
    plans = tuple(_run_plan(today, run, rows[run.id]) for run in runs)
    return DayPlan(service, service_day, stop_times, plans, now_s=today.now_s)


def shift_of(service: TransportService, duty: Duty) -> Window:
    """Return from when to when a duty lasts: its own times, or the service hours."""
    start_s = service.hours_start_s if duty.start_s is None else duty.start_s
    end_s = service.hours_end_s if duty.end_s is None else duty.end_s
    return Window(start_s, end_s)


def request_of(pickup: OpenVisit, dropoff: OpenVisit, stop_times: travel.StopTimes) -> Request:
    """Return a booking as routing sees it: its promise as hard windows."""
    return Request(
        id=pickup.booking_id,
        pickup_stop=stop_times.of(pickup.stop_id),
        dropoff_stop=stop_times.of(dropoff.stop_id),
        pickup=Window(pickup.earliest_s, pickup.latest_s),
        dropoff=Window(dropoff.earliest_s, dropoff.latest_s),
        load=Load(pickup.seats, pickup.wheelchairs),
        max_ride_s=pickup.max_ride_s,
        pickup_service_s=pickup.service_s,
        dropoff_service_s=dropoff.service_s,
    )


def _run_plan(today: _Today, run: Run, rows: _RunRows) -> RunPlan:
    requests = {
        booking_id: request_of(pickup, rows.dropoffs[booking_id], today.times)
        for booking_id, pickup in rows.pickups.items()
    }
    duty = run.duty
    vehicle = Vehicle(
        id=run.id,
        capacity=Load(duty.vehicle.seats, duty.vehicle.wheelchair_places),
        shift=shift_of(today.service, duty),
        start_stop=today.times.of(duty.start_stop_id or duty.vehicle.depot_stop_id),
        end_stop=today.times.of(duty.end_stop_id) if duty.end_stop_id else None,
    )
    at_stop, ready_s = _last_known(vehicle, rows, today)
    itinerary = Itinerary(
        vehicle=vehicle,
        visits=tuple(PlannedVisit(requests[each.booking_id], VisitKind(each.kind)) for each in rows.open),
        at_stop=at_stop,
        ready_s=ready_s,
        onboard=tuple(_on_board(rows, requests, today)),
    )
    ids = {(each.booking_id, each.kind): each.id for each in rows.open}
    return RunPlan(run, _no_worse(_under_way(run, itinerary, rows.open, today), today.times.matrix), ids)


def _rows(session: Session, runs: Sequence[Run]) -> dict[int, _RunRows]:
    """Return the rows of all runs of a day, as they are under the lock: three questions, however many runs."""
    found = {run.id: _RunRows() for run in runs}
    for row in _read(session, Visit.run_id.in_(found), Visit.state.in_(states.STILL_TO_DRIVE)):
        rows = found[row.run_id]
        rows.open.append(row)
        (rows.pickups if row.kind == VisitKind.PICKUP else rows.dropoffs)[row.booking_id] = row
    aboard = {booking_id: rows for rows in found.values() for booking_id in rows.dropoffs.keys() - rows.pickups.keys()}
    for row in _read(session, Visit.booking_id.in_(aboard), Visit.kind == VisitKind.PICKUP):
        aboard[row.booking_id].pickups[row.booking_id] = row
    last = (
        select(Visit.run_id, Visit.done_at, Visit.stop_id)
        .where(Visit.run_id.in_(found), Visit.state == "done", Visit.done_at.is_not(None))
        .order_by(Visit.run_id, Visit.done_at.desc(), Visit.seq.desc(), Visit.stop_id.desc())
        .ext(distinct_on(Visit.run_id))
    )
    for run_id, done_at, stop_id in session.execute(last):
        found[run_id].last = _Done(done_at, stop_id)
    return found


def _read(session: Session, *chosen: ColumnElement[bool]) -> Iterator[OpenVisit]:
    """Return visits with what their bookings and promises say, in the order they are driven.

    Columns, no entities: a day of a large town has thousands of them, and all but a few are only looked at.
    """
    columns = [getattr(Visit, name) for name in _OF_VISIT]
    query = (
        select(*columns, Booking.seats, Booking.wheelchairs, PromiseRow.max_ride_s)
        .join(Booking, Booking.id == Visit.booking_id)
        .join(PromiseRow, PromiseRow.booking_id == Booking.id)
        .where(*chosen)
        .order_by(Visit.run_id, Visit.seq, Visit.id)
    )
    return (OpenVisit._make(row) for row in session.execute(query))


def _last_known(vehicle: Vehicle, rows: _RunRows, today: _Today) -> tuple[int, int]:
    """Return the stop a vehicle was last known at, and since when it can leave it."""
    if rows.last is None or rows.last.at is None:
        return vehicle.start_stop, vehicle.shift.earliest_s
    return today.times.of(rows.last.stop_id), max(vehicle.shift.earliest_s, today.second(rows.last.at))


def _on_board(rows: _RunRows, requests: dict[int, Request], today: _Today) -> list[Boarded]:
    """Return the parties whose drop-off is still to come and whose pick-up is not."""
    waiting = {visit.booking_id for visit in rows.open if visit.kind == VisitKind.PICKUP}
    boarded = []
    for visit in rows.open:
        if visit.booking_id not in waiting:
            pickup = rows.pickups[visit.booking_id]
            boarded_s = today.second(pickup.done_at) if pickup.done_at else pickup.planned_s
            boarded.append(Boarded(requests[visit.booking_id], boarded_s))
    return boarded


def _under_way(run: Run, itinerary: Itinerary, open_visits: Sequence[OpenVisit], today: _Today) -> Itinerary:
    """Return the itinerary from where the vehicle is now: not before now, the visit shown as next frozen, delays in.

    A vehicle on its way to its next visit is taken to reach it when planned, or now if that is past.
    """
    now_s = today.now_s
    if not open_visits:
        return replace(itinerary, ready_s=max(itinerary.ready_s, now_s) + run.late_s)
    following = open_visits[0]
    stop = today.times.of(following.stop_id)
    drive_s = 0 if stop == itinerary.at_stop else today.times.matrix.seconds(itinerary.at_stop, stop, itinerary.ready_s)
    leaves_s = following.planned_s - drive_s
    if run.late_s and run.on_time_s is not None:  # reported since: a tap on the next visit takes a delay back
        at_s = max(run.on_time_s + run.late_s, now_s)
    elif following.state == "arrived" and following.arrived_at is not None:
        at_s = today.second(following.arrived_at)
    elif now_s >= leaves_s:
        at_s = max(now_s, following.planned_s)
    elif now_s >= leaves_s - today.service.next_visit_lead_s:
        at_s = max(now_s, itinerary.ready_s) + drive_s
    else:
        return replace(itinerary, ready_s=max(itinerary.ready_s, now_s))
    return replace(itinerary, at_stop=stop, ready_s=at_s, frozen=_same_halt(open_visits))


def _same_halt(open_visits: Sequence[OpenVisit]) -> int:
    """Return how many visits belong to the halt that the driver is shown as next."""
    stop_id = open_visits[0].stop_id
    return next((count for count, visit in enumerate(open_visits) if visit.stop_id != stop_id), len(open_visits))


def _no_worse(itinerary: Itinerary, matrix: Matrix) -> Itinerary:
    """Return the itinerary with limits that reality has already broken widened to what it will be.

    So a late vehicle can still take somebody, but nobody whose promise broke is made to wait longer for it.
    """
    if not isinstance(timing.schedule(itinerary, matrix), timing.Violation):
        return itinerary
    driven = timing.drive(itinerary, matrix)
    pickups: dict[int, int] = {each.request.id: each.boarded_s for each in itinerary.onboard}
    rides: dict[int, int] = {}
    starts: dict[VisitKey, int] = {}
    for visit, start_s, depart_s in zip(itinerary.visits, driven.starts_s, driven.departs_s, strict=True):
        starts[visit.request.id, visit.kind] = start_s
        if visit.kind is VisitKind.PICKUP:
            pickups[visit.request.id] = depart_s
        else:
            rides[visit.request.id] = start_s - pickups[visit.request.id]
    wider = {
        visit.request.id: _wider(visit.request, starts, rides[visit.request.id])
        for visit in itinerary.visits
        if visit.kind is VisitKind.DROPOFF
    }
    shift = itinerary.vehicle.shift
    end_s = max(shift.latest_s, driven.departs_s[-1] if driven.departs_s else shift.latest_s)
    return replace(
        itinerary,
        vehicle=replace(itinerary.vehicle, shift=Window(shift.earliest_s, end_s)),
        visits=tuple(replace(visit, request=wider[visit.request.id]) for visit in itinerary.visits),
        onboard=tuple(Boarded(wider[each.request.id], each.boarded_s) for each in itinerary.onboard),
    )


def _wider(request: Request, starts: dict[VisitKey, int], ride_s: int) -> Request:
    pickup_s = starts.get((request.id, VisitKind.PICKUP), request.pickup.latest_s)
    dropoff_s = starts[request.id, VisitKind.DROPOFF]
    return replace(
        request,
        pickup=Window(request.pickup.earliest_s, max(request.pickup.latest_s, pickup_s)),
        dropoff=Window(request.dropoff.earliest_s, max(request.dropoff.latest_s, dropoff_s)),
        max_ride_s=max(request.max_ride_s, ride_s),
    )


def next_visits(session: Session, run: Run, *, now: datetime) -> list[Visit]:
    """Return the visits of the halt that the driver is shown as next, or none while the vehicle need not leave yet.

    They stay where they are whatever is booked or planned anew (design.md, promise to the driver).
    """
    service_day = session.get_one(ServiceDay, run.service_day_id)
    each = next((each for each in load(session, service_day, now=now).runs if each.run.id == run.id), None)
    if each is None:
        return []
    frozen = each.itinerary.visits[: each.itinerary.frozen]
    return [session.get_one(Visit, each.ids[visit.request.id, visit.kind]) for visit in frozen]


def save(session: Session, day_plan: DayPlan, itinerary: Itinerary) -> list[Visit]:
    """Write an itinerary of the day back: order, run and planned times of its visits; return those in order.

    Windows and promises are never written. The run's plan version goes up by one.
    """
    this = day_plan.run_of(itinerary)
    rows = _rows_of(session, day_plan, itinerary)
    starts_s = _starts(itinerary, day_plan.times.matrix)
    first = 1 + (session.scalar(select(func.max(Visit.seq)).where(Visit.run_id == this.run.id, _is_over)) or 0)
    for seq, (row, start_s) in enumerate(zip(rows, starts_s, strict=True), start=first):
        if row.run_id != this.run.id:
            session.get_one(Booking, row.booking_id, populate_existing=True).run_id = this.run.id
        row.seq, row.planned_s, row.run_id = seq, start_s, this.run.id
    this.run.plan_version += 1
    session.flush()
    return rows


def _rows_of(session: Session, day_plan: DayPlan, itinerary: Itinerary) -> list[Visit]:
    """Return the rows of an itinerary's visits in its order, read afresh."""
    known = {key: visit_id for each in day_plan.runs for key, visit_id in each.ids.items()}
    ids = [known[visit.request.id, visit.kind] for visit in itinerary.visits]
    query = select(Visit).where(Visit.id.in_(ids)).execution_options(populate_existing=True)
    rows = {row.id: row for row in session.scalars(query)}
    return [rows[visit_id] for visit_id in ids]


_is_over = Visit.state.not_in(states.STILL_TO_DRIVE)


def _starts(itinerary: Itinerary, matrix: Matrix) -> tuple[int, ...]:
    kept = timing.schedule(itinerary, matrix)
    return timing.drive(itinerary, matrix).starts_s if isinstance(kept, timing.Violation) else kept.starts_s


def retime(session: Session, run: Run, *, now: datetime) -> list[Visit]:
    """Work out anew when the open visits of ``run`` will take place, after a tap or a delay; return them in order.

    Under the lock of the day.
    """
    service_day = session.get_one(ServiceDay, run.service_day_id)
    day_plan = load(session, service_day, now=now)
    each = next((each for each in day_plan.runs if each.run.id == run.id), None)
    return save(session, day_plan, each.itinerary) if each else []

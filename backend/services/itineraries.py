"""Rows to routing's plan and back: what is still to be driven on a day, and what a new plan changes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from backend.db.models import Booking, DriverBreak, Duty, PlanChange, Run, ServiceDay, TransportService, Visit
from backend.db.queries.timetable import EntryView
from backend.domain import states, times
from backend.services import run_rows, travel
from backend.services.run_rows import Halt, OpenVisit, PlannedBreak, RunRows
from routing import timing
from routing.breakdown import weights_of
from routing.cost import Weights
from routing.lateness import no_worse
from routing.problem import Boarded, Itinerary, Load, Plan, Request, Vehicle, VisitKind, Window
from routing.problem import Visit as PlannedVisit
from routing.travel_times import Matrix

AREA = "area"
VisitKey = tuple[int, str]


@dataclass(frozen=True, slots=True)
class RunPlan:
    """One run as routing sees it, with the rows behind: ``ids`` finds the row of a booking's open visit.

    A break is a party to routing: it fills the whole vehicle, so that nobody is on board meanwhile. Its id is the
    break's with a minus.
    """

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
    rows = run_rows.read(session, runs, now_s=today.now_s)
    plans = tuple(_run_plan(today, run, rows[run.id]) for run in runs)
    return DayPlan(service, service_day, stop_times, plans, now_s=today.now_s)


def shift_of(service: TransportService, duty: Duty) -> Window:
    """Return from when to when a duty lasts: its own times, or the service hours."""
    start_s = service.hours_start_s if duty.start_s is None else duty.start_s
    end_s = service.hours_end_s if duty.end_s is None else duty.end_s
    return Window(start_s, end_s)


def vehicle_of(service: TransportService, run: Run, stop_times: travel.StopTimes) -> Vehicle:
    """Return a run as routing sees it: a vehicle of its own, with the shift of its duty."""
    duty = run.duty
    return Vehicle(
        id=run.id,
        capacity=Load(duty.vehicle.seats, duty.vehicle.wheelchair_places),
        shift=shift_of(service, duty),
        start_stop=stop_times.of(duty.start_stop_id or duty.vehicle.depot_stop_id),
        end_stop=stop_times.of(duty.end_stop_id) if duty.end_stop_id else None,
    )


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


def _run_plan(today: _Today, run: Run, rows: RunRows) -> RunPlan:
    requests = {
        booking_id: request_of(pickup, rows.dropoffs[booking_id], today.times)
        for booking_id, pickup in rows.pickups.items()
    }
    vehicle = vehicle_of(today.service, run, today.times)
    at_stop, ready_s = _last_known(vehicle, rows, today)
    itinerary = Itinerary(
        vehicle=vehicle,
        visits=tuple(_planned(rows, requests, vehicle, today)),
        at_stop=at_stop,
        ready_s=ready_s,
        onboard=tuple(_on_board(rows, requests, today)),
    )
    ids = {(each.booking_id, each.kind): each.id for each in rows.visits}
    return RunPlan(run, no_worse(_under_way(run, itinerary, rows, today), today.times.matrix), ids)


def _planned(rows: RunRows, requests: dict[int, Request], vehicle: Vehicle, today: _Today) -> Iterator[PlannedVisit]:
    """Return the halts as routing sees them: a break is got on and off at once, by a party that fills the vehicle."""
    for each in rows.halts:
        if isinstance(each, PlannedBreak):
            rest = _rest(each, vehicle, today.times.of(each.stop_id))
            yield PlannedVisit(rest, VisitKind.PICKUP)
            yield PlannedVisit(rest, VisitKind.DROPOFF)
        else:
            yield PlannedVisit(requests[each.booking_id], VisitKind(each.kind))


def _rest(each: PlannedBreak, vehicle: Vehicle, stop: int) -> Request:
    window = Window(each.earliest_s, each.latest_s)
    return rest_of(-each.id, vehicle, stop, window=window, length_s=each.length_s)


def rest_of(number: int, vehicle: Vehicle, stop: int, *, window: Window, length_s: int) -> Request:
    """Return a driver's break as routing sees it: a party that fills its vehicle, at one stop, begun in ``window``."""
    return Request(
        id=number,
        pickup_stop=stop,
        dropoff_stop=stop,
        pickup=window,
        dropoff=Window(window.earliest_s, window.latest_s + length_s),
        load=vehicle.capacity,
        max_ride_s=0,
        pickup_service_s=length_s,
        only_vehicle=vehicle.id,
    )


def _last_known(vehicle: Vehicle, rows: RunRows, today: _Today) -> tuple[int, int]:
    """Return the stop a vehicle was last known at, and since when it can leave it."""
    known = [(vehicle.shift.earliest_s, vehicle.start_stop)]
    if rows.done is not None:
        known.append((max(vehicle.shift.earliest_s, today.second(rows.done.at)), today.times.of(rows.done.stop_id)))
    if rows.rested is not None and rows.rested.ends_s > known[-1][0]:
        known.append((rows.rested.ends_s, today.times.of(rows.rested.stop_id)))
    ready_s, stop = known[-1]
    return stop, ready_s


def _on_board(rows: RunRows, requests: dict[int, Request], today: _Today) -> list[Boarded]:
    """Return the parties whose drop-off is still to come and whose pick-up is not."""
    aboard = rows.aboard
    boarded = []
    for visit in rows.visits:
        if visit.booking_id in aboard:
            pickup = rows.pickups[visit.booking_id]
            boarded_s = today.second(pickup.done_at) if pickup.done_at else pickup.planned_s
            boarded.append(Boarded(requests[visit.booking_id], boarded_s))
    return boarded


def _under_way(run: Run, itinerary: Itinerary, rows: RunRows, today: _Today) -> Itinerary:
    """Return the itinerary from where the vehicle is now: not before now, the visit shown as next frozen, delays in.

    A vehicle on its way to its next visit is taken to reach it when planned, or now if that is past, but not sooner
    than it can be there from where it was last seen; a break on its way has begun when it was planned.
    """
    now_s = today.now_s
    late_s = _late_s(run, rows, today)
    if not rows.halts:
        return replace(itinerary, ready_s=max(itinerary.ready_s, now_s) + late_s)
    following = rows.halts[0]
    stop = today.times.of(following.stop_id)
    matrix, goes_s = today.times.matrix, max(now_s, itinerary.ready_s)
    leaves_s = matrix.leave_by(itinerary.at_stop, stop, following.planned_s)
    not_before_s = 0 if isinstance(following, PlannedBreak) else now_s
    soonest_s = itinerary.ready_s + matrix.drive_s(itinerary.at_stop, stop, itinerary.ready_s)
    if late_s and run.on_time_s is not None:  # reported since: a tap on the next visit takes a delay back
        at_s = max(run.on_time_s + late_s, not_before_s, soonest_s)
    elif isinstance(following, OpenVisit) and following.state == "arrived" and following.arrived_at is not None:
        at_s = today.second(following.arrived_at)
    elif now_s >= leaves_s:
        at_s = max(not_before_s, following.planned_s, soonest_s)
    elif now_s >= leaves_s - today.service.next_visit_lead_s:
        at_s = goes_s + matrix.drive_s(itinerary.at_stop, stop, goes_s)
    else:
        return replace(itinerary, ready_s=goes_s)
    return replace(itinerary, at_stop=stop, ready_s=at_s, frozen=_same_halt(rows.halts))


def _late_s(run: Run, rows: RunRows, today: _Today) -> int:
    """Return the delay that counts: one told before a break that is over by now has been made up there."""
    is_rested = rows.rested is not None and run.late_at is not None and today.second(run.late_at) < rows.rested.ends_s
    return 0 if is_rested else run.late_s


def _same_halt(halts: Sequence[Halt]) -> int:
    """Return how many of routing's visits belong to what the driver is shown as next: a halt, or a break."""
    if isinstance(halts[0], PlannedBreak):
        return 2
    same = takewhile(lambda each: isinstance(each, OpenVisit) and each.stop_id == halts[0].stop_id, halts)
    return sum(1 for _ in same)


def save(session: Session, day_plan: DayPlan, itinerary: Itinerary, *, only_saves: bool = False) -> list[Visit]:
    """Write an itinerary of the day back: order, run and planned times of its visits; return those in order.

    Windows and promises are never written. The run's plan version goes up by one. Another order than the driver was
    shown today is counted; ``only_saves`` when nobody but the plan asked for it.
    """
    this = day_plan.run_of(itinerary)
    rows = _rows_of(session, day_plan, itinerary)
    starts_s = _starts(itinerary, day_plan.times.matrix)
    seq = _last_seq(session, itinerary)
    for row, start_s in zip(rows, starts_s, strict=True):
        if row is None:
            continue
        seq += 1
        if isinstance(row, Visit) and row.run_id != this.run.id:
            session.get_one(Booking, row.booking_id, populate_existing=True).run_id = this.run.id
        row.seq, row.planned_s, row.run_id = seq, start_s, this.run.id
    this.run.plan_version += 1
    if is_changed(this.itinerary, itinerary) and 0 <= day_plan.now_s < times.DAY_S:
        at = times.moment(day_plan.service_day.day, day_plan.now_s)
        session.add(PlanChange(run_id=this.run.id, at=at, only_saves=only_saves))
    session.flush()
    return [row for row in rows if isinstance(row, Visit)]


def is_changed(before: Itinerary, after: Itinerary) -> bool:
    """Tell whether the driver would be shown other visits, or in another order."""
    orders = [[(visit.request.id, visit.kind) for visit in each.visits] for each in (before, after)]
    return orders[0] != orders[1]


def _rows_of(session: Session, day_plan: DayPlan, itinerary: Itinerary) -> list[Visit | DriverBreak | None]:
    """Return the rows of an itinerary's visits in its order, read afresh: one for a break, and None for its end."""
    known = {key: visit_id for each in day_plan.runs for key, visit_id in each.ids.items()}
    ids = [known[visit.request.id, visit.kind] for visit in itinerary.visits if visit.request.id >= 0]
    query = select(Visit).where(Visit.id.in_(ids)).execution_options(populate_existing=True)
    rows = {row.id: row for row in session.scalars(query)}
    return [
        rows[known[visit.request.id, visit.kind]]
        if visit.request.id >= 0
        else session.get_one(DriverBreak, -visit.request.id, populate_existing=True)
        if visit.kind is VisitKind.PICKUP
        else None
        for visit in itinerary.visits
    ]


def _last_seq(session: Session, itinerary: Itinerary) -> int:
    """Return the place of the last visit or break of a run that is over; what is to come follows it."""
    run_id = itinerary.vehicle.id
    to_come = {-visit.request.id for visit in itinerary.visits if visit.request.id < 0}
    over = select(func.max(Visit.seq)).where(Visit.run_id == run_id, _is_over)
    rested = select(func.max(DriverBreak.seq)).where(DriverBreak.run_id == run_id, DriverBreak.id.not_in(to_come))
    return max(session.scalar(over) or 0, session.scalar(rested) or 0)


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

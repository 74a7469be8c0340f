"""Rows to routing's plan and back: what is still to be driven on a day, and what a new plan changes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from backend.db.models import Booking, Duty, Run, ServiceDay, TransportService, Visit
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


@dataclass(frozen=True, slots=True)
class RunPlan:
    """One run as routing sees it, with the rows behind. ``rows`` finds the row of a booking's visit."""

    run: Run
    itinerary: Itinerary
    rows: dict[VisitKey, Visit]


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
        .execution_options(populate_existing=True)
    )
    runs = tuple(_run_plan(session, today, run) for run in session.scalars(query))
    return DayPlan(service, service_day, stop_times, runs, now_s=today.now_s)


def shift_of(service: TransportService, duty: Duty) -> Window:
    """Return from when to when a duty lasts: its own times, or the service hours."""
    start_s = service.hours_start_s if duty.start_s is None else duty.start_s
    end_s = service.hours_end_s if duty.end_s is None else duty.end_s
    return Window(start_s, end_s)


def request_of(booking: Booking, pickup: Visit, dropoff: Visit, stop_times: travel.StopTimes) -> Request:
    """Return a booking as routing sees it: its promise as hard windows."""
    return Request(
        id=booking.id,
        pickup_stop=stop_times.of(pickup.stop_id),
        dropoff_stop=stop_times.of(dropoff.stop_id),
        pickup=Window(pickup.earliest_s, pickup.latest_s),
        dropoff=Window(dropoff.earliest_s, dropoff.latest_s),
        load=Load(booking.seats, booking.wheelchairs),
        max_ride_s=booking.promise.max_ride_s,
        pickup_service_s=pickup.service_s,
        dropoff_service_s=dropoff.service_s,
    )


def _run_plan(session: Session, today: _Today, run: Run) -> RunPlan:
    visits = _visits(session, run)
    open_visits = [visit for visit in visits if visit.state in states.STILL_TO_DRIVE]
    rows = {(visit.booking_id, visit.kind): visit for visit in visits}
    requests = {
        booking.id: request_of(
            booking, rows[booking.id, VisitKind.PICKUP], rows[booking.id, VisitKind.DROPOFF], today.times
        )
        for booking in _bookings(session, {visit.booking_id for visit in open_visits})
    }
    duty = run.duty
    vehicle = Vehicle(
        id=run.id,
        capacity=Load(duty.vehicle.seats, duty.vehicle.wheelchair_places),
        shift=shift_of(today.service, duty),
        start_stop=today.times.of(duty.start_stop_id or duty.vehicle.depot_stop_id),
        end_stop=today.times.of(duty.end_stop_id) if duty.end_stop_id else None,
    )
    at_stop, ready_s = _last_known(vehicle, visits, today)
    itinerary = Itinerary(
        vehicle=vehicle,
        visits=tuple(PlannedVisit(requests[each.booking_id], VisitKind(each.kind)) for each in open_visits),
        at_stop=at_stop,
        ready_s=ready_s,
        onboard=tuple(_on_board(open_visits, rows, requests, today)),
    )
    return RunPlan(run, _no_worse(_under_way(run, itinerary, open_visits, today), today.times.matrix), rows)


def _visits(session: Session, run: Run) -> list[Visit]:
    query = select(Visit).where(Visit.run_id == run.id).order_by(Visit.seq, Visit.id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def _bookings(session: Session, ids: set[int]) -> Sequence[Booking]:
    """Return bookings with their promises as they are under the lock, whatever the session read before it."""
    query = select(Booking).where(Booking.id.in_(ids)).options(selectinload(Booking.promise))
    return session.scalars(query.execution_options(populate_existing=True)).all()


def _last_known(vehicle: Vehicle, visits: Sequence[Visit], today: _Today) -> tuple[int, int]:
    """Return the stop a vehicle was last known at, and since when it can leave it."""
    done = [(visit.done_at, visit.seq, visit.stop_id) for visit in visits if visit.state == "done" and visit.done_at]
    if not done:
        return vehicle.start_stop, vehicle.shift.earliest_s
    done_at, _, stop_id = max(done)
    return today.times.of(stop_id), max(vehicle.shift.earliest_s, today.second(done_at))


def _on_board(
    open_visits: Sequence[Visit], rows: dict[VisitKey, Visit], requests: dict[int, Request], today: _Today
) -> list[Boarded]:
    """Return the parties whose drop-off is still to come and whose pick-up is not."""
    waiting = {visit.booking_id for visit in open_visits if visit.kind == VisitKind.PICKUP}
    boarded = []
    for visit in open_visits:
        if visit.booking_id not in waiting:
            pickup = rows[visit.booking_id, VisitKind.PICKUP]
            boarded_s = today.second(pickup.done_at) if pickup.done_at else pickup.planned_s
            boarded.append(Boarded(requests[visit.booking_id], boarded_s))
    return boarded


def _under_way(run: Run, itinerary: Itinerary, open_visits: Sequence[Visit], today: _Today) -> Itinerary:
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


def _same_halt(open_visits: Sequence[Visit]) -> int:
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
    return [each.rows[visit.request.id, visit.kind] for visit in frozen]


def save(session: Session, day_plan: DayPlan, itinerary: Itinerary) -> list[Visit]:
    """Write an itinerary of the day back: order, run and planned times of its visits; return those in order.

    Windows and promises are never written. The run's plan version goes up by one.
    """
    this = day_plan.run_of(itinerary)
    rows = {key: row for each in day_plan.runs for key, row in each.rows.items()}
    starts_s = _starts(itinerary, day_plan.times.matrix)
    first = 1 + (session.scalar(select(func.max(Visit.seq)).where(Visit.run_id == this.run.id, _is_over)) or 0)
    ordered = []
    for seq, (visit, start_s) in enumerate(zip(itinerary.visits, starts_s, strict=True), start=first):
        row = rows[visit.request.id, visit.kind]
        row.seq, row.planned_s, row.run_id = seq, start_s, this.run.id
        session.get_one(Booking, row.booking_id).run_id = this.run.id
        ordered.append(row)
    this.run.plan_version += 1
    session.flush()
    return ordered


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

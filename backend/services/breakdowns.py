"""A vehicle that cannot go on: its riders, aboard and waiting, are placed with the others, and everybody is told.

Nobody is dropped: who cannot be placed keeps the booking and stands on the call list (product.md 7, 7).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from backend.db.models import Booking, Duty, Run, ServiceDay, Vehicle, Visit
from backend.domain import states, times
from backend.domain.errors import StaleError
from backend.services import decisions, itineraries, lifecycle, notifications, substitutions, vehicle_days
from backend.services.itineraries import DayPlan, RunPlan
from routing.insertion import Insertion, first_feasible, without
from routing.problem import Request, VisitKind, Window

STEP_S = 5 * times.MINUTE_S
REACH_S = 3 * times.HOUR_S


@dataclass(frozen=True, slots=True)
class Replaced:
    """Booking ids: moved to another vehicle, of these with another time than promised, and left to the desk.

    ``runs_moved`` are runs of a timetable that a spare vehicle took over, ``runs_left`` those that found none.
    """

    moved: tuple[int, ...] = ()
    later: tuple[int, ...] = ()
    left: tuple[int, ...] = ()
    runs_moved: tuple[int, ...] = ()
    runs_left: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Breakdown:
    """A vehicle that cannot go on: all its runs of the day, why, who says so, and under which id."""

    run_ids: frozenset[int]
    reason: str
    actor: str
    event_id: str
    now: datetime


def take_out(
    session: Session,
    run_id: int,
    *,
    reason: str,
    actor: str,
    event_id: str,
    now: datetime,
    seen_vehicle_id: int | None = None,
) -> Replaced:
    """Take the vehicle of a run out for the day, whatever services it drives for.

    Raises `StaleError` if the run is over, or another vehicle drives it by now than the one that was seen: the same
    form sent twice takes out one vehicle.

    Area runs are suspended and their riders placed with the other vehicles, whose promises are kept. A rider who
    cannot be served within the promise is placed at the first time there is room, and told; one who cannot be placed
    at all is phoned. Runs of a timetable go to a spare vehicle that is free and large enough (T-46).
    """
    run = vehicle_days.lock(session, run_id)
    if run.state not in vehicle_days.STILL_RUNS:
        raise StaleError(f"run {run_id} is {run.state}")
    if seen_vehicle_id not in {None, run.duty.vehicle_id}:
        raise StaleError(f"run {run_id} has vehicle {run.duty.vehicle_id} by now")
    day = run.service_day.day
    runs = _runs_to_come(session, run.duty.vehicle_id, day, now_s=times.second_of(now, day)) or [run]
    breakdown = _Breakdown(frozenset(each.id for each in runs), reason, actor, event_id, now)
    area = [_empty_out(session, each, breakdown) for each in runs if each.departs_s is None]
    line = [(each.id, _stand_in(session, each, breakdown)) for each in runs if each.departs_s is not None]
    return Replaced(
        moved=tuple(booking_id for each in area for booking_id in each.moved),
        later=tuple(booking_id for each in area for booking_id in each.later),
        left=tuple(booking_id for each in area for booking_id in each.left),
        runs_moved=tuple(each_id for each_id, is_moved in line if is_moved),
        runs_left=tuple(each_id for each_id, is_moved in line if not is_moved),
    )


def _runs_to_come(session: Session, vehicle_id: int, day: date, *, now_s: int) -> list[Run]:
    """Return what a vehicle still has to drive on a day, for all services, the first first."""
    query = (
        select(Run)
        .join(Duty, Duty.id == Run.duty_id)
        .join(ServiceDay, ServiceDay.id == Run.service_day_id)
        .where(
            Duty.vehicle_id == vehicle_id,
            ServiceDay.day == day,
            Run.state.in_(vehicle_days.STILL_RUNS),
            or_(Run.departs_s.is_(None), Run.state == "underway", Run.arrives_s > now_s),
        )
        .order_by(Run.departs_s, Run.id)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(query))


def _stand_in(session: Session, run: Run, breakdown: _Breakdown) -> bool:
    """Let a spare vehicle drive a run of the timetable; tell whether there was one."""
    spares = select(Vehicle).where(Vehicle.is_spare, Vehicle.active, Vehicle.id != run.duty.vehicle_id)
    for vehicle in session.scalars(spares.order_by(Vehicle.id)):
        if substitutions.why_not(session, run, vehicle) is None:
            substitutions.move(session, run, vehicle, reason=breakdown.reason, actor=breakdown.actor, now=breakdown.now)
            return True
    return False


def _empty_out(session: Session, run: Run, breakdown: _Breakdown) -> Replaced:
    """Suspend an area run and place its riders with the other vehicles of the day."""
    actor, now = breakdown.actor, breakdown.now
    service_day = session.get_one(ServiceDay, run.service_day_id)
    _set_down(session, run, service_day, actor=actor, now=now)
    moved: list[int] = []
    later: list[int] = []
    left: list[int] = []
    for booking_id in _stranded(session, run):
        outcome = _move(session, service_day, run, booking_id, breakdown)
        (left if outcome is None else later if outcome else moved).append(booking_id)
    lifecycle.move_run(session, run, "suspended", actor=actor, now=now)
    run.suspended_reason = breakdown.reason
    facts: dict[str, str | int] = {"reason": breakdown.reason, "moved": len(moved) + len(later), "left": len(left)}
    lifecycle.record(session, "run", run.id, "run.broken_down", actor=actor, now=now, facts=facts)
    run.plan_version += 1
    for booking_id in (*moved, *later, *left):
        _tell(session, booking_id, is_placed=booking_id not in left, event_id=breakdown.event_id, now=now)
    return Replaced((*moved, *later), tuple(later), tuple(left))


def _set_down(session: Session, run: Run, service_day: ServiceDay, *, actor: str, now: datetime) -> None:
    """Let the parties on board wait at the last stop the vehicle was at, to be picked up there again.

    Who is where the ride was to end has arrived. No vehicle is any more where this one had come for somebody.
    """
    visits = list(session.scalars(select(Visit).where(Visit.run_id == run.id).order_by(Visit.seq)))
    here, now_s = _last_stop(visits), times.second_of(now, service_day.day)
    for visit in visits:
        booking = session.get_one(Booking, visit.booking_id)
        if booking.state == "boarded" and (visit.kind, visit.stop_id) == (VisitKind.DROPOFF, here):
            lifecycle.move(session, booking, "completed", actor=actor, now=now, facts={"why": "breakdown"})
            lifecycle.move_visit(visit, "done")
            visit.done_at = now
        elif visit.state == "arrived":
            lifecycle.move_visit(visit, "planned")
            visit.arrived_at = None
    for visit in visits:
        booking = session.get_one(Booking, visit.booking_id)
        if here is not None and booking.state == "boarded" and visit.kind == VisitKind.PICKUP:
            lifecycle.move(session, booking, "confirmed", actor=actor, now=now, facts={"why": "breakdown"})
            lifecycle.move_visit(visit, "planned")
            visit.stop_id, visit.done_at, visit.arrived_at = here, None, None
            visit.earliest_s, visit.latest_s = now_s, now_s + REACH_S
    session.flush()


def _last_stop(visits: Sequence[Visit]) -> int | None:
    """Return where a vehicle was last seen, whether anybody came there or not; None if it was nowhere yet."""
    seen = [
        (at, visit.seq, visit.stop_id)
        for visit in visits
        if (visit.arrived_at or visit.state == "done") and (at := visit.done_at or visit.arrived_at)
    ]
    return max(seen)[-1] if seen else None


def _stranded(session: Session, run: Run) -> list[int]:
    """Return the bookings that still have to be picked up on a run, the first first."""
    query = (
        select(Visit.booking_id)
        .join(Booking, Booking.id == Visit.booking_id)
        .where(
            Visit.run_id == run.id,
            Visit.kind == VisitKind.PICKUP,
            Visit.state.in_(states.STILL_TO_DRIVE),
            Booking.state == "confirmed",
        )
        .order_by(Visit.planned_s)
    )
    return list(session.scalars(query))


def _move(session: Session, service_day: ServiceDay, run: Run, booking_id: int, breakdown: _Breakdown) -> bool | None:
    """Place one party with another vehicle: False within its promise, True later, None not at all."""
    day_plan = itineraries.load(session, service_day, now=breakdown.now)
    broken = next(each for each in day_plan.runs if each.run.id == run.id)
    others = tuple(each.itinerary for each in day_plan.runs if each.run.id not in breakdown.run_ids)
    wanted = _request(broken, booking_id)
    requests = [wanted, *_later(day_plan, wanted, times.second_of(breakdown.now, service_day.day))]
    case = decisions.case_for(others, tuple(requests), day_plan)
    found = first_feasible(others, requests, day_plan.times.matrix, case.weights)
    decisions.keep_moved(session, day_plan, case, found, booking_id, now=breakdown.now)
    if found is None:
        return None
    index, insertion = found
    _write(session, day_plan, broken, insertion, requests[index])
    return index > 0


def _request(broken: RunPlan, booking_id: int) -> Request:
    return next(visit.request for visit in broken.itinerary.visits if visit.request.id == booking_id)


def _later(day_plan: DayPlan, wanted: Request, now_s: int) -> list[Request]:
    """Return the party under later and later windows: what is left of the day is better than no ride."""
    service = day_plan.service
    first_s = times.ceil_to(max(now_s, wanted.pickup.earliest_s), STEP_S)
    return [
        replace(
            wanted,
            pickup=Window(start_s, start_s + service.pickup_window_s),
            dropoff=Window(start_s, start_s + service.pickup_window_s + wanted.pickup_service_s + wanted.max_ride_s),
        )
        for start_s in range(first_s, first_s + REACH_S, STEP_S)
    ]


def _write(session: Session, day_plan: DayPlan, broken: RunPlan, insertion: Insertion, request: Request) -> None:
    """Write the party's visits, with their new windows, into the other vehicle's itinerary."""
    for kind, window in ((VisitKind.PICKUP, request.pickup), (VisitKind.DROPOFF, request.dropoff)):
        row = session.get_one(Visit, broken.ids[request.id, kind], populate_existing=True)
        row.earliest_s, row.latest_s = window
    session.get_one(Booking, request.id).is_promise_broken = True
    itineraries.save(session, day_plan, insertion.itinerary)
    itineraries.save(session, day_plan, without(broken.itinerary, request.id))


def _tell(session: Session, booking_id: int, *, is_placed: bool, event_id: str, now: datetime) -> None:
    """Owe one rider the news; who is left without a vehicle is phoned."""
    booking = session.get_one(Booking, booking_id)
    pickup = session.scalars(select(Visit).where(Visit.booking_id == booking_id, Visit.kind == "pickup")).one()
    booking.told_pickup_s = pickup.planned_s
    kind = "vehicle_changed" if is_placed else "run_suspended"
    owed = notifications.owe(
        session,
        kind,
        dedupe_key=f"{kind}:{event_id}:{booking_id}",
        rider_id=booking.rider_id,
        booking_id=booking_id,
        priority=notifications.DELAYS_FIRST,
        now=now,
    )
    if owed is not None and not is_placed:
        notifications.to_call_list(session, owed, why="no_vehicle", now=now)

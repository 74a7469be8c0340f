"""A run that another vehicle drives: its manifest moves, its riders are told, the change is kept (T-21, T-46)."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.db.models import Booking, Duty, Run, Substitution, Vehicle
from backend.domain import states
from backend.domain.errors import StaleError
from backend.domain.refusals import Refusal
from backend.services import lifecycle, line_runs, notifications, vehicle_days
from backend.services.vehicle_days import STILL_RUNS, TURNAROUND_S, Span


def swap_vehicle(
    session: Session,
    run_id: int,
    vehicle_id: int,
    *,
    reason: str,
    actor: str,
    now: datetime,
    seen_vehicle_id: int | None = None,
) -> Run | Refusal:
    """Let another vehicle drive a run of the timetable, or say why it cannot; the same vehicle again changes nothing.

    Refused when its party does not fit, or the vehicle is out elsewhere. Raises `StaleError` for a run that is over,
    or that has another vehicle by now than the one that was seen.
    """
    run = vehicle_days.lock(session, run_id)
    vehicle = vehicle_days.get_vehicle(session, vehicle_id)
    if run.state not in STILL_RUNS:
        raise StaleError(f"run {run_id} is {run.state}")
    if run.duty.vehicle_id == vehicle.id:
        return run
    if seen_vehicle_id is not None and run.duty.vehicle_id != seen_vehicle_id:
        raise StaleError(f"run {run_id} has vehicle {run.duty.vehicle_id} by now")
    refusal = why_not(session, run, vehicle)
    if refusal:
        return refusal
    move(session, run, vehicle, reason=reason, actor=actor, now=now)
    return run


def swap_rest(
    session: Session,
    run_id: int,
    vehicle_id: int,
    *,
    reason: str,
    actor: str,
    now: datetime,
    seen_vehicle_id: int | None = None,
) -> list[Run] | Refusal:
    """Let another vehicle drive a run and all later ones of its vehicle that day; all of them, or none."""
    first = vehicle_days.lock(session, run_id)
    vehicle = vehicle_days.get_vehicle(session, vehicle_id)
    if first.state not in STILL_RUNS:
        raise StaleError(f"run {run_id} is {first.state}")
    if first.duty.vehicle_id == vehicle.id:
        return []
    if seen_vehicle_id is not None and first.duty.vehicle_id != seen_vehicle_id:
        raise StaleError(f"run {run_id} has vehicle {first.duty.vehicle_id} by now")
    rest = rest_of(session, first)
    refusals = [why_not(session, run, vehicle) for run in rest]
    if refusal := next((each for each in refusals if each), None):
        return refusal
    for run in rest:
        move(session, run, vehicle, reason=reason, actor=actor, now=now)
    return rest


def rest_of(session: Session, first: Run) -> list[Run]:
    """Return a run of the timetable and the later ones of its vehicle on that day, the first first."""
    query = (
        select(Run)
        .join(Duty, Duty.id == Run.duty_id)
        .where(
            Run.service_day_id == first.service_day_id,
            Duty.vehicle_id == first.duty.vehicle_id,
            Run.departs_s >= first.departs_s,
            Run.state.in_(STILL_RUNS),
        )
        .order_by(Run.departs_s, Run.id)
    )
    return list(session.scalars(query))


def why_not(session: Session, run: Run, vehicle: Vehicle) -> Refusal | None:
    """Return why ``vehicle`` cannot drive ``run``, or None: an area run has its own way, see `breakdowns`."""
    if run.departs_s is None or run.arrives_s is None:
        return Refusal("not_a_timetable_run")
    persons, wheelchairs = party_of(session, run)
    if persons > vehicle.seats or wheelchairs > vehicle.wheelchair_places:
        facts: dict[str, str | int] = {"vehicle": vehicle.name, "persons": persons, "seats": vehicle.seats}
        return Refusal("vehicle_too_small", facts)
    span = Span(run.departs_s, run.arrives_s, TURNAROUND_S)
    return vehicle_days.why_busy(session, vehicle, run.service_day.day, span, but_run_id=run.id)


def party_of(session: Session, run: Run) -> tuple[int, int]:
    """Return how many persons in seats and how many wheelchairs a run has, over all its stops (T-20)."""
    query = select(func.coalesce(func.sum(Booking.seats), 0), func.coalesce(func.sum(Booking.wheelchairs), 0)).where(
        Booking.run_id == run.id, Booking.state.in_(states.HOLDS_A_SEAT)
    )
    seats, wheelchairs = session.execute(query).one()
    return int(seats), int(wheelchairs)


def move(session: Session, run: Run, vehicle: Vehicle, *, reason: str, actor: str, now: datetime) -> None:
    """Move a run with its manifest to another vehicle, and owe its riders the news. Under the locks of the day."""
    old = run.duty
    duty = line_runs.duty_of(session, run.service_day, vehicle.id)
    row = Substitution(run_id=run.id, from_duty_id=old.id, to_duty_id=duty.id, reason=reason, at=now, by=actor)
    session.add(row)
    run.duty = duty
    run.plan_version += 1
    session.flush()
    facts: dict[str, str | int] = {"from": old.vehicle_id, "to": vehicle.id, "reason": reason}
    lifecycle.record(session, "run", run.id, "run.vehicle_swapped", actor=actor, now=now, facts=facts)
    waiting = select(Booking).where(Booking.run_id == run.id, Booking.state == "confirmed").order_by(Booking.id)
    for booking in session.scalars(waiting):
        notifications.owe(
            session,
            "vehicle_changed",
            dedupe_key=f"vehicle_changed:{row.id}:{booking.id}",
            rider_id=booking.rider_id,
            booking_id=booking.id,
            now=now,
        )

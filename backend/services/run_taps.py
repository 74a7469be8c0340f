"""Taps about a run as a whole: heads, fares, the end of the run, what the desk must know of (Q-55, T-22)."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from backend.db.models import Run, Stop, TransportService
from backend.domain.refusals import Refusal
from backend.services import fare_taking, head_counts, incidents, left_behind, lifecycle, positions, taps
from backend.services.taps import RunTap, RunTapIn, TapOutcome

LONGEST_TEXT = 500
MOST_DRIVEN_M = 1_000_000
MOVES_ON = ("count", "exception", "take")


def apply(session: Session, event: RunTapIn, *, staff_id: int, now: datetime) -> TapOutcome:
    """Carry out one tap about a run, once: sent again it is a duplicate. Its own time counts, never one to come."""
    taps.lock(session, event.run_id)
    if taps.is_known(session, event.event_id):
        return TapOutcome("duplicate")
    tap = _read(session, event, staff_id=staff_id, now=now)
    done = taps.outcome_of(KINDS[event.kind](session, tap))
    taps.keep(session, event, visit_id=None, staff_id=staff_id, now=now, result=done.result)
    if done.refusal is None:
        _go_on(session, tap)
    return done


def _read(session: Session, event: RunTapIn, *, staff_id: int, now: datetime) -> RunTap:
    run = session.get_one(Run, event.run_id, populate_existing=True)
    service = session.get_one(TransportService, run.service_day.transport_service_id)
    return RunTap(event, run, service, staff_id, min(event.happened_at, now), now)


def _go_on(session: Session, tap: RunTap) -> None:
    """Let the run follow: it is underway with its first count, and again when something is corrected after its end."""
    run = tap.run
    run.plan_version += 1
    if tap.event.kind not in MOVES_ON:
        return
    if run.state != "underway":
        lifecycle.move_run(session, run, "underway", actor=tap.actor, now=tap.now)
    stop = session.get(Stop, tap.event.stop_id) if tap.event.stop_id else None
    if stop is not None:
        positions.report(session, run.duty.vehicle_id, positions.Fix(stop.lat, stop.lon, tap.at))


def _keep_driven(session: Session, tap: RunTap) -> Refusal | None:
    """Keep how far the vehicle was driven on the duty of a run, in metres; the last entry counts (T-44)."""
    driven_m = tap.event.value
    if driven_m is None or not 0 <= driven_m <= MOST_DRIVEN_M:
        return Refusal("driven_km")
    tap.run.duty.driven_m = driven_m
    facts: lifecycle.Facts = {"driven_m": driven_m}
    lifecycle.record(session, "duty", tap.run.duty_id, "duty.driven", actor=tap.actor, now=tap.now, facts=facts)
    return None


def _report_damage(session: Session, tap: RunTap) -> Refusal | None:
    """Tell the town that the sign of a stop is damaged (T-50)."""
    event = tap.event
    said = event.text.strip()
    if event.stop_id is None or session.get(Stop, event.stop_id) is None or not 0 < len(said) <= LONGEST_TEXT:
        return Refusal("damage_text", {"most": LONGEST_TEXT})
    incidents.report(
        session,
        kind="damage",
        service_id=tap.service.id,
        text=said,
        happened_at=tap.at,
        reported_by=tap.actor,
        key=event.event_id,
        now=tap.now,
        run_id=tap.run.id,
        stop_id=event.stop_id,
        vehicle_id=tap.run.duty.vehicle_id,
    )
    return None


def _report_left_behind(session: Session, tap: RunTap) -> Refusal | None:
    """Tell the desk that riders could not get on (T-22, Q-44)."""
    event = tap.event
    row = left_behind.report(
        session,
        tap.run.id,
        pickup_stop_id=event.stop_id or 0,
        dropoff_stop_id=event.to_stop_id or 0,
        persons=event.persons,
        event_id=event.event_id,
        staff_id=tap.staff_id,
        happened_at=tap.at,
        now=tap.now,
    )
    return row if isinstance(row, Refusal) else None


def _turn_away(session: Session, tap: RunTap) -> Refusal | None:
    """Count who came without a booking and could not be carried on a reserved run (Q-44)."""
    event = tap.event
    return left_behind.turn_away(
        session,
        tap.run,
        tap.service.id,
        pickup_stop_id=event.stop_id or 0,
        dropoff_stop_id=event.to_stop_id or 0,
        persons=event.persons,
        happened_at=tap.at,
    )


KINDS: dict[str, Callable[[Session, RunTap], Refusal | None]] = {
    "count": head_counts.count,
    "exception": head_counts.carry_exception,
    "take": fare_taking.take_at_stop,
    "finish": head_counts.finish,
    "driven": _keep_driven,
    "damage": _report_damage,
    "left_behind": _report_left_behind,
    "turned_away": _turn_away,
}

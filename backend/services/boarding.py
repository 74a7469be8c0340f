"""The driver's taps: arrived, boarded, alighted, absent, fare, and the way back (D-19, D-35, D-36, Q-11)."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from backend.db.models import Booking, Run, Stop, TransportService, Visit
from backend.domain import times
from backend.domain.policies import outcome
from backend.domain.policies.outcome import Absence
from backend.domain.refusals import Refusal
from backend.services import fare_taking, itineraries, lifecycle, positions, printed_times, taps, undo
from backend.services.taps import (
    Tap,
    TapOutcome,
    TerminalEventIn,
    halt_of,
    is_open,
    pair_of,
    stale,
    visits_of,
)

__all__ = ["KINDS", "TapOutcome", "TerminalEventIn", "apply"]

AREA = "area"


def apply(session: Session, event: TerminalEventIn, *, staff_id: int, now: datetime) -> TapOutcome:
    """Carry out one tap, once, and plan the rest of the run from there.

    Taps arrive late when there was no signal: the tap's own time counts, never one in the future. A tap that
    meets another state than the driver saw is ``stale`` and changes nothing.
    """
    taps.lock(session, event.run_id)
    if taps.is_known(session, event.event_id):
        return TapOutcome("duplicate")
    tap = _read(session, event, staff_id=staff_id, now=now)
    done = taps.outcome_of(KINDS[event.kind](session, tap) if tap else stale())
    visit_id = tap.visit.id if tap else None
    taps.keep(session, event, visit_id=visit_id, staff_id=staff_id, now=now, result=done.result)
    if tap is not None and done.refusal is None:
        _go_on(session, tap)
    return done


def _read(session: Session, event: TerminalEventIn, *, staff_id: int, now: datetime) -> Tap | None:
    """Return the tap with its rows, read afresh under the lock; None when the visit is not on this run any more."""
    run = session.get_one(Run, event.run_id, populate_existing=True)
    visit = session.get(Visit, event.visit_id, populate_existing=True)
    if visit is None or visit.run_id != run.id:
        return None
    return Tap(
        event=event,
        run=run,
        visit=visit,
        booking=session.get_one(Booking, visit.booking_id, populate_existing=True),
        service=session.get_one(TransportService, run.service_day.transport_service_id),
        actor=f"staff:{staff_id}",
        at=min(event.happened_at, now),
        now=now,
    )


def _arrive(session: Session, tap: Tap) -> Refusal | None:
    """Note that the vehicle stands at the stop: true for everybody who gets on or off here."""
    if tap.visit.state != "planned" or tap.booking.state not in ("confirmed", "boarded"):
        return stale()
    _note_arrival(session, tap)
    return None


def _board(session: Session, tap: Tap) -> Refusal | None:
    """Let a party get on; it pays what is due, unless the driver says otherwise afterwards."""
    if tap.visit.kind != "pickup" or not is_open(tap.visit) or tap.booking.state != "confirmed":
        return stale()
    _note_arrival(session, tap)
    lifecycle.move(session, tap.booking, "boarded", actor=tap.actor, now=tap.now)
    _finish(tap.visit, "done", tap.at)
    fare_taking.take_due(session, tap)
    return None


def _alight(session: Session, tap: Tap) -> Refusal | None:
    """Let a party get off."""
    if tap.visit.kind != "dropoff" or not is_open(tap.visit):
        return stale()
    if tap.booking.state != "boarded":
        return Refusal("not_boarded_yet")
    _note_arrival(session, tap)
    lifecycle.move(session, tap.booking, "completed", actor=tap.actor, now=tap.now)
    _finish(tap.visit, "done", tap.at)
    return None


def _absent(session: Session, tap: Tap) -> Refusal | None:
    """Nobody came: the rider's absence only if the vehicle came in time and waited; else ours (Q-11)."""
    if tap.visit.kind != "pickup" or not is_open(tap.visit) or tap.booking.state != "confirmed":
        return stale()
    day, promise = tap.run.service_day.day, tap.booking.promise
    opens = times.moment(day, promise.pickup_earliest_s)
    found = outcome.absence(
        arrived_at=tap.visit.arrived_at,
        window_opens=opens,
        window_closes=times.moment(day, promise.pickup_latest_s),
        wait_s=tap.service.no_show_wait_s,
        now=tap.at,
    )
    if found is Absence.TOO_EARLY:
        since_s = times.second_of(max(tap.visit.arrived_at or opens, opens), day)
        return Refusal("wait_longer", {"until_s": times.ceil_to(since_s + tap.service.no_show_wait_s, times.MINUTE_S)})
    lifecycle.move(session, tap.booking, found.value, actor=tap.actor, now=tap.now)
    for visit in pair_of(session, tap.booking):
        _finish(visit, "skipped", tap.at)
    return None


KINDS: dict[str, Callable[[Session, Tap], Refusal | None]] = {
    "arrived": _arrive,
    "boarded": _board,
    "alighted": _alight,
    "absent": _absent,
    "undo": undo.step_back,
    "fare": fare_taking.correct,
}


def _note_arrival(session: Session, tap: Tap) -> None:
    for visit in halt_of(session, tap):
        if visit.state == "planned":
            lifecycle.move_visit(visit, "arrived")
            visit.arrived_at = tap.at


def _finish(visit: Visit, state: str, at: datetime) -> None:
    lifecycle.move_visit(visit, state)
    visit.done_at = at


def _go_on(session: Session, tap: Tap) -> None:
    """Let the run follow what happened: its state, where the vehicle is, the times of all that is still to come."""
    run = tap.run
    if tap.event.kind == "fare":
        run.plan_version += 1
        return
    if run.state != "underway":
        lifecycle.move_run(session, run, "underway", actor=tap.actor, now=tap.now)
    if tap.event.kind != "undo":
        _overrule_delay(run, tap.at)
        stop = session.get_one(Stop, tap.visit.stop_id)
        positions.report(session, run.duty.vehicle_id, positions.Fix(stop.lat, stop.lon, tap.at))
    session.flush()
    if run.kind == AREA:
        itineraries.retime(session, run, now=tap.now)
    else:
        printed_times.retime(session, run, now=tap.now)  # printed times are kept, whatever happens (T-12)
    is_over = run.kind != AREA or times.second_of(tap.at, run.service_day.day) >= _ends_s(tap)
    if is_over and not any(is_open(visit) for visit in visits_of(session, run)):
        lifecycle.move_run(session, run, "finished", actor=tap.actor, now=tap.now)


def _overrule_delay(run: Run, at: datetime) -> None:
    """Forget a delay that was reported before: what happens tells more."""
    if run.late_at is None or at >= run.late_at:
        run.late_s, run.on_time_s = 0, None


def _ends_s(tap: Tap) -> int:
    return itineraries.shift_of(tap.service, tap.run.duty).latest_s

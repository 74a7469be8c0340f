"""The driver's taps: arrived, boarded, alighted, absent, fare, and the way back (D-19, D-35, D-36, Q-11)."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import Booking, FareRecord, Run, Stop, TerminalEvent, TransportService, Visit
from backend.domain import times
from backend.domain.errors import NotFoundError
from backend.domain.policies import outcome
from backend.domain.policies.outcome import Absence
from backend.domain.refusals import Refusal
from backend.services import itineraries, lifecycle, positions, service_days, undo
from backend.services.taps import (
    STALE,
    Tap,
    TapOutcome,
    TerminalEventIn,
    halt_of,
    is_open,
    pair_of,
    stale,
    visits_of,
)

__all__ = ["FARE_REASONS", "KINDS", "PAY_KINDS", "TapOutcome", "TerminalEventIn", "apply"]

PAY_KINDS = ("cash", "coupon", "pass", "free")
FARE_REASONS = ("category", "persons", "short", "unpaid", "typing")
MOST_YEN = 100_000


def apply(session: Session, event: TerminalEventIn, *, staff_id: int, now: datetime) -> TapOutcome:
    """Carry out one tap, once, and plan the rest of the run from there.

    Taps arrive late when there was no signal: the tap's own time counts, never one in the future. A tap that
    meets another state than the driver saw is ``stale`` and changes nothing.
    """
    service_day_id = session.scalar(select(Run.service_day_id).where(Run.id == event.run_id))
    if service_day_id is None:
        raise NotFoundError(f"run {event.run_id}")
    service_days.lock_id(session, service_day_id)
    if session.scalar(select(TerminalEvent.id).where(TerminalEvent.event_id == event.event_id)):
        return TapOutcome("duplicate")
    tap = _read(session, event, staff_id=staff_id, now=now)
    refusal = KINDS[event.kind](session, tap) if tap else stale()
    result = _result(refusal)
    _keep(session, event, staff_id=staff_id, now=now, result=result, is_ours=tap is not None)
    if tap is not None and refusal is None:
        _go_on(session, tap)
    return TapOutcome(result, refusal)


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


def _result(refusal: Refusal | None) -> str:
    if refusal is None:
        return "applied"
    return "stale" if refusal.code == STALE else "refused"


def _keep(
    session: Session, event: TerminalEventIn, *, staff_id: int, now: datetime, result: str, is_ours: bool
) -> None:
    """Keep the tap by its id, whatever came of it: sent again it is a duplicate. Both times are stored (D-19)."""
    session.add(
        TerminalEvent(
            event_id=event.event_id,
            run_id=event.run_id,
            visit_id=event.visit_id if is_ours else None,
            kind=event.kind,
            value=event.value,
            happened_at=min(event.happened_at, now),
            received_at=now,
            staff_id=staff_id,
            outcome=result,
        )
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
    due_yen = tap.booking.fare_yen
    _take(session, tap, received_yen=due_yen, pay_kind="cash" if due_yen else "free", reason=None)
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


def _fare(session: Session, tap: Tap) -> Refusal | None:
    """Correct what was received: a further record with its reason (D-36)."""
    if tap.booking.state not in ("boarded", "completed"):
        return Refusal("fare_before_boarding")
    received_yen, reason = tap.event.value, tap.event.reason
    if received_yen is None or not 0 <= received_yen <= MOST_YEN or tap.event.pay_kind not in PAY_KINDS:
        return Refusal("fare_amount")
    if received_yen != tap.booking.fare_yen and reason not in FARE_REASONS:
        return Refusal("fare_reason")
    _take(session, tap, received_yen=received_yen, pay_kind=tap.event.pay_kind, reason=reason)
    facts: dict[str, str | int] = {"received_yen": received_yen, "reason": reason or ""}
    lifecycle.record(session, "booking", tap.booking.id, "fare.corrected", actor=tap.actor, now=tap.now, facts=facts)
    return None


KINDS: dict[str, Callable[[Session, Tap], Refusal | None]] = {
    "arrived": _arrive,
    "boarded": _board,
    "alighted": _alight,
    "absent": _absent,
    "undo": undo.step_back,
    "fare": _fare,
}


def _note_arrival(session: Session, tap: Tap) -> None:
    for visit in halt_of(session, tap):
        if visit.state == "planned":
            lifecycle.move_visit(visit, "arrived")
            visit.arrived_at = tap.at


def _finish(visit: Visit, state: str, at: datetime) -> None:
    lifecycle.move_visit(visit, state)
    visit.done_at = at


def _take(session: Session, tap: Tap, *, received_yen: int, pay_kind: str, reason: str | None) -> None:
    session.add(
        FareRecord(
            booking_id=tap.booking.id,
            due_yen=tap.booking.fare_yen,
            received_yen=received_yen,
            pay_kind=pay_kind,
            reason=reason,
            at=tap.at,
            by=tap.actor,
        )
    )


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
    itineraries.retime(session, run, now=tap.now)
    is_over = times.second_of(tap.at, run.service_day.day) >= _ends_s(tap)
    if is_over and not any(is_open(visit) for visit in visits_of(session, run)):
        lifecycle.move_run(session, run, "finished", actor=tap.actor, now=tap.now)


def _overrule_delay(run: Run, at: datetime) -> None:
    """Forget a delay that was reported before: what happens tells more."""
    if run.late_at is None or at >= run.late_at:
        run.late_s, run.on_time_s = 0, None


def _ends_s(tap: Tap) -> int:
    return itineraries.shift_of(tap.service, tap.run.duty).latest_s

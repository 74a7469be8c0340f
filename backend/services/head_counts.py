"""Who got on and off without a booking: counted on fixed and extra runs, an exception on reserved ones (Q-55, T-14)."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.db.models import Booking, HeadCount
from backend.db.queries import money, run_calls
from backend.db.queries.run_calls import ALIGHT, BOARD, CallView
from backend.domain.policies import boarding
from backend.domain.policies.boarding import Call, Passage
from backend.domain.refusals import Refusal
from backend.services import fare_taking, left_behind, lifecycle
from backend.services.fare_taking import CALLED_OFF, COUNTED_BY_HEAD
from backend.services.taps import RunTap, is_open, stale, visits_of

EXCEPTION_REASONS = ("desk", "stranded", "emergency", "typing")
TYPING = "typing"
MOST_AT_ONCE = 20
RESERVED = "reserved"
CARRIED = ("confirmed", "boarded", "completed")


def count(session: Session, tap: RunTap) -> Refusal | None:
    """Count persons of a category getting on or off at a stop; a correction has fewer than none (T-40).

    Refused: a stop or category that the run does not have, getting on or off where that is not done, fewer than none
    in all.
    """
    event = tap.event
    if tap.run.state in CALLED_OFF:
        return stale()
    if tap.run.kind not in COUNTED_BY_HEAD:
        return Refusal("count_not_here")
    refusal = _check(session, tap, event.way, event.stop_id)
    if refusal:
        return refusal
    _add(session, tap, event_id=event.event_id, way=event.way, stop_id=event.stop_id or 0)
    if event.persons > 0:
        left_behind.note(session, tap.run.id, kind=event.way, stop_id=event.stop_id or 0, at=tap.at)
    return None


def carry_exception(session: Session, tap: RunTap) -> Refusal | None:
    """Carry somebody on a reserved run without a booking, which is not done but for a reason (T-14).

    Fewer persons than none take an exception back. Refused: no reason, a ride the line does not sell (T-11), no seat.
    """
    event = tap.event
    if tap.run.state in CALLED_OFF or tap.run.kind != RESERVED:
        return stale()
    if event.reason not in EXCEPTION_REASONS or (event.reason == TYPING) != (event.persons < 0):
        return Refusal("exception_reason")
    pickup, dropoff = event.stop_id or 0, event.to_stop_id or 0
    if boarding.check([_passage(session, tap)], pickup, dropoff):
        return Refusal("exception_stops")
    refusal = _check(session, tap, BOARD, pickup) or _check(session, tap, ALIGHT, dropoff)
    if refusal:
        return refusal
    if _places_taken(session, tap) + event.persons > tap.run.duty.vehicle.seats:
        return Refusal("exception_full")
    zone = money.zone_between(session, tap.service.id, pickup, dropoff)
    refusal = fare_taking.take_cash(session, tap, zone=zone, category=event.category, persons=event.persons)
    if refusal:
        return refusal
    _add(session, tap, event_id=event.event_id, way=BOARD, stop_id=pickup)
    _add(session, tap, event_id=f"{event.event_id}/{ALIGHT}", way=ALIGHT, stop_id=dropoff)
    facts: lifecycle.Facts = {"reason": event.reason, "persons": event.persons}
    lifecycle.record(session, "run", tap.run.id, "run.exception", actor=tap.actor, now=tap.now, facts=facts)
    return None


def finish(session: Session, tap: RunTap) -> Refusal | None:
    """End a run, once everybody who got on got off again: else the driver looks at the counts first (T-40)."""
    if tap.run.state in CALLED_OFF or tap.run.kind not in (*COUNTED_BY_HEAD, RESERVED):
        return stale()
    if any(is_open(visit) for visit in visits_of(session, tap.run)):
        return Refusal("finish_visits_open")
    sums: dict[tuple[str, str], int] = {}
    for each in run_calls.counts(session, tap.run.id):
        key = (each.category, each.kind)
        sums[key] = sums.get(key, 0) + each.persons
    categories = {category for category, _ in sums}
    boarded, alighted = (sum(persons for (_, kind), persons in sums.items() if kind == way) for way in (BOARD, ALIGHT))
    if any(sums.get((each, BOARD), 0) != sums.get((each, ALIGHT), 0) for each in categories):
        return Refusal("finish_counts", {"boarded": boarded, "alighted": alighted})
    if tap.run.state in ("planned", "committed"):
        lifecycle.move_run(session, tap.run, "underway", actor=tap.actor, now=tap.now)
    if tap.run.state == "underway":
        lifecycle.move_run(session, tap.run, "finished", actor=tap.actor, now=tap.now)
    return None


def _check(session: Session, tap: RunTap, way: str, stop_id: int | None) -> Refusal | None:
    """Refuse what cannot be counted at a stop."""
    event = tap.event
    call = next((each for each in run_calls.list_calls(session, tap.run) if each.stop_id == stop_id), None)
    if call is None or not _may(call, way):
        return Refusal("count_stop")
    if event.category not in fare_taking.tariff_of(session, tap).categories():
        return Refusal("fare_category")
    if not event.persons or abs(event.persons) > MOST_AT_ONCE:
        return Refusal("count_persons")
    counted = session.scalar(
        select(func.coalesce(func.sum(HeadCount.persons), 0)).where(
            HeadCount.run_id == tap.run.id,
            HeadCount.stop_id == stop_id,
            HeadCount.kind == way,
            HeadCount.category == event.category,
        )
    )
    return Refusal("count_below_none") if (counted or 0) + event.persons < 0 else None


def _may(call: CallView, way: str) -> bool:
    return call.may_board if way == BOARD else way == ALIGHT and call.may_alight


def _passage(session: Session, tap: RunTap) -> Passage:
    entry = tap.run.timetable_entry
    calls = [
        Call(each.stop_id, each.time_s or 0, each.may_board, each.may_alight)
        for each in run_calls.list_calls(session, tap.run)
    ]
    return Passage(entry.direction if entry else "", calls)


def _places_taken(session: Session, tap: RunTap) -> int:
    """Return the persons booked over the whole run and those already carried by exception."""
    booked = select(func.coalesce(func.sum(Booking.seats + Booking.wheelchairs), 0)).where(
        Booking.run_id == tap.run.id, Booking.state.in_(CARRIED)
    )
    carried = select(func.coalesce(func.sum(HeadCount.persons), 0)).where(
        HeadCount.run_id == tap.run.id, HeadCount.kind == BOARD
    )
    return int(session.scalar(booked) or 0) + int(session.scalar(carried) or 0)


def _add(session: Session, tap: RunTap, *, event_id: str, way: str, stop_id: int) -> None:
    event = tap.event
    session.add(
        HeadCount(
            event_id=event_id,
            run_id=tap.run.id,
            stop_id=stop_id,
            kind=way,
            category=event.category,
            persons=event.persons,
            reason=None if event.reason == TYPING else event.reason,
            happened_at=tap.at,
            received_at=tap.now,
            staff_id=tap.staff_id,
        )
    )
    session.flush()

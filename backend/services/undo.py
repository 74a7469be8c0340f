"""The driver's way back, one step at a time: nothing that was tapped is final."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import Booking, Visit
from backend.domain.refusals import Refusal
from backend.services import fare_taking, lifecycle
from backend.services.taps import Tap, halt_of, is_open, pair_of, stale, visits_of

ABSENT = ("no_show", "missed")


def step_back(session: Session, tap: Tap) -> Refusal | None:
    """Undo the last tap on a visit, or say why it cannot be."""
    if tap.visit.state == "arrived":
        return _leave_again(session, tap)
    if tap.visit.kind == "dropoff":
        return _put_back_on_board(session, tap)
    if tap.booking.state == "boarded":
        return _take_off_again(session, tap)
    if tap.booking.state in ABSENT:
        return _expect_again(session, tap)
    return Refusal("undo_alighting_first") if tap.booking.state == "completed" else stale()


def _leave_again(session: Session, tap: Tap) -> Refusal | None:
    """Arrival was tapped too early: the whole halt is still ahead."""
    for visit in halt_of(session, tap):
        if visit.state == "arrived":
            lifecycle.move_visit(visit, "planned")
            visit.arrived_at = None
    return None


def _put_back_on_board(session: Session, tap: Tap) -> Refusal | None:
    if tap.booking.state != "completed":
        return stale()
    lifecycle.move(session, tap.booking, "boarded", actor=tap.actor, now=tap.now)
    _reopen(tap.visit)
    return None


def _take_off_again(session: Session, tap: Tap) -> Refusal | None:
    lifecycle.move(session, tap.booking, "confirmed", actor=tap.actor, now=tap.now)
    _reopen(tap.visit)
    fare_taking.hand_back(session, tap)
    return None


def _expect_again(session: Session, tap: Tap) -> Refusal | None:
    """Who was marked absent came after all: the ride is on again, if its places were not given away meanwhile."""
    pickup, dropoff = pair_of(session, tap.booking)
    rest = [visit for visit in visits_of(session, tap.run) if is_open(visit)]
    later = next((place for place, visit in enumerate(rest) if visit.planned_s > dropoff.planned_s), len(rest))
    order = [pickup, *rest[:later], dropoff, *rest[later:]]
    if not _has_room(session, tap, order):
        return Refusal("seats_given_away")
    lifecycle.move(session, tap.booking, "confirmed", actor=tap.actor, now=tap.now)
    _reopen(pickup)
    _reopen(dropoff)
    first = min(visit.seq for visit in order)
    for seq, visit in enumerate(order, start=first):
        visit.seq = seq
    return None


def _reopen(visit: Visit) -> None:
    lifecycle.move_visit(visit, "arrived" if visit.arrived_at else "planned")
    visit.done_at = None


def _has_room(session: Session, tap: Tap, order: list[Visit]) -> bool:
    """Tell whether the vehicle has a place for everybody on every leg of ``order``."""
    vehicle = tap.run.duty.vehicle
    aboard = select(Booking).where(Booking.run_id == tap.run.id, Booking.state == "boarded")
    on_board = session.scalars(aboard).all()
    seats, wheelchairs = sum(each.seats for each in on_board), sum(each.wheelchairs for each in on_board)
    for visit in order:
        booking = session.get_one(Booking, visit.booking_id)
        sign = 1 if visit.kind == "pickup" else -1
        seats, wheelchairs = seats + sign * booking.seats, wheelchairs + sign * booking.wheelchairs
        if seats > vehicle.seats or wheelchairs > vehicle.wheelchair_places:
            return False
    return True

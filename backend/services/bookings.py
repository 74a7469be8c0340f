"""Book, change and cancel a ride. Read this file to know what a booking is.

Everything here runs inside the one transaction of a door: a tap in LINE, a form at the phone desk, an API call.
First the lock of the service day, then every rule, then the writing. A refusal leaves nothing behind but itself.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from backend.db.models import Booking, PartyLine, PromiseRow, Rider, ServiceDay, TransportService
from backend.db.queries import money
from backend.db.session import lock_name
from backend.domain import times
from backend.domain.errors import NotFoundError, StaleError
from backend.domain.offers import Offer, Promise, Wish
from backend.domain.refusals import Refusal
from backend.services import cut_offs, decisions, lifecycle, notifications, offers, rules, service_days
from backend.services.decisions import Asked
from backend.services.itineraries import DayPlan
from backend.services.modes import MODES, Placement
from backend.services.rules import Asking

NUMBERS = range(1000, 10_000), range(10_000, 100_000)  # as short as can be said; a large town has more bookings
TRIED_NUMBERS = 30
LINE = "line"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who books: for which rider, through which channel, as whom, and under which key.

    The same ``key`` again means the same act again: it has its effect once (design.md 1.7).
    """

    rider_id: int | None
    channel: str
    actor: str
    key: str


def book(session: Session, wish: Wish, *, promise: Promise | None, caller: Caller, now: datetime) -> Booking | Refusal:
    """Confirm a ride, or say why not and what else can be booked.

    ``promise`` is the one the person was shown; without it the best offer for the wish is taken. The promise given
    is frozen with the booking: later bookings may not break it (Q-13). A refusal is stored as a `RefusedWish`.
    """
    asking = Asking(caller.channel, caller.rider_id, now)
    attempt = session.begin_nested()
    outcome = _book(session, wish, promise, caller, asking)
    if isinstance(outcome, Booking):
        attempt.commit()
        return outcome
    # Going back gives the lock of the day up: nobody waits while ways out are looked for.
    attempt.rollback()
    refusal = offers.with_ways_out(session, wish, outcome, asking)
    offers.record_refusal(session, wish, refusal, channel=caller.channel, rider_id=caller.rider_id, now=now)
    return refusal


def cancel(
    session: Session, public_id: str, *, actor: str, now: datetime, rider_id: int | None = None
) -> Booking | Refusal:
    """Give up a booking: its seats are free at once (D-32). Cancelling twice changes nothing.

    With ``rider_id`` only that rider's own booking is found; raises `NotFoundError` for any other. Possible until
    pick-up, without a fee; after the booking deadline it is marked 直前キャンセル (Q-10).
    """
    booking = _find(session, public_id, rider_id)
    service_day = service_days.lock_id(session, booking.service_day_id)
    session.refresh(booking)
    if booking.state == "cancelled":
        return booking
    if booking.state != "confirmed":
        return Refusal("not_cancellable")
    if _has_left(session, booking, now=now):
        return Refusal("run_left")
    _cancel(session, booking, service_day, actor=actor, now=now)
    cut_offs.note_empty(session, booking.run, actor=actor, now=now)
    notifications.owe_about(session, booking, "booking_cancelled", actor=actor, now=now)
    notifications.owe_shifts(session, service_day, but=None, now=now)
    return booking


def change(
    session: Session, public_id: str, wish: Wish, *, promise: Promise | None, caller: Caller, now: datetime
) -> Booking | Refusal:
    """Put a new booking in the place of an old one; if the new one is refused, nothing has happened (Q-12).

    The old one's seats count as free while the new one is tried. The caller's rider must own the old one; raises
    `NotFoundError` otherwise and `StaleError` when it is no longer open.
    """
    done = _with_key(session, caller.key)
    if done:
        return done
    old = _find(session, public_id, caller.rider_id)
    old_day = session.get_one(ServiceDay, old.service_day_id)
    _hold_rider(session, caller.rider_id)
    _lock_both(session, old_day, wish)
    done = _with_key(session, caller.key)  # the same tap again may have waited for the lock meanwhile
    if done:
        return done
    session.refresh(old)
    if old.state != "confirmed":
        raise StaleError(f"booking {old.id} is {old.state}")
    if _has_left(session, old, now=now):
        return Refusal("run_left")
    attempt = session.begin_nested()
    _cancel(session, old, old_day, actor=caller.actor, now=now)
    asking = Asking(caller.channel, caller.rider_id, now, instead_of=old.id)
    outcome = _book(session, wish, promise, caller, asking)
    if isinstance(outcome, Refusal):
        refusal = offers.with_ways_out(session, wish, outcome, asking)
        attempt.rollback()
        offers.record_refusal(session, wish, refusal, channel=caller.channel, rider_id=caller.rider_id, now=now)
        return refusal
    attempt.commit()
    outcome.replaces_id = old.id
    cut_offs.note_empty(session, old.run, actor=caller.actor, now=now)
    if old_day.day != wish.day:
        notifications.owe_shifts(session, old_day, but=None, now=now)
    return outcome


def offers_instead(
    session: Session, public_id: str, wish: Wish, *, channel: str, rider_id: int | None, now: datetime
) -> tuple[Offer, ...] | Refusal:
    """Return the rides that could take the place of a booking, its own seats counted as free; nothing is changed.

    Raises `NotFoundError` and `StaleError` as `change` does.
    """
    old = _find(session, public_id, rider_id)
    old_day = session.get_one(ServiceDay, old.service_day_id)
    _lock_both(session, old_day, wish)
    session.refresh(old)
    if old.state != "confirmed":
        raise StaleError(f"booking {old.id} is {old.state}")
    if _has_left(session, old, now=now):
        return Refusal("run_left")
    attempt = session.begin_nested()
    _cancel(session, old, old_day, actor="system", now=now)
    session.flush()
    asking = Asking(channel, rider_id, now, instead_of=old.id)
    found = offers.find_for(session, wish, asking)
    attempt.rollback()
    offers.keep(session, wish, found, asking)
    return found


def _book(session: Session, wish: Wish, promise: Promise | None, caller: Caller, asking: Asking) -> Booking | Refusal:
    """Lock, check everything, write; or return the bare refusal."""
    _hold_rider(session, asking.rider_id)
    service = session.get_one(TransportService, wish.transport_service_id)
    service_day = service_days.lock(session, service.id, wish.day)
    done = _with_key(session, caller.key)
    if done:
        return done
    if asking.rider_id is not None:
        lock_name(session, f"rider {asking.rider_id}")  # the rider's other rides may be of another service
    refusal = rules.check_wish(session, service, wish, asking)
    if refusal:
        return refusal
    day_plan = MODES[service.mode].load(session, service_day, now=asking.now)
    placement = _placement(session, day_plan, wish, promise, asking)
    if isinstance(placement, Refusal):
        return placement
    wanted = offers.most_wanted(session, day_plan, wish, asking)
    evidence = MODES[service.mode].judge(day_plan, wish, [placement.promise], [placement], wanted=wanted)
    booking = _write(session, day_plan, wish, placement, caller, now=asking.now)
    if evidence is not None:
        asked = Asked(wish, caller.channel, asking.now)
        decisions.keep(session, evidence, asked, stop_times=day_plan.times, booking=booking)
    notifications.owe_about(session, booking, "booking_confirmed", actor=caller.actor, now=asking.now)
    notifications.owe_shifts(session, service_day, but=booking, now=asking.now)
    return booking


def _placement(
    session: Session, day_plan: DayPlan, wish: Wish, promise: Promise | None, asking: Asking
) -> Placement | Refusal:
    """Return where the ride goes under the promise that was shown, or under the best one for the wish."""
    mode = MODES[day_plan.service.mode]
    if promise is None:
        found = offers.for_wish(session, day_plan, wish, asking, most=1)
        if isinstance(found, Refusal):
            return found
        promise = found[0].promise
    elif promise not in mode.promises(day_plan, wish, not_before_s=0):
        return Refusal("gone")  # the settings changed, or nobody ever offered this
    refusal = rules.check_pickup(session, wish, promise, asking) or rules.check_promise(session, wish, promise, asking)
    if refusal:
        return refusal
    return mode.place(day_plan, wish, [promise]) or mode.why_not(session, day_plan, wish, [promise])


def _write(
    session: Session, day_plan: DayPlan, wish: Wish, placement: Placement, caller: Caller, *, now: datetime
) -> Booking:
    """Write the booking with its party, its promise and its visits."""
    mode = MODES[day_plan.service.mode]
    offer = offers.offer_of(session, wish, placement)
    fares = money.fares_between(session, wish.transport_service_id, wish.day, wish.pickup_stop_id, wish.dropoff_stop_id)
    booking = Booking(
        number=_free_number(session, day_plan.service_day),
        key=caller.key,
        transport_service_id=wish.transport_service_id,
        service_day_id=day_plan.service_day.id,
        run_id=placement.run.id,
        rider_id=caller.rider_id,
        channel=caller.channel,
        booked_by=caller.actor,
        wish_kind=wish.kind,
        wish_s=wish.time_s,
        pickup_stop_id=wish.pickup_stop_id,
        dropoff_stop_id=wish.dropoff_stop_id,
        seats=wish.party.seats,
        wheelchairs=wish.party.wheelchairs,
        fare_yen=offer.fare_yen,
        told_pickup_s=offer.planned_pickup_s,
        created_at=now,
        party=[
            PartyLine(category=each.category, persons=each.persons, fare_each_yen=fares[each.category])
            for each in wish.party.members
        ],
        promise=PromiseRow(
            pickup_earliest_s=offer.promise.pickup_earliest_s,
            pickup_latest_s=offer.promise.pickup_latest_s,
            arrive_latest_s=offer.promise.arrive_latest_s,
            planned_pickup_s=offer.planned_pickup_s,
            planned_dropoff_s=offer.planned_dropoff_s,
            max_ride_s=mode.longest_ride_s(day_plan, wish, offer.promise),
            made_at=now,
        ),
    )
    session.add(booking)
    session.flush()
    mode.seat(session, day_plan, booking, wish, placement)
    lifecycle.record(session, "booking", booking.id, "booking.made", actor=caller.actor, now=now)
    return booking


def _cancel(session: Session, booking: Booking, service_day: ServiceDay, *, actor: str, now: datetime) -> None:
    service = session.get_one(TransportService, booking.transport_service_id)
    rule = rules.rule_for(session, service.id, booking.channel)
    closing = rule.closing(service_day.day, booking.promise.pickup_earliest_s)
    booking.late_cancellation = times.whole_second(now) > closing
    booking.cancelled_at, booking.cancelled_by = now, actor
    lifecycle.move(session, booking, "cancelled", actor=actor, now=now)
    mode = MODES[service.mode]
    mode.unseat(session, mode.load(session, service_day, now=now), booking)


def _has_left(session: Session, booking: Booking, *, now: datetime) -> bool:
    service = session.get_one(TransportService, booking.transport_service_id)
    return MODES[service.mode].has_left(booking, now=now)


def _hold_rider(session: Session, rider_id: int | None) -> None:
    """Keep a rider from being erased until the booking is written, or wait until an erasure is over and is seen.

    Before the lock of any day: who erases has the rider first, and then the days of the rides to give up.
    """
    if rider_id is not None:
        session.execute(select(Rider.id).where(Rider.id == rider_id).with_for_update(read=True))


def _lock_both(session: Session, old_day: ServiceDay, wish: Wish) -> None:
    """Take the locks of the days of the old ride and of the new one, in one order for everybody."""
    days = {(old_day.day, old_day.transport_service_id), (wish.day, wish.transport_service_id)}
    for day, service_id in sorted(days):
        service_days.lock(session, service_id, day)


def _with_key(session: Session, key: str) -> Booking | None:
    """Return the booking that this very act made before."""
    return session.scalars(select(Booking).where(Booking.key == key)).one_or_none()


def _find(session: Session, public_id: str, rider_id: int | None) -> Booking:
    query = select(Booking).where(Booking.public_id == public_id)
    booking = session.scalars(query).one_or_none()
    if booking is None or (rider_id is not None and booking.rider_id != rider_id):
        raise NotFoundError(public_id)
    return booking


def _free_number(session: Session, service_day: ServiceDay) -> str:
    """Return a number that no booking of the day has: what a rider says to the driver: short while one is found."""
    for numbers in NUMBERS:
        some = {str(secrets.choice(numbers)) for _ in range(TRIED_NUMBERS)}
        free = some - set(session.scalars(_taken(service_day).where(Booking.number.in_(some))))
        if free:
            return free.pop()
    return _any_number(session, service_day)


def _any_number(session: Session, service_day: ServiceDay) -> str:
    """Return a free number of a day that has so many bookings that chance finds none."""
    taken = set(session.scalars(_taken(service_day)))
    return next(str(number) for number in chain(*NUMBERS) if str(number) not in taken)


def _taken(service_day: ServiceDay) -> Select[str]:
    return select(Booking.number).where(Booking.service_day_id == service_day.id)

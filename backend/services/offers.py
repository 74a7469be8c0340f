"""Rides that can be booked now for a wish; and when none can, the ways out of a refusal (D-24, D-48)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import RefusedWish, TransportService
from backend.db.queries import money
from backend.domain import times
from backend.domain.offers import Offer, Promise, Wish
from backend.domain.policies import fares as fare_policy
from backend.domain.policies.promise import STEP_S
from backend.domain.refusals import Refusal
from backend.services import decisions, rules, service_days, travel
from backend.services.decisions import Asked
from backend.services.itineraries import DayPlan
from backend.services.modes import MODES, Placement
from backend.services.rules import Asking

MOST = 3
NEED_SPAN = timedelta(minutes=60)
DAYS_SHOWN = 30
NO_WAY_OUT = {
    "party_too_big",
    "party_too_big_for_run",
    "no_boarding_here",
    "no_alighting_here",
    "no_run_between",
    "no_booking_needed",
    "party_empty",
    "more_wheelchairs",
    "infants_alone",
    "same_stop",
    "not_a_member",
    "stop_not_served",
}
START_STEP_S = 30 * times.MINUTE_S


@dataclass(frozen=True, slots=True)
class _Kept:
    """What can be kept of a wish's promises: rides, their places, the promises that a rule stood against, and which."""

    candidates: list[Promise]
    offers: tuple[Offer, ...]
    placements: list[Placement]
    barred: list[int]
    against: Refusal | None


def find(
    session: Session, wish: Wish, *, channel: str, rider_id: int | None, now: datetime
) -> tuple[Offer, ...] | Refusal:
    """Return up to three rides for ``wish`` that can be booked now, the best first, or why there is none.

    The refusal carries alternatives. Nothing is held: `bookings.book` looks again.
    """
    asking = Asking(channel, rider_id, now)
    found = find_for(session, wish, asking)
    keep(session, wish, found, asking)
    return found


def keep(session: Session, wish: Wish, found: tuple[Offer, ...] | Refusal, asking: Asking) -> None:
    """Write down why rides were offered; a refusal is written by who answers for it (`record_refusal`)."""
    evidence = None if isinstance(found, Refusal) else found[0].evidence
    if evidence is not None:
        service = session.get_one(TransportService, wish.transport_service_id)
        stop_times = travel.stop_times(session, service, wish.day)
        decisions.keep(session, evidence, Asked(wish, asking.channel, asking.now), stop_times=stop_times)


def find_for(session: Session, wish: Wish, asking: Asking) -> tuple[Offer, ...] | Refusal:
    """Return what `find` returns, for whom asks in place of a booking held (Q-12)."""
    service = session.get_one(TransportService, wish.transport_service_id)
    refusal = rules.check_wish(session, service, wish, asking)
    if refusal:
        return with_ways_out(session, wish, refusal, asking)
    mode = MODES[service.mode]
    service_day = service_days.ensure(session, service.id, wish.day)
    day_plan = mode.load(session, service_day, now=asking.now)
    found = _search(session, day_plan, wish, asking, most=MOST)
    if isinstance(found, Refusal):
        return with_ways_out(session, wish, found, asking)
    evidence = mode.judge(day_plan, wish, found.candidates, found.placements, barred=found.barred)
    return tuple(replace(each, evidence=evidence) for each in found.offers)


def for_wish(
    session: Session, day_plan: DayPlan, wish: Wish, asking: Asking, *, most: int = MOST
) -> tuple[Offer, ...] | Refusal:
    """Return up to ``most`` rides for a wish that keeps the rules, or why no vehicle can take it."""
    found = _search(session, day_plan, wish, asking, most=most)
    return found if isinstance(found, Refusal) else found.offers


def most_wanted(session: Session, day_plan: DayPlan, wish: Wish, asking: Asking) -> Promise | None:
    """Return the promise that would meet a wish best and can still be given, whether a vehicle can keep it or not."""
    return next(iter(_candidates(session, day_plan, wish, asking)), None)


def not_before_s(session: Session, wish: Wish, asking: Asking) -> int:
    """Return the first whole minute that a pick-up may still be promised for, as a second of the day (Q-07)."""
    rule = rules.rule_for(session, wish.transport_service_id, asking.channel)
    earliest_s = rule.earliest_pickup_s(wish.day, now=asking.now) if rule.notice_s is not None else 0
    return times.ceil_to(earliest_s, times.MINUTE_S)


def _candidates(session: Session, day_plan: DayPlan, wish: Wish, asking: Asking) -> list[Promise]:
    return MODES[day_plan.service.mode].promises(day_plan, wish, not_before_s=not_before_s(session, wish, asking))


def _search(session: Session, day_plan: DayPlan, wish: Wish, asking: Asking, *, most: int) -> _Kept | Refusal:
    """Return up to ``most`` rides for a wish that keeps the rules with how they were found, or why there is none."""
    mode = MODES[day_plan.service.mode]
    candidates = _candidates(session, day_plan, wish, asking)
    if not candidates and mode.promises(day_plan, wish, not_before_s=0):
        return _too_late(session, day_plan, wish, asking)
    kept = _kept(session, day_plan, wish, candidates, asking, most=most)
    if kept.offers:
        return kept
    return kept.against or mode.why_not(session, day_plan, wish, candidates)


def _kept(
    session: Session,
    day_plan: DayPlan,
    wish: Wish,
    candidates: list[Promise],
    asking: Asking,
    *,
    most: int,
) -> _Kept:
    """Return up to ``most`` rides under the promises that can be kept, and what stood against the last one."""
    mode = MODES[day_plan.service.mode]
    against: Refusal | None = None
    found: list[Placement] = []
    barred: list[int] = []
    for placement in mode.placements(day_plan, wish, candidates):
        against = rules.check_promise(session, wish, placement.promise, asking)
        if against is None:
            found.append(placement)
        else:
            barred.append(candidates.index(placement.promise))
        if len(found) == most:
            break
    offers = tuple(offer_of(session, wish, placement) for placement in found)
    return _Kept(candidates, offers, found, barred, against)


def offer_of(session: Session, wish: Wish, placement: Placement) -> Offer:
    """Return a placement as what a person is shown before confirming."""
    fares = money.fares_between(session, wish.transport_service_id, wish.day, wish.pickup_stop_id, wish.dropoff_stop_id)
    return Offer(
        wish=wish,
        promise=placement.promise,
        planned_pickup_s=placement.pickup_s,
        planned_dropoff_s=placement.dropoff_s,
        fare_yen=fare_policy.due_yen(wish.party, fares),
        departure=placement.departure,
    )


def with_ways_out(session: Session, wish: Wish, refusal: Refusal, asking: Asking) -> Refusal:
    """Return the refusal with up to three rides that can be booked instead: later, earlier, from a stop nearby."""
    found: list[Offer] = []
    plans: dict[date, DayPlan] = {}
    mode = MODES[session.get_one(TransportService, wish.transport_service_id).mode]
    for other in _bookable(session, dict.fromkeys(_other_wishes(session, wish, refusal, asking)), asking):
        if other.day not in plans:
            service_day = service_days.ensure(session, other.transport_service_id, other.day)
            plans[other.day] = mode.load(session, service_day, now=asking.now)
        candidates = _candidates(session, plans[other.day], other, asking)
        first = _kept(session, plans[other.day], other, candidates, asking, most=1)
        found += [each for each in first.offers if all(_differ(each, offer) for offer in found)]
        if len(found) == MOST:
            break
    return refusal.with_alternatives(tuple(found))


def _bookable(session: Session, wishes: Iterable[Wish], asking: Asking) -> Iterator[Wish]:
    """Return the wishes that keep the rules; what does not hang on the time is checked once."""
    known: dict[tuple[date, int, int], bool] = {}
    for wish in wishes:
        service = session.get_one(TransportService, wish.transport_service_id)
        ride = wish.day, wish.pickup_stop_id, wish.dropoff_stop_id
        if ride not in known:
            known[ride] = rules.check_ride(session, service, wish, asking) is None
        if known[ride] and rules.check_time(session, service, wish, asking) is None:
            yield wish


def record_refusal(
    session: Session, wish: Wish, refusal: Refusal, *, channel: str, rider_id: int | None, now: datetime
) -> None:
    """Keep a wish that was refused, with what dispatch knew; tries of one rider within an hour are one need."""
    row = RefusedWish(
        transport_service_id=wish.transport_service_id,
        at=now,
        code=refusal.code,
        facts=dict(refusal.facts),
        channel=channel,
        rider_id=rider_id,
        need_id=_need(session, rider_id, now=now),
        day=wish.day,
        wish_kind=wish.kind,
        wish_s=wish.time_s,
        pickup_stop_id=wish.pickup_stop_id,
        dropoff_stop_id=wish.dropoff_stop_id,
        seats=wish.party.seats,
        wheelchairs=wish.party.wheelchairs,
        alternatives=len(refusal.alternatives),
        limits=dict(refusal.limits),
    )
    session.add(row)
    session.flush()
    if row.need_id is None:
        row.need_id = row.id
    service = session.get_one(TransportService, wish.transport_service_id)
    evidence = refusal.evidence or MODES[service.mode].by_rule(refusal)
    if evidence is not None:
        stop_times = travel.stop_times(session, service, wish.day) if refusal.evidence else None
        decisions.keep(session, evidence, Asked(wish, channel, now), stop_times=stop_times, refused=row)


def open_days(session: Session, service_id: int, *, channel: str, now: datetime) -> list[date]:
    """Return the days on which a ride can be booked now, the first first (D-03, D-04, D-17)."""
    service = session.get_one(TransportService, service_id)
    rule = rules.rule_for(session, service_id, channel)
    calendar = service_days.calendar(session, service)
    today = times.day_of(now)
    days = (today + timedelta(days=number) for number in range(min(rule.opens_days, DAYS_SHOWN) + 1))
    return [
        day
        for day in days
        if rules.check_day(calendar, day, now=now) is None
        and rule.opening(day) <= times.whole_second(now) <= rule.closing(day, service.hours_end_s)
    ]


def start_times(session: Session, service_id: int, day: date, *, channel: str, now: datetime) -> list[int]:
    """Return the half hours of ``day`` at which a ride may still start, as seconds of the day."""
    service = session.get_one(TransportService, service_id)
    rule = rules.rule_for(session, service_id, channel)
    at = times.whole_second(now)
    seconds = range(times.ceil_to(service.hours_start_s, START_STEP_S), service.hours_end_s, START_STEP_S)
    return [second for second in seconds if at <= rule.closing(day, second)]


def _too_late(session: Session, day_plan: DayPlan, wish: Wish, asking: Asking) -> Refusal:
    """Return the refusal of a wished arrival whose pick-up would be too soon."""
    latest = MODES[day_plan.service.mode].promises(day_plan, wish, not_before_s=0)[0]
    refusal = rules.check_pickup(session, wish, latest, asking)
    return refusal or Refusal("too_far")


def _need(session: Session, rider_id: int | None, *, now: datetime) -> int | None:
    """Return the need that a rider's refused tries of the last hour belong to."""
    if rider_id is None:
        return None
    query = (
        select(RefusedWish.need_id)
        .where(RefusedWish.rider_id == rider_id, RefusedWish.at > now - NEED_SPAN, RefusedWish.at <= now)
        .order_by(RefusedWish.at.desc(), RefusedWish.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def _differ(first: Offer, second: Offer) -> bool:
    return (first.promise, first.wish.pickup_stop_id, first.wish.dropoff_stop_id, first.wish.day) != (
        second.promise,
        second.wish.pickup_stop_id,
        second.wish.dropoff_stop_id,
        second.wish.day,
    )


def _other_wishes(session: Session, wish: Wish, refusal: Refusal, asking: Asking) -> Iterator[Wish]:
    """Return what the rider may accept instead, the nearest to the wish first."""
    if refusal.code in NO_WAY_OUT:
        return
    if refusal.code.startswith("closed_") and refusal.code != "closed_notice":
        yield from _other_days(session, wish, asking)
        return
    service = session.get_one(TransportService, wish.transport_service_id)
    soonest_s = times.ceil_to(not_before_s(session, wish, asking), STEP_S)
    yield from MODES[service.mode].instead(session, wish, soonest_s=soonest_s)
    yield from _other_days(session, wish, asking)


def _other_days(session: Session, wish: Wish, asking: Asking) -> Iterator[Wish]:
    """Return the same ride on the next days that can be booked."""
    days = open_days(session, wish.transport_service_id, channel=asking.channel, now=asking.now)
    for day in sorted((day for day in days if day != wish.day), key=lambda day: abs((day - wish.day).days))[:2]:
        yield replace(wish, day=day)

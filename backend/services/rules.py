"""What has to hold before a wish is even placed: calendar, hours, window, stops, party, membership, acceptance."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from backend.db.models import Booking, BookingRuleRow, PromiseRow, Rider, ServiceDay, ServiceStop, TransportService
from backend.db.queries import money
from backend.domain import states, times
from backend.domain.calendar import Calendar
from backend.domain.offers import Promise, Wish, WishKind
from backend.domain.policies import booking_window, eligibility
from backend.domain.policies.booking_window import BookingRule
from backend.domain.refusals import Refusal
from backend.services import acceptance, phone_desk, service_days
from backend.services.modes import MODES

DEFAULT_CHANNEL = "default"
DESK_CHANNELS = ("phone", "counter")


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, by which channel, when. ``instead_of`` is the booking that the new one is to replace (Q-12)."""

    channel: str
    rider_id: int | None
    now: datetime
    instead_of: int | None = field(default=None)


def rule_for(session: Session, service_id: int, channel: str) -> BookingRule:
    """Return when ``channel`` may book: its own rule, or the one for all channels (D-28, T-17).

    A rule that closes on a day before closes earlier at the desk where the desk is shut on that day (Q-42).
    """
    rows = session.scalars(select(BookingRuleRow).where(BookingRuleRow.transport_service_id == service_id))
    by_channel = {row.channel: row for row in rows}
    row = by_channel.get(channel) or by_channel[DEFAULT_CHANNEL]
    last_open = _last_desk_day(session, service_id) if channel in DESK_CHANNELS and row.notice_s is None else None
    return BookingRule(row.opens_days, row.opens_at_s, row.notice_s, row.closes_days, row.closes_at_s, last_open)


def _last_desk_day(session: Session, service_id: int) -> Callable[[date], date]:
    """Return what finds the last day on which the desk of a service answers (Q-42)."""
    service = session.get_one(TransportService, service_id)
    return lambda day: phone_desk.last_desk_day(session, service, day)


def served_stops(session: Session, service_id: int, day: date) -> frozenset[int]:
    """Return the ids of the stops that are served on ``day`` (D-06, D-09)."""
    query = select(ServiceStop.stop_id).where(
        ServiceStop.transport_service_id == service_id,
        ServiceStop.in_area,
        or_(ServiceStop.valid_from.is_(None), ServiceStop.valid_from <= day),
        or_(ServiceStop.valid_to.is_(None), ServiceStop.valid_to >= day),
    )
    return frozenset(session.scalars(query))


def check_day(calendar: Calendar, day: date, *, now: datetime) -> Refusal | None:
    """Return why nobody can book a ride on ``day`` at ``now``, or None."""
    closed = calendar.why_closed(day)
    period = calendar.period_of(day) or calendar.period_accepting(times.day_of(now))
    not_accepting = booking_window.check_period(period, now=now)
    return not_accepting or closed


def check_wish(session: Session, service: TransportService, wish: Wish, asking: Asking) -> Refusal | None:
    """Return why ``wish`` cannot be met whatever the vehicles do, or None when it is up to them."""
    return check_ride(session, service, wish, asking) or check_time(session, service, wish, asking)


def check_ride(session: Session, service: TransportService, wish: Wish, asking: Asking) -> Refusal | None:
    """Return why nobody of this party rides between these stops on this day at any time, or None."""
    return (
        MODES[service.mode].check_party(service, wish)
        or _check_categories(session, wish)
        or eligibility.check_stops(wish, served_stops(session, service.id, wish.day))
        or _check_member(session, service, asking)
        or check_day(service_days.calendar(session, service), wish.day, now=asking.now)
        or MODES[service.mode].check_stops(session, wish)
    )


def check_time(session: Session, service: TransportService, wish: Wish, asking: Asking) -> Refusal | None:
    """Return why nobody rides at the wished time, or None."""
    return (
        eligibility.check_hours(wish, start_s=service.hours_start_s, end_s=service.hours_end_s)
        or _check_acceptance(session, wish, wish.time_s, asking)
        or _check_window(session, wish, wish.time_s, asking)
    )


def check_promise(session: Session, wish: Wish, promise: Promise, asking: Asking) -> Refusal | None:
    """Return why a promise that a vehicle could keep is not given all the same, or None when it is (Q-15, Q-23)."""
    stopped = _check_acceptance(session, wish, promise.pickup_earliest_s, asking)
    return stopped or check_overlap(session, wish, promise, asking)


def check_overlap(session: Session, wish: Wish, promise: Promise, asking: Asking) -> Refusal | None:
    """Return the refusal of a ride during another one of the same rider, or None (Q-15)."""
    if asking.rider_id is None:
        return None
    query = (
        select(Booking.number, PromiseRow.pickup_earliest_s, PromiseRow.arrive_latest_s)
        .join(PromiseRow, PromiseRow.booking_id == Booking.id)
        .join(ServiceDay, ServiceDay.id == Booking.service_day_id)
        .where(
            Booking.rider_id == asking.rider_id,
            Booking.state.in_(states.HOLDS_A_SEAT),
            ServiceDay.day == wish.day,
            Booking.id != (asking.instead_of or 0),
        )
    )
    span = promise.pickup_earliest_s, promise.arrive_latest_s
    for number, earliest_s, latest_s in session.execute(query):
        if eligibility.overlaps(span, (earliest_s, latest_s)):
            return Refusal("overlapping", {"number": number})
    return None


def _check_categories(session: Session, wish: Wish) -> Refusal | None:
    """Return the refusal of a category that the service's fares do not know (T-27), or None."""
    ends = wish.pickup_stop_id, wish.dropoff_stop_id
    known = money.fares_between(session, wish.transport_service_id, wish.day, *ends)
    unknown = [member.category for member in wish.party.members if member.category not in known]
    return Refusal("category_unknown") if known and unknown else None


def _check_member(session: Session, service: TransportService, asking: Asking) -> Refusal | None:
    """Return the refusal of who is no member, or has left (D-13); a line asks for no membership (T-18)."""
    if asking.rider_id is None:
        return Refusal("not_a_member") if service.members_only else None
    state = session.scalar(select(Rider.state).where(Rider.id == asking.rider_id))
    known = ("active",) if service.members_only else ("active", "guest")
    return None if state in known else Refusal("not_a_member")


def _check_acceptance(session: Session, wish: Wish, second: int, asking: Asking) -> Refusal | None:
    if _only_fewer(session, wish, asking):
        return None
    stop_ids = (wish.pickup_stop_id, wish.dropoff_stop_id)
    return acceptance.why_stopped(
        session, wish.transport_service_id, wish.day, pickup_s=second, stop_ids=stop_ids, now=asking.now
    )


def _check_window(session: Session, wish: Wish, pickup_s: int, asking: Asking) -> Refusal | None:
    """Check opening and closing; a wished arrival closes with its pick-up, which only an offer can tell (Q-07)."""
    if _only_fewer(session, wish, asking):
        return None
    rule = rule_for(session, wish.transport_service_id, asking.channel)
    return booking_window.check(rule, wish.day, pickup_s, now=asking.now)


def check_pickup(session: Session, wish: Wish, promise: Promise, asking: Asking) -> Refusal | None:
    """Return why the promised pick-up is too soon to be booked, or None (Q-07: the driver's notice matters)."""
    pickup_s = wish.time_s if wish.kind is WishKind.DEPART else promise.pickup_earliest_s
    return _check_window(session, wish, pickup_s, asking)


def _only_fewer(session: Session, wish: Wish, asking: Asking) -> bool:
    """Tell whether a change only leaves persons of a party at home: that is taken until departure (Q-43).

    Where bookings close before pick-up by minutes, the driver's notice stands against any new place or time (Q-07),
    and the party as booked costs nothing: only rules that close on a day before know it.
    """
    if asking.instead_of is None or wish.kind is not WishKind.DEPART:
        return False
    if rule_for(session, wish.transport_service_id, asking.channel).notice_s is not None:
        return False
    old = session.get_one(Booking, asking.instead_of)
    before = {line.category: line.persons for line in old.party}
    is_same_ride = (old.service_day.day, old.pickup_stop_id, old.dropoff_stop_id, old.promise.pickup_earliest_s) == (
        wish.day,
        wish.pickup_stop_id,
        wish.dropoff_stop_id,
        wish.time_s,
    )
    is_fewer = all(each.persons <= before.get(each.category, 0) for each in wish.party.members)
    is_same_service = old.transport_service_id == wish.transport_service_id
    return is_same_service and is_same_ride and is_fewer and wish.party.wheelchairs <= old.wheelchairs

"""A line's runs of a day for a pair of stops: which can be booked, which need no booking, and why not the others."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from backend.db.models import TransportService
from backend.db.queries import money
from backend.domain import times
from backend.domain.offers import Offer, Wish, WishKind
from backend.domain.party import Party
from backend.domain.policies import fares as fare_policy
from backend.domain.refusals import Refusal
from backend.services import offers, rules, service_days
from backend.services.itineraries import DayPlan, LineRun
from backend.services.modes import line
from backend.services.rules import Asking

STATES = {
    "no_booking_needed": "no_booking_needed",
    "not_open_yet": "not_open",
    "before_acceptance": "not_open",
    "run_full": "full",
    "no_wheelchair_place": "full",
    "party_too_big_for_run": "full",
    "run_called_off": "suspended",
    "rides_suspended": "suspended",
    "run_left": "gone",
}
BOOKABLE = "bookable"
CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Departure:
    """One run for a pair of stops, as it can be had now.

    ``state`` is bookable, no_booking_needed, full, closed, not_open, suspended or gone. Unless it is bookable, when
    ``offer`` has what `bookings.book` takes, ``refusal`` says why. ``places_left`` counts persons over the whole run.
    """

    entry_code: str
    direction: str
    number: int
    kind: str
    pickup_s: int
    pickup_is_about: bool
    dropoff_s: int
    dropoff_is_about: bool
    fare_yen: int
    state: str
    places_left: int
    refusal: Refusal | None
    offer: Offer | None


def list_departures(  # noqa: PLR0913 -- who asks for what, by which channel
    session: Session,
    service_id: int,
    day: date,
    *,
    pickup_stop_id: int,
    dropoff_stop_id: int,
    party: Party,
    channel: str,
    rider_id: int | None,
    now: datetime,
) -> tuple[Departure, ...] | Refusal:
    """Return every run of ``day`` that goes from a stop to another, by departure, or why none does at all.

    A refusal names the rule: of boarding there (T-08 to T-11), of the calendar, of the party. Nothing is held.
    """
    service = session.get_one(TransportService, service_id)
    asking = Asking(channel, rider_id, now)
    wish = Wish(service_id, day, WishKind.DEPART, service.hours_start_s, pickup_stop_id, dropoff_stop_id, party)
    refusal = rules.check_ride(session, service, wish, asking)
    if refusal:
        return refusal
    day_plan = line.load(session, service_days.ensure(session, service_id, day), now=now)
    fares = money.fares_between(session, service_id, day, pickup_stop_id, dropoff_stop_id)
    due_yen = fare_policy.due_yen(party, fares)
    return tuple(_departure(session, day_plan, found, wish, asking, due_yen) for found in line.sold(day_plan, wish))


def why_not_sold(
    session: Session, service_id: int, day: date, pickup_stop_id: int, dropoff_stop_id: int
) -> Refusal | None:
    """Return the rule by which no run of ``day`` takes anybody between two stops, or None (T-08 to T-11)."""
    wish = Wish(service_id, day, WishKind.DEPART, 0, pickup_stop_id, dropoff_stop_id, Party(()))
    return line.check_stops(session, wish)


def _departure(  # noqa: PLR0917 -- one line of a list, of all that the list knows
    session: Session, day_plan: DayPlan, found: LineRun, wish: Wish, asking: Asking, due_yen: int
) -> Departure:
    ride = found.entry.ride(wish.pickup_stop_id, wish.dropoff_stop_id)
    offer = _offer(session, day_plan, found, wish, asking)
    refusal = offer if isinstance(offer, Refusal) else None
    return Departure(
        entry_code=ride.entry_code,
        direction=ride.direction,
        number=ride.number,
        kind=found.run.kind,
        pickup_s=ride.pickup_s,
        pickup_is_about=ride.pickup_is_about,
        dropoff_s=ride.dropoff_s,
        dropoff_is_about=ride.dropoff_is_about,
        fare_yen=due_yen,
        state=STATES.get(refusal.code, CLOSED) if refusal else BOOKABLE,
        places_left=max(found.persons_left, 0),
        refusal=refusal,
        offer=offer if isinstance(offer, Offer) else None,
    )


def _offer(session: Session, day_plan: DayPlan, found: LineRun, wish: Wish, asking: Asking) -> Offer | Refusal:
    """Return a run as it can be booked, or why it cannot: what hangs on the run before what hangs on the clock."""
    promise = line.promise_on(found, wish)
    leaves = times.moment(wish.day, promise.pickup_latest_s + found.run.late_s)
    if times.whole_second(asking.now) > leaves:
        return Refusal("run_left")
    on_this = Wish(
        wish.transport_service_id,
        wish.day,
        WishKind.DEPART,
        promise.pickup_earliest_s,
        wish.pickup_stop_id,
        wish.dropoff_stop_id,
        wish.party,
    )
    placement = line.place(day_plan, on_this, [promise])
    if placement is None:
        why = line.why_not(session, day_plan, on_this, [promise])
        if why.code in {"no_booking_needed", "run_called_off", "run_not_operated"}:
            return why
    else:
        why = None
    refusal = rules.check_time(session, day_plan.service, on_this, asking)
    refusal = refusal or why or rules.check_promise(session, on_this, promise, asking)
    if refusal or placement is None:
        return refusal or Refusal("gone")
    return offers.offer_of(session, on_this, placement)

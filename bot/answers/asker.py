"""The person a turn is for, and what is looked up about them."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from backend.db.queries import bookings as booking_queries
from backend.db.queries import network, riders
from backend.db.queries.bookings import BookingView
from backend.db.queries.line import LineUserView
from backend.db.queries.network import ServiceView, StopView
from backend.domain import times
from backend.domain.offers import Wish, WishKind
from backend.domain.party import FareCategory, Party
from backend.domain.policies.phone_hours import PhoneHours
from backend.domain.refusals import Refusal
from backend.services import offers, service_days
from bot import drafts
from bot.dialogue.turns import Context, LastTrip, Prompt, StopName
from bot.drafts import Draft
from bot.screens.pages import Desk
from bot.screens.parts import Look

CHANNEL = "line"
TRIPS_SHOWN = 2


@dataclass(slots=True)
class Asker:
    """The person a turn is for, and what was looked up about them so far."""

    session: Session
    account: LineUserView
    now: datetime
    wall: datetime
    public_url: str
    draft: Draft
    service: ServiceView = field(init=False)
    stops: list[StopView] = field(init=False)
    outcome: BookingView | Refusal | str | None = None

    def __post_init__(self) -> None:
        self.service = network.get_service(self.session)
        self.stops = network.list_stops(self.session, self.service.id, self.today)

    @property
    def today(self) -> date:
        """Return the day it is in Japan."""
        return times.day_of(self.now)

    @property
    def actor(self) -> str:
        """Return as whom this person acts."""
        return f"line:{self.account.id}"

    @property
    def is_member(self) -> bool:
        """Tell whether the account belongs to a member."""
        return self.account.rider_id is not None

    def own_party(self, day: date) -> Party:
        """Return the person alone, in their own fare category on ``day``."""
        if self.account.rider_id is None:
            return Party.of({FareCategory.ADULT.value: 1})
        rider = riders.get(self.session, self.account.rider_id)
        return Party.of({rider.category_on(day): 1}, wheelchairs=1 if rider.wheelchair else 0)

    def wish(self) -> Wish | None:
        """Return the wish of the draft, or None while something is missing."""
        party = self.own_party(self.draft.day or self.today)
        return drafts.wish_of(self.draft, transport_service_id=self.service.id, party=party)

    def names(self) -> dict[int, str]:
        """Return the names of all stops."""
        return {stop.id: stop.name for stop in self.stops}

    def open_days(self) -> list[date]:
        """Return the days that can be booked now."""
        return offers.open_days(self.session, self.service.id, channel=CHANNEL, now=self.now)


def context_of(asker: Asker, *, fresh_token: str) -> Context:
    """Return what a turn of this person may know."""
    names = tuple(StopName(stop.id, stop.name, stop.kana) for stop in asker.stops)
    bare = Context(asker.today, fresh_token, asker.is_member, asker.account.misses, names)
    if not asker.is_member:
        return bare
    starts = offers.start_times(asker.session, asker.service.id, asker.today, channel=CHANNEL, now=asker.now)
    return replace(
        bare,
        days=tuple(asker.open_days()),
        soonest_s=starts[0] if starts else 0,
        hours_start_s=asker.service.hours_start_s,
        hours_end_s=asker.service.hours_end_s,
        trips=tuple(last_trips(asker)),
        own=asker.own_party(asker.today),
    )


def last_trips(asker: Asker) -> list[LastTrip]:
    """Return the rides to offer again: the latest pairs of stops, with the next booking of each."""
    rider_id = asker.account.rider_id
    if rider_id is None:
        return []
    served = set(asker.names())
    future = booking_queries.list_future(asker.session, rider_id, now=asker.now)
    by_pair = {(view.pickup.id, view.dropoff.id): view for view in reversed(future)}
    trips = []
    for trip in booking_queries.list_trips(asker.session, rider_id, limit=TRIPS_SHOWN + 1):
        if not {trip.pickup.id, trip.dropoff.id} <= served:
            continue
        last = LastTrip(trip.pickup.id, trip.dropoff.id, trip.party, WishKind(trip.kind), trip.time_s)
        coming = by_pair.get((trip.pickup.id, trip.dropoff.id))
        if coming:
            last = replace(last, upcoming=coming.day, arrive_s=coming.planned_dropoff_s)
        trips.append(last)
    return trips[:TRIPS_SHOWN]


def look_of(asker: Asker, prompt: Prompt) -> Look:
    """Return how this person is spoken to."""
    bare = Look(asker.account.language, asker.service.phone_number, asker.draft.token)
    return replace(bare, note=bare.say(prompt.note)) if prompt.note else bare


def desk_of(asker: Asker) -> Desk:
    """Return when the phone is answered: on operating days, from an hour before the start to the end (D-15)."""
    service = asker.service
    hours = PhoneHours.of(
        hours_start_s=service.hours_start_s, hours_end_s=service.hours_end_s, lead_s=service.phone_lead_s
    )
    runs = service_days.calendar(asker.session, service).why_closed(asker.today) is None
    is_open = runs and hours.are_open(times.second_of(asker.now, asker.today))
    return Desk(hours.opens_s, hours.closes_s, is_open=is_open)


def privacy_url(asker: Asker) -> str:
    """Return the address of the page that says what the data are for."""
    return f"{asker.public_url}/my/privacy?lang={asker.account.language}"

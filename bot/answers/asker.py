"""The person a turn is for, and what is looked up about them."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from backend.db.queries import bookings as booking_queries
from backend.db.queries import network, riders, timetable
from backend.db.queries.bookings import BookingView
from backend.db.queries.line import LineUserView
from backend.db.queries.network import ServiceView, StopView
from backend.db.queries.timetable import EntryView
from backend.domain import times
from backend.domain.errors import NotFoundError
from backend.domain.offers import Wish, WishKind
from backend.domain.party import FareCategory, Party
from backend.domain.policies.boarding import Passage
from backend.domain.refusals import Refusal
from backend.services import departures, offers, phone_desk, service_days
from bot import drafts
from bot.dialogue.turns import Context, LastTrip, Prompt, ServiceFacts, StopName
from bot.drafts import Draft
from bot.screens.pages import Desk
from bot.screens.parts import Look

CHANNEL = "line"
TRIPS_SHOWN = 2
ACTIVE = "active"


@dataclass(slots=True)
class Asker:
    """The person a turn is for, and what was looked up about them so far.

    ``services`` are those on offer today, the area first; ``line`` is the one with a timetable among them.
    ``is_done_before`` tells that the turn's act had been done already.
    """

    session: Session
    account: LineUserView
    now: datetime
    wall: datetime
    public_url: str
    draft: Draft
    services: list[ServiceView] = field(init=False)
    line: ServiceView | None = field(init=False)
    outcome: BookingView | Refusal | str | None = None
    is_done_before: bool = False
    known_stops: dict[int, list[StopView]] = field(default_factory=dict)
    known_pairs: frozenset[tuple[int, int]] | None = None

    def __post_init__(self) -> None:
        every = network.list_services(self.session)
        if not every:
            raise NotFoundError("no service")
        self.services = [each for each in every if is_on_offer(each, self.today)] or every[:1]
        self.line = next((each for each in self.services if each.id == _line_id(self.session)), None)

    @property
    def service(self) -> ServiceView:
        """Return the service that is talked about: the draft's, else the first."""
        return next((each for each in self.services if each.id == self.draft.service), self.services[0])

    @property
    def is_on_line(self) -> bool:
        """Tell whether the draft is about rides by the timetable."""
        return self.line is not None and self.service.id == self.line.id

    @property
    def stops(self) -> list[StopView]:
        """Return the stops of the service that is talked about."""
        return self.stops_of(self.service)

    @property
    def today(self) -> date:
        """Return the day it is in Japan."""
        return times.day_of(self.now)

    @property
    def actor(self) -> str:
        """Return as whom this person acts."""
        return f"line:{self.account.id}"

    @property
    def is_known(self) -> bool:
        """Tell whether this person's name and phone are known."""
        return self.account.rider_id is not None

    @property
    def is_member(self) -> bool:
        """Tell whether the account belongs to a member."""
        return self.account.rider_id is not None and riders.get(self.session, self.account.rider_id).state == ACTIVE

    def stops_of(self, service: ServiceView) -> list[StopView]:
        """Return the stops of a service: along the line, else by name."""
        if service.id not in self.known_stops:
            in_order = network.list_line_stops if self.line and self.line.id == service.id else network.list_stops
            self.known_stops[service.id] = in_order(self.session, service.id, self.today)
        return self.known_stops[service.id]

    def all_stops(self) -> list[StopView]:
        """Return the stops of all services on offer, each once."""
        return list({stop.id: stop for service in self.services for stop in self.stops_of(service)}.values())

    def pairs(self) -> frozenset[tuple[int, int]]:
        """Return the rides that the timetable allows, from stop to stop (T-08 to T-11)."""
        if self.known_pairs is None:
            self.known_pairs = frozenset(pair for entry in self.entries() for pair in _pairs(entry.passage))
        return self.known_pairs

    def entries(self, day: date | None = None) -> list[EntryView]:
        """Return the printed runs of the line as they are on ``day``, today if none is named."""
        return timetable.list_entries(self.session, self.line.id, day or self.today) if self.line else []

    def why_not_sold(self, pickup: int, dropoff: int) -> Refusal | None:
        """Return the boarding rule by which no run takes anybody between two stops, or None (T-08 to T-11)."""
        return departures.why_not_sold(self.session, self.service.id, self.today, pickup, dropoff)

    def own_party(self, day: date) -> Party:
        """Return the person alone, in their own fare category on ``day``."""
        if self.account.rider_id is None:
            return Party.of({FareCategory.ADULT.value: 1})
        rider = riders.get(self.session, self.account.rider_id)
        wheelchairs = 1 if rider.wheelchair and not self.is_on_line else 0
        return Party.of({rider.category_on(day): 1}, wheelchairs=wheelchairs)

    def wish(self) -> Wish | None:
        """Return the wish of the draft, or None while something is missing."""
        return drafts.wish_of(self.draft, party=self.own_party(self.draft.day or self.today))

    def names(self) -> dict[int, str]:
        """Return the names of all stops."""
        return {stop.id: stop.name for stop in self.all_stops()}

    def open_days(self) -> list[date]:
        """Return the days that can be booked now."""
        return offers.open_days(self.session, self.service.id, channel=CHANNEL, now=self.now)


def _pairs(passage: Passage) -> Iterator[tuple[int, int]]:
    """Return the rides that one printed run allows."""
    for place, start in enumerate(passage.calls):
        if start.may_board:
            yield from ((start.stop_id, end.stop_id) for end in passage.calls[place + 1 :] if end.may_alight)


def _line_id(session: Session) -> int | None:
    try:
        return network.get_service(session, mode="line").id
    except NotFoundError:
        return None


def is_on_offer(service: ServiceView, today: date) -> bool:
    """Tell whether a service runs, or takes bookings already."""
    return any(each.accepts_from <= today <= each.runs_to for each in service.operating_periods)


def has_line_today(session: Session, today: date) -> bool:
    """Tell whether rides by a timetable are on offer: the menus show them then."""
    line_id = _line_id(session)
    return line_id is not None and is_on_offer(network.get_service_by_id(session, line_id), today)


def context_of(asker: Asker, *, fresh_token: str) -> Context:
    """Return what a turn of this person may know."""
    services = tuple(_facts(asker, service) for service in asker.services)
    bare = Context(asker.today, fresh_token, asker.is_member, asker.is_known, asker.account.misses, services)
    return replace(bare, trips=tuple(last_trips(asker)), own=asker.own_party(asker.today))


def _facts(asker: Asker, service: ServiceView) -> ServiceFacts:
    names = tuple(StopName(stop.id, stop.name, stop.kana) for stop in asker.stops_of(service))
    bare = ServiceFacts(service.id, service.members_only, names)
    if service.members_only and not asker.is_member:
        return bare
    open_days = offers.open_days(asker.session, service.id, channel=CHANNEL, now=asker.now)
    bare = replace(bare, days=tuple(open_days), open_days=tuple(open_days))
    if asker.line is not None and service.id == asker.line.id:
        return replace(bare, days=tuple(days_to_look_at(asker, open_days)), pairs=asker.pairs())
    starts = offers.start_times(asker.session, service.id, asker.today, channel=CHANNEL, now=asker.now)
    return replace(
        bare,
        soonest_s=starts[0] if starts else 0,
        hours_start_s=service.hours_start_s,
        hours_end_s=service.hours_end_s,
    )


def days_to_look_at(asker: Asker, open_days: list[date]) -> list[date]:
    """Return the days whose runs can be looked at: today and tomorrow too, when all is booked out or runs anyway."""
    assert asker.line is not None
    calendar = service_days.calendar(asker.session, asker.line)
    near = (asker.today, asker.today + timedelta(days=1))
    return sorted({*open_days, *(day for day in near if calendar.why_closed(day) is None)})


def last_trips(asker: Asker) -> list[LastTrip]:
    """Return the rides to offer again: the latest pairs of stops, with the next booking of each."""
    rider_id = asker.account.rider_id
    if rider_id is None:
        return []
    future = booking_queries.list_future(asker.session, rider_id, now=asker.now)
    by_pair = {(view.pickup.id, view.dropoff.id): view for view in reversed(future)}
    served = {service.id: {stop.id for stop in asker.stops_of(service)} for service in asker.services}
    trips = []
    for trip in booking_queries.list_trips(asker.session, rider_id, limit=2 * TRIPS_SHOWN):
        if not {trip.pickup.id, trip.dropoff.id} <= served.get(trip.service_id, set()):
            continue
        kind = WishKind(trip.kind)
        last = LastTrip(trip.pickup.id, trip.dropoff.id, trip.party, kind, trip.time_s, trip.service_id)
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
    """Return when the phone of the service that is talked about is answered, and whether it is now (D-15, Q-42)."""
    here = phone_desk.at(asker.session, asker.service, now=asker.now)
    return Desk(here.hours.opens_s, here.hours.closes_s, is_open=here.is_open)


def privacy_url(asker: Asker) -> str:
    """Return the address of the page that says what the data are for."""
    return f"{asker.public_url}/my/privacy?lang={asker.account.language}"

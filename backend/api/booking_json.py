"""Services, stops, rides and bookings in the words of the machine API. Nothing personal stands in any of them."""

from collections.abc import Mapping
from datetime import date
from typing import NotRequired, TypedDict

from backend import wording
from backend.db.queries import network
from backend.db.queries.bookings import BookingView
from backend.db.queries.network import ServiceView, StopView
from backend.domain import times
from backend.domain.offers import Offer, Promise, TimetableRide
from backend.domain.party import Party
from backend.services.departures import Departure


class ServiceJson(TypedDict):
    """A transport service. ``open_days`` are the days that can be booked now by phone."""

    service: str
    mode: str
    name: str
    members_only: bool
    max_party: int
    hours: list[str]
    phone: str
    phone_hours: list[str]
    categories: list[str]
    open_days: list[str]


class StopJson(TypedDict):
    """A place to get on and off."""

    stop: str
    name: str
    kana: str
    lat: float
    lon: float


class PromiseJson(TypedDict):
    """What is promised: boarding between two times, arrival by a third."""

    pickup_earliest: str
    pickup_latest: str
    arrive_by: str


class RunJson(TypedDict):
    """A printed run of a line. ``*_about`` marks reckoned times (頃)."""

    run: str
    direction: str
    number: int
    kind: str
    pickup: str
    pickup_about: bool
    dropoff: str
    dropoff_about: bool


class DepartureJson(RunJson):
    """A run between two stops on a day, and whether it can be booked. ``said`` is the sentence for a person."""

    fare_yen: int
    state: str
    places_left: int | None
    said: NotRequired[str]


class OfferJson(TypedDict):
    """A ride that can be booked: sent back with who rides, it is a booking."""

    service: str
    day: str
    kind: str
    time: str
    promise: PromiseJson
    fare_yen: int
    party: dict[str, int]
    wheelchairs: int
    said: str
    run: NotRequired[str]
    departure: NotRequired[RunJson]


class BookingJson(TypedDict):
    """A booking. ``booking`` is its random id; ``number`` what the rider says to the driver."""

    booking: str
    number: str
    service: str
    day: str
    state: str
    channel: str
    version: int
    is_change: bool
    late_cancellation: bool
    promise: PromiseJson
    planned: list[str]
    party: dict[str, int]
    persons: int
    wheelchairs: int
    fare_yen: int
    run: str | None
    departure: NotRequired[RunJson]


def service_json(
    service: ServiceView, *, phone_hours: tuple[int, int], categories: list[str], open_days: list[date]
) -> ServiceJson:
    """Return a service as machines see it."""
    return ServiceJson(
        service=service.code,
        mode="line" if network.is_line(service) else "area",
        name=service.name,
        members_only=service.members_only,
        max_party=service.max_party,
        hours=[times.clock(service.hours_start_s), times.clock(service.hours_end_s)],
        phone=service.phone_number,
        phone_hours=[times.clock(second) for second in phone_hours],
        categories=categories,
        open_days=[day.isoformat() for day in open_days],
    )


def stop_json(stop: StopView) -> StopJson:
    """Return a stop as machines see it."""
    return StopJson(stop=stop.code, name=stop.name, kana=stop.kana, lat=stop.lat, lon=stop.lon)


def departure_json(departure: Departure, language: str) -> DepartureJson:
    """Return a run between two stops, with the sentence why it cannot be booked, where it cannot."""
    answer = DepartureJson(
        run=departure.entry_code,
        direction=departure.direction,
        number=departure.number,
        kind=departure.kind,
        pickup=times.clock(departure.pickup_s),
        pickup_about=departure.pickup_is_about,
        dropoff=times.clock(departure.dropoff_s),
        dropoff_about=departure.dropoff_is_about,
        fare_yen=departure.fare_yen,
        state=departure.state,
        places_left=departure.places_left,
    )
    if departure.refusal:
        answer["said"] = wording.refusal_text(departure.refusal, language)
    return answer


def offer_json(offer: Offer, services: Mapping[int, str], stops: Mapping[int, str], language: str) -> dict[str, object]:
    """Return an offer; ``services`` and ``stops`` hold the codes by id."""
    answer = OfferJson(
        service=services[offer.wish.transport_service_id],
        day=offer.wish.day.isoformat(),
        kind=offer.wish.kind.value,
        time=times.clock(offer.wish.time_s),
        promise=promise_json(offer.promise),
        fare_yen=offer.fare_yen,
        party=party_json(offer.wish.party),
        wheelchairs=offer.wish.party.wheelchairs,
        said=wording.offer_text(offer, language),
    )
    if offer.departure:
        answer["run"] = offer.departure.entry_code
        answer["departure"] = run_json(offer.departure)
    # "from" is no name in Python, so these two stand outside the typed part.
    return {**answer, "from": stops[offer.wish.pickup_stop_id], "to": stops[offer.wish.dropoff_stop_id]}


def booking_json(booking: BookingView) -> dict[str, object]:
    """Return a booking as machines see it: nothing about who rides."""
    answer = BookingJson(
        booking=booking.public_id,
        number=booking.number,
        service=booking.service_code,
        day=booking.day.isoformat(),
        state=booking.state,
        channel=booking.channel,
        version=booking.version,
        is_change=booking.is_change,
        late_cancellation=booking.late_cancellation,
        promise=promise_json(booking.promise),
        planned=[times.clock(booking.planned_pickup_s), times.clock(booking.planned_dropoff_s)],
        party=party_json(booking.party),
        persons=booking.party.persons,
        wheelchairs=booking.party.wheelchairs,
        fare_yen=booking.fare_yen,
        run=booking.departure.entry_code if booking.departure else None,
    )
    if booking.departure:
        answer["departure"] = run_json(booking.departure)
    return {**answer, "from": booking.pickup.code, "to": booking.dropoff.code}


def run_json(ride: TimetableRide) -> RunJson:
    """Return a ride on a printed run."""
    return RunJson(
        run=ride.entry_code,
        direction=ride.direction,
        number=ride.number,
        kind=ride.kind,
        pickup=times.clock(ride.pickup_s),
        pickup_about=ride.pickup_is_about,
        dropoff=times.clock(ride.dropoff_s),
        dropoff_about=ride.dropoff_is_about,
    )


def promise_json(promise: Promise) -> PromiseJson:
    """Return a promise in clock times."""
    return PromiseJson(
        pickup_earliest=times.clock(promise.pickup_earliest_s),
        pickup_latest=times.clock(promise.pickup_latest_s),
        arrive_by=times.clock(promise.arrive_latest_s),
    )


def party_json(party: Party) -> dict[str, int]:
    """Return persons by fare category."""
    return {member.category: member.persons for member in party.members}

"""A line's runs as the desk reads them out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from backend import wording
from backend.domain.offers import Offer
from backend.services.departures import Departure

BOOKABLE, FULL, CLOSED = "bookable", "full", "closed"


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run in the list: its times in words, its state, and the sentence why it cannot be booked."""

    code: str
    direction: str
    number: int
    pickup: str
    dropoff: str
    fare_yen: int
    state: str
    places_left: int
    said: str

    @property
    def is_bookable(self) -> bool:
        """Tell whether it gets a key."""
        return self.state == BOOKABLE


@dataclass(frozen=True, slots=True)
class WayOut:
    """A run that can be booked instead of a refused one, perhaps on another day or between other stops."""

    code: str
    day: date
    direction: str
    number: int
    pickup: str
    dropoff: str
    fare_yen: int


def lines_of(
    departures: tuple[Departure, ...], language: str, *, persons: int, own: Mapping[str, int]
) -> list[RunLine]:
    """Return the runs in words; ``own`` are the persons of the booking that is changed, by its run."""
    return [_line(each, language, persons=persons, own=own.get(each.entry_code, 0)) for each in departures]


def offer_line(offer: Offer, language: str) -> WayOut:
    """Return a ride that can be booked instead, in words."""
    ride = offer.departure
    return WayOut(
        code=ride.entry_code if ride else "",
        day=offer.wish.day,
        direction=ride.direction if ride else "",
        number=ride.number if ride else 0,
        pickup=wording.pickup_text(offer.promise, ride, language),
        dropoff=wording.arrival_text(offer.promise, ride, language),
        fare_yen=offer.fare_yen,
    )


def _line(each: Departure, language: str, *, persons: int, own: int) -> RunLine:
    left = each.places_left + own
    # In its own run a party finds its own places free, and after the cut-off it may still grow smaller.
    is_freed = bool(own) and ((each.state == FULL and persons <= left) or (each.state == CLOSED and persons < own))
    return RunLine(
        code=each.entry_code,
        direction=each.direction,
        number=each.number,
        pickup=wording.time_text(each.pickup_s, language, is_about=each.pickup_is_about),
        dropoff=wording.time_text(each.dropoff_s, language, is_about=each.dropoff_is_about),
        fare_yen=each.fare_yen,
        state=BOOKABLE if is_freed else each.state,
        places_left=left,
        said="" if is_freed or each.refusal is None else wording.refusal_text(each.refusal, language),
    )

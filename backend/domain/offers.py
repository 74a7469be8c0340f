"""What a rider wants, what can be offered, and what is promised."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from backend.domain.decisions import Evidence
from backend.domain.party import Party


class WishKind(StrEnum):
    """Which of the two times the rider named (D-26)."""

    DEPART = "depart"
    ARRIVE = "arrive"


@dataclass(frozen=True, slots=True)
class Wish:
    """A ride somebody wants: on a day, from a stop to a stop, leaving or arriving at ``time_s``, for a party."""

    transport_service_id: int
    day: date
    kind: WishKind
    time_s: int
    pickup_stop_id: int
    dropoff_stop_id: int
    party: Party


@dataclass(frozen=True, slots=True)
class Promise:
    """What later bookings may not break: boarding starts inside the window, alighting not after ``arrive_latest_s``."""

    pickup_earliest_s: int
    pickup_latest_s: int
    arrive_latest_s: int


@dataclass(frozen=True, slots=True)
class TimetableRide:
    """A ride on a printed run of a line: which run, and its times at the two stops (T-06).

    ``kind`` is fixed, reserved or extra; interpolated times are ``about``, shown with 頃.
    """

    entry_code: str
    direction: str
    number: int
    kind: str
    pickup_s: int
    pickup_is_about: bool
    dropoff_s: int
    dropoff_is_about: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """A ride that can be booked now. The planned times are as of now and may move within the promise.

    On a line ``departure`` says which run it is; an area service has none. ``evidence`` is why these rides were
    offered, the same for all that were found together.
    """

    wish: Wish
    promise: Promise
    planned_pickup_s: int
    planned_dropoff_s: int
    fare_yen: int
    departure: TimetableRide | None = None
    evidence: Evidence | None = field(default=None, compare=False, repr=False)

"""What is promised to a rider (Q-06, Q-13, Q-14)."""

from dataclasses import dataclass

from backend.domain import times
from backend.domain.offers import Promise

STEP_S = 5 * times.MINUTE_S


def longest_ride_s(direct_s: int, *, percent: int, plus_s: int) -> int:
    """Return the longest ride: direct time × percent / 100 + plus (GTFS safe_duration_factor and _offset)."""
    return direct_s * percent // 100 + plus_s


@dataclass(frozen=True, slots=True)
class Ride:
    """How long a ride takes at its shortest and at its longest, and how long the vehicle stands for its party."""

    direct_s: int
    longest_s: int
    dwell_s: int


def promise(pickup_s: int, ride: Ride, *, window_s: int, latest_s: int) -> Promise | None:
    """Return the promise of a pick-up window that opens at ``pickup_s``, or None when nobody would arrive in time.

    Arrival is promised by the end of the longest ride after the latest boarding, rounded up to a minute, and never
    after ``latest_s`` (the wished arrival or the end of the service hours). The window closes when a direct ride
    would still arrive by then: nobody is told a pick-up that breaks the arrival.
    """
    last_pickup_s = times.floor_to(latest_s - ride.direct_s - ride.dwell_s, times.MINUTE_S)
    end_s = min(pickup_s + window_s, last_pickup_s)
    if end_s < pickup_s:
        return None
    arrive_s = times.ceil_to(end_s + ride.dwell_s + ride.longest_s, times.MINUTE_S)
    return Promise(pickup_s, end_s, min(arrive_s, latest_s))


def departures(wish_s: int, *, max_wait_s: int, not_before_s: int) -> list[int]:
    """Return the window openings to try for a wished departure: the wish itself, then every five minutes."""
    return [second for second in range(wish_s, wish_s + max_wait_s + 1, STEP_S) if second >= not_before_s]


def departures_to_arrive(
    wish_s: int, *, direct_s: int, longest_s: int, max_early_s: int, not_before_s: int
) -> list[int]:
    """Return the window openings to try for a wished arrival: as late as can be, then every five minutes earlier."""
    latest = times.floor_to(wish_s - direct_s, STEP_S)
    first = max(not_before_s, wish_s - max_early_s - longest_s)
    return list(range(latest, first - 1, -STEP_S))

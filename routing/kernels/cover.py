"""Which vehicle with nothing to do had better stand elsewhere, in bare numbers.

Every stop counts as far as the vehicle that would be there first comes in time: wholly if it is there soon, not at all
if nobody waits that long, in proportion in between (Church & ReVelle 1974; Gendreau et al. 2001 move ambulances so).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.kernels import kernel, maker
from routing.kernels.route import Floats, Ints

_NOBODY = -1
_NEVER_S = 1 << 40


class Wait(NamedTuple):
    """Up to which wait a stop counts as reached, and from which on it does not count at all, in seconds."""

    short_s: float
    long_s: float


class Cover(NamedTuple):
    """By stop: which vehicle would be there first, in how many seconds, and in how many the one after it."""

    first: Ints
    first_s: Ints
    second_s: Ints


@kernel
def reached(wait: Wait, seconds: int) -> float:
    """Return how much a stop counts that a vehicle reaches in so many seconds, from 0 to 1."""
    return min(1.0, max(0.0, (wait.long_s - seconds) / (wait.long_s - wait.short_s)))


@kernel
def look(travel: Ints, stops: Ints, free_in_s: Ints, cover: Cover) -> None:
    """Write the ``cover`` of vehicles that are free at ``stops`` in so many seconds."""
    for stop in range(travel.shape[0]):
        cover.first[stop] = _NOBODY
        cover.first_s[stop] = cover.second_s[stop] = _NEVER_S
    for vehicle in range(stops.size):
        for stop in range(travel.shape[0]):
            there_s = free_in_s[vehicle] + travel[stops[vehicle], stop]
            if there_s < cover.first_s[stop]:
                cover.second_s[stop] = cover.first_s[stop]
                cover.first_s[stop], cover.first[stop] = there_s, vehicle
            elif there_s < cover.second_s[stop]:
                cover.second_s[stop] = there_s


@maker
def best_move(  # noqa: C901, PLR0917 -- one walk over vehicles and stops, on bare numbers
    travel: Ints, stops: Ints, idle: NDArray[np.bool_], asks: Floats, cover: Cover, wait: Wait, farthest_s: int
) -> tuple[float, int, int]:
    """Return what the best move of an idle vehicle is worth, which it is, and where to; -1 for no move.

    ``asks`` says how many are expected at each stop; the worth is how many more of them are reached. A vehicle is
    not sent farther than ``farthest_s``.
    """
    fills = np.zeros(travel.shape[0])  # what one more vehicle at a stop would be worth
    for place in range(travel.shape[0]):
        for stop in range(travel.shape[0]):
            if travel[place, stop] < wait.long_s and travel[place, stop] < cover.first_s[stop]:
                more = reached(wait, travel[place, stop]) - reached(wait, cover.first_s[stop])
                fills[place] += asks[stop] * more
    best, chosen, target = 0.0, -1, -1
    for vehicle in range(stops.size):
        if not idle[vehicle]:
            continue
        own = np.flatnonzero(cover.first == vehicle)
        for place in range(travel.shape[0]):
            if fills[place] <= best or not 0 < travel[stops[vehicle], place] <= farthest_s:
                continue
            worth = fills[place]
            for left in own:  # stops that it leaves are reached by it from there, or by the second
                there_s = travel[place, left]
                worth += asks[left] * reached(wait, min(cover.second_s[left], there_s))
                worth -= asks[left] * reached(wait, min(cover.first_s[left], there_s))
            if worth > best:
                best, chosen, target = worth, vehicle, place
    return best, chosen, target

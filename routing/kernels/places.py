"""Where a request fits best in a tour. Exact, in doubles, where no way round is shorter than the direct one.

The least and the greatest solution of a tour's schedule bound every solution of the tour with more visits, so they
reject almost all places at once; the few that are left are reckoned through, cheapest first (Savelsbergh 1992).
Both need the triangle inequality, of times and of distances: without it the best place may be missed, but none is
found that cannot be driven.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.kernels import kernel
from routing.kernels.tours import EPSILON, MANY_PUSHES, Day, Tours

NO_PLACE = (np.inf, -1, -1)
_EMPTY = 2  # stops of an empty tour: the depots

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int32]


class Scratch(NamedTuple):
    """Room to work in."""

    nodes: _Ints
    starts: _Floats
    clock: _Floats
    added: _Floats  # of candidates: room for every place in the longest tour there can be
    first: NDArray[np.int64]
    second: NDArray[np.int64]


@kernel
def fits(  # noqa: C901, PLR0915, PLR0917 -- the inner loop of all
    day: Day, tours: Tours, vehicle: int, request: int, first: int, second: int, scratch: Scratch
) -> bool:
    """Tell whether a tour can be driven with ``request`` got in after place ``first`` and out after ``second``.

    Its least solution is a start from below; where the reckoning meets it again, the rest stays as it is.
    """
    n, size = day.n, tours.size[vehicle] + 2
    _lengthen(day, tours, vehicle, request, first, second, scratch)
    nodes, starts, clock = scratch.nodes, scratch.starts, scratch.clock
    high = tours.high[vehicle]
    took, latest, longest, place = day.took, day.latest, day.longest, tours.place
    index = reached = first + 1
    tolerance, pushes = EPSILON, 0
    while index < size:
        node = nodes[index]
        arrival = starts[index - 1] + took[nodes[index - 1], node]
        if arrival > starts[index]:
            starts[index] = arrival
        elif index > second + 2 and index > reached:
            return True
        reached = max(reached, index)
        is_own = index in (first + 1, second + 2)
        last = latest[node] if is_own else high[index - (index > first) - (index > second + 1)]
        if starts[index] > last + EPSILON:
            return False
        if n < node <= 2 * n or index == size - 1:
            back = 0 if node > 2 * n else first + 1 if is_own else _moved(place[node - n], first, second)
            excess = starts[index] - starts[back] - longest[node]
            if excess > tolerance:
                if clock[index] - clock[back] > longest[node] + EPSILON:
                    return False
                starts[back] += excess
                pushes += 1
                if pushes % MANY_PUSHES == 0:
                    tolerance *= 2
                if back == 0:
                    if starts[0] > high[0] + EPSILON:
                        return False
                    back = 1
                index = back
                continue
        index += 1
    return True


@kernel
def _moved(index: int, first: int, second: int) -> int:
    """Return the place of a stop after an insertion."""
    return index + (index > first) + (index > second)


@kernel
def _lengthen(  # noqa: PLR0917 -- kernels take bare numbers
    day: Day, tours: Tours, vehicle: int, request: int, first: int, second: int, scratch: Scratch
) -> None:
    """Write a tour with one more request into ``scratch``, with starts from below and driving without waiting."""
    nodes, starts, clock = scratch.nodes, scratch.starts, scratch.clock
    stops, low = tours.stops[vehicle], tours.low[vehicle]
    earliest, took = day.earliest, day.took
    clock[0] = 0.0
    index = 0
    for old in range(tours.size[vehicle]):
        nodes[index], starts[index] = stops[old], low[old]
        index += 1
        if old == first:
            nodes[index], starts[index] = request, earliest[request]
            index += 1
        if old == second:
            nodes[index], starts[index] = request + day.n, earliest[request + day.n]
            index += 1
    for place in range(1, index):
        clock[place] = clock[place - 1] + took[nodes[place - 1], nodes[place]]


@kernel
def find_place(  # noqa: PLR0917 -- kernels take bare numbers
    day: Day, tours: Tours, vehicle: int, request: int, limit: float, scratch: Scratch
) -> tuple[float, int, int]:
    """Return what the cheapest feasible place for ``request`` adds and where it is; infinity if not under ``limit``."""
    kind, size = day.kind[vehicle], tours.size[vehicle] + 2
    if not day.allowed[kind, request] or size > len(tours.stops[vehicle]) or _is_too_large(day, kind, request):
        return NO_PLACE
    count = _candidates(day, tours, vehicle, request, limit, scratch)
    added = scratch.added
    while True:
        best = -1
        for index in range(count):
            if added[index] < limit and (best < 0 or added[index] < added[best]):
                best = index
        if best < 0:
            return NO_PLACE
        first, second = scratch.first[best], scratch.second[best]
        if fits(day, tours, vehicle, request, first, second, scratch):
            return added[best], first, second
        added[best] = np.inf


@kernel
def _is_too_large(day: Day, kind: int, request: int) -> bool:
    """Tell whether a party does not even go into an empty vehicle."""
    capacity, load = day.capacity, day.load
    return bool(load[request, 0] > capacity[kind, 0] + EPSILON or load[request, 1] > capacity[kind, 1] + EPSILON)


@kernel
def _candidates(  # noqa: PLR0917, C901, PLR0915 -- the innermost loop
    day: Day, tours: Tours, vehicle: int, request: int, limit: float, scratch: Scratch
) -> int:
    """Write places that windows, loads and rides do not rule out into ``scratch``; return how many."""
    stops, size = tours.stops[vehicle], tours.size[vehicle]
    low, high, load = tours.low[vehicle], tours.high[vehicle], tours.load[vehicle]
    took, distance, dropoff, kind = day.took, day.distance, request + day.n, day.kind[vehicle]
    room, places = day.capacity[kind, 0] - day.load[request, 0], day.capacity[kind, 1] - day.load[request, 1]
    opens, closes = day.earliest[request], day.latest[request] + EPSILON
    opens_off, closes_off = day.earliest[dropoff], day.latest[dropoff] + EPSILON
    longest = day.longest[dropoff] + EPSILON
    added, firsts, seconds, count = scratch.added, scratch.first, scratch.second, 0
    for first in range(size - 1):
        here, there = stops[first], stops[first + 1]
        start = max(low[first] + took[here, request], opens)
        if low[first] > closes:
            break
        if start > closes or load[first, 0] > room + EPSILON or load[first, 1] > places + EPSILON:
            continue
        detour = distance[here, request] - (distance[here, there] if size > _EMPTY else 0.0)
        begin = max(start + took[request, dropoff], opens_off)
        cost = detour + distance[request, dropoff] + distance[dropoff, there]
        if cost < limit and begin <= closes_off and begin + took[dropoff, there] <= high[first + 1] + EPSILON:
            added[count], firsts[count], seconds[count] = cost, first, first
            count += 1
        detour, ridden = detour + distance[request, there], took[request, there]
        clock = max(start + ridden, low[first + 1])
        if detour >= limit or clock > high[first + 1] + EPSILON:
            continue
        for second in range(first + 1, size - 1):
            if load[second, 0] > room + EPSILON or load[second, 1] > places + EPSILON:
                break
            at, to = stops[second], stops[second + 1]
            begin = clock + took[at, dropoff]
            if begin > closes_off or ridden + took[at, dropoff] > longest:
                break
            begin = max(begin, opens_off)
            cost = detour + distance[at, dropoff] + distance[dropoff, to] - distance[at, to]
            if cost < limit and begin + took[dropoff, to] <= high[second + 1] + EPSILON:
                added[count], firsts[count], seconds[count] = cost, first, second
                count += 1
            ridden += took[at, to]
            clock = max(clock + took[at, to], low[second + 1])
            if clock > high[second + 1] + EPSILON:
                break
    return count

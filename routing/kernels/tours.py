"""Tours of a static day: which can be driven, and where a request fits best in one. Exact, in doubles.

A schedule is a solution of difference constraints. Its least and its greatest solution bound every solution of
the tour with more visits, so they reject almost all places at once; the few that are left are reckoned through,
a ride or duty that is too long pushing its beginning back (Hunsaker & Savelsbergh 2002; Tang et al. 2010).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.kernels import kernel

EPSILON = 1e-7
NO_PLACE = (np.inf, -1, -1)
_EMPTY = 2  # stops of an empty tour: the depots

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int32]


class Day(NamedTuple):
    """The tables of a day. Request ``r`` gets in at node ``r``, out at ``n + r``; kind ``k`` of vehicle starts at
    node ``2n + 1 + 2k`` and ends at the next. Loads have two dimensions (seats, wheelchair places).
    """  # noqa: D205 -- one thought

    n: int
    distance: _Floats  # what a leg costs
    took: _Floats  # service at the origin and the drive
    earliest: _Floats
    latest: _Floats
    load: _Floats
    longest: _Floats  # from start to start: of the ride that ends at a drop-off, of the duty that ends at a depot
    capacity: _Floats  # by kind
    kind: _Ints  # by vehicle
    allowed: NDArray[np.bool_]  # by kind and request
    penalty: _Floats  # by request: for leaving it out


class Tours(NamedTuple):
    """One tour for each vehicle, depots included, and what is known of each."""

    stops: _Ints
    size: _Ints
    low: _Floats  # least solution
    high: _Floats  # greatest solution
    load: _Floats  # on board after each stop
    cost: _Floats
    key: NDArray[np.uint64]  # names the tour
    vehicle: _Ints  # by request, -1: left out
    place: _Ints  # by node


class Scratch(NamedTuple):
    """Room to work in."""

    nodes: _Ints
    starts: _Floats
    clock: _Floats
    added: _Floats  # of candidates
    first: NDArray[np.int64]
    second: NDArray[np.int64]


@kernel
def mix(value: np.uint64) -> np.uint64:
    """Return a number that looks random (the last step of SplitMix64; Steele et al. 2014)."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@kernel
def least_starts(  # noqa: C901, PLR0917 -- the inner loop of all
    day: Day, stops: _Ints, size: int, place: _Ints, low: _Floats, changed: int, settled: int
) -> bool:
    """Raise ``low``, starts from below, to the earliest starts of a tour; tell whether there are any.

    Nothing before stop ``changed`` is new, and nothing after ``settled``: there the reckoning may meet what it knows.
    """
    n, took, latest, longest = day.n, day.took, day.latest, day.longest
    index = reached = changed
    while index < size:
        node = stops[index]
        if index:
            arrival = low[index - 1] + took[stops[index - 1], node]
            if arrival > low[index]:
                low[index] = arrival
            elif index > settled and index > reached:
                return True
        reached = max(reached, index)
        if low[index] > latest[node] + EPSILON:
            return False
        if n < node <= 2 * n or index == size - 1:
            back = place[node - n] if node <= 2 * n else 0
            excess = low[index] - low[back] - longest[node]
            if excess > EPSILON:
                if _driven(day, stops, back, index) > longest[node] + EPSILON:
                    return False
                low[back] += excess
                index = back
                continue
        index += 1
    return True


@kernel
def _driven(day: Day, stops: _Ints, first: int, last: int) -> float:
    """Return how long driving and service alone take from stop to stop."""
    took, total = day.took, 0.0
    for index in range(first, last):
        total += took[stops[index], stops[index + 1]]
    return total


@kernel
def greatest_starts(  # noqa: PLR0917 -- kernels take bare numbers
    day: Day, stops: _Ints, size: int, place: _Ints, high: _Floats, changed: int, settled: int
) -> None:
    """Lower ``high``, starts from above, to the latest starts of a tour that can be driven.

    Nothing after stop ``changed`` is new, and nothing before ``settled``.
    """
    n, took, longest = day.n, day.took, day.longest
    index = reached = changed
    while index >= 0:
        node = stops[index]
        if index < size - 1:
            onward = high[index + 1] - took[node, stops[index + 1]]
            if onward < high[index]:
                high[index] = onward
            elif index < settled and index < reached:
                return
        reached = min(reached, index)
        if node <= n or index == 0:
            ahead = place[node + n] if node <= n else size - 1
            excess = high[ahead] - high[index] - longest[stops[ahead]]
            if excess > EPSILON:
                high[ahead] -= excess
                index = ahead
                continue
        index -= 1


@kernel
def fits(  # noqa: C901, PLR0917 -- the inner loop of all
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
            if excess > EPSILON:
                if clock[index] - clock[back] > longest[node] + EPSILON:
                    return False
                starts[back] += excess
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
def _candidates(  # noqa: PLR0917, C901, PLR0912, PLR0915 -- the innermost loop
    day: Day, tours: Tours, vehicle: int, request: int, limit: float, scratch: Scratch
) -> int:
    """Write places that windows, loads and rides do not rule out into ``scratch``; return how many."""
    stops, size = tours.stops[vehicle], tours.size[vehicle]
    low, high, load = tours.low[vehicle], tours.high[vehicle], tours.load[vehicle]
    took, distance = day.took, day.distance
    dropoff = request + day.n
    kind = day.kind[vehicle]
    room, places = day.capacity[kind, 0] - day.load[request, 0], day.capacity[kind, 1] - day.load[request, 1]
    count = 0
    if room < -EPSILON or places < -EPSILON or size + 2 > len(stops) or not day.allowed[kind, request]:
        return 0
    opens, closes = day.earliest[request], day.latest[request] + EPSILON
    opens_off, closes_off = day.earliest[dropoff], day.latest[dropoff] + EPSILON
    longest = day.longest[dropoff] + EPSILON
    added, firsts, seconds = scratch.added, scratch.first, scratch.second
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
            count += count < len(added) - 1
        detour += distance[request, there]
        ridden = took[request, there]
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
                count += count < len(added) - 1
            ridden += took[at, to]
            clock = max(clock + took[at, to], low[second + 1])
            if clock > high[second + 1] + EPSILON:
                break
    return count


@kernel
def _leg(day: Day, origin: int, destination: int) -> np.uint64:
    """Return a leg's part in the name of a tour."""
    return mix(np.uint64(origin) * np.uint64(len(day.earliest)) + np.uint64(destination) + np.uint64(1))


@kernel
def refresh(day: Day, tours: Tours, vehicle: int) -> bool:
    """Reckon all that is known of a tour anew after its stops have changed; tell whether it can be driven."""
    stops, size = tours.stops[vehicle], tours.size[vehicle]
    seats = places = cost = 0.0
    key = np.uint64(day.kind[vehicle])
    for index in range(size):
        node = stops[index]
        tours.place[node] = index
        seats += day.load[node, 0]
        places += day.load[node, 1]
        tours.load[vehicle, index, 0], tours.load[vehicle, index, 1] = seats, places
        tours.low[vehicle, index], tours.high[vehicle, index] = day.earliest[node], day.latest[node]
        if node <= day.n:
            tours.vehicle[node] = vehicle
        if index:
            cost += day.distance[stops[index - 1], node]
            key += _leg(day, stops[index - 1], node)
    tours.cost[vehicle] = cost if size > _EMPTY else 0.0
    tours.key[vehicle] = key
    if not least_starts(day, stops, size, tours.place, tours.low[vehicle], 0, size):
        return False
    greatest_starts(day, stops, size, tours.place, tours.high[vehicle], size - 1, -1)
    return True


@kernel
def insert(  # noqa: PLR0917 -- kernels take bare numbers
    day: Day, tours: Tours, vehicle: int, request: int, first: int, second: int, added: float
) -> None:
    """Take ``request`` into a tour, in after stop ``first``, out after stop ``second``: it fits and adds ``added``."""
    stops, dropoff = tours.stops[vehicle], request + day.n
    tours.key[vehicle] += _legs_changed(day, stops, request, first, second)
    for index in range(tours.size[vehicle] - 1, second, -1):
        _shift(tours, vehicle, index, 2)
    for index in range(second, first, -1):
        _shift(tours, vehicle, index, 1)
    _set(day, tours, vehicle, first + 1, request)
    _set(day, tours, vehicle, second + 2, dropoff)
    for index in range(first + 1, second + 2):
        tours.load[vehicle, index, 0] += day.load[request, 0]
        tours.load[vehicle, index, 1] += day.load[request, 1]
    tours.vehicle[request] = vehicle
    tours.cost[vehicle] += added
    tours.size[vehicle] += 2
    size, place = tours.size[vehicle], tours.place
    least_starts(day, stops, size, place, tours.low[vehicle], first + 1, second + 2)
    greatest_starts(day, stops, size, place, tours.high[vehicle], second + 2, first + 1)


@kernel
def _legs_changed(day: Day, stops: _Ints, request: int, first: int, second: int) -> np.uint64:
    """Return by how much an insertion changes the name of a tour."""
    dropoff = request + day.n
    change = _leg(day, stops[first], request) - _leg(day, stops[first], stops[first + 1])
    if first == second:
        change += _leg(day, request, dropoff)
    else:
        change += _leg(day, request, stops[first + 1]) - _leg(day, stops[second], stops[second + 1])
        change += _leg(day, stops[second], dropoff)
    return change + _leg(day, dropoff, stops[second + 1])


@kernel
def _shift(tours: Tours, vehicle: int, index: int, by: int) -> None:
    """Move a stop of a tour and what is known of it back."""
    node = tours.stops[vehicle, index]
    tours.stops[vehicle, index + by] = node
    tours.place[node] = index + by
    tours.low[vehicle, index + by] = tours.low[vehicle, index]
    tours.high[vehicle, index + by] = tours.high[vehicle, index]
    tours.load[vehicle, index + by, 0] = tours.load[vehicle, index, 0]
    tours.load[vehicle, index + by, 1] = tours.load[vehicle, index, 1]


@kernel
def _set(day: Day, tours: Tours, vehicle: int, index: int, node: int) -> None:
    """Write a new stop into a gap of a tour; on board is what was on board before."""
    tours.stops[vehicle, index] = node
    tours.place[node] = index
    tours.low[vehicle, index], tours.high[vehicle, index] = day.earliest[node], day.latest[node]
    tours.load[vehicle, index, 0] = tours.load[vehicle, index - 1, 0]
    tours.load[vehicle, index, 1] = tours.load[vehicle, index - 1, 1]


@kernel
def drop(day: Day, tours: Tours, vehicle: int) -> bool:
    """Take the requests of a tour whose vehicle was set to -1 out of it; tell whether the rest can be driven."""
    stops, kept = tours.stops[vehicle], 0
    for index in range(tours.size[vehicle]):
        node = stops[index]
        if node > 2 * day.n or tours.vehicle[node if node <= day.n else node - day.n] >= 0:
            stops[kept] = node
            kept += 1
    tours.size[vehicle] = kept
    return refresh(day, tours, vehicle)


@kernel
def is_feasible(day: Day, stops: _Ints, kind: int) -> bool:
    """Tell whether a kind of vehicle can drive ``stops``, depots included, and everybody gets in once before out."""
    n, size = day.n, len(stops)
    place = np.full(len(day.earliest), -1, np.int32)
    starts = np.empty(size)
    seats = places = 0.0
    for index in range(size):
        node = stops[index]
        if place[node] >= 0 or (n < node <= 2 * n and place[node - n] < 0):
            return False
        if node <= n and not day.allowed[kind, node]:
            return False
        place[node] = index
        starts[index] = day.earliest[node]
        seats += day.load[node, 0]
        places += day.load[node, 1]
        if seats > day.capacity[kind, 0] + EPSILON or places > day.capacity[kind, 1] + EPSILON:
            return False
    for index in range(size):
        if stops[index] <= n and place[stops[index] + n] < 0:
            return False
    return least_starts(day, stops, size, place, starts, 0, size)

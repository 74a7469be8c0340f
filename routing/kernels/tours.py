"""Tours of a static day: which can be driven, and when at the soonest and at the latest. Exact, in doubles.

A schedule is a solution of difference constraints, found by label correction: a ride or duty that is too long pushes
its beginning back (the constraints: Firat & Woeginger 2011; the question: Hunsaker & Savelsbergh 2002, Tang et al.
2010). Where rounding makes rides push each other on and on, by hardly anything or by nothing at all, more and more of
what is too long is let pass.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.kernels import kernel, maker

EPSILON = 1e-7
MANY_PUSHES = 1_000  # of one tour, which takes a few dozen: what goes on like that is rounding
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

    @property
    def start(self) -> int:
        """Return where the first kind of vehicle starts."""
        return 2 * self.n + 1

    @property
    def end(self) -> int:
        """Return where the first kind of vehicle ends."""
        return 2 * self.n + 2

    def of_kind(self, kind: int) -> "Day":
        """Return the day of the vehicles of one kind only, and of whom they may serve."""
        start = 2 * self.n + 1 + 2 * kind
        nodes = np.concatenate([np.arange(2 * self.n + 1), [start, start + 1]])
        latest = self.latest[nodes]
        latest[: self.n + 1][~self.allowed[kind]] = -np.inf
        pairs = np.ix_(nodes, nodes)
        return self._replace(
            distance=self.distance[pairs],
            took=self.took[pairs],
            earliest=self.earliest[nodes],
            latest=latest,
            load=self.load[nodes],
            longest=self.longest[nodes],
            capacity=self.capacity[kind : kind + 1],
            kind=np.zeros(int((self.kind == kind).sum()), np.int32),
            allowed=np.ones((1, self.n + 1), np.bool_),
        )

    def with_ride_windows(self) -> "Day":
        """Return the day with windows as narrow as the other end of each ride makes them."""
        n = self.n
        up, off = slice(1, n + 1), slice(n + 1, 2 * n + 1)
        earliest, latest, longest = self.earliest.copy(), self.latest.copy(), self.longest[off]
        direct = self.took[np.arange(1, n + 1), np.arange(n + 1, 2 * n + 1)]
        earliest[up] = np.maximum(earliest[up], earliest[off] - longest)
        latest[up] = np.minimum(latest[up], latest[off] - direct)
        earliest[off] = np.maximum(earliest[off], earliest[up] + direct)
        latest[off] = np.minimum(latest[off], latest[up] + longest)
        return self._replace(earliest=earliest, latest=latest)


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
    tolerance, pushes = EPSILON, 0
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
            if excess > tolerance:
                if _driven(day, stops, back, index) > longest[node] + EPSILON:
                    return False
                low[back] += excess
                pushes += 1
                if pushes % MANY_PUSHES == 0:
                    tolerance *= 2
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
    tolerance, pushes = EPSILON, 0
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
            if excess > tolerance:
                high[ahead] -= excess
                pushes += 1
                if pushes % MANY_PUSHES == 0:
                    tolerance *= 2
                index = ahead
                continue
        index -= 1


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


@maker
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

"""Which routes of a static day can be driven, and where a request fits best in one. Exact, in doubles.

A route is a tuple of nodes without the depot. Feasibility is the least solution of the difference constraints,
as in `timing`, here with a longest duty and a departure from the depot that may be late.
"""

from itertools import accumulate, pairwise
from math import inf
from typing import NamedTuple

from routing.instances import Instance

EPSILON = 1e-7
Route = tuple[int, ...]


class Spot(NamedTuple):
    """The best place for a request in a route: what it adds, and the route with it."""

    added: float
    route: Route


_UNKNOWN: tuple[Spot | None, float] = (None, -inf)


class _Prepared(NamedTuple):
    """A route from depot to depot: when it is ready to leave each stop at the soonest, with what on board."""

    stops: Route
    starts: list[float]
    leaves: list[float]
    latest_starts: list[float]
    loads: list[float]


class Routes:
    """The tables of one instance, and what was found out about its routes so far."""

    def __init__(self, instance: Instance) -> None:
        self.n = instance.requests
        self.end = 2 * self.n + 1
        self.longest_duty, self.longest_ride = instance.longest_duty, instance.longest_ride
        self.capacity = instance.capacity
        self.service = [node.service for node in instance.nodes]
        self.load = [node.load for node in instance.nodes]
        self.earliest = [node.earliest for node in instance.nodes]
        self.latest = [node.latest for node in instance.nodes]
        nodes = range(len(instance.nodes))
        self.distance = [[instance.distance(origin, node) for node in nodes] for origin in nodes]
        self._took = [[self.service[origin] + leg for leg in self.distance[origin]] for origin in nodes]
        self._begins = [-1] * (self.n + 1) + [*range(1, self.n + 1), 0]  # where the ride or duty that ends there began
        self._longest = [
            self.service[begin] + (self.longest_ride if begin else self.longest_duty) for begin in self._begins
        ]
        self._tighten()
        self._spots: dict[tuple[Route, int], tuple[Spot | None, float]] = {}
        self._prepared: dict[Route, _Prepared] = {}

    def length(self, route: Route) -> float:
        """Return the distance of a route from depot to depot, 0 for an empty one."""
        if not route:
            return 0.0
        return sum(self.distance[here][there] for here, there in pairwise((0, *route, self.end)))

    def known_spot(self, route: Route, request: int) -> Spot | None:
        """Return the cheapest feasible place for ``request`` if it was found before."""
        return self._spots.get((route, request), _UNKNOWN)[0]

    def best_spot(self, route: Route, request: int, limit: float = inf) -> Spot | None:
        """Return the cheapest feasible place for ``request`` that adds less than ``limit``, None if there is none.

        What was found is remembered, and so is under which limit nothing was found.
        """
        key = (route, request)
        spot, searched = self._spots.get(key, _UNKNOWN)
        if spot is None and limit > searched:
            if len(self._spots) > 400_000:  # noqa: PLR2004 -- about 200 MB
                self._spots.clear()
                self._prepared.clear()
            spot = self._find_spot(route, request, limit)
            self._spots[key] = (spot, limit)
        return spot if spot is not None and spot.added < limit else None

    def is_feasible(self, route: Route) -> bool:
        """Tell whether some departure and waiting keep every window, ride, load and the longest duty."""
        return self._loads_fit(route) and self._times_exist((0, *route, self.end))

    def _tighten(self) -> None:
        """Shrink windows to what the other end of the ride allows."""
        for pickup in range(1, self.n + 1):
            dropoff = self.n + pickup
            shortest = self.service[pickup] + self.distance[pickup][dropoff]
            longest = self.service[pickup] + self.longest_ride
            earliest, latest = self.earliest, self.latest
            earliest[pickup] = max(earliest[pickup], earliest[dropoff] - longest)
            latest[pickup] = min(latest[pickup], latest[dropoff] - shortest)
            earliest[dropoff] = max(earliest[dropoff], earliest[pickup] + shortest)
            latest[dropoff] = min(latest[dropoff], latest[pickup] + longest)

    def _loads_fit(self, route: Route) -> bool:
        return all(load <= self.capacity + EPSILON for load in accumulate(self.load[node] for node in route))

    def _times_exist(self, stops: Route) -> bool:
        """Tell whether service starts exist; a ride or duty too long pushes its beginning back."""
        if not self._rides_fit_without_waiting(stops):
            return False
        took, latest, begins, longest = self._took, self.latest, self._begins, self._longest
        starts = not_before = [self.earliest[node] for node in stops]  # a start found is a start demanded
        place = {node: index for index, node in enumerate(stops)}
        index, size, before = 0, len(stops), -1
        while index < size:
            node = stops[index]
            start = not_before[index]
            if index and (arrival := starts[index - 1] + took[before][node]) > start:
                start = arrival
            if start > latest[node] + EPSILON:
                return False
            starts[index] = start
            begin = begins[node]
            if begin >= 0:
                back = place[begin]
                excess = start - starts[back] - longest[node]
                if excess > EPSILON:
                    not_before[back] += excess
                    index, before = back, stops[back - 1]
                    continue
            index += 1
            before = node
        return True

    def _rides_fit_without_waiting(self, stops: Route) -> bool:
        """Tell whether driving and service alone keep rides and duty: if not, no waiting can help."""
        took, begins, longest = self._took, self._begins, self._longest
        begun: dict[int, float] = {0: 0.0}
        clock, before = 0.0, 0
        for node in stops[1:]:
            clock += took[before][node]
            begin = begins[node]
            if begin >= 0 and clock - begun[begin] > longest[node] + EPSILON:
                return False
            begun[node] = clock
            before = node
        return True

    def _find_spot(self, route: Route, request: int, limit: float) -> Spot | None:
        if route not in self._prepared:
            self._prepared[route] = self._prepare((0, *route, self.end))
        base = 0.0 if route else self.distance[0][self.end]
        for added, first, second in sorted(self._candidates(self._prepared[route], request, limit - base)):
            tried = (*route[:first], request, *route[first:second], request + self.n, *route[second:])
            if self._times_exist((0, *tried, self.end)):
                return Spot(added + base, tried)
        return None

    def _prepare(self, stops: Route) -> _Prepared:
        """Return what every insertion into one route needs to know."""
        starts, leaves = [self.earliest[0]], [self.earliest[0]]
        for here, there in pairwise(stops):
            starts.append(max(leaves[-1] + self.distance[here][there], self.earliest[there]))
            leaves.append(starts[-1] + self.service[there])
        latest = [self.latest[node] for node in stops]
        for index in range(len(stops) - 2, -1, -1):
            here, there = stops[index], stops[index + 1]
            onward = latest[index + 1] - self.distance[here][there] - self.service[here]
            latest[index] = min(latest[index], onward)
        return _Prepared(stops, starts, leaves, latest, list(accumulate(self.load[node] for node in stops)))

    def _candidates(self, prepared: _Prepared, request: int, limit: float) -> list[tuple[float, int, int]]:
        """Return the positions that windows and loads do not rule out, with what they add: less than ``limit``."""
        stops, starts, leaves, latest_starts, loads = prepared
        to_pickup = self.distance[request]
        direct = to_pickup[request + self.n]
        opens, closes = self.earliest[request], self.latest[request] + EPSILON
        service, room = self.service[request], self.capacity - self.load[request]
        found: list[tuple[float, int, int]] = []
        for first in range(len(stops) - 1):
            if starts[first] > closes:
                break
            here, there = stops[first], stops[first + 1]
            start = leaves[first] + to_pickup[here]
            start = max(start, opens)
            added = to_pickup[here] - self.distance[here][there]
            if start > closes or loads[first] > room or added + to_pickup[there] >= limit:
                continue
            onward = start + service + to_pickup[there] <= latest_starts[first + 1] + EPSILON
            for detour, skipped in self._dropoffs(prepared, request, first, start):
                total = added + detour + (to_pickup[there] if skipped else direct)
                if total < limit and (onward or not skipped):
                    found.append((total, first, first + skipped))
        return found

    def _dropoffs(self, prepared: _Prepared, request: int, first: int, begun: float) -> list[tuple[float, int]]:
        """Return where the drop-off may go after a pick-up at ``begun``: what it adds, visits in between."""
        dropoff, room = request + self.n, self.capacity - self.load[request]
        distance, service, earliest, latest = self.distance, self.service, self.earliest, self.latest
        stops, _, _, latest_starts, loads = prepared
        to_dropoff, alighting, opens = distance[dropoff], service[dropoff] - EPSILON, earliest[dropoff]
        last = min(latest[dropoff], latest[request] + service[request] + self.longest_ride) + EPSILON
        found = []
        here, clock = request, begun + service[request]
        for index in range(first + 1, len(stops)):
            node = stops[index]
            arrival = clock + to_dropoff[here]
            if arrival > last:
                break
            start = arrival if arrival > opens else opens  # noqa: FURB136 -- the innermost loop
            if start + alighting + to_dropoff[node] <= latest_starts[index]:
                between = to_dropoff[here] - distance[here][node] if index > first + 1 else 0.0
                found.append((to_dropoff[node] + between, index - first - 1))
            clock += distance[here][node]
            opening = earliest[node]
            clock = clock if clock > opening else opening  # noqa: FURB136 -- the innermost loop
            if clock > latest_starts[index] + EPSILON or loads[index] > room:
                break
            clock += service[node]
            here = node
        return found

"""The tables of a static day, and which routes of it can be driven. Exact, in doubles.

A route is a tuple of nodes without depots: request ``r`` gets in at node ``r`` and out at node ``n + r``.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from routing.instances import Instance
from routing.kernels.tours import EPSILON, Day, is_feasible

Route = tuple[int, ...]

_Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Places:
    """The nodes of a day in one order: nobody, pick-ups, drop-offs, then start and end of each kind of vehicle."""

    distance: _Floats
    took: _Floats  # from start to start
    service: _Floats
    earliest: _Floats
    latest: _Floats
    load: _Floats  # seats, wheelchair places


def day_of(instance: Instance) -> Day:
    """Return the tables of a published instance: one kind of vehicle, everybody to be served."""
    n = instance.requests
    nodes = (instance.nodes[0], *instance.nodes[1 : 2 * n + 1], instance.nodes[0], instance.nodes[-1])
    x, y = np.array([node.x for node in nodes]), np.array([node.y for node in nodes])
    distance = np.hypot(x[:, None] - x, y[:, None] - y)
    service, load = np.array([node.service for node in nodes]), np.zeros((len(nodes), 2))
    load[1 : 2 * n + 1, 0] = [node.load for node in nodes[1 : 2 * n + 1]]
    places = Places(
        distance=distance,
        took=service[:, None] + distance,
        service=service,
        earliest=np.array([node.earliest for node in nodes], float),
        latest=np.array([node.latest for node in nodes], float),
        load=load,
    )
    return tables(
        places,
        rides=np.full(n, float(instance.longest_ride)),
        duties=np.array([float(instance.longest_duty)]),
        capacity=np.array([[instance.capacity, 0.0]]),
        kinds=np.zeros(min(instance.vehicles, max(1, n)), np.int32),
        penalties=np.full(n, max(1.0, 4 * n * float(distance.max()))),  # more than all driving
    )


def tables(
    places: Places,
    *,
    rides: _Floats,
    duties: _Floats,
    capacity: _Floats,
    kinds: NDArray[np.int32],
    penalties: _Floats,
    allowed: NDArray[np.bool_] | None = None,
) -> Day:
    """Return the tables of a day with windows as narrow as the other end of each ride makes them.

    ``rides`` are the longest by request, ``duties`` by kind of vehicle; ``kinds`` says of which kind each vehicle
    is, in ascending order; ``penalties`` is what leaving a request out costs; ``allowed`` says by kind and request
    who may serve whom (everybody).
    """
    n = len(rides)
    up, off = slice(1, n + 1), slice(n + 1, 2 * n + 1)
    longest = np.full(len(places.service), np.inf)
    longest[off] = places.service[up] + rides
    longest[2 * n + 2 :: 2] = duties
    return Day(
        n=n,
        distance=np.ascontiguousarray(places.distance),
        took=np.ascontiguousarray(places.took),
        earliest=places.earliest,
        latest=places.latest,
        load=places.load,
        longest=longest,
        capacity=capacity,
        kind=kinds,
        allowed=np.ones((len(duties), n + 1), np.bool_) if allowed is None else allowed,
        penalty=np.concatenate([[0.0], penalties]),
    ).with_ride_windows()


class Routes:
    """The routes of one instance."""

    def __init__(self, instance: Instance) -> None:
        self.day = day_of(instance)
        self.n = self.day.n
        self.start, self.end = self.day.start, self.day.end
        self.distance: list[list[float]] = self.day.distance.tolist()

    def length(self, route: Route) -> float:
        """Return the distance of a route from depot to depot, 0 for an empty one."""
        if not route:
            return 0.0
        return sum(self.distance[here][there] for here, there in pairwise((self.start, *route, self.end)))

    def is_feasible(self, route: Route) -> bool:
        """Tell whether some departure and waiting keep every window, ride, load and the longest duty."""
        stops = np.array((self.start, *route, self.end), np.int32)
        return bool(is_feasible(self.day, stops, 0))


__all__ = ["EPSILON", "Places", "Route", "Routes", "day_of", "tables"]

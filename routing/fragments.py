"""Fragments of a static day: what a vehicle does from empty to empty (Rist & Forbes 2021).

Rides never reach over the end of a fragment, so a route is a chain of fragments and time is all that passes from
one to the next. Begun at ``t`` a fragment ends at ``max(E, t + D)``, if ``t`` is not after its last start: the least
solution of difference constraints is linear in (max, +). They grow in `events`.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from routing.instances import Instance

SLACK = 1e-6  # more than the exact test allows: nothing it accepts is missed

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Words = NDArray[np.uint64]


class IntractableError(Exception):
    """A day whose fragments are too many, or take no time."""


@dataclass(frozen=True)
class Tables:
    """The numbers of an instance as arrays. Windows are as narrow as rides and the depot make them."""

    n: int
    vehicles: int
    capacity: float
    longest_ride: float
    longest_duty: float
    distance: Floats
    service: Floats
    load: Floats
    earliest: Floats
    latest: Floats

    @property
    def end(self) -> int:
        """Return the node where every route ends."""
        return 2 * self.n + 1

    @classmethod
    def of(cls, instance: Instance) -> "Tables":
        """Return the tables of ``instance``."""
        places = np.array([(node.x, node.y) for node in instance.nodes])
        distance = np.hypot(*(places[:, None, :] - places[None, :, :]).transpose(2, 0, 1))
        service, load, earliest, latest = (
            np.array([getattr(node, name) for node in instance.nodes], dtype=float)
            for name in ("service", "load", "earliest", "latest")
        )
        n, end = instance.requests, 2 * instance.requests + 1
        up, off = slice(1, n + 1), slice(n + 1, end)
        np.maximum(earliest, earliest[0] + service[0] + distance[0], out=earliest, where=_inner(n))
        np.minimum(latest, latest[end] - service - distance[:, end], out=latest, where=_inner(n))
        direct = service[up] + distance[np.arange(1, n + 1), np.arange(n + 1, end)]
        longest = service[up] + instance.longest_ride
        earliest[up] = np.maximum(earliest[up], earliest[off] - longest)
        latest[up] = np.minimum(latest[up], latest[off] - direct)
        earliest[off] = np.maximum(earliest[off], earliest[up] + direct)
        latest[off] = np.minimum(latest[off], latest[up] + longest)
        return cls(
            n,
            min(instance.vehicles, n),
            instance.capacity,
            instance.longest_ride,
            instance.longest_duty,
            distance,
            service,
            load,
            earliest,
            latest,
        )


@dataclass(frozen=True)
class Fragments:
    """Fragments as columns: first and last node, cost inside, E, D and last start, and who is served.

    ``served`` holds bit ``request - 1`` in words of 64; ``visits`` the nodes in order, 0 behind the last.
    """

    first: Ints
    last: Ints
    cost: Floats
    soonest_end: Floats
    duration: Floats
    latest_start: Floats
    served: Words
    visits: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.first)

    def take(self, chosen: NDArray[np.bool_] | Ints) -> "Fragments":
        """Return the fragments chosen."""
        return Fragments(*(getattr(self, field.name)[chosen] for field in fields(self)))


def undominated(fragments: Fragments) -> Fragments:
    """Return the fragments that are not beaten in cost, E and last start by one of the same kind."""
    keys = np.column_stack([fragments.first, fragments.last, fragments.served.view(np.int64)])
    values = np.column_stack([fragments.cost, fragments.soonest_end, -fragments.latest_start])
    return fragments.take(best_of_kind(keys, values))


def best_of_kind(keys: Ints, values: Floats, *, looked_back: int = 6) -> Ints:
    """Return the rows that none of the ``looked_back`` cheaper rows with equal keys matches in every value."""
    order = np.lexsort((*values.T[::-1], *keys.T))
    keys, values = keys[order], values[order]
    alive = np.ones(len(order), dtype=bool)
    for back in range(1, looked_back + 1):
        if len(order) <= back:
            break
        same = np.flatnonzero((keys[back:] == keys[:-back]).all(axis=1))
        if not len(same):
            break
        beaten = (values[same] <= values[same + back] + 1e-9).all(axis=1)
        alive[same[beaten] + back] = False
    return np.sort(order[alive])


def bits(requests: Ints, words: int) -> Words:
    """Return for each request its bit in words of 64."""
    found = np.zeros((len(requests), words), dtype=np.uint64)
    index = requests - 1
    found[np.arange(len(requests)), index // 64] = np.uint64(1) << (index % 64).astype(np.uint64)
    return found


def _inner(n: int) -> NDArray[np.bool_]:
    inner = np.ones(2 * n + 2, dtype=bool)
    inner[[0, -1]] = False
    return inner

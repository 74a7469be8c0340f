"""Fragments of a static day: what a vehicle does from empty to empty (Rist & Forbes 2021).

Rides never reach over the end of a fragment, so a route is a chain of fragments and time is all that passes from
one to the next. Begun at ``t`` a fragment ends at ``max(E, t + D)``, if ``t`` is not after its last start: the least
solution of difference constraints is linear in (max, +). They grow in `events`.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from routing.kernels.tours import Day

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Words = NDArray[np.uint64]


class IntractableError(Exception):
    """A day whose events or fragments are too many, or take no time."""


def narrowed(day: Day) -> Day:
    """Return the day with windows as narrow as rides and depots make them."""
    n = day.n
    inner = slice(1, 2 * n + 1)
    starts, ends = slice(2 * n + 1, None, 2), slice(2 * n + 2, None, 2)
    earliest, latest = day.earliest.copy(), day.latest.copy()
    reached = (day.earliest[starts, None] + day.took[starts, inner]).min(axis=0)
    left = (day.latest[None, ends] - day.took[inner, ends]).max(axis=1)
    earliest[inner], latest[inner] = np.maximum(earliest[inner], reached), np.minimum(latest[inner], left)
    return day._replace(earliest=earliest, latest=latest).with_ride_windows()


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
    """Return the fragments that are not beaten in cost, E and last start by one of the same kind.

    D needs no look on the days of instances, where a leg takes the service before it and its distance: with the same
    riders and the same end the services are the same, so D and cost differ by as much.
    """
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

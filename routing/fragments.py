"""All fragments of a static day: what a vehicle does from empty to empty (Rist & Forbes 2021).

Rides never reach over the end of a fragment, so a route is a chain of fragments and time is all that passes from
one to the next. Begun at ``t`` a fragment ends at ``max(E, t + D)``, if ``t`` is not after its last start: the least
solution of difference constraints is linear in (max, +). Fragments grow visit by visit, a whole generation at once;
each partial one carries for every rider on board how long the ride is so far and how late it could have begun.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routing.clock import Clock
from routing.instances import Instance

SLACK = 1e-6  # more than the exact test allows: nothing it accepts is missed
_CHUNK = 1 << 19  # cells of a table worked on at once
_NOBODY = 0

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
            n, instance.vehicles, instance.capacity, instance.longest_ride, distance, service, load, earliest, latest
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


@dataclass(frozen=True)
class _Partial:
    """One generation of partial fragments, all with the same number of visits.

    Slots hold who is on board (``riders``, ascending), for how long (``riding``) and the latest possible pick-up.
    """

    first: Ints
    last: Ints
    cost: Floats
    soonest: Floats
    duration: Floats
    latest_start: Floats
    load: Floats
    served: Words
    visits: NDArray[np.int16]
    riders: Ints
    riding: Floats
    latest_pickup: Floats

    def take(self, chosen: NDArray[np.bool_] | Ints) -> "_Partial":
        """Return the rows chosen."""
        return _Partial(*(getattr(self, field.name)[chosen] for field in fields(self)))


def all_fragments(tables: Tables, clock: Clock, *, most: int) -> Fragments:
    """Return every fragment that no other with the same riders, first and last node makes useless.

    Raises IntractableError once a generation has more than ``most`` partial fragments.
    """
    partial = _pickups(tables)
    done: list[Fragments] = []
    while len(partial.first):
        clock.check()
        following = _with_dropoff(tables, partial)
        empty = following.riders.max(axis=1) == _NOBODY
        done.append(_completed(following.take(empty)))
        partial = _undominated(_concatenated([following.take(~empty), _with_pickup(tables, partial, clock)]))
        if len(partial.first) > most:
            raise IntractableError(f"more than {most} partial fragments")
    return undominated(_joined(done))


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


def _slots(tables: Tables) -> int:
    """Return how many parties can be on board at once."""
    loads = np.cumsum(np.sort(tables.load[1 : tables.n + 1]))
    return max(1, int(np.searchsorted(loads, tables.capacity + SLACK, side="right")))


def _pickups(tables: Tables) -> _Partial:
    """Return the first generation: one pick-up each."""
    first = np.arange(1, tables.n + 1)
    first = first[
        (tables.load[first] <= tables.capacity + SLACK) & (tables.earliest[first] <= tables.latest[first] + SLACK)
    ]
    rows, slots = len(first), _slots(tables)
    riders = np.zeros((rows, slots), dtype=np.int64)
    riders[:, -1] = first
    late = np.full((rows, slots), np.inf)
    late[:, -1] = tables.latest[first]
    return _Partial(
        first=first,
        last=first,
        cost=np.zeros(rows),
        soonest=tables.earliest[first],
        duration=np.zeros(rows),
        latest_start=tables.latest[first],
        load=tables.load[first],
        served=bits(first, (tables.n + 63) // 64),
        visits=first.astype(np.int16)[:, None],
        riders=riders,
        riding=np.zeros((rows, slots)),
        latest_pickup=late,
    )


def _advanced(tables: Tables, rows: _Partial, node: Ints) -> _Partial:
    """Return ``rows`` driven on to ``node``, the windows kept there; who is on board does not change."""
    leg = tables.distance[rows.last, node]
    took = tables.service[rows.last] + leg
    duration, riding = rows.duration + took, rows.riding + took[:, None]
    latest = tables.latest[node]
    return _Partial(
        first=rows.first,
        last=node,
        cost=rows.cost + leg,
        soonest=np.maximum(rows.soonest + took, tables.earliest[node]),
        duration=duration,
        latest_start=np.minimum(rows.latest_start, latest - duration),
        load=rows.load + tables.load[node],
        served=rows.served,
        visits=np.column_stack([rows.visits, node.astype(np.int16)]),
        riders=rows.riders,
        riding=riding,
        latest_pickup=np.minimum(rows.latest_pickup, latest[:, None] - riding),
    )


def _with_pickup(tables: Tables, partial: _Partial, clock: Clock) -> _Partial:
    """Return ``partial`` with every further pick-up that may fit."""
    ups = np.arange(1, tables.n + 1)
    together = _together(tables)
    found = []
    size = max(1, _CHUNK // tables.n)
    for begin in range(0, len(partial.first), size):
        clock.check()
        rows = partial.take(np.arange(begin, min(begin + size, len(partial.first))))
        took = (tables.service[:, None] + tables.distance)[rows.last][:, ups]
        latest = tables.latest[ups] + SLACK
        fits = rows.soonest[:, None] + took <= latest
        fits &= rows.load[:, None] + tables.load[ups] <= tables.capacity + SLACK
        fits &= rows.duration[:, None] + took + tables.earliest[rows.first][:, None] <= latest
        for slot in range(rows.riders.shape[1]):
            fits &= together[rows.riders[:, slot]]
        fits &= ~_has(rows.served, ups)
        which, index = np.nonzero(fits)
        found.append(_picked_up(tables, rows.take(which), ups[index]))
    return _concatenated(found)


def _together(tables: Tables) -> NDArray[np.bool_]:
    """Return whether a pick-up (column) can be made during the ride of a rider (row, 0 for nobody)."""
    ups = np.arange(1, tables.n + 1)
    offs, service, distance = ups + tables.n, tables.service, tables.distance
    ride = distance[ups][:, ups] + service[ups] + distance[ups][:, offs].T
    start = np.maximum(tables.earliest[ups], (tables.earliest + service)[ups][:, None] + distance[ups][:, ups])
    end = start + service[ups] + distance[ups][:, offs].T
    fits = (ride <= tables.longest_ride + SLACK) & (end <= tables.latest[offs][:, None] + SLACK)
    return np.vstack([np.ones(tables.n, dtype=bool), fits])


def _has(served: Words, requests: Ints) -> NDArray[np.bool_]:
    """Return which requests (column) are served in each row."""
    index = requests - 1
    shift = (index % 64).astype(np.uint64)
    return ((served[:, index // 64] >> shift) & np.uint64(1)).astype(bool)


def _picked_up(tables: Tables, rows: _Partial, node: Ints) -> _Partial:
    """Return ``rows`` after picking up at ``node``, where everybody on board can still be set down."""
    ahead = _advanced(tables, rows, node)
    riders, riding, late = ahead.riders.copy(), ahead.riding.copy(), ahead.latest_pickup.copy()
    riders[:, 0], riding[:, 0], late[:, 0] = node, 0.0, tables.latest[node]  # slot 0 is free: the load fits
    order = np.argsort(riders, axis=1, kind="stable")
    served = ahead.served | bits(node, ahead.served.shape[1])
    changed = {
        "riders": np.take_along_axis(riders, order, axis=1),
        "riding": np.take_along_axis(riding, order, axis=1),
        "latest_pickup": np.take_along_axis(late, order, axis=1),
        "served": served,
    }
    return _hopeful(tables, _replaced(ahead, changed))


def _with_dropoff(tables: Tables, partial: _Partial) -> _Partial:
    """Return ``partial`` with each rider on board set down next."""
    found = []
    for slot in range(partial.riders.shape[1]):
        rows = partial.take(partial.riders[:, slot] != _NOBODY)
        rider = rows.riders[:, slot]
        ahead = _advanced(tables, rows, rider + tables.n)
        limit = ahead.latest_pickup[:, slot] + tables.longest_ride + tables.service[rider]
        riders, riding, late = ahead.riders.copy(), ahead.riding.copy(), ahead.latest_pickup
        fits = ahead.soonest <= np.minimum(limit, tables.latest[ahead.last]) + SLACK
        fits &= riding[:, slot] - tables.service[rider] <= tables.longest_ride + SLACK
        late = np.minimum(late, limit[:, None] - riding)
        riders[:, 1 : slot + 1] = riders[:, :slot]
        riding[:, 1 : slot + 1] = riding[:, :slot]
        late[:, 1 : slot + 1] = late[:, :slot]
        riders[:, 0], riding[:, 0], late[:, 0] = _NOBODY, 0.0, np.inf
        changed = {
            "riders": riders,
            "riding": riding,
            "latest_pickup": late,
            "latest_start": np.minimum(ahead.latest_start, limit - ahead.duration),
        }
        found.append(_hopeful(tables, _replaced(ahead, changed).take(fits)))
    return _concatenated(found)


def _hopeful(tables: Tables, rows: _Partial) -> _Partial:
    """Return the rows that can be begun in time, and from where each rider alone could be set down in time."""
    hope = rows.latest_start >= tables.earliest[rows.first] - SLACK
    hope &= rows.soonest <= tables.latest[rows.last] + SLACK
    for slot in range(rows.riders.shape[1]):
        rider = rows.riders[:, slot]
        aboard = rider != _NOBODY
        off = np.where(aboard, rider + tables.n, 0)
        took = tables.service[rows.last] + tables.distance[rows.last, off]
        limit = np.minimum(
            rows.latest_pickup[:, slot] + tables.longest_ride + tables.service[rider], tables.latest[off]
        )
        reachable = rows.soonest + took <= limit + SLACK
        reachable &= rows.riding[:, slot] + took - tables.service[rider] <= tables.longest_ride + SLACK
        hope &= reachable | ~aboard
    return rows.take(hope)


def _undominated(rows: _Partial) -> _Partial:
    """Return the rows not beaten in everything by one with the same visits made, first and last."""
    keys = np.column_stack([rows.first, rows.last, rows.served.view(np.int64), rows.riders])
    values = np.column_stack([rows.cost, rows.soonest, -rows.latest_start, rows.riding, -rows.latest_pickup])
    return rows.take(best_of_kind(keys, values))


def _replaced(rows: _Partial, changed: Mapping[str, NDArray[Any]]) -> _Partial:
    return _Partial(*(changed.get(field.name, getattr(rows, field.name)) for field in fields(rows)))


def _concatenated(parts: list[_Partial]) -> _Partial:
    return _Partial(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(_Partial)))


def _completed(rows: _Partial) -> Fragments:
    return Fragments(
        rows.first, rows.last, rows.cost, rows.soonest, rows.duration, rows.latest_start, rows.served, rows.visits
    )


def _joined(parts: list[Fragments]) -> Fragments:
    """Return fragments of several lengths in one table."""
    longest = max(part.visits.shape[1] for part in parts)
    padded = [np.pad(part.visits, ((0, 0), (0, longest - part.visits.shape[1]))) for part in parts]
    names = [field.name for field in fields(Fragments) if field.name != "visits"]
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return Fragments(visits=np.concatenate(padded), **columns)

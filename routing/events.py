"""The event graph of a static day: every visit with every possible company aboard (Gaul, Klamroth & Stiglmayr 2022).

An event is a visit and who is aboard after it; arcs lead to the visits that may follow. Windows and longest rides
leave few of them: a thousand where there are millions of fragments. On it routes are relaxed (a rider may come again
once set down, rides are only as short as windows make them), so the cheapest path at given prices is a lower bound.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.clock import Clock
from routing.fragments import SLACK, Floats, Fragments, IntractableError, Ints, Tables, undominated
from routing.kernels.events import Events, Places, costs_before, costs_onward, grow

_BUCKETS = 2_400  # over the day, at least
_FINEST = 24_000
_MOST_CELLS = 20_000_000
_TINY = 1e-9

_Event = tuple[int, int]  # the visit, and who is aboard after it as a set of bits


@dataclass(frozen=True)
class Sides:
    """What no route undercuts: before and after each event by bucket, and as a whole (``least``)."""

    before: Floats
    onward: Floats
    least: float


class EventGraph:
    """The events of a day and the arcs between them, with time in buckets."""

    def __init__(self, tables: Tables, clock: Clock, *, most: int) -> None:
        self.tables = tables
        soonest, arcs = _reached(tables, clock, most)
        self.events, self.places = _arranged(tables, soonest, arcs)

    def sides(self, requests: Floats, vehicle: float) -> Sides:
        """Return the least reduced costs at the prices of requests and vehicles."""
        events, n = self.events, self.tables.n
        earned = self._earned(requests)
        out = self.tables.distance[0, 1 : n + 1]
        onward = costs_onward(events, earned)
        before = costs_before(events, earned, out)
        opening = events.opening
        some = opening >= 0
        least = (out + onward[events.cell[opening]] - requests)[some].min(initial=np.inf) - vehicle
        return Sides(before, onward, float(least))

    def fragments(
        self, requests: Floats, sides: Sides, *, below: float, limits: tuple[int, int, int]
    ) -> tuple[Fragments, bool]:
        """Return the fragments whose routes may cost less than ``below``, and whether no limit has left some out.

        ``below`` is a reduced cost without the price of the vehicle. ``limits``: how many riders a fragment may
        serve, how many fragments there may be, and how many visits may be tried.
        """
        earned = self._earned(requests)
        count, complete, grown = grow(self.events, self.places, (earned, sides.before, sides.onward), (below, *limits))
        longest = int((grown.visits[:count] > 0).sum(axis=1).max(initial=1))
        kept = slice(count)
        fragments = Fragments(
            first=grown.first[kept],
            last=grown.last[kept],
            cost=grown.cost[kept],
            soonest_end=grown.soonest[kept],
            duration=grown.duration[kept],
            latest_start=grown.latest_start[kept],
            served=grown.served[kept],
            visits=grown.visits[kept, :longest].copy(),
        )
        return undominated(fragments), complete

    def _earned(self, requests: Floats) -> Floats:
        """Return what starting each event earns."""
        node = self.events.node
        pickup = node <= self.tables.n
        return np.where(pickup, requests[np.where(pickup, node - 1, 0)], 0.0)


def _reached(tables: Tables, clock: Clock, most: int) -> tuple[dict[_Event, float], dict[_Event, list[_Event]]]:
    """Return every event that windows and rides allow, when it may start at the soonest, and what may follow it."""
    n = tables.n
    follow = _Followers(tables)
    soonest: dict[_Event, float] = {}
    for request in range(1, n + 1):
        if tables.load[request] <= tables.capacity + SLACK and tables.earliest[request] <= follow.latest[request]:
            soonest[request, 1 << request] = float(tables.earliest[request])
    waiting = list(soonest)
    while waiting:
        clock.check()
        event = waiting.pop()
        for following, start in follow.after(event, soonest[event]):
            if start < soonest.get(following, np.inf) - _TINY:
                soonest[following] = start
                if following[1]:  # an empty vehicle may begin with anybody: known already
                    waiting.append(following)
        if len(soonest) > most:
            raise IntractableError(f"more than {most} events")
    return soonest, {event: [other for other, _ in follow.after(event, start)] for event, start in soonest.items()}


class _Followers:
    """What may follow an event; plain lists, because this is done one by one."""

    def __init__(self, tables: Tables) -> None:
        n = self.n = tables.n
        self.capacity, self.longest_ride = tables.capacity, tables.longest_ride
        self.earliest, self.load = tables.earliest.tolist(), tables.load.tolist()
        self.latest = (tables.latest + SLACK).tolist()
        self.took = (tables.service[:, None] + tables.distance).tolist()
        self.service, self.distance = tables.service.tolist(), tables.distance.tolist()
        together = _together(tables)
        self.company = [0] + [sum(1 << int(other) + 1 for other in np.flatnonzero(row)) for row in together]
        self.everybody = (1 << n + 1) - 2

    def after(self, event: _Event, start: float) -> Iterator[tuple[_Event, float]]:
        """Yield the events that may follow, each with its soonest start."""
        here, aboard = event
        riders = _members(aboard)
        pickups = self.everybody & ~aboard
        for rider in riders:
            pickups &= self.company[rider]
        if not aboard:
            pickups &= ~(1 << here - self.n)
        load = sum(self.load[rider] for rider in riders)
        took, earliest, latest = self.took[here], self.earliest, self.latest
        for other in _members(pickups):
            begun = max(earliest[other], start + took[other])
            if begun <= latest[other] and load + self.load[other] <= self.capacity + SLACK:
                company = aboard | 1 << other
                if self._hopeful(other, begun, (*riders, other)):
                    yield (other, company), begun
        for rider in riders:
            off = rider + self.n
            begun = max(earliest[off], start + took[off])
            left = aboard & ~(1 << rider)
            if begun <= latest[off] and self._hopeful(off, begun, _members(left)):
                yield (off, left), begun

    def _hopeful(self, here: int, start: float, riders: tuple[int, ...]) -> bool:
        """Tell whether each rider aboard alone could be set down next, in time and after a ride not too long."""
        took, n = self.took, self.n
        for rider in riders:
            off = rider + n
            if start + took[here][off] > self.latest[off]:
                return False
            served = self.service[here] if rider != here else 0.0
            if self.distance[rider][here] + served + self.distance[here][off] > self.longest_ride + SLACK:
                return False
        return True


def _members(bits: int) -> tuple[int, ...]:
    found = []
    while bits:
        lowest = bits & -bits
        found.append(lowest.bit_length() - 1)
        bits ^= lowest
    return tuple(found)


def _together(tables: Tables) -> NDArray[np.bool_]:
    """Return whether a pick-up (column) can be made during the ride of a rider (row)."""
    ups = np.arange(1, tables.n + 1)
    offs, service, distance = ups + tables.n, tables.service, tables.distance
    ride = distance[ups][:, ups] + service[ups] + distance[ups][:, offs].T
    start = np.maximum(tables.earliest[ups], (tables.earliest + service)[ups][:, None] + distance[ups][:, ups])
    end = start + service[ups] + distance[ups][:, offs].T
    fits: NDArray[np.bool_] = (ride <= tables.longest_ride + SLACK) & (end <= tables.latest[offs][:, None] + SLACK)
    return fits


def _arranged(
    tables: Tables, soonest: dict[_Event, float], following: dict[_Event, list[_Event]]
) -> tuple[Events, Places]:
    """Return events and arcs as arrays, with their buckets."""
    number = {event: index for index, event in enumerate(soonest)}
    node = np.array([event[0] for event in soonest], dtype=np.int64)
    empty = np.array([not event[1] for event in soonest], dtype=bool)
    counts = [len(following[event]) for event in soonest]
    tail = np.repeat(np.arange(len(node)), counts)
    head = np.array([number[other] for event in soonest for other in following[event]], dtype=np.int64)
    leg = tables.distance[node[tail], node[head]]
    took = tables.service[node[tail]] + leg
    zero, horizon = float(tables.earliest[0]), float(tables.latest[tables.end] - tables.earliest[0])
    width = min(horizon / _BUCKETS, float(took.min(initial=np.inf)))
    if not width > horizon / _FINEST:
        raise IntractableError("visits that take no time")
    begin = np.array(list(soonest.values()))
    low = _bucket(begin, zero, width)
    high = _bucket(tables.latest[node] + SLACK, zero, width)
    cell = np.concatenate([[0], np.cumsum(high - low + 1)])
    if cell[-1] > _MOST_CELLS:
        raise IntractableError("too many events with too wide windows")
    active, active_from = _by_bucket(low, high)
    home = np.where(empty, tables.distance[node, tables.end], np.inf)
    back = tables.latest[tables.end] - tables.service[node] - tables.distance[node, tables.end]
    opening = [number.get((request, 1 << request), -1) for request in range(1, tables.n + 1)]
    events = Events(
        node=node,
        empty=empty,
        low=low,
        high=high,
        cell=cell,
        arcs=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        head=head,
        leg=leg,
        shift=np.floor(took / width + _TINY).astype(np.int64),
        opening=np.array(opening, dtype=np.int64),
        home=home,
        home_by=_bucket(back + SLACK, zero, width),
        active=active,
        active_from=active_from,
    )
    return events, _places(tables, zero, width)


def _places(tables: Tables, zero: float, width: float) -> Places:
    """Return what the loops ask of the day's places, with its buckets."""
    return Places(
        n=tables.n,
        distance=tables.distance,
        service=tables.service,
        earliest=tables.earliest,
        latest=tables.latest,
        longest_ride=float(tables.longest_ride),
        zero=zero,
        width=width,
    )


def _bucket(moment: Floats, zero: float, width: float) -> Ints:
    """Return the bucket of each moment, rounded down."""
    found: Ints = np.floor((moment - zero) / width + _TINY).astype(np.int64)
    return found


def _by_bucket(low: Ints, high: Ints) -> tuple[Ints, Ints]:
    """Return who is active in each bucket, and where each bucket begins in that list."""
    counts = high - low + 1
    which = np.repeat(np.arange(len(low)), counts)
    bucket = low[which] + np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    order = np.argsort(bucket, kind="stable")
    return which[order], np.searchsorted(bucket[order], np.arange(int(high.max(initial=0)) + 2))

"""The event graph of a static day: every visit with every possible company aboard (Gaul, Klamroth & Stiglmayr 2022).

An event is a visit and who is aboard after it; arcs lead to the visits that may follow. Windows and longest rides
leave few of them: a thousand where there are millions of fragments. On it routes are relaxed (a rider may come again
once set down, rides are only as short as windows make them), so the cheapest path at given prices is a lower bound.
An elementary graph remembers who was set down as long as it matters: several times as many events, and nobody twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from heapq import heapify, heappop, heappush

import numpy as np
from numpy.typing import NDArray

from routing.clock import Clock
from routing.fragments import SLACK, Floats, Fragments, IntractableError, Ints, undominated
from routing.kernels.events import Events, Places, costs_before, costs_onward, grow, latest_starts
from routing.kernels.tours import Day

_BUCKETS = 2_400  # over the day, at least
_FINEST = 28_800
_MOST_CELLS = 20_000_000
_TINY = 1e-9
_KNOWN_SETS = 100_000
_LONGEST_HALT = 1_000  # visits in a row that take no time

_Event = tuple[int, int]  # the visit, who is aboard after it as a set of bits, and behind them who is gone


@dataclass(frozen=True)
class Sides:
    """What no route undercuts: before and after each event by bucket, and as a whole (``least``)."""

    before: Floats
    onward: Floats
    least: float


class EventGraph:
    """The events of a day of one kind of vehicle and the arcs between them, with time in buckets.

    There are about as many ``cells``, buckets of all events, as are asked for, unless that is very many or few.
    """

    def __init__(self, day: Day, clock: Clock, *, most: int, cells: int = 0, is_elementary: bool = False) -> None:
        arcs = _Arcs.of(_Followers(day, is_elementary=is_elementary), clock, most)
        horizon = float(day.latest[day.end] - day.earliest[day.start])
        spans_s = float((arcs.latest - arcs.soonest).sum())
        finest = min(max(_BUCKETS, int(cells * horizon / max(spans_s, _TINY))), _FINEST)
        self.day = day
        self.events, self.places = _arranged(day, arcs, float(day.earliest[day.start]), horizon / finest)

    def sides(self, requests: Floats, vehicle: float) -> Sides:
        """Return the least reduced costs at the prices of requests and vehicles."""
        earned = self.earned(requests)
        out = self.day.distance[self.day.start, 1 : self.day.n + 1]
        onward = costs_onward(self.events, earned)
        before = costs_before(self.events, earned, out)
        return Sides(before, onward, float(self.begun(onward, out - requests).min(initial=np.inf)) - vehicle)

    def begun(self, onward: Floats, out: Floats) -> Floats:
        """Return the least cost of routes by the request they begin with: ``out`` to its pick-up, and onward."""
        opening = self.events.opening
        some, found = opening >= 0, np.full(self.day.n, np.inf)
        found[some] = out[some] + onward[self.events.cell[opening[some]]]
        return found

    def fragments(
        self, requests: Floats, sides: Sides, *, below: float, limits: tuple[int, int, int]
    ) -> tuple[Fragments, bool]:
        """Return the fragments whose routes may cost less than ``below``, and whether no limit has left some out.

        ``below`` is a reduced cost without the price of the vehicle. ``limits``: how many riders a fragment may
        serve, how many fragments there may be, and how many visits may be tried.
        """
        earned = self.earned(requests)
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

    def earned(self, requests: Floats) -> Floats:
        """Return what starting each event earns."""
        node = self.events.node
        pickup = node <= self.day.n
        return np.where(pickup, requests[np.where(pickup, node - 1, 0)], 0.0)


def _reached(follow: "_Followers", clock: Clock, most: int) -> tuple[dict[_Event, float], dict[_Event, list[_Event]]]:
    """Return every event that windows and rides allow, when it may start at the soonest, and what may follow it."""
    soonest = dict(follow.openings())
    queue = [(start, event) for event, start in soonest.items()]
    heapify(queue)
    following: dict[_Event, list[_Event]] = {}
    while queue:
        clock.check()
        start, event = heappop(queue)
        if event in following:
            continue
        following[event] = []
        for other, begun in follow.after(event, start):
            following[event].append(other)
            if begun < soonest.get(other, np.inf):
                soonest[other] = begun
                heappush(queue, (begun, other))
        if len(soonest) > most:
            raise IntractableError(f"more than {most} events")
    return soonest, following


class _Followers:
    """What may follow an event; plain lists, because this is done one by one."""

    def __init__(self, day: Day, *, is_elementary: bool) -> None:
        self.day, self.is_elementary = day, is_elementary
        n = self.n = day.n
        self.took, self.earliest, self.latest = day.took.tolist(), day.earliest.tolist(), (day.latest + SLACK).tolist()
        self.longest = (day.longest + SLACK).tolist()
        self.load = day.load.tolist()
        self.capacities = [tuple(capacity) for capacity in (day.capacity + SLACK).tolist()]
        together = _together(day)
        self.company = [0] + [sum(1 << int(other) + 1 for other in np.flatnonzero(row)) for row in together]
        self.everybody = (1 << n + 1) - 2

    def openings(self) -> Iterator[tuple[_Event, float]]:
        """Yield the events of an empty vehicle's pick-ups, each with its soonest start."""
        for request in range(1, self.n + 1):
            if self.fits((request,)) and self.earliest[request] <= self.latest[request]:
                yield (request, 1 << request), self.earliest[request]

    def fits(self, riders: tuple[int, ...]) -> bool:
        """Tell whether some vehicle has room for all of them."""
        seats = sum(self.load[rider][0] for rider in riders)
        wheelchairs = sum(self.load[rider][1] for rider in riders)
        return any(seats <= most and wheelchairs <= places for most, places in self.capacities)

    def after(self, event: _Event, start: float) -> Iterator[tuple[_Event, float]]:
        """Yield the events that may follow, each with its soonest start."""
        here, company = event
        aboard, gone = company & self.everybody, company >> self.n & self.everybody
        riders = _members(aboard)
        pickups = self.everybody & ~aboard & ~gone
        for rider in riders:
            pickups &= self.company[rider]
        if not aboard:
            pickups &= ~(1 << here - self.n)
        took, earliest, latest = self.took[here], self.earliest, self.latest
        for other in _members(pickups):
            begun = max(earliest[other], start + took[other])
            both = (*riders, other)
            if begun <= latest[other] and self.fits(both) and self._hopeful(other, begun, both):
                yield (other, aboard | 1 << other | self._still(gone, other, begun)), begun
        for rider in riders:
            off = rider + self.n
            begun = max(earliest[off], start + took[off])
            left = aboard & ~(1 << rider)
            if begun <= latest[off] and self._hopeful(off, begun, _members(left)):
                yield (off, left | self._still(gone | 1 << rider, off, begun)), begun

    def _still(self, gone: int, here: int, start: float) -> int:
        """Return who is gone and could be picked up once more in time, in the bits of an event."""
        if not self.is_elementary:
            return 0
        took = self.took[here]
        return sum(1 << rider for rider in _members(gone) if start + took[rider] <= self.latest[rider]) << self.n

    def _hopeful(self, here: int, start: float, riders: tuple[int, ...]) -> bool:
        """Tell whether each rider aboard alone could be set down next, in time and after a ride not too long."""
        took, n = self.took, self.n
        for rider in riders:
            off = rider + n
            if start + took[here][off] > self.latest[off]:
                return False
            if rider != here and took[rider][here] + took[here][off] > self.longest[off]:
                return False
        return True


@lru_cache(maxsize=_KNOWN_SETS)
def _members(bits: int) -> tuple[int, ...]:
    found = []
    while bits:
        lowest = bits & -bits
        found.append(lowest.bit_length() - 1)
        bits ^= lowest
    return tuple(found)


def _together(day: Day) -> NDArray[np.bool_]:
    """Return whether a pick-up (column) can be made during the ride of a rider (row)."""
    ups = np.arange(1, day.n + 1)
    offs, reached = ups + day.n, day.took[ups][:, ups]
    onward = day.took[ups][:, offs].T
    end = np.maximum(day.earliest[ups], day.earliest[ups][:, None] + reached) + onward
    fits: NDArray[np.bool_] = reached + onward <= day.longest[offs][:, None] + SLACK
    return fits & (end <= day.latest[offs][:, None] + SLACK)


@dataclass(frozen=True)
class _Arcs:
    """Events in the order of their soonest starts, and the arcs between them, those of an event together."""

    node: Ints
    empty: NDArray[np.bool_]
    soonest: Floats
    latest: Floats
    tail: Ints
    head: Ints
    opening: Ints  # by request

    @classmethod
    def of(cls, follow: "_Followers", clock: Clock, most: int) -> "_Arcs":
        """Return all events with a way to them and a way on; raise IntractableError if ``most`` are too few."""
        day, (soonest, following) = follow.day, _reached(follow, clock, most)
        events = sorted(soonest, key=lambda event: soonest[event])
        number = {event: index for index, event in enumerate(events)}
        node = np.array([node for node, _ in events], dtype=np.int64)
        empty = np.array([not company & follow.everybody for _, company in events], dtype=bool)
        counts = [len(following[event]) for event in events]
        head = np.array([number[other] for event in events for other in following[event]], dtype=np.int64)
        tail, latest = np.repeat(np.arange(len(events)), counts), day.latest[node]
        ends = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        begin = np.array([soonest[event] for event in events])
        latest_starts(ends, head, day.took[node[tail], node[head]], (begin, latest), empty)
        opening = [number.get((request, 1 << request), -1) for request in range(1, day.n + 1)]
        found = cls(node, empty, begin, latest, tail, head, np.array(opening, dtype=np.int64))
        return found.take(np.flatnonzero(begin <= latest + SLACK))

    def take(self, chosen: Ints) -> "_Arcs":
        """Return the events chosen in that order, and the arcs between them."""
        number = np.full(len(self.node) + 1, -1)  # the last for an opening that there is not
        number[chosen] = np.arange(len(chosen))
        tail, head = number[self.tail], number[self.head]
        kept = np.flatnonzero((tail >= 0) & (head >= 0))
        kept = kept[np.argsort(tail[kept], kind="stable")]
        parts = self.node[chosen], self.empty[chosen], self.soonest[chosen], self.latest[chosen]
        return _Arcs(*parts, tail[kept], head[kept], number[self.opening])

    def in_order(self, at_once: NDArray[np.bool_]) -> "_Arcs":
        """Return the same with arcs ``at_once`` leading to events with higher numbers only."""
        tail, head = self.tail[at_once], self.head[at_once]
        level = np.zeros(len(self.node), dtype=np.int64)
        for _ in range(_LONGEST_HALT):
            higher = level.copy()
            np.maximum.at(higher, head, level[tail] + 1)
            if (higher == level).all():
                return self.take(np.argsort(level, kind="stable"))
            level = higher
        raise IntractableError("visits that take no time")


def _arranged(day: Day, arcs: _Arcs, zero: float, width: float) -> tuple[Events, Places]:
    """Return events and arcs as arrays, with their buckets."""
    if not width:
        raise IntractableError("a day that takes no time")
    arcs = arcs.in_order(day.took[arcs.node[arcs.tail], arcs.node[arcs.head]] < width * (1 - _TINY))
    node, tail, head = arcs.node, arcs.tail, arcs.head
    low, high = _bucket(arcs.soonest, zero, width), _bucket(arcs.latest + SLACK, zero, width)
    cell = np.concatenate([[0], np.cumsum(high - low + 1)])
    if cell[-1] > _MOST_CELLS:
        raise IntractableError("too many events with too wide windows")
    active, active_from = _by_bucket(low, high)
    back = day.latest[day.end] - day.took[node, day.end]
    events = Events(
        node=node,
        empty=arcs.empty,
        low=low,
        high=high,
        cell=cell,
        arcs=np.searchsorted(tail, np.arange(len(node) + 1)),
        head=head,
        leg=day.distance[node[tail], node[head]],
        shift=np.floor(day.took[node[tail], node[head]] / width + _TINY).astype(np.int64),
        opening=arcs.opening,
        home=np.where(arcs.empty, day.distance[node, day.end], np.inf),
        home_by=_bucket(back + SLACK, zero, width),
        active=active,
        active_from=active_from,
    )
    return events, _places(day, zero, width)


def _places(day: Day, zero: float, width: float) -> Places:
    """Return what the loops ask of the day's places, with its buckets."""
    return Places(
        n=day.n,
        took=day.took,
        earliest=day.earliest,
        latest=day.latest,
        longest=day.longest,
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

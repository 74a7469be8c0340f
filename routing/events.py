"""The event graph of a static day: every visit with every possible company aboard (Gaul, Klamroth & Stiglmayr 2022).

An event is a visit and who is aboard after it; arcs lead to the visits that may follow. Windows and longest rides
leave few of them: a thousand where there are millions of fragments. On it routes are relaxed (a rider may come again
once set down, rides are only as short as windows make them), so the cheapest path at given prices is a lower bound.
An elementary graph remembers who was set down as long as it matters: more events, and nobody twice.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from routing.clock import Clock
from routing.fragments import Floats, Fragments, IntractableError, Ints, Words, bits, undominated
from routing.kernels.events import (
    Events,
    Numbers,
    by_span,
    costs_before,
    costs_onward,
    latest_starts,
    lower_latest_starts,
)
from routing.kernels.grow import Places, grow
from routing.kernels.moments import SLACK, buckets_at
from routing.kernels.reach import Rules, reach
from routing.kernels.tours import Day

_MOST_ARCS, _ARCS_S = 16_000_000, 1_000_000  # between events; met in one second, fewer than on a slow machine
_BUCKETS, _COARSEST, _FINEST = 2_400, 240, 28_800  # over the day
_MOST_CELLS, _MOST_TRIES = 20_000_000, 60_000_000  # tries: cells of all arcs, each looked at once for given prices
_TINY = 1e-9
_LONGEST_HALT = 1_000  # visits in a row that take no time
_MOST_PASSES = 50  # over latest starts: twice what days take where a round trip takes its time


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
        clock.check()
        arcs = _Arcs.of(day, most, clock, is_elementary=is_elementary)
        horizon = float(day.latest[day.end] - day.earliest[day.start])
        if not horizon:
            raise IntractableError("a day that takes no time")
        spans = (arcs.latest - arcs.soonest) / horizon
        per_cell, per_try = float(spans.sum()) + _TINY, float(spans[arcs.tail].sum()) + _TINY
        usual = cells / per_cell if cells else _BUCKETS
        finest = min(max(usual, _COARSEST), _FINEST, _MOST_CELLS / per_cell, _MOST_TRIES / per_try)
        if finest < _COARSEST:
            raise IntractableError("too many events with too wide windows")
        self.day = day
        self.events, self.places = _arranged(day, arcs, horizon / finest, clock)

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
        """Return what visiting each node earns."""
        earned = np.zeros(2 * self.day.n + 1)
        earned[1 : self.day.n + 1] = requests
        return earned


def _rules(day: Day, *, is_elementary: bool) -> Rules:
    """Return what allows an event."""
    return Rules(
        n=day.n,
        took=day.took,
        earliest=day.earliest,
        latest=day.latest + SLACK,
        longest=day.longest + SLACK,
        load=day.load,
        capacity=day.capacity + SLACK,
        together=_together(day),
        is_elementary=is_elementary,
    )


def _together(day: Day) -> Words:
    """Return whose pick-ups can be made during the ride of each rider, as bits; the first row is nobody's."""
    ups, words = np.arange(1, day.n + 1), (day.n + 63) // 64
    offs, reached = ups + day.n, day.took[ups][:, ups]
    onward = day.took[ups][:, offs].T
    end = np.maximum(day.earliest[ups], day.earliest[ups][:, None] + reached) + onward
    fits: NDArray[np.bool_] = reached + onward <= day.longest[offs][:, None] + SLACK
    fits &= end <= day.latest[offs][:, None] + SLACK
    rows = [np.bitwise_or.reduce(bits(ups[row], words), axis=0) for row in fits]
    return np.array([np.zeros(words, np.uint64), *rows])


@dataclass(frozen=True)
class _Arcs:
    """Events in the order of their soonest starts, and the arcs between them, those of an event together."""

    node: Numbers
    empty: NDArray[np.bool_]
    soonest: Floats
    latest: Floats
    tail: Numbers
    head: Numbers
    opening: Numbers  # by request

    @classmethod
    def of(cls, day: Day, most: int, clock: Clock, *, is_elementary: bool) -> "_Arcs":
        """Return all events with a way to them and a way on.

        Raise IntractableError if there are more than ``most`` events, or more arcs between them than the time allows.
        """
        most_arcs = min(_MOST_ARCS, int(clock.left_s() * _ARCS_S))
        is_whole, reached = reach(_rules(day, is_elementary=is_elementary), most, most_arcs)
        if not is_whole:
            raise IntractableError(f"more than {most} events, or {most_arcs} arcs")
        count, _, arcs = reached.counts.tolist()
        order, ends = reached.order[:count], reached.arcs[: count + 1]
        number = np.full(count + 1, -1, np.int32)  # the last for an opening that there is not
        number[order] = np.arange(count, dtype=np.int32)
        node, soonest, head = reached.node[order], reached.soonest[order], number[reached.head[:arcs]]
        aboard = reached.company[order, : reached.company.shape[1] // 2]
        empty = np.logical_not(aboard.any(axis=1), dtype=np.bool_)
        tail = np.repeat(np.arange(count, dtype=np.int32), np.diff(ends))
        found = cls(node, empty, soonest, day.latest[node], tail, head, number[reached.opening])
        return found.with_ways_on(ends, day.took, clock)

    def with_ways_on(self, ends: Ints, took: Floats, clock: Clock) -> "_Arcs":
        """Return the events with a way on, until when there is one; the arcs of event ``e`` go from ``ends[e]`` on.

        A few passes settle most days. Where round trips take next to nothing, each pass would lower the latest starts
        by one of them only.
        """
        latest = self.latest.copy()
        for _ in range(_MOST_PASSES):
            clock.check()
            if not lower_latest_starts((ends, self.head), self.node, took, (self.soonest, latest), self.empty):
                break
        else:
            latest = self._latest(latest, took)
        return replace(self, latest=latest).take(np.flatnonzero(self.soonest <= latest + SLACK))

    def _latest(self, limit: Floats, took: Floats) -> Floats:
        """Return until when each event has a way on, and not later than ``limit``."""
        order = np.argsort(self.head, kind="stable")
        begins = np.searchsorted(self.head[order], np.arange(len(self.node) + 1, dtype=np.int32))
        return latest_starts((begins, self.tail[order]), self.node, took, (self.soonest, limit), self.empty)

    def take(self, chosen: Ints) -> "_Arcs":
        """Return the events chosen in that order, and the arcs between them."""
        number = np.full(len(self.node) + 1, -1, np.int32)  # the last for an opening that there is not
        number[chosen] = np.arange(len(chosen), dtype=np.int32)
        tail, head = number[self.tail], number[self.head]
        kept = (tail >= 0) & (head >= 0)
        tail, head = tail[kept], head[kept]
        if not (tail[:-1] <= tail[1:]).all():
            order = np.argsort(tail, kind="stable")
            tail, head = tail[order], head[order]
        parts = self.node[chosen], self.empty[chosen], self.soonest[chosen], self.latest[chosen]
        return _Arcs(*parts, tail, head, number[self.opening])

    def in_order(self, at_once: NDArray[np.bool_], clock: Clock) -> "_Arcs":
        """Return the same with arcs ``at_once`` leading to events with higher numbers only."""
        tail, head = self.tail[at_once], self.head[at_once]
        level = np.zeros(len(self.node), dtype=np.int64)
        for _ in range(_LONGEST_HALT):
            clock.check()
            higher = level.copy()
            np.maximum.at(higher, head, level[tail] + 1)
            if (higher == level).all():
                return self.take(np.argsort(level, kind="stable"))
            level = higher
        raise IntractableError("visits that take no time")


def _arranged(day: Day, arcs: _Arcs, width: float, clock: Clock) -> tuple[Events, Places]:
    """Return events and arcs as arrays, with their buckets."""
    zero = float(day.earliest[day.start])
    arcs = arcs.in_order(day.took[arcs.node[arcs.tail], arcs.node[arcs.head]] < width * (1 - _TINY), clock)
    node, head = arcs.node, arcs.head
    low, high = buckets_at(arcs.soonest, zero, width), buckets_at(arcs.latest + SLACK, zero, width)
    cell = np.concatenate([[0], np.cumsum(high - low + 1)])
    shift = buckets_at(day.took[node[arcs.tail], node[head]], 0.0, width).astype(np.int32)
    span = max(1, int(shift.min())) if len(shift) else 1
    active, active_from = by_span(low, high, span)
    back = day.latest[day.end] - day.took[node, day.end]
    events = Events(
        node=node,
        empty=arcs.empty,
        low=low,
        high=high,
        cell=cell,
        distance=day.distance,
        arcs=np.searchsorted(arcs.tail, np.arange(len(node) + 1, dtype=np.int32)),
        head=head,
        target=node[head].astype(np.int16),
        there=(cell[:-1] - low)[head].astype(np.int32) + shift,
        waits=low[head].astype(np.int32) - shift,
        until=high[head].astype(np.int32) - shift,
        opening=arcs.opening,
        home=np.where(arcs.empty, day.distance[node, day.end], np.inf),
        home_by=buckets_at(back + SLACK, zero, width),
        span=span,
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

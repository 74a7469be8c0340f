"""Fragments as a network in time, and what no route through a fragment can undercut at given prices.

Time stands in buckets, rounded down, and who was served is forgotten but for the rider set down last (shortest
paths without 2-cycles: Houck et al. 1980). A shortest path forward and one backward then bound the reduced cost of
every route through a fragment from below: Lagrangian bound, and the elimination of fragments (Rist & Forbes 2021).
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from routing.fragments import SLACK, Floats, Fragments, IntractableError, Ints, Tables, Words

_BUCKETS = 480  # over the day, at least
_TINY = 1e-9
_ONE_AND_A_HALF = 1.5  # between one and two served


@dataclass(frozen=True)
class Cuts:
    """Subset-row cuts: three requests in each row, and what serving two of them costs (0 or more)."""

    members: Ints
    prices: Floats

    @classmethod
    def none(cls) -> "Cuts":
        """Return no cuts."""
        return cls(np.zeros((0, 3), dtype=np.int64), np.zeros(0))

    def binding(self) -> "Cuts":
        """Return the cuts that cost something."""
        costly = self.prices > _TINY
        return Cuts(self.members[costly], self.prices[costly])

    def counts(self, served: Words) -> Floats:
        """Return how many of each cut's requests (column) each row serves."""
        requests = np.unpackbits(np.ascontiguousarray(served).view(np.uint8), axis=1, bitorder="little")
        holds = np.zeros((requests.shape[1], len(self.members)), dtype=np.float32)
        holds[self.members.T - 1, np.arange(len(self.members))] = 1
        return (requests.astype(np.float32) @ holds).astype(float)

    def charges(self, served: Words) -> Floats:
        """Return what the cuts add to the reduced cost of each row."""
        charges: Floats = (self.counts(served) > _ONE_AND_A_HALF) @ self.prices
        return charges


@dataclass(frozen=True)
class Prices:
    """What serving each request earns, what a vehicle costs on top, and the prices of cuts."""

    requests: Floats
    vehicle: float
    cuts: Cuts


@dataclass(frozen=True)
class Bounds:
    """Least reduced costs of what no true route undercuts, by bucket.

    ``onward[d, b]`` from leaving drop-off ``d`` to the end, ``from_pickup[p, b]`` from arriving at pick-up ``p``
    to the end, ``through[f]`` of a whole route with fragment ``f``, ``least`` of any route.
    """

    onward: Floats
    from_pickup: Floats
    through: Floats
    least: float


class _TwoBest(NamedTuple):
    """By pick-up and bucket: the least reduced cost, the next by another, and whose the least is."""

    least: Floats
    second: Floats
    by: Ints


class Network:
    """Fragments and the ways between them, with time in buckets."""

    def __init__(self, tables: Tables, fragments: Fragments) -> None:
        order = np.lexsort((fragments.latest_start, fragments.first))
        self.tables, self.fragments = tables, fragments.take(order)
        part = self.fragments
        self.busy = float((part.duration + tables.service[part.last]).min(initial=np.inf))
        horizon = tables.latest[tables.end] - tables.earliest[0]
        self.width = min(horizon / _BUCKETS, self.busy)
        if not self.width > horizon / (30 * _BUCKETS):
            raise IntractableError("fragments that take no time")
        self.zero, self.never = tables.earliest[0], 2 * tables.latest[tables.end] + 1
        self.buckets = int(horizon / self.width) + 2
        self.riders = riders_of(part.served, tables.n)
        self.serves = np.column_stack([self.riders.toarray() > 0, np.zeros(len(part), dtype=bool)])
        self.begins = np.searchsorted(part.first, np.arange(tables.n + 2))
        self._shift()
        self._entries()

    def bucket(self, moment: Floats) -> Ints:
        """Return the bucket of each moment, rounded down."""
        found: Ints = np.floor((moment - self.zero) / self.width + _TINY).astype(np.int64)
        return found

    def reduced(self, prices: Prices) -> Floats:
        """Return each fragment's cost less what its riders earn."""
        earned: Floats = self.riders @ prices.requests
        return self.fragments.cost - earned

    def keep(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> "Network":
        """Return the network of the fragments chosen."""
        return Network(self.tables, self.fragments.take(chosen))

    def _shift(self) -> None:
        """Prepare the legs between fragments: pick-ups as rows or columns 0 to n-1, drop-offs likewise."""
        tables, n = self.tables, self.tables.n
        self.legs = tables.distance[n + 1 : 2 * n + 1, 1 : n + 1].copy()
        self.shifts = np.floor(self.legs / self.width + _TINY).astype(np.int64)
        np.fill_diagonal(self.legs, np.inf)  # nobody rides twice
        self.home = tables.distance[n + 1 : 2 * n + 1, tables.end]
        self.out = tables.distance[0, 1 : n + 1]
        soonest = np.maximum(tables.earliest[1 : n + 1], tables.earliest[0] + tables.service[0] + self.out)
        self.open = np.maximum(0, self.bucket(soonest))

    def _entries(self) -> None:
        """Prepare one entry for each fragment and bucket in which it may begin, the last buckets first."""
        part, tables = self.fragments, self.tables
        low = self.open[part.first - 1]
        high = np.minimum(self.bucket(part.latest_start + SLACK), self.buckets - 1)
        counts = np.maximum(0, high - low + 1)
        which = np.repeat(np.arange(len(part)), counts)
        begun = low[which] + np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
        order = np.argsort(begun, kind="stable")
        self.entry, self.begun = which[order], begun[order]
        start = np.maximum(self.zero + self.begun * self.width, tables.earliest[part.first[self.entry]])
        end = np.maximum(part.soonest_end[self.entry], start + part.duration[self.entry])
        leave = np.minimum(self.bucket(end + tables.service[part.last[self.entry]]), self.buckets - 1)
        self.target = (part.last[self.entry] - tables.n - 1) * self.buckets + leave
        self.pickup = part.first[self.entry] - 1
        edges = np.flatnonzero(np.diff(self.begun * (tables.n + 1) + self.pickup, prepend=-1))
        self.groups, self.group_pickup = edges, self.pickup[edges]
        steps = np.arange(self.buckets + 1)
        self.entry_from = np.searchsorted(self.begun, steps)
        self.group_from = np.searchsorted(self.begun[edges], steps) if len(edges) else np.zeros(len(steps), np.int64)

    def bounds(self, prices: Prices, *, through: bool = True) -> Bounds:
        """Return what no true route undercuts at these prices; subset-row cuts would only add to it."""
        rc = self.reduced(prices)[self.entry]
        onward, from_pickup = self._backward(rc)
        least = float((self.out + from_pickup[np.arange(self.tables.n), self.open]).min()) - prices.vehicle
        if not through:
            return Bounds(onward, from_pickup, np.zeros(0), least)
        before = self._before(self._forward(rc), slice(None))
        values = before + rc + onward.ravel()[self.target] - prices.vehicle
        best = np.full(len(self.fragments), np.inf)
        np.minimum.at(best, self.entry, values)
        return Bounds(onward, from_pickup, best, least)

    def _backward(self, rc: Floats) -> tuple[Floats, Floats]:
        """Return the least reduced cost from leaving a drop-off, and from arriving at a pick-up, by bucket.

        A fragment that serves the rider just set down does not count (2-cycles, Houck et al. 1980): the
        second best fragment stands in for it.
        """
        n, buckets = self.tables.n, self.buckets
        onward = np.full((n, buckets), np.inf)
        best = _TwoBest(np.full((n, 2 * buckets), np.inf), np.full((n, 2 * buckets), np.inf), self._nobody(2))
        back = np.floor((self.tables.latest[self.tables.end] - self.zero - self.home) / self.width + _TINY)
        columns, riders = np.arange(n)[None, :], np.arange(n)[:, None]
        flat = onward.reshape(-1)
        for step in range(buckets - 1, -1, -1):
            for table in best:
                table[:, step] = table[:, step + 1]
            first, last = self.entry_from[step], self.entry_from[step + 1]
            if last > first:
                self._take_up(best, step, rc[first:last] + flat[self.target[first:last]])
            at = np.maximum(step + self.shifts, self.open[None, :])
            repeats = self.serves[best.by[columns, at], riders]
            ahead = np.where(repeats, best.second[columns, at], best.least[columns, at])
            onward[:, step] = np.minimum((self.legs + ahead).min(axis=1), np.where(step <= back, self.home, np.inf))
        return onward, best.least[:, :buckets]

    def _nobody(self, days: int) -> Ints:
        return np.zeros((self.tables.n, days * self.buckets), dtype=np.int64)

    def _take_up(self, best: _TwoBest, step: int, values: Floats) -> None:
        """Take up what the fragments begun in bucket ``step`` offer."""
        groups = slice(self.group_from[step], self.group_from[step + 1])
        first, pickups = self.entry_from[step], self.group_pickup[groups]
        edges = self.groups[groups] - first
        sizes = np.diff(np.append(edges, len(values)))
        top = np.minimum.reduceat(values, edges)
        ranks = np.where(values <= np.repeat(top, sizes), np.arange(len(values)), len(values))
        place = np.minimum.reduceat(ranks, edges)
        which = self.entry[first + place]
        values[place] = np.inf
        runner_up = np.minimum.reduceat(values, edges)
        old, old_second, old_by = (table[pickups, step] for table in best)
        better, same = top < old, which == old_by
        best.least[pickups, step] = np.where(better, top, old)
        best.by[pickups, step] = np.where(better, which, old_by)
        third = np.where(same, np.inf, np.where(better, old, top))
        best.second[pickups, step] = np.minimum(np.minimum(old_second, runner_up), third)

    def _forward(self, rc: Floats) -> _TwoBest:
        """Return the least reduced cost of arriving at each pick-up by the end of each bucket, and from whom."""
        n, buckets = self.tables.n, self.buckets
        left = np.full((n, buckets), np.inf)
        best = _TwoBest(np.full((n, buckets), np.inf), np.full((n, buckets), np.inf), self._nobody(1))
        rows, columns = np.arange(n)[:, None], np.arange(n)
        for step in range(buckets):
            if step:
                left[:, step] = np.minimum(left[:, step], left[:, step - 1])
            at = step - self.shifts
            legs = np.where(at >= 0, left[rows, np.maximum(at, 0)] + self.legs, np.inf)
            out = np.where(step >= self.open, self.out, np.inf)
            origin = legs.argmin(axis=0)
            top = legs[origin, columns]
            legs[origin, columns] = np.inf
            best.by[:, step] = np.where(top < out, origin, n)
            best.least[:, step] = np.minimum(top, out)
            best.second[:, step] = np.where(top < out, np.minimum(legs.min(axis=0), out), top)
            first, last = self.entry_from[step], self.entry_from[step + 1]
            if last > first:
                span = slice(first, last)
                np.minimum.at(left.reshape(-1), self.target[span], self._before(best, span) + rc[span])
        return best

    def _before(self, best: _TwoBest, span: slice) -> Floats:
        """Return the least reduced cost before each entry, not coming from a rider it serves."""
        pickup, begun = self.pickup[span], self.begun[span]
        repeats = self.serves[self.entry[span], best.by[pickup, begun]]
        before: Floats = np.where(repeats, best.second[pickup, begun], best.least[pickup, begun])
        return before


def riders_of(served: Words, n: int) -> csr_array:
    """Return who (column) is served by each row as a sparse table of ones."""
    shifts = np.arange(64, dtype=np.uint64)
    parts = [np.nonzero((served[:, word, None] >> shifts) & np.uint64(1)) for word in range(served.shape[1])]
    rows = np.concatenate([rows for rows, _ in parts])
    columns = np.concatenate([64 * word + bit for word, (_, bit) in enumerate(parts)])
    return csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(served), n))

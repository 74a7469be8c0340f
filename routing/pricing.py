"""Which chains of fragments are worth a look at given prices: the pricing of column generation, and enumeration.

Labels (last node, time, reduced cost, who was served) grow fragment by fragment in the order of time. They are
cut off by the bounds of `network`, by equals, and, when only the cheapest are wanted, by dominance over what can still
be reached (Feillet et al. 2004), with subset-row cuts as Jepsen et al. (2008) account for them.
"""

from collections import defaultdict
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from routing.clock import Clock
from routing.fragments import SLACK, Floats, Ints, Words, best_of_kind
from routing.network import Bounds, Network, Prices, riders_of

_TINY = 1e-9


@dataclass(frozen=True)
class Chains:
    """Routes as chains: reduced cost, cost, who is served, and in `trace` the fragments. ``complete``: none missing."""

    reduced: Floats
    cost: Floats
    served: Words
    complete: bool
    ends: Ints
    origin: Ints
    fragment: Ints

    def __len__(self) -> int:
        return len(self.cost)

    def trace(self, index: int) -> list[int]:
        """Return the fragments of one chain in order."""
        chain = []
        label = int(self.ends[index])
        while label >= 0:
            chain.append(int(self.fragment[label]))
            label = int(self.origin[label])
        return chain[::-1]


@dataclass(frozen=True)
class _Labels:
    """Partial chains: last node, when they leave it, reduced cost (cuts apart and together), who is served."""

    last: Ints
    leave: Floats
    plain: Floats
    reduced: Floats
    served: Words
    origin: Ints
    fragment: Ints

    def take(self, chosen: NDArray[np.bool_] | Ints | slice) -> "_Labels":
        return _Labels(*(getattr(self, field.name)[chosen] for field in fields(self)))

    @classmethod
    def joined(cls, parts: "list[_Labels]") -> "_Labels":
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))


@dataclass(frozen=True)
class Search:
    """How far to look: labels kept at a time and in all; ``whole``: not only what the cheapest chains need."""

    beam: int
    most: int
    whole: bool


class Pricing:
    """One search for chains at given prices whose reduced cost is under ``below``."""

    def __init__(self, network: Network, prices: Prices, bounds: Bounds, *, below: float, search: Search) -> None:
        self.network, self.prices, self.bounds = network, prices, bounds
        self.below, self.search = below, search
        self.cuts = prices.cuts.binding()
        self.rc = network.reduced(prices)
        part = network.fragments
        self.latest = part.latest_start + SLACK
        soonest = part.soonest_end + network.tables.service[part.last]
        self.at_best = self.rc + self._onward(part.last, soonest)
        self.kept: list[_Labels] = []
        self.waiting: defaultdict[int, list[_Labels]] = defaultdict(list)
        self.count = 0
        self.complete = True

    def run(self, clock: Clock) -> Chains:
        """Return the chains found."""
        opening = self._opening()
        self.kept.append(opening.take(slice(0)))
        self._put(opening)
        while self.waiting:
            clock.check()
            due = self.waiting.pop(min(self.waiting))  # none of them follows another
            batch = self._undominated(_Labels.joined(due))
            if len(batch.last) > self.search.beam:
                promise = batch.reduced + self._onward(batch.last, batch.leave)
                batch = batch.take(np.sort(np.argpartition(promise, self.search.beam)[: self.search.beam]))
                self.complete = False
            first = self.count
            self.kept.append(batch)
            self.count += len(batch.last)
            if self.count > self.search.most:
                self.complete = False
                break
            self._put(self._extended(batch, first))
        return self._chains(_Labels.joined(self.kept))

    def _put(self, labels: _Labels) -> None:
        """Have the labels wait for their turn: a span of time in which no fragment begins and ends."""
        turns = np.floor((labels.leave - self.network.zero) / self.network.busy).astype(np.int64)
        order = np.argsort(turns, kind="stable")
        edges = np.flatnonzero(np.diff(turns[order])) + 1
        for part in np.split(order, edges):
            if len(part):
                self.waiting[int(turns[part[0]])].append(labels.take(part))

    def _opening(self) -> _Labels:
        """Return the labels of one fragment, straight from the depot."""
        network, part = self.network, self.network.fragments
        arrival = network.zero + network.tables.service[0] + network.out[part.first - 1]
        which = np.arange(len(part))
        cost = network.out[part.first - 1] - self.prices.vehicle
        nobody = np.zeros((len(which), part.served.shape[1]), dtype=np.uint64)
        return self._begun(which, arrival, cost, nobody, np.full(len(which), -1))

    def _begun(self, which: Ints, arrival: Floats, cost: Floats, served: Words, origin: Ints) -> _Labels:
        """Return the labels behind fragments begun at an arrival, those that may become worth it."""
        network, part = self.network, self.network.fragments
        tables = network.tables
        fits = arrival <= part.latest_start[which] + SLACK
        fits &= ~(served & part.served[which]).any(axis=1)
        which, arrival, cost, served, origin = which[fits], arrival[fits], cost[fits], served[fits], origin[fits]
        start = np.maximum(arrival, tables.earliest[part.first[which]])
        last = part.last[which]
        leave = np.maximum(part.soonest_end[which], start + part.duration[which]) + tables.service[last]
        plain = cost + self.rc[which]
        good = plain + self._onward(last, leave) < self.below
        served = served[good] | part.served[which[good]]
        plain, last, leave = plain[good], last[good], leave[good]
        reduced = plain + self.cuts.charges(served)
        labels = _Labels(last, leave, plain, reduced, served, origin[good], which[good])
        if len(self.cuts.prices):
            labels = labels.take(reduced + self._onward(last, leave) < self.below)
        return labels

    def _onward(self, last: Ints, leave: Floats) -> Floats:
        network = self.network
        bucket = np.minimum(network.bucket(leave), network.buckets - 1)
        return self.bounds.onward[last - network.tables.n - 1, bucket]

    def _extended(self, batch: _Labels, first: int) -> _Labels:
        """Return the batch with every fragment behind it that may become worth it."""
        network, n = self.network, self.network.tables.n
        begins = network.begins
        arrival = np.minimum(batch.leave[:, None] + network.legs[batch.last - n - 1], network.never)
        bucket = np.clip(network.bucket(arrival), network.open, network.buckets - 1)
        cost = batch.reduced[:, None] + network.legs[batch.last - n - 1]
        fits = cost + self.bounds.from_pickup[np.arange(n), bucket] < self.below
        rows, pickups = np.nonzero(fits)
        index = pickups.astype(np.uint64)
        taken = (batch.served[rows, pickups // 64] >> (index % np.uint64(64))) & np.uint64(1)
        rows, pickups = rows[taken == 0], pickups[taken == 0]
        counts = begins[pickups + 2] - begins[pickups + 1]
        pair = np.repeat(np.arange(len(rows)), counts)
        which = begins[pickups + 1][pair] + np.arange(len(pair)) - np.repeat(np.cumsum(counts) - counts, counts)
        reached, spent = arrival[rows, pickups], cost[rows, pickups]
        hope = (spent[pair] + self.at_best[which] < self.below) & (reached[pair] <= self.latest[which])
        pair, which = pair[hope], which[hope]
        row, pickup = rows[pair], pickups[pair]
        # the reduced cost of cuts is taken anew from who is served
        plain = batch.plain[row] + network.legs[batch.last[row] - n - 1, pickup]
        return self._begun(which, reached[pair], plain, batch.served[row], first + row)

    def _undominated(self, labels: _Labels) -> _Labels:
        """Return the labels not beaten by one with the same last node."""
        keys = np.column_stack([labels.last, labels.served.view(np.int64)])
        labels = labels.take(best_of_kind(keys, np.column_stack([labels.plain, labels.leave]), looked_back=12))
        if self.search.whole:
            return labels
        return labels.take(self._unbeaten(labels))

    def _unbeaten(self, labels: _Labels, *, looked_back: int = 40) -> NDArray[np.bool_]:
        """Return which labels no cheaper, earlier one beats that has less behind it of what can be reached."""
        order = np.lexsort((labels.reduced, labels.last))
        last, leave, reduced = labels.last[order], labels.leave[order], labels.reduced[order]
        served = labels.served[order]
        used = served & self._reachable(last, leave)
        cuts = self.cuts
        odd = cuts.counts(served) == 1 if len(cuts.prices) else None
        alive = np.ones(len(order), dtype=bool)
        for back in range(1, looked_back + 1):
            if len(order) <= back:
                break
            pair = np.flatnonzero((last[back:] == last[:-back]) & (leave[:-back] <= leave[back:] + _TINY))
            if not len(pair):
                continue
            pair = pair[~(used[pair] & ~served[pair + back]).any(axis=1)]
            if odd is not None and len(pair):
                extra = (odd[pair] & ~odd[pair + back]) @ cuts.prices
                pair = pair[reduced[pair] + extra <= reduced[pair + back] + _TINY]
            alive[pair + back] = False
        found = np.zeros(len(order), dtype=bool)
        found[order] = alive
        return found

    def _reachable(self, last: Ints, leave: Floats) -> Words:
        """Return whose pick-up can still be reached."""
        network, n = self.network, self.network.tables.n
        latest = network.tables.latest[1 : n + 1] + SLACK
        reach = leave[:, None] + network.legs[last - n - 1] <= latest
        words = np.zeros((len(last), 64 * ((n + 63) // 64)), dtype=np.uint8)
        words[:, :n] = reach
        return np.packbits(words, axis=1, bitorder="little").view(np.uint64)

    def _chains(self, labels: _Labels) -> Chains:
        """Return the labels that are routes worth it, the cheapest order of each set of riders."""
        network, tables = self.network, self.network.tables
        home = network.home[labels.last - tables.n - 1]
        reduced = labels.reduced + home
        done = (labels.leave + home <= tables.latest[tables.end] + SLACK) & (reduced < self.below)
        which = np.flatnonzero(done)
        values = np.column_stack([reduced[which]])
        which = which[best_of_kind(labels.served[which].view(np.int64), values, looked_back=1)]
        earned = riders_of(labels.served[which], tables.n) @ self.prices.requests
        cost = labels.plain[which] + home[which] + earned + self.prices.vehicle
        return Chains(reduced[which], cost, labels.served[which], self.complete, which, labels.origin, labels.fragment)

"""The least cost of a static day, proven: column generation over fragments, cuts, enumeration, a final choice.

The relaxation over all routes gives a bound and prices. At those prices no better day holds a fragment, or a route,
whose reduced cost exceeds what is left to gain (Rist & Forbes 2021; Baldacci et al. 2008): what remains is
enumerated, a wider gap at a time, and chosen from whole. Whatever stops the search, the bound reached stands.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from routing.clock import Clock, OutOfTimeError
from routing.fragments import Fragments, IntractableError, Tables, all_fragments
from routing.instances import Instance
from routing.master import Master, Relaxed, choose, served_table
from routing.network import Bounds, Network, Prices
from routing.pricing import Chains, Pricing, Search
from routing.relaxation import assignment_bound
from routing.routes import Route, Routes

_MOST_PARTIAL = 400_000
_MOST_ROUTES = 15_000  # for a whole-number search
_MOST_AT_LAST = 40_000  # when there are no cuts left
_MOST_TRIED = 12_000  # when there are more
_COLUMNS_ADDED = 300
_PRICED = 1_500  # fragments priced first
_SMOOTHING = 0.6  # of prices (Pessoa et al. 2018)
_GREEDY, _WIDE = Search(30, 100_000, whole=True), Search(300, 100_000, whole=True)
_EXACT = Search(1_000_000, 1_000_000, whole=False)
_SOME, _ALL = Search(1_000_000, 120_000, whole=True), Search(1_000_000, 800_000, whole=True)
_MARGIN = 1e-6
_ROUNDED = 2_500  # routes among which to look for a better day
_ROUNDING_S = 4.0
_STALLED = 0.05  # of the gap: cuts that gain less are not enough
_FIRST_GAP = 0.001  # of the cost


@dataclass(frozen=True)
class Proof:
    """The best day known, and a lower bound on the cost of every day. ``routes`` is None if none was found."""

    bound: float
    cost: float
    routes: tuple[Route, ...] | None

    @property
    def proven(self) -> bool:
        """Tell whether no day costs less."""
        return self.routes is not None and self.cost <= self.bound + _MARGIN


def prove(
    instance: Instance, routes: Routes, pool: Iterable[Route], best: tuple[Route, ...] | None, clock: Clock
) -> Proof:
    """Return the best day and bound that the time allows, from the routes of ``pool`` and ``best`` to start with."""
    prover = _Prover(instance, routes, best)
    with suppress(OutOfTimeError, IntractableError, ArithmeticError):  # the bound reached stands
        prover.run(pool, clock)
    return Proof(min(prover.bound, prover.cost), prover.cost, prover.best)


class _Prover:
    """One proof: what is known so far."""

    def __init__(self, instance: Instance, routes: Routes, best: tuple[Route, ...] | None) -> None:
        self.tables, self.routes, self.best = Tables.of(instance), routes, best
        self.cost = sum(map(routes.length, best)) if best is not None else np.inf
        self.bound = assignment_bound(self.tables)
        self.master = Master(self.tables.n, self.tables.vehicles, left_out=_left_out(self.tables))

    def run(self, pool: Iterable[Route], clock: Clock) -> None:
        """Raise the bound and lower the cost until they meet or the time is up."""
        self.network = Network(self.tables, all_fragments(self.tables, clock, most=_MOST_PARTIAL))
        if not self.network.serves[:, :-1].any(axis=0).all():
            return  # somebody cannot be served at all
        for route in pool:
            self.master.add(route, self.routes.length(route))
        before, stalled = 0.0, 0
        while True:
            relaxed = self._generate(clock)
            self._round(relaxed, clock)
            if self._closed() or self._enumerate(relaxed, clock, _SOME, most=_MOST_ROUTES):
                return
            added = self.master.cut(relaxed)
            stalled = stalled + 1 if relaxed.value - before < _STALLED * (self.cost - relaxed.value) else 0
            if not added or stalled > 1:
                if self._enumerate(relaxed, clock, _ALL, most=_MOST_AT_LAST) or not added:
                    return
                stalled = 0
            before = relaxed.value

    def _closed(self) -> bool:
        return self.cost <= self.bound + _MARGIN

    # -- column generation

    def _generate(self, clock: Clock) -> Relaxed:
        """Solve the relaxation over all routes; keep the fragments that a better day may hold."""
        smooth: Prices | None = None
        part, turn, level = self.network, 0, 0
        while True:
            clock.check()
            relaxed = self.master.relax()
            smooth = relaxed.prices if level or smooth is None else _between(smooth, relaxed.prices)
            if turn % 5 == 0:
                part = self._narrowed(smooth)
            turn += 1
            exact = level == 2  # noqa: PLR2004 -- the last of three
            network = self.network if exact else part
            bounds = network.bounds(smooth, through=exact)
            below = -_MARGIN if level else min(-_MARGIN, 0.4 * bounds.least)
            chains = Pricing(network, smooth, bounds, below=below, search=(_GREEDY, _WIDE, _EXACT)[level]).run(clock)
            if exact:
                part = self._promising(bounds)
                least = float(chains.reduced.min(initial=0.0)) if chains.complete else bounds.least
                self._raise_bound(smooth, least)
                if least >= -_MARGIN or relaxed.value <= self.bound + _MARGIN:
                    self._eliminate(smooth, bounds, least)
                    return relaxed
            added = self._add(network, chains, relaxed.prices)
            level = 1 if exact and added else level if added else min(level + 1, 2)

    def _raise_bound(self, prices: Prices, least: float) -> None:
        """Take up the Lagrangian bound of ``prices`` when no route has a reduced cost under ``least``."""
        self.bound = max(self.bound, _dual(prices, self.tables.vehicles) + self.tables.vehicles * min(0.0, least))

    def _narrowed(self, prices: Prices) -> Network:
        """Drop fragments; return the network of the most promising ones."""
        bounds = self.network.bounds(prices)
        self._raise_bound(prices, bounds.least)
        promising = self._promising(bounds)
        self._eliminate(prices, bounds, bounds.least)
        return promising

    def _promising(self, bounds: Bounds) -> Network:
        """Return the network of the fragments whose routes may cost least at the prices of ``bounds``."""
        order = np.argsort(bounds.through, kind="stable")
        return self.network.keep(np.sort(order[:_PRICED]))

    def _eliminate(self, prices: Prices, bounds: Bounds, least: float) -> None:
        """Drop the fragments that no better day holds, if they are many."""
        rest = (self.tables.vehicles - 1) * min(0.0, least)
        keep = bounds.through <= self.cost - _dual(prices, self.tables.vehicles) - rest + _MARGIN
        if 0 < keep.sum() < 0.8 * len(keep):
            self.network = self.network.keep(keep)

    def _add(self, network: Network, chains: Chains, prices: Prices) -> int:
        """Add the best chains to the master; return how many."""
        reduced = _reduced(chains, prices)
        order = np.argsort(reduced, kind="stable")[:_COLUMNS_ADDED]
        added = 0
        for index in order[reduced[order] < -_MARGIN]:
            added += self.master.add(_route(network.fragments, chains.trace(int(index))), float(chains.cost[index]))
        return added

    # -- whole numbers

    def _round(self, relaxed: Relaxed, clock: Clock) -> None:
        """Look for a better day among the routes of the master: those in use, and the best at these prices."""
        used = np.flatnonzero(relaxed.shares > _MARGIN)
        if (relaxed.shares[used] > 1 - _MARGIN).all():
            self._take_up(self._once_each([self.master.routes[index] for index in used]))
            return
        reduced = self.master.reduced(relaxed.prices)
        reduced[used] = -np.inf
        worth = np.argsort(reduced, kind="stable")[:_ROUNDED]
        worth = worth[reduced[worth] <= self.cost - relaxed.value + _MARGIN]
        routes = self._legal([self.master.routes[index] for index in worth])
        self._choose(routes, clock, seconds=_ROUNDING_S)

    def _legal(self, routes: list[Route]) -> list[Route]:
        """Return the routes that keep the longest duty too, which fragments do not know."""
        return [route for route in routes if self.routes.is_feasible(route)]

    def _choose(self, routes: list[Route], clock: Clock, *, seconds: float) -> float:
        """Take up the cheapest day made of ``routes``; return a lower bound on such days."""
        costs = np.array([self.routes.length(route) for route in routes])
        serves = served_table(routes, self.tables.n)
        clock.check()
        choice = choose(
            serves, costs, self.master.cuts, vehicles=self.tables.vehicles, seconds=min(seconds, clock.left_s() / 3)
        )
        if choice.chosen is not None:
            self._take_up(self._once_each([routes[index] for index in choice.chosen]))
        return choice.bound

    def _once_each(self, chosen: list[Route]) -> tuple[Route, ...]:
        """Return the routes without second visits to the same rider: each stays where leaving it out saves least."""
        n, length = self.tables.n, self.routes.length
        for request in range(1, n + 1):
            without = {
                index: tuple(node for node in route if node not in {request, request + n})
                for index, route in enumerate(chosen)
                if request in route
            }
            if not without:
                return ()  # nobody serves the rider
            keep = min(without, key=lambda index: length(chosen[index]) - length(without[index]))
            for index in without.keys() - {keep}:
                chosen[index] = without[index]
        return tuple(chosen)

    def _take_up(self, day: tuple[Route, ...]) -> None:
        """Make ``day`` the best if it is legal and costs less."""
        cost = sum(map(self.routes.length, day))
        if day and cost < self.cost - _MARGIN and all(map(self.routes.is_feasible, day)):
            self.cost, self.best = cost, day

    def _enumerate(self, relaxed: Relaxed, clock: Clock, search: Search, *, most: int) -> bool:
        """Choose among all routes within a growing gap, up to ``most``; tell whether that closed the proof."""
        gap = self.cost - relaxed.value
        if gap > 3 * _FIRST_GAP * relaxed.value:
            gap = _FIRST_GAP * relaxed.value
        self._eliminate(relaxed.prices, self.network.bounds(relaxed.prices), 0.0)  # the cost may be less by now
        bounds = self.network.bounds(relaxed.prices)
        while not self._closed():
            gap = min(gap, self.cost - relaxed.value)
            promising = bounds.through <= gap + _MARGIN
            if not promising.any():
                return False
            network = self.network.keep(promising)
            narrow = network.bounds(relaxed.prices, through=False)
            pricing = Pricing(network, relaxed.prices, narrow, below=gap + _MARGIN, search=search)
            chains = pricing.run(clock)
            complete = chains.complete and len(chains) <= most
            if not complete and search is not _ALL:
                return False
            order = np.argsort(chains.reduced, kind="stable")[: None if complete else _MOST_TRIED]
            routes = self._legal([_route(network.fragments, chains.trace(int(index))) for index in order])
            within = self._choose(routes, clock, seconds=clock.left_s() if complete else _ROUNDING_S)
            if not complete:
                return self._closed()
            self.bound = max(self.bound, min(within, relaxed.value + gap))
            if within < relaxed.value + gap - _MARGIN and not self._closed():
                return False
            gap *= 2
        return True


def _left_out(tables: Tables) -> float:
    """Return what leaving a rider out costs: several times the dearest ride alone. Less than true prices is safe."""
    n = tables.n
    up, off = np.arange(1, n + 1), np.arange(n + 1, 2 * n + 1)
    alone = tables.distance[0, up] + tables.distance[up, off] + tables.distance[off, tables.end]
    return float(4 * alone.max(initial=1.0))


def _dual(prices: Prices, vehicles: int) -> float:
    """Return what the relaxation is worth at ``prices``, if no route has a reduced cost under 0."""
    return float(prices.requests.sum() + vehicles * prices.vehicle - prices.cuts.prices.sum())


def _between(old: Prices, new: Prices) -> Prices:
    """Return prices between old and new: they swing less from turn to turn."""
    if len(old.cuts.prices) != len(new.cuts.prices):
        return new
    share = _SMOOTHING
    return Prices(
        share * old.requests + (1 - share) * new.requests,
        share * old.vehicle + (1 - share) * new.vehicle,
        type(new.cuts)(new.cuts.members, share * old.cuts.prices + (1 - share) * new.cuts.prices),
    )


def _reduced(chains: Chains, prices: Prices) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return the reduced costs of chains at other prices."""
    serves = np.unpackbits(np.ascontiguousarray(chains.served).view(np.uint8), axis=1, bitorder="little")
    earned = serves[:, : len(prices.requests)] @ prices.requests
    return chains.cost - earned - prices.vehicle + prices.cuts.charges(chains.served)


def _route(fragments: Fragments, chain: list[int]) -> Route:
    """Return the nodes of a chain of fragments."""
    nodes = fragments.visits[chain].ravel()
    return tuple(int(node) for node in nodes[nodes > 0])

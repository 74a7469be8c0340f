"""The least cost of a static day, proven: column generation over fragments, elimination, a choice in whole numbers.

The relaxation over all routes gives a bound and prices. At those prices no day under a goal holds a fragment, or a
drive between two, whose reduced cost exceeds what is left to gain (Rist & Forbes 2021; Baldacci et al. 2008): what
remains is chosen from (`choice`), first within a narrow gap, as the best day known may be far from the bound.
Whatever stops the search, the bound reached stands.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from routing.choice import choose
from routing.clock import Clock, OutOfTimeError
from routing.day_bound import PATIENT, bound_day, told
from routing.events import EventGraph
from routing.fragments import IntractableError, bits, narrowed
from routing.kernels.tours import Day
from routing.master import Master, Relaxed, between, dual_value, spread
from routing.network import Network, Prices
from routing.paths import Planned
from routing.pricing import Chains, Search, chains
from routing.relaxation import assignment_bound
from routing.routes import Route, Routes

_MOST_EVENTS = 600_000
_MOST_FRAGMENTS, _FIRST_FRAGMENTS = 200_000, 20_000
_FRAGMENTS_SHARE, _NEAR = 0.8, 0.98  # of the time; a bound that nothing quicker would raise
_STEPS_S = 2_000_000  # visits tried in one second: fewer than on a slow machine
_COLUMNS_ADDED = 150
_SMOOTHING = 0.6  # of prices towards the best so far (Wentges 1997)
_CLOSING, _LITTLE_SMOOTHING = 0.005, 0.3  # share of the value that is still uncertain, smoothing from there on
_FEW_ADDED = 5  # columns: time to look further
_FEW_RIDERS = 4  # in a fragment
_SHARE, _SMALLER, _LITTLE = 0.4, 0.25, 0.05  # of the least reduced cost there can be; how it shrinks; last before 0
_FEW_FRAGMENTS = 5_000  # few enough to list all chains
_MOST_STEPS = 20_000_000
_MARGIN = 1e-6
_SAME = 1e-9  # of a cost: more than rounding takes away
_SAFE = 1e-5  # more than rounding can add to a reduced cost
_NARROW, _WIDER, _NARROWER, _HOPELESS = 0.002, 3.0, 0.5, 0.0003  # gaps: of the first bound; how they change
_CHOSEN_FROM = 10_000  # fragments: more are too many
_ROUGH = 0.005  # of the cost: near enough with short fragments only


class _Level(NamedTuple):
    """How far pricing looks: under which share of the least there can be, with which searches until one is complete."""

    share: float
    searches: tuple[Search, ...]


_FEW_CHAINS = Search(30, 100_000, whole=True)
_ALL_CHAINS = Search(10**9, 10_000, whole=True)
_BEST_CHAINS = Search(10**9, 3_000_000, whole=False)
_SHARES = (0.4, 0.1, 0.0)
_ROUGH_LEVELS = (_Level(0.4, (_FEW_CHAINS,)), *(_Level(share, (_BEST_CHAINS,)) for share in _SHARES))
_LEVELS = tuple(_Level(share, (_ALL_CHAINS, _BEST_CHAINS)) for share in _SHARES)


Watch = Callable[[float, float], None]
"""Told now and then: the cost of the best day (infinite: none known), and the bound."""


@dataclass(frozen=True)
class Proof:
    """The best day known, and a lower bound on the cost of every day. ``routes`` is None if none was found."""

    bound: float
    cost: float
    routes: tuple[Route, ...] | None
    met: tuple[Route, ...] = ()  # the best routes of the last relaxation, to make a better day of

    @property
    def proven(self) -> bool:
        """Tell whether no day costs less."""
        return self.routes is not None and is_least(self.cost, self.bound)


def is_least(cost: float, bound: float) -> bool:
    """Tell whether nothing can cost less, but for rounding."""
    return cost <= bound + max(_MARGIN, _SAME * bound)


def prove(
    routes: Routes,
    pool: Iterable[Route],
    best: tuple[Route, ...] | None,
    clock: Clock,
    watch: Watch | None = None,
) -> Proof:
    """Return the best day and bound that the time allows, from the routes of ``pool`` and ``best`` to start with."""
    prover, met = _Prover(routes, best, watch), tuple(filter(None, (*pool, *(best or ()))))
    with suppress(OutOfTimeError, IntractableError, ArithmeticError):  # the bound reached stands
        prover.run(met, clock.part(_FRAGMENTS_SHARE))
    if best is not None and clock.left_s() and prover.bound < _NEAR * prover.cost:
        prover.look_along_paths(met, clock)
    return Proof(told(prover.bound, prover.cost), prover.cost, prover.best, prover.met())


class _Prover:
    """One proof: what is known so far."""

    def __init__(self, routes: Routes, best: tuple[Route, ...] | None, watch: Watch | None) -> None:
        self.day, self.routes, self.best, self.watch = narrowed(routes.day), routes, best, watch
        self.cost = sum(map(routes.length, best)) if best is not None else np.inf
        self.bound = assignment_bound(self.day)
        self.master = Master(self.day.n, len(self.day.kind), left_out=_left_out(self.day))
        self.known: list[Route] = []
        self.is_listing = False  # all chains: as long as they are few

    def run(self, met: Iterable[Route], clock: Clock) -> None:
        """Raise the bound and lower the cost until they meet or the time is up."""
        self.graph = EventGraph(self.day, clock, most=_MOST_EVENTS)
        if (self.graph.events.opening < 0).any():
            return  # somebody cannot be served at all
        for route in met:
            self._take_in(route)
        root = self._root(clock)
        gap, all_driving = _NARROW * root.value, self.routes.day.penalty.max()
        while not self._closed() and self.bound < all_driving:
            goal = min(self.cost, self.bound + gap)
            is_settled = self._settle(root, goal, clock)
            gap *= _WIDER if is_settled else _NARROWER
            if gap < _HOPELESS * root.value:
                raise IntractableError("too many fragments")

    def look_along_paths(self, met: Iterable[Route], clock: Clock) -> None:
        """Raise the bound without fragments, where there are too many of them: as far as `day_bound` can."""
        planned = Planned(tuple((0, route) for route in met), 0.0, self.cost)
        self._raise_bound(bound_day(self.routes.day, np.ones(self.day.n), planned, clock, PATIENT).driving)

    def met(self) -> tuple[Route, ...]:
        """Return the routes in the master program."""
        return tuple(self.known[name] for name in self.master.names)

    def _closed(self) -> bool:
        return is_least(self.cost, self.bound)

    def _raise_bound(self, worth: float) -> None:
        """Take up what no day undercuts, and tell how far things are."""
        self.bound = max(self.bound, worth)
        if self.watch is not None:
            self.watch(self.cost, self.bound)

    # -- column generation

    def _short(self, clock: Clock) -> Network:
        """Return the fragments of few riders: enough to get prices from."""
        nothing = np.zeros(self.day.n)
        sides = self.graph.sides(nothing, 0.0)
        limits = (_FEW_RIDERS, _FIRST_FRAGMENTS, _steps(clock))
        fragments, _ = self.graph.fragments(nothing, sides, below=np.inf, limits=limits)
        return Network(self.day, fragments)

    def _root(self, clock: Clock) -> Relaxed:
        """Solve the relaxation over all routes there are: over the fragments worth it, until no other is."""
        network, share = self._short(clock), _SHARE
        relaxed = self._generate(network, clock, center=self._guess(), close=_ROUGH)
        while True:
            network, floor = self._worth_it(relaxed.prices, share, clock)
            found, least = self._priced(network, relaxed.prices, _LEVELS[-1], clock)
            worth = self._worth(relaxed.prices, min(floor, least))
            self._raise_bound(worth)
            if not share and relaxed.value <= worth + _MARGIN:
                return Relaxed(worth, relaxed.prices)
            if not (self._add(found, relaxed.prices) or share):
                raise IntractableError("too many fragments")
            relaxed = self._generate(network, clock, center=relaxed.prices)
            share = _SMALLER * share if share > _LITTLE else 0.0

    def _generate(self, network: Network, clock: Clock, *, center: Prices | None = None, close: float = 0.0) -> Relaxed:
        """Solve the relaxation over the routes of ``network``, from the prices of ``center``.

        The search ends once the value is certain but for a share ``close``.
        """
        worth, level, share = -np.inf, 0, _SMOOTHING
        levels = _ROUGH_LEVELS if close else _LEVELS
        self.is_listing = len(network.fragments) < _FEW_FRAGMENTS
        while True:
            clock.check()
            relaxed = self.master.relax()
            prices = relaxed.prices if center is None else between(center, relaxed.prices, share)
            found, least = self._priced(network, prices, levels[level], clock)
            value = self._worth(prices, least)
            if center is None or value > worth:
                center, worth = prices, value
            if relaxed.value <= worth + max(_MARGIN, close * worth):
                return Relaxed(worth, center)
            added = self._add(found, relaxed.prices)
            if added < _FEW_ADDED and level < len(levels) - 1:
                level += 1
            elif not added and prices is relaxed.prices:
                raise IntractableError("too many labels to be sure")
            is_closing = relaxed.value - worth < _CLOSING * worth
            share = (_LITTLE_SMOOTHING if is_closing else _SMOOTHING) if added else 0.0

    def _worth(self, prices: Prices, least: float) -> float:
        """Return what the relaxation is worth at least if no route has a reduced cost under ``least``."""
        return dual_value(prices, len(self.day.kind)) + len(self.day.kind) * min(0.0, least)

    def _guess(self) -> Prices | None:
        """Return prices to begin with: each rider's share of the cost is what leaving the rider out saves."""
        n, length = self.day.n, self.routes.length
        saved = np.zeros(n)
        for route in self.best or ():
            for rider in route:
                if rider <= n:
                    left = tuple(node for node in route if node not in {rider, rider + n})
                    saved[rider - 1] = length(route) - length(left)
        if not saved.any():
            return None
        return Prices(saved * self.cost / saved.sum(), 0.0)

    def _priced(self, network: Network, prices: Prices, level: _Level, clock: Clock) -> tuple[Chains, float]:
        """Return routes of negative reduced cost, if any, and what no route of the network undercuts."""
        bounds = network.bounds(prices)
        for search in level.searches if self.is_listing else level.searches[-1:]:
            found = chains(network, bounds, search, below=level.share * bounds.least, clock=clock)
            if found.complete:
                break
            self.is_listing = False
        is_sure = found.complete and not level.share
        return found, min(0.0, float(found.reduced.min(initial=0.0))) if is_sure else bounds.least

    def _worth_it(self, prices: Prices, share: float, clock: Clock) -> tuple[Network, float]:
        """Return the fragments of routes under a share of the least there can be, and what no other route undercuts."""
        sides = self.graph.sides(prices.requests, prices.vehicle)
        limits = (self.day.n, _MOST_FRAGMENTS if share < _SHARE else _FIRST_FRAGMENTS, _steps(clock))
        below = prices.vehicle + share * min(0.0, sides.least) + _SAFE
        fragments, complete = self.graph.fragments(prices.requests, sides, below=below, limits=limits)
        return Network(self.day, fragments), (share if complete else 1.0) * min(0.0, sides.least)

    def _add(self, found: Chains, prices: Prices) -> int:
        """Add the best chains to the master; return how many."""
        reduced = prices.reduced(found.cost, found.served)
        added = 0
        for index in spread(found.served, reduced, self.day.n, most=_COLUMNS_ADDED):
            if self.master.add(found.served[index], float(found.cost[index]), len(self.known)):
                self.known.append(found.route(int(index)))
                added += 1
        return added

    def _take_in(self, route: Route) -> None:
        """Add a route known beforehand to the master."""
        riders = np.array([node for node in route if node <= self.day.n])
        served = np.bitwise_or.reduce(bits(riders, (self.day.n + 63) // 64), axis=0)
        if self.master.add(served, self.routes.length(route), len(self.known)):
            self.known.append(route)

    # -- whole numbers

    def _settle(self, root: Relaxed, goal: float, clock: Clock) -> bool:
        """Find the cheapest day, or raise the bound to ``goal``; tell whether that was possible."""
        prices, gap = root.prices, goal - root.value + _SAFE
        sides = self.graph.sides(prices.requests, prices.vehicle)
        limits = (self.day.n, _MOST_FRAGMENTS, _steps(clock))
        fragments, complete = self.graph.fragments(prices.requests, sides, below=gap + prices.vehicle, limits=limits)
        if not complete:
            return False
        network = Network(self.day, fragments)
        through, between_two = network.through(network.bounds(prices))
        left = network.keep(through < gap)
        if len(left.fragments) > _CHOSEN_FROM:
            return False
        choice = choose(left, between_two < gap, self.routes.is_feasible, below=self.cost, clock=clock)
        if choice.routes is not None:
            self._take_up(choice.routes)
        self._raise_bound(min(choice.bound, goal))
        clock.check()
        return self.bound >= goal or self._closed()

    def _take_up(self, day: tuple[Route, ...]) -> None:
        """Keep the better of a day and the best known."""
        cost = sum(map(self.routes.length, day))
        if cost < self.cost:
            self.cost, self.best = cost, day


def _left_out(day: Day) -> float:
    """Return what leaving a rider out costs: several times the dearest ride alone. Less than true prices is safe."""
    n = day.n
    up, off = np.arange(1, n + 1), np.arange(n + 1, 2 * n + 1)
    alone = day.distance[day.start, up] + day.distance[up, off] + day.distance[off, day.end]
    return float(4 * alone.max(initial=1.0))


def _steps(clock: Clock) -> int:
    """Return how many visits may be tried in the time left."""
    return int(min(_MOST_STEPS, clock.left_s() * _STEPS_S)) + 1

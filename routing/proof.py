"""The least cost of a static day, proven: column generation over fragments, cuts, enumeration, a final choice.

The relaxation over all routes gives a bound and prices. At those prices no better day holds a fragment, or a route,
whose reduced cost exceeds what is left to gain (Rist & Forbes 2021; Baldacci et al. 2008): what remains is
enumerated and chosen from whole (`pool`), first within a narrow gap if the best day known is far from the bound.
Whatever stops the search, the bound reached stands.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from routing.clock import Clock, OutOfTimeError
from routing.events import EventGraph
from routing.fragments import IntractableError, Tables, bits
from routing.incumbent import Incumbent
from routing.instances import Instance
from routing.master import Master, Relaxed, between, choose, dual_value, spread
from routing.network import Cuts, Network, Prices
from routing.pool import Pool
from routing.pricing import Chains, Search, chains
from routing.relaxation import assignment_bound
from routing.routes import Route, Routes

_MOST_EVENTS = 30_000
_MOST_FRAGMENTS, _FIRST_FRAGMENTS = 200_000, 20_000
_STEPS_S = 2_000_000  # visits tried in one second: fewer than on a slow machine
_COLUMNS_ADDED = 150
_SMOOTHING = 0.6  # of prices towards the best so far (Wentges 1997)
_CLOSING, _LITTLE_SMOOTHING = 0.005, 0.3  # share of the value that is still uncertain, smoothing from there on
_FEW_ADDED = 5  # columns: time to look further
_FEW_RIDERS = 4  # in a fragment
_SHARE, _SMALLER, _LITTLE = 0.4, 0.25, 0.05  # of the least reduced cost there can be; how it shrinks; last before 0
_FEW_FRAGMENTS = 5_000  # few enough to list all chains
_MOST_LABELS, _FEW_LABELS = 3_000_000, 200_000  # in one enumeration
_MOST_STEPS = 20_000_000
_MARGIN = 1e-6
_SAFE = 1e-5  # more than rounding can add to a reduced cost
_TINY = 1e-9
_CHOICE_S, _CHOICE_SHARE = 12.0, 0.5  # share of the time left
_STALLED = 0.04  # of the gap: cuts that gain less are not enough
_NARROW = 0.002  # of the cost: a gap to begin with
_WORTH_A_SEARCH = 0.0002  # of the cost: a gap in which a better day may be found
_RISEN, _A_WHILE_S = 0.05, 5.0  # of the gap, gained by cuts, and time after which to look for a better day
_ROUGH = 0.005  # of the cost: near enough with short fragments only
_NARROWEST = 0.001  # of the cost: a gap in which the routes may be listed, even if they are many
_HOPELESS = 0.00002  # of the cost: a gap in which even the longest list is too short
_PATIENCE, _SHRUNK = 3, 0.95  # rounds of cuts after which more than a share of the routes is left
_CHOSEN_FROM = 3_000  # routes: few enough for the choice without more cuts


Improve = Callable[[tuple[Route, ...], tuple[Route, ...]], tuple[Route, ...]]


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
        return self.routes is not None and self.cost <= self.bound + _MARGIN


def prove(  # noqa: PLR0917 -- what is known, and what to do with it
    instance: Instance,
    routes: Routes,
    pool: Iterable[Route],
    best: tuple[Route, ...] | None,
    clock: Clock,
    improve: Improve | None = None,
) -> Proof:
    """Return the best day and bound that the time allows, from the routes of ``pool`` and ``best`` to start with.

    ``improve`` is asked now and then for a better day than the best, near the routes of the relaxation.
    """
    prover = _Prover(instance, routes, best, improve)
    with suppress(OutOfTimeError, IntractableError, ArithmeticError):  # the bound reached stands
        prover.run(pool, clock)
    return Proof(min(prover.bound, prover.day.cost), prover.day.cost, prover.day.best, prover.met())


class _Prover:
    """One proof: what is known so far."""

    def __init__(
        self, instance: Instance, routes: Routes, best: tuple[Route, ...] | None, improve: Improve | None
    ) -> None:
        self.tables, self.routes, self.improve = Tables.of(instance), routes, improve
        self.day = Incumbent(routes, best)
        self.bound = assignment_bound(self.tables)
        self.master = Master(self.tables.n, self.tables.vehicles, left_out=_left_out(self.tables))
        self.known: list[Route] = []
        self.labels = _FEW_LABELS  # in one enumeration
        self.is_listing = False  # all chains: as long as they are few
        self.rounded = self.rounded_s = 0.0  # what the relaxation was worth when a better day was last looked for; when

    def run(self, pool: Iterable[Route], clock: Clock) -> None:
        """Raise the bound and lower the cost until they meet or the time is up."""
        self.graph = EventGraph(self.tables, clock, most=_MOST_EVENTS)
        if (self.graph.events.opening < 0).any():
            return  # somebody cannot be served at all
        for route in (*pool, *(self.day.best or ())):
            if route:
                self._take_in(route)
        root = self._root(clock)
        self.rounded, self.rounded_s = root.value, clock.spent_s()
        gap = _NARROW * root.value
        while not self._closed():
            goal = min(self.day.cost, self.bound + gap)
            self._settle(root, goal, clock)
            if self.bound >= goal:
                gap *= 2

    def met(self) -> tuple[Route, ...]:
        """Return the routes in the master program."""
        return tuple(self.known[name] for name in self.master.names)

    def _closed(self) -> bool:
        return self.day.cost <= self.bound + _MARGIN

    # -- column generation

    def _short(self, clock: Clock) -> Network:
        """Return the fragments of few riders: enough to get prices from."""
        nothing = np.zeros(self.tables.n)
        sides = self.graph.sides(nothing, 0.0)
        limits = (_FEW_RIDERS, _FIRST_FRAGMENTS, _steps(clock))
        fragments, _ = self.graph.fragments(nothing, sides, below=np.inf, limits=limits)
        return Network(self.tables, fragments)

    def _root(self, clock: Clock) -> Relaxed:
        """Solve the relaxation over all routes there are: over the fragments worth it, until no other is."""
        network, share = self._short(clock), _SHARE
        relaxed = self._generate(network, clock, goal=-np.inf, center=self._guess(), close=_ROUGH)
        while True:
            network, floor = self._worth_it(relaxed.prices, share, clock)
            found, least = self._priced(network, relaxed.prices, _LEVELS[-1], clock)
            worth = self._worth(relaxed.prices, min(floor, least))
            self.bound = max(self.bound, worth)
            if not share and relaxed.value <= worth + _MARGIN:
                return Relaxed(worth, relaxed.prices, relaxed.shares)
            if not (self._add(found, relaxed.prices) or share):
                raise IntractableError("too many fragments")
            relaxed = self._generate(network, clock, goal=-np.inf, center=relaxed.prices)
            share = _SMALLER * share if share > _LITTLE else 0.0

    def _generate(
        self, network: Network, clock: Clock, *, goal: float, center: Prices | None = None, close: float = 0.0
    ) -> Relaxed:
        """Solve the relaxation over the routes of ``network``, from the prices of ``center``.

        A network holds what days cheaper than ``goal`` need, so the bound rises to ``goal`` at most. The
        search ends once the value is certain but for a share ``close``.
        """
        worth, level, share = -np.inf, 0, _SMOOTHING
        levels = _ROUGH_LEVELS if close else _LEVELS
        self.is_listing = len(network.fragments) < _FEW_FRAGMENTS
        while True:
            clock.check()
            relaxed = self.master.relax()
            if relaxed.value < self.day.cost - _MARGIN:
                self._take_up_whole(relaxed)
            prices = relaxed.prices if center is None else between(center, relaxed.prices, share)
            found, least = self._priced(network, prices, levels[level], clock)
            value = self._worth(prices, least)
            self.bound = max(self.bound, min(value, goal))
            if center is None or value > worth:
                center, worth = prices, value
            if relaxed.value <= worth + max(_MARGIN, close * worth):
                return Relaxed(worth, center, relaxed.shares)
            added = self._add(found, relaxed.prices)
            if added < _FEW_ADDED and level < len(levels) - 1:
                level += 1
            elif not added and prices is relaxed.prices:
                raise IntractableError("too many labels to be sure")
            is_closing = relaxed.value - worth < _CLOSING * worth
            share = (_LITTLE_SMOOTHING if is_closing else _SMOOTHING) if added else 0.0

    def _worth(self, prices: Prices, least: float) -> float:
        """Return what the relaxation is worth at least if no route has a reduced cost under ``least``."""
        return dual_value(prices, self.tables.vehicles) + self.tables.vehicles * min(0.0, least)

    def _guess(self) -> Prices | None:
        """Return prices to begin with: each rider's share of the cost is what leaving the rider out saves."""
        n, length = self.tables.n, self.routes.length
        saved = np.zeros(n)
        for route in self.day.best or ():
            for rider in route:
                if rider <= n:
                    left = tuple(node for node in route if node not in {rider, rider + n})
                    saved[rider - 1] = length(route) - length(left)
        if not saved.any():
            return None
        return Prices(saved * self.day.cost / saved.sum(), 0.0, Cuts.none())

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
        limits = (self.tables.n, _MOST_FRAGMENTS if share < _SHARE else _FIRST_FRAGMENTS, _steps(clock))
        below = prices.vehicle + share * min(0.0, sides.least) + _SAFE
        fragments, complete = self.graph.fragments(prices.requests, sides, below=below, limits=limits)
        return Network(self.tables, fragments), (share if complete else 1.0) * min(0.0, sides.least)

    def _add(self, found: Chains, prices: Prices) -> int:
        """Add the best chains to the master; return how many."""
        reduced = prices.reduced(found.cost, found.served)
        added = 0
        for index in spread(found.served, reduced, self.tables.n, most=_COLUMNS_ADDED):
            if self.master.add(found.served[index], float(found.cost[index]), len(self.known)):
                self.known.append(found.route(int(index)))
                added += 1
        return added

    def _take_in(self, route: Route) -> None:
        """Add a route known beforehand to the master."""
        riders = np.array([node for node in route if node <= self.tables.n])
        served = np.bitwise_or.reduce(bits(riders, (self.tables.n + 63) // 64), axis=0)
        if self.master.add(served, self.routes.length(route), len(self.known)):
            self.known.append(route)

    # -- a day cheaper than a goal, or none

    def _settle(self, root: Relaxed, goal: float, clock: Clock) -> None:
        """Find the cheapest day, or raise the bound to ``goal``, or to less if that takes too many labels.

        Where the routes are too many to be listed, cuts come first, as long as they gain something, then nearer goals.
        """
        network = self._reduced(self._network(root, goal, clock), root, goal)
        is_cutting, before = False, -np.inf
        while True:
            relaxed = self._generate(network, clock, goal=goal)
            self._round(relaxed, clock)
            if relaxed.value >= goal - _MARGIN:
                self.bound = max(self.bound, goal)
            goal = min(goal, self.day.cost)
            if self.bound >= goal or self._closed():
                return
            network = self._reduced(network, relaxed, goal)
            is_stalled = relaxed.value - before < _STALLED * (goal - relaxed.value)
            before = relaxed.value
            if is_cutting and not is_stalled and self.master.cut(relaxed):
                continue
            pool = self._enumerated(network, relaxed, goal, self.labels, clock)
            if pool is not None:
                self._choose(pool, goal, clock)
                return
            is_cutting = not is_cutting and self.master.cut(relaxed) > 0
            if not is_cutting:
                goal = self._narrowed(goal)

    def _narrowed(self, goal: float) -> float:
        """Return a goal nearer to the bound, or the same with longer lists if it is near enough for them."""
        if goal - self.bound <= _NARROWEST * goal and self.labels < _MOST_LABELS:
            self.labels = min(4 * self.labels, _MOST_LABELS)
            return goal
        if goal - self.bound < _HOPELESS * goal:
            raise IntractableError("too many routes")
        return (goal + self.bound) / 2

    def _network(self, root: Relaxed, goal: float, clock: Clock) -> Network:
        """Return all fragments that days cheaper than ``goal`` may hold."""
        prices = root.prices
        sides = self.graph.sides(prices.requests, prices.vehicle)
        fragments, complete = self.graph.fragments(
            prices.requests,
            sides,
            below=goal - root.value + prices.vehicle + _SAFE,
            limits=(self.tables.n, _MOST_FRAGMENTS, _steps(clock)),
        )
        if not complete:
            raise IntractableError("too many fragments")
        return Network(self.tables, fragments)

    def _reduced(self, network: Network, relaxed: Relaxed, goal: float) -> Network:
        """Drop the fragments that no day cheaper than ``goal`` holds."""
        through = network.through(network.bounds(relaxed.prices))
        return network.keep(through < goal - relaxed.value + _SAFE)

    def _enumerated(self, network: Network, relaxed: Relaxed, goal: float, most: int, clock: Clock) -> Pool | None:
        """Return all routes that days cheaper than ``goal`` may hold, None if they take more than ``most`` labels."""
        bounds, below = network.bounds(relaxed.prices), goal - relaxed.value + _SAFE
        found = chains(network, bounds, Search(most, most, whole=True), below=below, clock=clock)
        return Pool.of(found) if found.complete else None

    def _choose(self, pool: Pool, goal: float, clock: Clock) -> None:
        """Find the cheapest day made of routes of the pool, or raise the bound to ``goal``."""
        stalls, size = 0, _CHOSEN_FROM
        while not self._closed() and self.bound < goal:
            relaxed = self._inspect(pool, clock)
            self.bound = max(self.bound, min(relaxed.value, goal))
            self._take_up_whole(relaxed)
            goal, before = min(goal, self.day.cost), len(pool)
            pool = pool.within(relaxed.prices, goal - relaxed.value + _SAFE)
            stalls += len(pool) > _SHRUNK * before
            self.master.forget_slack(relaxed)
            if len(pool) <= size or stalls > _PATIENCE or not self.master.cut(relaxed):
                nearest, gap = pool.nearest(relaxed.prices, size)
                best = self._choose_whole(nearest, min(goal, relaxed.value + gap), clock)
                if best and len(nearest) == len(pool) and not self._closed():
                    raise IntractableError("the longest duty, which fragments do not know, forbids the cheapest day")
                size *= 2

    def _inspect(self, pool: Pool, clock: Clock) -> Relaxed:
        """Solve the relaxation over the routes of the pool, pricing them one by one (Contardo & Martinelli 2014)."""
        while True:
            clock.check()
            relaxed = self.master.relax()
            reduced = relaxed.prices.reduced(pool.cost, pool.served)
            order = np.argsort(reduced, kind="stable")[:_COLUMNS_ADDED]
            added = 0
            for index in order[reduced[order] < -_TINY]:
                if self.master.add(pool.served[index], float(pool.cost[index]), len(self.known)):
                    self.known.append(pool.route(int(index)))
                    added += 1
            if not added:
                least = min(0.0, float(reduced.min(initial=0.0)))
                return Relaxed(
                    dual_value(relaxed.prices, self.tables.vehicles) + self.tables.vehicles * least,
                    relaxed.prices,
                    relaxed.shares,
                )

    # -- whole numbers

    def _take_up_whole(self, relaxed: Relaxed) -> None:
        """Take up the relaxation's routes if it uses whole ones only."""
        used = np.flatnonzero(relaxed.shares > _MARGIN)
        if (relaxed.shares[used] > 1 - _MARGIN).all():
            self.day.take_up([self.known[self.master.names[index]] for index in used])

    def _round(self, relaxed: Relaxed, clock: Clock) -> None:
        """Look for a better day near the routes of the relaxation, if cuts have raised it, and every now and then."""
        is_raised = relaxed.value > self.rounded + _RISEN * (self.day.cost - self.rounded)
        is_due = is_raised or clock.spent_s() > self.rounded_s + _A_WHILE_S
        if self.improve is None or not is_due or self.day.cost - relaxed.value < _WORTH_A_SEARCH * relaxed.value:
            return
        clock.check()
        self.day.take_up(self.improve(self.met(), self.day.best or ()))
        self.rounded, self.rounded_s = relaxed.value, clock.spent_s()

    def _choose_whole(self, pool: Pool, goal: float, clock: Clock) -> bool:
        """Choose the cheapest day from the pool, in whole routes; tell whether it is certain, and under ``goal``."""
        clock.check()
        seconds = min(_CHOICE_S, _CHOICE_SHARE * clock.left_s())
        choice = choose(
            pool.served, pool.cost, self.tables.n, vehicles=self.tables.vehicles, seconds=seconds, pace=clock.pace()
        )
        self.bound = max(self.bound, min(choice.bound, goal))
        if choice.chosen is None:
            return False
        self.day.take_up([pool.route(int(index)) for index in choice.chosen])
        return bool(pool.cost[choice.chosen].sum() <= min(choice.bound + _SAFE, goal))


def _left_out(tables: Tables) -> float:
    """Return what leaving a rider out costs: several times the dearest ride alone. Less than true prices is safe."""
    n = tables.n
    up, off = np.arange(1, n + 1), np.arange(n + 1, 2 * n + 1)
    alone = tables.distance[0, up] + tables.distance[up, off] + tables.distance[off, tables.end]
    return float(4 * alone.max(initial=1.0))


def _steps(clock: Clock) -> int:
    """Return how many visits may be tried in the time left."""
    return int(min(_MOST_STEPS, clock.left_s() * _STEPS_S)) + 1

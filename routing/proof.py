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
_ROUGH = 0.0005  # of the cost: near enough with short fragments only
_NARROWEST = 0.0004  # of the cost: a gap that cuts should make narrow enough
_HOPELESS = 0.00002  # of the cost: a gap in which even the longest list is too short
_PATIENCE = 3  # rounds of cuts that gain too little
_CHOSEN_FROM = 3_000  # routes: few enough for the choice without more cuts


Improve = Callable[[tuple[Route, ...], tuple[Route, ...]], tuple[Route, ...]]


class _Level(NamedTuple):
    """How far pricing looks: under which share of the least there can be, how many labels and fragments."""

    share: float
    search: Search
    fragments: int


_LEVELS = (
    _Level(0.4, Search(30, 100_000, whole=True), _FIRST_FRAGMENTS),
    _Level(0.4, Search(10**9, 300_000, whole=False), _FIRST_FRAGMENTS),
    _Level(0.1, Search(10**9, 500_000, whole=False), _MOST_FRAGMENTS),
    _Level(0.0, Search(10**9, 3_000_000, whole=False), _MOST_FRAGMENTS),
)


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
    return Proof(min(prover.bound, prover.cost), prover.cost, prover.best, prover.met())


class _Prover:
    """One proof: what is known so far."""

    def __init__(
        self, instance: Instance, routes: Routes, best: tuple[Route, ...] | None, improve: Improve | None
    ) -> None:
        self.tables, self.routes, self.best, self.improve = Tables.of(instance), routes, best, improve
        self.cost = sum(map(routes.length, best)) if best is not None else np.inf
        self.bound = assignment_bound(self.tables)
        self.master = Master(self.tables.n, self.tables.vehicles, left_out=_left_out(self.tables))
        self.known: list[Route] = []
        self.labels = _FEW_LABELS  # in one enumeration
        self.listed = -np.inf  # what it was worth when its routes were last listed
        self.rounded = self.rounded_s = 0.0  # what the relaxation was worth when a better day was last looked for; when

    def run(self, pool: Iterable[Route], clock: Clock) -> None:
        """Raise the bound and lower the cost until they meet or the time is up."""
        self.graph = EventGraph(self.tables, clock, most=_MOST_EVENTS)
        if (self.graph.events.opening < 0).any():
            return  # somebody cannot be served at all
        for route in (*pool, *(self.best or ())):
            if route:
                self._take_in(route)
        self._generate(self._short(clock), clock, goal=-np.inf, close=_ROUGH)
        root = self._generate(None, clock)
        self.rounded, self.rounded_s = root.value, clock.spent_s()
        gap = _NARROW * root.value
        while not self._closed():
            goal = min(self.cost, self.bound + gap)
            self._settle(root, goal, clock)
            if self.bound >= goal:
                gap *= 2

    def met(self) -> tuple[Route, ...]:
        """Return the routes in the master program."""
        return tuple(self.known[name] for name in self.master.names)

    def _closed(self) -> bool:
        return self.cost <= self.bound + _MARGIN

    # -- column generation

    def _short(self, clock: Clock) -> Network:
        """Return the fragments of few riders: enough to get prices from."""
        nothing = np.zeros(self.tables.n)
        sides = self.graph.sides(nothing, 0.0)
        limits = (_FEW_RIDERS, _FIRST_FRAGMENTS, _steps(clock))
        fragments, _ = self.graph.fragments(nothing, sides, below=np.inf, limits=limits)
        return Network(self.tables, fragments)

    def _generate(self, network: Network | None, clock: Clock, *, goal: float = np.inf, close: float = 0.0) -> Relaxed:
        """Solve the relaxation over all routes of ``network``, or over all routes there are.

        A network holds what days cheaper than ``goal`` need, so with one the bound rises to ``goal`` at most. The
        search ends once the value is certain but for a share ``close``.
        """
        center: Prices | None = self._guess() if goal < 0 else None
        worth, level, share = -np.inf, 0 if goal < 0 else 1, _SMOOTHING
        while True:
            clock.check()
            relaxed = self.master.relax()
            if relaxed.value < self.cost - _MARGIN:
                self._take_up_whole(relaxed)
            prices = relaxed.prices if center is None else between(center, relaxed.prices, share)
            found, least = self._priced(network, prices, _LEVELS[level], clock)
            value = dual_value(prices, self.tables.vehicles) + self.tables.vehicles * min(0.0, least)
            self.bound = max(self.bound, min(value, goal))
            if center is None or value > worth:
                center, worth = prices, value
            if relaxed.value <= worth + max(_MARGIN, close * worth):
                return Relaxed(worth, center, relaxed.shares)
            added = self._add(found, relaxed.prices) if found is not None else 0
            if added < _FEW_ADDED and level < len(_LEVELS) - 1:
                level += 1
            elif not added and prices is relaxed.prices:
                raise IntractableError("too many labels to be sure")
            is_closing = relaxed.value - worth < _CLOSING * worth
            share = (_LITTLE_SMOOTHING if is_closing else _SMOOTHING) if added else 0.0

    def _guess(self) -> Prices | None:
        """Return prices to begin with: each rider's share of the cost is what leaving the rider out saves."""
        n, length = self.tables.n, self.routes.length
        saved = np.zeros(n)
        for route in self.best or ():
            for rider in route:
                if rider <= n:
                    left = tuple(node for node in route if node not in {rider, rider + n})
                    saved[rider - 1] = length(route) - length(left)
        if not saved.any():
            return None
        return Prices(saved * self.cost / saved.sum(), 0.0, Cuts.none())

    def _priced(
        self, network: Network | None, prices: Prices, level: _Level, clock: Clock
    ) -> tuple[Chains | None, float]:
        """Return routes of negative reduced cost, if any, and what no route undercuts."""
        floor = 0.0
        if network is None:
            network, floor = self._worth_it(prices, level, clock)
            if network is None:
                return None, floor
        bounds = network.bounds(prices)
        least = min(floor, bounds.least)
        found = chains(network, bounds, level.search, below=level.share * bounds.least, clock=clock)
        if found.complete and not (level.share or level.search.whole):
            least = min(floor, float(found.reduced.min(initial=0.0)))
        return found, least

    def _worth_it(self, prices: Prices, level: _Level, clock: Clock) -> tuple[Network | None, float]:
        """Return the fragments of routes that a level looks for, and what no other route undercuts."""
        sides = self.graph.sides(prices.requests, prices.vehicle)
        limits = (self.tables.n, level.fragments, _steps(clock))
        below = prices.vehicle + level.share * sides.least
        fragments, complete = self.graph.fragments(prices.requests, sides, below=below, limits=limits)
        floor = (level.share if complete else 1.0) * sides.least
        return Network(self.tables, fragments) if len(fragments) else None, floor

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
        """Find the cheapest day, or raise the bound to ``goal``, or to less if that takes too many labels."""
        network = self._reduced(self._network(root, goal, clock), root, goal)
        self.listed = -np.inf
        while True:
            relaxed = self._generate(network, clock, goal=goal)
            self._round(relaxed, clock)
            if relaxed.value >= goal - _MARGIN:
                self.bound = max(self.bound, goal)
            if self.bound >= goal or self._closed():
                return
            network = self._reduced(network, relaxed, goal)
            pool = self._enumerated(network, relaxed, goal, self.labels, clock)
            if pool is not None:
                self._choose(pool, goal, clock)
                return
            goal = self._narrowed(goal, relaxed)

    def _narrowed(self, goal: float, relaxed: Relaxed) -> float:
        """Make fewer routes worth listing: a goal nearer to the bound, cuts, a longer list at last; return the goal."""
        if goal - self.bound > _NARROWEST * goal:
            return (goal + self.bound) / 2
        stalled = relaxed.value - self.listed < _STALLED * (goal - relaxed.value)
        self.listed = relaxed.value
        if not stalled and self.master.cut(relaxed):
            return goal
        if self.labels < _MOST_LABELS:
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
        before, stalls, size = -np.inf, 0, _CHOSEN_FROM
        while not self._closed() and self.bound < goal:
            relaxed = self._inspect(pool, clock)
            self.bound = max(self.bound, min(relaxed.value, goal))
            self._take_up_whole(relaxed)
            goal = min(goal, self.cost)
            pool = pool.within(relaxed.prices, goal - relaxed.value + _SAFE)
            stalls += relaxed.value - before < _STALLED * (goal - relaxed.value)
            before = relaxed.value
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
            self._take_up([self.known[self.master.names[index]] for index in used])

    def _round(self, relaxed: Relaxed, clock: Clock) -> None:
        """Look for a better day near the routes of the relaxation, if cuts have raised it, and every now and then."""
        is_raised = relaxed.value > self.rounded + _RISEN * (self.cost - self.rounded)
        is_due = is_raised or clock.spent_s() > self.rounded_s + _A_WHILE_S
        if self.improve is None or not is_due or self.cost - relaxed.value < _WORTH_A_SEARCH * relaxed.value:
            return
        clock.check()
        self._take_up(list(self.improve(self.met(), self.best or ())))
        self.rounded, self.rounded_s = relaxed.value, clock.spent_s()

    def _choose_whole(self, pool: Pool, goal: float, clock: Clock) -> bool:
        """Choose the cheapest day from the pool, in whole routes; tell whether it is certain, and under ``goal``."""
        clock.check()
        seconds = min(_CHOICE_S, _CHOICE_SHARE * clock.left_s())
        choice = choose(pool.served, pool.cost, self.tables.n, vehicles=self.tables.vehicles, seconds=seconds)
        self.bound = max(self.bound, min(choice.bound, goal))
        if choice.chosen is None:
            return False
        self._take_up([pool.route(int(index)) for index in choice.chosen])
        return bool(pool.cost[choice.chosen].sum() <= min(choice.bound + _SAFE, goal))

    def _take_up(self, chosen: list[Route]) -> None:
        """Make the routes, without second visits, the best day if it is legal and costs less."""
        day = self._once_each(chosen)
        cost = sum(map(self.routes.length, day))
        if day and cost < self.cost - _TINY and all(map(self.routes.is_feasible, day)):
            self.cost, self.best = cost, day

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


def _left_out(tables: Tables) -> float:
    """Return what leaving a rider out costs: several times the dearest ride alone. Less than true prices is safe."""
    n = tables.n
    up, off = np.arange(1, n + 1), np.arange(n + 1, 2 * n + 1)
    alone = tables.distance[0, up] + tables.distance[up, off] + tables.distance[off, tables.end]
    return float(4 * alone.max(initial=1.0))


def _steps(clock: Clock) -> int:
    """Return how many visits may be tried in the time left."""
    return int(min(_MOST_STEPS, clock.left_s() * _STEPS_S)) + 1

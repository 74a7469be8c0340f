"""One search of a static day: ruin and recreate in cycles, and the best combination of all routes met.

The turns themselves are compiled (`kernels.ruin`); here are their settings, the cooling, and the pool.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from routing.assign import Columns, Combiner
from routing.budget import Budget
from routing.kernels.places import Scratch
from routing.kernels.ruin import Lists, Memory, Pool, Settings, carry_over, collect, copy_changes, search
from routing.kernels.tours import EPSILON, Day, Tours, refresh
from routing.routes import Route

_REMOVED = 10.0  # visits, on average
_LONGEST_STRING = 10
_BLINK = 0.01
_SPLIT = 0.5
_NEAR = 120  # visits that are neighbors of one
_TIME_APART = 0.1  # weight against distance, when neighbors are looked for
_RULES = (-1, -1, -1, -1, 0, 0, 1, 2, 2, 3, 3, 4, 4)  # how often each order of putting back is drawn
_HOTTEST, _COOLEST = 1.0, 0.06  # temperature, of what a request costs on average
_REHEATED = 0.3  # the hottest of a later cycle
_MANY_TURNS = 500_000  # enough for several starts from nothing
_SHORT_CYCLE = 30_000  # turns
_WARM = 0.15  # the hottest after a combination of routes
_MENDING, _STEPS = 0.02, 20  # share of all turns then, steps of cooling
_COMBINING = 0.2  # share of the time left that one combination may take
_LONGEST_TOUR = 1_000  # stops
_SLOTS = 1 << 19  # of the memory
_POOL_ROWS = 300_000
_POOL_KEPT = 40_000  # rows, when more than half of the pool is used
_POOL_SLOTS = 1 << 20
_POOL_NODES = 20_000_000


class _Cycles(NamedTuple):
    """Cycles of cooling: long ones from nothing, each a share of the budget, then short ones."""

    starts: int
    start: float
    later: int

    @classmethod
    def of(cls, turns: float) -> "_Cycles":
        """Return the cycles that so many turns are enough for."""
        if turns >= _MANY_TURNS:
            return cls(starts=3, start=0.15, later=8)
        return cls(starts=1, start=0.4, later=max(1, min(8, int(turns / _SHORT_CYCLE))))

    def at(self, share: float) -> tuple[float, float]:
        """Return in which cycle a share of the budget ends, and at which share of that cycle."""
        long = self.starts * self.start
        if share < long:
            return divmod(share / self.start, 1)
        return divmod(self.starts + (share - long) / (1 - long) * self.later, 1)


class Search:
    """A day under search. Starts with nobody served; every run goes on from the best routes known."""

    def __init__(self, day: Day, *, seed: int) -> None:
        self.day = day
        self.current, self.trial, self.best = (_empty_tours(day) for _ in range(3))
        self.settings, self.scratch, self.lists = _settings(day), _scratch(day), _lists(day)
        words = np.zeros((_SLOTS, 4), np.uint64)
        self.memory = Memory(words, words.view(np.float64), words.view(np.int64))
        self.state = np.array([seed % 2**64], np.uint64)
        nobody = float(day.penalty.sum())
        self.costs = np.array([nobody, nobody])  # of the current and the best routes
        self.made = 0  # turns
        self._renew_pool()

    @property
    def cost(self) -> float:
        """Return what the best routes cost, with the penalties of who is left out."""
        return float(self.costs[1])

    @property
    def left_out(self) -> list[int]:
        """Return the requests that the best routes do not serve."""
        return [int(request) for request in np.flatnonzero(self.best.vehicle[1:] < 0) + 1]

    def routes(self) -> list[Route]:
        """Return the best route of each vehicle, empty ones too."""
        return [
            tuple(map(int, stops[1 : size - 1])) for stops, size in zip(self.best.stops, self.best.size, strict=True)
        ]

    def run(self, budget: Budget, *, watch: Callable[[], None] | None = None) -> None:
        """Search until ``budget`` is used up: long cycles of cooling from nothing, then short ones.

        After each cycle the routes met are combined, the next one begins with what came of it.
        ``watch`` is called now and then.
        """
        cycles, cycle, before = _Cycles.of(budget.expected()), 0.0, self.made
        while (share := budget.share()) < 1:
            now, within = cycles.at(share)
            if now > cycle:
                cycle = now
                self.combine(_COMBINING * budget.left_s(), turns=int(_MENDING * (self.made - before) / share))
                if cycle < cycles.starts:
                    self._begin(_empty_tours(self.day))
            hottest = _HOTTEST if cycle < cycles.starts else _REHEATED
            self._turn(self._unit() * hottest * (_COOLEST / hottest) ** within, budget.turns())
            if self.pool.used[0] > _POOL_ROWS // 2:
                self._thin_out()
            if watch is not None:
                watch()

    def _begin(self, tours: Tours) -> None:
        """Go on from ``tours``."""
        for known in (self.current, self.trial):
            copy_changes(tours, known)
        self.costs[0] = tours.cost.sum() + self.day.penalty[1:][tours.vehicle[1:] < 0].sum()

    def take_up(self, routes: Sequence[Route], kinds: Sequence[int] | None = None) -> None:
        """Go on from ``routes``, each for a kind of vehicle, if they can be driven and are better than the best."""
        tours = _empty_tours(self.day)
        free = {kind: np.flatnonzero(self.day.kind == kind).tolist() for kind in set(self.day.kind.tolist())}
        for route, kind in zip(routes, kinds or [0] * len(routes), strict=True):
            if route:
                vehicle = free[kind].pop(0)
                _write(self.day, tours, vehicle, route)
                if not refresh(self.day, tours, vehicle):
                    return
        self._begin(tours)
        if self.costs[0] < self.costs[1] - EPSILON:
            self.costs[1] = self.costs[0]
            copy_changes(self.current, self.best)

    def pool_routes(self, most: int) -> list[Route]:
        """Return the routes met last."""
        rows, _ = self.pool.used
        return [self._route(row) for row in range(max(0, int(rows) - most), int(rows))]

    def meet(self, routes: Sequence[Route]) -> None:
        """Take routes of the first kind of vehicle up into the pool, those that can be driven."""
        tours = _empty_tours(self.day)
        for route in routes:
            _write(self.day, tours, 0, route)
            if refresh(self.day, tours, 0):
                collect(self.day, tours, 0, self.pool)

    def combine(self, seconds: float, *, turns: int, thorough: bool = False) -> None:
        """Try good combinations of all routes met, each with ``turns`` to put back who is left out."""
        current = self._driven()
        if not current:
            return
        columns = self._columns()
        for chosen in self.combiner.combine(columns, current, cost=self.cost, limits=(seconds, thorough)):
            kinds = [int(columns.kinds[row]) for row in chosen]
            self.take_up(self._once_each([self._route(row) for row in chosen], kinds), kinds)
            self._mend(max(_STEPS, turns))

    def _driven(self) -> list[int]:
        """Return the rows of the best routes in the pool."""
        return [row for vehicle in range(len(self.day.kind)) if (row := self._collected(vehicle)) >= 0]

    def _thin_out(self) -> None:
        """Keep the routes of the pool that are worth most at the prices of its relaxation: a full one takes no more."""
        driven = self._driven()  # the pool may take them up, so they come before its columns
        full, reduced = self.pool, self.combiner.reduced_costs(self._columns(), driven)
        self._renew_pool()
        carry_over(full, np.sort(np.argsort(reduced, kind="stable")[:_POOL_KEPT]), self.pool)

    def _mend(self, turns: int) -> None:
        """Cool once, from a moderate temperature."""
        for step in range(_STEPS):
            heat = _WARM * (_COOLEST / _WARM) ** (step / _STEPS)
            self._turn(self._unit() * heat, turns // _STEPS)

    def _turn(self, heat: float, turns: int) -> None:
        self.made += turns
        search(
            self.day,
            self.current,
            self.trial,
            self.best,
            self.settings,
            self.memory,
            self.pool,
            self.scratch,
            self.lists,
            self.state,
            self.costs,
            heat,
            turns,
        )

    def _unit(self) -> float:
        """Return what a request costs on average, the measure of temperature."""
        served = int((self.best.vehicle[1:] >= 0).sum())
        driven = float(self.best.cost.sum())
        return driven / served if served else float(self.day.distance.mean())

    def _collected(self, vehicle: int) -> int:
        """Return the row of a best route in the pool, -1 if it is empty or there is no room."""
        return int(collect(self.day, self.best, vehicle, self.pool))

    def _route(self, row: int) -> Route:
        """Return a route of the pool."""
        begin, size = self.pool.begin[row], self.pool.size[row]
        return tuple(map(int, self.pool.nodes[begin : begin + size]))

    def _columns(self) -> Columns:
        rows, used = self.pool.used
        nodes = self.pool.nodes[:used]
        served = nodes[nodes <= self.day.n] - 1
        ends = np.concatenate([[0], np.cumsum(self.pool.size[:rows] // 2)])
        return Columns(
            serves=csc_array((np.ones(len(served)), served, ends), shape=(self.day.n, int(rows))),
            costs=self.pool.cost[:rows].copy(),
            kinds=self.pool.kind[:rows].copy(),
        )

    def _once_each(self, routes: list[Route], kinds: Sequence[int]) -> list[Route]:
        """Return routes without second rides of the same party: each stays where leaving it out saves least."""
        n = self.day.n
        for request in range(1, n + 1):
            without = {
                index: tuple(node for node in route if node not in {request, request + n})
                for index, route in enumerate(routes)
                if request in route
            }
            if len(without) > 1:
                saved = {index: self._length(routes[index], kinds[index]) for index in without}
                keep = min(without, key=lambda index: saved[index] - self._length(without[index], kinds[index]))
                for index in without.keys() - {keep}:
                    routes[index] = without[index]
        return routes

    def _length(self, route: Route, kind: int) -> float:
        start = 2 * self.day.n + 1 + 2 * kind
        stops = (start, *route, start + 1)
        return float(sum(self.day.distance[leg] for leg in pairwise(stops))) if route else 0.0

    def _renew_pool(self) -> None:
        """Start with an empty pool."""
        day, rows = self.day, _POOL_ROWS
        room = rows * max(8, min(2 * day.n, 4 * day.n // max(1, len(day.kind))))
        self.pool = Pool(
            key=np.zeros(_POOL_SLOTS, np.uint64),
            row=np.full(_POOL_SLOTS, -1, np.int64),
            begin=np.zeros(rows, np.int64),
            size=np.zeros(rows, np.int32),
            kind=np.zeros(rows, np.int32),
            cost=np.zeros(rows),
            nodes=np.zeros(min(room, _POOL_NODES), np.int32),
            used=np.zeros(2, np.int64),
        )
        fleet = np.bincount(day.kind) if len(day.kind) else np.zeros(1, np.int64)
        self.combiner = Combiner(fleet.tolist(), day.penalty[1:])


def _most_stops(day: Day) -> int:
    """Return how many stops a tour of the day has at most, depots included."""
    return min(2 * day.n + 2, _LONGEST_TOUR)


def _empty_tours(day: Day) -> Tours:
    """Return tours in which every vehicle stays where it is."""
    vehicles, longest = len(day.kind), _most_stops(day)
    tours = Tours(
        stops=np.zeros((vehicles, longest), np.int32),
        size=np.full(vehicles, 2, np.int32),
        low=np.zeros((vehicles, longest)),
        high=np.zeros((vehicles, longest)),
        load=np.zeros((vehicles, longest, 2)),
        cost=np.zeros(vehicles),
        key=np.zeros(vehicles, np.uint64),
        vehicle=np.full(day.n + 1, -1, np.int32),
        place=np.zeros(len(day.earliest), np.int32),
    )
    for vehicle in range(vehicles):
        _write(day, tours, vehicle, ())
        refresh(day, tours, vehicle)
    return tours


def _write(day: Day, tours: Tours, vehicle: int, route: Route) -> None:
    """Write a route into the tour of a vehicle; `refresh` has to follow."""
    start = 2 * day.n + 1 + 2 * int(day.kind[vehicle])
    stops = (start, *route, start + 1)
    tours.stops[vehicle, : len(stops)] = stops
    tours.size[vehicle] = len(stops)


def _scratch(day: Day) -> Scratch:
    longest = _most_stops(day) + 2
    places = longest * longest // 2  # more than pairs of legs: 12 MB at most
    return Scratch(
        nodes=np.zeros(longest, np.int32),
        starts=np.zeros(longest),
        clock=np.zeros(longest),
        added=np.empty(places),
        first=np.empty(places, np.int64),
        second=np.empty(places, np.int64),
    )


def _lists(day: Day) -> Lists:
    requests, vehicles = day.n + 1, len(day.kind)
    unknown, torn = np.zeros((2, vehicles), np.int32)
    return Lists(out=np.zeros(requests, np.int32), rank=np.zeros(requests), unknown=unknown, torn=torn)


def _settings(day: Day) -> Settings:
    n, start = day.n, 2 * day.n + 1
    requests = np.arange(1, n + 1)
    orders = np.zeros((5, n + 1))
    orders[0, 1:] = -day.distance[start, requests]
    orders[1] = -orders[0]
    orders[2] = (day.latest - day.earliest)[: n + 1]
    orders[3] = day.earliest[: n + 1]
    orders[4, 1:] = -day.distance[requests, requests + n]
    return Settings(
        near=_neighbors(day),
        orders=orders,
        rules=np.array(_RULES, np.int64),
        removed=_REMOVED,
        longest_string=_LONGEST_STRING,
        blink=_BLINK,
        split=_SPLIT,
    )


def _neighbors(day: Day) -> NDArray[np.int32]:
    """Return for each visit others, the nearest in place and time first, itself before all."""
    visits = slice(1, 2 * day.n + 1)
    near = np.zeros((2 * day.n + 1, min(2 * day.n, _NEAR)), np.int32)
    earliest, latest = day.earliest[visits], day.latest[visits]
    for node in range(1, 2 * day.n + 1):
        apart = (day.distance[node, visits] + day.distance[visits, node]) / 2
        gap = np.maximum(earliest - day.latest[node], day.earliest[node] - latest)
        apart += _TIME_APART * np.maximum(gap, 0.0)
        apart[node - 1] = -1.0
        near[node] = np.argsort(apart, kind="stable")[: near.shape[1]] + 1
    return near

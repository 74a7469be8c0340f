"""Paths through the events of each kind of vehicle: the prices at which none is worth more than what it costs.

Routes are relaxed to paths (`events`: rides are only as short as windows make them). At any prices of requests the
cheapest paths give a bound on all plans (Lagrange; Geoffrion 1974); better prices come from a linear program over the
paths met (Desaulniers et al. 2005).
"""

from collections.abc import Iterable
from contextlib import suppress
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver import pywraplp

from routing.clock import Clock, OutOfTimeError
from routing.events import EventGraph
from routing.fragments import Floats
from routing.kernels.events import Events, costs_onward, least_path
from routing.kernels.tours import Day
from routing.linear import linear_program
from routing.routes import Route

_CLOSE = 1e-4  # share of a bound that is still uncertain: near enough
_LITTLE = 0.1  # of what lies between the relaxation and the plan
_FEW_PATHS = 25  # taken up at a time, of one kind
_SMOOTHING = 0.6  # of prices towards the best so far (Wentges 1997)
_TINY = 1e-6


class Planned(NamedTuple):
    """A plan to compare with: what it declines and drives; its routes and others, each with its kind of vehicle."""

    routes: tuple[tuple[int, Route], ...]
    declined: float
    driving: float

    def only(self, asked: NDArray[np.bool_]) -> "Planned":
        """Return the same with the routes of some requests only."""
        stays = np.concatenate([[False], asked, asked])
        routes = ((kind, tuple(node for node in route if stays[node])) for kind, route in self.routes)
        return self._replace(routes=tuple(routes))


class Path(NamedTuple):
    """What one vehicle of a kind does, depots apart."""

    kind: int
    nodes: tuple[int, ...]


class Kind:
    """The vehicles of one kind, and what they may do."""

    def __init__(self, number: int, day: Day, graph: EventGraph) -> None:
        self.number, self.day, self.graph = number, day, graph

    def driving(self, nodes: Iterable[int]) -> float:
        """Return how far it is from depot to depot."""
        route = [self.day.start, *nodes, self.day.end]
        return float(self.day.distance[route[:-1], route[1:]].sum())

    def cheapest(self, prices: Floats, *, with_driving: bool) -> tuple[float, list[Path]]:
        """Return what no path undercuts at the prices of requests, and some of the cheapest paths."""
        events = self.graph.events if with_driving else _without_driving(self.graph.events)
        out = self.day.distance[self.day.start, 1 : self.day.n + 1] if with_driving else np.zeros(self.day.n)
        earned = self.graph.earned(prices)
        onward = costs_onward(events, earned)
        costs = self.graph.begun(onward, out - prices)
        best = [request for request in np.argsort(costs)[:_FEW_PATHS] if costs[request] < 0]
        found = [least_path(events, earned, onward, events.opening[request]) for request in best]
        return float(costs.min(initial=0.0)), [Path(self.number, tuple(events.node[path].tolist())) for path in found]


def _without_driving(events: Events) -> Events:
    return events._replace(distance=np.zeros_like(events.distance), home=np.where(events.empty, 0.0, np.inf))


class PathPrices(NamedTuple):
    """What it earns to serve each request, and to decline less than may be declined."""

    requests: Floats
    declining: float

    def between(self, other: "PathPrices", share: float) -> "PathPrices":
        """Return prices between these (by ``share``) and others."""
        requests = share * self.requests + (1 - share) * other.requests
        return PathPrices(requests, share * self.declining + (1 - share) * other.declining)


class Question:
    """The least declined (no ``budget``), or the least driving if no more than a ``budget`` is declined."""

    def __init__(self, fleet: list[Kind], priorities: Floats, planned: Planned, *, budget: float | None) -> None:
        self.fleet, self.priorities, self.budget = fleet, priorities, budget
        self.known = planned.declined if budget is None else planned.driving
        self.paths = {Path(kind, route) for kind, route in planned.routes if route}
        self.worth = 0.0
        self.center = PathPrices(np.zeros(len(priorities)), 0.0)
        steps = [priorities] if budget is None else [kind.day.distance for kind in fleet]
        self.is_whole = all((each == np.rint(each)).all() for each in steps)

    def bound(self, clock: Clock) -> float:
        """Return what no plan undercuts, as far as the time allows."""
        with suppress(OutOfTimeError, ArithmeticError):
            self._raise(clock)
        return self._rounded(self.worth)

    def _rounded(self, worth: float) -> float:
        """Return the least a plan can have: a whole number where all there is to add up is whole."""
        return max(0.0, float(np.ceil(worth - _TINY))) if self.is_whole else worth

    def _is_settled(self, value: float) -> bool:
        """Tell whether what lies between the bound and the ``value`` of the relaxation changes the answer little."""
        if not self.is_whole and value < self.known < np.inf:
            return value - self.worth <= _LITTLE * (self.known - value)
        return self._rounded(self.worth) >= min(self.known - _TINY, self._rounded(value))

    def _raise(self, clock: Clock) -> None:
        """Generate paths until the bound is close to the value of the relaxation."""
        program = _Program(self)
        for path in sorted(self.paths):
            program.add(path)
        share = 0.0
        while True:
            clock.check()
            value, prices = program.relax()
            tried = self.center.between(prices, share)
            worth, found = self._priced(tried)
            if worth > self.worth:
                self.worth, self.center = worth, tried
            if value <= self.worth * (1 + _CLOSE) + _TINY or self._is_settled(value):
                return
            new = [path for path in found if path not in self.paths]
            if not new and not share:
                return
            for path in new:
                program.add(path)
            self.paths.update(new)
            share = _SMOOTHING if new else 0.0

    def _priced(self, prices: PathPrices) -> tuple[float, list[Path]]:
        """Return the bound at given prices, and the cheapest paths."""
        worth = float(prices.requests.sum()) - prices.declining * (self.budget or 0.0)
        found: list[Path] = []
        for kind in self.fleet:
            least, paths = kind.cheapest(prices.requests, with_driving=self.budget is not None)
            worth += len(kind.day.kind) * least
            found += paths
        return worth, found

    def dearest(self) -> float:
        """Return what nobody would pay to decline a little more than the budget."""
        longest = max(float(kind.day.distance.max()) for kind in self.fleet)
        least = float(self.priorities[self.priorities > 0].min(initial=1.0))
        return 1.0 + 4 * len(self.priorities) * longest / least

    def cost(self, path: Path) -> float:
        """Return what a path adds to what is asked for."""
        return 0.0 if self.budget is None else self.fleet[path.kind].driving(path.nodes)


class _Program:
    """The linear program: everybody on a path met or declined, no more paths of a kind than vehicles."""

    def __init__(self, question: Question) -> None:
        self.question, self.solver = question, linear_program()
        priorities, budget = question.priorities, question.budget
        endless = self.solver.infinity()
        self.rows = [self.solver.RowConstraint(1, endless, "") for _ in priorities]
        self.kinds = [self.solver.RowConstraint(-endless, len(kind.day.kind), "") for kind in question.fleet]
        self.declined = self.solver.RowConstraint(-endless, endless if budget is None else budget + _TINY, "")
        self.goal = self.solver.Objective()
        self.goal.SetMinimization()
        for row, priority in zip(self.rows, priorities.tolist(), strict=True):
            declined = self._variable([row], priority if budget is None else 0.0)
            self.declined.SetCoefficient(declined, priority)
        too_many = self._variable([], question.dearest())
        self.declined.SetCoefficient(too_many, -1.0)

    def _variable(self, rows: Iterable[pywraplp.Constraint], cost: float) -> pywraplp.Variable:
        variable = self.solver.NumVar(0, self.solver.infinity(), "")
        for row in rows:
            row.SetCoefficient(variable, row.GetCoefficient(variable) + 1)
        self.goal.SetCoefficient(variable, cost)
        return variable

    def add(self, path: Path) -> None:
        """Take up a path."""
        rows = [self.rows[node - 1] for node in path.nodes if node <= len(self.rows)]
        self._variable((self.kinds[path.kind], *rows), self.question.cost(path))

    def relax(self) -> tuple[float, PathPrices]:
        """Solve the program; return its value and prices."""
        status = self.solver.Solve()
        if status != pywraplp.Solver.OPTIMAL:
            raise ArithmeticError(f"the relaxation ended with status {status}")
        question = self.question
        declining = max(0.0, -self.declined.dual_value())
        most = question.priorities * (1.0 if question.budget is None else declining)
        requests = np.clip([row.dual_value() for row in self.rows], 0.0, most)
        return self.goal.Value(), PathPrices(requests, declining)

"""The linear program over the routes met so far: serve everybody at least once, with at most all vehicles.

It prices requests for `pricing` (column generation) and holds subset-row cuts (Jepsen et al. 2008).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver import pywraplp

from routing.fragments import Floats, Ints, Words
from routing.linear import linear_program
from routing.network import Cuts, Prices

_LOOKED_AT, _OF_ONE = 5_000, 5  # routes that may join, those that may serve the same request first
_VIOLATED = 0.02  # a cut worth taking up
_CUTS_EACH = 40  # at a time
_CUTS_OF_ONE = 5  # that may hold the same request
_TINY = 1e-9
_USED = 1e-6  # share under which a route is not in use
_MOST_COLUMNS = 5_000
_KEPT_COLUMNS = 2_000  # when there are more
_CHOOSING = "num_workers: 1 linearization_level: 2 cp_model_presolve: false absolute_gap_limit: 0"


@dataclass(frozen=True)
class Relaxed:
    """The relaxation's value, its prices, and the share of each route."""

    value: float
    prices: Prices
    shares: Floats


@dataclass(frozen=True)
class Choice:
    """Routes chosen whole, and a lower bound on every choice from the same routes (infinity: there is none)."""

    chosen: Ints | None
    bound: float


class Master:
    """Routes as columns, each with whom it serves (bits), what it costs, and the number its owner knows it by."""

    def __init__(self, n: int, vehicles: int, *, left_out: float) -> None:
        self.n, self.vehicles, self.left_out = n, vehicles, left_out
        self.cuts: list[tuple[int, ...]] = []
        self.served: list[Words] = []
        self.costs: list[float] = []
        self.names: list[int] = []
        self._reset()

    def add(self, served: Words, cost: float, name: int) -> bool:
        """Take up a route; tell whether it is new, or cheaper than the one for the same requests."""
        key = served.tobytes()
        known = self.index.get(key)
        if known is not None:
            if self.costs[known] <= cost + _TINY:
                return False
            self.costs[known], self.names[known] = cost, name
            self.goal.SetCoefficient(self.variables[known], cost)
            return True
        self.index[key] = len(self.costs)
        self.served.append(served)
        self.costs.append(cost)
        self.names.append(name)
        self._put(served, cost)
        return True

    def relax(self) -> Relaxed:
        """Solve the relaxation; drop the dearest routes afterwards if there are too many."""
        status = self.solver.Solve()
        if status != pywraplp.Solver.OPTIMAL:
            raise ArithmeticError(f"the relaxation ended with status {status}")
        cuts = Cuts(
            np.array(self.cuts, dtype=np.int64).reshape(-1, 3),
            np.array([max(0.0, -row.dual_value()) for row in self.cut_rows]),
        )
        prices = Prices(
            np.array([max(0.0, row.dual_value()) for row in self.rows]), min(0.0, self.fleet.dual_value()), cuts
        )
        value = self.goal.Value()
        shares = np.array([variable.solution_value() for variable in self.variables])
        if len(self.costs) > _MOST_COLUMNS:
            shares = shares[self._shrink(prices, shares)]
        return Relaxed(value, prices, shares)

    def cut(self, relaxed: Relaxed) -> int:
        """Add the subset-row cuts that the relaxation breaks most; return how many."""
        used = np.flatnonzero(relaxed.shares > _USED)
        serves = served_table(np.array([self.served[index] for index in used]), self.n)
        triples, excess = _violated(serves, relaxed.shares[used])
        everybody = served_table(np.array(self.served), self.n)
        often = np.zeros(self.n, dtype=int)
        taken = 0
        for index in np.argsort(-excess, kind="stable"):
            members = triples[index]
            if taken == _CUTS_EACH:
                break
            if tuple(members + 1) not in self.cuts and often[members].max() < _CUTS_OF_ONE:
                often[members] += 1
                self._add_cut(tuple(int(member) + 1 for member in members), everybody[:, members].sum(axis=1) > 1)
                taken += 1
        return taken

    def forget_slack(self, relaxed: Relaxed) -> None:
        """Drop the cuts that cost nothing: others that cost nothing either may tell more routes apart."""
        costly = (relaxed.prices.cuts.prices > _TINY).tolist()
        if not all(costly):
            self.cuts = [cut for cut, is_costly in zip(self.cuts, costly, strict=True) if is_costly]
            self._reset()

    def reduced(self, prices: Prices) -> Floats:
        """Return the reduced cost of every route."""
        return prices.reduced(np.array(self.costs), np.array(self.served).reshape(len(self.costs), -1))

    def keep(self, chosen: Ints) -> None:
        """Drop all routes but those chosen."""
        self.served = [self.served[index] for index in chosen]
        self.costs = [self.costs[index] for index in chosen]
        self.names = [self.names[index] for index in chosen]
        self._reset()

    def _shrink(self, prices: Prices, shares: Floats) -> Ints:
        """Keep the routes in use and the cheapest others; return which."""
        reduced = self.reduced(prices)
        reduced[shares > 0] = -np.inf
        kept = np.sort(np.argsort(reduced, kind="stable")[:_KEPT_COLUMNS])
        self.keep(kept)
        return kept

    def _reset(self) -> None:
        """Write the linear program anew."""
        self.solver = linear_program()
        endless = self.solver.infinity()
        self.rows = [self.solver.RowConstraint(1, endless, "") for _ in range(self.n)]
        self.fleet = self.solver.RowConstraint(-endless, self.vehicles, "")
        self.cut_rows = [self.solver.RowConstraint(-endless, 1, "") for _ in self.cuts]
        self.goal = self.solver.Objective()
        self.goal.SetMinimization()
        for row in self.rows:
            nobody = self.solver.NumVar(0, endless, "")
            row.SetCoefficient(nobody, 1)
            self.goal.SetCoefficient(nobody, self.left_out)
        self.variables: list[pywraplp.Variable] = []
        self.index: dict[bytes, int] = {}
        for number, (served, cost) in enumerate(zip(self.served, self.costs, strict=True)):
            self.index[served.tobytes()] = number
            self._put(served, cost)

    def _put(self, served: Words, cost: float) -> None:
        """Write one column."""
        variable = self.solver.NumVar(0, self.solver.infinity(), "")
        riders = riders_of(served)
        for request in riders:
            self.rows[request - 1].SetCoefficient(variable, 1)
        self.fleet.SetCoefficient(variable, 1)
        for row, members in zip(self.cut_rows, self.cuts, strict=True):
            if len(riders.intersection(members)) > 1:
                row.SetCoefficient(variable, 1)
        self.goal.SetCoefficient(variable, cost)
        self.variables.append(variable)

    def _add_cut(self, members: tuple[int, ...], twice: NDArray[np.bool_]) -> None:
        """Write a cut over the routes that serve two of its members."""
        row = self.solver.RowConstraint(-self.solver.infinity(), 1, "")
        for index in np.flatnonzero(twice).tolist():
            row.SetCoefficient(self.variables[index], 1)
        self.cuts.append(members)
        self.cut_rows.append(row)


def dual_value(prices: Prices, vehicles: int) -> float:
    """Return what the relaxation is worth at ``prices``, if no route has a reduced cost under 0."""
    return float(prices.requests.sum() + vehicles * prices.vehicle - prices.cuts.prices.sum())


def between(old: Prices, new: Prices, share: float) -> Prices:
    """Return prices between old (by ``share``) and new."""
    if not share:
        return new
    return Prices(
        share * old.requests + (1 - share) * new.requests,
        share * old.vehicle + (1 - share) * new.vehicle,
        Cuts(new.cuts.members, share * old.cuts.prices + (1 - share) * new.cuts.prices),
    )


def riders_of(served: Words) -> set[int]:
    """Return the requests whose bits are set."""
    bits = int.from_bytes(served.tobytes(), "little")
    return {place + 1 for place in range(bits.bit_length()) if bits >> place & 1}


def served_table(served: Words, n: int) -> Floats:
    """Return who (column) is served by each route (row) as ones."""
    ones = np.unpackbits(np.ascontiguousarray(served).view(np.uint8), axis=1, bitorder="little")
    return ones[:, :n].astype(float)


def spread(served: Words, reduced: Floats, n: int, *, most: int) -> list[int]:
    """Return routes of negative reduced cost, the cheapest first, so that no rider is in many before others are."""
    order = np.argsort(reduced, kind="stable")[:_LOOKED_AT]
    order = order[reduced[order] < -_TINY]
    rides = served_table(served[order], n) > 0
    often = np.zeros(n, dtype=int)
    taken: list[int] = []
    for index, riders in zip(order, rides, strict=True):
        if often[riders].min() < _OF_ONE:
            often[riders] += 1
            taken.append(int(index))
            if len(taken) == most:
                break
    return taken


def choose(served: Words, costs: Floats, n: int, *, vehicles: int, seconds: float, pace: float = 1.0) -> Choice:
    """Return the cheapest choice of routes that serves everybody once, as far as CP-SAT comes in ``seconds``.

    These are seconds of cpu time, of which each takes ``pace`` of wall time.
    """
    if not len(costs):
        return Choice(None, np.inf)
    solver = pywraplp.Solver.CreateSolver("SAT")
    solver.SetSolverSpecificParametersAsString(f"{_CHOOSING} max_deterministic_time: {seconds}")
    solver.SetTimeLimit(max(100, round(1_000 * seconds * pace)))
    endless = solver.infinity()
    rows = [solver.RowConstraint(1, 1, "") for _ in range(n)]
    fleet = solver.RowConstraint(-endless, vehicles, "")
    goal = solver.Objective()
    goal.SetMinimization()
    routes = []
    for riders, cost in zip(served_table(served, n), costs.tolist(), strict=True):
        route = solver.BoolVar("")
        for request in np.flatnonzero(riders).tolist():
            rows[request].SetCoefficient(route, 1)
        fleet.SetCoefficient(route, 1)
        goal.SetCoefficient(route, cost)
        routes.append(route)
    exactly = pywraplp.MPSolverParameters()
    exactly.SetDoubleParam(exactly.RELATIVE_MIP_GAP, 0.0)
    status = solver.Solve(exactly)
    if status == solver.INFEASIBLE:
        return Choice(None, np.inf)
    if status not in (solver.OPTIMAL, solver.FEASIBLE):
        return Choice(None, -np.inf)
    chosen = [index for index, route in enumerate(routes) if route.solution_value() > 1 / 2]
    return Choice(np.array(chosen), goal.BestBound())


def _violated(serves: Floats, shares: Floats) -> tuple[Ints, Floats]:
    """Return triples of requests of which more than one route's worth serves two, and by how much."""
    together = (serves * shares[:, None]).T @ serves
    first, second = np.nonzero(np.triu(together, 1) > _USED)
    third = np.arange(serves.shape[1])
    pairs = together[first, second][:, None] + together[first] + together[second]
    rows, columns = np.nonzero((pairs > 1 + _VIOLATED) & _apart(first, second, third))
    triples = np.sort(np.column_stack([first[rows], second[rows], columns]), axis=1)
    triples = np.unique(triples, axis=0)
    counts = serves[:, triples].sum(axis=2) if len(triples) else np.zeros((len(shares), 0))
    excess = shares @ (counts > 1) - 1
    good: NDArray[np.bool_] = excess > _VIOLATED
    return triples[good], excess[good]


def _apart(first: Ints, second: Ints, third: Ints) -> NDArray[np.bool_]:
    apart: NDArray[np.bool_] = (first[:, None] != third) & (second[:, None] != third)
    return apart

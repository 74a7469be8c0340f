"""The linear program over the routes met so far: serve everybody at least once, with at most all vehicles.

It prices requests for `pricing` (column generation), holds subset-row cuts (Jepsen et al. 2008), and among its
routes the best whole-number choice is looked for. Solved by GLOP, which goes on from where it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver import pywraplp
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from routing.fragments import Floats, Ints
from routing.network import Cuts, Prices
from routing.routes import Route

_VIOLATED = 0.01  # a cut worth taking up
_CUTS_EACH = 30  # at a time
_CUTS_OF_ONE = 6  # that may hold the same request


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
    """Routes as columns, each with who it serves, what it costs, and its nodes."""

    def __init__(self, n: int, vehicles: int, *, left_out: float) -> None:
        self.n, self.vehicles = n, vehicles
        self.solver = pywraplp.Solver.CreateSolver("GLOP")
        endless = self.solver.infinity()
        self.rows = [self.solver.RowConstraint(1, endless, "") for _ in range(n)]
        self.fleet = self.solver.RowConstraint(-endless, vehicles, "")
        self.goal = self.solver.Objective()
        self.goal.SetMinimization()
        for row in self.rows:
            nobody = self.solver.NumVar(0, endless, "")
            row.SetCoefficient(nobody, 1)
            self.goal.SetCoefficient(nobody, left_out)
        self.cuts: list[tuple[int, ...]] = []
        self.cut_rows: list[pywraplp.Constraint] = []
        self.index: dict[frozenset[int], int] = {}
        self.variables: list[pywraplp.Variable] = []
        self.costs: list[float] = []
        self.routes: list[Route] = []

    def add(self, route: Route, cost: float) -> bool:
        """Take up a route; tell whether it is new, or cheaper than the one for the same requests."""
        served = frozenset(node for node in route if node <= self.n)
        known = self.index.get(served)
        if known is not None:
            if self.costs[known] <= cost + 1e-9:
                return False
            self.costs[known], self.routes[known] = cost, route
            self.goal.SetCoefficient(self.variables[known], cost)
            return True
        variable = self.solver.NumVar(0, self.solver.infinity(), "")
        self.index[served] = len(self.variables)
        for request in served:
            self.rows[request - 1].SetCoefficient(variable, 1)
        self.fleet.SetCoefficient(variable, 1)
        for row, members in zip(self.cut_rows, self.cuts, strict=True):
            if len(served.intersection(members)) > 1:
                row.SetCoefficient(variable, 1)
        self.goal.SetCoefficient(variable, cost)
        self.variables.append(variable)
        self.costs.append(cost)
        self.routes.append(route)
        return True

    def relax(self) -> Relaxed:
        """Solve the relaxation."""
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
        shares = np.array([variable.solution_value() for variable in self.variables])
        return Relaxed(self.goal.Value(), prices, shares)

    def cut(self, relaxed: Relaxed) -> int:
        """Add the subset-row cuts that the relaxation breaks most; return how many."""
        used = np.flatnonzero(relaxed.shares > 1e-6)  # noqa: PLR2004 -- what the solver calls nothing
        serves = served_table([self.routes[index] for index in used], self.n).toarray()
        triples, excess = _violated(serves, relaxed.shares[used])
        often = np.zeros(self.n, dtype=int)
        taken = 0
        for index in np.argsort(-excess, kind="stable"):
            members = triples[index]
            if taken == _CUTS_EACH:
                break
            if tuple(members + 1) not in self.cuts and often[members].max() < _CUTS_OF_ONE:
                often[members] += 1
                self._add_cut(tuple(int(member) + 1 for member in members))
                taken += 1
        return taken

    def reduced(self, prices: Prices) -> Floats:
        """Return the reduced cost of every route."""
        serves = served_table(self.routes, self.n)
        reduced = np.array(self.costs) - serves @ prices.requests - prices.vehicle
        for members, price in zip(prices.cuts.members, prices.cuts.prices, strict=True):
            reduced += price * (serves[:, members - 1].sum(axis=1) > 1)
        return np.asarray(reduced)

    def _add_cut(self, members: tuple[int, ...]) -> None:
        row = self.solver.RowConstraint(-self.solver.infinity(), 1, "")
        for served, index in self.index.items():
            if len(served.intersection(members)) > 1:
                row.SetCoefficient(self.variables[index], 1)
        self.cuts.append(members)
        self.cut_rows.append(row)


def served_table(routes: list[Route], n: int) -> csr_array:
    """Return who (column) is served by each route (row) as a sparse table of ones."""
    pairs = [(row, node - 1) for row, route in enumerate(routes) for node in route if node <= n]
    rows, columns = zip(*pairs, strict=True) if pairs else ((), ())
    return csr_array((np.ones(len(pairs)), (rows, columns)), shape=(len(routes), n))


def choose(
    serves: csr_array, costs: Floats, cuts: Sequence[tuple[int, ...]] = (), *, vehicles: int, seconds: float
) -> Choice:
    """Return the cheapest choice of routes (rows) that serves everybody once, in ``seconds`` of wall time.

    ``cuts`` are subset-row cuts that help the search; a rider may be served twice where that costs nothing.
    """
    if not len(costs):
        return Choice(None, np.inf)
    table = serves.T.tocsc()
    fleet = csr_array(np.ones((1, len(costs))))
    limits = [LinearConstraint(table, 1, np.inf), LinearConstraint(fleet, 0, vehicles)]
    if cuts:
        twice = [serves[:, np.array(members) - 1].sum(axis=1) > 1 for members in cuts]
        limits.append(LinearConstraint(csr_array(np.array(twice, dtype=float)), -np.inf, 1))
    result = milp(
        costs,
        integrality=np.ones(len(costs)),
        bounds=Bounds(0, 1),
        constraints=limits,
        options={"time_limit": max(0.1, seconds), "mip_rel_gap": 0.0},
    )
    infeasible = 2
    if result.status == infeasible:
        return Choice(None, np.inf)
    bound = -np.inf if result.mip_dual_bound is None else float(result.mip_dual_bound)
    return Choice(None if result.x is None else np.flatnonzero(result.x > 1 / 2), bound)


def _violated(serves: Floats, shares: Floats) -> tuple[Ints, Floats]:
    """Return triples of requests of which more than one route's worth serves two, and by how much."""
    together = (serves * shares[:, None]).T @ serves
    first, second = np.nonzero(np.triu(together, 1) > 1e-6)  # noqa: PLR2004 -- what the solver calls nothing
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

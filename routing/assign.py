"""The best combination of routes out of a pool: every request in at least one, or left out at its penalty.

The relaxation is solved over few routes, and routes worth more than its prices join them until none is left (column
generation inside the pool; Parragh & Schmid 2013). A route whose reduced cost exceeds what is left to gain cannot
be part of a better combination and is dropped before rounding and the whole-number search.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver import pywraplp
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csc_array, eye_array, hstack, vstack

from routing.linear import linear_program

_FIRST, _JOINING, _MOST_ROUNDS = 1_500, 800, 1_000  # routes, routes at a time, times
_LARGEST_CHOICE = 500
_MOST_NODES = 100  # of the whole-number search
_MARGIN = 1e-6
_USED, _SURE = 1e-6, 0.999  # shares of a route

_Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Columns:
    """Routes as columns: ``serves`` (requests by routes, 0 and 1), what each costs, which kind of vehicle drives it."""

    serves: csc_array
    costs: _Floats
    kinds: NDArray[np.int32]


class Combiner:
    """Combines routes of one growing pool. ``fleet``: vehicles of each kind; ``penalties``: for each request."""

    def __init__(self, fleet: Sequence[int], penalties: _Floats) -> None:
        self.fleet, self.penalties = np.array(fleet), penalties
        self._begin()

    def _begin(self) -> None:
        """Write a linear program without columns."""
        self.solver = linear_program()
        endless = self.solver.infinity()
        self.requests = [self.solver.RowConstraint(1, endless, "") for _ in self.penalties]
        self.kinds = [self.solver.RowConstraint(-endless, int(count), "") for count in self.fleet]
        self.goal = self.solver.Objective()
        self.goal.SetMinimization()
        self.variables: dict[int, pywraplp.Variable] = {}
        for row, penalty in zip(self.requests, self.penalties, strict=True):
            nobody = self.solver.NumVar(0, endless, "")
            row.SetCoefficient(nobody, 1)
            self.goal.SetCoefficient(nobody, float(penalty))

    def combine(
        self, columns: Columns, current: Sequence[int], *, cost: float, limits: tuple[float, bool]
    ) -> Iterator[list[int]]:
        """Yield choices of columns that may together cost less than ``cost``: some rounded, and perhaps the best.

        The columns come from the same pool at every call: more of them, some cheaper. ``current`` are driven now.
        The whole-number search ends after some wall time (the first of ``limits``) or a fixed number of nodes.
        If many columns are left for it, it looks at the nearest, or is not made (the second of ``limits``).
        """
        seconds, thorough = limits
        reduced, bound = self._relax(columns, current)
        reduced[list(current)] = -np.inf
        kept = np.flatnonzero(reduced <= cost - bound + _MARGIN)
        self._restrict(columns, kept[np.argsort(reduced[kept], kind="stable")[:_FIRST]])
        yield self._dive()
        if len(kept) > _LARGEST_CHOICE and thorough:
            kept = np.sort(np.argsort(reduced, kind="stable")[:_LARGEST_CHOICE])
        if len(kept) <= _LARGEST_CHOICE and (chosen := self._choose(columns, kept, seconds)):
            yield chosen

    def reduced_costs(self, columns: Columns, current: Sequence[int]) -> _Floats:
        """Return what each column costs at the prices of the relaxation over all of them."""
        return self._relax(columns, current)[0]

    def _dive(self) -> list[int]:
        """Round the relaxation: fix the routes it uses most, solve it again, until nothing is left to fix."""
        fixed: dict[int, pywraplp.Variable] = {}
        while True:
            shares = {row: variable.solution_value() for row, variable in self.variables.items() if row not in fixed}
            used = [row for row, share in shares.items() if share > _USED]
            if not used or len(fixed) >= self.fleet.sum():
                break
            surest = max(used, key=lambda row: (shares[row], -row))
            for row in {surest} | {row for row in used if shares[row] > _SURE}:
                fixed[row] = self.variables[row]
                fixed[row].SetLb(1)
            self._optimise()
        for variable in fixed.values():
            variable.SetLb(0)
        return sorted(fixed)

    def _choose(self, columns: Columns, kept: NDArray[np.intp], seconds: float) -> list[int] | None:
        """Return the best whole choice among some columns, as far as the search comes."""
        table, costs = self._table(columns, kept)
        least = np.concatenate([np.ones(len(self.penalties)), np.zeros(len(self.fleet))])
        most = np.concatenate([np.full(len(self.penalties), np.inf), self.fleet])
        result = milp(
            costs,
            integrality=np.ones(len(costs)),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(table, least, most),
            options={"time_limit": seconds, "node_limit": _MOST_NODES},
        )
        return None if result.x is None else [int(row) for row in kept[result.x[: len(kept)] > 1 / 2]]

    def _relax(self, columns: Columns, current: Sequence[int]) -> tuple[_Floats, float]:
        """Return the reduced costs of all columns and the value of the relaxation."""
        for row, variable in self.variables.items():
            self.goal.SetCoefficient(variable, float(columns.costs[row]))
        count = len(columns.costs)
        self._join(columns, np.union1d(np.array(current, np.intp), np.arange(max(0, count - _FIRST), count)))
        return self._solve(columns)

    def _solve(self, columns: Columns) -> tuple[_Floats, float]:
        """Solve the relaxation; columns worth more than its prices join until there are none, or for many rounds."""
        for _ in range(_MOST_ROUNDS):
            self._optimise()
            prices = np.array([max(0.0, row.dual_value()) for row in self.requests])
            kinds = np.array([min(0.0, row.dual_value()) for row in self.kinds])
            reduced: _Floats = columns.costs - columns.serves.T @ prices - kinds[columns.kinds]
            outside = reduced.copy()
            outside[list(self.variables)] = 0.0
            joining = np.flatnonzero(outside < -_MARGIN)
            if not len(joining):
                break
            self._join(columns, joining[np.argsort(outside[joining], kind="stable")[:_JOINING]])
        return reduced, float(self.goal.Value())

    def _restrict(self, columns: Columns, rows: NDArray[np.intp]) -> None:
        """Drop all columns but some from the linear program: rounding solves it often."""
        self._begin()
        self._join(columns, rows)
        self._optimise()

    def _optimise(self) -> None:
        """Solve the linear program over the columns that it has."""
        if self.solver.Solve() != pywraplp.Solver.OPTIMAL:
            raise ArithmeticError("the relaxation over the pool was not solved")

    def _join(self, columns: Columns, rows: NDArray[np.intp]) -> None:
        """Take columns up into the linear program."""
        starts, served = columns.serves.indptr, columns.serves.indices
        for row in map(int, rows):
            if row in self.variables:
                continue
            variable = self.variables[row] = self.solver.NumVar(0, self.solver.infinity(), "")
            self.goal.SetCoefficient(variable, float(columns.costs[row]))
            self.kinds[columns.kinds[row]].SetCoefficient(variable, 1)
            for request in served[starts[row] : starts[row + 1]]:
                self.requests[request].SetCoefficient(variable, 1)

    def _table(self, columns: Columns, kept: NDArray[np.intp]) -> tuple[csc_array, _Floats]:
        """Return constraints (a row for each request, then for each kind) and costs; leaving out comes last."""
        count, requests, kinds = len(kept), len(self.penalties), len(self.fleet)
        used = csc_array((np.ones(count), (columns.kinds[kept], np.arange(count))), shape=(kinds, count))
        left_out = vstack([eye_array(requests), csc_array((kinds, requests))])
        table = hstack([vstack([columns.serves[:, kept], used]), left_out], format="csc")
        return csc_array(table), np.concatenate([columns.costs[kept], self.penalties])

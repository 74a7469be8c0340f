"""The linear program over the routes met so far: serve everybody at least once, with at most all vehicles.

It prices requests for `pricing` (column generation).
"""

from dataclasses import dataclass

import numpy as np
from ortools.linear_solver import pywraplp

from routing.fragments import Floats, Words
from routing.linear import linear_program
from routing.network import Prices

_LOOKED_AT, _OF_ONE = 5_000, 5  # routes that may join, those that may serve the same request first
_TINY = 1e-9
_MOST_COLUMNS = 5_000
_KEPT_COLUMNS = 2_000  # when there are more


@dataclass(frozen=True)
class Relaxed:
    """The relaxation's value, and its prices."""

    value: float
    prices: Prices


class Master:
    """Routes as columns, each with whom it serves (bits), what it costs, and the number its owner knows it by."""

    def __init__(self, n: int, vehicles: int, *, left_out: float) -> None:
        self.n, self.vehicles, self.left_out = n, vehicles, left_out
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
        prices = Prices(np.array([max(0.0, row.dual_value()) for row in self.rows]), min(0.0, self.fleet.dual_value()))
        relaxed = Relaxed(self.goal.Value(), prices)
        if len(self.costs) > _MOST_COLUMNS:
            self._shrink(prices)
        return relaxed

    def _shrink(self, prices: Prices) -> None:
        """Keep the routes in use and the cheapest others."""
        reduced = prices.reduced(np.array(self.costs), np.array(self.served))
        reduced[[variable.solution_value() > 0 for variable in self.variables]] = -np.inf
        kept = np.sort(np.argsort(reduced, kind="stable")[:_KEPT_COLUMNS])
        self.served = [self.served[index] for index in kept]
        self.costs = [self.costs[index] for index in kept]
        self.names = [self.names[index] for index in kept]
        self._reset()

    def _reset(self) -> None:
        """Write the linear program anew."""
        self.solver = linear_program()
        endless = self.solver.infinity()
        self.rows = [self.solver.RowConstraint(1, endless, "") for _ in range(self.n)]
        self.fleet = self.solver.RowConstraint(-endless, self.vehicles, "")
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
        for request in riders_of(served):
            self.rows[request - 1].SetCoefficient(variable, 1)
        self.fleet.SetCoefficient(variable, 1)
        self.goal.SetCoefficient(variable, cost)
        self.variables.append(variable)


def dual_value(prices: Prices, vehicles: int) -> float:
    """Return what the relaxation is worth at ``prices``, if no route has a reduced cost under 0."""
    return float(prices.requests.sum() + vehicles * prices.vehicle)


def between(old: Prices, new: Prices, share: float) -> Prices:
    """Return prices between old (by ``share``) and new."""
    if not share:
        return new
    return Prices(
        share * old.requests + (1 - share) * new.requests,
        share * old.vehicle + (1 - share) * new.vehicle,
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

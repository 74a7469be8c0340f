"""The cheapest day made of given fragments, in whole numbers: which of them, and what follows what (CP-SAT).

A day is a flow: out of the depot, through fragments and the drives between them, and home (Rist & Forbes 2021).
Moments at the ends of the drives are variables; what is chosen ties two of them together, so the flow keeps its times.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from routing.clock import Clock
from routing.fragments import IntractableError
from routing.kernels.moments import SLACK
from routing.network import Network
from routing.routes import Route

_MOST = 10**15  # what everything together costs: rounding takes less than a billionth of a day's cost
_MOMENTS = 10**9  # of a day
_SHORTEST_S = 0.1
_DEPOT = -1

_Literal = cp_model.IntVar
_Timed = tuple[float, _Literal]
_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Choice:
    """The cheapest day as routes, None if none was found; and what no day made of the fragments undercuts."""

    routes: tuple[Route, ...] | None
    bound: float


def choose(
    network: Network, ways: NDArray[np.bool_], is_legal: Callable[[Route], bool], *, below: float, clock: Clock
) -> Choice:
    """Return the cheapest day, of at most ``below``, of fragments and ``ways`` from drop-offs to pick-ups (from 0).

    Routes that ``is_legal`` refuses (rounding lets a little too much pass) are given up, and the choice made again.
    The bound is infinite if there is no such day; it is what is certain when the time is up. Raise IntractableError
    where rides take so little time that it does not tell them apart.
    """
    program, bound = _Program(network, ways, below), 0.0
    while clock.left_s():
        solver, status = _solved(program.model, clock)
        if status == cp_model.INFEASIBLE:
            return Choice(None, np.inf)
        bound = max(bound, solver.best_objective_bound / program.unit)
        if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
            break
        chains = program.chosen(solver)
        refused = [chain for chain in chains if not is_legal(program.route(chain))]
        if not refused:
            return Choice(tuple(map(program.route, chains)), bound)
        for chain in refused:
            program.forbid(_core(chain, lambda part: not is_legal(program.route(part))))
    return Choice(None, bound)


def _core(chain: list[int], is_illegal: Callable[[list[int]], bool]) -> list[int]:
    """Return a part of an illegal chain that is illegal, too, but not without its first or last fragment.

    What is illegal stays so with more fragments before or behind it, as no way round is shorter.
    """
    while len(chain) > 1 and is_illegal(chain[1:]):
        chain = chain[1:]
    while len(chain) > 1 and is_illegal(chain[:-1]):
        chain = chain[:-1]
    return chain


def _solved(model: cp_model.CpModel, clock: Clock) -> tuple[cp_model.CpSolver, cp_model.CpSolverStatus]:
    """Solve a program on one core, in the time left."""
    solver, seconds = cp_model.CpSolver(), clock.left_s()
    solver.parameters.num_workers = 1
    solver.parameters.linearization_level = 2
    solver.parameters.max_deterministic_time = seconds
    solver.parameters.max_time_in_seconds = max(_SHORTEST_S, seconds * clock.pace())
    return solver, solver.solve(model)


class _Program:
    """The whole-number program. Costs and times are rounded down, so what is possible stays possible.

    Places are pick-ups and drop-offs from 0, and the depot.
    """

    def __init__(self, network: Network, ways: NDArray[np.bool_], below: float) -> None:
        self.model, self.network, self.chain = cp_model.CpModel(), network, network.chain
        self.first, self.last = (network.fragments.first - 1).tolist(), network.chain.last.tolist()
        self.fragments = [self.model.new_bool_var("") for _ in self.last]
        self.costs = list(zip(network.chain.cost.tolist(), self.fragments, strict=True))
        self.drives: dict[tuple[int, int], _Literal] = {}
        self.begins, self.ends = self._moments()
        self._serve_everybody()
        self._keep_times()
        self._join(ways)
        self._flow()
        self._keep_pace()
        self._keep_duties()
        self.unit = _MOST / max(1.0, sum(cost for cost, _ in self.costs))
        terms = [int(cost * self.unit) * literal for cost, literal in self.costs]
        if below < np.inf:
            self.model.add(sum(terms) <= min(_MOST, int(below * self.unit)))
        self.model.minimize(sum(terms))

    def chosen(self, solver: cp_model.CpSolver) -> list[list[int]]:
        """Return the fragments chosen, those of each route in order."""
        chosen = [index for index, literal in enumerate(self.fragments) if solver.boolean_value(literal)]
        begun = {self.first[index]: index for index in chosen}
        onward = dict(drive for drive, literal in self.drives.items() if solver.boolean_value(literal))
        chains = []
        for (origin, head), literal in self.drives.items():
            if origin == _DEPOT and solver.boolean_value(literal):
                chain = [begun[head]]
                while (place := onward[self.last[chain[-1]]]) != _DEPOT:
                    chain.append(begun[place])
                chains.append(chain)
        if sum(map(len, chains)) < len(chosen):
            raise IntractableError("fragments that take no time")  # they follow each other in a circle
        return chains

    def route(self, chain: list[int]) -> Route:
        """Return the nodes of fragments in order."""
        visits = self.network.fragments.visits[chain]
        return tuple(visits[visits > 0].tolist())

    def forbid(self, chain: list[int]) -> None:
        """Let these fragments not follow each other."""
        joined = [self.drives[self.last[one], self.first[other]] for one, other in pairwise(chain)]
        taken = [*(self.fragments[index] for index in chain), *joined]
        self.model.add_bool_or([literal.negated() for literal in taken])

    def _moment(self, time: float) -> int:
        return int(np.floor((time - self.chain.zero) * self.pace))

    def _least(self, time: float) -> int:
        """Return how long something takes, a little less rather than too long."""
        return int(np.floor((time - SLACK) * self.pace))

    def _moments(self) -> tuple[dict[int, cp_model.IntVar], dict[int, cp_model.IntVar]]:
        """Return when fragments begin at each pick-up and end at each drop-off."""
        day = self.network.day
        earliest, latest = day.earliest, day.latest + SLACK
        self.pace = _MOMENTS / float(latest[day.end] - self.chain.zero)

        def between(node: int) -> cp_model.IntVar:
            return self.model.new_int_var(self._moment(earliest[node] - SLACK), self._moment(latest[node]), "")

        begins = {pickup: between(pickup + 1) for pickup in sorted(set(self.first))}
        return begins, {dropoff: between(dropoff + day.n + 1) for dropoff in sorted(set(self.last))}

    def _serve_everybody(self) -> None:
        """Let everybody be aboard in one fragment."""
        n, visits = self.network.day.n, self.network.fragments.visits
        aboard: dict[int, list[_Literal]] = {rider: [] for rider in range(1, n + 1)}
        for index, place in zip(*np.nonzero((visits > 0) & (visits <= n)), strict=True):
            aboard[int(visits[index, place])].append(self.fragments[index])
        for literals in aboard.values():
            self.model.add_exactly_one(literals)

    def _keep_times(self) -> None:
        """Tie the moments at both ends of a fragment together if it is chosen."""
        chain = self.chain
        times = zip(chain.soonest.tolist(), chain.duration.tolist(), chain.latest_start.tolist(), strict=True)
        places = zip(self.fragments, self.first, self.last, strict=True)
        for (literal, first, last), (soonest, duration, latest) in zip(places, times, strict=True):
            begin, end = self.begins[first], self.ends[last]
            self.model.add(end >= begin + self._least(duration)).only_enforce_if(literal)
            self.model.add(end >= self._moment(soonest - SLACK)).only_enforce_if(literal)
            self.model.add(begin <= self._moment(latest + SLACK)).only_enforce_if(literal)

    def _join(self, ways: NDArray[np.bool_]) -> None:
        """Allow drives from the depot, home, and on ``ways`` that may be in time."""
        chain = self.chain
        for pickup in self.begins:
            self._drive(_DEPOT, pickup, chain.out[pickup])
        for dropoff in self.ends:
            self._drive(dropoff, _DEPOT, chain.home[dropoff])
        for dropoff, pickup in np.argwhere(ways).tolist():
            if dropoff != pickup and dropoff in self.ends and pickup in self.begins:
                leg = float(chain.legs[dropoff, pickup])
                drive = self._drive(dropoff, pickup, leg)
                takes = self._least(float(chain.took[dropoff, pickup]))
                self.model.add(self.begins[pickup] >= self.ends[dropoff] + takes).only_enforce_if(drive)

    def _drive(self, origin: int, target: int, length: float) -> _Literal:
        drive = self.drives[origin, target] = self.model.new_bool_var("")
        self.costs.append((float(length), drive))
        return drive

    def _flow(self) -> None:
        """Let a drive lead to each fragment chosen and another one away from it, and no more than all vehicles out."""
        into, away = defaultdict(list), defaultdict(list)
        for (origin, target), drive in self.drives.items():
            away[origin].append(drive)
            into[target].append(drive)
        begun, ended = _grouped(self.first, self.fragments), _grouped(self.last, self.fragments)
        for drives, fragments in ((into, begun), (away, ended)):
            for place, literals in fragments.items():
                self.model.add(sum(drives[place]) == sum(literals))
        self.model.add(sum(away[_DEPOT]) <= len(self.network.day.kind))

    def _keep_pace(self) -> None:
        """Let fragments that end late be left by drives still in time then, and early ones be reached in time.

        The moments see to it for whole numbers only. In the relaxation, where literals have shares, a flow would
        forget time; this brings its value nearly to that over all routes.
        """
        chain, part = self.chain, self.network.fragments
        latest, soonest = np.full(len(chain.out), -np.inf), np.full(len(chain.out), np.inf)
        np.maximum.at(latest, self.first, part.latest_start)
        np.minimum.at(soonest, self.last, part.soonest_end)
        leaving, arriving = defaultdict(list), defaultdict(list)
        for (dropoff, pickup), drive in self.drives.items():
            if _DEPOT not in {dropoff, pickup}:
                takes = chain.took[dropoff, pickup] - SLACK
                leaving[dropoff].append((latest[pickup] - takes, drive))
                arriving[pickup].append((-soonest[dropoff] - takes, drive))
        ended = _grouped(self.last, zip(part.soonest_end, self.fragments, strict=True))
        begun = _grouped(self.first, zip(-part.latest_start, self.fragments, strict=True))
        for dropoff in self.ends:
            self._nest(ended[dropoff], leaving[dropoff], self.drives[dropoff, _DEPOT])
        for pickup in self.begins:
            self._nest(begun[pickup], arriving[pickup], self.drives[_DEPOT, pickup])

    def _keep_duties(self) -> None:
        """Let every vehicle be home within the longest duty: when it set out is handed on from place to place."""
        day, zero = self.network.day, self.chain.zero
        longest_duty, start, end = float(day.longest[day.end]), day.start, day.end
        if longest_duty >= day.latest[end] - zero:
            return
        longest = self._moment(zero + longest_duty + SLACK) + 1
        begun = {pickup: self.model.new_int_var(0, _MOMENTS, "") for pickup in self.begins}
        ended = {dropoff: self.model.new_int_var(0, _MOMENTS, "") for dropoff in self.ends}
        for literal, first, last in zip(self.fragments, self.first, self.last, strict=True):
            self.model.add(ended[last] <= begun[first]).only_enforce_if(literal)
        for (origin, target), drive in self.drives.items():
            if origin == _DEPOT:
                takes = self._least(float(day.took[start, target + 1]))
                rule = begun[target] <= self.begins[target] - takes
            elif target == _DEPOT:
                takes = self._least(float(day.took[origin + day.n + 1, end]))
                rule = self.ends[origin] + takes - ended[origin] <= longest
            else:
                rule = begun[target] <= ended[origin]
            self.model.add(rule).only_enforce_if(drive)

    def _nest(self, fragments: list[_Timed], drives: list[_Timed], depot: _Literal) -> None:
        """Let fragments after the limit of a drive use one with a later limit, or the one to or from the depot."""
        drives = sorted(drives, key=lambda timed: -timed[0])
        known = 0
        for place, (limit, _) in enumerate(drives):
            after = [literal for moment, literal in fragments if moment > limit]
            if len(after) > known:
                known = len(after)
                self.model.add(sum(after) <= sum(drive for _, drive in drives[:place]) + depot)


def _grouped(places: Iterable[int], items: Iterable[_Item]) -> dict[int, list[_Item]]:
    """Return the items of each place."""
    found: dict[int, list[_Item]] = defaultdict(list)
    for place, item in zip(places, items, strict=True):
        found[place].append(item)
    return found

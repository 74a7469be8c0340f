"""A whole day from nothing: every request known beforehand, least distance (the static dial-a-ride problem).

Slack Induction by String Removals (Christiaens & Vanden Berghe 2020): tear strings of neighboring visits out of
neighboring routes, put the requests back where they cost least, accept as simulated annealing does. A request
without a feasible place waits in a bank; a solution is one whose bank is empty. Routes met on the way go
into a pool, and the best combination of the pool (set partitioning, HiGHS) is taken up from time to time.
Between a short first search and a long second one, `proof` tries to find and prove the optimum.
"""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

from routing.assign import best_combination
from routing.clock import Clock
from routing.instances import Instance
from routing.proof import prove
from routing.routes import EPSILON, Route, Routes, Spot

_UNSERVED = 10_000.0  # costs more than any detour
_REMOVED = 8  # requests torn out at a time, on average
_LONGEST_STRING = 10  # visits
_BLINK = 0.01  # share of places overlooked, so that the cheapest does not always win
_COOLEST = 1e-3  # last temperature, of the first
_COMBINATIONS = tuple(turn / 12 for turn in range(1, 12))  # when, in shares of the time, to combine the pool
_COMBINING = 0.02  # share of the time that one combination may take
_FIRST_SHARE = 0.1  # of the time, before the proof; and for each request at most
_FIRST_S = 0.05
_MARGIN = 1e-6
_LARGEST_START = 4_000  # routes that a proof starts with
_LARGEST_POOL = 300_000  # routes; then it starts anew


@dataclass(frozen=True)
class Solution:
    """A feasible day. ``bound`` is a proven lower bound of the cost; ``proven`` says the cost is the least."""

    instance: str
    cost: float
    bound: float | None
    proven: bool
    seconds: float
    routes: tuple[Route, ...]


@dataclass(frozen=True)
class _State:
    """Routes, and the requests that found no place."""

    routes: tuple[Route, ...]
    bank: frozenset[int]
    cost: float


def solve(instance: Instance, *, seconds: float, seed: int) -> Solution | None:
    """Return the best feasible solution found in ``seconds`` of cpu time, None if none was found.

    The same seed explores the same way; how far it gets depends on the machine.
    """
    clock = Clock.of(seconds)
    routes = Routes(instance)
    search = _Search(routes, instance.vehicles, random.Random(seed))  # noqa: S311 -- no secret
    first = search.run(None, Clock.of(min(_FIRST_SHARE * seconds, _FIRST_S * instance.requests)))
    proof = prove(instance, routes, search.pool(), first.routes if not first.bank else None, clock)
    best = first if proof.routes is None else search.state(proof.routes)
    if not proof.proven and clock.left_s():
        best = search.run(best, clock)
    if best.bank or not all(routes.is_feasible(route) for route in best.routes):
        return None
    cost = instance.cost([list(route) for route in best.routes])
    return Solution(
        instance=instance.name,
        cost=cost,
        bound=min(proof.bound, cost) if proof.bound > 0 else None,
        proven=cost <= proof.bound + _MARGIN,
        seconds=clock.spent_s(),
        routes=best.routes,
    )


class _Search:
    """One run of ruin and recreate."""

    def __init__(self, routes: Routes, vehicles: int, rng: random.Random) -> None:
        self.routes, self.vehicles, self.rng = routes, vehicles, rng
        self.lengths: dict[Route, float] = {}
        self.requests = range(1, routes.n + 1)
        self.near = {request: self._neighbors(request) for request in self.requests}

    def run(self, start: _State | None, clock: Clock) -> _State:
        """Return the best state found until the time is up, from ``start`` or from nothing."""
        current = best = start or self._recreate(((),) * self.vehicles, list(self.requests))
        hottest = 0.05 * sum(self.routes.length((request, request + self.routes.n)) for request in self.requests)
        hottest /= max(1, len(self.requests))
        combinations = list(_COMBINATIONS)
        combining_s = _COMBINING * clock.left_s()
        while (share := clock.share()) < 1:
            if combinations and share > combinations[0]:
                del combinations[0]
                current = best = self._combined(best, combining_s)
            if len(self.lengths) > _LARGEST_POOL:
                self.lengths = {route: self.routes.length(route) for route in best.routes}
            temperature = hottest * _COOLEST**share
            candidate = self._recreate(*self._ruin(current))
            if candidate.cost < current.cost - temperature * math.log(self.rng.random() or EPSILON):
                current = candidate
            if candidate.cost < best.cost - EPSILON:
                best = candidate
        return best

    def pool(self) -> list[Route]:
        """Return the routes met last: later ones are better."""
        return [route for route in self.lengths if route][-_LARGEST_START:]

    def state(self, routes: tuple[Route, ...]) -> _State:
        """Return the state in which ``routes`` serve everybody."""
        return self._state((*routes, *((),) * (self.vehicles - len(routes))), [])

    def _neighbors(self, request: int) -> list[int]:
        """Return all requests, the most related first: near at both ends, and at the same time."""
        distance, n, earliest = self.routes.distance, self.routes.n, self.routes.earliest

        def apart(other: int) -> float:
            ends = distance[request][other] + distance[request + n][other + n]
            return ends + 0.1 * abs(earliest[request] - earliest[other])

        return sorted(self.requests, key=apart)

    def _ruin(self, state: _State) -> tuple[tuple[Route, ...], list[int]]:
        """Tear strings of visits out of routes near a random request; return what is left, and who is out."""
        rng, n = self.rng, self.routes.n
        serving = {node: index for index, route in enumerate(state.routes) for node in route if node <= n}
        longest = max(1, min(_LONGEST_STRING, max(map(len, state.routes))))
        strings = rng.uniform(1, 1 + 4 * _REMOVED / (1 + longest))
        torn: set[int] = set()
        out = set(state.bank)
        for request in self.near[rng.randint(1, n)]:
            if len(torn) >= strings:
                break
            index = serving.get(request)
            if index is None or index in torn:
                continue
            torn.add(index)
            out |= self._string(state.routes[index], request, longest)
        left = tuple(
            tuple(node for node in route if (node if node <= n else node - n) not in out) if index in torn else route
            for index, route in enumerate(state.routes)
        )
        return left, sorted(out)

    def _string(self, route: Route, request: int, longest: int) -> set[int]:
        """Return the requests met on a random stretch of ``route`` that holds ``request``."""
        rng, n = self.rng, self.routes.n
        size = rng.randint(1, min(longest, len(route)))
        place = route.index(rng.choice((request, request + n)))
        first = rng.randint(max(0, place - size + 1), min(place, len(route) - size))
        return {node if node <= n else node - n for node in route[first : first + size]}

    def _recreate(self, left: tuple[Route, ...], out: list[int]) -> _State:
        """Put the requests that are out back where each costs least."""
        routes, bank = list(left), []
        for request in self._sorted(out):
            index, best = self._place(routes, request)
            if best is None:
                bank.append(request)
            else:
                routes[index] = best.route
        return self._state(tuple(routes), bank)

    def _place(self, routes: list[Route], request: int) -> tuple[int, Spot | None]:
        """Return the cheapest place for ``request``, some overlooked, and in which route; known ones set the limit."""
        spots = self.routes
        open_to = [index for index, route in enumerate(routes) if route and self.rng.random() >= _BLINK]
        if () in routes:
            open_to.append(routes.index(()))
        where, best, limit = -1, None, math.inf
        for index in open_to:
            spot = spots.known_spot(routes[index], request)
            if spot is not None and spot.added < limit:
                where, best, limit = index, spot, spot.added
        for index in open_to:
            spot = spots.best_spot(routes[index], request, limit)
            if spot is not None:
                where, best, limit = index, spot, spot.added
        return where, best

    def _sorted(self, out: list[int]) -> list[int]:
        """Return the requests in the order they are put back: by one of several rules, drawn anew."""
        distance, earliest, latest = self.routes.distance, self.routes.earliest, self.routes.latest
        rules: tuple[Callable[[int], float], ...] = (
            lambda _: self.rng.random(),
            lambda request: -distance[0][request],
            lambda request: distance[0][request],
            lambda request: latest[request] - earliest[request],
            lambda request: earliest[request],
            lambda request: -distance[request][request + self.routes.n],
        )
        return sorted(out, key=self.rng.choices(rules, (4, 2, 1, 2, 2, 2))[0])

    def _state(self, routes: tuple[Route, ...], bank: list[int]) -> _State:
        cost = _UNSERVED * len(bank)
        for route in routes:
            if route not in self.lengths:
                self.lengths[route] = self.routes.length(route)
            cost += self.lengths[route]
        return _State(routes, frozenset(bank), cost)

    def _combined(self, best: _State, seconds: float) -> _State:
        """Return the best combination of all routes met so far, ``best`` if that is not beaten."""
        chosen = best_combination(self.lengths, best.routes, self.routes.n, vehicles=self.vehicles, seconds=seconds)
        if chosen is None:
            return best
        combined = self.state(chosen)
        return combined if combined.cost < best.cost - EPSILON else best

"""A whole day from nothing: every request known beforehand, least distance (the static dial-a-ride problem).

A short search (`ruin`) finds a good day, `proof` tries to find and prove the best, and what time is left goes
into a long search. A solution serves everybody.
"""

from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np

from routing.alone import hopeless
from routing.budget import Seconds, Turns
from routing.clock import Clock, Progress
from routing.day_bound import bound_day, told
from routing.generated import static_day
from routing.instances import Instance
from routing.paths import Planned
from routing.proof import Proof, is_least, prove
from routing.routes import Route, Routes, day_of
from routing.ruin import Search

_FIRST_SHARE = 0.1  # of the time, before the proof; and for each request at most
_FIRST_S = 0.01
_FREE_RIDE, _FREE_SHARE = 7.0, 0.4  # direct rides that a longest ride takes, share of the time for a proof then
_PROOF_SHARE = 0.9  # of the time left: the rest is for a better day if the proof fails
_COMBINING_S, _COMBINING, _MENDING = 0.3, 0.25, 1_000  # share of the time left, turns
_FEW, _MANY = 36, 100  # requests that a proof takes its time for all the same, and that it does not try then
_LARGEST_START = 4_000  # routes that a proof starts with
_REHEARSED, _REHEARSED_TURNS, _REHEARSAL_S = (16, 2), 50, 120.0  # requests and vehicles of a made-up day
_SHRUNK, _NEXT_DOOR = (3, 1), 1e-5  # another, with its stops so much nearer: round trips take next to nothing


@dataclass(frozen=True)
class Solution:
    """A feasible day. ``bound`` is a proven lower bound of the cost; ``proven`` says the cost is the least."""

    instance: str
    cost: float
    bound: float | None
    proven: bool
    seconds: float
    routes: tuple[Route, ...]


def solve(
    instance: Instance, *, seconds: float, seed: int, turns: int | None = None, progress: Progress | None = None
) -> Solution | None:
    """Return the best feasible solution found in ``seconds`` of cpu time, None if none was found or can exist.

    With ``turns`` the search makes so many and asks no clock: the same on every machine. Only the proof that
    follows it is limited by time, and its day is taken if it is the best possible.
    """
    if not instance.requests:
        return Solution(instance.name, 0.0, 0.0, proven=True, seconds=0.0, routes=())
    if impossible(instance):
        return None
    return _Solver(instance, seed, progress).solve(seconds, turns)


def impossible(instance: Instance) -> list[str]:
    """Return why there is no solution, a line for each request that cannot be served even alone."""
    return [f"request {request}: {reason}" for request, reason in hopeless(day_of(instance)).items()]


@cache
def rehearse() -> None:
    """Solve and prove a small made-up day, so that everything is compiled before a clock starts."""
    day = static_day(*_REHEARSED, seed=1)
    routes = Routes(day)
    search = Search(routes.day, seed=1)
    search.run(Turns(_REHEARSED_TURNS))
    search.take_up(search.routes())
    search.combine(_REHEARSAL_S, turns=1)
    prove(routes, search.pool_routes(1), None, Clock.of(_REHEARSAL_S))
    prove(Routes(_shrunk(static_day(*_SHRUNK, seed=2))), [], None, Clock.of(_REHEARSAL_S))
    bound_day(routes.day, np.ones(routes.n), Planned((), 0.0, np.inf), Clock.of(_REHEARSAL_S))


def _shrunk(day: Instance) -> Instance:
    """Return a day with all stops next to each other, where nobody takes time to get in or out."""
    nodes = (node._replace(x=node.x * _NEXT_DOOR, y=node.y * _NEXT_DOOR, service=0.0) for node in day.nodes)
    return replace(day, nodes=tuple(nodes))


class _Solver:
    """One instance, and the best that is known of it."""

    def __init__(self, instance: Instance, seed: int, progress: Progress | None) -> None:
        rehearse()
        self.instance, self.routes = instance, Routes(instance)
        self.search = Search(self.routes.day, seed=seed)
        self.progress = progress

    def solve(self, seconds: float, turns: int | None) -> Solution | None:
        """Search, prove, and search again."""
        clock = Clock.of(seconds)
        if turns is not None:
            self.search.run(Turns(turns), watch=lambda: self._tell(clock, self._cost(), None))
            proof = self._prove(clock)
            if proof.proven:
                self._take_up(proof)
            return self._solution(clock, proof)
        first = Clock.of(min(_FIRST_SHARE * seconds, _FIRST_S * self.routes.n))
        self.search.run(Seconds(first), watch=lambda: self._tell(clock, self._cost(), None))
        proof = self._prove(clock)
        self._take_up(proof)
        if not proof.proven and clock.left_s():
            self.search.meet(proof.met)
            self._combine(clock)
            rest = Seconds(clock.part(1.0))
            self.search.run(rest, watch=lambda: self._tell(clock, self._cost(), proof.bound))
        return self._solution(clock, proof)

    def _cost(self) -> float:
        return np.inf if self.search.left_out else self.search.cost

    def _tell(self, clock: Clock, cost: float, bound: float | None) -> None:
        """Report progress."""
        if self.progress is not None:
            self.progress(clock.spent_s(), cost if cost < np.inf else None, bound)

    def _prove(self, clock: Clock) -> Proof:
        pool = self.search.pool_routes(_LARGEST_START)
        best = None if self.search.left_out else tuple(filter(None, self.search.routes()))
        watch = partial(self._tell, clock)
        return prove(self.routes, pool, best, self._granted(clock), watch)

    def _granted(self, clock: Clock) -> Clock:
        """Return the time for a proof: less where riders may be driven about for long, none if they are many then."""
        day = self.routes.day
        riders = np.arange(1, day.n + 1)
        direct = day.distance[riders, riders + day.n].mean()
        if self.instance.longest_ride <= _FREE_RIDE * direct or day.n <= _FEW:
            return clock.part(_PROOF_SHARE)
        return clock.part(_FREE_SHARE if day.n <= _MANY else 0.0)

    def _combine(self, clock: Clock) -> None:
        """Make the best day of all routes met."""
        seconds = min(_COMBINING_S, _COMBINING * clock.left_s()) * clock.pace()
        self.search.combine(seconds, turns=_MENDING, thorough=True)

    def _take_up(self, proof: Proof) -> None:
        if proof.routes is not None:
            self.search.take_up(proof.routes)

    def _solution(self, clock: Clock, proof: Proof) -> Solution | None:
        """Return what was found, checked once more."""
        routes = tuple(self.search.routes())
        if self.search.left_out or not all(self.routes.is_feasible(route) for route in routes if route):
            return None
        cost = self.instance.cost([list(route) for route in routes])
        bound = told(proof.bound, cost)
        return Solution(
            instance=self.instance.name,
            cost=cost,
            bound=bound if bound > 0 or cost == 0 else None,
            proven=is_least(cost, bound),
            seconds=clock.spent_s(),
            routes=routes,
        )

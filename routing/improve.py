"""A better plan for the same parties, every promise untouched: neighbors exchange parties, round after round.

The search is `routing.reoptimise`. Its word counts for nothing: a plan is taken only if `timing.schedule` finds it
legal and `cost.cost` finds it cheaper.
"""

import time
from dataclasses import replace

import numpy as np

from routing.cost import DEFAULT, Weights, cost
from routing.fleet import Fleet
from routing.problem import Plan, Request, VisitKind
from routing.reoptimise import Effort, reoptimise
from routing.timing import Violation, party_rows, schedule
from routing.travel_times import TravelTimes

_ROUND = Effort(turns=100, vehicles=12)  # short: the time is looked at after each
_MOST_IN_VAIN = 50  # rounds without a gain, then there is hardly anything left to find


def improve(plan: Plan, travel: TravelTimes, *, seconds: float, seed: int, weights: Weights = DEFAULT) -> Plan:
    """Return a cheaper plan for the same parties that keeps every limit, or ``plan`` itself.

    Frozen visits stay first and in order, parties on board stay in their vehicle and breaks with their driver;
    everybody else may change vehicle. ``seconds`` is wall time, at most. A plan that already breaks a limit is
    returned as it is.
    """
    before = _cost(plan, travel, weights)
    waiting = _waiting(plan)
    if before is None or not waiting:
        return plan
    visits = _search(waiting, Fleet(plan, travel, weights), seconds=seconds, seed=seed)
    better = tuple(replace(itinerary, visits=now.visits) for itinerary, now in zip(plan, visits, strict=True))
    after = _cost(better, travel, weights)
    return better if after is not None and after < before else plan


def _cost(plan: Plan, travel: TravelTimes, weights: Weights) -> float | None:
    """Return what ``plan`` costs, None if it breaks a limit."""
    total = 0.0
    for itinerary in plan:
        times = schedule(itinerary, travel)
        if isinstance(times, Violation):
            return None
        total += cost(itinerary, times, travel, weights)
    return total


def _waiting(plan: Plan) -> list[Request]:
    """Return the parties that are still to be picked up and not by a frozen visit."""
    return [
        visit.request
        for itinerary in plan
        for visit in itinerary.visits[itinerary.frozen :]
        if visit.kind is VisitKind.PICKUP
    ]


def _search(waiting: list[Request], fleet: Fleet, *, seconds: float, seed: int) -> Plan:
    """Return what the vehicles of ``fleet`` do after rounds of exchange, each around one waiting party."""
    generator = np.random.default_rng(seed)
    ends_s, in_vain = time.perf_counter() + seconds, 0
    while in_vain < _MOST_IN_VAIN and time.perf_counter() < ends_s:
        around = waiting[int(generator.integers(len(waiting)))]
        saved = reoptimise(fleet, party_rows(around), generator, _ROUND)
        in_vain = 0 if saved > 0 else in_vain + 1
    return fleet.plan()

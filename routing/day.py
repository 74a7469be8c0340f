"""A day of a mixed fleet, planned as a whole: the night before, or to see what another fleet would make of it.

Vehicles differ in seats, wheelchair places, shift, start and end; promises are windows. Where not all can be served,
those of lower priority are declined: first the sum of priorities declined is least, then the driving. Sums count as
different if they are by the least priority above 0 (1 if all are higher); what is less is weighed against driving. The
search is the one for published instances (`ruin`); every itinerary is checked by `timing`, the product's own
feasibility code. `day_bound` says how much better any plan could be.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial

from routing.alone import Hopeless, hopeless
from routing.budget import Seconds, Turns
from routing.clock import Clock, Progress
from routing.day_bound import MOST_REQUESTS as MOST_BOUNDED
from routing.day_bound import NO_BOUND, DayBound, bound_day
from routing.generated import town_day
from routing.mixed_day import MixedDay, Orders
from routing.paths import Planned
from routing.problem import Plan, Request, Vehicle
from routing.proof import is_least
from routing.routes import Route
from routing.ruin import Search
from routing.travel_times import Matrix

MOST_REQUESTS = 4_000  # the tables of more would need several GB
_SEARCH_SHARE, _BOUND_SHARE = 0.25, 0.8  # of the time, of the time left then
_REHEARSED, _REHEARSAL_S = 6, 60.0  # requests of a made-up day


@dataclass(frozen=True)
class DayPlan:
    """An itinerary for each vehicle, in the order given, and who is declined.

    ``impossible`` are the declined whom no vehicle could serve even alone. Everything goes by the slowest travel times
    of the day: by them no plan declines a smaller sum of priorities than ``least_declined``, and none that declines as
    little as this one drives less than ``least_driving_s``; ``proven``: this one is the best there is.
    """

    plan: Plan
    declined: tuple[int, ...]
    impossible: Mapping[int, Hopeless]
    driving_s: float
    least_declined: float
    least_driving_s: float
    proven: bool
    seconds: float


def plan_day(
    vehicles: Sequence[Vehicle],
    requests: Sequence[Request],
    travel: Matrix,
    *,
    seconds: float,
    seed: int,
    turns: int | None = None,
    orders: Orders | None = None,
    progress: Progress | None = None,
) -> DayPlan:
    """Return the best plan found in ``seconds`` of cpu time, or with ``turns`` of the search if they are given.

    With ``turns`` the plan is the same on every machine; what is said of all plans is limited by time either way.
    ``progress`` is told the driving time. Raise ValueError for two requests or vehicles with one id, a shift that ends
    before it starts, or more than `MOST_REQUESTS`.
    """
    _check(vehicles, requests)
    clock, day = Clock.of(seconds), MixedDay(vehicles, requests, travel, orders or Orders())
    if not requests or not vehicles:
        return _day_plan(day, [], {}, DayBound(float(day.priorities().sum()), 0.0), clock)
    _rehearse()
    return _planned(day, seed, Clock.of(seconds), turns, progress)


@cache
def _rehearse() -> None:
    """Plan a small made-up day, so that everything is compiled before a clock starts."""
    made_up = town_day(_REHEARSED, 1, seed=1, profile="booked")
    requests = [made_up.request(ask, number, not_before_s=0) for number, ask in enumerate(made_up.asks)]
    _planned(MixedDay(made_up.vehicles, requests, made_up.travel, Orders()), 1, Clock.of(_REHEARSAL_S), 1, None)


def _planned(day: MixedDay, seed: int, clock: Clock, turns: int | None, progress: Progress | None) -> DayPlan:
    """Search, bound, and search again if there is something to gain."""
    numbers = day.tables()
    search, watch = Search(numbers, seed=seed), partial(_tell, progress, clock)
    budget = Seconds(clock.part(_SEARCH_SHARE)) if turns is None else Turns(turns)
    search.run(budget, watch=lambda: watch(search, NO_BOUND))
    impossible = hopeless(numbers)
    plan = _day_plan(day, search.routes(), impossible, NO_BOUND, clock)
    bound = _bound(day, plan, clock.part(_BOUND_SHARE))
    watch(search, bound)
    plan = _day_plan(day, search.routes(), impossible, bound, clock)
    if plan.proven or turns is not None:
        return plan
    search.run(Seconds(clock.part(1.0)), watch=lambda: watch(search, bound))
    return _day_plan(day, search.routes(), impossible, bound, clock)


def _tell(progress: Progress | None, clock: Clock, search: Search, bound: DayBound) -> None:
    if progress is not None:
        progress(clock.spent_s(), float(search.best.cost.sum()), bound.driving or None)


def _check(vehicles: Sequence[Vehicle], requests: Sequence[Request]) -> None:
    """Refuse a day that cannot be planned."""
    if len({request.id for request in requests}) < len(requests):
        raise ValueError("two requests have the same id")
    if len({vehicle.id for vehicle in vehicles}) < len(vehicles):
        raise ValueError("two vehicles have the same id")
    for vehicle in vehicles:
        if vehicle.shift.earliest_s > vehicle.shift.latest_s:
            raise ValueError(f"vehicle {vehicle.id}: its shift ends before it starts")
    if len(requests) > MOST_REQUESTS:
        raise ValueError(f"{len(requests)} requests: more than {MOST_REQUESTS} cannot be planned at once")


def _bound(day: MixedDay, plan: DayPlan, clock: Clock) -> DayBound:
    """Return what no plan of the day can beat, as far as the time allows."""
    if len(day.requests) > MOST_BOUNDED:
        return NO_BOUND
    planned = Planned(day.routes(plan.plan), day.weight(plan.declined), plan.driving_s)
    return bound_day(day.tables(relaxed=True), day.priorities(), planned, clock)


def _day_plan(
    day: MixedDay, routes: Sequence[Route], impossible: Mapping[int, Hopeless], bound: DayBound, clock: Clock
) -> DayPlan:
    """Return the plan that ``routes`` make, and how good it is."""
    plan = day.plan(routes)
    served = {visit.request.id for itinerary in plan for visit in itinerary.visits}
    declined = tuple(request.id for request in day.requests if request.id not in served)
    named = {day.requests[number - 1].id: reason for number, reason in impossible.items()}
    driving_s = day.driving_s(plan)
    return DayPlan(
        plan=plan,
        declined=declined,
        # with others, a way round by their stops may be quicker than the direct one
        impossible={party: reason for party, reason in named.items() if party not in served},
        driving_s=driving_s,
        least_declined=bound.declined,
        least_driving_s=bound.driving,
        proven=is_least(day.weight(declined), bound.declined) and is_least(driving_s, bound.driving),
        seconds=clock.spent_s(),
    )

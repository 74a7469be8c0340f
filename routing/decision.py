"""One decision about one party: what was known, which vehicle takes it, and why the others do not.

`choose` is what the area service does; a case that was kept is chosen anew by the same function, so that a replay needs
nothing but the case and the driving times.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from routing.breakdown import by_weight
from routing.cost import DEFAULT, Weights
from routing.explain import explain
from routing.insertion import Insertion, first_feasible, insertions, without
from routing.problem import Itinerary, Limit, Plan, Request, VisitKind
from routing.reserve import first_beside, insertions_beside
from routing.timing import Schedule, schedule
from routing.travel_times import TravelTimes

TOLD_APART = 5  # of how many candidates, the cheapest first, the cost is told apart by weight
_DECIDES = (
    "breakdown",
    "cost",
    "decision",
    "explain",
    "fleet",
    "insertion",
    "problem",
    "reoptimise",
    "reorder",
    "reserve",
    "timing",
    "travel_times",
)


@dataclass(frozen=True, slots=True)
class Case:
    """What was to be decided: the plan as it stood, and one party under the promises that would meet its wish.

    Attributes
    ----------
    wishes
        The party under each promise, the most wanted first.
    kept
        For each of ``wishes`` how many seats stay free beside it for parties with a wheelchair.
    barred
        The indices of ``wishes`` that a rule of the service, not a vehicle, stands against.
    most
        How many are looked for.
    apart_s
        How far apart in time they have to be.

    """

    plan: Plan
    wishes: tuple[Request, ...]
    kept: tuple[int, ...]
    weights: Weights = DEFAULT
    barred: tuple[int, ...] = ()
    most: int = 1
    apart_s: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """Which wish goes into which vehicle, before which of its visits, when, and what that adds to the plan's cost.

    ``first`` and ``second`` count in the order of visits that then holds; it ``is_reordered`` when others get on and
    off in another order than they did.
    """

    index: int
    vehicle_id: int
    first: int
    second: int
    pickup_s: int
    dropoff_s: int
    added_cost: float
    is_reordered: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one vehicle has to say to one wish: where it would go and what that costs, or the limit that stops it.

    ``costs`` tells the cost apart by weight for the cheapest few. With neither a choice nor a limit nobody asked why.
    """

    vehicle_id: int
    limit: Limit | None = None
    choice: Choice | None = None
    costs: tuple[float, ...] = ()


def placements(case: Case, travel: TravelTimes) -> Iterator[tuple[int, Insertion]]:
    """Yield the wishes that can be kept with their places, the most wanted first and far enough apart."""
    rest = list(range(len(case.wishes)))
    while rest:
        wishes, kept = [case.wishes[index] for index in rest], [case.kept[index] for index in rest]
        found = first_beside(case.plan, wishes, kept, travel, case.weights)
        if found is None:
            return
        index = rest[found[0]]
        yield index, found[1]
        at_s = case.wishes[index].pickup.earliest_s
        later = rest[found[0] + 1 :]
        rest = [each for each in later if abs(case.wishes[each].pickup.earliest_s - at_s) >= case.apart_s]


def choose(case: Case, travel: TravelTimes) -> tuple[Choice, ...]:
    """Return what is decided: up to ``case.most`` wishes with their vehicles, none when no vehicle can."""
    found: list[Choice] = []
    for index, insertion in placements(case, travel):
        if index not in case.barred:
            found.append(choice_of(index, insertion, case.wishes[index]))
        if len(found) == case.most:
            break
    return tuple(found)


def choice_of(index: int, insertion: Insertion, wish: Request) -> Choice:
    """Return an insertion in bare numbers."""
    places = {visit.kind: at for at, visit in enumerate(insertion.itinerary.visits) if visit.request.id == wish.id}
    return Choice(
        index=index,
        vehicle_id=insertion.vehicle_id,
        first=places[VisitKind.PICKUP],
        second=places[VisitKind.DROPOFF] - 1,
        pickup_s=insertion.pickup_s,
        dropoff_s=insertion.dropoff_s,
        added_cost=round(insertion.added_cost, 3),
        is_reordered=insertion.is_reordered,
    )


def verdicts(case: Case, index: int, travel: TravelTimes, *, explains: bool = True) -> tuple[Verdict, ...]:
    """Return what every vehicle has to say to one wish: those that can take it first, the cheapest first.

    Without ``explains`` nobody asks why the others cannot: that takes several searches for each of them.
    """
    wish, kept = case.wishes[index], case.kept[index]
    found = insertions_beside(case.plan, wish, kept, travel, case.weights)
    before = {itinerary.vehicle.id: itinerary for itinerary in case.plan}
    can = [
        Verdict(
            each.vehicle_id,
            choice=choice_of(index, each, wish),
            costs=_added(before[each.vehicle_id], each, travel, case.weights) if place < TOLD_APART else (),
        )
        for place, each in enumerate(found)
    ]
    rest = tuple(each for each in case.plan if each.vehicle.id not in {one.vehicle_id for one in found})
    if not explains:
        return (*can, *(Verdict(each.vehicle.id) for each in rest))
    return (*can, *_cannot(rest, wish, kept, travel))


def only_kept_seats(case: Case, travel: TravelTimes) -> bool:
    """Tell whether a wish that no vehicle takes would be taken if no seats were kept: what keeping them costs."""
    return any(case.kept) and first_feasible(case.plan, case.wishes, travel, case.weights) is not None


@cache
def engine() -> str:
    """Return the fingerprint of the code that decides: it changes with every change of it."""
    here = Path(__file__).parent
    files = [*(here / f"{name}.py" for name in _DECIDES), *sorted((here / "kernels").glob("*.py"))]
    return sha256(b"".join(each.read_bytes() for each in files)).hexdigest()[:12]


def _cannot(plan: Plan, wish: Request, kept: int, travel: TravelTimes) -> list[Verdict]:
    """Return for vehicles that cannot take a wish which limit stops each; the kept seats when they alone do.

    What stops it with no seats kept is asked of the party at its own size: larger it would be too large for vehicles
    that another limit stops.
    """
    limits = {each.vehicle_id: each.limit for each in explain(plan, wish, travel)}
    tireless = tuple(rested for each in plan if (rested := _without_breaks(each)) != each)
    limits |= dict.fromkeys(_takers(tireless, wish, travel), Limit.DRIVER_BREAK)
    limits |= dict.fromkeys(_takers(plan, wish, travel) if kept else (), Limit.RESERVED)
    return [Verdict(each.vehicle.id, limits.get(each.vehicle.id, Limit.OTHER_PROMISE)) for each in plan]


def _takers(plan: Plan, wish: Request, travel: TravelTimes) -> list[int]:
    """Return the vehicles that can take a wish when no seats are kept, in another order of visits if none can else."""
    return [each.vehicle_id for each in insertions(plan, wish, travel, reorders=True)]


def _without_breaks(itinerary: Itinerary) -> Itinerary:
    """Return an itinerary without the driver's breaks, which are parties of this vehicle alone."""
    for number in {visit.request.id for visit in itinerary.visits if visit.request.only_vehicle is not None}:
        itinerary = without(itinerary, number)
    return itinerary


def _added(before: Itinerary, insertion: Insertion, travel: TravelTimes, weights: Weights) -> tuple[float, ...]:
    """Return by weight what an insertion adds to the cost of its vehicle's day."""
    now = schedule(before, travel)
    assert isinstance(now, Schedule)  # a vehicle that breaks a limit takes nobody
    old = by_weight(before, now, travel, weights)
    new = by_weight(insertion.itinerary, insertion.schedule, travel, weights)
    return tuple(round(new[name] - old[name], 3) for name in new)

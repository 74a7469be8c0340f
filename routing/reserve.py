"""Seats kept free for parties with a wheelchair, and insertion as a party without one sees the plan then.

The party is taken for larger by the seats that are kept, so that on every leg it rides that many stay free besides;
legs it does not ride matter to nobody. Vehicles without a wheelchair place keep nothing. Where only one wheelchair
fits in, a wheelchair party on board uses the seats kept for it.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from routing.cost import Weights
from routing.insertion import Insertion, first_feasible, insertions
from routing.problem import Itinerary, Load, Plan, Request
from routing.timing import Schedule, schedule
from routing.travel_times import TravelTimes


def insertions_beside(plan: Plan, wish: Request, kept: int, travel: TravelTimes, weights: Weights) -> list[Insertion]:
    """Return what `insertion.insertions` returns while ``kept`` seats of each vehicle stay free beside the party.

    Where no vehicle has a place in the order of its visits, in other orders of them.
    """
    if not kept:
        return insertions(plan, wish, travel, weights, reorders=True)
    return _beside(plan, seen(plan, kept), wish, kept, travel, weights=weights)


def first_beside(
    plan: Plan, wishes: Sequence[Request], kept: Sequence[int], travel: TravelTimes, weights: Weights
) -> tuple[int, Insertion] | None:
    """Return what `insertion.first_feasible` returns while beside each wish its number of seats stays free."""
    first = 0
    for seats, group in groupby(kept):
        some = wishes[first : first + len(list(group))]
        found = (
            _first_beside(plan, some, seats, travel, weights) if seats else first_feasible(plan, some, travel, weights)
        )
        if found is not None:
            return first + found[0], found[1]
        first += len(some)
    return None


def _first_beside(
    plan: Plan, wishes: Sequence[Request], kept: int, travel: TravelTimes, weights: Weights
) -> tuple[int, Insertion] | None:
    """Return the first of ``wishes`` that fits beside the kept seats, and its cheapest place."""
    roomier = seen(plan, kept)
    for index, wish in enumerate(wishes):
        for insertion in _beside(plan, roomier, wish, kept, travel, weights=weights):
            return index, insertion
    return None


def _beside(
    plan: Plan, roomier: Plan, wish: Request, kept: int, travel: TravelTimes, *, weights: Weights
) -> list[Insertion]:
    """Return the places of a wish in the plan as it is seen, those that hold with everybody at their own size."""
    found = insertions(roomier, swollen(wish, kept), travel, weights, reorders=True)
    return [real for each in found if (real := _real(each, plan, wish, travel)) is not None]


def swollen(wish: Request, kept: int) -> Request:
    """Return a wish that takes up the kept seats too."""
    return replace(wish, load=Load(wish.load.seats + kept, wish.load.wheelchairs)) if kept else wish


def seen(plan: Plan, kept: int) -> Plan:
    """Return the plan as a party sees it that is taken for larger by ``kept`` seats."""
    return tuple(_seen(itinerary, kept) for itinerary in plan) if kept else plan


def _seen(itinerary: Itinerary, kept: int) -> Itinerary:
    capacity = itinerary.vehicle.capacity
    if capacity.wheelchairs == 0:
        roomier = Load(capacity.seats + kept, 0)
        return replace(itinerary, vehicle=replace(itinerary.vehicle, capacity=roomier))
    if capacity.wheelchairs > 1:  # two of them on board may need more seats than are kept
        return itinerary
    return replace(
        itinerary,
        visits=tuple(replace(visit, request=_smaller(visit.request, kept)) for visit in itinerary.visits),
        onboard=tuple(each._replace(request=_smaller(each.request, kept)) for each in itinerary.onboard),
    )


def _smaller(request: Request, kept: int) -> Request:
    """Return a wheelchair party without the seats that were kept for it."""
    if not request.load.wheelchairs:
        return request
    return replace(request, load=Load(max(0, request.load.seats - kept), request.load.wheelchairs))


def _real(insertion: Insertion, plan: Plan, wish: Request, travel: TravelTimes) -> Insertion | None:
    """Return an insertion with everybody at their own size; None where the others do not fit together then."""
    before = next(each for each in plan if each.vehicle.id == insertion.vehicle_id)
    real = {visit.request.id: visit.request for visit in before.visits} | {wish.id: wish}
    visits = tuple(replace(visit, request=real[visit.request.id]) for visit in insertion.itinerary.visits)
    itinerary = replace(before, visits=visits)
    kept = schedule(itinerary, travel)
    return replace(insertion, itinerary=itinerary, schedule=kept) if isinstance(kept, Schedule) else None

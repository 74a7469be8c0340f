"""The cheapest place for one more party, exact over all positions of all vehicles (`routing.kernels.quote`).

Where no vehicle has a place for a window in the order of its visits, another order is looked for (`routing.reorder`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import is_not
from threading import local

from routing.cost import DEFAULT, Weights
from routing.fleet import Fleet, Spot, with_party
from routing.problem import Itinerary, Plan, Request, Visit
from routing.reorder import Reordering, reorderings
from routing.timing import Schedule, Violation, party_rows, schedule
from routing.travel_times import TravelTimes


class _Last(local):
    """The fleet that this thread asked last, and what it was made of."""

    asked: tuple[Plan, TravelTimes, Weights, Fleet] | None = None


_last = _Last()


@dataclass(frozen=True, slots=True)
class Insertion:
    """A party's best place in one vehicle's itinerary: the itinerary with it, its times, what it adds.

    ``is_reordered`` when others get on and off in another order for it; a driver's break alone may move without.
    """

    itinerary: Itinerary
    schedule: Schedule
    added_cost: float
    pickup_s: int
    dropoff_s: int
    is_reordered: bool = False

    @property
    def vehicle_id(self) -> int:
        """Return which vehicle it is."""
        return self.itinerary.vehicle.id


def insertions(
    plan: Plan, request: Request, travel: TravelTimes, weights: Weights = DEFAULT, *, reorders: bool = False
) -> list[Insertion]:
    """Return the best place for ``request`` in each vehicle that can take it, cheapest first.

    Empty when nobody can. Nothing is put before or between the frozen visits, no order of other visits changes,
    and every promise is kept. A vehicle that is already breaking a limit takes nobody. With ``reorders``, where nobody
    can so, other visits than the frozen may change their order too.
    """
    party, (ordered, fleet) = party_rows(request), _fleet_of(plan, travel, weights)
    spots = fleet.cheapest(party, len(ordered)) or (reorderings(fleet, party) if reorders else [])
    return [_insertion(ordered[spot.vehicle], request, spot, travel) for spot in spots]


def first_feasible(
    plan: Plan, requests: Sequence[Request], travel: TravelTimes, weights: Weights = DEFAULT
) -> tuple[int, Insertion] | None:
    """Return the index of the first of ``requests`` that fits, and its cheapest place; None if none fits.

    The requests are one party under several windows, most wanted first. For each of them other visits than the frozen
    may change their order, where it does not fit in as they stand.
    """
    ordered, fleet = _fleet_of(plan, travel, weights)
    for index, request in enumerate(requests):
        party = party_rows(request)
        for spot in fleet.cheapest(party) or reorderings(fleet, party):
            return index, _insertion(ordered[spot.vehicle], request, spot, travel)
    return None


def without(itinerary: Itinerary, request_id: int) -> Itinerary:
    """Return ``itinerary`` without that party; the visits that were frozen and remain stay frozen."""
    stays = [visit.request.id != request_id for visit in itinerary.visits]
    return replace(
        itinerary,
        visits=tuple(visit for visit, keep in zip(itinerary.visits, stays, strict=True) if keep),
        onboard=tuple(aboard for aboard in itinerary.onboard if aboard.request.id != request_id),
        frozen=sum(stays[: itinerary.frozen]),
    )


def _fleet_of(plan: Plan, travel: TravelTimes, weights: Weights) -> tuple[Plan, Fleet]:
    """Return the plan in the order of vehicle ids, so that of equal places the same one wins every time, and its fleet.

    Who asks for one party under many windows asks of the very same itineraries: the last fleet is kept. Nobody here
    changes it.
    """
    ordered = tuple(sorted(plan, key=lambda itinerary: itinerary.vehicle.id))
    last = _last.asked
    is_same = last is not None and last[1] is travel and last[2] == weights and len(last[0]) == len(ordered)
    if last is None or not is_same or any(map(is_not, last[0], ordered)):
        _last.asked = last = ordered, travel, weights, Fleet(ordered, travel, weights)
    return ordered, last[3]


def _insertion(itinerary: Itinerary, request: Request, spot: Spot | Reordering, travel: TravelTimes) -> Insertion:
    """Return a party's place as an itinerary with its schedule."""
    order = spot.order_of(len(itinerary.visits)) if isinstance(spot, Spot) else spot.order
    longer = with_party(itinerary, request, order)
    times = schedule(longer, travel)
    if isinstance(times, Violation):
        raise RuntimeError(f"vehicle {itinerary.vehicle.id} has no room for its spot: {times}")  # noqa: TRY004
    return Insertion(
        itinerary=longer,
        schedule=times,
        added_cost=spot.added_cost,
        pickup_s=times.starts_s[order.index(len(itinerary.visits))],
        dropoff_s=times.starts_s[order.index(len(itinerary.visits) + 1)],
        is_reordered=_riders(longer, request) != _riders(itinerary, request),
    )


def _riders(itinerary: Itinerary, request: Request) -> list[Visit]:
    """Return the visits of the other parties, without those of the driver's breaks."""
    return [
        visit for visit in itinerary.visits if visit.request.only_vehicle is None and visit.request.id != request.id
    ]

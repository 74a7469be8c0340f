"""The cheapest place for one more party, exact over all positions of all vehicles (`routing.kernels.quote`)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from routing.cost import DEFAULT, Weights
from routing.fleet import Fleet, Spot
from routing.problem import Itinerary, Plan, Request, Visit, VisitKind
from routing.timing import Schedule, Violation, party_rows, schedule
from routing.travel_times import TravelTimes


@dataclass(frozen=True, slots=True)
class Insertion:
    """A party's best place in one vehicle's itinerary: the itinerary with it, its times, what it adds."""

    itinerary: Itinerary
    schedule: Schedule
    added_cost: float
    pickup_s: int
    dropoff_s: int

    @property
    def vehicle_id(self) -> int:
        """Return which vehicle it is."""
        return self.itinerary.vehicle.id


def insertions(plan: Plan, request: Request, travel: TravelTimes, weights: Weights = DEFAULT) -> list[Insertion]:
    """Return the best place for ``request`` in each vehicle that can take it, cheapest first.

    Empty when nobody can. Nothing is put before or between the frozen visits, no order of other visits changes,
    and every promise is kept. A vehicle that is already breaking a limit takes nobody.
    """
    ordered = _ordered(plan)
    spots = Fleet(ordered, travel, weights).cheapest(party_rows(request), len(ordered))
    return [_insertion(ordered[spot.vehicle], request, spot, travel) for spot in spots]


def first_feasible(
    plan: Plan, requests: Sequence[Request], travel: TravelTimes, weights: Weights = DEFAULT
) -> tuple[int, Insertion] | None:
    """Return the index of the first of ``requests`` that fits, and its cheapest place; None if none fits.

    The requests are one party under several windows, most wanted first.
    """
    ordered = _ordered(plan)
    fleet = Fleet(ordered, travel, weights)
    for index, request in enumerate(requests):
        for spot in fleet.cheapest(party_rows(request)):
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


def _ordered(plan: Plan) -> Plan:
    """Return the plan in the order of vehicle ids, so that of equal places the same one wins every time."""
    return tuple(sorted(plan, key=lambda itinerary: itinerary.vehicle.id))


def _insertion(itinerary: Itinerary, request: Request, spot: Spot, travel: TravelTimes) -> Insertion:
    """Return ``spot`` as an itinerary with its schedule."""
    visits = list(itinerary.visits)
    visits.insert(spot.second, Visit(request, VisitKind.DROPOFF))
    visits.insert(spot.first, Visit(request, VisitKind.PICKUP))
    longer = replace(itinerary, visits=tuple(visits))
    times = schedule(longer, travel)
    if isinstance(times, Violation):
        raise RuntimeError(f"vehicle {itinerary.vehicle.id} has no room for its spot: {times}")  # noqa: TRY004
    return Insertion(
        itinerary=longer,
        schedule=times,
        added_cost=spot.added_cost,
        pickup_s=times.starts_s[spot.first],
        dropoff_s=times.starts_s[spot.second + 1],
    )

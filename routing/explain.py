"""Why a vehicle could not take a party: the answer to 「なぜ?」, by lifting one limit at a time."""

from dataclasses import replace
from typing import NamedTuple

from routing.insertion import insertions
from routing.problem import Itinerary, Limit, Load, Plan, Request, Visit, VisitKind
from routing.timing import Violation, drive, schedule
from routing.travel_times import TravelTimes

_UNLIMITED = 1_000_000


class VehicleReason(NamedTuple):
    """Which limit stopped the request in one vehicle."""

    vehicle_id: int
    limit: Limit


def explain(plan: Plan, request: Request, travel: TravelTimes) -> tuple[VehicleReason, ...]:
    """Return for each vehicle that cannot take ``request`` the limit that stops it, in the plan's order.

    A vehicle that can take it is left out. SEATS and WHEELCHAIRS: the vehicle is too small, or the party would
    fit in if only those on board took no places. SHIFT, PICKUP_WINDOW, DROPOFF_WINDOW, RIDE_TIME: not even a
    vehicle with nothing else to do after its frozen visits could. OTHER_PROMISE: it could but for the promises
    given.
    """
    reasons = []
    for itinerary in plan:
        limit = _reason(itinerary, request, travel)
        if limit is not None:
            reasons.append(VehicleReason(itinerary.vehicle.id, limit))
    return tuple(reasons)


def _reason(itinerary: Itinerary, request: Request, travel: TravelTimes) -> Limit | None:
    """Return what stops ``request`` in one vehicle, None if nothing does."""
    if insertions((itinerary,), request, travel):
        return None
    capacity = itinerary.vehicle.capacity
    if request.load.seats > capacity.seats:
        return Limit.SEATS
    if request.load.wheelchairs > capacity.wheelchairs:
        return Limit.WHEELCHAIRS
    alone = _alone(itinerary, request, travel)
    if alone is not None:
        return alone
    roomier = {
        Limit.SEATS: capacity._replace(seats=_UNLIMITED),
        Limit.WHEELCHAIRS: capacity._replace(wheelchairs=_UNLIMITED),
    }
    for limit, lifted in roomier.items():
        if insertions((_with_capacity(itinerary, lifted),), request, travel):
            return limit
    if insertions((_with_capacity(itinerary, Load(_UNLIMITED, _UNLIMITED)),), request, travel):
        return Limit.SEATS
    return Limit.OTHER_PROMISE


def _alone(itinerary: Itinerary, request: Request, travel: TravelTimes) -> Limit | None:
    """Return what stops ``request`` in a vehicle that has nothing to do but its frozen visits."""
    shift = itinerary.vehicle.shift
    if request.pickup.latest_s < shift.earliest_s or request.dropoff.earliest_s > shift.latest_s:
        return Limit.SHIFT
    at_stop, ready_s, began_s = itinerary.at_stop, itinerary.ready_s, itinerary.began_s
    if itinerary.frozen:
        driven = drive(itinerary, travel)
        at_stop = itinerary.visits[itinerary.frozen - 1].stop
        ready_s = driven.departs_s[itinerary.frozen - 1]
        began_s = driven.starts_s[itinerary.frozen - 1]
    alone = Itinerary(
        vehicle=itinerary.vehicle,
        visits=(Visit(request, VisitKind.PICKUP), Visit(request, VisitKind.DROPOFF)),
        at_stop=at_stop,
        ready_s=ready_s,
        began_s=began_s,
    )
    times = schedule(alone, travel)
    return times.limit if isinstance(times, Violation) else None


def _with_capacity(itinerary: Itinerary, capacity: Load) -> Itinerary:
    """Return ``itinerary`` in a vehicle of another size."""
    return replace(itinerary, vehicle=replace(itinerary.vehicle, capacity=capacity))

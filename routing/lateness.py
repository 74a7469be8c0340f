"""A vehicle that reality made late: the limits that are broken by now, widened to what they will be."""

from dataclasses import replace

from routing.problem import Itinerary, Request, VisitKind, Window
from routing.timing import Schedule, Violation, drive, schedule
from routing.travel_times import Matrix

_Starts = dict[tuple[int, VisitKind], int]


def no_worse(itinerary: Itinerary, travel: Matrix) -> Itinerary:
    """Return the itinerary with limits that reality has already broken widened to what it will be.

    So a late vehicle can still take somebody, but nobody whose promise broke is made to wait longer for it. A longest
    ride that can be kept, by a later pick-up within its promise, stays as it is.
    """
    if _is_legal(itinerary, travel):
        return itinerary
    wider = _widened(itinerary, travel)
    promised_s = {visit.request.id: visit.request.max_ride_s for visit in itinerary.visits}
    for request in [visit.request for visit in wider.visits if visit.kind is VisitKind.DROPOFF]:
        if request.max_ride_s > promised_s[request.id]:
            shorter = _with(wider, replace(request, max_ride_s=promised_s[request.id]))
            wider = shorter if _is_legal(shorter, travel) else wider
    return wider


def _is_legal(itinerary: Itinerary, travel: Matrix) -> bool:
    return not isinstance(schedule(itinerary, travel), Violation)


def _widened(itinerary: Itinerary, travel: Matrix) -> Itinerary:
    """Return the itinerary with every limit as wide as it has to be if the order is simply driven."""
    driven = drive(itinerary, travel)
    boarded_s: dict[int, int] = {each.request.id: each.boarded_s for each in itinerary.onboard}
    rides_s: dict[int, int] = {}
    starts_s: _Starts = {}
    for visit, start_s in zip(itinerary.visits, driven.starts_s, strict=True):
        starts_s[visit.request.id, visit.kind] = start_s
        if visit.kind is VisitKind.PICKUP:
            boarded_s[visit.request.id] = start_s + visit.service_s
        else:
            rides_s[visit.request.id] = start_s - boarded_s[visit.request.id]
    vehicle = itinerary.vehicle
    shift = Window(vehicle.shift.earliest_s, max(vehicle.shift.latest_s, _over_s(itinerary, driven, travel)))
    wider = replace(itinerary, vehicle=replace(vehicle, shift=shift))
    for visit in itinerary.visits:
        if visit.kind is VisitKind.DROPOFF:
            wider = _with(wider, _wider(visit.request, starts_s, rides_s[visit.request.id]))
    return wider


def _over_s(itinerary: Itinerary, driven: Schedule, travel: Matrix) -> int:
    """Return when a duty that is driven so is over: after the last visit, and at home if it has to end there."""
    done_s, end_stop = driven.departs_s[-1], itinerary.vehicle.end_stop
    return done_s if end_stop is None else done_s + travel.drive_s(itinerary.visits[-1].stop, end_stop, done_s)


def _with(itinerary: Itinerary, request: Request) -> Itinerary:
    """Return the itinerary with other limits for one party."""
    visits = tuple(
        replace(visit, request=request) if visit.request.id == request.id else visit for visit in itinerary.visits
    )
    onboard = tuple(
        each._replace(request=request) if each.request.id == request.id else each for each in itinerary.onboard
    )
    return replace(itinerary, visits=visits, onboard=onboard)


def _wider(request: Request, starts_s: _Starts, ride_s: int) -> Request:
    pickup_s = starts_s.get((request.id, VisitKind.PICKUP), request.pickup.latest_s)
    dropoff_s = starts_s[request.id, VisitKind.DROPOFF]
    return replace(
        request,
        pickup=Window(request.pickup.earliest_s, max(request.pickup.latest_s, pickup_s)),
        dropoff=Window(request.dropoff.earliest_s, max(request.dropoff.latest_s, dropoff_s)),
        max_ride_s=max(request.max_ride_s, ride_s),
    )

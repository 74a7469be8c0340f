"""When a vehicle is where, if it makes its visits in this order; answered by `routing.kernels.route`.

Every schedule here is the earliest one: nobody is served later than the order of visits demands.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from routing.kernels import route
from routing.kernels.route import Ints, Route
from routing.problem import EMPTY, Itinerary, Limit, Load, Request, VisitKind
from routing.travel_times import TravelTimes

_LIMITS = {
    route.PICKUP_LATE: Limit.PICKUP_WINDOW,
    route.DROPOFF_LATE: Limit.DROPOFF_WINDOW,
    route.RIDE_LONG: Limit.RIDE_TIME,
    route.SHIFT_OVER: Limit.SHIFT,
    route.SEATS_SHORT: Limit.SEATS,
    route.PLACES_SHORT: Limit.WHEELCHAIRS,
}
_PICKUP_ROW, _DROPOFF_ROW = range(2)


@dataclass(frozen=True, slots=True)
class Schedule:
    """The times of an itinerary's visits, and what is on board after each."""

    arrivals_s: tuple[int, ...]
    starts_s: tuple[int, ...]
    departs_s: tuple[int, ...]
    loads: tuple[Load, ...]


class Violation(NamedTuple):
    """The first limit that an order of visits breaks, at which visit, by how many seconds or places."""

    limit: Limit
    position: int
    excess: int


@dataclass(frozen=True, slots=True)
class Outset:
    """Where a vehicle stands before its first visit, with whom since when."""

    stop: int
    began_s: int
    ready_s: int
    load: Load
    boarded_s: dict[int, int]


def schedule(itinerary: Itinerary, travel: TravelTimes) -> Schedule | Violation:
    """Return the earliest schedule that keeps every limit, or the first limit broken.

    The limits: windows, seats, wheelchair places, ride times and the shift with the way back to ``end_stop``.
    Parties on board count from ``boarded_s``. A window missed only because a ride limit pushed it is a RIDE_TIME.
    """
    outset, rows, count = outset_row(itinerary), route_rows(itinerary), len(itinerary.visits)
    broken = route.overload(outset, rows, count)
    if broken[0] == route.FEASIBLE:
        broken = route.reckon(travel.arrays, outset, rows, count)
    return violation_of(broken) or _schedule_of(outset, rows)


def drive(itinerary: Itinerary, travel: TravelTimes) -> Schedule:
    """Return what will happen if the order is driven from now on; refuses nothing.

    Waits for the earliest of each window and ignores latest times, ride limits and the end of the shift.
    """
    outset, rows = outset_row(itinerary), route_rows(itinerary)
    route.drive_on(travel.arrays, outset, rows, len(itinerary.visits))
    return _schedule_of(outset, rows)


def outset_of(itinerary: Itinerary) -> Outset:
    """Return where ``itinerary`` begins: never before its shift."""
    load = EMPTY
    for aboard in itinerary.onboard:
        load = load.plus(aboard.request.load)
    out_s = itinerary.vehicle.shift.earliest_s
    return Outset(
        stop=itinerary.at_stop,
        began_s=max(itinerary.ready_s if itinerary.began_s is None else itinerary.began_s, out_s),
        ready_s=max(itinerary.ready_s, out_s),
        load=load,
        boarded_s={aboard.request.id: aboard.boarded_s for aboard in itinerary.onboard},
    )


def violation_of(broken: tuple[int, int, int]) -> Violation | None:
    """Return what a kernel says of the first limit broken, None if it says that all are kept."""
    code, position, excess = broken
    return None if code == route.FEASIBLE else Violation(_LIMITS[code], position, excess)


def outset_row(itinerary: Itinerary) -> Ints:
    """Return where ``itinerary`` begins, as `routing.kernels.route` wants it."""
    outset, vehicle = outset_of(itinerary), itinerary.vehicle
    end_stop = route.NOWHERE if vehicle.end_stop is None else vehicle.end_stop
    return np.array(
        (
            outset.stop,
            outset.ready_s,
            *outset.load,
            *vehicle.capacity,
            vehicle.shift.latest_s,
            end_stop,
            itinerary.frozen,
            outset.began_s,
        ),
        np.int64,
    )


def route_rows(itinerary: Itinerary) -> Route:
    """Return the visits as `routing.kernels.route` wants them, without times yet.

    Raises ValueError if a party is not picked up once and set down once.
    """
    count = len(itinerary.visits)
    pairs = _pairs(itinerary)
    boarded_s = {aboard.request.id: aboard.boarded_s for aboard in itinerary.onboard}
    visits = [
        party_cells(visit.request)[_PICKUP_ROW if visit.kind is VisitKind.PICKUP else _DROPOFF_ROW]
        for visit in itinerary.visits
    ]
    return Route(
        np.array(visits, np.int64).reshape(count, route.VISIT_COLUMNS),
        np.array(pairs, np.int64),
        np.array([boarded_s.get(visit.request.id, 0) for visit in itinerary.visits], np.int64),
        np.zeros((count, route.TIME_COLUMNS), np.int64),
    )


def party_rows(request: Request) -> Ints:
    """Return a party's pick-up and drop-off as `routing.kernels.route` wants them."""
    return np.array(party_cells(request), np.int64)


def party_cells(request: Request) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the numbers of a party's two rows."""
    load, up, off = request.load, request.pickup, request.dropoff
    longest_s = max(0, request.max_ride_s)
    return (
        (request.pickup_stop, *up, request.pickup_service_s, request.id, route.PICKUP, *load),
        (
            request.dropoff_stop,
            *off,
            request.dropoff_service_s,
            request.id,
            longest_s,
            -load.seats,
            -load.wheelchairs,
        ),
    )


def _pairs(itinerary: Itinerary) -> list[int]:
    """Return for each visit where the party's other visit is; raise ValueError if there is not just one."""
    aboard = {boarded.request.id: route.ABOARD for boarded in itinerary.onboard}
    pairs: list[int] = []
    seen = set(aboard)
    for position, visit in enumerate(itinerary.visits):
        party = visit.request.id
        if visit.kind is VisitKind.PICKUP:
            if party in seen:
                raise ValueError(f"request {party} is picked up twice")
            seen.add(party)
            aboard[party] = position
            pairs.append(position)
        elif party in aboard:
            pickup = aboard.pop(party)
            pairs.append(pickup)
            if pickup != route.ABOARD:
                pairs[pickup] = position
        else:
            raise ValueError(f"request {party} is set down without being on board")
    if aboard:
        raise ValueError(f"request {min(aboard)} is never set down")
    return pairs


def _schedule_of(outset: Ints, rows: Route) -> Schedule:
    """Return the times of ``rows`` with the loads, as a value."""
    seats = (outset[route.SEATS_TAKEN] + rows.visits[:, route.SEATS].cumsum()).tolist()
    places = (outset[route.PLACES_TAKEN] + rows.visits[:, route.WHEELCHAIRS].cumsum()).tolist()
    return Schedule(
        _column(rows, route.ARRIVAL),
        _column(rows, route.START),
        _column(rows, route.DEPART),
        tuple(map(Load, seats, places)),
    )


def _column(rows: Route, column: int) -> tuple[int, ...]:
    return tuple(rows.times[:, column].tolist())

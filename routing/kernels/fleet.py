"""All vehicles' visits in one set of arrays, with what a search needs of them kept up to date.

Row ``v`` of each array is one vehicle; of ``K`` visits there is room for, the first ``counts[v]`` are there.
"""

from typing import NamedTuple

import numpy as np

from routing.kernels import kernel, view
from routing.kernels.route import (
    ABOARD,
    ARRIVAL,
    AT,
    BEGAN_HERE,
    DEPART,
    EARLIEST,
    FEASIBLE,
    FROZEN,
    LONGEST,
    PARTY,
    PICKUP,
    PLACES_TAKEN,
    READY,
    SEATS,
    SEATS_TAKEN,
    SERVICE,
    START,
    STOP,
    VISIT_COLUMNS,
    WHEELCHAIRS,
    Floats,
    Ints,
    Route,
    Travel,
    Weights,
    cost,
    drive_s,
    latest_starts,
    leave_by,
    overload,
    reckon,
)

PARTIES = 2  # third column of ``loads``, after SEATS_ABOARD and PLACES_ABOARD
SEATS_ABOARD, PLACES_ABOARD = range(2)
VEHICLE, WHERE, BEGAN, LEFT, WHO, GOT_ON = range(6)
STAY_COLUMNS = 6
UNABLE = np.inf  # the cost of a vehicle that breaks a limit: it takes nobody


class Fleet(NamedTuple):
    """What every vehicle still has to do (`routing.kernels.route` says what the columns are).

    Attributes
    ----------
    outsets, counts
        ``int64[V, 10]`` where each stands; ``int64[V]`` how many visits it has.
    visits, pairs, boarded, times
        ``int64[V, K, 8]``, ``int64[V, K]``, ``int64[V, K]``, ``int64[V, K, 4]``: its `Route`.
    driven, latest
        ``int64[V, K]``: when each service starts if the order is simply driven (never later than the schedule), and
        the latest start that leaves the rest possible (longest rides left out).
    loads
        ``int64[V, K + 1, 3]``: seats, wheelchair places and parties aboard before each visit, and after the last.
    costs, savings
        ``float64[V]``: what the schedule costs, `UNABLE` if it breaks a limit; what less waiting with somebody
        aboard could at most save of that.

    """

    outsets: Ints
    counts: Ints
    visits: Ints
    pairs: Ints
    boarded: Ints
    times: Ints
    driven: Ints
    latest: Ints
    loads: Ints
    costs: Floats
    savings: Floats


@view
def route_of(fleet: Fleet, vehicle: int) -> Route:
    """Return one vehicle's visits and times; writing into them changes the fleet's."""
    return Route(fleet.visits[vehicle], fleet.pairs[vehicle], fleet.boarded[vehicle], fleet.times[vehicle])


@kernel
def refresh(travel: Travel, fleet: Fleet, weights: Weights, vehicle: int) -> tuple[int, int, int]:
    """Reckon one vehicle anew after its outset or visits changed; return the first limit broken, where, by how much."""
    outset, route, count = fleet.outsets[vehicle], route_of(fleet, vehicle), fleet.counts[vehicle]
    broken = overload(outset, route, count)
    if broken[0] == FEASIBLE:
        broken = reckon(travel, outset, route, count)
    if broken[0] != FEASIBLE:
        fleet.costs[vehicle] = UNABLE
        return broken
    fleet.costs[vehicle] = cost(travel, outset, route, count, weights)
    latest_starts(travel, outset, route.visits, count, fleet.latest[vehicle])
    _drive(travel, fleet, vehicle)
    _load(travel, fleet, weights, vehicle)
    return broken


@kernel
def _drive(travel: Travel, fleet: Fleet, vehicle: int) -> None:
    """Write when the services start if the order is simply driven."""
    outset = fleet.outsets[vehicle]
    stop, start_s, depart_s, is_shared = outset[AT], outset[BEGAN_HERE], outset[READY], travel.side_by_side
    for position in range(fleet.counts[vehicle]):
        visit = fleet.visits[vehicle, position]
        here = visit[STOP]
        start_s = start_s if is_shared and here == stop else depart_s + drive_s(travel, stop, here, depart_s)
        start_s = max(start_s, visit[EARLIEST])
        fleet.driven[vehicle, position] = start_s
        stop, depart_s = here, max(depart_s, start_s + visit[SERVICE])


@kernel
def _load(travel: Travel, fleet: Fleet, weights: Weights, vehicle: int) -> None:
    """Write what is aboard between the visits, and what waiting with somebody aboard costs.

    Side by side, somebody waits too while a service begins after the one before it at the same stop, and after getting
    on while others who came earlier are still at it: at most that is saved when all begin later.
    """
    outset, loads, count = fleet.outsets[vehicle], fleet.loads[vehicle], fleet.counts[vehicle]
    parties = 0
    for position in range(count):
        if fleet.visits[vehicle, position, LONGEST] != PICKUP and fleet.pairs[vehicle, position] == ABOARD:
            parties += 1
    loads[0, SEATS_ABOARD] = outset[SEATS_TAKEN]
    loads[0, PLACES_ABOARD] = outset[PLACES_TAKEN]
    loads[0, PARTIES] = parties
    waited_s, stop, began_s = 0, outset[AT], outset[BEGAN_HERE]
    for position in range(count):
        visit, times = fleet.visits[vehicle, position], fleet.times[vehicle, position]
        there_s = began_s if travel.side_by_side and visit[STOP] == stop else times[ARRIVAL]
        waited_s += loads[position, PARTIES] * (times[START] - there_s)
        if visit[LONGEST] == PICKUP:
            waited_s += times[DEPART] - times[START] - visit[SERVICE]
        stop, began_s = visit[STOP], times[START]
        loads[position + 1, SEATS_ABOARD] = loads[position, SEATS_ABOARD] + visit[SEATS]
        loads[position + 1, PLACES_ABOARD] = loads[position, PLACES_ABOARD] + visit[WHEELCHAIRS]
        loads[position + 1, PARTIES] = loads[position, PARTIES] + (1 if visit[LONGEST] == PICKUP else -1)
    fleet.savings[vehicle] = (weights.standing + weights.riding) * waited_s


@kernel
def copy_visits(source: Route, target: Route, count: int) -> None:
    """Write one route's visits, without their times, over another's."""
    visits, pairs, boarded = source.visits, source.pairs, source.boarded
    target_visits, target_pairs, target_boarded = target.visits, target.pairs, target.boarded
    for position in range(count):
        target_pairs[position], target_boarded[position] = pairs[position], boarded[position]
        for column in range(VISIT_COLUMNS):
            target_visits[position, column] = visits[position, column]


@kernel
def lengthen(route: Route, count: int, party: Ints, first: int, second: int) -> None:
    """Put a party's two rows in: the pick-up before visit ``first``, the drop-off before visit ``second``."""
    visits, pairs, boarded = route.visits, route.pairs, route.boarded
    for position in range(count - 1, first - 1, -1):
        moved = position + (2 if position >= second else 1)
        for column in range(VISIT_COLUMNS):
            visits[moved, column] = visits[position, column]
        boarded[moved] = boarded[position]
        pairs[moved] = pairs[position]
    for column in range(VISIT_COLUMNS):
        visits[first, column] = party[0, column]
        visits[second + 1, column] = party[1, column]
    pairs[first] = pairs[second + 1] = ABOARD
    for position in range(count + 2):
        if pairs[position] >= first:
            pairs[position] += 2 if pairs[position] >= second else 1
    pairs[first], pairs[second + 1] = second + 1, first
    boarded[first] = boarded[second + 1] = 0


@kernel
def insert(  # noqa: PLR0917 -- kernels take bare numbers
    travel: Travel, fleet: Fleet, weights: Weights, vehicle: int, party: Ints, first: int, second: int
) -> tuple[int, int, int]:
    """Give a party its place in a vehicle; return the limit that this breaks, where, by how much."""
    lengthen(route_of(fleet, vehicle), fleet.counts[vehicle], party, first, second)
    fleet.counts[vehicle] += 2
    return refresh(travel, fleet, weights, vehicle)


@kernel
def advance(travel: Travel, fleet: Fleet, weights: Weights, now_s: int, stays: Ints) -> int:
    """Make every visit that has to be set out for by ``now_s``; return how many rows of ``stays`` were written.

    Who is not under way then can leave from ``now_s`` on. When all of ``stays`` is filled there may be more to do.
    """
    outsets, counts, times = fleet.outsets, fleet.counts, fleet.times
    is_steady, made = travel.starts.size == 1, 0
    for vehicle in range(counts.size):
        way_s = times[vehicle, 0, ARRIVAL] - outsets[vehicle, READY]
        if counts[vehicle] and not (is_steady and times[vehicle, 0, START] - way_s > now_s):
            gone = _gone(travel, fleet, vehicle, now_s, stays[made:])
            if gone:
                made += gone
                _shorten(fleet, vehicle, gone)
                refresh(travel, fleet, weights, vehicle)
            if made == len(stays):
                break
        if outsets[vehicle, BEGAN_HERE] < now_s:
            _stand(travel, fleet, weights, vehicle, now_s)
    return made


@kernel
def _gone(travel: Travel, fleet: Fleet, vehicle: int, now_s: int, stays: Ints) -> int:
    """Write the visits that one vehicle has set out for, which it does as late as it may; return how many."""
    outset, count = fleet.outsets[vehicle], min(fleet.counts[vehicle], len(stays))
    visits, times = fleet.visits[vehicle], fleet.times[vehicle]
    stop, ready_s = outset[AT], outset[READY]
    for position in range(count):
        here, start_s = visits[position, STOP], times[position, START]
        if leave_by(travel, stop, here, start_s) > now_s:
            return position
        stop, ready_s = here, times[position, DEPART]
        stays[position, VEHICLE], stays[position, WHERE] = vehicle, stop
        stays[position, BEGAN], stays[position, LEFT] = start_s, ready_s
        stays[position, WHO], stays[position, GOT_ON] = visits[position, PARTY], visits[position, LONGEST] == PICKUP
    return int(count)


@kernel
def _shorten(fleet: Fleet, vehicle: int, gone: int) -> None:
    """Take the first visits away, which have been made, and let the vehicle stand after them."""
    outset, count = fleet.outsets[vehicle], fleet.counts[vehicle]
    visits, pairs = fleet.visits[vehicle], fleet.pairs[vehicle]
    boarded, times = fleet.boarded[vehicle], fleet.times[vehicle]
    for position in range(gone):
        outset[AT], outset[BEGAN_HERE] = visits[position, STOP], times[position, START]
        outset[READY] = times[position, DEPART]
        outset[SEATS_TAKEN] += visits[position, SEATS]
        outset[PLACES_TAKEN] += visits[position, WHEELCHAIRS]
        if visits[position, LONGEST] == PICKUP:
            boarded[pairs[position]] = times[position, START] + visits[position, SERVICE]
    outset[FROZEN] = max(0, outset[FROZEN] - gone)
    for position in range(gone, count):
        to, partner = position - gone, pairs[position]
        for column in range(VISIT_COLUMNS):
            visits[to, column] = visits[position, column]
        boarded[to] = boarded[position]
        pairs[to] = partner - gone if partner >= gone else ABOARD
    fleet.counts[vehicle] = count - gone


@kernel
def _stand(travel: Travel, fleet: Fleet, weights: Weights, vehicle: int, now_s: int) -> None:
    """Let nothing begin before now where a vehicle is, that is not under way.

    With one band and the next visit elsewhere only the first arrival changes, and that only once it can leave.
    """
    outset = fleet.outsets[vehicle]
    stood_s = now_s - outset[READY]
    outset[BEGAN_HERE] = now_s
    outset[READY] = max(outset[READY], now_s)
    if fleet.counts[vehicle] == 0:
        return
    goes_on_here = travel.side_by_side and fleet.visits[vehicle, 0, STOP] == outset[AT]
    if goes_on_here or (travel.starts.size > 1 and stood_s > 0):
        refresh(travel, fleet, weights, vehicle)
        return
    if stood_s <= 0:
        return
    fleet.times[vehicle, 0, ARRIVAL] += stood_s
    waited = stood_s * fleet.loads[vehicle, 0, PARTIES]
    fleet.costs[vehicle] -= weights.standing * waited
    fleet.savings[vehicle] -= (weights.standing + weights.riding) * waited

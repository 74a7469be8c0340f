"""The cheapest place for one more party, exact over all positions of all vehicles.

Nearly every position is thrown out by a few comparisons (earliest times going forward, latest times coming
backward, loads, the least it can cost); what is left is reckoned in full. Nothing is thrown out that would fit.
Jaw et al. 1986; the bounds in the spirit of Savelsbergh 1992 and Hunsaker and Savelsbergh 2002.
"""

from typing import NamedTuple

import numpy as np

from routing.kernels import kernel
from routing.kernels.fleet import PARTIES, PLACES_ABOARD, SEATS_ABOARD, UNABLE, Fleet, lengthen
from routing.kernels.route import (
    AT,
    EARLIEST,
    END_STOP,
    FEASIBLE,
    FROZEN,
    LATEST,
    LONGEST,
    NOWHERE,
    PLACES_HELD,
    READY,
    SEATS,
    SEATS_HELD,
    SERVICE,
    SHIFT_END,
    START,
    STOP,
    TIME_COLUMNS,
    VISIT_COLUMNS,
    WHEELCHAIRS,
    Floats,
    Ints,
    Route,
    Travel,
    Weights,
    cost,
    drive_s,
    home_s,
    reckon,
)

_MARGIN = 1e-6  # by which two reckonings of one cost may differ


class Search(NamedTuple):
    """Who looks for a place (``party``: the rows of pick-up and drop-off), where, and room to try orders in."""

    travel: Travel
    fleet: Fleet
    weights: Weights
    party: Ints
    trial: Route


@kernel
def cheapest(travel: Travel, fleet: Fleet, weights: Weights, party: Ints, most: int) -> tuple[Floats, Ints]:
    """Return for each vehicle what its best place adds to its cost, and the two positions (pick-up, drop-off).

    The ``most`` cheapest vehicles are among those with a cost; others may be left without (`UNABLE`), as those are
    that cannot take the party at all. Equal costs: the vehicle named first, the earlier positions.
    """
    vehicles = fleet.counts.size
    costs = np.full(vehicles, UNABLE)
    spots = np.zeros((vehicles, 2), np.int64)
    best = np.full(min(most, vehicles), UNABLE)
    search = Search(travel, fleet, weights, party, room_for(fleet.pairs.shape[1] + 2))
    for vehicle in range(vehicles):
        costs[vehicle], spots[vehicle, 0], spots[vehicle, 1] = best_place(search, vehicle, best[-1])
        if costs[vehicle] < best[-1]:
            _rank(best, costs[vehicle])
    return costs, spots


@kernel
def starts_at(  # noqa: PLR0917 -- kernels take bare numbers
    travel: Travel, fleet: Fleet, weights: Weights, party: Ints, vehicle: int, first: int, second: int
) -> tuple[int, int]:
    """Return when a party would be picked up and set down at a place that `cheapest` found."""
    search = Search(travel, fleet, weights, party, room_for(fleet.counts[vehicle] + 2))
    _added_cost(search, vehicle, first, second)
    return search.trial.times[first, START], search.trial.times[second + 1, START]


@kernel
def room_for(visits: int) -> Route:
    """Return a route with room for so many visits."""
    return Route(
        np.empty((visits, VISIT_COLUMNS), np.int64),
        np.empty(visits, np.int64),
        np.empty(visits, np.int64),
        np.empty((visits, TIME_COLUMNS), np.int64),
    )


@kernel
def _rank(best: Floats, found: float) -> None:
    """Put a cost in its place among the best, the last of which drops out."""
    place = best.size - 1
    while place > 0 and best[place - 1] > found:
        best[place] = best[place - 1]
        place -= 1
    best[place] = found


@kernel
def best_place(search: Search, vehicle: int, bound: float) -> tuple[float, int, int]:
    """Return the least added cost under ``bound`` and its positions in one vehicle; `UNABLE` if there is none."""
    fleet, up = search.fleet, search.party[0]
    outset, count = fleet.outsets[vehicle], fleet.counts[vehicle]
    best, first, second = UNABLE, -1, -1
    if fleet.costs[vehicle] == UNABLE or up[SEATS] > outset[SEATS_HELD] or up[WHEELCHAIRS] > outset[PLACES_HELD]:
        return best, first, second
    for position in range(outset[FROZEN], count + 1):
        left_s = outset[READY]
        if position > 0:
            if fleet.driven[vehicle, position - 1] > up[LATEST]:
                break
            left_s = fleet.driven[vehicle, position - 1] + fleet.visits[vehicle, position - 1, SERVICE]
        if left_s > up[LATEST] or _is_too_late(search, vehicle, position, up[EARLIEST] + up[SERVICE]):
            continue
        stop = _stop_before(fleet, vehicle, position)
        start_s = max(left_s + drive_s(search.travel, stop, up[STOP], left_s), up[EARLIEST])
        if start_s > up[LATEST] or not _has_room(search, vehicle, position):
            continue
        found, place = _best_dropoff(search, vehicle, position, start_s, bound)
        if found < bound:
            best, first, second, bound = found, position, place, found
    return best, first, second


@kernel
def _best_dropoff(search: Search, vehicle: int, first: int, boarding_s: int, bound: float) -> tuple[float, int]:
    """Return the least added cost under ``bound`` of a pick-up before ``first``, and where the drop-off goes.

    Walks on from the pick-up, so every time is a lower bound of what is possible with it.
    """
    travel, fleet, up, off = search.travel, search.fleet, search.party[0], search.party[1]
    count = fleet.counts[vehicle]
    best, place = UNABLE, -1
    least = _least_of_pickup(search, vehicle, first, boarding_s)
    if least >= bound + _MARGIN:
        return best, place
    stop, left_s = up[STOP], boarding_s + up[SERVICE]
    last_s = min(off[LATEST], up[LATEST] + up[SERVICE] + off[LONGEST])
    for second in range(first, count + 1):
        start_s = max(left_s + drive_s(travel, stop, off[STOP], left_s), off[EARLIEST])
        leaves_s = start_s + off[SERVICE]
        may_be = start_s <= last_s and _goes_on(search, vehicle, second, leaves_s)
        if may_be and _least_of_both(search, vehicle, first, second, boarding_s) < bound + _MARGIN:
            found = _added_cost(search, vehicle, first, second)
            if found < bound:
                best, place, bound = found, second, found
        if second == count:
            break
        visit = fleet.visits[vehicle, second]
        start_s = max(left_s + drive_s(travel, stop, visit[STOP], left_s), visit[EARLIEST])
        if start_s > last_s or start_s > visit[LATEST] or _is_too_late(search, vehicle, second, start_s):
            break
        if not _has_room(search, vehicle, second + 1):
            break
        stop, left_s = visit[STOP], start_s + visit[SERVICE]
    return best, place


@kernel
def _is_too_late(search: Search, vehicle: int, position: int, start_s: int) -> bool:
    """Tell whether the visit at ``position`` could not start then even if a stop put in after it saved time."""
    fleet = search.fleet
    return bool(
        position < fleet.counts[vehicle] and start_s > fleet.latest[vehicle, position] + search.travel.shortcut_s
    )


@kernel
def _stop_before(fleet: Fleet, vehicle: int, position: int) -> int:
    """Return where the vehicle is before the visit at ``position``."""
    return int(fleet.visits[vehicle, position - 1, STOP] if position else fleet.outsets[vehicle, AT])


@kernel
def _has_room(search: Search, vehicle: int, position: int) -> bool:
    """Tell whether the party fits in besides those on board just before ``position``."""
    up, outset, load = search.party[0], search.fleet.outsets[vehicle], search.fleet.loads[vehicle, position]
    fits = load[SEATS_ABOARD] + up[SEATS] <= outset[SEATS_HELD]
    return bool(fits and load[PLACES_ABOARD] + up[WHEELCHAIRS] <= outset[PLACES_HELD])


@kernel
def _goes_on(search: Search, vehicle: int, second: int, left_s: int) -> bool:
    """Tell whether a vehicle leaving the drop-off then could keep the windows after it, or its shift."""
    fleet, stop = search.fleet, search.party[1, STOP]
    outset = fleet.outsets[vehicle]
    if second == fleet.counts[vehicle]:
        return bool(home_s(search.travel, outset, stop, left_s) <= outset[SHIFT_END])
    arrival_s = left_s + drive_s(search.travel, stop, fleet.visits[vehicle, second, STOP], left_s)
    return bool(arrival_s <= fleet.latest[vehicle, second])


@kernel
def _added_cost(search: Search, vehicle: int, first: int, second: int) -> float:
    """Return what a place adds to the vehicle's cost, `UNABLE` if it breaks a limit: reckoned in full."""
    travel, fleet, trial = search.travel, search.fleet, search.trial
    count, outset = fleet.counts[vehicle], fleet.outsets[vehicle]
    for position in range(count):
        trial.visits[position] = fleet.visits[vehicle, position]
        trial.pairs[position] = fleet.pairs[vehicle, position]
        trial.boarded[position] = fleet.boarded[vehicle, position]
    lengthen(trial, count, search.party, first, second)
    if reckon(travel, outset, trial, count + 2)[0] != FEASIBLE:
        return UNABLE
    return float(cost(travel, outset, trial, count + 2, search.weights) - fleet.costs[vehicle])


@kernel
def _least_of_pickup(search: Search, vehicle: int, first: int, boarding_s: int) -> float:
    """Return what a pick-up before ``first`` adds at least, wherever the drop-off goes."""
    fleet, up, off = search.fleet, search.party[0], search.party[1]
    if search.travel.starts.size > 1:
        return -UNABLE
    if first == fleet.counts[vehicle]:
        return _least_of_both(search, vehicle, first, first, boarding_s)
    over_s = _detour_s(search, vehicle, first, up[STOP])
    riding_s = fleet.loads[vehicle, first, PARTIES] * (over_s + up[SERVICE])
    riding_s += drive_s(search.travel, up[STOP], off[STOP], 0)
    return _least(search, vehicle, over_s, riding_s, boarding_s)


@kernel
def _least_of_both(search: Search, vehicle: int, first: int, second: int, boarding_s: int) -> float:
    """Return what a place adds at least: the way round, the longer rides of those aboard, the own ride, the wait."""
    travel, fleet, up, off = search.travel, search.fleet, search.party[0], search.party[1]
    if travel.starts.size > 1:
        return -UNABLE
    over_s = _detour_s(search, vehicle, second, off[STOP])
    ride_s = drive_s(travel, up[STOP], off[STOP], 0)
    if first == second:
        stop = _stop_before(fleet, vehicle, first)
        over_s += drive_s(travel, stop, up[STOP], 0) + ride_s - drive_s(travel, stop, off[STOP], 0)
        riding_s = fleet.loads[vehicle, first, PARTIES] * (over_s + up[SERVICE] + off[SERVICE]) + ride_s
        return _least(search, vehicle, over_s, riding_s, boarding_s)
    riding_s = fleet.loads[vehicle, second, PARTIES] * (over_s + off[SERVICE]) + ride_s
    before_s = _detour_s(search, vehicle, first, up[STOP])
    riding_s += fleet.loads[vehicle, first, PARTIES] * (before_s + up[SERVICE])
    return _least(search, vehicle, over_s + before_s, riding_s, boarding_s)


@kernel
def _least(search: Search, vehicle: int, driving_s: int, riding_s: int, boarding_s: int) -> float:
    """Return the weighted sum, less what shorter waits and shortcuts over the new stops could save."""
    fleet, weights, up = search.fleet, search.weights, search.party[0]
    visits = fleet.counts[vehicle] + 2
    unsure = 2 * search.travel.shortcut_s * (weights.driving + visits * (weights.riding + weights.delay))
    sure = weights.driving * driving_s + weights.riding * riding_s + weights.delay * (boarding_s - up[EARLIEST])
    return float(sure - fleet.savings[vehicle] - unsure)


@kernel
def _detour_s(search: Search, vehicle: int, position: int, stop: int) -> int:
    """Return how much longer the way is over ``stop`` before the visit at ``position``, or at the end (one band)."""
    travel, fleet = search.travel, search.fleet
    before = _stop_before(fleet, vehicle, position)
    there_s = drive_s(travel, before, stop, 0)
    count = fleet.counts[vehicle]
    onward = fleet.visits[vehicle, position, STOP] if position < count else fleet.outsets[vehicle, END_STOP]
    if onward == NOWHERE:
        return there_s
    direct_s = drive_s(travel, before, onward, 0) if count else 0
    return there_s + drive_s(travel, stop, onward, 0) - direct_s

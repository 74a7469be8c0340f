"""The cheapest place for one more party, exact over all positions of all vehicles.

Nearly every position is thrown out by a few comparisons (earliest times going forward, latest times coming
backward, loads, the least it can cost); what is left is reckoned in full. Nothing is thrown out that would fit.
Jaw et al. 1986; the bounds in the spirit of Savelsbergh 1992 and Hunsaker and Savelsbergh 2002.
"""

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
    trial = room_for(fleet.pairs.shape[1] + 2)
    outsets, present, counts, driven, latest = fleet.outsets, fleet.costs, fleet.counts, fleet.driven, fleet.latest
    closes_s, boarded_s = party[0, LATEST], party[0, EARLIEST] + party[0, SERVICE] - travel.shortcut_s
    for vehicle in range(vehicles):
        if present[vehicle] == UNABLE or outsets[vehicle, READY] > closes_s:
            continue
        first, count = outsets[vehicle, FROZEN], counts[vehicle]
        while first < count and latest[vehicle, first] < boarded_s:
            first += 1
        if first > 0 and driven[vehicle, first - 1] > closes_s:
            continue
        found, first, second = best_place(travel, fleet, weights, party, trial, vehicle, first, best[-1])
        if found < best[-1]:
            costs[vehicle], spots[vehicle, 0], spots[vehicle, 1] = found, first, second
            _rank(best, found)
    return costs, spots


@kernel
def starts_at(  # noqa: PLR0917 -- kernels take bare numbers
    travel: Travel, fleet: Fleet, weights: Weights, party: Ints, vehicle: int, first: int, second: int
) -> tuple[int, int]:
    """Return when a party would be picked up and set down at a place that `cheapest` found."""
    trial = room_for(fleet.counts[vehicle] + 2)
    _added_cost(travel, fleet, weights, party, trial, vehicle, first, second)
    return trial.times[first, START], trial.times[second + 1, START]


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
def best_place(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917 -- the inner loop of every quote, on bare numbers
    travel: Travel,
    fleet: Fleet,
    weights: Weights,
    party: Ints,
    trial: Route,
    vehicle: int,
    soonest: int,
    bound: float,
) -> tuple[float, int, int]:
    """Return the least added cost under ``bound`` and its positions in one vehicle; `UNABLE` if there is none.

    The pick-up may go before each visit from ``soonest`` on that it can be in time for. From there the visits are
    walked on with, so that every time is a lower bound of what is possible, until the party cannot ride on.
    """
    visits, driven, latest, loads = fleet.visits[vehicle], fleet.driven[vehicle], fleet.latest[vehicle], fleet.loads[vehicle]
    outset, count, shortcut_s = fleet.outsets[vehicle], fleet.counts[vehicle], travel.shortcut_s
    origin, opens_s, closes_s, boards_s = party[0, STOP], party[0, EARLIEST], party[0, LATEST], party[0, SERVICE]
    goal, alights_s = party[1, STOP], party[1, SERVICE]
    last_s = min(party[1, LATEST], closes_s + boards_s + party[1, LONGEST])
    free_seats, free_places = outset[SEATS_HELD] - party[0, SEATS], outset[PLACES_HELD] - party[0, WHEELCHAIRS]
    is_bounded = travel.starts.size == 1
    saved = fleet.savings[vehicle] + 2 * shortcut_s * (
        weights.driving + (count + 2) * (weights.riding + weights.delay)
    )
    direct_s = drive_s(travel, origin, goal, opens_s)
    best, at, to = UNABLE, -1, -1
    for first in range(soonest, count + 1):
        before, left_s = outset[AT], outset[READY]
        if first > 0:
            if driven[first - 1] > closes_s:
                break
            before, left_s = visits[first - 1, STOP], driven[first - 1] + visits[first - 1, SERVICE]
        left_s = max(left_s + drive_s(travel, before, origin, left_s), opens_s)
        if left_s > closes_s or loads[first, SEATS_ABOARD] > free_seats or loads[first, PLACES_ABOARD] > free_places:
            continue
        over_s, aboard = 0, loads[first, PARTIES]
        if first < count:
            over_s = detour_s(travel, before, origin, visits[first, STOP])
        pickup = weights.delay * (left_s - opens_s) + weights.riding * (direct_s + aboard * (over_s + boards_s))
        pickup += weights.driving * over_s - saved
        if is_bounded and pickup >= bound + _MARGIN:
            continue
        stop, left_s = origin, left_s + boards_s
        for second in range(first, count + 1):
            start_s = max(left_s + drive_s(travel, stop, goal, left_s), party[1, EARLIEST])
            onward = visits[second, STOP] if second < count else outset[END_STOP]
            done_s = start_s + alights_s
            if onward != NOWHERE:
                done_s += drive_s(travel, goal, onward, done_s)
            if start_s <= last_s and done_s <= (latest[second] if second < count else outset[SHIFT_END]):
                if second == first:
                    more_s = drive_s(travel, before, origin, 0) + drive_s(travel, origin, goal, 0) - over_s
                    more_s += detour_s(travel, before, goal, onward) - drive_s(travel, before, goal, 0)
                else:
                    more_s = detour_s(travel, stop, goal, onward)
                least = weights.driving * more_s + weights.riding * loads[second, PARTIES] * (more_s + alights_s)
                if not is_bounded or pickup + least < bound + _MARGIN:
                    found = _added_cost(travel, fleet, weights, party, trial, vehicle, first, second)
                    if found < bound:
                        best, at, to, bound = found, first, second, found
            if second == count:
                break
            left_s = max(left_s + drive_s(travel, stop, onward, left_s), visits[second, EARLIEST])
            if left_s > last_s or left_s > min(visits[second, LATEST], latest[second] + shortcut_s):
                break
            if loads[second + 1, SEATS_ABOARD] > free_seats or loads[second + 1, PLACES_ABOARD] > free_places:
                break
            stop, left_s = onward, left_s + visits[second, SERVICE]
    return best, at, to


@kernel
def detour_s(travel: Travel, before: int, stop: int, onward: int) -> int:
    """Return how much longer the way is over ``stop``, or how long it is if nothing follows (one band)."""
    if onward == NOWHERE:
        return drive_s(travel, before, stop, 0)
    way_s = drive_s(travel, before, stop, 0) + drive_s(travel, stop, onward, 0)
    return way_s - drive_s(travel, before, onward, 0)


@kernel
def _added_cost(  # noqa: PLR0913, PLR0917 -- kernels take bare numbers
    travel: Travel, fleet: Fleet, weights: Weights, party: Ints, trial: Route, vehicle: int, first: int, second: int
) -> float:
    """Return what a place adds to the vehicle's cost, `UNABLE` if it breaks a limit: reckoned in full."""
    count, outset = fleet.counts[vehicle], fleet.outsets[vehicle]
    visits, pairs, boarded = fleet.visits[vehicle], fleet.pairs[vehicle], fleet.boarded[vehicle]
    trial.visits[:count] = visits[:count]
    trial.pairs[:count] = pairs[:count]
    trial.boarded[:count] = boarded[:count]
    lengthen(trial, count, party, first, second)
    if reckon(travel, outset, trial, count + 2)[0] != FEASIBLE:
        return UNABLE
    return float(cost(travel, outset, trial, count + 2, weights) - fleet.costs[vehicle])

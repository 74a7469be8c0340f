"""The cheapest place for one more party, exact over all positions of all vehicles.

Nearly every position is thrown out by a few comparisons (earliest times going forward, latest times coming
backward, loads, the least it can cost); what is left is reckoned in full. Nothing is thrown out that would fit.
Jaw et al. 1986; the bounds in the spirit of Savelsbergh 1992 and Hunsaker and Savelsbergh 2002.
"""

import numpy as np

from routing.kernels import kernel, maker
from routing.kernels.fleet import PARTIES, PLACES_ABOARD, SEATS_ABOARD, UNABLE, Fleet, copy_visits, lengthen, route_of
from routing.kernels.route import (
    AT,
    BEGAN_HERE,
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
    reckon,
)

Answer = tuple[Floats, Floats, Ints]

_MARGIN = 1e-6  # by which two reckonings of one cost may differ


@maker
def cheapest(travel: Travel, fleet: Fleet, weights: Weights, party: Ints, most: int) -> tuple[Floats, Ints]:
    """Return for each vehicle what its best place adds to its cost, and the two positions (pick-up, drop-off).

    The ``most`` cheapest vehicles are among those with a cost; others may be left without (`UNABLE`), as those are
    that cannot take the party at all. Equal costs: the vehicle named first, the earlier positions.
    """
    vehicles = fleet.counts.size
    costs, spots = np.full(vehicles, UNABLE), np.zeros((vehicles, 2), np.int64)
    best = np.full(min(most, vehicles), UNABLE)
    find(travel, fleet, weights, party, room_for(fleet.pairs.shape[1] + 2), (0, vehicles), (best, costs, spots))
    return costs, spots


@kernel
def find(  # noqa: C901, PLR0912, PLR0915, PLR0917 -- the inner loop of every quote, on bare numbers
    travel: Travel, fleet: Fleet, weights: Weights, party: Ints, trial: Route, span: tuple[int, int], answer: Answer
) -> None:
    """Write what the best place in each vehicle of a range adds, and its positions, if under the last of the best.

    The ``answer``: least costs found so far, kept up; cost and positions by vehicle. A pick-up may go before each
    visit that it can be in time for; what it costs at least then decides whether drop-offs are looked at.
    """
    best, costs, spots = answer
    outsets, counts, present, savings = fleet.outsets, fleet.counts, fleet.costs, fleet.savings
    visits, driven, latest, loads = fleet.visits, fleet.driven, fleet.latest, fleet.loads
    origin, opens_s, closes_s, boards_s = party[0, STOP], party[0, EARLIEST], party[0, LATEST], party[0, SERVICE]
    direct_s = drive_s(travel, origin, party[1, STOP], opens_s)
    is_shared, is_bounded = travel.side_by_side, travel.starts.size == 1
    free, done_s = (BEGAN_HERE, opens_s) if is_shared else (READY, opens_s + boards_s)
    for vehicle in range(span[0], span[1]):
        if present[vehicle] == UNABLE or outsets[vehicle, free] > closes_s:
            continue
        free_seats = outsets[vehicle, SEATS_HELD] - party[0, SEATS]
        free_places = outsets[vehicle, PLACES_HELD] - party[0, WHEELCHAIRS]
        count, bound, soonest = counts[vehicle], best[-1], outsets[vehicle, FROZEN]
        while soonest < count and latest[vehicle, soonest] + travel.shortcut_s < done_s:
            soonest += 1
        for first in range(soonest, count + 1):
            stop = outsets[vehicle, AT]
            left_s = outsets[vehicle, free if stop == origin else READY]
            if first > 0:
                if driven[vehicle, first - 1] > closes_s:
                    break
                stop, left_s = visits[vehicle, first - 1, STOP], driven[vehicle, first - 1]
                left_s += 0 if is_shared and stop == origin else visits[vehicle, first - 1, SERVICE]
            began_s = max(left_s + drive_s(travel, stop, origin, left_s), opens_s)
            load = loads[vehicle, first]
            if began_s > closes_s or load[SEATS_ABOARD] > free_seats or load[PLACES_ABOARD] > free_places:
                continue
            onward = outsets[vehicle, END_STOP]
            if first < count:
                onward = visits[vehicle, first, STOP]
                left_s = began_s + (0 if is_shared and onward == origin else boards_s)
                if left_s + drive_s(travel, origin, onward, left_s) > latest[vehicle, first] + travel.shortcut_s:
                    continue
            least = _over_cost(travel, weights, (stop, origin, onward), load[PARTIES], boards_s) - savings[vehicle]
            least += _own_cost(weights, began_s - opens_s, direct_s, count, travel.shortcut_s)
            if is_bounded and least >= bound + _MARGIN:
                continue
            found, second = _best_dropoff(travel, fleet, weights, party, trial, vehicle, first, began_s, least, bound)
            if found < bound:
                costs[vehicle] = bound = found
                spots[vehicle, 0], spots[vehicle, 1] = first, second
        _rank(best, bound)


@kernel
def _over_cost(travel: Travel, weights: Weights, way: tuple[int, int, int], parties: int, service_s: int) -> float:
    """Return what the way over a stop adds at least, with so many parties aboard; a shared halt may add nothing.

    The ``way``: the stop before, the stop, the one after.
    """
    before, stop, onward = way
    over_s = detour_s(travel, before, stop, onward)
    stays_s = 0 if travel.side_by_side and stop in (before, onward) else service_s
    return weights.driving * over_s + weights.riding * parties * (over_s + stays_s)


@kernel
def _own_cost(weights: Weights, delay_s: int, direct_s: int, count: int, shortcut_s: int) -> float:
    """Return what the delay and the ride of a party add at least, less what shortcuts may save.

    A way over one more stop is quicker by ``shortcut_s`` at most. So the party's two stops take at most twice that off
    the driving and off each delay (``count`` at most). Off rides they take it once for whoever is aboard where the
    party gets off (``count`` at most; where it gets on, the way is reckoned as it is), and visits in between once each
    off the party's own.
    """
    least = weights.delay * delay_s + weights.riding * direct_s
    return least - 2 * shortcut_s * (weights.driving + (count + 2) * (weights.riding + weights.delay))


@maker
def starts_at(  # noqa: PLR0917 -- kernels take bare numbers
    travel: Travel, fleet: Fleet, weights: Weights, party: Ints, vehicle: int, first: int, second: int
) -> tuple[int, int]:
    """Return when a party would be picked up and set down at a place that `cheapest` found."""
    trial = room_for(fleet.counts[vehicle] + 2)
    _added_cost(travel, fleet, weights, party, trial, vehicle, first, second)
    return trial.times[first, START], trial.times[second + 1, START]


@maker
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
    """Put a cost in its place among the best, the last of which drops out, if it is under that one."""
    if found >= best[-1]:
        return
    place = best.size - 1
    while place > 0 and best[place - 1] > found:
        best[place] = best[place - 1]
        place -= 1
    best[place] = found


@kernel
def _best_dropoff(  # noqa: C901, PLR0913, PLR0915, PLR0917 -- one walk along the visits after the pick-up
    travel: Travel,
    fleet: Fleet,
    weights: Weights,
    party: Ints,
    trial: Route,
    vehicle: int,
    first: int,
    began_s: int,
    pickup: float,
    bound: float,
) -> tuple[float, int]:
    """Return the least added cost under ``bound`` with a pick-up before ``first``, and where the drop-off goes.

    The pick-up costs ``pickup`` at least, and begins at ``began_s`` at the soonest. From there the visits are walked
    on with, so that every time is a lower bound of what is possible, until the party cannot ride on. With one band of
    travel times all that passes after boarding, ``since_s`` without the waits, counts as ridden: no later pick-up
    makes it shorter.
    """
    visits, latest, loads = fleet.visits[vehicle], fleet.latest[vehicle], fleet.loads[vehicle]
    outset, count, is_shared = fleet.outsets[vehicle], fleet.counts[vehicle], travel.side_by_side
    last_s = min(party[1, LATEST], party[0, LATEST] + party[0, SERVICE] + party[1, LONGEST])
    free_seats, free_places = outset[SEATS_HELD] - party[0, SEATS], outset[PLACES_HELD] - party[0, WHEELCHAIRS]
    best, place, stop, goal, alights_s = UNABLE, -1, party[0, STOP], party[1, STOP], party[1, SERVICE]
    left_s = since_s = began_s + party[0, SERVICE]
    for second in range(first, count + 1):
        onward = visits[second, STOP] if second < count else outset[END_STOP]
        deadline_s = latest[second] if second < count else outset[SHIFT_END]
        start_s = began_s if is_shared and stop == goal else left_s + drive_s(travel, stop, goal, left_s)
        if start_s - since_s > party[1, LONGEST] + (count + 1 - second) * travel.shortcut_s:
            break
        start_s = max(start_s, party[1, EARLIEST])
        done_s = start_s + (0 if is_shared and goal == onward else alights_s)
        if onward != NOWHERE:
            done_s += drive_s(travel, goal, onward, done_s)
        if start_s <= last_s and done_s <= deadline_s:
            least = pickup + _over_cost(travel, weights, (stop, goal, onward), loads[second, PARTIES], alights_s)
            if travel.starts.size > 1 or least < bound + _MARGIN:
                found = _added_cost(travel, fleet, weights, party, trial, vehicle, first, second)
                if found < bound:
                    best, place, bound = found, second, found
        if second == count:
            break
        began_s = began_s if is_shared and stop == onward else left_s + drive_s(travel, stop, onward, left_s)
        since_s += max(0, visits[second, EARLIEST] - began_s)
        began_s = max(began_s, visits[second, EARLIEST])
        if began_s > last_s or began_s > min(visits[second, LATEST], deadline_s + travel.shortcut_s):
            break
        if loads[second + 1, SEATS_ABOARD] > free_seats or loads[second + 1, PLACES_ABOARD] > free_places:
            break
        stop, left_s = onward, began_s + visits[second, SERVICE]
    return best, place


@kernel
def detour_s(travel: Travel, before: int, stop: int, onward: int) -> int:
    """Return how much longer the way is over ``stop``, or how long it is if nothing follows (one band)."""
    if onward == NOWHERE:
        return drive_s(travel, before, stop, 0)
    way_s = drive_s(travel, before, stop, 0) + drive_s(travel, stop, onward, 0)
    return way_s - drive_s(travel, before, onward, 0)


@kernel
def _added_cost(  # noqa: PLR0917 -- kernels take bare numbers
    travel: Travel, fleet: Fleet, weights: Weights, party: Ints, trial: Route, vehicle: int, first: int, second: int
) -> float:
    """Return what a place adds to the vehicle's cost, `UNABLE` if it breaks a limit: reckoned in full."""
    count, outset = fleet.counts[vehicle], fleet.outsets[vehicle]
    copy_visits(route_of(fleet, vehicle), trial, count)
    lengthen(trial, count, party, first, second)
    if reckon(travel, outset, trial, count + 2)[0] != FEASIBLE:
        return UNABLE
    return float(cost(travel, outset, trial, count + 2, weights) - fleet.costs[vehicle])

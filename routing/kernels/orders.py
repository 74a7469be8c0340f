"""Every order in which one vehicle can make its visits and keep every promise, the cheapest of each beginning.

Depth first over the visits; a branch ends where a visit still open could no longer be reached in time (the pruning of
Psaraftis 1980 and Dumas et al. 1991). Exact unless the limit of steps ends it.
"""

import numpy as np

from routing.kernels import kernel
from routing.kernels.halts import BOARDED, HALTED, WAITING
from routing.kernels.route import (
    AT,
    EARLIEST,
    LATEST,
    LONGEST,
    PARTY,
    PICKUP,
    PLACES_HELD,
    PLACES_TAKEN,
    READY,
    SEATS,
    SEATS_HELD,
    SEATS_TAKEN,
    SERVICE,
    SHIFT_END,
    STOP,
    WHEELCHAIRS,
    Floats,
    Ints,
)

_STOP_AT, _SINCE, _READY_AT, _SEATS_IN, _PLACES_IN, _CHOICE, _NEXT = range(7)


@kernel
def cheapest_orders(  # noqa: C901, PLR0912, PLR0915, PLR0917 -- calls with arrays would cost eight times the search
    travel: Ints, outset: Ints, visits: Ints, fixed: tuple[int, int], each: int, hurry: float, most: int
) -> tuple[Ints, Floats, Ints]:
    """Return the ``each`` cheapest orders of the visits for every first visit: how many, their costs, the orders.

    An order costs its driving and ``hurry`` times its duration, in seconds. Visits before ``fixed[0]`` and from
    ``fixed[1]`` on keep their positions. No more than ``most`` steps are taken.
    """
    count = len(visits)
    found = np.zeros(count, np.int64)
    costs = np.zeros((count, each))
    orders = np.zeros((count, each, count), np.int64)
    pickups = _pickups(visits)
    done = np.zeros(count, np.bool_)
    starts = np.zeros(count, np.int64)
    levels = np.zeros((count + 1, 7), np.int64)
    spent = np.zeros(count + 1)
    _begin(outset, levels)
    level = steps = 0
    while level >= 0:
        choice = levels[level, _NEXT]
        if choice >= count or steps > most:
            level -= 1
            if level >= 0:
                done[levels[level, _CHOICE]] = False
            continue
        levels[level, _NEXT] = choice + 1
        if done[choice] or ((choice < fixed[0] or choice >= fixed[1]) and choice != level):
            continue
        pickup = pickups[choice]
        if pickup >= 0 and not done[pickup]:
            continue
        seats = levels[level, _SEATS_IN] + visits[choice, SEATS]
        places = levels[level, _PLACES_IN] + visits[choice, WHEELCHAIRS]
        if visits[choice, LONGEST] == PICKUP and (seats > outset[SEATS_HELD] or places > outset[PLACES_HELD]):
            continue
        before, stop = levels[level, _STOP_AT], visits[choice, STOP]
        left_s = levels[level, _READY_AT]
        if before == stop:
            start_s = max(levels[level, _SINCE], visits[choice, EARLIEST])
            ready_s = max(left_s, start_s + visits[choice, SERVICE])
        else:
            start_s = max(left_s + travel[before, stop], visits[choice, EARLIEST])
            ready_s = start_s + visits[choice, SERVICE]
        if start_s > visits[choice, LATEST] or ready_s > outset[SHIFT_END]:
            continue
        if visits[choice, LONGEST] != PICKUP:
            boarded_s = visits[choice, BOARDED] if pickup < 0 else starts[pickup] + visits[pickup, SERVICE]
            if start_s - boarded_s > visits[choice, LONGEST]:
                continue
        steps += 1
        cost = spent[level] + travel[before, stop] + hurry * (ready_s - left_s)
        levels[level, _CHOICE] = choice
        begun = levels[0, _CHOICE]
        if found[begun] == each and cost >= costs[begun, each - 1]:
            continue
        done[choice], starts[choice] = True, start_s
        in_time = True
        for other in range(count):
            if done[other]:
                continue
            goal, pickup = visits[other, STOP], pickups[other]
            reach_s = start_s if goal == stop else ready_s + travel[stop, goal]
            if reach_s > visits[other, LATEST]:
                in_time = False
                break
            if visits[other, LONGEST] != PICKUP and (pickup < 0 or done[pickup]):
                boarded_s = visits[other, BOARDED] if pickup < 0 else starts[pickup] + visits[pickup, SERVICE]
                if reach_s - boarded_s > visits[other, LONGEST]:
                    in_time = False
                    break
        if not in_time:
            done[choice] = False
        elif level == count - 1:
            _keep(found, costs, orders, levels, begun, cost)
            done[choice] = False
        else:
            level += 1
            spent[level] = cost
            levels[level, _STOP_AT], levels[level, _SINCE], levels[level, _READY_AT] = stop, start_s, ready_s
            levels[level, _SEATS_IN], levels[level, _PLACES_IN], levels[level, _NEXT] = seats, places, 0
    return found, costs, orders


@kernel
def _pickups(visits: Ints) -> Ints:
    """Return for each drop-off where the pick-up of the same party is, `WAITING` (less than 0) if there is none."""
    pickups = np.full(len(visits), WAITING)
    for position in range(len(visits)):
        if visits[position, LONGEST] != PICKUP and visits[position, BOARDED] == WAITING:
            for other in range(len(visits)):
                if other != position and visits[other, PARTY] == visits[position, PARTY]:
                    pickups[position] = other
    return pickups


@kernel
def _begin(outset: Ints, levels: Ints) -> None:
    levels[0, _STOP_AT], levels[0, _SINCE], levels[0, _READY_AT] = outset[AT], outset[HALTED], outset[READY]
    levels[0, _SEATS_IN], levels[0, _PLACES_IN] = outset[SEATS_TAKEN], outset[PLACES_TAKEN]


@kernel
def _keep(  # noqa: PLR0917 -- kernels take bare numbers
    found: Ints, costs: Floats, orders: Ints, levels: Ints, begun: int, cost: float
) -> None:
    """Put an order among the cheapest with its first visit."""
    each, count = costs.shape[1], orders.shape[2]
    place = min(found[begun], each - 1)
    while place > 0 and costs[begun, place - 1] > cost:
        costs[begun, place] = costs[begun, place - 1]
        for level in range(count):
            orders[begun, place, level] = orders[begun, place - 1, level]
        place -= 1
    costs[begun, place] = cost
    for level in range(count):
        orders[begun, place, level] = levels[level, _CHOICE]
    found[begun] = min(found[begun] + 1, each)

"""Every order in which one vehicle can make its visits and keep every promise, the cheapest of each beginning.

Depth first over the visits; a branch ends where a visit still open could no longer be reached in time (the pruning of
Psaraftis 1980 and Dumas et al. 1991). Exact unless the limit of steps ends it.
"""

import numpy as np
from numpy.typing import NDArray

from routing.kernels import kernel
from routing.kernels.halts import BOARDED, HALTED, WAITING, serve
from routing.kernels.route import (
    AT,
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
def cheapest_orders(  # noqa: C901, PLR0915, PLR0917 -- one search, on bare numbers
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
        at = levels[level]
        choice = at[_NEXT]
        if choice >= count or level >= count or steps > most:
            level -= 1
            if level >= 0:
                done[levels[level, _CHOICE]] = False
            continue
        at[_NEXT] = choice + 1
        if done[choice] or ((choice < fixed[0] or choice >= fixed[1]) and choice != level):
            continue
        if pickups[choice] >= 0 and not done[pickups[choice]]:
            continue
        start_s, ready_s = serve(travel, at[_STOP_AT], at[_SINCE], at[_READY_AT], visits[choice])
        if not _possible(outset, visits, pickups, starts, at, choice, start_s, ready_s):
            continue
        steps += 1
        done[choice], starts[choice] = True, start_s
        at[_CHOICE] = choice
        cost = spent[level] + travel[at[_STOP_AT], visits[choice, STOP]] + hurry * (ready_s - at[_READY_AT])
        begun = levels[0, _CHOICE]
        too_dear = found[begun] == each and cost >= costs[begun, each - 1]
        if too_dear or not _others_in_time(travel, visits, pickups, starts, done, choice, start_s, ready_s):
            done[choice] = False
        elif level == count - 1:
            _keep(found, costs, orders, levels, begun, cost)
            done[choice] = False
        else:
            level += 1
            spent[level] = cost
            _go(levels, level, visits[choice], start_s, ready_s)
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
    at = levels[0]
    at[_STOP_AT], at[_SINCE], at[_READY_AT] = outset[AT], outset[HALTED], outset[READY]
    at[_SEATS_IN], at[_PLACES_IN] = outset[SEATS_TAKEN], outset[PLACES_TAKEN]


@kernel
def _go(levels: Ints, level: int, visit: Ints, start_s: int, ready_s: int) -> None:
    """Write where the vehicle is after a visit."""
    before, at = levels[level - 1], levels[level]
    at[_STOP_AT], at[_SINCE], at[_READY_AT] = visit[STOP], start_s, ready_s
    at[_SEATS_IN] = before[_SEATS_IN] + visit[SEATS]
    at[_PLACES_IN] = before[_PLACES_IN] + visit[WHEELCHAIRS]
    at[_NEXT] = 0


@kernel
def _possible(  # noqa: PLR0917 -- kernels take bare numbers
    outset: Ints, visits: Ints, pickups: Ints, starts: Ints, at: Ints, choice: int, start_s: int, ready_s: int
) -> bool:
    """Tell whether a visit made then keeps its window, the ride, the shift and the places aboard."""
    visit = visits[choice]
    if start_s > visit[LATEST] or ready_s > outset[SHIFT_END]:
        return False
    if visit[LONGEST] != PICKUP:
        return not _overdue(visits, pickups, starts, choice, start_s)
    seats, places = at[_SEATS_IN] + visit[SEATS], at[_PLACES_IN] + visit[WHEELCHAIRS]
    return bool(seats <= outset[SEATS_HELD] and places <= outset[PLACES_HELD])


@kernel
def _overdue(visits: Ints, pickups: Ints, starts: Ints, dropoff: int, start_s: int) -> bool:
    """Tell whether a party aboard that is set down then has ridden too long."""
    pickup = pickups[dropoff]
    boarded_s = visits[dropoff, BOARDED] if pickup < 0 else starts[pickup] + visits[pickup, SERVICE]
    return bool(start_s - boarded_s > visits[dropoff, LONGEST])


@kernel
def _others_in_time(  # noqa: PLR0917 -- kernels take bare numbers
    travel: Ints,
    visits: Ints,
    pickups: Ints,
    starts: Ints,
    done: NDArray[np.bool_],
    choice: int,
    start_s: int,
    ready_s: int,
) -> bool:
    """Tell whether each visit still open could come next in time."""
    stop = visits[choice, STOP]
    for other in range(len(visits)):
        if done[other]:
            continue
        visit = visits[other]
        reach_s = start_s if visit[STOP] == stop else ready_s + travel[stop, visit[STOP]]
        if reach_s > visit[LATEST]:
            return False
        aboard = visit[LONGEST] != PICKUP and (pickups[other] < 0 or done[pickups[other]])
        if aboard and _overdue(visits, pickups, starts, other, reach_s):
            return False
    return True


@kernel
def _keep(  # noqa: PLR0917 -- kernels take bare numbers
    found: Ints, costs: Floats, orders: Ints, levels: Ints, begun: int, cost: float
) -> None:
    """Put an order among the cheapest with its first visit."""
    each, count = costs.shape[1], orders.shape[2]
    place = min(found[begun], each - 1)
    while place > 0 and costs[begun, place - 1] > cost:
        costs[begun, place] = costs[begun, place - 1]
        orders[begun, place] = orders[begun, place - 1]
        place -= 1
    costs[begun, place] = cost
    for level in range(count):
        orders[begun, place, level] = levels[level, _CHOICE]
    found[begun] = min(found[begun] + 1, each)

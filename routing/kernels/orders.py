"""Orders in which one vehicle can make its visits and keep every promise, the cheapest of each beginning.

Depth first over the visits; a branch ends where a visit still open could no longer be reached in time (the pruning of
Psaraftis 1980 and Dumas et al. 1991). Every visit is made as soon as the one before it lets it. So every such order is
looked at but those in which a pick-up would have to wait so that the ride does not become too long, those in which a
visit is in time only over a third stop, quicker than the direct way (no triangle inequality), and what is left when
the limit of steps ends it.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.kernels import kernel, maker
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

_STOP_AT, _SINCE, _READY_AT, _SEATS_IN, _PLACES_IN, _CHOICE, _NEXT = range(7)  # columns of a level
_CLOSED, _BY, _MATE, _LATEST, _LONGEST = range(5)  # rows of marks
_MADE, _TOO_EARLY = 1, 2  # why a visit cannot come next


class Search(NamedTuple):
    """Which orders are looked for.

    Attributes
    ----------
    each
        How many for every first visit.
    hurry
        Seconds of driving that one second of a longer duty is worth.
    most
        Steps, no more are taken.
    is_shared
        Services at one stop run side by side; else they add up.

    """

    each: int
    hurry: float
    most: int
    is_shared: bool = True


@maker
def cheapest_orders(  # noqa: C901, PLR0915 -- calls in every turn would cost more than the search
    travel: Ints | NDArray[np.int32], outset: Ints, visits: Ints, fixed: tuple[int, int], search: Search
) -> tuple[Ints, Floats, Ints]:
    """Return the cheapest orders of the visits for every first visit: how many, their costs, the orders.

    Visits before ``fixed[0]`` and from ``fixed[1]`` on keep their positions.
    """
    count, each, hurry, most, is_shared = len(visits), search.each, search.hurry, search.most, search.is_shared
    found, costs, orders = np.zeros(count, np.int64), np.zeros((count, each)), np.zeros((count, each, count), np.int64)
    marks, levels, spent = _marks(visits), _levels(outset, count), np.zeros(count + 1)
    level = steps = 0
    while level >= 0:
        choice = levels[level, _NEXT]
        if choice >= count or steps > most:
            level -= 1
            if level >= 0:
                _undo(marks, levels[level, _CHOICE])
            continue
        levels[level, _NEXT] = choice + 1
        if marks[_CLOSED, choice] or ((choice < fixed[0] or choice >= fixed[1]) and choice != level):
            continue
        before, stop, left_s = levels[level, _STOP_AT], visits[choice, STOP], levels[level, _READY_AT]
        start_s = levels[level, _SINCE] if is_shared and before == stop else left_s + travel[before, stop]
        start_s = max(start_s, visits[choice, EARLIEST])
        ready_s = max(left_s, start_s + visits[choice, SERVICE])
        no_room = levels[level, _SEATS_IN] + visits[choice, SEATS] > outset[SEATS_HELD]
        no_place = levels[level, _PLACES_IN] + visits[choice, WHEELCHAIRS] > outset[PLACES_HELD]
        if no_room or no_place or start_s > marks[_BY, choice] or ready_s > outset[SHIFT_END]:
            continue
        steps += 1
        cost = spent[level] + travel[before, stop] + hurry * (ready_s - left_s)
        levels[level, _CHOICE] = choice
        if found[levels[0, _CHOICE]] == each and cost >= costs[levels[0, _CHOICE], each - 1]:
            continue
        _do(marks, choice, start_s + visits[choice, SERVICE])
        in_time = True
        for other in range(count):
            if marks[_CLOSED, other] != _MADE:
                reach_s = start_s if visits[other, STOP] == stop else ready_s + travel[stop, visits[other, STOP]]
                in_time = in_time and reach_s <= marks[_BY, other]
        if in_time and level < count - 1:
            level += 1
            spent[level] = cost
            _go(levels, level, visits, start_s, ready_s)
            continue
        if in_time:
            _keep(found, costs, orders, levels, levels[0, _CHOICE], cost)
        _undo(marks, choice)
    return found, costs, orders


@maker
def _marks(visits: Ints) -> Ints:
    """Return of each visit whether it can come next, by when it has to start, and the other visit of the party.

    The last column is nobody's: the mate of a visit that no other waits for.
    """
    count = len(visits)
    marks = np.zeros((5, count + 1), np.int64)
    marks[_MATE] = count
    for position in range(count):
        marks[_BY, position] = marks[_LATEST, position] = visits[position, LATEST]
        if visits[position, LONGEST] == PICKUP:
            continue
        marks[_LONGEST, position] = visits[position, LONGEST]
        if visits[position, BOARDED] != WAITING:
            ride_ends_s = visits[position, BOARDED] + visits[position, LONGEST]
            marks[_BY, position] = min(visits[position, LATEST], ride_ends_s)
            continue
        for other in range(count):
            if other != position and visits[other, PARTY] == visits[position, PARTY]:
                marks[_MATE, other] = position
                marks[_CLOSED, position] = _TOO_EARLY
    return marks


@kernel
def _do(marks: Ints, choice: int, boarded_s: int) -> None:
    """Make a visit; if it is a pick-up, its drop-off may come from now on, until the longest ride is over."""
    mate = marks[_MATE, choice]
    marks[_CLOSED, choice], marks[_CLOSED, mate] = _MADE, 0
    marks[_BY, mate] = min(marks[_LATEST, mate], boarded_s + marks[_LONGEST, mate])


@kernel
def _undo(marks: Ints, choice: int) -> None:
    """Take a visit back."""
    mate = marks[_MATE, choice]
    marks[_CLOSED, mate], marks[_CLOSED, choice] = _TOO_EARLY, 0
    marks[_BY, mate] = marks[_LATEST, mate]


@maker
def _levels(outset: Ints, count: int) -> Ints:
    """Return where the vehicle is after so many visits, of which it knows only the first row: after none."""
    levels = np.zeros((count + 1, 7), np.int64)
    levels[0, _STOP_AT], levels[0, _SINCE], levels[0, _READY_AT] = outset[AT], outset[HALTED], outset[READY]
    levels[0, _SEATS_IN], levels[0, _PLACES_IN] = outset[SEATS_TAKEN], outset[PLACES_TAKEN]
    return levels


@kernel
def _go(levels: Ints, level: int, visits: Ints, start_s: int, ready_s: int) -> None:
    """Write where the vehicle is after the visit chosen on the level before."""
    choice = levels[level - 1, _CHOICE]
    levels[level, _STOP_AT], levels[level, _SINCE] = visits[choice, STOP], start_s
    levels[level, _READY_AT], levels[level, _NEXT] = ready_s, 0
    levels[level, _SEATS_IN] = levels[level - 1, _SEATS_IN] + visits[choice, SEATS]
    levels[level, _PLACES_IN] = levels[level - 1, _PLACES_IN] + visits[choice, WHEELCHAIRS]


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

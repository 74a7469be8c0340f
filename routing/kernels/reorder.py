"""A place for one more party in another order of one vehicle's visits, those about its time.

The orders come from `routing.kernels.orders`, which knows one band of travel times; what it finds is reckoned in full.
"""

import numpy as np
from numpy.typing import NDArray

from routing.kernels import kernel, maker, view
from routing.kernels.fleet import UNABLE, Fleet
from routing.kernels.halts import BOARDED, OUTSET, ROW, WAITING
from routing.kernels.orders import Search, cheapest_orders
from routing.kernels.quote import room_for
from routing.kernels.route import (
    ABOARD,
    BEGAN_HERE,
    EARLIEST,
    FEASIBLE,
    FROZEN,
    LATEST,
    LONGEST,
    PARTY,
    PICKUP,
    START,
    VISIT_COLUMNS,
    Ints,
    Route,
    Travel,
    Weights,
    cost,
    overload,
    reckon,
)

_HURRY = 0.1  # seconds of driving that one second of a longer duty is worth where orders are looked for
_EACH = 3  # orders reckoned in full for each first visit
_STEPS = 2_000  # of the search for orders, for one vehicle
_REACH = 8  # so many visits before and after the party's time may change places


@maker
def cheapest_order(
    travel: Travel, fleet: Fleet, weights: Weights, party: Ints, vehicle: int
) -> tuple[float, int, Ints]:
    """Return what the cheapest order found adds to a vehicle's cost, when the party is picked up in it, and the order.

    It is one of the visits as they stand and, after them, the party's two. The cost is `UNABLE` if no order is found
    that keeps every limit.
    """
    outset, count = fleet.outsets[vehicle], fleet.counts[vehicle]
    best, pickup_s, best_order = UNABLE, 0, np.zeros(count + 2, np.int64)
    if fleet.costs[vehicle] == UNABLE:
        return best, pickup_s, best_order
    first, last = _movable(fleet, party, vehicle)
    rows = _rows(count, last)
    visits = _visits(fleet, party, vehicle, rows)
    search = Search(_EACH, _HURRY, _STEPS, travel.side_by_side)
    found, _, orders = cheapest_orders(_band(travel, party), _outset(outset), visits, (first, last + 2), search)
    trial = room_for(count + 2)
    for begun in range(count + 2):
        for place in range(found[begun]):
            _write(trial, visits, orders[begun, place])
            added = _cost(travel, outset, trial, count + 2, weights) - fleet.costs[vehicle]
            if added < best:
                best = added
                for position in range(count + 2):
                    best_order[position] = rows[orders[begun, place, position]]
                    if best_order[position] == count:
                        pickup_s = trial.times[position, START]
    return best, pickup_s, best_order


@kernel
def _movable(fleet: Fleet, party: Ints, vehicle: int) -> tuple[int, int]:
    """Return the range of visits that may change places: not the frozen, nor those long before or after the party."""
    near = 0
    while near < fleet.counts[vehicle] and fleet.times[vehicle, near, START] <= party[0, LATEST]:
        near += 1
    first = max(fleet.outsets[vehicle, FROZEN], near - _REACH)
    return first, max(first, min(fleet.counts[vehicle], near + _REACH))


@maker
def _rows(count: int, last: int) -> Ints:
    """Return the visits by number, the party's two before visit ``last``."""
    rows = np.empty(count + 2, np.int64)
    for position in range(count):
        rows[position if position < last else position + 2] = position
    rows[last], rows[last + 1] = count, count + 1
    return rows


@maker
def _visits(fleet: Fleet, party: Ints, vehicle: int, rows: Ints) -> Ints:
    """Return visits as `routing.kernels.orders` wants them."""
    count, own = fleet.counts[vehicle], fleet.visits[vehicle]
    visits = np.empty((rows.size, ROW), np.int64)
    for position in range(rows.size):
        row = rows[position]
        for column in range(VISIT_COLUMNS):
            visits[position, column] = own[row, column] if row < count else party[row - count, column]
        is_aboard = row < count and own[row, LONGEST] != PICKUP and fleet.pairs[vehicle, row] == ABOARD
        visits[position, BOARDED] = fleet.boarded[vehicle, row] if is_aboard else WAITING
    return visits


@maker
def _outset(outset: Ints) -> Ints:
    """Return where a vehicle stands as `routing.kernels.orders` wants it."""
    halted = outset[:OUTSET].copy()
    halted[OUTSET - 1] = outset[BEGAN_HERE]
    return halted


@view
def _band(travel: Travel, party: Ints) -> NDArray[np.int32]:
    """Return the travel times that hold when the party may first be picked up."""
    band = travel.starts.size - 1
    while band > 0 and travel.starts[band] > party[0, EARLIEST]:
        band -= 1
    seconds: NDArray[np.int32] = travel.seconds[band]
    return seconds


@kernel
def _write(trial: Route, visits: Ints, order: Ints) -> None:
    """Write visits in an order."""
    for position in range(order.size):
        row = order[position]
        for column in range(VISIT_COLUMNS):
            trial.visits[position, column] = visits[row, column]
        trial.boarded[position] = visits[row, BOARDED]
        trial.pairs[position] = ABOARD
        for before in range(position):
            if trial.visits[before, PARTY] == trial.visits[position, PARTY]:
                trial.pairs[before], trial.pairs[position] = position, before


@kernel
def _cost(travel: Travel, outset: Ints, trial: Route, count: int, weights: Weights) -> float:
    """Return what an order costs, `UNABLE` if it breaks a limit."""
    if overload(outset, trial, count)[0] != FEASIBLE or reckon(travel, outset, trial, count)[0] != FEASIBLE:
        return UNABLE
    return float(cost(travel, outset, trial, count, weights))

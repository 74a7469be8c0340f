"""A place for one more party where there is none in the order of the visits as they stand: another order."""

from typing import NamedTuple

from routing.fleet import Fleet
from routing.kernels.fleet import UNABLE
from routing.kernels.reorder import cheapest_order
from routing.kernels.route import (
    EARLIEST,
    LATEST,
    PLACES_HELD,
    READY,
    SEATS,
    SEATS_HELD,
    SHIFT_END,
    WHEELCHAIRS,
    Ints,
)
from routing.reoptimise import EFFORT, nearest


class Reordering(NamedTuple):
    """Another order for one vehicle: of its visits as they stand, then the pick-up and the drop-off of the party."""

    added_cost: float
    vehicle: int
    pickup_s: int
    order: tuple[int, ...]


def reorderings(fleet: Fleet, party: Ints, most: int = EFFORT.asked) -> list[Reordering]:
    """Return the best order found with a party in each of the ``most`` nearest vehicles that could, the cheapest first.

    Frozen visits stay first and in order, every promise is kept. An order that would do may be missed: where a vehicle
    has many visits, has to be home in time, or would have to wait so that a ride does not become too long, where the
    way over a third stop is quicker than the direct one (no triangle inequality), and where driving times change.
    """
    outsets, found = fleet.arrays.outsets, []
    could = (outsets[:, SEATS_HELD] >= party[0, SEATS]) & (outsets[:, PLACES_HELD] >= party[0, WHEELCHAIRS])
    could &= (outsets[:, READY] <= party[0, LATEST]) & (outsets[:, SHIFT_END] >= party[1, EARLIEST])
    for vehicle in nearest(fleet, party, most, could).tolist():
        added, pickup_s, order = cheapest_order(fleet.travel, fleet.arrays, fleet.weights, party, vehicle)
        if added < UNABLE:
            found.append(Reordering(added, vehicle, pickup_s, tuple(order.tolist())))
    return sorted(found)

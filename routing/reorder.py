"""A place for one more party where no place is left in the order of the visits as they stand: another order."""

from typing import NamedTuple

from routing.fleet import Fleet
from routing.kernels.fleet import UNABLE
from routing.kernels.reorder import cheapest_order
from routing.kernels.route import Ints
from routing.reoptimise import EFFORT, nearest


class Reordering(NamedTuple):
    """Another order for one vehicle: of its visits as they stand, then the pick-up and the drop-off of the party."""

    added_cost: float
    vehicle: int
    pickup_s: int
    order: tuple[int, ...]


def reorderings(fleet: Fleet, party: Ints, most: int = EFFORT.asked) -> list[Reordering]:
    """Return the best order found with a party in each of the ``most`` nearest vehicles, the cheapest first.

    Frozen visits stay first and in order, every promise is kept. An order that would do may be missed: where a vehicle
    has many visits, where it would have to wait so that a ride does not become too long, or where driving times change.
    """
    found = []
    for vehicle in nearest(fleet, party, most).tolist():
        added, pickup_s, order = cheapest_order(fleet.travel, fleet.arrays, fleet.weights, party, vehicle)
        if added < UNABLE:
            found.append(Reordering(added, vehicle, pickup_s, tuple(order.tolist())))
    return sorted(found)

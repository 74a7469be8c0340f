"""A day without its longest ride, for solvers that know none: windows so narrow that every ride stays short enough."""

import math
from dataclasses import dataclass

from routing.instances import Instance

SCALE = 1_000  # peers count in whole thousandths; driving is rounded up, so their routes can be driven


@dataclass(frozen=True)
class Stop:
    """One end of a ride in whole thousandths of a minute."""

    node: int
    earliest: int
    latest: int
    service: int


def drives(instance: Instance) -> list[list[int]]:
    """Return the driving times between the depot (0) and all nodes, rounded up."""
    nodes = range(2 * instance.requests + 1)
    return [
        [0 if here == there else int(SCALE * instance.distance(here, there)) + 1 for there in nodes] for here in nodes
    ]


def safe_ends(instance: Instance, pickup: int) -> tuple[Stop, Stop]:
    """Return both ends of a ride, the wider window cut so that the longest ride cannot be exceeded."""
    dropoff = pickup + instance.requests
    up, off = instance.nodes[pickup], instance.nodes[dropoff]
    reach = up.service + instance.longest_ride
    direct = up.service + instance.distance(pickup, dropoff)
    boards = max(up.earliest, off.earliest - reach), min(up.latest, off.latest - direct)
    alights = max(off.earliest, boards[0] + direct), min(off.latest, boards[1] + reach)
    if boards[1] - boards[0] <= alights[1] - alights[0]:
        alights = alights[0], min(alights[1], boards[0] + reach)
    else:
        boards = max(boards[0], alights[1] - reach), boards[1]
    return _stop(pickup, boards, up.service), _stop(dropoff, alights, off.service)


def _stop(node: int, window: tuple[float, float], service: float) -> Stop:
    earliest = math.ceil(SCALE * window[0])
    return Stop(node, earliest, max(earliest, math.floor(SCALE * window[1])), round(SCALE * service))

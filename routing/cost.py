"""What a plan is worth: one number, lower is better. The unit is one second of driving.

``Weights`` says how many seconds of driving one second of each is worth:

- ``driving``: the wheels turn, the way back to ``end_stop`` included.
- ``standing``: a vehicle waits at a stop for a window to open, once for each party on board.
- ``riding``: a party is on board. What exceeds the direct ride is the detour; the direct part is the same in every
  plan, so only the detour decides.
- ``delay``: a pick-up starts after its window has opened.
"""

import numpy as np

from routing.kernels import route
from routing.kernels.route import Weights as Weights
from routing.problem import Itinerary
from routing.timing import Schedule, outset_row, route_rows
from routing.travel_times import TravelTimes

DEFAULT = Weights()


def cost(itinerary: Itinerary, schedule: Schedule, travel: TravelTimes, weights: Weights = DEFAULT) -> float:
    """Return what ``itinerary`` costs when driven as ``schedule``, in seconds of driving."""
    rows = route_rows(itinerary)
    times = (schedule.arrivals_s, schedule.starts_s, schedule.departs_s)
    rows.times[:, : len(times)] = np.array(times, np.int64).T
    return route.cost(travel.arrays, outset_row(itinerary), rows, len(itinerary.visits), exact(weights))


def exact(weights: Weights) -> Weights:
    """Return ``weights`` as compiled code wants them: a whole number of seconds is one, too."""
    return Weights(*map(float, weights))

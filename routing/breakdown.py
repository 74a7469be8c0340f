"""What a plan costs, told apart by the named weights: whatever `cost.Weights` has, now or later."""

from collections.abc import Mapping
from inspect import signature

import numpy as np

from routing.cost import exact
from routing.kernels import route
from routing.kernels.route import Weights
from routing.problem import Itinerary
from routing.timing import Schedule, outset_row, route_rows
from routing.travel_times import TravelTimes


def names() -> tuple[str, ...]:
    """Return the names of the weights, in their order."""
    return tuple(signature(Weights).parameters)


def weights_of(changed: Mapping[str, float]) -> Weights:
    """Return the weights with some changed; names that are no weight (any more) change nothing."""
    return Weights(**{name: float(value) for name, value in changed.items() if name in names()})


def values_of(weights: Weights) -> dict[str, float]:
    """Return each weight by its name."""
    return {name: float(getattr(weights, name)) for name in names()}


def by_weight(itinerary: Itinerary, schedule: Schedule, travel: TravelTimes, weights: Weights) -> dict[str, float]:
    """Return what ``itinerary`` costs by each weight, in seconds of driving; together they are `cost.cost`.

    Each is the cost with all other weights at nought, so nothing has to be known of what a weight means.
    """
    rows, outset = route_rows(itinerary), outset_row(itinerary)
    times = (schedule.arrivals_s, schedule.starts_s, schedule.departs_s)
    rows.times[:, : len(times)] = np.array(times, np.int64).T
    values = values_of(weights)
    nought = dict.fromkeys(values, 0.0)
    count = len(itinerary.visits)
    return {
        name: route.cost(travel.arrays, outset, rows, count, exact(Weights(**{**nought, name: value})))
        if value
        else 0.0
        for name, value in values.items()
    }

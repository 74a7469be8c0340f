"""A cheaper plan for vehicles under way, between one wish and the next: `routing.kernels.exchange` on a few neighbors.

Every promise is a hard window, so nothing promised is ever given up; who has been picked up stays in the vehicle,
frozen visits stay first and in order. The same seed and number of turns give the same plan.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.fleet import Fleet, empty_arrays
from routing.kernels.exchange import copy_vehicle, exchange, parties_to_move
from routing.kernels.fleet import UNABLE
from routing.kernels.route import AT, PARTY, STOP, VISIT_COLUMNS, Ints


class Effort(NamedTuple):
    """How hard to look.

    Attributes
    ----------
    turns
        Attempts; each takes parties out and puts them back.
    vehicles
        How many, the nearest ones, take part.
    parties
        How many at most are taken out at a time.
    hottest
        First temperature of simulated annealing, seconds of driving.
    asked
        In how many vehicles, the nearest ones, another order of visits is looked for when nobody has a place.
    settled
        In fleets of up to so many vehicles they exchange before a window is promised, too: that takes milliseconds.

    """

    turns: int = 400
    vehicles: int = 24
    parties: int = 6
    hottest: float = 30.0
    asked: int = 12
    settled: int = 30


EFFORT = Effort()


def reoptimise(fleet: Fleet, party: Ints, generator: np.random.Generator, effort: Effort = EFFORT) -> float:
    """Let vehicles near ``party`` (its two rows) exchange parties and places; return what that saves, 0 if nothing.

    The unit is one second of driving. A vehicle that breaks a limit as it is takes no part.
    """
    return reoptimise_among(fleet, nearest(fleet, party, effort.vehicles), generator, effort)


def reoptimise_among(fleet: Fleet, vehicles: Ints, generator: np.random.Generator, effort: Effort = EFFORT) -> float:
    """Do the same among the vehicles named."""
    arrays = fleet.arrays
    waiting = int(arrays.counts[vehicles].sum()) // 2
    if waiting == 0 or effort.turns == 0:
        return 0.0
    room = int(arrays.counts[vehicles].max()) + 2 * waiting
    best, current, trial = (empty_arrays(len(vehicles), room) for _ in range(3))
    for place, vehicle in enumerate(vehicles):
        for copy in (best, current, trial):
            copy_vehicle(arrays, vehicle, copy, place)
    rows, whose = np.empty((waiting, 2, VISIT_COLUMNS), np.int64), np.empty(waiting, np.int64)
    found = parties_to_move(best, rows, whose)
    if found == 0:
        return 0.0
    exchange(
        fleet.travel,
        best,
        current,
        trial,
        fleet.weights,
        rows[:found],
        whose[:found],
        np.array([fleet.is_bound(int(row[0, PARTY])) for row in rows[:found]], np.bool_),
        generator,
        effort.parties,
        effort.hottest,
        effort.turns,
    )
    saved = float(arrays.costs[vehicles].sum() - best.costs.sum())
    if saved <= 0:
        return 0.0
    fleet.make_room(int(best.counts.max()))
    for place, vehicle in enumerate(vehicles):
        copy_vehicle(best, place, fleet.arrays, vehicle)
    return saved


def nearest(fleet: Fleet, party: Ints, most: int, among: NDArray[np.bool_] | None = None) -> Ints:
    """Return the vehicles whose way passes nearest to where a party gets on and off, in the order of the fleet.

    Only those marked in ``among``, if given. A vehicle that breaks a limit as it is is never one of them.
    """
    arrays, seconds = fleet.arrays, fleet.travel.seconds[0]
    stops = np.concatenate([arrays.outsets[:, AT, None], arrays.visits[:, :, STOP]], axis=1)
    is_passed = np.arange(stops.shape[1]) <= arrays.counts[:, None]
    origin, goal = party[:, STOP]
    to_origin = np.where(is_passed, seconds[stops, origin], np.iinfo(np.int32).max).min(axis=1)
    to_goal = np.where(is_passed, seconds[goal, stops], np.iinfo(np.int32).max).min(axis=1)
    able = np.flatnonzero((arrays.costs < UNABLE) & (True if among is None else among))
    order = np.argsort((to_origin + to_goal.astype(np.int64))[able], kind="stable")
    return np.sort(able[order[:most]])

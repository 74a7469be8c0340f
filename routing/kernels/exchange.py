"""Ruin and recreate among vehicles that are under way: parties change vehicle or place, promises stay.

A handful of related parties that have not been picked up is taken out and put back, each where it costs least;
simulated annealing decides what is kept (Schrimpf et al. 2000; relatedness after Shaw 1998). Nothing else moves: what
is frozen stays first and in order, who is aboard stays aboard.
"""

import numpy as np
from numpy.typing import NDArray

from routing.kernels import kernel, maker
from routing.kernels.fleet import UNABLE, Fleet, copy_visits, insert, refresh, route_of
from routing.kernels.quote import cheapest
from routing.kernels.route import (
    ABOARD,
    EARLIEST,
    FEASIBLE,
    FROZEN,
    LATEST,
    LONGEST,
    OUTSET_COLUMNS,
    PARTY,
    PICKUP,
    STOP,
    TIME_COLUMNS,
    VISIT_COLUMNS,
    Floats,
    Ints,
    Route,
    Travel,
    Weights,
    drive_s,
)

Bools = NDArray[np.bool_]

_APART = 0.3  # seconds of driving that a second between two wishes counts for, where parties are compared
_COLDEST = 1.0  # last temperature, seconds of driving
_GAIN = 1e-6  # that counts as cheaper


@kernel
def copy_vehicle(source: Fleet, index: int, target: Fleet, place: int) -> None:
    """Let vehicle ``place`` of one fleet be what vehicle ``index`` of another is."""
    count = source.counts[index]
    target.counts[place] = count
    target.costs[place], target.savings[place] = source.costs[index], source.savings[index]
    for column in range(OUTSET_COLUMNS):
        target.outsets[place, column] = source.outsets[index, column]
    copy_visits(route_of(source, index), route_of(target, place), count)
    times, loads, driven, latest = source.times[index], source.loads[index], source.driven[index], source.latest[index]
    to_times, to_loads, to_driven, to_latest = (
        target.times[place],
        target.loads[place],
        target.driven[place],
        target.latest[place],
    )
    for position in range(count):
        to_driven[position], to_latest[position] = driven[position], latest[position]
        for column in range(TIME_COLUMNS):
            to_times[position, column] = times[position, column]
    for position in range(count + 1):
        for column in range(loads.shape[1]):
            to_loads[position, column] = loads[position, column]


@kernel
def parties_to_move(fleet: Fleet, rows: Ints, whose: Ints) -> int:
    """Write the two rows of every party that may change its place, and its vehicle; return how many there are."""
    found = 0
    for vehicle in range(fleet.counts.size):
        visits, pairs = fleet.visits[vehicle], fleet.pairs[vehicle]
        for position in range(fleet.outsets[vehicle, FROZEN], fleet.counts[vehicle]):
            if visits[position, LONGEST] == PICKUP:
                for column in range(VISIT_COLUMNS):
                    rows[found, 0, column] = visits[position, column]
                    rows[found, 1, column] = visits[pairs[position], column]
                whose[found] = vehicle
                found += 1
    return found


@maker
def exchange(  # noqa: PLR0913, PLR0917 -- kernels take bare numbers
    travel: Travel,
    best: Fleet,
    current: Fleet,
    trial: Fleet,
    weights: Weights,
    rows: Ints,
    whose: Ints,
    bound: Bools,
    generator: np.random.Generator,
    most: int,
    hottest: float,
    turns: int,
) -> None:
    """Make ``turns`` attempts with up to ``most`` parties each on three equal fleets; ``best`` ends as the cheapest.

    ``rows`` and ``whose`` are what `parties_to_move` found; who is ``bound`` stays in the vehicle, as a break does. The
    temperature falls from ``hottest`` seconds of driving.
    """
    held = whose.copy()
    torn = np.empty(most, np.int64)
    touched = np.zeros(best.counts.size, np.bool_)
    least = present = best.costs.sum()
    heat, cooling = hottest, (_COLDEST / hottest) ** (1 / turns)
    for _ in range(turns):
        heat *= cooling
        limit = present - heat * np.log(1 - generator.random())
        count = min(len(rows), 1 + int(generator.random() * most))
        _choose(travel, rows, torn[:count], generator)
        cost = _rebuild(travel, trial, weights, rows, held, bound, torn[:count], touched, limit, generator)
        if cost >= limit:
            _follow(current, trial, touched)
            for party in torn[:count]:
                held[party] = whose[party]
            continue
        for party in torn[:count]:
            whose[party] = held[party]
        present = cost
        if cost < least - _GAIN:
            least = cost
            for vehicle in range(best.counts.size):
                copy_vehicle(trial, vehicle, best, vehicle)
        _follow(trial, current, touched)


@kernel
def _follow(source: Fleet, target: Fleet, touched: Bools) -> None:
    """Let the vehicles touched be in ``target`` as they are in ``source``; none is touched then."""
    for vehicle in range(touched.size):
        if touched[vehicle]:
            copy_vehicle(source, vehicle, target, vehicle)
            touched[vehicle] = False


@maker
def _choose(travel: Travel, rows: Ints, torn: Ints, generator: np.random.Generator) -> None:
    """Write some parties that are alike: a random one, and those near it in place and time, with some luck."""
    seed = rows[int(generator.random() * len(rows))]
    to_origin, to_goal = 0.5 + generator.random(), generator.random()
    apart = np.empty(len(rows))
    for party in range(len(rows)):
        other = rows[party]
        apart_s = to_origin * drive_s(travel, seed[0, STOP], other[0, STOP], 0)
        apart_s += to_goal * drive_s(travel, seed[1, STOP], other[1, STOP], 0)
        apart_s += _APART * abs(seed[0, EARLIEST] - other[0, EARLIEST])
        apart[party] = apart_s * (0.5 + generator.random())
    for place in range(len(torn)):
        torn[place] = np.argmin(apart)
        apart[torn[place]] = np.inf


@maker
def _rebuild(  # noqa: PLR0913, PLR0917 -- kernels take bare numbers
    travel: Travel,
    trial: Fleet,
    weights: Weights,
    rows: Ints,
    held: Ints,
    bound: Bools,
    torn: Ints,
    touched: Bools,
    limit: float,
    generator: np.random.Generator,
) -> float:
    """Take parties out and put them back one by one; return what the plan costs then, `UNABLE` if that is no use.

    It is none as soon as somebody fits nowhere or ``limit`` is reached.
    """
    for party in torn:
        touched[held[party]] = True
        _take_out(trial, held[party], rows[party, 0, PARTY])
    for vehicle in range(touched.size):
        if touched[vehicle] and refresh(travel, trial, weights, vehicle)[0] != FEASIBLE:
            return UNABLE
    cost = trial.costs.sum()
    for party in _in_order(rows, torn, generator):
        if cost >= limit:
            return UNABLE
        costs, spots = cheapest(travel, trial, weights, rows[party], trial.counts.size if bound[party] else 1)
        vehicle = int(held[party] if bound[party] else np.argmin(costs))
        if costs[vehicle] == UNABLE:
            return UNABLE
        touched[vehicle] = True
        held[party] = vehicle
        insert(travel, trial, weights, vehicle, rows[party], spots[vehicle, 0], spots[vehicle, 1])
        cost += costs[vehicle]
    return float(trial.costs.sum())


@maker
def _in_order(rows: Ints, torn: Ints, generator: np.random.Generator) -> Ints:
    """Return parties in the order in which they are put back: the most urgent first, or any."""
    keys: Floats = np.empty(len(torn))
    is_urgent_first = generator.random() < 0.5  # noqa: PLR2004 -- one time of two
    for place, party in enumerate(torn):
        keys[place] = rows[party, 0, LATEST] if is_urgent_first else generator.random()
    return torn[np.argsort(keys)]


@kernel
def _take_out(fleet: Fleet, vehicle: int, party: int) -> None:
    """Take a party's two visits away. The times are not right then."""
    route, count, kept = route_of(fleet, vehicle), fleet.counts[vehicle], 0
    for position in range(count):
        if route.visits[position, PARTY] != party:
            _move(route, position, kept)
            kept += 1
    fleet.counts[vehicle] = kept


@kernel
def _move(route: Route, position: int, place: int) -> None:
    """Let the visit at ``position`` be the one at ``place``, for its partner too."""
    if position == place:
        return
    for column in range(VISIT_COLUMNS):
        route.visits[place, column] = route.visits[position, column]
    route.boarded[place] = route.boarded[position]
    partner = route.pairs[position]
    route.pairs[place] = partner
    if partner != ABOARD:
        route.pairs[partner] = place

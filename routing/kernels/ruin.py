"""Ruin and recreate: Slack Induction by String Removals (Christiaens & Vanden Berghe 2020), compiled.

Strings of neighboring visits are torn out of neighboring tours, their requests put back where they cost least,
the result accepted as simulated annealing does. Nothing is built further once it costs more than would be accepted.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.kernels import kernel, maker
from routing.kernels.places import Scratch, find_place
from routing.kernels.tours import EPSILON, Day, Tours, drop, insert, mix

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int32]
_Names = NDArray[np.uint64]

_PROBES = 8  # of the pool, before a set of requests counts as not worth keeping
_NEARLY = 2.0  # temperatures above what is accepted: tours still worth keeping
_STOP_SPLIT = 0.01  # chance that the part of a string that stays grows no further
_WIDER = 2.0  # times the limit of a search that found nothing, when it is repeated
_PLACES = 1 << 32  # more than a tour has
_EMPTY = 2  # stops of an empty tour: the depots


class Memory(NamedTuple):
    """Where requests fit best in tours, as found before; the last pair of tour and request keeps a slot.

    A slot is four words: its name; what the place adds (infinity: none); under which limit none was found
    (infinity: the place is known); the place. All three are views of the same words.
    """

    words: _Names
    values: _Floats
    places: NDArray[np.int64]


class Pool(NamedTuple):
    """Tours met, one for each kind of vehicle and set of requests: the cheapest order."""

    key: _Names  # by slot
    row: NDArray[np.int64]  # by slot, -1: free
    begin: NDArray[np.int64]  # by row, of its nodes
    size: _Ints
    kind: _Ints
    cost: _Floats
    nodes: _Ints
    used: NDArray[np.int64]  # rows, nodes


class Settings(NamedTuple):
    """How much is torn out, and in what order it is put back."""

    near: _Ints  # by node: others, the most related first
    orders: _Floats  # by rule and request: the lower, the sooner it is put back
    rules: NDArray[np.int64]  # rows of ``orders`` to draw from, -1: any order
    removed: float  # visits, on average
    longest_string: int  # visits
    blink: float  # share of tours overlooked
    split: float  # share of strings that leave a part of theirs in place


class Lists(NamedTuple):
    """Room for lists."""

    out: _Ints
    rank: _Floats
    unknown: _Ints  # vehicles
    torn: _Ints  # by vehicle, 1: torn


@kernel
def draw(state: _Names) -> float:
    """Return a number from 0 to 1, 1 excluded (SplitMix64; Steele et al. 2014)."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    return float(mix(state[0]) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@kernel
def below(state: _Names, count: int) -> int:
    """Return a whole number from 0 to ``count`` - 1."""
    return int(draw(state) * count)


@kernel
def search(  # noqa: PLR0913, PLR0917 -- kernels take bare numbers
    day: Day,
    current: Tours,
    trial: Tours,
    best: Tours,
    settings: Settings,
    memory: Memory,
    pool: Pool,
    scratch: Scratch,
    lists: Lists,
    state: _Names,
    costs: _Floats,
    heat: float,
    turns: int,
) -> None:
    """Make some turns at a temperature; ``costs`` are those of ``current`` and ``best``.

    ``trial`` equals ``current`` before and after.
    """
    for _ in range(turns):
        limit = costs[0] - heat * np.log(1.0 - draw(state))
        nearly = limit + _NEARLY * heat
        _ruin(day, trial, settings, lists.torn, state)
        cost = _recreate(day, trial, settings, memory, scratch, lists, nearly, state)
        if cost < nearly:
            for vehicle in range(len(day.kind)):
                if trial.key[vehicle] != current.key[vehicle]:
                    collect(day, trial, vehicle, pool)
        if cost >= limit:
            copy_changes(current, trial)
            continue
        copy_changes(trial, current)
        costs[0] = cost
        if cost < costs[1] - EPSILON:
            costs[1] = cost
            copy_changes(trial, best)


@kernel
def copy_changes(origin: Tours, target: Tours) -> None:
    """Make ``target`` equal to ``origin``."""
    key, old_key = origin.key, target.key
    stops, low, high, load = origin.stops, origin.low, origin.high, origin.load
    old_stops, old_low, old_high, old_load = target.stops, target.low, target.high, target.load
    for vehicle in range(len(key)):
        if key[vehicle] == old_key[vehicle]:
            continue
        size = origin.size[vehicle]
        target.size[vehicle] = size
        old_key[vehicle], target.cost[vehicle] = key[vehicle], origin.cost[vehicle]
        for index in range(size):
            old_stops[vehicle, index] = stops[vehicle, index]
            old_low[vehicle, index] = low[vehicle, index]
            old_high[vehicle, index] = high[vehicle, index]
            old_load[vehicle, index, 0] = load[vehicle, index, 0]
            old_load[vehicle, index, 1] = load[vehicle, index, 1]
    for request in range(len(origin.vehicle)):
        target.vehicle[request] = origin.vehicle[request]
    for node in range(len(origin.place)):
        target.place[node] = origin.place[node]


# -- ruin


@kernel
def _ruin(day: Day, trial: Tours, settings: Settings, torn: _Ints, state: _Names) -> None:
    """Tear strings of visits out of tours near a random visit."""
    n, visits, in_use = day.n, 0, 0
    for vehicle in range(len(torn)):
        torn[vehicle] = 0
        visits += trial.size[vehicle] - _EMPTY
        in_use += trial.size[vehicle] > _EMPTY
    if not visits:
        return
    longest = max(1.0, min(float(settings.longest_string), visits / in_use))
    strings = int(1 + draw(state) * max(1.0, 4 * settings.removed / (1 + longest) - 1))
    seed = 1 + below(state, 2 * n)
    for turn in range(settings.near.shape[1]):
        node = settings.near[seed, turn]
        vehicle = trial.vehicle[node if node <= n else node - n]
        if vehicle >= 0 and not torn[vehicle]:
            torn[vehicle] = 1
            _tear(day, trial, vehicle, trial.place[node], longest, settings.split, state)
            strings -= 1
            if not strings:
                break
    for vehicle in range(len(torn)):
        if torn[vehicle] and not drop(day, trial, vehicle):
            _tear_all(day, trial, vehicle)


@kernel
def _tear(  # noqa: PLR0917 -- kernels take bare numbers
    day: Day, trial: Tours, vehicle: int, place: int, longest: float, split: float, state: _Names
) -> None:
    """Mark the requests met on a random stretch around ``place`` as left out, perhaps but for a part in its middle."""
    visits = trial.size[vehicle] - _EMPTY
    size = 1 + below(state, int(min(longest, float(visits))))
    kept = 0
    if size > 1 and draw(state) < split:
        while size + kept < visits and draw(state) > _STOP_SPLIT:
            kept += 1
    span = size + kept
    first = max(1, place - span + 1)
    first += below(state, min(place, visits - span + 1) - first + 1)
    spared = first + 1 + below(state, size - 1) if kept else 0
    for index in range(first, first + span):
        if kept and spared <= index < spared + kept:
            continue
        node = trial.stops[vehicle, index]
        trial.vehicle[node if node <= day.n else node - day.n] = -1


@kernel
def _tear_all(day: Day, trial: Tours, vehicle: int) -> None:
    """Leave a tour empty."""
    for index in range(1, trial.size[vehicle] - 1):
        node = trial.stops[vehicle, index]
        trial.vehicle[node if node <= day.n else node - day.n] = -1
    drop(day, trial, vehicle)


# -- recreate


@kernel
def _recreate(  # noqa: PLR0917 -- kernels take bare numbers
    day: Day,
    trial: Tours,
    settings: Settings,
    memory: Memory,
    scratch: Scratch,
    lists: Lists,
    limit: float,
    state: _Names,
) -> float:
    """Put requests that are out back where each costs least; return the cost, or one over ``limit`` when that is sure.

    A request is left out when that costs less, or when it has no place.
    """
    cost, count = 0.0, 0
    for vehicle in range(len(day.kind)):
        cost += trial.cost[vehicle]
    for request in range(1, day.n + 1):
        if trial.vehicle[request] < 0:
            lists.out[count] = request
            count += 1
    _sort(settings, lists, count, state)
    for index in range(count):
        request = lists.out[index]
        allowed = min(limit - cost, day.penalty[request])
        vehicle, added, first, second = _best_place(
            day, trial, request, allowed, settings.blink, memory, scratch, lists, state
        )
        if vehicle >= 0:
            cost += added
            insert(day, trial, vehicle, request, first, second, added)
        else:
            cost += day.penalty[request]
        if cost >= limit:
            break
    return cost


@kernel
def _sort(settings: Settings, lists: Lists, count: int, state: _Names) -> None:
    """Sort the requests that are out by a rule drawn anew (shell sort: few are nearly always out)."""
    out, rank = lists.out, lists.rank
    rule = settings.rules[below(state, len(settings.rules))]
    for index in range(count):
        rank[index] = draw(state) if rule < 0 else settings.orders[rule, out[index]]
    gap = count // 2
    while gap:
        for index in range(gap, count):
            request, own = out[index], rank[index]
            to = index
            while to >= gap and rank[to - gap] > own:
                out[to], rank[to] = out[to - gap], rank[to - gap]
                to -= gap
            out[to], rank[to] = request, own
        gap //= 2


@kernel
def _best_place(  # noqa: C901, PLR0913, PLR0917 -- the inner loop of all
    day: Day,
    trial: Tours,
    request: int,
    limit: float,
    blink: float,
    memory: Memory,
    scratch: Scratch,
    lists: Lists,
    state: _Names,
) -> tuple[int, float, int, int]:
    """Return vehicle, cost and place that add least and less than ``limit``; vehicle -1 if none is found.

    Tours are overlooked now and then. Places remembered come first: they set the limit for the search of others.
    """
    kind, size, key, unknowns = day.kind, trial.size, trial.key, lists.unknown
    words, values, places = memory.words, memory.values, memory.places
    best, added, first, second = -1, limit, -1, -1
    unknown, empty = 0, -1
    for vehicle in range(len(kind)):
        if size[vehicle] == _EMPTY:
            if empty == kind[vehicle]:
                continue
            empty = kind[vehicle]
        if draw(state) < blink:
            continue
        name = mix(key[vehicle] + np.uint64(request))
        slot = np.int64(name & np.uint64(len(words) - 1))
        if words[slot, 0] != name:
            unknowns[unknown] = vehicle
            unknown += 1
        elif values[slot, 1] < added:
            best, added = vehicle, values[slot, 1]
            first, second = divmod(places[slot, 3], _PLACES)
        elif values[slot, 2] < added:
            unknowns[unknown] = vehicle
            unknown += 1
    for index in range(unknown):
        vehicle = unknowns[index]
        found, after, before = _look(day, trial, vehicle, request, added, memory, scratch)
        if found < added:
            best, added, first, second = vehicle, found, after, before
    return best, added, first, second


@kernel
def _look(  # noqa: PLR0917 -- kernels take bare numbers
    day: Day, trial: Tours, vehicle: int, request: int, limit: float, memory: Memory, scratch: Scratch
) -> tuple[float, int, int]:
    """Return the best place in a tour and remember it; where there was none, look under a limit much above the last."""
    name = mix(trial.key[vehicle] + np.uint64(request))
    slot = np.int64(name & np.uint64(len(memory.words) - 1))
    if memory.words[slot, 0] == name:
        limit = max(limit, _WIDER * memory.values[slot, 2])
    added, first, second = find_place(day, trial, vehicle, request, limit, scratch)
    memory.words[slot, 0] = name
    memory.values[slot, 1] = added
    memory.values[slot, 2] = limit if added == np.inf else np.inf
    memory.places[slot, 3] = _PLACES * first + second
    return added, first, second


# -- pool


@kernel
def collect(day: Day, tours: Tours, vehicle: int, pool: Pool) -> int:  # noqa: C901 -- one walk through the slots
    """Take a tour up into the pool unless it is known at no higher cost.

    Return its row, -1 if it is empty or there is no room.
    """
    size = tours.size[vehicle] - _EMPTY
    if not size:
        return -1
    name = mix(np.uint64(day.kind[vehicle]) + np.uint64(1))
    for index in range(1, size + 1):
        node = tours.stops[vehicle, index]
        if node <= day.n:
            name += mix(np.uint64(node) * np.uint64(0x9E3779B97F4A7C15))
    for probe in range(_PROBES):
        slot = np.int64((name + np.uint64(probe)) & np.uint64(len(pool.key) - 1))
        row = int(pool.row[slot])
        if row < 0:
            row = _new_row(pool, size)
            if row < 0:
                return -1
            pool.key[slot], pool.row[slot] = name, row
            pool.kind[row] = day.kind[vehicle]
        elif pool.key[slot] != name:
            continue
        if tours.cost[vehicle] < pool.cost[row] - EPSILON:
            pool.cost[row] = tours.cost[vehicle]
            for index in range(size):
                pool.nodes[pool.begin[row] + index] = tours.stops[vehicle, index + 1]
        return row
    return -1


@maker
def carry_over(pool: Pool, rows: NDArray[np.int64], fresh: Pool) -> None:
    """Take some rows of a pool up into an empty one."""
    kept = np.zeros(len(pool.begin), np.bool_)
    kept[rows] = True
    for slot in range(len(pool.key)):
        row = int(pool.row[slot])
        if row < 0 or not kept[row]:
            continue
        for probe in range(_PROBES):
            free = np.int64((pool.key[slot] + np.uint64(probe)) & np.uint64(len(fresh.key) - 1))
            if fresh.row[free] < 0:
                new = _new_row(fresh, int(pool.size[row]))
                fresh.key[free], fresh.row[free] = pool.key[slot], new
                fresh.kind[new], fresh.cost[new] = pool.kind[row], pool.cost[row]
                for index in range(pool.size[row]):
                    fresh.nodes[fresh.begin[new] + index] = pool.nodes[pool.begin[row] + index]
                break


@kernel
def _new_row(pool: Pool, size: int) -> int:
    """Return a free row with room for ``size`` nodes, -1 if there is none."""
    row, begin = int(pool.used[0]), int(pool.used[1])
    if row == len(pool.begin) or begin + size > len(pool.nodes):
        return -1
    pool.begin[row], pool.size[row], pool.cost[row] = begin, size, np.inf
    pool.used[0], pool.used[1] = row + 1, begin + size
    return row

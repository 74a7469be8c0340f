"""Plays possible futures of the next hour forward, to find out which of several plans leaves most room for others.

Every plan meets the same futures (common random numbers) and the worse half of the plans drops out from round to round
(sequential halving, Karnin et al. 2013). Within a future everybody who asks gets the cheapest place, else any order of
the open visits that keeps the promises: the rollout of Bertsekas and Castañon (1999), sampled as Bent and Van
Hentenryck (2004) do.
"""

from typing import NamedTuple

import numpy as np

from routing.kernels import kernel, maker
from routing.kernels.halts import (
    BOARDED,
    HALTED,
    NOWHERE_COST,
    ROW,
    WAITING,
    World,
    advance,
    best_place,
    left_to_drive_s,
    put,
    room,
    serve,
)
from routing.kernels.orders import Search, cheapest_orders
from routing.kernels.promise import window_around
from routing.kernels.route import (
    AT,
    EARLIEST,
    LATEST,
    LONGEST,
    PARTY,
    PICKUP,
    READY,
    SEATS,
    SERVICE,
    STOP,
    Floats,
    Ints,
)

TIME, ORIGIN, GOAL = range(3)  # columns of a future's asks
ASK = 3
_FIRST_PLAYED = 1 << 40  # number of the first party of a future
_SEARCH = Search(each=1, hurry=0.0, most=300)  # of orders within a future
_MOST_REORDERED = 16
_FEWEST = 4  # futures a round


class Rules(NamedTuple):
    """What a party of a future may expect, in seconds, and what is promised to it."""

    max_wait_s: int
    ride_factor: float
    ride_plus_s: int
    service_s: int
    width_s: int


class Worth(NamedTuple):
    """What a second of driving, and one that is left to drive at the end of a future, is worth in parties taken."""

    driving: float
    left: float


class Plans(NamedTuple):
    """Plans to choose from: of which vehicle, how many visits, which, and until when it waits before setting out."""

    vehicles: Ints
    counts: Ints
    visits: Ints
    ready_s: Ints


class Demand(NamedTuple):
    """Who is likely to ask: a second's rate by bin of the day, where from, where to, and who comes back when.

    Origins and goals are cumulated shares; ``goals[o]`` are those from ``o``.
    """

    rates: Floats
    bin_s: int
    origins: Floats
    goals: Floats
    returning: float
    back_from_s: int
    back_until_s: int
    last_s: int


@maker
def race(  # noqa: PLR0917 -- kernels take bare numbers
    travel: Ints, world: World, plans: Plans, futures: Ints, lengths: Ints, rules: Rules, worth: Worth, plays: int
) -> tuple[int, Floats]:
    """Return the plan that takes most parties in the futures, and the mean worth of each as far as it got."""
    total, played = np.zeros(plans.counts.size), np.zeros(plans.counts.size)
    alive = np.arange(plans.counts.size)
    trial = World(world.outsets.copy(), world.counts.copy(), world.visits.copy())
    marks = room(world.visits.shape[1])
    rounds = max(1, int(np.ceil(np.log2(plans.counts.size))))
    met = 0
    while True:
        upto = min(len(futures), met + max(_FEWEST, plays // (rounds * alive.size)))
        for plan in alive:
            for future in range(met, upto):
                _take_up(world, plans, int(plan), trial)
                total[plan] += play(travel, trial, futures[future], lengths[future], rules, worth, marks)
            played[plan] += upto - met
        met = upto
        alive = alive[np.argsort(-total[alive] / played[alive])]
        if alive.size <= 2 or met == len(futures):  # noqa: PLR2004 -- two have met in the last round
            return int(alive[0]), total / played
        alive = alive[: (alive.size + 1) // 2]


@kernel
def _take_up(world: World, plans: Plans, plan: int, trial: World) -> None:
    """Let ``trial`` be ``world`` with one of the plans."""
    outsets, counts, visits = trial.outsets, trial.counts, trial.visits
    open_visits, planned = world.visits, plans.visits
    vehicle = plans.vehicles[plan]
    for other in range(counts.size):
        counts[other] = plans.counts[plan] if other == vehicle else world.counts[other]
        for column in range(outsets.shape[1]):
            outsets[other, column] = world.outsets[other, column]
        for position in range(counts[other]):
            for column in range(ROW):
                visits[other, position, column] = (
                    planned[plan, position, column] if other == vehicle else open_visits[other, position, column]
                )
    outset, ready_s = outsets[vehicle], plans.ready_s[plan]
    if ready_s > outset[READY]:
        outset[READY] = outset[HALTED] = ready_s


@maker
def play(  # noqa: PLR0917 -- kernels take bare numbers
    travel: Ints, world: World, future: Ints, length: int, rules: Rules, worth: Worth, marks: Ints
) -> float:
    """Return what a future is worth that ``world`` meets: who is taken, less the driving left. ``world`` is used up."""
    party = np.zeros((2, ROW), np.int64)
    taken = 0
    before_s = left_to_drive_s(travel, world)
    added_s = 0.0
    for number in range(length):
        advance(travel, world, future[number, TIME])
        _write_party(travel, future, number, rules, party)
        cost = _insert(travel, world, party, rules, marks)
        if cost == NOWHERE_COST and world.counts.size == 1:
            cost = _reorder(travel, world, party, rules)
        if cost < NOWHERE_COST:
            taken += 1
            added_s += cost
    return taken - worth.driving * (before_s + added_s) - worth.left * left_to_drive_s(travel, world)


@kernel
def _write_party(travel: Ints, future: Ints, number: int, rules: Rules, party: Ints) -> None:
    """Write the two visits of somebody who asks to leave at once."""
    time_s, origin, goal = future[number, TIME], future[number, ORIGIN], future[number, GOAL]
    direct_s = rules.service_s + travel[origin, goal]
    longest_s = int(rules.ride_factor * direct_s + rules.ride_plus_s)
    for row in range(2):
        party[row, SERVICE] = rules.service_s
        party[row, PARTY] = _FIRST_PLAYED + number
        party[row, BOARDED] = WAITING
    party[0, STOP], party[1, STOP] = origin, goal
    party[0, EARLIEST], party[0, LATEST] = time_s, time_s + rules.max_wait_s
    party[1, EARLIEST], party[1, LATEST] = time_s + direct_s, time_s + rules.max_wait_s + longest_s
    party[0, LONGEST], party[1, LONGEST] = PICKUP, longest_s - rules.service_s
    party[0, SEATS], party[1, SEATS] = 1, -1


@kernel
def _promise(pickup: Ints, dropoff: Ints, boards_s: int, rules: Rules) -> None:
    """Narrow a wish to the window that is promised for a boarding then."""
    ride_s = dropoff[LONGEST] + pickup[SERVICE]
    pickup[EARLIEST], pickup[LATEST] = window_around(pickup[EARLIEST], pickup[LATEST], boards_s, rules.width_s)
    dropoff[LATEST] = min(dropoff[LATEST], pickup[LATEST] + ride_s)


@kernel
def _insert(travel: Ints, world: World, party: Ints, rules: Rules, marks: Ints) -> float:
    """Give a party the cheapest place there is; return its cost, `NOWHERE_COST` if there is none."""
    best, at, first, second, boards_s = NOWHERE_COST, -1, 0, 0, 0
    for vehicle in range(world.counts.size):
        count = world.counts[vehicle]
        if count + 2 > world.visits.shape[1]:
            continue
        cost, up, off, then_s = best_place(
            travel, world.outsets[vehicle], world.visits[vehicle], count, party, best, marks
        )
        if cost < best:
            best, at, first, second, boards_s = cost, vehicle, up, off, then_s
    if at >= 0:
        _promise(party[0], party[1], boards_s, rules)
        put(world.visits[at], world.counts[at], party, first, second)
        world.counts[at] += 2
    return best


@maker
def _reorder(travel: Ints, world: World, party: Ints, rules: Rules) -> float:
    """Give a party a place in the only vehicle by another order of its visits; return the cost as `_insert` does."""
    count = world.counts[0]
    if count + 2 > min(_MOST_REORDERED, world.visits.shape[1]):
        return NOWHERE_COST
    visits = np.empty((count + 2, ROW), np.int64)
    own = world.visits[0]
    for column in range(ROW):
        for position in range(count):
            visits[position, column] = own[position, column]
        visits[count, column], visits[count + 1, column] = party[0, column], party[1, column]
    found, costs, orders = cheapest_orders(travel, world.outsets[0], visits, (0, count + 2), _SEARCH)
    best, begun = NOWHERE_COST, 0
    for first in range(count + 2):
        if found[first] and costs[first, 0] < best:
            best, begun = costs[first, 0], first
    if best == NOWHERE_COST:
        return best
    before_s = left_to_drive_s(travel, world)
    world.counts[0] = count + 2
    up, off, boards_s = _take_order(travel, world.outsets[0], world.visits[0], visits, orders[begun, 0])
    _promise(world.visits[0, up], world.visits[0, off], boards_s, rules)
    return best - before_s


@kernel
def _take_order(travel: Ints, outset: Ints, own: Ints, visits: Ints, order: Ints) -> tuple[int, int, int]:
    """Let the vehicle make the visits in this order; return where the last party's two are, and when it boards."""
    stop, start_s, ready_s = outset[AT], outset[HALTED], outset[READY]
    boards_s = up = off = 0
    for position in range(len(order)):
        chosen = order[position]
        for column in range(ROW):
            own[position, column] = visits[chosen, column]
        start_s, ready_s = serve(travel, stop, start_s, ready_s, visits, chosen)
        stop = visits[chosen, STOP]
        if chosen == len(order) - 2:
            up, boards_s = position, start_s
        elif chosen == len(order) - 1:
            off = position
    return up, off, boards_s


@maker
def imagine(  # noqa: PLR0917 -- kernels take bare numbers
    travel: Ints, demand: Demand, due: Floats, span: tuple[int, int], share: Floats, seed: int, many: int, most: int
) -> tuple[Ints, Ints]:
    """Return ``many`` futures of who asks within ``span``, at most ``most`` each, and how many do.

    ``due`` are those who went out today: where they are, where they live, between when they may ask for the way
    back, and how likely they still do. ``share`` of those of a bin have not asked before.
    """
    np.random.seed(seed)  # noqa: NPY002 -- compiled code has the old generator only
    futures = np.zeros((many, most, ASK), np.int64)
    lengths = np.zeros(many, np.int64)
    for future in range(many):
        asks = futures[future]
        count = _fresh(travel, demand, span, share, asks)
        for number in range(len(due)):
            if count < most and np.random.random() < due[number, 4]:  # noqa: NPY002
                from_s = max(due[number, 2], float(span[0]))
                time_s = from_s + (due[number, 3] - from_s) * np.random.random()  # noqa: NPY002
                if time_s <= span[1]:
                    asks[count, TIME], asks[count, ORIGIN], asks[count, GOAL] = time_s, due[number, 0], due[number, 1]
                    count += 1
        _sort(asks, count)
        lengths[future] = count
    return futures, lengths


@kernel
def _fresh(travel: Ints, demand: Demand, span: tuple[int, int], share: Floats, asks: Ints) -> int:
    """Write those who go out within ``span``, and their ways back; return how many."""
    stops, most, count = len(travel), len(asks), 0
    time_s, end_s = float(span[0]), min(span[1], demand.last_s)
    while time_s < end_s and count < most:
        place = min(max(int(time_s) // demand.bin_s, 0), demand.rates.size - 1)
        is_last = place == demand.rates.size - 1  # what runs into the night is as likely as what is asked before it
        edge_s = float(end_s if is_last else (place + 1) * demand.bin_s)
        rate = demand.rates[place] * share[place]
        gap_s = np.random.exponential(1.0 / rate) if rate > 0 else edge_s  # noqa: NPY002
        if time_s + gap_s >= edge_s:
            time_s = edge_s
            continue
        time_s += gap_s
        if time_s >= end_s:
            break
        origin = min(int(np.searchsorted(demand.origins, np.random.random())), stops - 1)  # noqa: NPY002
        goal = min(int(np.searchsorted(demand.goals[origin], np.random.random())), stops - 1)  # noqa: NPY002
        asks[count, TIME], asks[count, ORIGIN], asks[count, GOAL] = time_s, origin, goal
        count += 1
        if np.random.random() < demand.returning and count < most:  # noqa: NPY002
            stay_s = demand.back_from_s + (demand.back_until_s - demand.back_from_s) * np.random.random()  # noqa: NPY002
            back_s = time_s + travel[origin, goal] + stay_s
            if back_s < end_s:
                asks[count, TIME], asks[count, ORIGIN], asks[count, GOAL] = back_s, goal, origin
                count += 1
    return count


@kernel
def _sort(asks: Ints, count: int) -> None:
    """Put asks in order of time."""
    for number in range(1, count):
        place = number
        while place > 0 and asks[place - 1, TIME] > asks[place, TIME]:
            for column in range(ASK):
                asks[place - 1, column], asks[place, column] = asks[place, column], asks[place - 1, column]
            place -= 1

"""A few vehicles that look ahead: where each is, what it drives next, the cheapest place for one more party.

As in `routing.kernels.route`, but visits at the stop where the vehicle stands share one halt: their services run side
by side and it leaves when the last is over. The columns of a visit are those of `routing.kernels.route`, and
``BOARDED``: when the boarding of a party aboard ended, `WAITING` if it is still to come. One band of travel times.
"""

from typing import NamedTuple

import numpy as np

from routing.kernels import kernel, maker
from routing.kernels.route import (
    AT,
    EARLIEST,
    LATEST,
    LONGEST,
    PARTY,
    PICKUP,
    PLACES_HELD,
    PLACES_TAKEN,
    READY,
    SEATS,
    SEATS_HELD,
    SEATS_TAKEN,
    SERVICE,
    SHIFT_END,
    STOP,
    WHEELCHAIRS,
    Ints,
)

BOARDED = 8
ROW = 9  # columns of a visit
HALTED = 7  # column of an outset, after SHIFT_END: when the last service began here, or the vehicle was last free
OUTSET = 8  # columns of an outset
WAITING = -1
NOWHERE_COST = 1e18


class World(NamedTuple):
    """All vehicles: where each stands (``int64[V, 8]``), how many visits it has, and these (``int64[V, K, 9]``)."""

    outsets: Ints
    counts: Ints
    visits: Ints


@kernel
def serve(  # noqa: PLR0917 -- kernels take bare numbers
    travel: Ints, stop: int, halted_s: int, ready_s: int, visits: Ints, position: int
) -> tuple[int, int]:
    """Return when the service of a visit starts, and when the vehicle can then leave."""
    if visits[position, STOP] == stop:
        start_s = max(halted_s, visits[position, EARLIEST])
        return start_s, max(ready_s, start_s + visits[position, SERVICE])
    start_s = max(ready_s + travel[stop, visits[position, STOP]], visits[position, EARLIEST])
    return start_s, start_s + visits[position, SERVICE]


@kernel
def sets_out_s(travel: Ints, outset: Ints, visits: Ints) -> int:
    """Return when a vehicle has to leave for its first visit: as late as brings it there when service can start."""
    start_s, _ = serve(travel, outset[AT], outset[HALTED], outset[READY], visits, 0)
    return int(start_s - travel[outset[AT], visits[0, STOP]])


@kernel
def make_next(travel: Ints, outset: Ints, visits: Ints, count: int) -> tuple[int, int]:
    """Make the first of a vehicle's visits; return when its service starts and when the vehicle can leave."""
    start_s, ready_s = serve(travel, outset[AT], outset[HALTED], outset[READY], visits, 0)
    if visits[0, LONGEST] == PICKUP:
        for later in range(1, count):
            if visits[later, PARTY] == visits[0, PARTY]:
                visits[later, BOARDED] = start_s + visits[0, SERVICE]
    outset[AT], outset[HALTED], outset[READY] = visits[0, STOP], start_s, ready_s
    outset[SEATS_TAKEN] += visits[0, SEATS]
    outset[PLACES_TAKEN] += visits[0, WHEELCHAIRS]
    for position in range(1, count):
        for column in range(ROW):
            visits[position - 1, column] = visits[position, column]
    return start_s, ready_s


@kernel
def stand(outset: Ints, now_s: int) -> None:
    """Let a vehicle that is not under way do nothing before now."""
    outset[READY] = max(outset[READY], now_s)
    outset[HALTED] = max(outset[HALTED], now_s)


@kernel
def advance(travel: Ints, world: World, now_s: int) -> None:
    """Make every visit that has to be set out for by ``now_s``."""
    counts = world.counts
    for vehicle in range(counts.size):
        outset, visits = world.outsets[vehicle], world.visits[vehicle]
        while counts[vehicle] and sets_out_s(travel, outset, visits) <= now_s:
            make_next(travel, outset, visits, counts[vehicle])
            counts[vehicle] -= 1
        stand(outset, now_s)


@kernel
def left_to_drive_s(travel: Ints, world: World) -> int:
    """Return the driving that the visits still to be made take."""
    outsets, counts, visits = world.outsets, world.counts, world.visits
    seconds = 0
    for vehicle in range(counts.size):
        stop = outsets[vehicle, AT]
        for position in range(counts[vehicle]):
            seconds += travel[stop, visits[vehicle, position, STOP]]
            stop = visits[vehicle, position, STOP]
    return int(seconds)


@kernel
def _forward(travel: Ints, outset: Ints, visits: Ints, count: int, marks: Ints) -> None:
    """Write starts, departures, loads before each visit and where each party aboard got on into ``marks[:5]``."""
    stop, start_s, ready_s = outset[AT], outset[HALTED], outset[READY]
    marks[2, 0], marks[3, 0] = outset[SEATS_TAKEN], outset[PLACES_TAKEN]
    for position in range(count):
        start_s, ready_s = serve(travel, stop, start_s, ready_s, visits, position)
        marks[0, position], marks[1, position], stop = start_s, ready_s, visits[position, STOP]
        marks[2, position + 1] = marks[2, position] + visits[position, SEATS]
        marks[3, position + 1] = marks[3, position] + visits[position, WHEELCHAIRS]
        marks[4, position] = WAITING
        if visits[position, LONGEST] != PICKUP and visits[position, BOARDED] == WAITING:
            for before in range(position):
                if visits[before, PARTY] == visits[position, PARTY]:
                    marks[4, position] = before


@kernel
def _backward(travel: Ints, outset: Ints, visits: Ints, count: int, latest: Ints) -> None:
    """Write the latest starts that leave windows and shift possible."""
    limit_s = outset[SHIFT_END]
    for position in range(count - 1, -1, -1):
        onward = position + 1
        if onward == count or visits[position, STOP] != visits[onward, STOP]:
            limit_s -= visits[position, SERVICE]
        if onward < count:
            limit_s -= travel[visits[position, STOP], visits[onward, STOP]]
        limit_s = min(limit_s, visits[position, LATEST])
        latest[position] = limit_s


@kernel
def best_place(  # noqa: C901, PLR0912, PLR0915, PLR0917 -- the inner loop of every play, on bare numbers
    travel: Ints, outset: Ints, visits: Ints, count: int, party: Ints, bound: float, marks: Ints
) -> tuple[float, int, int, int]:
    """Return the least extra driving under ``bound``, the positions (pick-up, drop-off) and the start of the pick-up.

    No order of other visits changes. `NOWHERE_COST` if there is no place. ``marks`` is room for ``int64[7, K + 2]``.
    """
    _forward(travel, outset, visits, count, marks)
    _backward(travel, outset, visits, count, marks[5])
    origin, boarding_s, latest_up_s = party[0, STOP], party[0, SERVICE], party[0, LATEST]
    latest_off_s, longest_s = party[1, LATEST], party[1, LONGEST]
    best, at, to, begins_s = NOWHERE_COST, 0, 0, 0
    for first in range(count + 1):
        stop, start_s, ready_s = outset[AT], outset[HALTED], outset[READY]
        if first:
            stop, start_s, ready_s = visits[first - 1, STOP], marks[0, first - 1], marks[1, first - 1]
        if start_s > latest_up_s:
            break
        if not _has_room(outset, marks, first, party):
            continue
        reach_s = travel[stop, origin]
        up_s, left_s = serve(travel, stop, start_s, ready_s, party, 0)
        if up_s > latest_up_s or (
            first < count
            and visits[first, STOP] != origin
            and left_s + travel[origin, visits[first, STOP]] > marks[5, first]
        ):
            continue
        here, then_s = origin, up_s
        for second in range(first, count + 1):
            off_s, gone_s = serve(travel, here, then_s, left_s, party, 1)
            if off_s <= latest_off_s and off_s - up_s - boarding_s <= longest_s:
                cost = reach_s + _over(travel, visits, count, first, second, stop, here, party)
                if cost < min(best, bound) and _fits(
                    travel, outset, visits, count, party, first, second, off_s, gone_s, marks
                ):
                    best, at, to, begins_s = float(cost), first, second, up_s
            if second == count:
                break
            then_s, left_s = serve(travel, here, then_s, left_s, visits, second)
            marks[6, second] = then_s
            here = visits[second, STOP]
            if then_s > marks[5, second] or then_s - up_s - boarding_s > longest_s or then_s > latest_off_s:
                break
            if _rides_too_long(visits, marks, first, second, then_s) or not _has_room(outset, marks, second + 1, party):
                break
    return best, at, to, begins_s


@kernel
def _has_room(outset: Ints, marks: Ints, position: int, party: Ints) -> bool:
    return bool(
        marks[2, position] + party[0, SEATS] <= outset[SEATS_HELD]
        and marks[3, position] + party[0, WHEELCHAIRS] <= outset[PLACES_HELD]
    )


@kernel
def _over(  # noqa: PLR0917 -- kernels take bare numbers
    travel: Ints, visits: Ints, count: int, first: int, second: int, stop: int, here: int, party: Ints
) -> int:
    """Return the extra driving of a place, but for the way from ``stop`` to the pick-up."""
    origin, goal = party[0, STOP], party[1, STOP]
    seconds = travel[here, goal]
    if second < count:
        seconds += travel[goal, visits[second, STOP]]
        before = stop if second == first else here
        seconds -= travel[before, visits[second, STOP]]
    if second > first:
        seconds += travel[origin, visits[first, STOP]] - travel[stop, visits[first, STOP]]
    return int(seconds)


@kernel
def _rides_too_long(visits: Ints, marks: Ints, first: int, position: int, start_s: int) -> bool:
    """Tell whether a party set down then has ridden too long, if visits from ``first`` on start as in ``marks[6]``."""
    if visits[position, LONGEST] == PICKUP:
        return False
    picked = marks[4, position]
    if picked == WAITING:
        boarded_s = visits[position, BOARDED]
    else:
        boarded_s = (marks[6, picked] if picked >= first else marks[0, picked]) + visits[picked, SERVICE]
    return bool(start_s - boarded_s > visits[position, LONGEST])


@kernel
def _fits(  # noqa: PLR0913, PLR0917 -- kernels take bare numbers
    travel: Ints,
    outset: Ints,
    visits: Ints,
    count: int,
    party: Ints,
    first: int,
    second: int,
    off_s: int,
    gone_s: int,
    marks: Ints,
) -> bool:
    """Tell whether the visits after the drop-off keep windows, rides and shift."""
    stop, start_s, ready_s = party[1, STOP], off_s, gone_s
    for position in range(second, count):
        start_s, ready_s = serve(travel, stop, start_s, ready_s, visits, position)
        if start_s > marks[5, position]:
            return False
        marks[6, position] = start_s
        if _rides_too_long(visits, marks, first, position, start_s):
            return False
        stop = visits[position, STOP]
    return bool(ready_s <= outset[SHIFT_END])


@kernel
def put(visits: Ints, count: int, party: Ints, first: int, second: int) -> None:
    """Put a party in: the pick-up before visit ``first``, the drop-off before visit ``second``."""
    for position in range(count - 1, first - 1, -1):
        moved = position + (2 if position >= second else 1)
        for column in range(ROW):
            visits[moved, column] = visits[position, column]
    for column in range(ROW):
        visits[first, column] = party[0, column]
        visits[second + 1, column] = party[1, column]


@maker
def room(visits: int) -> Ints:
    """Return ``marks`` for so many visits."""
    return np.zeros((7, visits + 2), np.int64)

"""One vehicle's visits in bare numbers: when, with whom, at what cost. The only feasibility code.

Every schedule is the earliest one. With travel times that never overtake (first in, first out) it honours the
windows if any schedule does; a ride that is too long pushes its pick-up back by the excess, and the reckoning goes
on from there. That is the least solution of the difference constraints by label correction, so the test is exact. The
question is that of Hunsaker and Savelsbergh 2002 (and Tang et al. 2010); the constraints are those in which Firat and
Woeginger 2011 put it.

A ride that driving and services alone make too long, however late it begins, ends the reckoning at once. So with one
band of travel times, where services add up, the steps it takes depend on the visits, and not on how wide windows are.
They still may where a ride would be short enough in a band yet to come, and, side by side, where several rides that
share halts cannot all be short enough: there pick-ups are pushed on bit by bit until a window is over.

A row of ``visits`` is one visit still to be made, of ``outset`` where a vehicle stands before the first:

| visits          | column says                                | outset         | column says                     |
| --------------- | ------------------------------------------ | -------------- | ------------------------------- |
| ``STOP``        | where                                      | ``AT``         | where it stands, or stops next  |
| ``EARLIEST``    | first second at which service may start    | ``READY``      | since when it can leave         |
| ``LATEST``      | last such second                           | ``SEATS_TAKEN``  | aboard now                    |
| ``SERVICE``     | seconds it takes                           | ``PLACES_TAKEN`` | wheelchairs aboard now        |
| ``PARTY``       | number of the party                        | ``SEATS_HELD``   | seats it has                  |
| ``LONGEST``     | longest ride, ``PICKUP`` at a pick-up      | ``PLACES_HELD``  | wheelchair places it has      |
| ``SEATS``       | change aboard: + getting on, − getting off | ``SHIFT_END``  | last drop-off, or home, by then |
| ``WHEELCHAIRS`` | the same for wheelchairs                   | ``END_STOP``   | home, ``NOWHERE`` if anywhere   |
|                 |                                            | ``FROZEN``     | visits that stay first          |
|                 |                                            | ``BEGAN_HERE`` | when the last service here began |

Visits in a row at one stop follow each other without driving, and a rule of the day says how (``Travel.side_by_side``):
one service begins when the one before it is over, or may begin together with it, and the vehicle leaves when all are
over. Either way nobody gets off before having got on.

Rides last from the end of the own service at the pick-up to the start of service at the drop-off. Besides the rows:
``pairs`` is where the same party's other visit stands (``ABOARD`` if the pick-up is done), ``boarded`` when the
pick-up of a party aboard ended, ``times`` the schedule: ``START``; ``ARRIVAL``, when the vehicle is there and free of
the visits before; ``DEPART``, when it is free to leave; ``SOONEST`` is what the longest rides leave of the window. All
times are whole seconds.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.kernels import kernel

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

STOP, EARLIEST, LATEST, SERVICE, PARTY, LONGEST, SEATS, WHEELCHAIRS = range(8)
VISIT_COLUMNS = 8
AT, READY, SEATS_TAKEN, PLACES_TAKEN, SEATS_HELD, PLACES_HELD, SHIFT_END, END_STOP, FROZEN, BEGAN_HERE = range(10)
OUTSET_COLUMNS = 10
ARRIVAL, START, DEPART, SOONEST = range(4)
TIME_COLUMNS = 4

PICKUP = -1  # stands where a drop-off has its longest ride
ABOARD = -1  # stands where a party that waits has its pick-up
NOWHERE = -1  # stands where a vehicle that must get home has its last stop

FEASIBLE, PICKUP_LATE, DROPOFF_LATE, RIDE_LONG, SHIFT_OVER, SEATS_SHORT, PLACES_SHORT = range(7)


class Travel(NamedTuple):
    """Driving times: from ``starts[b]`` on, ``seconds[b, origin, destination]``.

    ``shortcut_s`` is how much quicker than the direct way a way over a third stop can at most be; with several bands
    nobody knows, and it is endless. ``side_by_side``: services at one stop run at the same time.
    """

    starts: Ints
    seconds: NDArray[np.int32]
    shortcut_s: int
    side_by_side: bool


class Weights(NamedTuple):
    """How many seconds of driving one second of each is worth (`routing.cost` says what they mean)."""

    driving: float = 1.0
    standing: float = 0.3
    riding: float = 0.3
    delay: float = 0.3


class Route(NamedTuple):
    """One vehicle's visits and their times, as many rows as there is room for."""

    visits: Ints
    pairs: Ints
    boarded: Ints
    times: Ints


@kernel
def drive_s(travel: Travel, origin: int, destination: int, depart_s: int) -> int:
    """Return the driving time: the whole leg at the speed of its band, but never overtaken by a later departure."""
    if origin == destination:
        return 0
    starts, seconds = travel.starts, travel.seconds
    band = starts.size - 1
    while band > 0 and starts[band] > depart_s:
        band -= 1
    shortest_s = int(seconds[band, origin, destination])
    for later in range(band + 1, starts.size):
        until_s = starts[later] - depart_s
        if shortest_s <= until_s:
            break
        shortest_s = min(shortest_s, until_s + int(seconds[later, origin, destination]))
    return shortest_s


@kernel
def leave_by(travel: Travel, origin: int, destination: int, arrive_s: int) -> int:
    """Return the latest departure that arrives by ``arrive_s``."""
    low = arrive_s - drive_s(travel, origin, destination, arrive_s)
    if travel.starts.size == 1 or origin == destination:
        return low
    span = 1
    while low + drive_s(travel, origin, destination, low) > arrive_s:
        low -= span
        span *= 2
    high = arrive_s + 1
    while high - low > 1:
        middle = (low + high) // 2
        if middle + drive_s(travel, origin, destination, middle) <= arrive_s:
            low = middle
        else:
            high = middle
    return low


@kernel
def home_s(travel: Travel, outset: Ints, stop: int, depart_s: int) -> int:
    """Return when the duty is over for a vehicle that leaves its last visit then."""
    if outset[END_STOP] == NOWHERE:
        return depart_s
    return depart_s + drive_s(travel, stop, outset[END_STOP], depart_s)


@kernel
def overload(outset: Ints, route: Route, count: int) -> tuple[int, int, int]:
    """Return limit, position and places missing at the first pick-up that finds too little room."""
    visits = route.visits
    seats, places = outset[SEATS_TAKEN], outset[PLACES_TAKEN]
    for position in range(count):
        seats += visits[position, SEATS]
        places += visits[position, WHEELCHAIRS]
        if visits[position, LONGEST] == PICKUP:
            if seats > outset[SEATS_HELD]:
                return SEATS_SHORT, position, int(seats - outset[SEATS_HELD])
            if places > outset[PLACES_HELD]:
                return PLACES_SHORT, position, int(places - outset[PLACES_HELD])
    return FEASIBLE, 0, 0


@kernel
def reckon(  # noqa: C901, PLR0915 -- the pass and the step back are one loop
    travel: Travel, outset: Ints, route: Route, count: int
) -> tuple[int, int, int]:
    """Write the earliest times that keep windows, rides and shift; return the first limit broken, where, by how much.

    Loads are not looked at. A window missed only because a longest ride pushed it is a broken ride; one that is too
    long however late it begins is broken at its pick-up, by what it lasts too long at least.
    """
    visits, pairs, boarded, times = route.visits, route.pairs, route.boarded, route.times
    for position in range(count):
        times[position, SOONEST] = visits[position, EARLIEST]
    position, reached, is_shared = 0, 0, travel.side_by_side
    stop, start_s, depart_s = outset[AT], outset[BEGAN_HERE], outset[READY]
    while position < count:
        here, longest_s = visits[position, STOP], visits[position, LONGEST]
        there_s = start_s if is_shared and here == stop else depart_s + drive_s(travel, stop, here, depart_s)
        start_s = max(there_s, times[position, SOONEST])
        if longest_s != PICKUP:
            pickup = pairs[position]
            boarded_s = boarded[position] if pickup == ABOARD else times[pickup, START] + visits[pickup, SERVICE]
            if is_shared:
                start_s = max(start_s, boarded_s)
            excess = start_s - longest_s - boarded_s
            if excess > 0:
                if pickup == ABOARD:
                    return RIDE_LONG, position, excess
                missing_s = _least_ride_s(travel, visits, pickup, position, times[pickup, START]) - longest_s
                if missing_s > 0:
                    return RIDE_LONG, pickup, missing_s
                reached = max(reached, position + 1)
                times[pickup, SOONEST] = times[pickup, START] + excess
                position = pickup
                stop = visits[position - 1, STOP] if position else outset[AT]
                start_s = times[position - 1, START] if position else outset[BEGAN_HERE]
                depart_s = times[position - 1, DEPART] if position else outset[READY]
                continue
        if start_s > visits[position, LATEST]:
            late = PICKUP_LATE if longest_s == PICKUP else DROPOFF_LATE
            return (RIDE_LONG if position < reached else late), position, start_s - visits[position, LATEST]
        times[position, ARRIVAL] = max(there_s, depart_s)
        stop, depart_s = here, max(depart_s, start_s + visits[position, SERVICE])
        times[position, START] = start_s
        times[position, DEPART] = depart_s
        position += 1
    if count:
        over_s = home_s(travel, outset, stop, depart_s) - outset[SHIFT_END]
        if over_s > 0:
            return SHIFT_OVER, count - 1, over_s
    return FEASIBLE, 0, 0


@kernel
def _least_ride_s(travel: Travel, visits: Ints, first: int, last: int, start_s: int) -> int:
    """Return how long a ride from one visit to another lasts at least, whether it begins at ``start_s`` or later.

    It is what surely passes: driving, each leg in the quickest band that a ride in time could meet, and services. Side
    by side, only those that begin after the pick-up count, as others may be over by then.
    """
    band, is_shared, boards_s = travel.starts.size - 1, travel.side_by_side, visits[first, SERVICE]
    while band > 0 and travel.starts[band] > start_s + boards_s:
        band -= 1
    over_s = visits[first, LATEST] + boards_s + visits[last, LONGEST]
    stop, ridden_s, gone_s = visits[first, STOP], -boards_s, 0
    for position in range(first + 1, last + 1):
        here = visits[position, STOP]
        if not is_shared or here != stop:
            ridden_s = gone_s + _least_drive_s(travel, stop, here, band, over_s)
        stop, gone_s = here, max(gone_s, ridden_s + visits[position, SERVICE])
    return int(ridden_s)


@kernel
def _least_drive_s(travel: Travel, origin: int, destination: int, band: int, over_s: int) -> int:
    """Return the driving time in the quickest band from one on that begins before all is over."""
    if origin == destination:
        return 0
    shortest_s = int(travel.seconds[band, origin, destination])
    for later in range(band + 1, travel.starts.size):
        if travel.starts[later] > over_s:
            break
        shortest_s = min(shortest_s, int(travel.seconds[later, origin, destination]))
    return shortest_s


@kernel
def drive_on(travel: Travel, outset: Ints, route: Route, count: int) -> None:
    """Write the times if the order is simply driven, whatever it breaks."""
    visits, pairs, boarded, times = route.visits, route.pairs, route.boarded, route.times
    stop, start_s, depart_s, is_shared = outset[AT], outset[BEGAN_HERE], outset[READY], travel.side_by_side
    for position in range(count):
        here, pickup = visits[position, STOP], pairs[position]
        there_s = start_s if is_shared and here == stop else depart_s + drive_s(travel, stop, here, depart_s)
        start_s = max(there_s, visits[position, EARLIEST])
        if is_shared and visits[position, LONGEST] != PICKUP:
            boarded_s = boarded[position] if pickup == ABOARD else times[pickup, START] + visits[pickup, SERVICE]
            start_s = max(start_s, boarded_s)
        times[position, ARRIVAL] = max(there_s, depart_s)
        stop, depart_s = here, max(depart_s, start_s + visits[position, SERVICE])
        times[position, START] = start_s
        times[position, DEPART] = depart_s


@kernel
def latest_starts(travel: Travel, outset: Ints, visits: Ints, count: int, latest: Ints) -> None:
    """Write how late each service may start for the rest to keep windows and shift; longest rides are left out.

    So a later start is impossible, and an earlier one not yet proven possible.
    """
    limit_s, onward, depart_s = outset[SHIFT_END], outset[END_STOP], outset[SHIFT_END]
    for position in range(count - 1, -1, -1):
        here = visits[position, STOP]
        is_shared = travel.side_by_side and here == onward and position < count - 1
        if not is_shared:
            depart_s = limit_s if onward == NOWHERE else leave_by(travel, here, onward, limit_s)
            limit_s = depart_s
        limit_s = min(limit_s, visits[position, LATEST], depart_s - visits[position, SERVICE])
        latest[position] = limit_s
        onward = here


@kernel
def cost(travel: Travel, outset: Ints, route: Route, count: int, weights: Weights) -> float:
    """Return what the times of a route cost, in seconds of driving."""
    if count == 0:
        return 0.0
    visits, pairs, boarded, times = route.visits, route.pairs, route.boarded, route.times
    aboard = 0
    for position in range(count):
        if visits[position, LONGEST] != PICKUP and pairs[position] == ABOARD:
            aboard += 1
    driving = standing = riding = delay = 0
    left_s = outset[READY]
    for position in range(count):
        start_s = times[position, START]
        driving += times[position, ARRIVAL] - left_s
        standing += aboard * max(0, start_s - times[position, ARRIVAL])
        left_s = times[position, DEPART]
        if visits[position, LONGEST] == PICKUP:
            delay += start_s - visits[position, EARLIEST]
            aboard += 1
        else:
            pickup = pairs[position]
            is_aboard = pickup == ABOARD
            riding += start_s - (boarded[position] if is_aboard else times[pickup, START] + visits[pickup, SERVICE])
            aboard -= 1
    driving += home_s(travel, outset, visits[count - 1, STOP], left_s) - left_s
    return worth(weights, driving, standing, riding, delay)


@kernel
def worth(weights: Weights, driving: int, standing: int, riding: int, delay: int) -> float:
    """Return so many seconds of each in seconds of driving."""
    return weights.driving * driving + weights.standing * standing + weights.riding * riding + weights.delay * delay


@kernel
def shortcut_s(seconds: NDArray[np.int32]) -> int:
    """Return by how much a way over a third stop is quicker than the direct one, at most."""
    most = 0
    for origin in range(seconds.shape[0]):
        for over in range(seconds.shape[0]):
            first_s = seconds[origin, over]
            for destination in range(seconds.shape[0]):
                most = max(most, seconds[origin, destination] - first_s - seconds[over, destination])
    return most

"""Fragments grown visit by visit along the event graph.

A day has few events, but paths through them make millions of fragments. They are grown depth first and dropped once the
bounds before and after an event say that no route through them is wanted.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.kernels import kernel, maker
from routing.kernels.events import Events, Floats, Ints, Words
from routing.kernels.moments import SLACK, bucket_at


class Places(NamedTuple):
    """Windows, times from start to start and longest rides (the same); pick-ups are 1 to n, drop-offs n + 1 to 2n."""

    n: int
    took: Floats
    earliest: Floats
    latest: Floats
    longest: Floats  # by drop-off
    zero: float
    width: float  # of a bucket


class Grown(NamedTuple):
    """Fragments as columns (see `routing.fragments`)."""

    first: Ints
    last: Ints
    cost: Floats
    soonest: Floats
    duration: Floats
    latest_start: Floats
    served: Words
    visits: NDArray[np.int16]


class Path(NamedTuple):
    """The fragment that is growing, by depth; for every rider aboard the ride so far and the latest pick-up."""

    event: Ints
    arc: Ints
    cost: Floats
    reduced: Floats
    soonest: Floats
    duration: Floats
    latest_start: Floats
    served: Words
    aboard: Ints
    rider: Ints
    riding: Floats
    latest_pickup: Floats


@maker
def grow(  # noqa: C901 -- one loop up and down the path
    events: Events, places: Places, costs: tuple[Floats, Floats, Floats], limits: tuple[float, int, int, int]
) -> tuple[int, bool, Grown]:
    """Return how many fragments there are whose routes may cost less than a limit, if these are all, and the table.

    ``costs``: what each node earns, and what no route undercuts before and after it. ``limits``: the reduced cost
    (the vehicle's price apart), how many riders a fragment may serve, how many fragments there may be, and how many
    visits may be tried.
    """
    below, riders, most, steps = limits
    earned = costs[0]
    words = (places.n + 63) // 64
    grown = _room(most, words, 2 * places.n)
    path = _path(places.n, words)
    count = 0
    for request in range(places.n):
        if events.opening[request] < 0:
            continue
        _begin(events, places, path, events.opening[request], earned)
        depth = 0
        while depth >= 0:
            arc = path.arc[depth]
            if arc == events.arcs[path.event[depth] + 1]:
                depth -= 1
                continue
            path.arc[depth] += 1
            steps -= 1
            if not _visit(events, places, path, depth, arc) or not _promising(
                events, places, path, (depth + 1, below), costs
            ):
                continue
            if not events.empty[events.head[arc]]:
                if depth + 2 + path.aboard[depth + 1] <= 2 * riders:  # visits made and drop-offs due
                    depth += 1
                continue
            if count == most or steps < 0:
                return count, False, grown
            _keep(events, path, depth + 1, grown, count)
            count += 1
    return count, True, grown


@maker
def _room(rows: int, words: int, longest: int) -> Grown:
    return Grown(
        np.empty(rows, np.int64),
        np.empty(rows, np.int64),
        np.empty(rows),
        np.empty(rows),
        np.empty(rows),
        np.empty(rows),
        np.empty((rows, words), np.uint64),
        np.empty((rows, longest), np.int16),
    )


@maker
def _path(n: int, words: int) -> Path:
    depth = 2 * n + 1
    return Path(
        np.empty(depth, np.int64),
        np.empty(depth, np.int64),
        np.empty(depth),
        np.empty(depth),
        np.empty(depth),
        np.empty(depth),
        np.empty(depth),
        np.empty((depth, words), np.uint64),
        np.empty(depth, np.int64),
        np.empty((depth, n), np.int64),
        np.empty((depth, n)),
        np.empty((depth, n)),
    )


@kernel
def _begin(events: Events, places: Places, path: Path, event: int, earned: Floats) -> None:
    """Begin a fragment with a pick-up."""
    node = events.node[event]
    path.event[0], path.arc[0] = event, events.arcs[event]
    path.cost[0], path.reduced[0], path.duration[0] = 0.0, -earned[node], 0.0
    path.soonest[0], path.latest_start[0] = places.earliest[node], places.latest[node]
    for word in range(path.served.shape[1]):
        path.served[0, word] = 0
    path.served[0, (node - 1) // 64] = np.uint64(1) << np.uint64((node - 1) % 64)
    path.aboard[0], path.rider[0, 0], path.riding[0, 0] = 1, node, 0.0
    path.latest_pickup[0, 0] = places.latest[node]


@kernel
def _visit(events: Events, places: Places, path: Path, depth: int, arc: int) -> bool:
    """Take the path along ``arc``; tell whether that can be driven."""
    event = events.head[arc]
    here, node = events.node[path.event[depth]], events.node[event]
    took = places.took[here, node]
    ahead = depth + 1
    path.soonest[ahead] = max(path.soonest[depth] + took, places.earliest[node])
    if path.soonest[ahead] > places.latest[node] + SLACK:
        return False
    path.event[ahead], path.arc[ahead] = event, events.arcs[event]
    path.cost[ahead], path.duration[ahead] = path.cost[depth] + events.distance[here, node], path.duration[depth] + took
    path.latest_start[ahead] = min(path.latest_start[depth], places.latest[node] - path.duration[ahead])
    for word in range(path.served.shape[1]):
        path.served[ahead, word] = path.served[depth, word]
    met = _pick_up(places, path, ahead, node, took) if node <= places.n else _set_down(places, path, ahead, node, took)
    first = events.node[path.event[0]]
    return met and path.latest_start[ahead] >= places.earliest[first] - SLACK and _hopeful(places, path, ahead, node)


@kernel
def _pick_up(places: Places, path: Path, ahead: int, node: int, took: float) -> bool:
    word, bit = (node - 1) // 64, np.uint64(1) << np.uint64((node - 1) % 64)
    if path.served[ahead, word] & bit:
        return False
    path.served[ahead, word] |= bit
    aboard = path.aboard[ahead - 1]
    for seat in range(aboard):
        path.rider[ahead, seat] = path.rider[ahead - 1, seat]
        riding = path.riding[ahead - 1, seat] + took
        path.riding[ahead, seat] = riding
        path.latest_pickup[ahead, seat] = min(path.latest_pickup[ahead - 1, seat], places.latest[node] - riding)
    path.rider[ahead, aboard], path.riding[ahead, aboard] = node, 0.0
    path.latest_pickup[ahead, aboard] = places.latest[node]
    path.aboard[ahead] = aboard + 1
    return True


@kernel
def _set_down(places: Places, path: Path, ahead: int, node: int, took: float) -> bool:
    """Set a rider down. When its ride is longest, that limits the start of every ride aboard, and of the fragment."""
    rider, seat = node - places.n, 0
    while path.rider[ahead - 1, seat] != rider:
        seat += 1
    riding = path.riding[ahead - 1, seat] + took
    pickup = min(path.latest_pickup[ahead - 1, seat], places.latest[node] - riding)
    limit = pickup + places.longest[node]
    if path.soonest[ahead] > limit + SLACK or riding > places.longest[node] + SLACK:
        return False
    path.latest_start[ahead] = min(path.latest_start[ahead], limit - path.duration[ahead])
    latest = min(limit, places.latest[node])
    kept = 0
    for other in range(path.aboard[ahead - 1]):
        if other != seat:
            path.rider[ahead, kept] = path.rider[ahead - 1, other]
            rode = path.riding[ahead - 1, other] + took
            path.riding[ahead, kept] = rode
            path.latest_pickup[ahead, kept] = min(path.latest_pickup[ahead - 1, other], latest - rode)
            kept += 1
    path.aboard[ahead] = kept
    return True


@kernel
def _hopeful(places: Places, path: Path, depth: int, node: int) -> bool:
    """Tell whether each rider alone could be set down next in time."""
    for seat in range(path.aboard[depth]):
        rider = path.rider[depth, seat]
        off = rider + places.n
        took = places.took[node, off]
        limit = path.latest_pickup[depth, seat] + places.longest[off]
        if path.soonest[depth] + took > min(limit, places.latest[off]) + SLACK:
            return False
        if path.riding[depth, seat] + took > places.longest[off] + SLACK:
            return False
    return True


@kernel
def _promising(
    events: Events, places: Places, path: Path, wanted: tuple[int, float], costs: tuple[Floats, Floats, Floats]
) -> bool:
    """Tell whether a route with the fragment up to a depth may cost less than a limit (``wanted``)."""
    earned, before, onward = costs
    depth, below = wanted
    event, first = path.event[depth], path.event[0]
    path.reduced[depth] = path.reduced[depth - 1] + path.cost[depth] - path.cost[depth - 1]
    path.reduced[depth] -= earned[events.node[event]]
    started = _cell(events, places, first, path.latest_start[depth] + SLACK)
    reached = _cell(events, places, event, path.soonest[depth])
    return bool(before[started] + path.reduced[depth] + onward[reached] < below)


@kernel
def _cell(events: Events, places: Places, event: int, moment: float) -> int:
    """Return the cell of an event at a moment, rounded down, within the event's buckets."""
    at = bucket_at(moment, places.zero, places.width)
    return int(events.cell[event] + min(max(at, events.low[event]), events.high[event]) - events.low[event])


@kernel
def _keep(events: Events, path: Path, depth: int, grown: Grown, row: int) -> None:
    """Write the finished fragment into its row."""
    grown.first[row], grown.last[row] = events.node[path.event[0]], events.node[path.event[depth]]
    grown.cost[row], grown.soonest[row] = path.cost[depth], path.soonest[depth]
    grown.duration[row], grown.latest_start[row] = path.duration[depth], path.latest_start[depth]
    for word in range(grown.served.shape[1]):
        grown.served[row, word] = path.served[depth, word]
    for place in range(grown.visits.shape[1]):
        grown.visits[row, place] = events.node[path.event[place]] if place <= depth else 0

"""Loops over the event graph: least reduced costs in buckets of time, and fragments grown visit by visit.

An event is a visit together with who is aboard after it (Gaul, Klamroth & Stiglmayr 2022). A day has few of them,
but paths through them make millions of fragments. Two dynamic programs over (event, bucket of time) bound what any
route costs before and after an event; fragments are grown depth first and dropped once those bounds say that no
route through them is wanted.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.kernels import kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Words = NDArray[np.uint64]

SLACK = 1e-6  # more than the exact test allows: nothing it accepts is missed


class Events(NamedTuple):
    """Events and the arcs between them. Event ``e`` may start in the buckets ``low[e]`` to ``high[e]``.

    Arcs within a bucket lead to events with higher numbers.
    """

    node: Ints
    empty: NDArray[np.bool_]
    low: Ints
    high: Ints
    cell: Ints  # where the event's buckets begin in a table of all cells
    arcs: Ints  # arcs[e] to arcs[e + 1] - 1 leave event e
    head: Ints
    leg: Floats
    shift: Ints  # buckets from start to start, rounded down
    opening: Ints  # by request: the event of picking it up first
    home: Floats  # the way to the depot, infinite with riders aboard
    home_by: Ints  # the last bucket from which that way is open
    active: Ints  # the events that may start in each bucket, bucket by bucket
    active_from: Ints


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


@kernel
def costs_onward(events: Events, earned: Floats) -> Floats:
    """Return the least reduced cost of what comes after starting each event in each bucket."""
    found = np.full(events.cell[-1], np.inf)
    arcs, shift, home, home_by, low, cell = (
        events.arcs, events.shift, events.home, events.home_by, events.low, events.cell
    )  # fmt: skip
    soonest, latest = low[events.head], events.high[events.head]
    place_of, weight = cell[events.head] - soonest, events.leg - earned[events.head]
    for bucket in range(len(events.active_from) - 2, -1, -1):
        for place in range(events.active_from[bucket + 1] - 1, events.active_from[bucket] - 1, -1):
            event = events.active[place]
            least = home[event] if bucket <= home_by[event] else np.inf
            for arc in range(arcs[event], arcs[event + 1]):
                at = max(soonest[arc], bucket + shift[arc])
                if at <= latest[arc]:
                    least = min(least, weight[arc] + found[place_of[arc] + at])
            found[cell[event] + bucket - low[event]] = least
    return found


@kernel
def least_path(events: Events, earned: Floats, onward: Floats, event: int) -> Ints:
    """Return the events of a cheapest path from starting ``event`` as soon as possible, ``onward`` being its costs."""
    path = [event]
    bucket = events.low[event]
    while True:
        least = events.home[event] if bucket <= events.home_by[event] else np.inf
        following, reached = -1, bucket
        for arc in range(events.arcs[event], events.arcs[event + 1]):
            head = events.head[arc]
            at = max(events.low[head], bucket + events.shift[arc])
            if at <= events.high[head]:
                cost = events.leg[arc] - earned[head] + onward[events.cell[head] + at - events.low[head]]
                if cost < least:
                    least, following, reached = cost, head, at
        if following < 0:
            return np.array(path)
        path.append(following)
        event, bucket = following, reached


@kernel
def latest_starts(arcs: Ints, head: Ints, took: Floats, spans: tuple[Floats, Floats], empty: NDArray[np.bool_]) -> None:
    """Lower the latest starts (second of ``spans``) of events, never if before the soonest, until each has a way on."""
    soonest, latest = spans
    changed = True
    while changed:
        changed = False
        for event in range(len(latest) - 1, -1, -1):
            if empty[event]:
                continue
            final = -np.inf
            for arc in range(arcs[event], arcs[event + 1]):
                final = max(final, latest[head[arc]] - took[arc])
            if final < soonest[event] - SLACK:
                final = -np.inf
            if final < latest[event] - SLACK:
                latest[event] = final
                changed = True


@kernel
def costs_before(events: Events, earned: Floats, out: Floats) -> Floats:
    """Return the least reduced cost of what comes before starting each event by the end of each bucket."""
    found = np.full(events.cell[-1], np.inf)
    for request in range(len(out)):
        event = events.opening[request]
        if event >= 0:
            found[events.cell[event]] = out[request]
    for bucket in range(len(events.active_from) - 1):
        for place in range(events.active_from[bucket], events.active_from[bucket + 1]):
            event = events.active[place]
            cell = events.cell[event] + bucket - events.low[event]
            if bucket > events.low[event] and found[cell - 1] <= found[cell]:
                found[cell] = found[cell - 1]  # what follows was reached a bucket ago
            elif found[cell] < np.inf:
                _spread(events, earned, found, event, bucket)
    return found


@kernel
def _spread(events: Events, earned: Floats, found: Floats, event: int, bucket: int) -> None:
    """Take what it costs to have started ``event`` in ``bucket`` on to the events that may follow."""
    before = found[events.cell[event] + bucket - events.low[event]] - earned[event]
    for arc in range(events.arcs[event], events.arcs[event + 1]):
        head = events.head[arc]
        at = max(events.low[head], bucket + events.shift[arc])
        if at <= events.high[head]:
            cell = events.cell[head] + at - events.low[head]
            found[cell] = min(found[cell], before + events.leg[arc])


@kernel
def grow(  # noqa: C901 -- one loop up and down the path
    events: Events, places: Places, costs: tuple[Floats, Floats, Floats], limits: tuple[float, int, int, int]
) -> tuple[int, bool, Grown]:
    """Return how many fragments there are whose routes may cost less than a limit, if these are all, and the table.

    ``costs``: what each event earns, and what no route undercuts before and after it. ``limits``: the reduced cost
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


@kernel
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


@kernel
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
    path.cost[0], path.reduced[0], path.duration[0] = 0.0, -earned[event], 0.0
    path.soonest[0], path.latest_start[0] = places.earliest[node], places.latest[node]
    path.served[0] = 0
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
    path.cost[ahead], path.duration[ahead] = path.cost[depth] + events.leg[arc], path.duration[depth] + took
    path.latest_start[ahead] = min(path.latest_start[depth], places.latest[node] - path.duration[ahead])
    path.served[ahead] = path.served[depth]
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
    if events.node[event] <= places.n:
        path.reduced[depth] -= earned[event]
    started = _cell(events, places, first, path.latest_start[depth] + SLACK)
    reached = _cell(events, places, event, path.soonest[depth])
    return bool(before[started] + path.reduced[depth] + onward[reached] < below)


@kernel
def _cell(events: Events, places: Places, event: int, moment: float) -> int:
    """Return the cell of an event at a moment, rounded down, within the event's buckets."""
    bucket = int(np.floor((moment - places.zero) / places.width + 1e-9))
    return int(events.cell[event] + min(max(bucket, events.low[event]), events.high[event]) - events.low[event])


@kernel
def _keep(events: Events, path: Path, depth: int, grown: Grown, row: int) -> None:
    """Write the finished fragment into its row."""
    grown.first[row], grown.last[row] = events.node[path.event[0]], events.node[path.event[depth]]
    grown.cost[row], grown.soonest[row] = path.cost[depth], path.soonest[depth]
    grown.duration[row], grown.latest_start[row] = path.duration[depth], path.latest_start[depth]
    grown.served[row] = path.served[depth]
    grown.visits[row] = 0
    for place in range(depth + 1):
        grown.visits[row, place] = events.node[path.event[place]]

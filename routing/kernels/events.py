"""Loops over the event graph: least reduced costs before and after events, in buckets of time.

An event is a visit together with who is aboard after it (Gaul, Klamroth & Stiglmayr 2022). Two dynamic programs over
(event, bucket of time) bound what any route costs before and after an event.
"""

from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.kernels import kernel, maker
from routing.kernels.moments import SLACK

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Numbers = NDArray[np.int32]
Words = NDArray[np.uint64]


class Events(NamedTuple):
    """Events and the arcs between them. Event ``e`` may start in the buckets ``low[e]`` to ``high[e]``.

    Buckets are gone through in spans that no arc begins and ends in, or, one by one, in the order of events that arcs
    within a bucket follow. Along an arc one starts in the cell ``there + max(bucket, waits)`` if not after ``until``.
    """

    node: Numbers
    empty: NDArray[np.bool_]
    low: Ints
    high: Ints
    cell: Ints  # where the event's buckets begin in a table of all cells
    distance: Floats  # between nodes
    arcs: Ints  # arcs[e] to arcs[e + 1] - 1 leave event e
    head: Numbers
    target: NDArray[np.int16]  # the node of the head
    there: Numbers
    waits: Numbers
    until: Numbers
    opening: Numbers  # by request: the event of picking it up first
    home: Floats  # the way to the depot, infinite with riders aboard
    home_by: Ints  # the last bucket from which that way is open
    span: int  # buckets
    active: Numbers  # the events that may start in each span, span by span
    active_from: Ints


@maker
def costs_onward(events: Events, earned: Floats) -> Floats:
    """Return the least reduced cost of what comes after starting each event in each bucket."""
    node, low, high, cell, distance = events.node, events.low, events.high, events.cell, events.distance
    arcs, target, there, waits, until = events.arcs, events.target, events.there, events.waits, events.until
    span, active, active_from, home, home_by = (
        events.span, events.active, events.active_from, events.home, events.home_by
    )  # fmt: skip
    found = np.full(cell[-1], np.inf)
    for number in range(len(active_from) - 2, -1, -1):
        for place in range(active_from[number + 1] - 1, active_from[number] - 1, -1):
            event = active[place]
            first, last = max(number * span, low[event]), min(number * span + span - 1, high[event])
            own, here = cell[event] - low[event], node[event]
            for bucket in range(first, min(last, home_by[event]) + 1):
                found[own + bucket] = home[event]
            for arc in range(arcs[event], arcs[event + 1]):
                least = distance[here, target[arc]] - earned[target[arc]]
                for bucket in range(first, min(last, until[arc]) + 1):
                    at = there[arc] + max(bucket, waits[arc])
                    found[own + bucket] = min(found[own + bucket], least + found[at])
    return found


@maker
def least_path(events: Events, earned: Floats, onward: Floats, first: int) -> Ints:
    """Return the events of a cheapest path from starting ``first`` as soon as possible, ``onward`` being its costs."""
    event, bucket = np.int64(first), events.low[first]
    path = [event]
    while True:
        here, least = events.node[event], events.home[event] if bucket <= events.home_by[event] else np.inf
        following, reached = np.int64(-1), 0
        for arc in range(events.arcs[event], events.arcs[event + 1]):
            if bucket <= events.until[arc]:
                target, at = events.target[arc], events.there[arc] + max(bucket, events.waits[arc])
                cost = events.distance[here, target] - earned[target] + onward[at]
                if cost < least:
                    least, following, reached = cost, np.int64(events.head[arc]), at
        if following < 0:
            return np.array(path)
        path.append(following)
        event, bucket = following, reached - events.cell[following] + events.low[following]


@kernel
def lower_latest_starts(
    ways: tuple[Ints, Numbers], node: Numbers, took: Floats, spans: tuple[Floats, Floats], empty: NDArray[np.bool_]
) -> bool:
    """Lower the latest starts (second of ``spans``) of events, never if before the soonest, to where each has a way on.

    That is one pass; it tells whether any was lowered: another may then lower more. ``ways`` are where the arcs of
    each event begin, and their heads.
    """
    (arcs, head), (soonest, latest) = ways, spans
    changed = False
    for event in range(len(latest) - 1, -1, -1):
        if empty[event]:
            continue
        final, here = -np.inf, node[event]
        for arc in range(arcs[event], arcs[event + 1]):
            following = head[arc]
            final = max(final, latest[following] - took[here, node[following]])
        if final < soonest[event] - SLACK:
            final = -np.inf
        if final < latest[event] - SLACK:
            latest[event] = final
            changed = True
    return changed


@maker
def latest_starts(
    ways: tuple[Ints, Numbers], node: Numbers, took: Floats, spans: tuple[Floats, Floats], empty: NDArray[np.bool_]
) -> Floats:
    """Return the latest starts from which there is a way to an empty vehicle, never if before the soonest (Dijkstra).

    ``spans`` are the soonest starts and what limits the latest, ``ways`` where the arcs to each event begin, and their
    tails. However little a round trip takes, no event is gone through twice.
    """
    (arcs, tail), (soonest, limit) = ways, spans
    latest = np.full(len(limit), -np.inf)
    heap = [(0.0, 0)]
    heap.pop()
    for event in range(len(limit)):
        if empty[event] and limit[event] > -np.inf:
            latest[event] = limit[event]
            heappush(heap, (-limit[event], event))
    while heap:
        late, event = heappop(heap)
        if -late < latest[event]:
            continue
        for arc in range(arcs[event], arcs[event + 1]):
            before = int(np.int64(tail[arc]))
            final = min(limit[before], latest[event] - took[node[before], node[event]])
            if final > latest[before] and final >= soonest[before] - SLACK:
                latest[before] = final
                heappush(heap, (-final, before))
    return latest


@maker
def by_span(low: Ints, high: Ints, span: int) -> tuple[Numbers, Ints]:
    """Return who is active in each span of buckets, and where each span begins in that list."""
    begins = np.zeros((high.max() // span if len(high) else 0) + 2, np.int64)
    for event in range(len(low)):
        for number in range(low[event] // span, high[event] // span + 1):
            begins[number + 1] += 1
    begins = np.cumsum(begins)
    active, filled = np.empty(begins[-1], np.int32), begins.copy()
    for event in range(len(low)):
        for number in range(low[event] // span, high[event] // span + 1):
            active[filled[number]] = event
            filled[number] += 1
    return active, begins


@maker
def costs_before(events: Events, earned: Floats, out: Floats) -> Floats:
    """Return the least reduced cost of what comes before starting each event by the end of each bucket."""
    node, low, high, cell, distance = events.node, events.low, events.high, events.cell, events.distance
    arcs, target, there, waits, until = events.arcs, events.target, events.there, events.waits, events.until
    span, active, active_from, opening = events.span, events.active, events.active_from, events.opening
    found = np.full(cell[-1], np.inf)
    for request in range(len(out)):
        if opening[request] >= 0:
            found[cell[opening[request]]] = out[request]
    for number in range(len(active_from) - 1):
        for place in range(active_from[number], active_from[number + 1]):
            event = active[place]
            first, last = max(number * span, low[event]), min(number * span + span - 1, high[event])
            own, here = cell[event] - low[event], node[event]
            if not _settle(found, own + first, own + last, first > low[event]):
                continue  # what follows was reached a span ago
            for arc in range(arcs[event], arcs[event + 1]):
                more = distance[here, target[arc]] - earned[here]
                for bucket in range(first, min(last, until[arc]) + 1):
                    at = there[arc] + max(bucket, waits[arc])
                    found[at] = min(found[at], found[own + bucket] + more)
    return found


@kernel
def _settle(found: Floats, first: int, last: int, is_begun: bool) -> bool:  # noqa: FBT001 -- numba
    """Let no cell from ``first`` on cost more than the one before it; tell whether any costs less than that."""
    is_better = not is_begun and found[first] < np.inf
    for cell in range(first if is_begun else first + 1, last + 1):
        is_better |= found[cell] < found[cell - 1]
        found[cell] = min(found[cell], found[cell - 1])
    return is_better

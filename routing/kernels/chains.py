"""Bounds over chains of fragments, in buckets of time, and what chains cost at given prices.

The bounds forget who was served but for the rider set down last (shortest paths without 2-cycles: Houck et al. 1980).
`labels` grows the chains themselves.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.kernels import kernel, maker
from routing.kernels.moments import SLACK, bucket_at

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Words = NDArray[np.uint64]

_NOBODY = -1


class Chain(NamedTuple):
    """Fragments by first pick-up, and the ways between them. Pick-ups and drop-offs count from 0."""

    begins: Ints  # fragments begins[p] to begins[p + 1] - 1 start with pick-up p
    last: Ints
    cost: Floats
    soonest: Floats
    duration: Floats
    latest_start: Floats
    served: Words
    earliest: Floats  # of each pick-up
    opens: Ints  # the first and last bucket in which fragments of each pick-up may begin
    closes: Ints
    until: Floats  # when to start each pick-up at the latest, whoever begins the fragment
    legs: Floats  # what driving from drop-off to pick-up costs; nobody rides twice
    took: Floats  # the same in time, from start to start
    shift: Ints  # the same in buckets, rounded down
    out: Floats
    home: Floats
    home_by: Floats  # when to start each drop-off at the latest
    zero: float
    width: float
    buckets: int
    busy: float  # the shortest fragment


class Prices(NamedTuple):
    """What each fragment costs beyond what its riders earn, and what a vehicle costs."""

    fragments: Floats
    vehicle: float


class Onward(NamedTuple):
    """Least reduced cost behind a drop-off begun, and from reaching a pick-up: the best, the next, and whose it is."""

    leaving: Floats
    reaching: Floats
    second: Floats
    by: Ints


@kernel
def bucket_of(chain: Chain, moment: float) -> int:
    """Return the bucket of a moment, rounded down, the last for later ones."""
    return min(max(bucket_at(moment, chain.zero, chain.width), 0), chain.buckets - 1)


@kernel
def serves(served: Words, request: int) -> bool:
    """Tell whether a request (from 0) is among those served."""
    return bool((served[request // 64] >> np.uint64(request % 64)) & np.uint64(1) != 0)


@maker
def costs_onward(chain: Chain, prices: Prices) -> Onward:
    """Return what no chain undercuts from each place and bucket on."""
    n, buckets = len(chain.out), chain.buckets
    found = Onward(
        np.full((n, buckets), np.inf),
        np.full((n, buckets), np.inf),
        np.full((n, buckets), np.inf),
        np.full((n, buckets), _NOBODY),
    )
    first, final = _ending_times(chain)
    for bucket in range(buckets - 1, -1, -1):
        for pickup in range(n):
            if chain.opens[pickup] <= bucket <= chain.closes[pickup]:
                _reach(chain, prices, found, pickup, bucket)
        for dropoff in range(n):
            if first[dropoff] <= bucket <= final[dropoff]:
                found.leaving[dropoff, bucket] = _leave(chain, found, dropoff, bucket)
    return found


@maker
def _ending_times(chain: Chain) -> tuple[Ints, Ints]:
    """Return the first and last bucket in which a fragment ends at each drop-off."""
    n = len(chain.out)
    first, final = np.full(n, chain.buckets), np.full(n, -1)
    for pickup in range(n):
        for fragment in range(chain.begins[pickup], chain.begins[pickup + 1]):
            last = chain.last[fragment]
            latest = max(chain.soonest[fragment], chain.latest_start[fragment] + SLACK + chain.duration[fragment])
            first[last] = min(first[last], bucket_of(chain, chain.soonest[fragment]))
            final[last] = max(final[last], bucket_of(chain, latest))
    return first, final


@kernel
def _reach(chain: Chain, prices: Prices, found: Onward, pickup: int, bucket: int) -> None:
    """Reckon what reaching ``pickup`` in ``bucket`` leads to; what a later bucket offers is open to it too."""
    best, second, by = np.inf, np.inf, _NOBODY
    if bucket + 1 < chain.buckets:
        best, second = found.reaching[pickup, bucket + 1], found.second[pickup, bucket + 1]
        by = found.by[pickup, bucket + 1]
    moment = chain.zero + bucket * chain.width
    start = max(moment, chain.earliest[pickup])
    for fragment in range(chain.begins[pickup + 1] - 1, chain.begins[pickup] - 1, -1):
        if bucket_of(chain, chain.latest_start[fragment] + SLACK) < bucket:
            break  # the fragments of a pick-up are sorted by their latest start
        value = prices.fragments[fragment] + _behind(chain, found, fragment, start)
        if fragment == by:
            best = min(best, value)
        elif value < best:
            best, second, by = value, best, fragment
        elif value < second:
            second = value
    found.reaching[pickup, bucket], found.second[pickup, bucket], found.by[pickup, bucket] = best, second, by


@kernel
def _behind(chain: Chain, found: Onward, fragment: int, start: float) -> float:
    """Return the least reduced cost behind a fragment begun at ``start``."""
    last = chain.last[fragment]
    end = max(chain.soonest[fragment], start + chain.duration[fragment])
    return float(found.leaving[last, bucket_of(chain, end)])


@kernel
def _leave(chain: Chain, found: Onward, dropoff: int, bucket: int) -> float:
    """Return the least reduced cost behind a ``dropoff`` begun in ``bucket``; nobody it has just served comes next."""
    moment = chain.zero + bucket * chain.width
    least = chain.home[dropoff] if moment <= chain.home_by[dropoff] + SLACK else np.inf
    for pickup in range(len(chain.out)):
        at = max(bucket + chain.shift[dropoff, pickup], chain.opens[pickup])
        if at > chain.closes[pickup]:
            continue
        by = found.by[pickup, at]
        ahead = found.reaching[pickup, at]
        if by != _NOBODY and serves(chain.served[by], dropoff):
            ahead = found.second[pickup, at]
        least = min(least, chain.legs[dropoff, pickup] + ahead)
    return least


@maker
def costs_through(chain: Chain, prices: Prices, onward: Onward) -> tuple[Floats, Floats]:
    """Return what no route with each fragment undercuts, and none with each drive from a drop-off to a pick-up."""
    n = len(chain.out)
    left = np.full((n, chain.buckets), np.inf)
    through = np.full(len(chain.last), np.inf)
    for bucket in range(chain.buckets):
        for dropoff in range(n):
            if bucket:
                left[dropoff, bucket] = min(left[dropoff, bucket], left[dropoff, bucket - 1])
        for pickup in range(n):
            if chain.opens[pickup] <= bucket <= chain.closes[pickup]:
                _pass(chain, prices, (left, onward.leaving, through), pickup, bucket)
    return through - prices.vehicle, _costs_between(chain, left, onward.reaching) - prices.vehicle


@maker
def _costs_between(chain: Chain, left: Floats, reaching: Floats) -> Floats:
    """Return what no chain undercuts that drives from a drop-off (row) to a pick-up (column)."""
    n = len(chain.out)
    between = np.full((n, n), np.inf)
    for dropoff in range(n):
        for pickup in range(n):
            for bucket in range(chain.closes[pickup] - chain.shift[dropoff, pickup] + 1):
                at = max(bucket + chain.shift[dropoff, pickup], chain.opens[pickup])
                value = left[dropoff, bucket] + chain.legs[dropoff, pickup] + reaching[pickup, at]
                between[dropoff, pickup] = min(between[dropoff, pickup], value)
    return between


@kernel
def _pass(chain: Chain, prices: Prices, tables: tuple[Floats, Floats, Floats], pickup: int, bucket: int) -> None:
    """Take what it costs to have reached ``pickup`` by ``bucket`` through the fragments that begin there."""
    left, leaving, through = tables
    best, second, by = _arrive(chain, left, pickup, bucket)
    if best == np.inf:
        return
    start = max(chain.zero + bucket * chain.width, chain.earliest[pickup])
    for fragment in range(chain.begins[pickup + 1] - 1, chain.begins[pickup] - 1, -1):
        if bucket_of(chain, chain.latest_start[fragment] + SLACK) < bucket:
            break
        before = second if by != _NOBODY and serves(chain.served[fragment], by) else best
        reached = before + prices.fragments[fragment]
        last = chain.last[fragment]
        end = max(chain.soonest[fragment], start + chain.duration[fragment])
        at = bucket_of(chain, end)
        left[last, at] = min(left[last, at], reached)
        through[fragment] = min(through[fragment], reached + leaving[last, at])


@kernel
def _arrive(chain: Chain, left: Floats, pickup: int, bucket: int) -> tuple[float, float, int]:
    """Return the least reduced cost of reaching ``pickup`` by ``bucket``, the next one, and from whom the least is."""
    best, second, by = chain.out[pickup], np.inf, _NOBODY
    for dropoff in range(len(chain.out)):
        at = bucket - chain.shift[dropoff, pickup]
        if at < 0:
            continue
        value = left[dropoff, at] + chain.legs[dropoff, pickup]
        if value < best:
            best, second, by = value, best, dropoff
        elif value < second:
            second = value
    return best, second, by


@maker
def reduced_costs(cost: Floats, served: Words, requests: Floats) -> Floats:
    """Return what each fragment or route costs less what its riders earn."""
    found = np.empty(len(cost))
    for row in range(len(cost)):
        reduced = cost[row]
        for request in range(len(requests)):
            if serves(served[row], request):
                reduced -= requests[request]
        found[row] = reduced
    return found

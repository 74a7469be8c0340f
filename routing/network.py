"""Fragments as a network in time, and what no route through a fragment can undercut at given prices.

A shortest path forward and one backward over buckets of time bound the reduced cost of every route through a fragment
from below: Lagrangian bound, and the elimination of fragments (Rist & Forbes 2021). The loops are in
`kernels.chains`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.fragments import Floats, Fragments, IntractableError, Ints, Words
from routing.kernels import chains as kernels
from routing.kernels.moments import SLACK, buckets_at
from routing.kernels.tours import Day

_BUCKETS = 2_400  # over the day, at least
_FINEST = 24_000
_TINY = 1e-9


@dataclass(frozen=True)
class Prices:
    """What serving each request earns, and what a vehicle costs on top."""

    requests: Floats
    vehicle: float

    def reduced(self, cost: Floats, served: Words) -> Floats:
        """Return the reduced costs of routes: what each costs, and whom it serves as bits."""
        return kernels.reduced_costs(cost - self.vehicle, served, self.requests)


@dataclass(frozen=True)
class Bounds:
    """Least reduced costs of what no true route undercuts.

    ``onward`` from drop-offs and pick-ups to the end by bucket, ``least`` of any route.
    """

    prices: kernels.Prices
    onward: kernels.Onward
    least: float


class Network:
    """Fragments and the ways between them, with time in buckets."""

    def __init__(self, day: Day, fragments: Fragments) -> None:
        order = np.lexsort((fragments.latest_start, fragments.first))
        self.day, self.fragments = day, fragments.take(order)
        self.chain = _chain(day, self.fragments)

    def keep(self, chosen: NDArray[np.bool_] | Ints) -> "Network":
        """Return the network of the fragments chosen."""
        return Network(self.day, self.fragments.take(chosen))

    def bounds(self, prices: Prices) -> Bounds:
        """Return what no true route undercuts at these prices."""
        chain, part = self.chain, self.fragments
        priced = kernels.Prices(kernels.reduced_costs(part.cost, part.served, prices.requests), float(prices.vehicle))
        onward = kernels.costs_onward(chain, priced)
        some = chain.closes >= 0
        reached = onward.reaching[np.arange(self.day.n), np.maximum(chain.opens, 0)]
        least = (chain.out + reached)[some].min(initial=np.inf) - prices.vehicle
        return Bounds(priced, onward, float(least))

    def through(self, bounds: Bounds) -> tuple[Floats, Floats]:
        """Return what no route undercuts that holds each fragment, or drives from each drop-off to each pick-up."""
        return kernels.costs_through(self.chain, bounds.prices, bounds.onward)


def _chain(day: Day, part: Fragments) -> kernels.Chain:
    """Return sorted fragments and the ways between them as arrays, pick-ups and drop-offs from 0."""
    n = day.n
    up, off = slice(1, n + 1), slice(n + 1, 2 * n + 1)
    zero, horizon = float(day.earliest[day.start]), float(day.latest[day.end] - day.earliest[day.start])
    busy = float(part.duration.min(initial=np.inf)) * (1 - _TINY)
    width = min(horizon / _BUCKETS, busy)
    if not width > horizon / _FINEST:
        raise IntractableError("fragments that take no time")
    legs, took = day.distance[off, up].copy(), day.took[off, up].copy()
    shift = np.floor(took / width).astype(np.int64)
    buckets = int(horizon / width) + 2
    np.fill_diagonal(legs, 1e9)
    np.fill_diagonal(took, 1e9)
    np.fill_diagonal(shift, 2 * buckets)
    begins = np.searchsorted(part.first, np.arange(1, n + 2))
    some = begins[:-1] < begins[1:]
    final = part.latest_start[np.maximum(begins[1:] - 1, 0)] if len(part) else np.zeros(n)
    return kernels.Chain(
        begins=begins,
        last=part.last - n - 1,
        cost=part.cost,
        soonest=part.soonest_end,
        duration=part.duration,
        latest_start=part.latest_start,
        served=part.served,
        earliest=day.earliest[up],
        opens=buckets_at(day.earliest[up], zero, width),
        closes=np.where(some, buckets_at(final + SLACK, zero, width), -1),
        until=day.latest[up] + SLACK,
        legs=legs,
        took=took,
        shift=shift,
        out=day.distance[day.start, up],
        home=day.distance[off, day.end].copy(),  # of one request, too, as the loops were compiled for
        home_by=day.latest[day.end] - day.took[off, day.end],
        zero=zero,
        width=width,
        buckets=buckets,
        busy=busy,
    )

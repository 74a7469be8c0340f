"""Which chains of fragments are worth a look at given prices: the pricing of column generation.

Labels (last node, time, reduced cost, who was served) grow fragment by fragment in the order of time. They are
cut off by the bounds of `network`, by equals, and, when only the cheapest are wanted, by dominance (Feillet et al.
2004). The loops are in `kernels.labels`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.clock import Clock
from routing.fragments import Floats, Ints, Words
from routing.kernels import labels as kernels
from routing.network import Bounds, Network
from routing.routes import Route

_TRIES = 2_000_000  # between two looks at the clock


@dataclass(frozen=True)
class Search:
    """How far to look: labels kept at a time and in all; ``whole``: not only what the cheapest chains need."""

    beam: int
    most: int
    whole: bool


@dataclass(frozen=True)
class Chains:
    """Routes as chains: reduced cost, cost, who is served, and in `route` the visits. ``complete``: none missing."""

    reduced: Floats
    cost: Floats
    served: Words
    complete: bool
    labels: int
    ends: Ints
    origin: NDArray[np.int32]
    fragment: NDArray[np.int32]
    visits: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.cost)

    def trace(self, index: int) -> list[int]:
        """Return the fragments of one chain in order."""
        chain = []
        label = int(self.ends[index])
        while label >= 0:
            chain.append(int(self.fragment[label]))
            label = int(self.origin[label])
        return chain[::-1]

    def route(self, index: int) -> Route:
        """Return the nodes of one chain in order."""
        nodes = self.visits[self.trace(index)].ravel()
        return tuple(int(node) for node in nodes[nodes > 0])


def chains(network: Network, bounds: Bounds, search: Search, *, below: float, clock: Clock | None = None) -> Chains:
    """Return the routes whose reduced cost at the prices of ``bounds`` is under ``below``.

    Raise OutOfTimeError when the time of ``clock`` is up.
    """
    limits = kernels.Limits(below, search.beam, search.most, search.whole)
    terms = kernels.Terms(bounds.prices, bounds.onward, limits)
    growth = kernels.begin(network.chain, terms)
    while not kernels.go_on(network.chain, terms, growth, _TRIES):
        if clock is not None:
            clock.check()
    labels = growth.labels
    count, complete, ends = kernels.finish(network.chain, terms, growth)
    home = network.chain.home[labels.last[ends]]
    return Chains(
        reduced=labels.reduced[ends] + home,
        cost=labels.cost[ends] + home,
        served=labels.served[ends],
        complete=complete,
        labels=count,
        ends=ends,
        origin=labels.origin[:count],
        fragment=labels.fragment[:count],
        visits=network.fragments.visits,
    )

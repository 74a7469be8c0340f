"""All routes that may still be part of a better day, and fewer of them as the gap closes (Baldacci et al. 2008)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.fragments import Floats, Ints, Words
from routing.network import Prices
from routing.pricing import Chains
from routing.routes import Route


@dataclass(frozen=True)
class Pool:
    """Routes as rows: what each costs, whom it serves, and which of the chains found it is."""

    cost: Floats
    served: Words
    row: Ints
    found: Chains

    @classmethod
    def of(cls, found: Chains) -> "Pool":
        """Return all routes found."""
        return cls(found.cost, found.served, np.arange(len(found)), found)

    def __len__(self) -> int:
        return len(self.cost)

    def route(self, index: int) -> Route:
        """Return the nodes of one route in order."""
        return self.found.route(int(self.row[index]))

    def within(self, prices: Prices, gap: float) -> "Pool":
        """Return the routes whose reduced cost is less than ``gap``."""
        kept: NDArray[np.bool_] = prices.reduced(self.cost, self.served) < gap
        return Pool(self.cost[kept], self.served[kept], self.row[kept], self.found)

    def nearest(self, prices: Prices, most: int) -> tuple["Pool", float]:
        """Return the ``most`` routes of least reduced cost, and the gap that they fill (infinite: these are all)."""
        if len(self) <= most:
            return self, np.inf
        gap = float(np.partition(prices.reduced(self.cost, self.served), most)[most])
        return self.within(prices, gap), gap

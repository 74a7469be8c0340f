"""How long it takes from stop to stop, by the hour of departure. In memory: nothing here waits for a network."""

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from routing.kernels.route import Travel, leave_by, shortcut_s

_ENDLESS_S = 1 << 40


class TravelTimes(Protocol):
    """What routing needs to know of the road.

    Leaving later may never mean arriving earlier (first in, first out): the exactness of `timing` rests on it.
    """

    @property
    def arrays(self) -> Travel:
        """Return the same times for compiled code."""
        ...

    @property
    def side_by_side(self) -> bool:
        """Tell whether parties at one stop get on and off at the same time, not one after the other."""
        ...

    def seconds(self, origin: int, destination: int, depart_s: int) -> int:
        """Return the driving time in seconds for a departure at ``depart_s``."""
        ...


class Matrix:
    """Stop-to-stop driving times in bands of the day.

    ``band_starts`` ascend and begin with 0; ``bands[k][origin][destination]`` holds seconds from
    ``band_starts[k]`` on. A vehicle drives the whole leg at the speed of the band it leaves in; where a later
    band is faster the arrival is never later than leaving at its start would be (first in, first out).

    ``side_by_side`` says how long a vehicle stands where several get on or off: as long as the services add up to, or
    until the last is over.
    """

    def __init__(self, band_starts: Sequence[int], bands: Sequence[ArrayLike], *, side_by_side: bool = False) -> None:
        self.band_starts = tuple(band_starts)
        self.side_by_side = side_by_side
        self.bands: NDArray[np.int32] = np.array(bands, np.int32, order="C")

    @classmethod
    def single(cls, rows: ArrayLike, *, side_by_side: bool = False) -> "Matrix":
        """Return travel times that are the same all day."""
        return cls((0,), (rows,), side_by_side=side_by_side)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Matrix):
            return NotImplemented
        same_rules = (self.band_starts, self.side_by_side) == (other.band_starts, other.side_by_side)
        return same_rules and np.array_equal(self.bands, other.bands)

    def __hash__(self) -> int:
        return hash((self.band_starts, self.bands.shape))

    def seconds(self, origin: int, destination: int, depart_s: int) -> int:
        """Return the driving time in seconds for a departure at ``depart_s``."""
        starts = self.band_starts
        if len(starts) == 1:
            return int(self.bands[0, origin, destination])
        band = max(0, bisect_right(starts, depart_s) - 1)
        shortest_s = int(self.bands[band, origin, destination])
        for later in range(band + 1, len(starts)):
            until_s = starts[later] - depart_s
            if shortest_s <= until_s:
                break
            shortest_s = min(shortest_s, until_s + int(self.bands[later, origin, destination]))
        return shortest_s

    def drive_s(self, origin: int, destination: int, depart_s: int) -> int:
        """Return how long a vehicle drives; it stays at a stop in no time."""
        return 0 if origin == destination else self.seconds(origin, destination, depart_s)

    def leave_by(self, origin: int, destination: int, arrive_s: int) -> int:
        """Return the latest departure that arrives by ``arrive_s``."""
        return int(leave_by(self.arrays, origin, destination, arrive_s))

    @cached_property
    def arrays(self) -> Travel:
        """Return the same times for compiled code."""
        shortcut = shortcut_s(self.bands[0]) if len(self.bands) == 1 else _ENDLESS_S
        return Travel(np.array(self.band_starts, np.int64), self.bands, shortcut, self.side_by_side)

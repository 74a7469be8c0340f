"""How long it takes from stop to stop, by the hour of departure. In memory: nothing here waits for a network."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class TravelTimes(Protocol):
    """What routing needs to know of the road.

    Leaving later may never mean arriving earlier (first in, first out): the exactness of `timing` rests on it.
    """

    def seconds(self, origin: int, destination: int, depart_s: int) -> int:
        """Return the driving time in seconds for a departure at ``depart_s``."""
        ...


@dataclass(frozen=True, slots=True)
class Matrix:
    """Stop-to-stop driving times in bands of the day.

    ``band_starts`` ascend and begin with 0; ``bands[k][origin][destination]`` holds seconds from
    ``band_starts[k]`` on. A vehicle drives the whole leg at the speed of the band it leaves in; where a later
    band is faster the arrival is never later than leaving at its start would be (first in, first out).
    """

    band_starts: tuple[int, ...]
    bands: tuple[Sequence[Sequence[int]], ...]

    def seconds(self, origin: int, destination: int, depart_s: int) -> int:
        """Return the driving time in seconds for a departure at ``depart_s``."""
        starts = self.band_starts
        if len(starts) == 1:
            return self.bands[0][origin][destination]
        band = max(0, bisect_right(starts, depart_s) - 1)
        drive_s = self.bands[band][origin][destination]
        for later in range(band + 1, len(starts)):
            until_s = starts[later] - depart_s
            if drive_s <= until_s:
                break
            drive_s = min(drive_s, until_s + self.bands[later][origin][destination])
        return drive_s

    @classmethod
    def single(cls, rows: Sequence[Sequence[int]]) -> "Matrix":
        """Return travel times that are the same all day."""
        return cls((0,), (rows,))

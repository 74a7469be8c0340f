"""What another fleet or other hours would have made of days that are over: what is changed, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev

from scipy.special import stdtrit

LEAST_DAYS = 5  # from fewer days nothing is said about others
CERTAINTY = 0.95


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be different: so many vehicles more, hours that begin earlier and end later, other limits (seconds).

    None leaves a limit as it is.
    """

    vehicles: int = 0
    earlier_s: int = 0
    later_s: int = 0
    max_wait_s: int | None = None
    pickup_window_s: int | None = None


AS_IT_WAS = Change()


@dataclass(frozen=True, slots=True)
class DayFigures:
    """What came of a day's wishes: how many were refused and how many parties rode; all the rest in seconds.

    ``wait_s`` is how far all rides together lay from the times wished, ``detour_s`` what they took longer than the
    direct drives, ``driving_s`` what the vehicles drove and ``shift_s`` how long they were out.
    """

    refused: int
    rides: int
    wait_s: int
    detour_s: int
    driving_s: int
    shift_s: int

    @property
    def wait_each_s(self) -> float:
        """Return how far a ride lay from its wish, on average."""
        return self.wait_s / self.rides if self.rides else 0.0

    @property
    def detour_each_s(self) -> float:
        """Return how much longer a ride took than the direct drive, on average."""
        return self.detour_s / self.rides if self.rides else 0.0


@dataclass(frozen=True, slots=True)
class Difference:
    """By how much a figure differs on an average day, and between what with a certainty of 95 %."""

    mean: float
    low: float
    high: float


def in_all(days: Sequence[DayFigures]) -> DayFigures:
    """Return the figures of some days together."""
    return DayFigures(
        refused=sum(each.refused for each in days),
        rides=sum(each.rides for each in days),
        wait_s=sum(each.wait_s for each in days),
        detour_s=sum(each.detour_s for each in days),
        driving_s=sum(each.driving_s for each in days),
        shift_s=sum(each.shift_s for each in days),
    )


def difference(before: Sequence[float], after: Sequence[float]) -> Difference | None:
    """Return how much more there is ``after`` on a day than ``before``, day by day; None for fewer than five days.

    The days are taken as drawn from many like them (Student, The Probable Error of a Mean, 1908).

    >>> difference([4, 5, 6, 5, 5], [3, 3, 5, 4, 3])
    Difference(mean=-1.4, low=-2.08..., high=-0.71...)
    """
    more = [new - old for old, new in zip(before, after, strict=True)]
    if len(more) < LEAST_DAYS:
        return None
    mean = fmean(more)
    off = float(stdtrit(len(more) - 1, (1 + CERTAINTY) / 2)) * stdev(more) / sqrt(len(more))
    return Difference(mean, mean - off, mean + off)

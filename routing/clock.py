"""How much cpu time a search has left. Searches stop by it; nothing else of them depends on it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

Progress = Callable[[float, float | None, float | None], None]
"""Told now and then: cpu seconds spent, cost of the best solution, bound (None: not known yet)."""


class OutOfTimeError(Exception):
    """The cpu time granted is used up."""


@dataclass(frozen=True)
class Clock:
    """Cpu seconds of this process, from ``began_s`` to ``until_s``."""

    began_s: float
    until_s: float
    began_wall_s: float

    @classmethod
    def of(cls, seconds: float) -> "Clock":
        """Return a clock that starts now and grants ``seconds``."""
        now_s = time.process_time()
        return cls(now_s, now_s + seconds, time.perf_counter())

    def spent_s(self) -> float:
        """Return the cpu seconds used since the start."""
        return time.process_time() - self.began_s

    def left_s(self) -> float:
        """Return the cpu seconds that are left, 0 at least."""
        return max(0.0, self.until_s - time.process_time())

    def share(self) -> float:
        """Return how much of the time is used, 1 or more when it is up."""
        return self.spent_s() / max(self.until_s - self.began_s, 1e-9)

    def pace(self) -> float:
        """Return how many seconds of wall time have passed with each cpu second so far, 1 at least.

        Solvers of others stop by wall time, and share the machine with everybody.
        """
        wall_s = time.perf_counter() - self.began_wall_s
        return max(1.0, wall_s / max(self.spent_s(), 1e-3))

    def part(self, share: float) -> "Clock":
        """Return a clock that starts now and grants a share of what is left."""
        return Clock.of(share * self.left_s())

    def check(self) -> None:
        """Raise OutOfTimeError when the time is up."""
        if time.process_time() >= self.until_s:
            raise OutOfTimeError

"""What limits a search: cpu time, or turns, which make the same search on every machine."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from routing.clock import Clock

_TURNS_PER_S = 25_000
_TURNS = 500  # between two looks at the clock
_CHUNK_S = 0.05


class Budget(Protocol):
    """What limits a search."""

    def share(self) -> float:
        """Return how much is used, 1 or more when it is up."""
        ...

    def turns(self) -> int:
        """Return how many turns to make before asking again."""
        ...

    def expected(self) -> float:
        """Return about how many turns there will be in all."""
        ...

    def left_s(self) -> float:
        """Return how much wall time a step in between may take at most."""
        ...


@dataclass
class Turns:
    """A budget in turns: the same search on every machine."""

    total: int
    made: int = 0

    def share(self) -> float:
        """Return how many of the turns are made."""
        return self.made / self.total

    def turns(self) -> int:
        """Return how many turns to make at once."""
        turns = min(_TURNS, self.total - self.made)
        self.made += turns
        return turns

    def expected(self) -> float:
        """Return how many turns there will be."""
        return self.total

    def left_s(self) -> float:
        """Return no limit: no clock may change the search."""
        return np.inf


@dataclass
class Seconds:
    """A budget in cpu time."""

    clock: Clock
    made: int = 0

    def share(self) -> float:
        """Return how much of the time is used."""
        return self.clock.share()

    def turns(self) -> int:
        """Return how many turns fit into a small part of the time, by the speed so far."""
        per_s = self.made / max(self.clock.spent_s(), 1e-6)
        chunk_s = min(_CHUNK_S, self.clock.left_s() / 4, 0.01 * (self.clock.until_s - self.clock.began_s))
        turns = max(1, min(10_000, int(per_s * chunk_s)))
        self.made += turns
        return turns

    def expected(self) -> float:
        """Return about how many turns there will be: a typical speed, whatever the machine."""
        return _TURNS_PER_S * (self.clock.until_s - self.clock.began_s)

    def left_s(self) -> float:
        """Return how much wall time will pass with the cpu time that is left, by the pace so far."""
        return self.clock.left_s() * self.clock.pace()

"""What we ask of the outside, as protocols. Each is implemented by one adapter, or by a fake in tests."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol


class TemporaryError(Exception):
    """The outside failed for now: the lease of what was owed ends, and it is tried again."""


class PermanentError(Exception):
    """The outside will never do this: do not try again; a person is told (a message goes to the call list)."""


class Point(NamedTuple):
    """A place on earth, WGS84 degrees."""

    lat: float
    lon: float


Season = Literal["summer", "winter"]


@dataclass(frozen=True, slots=True)
class DrivingProfile:
    """When one drives: the season, and the second of the service day that names the hour band."""

    season: Season
    band_start_s: int


@dataclass(frozen=True, slots=True)
class DrivingTable:
    """Driving times and lengths from each point (row) to each point (column); 0 on the diagonal."""

    seconds: tuple[tuple[int, ...], ...]
    metres: tuple[tuple[int, ...], ...]


class MapSource(Protocol):
    """What knows the roads. Asked ahead of time by a job, never while somebody books."""

    def driving(self, points: Sequence[Point], profile: DrivingProfile) -> DrivingTable:
        """Return times and lengths between all ``points``.

        Raises PermanentError for a point off the map, TemporaryError when the source does not answer.
        """
        ...

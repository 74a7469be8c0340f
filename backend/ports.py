"""What we ask of the outside, as protocols. Each is implemented by one adapter, or by a fake in tests."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol


class TemporaryError(Exception):
    """The outside failed for now: the lease of what was owed ends, and it is tried again."""


class PermanentError(Exception):
    """The outside will never do this: do not try again; a person is told (a message goes to the call list)."""


class ReplyTokenError(PermanentError):
    """The reply token was used or is too old."""


class UnknownUserError(PermanentError):
    """Nobody can be reached under this id."""


class MonthlyLimitError(PermanentError):
    """The month's messages are used up: what is still owed goes to the call list."""


Message = Mapping[str, object]


class Messenger(Protocol):
    """What carries messages to residents. Called with no transaction open."""

    def reply(self, token: str, messages: Sequence[Message]) -> None:
        """Answer an event on its token, once.

        Raises ReplyTokenError when the token is used or too old, TemporaryError when nobody knows whether it arrived.
        """
        ...

    def push(self, to: str, messages: Sequence[Message], *, retry_key: uuid.UUID) -> None:
        """Send without being asked. The same ``retry_key`` is delivered once, however often it is sent.

        Raises UnknownUserError, MonthlyLimitError or another PermanentError when it will never arrive, and
        TemporaryError when it may be tried again.
        """
        ...


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

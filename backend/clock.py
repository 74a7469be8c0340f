"""The only reader of the clock.

Two clocks: `wall` is real time, for sign-ins, leases and tokens; a `Clock` is the service's time, which the demo may
move. In production they are the same.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def wall() -> datetime:
    """Return the real moment, UTC."""
    return datetime.now(UTC)  # noqa: TID251 -- this is the one place


class Clock:
    """The service's clock: real time plus a shift.

    ``start_offset`` is fixed at process start (CLOCK_START); ``moved`` answers the shift that the demo page asked for.
    """

    def __init__(self, start_offset: timedelta = timedelta(0), moved: Callable[[], timedelta] | None = None) -> None:
        self._start_offset = start_offset
        self._moved = moved

    @classmethod
    def starting_at(cls, start: datetime | None) -> "Clock":
        """Return a clock that shows ``start`` now and runs on at normal speed."""
        return cls(start - wall()) if start else cls()

    @property
    def start_offset(self) -> timedelta:
        """Return the shift fixed at process start."""
        return self._start_offset

    def __call__(self) -> datetime:
        """Return the service's moment, UTC."""
        moved = self._moved() if self._moved else timedelta(0)
        return wall() + self._start_offset + moved

"""Seconds of the service day and moments. Rules are in Japan's time, storage is in UTC (Q-25)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

JST = ZoneInfo("Asia/Tokyo")
DAY_S = 24 * 3600
MINUTE_S = 60
HOUR_S = 3600


def moment(day: date, second: int) -> datetime:
    """Return the moment, UTC, of a second of the service day ``day``."""
    return (datetime.combine(day, time(0), JST) + timedelta(seconds=second)).astimezone(UTC)


def day_of(at: datetime) -> date:
    """Return the calendar day in Japan of a moment."""
    return at.astimezone(JST).date()


def second_of(at: datetime, day: date) -> int:
    """Return which second of the service day ``day`` a moment is; negative before it, past 86,400 after it."""
    return int((at - moment(day, 0)).total_seconds())


def whole_second(at: datetime) -> datetime:
    """Return the moment without its fraction: deadlines are inclusive to the second (Q-25)."""
    return at.replace(microsecond=0)


def clock(second: int) -> str:
    """Return a second of the day as digits.

    >>> clock(9 * 3600 + 5 * 60)
    '9:05'
    """
    return f"{second // HOUR_S}:{second % HOUR_S // MINUTE_S:02d}"


def parse_clock(text: str) -> int | None:
    """Return the second of the day that ``text`` names, or None.

    >>> parse_clock("9:05")
    32700
    >>> parse_clock("25:00") is None
    True
    """
    hours, colon, minutes = text.strip().partition(":")
    if not (colon and hours.isdecimal() and minutes.isdecimal() and len(hours) <= len(minutes) == 2):  # noqa: PLR2004
        return None
    second = int(hours) * HOUR_S + int(minutes) * MINUTE_S
    return second if int(minutes) < MINUTE_S and second < DAY_S else None


def floor_to(second: int, step_s: int) -> int:
    """Return the last multiple of ``step_s`` that is not after ``second``."""
    return second // step_s * step_s


def ceil_to(second: int, step_s: int) -> int:
    """Return the first multiple of ``step_s`` that is not before ``second``."""
    return -(-second // step_s) * step_s

"""When a message that can wait may make a phone ring: by day, when the town itself would call."""

from datetime import datetime

from backend.domain import times

FIRST_S, LAST_S = 9 * times.HOUR_S, 20 * times.HOUR_S


def is_day(at: datetime) -> bool:
    """Tell whether nobody is woken at a moment: from nine in the morning until before eight in the evening, in Japan.

    >>> is_day(datetime.fromisoformat("2022-11-25T19:59:59+09:00"))
    True
    >>> is_day(datetime.fromisoformat("2022-11-25T20:00:00+09:00"))
    False
    """
    return FIRST_S <= times.second_of(at, times.day_of(at)) < LAST_S

"""How a town writes times, days and readings. Each reader raises ValueError with the reason in words."""

import math
import re
from datetime import date

from backend.towns.values import YearlyDay

WEEKDAYS = "月火水木金土日"
CLOCK = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")
KANA = re.compile(r"[ぁ-ゖー・ 0-9]+")
MINUTE_S = 60
DAY_S = 24 * 3600


class TownDataError(Exception):
    """A town's files hold mistakes; nothing was loaded. ``lines`` name each as ``file:line: reason``."""

    def __init__(self, lines: tuple[str, ...]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def clock_s(written: str) -> int:
    """Return the second of the day for ``HH:MM`` (24:00 is the end of the day)."""
    match = CLOCK.fullmatch(written)
    seconds = int(match[1]) * 3600 + int(match[2]) * 60 if match else DAY_S + 1
    if seconds > DAY_S:
        raise ValueError(f"'{written}' is not a time of day like 09:00")
    return seconds


def weekdays(written: str) -> tuple[int, ...]:
    """Return the weekdays written as 月火水…, Monday as 0."""
    found = tuple(WEEKDAYS.find(letter) for letter in written)
    if not found or -1 in found or len(set(found)) < len(found):
        raise ValueError(f"'{written}' is not a list of weekdays like 月火水")
    return found


def yearly_day(written: str) -> YearlyDay:
    """Return the month and day written as ``MM-DD``."""
    try:
        leap_day = date.fromisoformat(f"2000-{written}")
    except ValueError:
        raise ValueError(f"'{written}' is not a day like 12-29") from None
    return YearlyDay(leap_day.month, leap_day.day)


def whole(written: str) -> int:
    """Return a whole number from 0 up."""
    if not written.isascii() or not written.isdigit():
        raise ValueError(f"'{written}' is not a whole number from 0 up")
    return int(written)


def day(written: str) -> date:
    """Return the date written as ``YYYY-MM-DD``."""
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise ValueError(f"'{written}' is not a date like 2022-11-21") from None


def hiragana(written: str) -> str:
    """Return a reading written in hiragana."""
    if not KANA.fullmatch(written):
        raise ValueError(f"'{written}' is not hiragana")
    return written


def degrees(written: str) -> float:
    """Return a coordinate in degrees."""
    try:
        found = float(written)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise ValueError(f"'{written}' is not a coordinate in degrees")
    return found

"""What the town pays to the carrier for a month (D-11, T-45)."""

from datetime import date, timedelta

LONGEST_MONTH = timedelta(days=31)
ONE_DAY = timedelta(days=1)


def burden_yen(cost_yen: int, income_yen: int) -> int:
    """Return running cost − fare income in yen; negative when more was taken than running cost (D-11)."""
    return cost_yen - income_yen


def month_of(day: date) -> date:
    """Return the first day of the month of ``day``: how a month is written in rows."""
    return day.replace(day=1)


def last_day(month: date) -> date:
    """Return the last day of a month given by its first.

    >>> last_day(date(2024, 2, 1))
    datetime.date(2024, 2, 29)
    """
    return month_of(month + LONGEST_MONTH) - ONE_DAY

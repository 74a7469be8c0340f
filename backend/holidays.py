"""National holidays by a kept library (国民の祝日に関する法律, substitute and in-between days included; D-04)."""

from datetime import date

import jpholiday


def holiday_name(day: date) -> str | None:
    """Return the name of the national holiday on ``day``, or None."""
    name = jpholiday.is_holiday_name(day)
    return str(name) if name else None

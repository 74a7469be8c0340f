"""The fiscal years in which a demo town runs on after its specified period."""

from datetime import date, datetime, timedelta

from backend.db.models import OperatingPeriod
from backend.domain import times

FISCAL_MONTH = 4
ACCEPTS_AHEAD = timedelta(days=7)


def after(last: date, *, now: datetime) -> list[OperatingPeriod]:
    """Return the fiscal years of today and the next, once ``last`` is past; before that none."""
    today = times.day_of(now)
    if today <= last:
        return []
    this_year = today.year if today.month >= FISCAL_MONTH else today.year - 1
    return [_fiscal_year(year) for year in (this_year, this_year + 1)]


def _fiscal_year(year: int) -> OperatingPeriod:
    start, end = date(year, FISCAL_MONTH, 1), date(year + 1, FISCAL_MONTH, 1) - timedelta(days=1)
    return OperatingPeriod(accepts_from=start - ACCEPTS_AHEAD, accepts_to=end, runs_from=start, runs_to=end)

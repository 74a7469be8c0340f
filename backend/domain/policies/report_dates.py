"""When reports are drafted, reminded of and overdue (T-39, T-52, Q-54), and about which days few people may be counted.

What hides groups of fewer than five is told for one whole month that is over, never for days that somebody chose: two
spans that overlap, or a month seen twice while it grows, could be subtracted from each other to tell of those few
(L-15).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

SATURDAY = 5
ONE_DAY = timedelta(days=1)
HALVES = (4, 10)
MONTHS_OF_HALF = 6
MONTHS_OF_YEAR = 12


@dataclass(frozen=True, slots=True)
class Span:
    """The days that a report is about, both included."""

    first: date
    last: date


def month(day: date) -> Span:
    """Return the month of a day."""
    first = day.replace(day=1)
    return Span(first, _months_after(first, 1) - ONE_DAY)


def month_before(day: date) -> Span:
    """Return the month before the one of a day."""
    return month(day.replace(day=1) - ONE_DAY)


def month_over(day: date, today: date) -> Span:
    """Return the month of a day when it is over, else the last month that is.

    >>> month_over(date(2022, 11, 28), date(2022, 11, 30)).first.isoformat()
    '2022-10-01'
    """
    return min(month(day), month_before(today), key=lambda span: span.first)


def half_year(day: date) -> Span:
    """Return the half of the fiscal year that a day lies in: April to September, October to March (T-52)."""
    first = day.replace(day=1)
    while first.month not in HALVES:
        first = (first - ONE_DAY).replace(day=1)
    return Span(first, _months_after(first, MONTHS_OF_HALF) - ONE_DAY)


def half_year_before(day: date) -> Span:
    """Return the half year before the one of a day."""
    return half_year(half_year(day).first - ONE_DAY)


def fiscal_year(day: date) -> Span:
    """Return the fiscal year of a day, April to March."""
    half = half_year(day)
    first = half.first if half.first.month == HALVES[0] else half_year_before(day).first
    return Span(first, _months_after(first, MONTHS_OF_YEAR) - ONE_DAY)


def due_on(span: Span, *, due_day: int, is_closed: Callable[[date], bool]) -> date:
    """Return the last office day by which a report has to be handed in: never after ``due_day`` of the next month.

    Falls the day on a closed one, the office day before it counts: the contract knows no later one (Q-54).
    """
    day = (span.last + ONE_DAY).replace(day=due_day)
    while day.weekday() >= SATURDAY or is_closed(day):
        day -= ONE_DAY
    return day


def state_on(today: date, span: Span, *, reminder_day: int, due_day: int) -> str:
    """Return how a report that was not handed in stands: ``draft``, ``reminder`` or ``overdue`` (T-39)."""
    next_month = span.last + ONE_DAY
    if today > next_month.replace(day=due_day):
        return "overdue"
    return "reminder" if today >= next_month.replace(day=reminder_day) else "draft"


def _months_after(first: date, months: int) -> date:
    years, month_index = divmod(first.month - 1 + months, MONTHS_OF_YEAR)
    return date(first.year + years, month_index + 1, 1)

"""Operating day or not, and why (D-02 to D-04)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from backend.domain.refusals import Refusal

HolidayName = Callable[[date], str | None]


@dataclass(frozen=True, slots=True)
class Period:
    """When a service runs, and when bookings for it are taken (D-01, D-02). Ends included."""

    accepts_from: date
    accepts_to: date
    runs_from: date
    runs_to: date


@dataclass(frozen=True, slots=True)
class Closure:
    """Days without service beside weekdays and holidays; ``yearly`` repeats by month and day, over New Year too."""

    from_day: date
    to_day: date
    reason: str
    yearly: bool = False

    def covers(self, day: date) -> bool:
        """Tell whether ``day`` falls into it."""
        if not self.yearly:
            return self.from_day <= day <= self.to_day
        start, end, this = ((each.month, each.day) for each in (self.from_day, self.to_day, day))
        return start <= this <= end if start <= end else this >= start or this <= end


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of a service. ``weekdays`` counts from Monday = 0."""

    weekdays: frozenset[int]
    closed_on_holidays: bool
    periods: tuple[Period, ...]
    closures: tuple[Closure, ...]
    holiday_name: HolidayName

    def period_of(self, day: date) -> Period | None:
        """Return the period whose running days hold ``day``."""
        return next((period for period in self.periods if period.runs_from <= day <= period.runs_to), None)

    def period_accepting(self, today: date) -> Period | None:
        """Return the period for which bookings are taken today, or else the next one, or else the last."""
        coming = [period for period in self.periods if today <= period.accepts_to]
        by_opening = sorted(coming or self.periods, key=lambda period: period.accepts_from)
        return by_opening[0 if coming else -1] if by_opening else None

    def why_closed(self, day: date) -> Refusal | None:
        """Return why the service does not run on ``day``, or None if it does."""
        facts: dict[str, str | int] = {"day": day.isoformat()}
        if self.period_of(day) is None:
            return Refusal("outside_period", facts)
        if day.weekday() not in self.weekdays:
            return Refusal("closed_weekday", facts)
        holiday = self.holiday_name(day) if self.closed_on_holidays else None
        if holiday:
            return Refusal("closed_holiday", facts | {"holiday": holiday})
        closure = next((closure for closure in self.closures if closure.covers(day)), None)
        return Refusal("closed_day", facts | {"reason": closure.reason}) if closure else None

    def operating_days(self, first: date, last: date) -> list[date]:
        """Return the operating days from ``first`` to ``last``, both included."""
        days = (first + timedelta(days=number) for number in range((last - first).days + 1))
        return [day for day in days if self.why_closed(day) is None]

    def next_operating_day(self, after: date, *, within_days: int = 60) -> date | None:
        """Return the first operating day after ``after``, or None when there is none in reach."""
        days = self.operating_days(after + timedelta(days=1), after + timedelta(days=within_days))
        return days[0] if days else None

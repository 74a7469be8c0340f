"""When a booking may be made (D-01, D-17, D-28; Q-07, Q-08, Q-25)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from backend.domain import times
from backend.domain.calendar import Period
from backend.domain.refusals import Refusal


@dataclass(frozen=True, slots=True)
class BookingRule:
    """GTFS booking rule: opens so many days ahead; closes ``notice_s`` before pick-up, or at a time of a day before.

    ``last_open`` gives the last day up to a given one on which somebody is there to take a booking: where the phone
    desk is shut on the closing day, it closes with its last open day (Q-42). Without it every day is open.
    """

    opens_days: int
    opens_at_s: int
    notice_s: int | None = None
    closes_days: int | None = None
    closes_at_s: int | None = None
    last_open: Callable[[date], date] | None = None

    def opening(self, day: date) -> datetime:
        """Return the first moment at which a ride on ``day`` can be booked."""
        return times.moment(day - timedelta(days=self.opens_days), self.opens_at_s)

    def closing(self, day: date, pickup_s: int) -> datetime:
        """Return the last moment at which a pick-up at ``pickup_s`` on ``day`` can be booked."""
        if self.notice_s is not None:
            return times.moment(day, pickup_s - self.notice_s)
        return times.moment(self.closing_day(day), self.closes_at_s or 0)

    def closing_day(self, day: date) -> date:
        """Return the last day on which a ride on ``day`` can be booked; only for rules without a notice."""
        named = day - timedelta(days=self.closes_days or 0)
        return self.last_open(named) if self.last_open else named

    def closes_early(self, day: date) -> bool:
        """Tell whether the desk is shut on the closing day, so that bookings close before it (Q-42)."""
        return self.notice_s is None and self.closing_day(day) < day - timedelta(days=self.closes_days or 0)

    def earliest_pickup_s(self, day: date, *, now: datetime) -> int:
        """Return the first second of ``day`` that can still be booked now; only for rules with a notice."""
        return times.second_of(times.whole_second(now), day) + (self.notice_s or 0)


def check(rule: BookingRule, day: date, pickup_s: int, *, now: datetime) -> Refusal | None:
    """Return why a pick-up at ``pickup_s`` on ``day`` cannot be booked at ``now``, or None if it can."""
    at = times.whole_second(now)
    if at < rule.opening(day):
        return Refusal("not_open_yet", {"day": day.isoformat(), "opens_at": rule.opening(day).isoformat()})
    if at > rule.closing(day, pickup_s):
        facts: dict[str, str | int] = {"closed_at": rule.closing(day, pickup_s).isoformat()}
        if rule.notice_s is not None:
            return Refusal("closed_notice", facts | {"minutes": rule.notice_s // times.MINUTE_S})
        return Refusal("closed_desk" if rule.closes_early(day) else "closed", facts)
    return None


def check_period(period: Period | None, *, now: datetime) -> Refusal | None:
    """Return why no booking for ``period`` is taken at ``now``, or None if one is (D-01)."""
    today = times.day_of(now)
    if period is None:
        return None
    if today < period.accepts_from:
        return Refusal("before_acceptance", {"day": period.accepts_from.isoformat()})
    if today > period.accepts_to:
        return Refusal("after_acceptance", {"day": period.accepts_to.isoformat()})
    return None

"""When riders are reminded of a ride: once, from a time of the day before it that the town sets."""

from datetime import date, datetime, timedelta

from backend.domain import times
from backend.domain.policies.daytime import is_day
from backend.domain.refusals import Refusal

EARLIEST_S = 12 * times.HOUR_S
LATEST_S = 19 * times.HOUR_S + 30 * times.MINUTE_S  # leaves half an hour to send before nobody is woken any more


def check(remind_at_s: int) -> Refusal | None:
    """Refuse a time that is not in the second half of the day, or too late for all to be sent before the night.

    >>> check(18 * times.HOUR_S) is None, check(20 * times.HOUR_S) is None
    (True, False)
    """
    if EARLIEST_S <= remind_at_s <= LATEST_S:
        return None
    return Refusal("remind_at_outside", {"from_s": EARLIEST_S, "to_s": LATEST_S})


def moment(day: date, remind_at_s: int) -> datetime:
    """Return the moment from which the rides of ``day`` are reminded of; who books later has just read it all."""
    return times.moment(day - timedelta(days=1), remind_at_s)


def day_to_remind(now: datetime, remind_at_s: int) -> date | None:
    """Return the day whose rides are to be reminded of at ``now``, or None: too early, or night (`daytime`).

    >>> day_to_remind(datetime.fromisoformat("2022-11-25T18:00:00+09:00"), 18 * times.HOUR_S)
    datetime.date(2022, 11, 26)
    """
    tomorrow = times.day_of(now) + timedelta(days=1)
    return tomorrow if is_day(now) and now >= moment(tomorrow, remind_at_s) else None

"""For how long what is kept of persons is kept: names of the periods and what they are until a town agrees otherwise.

The figures are those of decision Q-69: rides lose identity after 90 days, members go a year after their last use and
after they were asked, fare records stay five years without identity, logs three years.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from backend.domain import times

RIDE, MEMBER, ANSWER, CASE, RECORD, LOG = "ride", "member", "answer", "case", "record", "log"
Days = Mapping[str, int]
DEFAULTS: Days = {RIDE: 90, MEMBER: 365, ANSWER: 30, CASE: 1096, RECORD: 1826, LOG: 1096}
LEAST, MOST = 7, 3660


def before(period: str, days: Days, *, now: datetime) -> datetime:
    """Return the start of the day before which what belongs to ``period`` is over at ``now``.

    >>> times.day_of(before("ride", {"ride": 90}, now=datetime.fromisoformat("2023-03-31T09:00+09:00"))).isoformat()
    '2022-12-31'
    """
    return times.moment(times.day_of(now) - timedelta(days=days[period]), 0)

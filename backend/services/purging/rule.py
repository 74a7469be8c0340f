"""What every rule of keeping is made of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Date, Select, cast, func
from sqlalchemy.orm import InstrumentedAttribute, Session

from backend.domain import times


def day_in_japan(moment: InstrumentedAttribute[datetime]) -> ColumnElement[date]:
    """Return the calendar day in Japan of a column's moments: the database counts in UTC (Q-25)."""
    return cast(func.timezone(times.JST.key, moment), Date)


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of data that is kept for a period and then taken away.

    ``due`` asks for the ids of what is over before a moment; ``clear`` takes it away, after which ``due`` does not
    name it any more: a purge that was stopped goes on where it was. ``is_by_wall`` marks what is dated by real time,
    which no clock of a demo may make old.
    """

    name: str
    period: str
    due: Callable[[datetime], Select[int]]
    clear: Callable[[Session, Sequence[int], datetime], None]
    is_by_wall: bool = False

"""The closed days that a town's files bring, as values for reckoning and as rows (D-04, T-01)."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy.orm import Session

from backend.db.models import ClosedDay
from backend.domain.calendar import Closure
from backend.towns.values import ClosedRange, YearlyClosure

A_LEAP_YEAR = 2000  # the year that a row repeating by month and day is written in


def closures(yearly: Iterable[YearlyClosure], once: Iterable[ClosedRange]) -> tuple[Closure, ...]:
    """Return the closed days of a town's files."""
    repeated = (
        Closure(
            date(A_LEAP_YEAR, each.first.month, each.first.day),
            date(A_LEAP_YEAR, each.last.month, each.last.day),
            each.reason,
            yearly=True,
        )
        for each in yearly
    )
    return (*repeated, *(Closure(each.first, each.last, each.reason) for each in once))


def add(session: Session, service_id: int, closed: Iterable[Closure]) -> None:
    """Add closed days to a service."""
    session.add_all(
        ClosedDay(
            transport_service_id=service_id,
            from_day=each.from_day,
            to_day=each.to_day,
            yearly=each.yearly,
            reason=each.reason,
        )
        for each in closed
    )
    session.flush()

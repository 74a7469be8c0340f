"""Questions about what running cost and what was taken in a month (D-11)."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.db.models import Booking, CostEntry, ServiceDay
from backend.db.queries import money_taken
from backend.domain import times

RODE = ("boarded", "completed")


@dataclass(frozen=True, slots=True)
class CostView:
    """One cost as it was entered, in yen."""

    yen: int
    note: str
    entered_at: datetime

    @property
    def entered_on(self) -> date:
        """Return the day in Japan on which it was entered."""
        return times.day_of(self.entered_at)


@dataclass(frozen=True, slots=True)
class Income:
    """How many bookings rode, and what was received for them in yen."""

    rides: int
    yen: int


def list_costs(session: Session, service_id: int, month: date) -> tuple[CostView, ...]:
    """Return all costs entered for a month, given by its first day, in the order they were entered."""
    query = (
        select(CostEntry.yen, CostEntry.note, CostEntry.entered_at)
        .where(CostEntry.transport_service_id == service_id, CostEntry.month == month)
        .order_by(CostEntry.id)
    )
    return tuple(CostView(yen, note, entered_at) for yen, note, entered_at in session.execute(query))


def fare_income(session: Session, service_id: int, *, first: date, last: date) -> Income:
    """Return the cash fares of service days from ``first`` to ``last``, and how many bookings rode (D-11).

    The very lines that the daily and monthly reports are made of: one rule for what was taken.
    """
    rides = select(func.count(Booking.id)).join(ServiceDay, Booking.service_day_id == ServiceDay.id)
    rode = rides.where(
        Booking.transport_service_id == service_id, Booking.state.in_(RODE), ServiceDay.day.between(first, last)
    )
    lines = money_taken.taken_lines(session, service_id, first, last)
    return Income(session.scalar(rode) or 0, sum(line.received_yen for line in lines))

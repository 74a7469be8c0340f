"""The days of a service as its rows say now (D-02 to D-04, T-01)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import ClosedDay, TransportService
from backend.domain.calendar import Calendar, Closure, Period
from backend.holidays import holiday_name

RUNNING = "running"


def of(session: Session, service: TransportService) -> Calendar:
    """Return the days of ``service``; closures of its phone desk only are left out (Q-42)."""
    closed = session.scalars(
        select(ClosedDay).where(ClosedDay.transport_service_id == service.id, ClosedDay.applies_to == RUNNING)
    )
    return Calendar(
        weekdays=frozenset(service.weekdays),
        closed_on_holidays=service.closed_on_holidays,
        periods=tuple(
            Period(row.accepts_from, row.accepts_to, row.runs_from, row.runs_to) for row in service.operating_periods
        ),
        closures=tuple(Closure(row.from_day, row.to_day, row.reason, row.yearly) for row in closed),
        holiday_name=holiday_name,
    )

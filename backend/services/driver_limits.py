"""Breaks and minutes between stops of the days ahead, when a town changes them (decision 0028).

Days on which somebody is booked keep what their promises were made with.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backend.db.models import DriverBreak, Run, ServiceDay, TransportService, Visit
from backend.services import breaks, service_days

AREA = "area"


def lock_days(session: Session, service_id: int, *, today: date) -> list[ServiceDay]:
    """Take the locks of the days from ``today`` on, in their order: before the service's own row, as bookings do."""
    query = select(ServiceDay.day).where(ServiceDay.transport_service_id == service_id, ServiceDay.day >= today)
    days = session.scalars(query.order_by(ServiceDay.day)).all()
    return [service_days.lock(session, service_id, day) for day in days]


def follow(session: Session, service: TransportService, days: Sequence[ServiceDay]) -> None:
    """Let days, under their locks, follow the settings of a service where nobody is booked."""
    for service_day in days:
        runs = session.scalars(select(Run).where(Run.service_day_id == service_day.id, Run.kind == AREA)).all()
        driven = set(session.scalars(select(Visit.run_id).where(Visit.run_id.in_([run.id for run in runs]))))
        # Less time between stops makes room, and breaks no promise.
        service_day.gap_s = min(service_day.gap_s, service.gap_s) if driven else service.gap_s
        for run in runs:
            if run.id not in driven and run.state == "planned":
                session.execute(delete(DriverBreak).where(DriverBreak.run_id == run.id))
                breaks.make(session, service, run.duty, run)
    session.flush()

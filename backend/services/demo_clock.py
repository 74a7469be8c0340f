"""The demo's clock, shared by all processes through one row. Only in demo mode."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from backend.db.models import DemoClock, TransportService
from backend.db.queries.network import get_service
from backend.db.session import transaction
from backend.domain import times
from backend.services import service_days

ROW = 1
FRESH_S = 0.3
STEPS = {"plus_10_minutes": timedelta(minutes=10), "plus_1_hour": timedelta(hours=1)}
MORNING_LEAD_S = times.HOUR_S


def reader(engine: Engine) -> Callable[[], timedelta]:
    """Return what tells how far the clock was moved; it asks the database a few times a second at most."""
    known = timedelta(0)
    asked_at = float("-inf")

    def moved() -> timedelta:
        nonlocal known, asked_at
        if time.monotonic() - asked_at > FRESH_S:
            with transaction(engine) as session:
                known = moved_by(session)
            asked_at = time.monotonic()
        return known

    return moved


def moved_by(session: Session) -> timedelta:
    """Return how far the service's clock was moved: not at all in production."""
    row = session.get(DemoClock, ROW)
    return timedelta(seconds=row.moved_s) if row else timedelta(0)


def move(session: Session, step: timedelta) -> None:
    """Move the service's clock by ``step``."""
    row = session.get(DemoClock, ROW, with_for_update=True)
    if row is None:
        row = DemoClock(id=ROW, moved_s=0)
        session.add(row)
    row.moved_s += round(step.total_seconds())


def reset(session: Session) -> None:
    """Let the service's clock show its own time again."""
    row = session.get(DemoClock, ROW, with_for_update=True)
    if row is not None:
        row.moved_s = 0


def step(session: Session, name: str, *, now: datetime) -> None:
    """Take one of the steps that the demo page offers; raise `KeyError` for any other."""
    if name == "now":
        reset(session)
    elif name == "next_service_morning":
        move(session, until_next_morning(session, now=now))
    else:
        move(session, STEPS[name])


def until_next_morning(session: Session, *, now: datetime) -> timedelta:
    """Return how long it is until an hour before the service starts on the next day it runs."""
    service: TransportService = get_service(session)
    calendar = service_days.calendar(session, service)
    today = times.day_of(now)
    start_s = service.hours_start_s - MORNING_LEAD_S
    is_still_to_come = calendar.why_closed(today) is None and now < times.moment(today, start_s)
    day = today if is_still_to_come else calendar.next_operating_day(today)
    return times.moment(day, start_s) - now if day else timedelta(0)

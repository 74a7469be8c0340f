"""What becomes of a timetable's runs once nobody can book them any more: each is decided once (T-03, T-13, Q-43).

Fixed runs always operate; a reserved one operates if somebody booked it. Decided under the lock of the day, so that a
job that dies half-way, or runs twice, decides nothing twice.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from backend.db.models import Booking, BookingRuleRow, Run, ServiceDay
from backend.domain import states, times
from backend.services import lifecycle, rules, service_days

KINDS = ("fixed", "reserved")
OPERATES = "committed"
DOES_NOT = "not_operated"
SYSTEM = "system"
DAYS_AHEAD = 8


def days_due(session: Session, *, now: datetime) -> list[int]:
    """Return the service days that hold a run to be decided, the first first."""
    query = (
        select(ServiceDay.id, ServiceDay.transport_service_id, ServiceDay.day, func.min(Run.departs_s))
        .join(Run, Run.service_day_id == ServiceDay.id)
        .where(*_undecided(), ServiceDay.day <= times.day_of(now) + timedelta(days=DAYS_AHEAD))
        .group_by(ServiceDay.id)
        .order_by(ServiceDay.day, ServiceDay.id)
    )
    return [
        service_day_id
        for service_day_id, service_id, day, departs_s in session.execute(query)
        if _is_past(last_closing(session, service_id, day, departs_s or 0), now=now)
    ]


def decide_day(session: Session, service_day_id: int, *, now: datetime) -> list[int]:
    """Decide the runs of one day that are due, under its lock; return the ids of those decided now."""
    service_day = service_days.lock_id(session, service_day_id)
    query = (
        select(Run)
        .where(Run.service_day_id == service_day.id, *_undecided())
        .order_by(Run.departs_s, Run.id)
        .execution_options(populate_existing=True)
    )
    service_id, day = service_day.transport_service_id, service_day.day
    due = [
        run
        for run in session.scalars(query)
        if _is_past(last_closing(session, service_id, day, run.departs_s or 0), now=now)
    ]
    booked = booked_runs(session, [run.id for run in due])
    for run in due:
        run.decided_at = now
        run.plan_version += 1  # so that the terminal shows it (T-13)
        state = OPERATES if run.kind == "fixed" or run.id in booked else DOES_NOT
        lifecycle.move_run(session, run, state, actor=SYSTEM, now=now)
    session.flush()
    return [run.id for run in due]


def note_empty(session: Session, run: Run, *, actor: str, now: datetime) -> bool:
    """Let a reserved run that lost its last booking after the cut-off not operate; tell whether it did (Q-43).

    Under the lock of the day. The terminal and the board see the run's new state.
    """
    session.flush()
    if run.kind != "reserved" or run.state != OPERATES or run.id in booked_runs(session, [run.id]):
        return False
    lifecycle.move_run(session, run, DOES_NOT, actor=actor, now=now)
    run.plan_version += 1
    session.flush()
    return True


def booked_runs(session: Session, run_ids: Collection[int]) -> set[int]:
    """Return which of the runs somebody rides, or rode."""
    query = select(Booking.run_id).where(
        Booking.run_id.in_(run_ids), Booking.state.in_((*states.HOLDS_A_SEAT, "completed"))
    )
    return set(session.scalars(query.distinct()))


def last_closing(session: Session, service_id: int, day: date, departs_s: int) -> datetime:
    """Return the last moment at which any channel takes a booking of a run."""
    query = select(BookingRuleRow.channel).where(BookingRuleRow.transport_service_id == service_id)
    channels = {rules.DEFAULT_CHANNEL, *session.scalars(query)}
    return max(rules.rule_for(session, service_id, channel).closing(day, departs_s) for channel in channels)


def _is_past(closing: datetime, *, now: datetime) -> bool:
    """Tell whether a deadline, which still counts itself, is over (Q-25)."""
    return times.whole_second(now) > closing


def _undecided() -> tuple[ColumnElement[bool], ...]:
    return Run.kind.in_(KINDS), Run.state == "planned", Run.decided_at.is_(None)

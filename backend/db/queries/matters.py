"""What else a report has to tell: delays, runs called off, swaps, exceptions, complaints, damage, accidents (T-43)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from backend.db.models import (
    Case,
    DelayReport,
    HeadCount,
    Incident,
    LeftBehind,
    Run,
    ServiceDay,
    Substitution,
    TimetableEntry,
)
from backend.domain import times

MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing that happened. ``amount`` is minutes of a delay, or persons; nobody is named."""

    day: date
    kind: str
    direction: str = ""
    number: int = 0
    amount: int = 0
    reason: str = ""


def list_between(session: Session, service_id: int, *, first: date, last: date) -> list[Matter]:
    """Return what happened on the days of a span, by day."""
    found = [
        *_delays(session, service_id, first, last),
        *_suspended(session, service_id, first, last),
        *_swapped(session, service_id, first, last),
        *_left_behind(session, service_id, first, last),
        *_exceptions(session, service_id, first, last),
        *_reported(session, service_id, first, last),
    ]
    return sorted(found, key=lambda matter: (matter.day, matter.kind, matter.direction, matter.number))


def _of_runs(
    service_id: int, first: date, last: date, *told: ColumnElement[Any] | InstrumentedAttribute[Any]
) -> Select[Any]:
    """Select what happened to runs of a span: day, direction and number of the run (none in an area), and ``told``."""
    return (
        select(ServiceDay.day, TimetableEntry.direction, TimetableEntry.number, *told)
        .select_from(Run)
        .join(ServiceDay, ServiceDay.id == Run.service_day_id)
        .outerjoin(TimetableEntry, TimetableEntry.id == Run.timetable_entry_id)
        .where(ServiceDay.transport_service_id == service_id, ServiceDay.day.between(first, last))
    )


def _delays(session: Session, service_id: int, first: date, last: date) -> list[Matter]:
    """Return the longest delay reported of each run that had one."""
    longest_s = func.max(DelayReport.late_s)
    query = (
        _of_runs(service_id, first, last, longest_s)
        .join(DelayReport, DelayReport.run_id == Run.id)
        .group_by(ServiceDay.day, Run.id, TimetableEntry.direction, TimetableEntry.number)
        .having(longest_s > 0)
    )
    return [
        Matter(day, "delay", direction or "", number or 0, late_s // MINUTE_S)
        for day, direction, number, late_s in session.execute(query)
    ]


def _suspended(session: Session, service_id: int, first: date, last: date) -> list[Matter]:
    query = _of_runs(service_id, first, last, Run.suspended_reason).where(Run.state == "suspended")
    return [
        Matter(day, "suspended", direction or "", number or 0, reason=reason or "")
        for day, direction, number, reason in session.execute(query)
    ]


def _swapped(session: Session, service_id: int, first: date, last: date) -> list[Matter]:
    query = _of_runs(service_id, first, last, Substitution.reason).join(Substitution, Substitution.run_id == Run.id)
    return [
        Matter(day, "substitution", direction or "", number or 0, reason=reason)
        for day, direction, number, reason in session.execute(query)
    ]


def _left_behind(session: Session, service_id: int, first: date, last: date) -> list[Matter]:
    query = _of_runs(service_id, first, last, LeftBehind.persons, LeftBehind.outcome)
    query = query.join(LeftBehind, LeftBehind.run_id == Run.id)
    return [
        Matter(day, f"left_behind_{outcome or 'open'}", direction or "", number or 0, persons)
        for day, direction, number, persons, outcome in session.execute(query)
    ]


def _exceptions(session: Session, service_id: int, first: date, last: date) -> list[Matter]:
    """Return who was carried on a reserved run without booking, with the reason given (T-14)."""
    carried = func.sum(HeadCount.persons)
    query = (
        _of_runs(service_id, first, last, carried, func.max(HeadCount.reason))
        .join(HeadCount, HeadCount.run_id == Run.id)
        .where(Run.kind == "reserved", HeadCount.kind == "board")
        .group_by(ServiceDay.day, Run.id, TimetableEntry.direction, TimetableEntry.number)
        .having(carried > 0)
    )
    return [
        Matter(day, "walk_on", direction or "", number or 0, int(persons), reason or "")
        for day, direction, number, persons, reason in session.execute(query)
    ]


def _reported(session: Session, service_id: int, first: date, last: date) -> list[Matter]:
    """Return incidents and cases: what kind and when, not what was written in them."""
    since, until = times.moment(first, 0), times.moment(last, times.DAY_S)
    incidents = select(Incident.kind, Incident.happened_at).where(
        Incident.transport_service_id == service_id, Incident.happened_at >= since, Incident.happened_at < until
    )
    cases = select(Case.kind, Case.opened_at).where(
        Case.transport_service_id == service_id, Case.opened_at >= since, Case.opened_at < until
    )
    rows = [(kind, at) for query in (incidents, cases) for kind, at in session.execute(query)]
    return [Matter(times.day_of(at), kind, amount=1) for kind, at in rows]

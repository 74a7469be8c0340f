"""Trials of other conditions on days that are over: asked for at the office, worked out by a worker, kept.

What is to be worked out stands in the table; a worker that dies on it is followed by another one, a few times.
"""

from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.db.models import TransportService, WhatIf
from backend.db.session import lock_name
from backend.domain import times
from backend.domain.policies.report_dates import Span
from backend.domain.policies.what_if import AS_IT_WAS, Change, DayFigures
from backend.domain.refusals import Refusal
from backend.services import lifecycle, past_days, what_if
from backend.services.past_days import PastDay

MOST_WAITING = 3
MOST_TRIES = 3
MOST_SHOWN = 10
MOST_DAYS = 31
PATIENCE = timedelta(minutes=2)  # a trial takes less, with one before it
MOST_ASKS = 3_000  # of more wishes than a worker gets through in a minute every second day is taken, or every third, …

Figures = dict[str, list[list[int]]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a trial, day by day: as it was (refused, rides), asked again as it was, and with the change.

    The lists are of the same ``days``.
    """

    days: tuple[date, ...]
    was: tuple[tuple[int, int], ...]
    before: tuple[DayFigures, ...]
    after: tuple[DayFigures, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial. While it ``is_waiting`` there is no outcome yet; done without one, it could not be worked out."""

    span: Span
    change: Change
    is_waiting: bool
    outcome: Outcome | None


def ask(
    session: Session, service_id: int, *, span: Span, change: Change, key: str, actor: str, now: datetime
) -> int | Refusal:
    """Keep what is to be tried on the days of ``span``; return its id, or why it cannot be asked for now.

    A form sent twice asks once.
    """
    lock_name(session, f"what_ifs {service_id}")
    known = session.scalar(select(WhatIf.id).where(WhatIf.key == key))
    if known is not None:
        return known
    refusal = _check(span, change, today=times.day_of(now))
    if refusal:
        return refusal
    waiting = select(func.count()).where(WhatIf.transport_service_id == service_id, WhatIf.done_at.is_(None))
    if session.scalars(waiting).one() >= MOST_WAITING:
        return Refusal("trials_waiting", {"count": MOST_WAITING})
    row = WhatIf(
        key=key,
        transport_service_id=service_id,
        first_day=span.first,
        last_day=span.last,
        change={name: value for name, value in asdict(change).items() if value},
        asked_at=now,
    )
    session.add(row)
    session.flush()
    facts: lifecycle.Facts = {"first": span.first.isoformat(), "last": span.last.isoformat(), **row.change}
    lifecycle.record(session, "what_if", row.id, "what_if.ask", actor=actor, now=now, facts=facts)
    return row.id


def list_trials(session: Session, service_id: int) -> list[Trial]:
    """Return the trials of a service, the newest first."""
    query = select(WhatIf).where(WhatIf.transport_service_id == service_id).order_by(WhatIf.id.desc()).limit(MOST_SHOWN)
    return [_trial(row) for row in session.scalars(query)]


def waiting(session: Session, *, asked_before: datetime) -> list[int]:
    """Return the trials asked for some time ago that are not worked out."""
    query = select(WhatIf.id).where(WhatIf.done_at.is_(None), WhatIf.asked_at < asked_before).order_by(WhatIf.id)
    return list(session.scalars(query))


def begin(session: Session, what_if_id: int, *, now: datetime) -> tuple[list[PastDay], Change] | None:
    """Return the days and the change of a trial; None when it is done, or was begun too often in vain."""
    row = session.get_one(WhatIf, what_if_id, with_for_update=True, populate_existing=True)
    if row.done_at is not None:
        return None
    if row.tries >= MOST_TRIES:
        row.done_at = now
        return None
    row.tries += 1
    service = session.get_one(TransportService, row.transport_service_id)
    return _some(past_days.read(session, service, row.first_day, row.last_day)), Change(**row.change)


def work_out(days: Sequence[PastDay], change: Change) -> Figures:
    """Return what comes of the days, as it is kept: no session, no lock, some seconds."""
    return {
        "days": [[day.day_plan.service_day.day.toordinal()] for day in days],
        "was": [[day.refused, day.rides] for day in days],
        "before": [list(astuple(what_if.replay(day))) for day in days],
        "after": [list(astuple(what_if.replay(day, change))) for day in days],
    }


def finish(session: Session, what_if_id: int, figures: Figures, *, now: datetime) -> None:
    """Keep what came of a trial, once."""
    row = session.get_one(WhatIf, what_if_id, with_for_update=True, populate_existing=True)
    if row.done_at is None:
        row.done_at, row.figures = now, figures


def _check(span: Span, change: Change, *, today: date) -> Refusal | None:
    """Return why there is nothing to try."""
    if change == AS_IT_WAS:
        return Refusal("trial_without_change")
    if not span.first <= span.last < today:
        return Refusal("trial_days_not_over")
    if (span.last - span.first).days >= MOST_DAYS:
        return Refusal("trial_too_long", {"most": MOST_DAYS})
    return None


def _some(days: list[PastDay]) -> list[PastDay]:
    """Return the days, or every second of them, every third, …, so that they hold no more wishes than are tried."""
    asks = sum(len(day.asks) for day in days)
    return days[:: max(1, -(-asks // MOST_ASKS))]


def _trial(row: WhatIf) -> Trial:
    outcome = _outcome(row.figures) if row.figures is not None else None
    return Trial(Span(row.first_day, row.last_day), Change(**row.change), row.done_at is None, outcome)


def _outcome(figures: Figures) -> Outcome:
    return Outcome(
        days=tuple(date.fromordinal(each) for (each,) in figures["days"]),
        was=tuple((refused, rides) for refused, rides in figures["was"]),
        before=tuple(DayFigures(*each) for each in figures["before"]),
        after=tuple(DayFigures(*each) for each in figures["after"]),
    )

"""Trials of other conditions on days that are over: asked for at the office, worked out by a worker, kept.

What is to be worked out stands in the table, and what is worked out, day by day: between two days of a trial a worker
does what else there is to do. One that dies on a day is followed by another one, a few times.
"""

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
from backend.services import lifecycle, past_days, retention, what_if
from backend.services.past_days import PastDay

MOST_WAITING = 3
MOST_TRIES = 3
MOST_SHOWN = 10
MOST_DAYS = 31
PATIENCE = timedelta(minutes=2)  # a day takes less
MOST_WORK = 40_000  # wishes × vehicles of a day: more take longer than a worker may

Figures = dict[str, list[list[int]]]
NOTHING: Figures = {"days": [], "was": [], "before": [], "after": []}


class TooMuchError(Exception):
    """A day has more wishes than a worker can ask again in the time it has."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a trial so far, day by day: as it was (refused, rides), asked again as it was, and with the change.

    The lists are of the same ``days``.
    """

    days: tuple[date, ...]
    was: tuple[tuple[int, int], ...]
    before: tuple[DayFigures, ...]
    after: tuple[DayFigures, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial. While it ``is_waiting`` days may be missing; done without an outcome, it could not be worked out."""

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
    kept_days = retention.terms(session).days["ride"]
    refusal = _check(span, change, today=times.day_of(now), kept_days=kept_days)
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


def begin(session: Session, what_if_id: int, *, now: datetime) -> bool:
    """Note that a worker begins with a day of a trial; False when it is done, or was begun too often in vain."""
    row = _locked(session, what_if_id)
    if row.done_at is not None:
        return False
    if row.tries >= MOST_TRIES:
        row.done_at, row.figures = now, None
        return False
    row.tries += 1
    return True


def next_day(session: Session, what_if_id: int) -> tuple[PastDay, Change] | None:
    """Return the first day of a trial that is not worked out, and what is changed; None after the last one.

    Raise `TooMuchError` for a day that a worker cannot get through.
    """
    row = session.get_one(WhatIf, what_if_id)
    service = session.get_one(TransportService, row.transport_service_id)
    known = _outcome(row.figures).days if row.figures else ()
    day = past_days.first_after(session, service, row.first_day, row.last_day, after=known[-1] if known else None)
    if day is None:
        return None
    change = Change(**row.change)
    if len(day.asks) * (len(day.day_plan.runs) + max(0, change.vehicles)) > MOST_WORK:
        raise TooMuchError(day.day.isoformat())
    return day, change


def work_out(day: PastDay, change: Change) -> Figures:
    """Return what comes of a day, as it is kept: no session, no lock, some seconds."""
    return {
        "days": [[day.day.toordinal()]],
        "was": [[day.refused, day.rides]],
        "before": [list(astuple(what_if.replay(day)))],
        "after": [list(astuple(what_if.replay(day, change)))],
    }


def keep(session: Session, what_if_id: int, figures: Figures) -> None:
    """Keep what came of a day, once."""
    row = _locked(session, what_if_id)
    known = row.figures or NOTHING
    if row.done_at is None and figures["days"][0] not in known["days"]:
        row.figures, row.tries = {name: [*known[name], *figures[name]] for name in NOTHING}, 0


def finish(session: Session, what_if_id: int, *, now: datetime, is_worked_out: bool = True) -> None:
    """Note that a trial is done: all its days are worked out, or one cannot be."""
    row = _locked(session, what_if_id)
    if row.done_at is None:
        row.done_at, row.figures = now, (row.figures or NOTHING) if is_worked_out else None


def _locked(session: Session, what_if_id: int) -> WhatIf:
    return session.get_one(WhatIf, what_if_id, with_for_update=True, populate_existing=True)


def _check(span: Span, change: Change, *, today: date, kept_days: int) -> Refusal | None:
    """Return why there is nothing to try. Rides whose riders are forgotten do not tell any more who asked twice."""
    if change == AS_IT_WAS:
        return Refusal("trial_without_change")
    if not span.first <= span.last < today:
        return Refusal("trial_days_not_over")
    if (span.last - span.first).days >= MOST_DAYS:
        return Refusal("trial_too_long", {"most": MOST_DAYS})
    if span.first < today - timedelta(days=kept_days):
        return Refusal("trial_too_long_ago", {"days": kept_days})
    return None


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

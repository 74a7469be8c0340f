"""Takes away what is past its period of keeping, as agreed with the town (Q-69, S-26).

Small batches, each a transaction of its own: people book meanwhile, and a purge that was stopped goes on where it was.
What was done stays in the audit trail as counts, never as values (C-19).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, Select, func, select
from sqlalchemy.orm import Session

from backend.db.session import lock_name, transaction
from backend.domain.policies import retention as periods
from backend.domain.policies.retention import LOG
from backend.domain.refusals import Refusal
from backend.services import lifecycle, retention
from backend.services.purging import decisions, people, records, rides, trail
from backend.services.purging.rule import Rule

BATCH = 200
LOCK = "noriai.purge"
TRAIL = "trail"
DONE = "purge.done"
RULES: tuple[Rule, ...] = (*rides.RULES, *decisions.RULES, *people.RULES, *records.RULES)
Say = Callable[[str, int], object]


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge took away, or would take away, by the names of the rules."""

    counts: dict[str, int]
    trail_refused: bool = False


def count(session: Session, *, now: datetime, wall: datetime) -> Purged:
    """Return how much is past its period, and touch nothing: the dry run."""
    days = retention.terms(session).days
    counts: dict[str, int] = {}
    for rule in RULES:
        due = _due(rule, days, now=now, wall=wall).subquery()
        counts[rule.name] = session.scalar(select(func.count()).select_from(due)) or 0
    counts[TRAIL] = trail.count(session, periods.before(LOG, days, now=min(now, wall)))
    return Purged(counts)


def purge(
    engine: Engine,
    *,
    actor: str,
    now: datetime,
    wall: datetime,
    with_trail: bool,
    say: Say = lambda _name, _count: None,
) -> Purged | Refusal:
    """Take away everything that is past its period; refused until the town has agreed to the periods (C-17).

    ``with_trail`` also cuts the audit trail, which only the owner of the tables may: without that right the rest is
    done and ``trail_refused`` says so.
    """
    with transaction(engine) as session:
        refusal = retention.check(session)
        days = retention.terms(session).days
    if refusal:
        return refusal
    counts: dict[str, int] = {}
    for rule in RULES:
        counts[rule.name] = _carry_out(engine, rule, days, now=now, wall=wall)
        say(rule.name, counts[rule.name])
    is_refused = False
    if with_trail:
        before = periods.before(LOG, days, now=min(now, wall))
        counts[TRAIL], is_refused = trail.cut(engine, before, actor=actor, now=now)
        say(TRAIL, counts[TRAIL])
    done: lifecycle.Facts = {name: number for name, number in counts.items() if number}
    if done:
        with transaction(engine) as session:
            lifecycle.record(session, "retention_terms", None, DONE, actor=actor, now=now, facts=done)
    return Purged(counts, is_refused)


def _carry_out(engine: Engine, rule: Rule, days: periods.Days, *, now: datetime, wall: datetime) -> int:
    """Carry one rule out, batch by batch, and return for how many."""
    total = 0
    while True:
        with transaction(engine) as session:
            lock_name(session, LOCK)
            ids = session.scalars(_due(rule, days, now=now, wall=wall).limit(BATCH)).all()
            if ids:
                rule.clear(session, ids, now)
        total += len(ids)
        if len(ids) < BATCH:
            return total


def _due(rule: Rule, days: periods.Days, *, now: datetime, wall: datetime) -> Select[int]:
    return rule.due(periods.before(rule.period, days, now=min(now, wall) if rule.is_by_wall else now))

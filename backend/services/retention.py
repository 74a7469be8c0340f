"""The periods of keeping as they were agreed with the town: the agreement is the consent to routine erasure (Q-69)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import RetentionTerms
from backend.domain import times
from backend.domain.policies import retention
from backend.domain.refusals import Refusal
from backend.services import lifecycle


@dataclass(frozen=True, slots=True)
class Terms:
    """For how many days each kind of data is kept, and with whom and when that was agreed."""

    days: Mapping[str, int]
    agreed_on: date | None
    agreed_with: str


def terms(session: Session) -> Terms:
    """Return the terms that hold: the last that were entered, else the usual ones, which nobody agreed to yet."""
    row = session.scalars(select(RetentionTerms).order_by(RetentionTerms.id.desc()).limit(1)).one_or_none()
    if row is None:
        return Terms(retention.DEFAULTS, None, "")
    return Terms({**retention.DEFAULTS, **row.days}, row.agreed_on, row.agreed_with)


def check(session: Session) -> Refusal | None:
    """Return why nothing may be erased by routine: the town has not agreed to the periods yet (C-17), or None."""
    return None if terms(session).agreed_on else Refusal("retention_not_agreed")


def agree(
    session: Session, days: Mapping[str, int], *, agreed_on: date, agreed_with: str, actor: str, now: datetime
) -> Refusal | None:
    """Enter the periods that were agreed with the town; older terms stay as history. A day to come is refused."""
    if agreed_on > times.day_of(now):
        return Refusal("agreed_in_the_future")
    row = RetentionTerms(
        days=dict(days), agreed_on=agreed_on, agreed_with=agreed_with, entered_at=now, entered_by=actor
    )
    session.add(row)
    session.flush()
    facts: lifecycle.Facts = {**days, "agreed_on": agreed_on.isoformat()}
    lifecycle.record(session, "retention_terms", row.id, "retention.agreed", actor=actor, now=now, facts=facts)
    return None

"""Complaints, opinions and questions: numbered, given to somebody, answered in time (T-49)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.db.models import Case, Staff
from backend.db.session import lock_name
from backend.domain import times
from backend.domain.errors import NotFoundError, StaleError
from backend.domain.refusals import Refusal
from backend.services import lifecycle

KINDS = ("complaint", "opinion", "question")
CHANNELS = ("phone", "line", "counter")
REPLY_WITHIN = timedelta(days=7)  # where nothing else is agreed; each case has its own day
FISCAL_MONTH = 4


@dataclass(frozen=True, slots=True)
class Handling:
    """How a case is dealt with: who answers it, until when, the answer, and whether that is all."""

    in_charge_id: int | None
    due_on: date
    reply: str
    is_closed: bool


def open(  # noqa: A001, PLR0913 -- what one does with a case; all of it belongs to one
    session: Session,
    *,
    service_id: int,
    kind: str,
    channel: str,
    text: str,
    rider_id: int | None,
    key: str,
    now: datetime,
    actor: str,
) -> Case:
    """Open a case and return it with its number (T-49): fiscal year and count, as in 2025-0012.

    ``kind`` is complaint, opinion or question; ``channel`` phone, line or counter. The same ``key`` again is the same
    case. It is due a week later, until somebody sets another day.
    """
    if kind not in KINDS or channel not in CHANNELS:
        raise ValueError(f"no such case: {kind} by {channel}")
    lock_name(session, "case numbers")
    before = session.scalars(select(Case).where(Case.key == key)).one_or_none()
    if before is not None:
        return before
    today = times.day_of(now)
    case = Case(
        key=key,
        number=_next_number(session, today),
        transport_service_id=service_id,
        kind=kind,
        channel=channel,
        rider_id=rider_id,
        due_on=today + REPLY_WITHIN,
        opened_at=now,
        opened_by=actor,
    )
    case.text = text
    session.add(case)
    session.flush()
    facts: lifecycle.Facts = {"kind": kind, "channel": channel}
    lifecycle.record(session, "case", case.id, "case.opened", actor=actor, now=now, facts=facts)
    return case


def handle(
    session: Session, public_id: str, *, handling: Handling, version: int, actor: str, now: datetime
) -> Refusal | None:
    """Set who answers a case, until when, the reply, and close or reopen it (T-49).

    Refused: closing without a reply or without anybody in charge. StaleError when somebody changed it since
    ``version`` was shown.
    """
    case = session.scalars(
        select(Case)
        .where(Case.public_id == public_id)
        .with_for_update(of=Case)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if case is None:
        raise NotFoundError(f"case {public_id}")
    if case.version != version:
        raise StaleError(f"case {case.id}: version {version} is old")
    if handling.in_charge_id is not None and session.get(Staff, handling.in_charge_id) is None:
        raise NotFoundError(f"staff {handling.in_charge_id}")
    if handling.is_closed and not (handling.reply and handling.in_charge_id):
        return Refusal("case_not_answered")
    _apply(case, handling, actor=actor, now=now)
    facts: lifecycle.Facts = {"state": case.state, "due_on": case.due_on.isoformat()}
    lifecycle.record(session, "case", case.id, "case.handled", actor=actor, now=now, facts=facts)
    return None


def _apply(case: Case, handling: Handling, *, actor: str, now: datetime) -> None:
    case.in_charge_id, case.due_on, case.reply = handling.in_charge_id, handling.due_on, handling.reply
    if handling.is_closed and case.state == "open":
        case.state, case.closed_at, case.closed_by = "closed", now, actor
    elif not handling.is_closed:
        case.state, case.closed_at, case.closed_by = "open", None, None


def _next_number(session: Session, today: date) -> str:
    """Return the next number of the fiscal year; under the lock of the numbers."""
    year = today.year if today.month >= FISCAL_MONTH else today.year - 1
    last = session.scalars(select(func.max(Case.number)).where(Case.number.startswith(f"{year}-"))).one()
    return f"{year}-{int(last.partition('-')[2]) + 1 if last else 1:04d}"

"""Opening a person's record is an act: for a purpose, and on the record (S-09, S-27; security.md T7, 5.6).

Who opens a record says why first; then each look at it leaves who, whom, why, which fields, when and on which machine.
What was written down about an incident or a case may name anybody: a look at it leaves the same, but for a purpose.
"""

from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import distinct, func, or_, select
from sqlalchemy.orm import Session

from backend.db.models import AuditEntry, Case
from backend.domain import times
from backend.domain.refusals import Refusal
from backend.services import alarms, lifecycle

PHONE_BOOKING, REGISTRATION, CASE = "phone_booking", "registration", "case"
# What may be picked; registration is noted by itself. A case has to be open.
PURPOSES = (PHONE_BOOKING, "counter", "call_back", "inquiry", "own_request", "emergency", CASE)
HOLDS = timedelta(minutes=15)
READ, OPENED = "rider.read", "rider.purpose"
# An alarm comes at the larger of the two: so many people in a day, and so many times the person's own usual day.
FEWEST_FOR_ALARM = 40
TIMES_USUAL = 3
LOOK_BACK = timedelta(days=30)


def open_for(
    session: Session, rider_id: int, purpose: str, *, actor: str, now: datetime, case_number: str = ""
) -> Refusal | None:
    """Let a person's record be opened for a purpose, for a quarter of an hour; or say why not."""
    facts: dict[str, str | int] = {"purpose": purpose}
    if purpose == CASE:
        case = session.scalars(
            select(Case).where(
                Case.number == case_number.strip(),
                Case.state == "open",
                or_(Case.rider_id == rider_id, Case.rider_id.is_(None)),
            )
        ).one_or_none()
        if case is None:
            return Refusal("case_not_open")
        facts["case"] = case.number
    elif purpose not in {*PURPOSES, REGISTRATION}:
        return Refusal("purpose_missing")
    lifecycle.record(session, "rider", rider_id, OPENED, actor=actor, now=now, facts=facts)
    session.flush()
    return None


def purpose_held(session: Session, rider_id: int, *, actor: str, now: datetime) -> str | None:
    """Return the purpose for which somebody may look at a record now, or None: then it has to be asked for."""
    newest = (
        select(AuditEntry)
        .where(
            AuditEntry.object_kind == "rider",
            AuditEntry.object_id == rider_id,
            AuditEntry.action == OPENED,
            AuditEntry.actor == actor,
            AuditEntry.at > now - HOLDS,
            AuditEntry.at <= now,
        )
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )
    entry = session.scalars(newest).one_or_none()
    return str(entry.facts["purpose"]) if entry else None


def note(
    session: Session,
    rider_id: int,
    *,
    fields: tuple[str, ...],
    purpose: str,
    actor: str,
    device_id: int | None,
    now: datetime,
) -> None:
    """Leave the trail of a look at a person's record: whom, why, which fields, on which machine."""
    facts = {"purpose": purpose} | _looked_at(fields, device_id)
    lifecycle.record(session, "rider", rider_id, READ, actor=actor, now=now, facts=facts)


def note_account(
    session: Session,
    kind: str,
    account_id: int,
    *,
    fields: tuple[str, ...],
    actor: str,
    device_id: int | None,
    now: datetime,
) -> None:
    """Leave the trail of a look at what was written down about an incident or a case (``kind``)."""
    facts = _looked_at(fields, device_id)
    lifecycle.record(session, kind, account_id, f"{kind}.read", actor=actor, now=now, facts=facts)


def watch(session: Session, *, now: datetime, wall: datetime) -> list[int]:
    """Raise an alarm for everybody who opened far more records today than usual; return their staff ids."""
    today = times.day_of(now)
    since = times.moment(today, 0)
    people = func.count(distinct(AuditEntry.object_id))
    query = (
        select(AuditEntry.actor, people)
        .where(AuditEntry.action == READ, AuditEntry.at >= since, AuditEntry.at <= now)
        .group_by(AuditEntry.actor)
        .having(people >= FEWEST_FOR_ALARM)
    )
    raised = []
    for actor, count in session.execute(query).all():
        staff_id = actor.partition(":")[2]
        if staff_id.isdecimal() and count >= TIMES_USUAL * _usual(session, actor, before=since):
            facts: dict[str, str | int] = {"staff": int(staff_id), "day": today.isoformat()}
            if alarms.tell(session, "many_look_ups", facts=facts, count=count, now=now, wall=wall):
                raised.append(int(staff_id))
    return raised


def _looked_at(fields: tuple[str, ...], device_id: int | None) -> lifecycle.Facts:
    """Return which fields were seen, and on which registered machine."""
    facts: lifecycle.Facts = {"fields": ",".join(fields)}
    return facts if device_id is None else facts | {"device": device_id}


def _usual(session: Session, actor: str, *, before: datetime) -> float:
    """Return how many records somebody opens on a usual day: the median of the days on which they opened any."""
    day = func.date(func.timezone("Asia/Tokyo", AuditEntry.at))
    query = (
        select(func.count(distinct(AuditEntry.object_id)))
        .where(
            AuditEntry.action == READ,
            AuditEntry.actor == actor,
            AuditEntry.at >= before - LOOK_BACK,
            AuditEntry.at < before,
        )
        .group_by(day)
    )
    counts = list(session.scalars(query))
    return median(counts) if counts else 0

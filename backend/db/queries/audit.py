"""Questions about the audit trail: who did what, who read whom (S-09, S-25, C-21)."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from backend.db.models import AuditEntry, AuditLink, Rider, Staff
from backend.domain import times

SHOWN = 200
ALARMS = "alarm."


@dataclass(frozen=True, slots=True)
class EntryView:
    """An act as the auditor sees it: ids and names of fields. ``position`` is its place in the chain."""

    id: int
    at: datetime
    actor: str
    who: str
    action: str
    object_kind: str
    object_id: int | None
    facts: dict[str, str | int]
    position: int | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the trail is asked for; None and empty leave it open. ``before_id`` goes on with older entries."""

    staff_id: int | None = None
    rider_id: int | None = None
    first: date | None = None
    last: date | None = None
    only: str = ""
    before_id: int | None = None


def list_entries(session: Session, asked: Asked, *, most: int = SHOWN) -> list[EntryView]:
    """Return the newest acts that match, newest first."""
    query = (
        select(AuditEntry, AuditLink.position)
        .outerjoin(AuditLink, AuditLink.entry_id == AuditEntry.id)
        .where(*_matches(asked))
        .order_by(AuditEntry.id.desc())
        .limit(most)
    )
    rows = session.execute(query).all()
    names = staff_logins(session)
    return [
        EntryView(
            id=entry.id,
            at=entry.at,
            actor=entry.actor,
            who=_who(entry.actor, names),
            action=entry.action,
            object_kind=entry.object_kind,
            object_id=entry.object_id,
            facts=entry.facts,
            position=position,
        )
        for entry, position in rows
    ]


def staff_logins(session: Session) -> dict[int, str]:
    """Return the sign-in names by staff id, by name."""
    query = select(Staff.id, Staff.login).order_by(Staff.login)
    return {row.id: row.login for row in session.execute(query)}


def rider_number(session: Session, public_id: str) -> int | None:
    """Return the number under which the trail knows a person, also one who was erased."""
    return session.scalar(select(Rider.id).where(Rider.public_id == public_id))


def list_alarms(session: Session, *, most: int = SHOWN) -> list[EntryView]:
    """Return the newest alarms."""
    return list_entries(session, Asked(only=ALARMS), most=most)


def _matches(asked: Asked) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.staff_id is not None:
        found.append(AuditEntry.actor == f"staff:{asked.staff_id}")
    if asked.rider_id is not None:
        found += [AuditEntry.object_kind.in_(("rider", "riders")), AuditEntry.object_id == asked.rider_id]
    if asked.first is not None:
        found.append(AuditEntry.at >= times.moment(asked.first, 0))
    if asked.last is not None:
        found.append(AuditEntry.at < times.moment(asked.last, times.DAY_S))
    if asked.only:
        found.append(AuditEntry.action.startswith(asked.only, autoescape=True))
    if asked.before_id is not None:
        found.append(AuditEntry.id < asked.before_id)
    return found


def _who(actor: str, names: dict[int, str]) -> str:
    kind, _, number = actor.partition(":")
    return names.get(int(number), actor) if kind == "staff" and number.isdecimal() else actor

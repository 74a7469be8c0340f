"""One switch each for an emergency: LINE, staff web, exports; all sign-ins; all devices (S-17, C-12).

A switch takes effect with the next request. Who shut or opened a door, when and why, stays in the audit trail.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.db.models import EmergencySwitch
from backend.domain.refusals import Refusal
from backend.services import devices, lifecycle, sign_ins

LINE, WEB, EXPORTS = "line", "web", "exports"
DOORS = (LINE, WEB, EXPORTS)


@dataclass(frozen=True, slots=True)
class Shut:
    """A door that is shut, since when, by whom and why."""

    door: str
    reason: str
    shut_at: datetime
    shut_by: str


def is_shut(session: Session, door: str) -> bool:
    """Tell whether a door is shut now."""
    return session.get(EmergencySwitch, door) is not None


def list_shut(session: Session) -> list[Shut]:
    """Return the doors that are shut."""
    rows = session.scalars(select(EmergencySwitch).order_by(EmergencySwitch.shut_at))
    return [Shut(row.door, row.reason, row.shut_at, row.shut_by) for row in rows]


def check_exports(session: Session) -> Refusal | None:
    """Return why nothing may be taken out now, or None. Every export asks it first."""
    return Refusal("exports_shut") if is_shut(session, EXPORTS) else None


def shut(session: Session, door: str, *, reason: str, actor: str, now: datetime) -> bool:
    """Shut a door; return False when it was shut already."""
    row = insert(EmergencySwitch).values(door=door, reason=reason, shut_at=now, shut_by=actor)
    made = session.scalar(row.on_conflict_do_nothing().returning(EmergencySwitch.door))
    if made:
        lifecycle.record(session, "door", None, f"door.{door}.shut", actor=actor, now=now, facts={"reason": reason})
    return made is not None


def reopen(session: Session, door: str, *, reason: str, actor: str, now: datetime) -> bool:
    """Open a door again; return False when it was open."""
    gone = session.scalar(delete(EmergencySwitch).where(EmergencySwitch.door == door).returning(EmergencySwitch.door))
    if gone:
        lifecycle.record(session, "door", None, f"door.{door}.opened", actor=actor, now=now, facts={"reason": reason})
    session.expire_all()
    return gone is not None


def end_sessions(session: Session, *, reason: str, actor: str, now: datetime, wall: datetime) -> int:
    """End every sign-in, also the one that asks for it; return how many there were."""
    ended = sign_ins.end_all(session, actor=actor, wall=wall)
    facts: lifecycle.Facts = {"reason": reason, "ended": ended}
    lifecycle.record(session, "door", None, "sessions.ended", actor=actor, now=now, facts=facts)
    return ended


def revoke_devices(session: Session, *, reason: str, actor: str, now: datetime, wall: datetime) -> int:
    """Revoke every registered machine; each has to be registered anew. Return how many there were."""
    revoked = devices.revoke_all(session, actor=actor, wall=wall)
    facts: lifecycle.Facts = {"reason": reason, "revoked": revoked}
    lifecycle.record(session, "door", None, "devices.revoked", actor=actor, now=now, facts=facts)
    return revoked

"""What protection managers must hear of at once: a notice for each, and an entry of the trail (S-09, S-25)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import AuditEntry, Staff
from backend.domain import times
from backend.domain.roles import AUDITOR, PROTECTION_MANAGER
from backend.services import lifecycle, staff

TOLD = (PROTECTION_MANAGER, AUDITOR)
PREFIX = "alarm."
Facts = dict[str, str | int]


def tell(session: Session, kind: str, *, facts: Facts, count: int, now: datetime, wall: datetime) -> bool:
    """Raise an alarm, once for the same facts on a day; return whether it is a new one."""
    since = times.moment(times.day_of(now), 0)
    raised = select(AuditEntry).where(AuditEntry.action == f"{PREFIX}{kind}", AuditEntry.at >= since)
    if any(all(entry.facts.get(name) == value for name, value in facts.items()) for entry in session.scalars(raised)):
        return False
    told = facts | {"count": count}
    lifecycle.record(session, "alarm", None, f"{PREFIX}{kind}", actor="system", now=now, facts=told)
    for staff_id in session.scalars(select(Staff.id).where(Staff.role.in_(TOLD), Staff.active)):
        staff.tell(session, staff_id, kind, wall=wall, facts=told)
    session.flush()
    return True


def audit_broken(session: Session, position: int, *, now: datetime, wall: datetime) -> bool:
    """Raise the alarm that the trail was touched, once a day for a position."""
    return tell(session, "audit_broken", facts={"position": position}, count=1, now=now, wall=wall)

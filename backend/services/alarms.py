"""What must be heard of at once: a notice for each who is to act, and an entry of the trail (S-09, S-12, S-25)."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import AuditEntry, Staff
from backend.domain import times
from backend.domain.roles import AUDITOR, PROTECTION_MANAGER, SYSTEM_ADMINISTRATOR
from backend.services import lifecycle, staff

TOLD = (PROTECTION_MANAGER, AUDITOR)
RUN_IT = (SYSTEM_ADMINISTRATOR, *TOLD)
PREFIX = "alarm."
Facts = dict[str, str | int]


def tell(
    session: Session,
    kind: str,
    *,
    facts: Facts,
    count: int,
    now: datetime,
    wall: datetime,
    told: Collection[str] = TOLD,
) -> bool:
    """Raise an alarm, once for the same facts on a day; return whether it is a new one."""
    since = times.moment(times.day_of(now), 0)
    raised = select(AuditEntry).where(AuditEntry.action == f"{PREFIX}{kind}", AuditEntry.at >= since)
    if any(all(entry.facts.get(name) == value for name, value in facts.items()) for entry in session.scalars(raised)):
        return False
    said = facts | {"count": count}
    lifecycle.record(session, "alarm", None, f"{PREFIX}{kind}", actor="system", now=now, facts=said)
    for staff_id in session.scalars(select(Staff.id).where(Staff.role.in_(told), Staff.active)):
        staff.tell(session, staff_id, kind, wall=wall, facts=said)
    session.flush()
    return True


def audit_broken(session: Session, position: int, *, now: datetime, wall: datetime) -> bool:
    """Raise the alarm that the trail was touched, once a day for a position."""
    return tell(session, "audit_broken", facts={"position": position}, count=1, now=now, wall=wall)


def backup_missing(session: Session, last: datetime | None, *, now: datetime, wall: datetime) -> bool:
    """Raise the alarm that the daily backup failed or is late, once a day; ``last`` is the last good one (S-12)."""
    facts: Facts = {"last": last.isoformat(timespec="minutes") if last else ""}
    return tell(session, "backup_missing", facts=facts, count=1, now=now, wall=wall, told=RUN_IT)

"""A member's number changes: who asks is looked at, the old channel hears of it, old rides rest for a day (T5)."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import AuditEntry, LineUser, Rider
from backend.services import lifecycle, notifications

CHANGED = "rider.phone_changed"
RIDES_REST = timedelta(hours=24)
# How the desk made sure: at the counter, or by calling the old number back. A caller's own word is none of them.
WAYS = ("counter", "call_back")


def note(session: Session, rider: Rider, *, way: str, actor: str, now: datetime) -> None:
    """Leave the trail of a changed number, and tell every LINE account of the member."""
    lifecycle.record(session, "rider", rider.id, CHANGED, actor=actor, now=now, facts={"way": way})
    session.flush()
    for line_user_id in session.scalars(select(LineUser.id).where(LineUser.rider_id == rider.id)):
        key = f"phone_changed:{rider.id}:{rider.version}:{line_user_id}"
        notifications.owe(session, "phone_changed", dedupe_key=key, now=now, line_user_id=line_user_id)


def rests_rides(session: Session, rider_id: int, *, now: datetime) -> bool:
    """Tell whether a member's past rides are not to be read now: the number changed less than a day ago."""
    changed = select(AuditEntry.id).where(
        AuditEntry.object_kind == "rider",
        AuditEntry.object_id == rider_id,
        AuditEntry.action == CHANGED,
        AuditEntry.at > now - RIDES_REST,
    )
    return session.scalar(changed.limit(1)) is not None

"""What stands in tables and should have been done by now: what the sweeper looks for."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from backend.db.models import LineEvent, Notification
from backend.domain.policies.daytime import is_day

GRACE = timedelta(seconds=3)
STILL_MEMBER = "still_member"  # asked who did not ride for long
REMINDER = "reminder"  # of a ride, on the evening before it
BY_DAY = (STILL_MEMBER, REMINDER)  # what has a day's time, and wakes nobody


def line_users_waiting(session: Session, *, wall: datetime) -> list[int]:
    """Return the LINE users with events that nobody has handled for a while."""
    query = (
        select(LineEvent.line_user_id)
        .where(
            LineEvent.state == "received",
            LineEvent.line_user_id.is_not(None),
            LineEvent.received_at < wall - GRACE,
        )
        .distinct()
    )
    return [user for user in session.scalars(query) if user is not None]


def is_due(*, now: datetime, wall: datetime) -> ColumnElement[bool]:
    """Tell which messages may be sent at ``now`` and are with nobody: leases end by real time (``wall``)."""
    due = (
        Notification.state == "owed",
        Notification.line_user_id.is_not(None),
        or_(Notification.lease_until.is_(None), Notification.lease_until < wall),
    )
    return and_(*due) if is_day(now) else and_(*due, Notification.kind.not_in(BY_DAY))


def messages_waiting(session: Session, *, now: datetime, wall: datetime, limit: int = 200) -> list[int]:
    """Return the owed messages that may be sent and that nobody holds a lease on, the most urgent first."""
    query = (
        select(Notification.id)
        .where(is_due(now=now, wall=wall))
        .order_by(Notification.priority, Notification.id)
        .limit(limit)
    )
    return list(session.scalars(query))

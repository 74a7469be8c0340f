"""What stands in tables and should have been done by now: what the sweeper looks for."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from backend.db.models import LineEvent, Notification

GRACE = timedelta(seconds=3)


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


def messages_waiting(session: Session, *, wall: datetime, limit: int = 200) -> list[int]:
    """Return the owed messages that nobody holds a lease on, the most urgent first."""
    query = (
        select(Notification.id)
        .where(
            Notification.state == "owed",
            Notification.line_user_id.is_not(None),
            or_(Notification.lease_until.is_(None), Notification.lease_until < wall),
        )
        .order_by(Notification.priority, Notification.id)
        .limit(limit)
    )
    return list(session.scalars(query))

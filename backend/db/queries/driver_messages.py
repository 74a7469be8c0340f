"""The thread between desk and driver, as both sides show it (D-37)."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.db.models import DriverMessage
from backend.domain import times


@dataclass(frozen=True, slots=True)
class MessageView:
    """One line. ``read_at`` is when the other side saw it."""

    id: int
    message_id: str
    from_driver: bool
    staff_id: int
    text: str
    sent_at: datetime
    read_at: datetime | None


def view(message: DriverMessage) -> MessageView:
    """Return what screens show of a line."""
    return MessageView(
        id=message.id,
        message_id=message.message_id,
        from_driver=message.from_driver,
        staff_id=message.staff_id,
        text=message.text,
        sent_at=message.sent_at,
        read_at=message.read_at,
    )


def list_thread(session: Session, vehicle_id: int, day: date) -> list[MessageView]:
    """Return the lines of one day, oldest first: what was written yesterday is gone from the terminal (S-18)."""
    query = (
        select(DriverMessage)
        .where(DriverMessage.vehicle_id == vehicle_id, DriverMessage.sent_at >= times.moment(day, 0))
        .where(DriverMessage.sent_at < times.moment(day, times.DAY_S))
        .order_by(DriverMessage.id)
    )
    return [view(message) for message in session.scalars(query)]


def unread_by_desk(session: Session, day: date) -> dict[int, int]:
    """Return how many lines of drivers the desk has not read yet, by vehicle."""
    query = (
        select(DriverMessage.vehicle_id, func.count().label("lines"))
        .where(
            DriverMessage.from_driver,
            DriverMessage.read_at.is_(None),
            DriverMessage.sent_at >= times.moment(day, 0),
        )
        .group_by(DriverMessage.vehicle_id)
    )
    return {row.vehicle_id: row.lines for row in session.execute(query)}

"""Lines between desk and driver (D-37): sent once by their id, marked when read."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.db.models import DriverMessage
from backend.db.session import lock_name
from backend.domain.refusals import Refusal

LONGEST = 500


def send(
    session: Session, *, message_id: str, vehicle_id: int, staff_id: int, from_driver: bool, text: str, now: datetime
) -> DriverMessage | Refusal:
    """Put a line into the thread of a vehicle, or say why not. The same ``message_id`` again is the same line."""
    line = text.strip()
    if not line or len(line) > LONGEST:
        return Refusal("message_length", {"most": LONGEST})
    lock_name(session, f"driver_message:{message_id}")
    known = session.scalars(select(DriverMessage).where(DriverMessage.message_id == message_id)).one_or_none()
    if known is not None:
        return known
    message = DriverMessage(message_id=message_id, vehicle_id=vehicle_id, staff_id=staff_id, from_driver=from_driver)
    message.sent_at = now
    message.text = line
    session.add(message)
    session.flush()
    return message


def mark_read(session: Session, vehicle_id: int, *, by_driver: bool, up_to_id: int, now: datetime) -> int:
    """Mark the lines of the other side as read, up to and with ``up_to_id``; return how many were not before."""
    query = (
        update(DriverMessage)
        .where(
            DriverMessage.vehicle_id == vehicle_id,
            DriverMessage.from_driver.is_not(by_driver),
            DriverMessage.id <= up_to_id,
            DriverMessage.read_at.is_(None),
        )
        .values(read_at=now)
        .returning(DriverMessage.id)
    )
    return len(session.scalars(query).all())

"""What is owed to people, what came in from LINE, and what desk and driver write to each other."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.db.models.base import Base, Code, HasSealed, Id, PublicId, Sealed
from backend.db.models.bookings import Booking
from backend.db.models.fleet import Vehicle
from backend.db.models.people import LineUser, Rider
from backend.db.models.staff import Staff


class LineEvent(HasSealed, Base):
    """A webhook event, stored once by its id before anything is done about it."""

    __tablename__ = "line_events"
    keeps_history = False  # its body is only ever taken away

    id: Mapped[Id]
    webhook_event_id: Mapped[str] = mapped_column(unique=True)
    line_user_id: Mapped[int | None] = mapped_column(ForeignKey(LineUser.id), index=True)
    happened_at: Mapped[datetime]
    received_at: Mapped[datetime]
    body_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[Code] = mapped_column(default="received")
    tries: Mapped[int] = mapped_column(default=0)

    body = Sealed()

    __table_args__ = (
        CheckConstraint("state IN ('received', 'handled', 'ignored', 'failed')", name="state"),
        Index("ix_line_events_waiting", "received_at", postgresql_where=text("state = 'received'")),
    )


class Notification(HasSealed, Base):
    """The outbox: one message owed to one person for one occasion.

    Who sends claims it by a lease; ``retry_key`` is made with the row, so that LINE takes it once however often it is
    sent. An ``answer`` replies to an event: it is tried on the reply token first and holds its rendered messages.
    """

    __tablename__ = "notifications"
    keeps_history = False  # its content is only ever taken away

    id: Mapped[Id]
    kind: Mapped[Code]
    dedupe_key: Mapped[str] = mapped_column(unique=True)
    rider_id: Mapped[int | None] = mapped_column(ForeignKey(Rider.id))
    line_user_id: Mapped[int | None] = mapped_column(ForeignKey(LineUser.id))
    booking_id: Mapped[int | None] = mapped_column(ForeignKey(Booking.id), index=True)
    line_event_id: Mapped[int | None] = mapped_column(ForeignKey(LineEvent.id))
    minutes: Mapped[int | None]
    content_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    retry_key: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid4)
    state: Mapped[Code] = mapped_column(default="owed")
    tries: Mapped[int] = mapped_column(default=0)
    priority: Mapped[int] = mapped_column(default=5)
    owed_at: Mapped[datetime]
    not_before: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    last_error: Mapped[str | None]

    content = Sealed()

    __table_args__ = (
        CheckConstraint("state IN ('owed', 'sent', 'call', 'dropped')", name="state"),
        Index("ix_notifications_owed", "not_before", postgresql_where=text("state = 'owed'")),
    )


class CallTask(Base):
    """A person to be phoned by the desk, until ticked (D-47)."""

    __tablename__ = "call_tasks"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    notification_id: Mapped[int] = mapped_column(ForeignKey(Notification.id), unique=True)
    booking_id: Mapped[int | None] = mapped_column(ForeignKey(Booking.id))
    rider_id: Mapped[int | None] = mapped_column(ForeignKey(Rider.id))
    kind: Mapped[Code]
    why: Mapped[Code]
    minutes: Mapped[int | None]
    made_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    last_tried_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None]

    booking: Mapped[Booking | None] = relationship()
    rider: Mapped[Rider | None] = relationship()
    notification: Mapped[Notification] = relationship()


class DriverMessage(HasSealed, Base):
    """One line of the thread between desk and a vehicle (D-37)."""

    __tablename__ = "driver_messages"

    id: Mapped[Id]
    message_id: Mapped[str] = mapped_column(unique=True)
    vehicle_id: Mapped[int] = mapped_column(ForeignKey(Vehicle.id), index=True)
    from_driver: Mapped[bool]
    staff_id: Mapped[int] = mapped_column(ForeignKey(Staff.id))
    text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    sent_at: Mapped[datetime]
    read_at: Mapped[datetime | None]

    text = Sealed()

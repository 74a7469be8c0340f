"""Rides lose their riders some time after they were driven; so do the wishes, messages and talks about them (Q-69)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, delete, func, or_, select, update
from sqlalchemy.orm import Session

from backend.db.models import (
    Booking,
    CallTask,
    DriverMessage,
    FormLink,
    LineEvent,
    LineUser,
    LinkCode,
    Notification,
    RefusedWish,
    Rider,
    Sale,
    ServiceDay,
)
from backend.domain import times
from backend.domain.policies.retention import RIDE
from backend.services.purging.rule import Rule, day_in_japan

LINE_ACTOR = "line:"  # acts of LINE accounts carry the number of the account


def _rides(before: datetime) -> Select[int]:
    return (
        select(Booking.id)
        .join(ServiceDay, ServiceDay.id == Booking.service_day_id)
        .where(ServiceDay.day < times.day_of(before), Booking.rider_id.is_not(None))
    )


def _clear_rides(session: Session, ids: Sequence[int], _now: datetime) -> None:
    """Part rides from their riders; of the rider only the day of the last use stays."""
    last = (
        select(Booking.rider_id, func.max(ServiceDay.day).label("day"))
        .join(ServiceDay, ServiceDay.id == Booking.service_day_id)
        .where(Booking.id.in_(ids))
        .group_by(Booking.rider_id)
        .subquery()
    )
    used_on = func.greatest(Rider.used_on, last.c.day)
    session.execute(update(Rider).where(Rider.id == last.c.rider_id).values(used_on=used_on), execution_options=QUIET)
    for column in (Booking.booked_by, Booking.cancelled_by):
        by_line = Booking.id.in_(ids), column.startswith(LINE_ACTOR)
        session.execute(update(Booking).where(*by_line).values({column: "line"}), execution_options=QUIET)
    session.execute(update(Booking).where(Booking.id.in_(ids)).values(rider_id=None), execution_options=QUIET)


def _wishes(before: datetime) -> Select[int]:
    return select(RefusedWish.id).where(RefusedWish.at < before, RefusedWish.rider_id.is_not(None))


def _clear_wishes(session: Session, ids: Sequence[int], _now: datetime) -> None:
    session.execute(update(RefusedWish).where(RefusedWish.id.in_(ids)).values(rider_id=None), execution_options=QUIET)


def _messages(before: datetime) -> Select[int]:
    addressed = or_(Notification.rider_id.is_not(None), Notification.line_user_id.is_not(None))
    return select(Notification.id).where(func.coalesce(Notification.done_at, Notification.owed_at) < before, addressed)


def _clear_messages(session: Session, ids: Sequence[int], now: datetime) -> None:
    for row in session.scalars(select(Notification).where(Notification.id.in_(ids))):
        row.content, row.rider_id, row.line_user_id = "", None, None
        if row.state == "owed":
            row.state, row.done_at = "dropped", now
    tasks = update(CallTask).where(CallTask.notification_id.in_(ids))
    session.execute(tasks.values(rider_id=None), execution_options=QUIET)
    still_open = tasks.where(CallTask.done_at.is_(None)).values(done_at=now, done_by="retention")
    session.execute(still_open, execution_options=QUIET)


def _talks(before: datetime) -> Select[int]:
    held = or_(LineEvent.line_user_id.is_not(None), LineEvent.body_sealed.is_not(None))
    return select(LineEvent.id).where(LineEvent.received_at < before, LineEvent.state != "received", held)


def _clear_talks(session: Session, ids: Sequence[int], _now: datetime) -> None:
    """Forget what was said in the chat; of the member only the day of the last use stays."""
    last = (
        select(LineUser.rider_id, func.max(day_in_japan(LineEvent.received_at)).label("day"))
        .join(LineUser, LineUser.id == LineEvent.line_user_id)
        .where(LineEvent.id.in_(ids), LineUser.rider_id.is_not(None))
        .group_by(LineUser.rider_id)
        .subquery()
    )
    used_on = func.greatest(Rider.used_on, last.c.day)
    session.execute(update(Rider).where(Rider.id == last.c.rider_id).values(used_on=used_on), execution_options=QUIET)
    for row in session.scalars(select(LineEvent).where(LineEvent.id.in_(ids))):
        row.body, row.line_user_id = "", None


def _desk_talks(before: datetime) -> Select[int]:
    return select(DriverMessage.id).where(DriverMessage.sent_at < before)


def _clear_desk_talks(session: Session, ids: Sequence[int], _now: datetime) -> None:
    session.execute(delete(DriverMessage).where(DriverMessage.id.in_(ids)))


def _links(before: datetime) -> Select[int]:
    return select(FormLink.id).where(FormLink.expires_at < before)


def _clear_links(session: Session, ids: Sequence[int], _now: datetime) -> None:
    session.execute(delete(FormLink).where(FormLink.id.in_(ids)))


def _codes(before: datetime) -> Select[int]:
    return select(LinkCode.id).where(LinkCode.expires_at < before)


def _clear_codes(session: Session, ids: Sequence[int], _now: datetime) -> None:
    session.execute(delete(LinkCode).where(LinkCode.id.in_(ids)))


def _buyers(before: datetime) -> Select[int]:
    is_over = func.coalesce(Sale.valid_to, Sale.sold_on) < times.day_of(before)
    return select(Sale.id).where(is_over, Sale.rider_id.is_not(None))


def _clear_buyers(session: Session, ids: Sequence[int], _now: datetime) -> None:
    session.execute(update(Sale).where(Sale.id.in_(ids)).values(rider_id=None), execution_options=QUIET)


QUIET = {"synchronize_session": False}
RULES = (
    Rule("rides", RIDE, _rides, _clear_rides),
    Rule("wishes", RIDE, _wishes, _clear_wishes),
    Rule("messages", RIDE, _messages, _clear_messages, is_by_wall=True),
    Rule("talks", RIDE, _talks, _clear_talks, is_by_wall=True),
    Rule("desk_talks", RIDE, _desk_talks, _clear_desk_talks),
    Rule("links", RIDE, _links, _clear_links, is_by_wall=True),
    Rule("link_codes", RIDE, _codes, _clear_codes, is_by_wall=True),
    Rule("buyers", RIDE, _buyers, _clear_buyers),
)

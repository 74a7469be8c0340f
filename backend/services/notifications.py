"""The outbox: what is owed to whom, who is sending it now, and what becomes a phone call (design.md 1.8).

A row is claimed by a lease before it is sent and marked afterwards; whoever dies in between loses the lease, and the
next one sends it with the same retry key, which LINE delivers once.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.db.models import Booking, CallTask, LineUser, Notification, ServiceDay, TransportService, Visit
from backend.db.queries.call_tasks import SUPERSEDED
from backend.db.queries.line import LET_GO
from backend.db.queries.waiting import REMINDER, STILL_MEMBER, is_due
from backend.domain import states
from backend.services import lifecycle

LEASE = timedelta(seconds=30)
ANSWER_LEASE = timedelta(seconds=10)
LONGEST_WAIT = timedelta(minutes=10)
MOST_TRIES = 30
CALL_KINDS = frozenset({"delay", "delay_over", "run_suspended", "vehicle_changed", "timetable_changed", STILL_MEMBER})
DELAYS_FIRST = 1
ANSWERS_FIRST = 2
REMINDERS_LAST = 9
LEAST = frozenset({REMINDER})  # nobody is phoned for it, and who answers people is not rung for it


def owe(  # noqa: PLR0913 -- what a message is about is all of this
    session: Session,
    kind: str,
    *,
    dedupe_key: str,
    now: datetime,
    rider_id: int | None = None,
    line_user_id: int | None = None,
    booking_id: int | None = None,
    minutes: int | None = None,
    priority: int = 5,
) -> int | None:
    """Owe one person one message for one occasion; the same ``dedupe_key`` again owes nothing more.

    It goes to the rider's LINE account, or becomes a phone call for who has none and must hear of it (D-47).
    Returns the id of the row, or None when there is nothing to send.
    """
    recipient = line_user_id if line_user_id is not None else _line_user_of(session, rider_id)
    if recipient is None and kind not in CALL_KINDS:
        return None
    row = {
        "kind": kind,
        "dedupe_key": dedupe_key,
        "rider_id": rider_id,
        "line_user_id": recipient,
        "booking_id": booking_id,
        "minutes": minutes,
        "priority": priority,
        "owed_at": now,
        "not_before": now,
    }
    once = insert(Notification).values(**row).on_conflict_do_nothing(index_elements=["dedupe_key"])
    notification_id: int | None = session.scalar(once.returning(Notification.id))
    if notification_id is None:
        return None
    if recipient is None:
        to_call_list(session, notification_id, why="no_line", now=now)
    elif kind not in LEAST:
        session.info.setdefault("owed", []).append(notification_id)
    return notification_id


def owe_about(session: Session, booking: Booking, kind: str, *, actor: str, now: datetime) -> None:
    """Owe the rider of a booking word of it, unless the rider did it in the chat and is answered there."""
    if booking.rider_id is not None and not actor.startswith("line:"):
        key = f"{kind}:{booking.id}:{booking.version}"
        owe(session, kind, dedupe_key=key, rider_id=booking.rider_id, booking_id=booking.id, now=now)


def owe_shifts(session: Session, service_day: ServiceDay, *, but: Booking | None, now: datetime) -> list[int]:
    """Owe a message to every rider of the day whose planned pick-up moved far enough since last told (Q-13).

    Within the promise, so nobody has to be called. Returns the ids of the bookings.
    """
    service = session.get_one(TransportService, service_day.transport_service_id)
    query = (
        select(Booking, Visit.planned_s)
        .join(Visit, Visit.booking_id == Booking.id)
        .where(
            Booking.service_day_id == service_day.id,
            Booking.state == "confirmed",
            Visit.kind == "pickup",
            Visit.state.in_(states.STILL_TO_DRIVE),
            func.abs(Visit.planned_s - Booking.told_pickup_s) >= service.resend_shift_s,
        )
    )
    moved = []
    for booking, planned_s in session.execute(query.execution_options(populate_existing=True)):
        if booking is but:
            continue
        booking.told_pickup_s = planned_s
        key = f"time_changed:{booking.id}:{planned_s}:{booking.version}"
        owe(session, "time_changed", dedupe_key=key, rider_id=booking.rider_id, booking_id=booking.id, now=now)
        moved.append(booking.id)
    return moved


def answer(session: Session, *, line_event_id: int, line_user_id: int, content: str, wall: datetime) -> int:
    """Owe the answer to a LINE event, already leased to the caller, who replies after the commit.

    Should the caller die, the lease ends soon and the answer is sent all the same.
    """
    row = Notification(
        kind="answer",
        dedupe_key=f"answer:{line_event_id}",
        line_user_id=line_user_id,
        line_event_id=line_event_id,
        priority=ANSWERS_FIRST,
        owed_at=wall,
        not_before=wall,
        lease_until=wall + ANSWER_LEASE,
        tries=1,
    )
    row.content = content
    session.add(row)
    session.flush()
    return row.id


def tell(session: Session, *, dedupe_key: str, line_user_id: int, content: str, now: datetime) -> None:
    """Owe a LINE account messages that stand as they are, once for one ``dedupe_key``."""
    owed = owe(session, "told", dedupe_key=dedupe_key, now=now, line_user_id=line_user_id, priority=ANSWERS_FIRST)
    if owed is not None:
        session.get_one(Notification, owed).content = content
        session.flush()


def claim(session: Session, *, now: datetime, wall: datetime, limit: int = 20) -> list[int]:
    """Lease up to ``limit`` messages that are due to the caller, the most urgent first, and return their ids.

    Many may claim at once: each message goes to one of them. What can wait for the day does (`waiting.BY_DAY`).
    """
    due = (
        select(Notification.id)
        .where(is_due(now=now, wall=wall))
        .order_by(Notification.priority, Notification.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return _lease(session, Notification.id.in_(due.scalar_subquery()), wall)


def claim_one(session: Session, notification_id: int, *, now: datetime, wall: datetime) -> bool:
    """Lease one message to the caller; False when it is not due or somebody else has it."""
    due = select(Notification.id).where(Notification.id == notification_id, is_due(now=now, wall=wall))
    return bool(_lease(session, Notification.id.in_(due.with_for_update(skip_locked=True).scalar_subquery()), wall))


def _lease(session: Session, which: ColumnElement[bool], wall: datetime) -> list[int]:
    claimed = (
        update(Notification)
        .where(which)
        .values(lease_until=wall + LEASE, tries=Notification.tries + 1)
        .returning(Notification.id)
        .execution_options(synchronize_session=False)
    )
    return sorted(session.scalars(claimed))


def mark_sent(session: Session, notification_id: int, *, wall: datetime) -> None:
    """Note that LINE has taken a message."""
    row = session.get_one(Notification, notification_id)
    row.state, row.done_at, row.lease_until = "sent", wall, None
    row.content = ""


def mark_failed(session: Session, notification_id: int, *, error: str, wall: datetime) -> None:
    """Note a try that failed for now: it is tried again, later each time; at the end it becomes a phone call."""
    row = session.get_one(Notification, notification_id)
    row.last_error = error
    wait = min(timedelta(seconds=2**row.tries), LONGEST_WAIT)
    row.lease_until = wall + wait
    if row.tries >= MOST_TRIES:
        to_call_list(session, notification_id, why="line_failed", now=wall)


def let_go(session: Session, notification_id: int) -> None:
    """Give the lease of an answer back that cannot be a reply any more, so that it is pushed at once."""
    row = session.get_one(Notification, notification_id)
    row.lease_until, row.last_error = None, LET_GO


def to_call_list(session: Session, notification_id: int, *, why: str, now: datetime) -> None:
    """Give a message up for LINE: who must hear of it is phoned by the desk, the rest is dropped and said so."""
    row = session.get_one(Notification, notification_id)
    row.lease_until = None
    row.last_error = why
    if row.kind in LEAST or (row.rider_id is None and row.booking_id is None):
        row.state, row.done_at = "dropped", now
        return
    row.state = "call"
    _supersede(session, row, now=now)
    session.execute(
        insert(CallTask)
        .values(
            public_id=f"call-{row.id}",
            notification_id=row.id,
            booking_id=row.booking_id,
            rider_id=row.rider_id,
            kind=row.kind,
            why=why,
            minutes=row.minutes,
            made_at=now,
            tries=0,
        )
        .on_conflict_do_nothing()
    )
    lifecycle.record(session, "notification", row.id, "notification.to_call", actor="system", now=now)


def _supersede(session: Session, row: Notification, *, now: datetime) -> None:
    """Take older news about the same ride off the call list: nobody is to be read a delay that is over."""
    older = (
        CallTask.booking_id == row.booking_id,
        CallTask.done_at.is_(None),
        CallTask.notification_id != row.id,
        CallTask.rider_id == row.rider_id,
    )
    session.execute(update(CallTask).where(*older).values(done_at=now, done_by=SUPERSEDED))


def _line_user_of(session: Session, rider_id: int | None) -> int | None:
    """Return the LINE account that reaches a rider now, or None."""
    if rider_id is None:
        return None
    query = select(LineUser.id).where(LineUser.rider_id == rider_id, LineUser.followed).order_by(LineUser.id).limit(1)
    return session.scalar(query)

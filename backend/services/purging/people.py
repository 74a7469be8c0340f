"""Members go when they have not ridden for long, and were asked first; guests and silent accounts go unasked (Q-69)."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from backend.db.models import (
    Booking,
    CallTask,
    Draft,
    FormLink,
    LineEvent,
    LineUser,
    Notification,
    Rider,
    RunFollow,
    ServiceDay,
)
from backend.db.queries.waiting import STILL_MEMBER
from backend.domain import times
from backend.domain.policies.retention import ANSWER, MEMBER, RIDE
from backend.services import erasure, lifecycle, notifications, retention
from backend.services.guests import GUEST, SYSTEM
from backend.services.purging.rule import Rule, day_in_japan

ACTIVE = "active"


def last_use() -> ColumnElement[object]:
    """Return the last day on which a rider registered, rode or wrote, as far as any row still tells."""
    rode = (
        select(func.max(ServiceDay.day))
        .join(Booking, Booking.service_day_id == ServiceDay.id)
        .where(Booking.rider_id == Rider.id)
        .scalar_subquery()
    )
    wrote = (
        select(func.max(day_in_japan(LineEvent.received_at)))
        .join(LineUser, LineUser.id == LineEvent.line_user_id)
        .where(LineUser.rider_id == Rider.id)
        .scalar_subquery()
    )
    return func.greatest(day_in_japan(Rider.registered_at), Rider.used_on, rode, wrote)


def _kept() -> ColumnElement[bool]:
    """Tell who is kept until asked: members, and guests who wanted to be remembered."""
    return or_(Rider.state == ACTIVE, (Rider.state == GUEST) & Rider.is_remembered)


def _silent(before: datetime) -> Select[int]:
    is_silent = last_use() < times.day_of(before)
    return select(Rider.id).where(_kept(), is_silent, or_(Rider.asked_on.is_(None), Rider.asked_on <= last_use()))


def _ask(session: Session, ids: Sequence[int], now: datetime) -> None:
    """Ask whether to stay registered, by LINE or else by phone; who says nothing goes some weeks later.

    A question that is owed at night is sent in the morning (`waiting.BY_DAY`).
    """
    today = times.day_of(now)
    until = today + timedelta(days=retention.terms(session).days[ANSWER])
    for rider in session.scalars(select(Rider).where(Rider.id.in_(ids))):
        rider.asked_on = today
        key = f"{STILL_MEMBER}:{rider.id}:{today.isoformat()}"
        owed = notifications.owe(session, STILL_MEMBER, dedupe_key=key, rider_id=rider.id, now=now)
        if owed is not None:
            session.get_one(Notification, owed).content = json.dumps({"until": until.isoformat()})
        lifecycle.record(session, "rider", rider.id, "rider.asked_to_stay", actor=SYSTEM, now=now)


def _unanswered(before: datetime) -> Select[int]:
    waits = exists().where(CallTask.rider_id == Rider.id, CallTask.kind == STILL_MEMBER, CallTask.done_at.is_(None))
    on_the_way = exists().where(
        Notification.rider_id == Rider.id, Notification.kind == STILL_MEMBER, Notification.state == "owed"
    )
    asked = Rider.asked_on > last_use(), Rider.asked_on < times.day_of(before)
    return select(Rider.id).where(_kept(), *asked, ~waits, ~on_the_way)


def _erase(session: Session, ids: Sequence[int], now: datetime) -> None:
    """Erase persons, but not who booked or answered since they were found: a booking being made is waited for."""
    found = select(Rider).where(Rider.id.in_(ids)).order_by(Rider.id)
    riders = session.scalars(found.with_for_update(key_share=True)).all()
    back = set(session.scalars(select(Rider.id).where(Rider.id.in_(ids), last_use() >= times.day_of(now))))
    for rider in riders:
        if rider.id in back:
            continue
        erasure.erase(session, rider, now=now)
        lifecycle.record(session, "rider", rider.id, "rider.purged", actor=SYSTEM, now=now)


def _guests(before: datetime) -> Select[int]:
    is_over = last_use() < times.day_of(before)
    return select(Rider.id).where(Rider.state == GUEST, Rider.is_remembered.is_(False), is_over)


def _accounts(before: datetime) -> Select[int]:
    """Ask for the LINE accounts that belong to nobody and said nothing since."""
    said = exists().where(LineEvent.line_user_id == LineUser.id, LineEvent.received_at >= before)
    return select(LineUser.id).where(LineUser.rider_id.is_(None), LineUser.first_seen_at < before, ~said)


def _forget_accounts(session: Session, ids: Sequence[int], now: datetime) -> None:
    for event in session.scalars(select(LineEvent).where(LineEvent.line_user_id.in_(ids))):
        event.body, event.line_user_id = "", None
    for row in session.scalars(select(Notification).where(Notification.line_user_id.in_(ids))):
        row.content, row.line_user_id = "", None
        if row.state == "owed":
            row.state, row.done_at = "dropped", now
    session.flush()
    for table in (Draft, RunFollow, FormLink):
        session.execute(delete(table).where(table.line_user_id.in_(ids)))
    session.execute(delete(LineUser).where(LineUser.id.in_(ids)))


RULES = (
    Rule("guests", RIDE, _guests, _erase),
    Rule("members_to_ask", MEMBER, _silent, _ask),
    Rule("members", ANSWER, _unanswered, _erase),
    Rule("line_accounts", MEMBER, _accounts, _forget_accounts, is_by_wall=True),
)

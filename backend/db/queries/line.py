"""Questions about LINE accounts, their events and drafts."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from backend.db.models import Draft, LineEvent, LineUser, Notification
from backend.domain.errors import NotFoundError

JsonObject = dict[str, object]
LET_GO = "let_go"


@dataclass(frozen=True, slots=True)
class LineUserView:
    """A LINE account that wrote to us. ``user_id`` is what the platform calls it."""

    id: int
    user_id: str
    rider_id: int | None
    followed: bool
    language: str
    misses: int
    wants_reminders: bool


@dataclass(frozen=True, slots=True)
class LineEventView:
    """An event as it came in; ``body`` is empty once it was withdrawn."""

    id: int
    line_user_id: int
    happened_at: datetime
    received_at: datetime
    tries: int
    body: JsonObject


@dataclass(frozen=True, slots=True)
class OwedView:
    """A message that is owed: what it is about, to whom, and the key under which it is delivered once.

    ``was_let_go``: an answer whose worker found its reply token to be no use.
    """

    id: int
    kind: str
    line_user_id: int | None
    booking_id: int | None
    line_event_id: int | None
    minutes: int | None
    content: str
    retry_key: uuid.UUID
    was_let_go: bool


def get_user(session: Session, line_user_id: int) -> LineUserView:
    """Return one LINE account; raise `NotFoundError`."""
    row = session.get(LineUser, line_user_id)
    if row is None:
        raise NotFoundError(f"line user {line_user_id}")
    return LineUserView(row.id, row.user_id, row.rider_id, row.followed, row.language, row.misses, row.wants_reminders)


def get_event(session: Session, event_id: int) -> LineEventView:
    """Return one event; raise `NotFoundError`."""
    row = session.get(LineEvent, event_id)
    if row is None or row.line_user_id is None:
        raise NotFoundError(f"line event {event_id}")
    body = json.loads(row.body) if row.body else {}
    return LineEventView(row.id, row.line_user_id, row.happened_at, row.received_at, row.tries, body)


def find_waiting(session: Session, line_user_id: int) -> int | None:
    """Return the oldest event of an account that nothing was done about yet."""
    query = (
        select(LineEvent.id)
        .where(LineEvent.line_user_id == line_user_id, LineEvent.state == "received")
        .order_by(LineEvent.happened_at, LineEvent.id)
        .limit(1)
    )
    return session.scalar(query)


def draft_text(session: Session, line_user_id: int, *, not_before: datetime) -> str:
    """Return the draft of an account as it was saved; empty when there is none, or it is older than ``not_before``."""
    row = session.get(Draft, line_user_id)
    return row.fields if row is not None and row.updated_at >= not_before else ""


def get_owed(session: Session, notification_id: int) -> OwedView:
    """Return one message of the outbox; raise `NotFoundError`."""
    row = session.get(Notification, notification_id)
    if row is None:
        raise NotFoundError(f"notification {notification_id}")
    return OwedView(
        row.id,
        row.kind,
        row.line_user_id,
        row.booking_id,
        row.line_event_id,
        row.minutes,
        row.content,
        row.retry_key,
        row.last_error == LET_GO,
    )


@contextmanager
def turn(engine: Engine, line_user_id: int) -> Iterator[bool]:
    """Take the turn of an account; False when somebody else has it.

    The lock belongs to a connection, not to a transaction: who has it commits between the events. A process that dies
    loses it with its connection.
    """
    name = {"name": f"line-turn:{line_user_id}"}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        is_mine = bool(connection.scalar(text("SELECT pg_try_advisory_lock(hashtextextended(:name, 0))"), name))
        try:
            yield is_mine
        finally:
            if is_mine:
                connection.execute(text("SELECT pg_advisory_unlock(hashtextextended(:name, 0))"), name)

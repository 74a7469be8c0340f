"""What came in from LINE: stored once by its id before anything is done about it (security.md T1, T2)."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.db import sealing
from backend.db.erasures import LINE_EVENT, Erased
from backend.db.models import LineEvent, LineUser
from backend.db.models.base import random_id
from backend.db.session import note_erased

OLDEST_HANDLED = timedelta(hours=24)
MOST_TRIES = 3
MOST_SEARCHED = 200


@dataclass(frozen=True, slots=True)
class Incoming:
    """An event as the webhook read it. ``is_handled`` is off for what is kept only: standby, unknown kinds."""

    webhook_event_id: str
    user_id: str
    happened_at: datetime
    body: str
    is_handled: bool


def store(session: Session, event: Incoming, *, wall: datetime, now: datetime | None = None) -> int | None:
    """Keep an event, and its sender's account, once; return the account when there is something to do for it.

    A second copy changes nothing, but its account is returned again: the bell may have been lost with the first. An
    event is too old to be answered a day later; by the service's clock ``now`` where a demo's lags behind the real one.
    """
    line_user_id = _account(session, event.user_id, wall=wall) if event.user_id else None
    is_late = event.happened_at < min(wall, now or wall) - OLDEST_HANDLED
    is_waiting = event.is_handled and line_user_id is not None and not is_late
    row = LineEvent(webhook_event_id=event.webhook_event_id)
    row.body = event.body
    session.execute(
        insert(LineEvent)
        .values(
            webhook_event_id=event.webhook_event_id,
            line_user_id=line_user_id,
            happened_at=event.happened_at,
            received_at=wall,
            seal_id=row.seal_id,
            seal_generations=row.seal_generations,
            body_sealed=row.body_sealed,
            state="received" if is_waiting else "ignored",
            tries=0,
        )
        .on_conflict_do_nothing(index_elements=["webhook_event_id"])
    )
    return line_user_id if is_waiting else None


def begin(session: Session, event_id: int) -> int:
    """Count one more try to handle an event, in a transaction of its own; return how many there are now."""
    row = session.get_one(LineEvent, event_id)
    row.tries += 1
    return row.tries


def finish(session: Session, event_id: int, *, state: str = "handled") -> None:
    """Note what became of an event."""
    session.get_one(LineEvent, event_id).state = state


def forget_message(session: Session, line_user_id: int, message_id: str) -> int:
    """Delete our copy of a message that its sender withdrew; return how many copies there were."""
    query = (
        select(LineEvent)
        .where(LineEvent.line_user_id == line_user_id, LineEvent.body_sealed.is_not(None))
        .order_by(LineEvent.id.desc())
        .limit(MOST_SEARCHED)
    )
    copies = [row for row in session.scalars(query) if _message_id(row.body) == message_id]
    for row in copies:
        row.body = ""
        note_erased(session, Erased(LINE_EVENT, row.webhook_event_id))
    return len(copies)


def note_misses(session: Session, line_user_id: int, misses: int) -> None:
    """Remember how many times running somebody was not understood."""
    session.get_one(LineUser, line_user_id).misses = misses


def set_language(session: Session, line_user_id: int, language: str) -> None:
    """Speak another language to an account from now on."""
    account = session.get_one(LineUser, line_user_id)
    account.language = language
    if account.rider is not None:
        account.rider.language = language


def _account(session: Session, user_id: str, *, wall: datetime) -> int:
    """Return the account of a platform id, made on first sight."""
    index, *older = sealing.keyring().indexes(user_id, kind="line")
    query = select(LineUser.id).where(LineUser.user_id_index.in_([index, *older])).order_by(LineUser.id).limit(1)
    known = session.scalar(query)
    if known is not None:
        return known
    row = LineUser(user_id_index=index, seal_id=random_id())
    row.user_id = user_id
    session.execute(
        insert(LineUser)
        .values(
            user_id_index=index,
            seal_id=row.seal_id,
            seal_generations=row.seal_generations,
            user_id_sealed=row.user_id_sealed,
            followed=True,
            language="ja",
            first_seen_at=wall,
            misses=0,
        )
        .on_conflict_do_nothing(index_elements=["user_id_index"])
    )
    return session.scalars(query).one()


def _message_id(body: str) -> str:
    try:
        message = json.loads(body).get("message") or {}
    except ValueError:
        return ""
    return str(message.get("id", ""))

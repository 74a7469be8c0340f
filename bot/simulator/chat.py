"""The chats: residents, and the messages that went either way."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from bot.simulator import rich_menus, tables
from bot.simulator.refused import NOT_FOUND, LineError

ONE_WRITER = 7_203_114_902_551  # the key of the lock that lets messages be numbered in the order they are committed
MESSAGE_NUMBERS = 5 * 10**17


@dataclass(frozen=True, slots=True)
class Stamp:
    """One moment on two clocks: the platform's own, and the one written beside the bubbles."""

    at: datetime
    shown: datetime


@dataclass(frozen=True, slots=True)
class Sending:
    """One accepted request of the account."""

    kind: str
    request_id: str
    messages: Sequence[Mapping[str, object]]
    is_quiet: bool = False


def message_number(row_id: int) -> str:
    """Return the platform's id of a message."""
    return str(MESSAGE_NUMBERS + row_id)


def row_id(message_number: str) -> int:
    """Return the row of a message id; 404 for anything else."""
    if not message_number.isdecimal() or not 0 < int(message_number) - MESSAGE_NUMBERS < MESSAGE_NUMBERS:
        raise LineError(404, NOT_FOUND)
    return int(message_number) - MESSAGE_NUMBERS


def add_resident(connection: Connection, name: str, *, now: datetime) -> str:
    """Add a resident who made friends with the account, and return the id."""
    resident_id = f"U{secrets.token_hex(16)}"
    connection.execute(insert(tables.residents).values(id=resident_id, name=name, added_at=now))
    return resident_id


def get_resident(connection: Connection, resident_id: str) -> Row[tuple[object, ...]]:
    """Return a resident's row; 404 for an id nobody has."""
    row = connection.execute(select(tables.residents).where(tables.residents.c.id == resident_id)).first()
    if row is None:
        raise LineError(404, NOT_FOUND)
    return row


def list_residents(connection: Connection, *, now: datetime) -> list[dict[str, object]]:
    """Return what the page shows of every resident, oldest first."""
    messages = tables.messages
    mine = messages.c.sender == "resident"
    marks = (
        select(
            messages.c.resident_id,
            func.max(messages.c.id).filter(mine, messages.c.is_read).label("read"),
            func.array_agg(messages.c.id).filter(messages.c.is_unsent).label("unsent"),
        )
        .group_by(messages.c.resident_id)
        .subquery()
    )
    residents = tables.residents
    query = select(residents, marks.c.read, marks.c.unsent).outerjoin(marks, marks.c.resident_id == residents.c.id)
    default = rich_menus.find_default(connection)
    return [
        {
            "id": row.id,
            "name": row.name,
            "blocking": row.is_blocking,
            "menu": row.rich_menu_id or default,
            "answered": row.answered_quick_reply,
            "loading": row.loading_until is not None and row.loading_until > now,
            "read": row.read or 0,
            "unsent": row.unsent or [],
        }
        for row in connection.execute(query.order_by(residents.c.added_at, residents.c.id))
    ]


def add_act(connection: Connection, resident_id: str, body: Mapping[str, object], *, stamp: Stamp) -> int:
    """Add a bubble of the resident's own and return its row."""
    return _add(
        connection,
        resident_id,
        {"sender": "resident", "kind": "act", "body": dict(body), "has_arrived": True},
        stamp=stamp,
    )


def add_sending(connection: Connection, receivers: Sequence[str], sending: Sending, *, stamp: Stamp) -> list[int]:
    """Add the account's messages to the chats of ``receivers``; with those who block it nothing arrives.

    Return the rows, those of the first receiver first.
    """
    residents = tables.residents
    friends = connection.execute(select(residents.c.id, residents.c.is_blocking).where(residents.c.id.in_(receivers)))
    is_blocking = {row.id: row.is_blocking for row in friends}
    rows = [
        _add(
            connection,
            receiver,
            {
                "sender": "account",
                "kind": sending.kind,
                "request_id": sending.request_id,
                "body": dict(message),
                "is_quiet": sending.is_quiet,
                "has_arrived": not is_blocking[receiver],
            },
            stamp=stamp,
        )
        for receiver in receivers
        if receiver in is_blocking
        for message in sending.messages
    ]
    connection.execute(update(residents).where(residents.c.id.in_(receivers)).values(loading_until=None))
    return rows


def _add(connection: Connection, resident_id: str, columns: Mapping[str, object], *, stamp: Stamp) -> int:
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_WRITER})
    new = insert(tables.messages).values(
        resident_id=resident_id, sent_at=stamp.at, shown_at=stamp.shown, **dict(columns)
    )
    return int(connection.execute(new.returning(tables.messages.c.id)).scalar_one())


def latest(connection: Connection) -> int:
    """Return the newest row of all chats, 0 when there is none."""
    return int(connection.scalar(select(func.coalesce(func.max(tables.messages.c.id), 0))) or 0)


def list_messages(connection: Connection, *, since: int, resident_id: str | None = None) -> list[dict[str, object]]:
    """Return the bubbles after row ``since``, of one resident or of all, oldest first."""
    messages = tables.messages
    query = select(messages).where(messages.c.id > since, messages.c.has_arrived).order_by(messages.c.id)
    if resident_id is not None:
        query = query.where(messages.c.resident_id == resident_id)
    return [
        {
            "id": row.id,
            "number": message_number(row.id),
            "resident": row.resident_id,
            "from": row.sender,
            "kind": row.kind,
            "quiet": row.is_quiet,
            "unsent": row.is_unsent,
            "at": int(row.shown_at.timestamp() * 1000),
            "message": {} if row.is_unsent else row.body,
        }
        for row in connection.execute(query)
    ]


def messages_this_month(connection: Connection, *, since: datetime) -> int:
    """Return what the month's quota was used for: persons reached by push and the like, never replies."""
    messages = tables.messages
    reached = (
        select(messages.c.request_id, messages.c.resident_id)
        .where(messages.c.sent_at >= since, messages.c.has_arrived)
        .where(messages.c.kind.in_(("push", "multicast", "broadcast")))
        .distinct()
        .subquery()
    )
    return int(connection.scalar(select(func.count()).select_from(reached)) or 0)


def add_content(connection: Connection, row: int, content: bytes, *, content_type: str) -> None:
    """Keep the photo of a message."""
    connection.execute(insert(tables.contents).values(message_id=row, content=content, content_type=content_type))


def get_content(connection: Connection, row: int) -> tuple[bytes, str]:
    """Return a message's photo and its content type; 404 when there is none or it was unsent."""
    contents = tables.contents
    found = connection.execute(select(contents).where(contents.c.message_id == row)).first()
    if found is None:
        raise LineError(404, NOT_FOUND)
    return found.content, found.content_type

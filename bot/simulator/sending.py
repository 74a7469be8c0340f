"""What the account sends: replies on a token, pushes with a retry key, within the month's quota."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.simulator import chat, tables
from bot.simulator.chat import Sending, Stamp
from bot.simulator.message_schema import REQUESTS, VALIDATE
from bot.simulator.refused import (
    ALREADY_ACCEPTED,
    INVALID_REPLY_TOKEN,
    INVALID_RETRY_KEY,
    MONTHLY_LIMIT,
    NO_RETRY_KEY,
    UNKNOWN_RECEIVER,
    LineError,
    require,
)

KEY_LIFE = timedelta(hours=24)
JAPAN = ZoneInfo("Asia/Tokyo")


@dataclass(frozen=True, slots=True)
class Request:
    """One request to send, as it came in."""

    kind: str
    body: object
    request_id: str
    retry_key: str | None


def accept(connection: Connection, request: Request, *, stamp: Stamp, monthly_limit: int | None) -> dict[str, object]:
    """Check a request to send, put its messages into the chats and return the platform's answer."""
    if request.kind == "reply" and request.retry_key is not None:
        raise LineError(400, NO_RETRY_KEY)
    require(REQUESTS[request.kind], request.body)
    assert isinstance(request.body, Mapping)
    sending = Sending(
        request.kind, request.request_id, request.body["messages"], request.body.get("notificationDisabled") is True
    )
    if request.kind == "reply":
        receiver = _use_token(connection, request.body["replyToken"], now=stamp.at)
        return _sent(chat.add_sending(connection, [receiver], sending, stamp=stamp))
    _use_key(connection, request, now=stamp.at)
    receivers = _receivers(connection, request)
    _within_quota(connection, receivers, now=stamp.at, monthly_limit=monthly_limit)
    rows = chat.add_sending(connection, receivers, sending, stamp=stamp)
    answer = _sent(rows) if request.kind == "push" else {}
    _remember(connection, request, answer)
    return answer


def validate(kind: str, body: object) -> None:
    """Check the messages of a request without sending them."""
    if kind not in REQUESTS:
        raise LineError(404, "Not found")
    require(VALIDATE, body)


def quota(connection: Connection, *, now: datetime) -> int:
    """Return how many messages of this month's quota are used. Months turn in Japan."""
    month = now.astimezone(JAPAN).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return chat.messages_this_month(connection, since=month)


def _use_token(connection: Connection, token: str, *, now: datetime) -> str:
    """Spend a reply token and return whom it reaches."""
    webhooks = tables.webhooks
    fresh = update(webhooks).where(
        webhooks.c.reply_token == token, webhooks.c.replied_at.is_(None), webhooks.c.reply_until >= now
    )
    receiver = connection.execute(fresh.values(replied_at=now).returning(webhooks.c.resident_id)).scalar()
    if receiver is None:
        raise LineError(400, INVALID_REPLY_TOKEN)
    return str(receiver)


def _use_key(connection: Connection, request: Request, *, now: datetime) -> None:
    """Take the retry key, or answer that its request was accepted before. Rolled back with a request refused later."""
    if request.retry_key is None:
        return
    try:
        key = str(uuid.UUID(request.retry_key))
    except ValueError:
        raise LineError(400, INVALID_RETRY_KEY) from None
    keys = tables.retry_keys
    connection.execute(delete(keys).where(keys.c.accepted_at <= now - KEY_LIFE))
    new = insert(keys).values(key=key, request_id=request.request_id, answer={}, accepted_at=now)
    if connection.scalar(new.on_conflict_do_nothing().returning(keys.c.key)) is not None:
        return
    first = connection.execute(select(keys).where(keys.c.key == key)).one()
    raise LineError(409, ALREADY_ACCEPTED, more=first.answer, headers={"x-line-accepted-request-id": first.request_id})


def _remember(connection: Connection, request: Request, answer: Mapping[str, object]) -> None:
    keys = tables.retry_keys
    connection.execute(update(keys).where(keys.c.request_id == request.request_id).values(answer=dict(answer)))


def _receivers(connection: Connection, request: Request) -> Sequence[str]:
    """Return whom a request names. A push to an unknown id fails; a multicast goes to those who exist."""
    assert isinstance(request.body, Mapping)
    residents = tables.residents
    if request.kind == "broadcast":
        return list(connection.scalars(select(residents.c.id).where(residents.c.is_blocking.is_(False))))
    named = request.body["to"] if request.kind == "multicast" else [request.body["to"]]
    known = set(connection.scalars(select(residents.c.id).where(residents.c.id.in_(named))))
    if request.kind == "push" and not known:
        raise LineError(400, UNKNOWN_RECEIVER)
    return [receiver for receiver in dict.fromkeys(named) if receiver in known]


def _within_quota(
    connection: Connection, receivers: Sequence[str], *, now: datetime, monthly_limit: int | None
) -> None:
    if monthly_limit is not None and quota(connection, now=now) + len(receivers) > monthly_limit:
        raise LineError(429, MONTHLY_LIMIT)


def _sent(rows: Sequence[int]) -> dict[str, object]:
    return {"sentMessages": [{"id": chat.message_number(row), "quoteToken": f"q{row:031x}"} for row in rows]}

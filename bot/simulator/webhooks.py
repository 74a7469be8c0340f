"""Events on their way to the bot: signed, delivered, delivered again until the bot says 2xx."""

import base64
import hashlib
import hmac
import json
import logging
import os
import secrets
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, Row, and_, case, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from bot.simulator import tables
from bot.simulator.wire import Answer, UnreachableError, send

logger = logging.getLogger(__name__)

TIMEOUT_S = 2.0
PAUSES = (timedelta(seconds=1), timedelta(seconds=3), timedelta(seconds=9))  # then the platform gives up
TOKEN_LIFE = timedelta(seconds=60)
LAST_RENEWAL = timedelta(minutes=20)
FORGOTTEN = timedelta(seconds=10)  # a first delivery that its process never made
LANES = 4
LOOK_EACH_S = 1.0
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def sign(secret: str, body: bytes) -> str:
    """Return the signature of a webhook's raw body."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def new_ulid(now: datetime) -> str:
    """Return an event id: 48 bits of time and 80 of chance, in 26 characters."""
    value = (round(now.timestamp() * 1000) << 80) | secrets.randbits(80)
    return "".join(CROCKFORD[(value >> shift) & 31] for shift in range(125, -1, -5))


def owe(
    connection: Connection,
    resident_id: str,
    event: Mapping[str, object],
    *,
    now: datetime,
    message_row: int | None = None,
) -> str:
    """Owe the bot one event of a resident and return its id. All but `unfollow` and `unsend` can be replied to."""
    webhook_id = new_ulid(now)
    can_reply = event["type"] not in {"unfollow", "unsend"}
    connection.execute(
        insert(tables.webhooks).values(
            id=webhook_id,
            resident_id=resident_id,
            message_id=message_row,
            event=dict(event),
            reply_token=secrets.token_hex(16) if can_reply else None,
            happened_at=now,
            next_attempt_at=now,
        )
    )
    return webhook_id


def body_of(row: Row[tuple[object, ...]], *, destination: str) -> bytes:
    """Return the raw body of one delivery; a later one differs in ``isRedelivery`` only."""
    token = {"replyToken": row.reply_token} if row.reply_token else {}
    event = {
        **row.event,
        "webhookEventId": row.id,
        "deliveryContext": {"isRedelivery": row.attempts > 1},
        "timestamp": int(row.happened_at.timestamp() * 1000),
        "source": {"type": "user", "userId": row.resident_id},
        "mode": "active",
        **token,
    }
    return json.dumps({"destination": destination, "events": [event]}, ensure_ascii=False).encode()


class Courier:
    """Brings events to the bot. One resident's events leave one process in order; any process may bring a late one."""

    def __init__(
        self, engine: Engine, *, url: str, secret: str, destination: str, wall: Callable[[], datetime]
    ) -> None:
        self._engine = engine
        self._url = url
        self._secret = secret
        self._destination = destination
        self._wall = wall
        self._process: int | None = None
        self._lanes: list[ThreadPoolExecutor] = []
        self._start_lock = threading.Lock()
        self._stopping = threading.Event()

    def start(self) -> None:
        """Start this process's threads, unless they run already: a fork keeps the object but not its threads."""
        with self._start_lock:
            if self._process == os.getpid():
                return
            self._process = os.getpid()
            self._lanes = [ThreadPoolExecutor(1, thread_name_prefix=f"line-{lane}") for lane in range(LANES)]
            threading.Thread(target=self._watch, name="line-redelivery", daemon=True).start()

    def stop(self) -> None:
        """Finish what is being delivered and end this process's threads; what is owed stays owed."""
        self._stopping.set()
        for lane in self._lanes:
            lane.shutdown()

    def deliver_soon(self, webhook_id: str, resident_id: str) -> None:
        """Deliver an event in the background."""
        self.start()
        self._lanes[int(resident_id[1:9], 16) % LANES].submit(self._deliver_logged, webhook_id)

    def deliver_due(self) -> int:
        """Try everything that is due now, and return how many deliveries were tried."""
        now = self._wall()
        webhooks = tables.webhooks
        is_late = or_(webhooks.c.attempts > 0, webhooks.c.happened_at <= now - FORGOTTEN)
        query = select(webhooks.c.id).where(webhooks.c.next_attempt_at <= now, is_late)
        with self._engine.connect() as connection:
            due = connection.scalars(query.order_by(webhooks.c.happened_at)).all()
        return sum(self.deliver(webhook_id) is not None for webhook_id in due)

    def deliver(self, webhook_id: str) -> Answer | UnreachableError | None:
        """Make one attempt; None when somebody else is at it or nothing is due."""
        with self._engine.begin() as connection:
            row = self._claim(connection, webhook_id)
        if row is None:
            return None
        # No transaction is open while we wait for the bot.
        body = body_of(row, destination=self._destination)
        outcome = self._post(body)
        with self._engine.begin() as connection:
            self._settle(connection, row, outcome)
        return outcome

    def _claim(self, connection: Connection, webhook_id: str) -> Row[tuple[object, ...]] | None:
        """Take one due event, so that nobody else sends it meanwhile; its reply token lives on from here."""
        now = self._wall()
        webhooks = tables.webhooks
        renews = and_(
            webhooks.c.reply_token.is_not(None),
            or_(webhooks.c.attempts == 0, webhooks.c.happened_at > now - LAST_RENEWAL),
        )
        mine = update(webhooks).where(webhooks.c.id == webhook_id, webhooks.c.next_attempt_at <= now)
        claimed = mine.values(
            attempts=webhooks.c.attempts + 1,
            next_attempt_at=now + timedelta(seconds=TIMEOUT_S) + PAUSES[-1],
            reply_until=case((renews, now + TOKEN_LIFE), else_=webhooks.c.reply_until),
        )
        return connection.execute(claimed.returning(webhooks)).first()

    def _post(self, body: bytes) -> Answer | UnreachableError:
        headers = {
            "content-type": "application/json; charset=utf-8",
            "user-agent": "LineBotWebhook/2.0",
            "x-line-signature": sign(self._secret, body),
        }
        try:
            return send("POST", self._url, body=body, headers=headers, timeout_s=TIMEOUT_S)
        except UnreachableError as problem:
            return problem

    def _settle(self, connection: Connection, row: Row[tuple[object, ...]], outcome: Answer | UnreachableError) -> None:
        """Write down what became of an attempt: done, to be tried again, or given up."""
        now = self._wall()
        mine = update(tables.webhooks).where(tables.webhooks.c.id == row.id)
        if isinstance(outcome, Answer) and outcome.is_accepted:
            connection.execute(mine.values(next_attempt_at=None, delivered_at=now))
            messages = tables.messages
            connection.execute(update(messages).where(messages.c.id == row.message_id).values(is_read=True))
            return
        logger.warning("webhook %s, attempt %s failed: %s", row.id, row.attempts, outcome)
        again = now + PAUSES[row.attempts - 1] if row.attempts <= len(PAUSES) else None
        connection.execute(mine.values(next_attempt_at=again))

    def _deliver_logged(self, webhook_id: str) -> None:
        try:
            self.deliver(webhook_id)
        except SQLAlchemyError:
            logger.exception("webhook %s stays owed", webhook_id)

    def _watch(self) -> None:
        """Redeliver until stopped. A database that is away for a while must not end the thread."""
        while not self._stopping.wait(LOOK_EACH_S):
            try:
                self.deliver_due()
            except SQLAlchemyError:
                logger.exception("redelivery waits for the database")

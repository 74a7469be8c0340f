"""The webhook of LINE: check the signature, keep each event once, ring, answer at once."""

import base64
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256

import structlog
from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DataError, OperationalError

from backend import world as worlds
from backend.app import world
from backend.db.session import transaction
from backend.services import line_events
from backend.services.line_events import Incoming
from backend.world import World
from bot import spool

LARGEST_BODY = 1024 * 1024
LONGEST_ID = 100
HANDLE_EVENTS = "bot.jobs.handle_events"
HANDLED = frozenset({"message", "postback", "follow", "unfollow", "unsend"})
LATEST_MS = 10**14

log = structlog.get_logger(__name__)


def create_blueprint() -> Blueprint:
    """Return the door that LINE knocks at."""
    blueprint = Blueprint("line_webhook", __name__)

    @blueprint.post("/line/webhook")
    def take() -> ResponseReturnValue:
        """Keep what LINE brings. Nothing is stored and nothing happens without a true signature."""
        request.max_content_length = LARGEST_BODY
        raw = request.get_data(cache=False)
        if not is_signed(raw, request.headers.getlist("x-line-signature"), world().settings.line_channel_secret):
            return {"error": "signature"}, 400
        events = _events(raw)
        if events is None:
            return {"error": "body"}, 400
        return _keep_all(events, world())

    return blueprint


def is_signed(raw: bytes, signatures: list[str], secret: str) -> bool:
    """Tell whether ``raw`` was signed with the channel secret.

    While the secret is being changed, ``secret`` holds both, with a comma between.
    """
    if len(signatures) != 1 or not signatures[0].isascii():
        return False
    given = signatures[0].encode()
    wanted = [base64.b64encode(hmac.digest(each.strip().encode(), raw, sha256)) for each in secret.split(",")]
    return any([hmac.compare_digest(given, each) for each in wanted])  # noqa: C419 -- as long for each secret


def _events(raw: bytes) -> list[object] | None:
    """Return the events of a body, or None when it is none of LINE's."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    events = body.get("events") if isinstance(body, dict) else None
    return events if isinstance(events, list) else None


def _keep_all(events: list[object], here: World) -> ResponseReturnValue:
    """Keep each event in a transaction of its own: a poisoned one never stops the rest.

    While the database is away they are kept on the disk. Only if that fails too is LINE asked to come again.
    """
    waiting: dict[int, None] = {}
    status = 200
    for event in events:
        try:
            line_user_id = _keep(event, here)
        except OperationalError as error:
            log.warning("webhook_spooled", error=type(error).__name__)
            status = 200 if _spool(event, here) else 503
            continue
        except (DataError, ValueError, RecursionError) as error:
            log.warning("webhook_event_poisoned", error=type(error).__name__)
            continue
        if line_user_id is not None:
            waiting[line_user_id] = None
    for line_user_id in waiting:
        here.bell.ring(HANDLE_EVENTS, line_user_id)
    return {}, status


def take_spooled() -> None:
    """Take up the events that came while the database was away; the sweeper calls it every round."""
    here = worlds.current()
    for path, raw in spool.waiting(here.settings):
        try:
            line_user_id = _keep(json.loads(raw), here)
        except OperationalError:
            return
        except (DataError, ValueError, RecursionError) as error:
            log.warning("webhook_event_poisoned", error=type(error).__name__)
            line_user_id = None
        path.unlink()
        if line_user_id is not None:
            here.bell.ring(HANDLE_EVENTS, line_user_id)


def _spool(event: object, here: World) -> bool:
    try:
        spool.put(here.settings, json.dumps(event))
    except OSError as error:
        log.warning("webhook_not_kept", error=type(error).__name__)
        return False
    return True


def _keep(event: object, here: World) -> int | None:
    """Keep one event and return the account to work for, or None when there is nothing to do."""
    wall = here.wall()
    incoming = read(event, wall=wall)
    if incoming is None:
        log.info("webhook_event_skipped")
        return None
    with transaction(here.engine) as session:
        return line_events.store(session, incoming, wall=wall, now=here.clock())


def read(event: object, *, wall: datetime) -> Incoming | None:
    """Return an event as it is kept, or None for what cannot be told apart from another one."""
    if not isinstance(event, Mapping):
        return None
    event_id = event.get("webhookEventId")
    if not isinstance(event_id, str) or not 0 < len(event_id) <= LONGEST_ID:
        return None
    source = event.get("source")
    user_id = source.get("userId") if isinstance(source, Mapping) and source.get("type") == "user" else None
    is_ours = isinstance(user_id, str) and 0 < len(user_id) <= LONGEST_ID
    return Incoming(
        webhook_event_id=event_id,
        user_id=str(user_id) if is_ours else "",
        happened_at=_moment(event.get("timestamp"), wall=wall),
        body=json.dumps(event),
        is_handled=str(event.get("type")) in HANDLED and event.get("mode", "active") == "active",
    )


def _moment(timestamp: object, *, wall: datetime) -> datetime:
    """Return the moment of a time stamp in milliseconds; the present one for nonsense."""
    if isinstance(timestamp, bool) or not isinstance(timestamp, int) or not 0 < timestamp < LATEST_MS:
        return wall
    return datetime.fromtimestamp(timestamp / 1000, UTC)

"""Sending what is owed: the answer on its reply token, everything else by push; each message once."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from backend.db.queries import bookings, line, network
from backend.db.queries.line import LineEventView, OwedView
from backend.db.queries.waiting import REMINDER, STILL_MEMBER
from backend.db.session import transaction
from backend.domain.errors import NotFoundError
from backend.ports import (
    MonthlyLimitError,
    PermanentError,
    ReplyTokenError,
    TemporaryError,
    UnknownUserError,
)
from backend.services import emergency, notifications, reminders
from backend.world import World
from bot.screens import notices
from bot.screens.notices import RunNews
from bot.screens.parts import Look, Piece

TOKEN_LIFE = timedelta(seconds=50)
ANSWER = "answer"
REGISTERED = "registered"
ACCOUNT_NEWS = frozenset({notices.ACCOUNT_LINKED, notices.PHONE_CHANGED})
FOLLOWED = frozenset({notices.FOLLOW_DELAY, notices.FOLLOW_SUSPENDED, notices.FOLLOW_RESUMED})

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer on its way: ``token`` is empty when it is too late to reply."""

    notification_id: int
    token: str
    messages: list[Piece]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A claimed message: to whom, what, and the reply token that may still be tried."""

    notification_id: int
    to: str
    messages: list[Piece]
    retry_key: uuid.UUID
    token: str


def reply(here: World, answer: Answer) -> None:
    """Reply on the token; what cannot be replied is pushed.

    A reply that timed out may have arrived. It is tried once more on the same token: that the token is used by now
    says that it did, and nothing is pushed on top.
    """
    if not answer.token:
        _let_go(here, answer.notification_id)
        send_owed(here, answer.notification_id)
        return
    for is_second in (False, True):
        try:
            here.messenger.reply(answer.token, answer.messages)
        except TemporaryError as error:
            log.info("reply_failed", notification_id=answer.notification_id, error=str(error))
            continue
        except ReplyTokenError:
            if not is_second:
                _let_go(here, answer.notification_id)
                send_owed(here, answer.notification_id)
                return
        except PermanentError as error:
            _give_up(here, answer.notification_id, error)
            return
        _sent(here, answer.notification_id)
        return


def send_owed(here: World, notification_id: int) -> None:
    """Claim one message and send it; nothing happens when it is not due or somebody else has it."""
    with transaction(here.engine) as session:
        if not notifications.claim_one(session, notification_id, now=here.clock(), wall=here.wall()):
            return
        outgoing = _outgoing(session, notification_id, here)
    if outgoing is None:
        return
    try:
        _carry(here, outgoing)
    except TemporaryError as error:
        with transaction(here.engine) as session:
            notifications.mark_failed(session, notification_id, error=str(error), wall=here.wall())
    except PermanentError as error:
        _give_up(here, notification_id, error)
    else:
        _sent(here, notification_id)


def reply_token(event: LineEventView, *, wall: datetime) -> str:
    """Return the reply token of an event while it can be relied on: a minute from its arrival."""
    token = event.body.get("replyToken")
    return token if isinstance(token, str) and wall - event.received_at < TOKEN_LIFE else ""


def phone_number(session: Session) -> str:
    """Return the number of the desk; empty before the town is loaded."""
    return next((each.phone_number for each in network.list_services(session)), "")


def line_phone_number(session: Session) -> str:
    """Return the number of the line's desk; the town's first one where there is no line."""
    try:
        return network.get_service(session, mode="line").phone_number
    except NotFoundError:
        return phone_number(session)


def render(session: Session, owed: OwedView, *, language: str) -> list[Piece] | None:
    """Return the messages of what is owed, or None when there is nothing to say about it."""
    if owed.kind in FOLLOWED and owed.content:
        look = Look(language, line_phone_number(session))
        return [notices.follow_notice(look, owed.kind, RunNews(**json.loads(owed.content)))]
    if owed.kind == STILL_MEMBER and owed.content:
        until = date.fromisoformat(json.loads(owed.content)["until"])
        return [notices.still_member(Look(language, phone_number(session)), until=until)]
    if owed.content:
        stored: list[Piece] = json.loads(owed.content)
        return stored
    look = Look(language, phone_number(session))
    if owed.kind == REGISTERED:
        return [notices.registered(look)]
    if owed.kind in ACCOUNT_NEWS:
        return [notices.account_news(look, owed.kind)]
    if owed.booking_id is None:
        return None
    booking = bookings.get_by_id(session, owed.booking_id)
    look = Look(language, network.get_service_by_id(session, booking.service_id).phone_number)
    piece = notices.notice(look, owed.kind, booking, minutes=owed.minutes)
    return [piece] if piece else None


def _carry(here: World, outgoing: Outgoing) -> None:
    """Send. An answer whose worker died is tried on its token first: a used token means that it arrived."""
    if outgoing.token:
        try:
            here.messenger.reply(outgoing.token, outgoing.messages)
        except ReplyTokenError:
            log.info("reply_arrived_before", notification_id=outgoing.notification_id)
        return
    here.messenger.push(outgoing.to, outgoing.messages, retry_key=outgoing.retry_key)


def _outgoing(session: Session, notification_id: int, here: World) -> Outgoing | None:
    """Return what to send, or None after giving up what cannot be sent (T3: the addressee stands in the row)."""
    owed = line.get_owed(session, notification_id)
    assert owed.line_user_id is not None
    account = line.get_user(session, owed.line_user_id)
    is_shut = owed.kind != ANSWER and emergency.is_shut(session, emergency.LINE)
    can_be_told = account.followed and not is_shut and _is_still_true(session, owed, here)
    messages = render(session, owed, language=account.language) if can_be_told else None
    if messages is None:
        why = "line_shut" if is_shut else "left_line" if not account.followed else "nothing_to_say"
        notifications.to_call_list(session, notification_id, why=why, now=here.clock())
        return None
    token = ""
    # The worker that first had the answer let go of it knowing that the token is no use, unless it died.
    if owed.kind == ANSWER and owed.line_event_id is not None and not owed.was_let_go:
        token = reply_token(line.get_event(session, owed.line_event_id), wall=here.wall())
    return Outgoing(notification_id, account.user_id, messages, owed.retry_key, token)


def _is_still_true(session: Session, owed: OwedView, here: World) -> bool:
    """Tell whether a message may still be said as it was owed: a reminder of a ride given up since may not."""
    if owed.kind != REMINDER or owed.booking_id is None or owed.line_user_id is None:
        return True
    return reminders.is_of_use(session, owed.booking_id, line_user_id=owed.line_user_id, now=here.clock())


def _sent(here: World, notification_id: int) -> None:
    with transaction(here.engine) as session:
        notifications.mark_sent(session, notification_id, wall=here.wall())


def _let_go(here: World, notification_id: int) -> None:
    """Give the lease back, so that the message can be pushed at once."""
    with transaction(here.engine) as session:
        notifications.let_go(session, notification_id)


def _give_up(here: World, notification_id: int, error: Exception) -> None:
    whys: Mapping[type[Exception], str] = {UnknownUserError: "unknown_user", MonthlyLimitError: "monthly_limit"}
    log.warning("message_given_up", notification_id=notification_id, error=str(error))
    with transaction(here.engine) as session:
        why = whys.get(type(error), "line_refused")
        notifications.to_call_list(session, notification_id, why=why, now=here.clock())

"""What workers do for LINE: handle the events of one account in order, send one message. Ids in, nothing else.

No transaction is open while we wait for LINE: a slow LINE must not hold our locks.
"""

import json
import secrets
from collections.abc import Mapping

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from backend import world as worlds
from backend.db.queries import line
from backend.db.queries.line import LineEventView
from backend.db.session import transaction
from backend.domain import times
from backend.ports import TemporaryError
from backend.services import drafts as draft_service
from backend.services import emergency, line_events, notifications, registration
from backend.world import World
from bot import answers, dialogue, rich_menu, said, sending
from bot.answers.asker import Asker, context_of, has_line_today
from bot.dialogue.turns import Said
from bot.drafts import Draft, from_text, to_text
from bot.screens import notices
from bot.screens.parts import Look, Piece

SHOW_MENU = "bot.jobs.show_menu"

log = structlog.get_logger(__name__)


def handle_events(line_user_id: int) -> None:
    """Handle everything an account has sent, oldest first, until nothing is left.

    One worker at a time: a second one leaves it to the first, who looks again after letting go.
    """
    here = worlds.current()
    while True:
        with line.turn(here.engine, line_user_id) as is_mine:
            if not is_mine:
                return
            while (event_id := _waiting(here, line_user_id)) is not None:
                _handle(here, event_id)
        if _waiting(here, line_user_id) is None:
            return


def send_notification(notification_id: int) -> None:
    """Send one owed message, unless somebody else is at it."""
    sending.send_owed(worlds.current(), notification_id)


def show_menu(line_user_id: int) -> None:
    """Show an account the rich menu that fits it: before or after registration. It can do without for a while."""
    here = worlds.current()
    with transaction(here.engine) as session:
        account = line.get_user(session, line_user_id)
        phone = sending.phone_number(session)
        has_timetable = has_line_today(session, times.day_of(here.clock()))
    kind = rich_menu.kind_for(is_known=account.rider_id is not None, has_timetable=has_timetable)
    try:
        rich_menu.RichMenus(here.settings).show(account.user_id, kind, phone=phone)
    except TemporaryError as error:
        log.warning("rich_menu_not_shown", line_user_id=line_user_id, error=str(error))


def set_up_menus() -> None:
    """Have the rich menus made that are missing; everybody sees the first one from then on."""
    here = worlds.current()
    with transaction(here.engine) as session:
        phone = sending.phone_number(session)
        has_timetable = has_line_today(session, times.day_of(here.clock()))
    try:
        rich_menu.RichMenus(here.settings).set_up(phone=phone, has_timetable=has_timetable)
    except TemporaryError as error:
        log.warning("rich_menus_not_set_up", error=str(error))


def _waiting(here: World, line_user_id: int) -> int | None:
    with transaction(here.engine) as session:
        return line.find_waiting(session, line_user_id)


def _handle(here: World, event_id: int) -> None:
    """Handle one event: everything in one transaction, then the reply. One that fails three times is given up."""
    with transaction(here.engine) as session:
        tries = line_events.begin(session, event_id)
    try:
        with transaction(here.engine) as session:
            event = line.get_event(session, event_id)
            is_given_up = tries > line_events.MOST_TRIES
            answer = _give_up(session, here, event) if is_given_up else _take(session, here, event)
    except OperationalError:
        raise
    except Exception as error:
        log.exception("line_event_failed", event_id=event_id, tries=tries, error=type(error).__name__)
        if tries > line_events.MOST_TRIES:
            _bury(here, event_id)
        return
    if answer:
        sending.reply(here, answer)


def _take(session: Session, here: World, event: LineEventView) -> sending.Answer | None:
    """Do what an event asks for."""
    kind = event.body.get("type")
    line_events.finish(session, event.id)
    if kind == "unfollow":
        registration.unfollowed(session, event.line_user_id, now=here.clock())
        return None
    if kind == "unsend":
        line_events.forget_message(session, event.line_user_id, _withdrawn(event.body))
        return None
    if kind == "follow":
        registration.followed(session, event.line_user_id)
        here.bell.ring(SHOW_MENU, event.line_user_id)
    words = said.read(event.body)
    if words is not None and emergency.is_shut(session, emergency.LINE):
        return _say_shut(session, here, event)
    return _answered(session, here, event, words) if words is not None else None


def _answered(session: Session, here: World, event: LineEventView, words: Said) -> sending.Answer | None:
    """Take one turn of the conversation, and owe its answer."""
    account = line.get_user(session, event.line_user_id)
    wall = here.wall()
    draft = from_text(line.draft_text(session, account.id, not_before=wall - draft_service.LIFE))
    asker = Asker(session, account, here.clock(), wall, here.settings.public_url, draft)
    turn = dialogue.step(draft, words, context_of(asker, fresh_token=secrets.token_urlsafe(6)))
    messages = answers.compose(asker, turn)
    draft_service.save(session, account.id, to_text(asker.draft), wall=wall)
    misses = 0 if turn.is_understood else account.misses + 1
    if misses != account.misses:
        line_events.note_misses(session, account.id, misses)
    return _owe(session, here, event, messages)


def _say_shut(session: Session, here: World, event: LineEventView) -> sending.Answer:
    """Say that LINE rests for now, with the number to call (S-17)."""
    account = line.get_user(session, event.line_user_id)
    look = Look(account.language, sending.phone_number(session))
    return _owe(session, here, event, [notices.shut(look)])


def _give_up(session: Session, here: World, event: LineEventView) -> sending.Answer | None:
    """Give an event up that failed each time: an apology with the number to call, and a fresh start."""
    log.error("line_event_given_up", event_id=event.id)
    line_events.finish(session, event.id, state="failed")
    account = line.get_user(session, event.line_user_id)
    draft_service.save(session, account.id, to_text(Draft()), wall=here.wall())
    look = Look(account.language, sending.phone_number(session))
    return _owe(session, here, event, [notices.apology(look)])


def _bury(here: World, event_id: int) -> None:
    """Give an event up without a word: not even the apology could be said."""
    with transaction(here.engine) as session:
        line_events.finish(session, event_id, state="failed")


def _owe(session: Session, here: World, event: LineEventView, messages: list[Piece]) -> sending.Answer:
    """Owe the answer to an event, leased to this worker, who replies after the commit."""
    wall = here.wall()
    content = json.dumps(messages, ensure_ascii=False)
    notification_id = notifications.answer(
        session, line_event_id=event.id, line_user_id=event.line_user_id, content=content, wall=wall
    )
    return sending.Answer(notification_id, sending.reply_token(event, wall=wall), messages)


def _withdrawn(body: Mapping[str, object]) -> str:
    unsend = body.get("unsend")
    return str(unsend.get("messageId", "")) if isinstance(unsend, Mapping) else ""

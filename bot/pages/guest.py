"""Name and phone of somebody who books the line without being a member, given once and not in the chat (T-18, Q-58).

The ride that was chosen waits in the draft. With the form it is booked, and the chat says so.
"""

import json
import secrets

from flask import g, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from backend.app import world
from backend.db.queries import line
from backend.db.session import transaction
from backend.domain.errors import NotFoundError
from backend.services import drafts as draft_service
from backend.services import notifications, registration
from backend.services.registration import OpenLink
from bot import answers
from bot.answers.asker import Asker, context_of
from bot.dialogue import booking as booking_talk
from bot.drafts import from_text, to_text
from bot.pages import entry
from bot.pages.shared import SHOW_MENU, open_link, page
from bot.sending import line_phone_number

WAITS = draft_service.LIFE + registration.LINK_LIFE


def show(token: str) -> ResponseReturnValue:
    """Show the form: what the data are for first, then the two fields that a booking needs."""
    here = world()
    with transaction(here.engine) as rows:
        link = _open(rows, token)
        registration.give_time(rows, link, wall=here.wall())
        draft = line.draft_text(rows, link.line_user_id, not_before=here.wall() - WAITS)
        draft_service.save(rows, link.line_user_id, draft, wall=here.wall())
        phone = line_phone_number(rows)
    return page("guest", phone=phone, values=entry.typed_guest({}), errors={}, token=token)


def take(token: str) -> ResponseReturnValue:
    """Keep name and phone, book the ride that waits, and have the chat say what came of it."""
    here = world()
    with transaction(here.engine) as rows:
        link = _open(rows, token)
        values = entry.typed_guest(request.form)
        checked = entry.check_guest(values)
        if checked.data is None:
            registration.count_try(rows, link)
            phone = line_phone_number(rows)
            return page("guest", phone=phone, values=values, errors=checked.errors, token=token), 422
        registration.make_guest(rows, link, checked.data, now=here.clock(), wall=here.wall())
        _go_on(rows, link)
    here.bell.ring(SHOW_MENU, link.line_user_id)
    return redirect(f"/my/known?lang={g.language}", 303)


def _open(rows: Session, token: str) -> OpenLink:
    link = open_link(rows, token, "guest")
    if link.rider_id is not None:
        raise NotFoundError("known already")
    return link


def _go_on(rows: Session, link: OpenLink) -> None:
    """Take the conversation up where it waited, and owe the chat what comes of it."""
    here = world()
    wall = here.wall()
    draft = from_text(line.draft_text(rows, link.line_user_id, not_before=wall - WAITS))
    account = line.get_user(rows, link.line_user_id)
    asker = Asker(rows, account, here.clock(), wall, here.settings.public_url, draft)
    turn = booking_talk.resumed(draft, context_of(asker, fresh_token=secrets.token_urlsafe(6)))
    messages = answers.compose(asker, turn)
    draft_service.save(rows, account.id, to_text(asker.draft), wall=wall)
    content = json.dumps(messages, ensure_ascii=False)
    notifications.tell(rows, dedupe_key=f"guest:{link.id}", line_user_id=account.id, content=content, now=here.wall())

"""Who is known at the desk joins the own LINE account: with the code that the desk gave out (T4)."""

from flask import g, redirect, request
from flask.typing import ResponseReturnValue

from backend.app import world
from backend.db.session import transaction
from backend.domain.errors import NotFoundError
from backend.domain.refusals import Refusal
from backend.services import linking, registration
from bot.pages import entry
from bot.pages.shared import SHOW_MENU, newcomer_link, page

FIELDS = ("code", "tail")


def show(token: str) -> ResponseReturnValue:
    """Ask for the code, and for the last digits of the number that the desk knows."""
    here = world()
    with transaction(here.engine) as rows:
        link = newcomer_link(rows, token)
        registration.give_time(rows, link, wall=here.wall())
    return page("join", values=dict.fromkeys(FIELDS, ""), errors={}, token=token)


def take(token: str) -> ResponseReturnValue:
    """Join the account to the member; anything wrong is answered alike."""
    here = world()
    with transaction(here.engine) as rows:
        link = newcomer_link(rows, token)
        if link.tries >= linking.MOST_TRIES:
            raise NotFoundError("tried too often")
        code, tail = (entry.digits(request.form.get(name, "")) for name in FIELDS)
        outcome = linking.join(rows, link, code, tail, now=here.clock(), wall=here.wall())
        if isinstance(outcome, Refusal):
            values = dict.fromkeys(FIELDS, "")
            return page("join", values=values, errors={"code": "my-error-join"}, token=token), 422
    here.bell.ring(SHOW_MENU, link.line_user_id)
    return redirect(f"/my/done?lang={g.language}", 303)

"""Residents' own forms under /my/, opened from LINE: the only place where personal data are typed.

A form opens by a one-time link from the chat. Nothing of it is ever sent into the chat.
"""

from flask import Blueprint, Response, g, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.orm import Session

from backend.app import world
from backend.db.session import transaction
from backend.domain import times
from backend.domain.errors import NotFoundError
from backend.services import emergency, notifications, registration
from backend.services.registration import OpenLink
from backend.texts import FALLBACK, languages, text
from bot.pages import entry, guest, joining, opinion
from bot.pages.shared import KNOWN, SHOW_MENU, known, newcomer_link, open_link, page

csrf = CSRFProtect()


def create_blueprint() -> Blueprint:
    """Return the residents' pages."""
    blueprint = Blueprint("my", __name__, url_prefix="/my", template_folder="templates", static_folder="static")
    blueprint.record_once(lambda state: None if "csrf" in state.app.extensions else csrf.init_app(state.app))
    blueprint.before_request(_begin)
    blueprint.after_request(_keep_nowhere)
    blueprint.register_error_handler(
        CSRFError, lambda _error: (page("closed", said=text("my-old-form", g.language)), 400)
    )
    blueprint.register_error_handler(NotFoundError, _closed)
    blueprint.add_url_rule("/privacy", view_func=privacy)
    blueprint.add_url_rule("/<any(done, saved, left, known):name>", view_func=message)
    blueprint.add_url_rule("/register/<token>", view_func=show_register)
    blueprint.add_url_rule("/register/<token>", view_func=register, methods=["POST"])
    blueprint.add_url_rule("/join/<token>", view_func=joining.show, endpoint="show_join")
    blueprint.add_url_rule("/join/<token>", view_func=joining.take, endpoint="join", methods=["POST"])
    blueprint.add_url_rule("/guest/<token>", view_func=guest.show, endpoint="show_guest")
    blueprint.add_url_rule("/guest/<token>", view_func=guest.take, endpoint="guest", methods=["POST"])
    blueprint.add_url_rule("/opinion/<token>", view_func=opinion.show, endpoint="show_opinion")
    blueprint.add_url_rule("/opinion/<token>", view_func=opinion.take, endpoint="opinion", methods=["POST"])
    blueprint.add_url_rule("/settings/<token>", view_func=show_settings)
    blueprint.add_url_rule("/settings/<token>", view_func=check_tail, methods=["POST"])
    blueprint.add_url_rule("/settings/<token>/data", view_func=save, methods=["POST"])
    blueprint.add_url_rule("/settings/<token>/leave", view_func=leave, methods=["POST"])
    return blueprint


def privacy() -> ResponseReturnValue:
    """Show what the data are for (L-01, L-13, P-09)."""
    return page("privacy")


def message(name: str) -> ResponseReturnValue:
    """Show that something is done, and the way back to the chat."""
    return page("message", what=name)


def show_register(token: str) -> ResponseReturnValue:
    """Show the registration form: the purpose first, then the fields (L-13)."""
    with transaction(world().engine) as rows:
        link = newcomer_link(rows, token)
        registration.give_time(rows, link, wall=world().wall())
    return page("register", values=entry.typed({}), errors={}, token=token)


def register(token: str) -> ResponseReturnValue:
    """Make the person a member; a form to be mended comes back as it was typed."""
    here = world()
    with transaction(here.engine) as rows:
        link = newcomer_link(rows, token)
        values = entry.typed(request.form)
        checked = entry.check(values, language=g.language, today=times.day_of(here.clock()))
        if checked.data is None:
            registration.count_try(rows, link)
            return page("register", values=values, errors=checked.errors, token=token), 422
        registration.register(rows, link, checked.data, now=here.clock(), wall=here.wall())
        key = f"registered:{link.id}"
        notifications.owe(rows, "registered", dedupe_key=key, now=here.wall(), line_user_id=link.line_user_id)
    here.bell.ring(SHOW_MENU, link.line_user_id)
    return redirect(f"/my/done?lang={g.language}", 303)


def show_settings(token: str) -> ResponseReturnValue:
    """Ask for the last four digits before anything is shown (Q-81)."""
    with transaction(world().engine) as rows:
        registration.give_time(rows, _open_member(rows, token), wall=world().wall())
    return page("check", errors={}, token=token)


def check_tail(token: str) -> ResponseReturnValue:
    """Show a member's own data to who knows the digits; five wrong guesses close the link (T4)."""
    with transaction(world().engine) as rows:
        link = _open_member(rows, token)
        if not registration.knows_phone_tail(rows, link, entry.digits(request.form.get("tail", ""))):
            registration.count_try(rows, link)
            return page("check", errors={"tail": "my-error-tail"}, token=token), 422
        session[KNOWN] = link.id
        return _settings(link, entry.of_data(registration.data_of(rows, link)), {}, token)


def save(token: str) -> ResponseReturnValue:
    """Put the data in the place of the old ones."""
    here = world()
    with transaction(here.engine) as rows:
        link = known(_open_member(rows, token))
        checked, values = _typed_settings(link)
        if checked.data is None:
            return _settings(link, values, checked.errors, token), 422
        registration.correct(rows, link, checked.data, now=here.clock())
        registration.use_up(rows, link, wall=here.wall())
    session.pop(KNOWN, None)
    return redirect(f"/my/saved?lang={g.language}", 303)


def leave(token: str) -> ResponseReturnValue:
    """Erase a member at once (L-17)."""
    here = world()
    with transaction(here.engine) as rows:
        link = known(_open_member(rows, token))
        if request.form.get("sure") != "yes":
            values = entry.of_data(registration.data_of(rows, link))
            return _settings(link, values, {"leave": "my-error-leave"}, token), 422
        registration.leave(rows, link, now=here.clock(), wall=here.wall())
    session.pop(KNOWN, None)
    here.bell.ring(SHOW_MENU, link.line_user_id)
    return redirect(f"/my/left?lang={g.language}", 303)


def _settings(link: OpenLink, values: dict[str, str], errors: dict[str, str], token: str) -> str:
    """Return the page of somebody's own data: all of a member's, name and phone of a guest's."""
    return page("settings", values=values, errors=errors, token=token, is_member=link.is_member)


def _typed_settings(link: OpenLink) -> tuple[entry.Checked, dict[str, str]]:
    """Return what was typed about oneself, checked for a member or a guest."""
    if not link.is_member:
        values = entry.typed_guest(request.form)
        return entry.check_guest(values), values
    values = entry.typed(request.form) | {"consent": "yes"}
    return entry.check(values, language=g.language, today=times.day_of(world().clock())), values


def _closed(_error: NotFoundError) -> ResponseReturnValue:
    """Answer for a link that opens nothing, in the language asked for: whose it was would show in its own (S-27)."""
    g.language = _asked_language()
    return page("closed", said=text("my-closed", g.language)), 410


def _asked_language() -> str:
    asked = request.args.get("lang") or request.form.get("lang") or ""
    return asked if asked in languages() else FALLBACK


def _begin() -> ResponseReturnValue | None:
    """Choose the language that the address asks for, and check where a form comes from; shut in an emergency."""
    g.language = _asked_language()
    if request.method == "POST":
        csrf.protect()
    if request.endpoint in {"my.static", "my.privacy"}:
        return None
    with transaction(world().engine) as rows:
        is_shut = emergency.is_shut(rows, emergency.LINE)
    return (page("closed", said=text("my-shut", g.language)), 503) if is_shut else None


def _keep_nowhere(response: Response) -> Response:
    """Keep personal pages out of every cache; style sheets may stay."""
    if request.endpoint != "my.static":
        response.headers["Cache-Control"] = "no-store"
    return response


def _open_member(rows: Session, token: str) -> OpenLink:
    link = open_link(rows, token, "settings")
    if link.rider_id is None:
        raise NotFoundError("no member")
    return link

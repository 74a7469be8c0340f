"""Password, then a code that works once (S-05). Equal answers to unknown names and wrong passwords (T12)."""

from urllib.parse import urlsplit

from flask import Blueprint, g, make_response, redirect, render_template, request, url_for
from flask import session as form_session
from flask.typing import ResponseReturnValue

from admin import guard
from backend import texts
from backend.app import world
from backend.db.queries.staff import StaffView
from backend.db.session import transaction
from backend.services import staff as accounts


def create_blueprint() -> Blueprint:
    """Return the pages under /admin/sign-in and the sign-out."""
    pages = Blueprint("sign_in", __name__)
    pages.get("/sign-in")(start)
    pages.post("/sign-in")(check_password)
    pages.get("/sign-in/code")(ask_code)
    pages.post("/sign-in/code")(check_code)
    pages.post("/sign-out")(sign_out)
    pages.post("/language")(set_language)
    return pages


def start() -> ResponseReturnValue:
    """Ask for name and password; who is signed in already goes on."""
    signed_in = guard.find_full_sign_in()
    if signed_in:
        return redirect(guard.home_of(signed_in.staff))
    return render_template("sign_in/password.html", to=request.args.get("to", ""))


def check_password() -> ResponseReturnValue:
    """Check the password. Nothing is locked while the hash is computed."""
    with transaction(world().engine) as session:
        attempt = accounts.take_try(session, request.form.get("login", "")[:40], wall=world().wall())
    if not accounts.is_password(attempt, request.form.get("password", "")):
        return render_template("sign_in/password.html", to=request.form.get("to", ""), failed=True), 401
    with transaction(world().engine) as session:
        token = accounts.open_half(session, attempt, wall=world().wall())
    form_session.clear()
    response = make_response(redirect(url_for("admin.sign_in.ask_code", to=_inside(request.form.get("to", "")))))
    guard.set_cookie(response, token)
    return response


def ask_code() -> ResponseReturnValue:
    """Ask for the code of the authenticator app."""
    if guard.find_sign_in() is None:
        return redirect(url_for("admin.sign_in.start"))
    return render_template("sign_in/code.html", to=request.args.get("to", ""))


def check_code() -> ResponseReturnValue:
    """Check the code, and let the person in under a new token."""
    half = guard.find_sign_in()
    if half is None or half.factor_at is not None:
        return redirect(url_for("admin.sign_in.start"))
    wall = world().wall()
    with transaction(world().engine) as session:
        may_try = accounts.take_code_try(session, half.staff.id, wall=wall)
    code = request.form.get("code", "").replace(" ", "")[:10]
    with transaction(world().engine) as session:
        token = accounts.complete(session, half, code, wall=wall) if may_try else None
    if token is None:
        return render_template("sign_in/code.html", to=request.form.get("to", ""), failed=True), 401
    form_session.clear()
    response = make_response(redirect(_target(half.staff)))
    guard.set_cookie(response, token)
    return response


def sign_out() -> ResponseReturnValue:
    """End the sign-in here and now."""
    with transaction(world().engine) as session:
        accounts.end(session, g.sign_in_id, wall=world().wall())
    response = make_response(redirect(url_for("admin.sign_in.start")))
    guard.clear_cookie(response)
    form_session.clear()
    return response


def set_language() -> ResponseReturnValue:
    """Show the staff web in another language from now on."""
    language = request.form.get("language", "")
    if language in texts.languages():
        with transaction(world().engine) as session:
            accounts.set_language(session, g.staff.id, language)
    return redirect(guard.home_of(g.staff))


def _target(person: StaffView) -> str:
    """Return where to go on: the page that was asked for, unless the person's job is the terminal."""
    wanted = _inside(request.form.get("to", ""))
    home = guard.home_of(person)
    return wanted if wanted and wanted.startswith(home) else home


def _inside(address: str) -> str | None:
    """Return a path of ours, or None: a sign-in never leads away."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    is_ours = not parts.scheme and not parts.netloc and address.startswith("/") and "\\" not in address
    return address if is_ours else None

"""Name and password, the way out, the language. Equal answers to unknown names and wrong passwords (T12)."""

from flask import Blueprint, g, make_response, redirect, render_template, request, url_for
from flask import session as form_session
from flask.typing import ResponseReturnValue

from admin import cookies, guard
from admin.sign_in import targets
from backend import texts
from backend.app import world
from backend.db.queries.staff import find_role
from backend.db.session import transaction
from backend.services import sign_ins, staff

LONGEST_LOGIN, LONGEST_PASSWORD = 40, 200


def register(pages: Blueprint) -> None:
    """Add the first page, the sign-out and the choice of language."""
    pages.get("/sign-in")(start)
    pages.post("/sign-in")(check_password)
    pages.post("/sign-out")(sign_out)
    pages.post("/language")(set_language)


def start() -> ResponseReturnValue:
    """Ask for name and password; who is signed in already goes on. A registered tablet asks for a PIN first."""
    signed_in = guard.find_full_sign_in()
    if signed_in:
        return redirect(guard.home_of(signed_in.staff))
    return show(to=request.args.get("to", ""))


def check_password() -> ResponseReturnValue:
    """Check the password. Nothing is locked while the hash is computed."""
    whence, wall = cookies.whence(), world().wall()
    with transaction(world().engine) as session:
        attempt = sign_ins.take_try(session, request.form.get("login", "")[:LONGEST_LOGIN], whence=whence, wall=wall)
    is_right = sign_ins.is_password(attempt, request.form.get("password", "")[:LONGEST_PASSWORD])
    with transaction(world().engine) as session:
        if not is_right or not guard.is_from_here(session, find_role(session, attempt.staff_id)):
            return show(to=request.form.get("to", ""), failed=True), 401
        token = sign_ins.open_half(session, attempt, whence=whence, wall=wall)
    form_session.clear()
    response = make_response(redirect(url_for("admin.sign_in.ask_code", to=targets.inside(request.form.get("to", "")))))
    cookies.put(response, cookies.SIGN_IN, token)
    return response


def sign_out() -> ResponseReturnValue:
    """End the sign-in here and now."""
    with transaction(world().engine) as session:
        sign_ins.end(session, g.sign_in_id, wall=world().wall())
    response = make_response(redirect(url_for("admin.sign_in.start")))
    cookies.clear(response, cookies.SIGN_IN)
    form_session.clear()
    return response


def set_language() -> ResponseReturnValue:
    """Show the staff web in another language from now on."""
    language = request.form.get("language", "")
    if language in texts.languages():
        with transaction(world().engine) as session:
            staff.set_language(session, g.staff.id, language)
    return redirect(guard.home_of(g.staff))


def show(*, to: str, failed: bool = False, pin_failed: bool = False) -> str:
    """Return the first page of the sign-in."""
    return render_template(
        "sign_in/password.html",
        to=to,
        failed=failed,
        pin_failed=pin_failed,
        tablet=targets.tablet(),
    )

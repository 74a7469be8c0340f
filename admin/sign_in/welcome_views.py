"""The first sign-in, and the first after a reset: by a one-time link and the asker's word, with one's own password."""

import segno
from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from flask import session as form_session
from flask.typing import ResponseReturnValue

from admin import cookies, guard
from admin.sign_in import targets
from backend.app import world
from backend.db.queries.access import provisioning_of
from backend.db.queries.staff import SignedIn, find_view
from backend.db.session import transaction
from backend.domain.policies import passwords as policy
from backend.domain.refusals import Refusal
from backend.services import passkeys, passwords, sign_ins, staff, staff_acts, tries
from backend.services.sign_ins import ENROLS, PASSKEY, TOTP, Try
from backend.texts import FALLBACK, text

LONGEST_CODE, LONGEST_ANSWER = 10, 20_000


def register(pages: Blueprint) -> None:
    """Add the pages behind a one-time link."""
    pages.get("/welcome/<token>")(welcome)
    pages.post("/welcome/<token>")(choose_password)
    pages.get("/enrol")(enrol)
    pages.post("/enrol/code")(confirm_code)
    pages.post("/enrol/passkey/options")(ask_new_passkey)
    pages.post("/enrol/passkey")(keep_passkey)


def welcome(token: str) -> ResponseReturnValue:
    """Show the link's page, or say that it holds no more."""
    with transaction(world().engine) as session:
        act = staff_acts.find_open_link(session, token, wall=world().wall())
    return _page(token, is_open=act is not None), 200 if act else 404


def choose_password(token: str) -> ResponseReturnValue:
    """Keep the person's own password, and go on to the second factor."""
    wall, whence = world().wall(), cookies.whence()
    password = request.form.get("password", "")
    with transaction(world().engine) as session:
        act = staff_acts.find_open_link(session, token, wall=wall)
        if act is None:
            return _page(token, is_open=False), 404
        person = find_view(session, act.subject_id)
        may_try = tries.take(session, "word", act.public_id, pace=tries.PIN, wall=wall)
    if not may_try or not staff_acts.is_word(act, request.form.get("word", "")):
        return _page(token, is_open=True, failed="word"), 401
    refusal = policy.check(password, own_words=(person.login, *person.name.split()))
    if refusal is not None or password != request.form.get("again", ""):
        return _page(token, is_open=True, failed="again", refusal=refusal), 400
    kept = passwords.hash_of(password)
    with transaction(world().engine) as session:
        act = staff_acts.find_open_link(session, token, wall=wall)
        if act is None:
            return _page(token, is_open=False), 404
        staff_acts.choose_password(session, act, password_hash=kept, wall=wall)
        tries.forget(session, "word", act.public_id)
        half = sign_ins.open_half(session, Try(act.subject_id, ""), whence=whence, wall=wall, purpose=ENROLS)
    form_session.clear()
    response = make_response(redirect(url_for("admin.sign_in.enrol"), 303))
    cookies.put(response, cookies.SIGN_IN, half)
    return response


def enrol() -> ResponseReturnValue:
    """Show the secret for an authenticator app, and the button for a passkey."""
    half = _find()
    return _enrol_page(half) if half else redirect(url_for("admin.sign_in.start"))


def confirm_code() -> ResponseReturnValue:
    """Let the person in once the app shows the right code; from now on it is asked for."""
    half = _find()
    if half is None:
        return redirect(url_for("admin.sign_in.start"))
    wall, whence = world().wall(), cookies.whence()
    code = request.form.get("code", "").replace(" ", "")[:LONGEST_CODE]
    with transaction(world().engine) as session:
        may_try = sign_ins.take_factor_try(session, half, TOTP, whence=whence, wall=wall)
    with transaction(world().engine) as session:
        opened = sign_ins.complete(session, half, code, whence=whence, wall=wall) if may_try else None
        if opened is not None:
            staff_acts.close_links(session, half.staff.id, wall=wall)
    if opened is None:
        return _enrol_page(half, failed=True), 401
    return targets.let_in(half.staff, opened, to=url_for("admin.access.me"))


def ask_new_passkey() -> ResponseReturnValue:
    """Return what the browser needs to make the first passkey."""
    half, site = _find(), targets.site()
    if half is None or site is None:
        return {"error": "sign_in"}, 401
    with transaction(world().engine) as session:
        options = passkeys.ask_to_add(session, half.staff.id, half.id, site=site)
    return Response(options, mimetype="application/json")


def keep_passkey() -> ResponseReturnValue:
    """Keep the person's first passkey and let them in; the app's secret that was shown beside it is dropped."""
    half, site = _find(), targets.site()
    if half is None or site is None:
        return {"error": "sign_in"}, 401
    wall, whence = world().wall(), cookies.whence()
    answer = request.get_data(as_text=True)[:LONGEST_ANSWER]
    with transaction(world().engine) as session:
        name = text("access-passkey-first", g.get("language", FALLBACK))
        is_kept = passkeys.add(session, half.staff.id, half.id, site=site, answer=answer, name=name, wall=wall)
        opened = sign_ins.complete_with(session, half, PASSKEY, whence=whence, wall=wall) if is_kept else None
        if opened is not None:
            staff.drop_app(session, half.staff.id)
            staff_acts.close_links(session, half.staff.id, wall=wall)
    if opened is None:
        return {"error": "passkey"}, 400
    return targets.let_in_script(half.staff, opened)


def _find() -> SignedIn | None:
    """Return the sign-in that may choose its second factor."""
    half = guard.find_sign_in()
    return half if half is not None and half.factor_at is None and half.purpose == ENROLS else None


def _page(token: str, *, is_open: bool, failed: str = "", refusal: Refusal | None = None) -> str:
    return render_template(
        "sign_in/welcome.html", token=token, is_open=is_open, failed=failed, refusal=refusal, least=policy.SHORTEST
    )


def _enrol_page(half: SignedIn, *, failed: bool = False) -> str:
    with transaction(world().engine) as session:
        app_of = provisioning_of(session, half.staff.id)
    picture = segno.make(app_of.uri, micro=False).svg_data_uri(scale=4, dark="#123", light="#fff")
    return render_template(
        "sign_in/enrol.html", secret=app_of.secret, picture=picture, failed=failed, has_site=targets.site() is not None
    )

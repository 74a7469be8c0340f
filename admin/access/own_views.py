"""One's own account: how one signs in, where one is signed in, what there is to know (S-05, Q-76)."""

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import forms
from admin.sign_in import targets
from backend.app import world
from backend.db.queries import access
from backend.db.session import transaction
from backend.domain.refusals import Refusal
from backend.domain.roles import DRIVER
from backend.services import passkeys, passwords, recovery_codes, sign_ins, staff

LONGEST_ANSWER, LONGEST_NAME = 20_000, 60
PIN_DIGITS = 6


def register(pages: Blueprint) -> None:
    """Add the page about one's own account."""
    pages.get("/me")(me)
    pages.post("/me/seen")(mark_seen)
    pages.post("/me/recovery-codes")(renew_codes)
    pages.post("/me/passkeys/options")(ask_new_passkey)
    pages.post("/me/passkeys")(add_passkey)
    pages.post("/me/passkeys/drop")(drop_passkey)
    pages.post("/me/pin")(set_pin)
    pages.post("/me/sign-ins/end")(end_own)


def me() -> ResponseReturnValue:
    """Show one's own account."""
    return _page()


def mark_seen() -> ResponseReturnValue:
    """Take the notices off the page."""
    with transaction(world().engine) as session:
        staff.mark_notices_seen(session, g.staff.id, wall=world().wall())
    return _back()


def renew_codes() -> ResponseReturnValue:
    """Show eight fresh recovery codes, this once."""
    if not _is_recent():
        return _page(refusal=Refusal("sign_in_again")), 403
    with transaction(world().engine) as session:
        codes = recovery_codes.renew(session, g.staff.id, actor=g.actor, wall=world().wall())
    return _page(codes=codes)


def ask_new_passkey() -> ResponseReturnValue:
    """Return what the browser needs to make a passkey."""
    site = targets.site()
    if site is None or not _is_recent():
        return {"error": "sign_in_again"}, 403
    with transaction(world().engine) as session:
        options = passkeys.ask_to_add(session, g.staff.id, g.sign_in_id, site=site)
    return Response(options, mimetype="application/json")


def add_passkey() -> ResponseReturnValue:
    """Keep a passkey."""
    site, answer = targets.site(), request.get_json(silent=True)
    if site is None or not isinstance(answer, dict) or not _is_recent():
        return {"error": "passkey"}, 400
    name = str(answer.pop("name", ""))
    with transaction(world().engine) as session:
        is_kept = passkeys.add(
            session,
            g.staff.id,
            g.sign_in_id,
            site=site,
            answer=answer,
            name="".join(sign for sign in name if sign.isprintable())[:LONGEST_NAME],
            wall=world().wall(),
        )
    return ({"to": url_for("admin.access.me")}, 200) if is_kept else ({"error": "passkey"}, 400)


def drop_passkey() -> ResponseReturnValue:
    """Take a passkey away, unless it is the last way in."""
    passkey_id = forms.number_of(request.form, "passkey", most=2**62)
    if not _is_recent():
        return _page(refusal=Refusal("sign_in_again")), 403
    with transaction(world().engine) as session:
        factors = access.own_factors(session, g.staff.id)
        if not factors.has_app and len(factors.passkeys) < 2:  # noqa: PLR2004 -- one must stay
            return _page(refusal=Refusal("last_factor")), 409
        passkeys.revoke(session, g.staff.id, passkey_id, wall=world().wall())
    return _back()


def set_pin() -> ResponseReturnValue:
    """Keep the PIN that a driver chose; who signed in with the old PIN alone may not change it."""
    pin = request.form.get("pin", "")
    if g.sign_in.factor == sign_ins.PIN or not _is_recent():
        return _page(refusal=Refusal("sign_in_again")), 403
    if len(pin) != PIN_DIGITS or not pin.isdecimal() or not pin.isascii() or len(set(pin)) < PIN_DIGITS // 2:
        return _page(refusal=Refusal("pin_weak", {"digits": PIN_DIGITS})), 400
    kept = passwords.hash_of(pin)
    with transaction(world().engine) as session:
        staff.set_pin(session, g.staff.id, pin_hash=kept, wall=world().wall())
    return _back()


def end_own() -> ResponseReturnValue:
    """End another sign-in of one's own."""
    with transaction(world().engine) as session:
        sign_in_id = access.find_sign_in_id(session, request.form.get("sign_in", ""), staff_id=g.staff.id)
        if sign_in_id is not None:
            sign_ins.end(session, sign_in_id, wall=world().wall())
    return _back()


def _is_recent() -> bool:
    """Tell whether the second factor was shown a moment ago: factors change only then."""
    return sign_ins.is_recent(g.sign_in, wall=world().wall())


def _back() -> ResponseReturnValue:
    return redirect(url_for("admin.access.me"), 303)


def _page(*, codes: list[str] | None = None, refusal: Refusal | None = None) -> str:
    wall = world().wall()
    with transaction(world().engine) as session:
        return render_template(
            "access/me.html",
            notices=access.list_notices(session, g.staff.id),
            factors=access.own_factors(session, g.staff.id),
            own=access.list_sign_ins(
                session, seen_after=wall - sign_ins.LONGEST, own_id=g.sign_in_id, staff_id=g.staff.id
            ),
            is_driver=g.staff.role == DRIVER,
            has_site=targets.site() is not None,
            tablet=targets.tablet(),
            pin_digits=PIN_DIGITS,
            codes=codes,
            refusal=refusal,
        )

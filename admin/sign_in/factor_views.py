"""The second factor: a passkey, a code of the app that works once, or a recovery code (S-05)."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import cookies, guard
from admin.sign_in import targets
from backend.app import world
from backend.db.queries.access import list_passkeys
from backend.db.queries.staff import SignedIn
from backend.db.session import transaction
from backend.services import passkeys, recovery_codes, sign_ins
from backend.services.sign_ins import PASSKEY, RECOVERY, TOTP, Opened

LONGEST_CODE, LONGEST_RECOVERY, LONGEST_ANSWER = 10, 40, 20_000


def register(pages: Blueprint) -> None:
    """Add the page of the second factor."""
    pages.get("/sign-in/code")(ask_code)
    pages.post("/sign-in/code")(check_code)
    pages.post("/sign-in/recovery")(check_recovery)
    pages.post("/sign-in/passkey/options")(ask_passkey)
    pages.post("/sign-in/passkey")(check_passkey)


def ask_code() -> ResponseReturnValue:
    """Ask for the second factor."""
    half = find_half()
    if half is None:
        return redirect(url_for("admin.sign_in.start"))
    return _page(half, to=request.args.get("to", ""))


def check_code() -> ResponseReturnValue:
    """Check the code of the app, and let the person in under a new token."""
    half = find_half()
    if half is None:
        return redirect(url_for("admin.sign_in.start"))
    whence, wall = cookies.whence(), world().wall()
    code = request.form.get("code", "").replace(" ", "")[:LONGEST_CODE]
    opened = None
    if _may_try(half, TOTP):
        with transaction(world().engine) as session:
            opened = sign_ins.complete(session, half, code, whence=whence, wall=wall)
    return _answer(half, opened, failed="code")


def check_recovery() -> ResponseReturnValue:
    """Let a person in with a recovery code, which is burned by it."""
    half = find_half()
    if half is None:
        return redirect(url_for("admin.sign_in.start"))
    whence, wall = cookies.whence(), world().wall()
    typed = request.form.get("recovery", "")[:LONGEST_RECOVERY]
    opened = None
    if _may_try(half, RECOVERY):
        with transaction(world().engine) as session:
            if recovery_codes.use(session, half.staff.id, typed, wall=wall):
                opened = sign_ins.complete_with(session, half, RECOVERY, whence=whence, wall=wall)
    return _answer(half, opened, failed="recovery")


def ask_passkey() -> ResponseReturnValue:
    """Return what the browser needs to show a passkey; the challenge stays here."""
    half, site = find_half(), targets.site()
    if half is None or site is None:
        return {"error": "sign_in"}, 401
    with transaction(world().engine) as session:
        options = passkeys.ask_to_show(session, half.staff.id, half.id, site=site)
    return Response(options, mimetype="application/json")


def check_passkey() -> ResponseReturnValue:
    """Check what the browser's passkey answered, and let the person in."""
    half, site = find_half(), targets.site()
    if half is None or site is None:
        return {"error": "sign_in"}, 401
    whence, wall = cookies.whence(), world().wall()
    answer = request.get_data(as_text=True)[:LONGEST_ANSWER]
    with transaction(world().engine) as session:
        is_shown = passkeys.is_shown(session, half.staff.id, half.id, site=site, answer=answer, wall=wall)
        opened = sign_ins.complete_with(session, half, PASSKEY, whence=whence, wall=wall) if is_shown else None
    if opened is None:
        return {"error": "passkey"}, 401
    return targets.let_in_script(half.staff, opened)


def find_half() -> SignedIn | None:
    """Return the sign-in that waits for its second factor."""
    half = guard.find_sign_in()
    return half if half is not None and half.factor_at is None and half.purpose is None else None


def _may_try(half: SignedIn, kind: str) -> bool:
    with transaction(world().engine) as session:
        return sign_ins.take_factor_try(session, half, kind, whence=cookies.whence(), wall=world().wall())


def _answer(half: SignedIn, opened: Opened | None, *, failed: str) -> ResponseReturnValue:
    if opened is not None:
        return targets.let_in(half.staff, opened, to=request.form.get("to", ""))
    with transaction(world().engine) as session:
        sign_ins.note_wrong_factor(session, half, wall=world().wall())
    return _page(half, to=request.form.get("to", ""), failed=failed), 401


def _page(half: SignedIn, *, to: str, failed: str = "") -> str:
    with transaction(world().engine) as session:
        has_passkey = bool(list_passkeys(session, half.staff.id)) and targets.site() is not None
    goes_to = targets.target(half.staff, to)
    return render_template("sign_in/code.html", to=to, goes_to=goes_to, failed=failed, has_passkey=has_passkey)

"""Registering a machine by its one-time code, and a driver's PIN on a registered tablet (Q-76, P-17)."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import cookies, guard
from admin.sign_in import password_views, targets
from backend.app import world
from backend.db.queries.staff import find_view
from backend.db.session import transaction
from backend.services import devices, passwords, sign_ins, tries
from backend.services.sign_ins import Opened

LONGEST_CODE = 40


def register(pages: Blueprint) -> None:
    """Add the PIN and the page for registering a machine."""
    pages.post("/sign-in/pin")(check_pin)
    pages.get("/sign-in/device")(ask_device)
    pages.post("/sign-in/device")(claim_device)


def check_pin() -> ResponseReturnValue:
    """Let a driver in at the start of a shift: the tablet's key and the PIN are the two factors."""
    whence, wall = cookies.whence(), world().wall()
    login = request.form.get("login", "")[: password_views.LONGEST_LOGIN]
    with transaction(world().engine) as session:
        attempt = sign_ins.take_pin_try(session, login, whence=whence, wall=wall)
    is_right = not attempt.must_wait and passwords.is_right(attempt.password_hash, request.form.get("pin", "")[:20])
    token = None
    if is_right and attempt.staff_id is not None:
        with transaction(world().engine) as session:
            token = sign_ins.open_with_pin(session, attempt, whence=whence, wall=wall)
            person = find_view(session, attempt.staff_id)
    if token is None:
        return password_views.show(to=request.form.get("to", ""), pin_failed=True), 401
    return targets.let_in(person, Opened(token, whence.browser), to=request.form.get("to", ""))


def ask_device() -> ResponseReturnValue:
    """Ask for the code that makes this machine a registered one; by a QR code it is filled in."""
    return render_template("sign_in/device.html", code=request.args.get("code", "")[:LONGEST_CODE])


def claim_device() -> ResponseReturnValue:
    """Register this machine: its key goes into a cookie that no script reads."""
    wall = world().wall()
    signed_in = guard.find_full_sign_in()
    with transaction(world().engine) as session:
        may_try = tries.take(session, "device", cookies.whence().source, pace=tries.SOURCE, wall=wall)
    key = None
    if may_try:
        with transaction(world().engine) as session:
            key = devices.claim(
                session,
                request.form.get("code", "")[:LONGEST_CODE],
                sign_in_id=signed_in.id if signed_in else None,
                wall=wall,
            )
    if key is None:
        return render_template("sign_in/device.html", code="", failed=True), 401
    response = make_response(redirect(url_for("admin.sign_in.start"), 303))
    cookies.put(response, cookies.DEVICE, key)
    return response

"""One switch each for an emergency: asked once more, with a reason; it holds from the next request on (S-17, C-12)."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import forms
from backend.app import world
from backend.db.session import transaction
from backend.domain.errors import NotFoundError
from backend.services import emergency

END_SESSIONS, REVOKE_DEVICES = "sessions", "devices"
SWITCHES = (*emergency.DOORS, END_SESSIONS, REVOKE_DEVICES)
LONGEST_REASON = 200


def register(pages: Blueprint) -> None:
    """Add the page of the switches."""
    pages.get("/emergency")(switches)
    pages.get("/emergency/<switch>")(ask)
    pages.post("/emergency/<switch>")(turn)


def switches() -> ResponseReturnValue:
    """Show every switch and what is shut."""
    with transaction(world().engine) as session:
        shut = {each.door: each for each in emergency.list_shut(session)}
    return render_template("secrecy/switches.html", switches=SWITCHES, doors=emergency.DOORS, shut=shut)


def ask(switch: str) -> ResponseReturnValue:
    """Ask once more, and why."""
    return _asked(_known(switch), faults={})


def turn(switch: str) -> ResponseReturnValue:
    """Turn a switch: shut a door or open it again, end all sign-ins, revoke all machines."""
    name = _known(switch)
    try:
        reason = forms.text_of(request.form, "reason", longest=LONGEST_REASON)
    except forms.FormError as fault:
        return _asked(name, faults=fault.said(g.language)), 400
    with transaction(world().engine) as session:
        _turn(session, name, reason)
    return redirect(url_for("admin.secrecy.switches", turned=name), 303)


def _known(switch: str) -> str:
    if switch not in SWITCHES:
        raise NotFoundError(switch)
    return switch


def _turn(session: Session, name: str, reason: str) -> None:
    now = world().clock()
    if name == END_SESSIONS:
        emergency.end_sessions(session, reason=reason, actor=g.actor, now=now, wall=world().wall())
    elif name == REVOKE_DEVICES:
        emergency.revoke_devices(session, reason=reason, actor=g.actor, now=now, wall=world().wall())
    elif request.form.get("act") == "open":
        emergency.reopen(session, name, reason=reason, actor=g.actor, now=now)
    else:
        emergency.shut(session, name, reason=reason, actor=g.actor, now=now)


def _asked(name: str, *, faults: dict[str, str]) -> str:
    with transaction(world().engine) as session:
        is_shut = name in emergency.DOORS and emergency.is_shut(session, name)
    act = "open" if is_shut else "shut"
    return render_template("secrecy/turn.html", name=name, act=act, typed=request.form, faults=faults)

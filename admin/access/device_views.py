"""Registered machines: made known, locked, emptied (Q-76, P-17, C-12). A carrier sees its own only."""

import segno
from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import forms, guard
from admin.forms import FormError
from backend.app import world
from backend.db.queries import access
from backend.db.session import transaction
from backend.domain.roles import CARRIER
from backend.services import devices

LONGEST_NAME = 60
CODE_PART = 4


def register(pages: Blueprint) -> None:
    """Add the page of machines."""
    pages.get("/devices/")(list_devices)
    pages.post("/devices/")(announce)
    pages.post("/devices/revoke-all")(revoke_all)
    pages.post("/devices/<public_id>/revoke")(revoke)
    pages.post("/devices/<public_id>/empty")(empty)


def list_devices() -> ResponseReturnValue:
    """Show the machines."""
    return _page()


def announce() -> ResponseReturnValue:
    """Show the one-time code that makes a machine a registered one."""
    try:
        name = forms.text_of(request.form, "name", longest=LONGEST_NAME)
        kind = forms.choice_of(request.form, "kind", _kinds())
    except FormError as fault:
        return _page(faults=fault.said(g.language)), 400
    with transaction(world().engine) as session:
        _, code = devices.announce(
            session, kind=kind, name=name, carrier_id=guard.own_carrier(), actor=g.actor, wall=world().wall()
        )
    return _page(code=code, name=name)


def revoke(public_id: str) -> ResponseReturnValue:
    """Lock a machine and let it forget everything."""
    with transaction(world().engine) as session:
        devices.revoke(session, public_id, carrier_id=guard.own_carrier(), actor=g.actor, wall=world().wall())
    return redirect(url_for("admin.access.list_devices"), 303)


def empty(public_id: str) -> ResponseReturnValue:
    """Let a machine forget everything it holds."""
    with transaction(world().engine) as session:
        devices.empty(session, public_id, carrier_id=guard.own_carrier(), actor=g.actor, wall=world().wall())
    return redirect(url_for("admin.access.list_devices"), 303)


def revoke_all() -> ResponseReturnValue:
    """Lock every machine at once."""
    with transaction(world().engine) as session:
        devices.revoke_all(session, actor=g.actor, wall=world().wall())
    return redirect(url_for("admin.access.list_devices"), 303)


def _kinds() -> tuple[str, ...]:
    return (devices.TABLET,) if g.staff.role == CARRIER else (devices.TABLET, devices.OFFICE)


def _page(*, faults: dict[str, str] | None = None, code: str = "", name: str = "") -> str:
    wall = world().wall()
    with transaction(world().engine) as session:
        rows = access.list_devices(session, carrier_id=guard.own_carrier(), wall=wall)
    link = world().settings.public_url + url_for("admin.sign_in.ask_device", code=code)
    return render_template(
        "access/devices.html",
        rows=rows,
        kinds=_kinds(),
        code=code,
        shown="-".join(code[start : start + CODE_PART] for start in range(0, len(code), CODE_PART)),
        picture=segno.make(link, micro=False).svg_data_uri(scale=4, dark="#123", light="#fff") if code else "",
        name=name,
        typed=request.form,
        faults=faults or {},
    )

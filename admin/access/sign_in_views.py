"""The open sign-ins and how they are ended from here; the addresses the staff web opens from (S-02, S-17)."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import cookies, forms
from admin.forms import FormError
from backend.app import world
from backend.db.queries import access
from backend.db.session import transaction
from backend.domain.refusals import Refusal
from backend.services import lifecycle, sign_ins, staff_networks

LONGEST_NAME, LONGEST_CIDR = 60, 40


def register(pages: Blueprint) -> None:
    """Add the list of open sign-ins and the list of networks."""
    pages.get("/sign-ins")(list_open)
    pages.post("/sign-ins/end")(end_one)
    pages.post("/sign-ins/end-all")(end_all)
    pages.get("/networks")(networks)
    pages.post("/networks")(add_network)
    pages.post("/networks/drop")(drop_network)


def list_open() -> ResponseReturnValue:
    """Show who is signed in now."""
    with transaction(world().engine) as session:
        rows = access.list_sign_ins(session, seen_after=world().wall() - sign_ins.LONGEST, own_id=g.sign_in_id)
    return render_template("access/sign_ins.html", rows=rows)


def end_one() -> ResponseReturnValue:
    """End a sign-in; its next request finds nobody signed in."""
    wall = world().wall()
    with transaction(world().engine) as session:
        sign_in_id = access.find_sign_in_id(session, request.form.get("sign_in", ""))
        if sign_in_id is not None:
            sign_ins.end(session, sign_in_id, wall=wall)
            lifecycle.record(session, "sign_in", sign_in_id, "staff.sign_in_ended", actor=g.actor, now=wall)
    return redirect(url_for("admin.access.list_open"), 303)


def end_all() -> ResponseReturnValue:
    """End every sign-in but one's own."""
    with transaction(world().engine) as session:
        sign_ins.end_all(session, actor=g.actor, wall=world().wall(), but_id=g.sign_in_id)
    return redirect(url_for("admin.access.list_open"), 303)


def networks() -> ResponseReturnValue:
    """Show from where the staff web opens."""
    return _networks()


def add_network() -> ResponseReturnValue:
    """Allow an address range."""
    try:
        cidr = forms.text_of(request.form, "cidr", longest=LONGEST_CIDR)
        name = forms.text_of(request.form, "name", longest=LONGEST_NAME)
    except FormError as fault:
        return _networks(faults=fault.said(g.language)), 400
    with transaction(world().engine) as session:
        refusal = staff_networks.add(
            session, cidr=cidr, name=name, source=cookies.whence().source, actor=g.actor, wall=world().wall()
        )
    if refusal is not None:
        return _networks(refusal=refusal), 409
    return redirect(url_for("admin.access.networks"), 303)


def drop_network() -> ResponseReturnValue:
    """Take an address range away."""
    with transaction(world().engine) as session:
        refusal = staff_networks.drop(
            session,
            request.form.get("cidr", "")[:LONGEST_CIDR],
            source=cookies.whence().source,
            actor=g.actor,
            wall=world().wall(),
        )
    if refusal is not None:
        return _networks(refusal=refusal), 409
    return redirect(url_for("admin.access.networks"), 303)


def _networks(*, refusal: Refusal | None = None, faults: dict[str, str] | None = None) -> str:
    with transaction(world().engine) as session:
        rows = access.list_networks(session)
    return render_template(
        "access/networks.html",
        rows=rows,
        source=cookies.whence().source,
        typed=request.form,
        refusal=refusal,
        faults=faults or {},
    )

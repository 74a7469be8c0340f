"""Subsidies that pay part of a price (T-37)."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import forms
from backend.app import world
from backend.db.queries import network, products
from backend.db.session import transaction
from backend.domain.refusals import Refusal
from backend.services import schemes


def register(pages: Blueprint) -> None:
    """Add the subsidies' page."""
    pages.get("/schemes")(list_schemes)
    pages.post("/schemes")(add_scheme)
    pages.post("/schemes/<int:scheme_id>")(offer_scheme)


def list_schemes() -> ResponseReturnValue:
    """Show all subsidies."""
    return _page()


def add_scheme() -> ResponseReturnValue:
    """Add a subsidy; from now on sales offer it."""
    try:
        code = forms.text_of(request.form, "code", longest=20)
        name = forms.text_of(request.form, "name", longest=60)
    except forms.FormError as fault:
        return _page(faults=fault.said(g.language)), 400
    with transaction(world().engine) as session:
        service_id = network.get_service(session, mode="line").id
        outcome = schemes.add(session, service_id, code=code, name=name, actor=g.actor, now=world().clock())
    if isinstance(outcome, Refusal):
        return _page(refusal=outcome), 409
    return redirect(url_for("admin.sales.list_schemes", saved="1"), 303)


def offer_scheme(scheme_id: int) -> ResponseReturnValue:
    """Offer a subsidy, or no more."""
    active = forms.is_ticked(request.form, "active")
    with transaction(world().engine) as session:
        service_id = network.get_service(session, mode="line").id
        schemes.offer(session, service_id, scheme_id, active=active, actor=g.actor, now=world().clock())
    return redirect(url_for("admin.sales.list_schemes", saved="1"), 303)


def _page(*, faults: dict[str, str] | None = None, refusal: Refusal | None = None) -> str:
    with transaction(world().engine) as session:
        service = network.get_service(session, mode="line")
        found = products.list_schemes(session, service.id)
    return render_template(
        "sales/schemes.html", schemes=found, typed=request.form, faults=faults or {}, refusal=refusal
    )

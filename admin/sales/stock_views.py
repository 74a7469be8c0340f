"""Issued, sold, left; and issuing to an agreed design (T-35, T-36)."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import forms
from backend.app import world
from backend.db.queries import network
from backend.db.queries import sales as queries
from backend.db.session import transaction
from backend.domain.errors import StaleError
from backend.domain.refusals import Refusal
from backend.services import stock
from backend.services.stock import Issue

MOST_SERIAL, MOST_PIECES = 99_999_999, 100_000


def register(pages: Blueprint) -> None:
    """Add the stock's page."""
    pages.get("/stock")(show_stock)
    pages.post("/stock")(issue)


def show_stock() -> ResponseReturnValue:
    """Show the stock of every product, and what was issued."""
    return _page()


def issue() -> ResponseReturnValue:
    """Issue a batch to an agreed design; a form sent twice issues once."""
    key = forms.key_of(request.form)
    try:
        entry = parse_issue(request.form)
    except forms.FormError as fault:
        return _page(key=key, faults=fault.said(g.language)), 400
    try:
        with transaction(world().engine) as session:
            service_id = network.get_service(session, mode="line").id
            outcome = stock.issue(session, service_id, entry=entry, key=key, actor=g.actor, now=world().clock())
    except StaleError:
        return _page(faults=forms.FormError("key", "sales-sent-before").said(g.language)), 409
    if isinstance(outcome, Refusal):
        return _page(key=key, refusal=outcome), 409
    return redirect(url_for("admin.sales.show_stock", saved="1"), 303)


def parse_issue(form: forms.Form) -> Issue:
    """Return a batch as typed; FormError names the field."""
    return Issue(
        product_code=forms.text_of(form, "product", longest=40),
        design_version=forms.text_of(form, "design_version", longest=40),
        agreed_on=forms.day_of(form, "agreed_on"),
        agreed_with=forms.text_of(form, "agreed_with"),
        first_serial=forms.number_of(form, "first_serial", least=1, most=MOST_SERIAL),
        pieces=forms.number_of(form, "pieces", least=1, most=MOST_PIECES),
        is_numbered=not forms.is_ticked(form, "unnumbered"),
    )


def _page(*, key: str | None = None, faults: dict[str, str] | None = None, refusal: Refusal | None = None) -> str:
    with transaction(world().engine) as session:
        service = network.get_service(session, mode="line")
        held = queries.stock(session, service.id)
        batches = queries.list_batches(session, service.id)
    return render_template(
        "sales/stock.html",
        held=held,
        batches=batches,
        key=key or forms.new_key(),
        typed=request.form,
        faults=faults or {},
        refusal=refusal,
    )

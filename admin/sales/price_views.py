"""The price table as requirements 1.8.4 print it, and new prices from a coming day on (T-31, D-08, Q-49)."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import forms
from admin.sales.words import pass_rows, product_text, ticket_books
from backend.app import world
from backend.db.queries import network, products
from backend.db.queries.products import ProductView
from backend.db.session import transaction
from backend.domain import times
from backend.domain.refusals import Refusal
from backend.services import sales
from backend.texts import text

MOST_YEN = 1_000_000


def register(pages: Blueprint) -> None:
    """Add the prices' page."""
    pages.get("/prices")(prices)
    pages.post("/prices")(set_prices)


def prices() -> ResponseReturnValue:
    """Show the prices of today and those to come."""
    return _page()


def set_prices() -> ResponseReturnValue:
    """Enter prices valid from a coming day on; what was sold keeps its price (D-08)."""
    now = world().clock()
    with transaction(world().engine) as session:
        service_id = network.get_service(session, mode="line").id
        sold = products.list_products(session, service_id, times.day_of(now))
    try:
        valid_from = forms.day_of(request.form, "valid_from")
        yen = {each.code: forms.number_of(request.form, each.code, most=MOST_YEN) for each in sold}
    except forms.FormError as fault:
        return _page(faults=_said(fault, sold)), 400
    with transaction(world().engine) as session:
        refusal = sales.set_prices(session, service_id, valid_from=valid_from, yen_by_code=yen, actor=g.actor, now=now)
    if refusal:
        return _page(refusal=refusal), 409
    return redirect(url_for("admin.sales.prices", saved="1"), 303)


def _said(fault: forms.FormError, sold: list[ProductView]) -> dict[str, str]:
    """Return what is wrong, with the name of the product it is about."""
    for each in sold:
        if each.code == fault.field:
            return {each.code: text("sales-price-unreadable", g.language, name=product_text(each, g.language))}
    return fault.said(g.language)


def _page(*, faults: dict[str, str] | None = None, refusal: Refusal | None = None) -> str:
    today = times.day_of(world().clock())
    with transaction(world().engine) as session:
        service = network.get_service(session, mode="line")
        sold = products.list_products(session, service.id, today)
        coming = products.list_coming_prices(session, service.id, today)
    return render_template(
        "sales/prices.html",
        sold=sold,
        coming=coming,
        rows=pass_rows(sold),
        books=ticket_books(sold),
        typed=request.form,
        faults=faults or {},
        refusal=refusal,
    )

"""Selling a ticket book or pass, and what happens to it afterwards (T-30 to T-34, Q-47)."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import forms
from admin.sales.words import pass_rows, ticket_books
from backend.app import world
from backend.db.queries import network, products
from backend.db.queries import sales as queries
from backend.db.queries.products import ProductView
from backend.db.session import transaction
from backend.domain import times
from backend.domain.errors import StaleError
from backend.domain.policies.passes import PROOFS
from backend.domain.refusals import Refusal
from backend.services import sales
from backend.services.sales import Purchase

MOST_YEN = 1_000_000


def register(pages: Blueprint) -> None:
    """Add the pages of a sale."""
    pages.get("/")(home)
    pages.get("/new")(new)
    pages.post("/new")(sell)
    pages.get("/<public_id>")(sale)
    pages.get("/<public_id>/paper")(paper)
    pages.post("/<public_id>/handover")(hand_over)
    pages.post("/<public_id>/refund")(refund)
    pages.post("/<public_id>/use")(use_ticket)


def home() -> ResponseReturnValue:
    """Show what must be handed over, and the prices to sell at; what is not in the table is not sold (Q-50)."""
    today = times.day_of(world().clock())
    with transaction(world().engine) as session:
        service = network.get_service(session, mode="line")
        sold = products.list_products(session, service.id, today)
        waiting = queries.list_to_hand_over(session, service.id, today)
    return render_template(
        "sales/home.html", waiting=waiting, service=service, rows=pass_rows(sold), books=ticket_books(sold)
    )


def new() -> ResponseReturnValue:
    """Ask for place, proofs and subsidy of a sale."""
    product = _find_product(request.args.get("product", ""))
    if product is None:
        return render_template("sales/not_sold.html", refusal=Refusal("not_sold")), 404
    return _form(product, {"sold_on": times.day_of(world().clock()).isoformat(), "place": "office"})


def sell() -> ResponseReturnValue:
    """Sell; a form sent twice sells once."""
    key = forms.key_of(request.form)
    product = _find_product(request.form.get("product", ""))
    if product is None:
        return render_template("sales/not_sold.html", refusal=Refusal("not_sold")), 409
    try:
        purchase = parse_purchase(request.form, product)
    except forms.FormError as fault:
        return _form(product, request.form, key=key, faults=fault.said(g.language)), 400
    try:
        with transaction(world().engine) as session:
            service_id = network.get_service(session, mode="line").id
            outcome = sales.sell(session, service_id, purchase=purchase, key=key, actor=g.actor, now=world().clock())
            if isinstance(outcome, Refusal):
                return _form(product, request.form, key=key, refusal=outcome), 409
            public_id = outcome.public_id
    except StaleError:
        return _form(product, request.form, faults=forms.FormError("key", "sales-sent-before").said(g.language)), 409
    return redirect(url_for("admin.sales.sale", public_id=public_id, saved="1"), 303)


def sale(public_id: str) -> ResponseReturnValue:
    """Show a sale."""
    return _sale(public_id)


def paper(public_id: str) -> ResponseReturnValue:
    """Show a pass or receipt for printing: serial, kind, zone, validity, design; nobody is named (T-36)."""
    with transaction(world().engine) as session:
        service = network.get_service(session, mode="line")
        found = queries.get_sale(session, service.id, public_id)
    return render_template("sales/paper.html", sale=found, service=service)


def hand_over(public_id: str) -> ResponseReturnValue:
    """Note that the buyer has the piece now (T-34)."""
    with transaction(world().engine) as session:
        service_id = network.get_service(session, mode="line").id
        sales.hand_over(session, service_id, public_id, actor=g.actor, now=world().clock())
    return redirect(url_for("admin.sales.sale", public_id=public_id, saved="1"), 303)


def refund(public_id: str) -> ResponseReturnValue:
    """Enter what was given back, and why (Q-47)."""
    try:
        yen = forms.number_of(request.form, "refund_yen", least=1, most=MOST_YEN)
        reason = forms.text_of(request.form, "refund_reason")
    except forms.FormError as fault:
        return _sale(public_id, faults=fault.said(g.language)), 400
    with transaction(world().engine) as session:
        service_id = network.get_service(session, mode="line").id
        refusal = sales.refund(
            session, service_id, public_id, yen=yen, reason=reason, actor=g.actor, now=world().clock()
        )
    if refusal:
        return _sale(public_id, refusal=refusal), 409
    return redirect(url_for("admin.sales.sale", public_id=public_id, saved="1"), 303)


def use_ticket(public_id: str) -> ResponseReturnValue:
    """Count one ticket of a numbered book as used; the eleventh of ten is refused (T-30)."""
    key = forms.key_of(request.form)
    with transaction(world().engine) as session:
        service_id = network.get_service(session, mode="line").id
        found = queries.get_sale(session, service_id, public_id)
        outcome = sales.use_coupon(
            session,
            product_code=found.product.code,
            serial=found.serial or 0,
            run_id=None,
            event_id=key,
            by=g.actor,
            now=world().clock(),
        )
    if isinstance(outcome, Refusal):
        return _sale(public_id, refusal=outcome), 409
    return redirect(url_for("admin.sales.sale", public_id=public_id, saved="1"), 303)


def parse_purchase(form: forms.Form, product: ProductView) -> Purchase:
    """Return a sale as typed; FormError names the field."""
    place = form.get("place", "")
    if place not in queries.PLACES:
        raise forms.FormError("place", "admin-form-missing")
    scheme_id = forms.number_of(form, "scheme_id", least=1, most=2**31) if form.get("scheme_id") else None
    return Purchase(
        product_code=product.code,
        sold_on=forms.day_of(form, "sold_on"),
        place=place,
        proofs_seen=tuple(proof for proof in PROOFS if forms.is_ticked(form, f"proof-{proof}")),
        starts_on=forms.day_of(form, "starts_on") if product.months else None,
        scheme_id=scheme_id,
        subsidy_yen=forms.number_of(form, "subsidy_yen", most=MOST_YEN) if form.get("subsidy_yen") else 0,
    )


def _find_product(code: str) -> ProductView | None:
    with transaction(world().engine) as session:
        service_id = network.get_service(session, mode="line").id
        return products.find_product(session, service_id, code, times.day_of(world().clock()))


def _form(
    product: ProductView,
    typed: forms.Form,
    *,
    key: str | None = None,
    faults: dict[str, str] | None = None,
    refusal: Refusal | None = None,
) -> str:
    with transaction(world().engine) as session:
        service = network.get_service(session, mode="line")
        schemes = [each for each in products.list_schemes(session, service.id) if each.active]
    return render_template(
        "sales/new.html",
        product=product,
        schemes=schemes,
        places=queries.PLACES,
        key=key or forms.new_key(),
        typed=typed,
        faults=faults or {},
        refusal=refusal,
    )


def _sale(public_id: str, *, faults: dict[str, str] | None = None, refusal: Refusal | None = None) -> str:
    with transaction(world().engine) as session:
        service = network.get_service(session, mode="line")
        found = queries.get_sale(session, service.id, public_id)
    return render_template(
        "sales/sale.html",
        sale=found,
        service=service,
        key=forms.new_key(),
        typed=request.form,
        faults=faults or {},
        refusal=refusal,
    )

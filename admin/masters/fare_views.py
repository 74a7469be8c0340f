"""Fare tables by the day they start on (D-08)."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import forms
from backend.app import world
from backend.db.queries import masters as master_queries
from backend.db.queries import network
from backend.db.session import transaction
from backend.domain.party import FareCategory
from backend.domain.refusals import Refusal
from backend.services import town_rules

MOST_YEN = 100_000


def register(pages: Blueprint) -> None:
    """Add the fares' page."""
    pages.get("/fares/")(fares)
    pages.post("/fares/")(set_fares)


def fares() -> ResponseReturnValue:
    """Show all fare tables."""
    return _page()


def set_fares() -> ResponseReturnValue:
    """Enter the fares valid from a coming day on; the past keeps its fares (D-08)."""
    try:
        valid_from = forms.day_of(request.form, "valid_from")
        yen = {each.value: forms.number_of(request.form, each.value, most=MOST_YEN) for each in FareCategory}
    except forms.FormError as fault:
        return _page(faults=fault.said(g.language)), 400
    with transaction(world().engine) as session:
        service_id = network.get_service(session).id
        refusal = town_rules.set_fares(
            session, service_id, valid_from=valid_from, fares=yen, actor=g.actor, now=world().clock()
        )
    if refusal:
        return _page(refusal=refusal), 409
    return redirect(url_for("admin.masters.fares", saved="1"), 303)


def _page(*, faults: dict[str, str] | None = None, refusal: Refusal | None = None) -> str:
    with transaction(world().engine) as session:
        service = network.get_service(session)
        tables = master_queries.list_fare_tables(session, service.id)
    latest = {fare.category: str(fare.yen) for fare in tables[0].fares} if tables else {}
    return render_template(
        "masters/fares.html",
        tables=tables,
        categories=[each.value for each in FareCategory],
        typed=request.form or latest,
        faults=faults or {},
        refusal=refusal,
    )

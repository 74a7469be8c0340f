"""Fare tables of each service by the day they start on (D-08, T-26)."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import forms
from admin.masters.chosen import chosen_service
from backend.app import world
from backend.db.queries import masters as master_queries
from backend.db.queries import money, network
from backend.db.queries.network import ServiceView
from backend.db.session import transaction
from backend.domain.party import FareCategory
from backend.domain.refusals import Refusal
from backend.services import town_rules

MOST_YEN = 100_000


@dataclass(frozen=True, slots=True)
class Shape:
    """Which zones and categories the fares of a service know; one zone without a name where there are none."""

    zones: tuple[str, ...]
    categories: tuple[str, ...]

    def cells(self) -> Iterator[tuple[str, str, str]]:
        """Return zone, category and the name of the form's field, zone by zone."""
        for zone in self.zones:
            for category in self.categories:
                yield zone, category, f"{zone}-{category}" if zone else category


def register(pages: Blueprint) -> None:
    """Add the fares' page."""
    pages.get("/fares/")(fares)
    pages.post("/fares/")(set_fares)


def fares() -> ResponseReturnValue:
    """Show all fare tables."""
    return _page()


def set_fares() -> ResponseReturnValue:
    """Enter the fares valid from a coming day on; the past keeps its fares (D-08)."""
    with transaction(world().engine) as session:
        shape = _shape(session, chosen_service(session))
    try:
        valid_from = forms.day_of(request.form, "valid_from")
        yen: dict[str, dict[str, int]] = {zone: {} for zone in shape.zones}
        for zone, category, field in shape.cells():
            yen[zone][category] = forms.number_of(request.form, field, most=MOST_YEN)
    except forms.FormError as fault:
        return _page(faults=fault.said(g.language)), 400
    with transaction(world().engine) as session:
        service = chosen_service(session)
        refusal = town_rules.set_zone_fares(
            session, service.id, valid_from=valid_from, fares=yen, actor=g.actor, now=world().clock()
        )
        code = service.code
    if refusal:
        return _page(refusal=refusal), 409
    return redirect(url_for("admin.masters.fares", service=code, saved="1"), 303)


def _shape(session: Session, service: ServiceView) -> Shape:
    """Return the zones and categories of the newest table: those that a new one has too."""
    tables = master_queries.list_fare_tables(session, service.id)
    known = {fare.category for fare in tables[0].fares} if tables else set()
    zones = {fare.zone for fare in tables[0].fares} if tables else {money.NO_ZONE}
    categories = [
        each.value for each in FareCategory if each.value in known or (not known and each != FareCategory.FREE)
    ]
    return Shape(tuple(sorted(zones)), tuple(categories))


def _page(*, faults: dict[str, str] | None = None, refusal: Refusal | None = None) -> str:
    with transaction(world().engine) as session:
        service = chosen_service(session)
        services = network.list_services(session)
        shape = _shape(session, service)
        tables = master_queries.list_fare_tables(session, service.id)
    names = {(zone, category): field for zone, category, field in shape.cells()}
    present = tables[0].fares if tables else []
    latest = {names[fare.zone, fare.category]: str(fare.yen) for fare in present}
    return render_template(
        "masters/fares.html",
        service=service,
        services=services,
        tables=tables,
        shape=shape,
        names=names,
        typed=request.form or latest,
        faults=faults or {},
        refusal=refusal,
    )

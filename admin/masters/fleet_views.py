"""Vehicles with their places, and who drives them on which weekdays (D-12)."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import forms
from admin.forms import Form, FormError
from backend.app import world
from backend.db.queries import masters as master_queries
from backend.db.queries import network
from backend.db.queries.staff import list_drivers
from backend.db.session import transaction
from backend.domain import times
from backend.domain.errors import StaleError
from backend.domain.refusals import Refusal
from backend.services import masters
from backend.services.masters import DutyPatternData, VehicleData

MOST_SEATS = 60
WEEK = range(7)


def register(pages: Blueprint) -> None:
    """Add the fleet's page."""
    pages.get("/fleet/")(fleet)
    pages.post("/fleet/vehicles")(add_vehicle)
    pages.post("/fleet/vehicles/<int:vehicle_id>")(change_vehicle)
    pages.post("/fleet/duties")(add_duty_pattern)
    pages.post("/fleet/duties/<int:pattern_id>/end")(end_duty_pattern)


def fleet() -> ResponseReturnValue:
    """Show vehicles and duty patterns."""
    return _page()


def add_vehicle() -> ResponseReturnValue:
    """Add a vehicle."""
    try:
        code = forms.text_of(request.form, "code", longest=20)
        carrier_id = forms.number_of(request.form, "carrier_id")
        entry = _parse_vehicle(request.form)
    except FormError as fault:
        return _page(faults=fault.said(g.language)), 400
    with transaction(world().engine) as session:
        outcome = masters.add_vehicle(
            session, code=code, carrier_id=carrier_id, entry=entry, actor=g.actor, now=world().clock()
        )
    if isinstance(outcome, Refusal):
        return _page(refusal=outcome), 409
    return redirect(url_for("admin.masters.fleet"), 303)


def change_vehicle(vehicle_id: int) -> ResponseReturnValue:
    """Change a vehicle; seats count from the next booking on."""
    try:
        entry = _parse_vehicle(request.form)
        version = forms.number_of(request.form, "version")
    except FormError as fault:
        return _page(faults=fault.said(g.language)), 400
    try:
        with transaction(world().engine) as session:
            masters.change_vehicle(
                session, vehicle_id, entry=entry, version=version, actor=g.actor, now=world().clock()
            )
    except StaleError:
        return _page(is_stale=True), 409
    return redirect(url_for("admin.masters.fleet"), 303)


def add_duty_pattern() -> ResponseReturnValue:
    """Plan a vehicle and a driver for weekdays."""
    try:
        entry = _parse_pattern(request.form)
    except FormError as fault:
        return _page(faults=fault.said(g.language)), 400
    with transaction(world().engine) as session:
        service_id = network.get_service(session).id
        outcome = masters.add_duty_pattern(session, service_id, entry=entry, actor=g.actor, now=world().clock())
    if isinstance(outcome, Refusal):
        return _page(refusal=outcome), 409
    return redirect(url_for("admin.masters.fleet"), 303)


def end_duty_pattern(pattern_id: int) -> ResponseReturnValue:
    """Let a duty pattern end with a day."""
    try:
        last = forms.optional_day(request.form, "valid_to") or times.day_of(world().clock())
    except FormError as fault:
        return _page(faults=fault.said(g.language)), 400
    with transaction(world().engine) as session:
        masters.end_duty_pattern(session, pattern_id, valid_to=last, actor=g.actor, now=world().clock())
    return redirect(url_for("admin.masters.fleet"), 303)


def _parse_vehicle(form: Form) -> VehicleData:
    return VehicleData(
        name=forms.text_of(form, "name", longest=60),
        seats=forms.number_of(form, "seats", least=1, most=MOST_SEATS),
        wheelchair_places=forms.number_of(form, "wheelchair_places", most=MOST_SEATS),
        depot_stop_id=forms.number_of(form, "depot_stop_id"),
        active=forms.is_ticked(form, "active"),
    )


def _parse_pattern(form: Form) -> DutyPatternData:
    weekdays = tuple(day for day in WEEK if forms.is_ticked(form, f"weekday-{day}"))
    if not weekdays:
        raise FormError("weekdays", "admin-form-missing")
    driver_id = form.get("driver_id", "")
    return DutyPatternData(
        vehicle_id=forms.number_of(form, "vehicle_id"),
        driver_id=forms.number_of(form, "driver_id") if driver_id else None,
        weekdays=weekdays,
        start_s=forms.optional_clock(form, "start"),
        end_s=forms.optional_clock(form, "end"),
        valid_from=forms.optional_day(form, "valid_from"),
        valid_to=forms.optional_day(form, "valid_to"),
    )


def _page(*, faults: dict[str, str] | None = None, refusal: Refusal | None = None, is_stale: bool = False) -> str:
    with transaction(world().engine) as session:
        service = network.get_service(session)
        return render_template(
            "masters/fleet.html",
            service=service,
            vehicles=master_queries.list_vehicles(session),
            patterns=master_queries.list_patterns(session, service.id),
            carriers=master_queries.list_carriers(session),
            drivers=list_drivers(session),
            stops=[each.stop for each in master_queries.list_served(session, service.id)],
            week=WEEK,
            faults=faults or {},
            refusal=refusal,
            is_stale=is_stale,
        )

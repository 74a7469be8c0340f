"""Stops: add, change, retire, take in and out of the area (D-06, D-09). A stop that moves gets new driving times."""

from collections.abc import Mapping
from datetime import datetime

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import forms
from admin.forms import Form
from admin.masters.chosen import chosen_service
from backend.app import world
from backend.db.queries import masters as master_queries
from backend.db.queries import network
from backend.db.session import transaction
from backend.domain import times
from backend.domain.errors import StaleError
from backend.domain.refusals import Refusal
from backend.ports import PermanentError
from backend.services import masters
from backend.services.masters import StopData

FIELDS = ("code", "name", "kana", "lat", "lon", "kind", "marker", "winter_marker", "hint", "road_note")


def register(pages: Blueprint) -> None:
    """Add the stops' pages."""
    pages.get("/stops/")(list_stops)
    pages.get("/stops/new")(new_stop)
    pages.post("/stops/new")(add_stop)
    pages.get("/stops/<int:stop_id>")(stop)
    pages.post("/stops/<int:stop_id>")(change_stop)
    pages.post("/stops/<int:stop_id>/served")(serve_stop)


def list_stops() -> ResponseReturnValue:
    """List all stops, planned and actual number on top."""
    with transaction(world().engine) as session:
        service = chosen_service(session)
        services = network.list_services(session)
        served = master_queries.list_served(session, service.id)
    today = times.day_of(world().clock())
    return render_template("masters/stops.html", service=service, services=services, served=served, today=today)


def new_stop() -> ResponseReturnValue:
    """Ask for a new stop."""
    return render_template("masters/stop.html", served=None, typed={}, faults={})


def add_stop() -> ResponseReturnValue:
    """Add a stop; it can be booked at once (D-09)."""
    try:
        code = forms.text_of(request.form, "code", longest=20)
        entry = parse_stop(request.form)
    except forms.FormError as fault:
        return _form(None, request.form, faults=fault.said(g.language)), 400
    now = world().clock()
    try:
        with transaction(world().engine) as session:
            service = network.get_service(session)
            outcome = masters.add_stop(session, service.id, code=code, entry=entry, actor=g.actor, now=now)
            if isinstance(outcome, Refusal):
                return _form(None, request.form, refusal=outcome), 409
            _refresh(session, now)
    except PermanentError:
        return _form(None, request.form, refusal=Refusal("stop_off_the_map")), 409
    return redirect(url_for("admin.masters.list_stops"), 303)


def stop(stop_id: int) -> ResponseReturnValue:
    """Show a stop to change."""
    return _form(stop_id, None)


def change_stop(stop_id: int) -> ResponseReturnValue:
    """Change a stop; when somebody was faster, both texts are shown (D-29)."""
    try:
        entry = parse_stop(request.form)
        version = forms.number_of(request.form, "version")
    except forms.FormError as fault:
        return _form(stop_id, request.form, faults=fault.said(g.language)), 400
    now = world().clock()
    try:
        with transaction(world().engine) as session:
            before = network.get_stop(session, stop_id)
            masters.change_stop(session, stop_id, entry=entry, version=version, actor=g.actor, now=now)
            if masters.is_moved((before.lat, before.lon), entry):
                _refresh(session, now)
    except StaleError:
        return _form(stop_id, request.form, is_stale=True), 409
    except PermanentError:
        return _form(stop_id, request.form, refusal=Refusal("stop_off_the_map")), 409
    return redirect(url_for("admin.masters.list_stops"), 303)


def serve_stop(stop_id: int) -> ResponseReturnValue:
    """Take a stop in or out of the area, or retire it after a day."""
    try:
        valid_to = forms.optional_day(request.form, "valid_to")
    except forms.FormError as fault:
        return _form(stop_id, None, faults=fault.said(g.language)), 400
    with transaction(world().engine) as session:
        masters.serve_stop(
            session,
            master_queries.service_of_stop(session, stop_id),
            stop_id,
            in_area=forms.is_ticked(request.form, "in_area"),
            valid_to=valid_to,
            actor=g.actor,
            now=world().clock(),
        )
    return redirect(url_for("admin.masters.list_stops"), 303)


def parse_stop(form: Form) -> StopData:
    """Return a stop as typed; FormError names the field."""
    return StopData(
        name=forms.text_of(form, "name", longest=60),
        kana=forms.text_of(form, "kana", longest=60),
        lat=forms.degrees_of(form, "lat", most=90),
        lon=forms.degrees_of(form, "lon", most=180),
        kind=forms.optional_text(form, "kind", longest=40),
        marker=forms.optional_text(form, "marker"),
        winter_marker=forms.optional_text(form, "winter_marker"),
        hint=forms.optional_text(form, "hint"),
        road_note=forms.optional_text(form, "road_note"),
    )


def _refresh(session: Session, now: datetime) -> None:
    masters.refresh_travel_times(session, world().map_source, now=now)


def _form(
    stop_id: int | None,
    typed: Form | None,
    *,
    faults: dict[str, str] | None = None,
    refusal: Refusal | None = None,
    is_stale: bool = False,
) -> str:
    with transaction(world().engine) as session:
        service_id = master_queries.service_of_stop(session, stop_id) if stop_id else 0
        served = master_queries.get_served(session, service_id, stop_id) if stop_id else None
    present: Mapping[str, str] = {name: str(getattr(served.stop, name)) for name in FIELDS} if served else {}
    return render_template(
        "masters/stop.html",
        served=served,
        typed=typed or present,
        faults=faults or {},
        refusal=refusal,
        present=present if is_stale else None,
    )

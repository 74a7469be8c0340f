"""Accidents, damage, faults, own-judgement responses: reported, told to the town, closed (T-48, T-50, D-22)."""

from datetime import datetime, timedelta

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import forms, guard, records
from backend.app import world
from backend.db.queries import incidents as queries
from backend.db.queries import masters, network
from backend.db.queries.incidents import KINDS, IncidentView
from backend.db.session import transaction
from backend.domain import times
from backend.domain.refusals import Refusal
from backend.services import incidents

SHOWN = timedelta(days=400)
ACCOUNT, PHOTO = ("text", "notes"), ("photo",)


def create_blueprint() -> Blueprint:
    """Return the pages under /admin/incidents/."""
    pages = Blueprint("incidents", __name__, url_prefix="/incidents")
    pages.get("/")(home)
    pages.get("/new")(new)
    pages.post("/new")(report)
    pages.get("/<public_id>")(incident)
    pages.get("/<public_id>/paper")(paper)
    pages.post("/<public_id>/notes")(add_note)
    pages.post("/<public_id>/photos")(add_photo)
    pages.get("/<public_id>/photos/<photo_id>")(photo)
    pages.post("/<public_id>/told")(tell_town)
    pages.post("/<public_id>/closed")(close)
    return pages


def home() -> ResponseReturnValue:
    """Show what is open on top, then what was closed in the last year."""
    now = world().clock()
    with transaction(world().engine) as session:
        whose = guard.own_carrier()
        opened = queries.list_open(session, carrier_id=whose)
        past = queries.happened_between(session, now - SHOWN, now, carrier_id=whose)
        closed = [each for each in past if each.closed_at]
    return render_template("incidents/home.html", opened=opened, closed=closed)


def new() -> ResponseReturnValue:
    """Ask what happened, when and where."""
    now = world().clock()
    today = times.day_of(now)
    return _new({"day": today.isoformat(), "time": times.clock(times.second_of(now, today))})


def report() -> ResponseReturnValue:
    """Write an incident down; a form sent twice writes one."""
    key = forms.key_of(request.form)
    try:
        kind, happened_at = _kind(), _happened_at()
        service_id = forms.number_of(request.form, "service_id", least=1, most=2**31)
        vehicle_id, stop_id = _optional_id("vehicle_id"), _optional_id("stop_id")
        said = forms.prose_of(request.form, "incident_text")
    except forms.FormError as fault:
        return _new(request.form, key=key, faults=fault.said(g.language)), 400
    with transaction(world().engine) as session:
        public_id = incidents.report(
            session,
            kind=kind,
            service_id=service_id,
            text=said,
            happened_at=happened_at,
            reported_by=g.actor,
            key=key,
            now=world().clock(),
            vehicle_id=vehicle_id,
            stop_id=stop_id,
        ).public_id
    return redirect(url_for("admin.incidents.incident", public_id=public_id, saved="1"), 303)


def incident(public_id: str) -> ResponseReturnValue:
    """Show an incident and how it goes on."""
    return _incident(public_id)


def paper(public_id: str) -> ResponseReturnValue:
    """Show the report to the town with all notes, for printing (T-48, D-22)."""
    with transaction(world().engine) as session:
        found = _get(session, public_id)
        records.note_account(session, "incident", found.id, ACCOUNT)
    return render_template("incidents/paper.html", incident=found, now=world().clock())


def add_note(public_id: str) -> ResponseReturnValue:
    """Add a dated note; a form sent twice adds one."""
    key = forms.key_of(request.form)
    try:
        said = forms.prose_of(request.form, "note_text")
    except forms.FormError as fault:
        return _incident(public_id, key=key, faults=fault.said(g.language)), 400
    with transaction(world().engine) as session:
        _get(session, public_id)
        incidents.add_note(session, public_id, text=said, key=key, actor=g.actor, now=world().clock())
    return redirect(url_for("admin.incidents.incident", public_id=public_id, saved="1"), 303)


def add_photo(public_id: str) -> ResponseReturnValue:
    """Keep a picture; a form sent twice keeps one (T-50)."""
    key = forms.key_of(request.form)
    sent = request.files.get("photo")
    picture = sent.stream.read(incidents.LARGEST_PHOTO + 1) if sent else b""
    with transaction(world().engine) as session:
        found = _get(session, public_id)
        refusal = incidents.add_photo(session, found.id, picture=picture, key=key, actor=g.actor, now=world().clock())
    if refusal:
        return _incident(public_id, refusal=refusal), 409
    return redirect(url_for("admin.incidents.incident", public_id=public_id, saved="1"), 303)


def photo(public_id: str, photo_id: str) -> ResponseReturnValue:
    """Show a picture: to who may read the incident, and kept by no browser; each look is on the trail (S-27)."""
    with transaction(world().engine) as session:
        found = _get(session, public_id)
        picture = queries.get_photo(session, public_id, photo_id)
        records.note_account(session, "incident", found.id, PHOTO)
    return Response(picture, mimetype="image/jpeg")


def tell_town(public_id: str) -> ResponseReturnValue:
    """Keep that the report went to the town now (T-48)."""
    with transaction(world().engine) as session:
        _get(session, public_id)
        incidents.tell_town(session, public_id, actor=g.actor, now=world().clock())
    return redirect(url_for("admin.incidents.incident", public_id=public_id, saved="1"), 303)


def close(public_id: str) -> ResponseReturnValue:
    """Close an incident (T-50)."""
    with transaction(world().engine) as session:
        _get(session, public_id)
        refusal = incidents.close(session, public_id, actor=g.actor, now=world().clock())
    if refusal:
        return _incident(public_id, refusal=refusal), 409
    return redirect(url_for("admin.incidents.incident", public_id=public_id, saved="1"), 303)


def _get(session: Session, public_id: str) -> IncidentView:
    """Return an incident; another carrier's is not there for a carrier (S-27)."""
    return queries.get_incident(session, public_id, carrier_id=guard.own_carrier())


def _kind() -> str:
    kind = request.form.get("kind", "")
    if kind not in KINDS:
        raise forms.FormError("kind", "admin-form-missing")
    return kind


def _happened_at() -> datetime:
    """Return when it happened; FormError for a moment still to come."""
    at = times.moment(forms.day_of(request.form, "day"), forms.clock_of(request.form, "time"))
    if at > world().clock():
        raise forms.FormError("day", "incidents-in-the-future")
    return at


def _optional_id(name: str) -> int | None:
    return forms.number_of(request.form, name, least=1, most=2**31) if request.form.get(name) else None


def _new(typed: forms.Form, *, key: str | None = None, faults: dict[str, str] | None = None) -> str:
    today = times.day_of(world().clock())
    with transaction(world().engine) as session:
        services = network.list_services(session)
        stops = {stop.id: stop.name for each in services for stop in network.list_stops(session, each.id, today)}
        vehicles = [(vehicle.id, vehicle.name) for vehicle in masters.list_vehicles(session)]
    return render_template(
        "incidents/new.html",
        services=services,
        stops=list(stops.items()),
        vehicles=vehicles,
        kinds=KINDS,
        key=key or forms.new_key(),
        typed=typed,
        faults=faults or {},
    )


def _incident(
    public_id: str,
    *,
    key: str | None = None,
    faults: dict[str, str] | None = None,
    refusal: Refusal | None = None,
) -> str:
    with transaction(world().engine) as session:
        found = _get(session, public_id)
        records.note_account(session, "incident", found.id, ACCOUNT)
    return render_template(
        "incidents/incident.html",
        incident=found,
        key=key or forms.new_key(),
        typed=request.form,
        faults=faults or {},
        refusal=refusal,
    )

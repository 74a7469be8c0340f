"""What dispatchers do from the board: stop acceptance (D-43), report a delay (D-47), take a vehicle out."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import forms
from backend.app import world
from backend.db.queries import line_board, network
from backend.db.session import transaction
from backend.domain import times
from backend.domain.refusals import Refusal
from backend.services import acceptance, breakdowns, delays
from backend.services.acceptance import Scope
from backend.wording import refusal_text

MOST_MINUTES = 240


def register(pages: Blueprint) -> None:
    """Add the acts."""
    pages.post("/acceptance/stop")(stop_acceptance)
    pages.post("/acceptance/<int:stop_id>/resume")(resume_acceptance)
    pages.post("/runs/<int:run_id>/delay")(report_delay)
    pages.post("/runs/<int:run_id>/breakdown")(take_out)


def stop_acceptance() -> ResponseReturnValue:
    """Take no new bookings, on any channel, until resumed (D-43, Q-17, Q-23)."""
    try:
        reason = forms.text_of(request.form, "reason")
        scope = read_scope(request.form)
    except forms.FormError as fault:
        return render_template("admin/unreadable.html", faults=fault.said(g.language)), 400
    with transaction(world().engine) as session:
        service = _service(session)
        outcome = acceptance.stop(session, service.id, reason=reason, actor=g.actor, now=world().clock(), scope=scope)
    if isinstance(outcome, Refusal):
        return render_template("admin/unreadable.html", faults={"": refusal_text(outcome, g.language)}), 409
    return redirect(url_for("admin.dispatch.board"), 303)


def resume_acceptance(stop_id: int) -> ResponseReturnValue:
    """Take bookings again."""
    with transaction(world().engine) as session:
        acceptance.resume(session, stop_id, actor=g.actor, now=world().clock())
    return redirect(url_for("admin.dispatch.board"), 303)


def report_delay(run_id: int) -> ResponseReturnValue:
    """Report for a driver who cannot tap; everybody hit is told (D-47)."""
    try:
        minutes = forms.number_of(request.form, "minutes", most=MOST_MINUTES)
        key = forms.key_of(request.form)
    except forms.FormError as fault:
        return render_template("admin/unreadable.html", faults=fault.said(g.language)), 400
    with transaction(world().engine) as session:
        delays.report(
            session, run_id, late_s=minutes * times.MINUTE_S, actor=g.actor, event_id=key, now=world().clock()
        )
    return redirect(url_for("admin.dispatch.board"), 303)


def take_out(run_id: int) -> ResponseReturnValue:
    """Take a vehicle that cannot go on out of service: its riders are placed with the others, and told."""
    try:
        reason = forms.text_of(request.form, "reason")
        key = forms.key_of(request.form)
        seen_id = forms.number_of(request.form, "seen_vehicle_id", most=2**31)
    except forms.FormError as fault:
        return render_template("admin/unreadable.html", faults=fault.said(g.language)), 400
    now = world().clock()
    with transaction(world().engine) as session:
        placed = breakdowns.take_out(
            session, run_id, reason=reason, actor=g.actor, event_id=key, now=now, seen_vehicle_id=seen_id
        )
        names = {each: line_board.get_run(session, each, now=now).row.entry_code for each in placed.runs_left}
    return render_template("dispatch/taken_out.html", placed=placed, names=names)


def read_scope(form: forms.Form) -> Scope:
    """Return the days, hours and stop that a form names; FormError for what cannot be read."""
    stop_id = form.get("stop_id", "")
    return Scope(
        from_day=forms.optional_day(form, "from_day"),
        to_day=forms.optional_day(form, "to_day"),
        from_s=forms.optional_clock(form, "from_time"),
        to_s=forms.optional_clock(form, "to_time"),
        stop_id=forms.number_of(form, "stop_id") if stop_id else None,
    )


def _service(session: Session) -> network.ServiceView:
    """Return the service that the form names, or the area service."""
    service_id = request.form.get("service_id", "")
    if not service_id.isdecimal():
        return network.get_service(session)
    return network.get_service_by_id(session, int(service_id[: forms.LONGEST_NUMBER]))

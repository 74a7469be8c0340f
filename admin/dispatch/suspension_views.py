"""Calling off what lies in a span of days or hours, or at a stop; and resuming it (T-47, Q-23)."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import forms
from admin.dispatch import driver_notes
from admin.dispatch.act_views import read_scope
from backend.app import world
from backend.db.queries import network
from backend.db.session import transaction
from backend.domain.refusals import Refusal
from backend.services import suspensions
from backend.wording import refusal_text


def register(pages: Blueprint) -> None:
    """Add the acts."""
    pages.post("/suspensions")(suspend_span)
    pages.post("/suspensions/<int:stop_id>/resume")(resume_span)


def suspend_span() -> ResponseReturnValue:
    """Call off everything a service drives within the span; bookers and followers are told, new bookings refused."""
    try:
        reason = forms.text_of(request.form, "reason")
        scope = read_scope(request.form)
        service_id = forms.number_of(request.form, "service_id", most=2**31)
    except forms.FormError as fault:
        return render_template("admin/unreadable.html", faults=fault.said(g.language)), 400
    now = world().clock()
    with transaction(world().engine) as session:
        network.get_service_by_id(session, service_id)
        outcome = suspensions.suspend_span(session, service_id, scope, reason=reason, actor=g.actor, now=now)
        if not isinstance(outcome, Refusal):
            driver_notes.tell_of_suspension(session, outcome.runs, reason, staff_id=g.staff.id, now=now)
    if isinstance(outcome, Refusal):
        return render_template("admin/unreadable.html", faults={"": refusal_text(outcome, g.language)}), 409
    return render_template("dispatch/called_off.html", done=outcome, run_id=None)


def resume_span(stop_id: int) -> ResponseReturnValue:
    """Take bookings again, and let the runs run that have not left."""
    with transaction(world().engine) as session:
        suspensions.resume_span(session, stop_id, actor=g.actor, now=world().clock())
    return redirect(url_for("admin.dispatch.board"), 303)

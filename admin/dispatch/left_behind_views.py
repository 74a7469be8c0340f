"""Answering a driver who had to leave riders behind: an extra run in one step, the next run, or nobody (T-22, Q-46)."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import forms
from admin.dispatch import driver_notes
from backend.app import world
from backend.db.session import transaction
from backend.domain.refusals import Refusal
from backend.services import extra_runs, left_behind
from backend.wording import refusal_text


def register(pages: Blueprint) -> None:
    """Add the answers."""
    pages.post("/left-behind/<int:report_id>/extra-run")(send_extra_run)
    pages.post("/left-behind/<int:report_id>/answer")(answer)


def send_extra_run(report_id: int) -> ResponseReturnValue:
    """Send a vehicle for the riders; both drivers are told."""
    try:
        vehicle_id = forms.number_of(request.form, "vehicle_id", most=2**31)
        key = forms.key_of(request.form)
    except forms.FormError as fault:
        return render_template("admin/unreadable.html", faults=fault.said(g.language)), 400
    now = world().clock()
    with transaction(world().engine) as session:
        outcome = extra_runs.dispatch_extra(session, report_id, vehicle_id, actor=g.actor, key=key, now=now)
        if not isinstance(outcome, Refusal):
            driver_notes.tell_of_extra(session, outcome.id, staff_id=g.staff.id, now=now)
    return _to_board(outcome if isinstance(outcome, Refusal) else None)


def answer(report_id: int) -> ResponseReturnValue:
    """Point the riders to the next run, or note that nobody can fetch them; the driver is told."""
    outcome = request.form.get("outcome", "")
    if outcome not in left_behind.ANSWERS:
        fault = forms.FormError("outcome", "admin-form-missing")
        return render_template("admin/unreadable.html", faults=fault.said(g.language)), 400
    now = world().clock()
    with transaction(world().engine) as session:
        answered = left_behind.answer(session, report_id, outcome, actor=g.actor, now=now)
        if not isinstance(answered, Refusal):
            driver_notes.tell_of_answer(session, report_id, answered.run_id, staff_id=g.staff.id, now=now)
    return _to_board(answered if isinstance(answered, Refusal) else None)


def _to_board(refusal: Refusal | None) -> ResponseReturnValue:
    if refusal is not None:
        return render_template("admin/unreadable.html", faults={"": refusal_text(refusal, g.language)}), 409
    return redirect(url_for("admin.dispatch.board"), 303)

"""One run of a timetable: who rides, and what can be done with it: swap its vehicle, call it off, resume it (T-46)."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import forms, guard
from admin.dispatch import driver_notes
from backend.app import world
from backend.db.queries import line_board
from backend.db.session import transaction
from backend.domain import times
from backend.domain.refusals import Refusal
from backend.services import substitutions, suspensions
from backend.wording import refusal_text

REST = "rest"
Faults = dict[str, str]


def register(pages: Blueprint) -> None:
    """Add the page of a run and its acts."""
    pages.get("/runs/<int:run_id>")(run)
    pages.post("/runs/<int:run_id>/vehicle")(swap_vehicle)
    pages.post("/runs/<int:run_id>/suspend")(suspend)
    pages.post("/runs/<int:run_id>/resume")(resume)


def run(run_id: int) -> ResponseReturnValue:
    """Show a run of the timetable with its visits and the load on each leg."""
    return _page(run_id, {})


def swap_vehicle(run_id: int) -> ResponseReturnValue:
    """Let another vehicle drive this run, or all that its vehicle still has to drive today (T-21, T-46)."""
    try:
        vehicle_id = forms.number_of(request.form, "vehicle_id", most=2**31)
        seen_id = forms.number_of(request.form, "seen_vehicle_id", most=2**31)
        reason = forms.text_of(request.form, "reason")
    except forms.FormError as fault:
        return _page(run_id, fault.said(g.language)), 400
    now = world().clock()
    swap = substitutions.swap_rest if request.form.get("scope") == REST else substitutions.swap_vehicle
    with transaction(world().engine) as session:
        before = line_board.get_run(session, run_id, now=now)
        outcome = swap(session, run_id, vehicle_id, reason=reason, actor=g.actor, now=now, seen_vehicle_id=seen_id)
        if not isinstance(outcome, Refusal):
            moved = [each.id for each in outcome] if isinstance(outcome, list) else [outcome.id]
            driver_notes.tell_of_swap(session, before, moved, staff_id=g.staff.id, now=now)
    if isinstance(outcome, Refusal):
        return _page(run_id, {"vehicle_id": refusal_text(outcome, g.language)}), 409
    return redirect(url_for("admin.dispatch.run", run_id=run_id), 303)


def suspend(run_id: int) -> ResponseReturnValue:
    """Call a run off: its bookers and followers are told (T-47)."""
    try:
        reason = forms.text_of(request.form, "reason")
    except forms.FormError as fault:
        return _page(run_id, {f"suspend_{fault.field}": fault.said(g.language)[fault.field]}), 400
    now = world().clock()
    with transaction(world().engine) as session:
        outcome = suspensions.suspend(session, run_id, reason=reason, actor=g.actor, now=now)
        if not isinstance(outcome, Refusal):
            driver_notes.tell_of_suspension(session, outcome.runs, reason, staff_id=g.staff.id, now=now)
    if isinstance(outcome, Refusal):
        return _page(run_id, {"suspend_reason": refusal_text(outcome, g.language)}), 409
    return render_template("dispatch/called_off.html", done=outcome, run_id=run_id)


def resume(run_id: int) -> ResponseReturnValue:
    """Let a run that was called off run after all."""
    with transaction(world().engine) as session:
        outcome = suspensions.resume(session, run_id, actor=g.actor, now=world().clock())
    if isinstance(outcome, Refusal):
        return _page(run_id, {"resume": refusal_text(outcome, g.language)}), 409
    return redirect(url_for("admin.dispatch.run", run_id=run_id), 303)


def _page(run_id: int, faults: Faults) -> str:
    now = world().clock()
    with transaction(world().engine) as session:
        shown = line_board.get_run(session, run_id, now=now, carrier_id=guard.own_carrier())
        return render_template(
            "dispatch/run.html",
            day=shown.day,
            run=shown.row,
            is_today=shown.day == times.day_of(now),
            is_over=shown.day < times.day_of(now),
            is_past=shown.row.departs_s <= times.second_of(now, shown.day),
            vehicles=line_board.list_vehicles(session),
            changes=line_board.list_substitutions(session, run_id),
            faults=faults,
            typed=request.form,
            key=forms.new_key(),
        )

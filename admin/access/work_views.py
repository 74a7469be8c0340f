"""Work with many people's data: begun by its name at a registered machine, ended, looked at by another (P-18)."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import forms, guard
from admin.forms import FormError
from admin.sign_in import targets
from backend.app import world
from backend.db.queries import access
from backend.db.session import transaction
from backend.domain.refusals import Refusal
from backend.domain.roles import AUDITOR, PROTECTION_MANAGER
from backend.services import devices, work_sessions

LONGEST_NOTE = 100


def register(pages: Blueprint) -> None:
    """Add the page on which work is begun, and its log."""
    pages.get("/works/begin")(begin_work)
    pages.post("/works/begin")(start_work)
    pages.post("/works/end")(end_work)
    pages.get("/works/")(list_work)
    pages.post("/works/<public_id>/approve")(approve_work)


def begin_work() -> ResponseReturnValue:
    """Ask for the work's name."""
    return _ask(to=request.args.get("to", ""))


def start_work() -> ResponseReturnValue:
    """Begin work, and go on to the page that was asked for."""
    machine = g.get("device")
    if machine is None or machine.kind != devices.OFFICE:
        return render_template("admin/needs_device.html"), 403
    try:
        note = forms.optional_text(request.form, "note", longest=LONGEST_NOTE)
        work = forms.choice_of(request.form, "work", work_sessions.WORKS)
    except FormError as fault:
        return _ask(to=request.form.get("to", ""), faults=fault.said(g.language)), 400
    with transaction(world().engine) as session:
        work_sessions.begin(
            session,
            g.sign_in_id,
            staff_id=g.staff.id,
            device_id=machine.id,
            work=work,
            note=note,
            wall=world().wall(),
        )
    return redirect(targets.inside(request.form.get("to", "")) or guard.home_of(g.staff), 303)


def end_work() -> ResponseReturnValue:
    """End the work."""
    with transaction(world().engine) as session:
        work_sessions.end(session, g.sign_in_id, wall=world().wall())
    return redirect(url_for("admin.access.list_work"), 303)


def list_work() -> ResponseReturnValue:
    """Show the log of work: one's own, or everybody's to who looks at it."""
    return _log()


def approve_work(public_id: str) -> ResponseReturnValue:
    """Note that the log of a piece of work was looked at."""
    with transaction(world().engine) as session:
        refusal = work_sessions.approve(session, public_id, approver_id=g.staff.id, wall=world().wall())
    if refusal is not None:
        return _log(refusal=refusal), 409
    return redirect(url_for("admin.access.list_work"), 303)


def _ask(*, to: str, faults: dict[str, str] | None = None) -> str:
    return render_template("access/begin_work.html", works=work_sessions.WORKS, to=to, faults=faults or {})


def _log(*, refusal: Refusal | None = None) -> str:
    sees_all = g.staff.role in {PROTECTION_MANAGER, AUDITOR}
    with transaction(world().engine) as session:
        rows = access.list_work(session, staff_id=None if sees_all else g.staff.id)
    return render_template("access/work.html", rows=rows, refusal=refusal)

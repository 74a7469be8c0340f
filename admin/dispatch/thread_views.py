"""Writing to a driver, LINE-like, with read marks (D-37)."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import forms
from backend.app import world
from backend.db.queries import board as board_queries
from backend.db.queries import driver_messages as thread_queries
from backend.db.session import transaction
from backend.domain import times
from backend.domain.errors import NotFoundError
from backend.domain.refusals import Refusal
from backend.services import driver_messages


def register(pages: Blueprint) -> None:
    """Add the thread of a vehicle."""
    pages.get("/vehicles/<int:vehicle_id>/messages")(thread)
    pages.post("/vehicles/<int:vehicle_id>/messages")(send_message)


def thread(vehicle_id: int) -> ResponseReturnValue:
    """Show today's lines; what the driver wrote is read once it is shown here."""
    return _page(vehicle_id, None)


def send_message(vehicle_id: int) -> ResponseReturnValue:
    """Send the driver a line; the same form sent twice is one line."""
    now = world().clock()
    with transaction(world().engine) as session:
        outcome = driver_messages.send(
            session,
            message_id=forms.key_of(request.form),
            vehicle_id=vehicle_id,
            staff_id=g.staff.id,
            from_driver=False,
            text=request.form.get("text", ""),
            now=now,
        )
    if isinstance(outcome, Refusal):
        return _page(vehicle_id, outcome), 409
    return redirect(url_for("admin.dispatch.thread", vehicle_id=vehicle_id), 303)


def _page(vehicle_id: int, refusal: Refusal | None) -> str:
    now = world().clock()
    today = times.day_of(now)
    with transaction(world().engine) as session:
        duty = board_queries.find_vehicle(session, vehicle_id, today)
        if duty is None:
            raise NotFoundError(f"vehicle {vehicle_id} has no duty today")
        lines = thread_queries.list_thread(session, vehicle_id, today)
        if lines:
            driver_messages.mark_read(session, vehicle_id, by_driver=False, up_to_id=lines[-1].id, now=now)
    return render_template(
        "dispatch/thread.html", duty=duty, today=today, lines=lines, key=forms.new_key(), refusal=refusal
    )

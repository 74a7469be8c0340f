"""Who is to be phoned: ticked off with its result; the number is shown on asking, and that leaves a trail (D-47)."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.desk.state import desk_of
from backend.app import world
from backend.db.queries import call_tasks as call_queries
from backend.db.session import transaction
from backend.services import call_tasks


def register(pages: Blueprint) -> None:
    """Add the call list."""
    pages.get("/calls/")(list_calls)
    pages.post("/calls/<public_id>/number")(show_number)
    pages.post("/calls/<public_id>/result")(tick)


def list_calls() -> ResponseReturnValue:
    """List who is still to be reached, and who was."""
    return _page({})


def show_number(public_id: str) -> ResponseReturnValue:
    """Show the number of one person."""
    with transaction(world().engine) as session:
        number = call_tasks.phone_number(session, public_id, actor=g.actor, now=world().clock())
    return _page({public_id: number})


def tick(public_id: str) -> ResponseReturnValue:
    """Note how a call went."""
    result = request.form.get("result", "")
    if result in call_tasks.RESULTS:
        with transaction(world().engine) as session:
            call_tasks.tick(session, public_id, result, actor=g.actor, now=world().clock())
    return redirect(url_for("admin.desk.list_calls"), 303)


def _page(numbers: dict[str, str]) -> str:
    with transaction(world().engine) as session:
        return render_template(
            "desk/calls.html",
            desk=desk_of(session),
            to_call=call_queries.list_open(session),
            called=call_queries.list_done(session),
            numbers=numbers,
        )

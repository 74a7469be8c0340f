"""A one-time code that joins a member to a LINE account: handed over at the counter or by calling back (T4)."""

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import records
from backend.app import world
from backend.db.queries import riders
from backend.db.session import transaction
from backend.domain.refusals import Refusal
from backend.services import linking


def register(pages: Blueprint) -> None:
    """Add the page of the code."""
    pages.post("/<public_id>/link-code")(make_link_code)


def make_link_code(public_id: str) -> ResponseReturnValue:
    """Make a code and show it this once."""
    with transaction(world().engine) as session:
        person = riders.get_public(session, public_id, sees_protected=records.sees_protected())
        action = url_for("admin.riders.open_record", public_id=public_id)
        asked = records.ask_purpose(session, person, action=action)
        if asked is not None:
            return asked
        way = request.form.get("phone_checked", "")
        made = linking.make_code(session, person.id, way=way, actor=g.actor, now=world().clock(), wall=world().wall())
        records.note(session, person, ("kana",))
    if isinstance(made, Refusal):
        return render_template("riders/link_code.html", rider=person, code="", refusal=made), 409
    return render_template("riders/link_code.html", rider=person, code=made, refusal=None)

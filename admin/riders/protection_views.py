"""Protection of a person (支援措置): set and taken back by the protection manager, with a reason (T6)."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import forms, records
from backend.app import world
from backend.db.queries import riders
from backend.db.session import transaction
from backend.services import protection

LONGEST_REASON = 200


def register(pages: Blueprint) -> None:
    """Add the pages of protection."""
    pages.get("/<public_id>/protection")(ask_protection)
    pages.post("/<public_id>/protection")(set_protection)


def ask_protection(public_id: str) -> ResponseReturnValue:
    """Show whether a person is under protection, and ask for the reason of a change."""
    with transaction(world().engine) as session:
        person = riders.get_public(session, public_id, sees_protected=True)
        records.note(session, person, ("kana", "protection"))
    return render_template("riders/protection.html", rider=person, typed={}, faults={})


def set_protection(public_id: str) -> ResponseReturnValue:
    """Put a person under protection, or take it back."""
    with transaction(world().engine) as session:
        person = riders.get_public(session, public_id, sees_protected=True)
        try:
            reason = forms.text_of(request.form, "reason", longest=LONGEST_REASON)
        except forms.FormError as fault:
            records.note(session, person, ("kana", "protection"))
            faults = fault.said(g.language)
            return render_template("riders/protection.html", rider=person, typed=request.form, faults=faults), 400
        change = protection.put_on if request.form.get("act") == "on" else protection.take_off
        change(session, public_id, reason=reason, actor=g.actor, now=world().clock())
    return redirect(url_for("admin.riders.ask_protection", public_id=public_id), 303)

"""How long drivers are out: span, driving, gaps and rest of a day, with what is past the limits (T-56)."""

from datetime import timedelta

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from admin import forms
from backend.app import world
from backend.db.queries import duties
from backend.db.session import transaction
from backend.domain import times

ONE_DAY = timedelta(days=1)


def register(pages: Blueprint) -> None:
    """Add the page."""
    pages.get("/duties")(list_duties)


def list_duties() -> ResponseReturnValue:
    """Show every driver's day, of all services together."""
    day = forms.day_or(request.args, "day", times.day_of(world().clock()))
    with transaction(world().engine) as session:
        shown = duties.list_day(session, day)
    return render_template("dispatch/duties.html", day=day, drivers=shown, days=(day - ONE_DAY, day + ONE_DAY))

"""Wishes that could not be met, as needs: what councils decide by (product.md 7, 4)."""

from datetime import timedelta

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from admin import forms
from backend.app import world
from backend.db.queries import needs, network
from backend.db.session import transaction
from backend.domain import times

SPAN = timedelta(days=14)


def create_blueprint() -> Blueprint:
    """Return the page under /admin/needs/."""
    pages = Blueprint("needs", __name__, url_prefix="/needs")
    pages.get("/")(table)
    return pages


def table() -> ResponseReturnValue:
    """Show the needs of some days, and where and when they arose; nobody is named."""
    today = times.day_of(world().clock())
    first = forms.day_or(request.args, "first", today - SPAN)
    last = forms.day_or(request.args, "last", today + SPAN)
    with transaction(world().engine) as session:
        services = network.list_services(session)
        named = (each for each in services if each.code == request.args.get("service"))
        service = next(named, None) or network.get_service(session)
        view = needs.between(session, service.id, first=first, last=last)
    return render_template(
        "needs/table.html", view=view, first=first, last=last, services=services, service=service.code
    )

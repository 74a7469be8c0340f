"""Wishes that could not be met, as needs: what councils decide by (product.md 7, 4)."""

from datetime import date, timedelta

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

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
    first = _day(request.args.get("first", ""), today - SPAN)
    last = _day(request.args.get("last", ""), today + SPAN)
    with transaction(world().engine) as session:
        service = network.get_service(session)
        view = needs.between(session, service.id, first=first, last=last)
    return render_template("needs/table.html", view=view, first=first, last=last)


def _day(written: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return otherwise

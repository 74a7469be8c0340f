"""Everything a town may change without code (D-21)."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from admin.masters import (
    calendar_views,
    fare_views,
    fleet_views,
    rule_views,
    settings_views,
    stop_views,
    timetable_views,
)


def create_blueprint() -> Blueprint:
    """Return the pages under /admin/masters/."""
    pages = Blueprint("masters", __name__, url_prefix="/masters")
    pages.get("/")(home)
    for part in (stop_views, settings_views, rule_views, calendar_views, fare_views, fleet_views, timetable_views):
        part.register(pages)
    return pages


def home() -> ResponseReturnValue:
    """Show which masters the person may open."""
    return render_template("masters/home.html")

"""Where staff start: what must be looked at first, what their role may open, what is new about their own sign-in."""

from flask import g, render_template
from flask.typing import ResponseReturnValue

from admin.alerts import list_alerts
from backend.app import world
from backend.db.queries.access import list_notices
from backend.db.session import transaction
from backend.domain import times


def start() -> ResponseReturnValue:
    """Show what must be looked at, and what the person may open."""
    with transaction(world().engine) as session:
        alerts = list_alerts(session, g.staff, times.day_of(world().clock()))
        notices = len(list_notices(session, g.staff.id))
    return render_template("admin/home.html", notices=notices, alerts=alerts)

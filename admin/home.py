"""Where staff start: what their role may open, and what there is to know about their own sign-in."""

from flask import g, render_template
from flask.typing import ResponseReturnValue

from backend.app import world
from backend.db.queries.access import list_notices
from backend.db.session import transaction


def start() -> ResponseReturnValue:
    """Show what the person may open."""
    with transaction(world().engine) as session:
        notices = len(list_notices(session, g.staff.id))
    return render_template("admin/home.html", notices=notices)

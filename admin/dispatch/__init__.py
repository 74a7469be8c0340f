"""Today's board: what drives, how late, where; stops, delays, messages (D-37 to D-39, D-43)."""

from flask import Blueprint

from admin.dispatch import act_views, board_views, thread_views


def create_blueprint() -> Blueprint:
    """Return the pages under /admin/dispatch/."""
    pages = Blueprint("dispatch", __name__, url_prefix="/dispatch")
    board_views.register(pages)
    act_views.register(pages)
    thread_views.register(pages)
    return pages

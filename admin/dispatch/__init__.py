"""Today's board: what drives, how late, where; stops, delays, messages; a timetable's runs (D-37 to D-39, D-43)."""

from flask import Blueprint

from admin.dispatch import (
    act_views,
    board_views,
    decision_views,
    duty_views,
    left_behind_views,
    run_views,
    sheet_views,
    suspension_views,
    thread_views,
)


def create_blueprint() -> Blueprint:
    """Return the pages under /admin/dispatch/."""
    pages = Blueprint("dispatch", __name__, url_prefix="/dispatch")
    board_views.register(pages)
    act_views.register(pages)
    thread_views.register(pages)
    run_views.register(pages)
    left_behind_views.register(pages)
    suspension_views.register(pages)
    duty_views.register(pages)
    sheet_views.register(pages)
    decision_views.register(pages)
    return pages

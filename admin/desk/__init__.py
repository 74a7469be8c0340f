"""The phone desk: find the caller, book by the same rules as LINE, read out, call back (D-14, D-27, D-46, T-19)."""

from flask import Blueprint

from admin.desk import booking_views, call_views, caller_views, line_views, list_views


def create_blueprint() -> Blueprint:
    """Return the pages under /admin/desk/."""
    pages = Blueprint("desk", __name__, url_prefix="/desk")
    for part in (caller_views, booking_views, line_views, list_views, call_views):
        part.register(pages)
    return pages

"""The phone desk: find the caller, book by the same rules as LINE, read out, call back (D-14, D-27, D-46)."""

from flask import Blueprint

from admin.desk import booking_views, call_views, caller_views


def create_blueprint() -> Blueprint:
    """Return the pages under /admin/desk/."""
    pages = Blueprint("desk", __name__, url_prefix="/desk")
    caller_views.register(pages)
    booking_views.register(pages)
    call_views.register(pages)
    return pages

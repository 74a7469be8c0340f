"""Who read and did what, alarms, and the switches for an emergency (S-09, S-17, S-25, C-21)."""

from flask import Blueprint

from admin.secrecy import register_views, switch_views, trail_views


def create_blueprint() -> Blueprint:
    """Return the pages under /admin/secrecy/."""
    pages = Blueprint("secrecy", __name__, url_prefix="/secrecy")
    trail_views.register(pages)
    switch_views.register(pages)
    register_views.register(pages)
    return pages


__all__ = ["create_blueprint"]

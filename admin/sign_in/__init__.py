"""Signing in and out: password, second factor, PIN on a tablet, first sign-in by a one-time link (S-05, Q-76)."""

from flask import Blueprint

from admin.sign_in import factor_views, password_views, tablet_views, welcome_views

__all__ = ["create_blueprint"]


def create_blueprint() -> Blueprint:
    """Return the pages under /admin/sign-in and the sign-out."""
    pages = Blueprint("sign_in", __name__)
    for part in (password_views, factor_views, tablet_views, welcome_views):
        part.register(pages)
    return pages

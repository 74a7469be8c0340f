"""Who may sign in, from where and with which machine; work with many people's data (S-02, S-05, P-17, P-18)."""

from flask import Blueprint

from admin.access import account_views, act_views, device_views, own_views, sign_in_views, work_views

__all__ = ["create_blueprint"]


def create_blueprint() -> Blueprint:
    """Return the pages under /admin/access/."""
    pages = Blueprint("access", __name__, url_prefix="/access")
    for part in (own_views, account_views, act_views, sign_in_views, device_views, work_views):
        part.register(pages)
    return pages

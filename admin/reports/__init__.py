"""Reports: daily fares, business reports, the rows behind them, usage surveys, what-if (T-38 to T-45, T-51, T-52)."""

from flask import Blueprint

from admin.reports import business_views, daily_views, fairness_views, row_views, unit_views, what_if_views


def create_blueprint() -> Blueprint:
    """Return the pages under /admin/reports/."""
    pages = Blueprint("reports", __name__, url_prefix="/reports")
    for part in (business_views, daily_views, row_views, fairness_views, unit_views, what_if_views):
        part.register(pages)
    return pages

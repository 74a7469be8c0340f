"""Ticket books and commuter passes: sale, handover, stock, prices, subsidies (T-30 to T-37)."""

from flask import Blueprint
from flask.blueprints import BlueprintSetupState

from admin.sales import month_views, price_views, sale_views, scheme_views, stock_views
from admin.sales.words import product_text
from backend.app import language


def create_blueprint() -> Blueprint:
    """Return the pages under /admin/sales/."""
    pages = Blueprint("sales", __name__, url_prefix="/sales")
    pages.record_once(_add_words)
    for part in (sale_views, month_views, stock_views, price_views, scheme_views):
        part.register(pages)
    return pages


def _add_words(state: BlueprintSetupState) -> None:
    state.app.jinja_env.filters["product_text"] = lambda product: product_text(product, language())

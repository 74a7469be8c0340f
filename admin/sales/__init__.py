"""Ticket books and commuter passes: sale, handover, stock, prices, subsidies (T-30 to T-37)."""

from flask import Blueprint, g
from flask.blueprints import BlueprintSetupState
from sqlalchemy.orm import Session

from admin.sales import month_views, price_views, sale_views, scheme_views, stock_views
from admin.sales.words import product_text
from backend.app import language, world
from backend.db.queries import network
from backend.db.session import transaction
from backend.domain.errors import NotFoundError

SALES = "admin.sales."


def create_blueprint() -> Blueprint:
    """Return the pages under /admin/sales/."""
    pages = Blueprint("sales", __name__, url_prefix="/sales")
    pages.record_once(_add_words)
    pages.app_context_processor(lambda: {"is_there": is_there})
    for part in (sale_views, month_views, stock_views, price_views, scheme_views):
        part.register(pages)
    return pages


def is_there(endpoint: str) -> bool:
    """Tell whether the town has what a page is about: without a line nothing is sold, and no menu says so."""
    if not endpoint.startswith(SALES):
        return True
    if "has_line" not in g:
        with transaction(world().engine) as session:
            g.has_line = has_line(session)
    return bool(g.has_line)


def has_line(session: Session) -> bool:
    """Tell whether the town runs a line."""
    try:
        network.get_service(session, mode="line")
    except NotFoundError:
        return False
    return True


def _add_words(state: BlueprintSetupState) -> None:
    state.app.jinja_env.filters["product_text"] = lambda product: product_text(product, language())

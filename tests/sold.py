"""Makers for sales in tests: a batch, a sale, a product by what it is."""

import itertools
from datetime import date

from sqlalchemy.orm import Session

from backend.db.models import Batch, Sale
from backend.db.queries import products, sales
from backend.services import sales as selling
from backend.services import stock
from backend.services.sales import Purchase
from backend.services.stock import Issue
from tests.make import LINE_NOW

TODAY = LINE_NOW.date()
_numbers = itertools.count(1)


def product_like(session: Session, service_id: int, *, day: date = TODAY, **wanted) -> products.ProductView:
    """Return the one product that is like ``wanted``."""
    found = [
        each
        for each in products.list_products(session, service_id, day)
        if all(getattr(each, name) == value for name, value in wanted.items())
    ]
    assert len(found) == 1, (wanted, found)
    return found[0]


def commute(session: Session, service_id: int, **wanted) -> products.ProductView:
    """Return a pass to work in zone B for a month: nothing must be shown for it."""
    values = {"kind": "pass", "zone": "B", "category": "commute", "is_welfare": False, "months": 1}
    return product_like(session, service_id, **values | wanted)


def book_of(session: Session, service_id: int, *, zone: str = "A", category: str = "full") -> products.ProductView:
    """Return a ticket book."""
    return product_like(session, service_id, kind="ticket_book", zone=zone, category=category)


def issue(session: Session, service_id: int, code: str, *, pieces: int = 5, key=None, now=LINE_NOW, **changes):
    """Return the outcome of issuing pieces of a product."""
    values = {
        "design_version": "第1版",
        "agreed_on": TODAY,
        "agreed_with": "市の担当課",
        "first_serial": 1,
        "is_numbered": True,
    }
    entry = Issue(product_code=code, pieces=pieces, **values | changes)
    return stock.issue(session, service_id, entry=entry, key=key or f"batch-{next(_numbers)}", actor="staff:1", now=now)


def sell(session: Session, service_id: int, product, *, key=None, now=LINE_NOW, **changes):
    """Return the outcome of selling a product, with all its proofs seen."""
    values = {
        "product_code": product.code,
        "sold_on": TODAY,
        "place": "office",
        "proofs_seen": product.proofs,
        "starts_on": TODAY if product.months else None,
    }
    purchase = Purchase(**values | changes)
    key = key or f"sale-{next(_numbers)}"
    return selling.sell(session, service_id, purchase=purchase, key=key, actor="staff:1", now=now)


def make_sale(session: Session, service_id: int, product, **changes) -> Sale:
    """Return a sale; a batch is issued for it where there is no stock."""
    held = {each.product.code: each.left for each in sales.stock(session, service_id)}
    if not held[product.code]:
        assert isinstance(issue(session, service_id, product.code), Batch)
    outcome = sell(session, service_id, product, **changes)
    assert isinstance(outcome, Sale), outcome
    return outcome

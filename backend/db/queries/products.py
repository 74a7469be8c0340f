"""Questions about what is sold, at which price, and which subsidies there are (T-31, T-37)."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import Product, Scheme


@dataclass(frozen=True, slots=True)
class ProductView:
    """A ticket book or a pass of one kind at its price from a day on. ``months`` for passes, ``tickets`` for books."""

    id: int
    code: str
    valid_from: date
    kind: str
    zone: str
    category: str
    is_welfare: bool
    with_subway: bool
    months: int | None
    tickets: int | None
    price_yen: int
    proofs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SchemeView:
    """A subsidy; one that is not active is offered no more."""

    id: int
    code: str
    name: str
    active: bool


def list_products(session: Session, service_id: int, day: date) -> list[ProductView]:
    """Return what is sold on ``day`` at the prices of that day, in the order of the price table (T-31, D-08)."""
    query = (
        select(Product)
        .where(Product.transport_service_id == service_id, Product.valid_from <= day)
        .order_by(Product.valid_from)
    )
    newest = {row.code: row for row in session.scalars(query)}
    return [product_view(row) for row in sorted(newest.values(), key=lambda row: row.seq)]


def find_product(session: Session, service_id: int, code: str, day: date) -> ProductView | None:
    """Return a product at its price of ``day``; None for what is not in the table: it is not sold (Q-50)."""
    query = (
        select(Product)
        .where(Product.transport_service_id == service_id, Product.code == code, Product.valid_from <= day)
        .order_by(Product.valid_from.desc())
        .limit(1)
    )
    row = session.scalars(query).one_or_none()
    return product_view(row) if row else None


def list_coming_prices(session: Session, service_id: int, day: date) -> list[ProductView]:
    """Return the prices that start after ``day``, by their first day."""
    query = (
        select(Product)
        .where(Product.transport_service_id == service_id, Product.valid_from > day)
        .order_by(Product.valid_from, Product.seq)
    )
    return [product_view(row) for row in session.scalars(query)]


def list_schemes(session: Session, service_id: int) -> list[SchemeView]:
    """Return all subsidies, by code."""
    query = select(Scheme).where(Scheme.transport_service_id == service_id).order_by(Scheme.code)
    return [scheme_view(row) for row in session.scalars(query)]


def product_view(row: Product) -> ProductView:
    """Return a product as it is shown."""
    return ProductView(
        id=row.id,
        code=row.code,
        valid_from=row.valid_from,
        kind=row.kind,
        zone=row.zone,
        category=row.category,
        is_welfare=row.is_welfare,
        with_subway=row.with_subway,
        months=row.months,
        tickets=row.tickets,
        price_yen=row.price_yen,
        proofs=tuple(row.proofs),
    )


def scheme_view(row: Scheme) -> SchemeView:
    """Return a subsidy as it is shown."""
    return SchemeView(row.id, row.code, row.name, row.active)

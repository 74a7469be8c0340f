"""Questions about ticket books and passes: the stock, what was sold, what is still to be handed over (T-33 to T-37)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from backend.db.models import Batch, CouponUse, Product, Sale, TransportService
from backend.db.queries import products
from backend.db.queries.products import ProductView, SchemeView
from backend.domain.errors import NotFoundError
from backend.domain.policies import handover
from backend.domain.policies.handover import Handover

PLACES = ("office", "vehicle", "event")


@dataclass(frozen=True, slots=True)
class SaleView:
    """A sale with the price it was sold at; amounts in yen. ``tickets_used`` counts those of a numbered book."""

    public_id: str
    product: ProductView
    serial: int | None
    design_version: str
    place: str
    sold_on: date
    sold_by: str
    price_yen: int
    scheme: SchemeView | None
    subsidy_yen: int
    paid_yen: int
    valid_from: date | None
    valid_to: date | None
    handed_on: date | None
    refunded_yen: int | None
    refunded_on: date | None
    refund_reason: str | None
    tickets_used: int
    version: int


@dataclass(frozen=True, slots=True)
class StockView:
    """Pieces of a product: issued to an agreed design, sold, and left (T-35)."""

    product: ProductView
    issued: int
    sold: int

    @property
    def left(self) -> int:
        """Return the stock: issued − sold."""
        return self.issued - self.sold


@dataclass(frozen=True, slots=True)
class BatchView:
    """Pieces as they were issued, with the agreement behind them (T-36)."""

    product: ProductView
    design_version: str
    agreed_on: date
    agreed_with: str
    first_serial: int
    pieces: int
    is_numbered: bool

    @property
    def last_serial(self) -> int:
        """Return the last serial of the batch."""
        return self.first_serial + self.pieces - 1


@dataclass(frozen=True, slots=True)
class ToHandOver:
    """A sale in the vehicle whose piece the buyer does not have yet, and since how many days (T-34)."""

    sale: SaleView
    days: int
    stands: Handover


@dataclass(frozen=True, slots=True)
class Subtotal:
    """What was sold under one heading: pieces and yen."""

    name: str
    pieces: int
    price_yen: int
    subsidy_yen: int
    paid_yen: int


def get_sale(session: Session, service_id: int, public_id: str) -> SaleView:
    """Return one sale; raise `NotFoundError`."""
    found = _views(session, _sales(service_id).where(Sale.public_id == public_id))
    if not found:
        raise NotFoundError(f"sale {public_id}")
    return found[0]


def sales_between(session: Session, service_id: int, first: date, last: date) -> list[SaleView]:
    """Return what was sold from ``first`` to ``last``, both included, in the order of sale (T-42)."""
    return _views(session, _sales(service_id).where(Sale.sold_on.between(first, last)))


def refunds_between(session: Session, service_id: int, first: date, last: date) -> list[SaleView]:
    """Return the sales for which money was given back from ``first`` to ``last`` (Q-47)."""
    return _views(session, _sales(service_id).where(Sale.refunded_on.between(first, last)))


def stock(session: Session, service_id: int) -> list[StockView]:
    """Return issued, sold and left of every product, in the order of the price table (T-35)."""
    issued = _counts(
        session,
        select(Batch.product_code, func.sum(Batch.pieces))
        .where(Batch.transport_service_id == service_id)
        .group_by(Batch.product_code),
    )
    sold = _counts(
        session,
        select(Product.code, func.count())
        .select_from(Sale)
        .join(Product)
        .where(Sale.transport_service_id == service_id)
        .group_by(Product.code),
    )
    return [
        StockView(product, issued.get(product.code, 0), sold.get(product.code, 0))
        for product in products.list_products(session, service_id, date.max)
    ]


def list_batches(session: Session, service_id: int) -> list[BatchView]:
    """Return the batches, the last one first."""
    known = {product.code: product for product in products.list_products(session, service_id, date.max)}
    query = select(Batch).where(Batch.transport_service_id == service_id).order_by(Batch.id.desc())
    return [
        BatchView(
            product=known[row.product_code],
            design_version=row.design_version,
            agreed_on=row.agreed_on,
            agreed_with=row.agreed_with,
            first_serial=row.first_serial,
            pieces=row.pieces,
            is_numbered=row.is_numbered,
        )
        for row in session.scalars(query)
    ]


def list_to_hand_over(session: Session, service_id: int, today: date) -> list[ToHandOver]:
    """Return what was sold in the vehicle and is not handed over yet, the oldest first (T-34)."""
    service = session.get_one(TransportService, service_id)
    waiting = _sales(service_id).where(
        Sale.place == "vehicle", Sale.handed_on.is_(None), Sale.refunded_on.is_(None), Sale.sold_on <= today
    )
    return [
        ToHandOver(
            sale,
            (today - sale.sold_on).days,
            handover.stands(
                sale.sold_on,
                None,
                today,
                reminder_days=service.handover_reminder_days,
                most_days=service.handover_days,
            ),
        )
        for sale in _views(session, waiting)
    ]


def subtotals(sales: Sequence[SaleView], name_of: Callable[[SaleView], str]) -> list[Subtotal]:
    """Return sums of sales under the headings that ``name_of`` gives, by heading (T-33, T-37)."""
    headings = groupby(sorted(sales, key=name_of), key=name_of)
    return [_subtotal(name, list(group)) for name, group in headings]


def _subtotal(name: str, group: list[SaleView]) -> Subtotal:
    return Subtotal(
        name,
        pieces=len(group),
        price_yen=sum(sale.price_yen for sale in group),
        subsidy_yen=sum(sale.subsidy_yen for sale in group),
        paid_yen=sum(sale.paid_yen for sale in group),
    )


def _sales(service_id: int) -> Select[Sale]:
    return select(Sale).where(Sale.transport_service_id == service_id).order_by(Sale.sold_on, Sale.id)


def _counts(session: Session, query: Select[str, int]) -> dict[str, int]:
    return {code: int(count) for code, count in session.execute(query)}


def _views(session: Session, query: Select[Sale]) -> list[SaleView]:
    rows = session.scalars(query).all()
    used = select(CouponUse.sale_id, func.count()).where(CouponUse.sale_id.in_([row.id for row in rows]))
    counts = {row.sale_id: int(row[1]) for row in session.execute(used.group_by(CouponUse.sale_id))}
    return [_view(row, counts.get(row.id, 0)) for row in rows]


def _view(row: Sale, tickets_used: int) -> SaleView:
    return SaleView(
        public_id=row.public_id,
        product=products.product_view(row.product),
        serial=row.serial,
        design_version=row.batch.design_version if row.batch else "",
        place=row.place,
        sold_on=row.sold_on,
        sold_by=row.sold_by,
        price_yen=row.price_yen,
        scheme=products.scheme_view(row.scheme) if row.scheme else None,
        subsidy_yen=row.subsidy_yen,
        paid_yen=row.paid_yen,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        handed_on=row.handed_on,
        refunded_yen=row.refunded_yen,
        refunded_on=row.refunded_on,
        refund_reason=row.refund_reason,
        tickets_used=tickets_used,
        version=row.version,
    )

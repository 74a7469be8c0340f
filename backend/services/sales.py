"""Ticket books and passes: sold, handed over, used, refunded (T-30 to T-34, T-37). Prices are looked up only (Q-49)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.db.models import CouponUse, Product, Sale, Scheme
from backend.db.queries import products
from backend.db.queries.products import ProductView
from backend.db.session import lock_name
from backend.domain import times
from backend.domain.errors import NotFoundError, StaleError
from backend.domain.policies import passes
from backend.domain.refusals import Refusal
from backend.services import lifecycle, stock

VEHICLE = "vehicle"


@dataclass(frozen=True, slots=True)
class Purchase:
    """A sale as it is typed in. ``proofs_seen`` says what was shown, never which handbook (Q-67).

    ``starts_on`` is the first day of a pass; ``subsidy_yen`` what the scheme pays of the price.
    """

    product_code: str
    sold_on: date
    place: str
    proofs_seen: tuple[str, ...] = ()
    starts_on: date | None = None
    scheme_id: int | None = None
    subsidy_yen: int = 0


def sell(
    session: Session, service_id: int, *, purchase: Purchase, key: str, actor: str, now: datetime
) -> Sale | Refusal:
    """Sell a ticket book or a pass at the price of the day, with the next serial of the stock (T-30 to T-33).

    Refused: what the table does not hold (Q-50), proofs not seen (T-32), a subsidy that cannot be, a coming day, a pass
    that starts before it is sold, an empty stock (T-36). The same ``key`` again is the same sale; StaleError when it
    comes with another one.
    """
    stock.lock(session, service_id, purchase.product_code)
    before = session.scalars(select(Sale).where(Sale.key == key)).one_or_none()
    if before is not None:
        return _sold_before(before, purchase)
    product = products.find_product(session, service_id, purchase.product_code, purchase.sold_on)
    if product is None:
        return Refusal("not_sold")
    refusal = _check(session, service_id, product, purchase, today=times.day_of(now))
    if refusal:
        return refusal
    piece = stock.next_piece(session, service_id, product.code)
    if isinstance(piece, Refusal):
        return piece
    sale = _write(service_id, product, purchase, piece)
    sale.key, sale.sold_at, sale.sold_by = key, now, actor
    session.add(sale)
    session.flush()
    facts: lifecycle.Facts = {"product": product.code, "place": purchase.place, "paid_yen": sale.paid_yen}
    lifecycle.record(session, "sale", sale.id, "sale.made", actor=actor, now=now, facts=facts)
    return sale


def hand_over(session: Session, service_id: int, public_id: str, *, actor: str, now: datetime) -> None:
    """Note that the buyer has the piece now (T-34); a second time changes nothing."""
    sale = _lock(session, service_id, public_id)
    if sale.handed_on is None:
        sale.handed_on, sale.handed_by = times.day_of(now), actor
        lifecycle.record(session, "sale", sale.id, "sale.handed_over", actor=actor, now=now)


def refund(
    session: Session, service_id: int, public_id: str, *, yen: int, reason: str, actor: str, now: datetime
) -> Refusal | None:
    """Enter by hand what was given back, and why (Q-47): once, and no more than was paid."""
    sale = _lock(session, service_id, public_id)
    if sale.refunded_yen is not None:
        return None if (sale.refunded_yen, sale.refund_reason) == (yen, reason) else Refusal("refunded_already")
    if yen > sale.paid_yen:
        return Refusal("refund_too_high", {"most": f"{sale.paid_yen:,}"})
    sale.refunded_yen, sale.refund_reason = yen, reason
    sale.refunded_on, sale.refunded_by = times.day_of(now), actor
    lifecycle.record(session, "sale", sale.id, "sale.refunded", actor=actor, now=now, facts={"yen": yen})
    return None


def use_coupon(
    session: Session, *, product_code: str, serial: int, run_id: int | None, event_id: str, by: str, now: datetime
) -> CouponUse | Refusal:
    """Use up one ticket of a numbered book (T-30). The same ``event_id`` again is the same ticket.

    Refused: a serial that was not sold, a book that was refunded, the eleventh ticket of ten.
    """
    query = (
        select(Sale)
        .join(Product)
        .where(Product.code == product_code, Product.kind == "ticket_book", Sale.serial == serial)
        .with_for_update(of=Sale)
    )
    sale = session.scalars(query).one_or_none()
    if sale is None:
        return Refusal("coupon_unknown", {"serial": str(serial)})
    before = session.scalars(select(CouponUse).where(CouponUse.event_id == event_id)).one_or_none()
    if before is not None:
        return _used_before(before, sale)
    if sale.refunded_yen is not None:
        return Refusal("coupon_refunded", {"serial": str(serial)})
    used = session.scalars(select(func.count()).where(CouponUse.sale_id == sale.id)).one()
    tickets = sale.product.tickets or 0
    if used >= tickets:
        return Refusal("coupons_used_up", {"serial": str(serial), "tickets": tickets})
    use = CouponUse(event_id=event_id, sale_id=sale.id, run_id=run_id, number=used + 1, at=now, by=by)
    session.add(use)
    session.flush()
    return use


def set_prices(
    session: Session, service_id: int, *, valid_from: date, yen_by_code: Mapping[str, int], actor: str, now: datetime
) -> Refusal | None:
    """Enter the prices valid from a coming day on; what was sold keeps its price (D-08). Unchanged ones need no row."""
    today = times.day_of(now)
    if valid_from <= today:
        return Refusal("prices_in_the_past", {"day": today.isoformat()})
    lock_name(session, f"prices {service_id}")
    present = {each.code: each for each in products.list_products(session, service_id, valid_from)}
    changed = [each for code, each in present.items() if yen_by_code.get(code, each.price_yen) != each.price_yen]
    for product in changed:
        _set_price(session, product, valid_from=valid_from, yen=yen_by_code[product.code])
    if changed:
        facts: lifecycle.Facts = {"valid_from": valid_from.isoformat(), "products": len(changed)}
        lifecycle.record(session, "products", service_id, "prices.set", actor=actor, now=now, facts=facts)
    return None


def _check(
    session: Session, service_id: int, product: ProductView, purchase: Purchase, *, today: date
) -> Refusal | None:
    """Return why a purchase cannot be made, before the stock is asked."""
    if purchase.sold_on > today:
        return Refusal("sold_in_the_future", {"day": purchase.sold_on.isoformat()})
    if product.months and purchase.starts_on is None:
        return Refusal("pass_start_missing")
    if product.months and purchase.starts_on is not None and purchase.starts_on < purchase.sold_on:
        return Refusal("pass_starts_before_sale", {"day": purchase.sold_on.isoformat()})
    if refusal := passes.check_proofs(product.proofs, purchase.proofs_seen):
        return refusal
    scheme = session.get(Scheme, purchase.scheme_id) if purchase.scheme_id else None
    if purchase.scheme_id and (scheme is None or scheme.transport_service_id != service_id or not scheme.active):
        return Refusal("scheme_not_offered")
    return passes.check_subsidy(product.price_yen, purchase.subsidy_yen, has_scheme=scheme is not None)


def _write(service_id: int, product: ProductView, purchase: Purchase, piece: stock.Piece) -> Sale:
    starts_on = purchase.starts_on if product.months else None
    return Sale(
        transport_service_id=service_id,
        product_id=product.id,
        batch_id=piece.batch_id,
        serial=piece.serial,
        sold_on=purchase.sold_on,
        place=purchase.place,
        proofs_seen=[proof for proof in product.proofs if proof in purchase.proofs_seen],
        price_yen=product.price_yen,
        scheme_id=purchase.scheme_id,
        subsidy_yen=purchase.subsidy_yen,
        paid_yen=product.price_yen - purchase.subsidy_yen,
        valid_from=starts_on,
        valid_to=passes.last_valid_day(starts_on, product.months) if starts_on and product.months else None,
        handed_on=None if purchase.place == VEHICLE else purchase.sold_on,
    )


def _sold_before(sale: Sale, purchase: Purchase) -> Sale:
    typed = (purchase.product_code, purchase.sold_on, purchase.place, purchase.scheme_id, purchase.subsidy_yen)
    if (sale.product.code, sale.sold_on, sale.place, sale.scheme_id, sale.subsidy_yen) != typed:
        raise StaleError(f"sale {sale.id}: its key came again with another sale")
    return sale


def _used_before(use: CouponUse, sale: Sale) -> CouponUse:
    if use.sale_id != sale.id:
        raise StaleError(f"coupon use {use.id}: its event came again with another book")
    return use


def _set_price(session: Session, product: ProductView, *, valid_from: date, yen: int) -> None:
    row = session.get_one(Product, product.id)
    if row.valid_from == valid_from:  # entered before, and not sold at yet: that day is still to come
        row.price_yen = yen
        return
    names = [column.key for column in Product.__mapper__.columns if column.key not in {"id", "valid_from", "price_yen"}]
    session.add(Product(valid_from=valid_from, price_yen=yen, **{name: getattr(row, name) for name in names}))


def _lock(session: Session, service_id: int, public_id: str) -> Sale:
    query = select(Sale).where(Sale.transport_service_id == service_id, Sale.public_id == public_id)
    sale = session.scalars(query.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if sale is None:
        raise NotFoundError(f"sale {public_id}")
    return sale

"""Tickets of numbered books, used up by a tap and given back when the tap is corrected (T-30)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import CouponUse
from backend.db.queries import products
from backend.domain.policies import pay
from backend.domain.policies.pay import Payment
from backend.domain.refusals import Refusal
from backend.services import lifecycle, sales

TICKET_BOOK = "ticket_book"


@dataclass(frozen=True, slots=True)
class Ride:
    """Where tickets are used up: on which run, in which zone, by which tap."""

    service_id: int
    run_id: int
    day: date
    zone: str
    event_id: str
    actor: str
    now: datetime


class _NotUsedError(Exception):
    """Ends the savepoint in which a ticket was refused."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


def use(session: Session, payments: Iterable[Payment], ride: Ride, *, instead_of: str | None = None) -> Refusal | None:
    """Use up one ticket for each serial that was named, or none at all and say why (T-30: the 11th of ten).

    The tickets that the tap ``instead_of`` used up are given back before; on a refusal they stay used.
    """
    try:
        with session.begin_nested():
            if instead_of is not None:
                give_back(session, instead_of, actor=ride.actor, now=ride.now)
            _use_all(session, payments, ride)
    except _NotUsedError as error:
        return error.refusal
    return None


def give_back(session: Session, event_id: str, *, actor: str, now: datetime) -> None:
    """Give back the tickets that a tap used up; the numbers of later ones move up."""
    for use_row in session.scalars(select(CouponUse).where(CouponUse.event_id.startswith(f"{event_id}/"))).all():
        session.delete(use_row)
        session.flush()
        later = select(CouponUse).where(CouponUse.sale_id == use_row.sale_id, CouponUse.number > use_row.number)
        for row in session.scalars(later.order_by(CouponUse.number)).all():
            row.number -= 1
            session.flush()
        lifecycle.record(session, "sale", use_row.sale_id, "coupon.given_back", actor=actor, now=now)


def _use_all(session: Session, payments: Iterable[Payment], ride: Ride) -> None:
    asked = [(payment, serial) for payment in payments for serial in payment.serials]
    for number, (payment, serial) in enumerate(asked):
        used = sales.use_coupon(
            session,
            product_code=_product_code(session, payment, ride),
            serial=serial,
            run_id=ride.run_id,
            event_id=f"{ride.event_id}/{number}",
            by=ride.actor,
            now=ride.now,
        )
        if isinstance(used, Refusal):
            raise _NotUsedError(used)


def _product_code(session: Session, payment: Payment, ride: Ride) -> str:
    """Return the book that a ticket comes from; empty when none of the kind is sold."""
    zone, ticket_class = payment.ticket_zone or ride.zone, pay.ticket_class(payment)
    sold = products.list_products(session, ride.service_id, ride.day)
    books = (each for each in sold if each.kind == TICKET_BOOK and (each.zone, each.category) == (zone, ticket_class))
    return next((each.code for each in books), "")

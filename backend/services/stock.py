"""Pieces issued to an agreed design, and the next serial to be sold (T-35, T-36)."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.db.models import Batch, Sale
from backend.db.queries import products
from backend.db.session import lock_name
from backend.domain import times
from backend.domain.errors import StaleError
from backend.domain.refusals import Refusal
from backend.services import lifecycle


@dataclass(frozen=True, slots=True)
class Issue:
    """A batch as it is typed in: what, to which design, and with whom and when that was agreed."""

    product_code: str
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
class Piece:
    """The piece that is sold next; without a serial where the batch has none."""

    batch_id: int
    serial: int | None


def issue(session: Session, service_id: int, *, entry: Issue, key: str, actor: str, now: datetime) -> Batch | Refusal:
    """Issue a batch of pieces to an agreed design (T-36).

    Refused: what is not sold, an agreement of a coming day, serials that are given already. The same ``key`` again is
    the same batch; StaleError when it comes with another one.
    """
    today = times.day_of(now)
    if entry.agreed_on > today:
        return Refusal("not_agreed_yet", {"day": entry.agreed_on.isoformat()})
    if products.find_product(session, service_id, entry.product_code, today) is None:
        return Refusal("not_sold")
    lock(session, service_id, entry.product_code)
    before = session.scalars(select(Batch).where(Batch.key == key)).one_or_none()
    if before is not None:
        return _issued_before(before, entry)
    if entry.is_numbered and (taken := _overlapping(session, service_id, entry)):
        return Refusal("serials_taken", {"first": str(taken.first_serial), "last": str(_last_serial(taken))})
    batch = Batch(key=key, transport_service_id=service_id, entered_at=now, entered_by=actor, **_columns(entry))
    session.add(batch)
    session.flush()
    facts: lifecycle.Facts = {"product": entry.product_code, "first": entry.first_serial, "pieces": entry.pieces}
    lifecycle.record(session, "batch", batch.id, "batch.issued", actor=actor, now=now, facts=facts)
    return batch


def lock(session: Session, service_id: int, product_code: str) -> None:
    """Let one person at a time issue and sell pieces of a product: no serial is given twice."""
    lock_name(session, f"stock {service_id} {product_code}")


def next_piece(session: Session, service_id: int, product_code: str) -> Piece | Refusal:
    """Return the piece to be sold next, the oldest batch first; a refusal when none is left. Under `lock`."""
    sold = select(Sale.batch_id, func.count()).where(Sale.transport_service_id == service_id).group_by(Sale.batch_id)
    counts = {row.batch_id: int(row[1]) for row in session.execute(sold)}
    batches = session.scalars(
        select(Batch)
        .where(Batch.transport_service_id == service_id, Batch.product_code == product_code)
        .order_by(Batch.id)
    )
    for batch in batches:
        if (count := counts.get(batch.id, 0)) < batch.pieces:
            return Piece(batch.id, batch.first_serial + count if batch.is_numbered else None)
    return Refusal("no_stock")


def _overlapping(session: Session, service_id: int, entry: Issue) -> Batch | None:
    query = select(Batch).where(
        Batch.transport_service_id == service_id,
        Batch.product_code == entry.product_code,
        Batch.is_numbered,
        Batch.first_serial <= entry.last_serial,
        Batch.first_serial + Batch.pieces > entry.first_serial,
    )
    return session.scalars(query).first()


def _issued_before(batch: Batch, entry: Issue) -> Batch:
    if any(getattr(batch, name) != value for name, value in _columns(entry).items()):
        raise StaleError(f"batch {batch.id}: its key came again with another batch")
    return batch


def _columns(entry: Issue) -> dict[str, str | int | date]:
    return {name: getattr(entry, name) for name in Issue.__slots__}


def _last_serial(batch: Batch) -> int:
    return batch.first_serial + batch.pieces - 1

"""Subsidies that pay part of a price, one by one (T-37)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import Scheme
from backend.domain.errors import NotFoundError
from backend.domain.refusals import Refusal
from backend.services import lifecycle


def add(session: Session, service_id: int, *, code: str, name: str, actor: str, now: datetime) -> Scheme | Refusal:
    """Add a subsidy under its own code (T-37); the same code and name again is the same subsidy."""
    before = session.scalars(
        select(Scheme).where(Scheme.transport_service_id == service_id, Scheme.code == code)
    ).one_or_none()
    if before is not None:
        return before if before.name == name else Refusal("scheme_code_taken", {"code": code})
    scheme = Scheme(transport_service_id=service_id, code=code, name=name)
    session.add(scheme)
    session.flush()
    lifecycle.record(session, "scheme", scheme.id, "scheme.added", actor=actor, now=now, facts={"code": code})
    return scheme


def offer(session: Session, service_id: int, scheme_id: int, *, active: bool, actor: str, now: datetime) -> None:
    """Offer a subsidy at sales from now on, or no more; sales made with it stay."""
    scheme = session.get(Scheme, scheme_id)
    if scheme is None or scheme.transport_service_id != service_id:
        raise NotFoundError(f"scheme {scheme_id}")
    scheme.active = active
    action = "scheme.offered" if active else "scheme.ended"
    lifecycle.record(session, "scheme", scheme.id, action, actor=actor, now=now)

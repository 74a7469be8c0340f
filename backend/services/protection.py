"""Who is under 支援措置: nobody learns from us that they ride (security.md T6)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import Rider
from backend.domain.errors import NotFoundError
from backend.services import lifecycle


def put_on(session: Session, public_id: str, *, reason: str, actor: str, now: datetime) -> None:
    """Put a person under protection: from now on they are found by nobody but the protection manager."""
    rider = _get(session, public_id)
    rider.protection = reason
    session.flush()
    lifecycle.record(session, "rider", rider.id, "rider.protected", actor=actor, now=now)


def take_off(session: Session, public_id: str, *, reason: str, actor: str, now: datetime) -> None:
    """Take the protection back; the reason given stays with the act only as its length, never as its words."""
    rider = _get(session, public_id)
    rider.protection = ""
    session.flush()
    facts: dict[str, str | int] = {"reason_letters": len(reason)}
    lifecycle.record(session, "rider", rider.id, "rider.unprotected", actor=actor, now=now, facts=facts)


def _get(session: Session, public_id: str) -> Rider:
    query = select(Rider).where(Rider.public_id == public_id, Rider.state == "active").with_for_update()
    rider = session.scalars(query).one_or_none()
    if rider is None:
        raise NotFoundError(public_id)
    return rider

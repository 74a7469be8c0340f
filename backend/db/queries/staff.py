"""Who is signed in, and who works here."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import Staff, StaffSession


@dataclass(frozen=True, slots=True)
class StaffView:
    """A person who works here, as screens show them."""

    id: int
    public_id: str
    login: str
    name: str
    role: str
    carrier_id: int | None
    language: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A sign-in that is neither ended nor revoked. ``factor_at`` is None before the second factor."""

    id: int
    staff: StaffView
    made_at: datetime
    seen_at: datetime
    factor_at: datetime | None


def token_hash(token: str) -> bytes:
    """Return what is kept of a sign-in's token: 256 random bits need no slow hash."""
    return sha256(token.encode()).digest()


def view(staff: Staff) -> StaffView:
    """Return what screens show of a person."""
    return StaffView(
        id=staff.id,
        public_id=staff.public_id,
        login=staff.login,
        name=staff.name,
        role=staff.role,
        carrier_id=staff.carrier_id,
        language=staff.language,
    )


def find_signed_in(session: Session, token: str) -> SignedIn | None:
    """Return the sign-in that ``token`` opens, or None; how old it may be is for the caller to judge."""
    row = session.scalars(
        select(StaffSession)
        .join(Staff)
        .where(
            StaffSession.token_hash == token_hash(token),
            StaffSession.ended_at.is_(None),
            Staff.active,
        )
    ).one_or_none()
    if row is None:
        return None
    return SignedIn(row.id, view(row.staff), row.made_at, row.seen_at, row.factor_at)


def list_drivers(session: Session) -> list[StaffView]:
    """Return the drivers who may be put on a duty, by sign-in name."""
    query = select(Staff).where(Staff.role == "driver", Staff.active).order_by(Staff.login)
    return [view(staff) for staff in session.scalars(query)]

"""Who is signed in, and who works here."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import Device, Staff, StaffSession


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
    """A sign-in that is neither ended nor revoked. ``factor_at`` is None before the second factor.

    ``device_key_hash`` is of the registered machine it belongs to: with a PIN it holds on that machine only.
    """

    id: int
    staff: StaffView
    made_at: datetime
    seen_at: datetime
    factor_at: datetime | None
    factor: str | None = None
    purpose: str | None = None
    device_id: int | None = None
    device_key_hash: bytes | None = None


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
    """Return the sign-in that ``token`` opens, or None; how old it may be is for the caller to judge.

    None as well when its machine was revoked: so a revoked tablet is out with its next request (T8).
    """
    found = session.execute(
        select(StaffSession, Device)
        .join(Staff, Staff.id == StaffSession.staff_id)
        .outerjoin(Device, Device.id == StaffSession.device_id)
        .where(
            StaffSession.token_hash == token_hash(token),
            StaffSession.ended_at.is_(None),
            Staff.active,
            Device.revoked_at.is_(None),
        )
    ).one_or_none()
    if found is None:
        return None
    row, device = found
    return SignedIn(
        id=row.id,
        staff=view(row.staff),
        made_at=row.made_at,
        seen_at=row.seen_at,
        factor_at=row.factor_at,
        factor=row.factor,
        purpose=row.purpose,
        device_id=row.device_id,
        device_key_hash=device.key_hash if device else None,
    )


def find_view(session: Session, staff_id: int) -> StaffView:
    """Return a person by the inner id, which never stands in an address."""
    return view(session.get_one(Staff, staff_id))


def find_role(session: Session, staff_id: int | None) -> str:
    """Return what a person works as; nothing for nobody."""
    return session.scalar(select(Staff.role).where(Staff.id == staff_id)) or ""


def list_drivers(session: Session) -> list[StaffView]:
    """Return the drivers who may be put on a duty, by sign-in name."""
    query = select(Staff).where(Staff.role == "driver", Staff.active).order_by(Staff.login)
    return [view(staff) for staff in session.scalars(query)]

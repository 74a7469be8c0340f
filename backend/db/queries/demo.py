"""What the demo's start page shows of the sign-ins. Only ever called in demo mode."""

from dataclasses import dataclass
from datetime import datetime

import pyotp
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import Staff

ISSUER = "Noriai"


@dataclass(frozen=True, slots=True)
class DemoSignIn:
    """A demo account with its present code, and what an authenticator app reads as a QR code."""

    login: str
    role: str
    name: str
    code: str
    secret: str
    uri: str


def list_sign_ins(session: Session, *, wall: datetime) -> list[DemoSignIn]:
    """Return the demo accounts with the codes that are right now."""
    found = []
    for staff in session.scalars(select(Staff).where(Staff.active).order_by(Staff.id)):
        totp = pyotp.TOTP(staff.totp_secret)
        uri = totp.provisioning_uri(name=staff.login, issuer_name=ISSUER)
        found.append(DemoSignIn(staff.login, staff.role, staff.name, totp.at(wall), staff.totp_secret, uri))
    return found

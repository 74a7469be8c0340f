"""The invented sign-ins of the demo: production must not have them (S-34)."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, select

from backend.db.models import Staff
from backend.services.seeding import DEMO_PASSWORD

MOST_TRIED = 50


def are_there(connection: Connection) -> bool:
    """Tell whether somebody can sign in with the password that every reader of the demo's pages knows."""
    query = select(Staff.password_hash).where(Staff.active).order_by(Staff.id).limit(MOST_TRIED)
    hasher = PasswordHasher()
    return any(_fits(hasher, each) for each in connection.scalars(query))


def _fits(hasher: PasswordHasher, hashed: str) -> bool:
    try:
        return hasher.verify(hashed, DEMO_PASSWORD)
    except (VerificationError, InvalidHashError):
        return False

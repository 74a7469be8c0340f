"""Accounts and sign-in of staff: password, then a code that works once (S-05; security.md finding 5)."""

import secrets
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pyotp.exceptions import OTPVerificationError
from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from backend.db.models import Staff, StaffSession
from backend.db.queries.staff import SignedIn, token_hash
from backend.services import lifecycle

IDLE_S = 15 * 60
DRIVER_IDLE_S = 3 * 3600  # a tablet sleeps between rides; nobody types codes at the wheel
LONGEST_S = 12 * 3600
TIME_FOR_CODE_S = 5 * 60
SEEN_STEP_S = 60
FREE_TRIES = 5
LONGEST_WAIT_S = 60
CODE_WINDOW = 1  # one time step early or late

HASHER = PasswordHasher(time_cost=1, memory_cost=46 * 1024, parallelism=1)
# Each hash takes 46 MiB: fifty wrong passwords at once must not eat the memory.
_hashing = threading.BoundedSemaphore(2)
_nobodys_hash: list[str] = []


@dataclass(frozen=True, slots=True)
class Try:
    """A counted try to sign in. ``staff_id`` is None for a name nobody has, and while a name must wait."""

    staff_id: int | None
    password_hash: str


def create(  # noqa: PLR0913 -- an account is these eight things
    session: Session,
    *,
    login: str,
    password: str,
    role: str,
    name: str,
    carrier_id: int | None,
    totp_secret: str,
    now: datetime,
    hasher: PasswordHasher = HASHER,
) -> Staff:
    """Add an account. The caller hands password and secret to the person; neither can be read back from here."""
    staff = Staff(login=login, role=role, carrier_id=carrier_id, password_hash=hasher.hash(password))
    staff.name = name
    staff.totp_secret = totp_secret
    session.add(staff)
    session.flush()
    lifecycle.record(session, "staff", staff.id, "staff.created", actor="system", now=now, facts={"role": role})
    return staff


def take_try(session: Session, login: str, *, wall: datetime) -> Try:
    """Count a try for ``login`` before it is judged, so that many at once cannot outrun the count.

    After five failures each further try waits: 1 s, 2 s, 4 s … a minute at most. Slowed, not locked out.
    """
    taken = session.execute(
        update(Staff)
        .where(Staff.login == login, Staff.active, _may_try(wall))
        .values(failures=Staff.failures + 1, failed_at=wall)
        .returning(Staff.id, Staff.password_hash)
    ).one_or_none()
    return Try(taken.id, taken.password_hash) if taken else Try(None, "")


def is_password(attempt: Try, password: str) -> bool:
    """Tell whether the password is right. Call it with no transaction open: it takes 50 ms, for unknown names too."""
    with _hashing:
        try:
            HASHER.verify(attempt.password_hash or _hash_of_nobody(), password)
        except (VerificationError, InvalidHashError):
            return False
    return attempt.staff_id is not None


def open_half(session: Session, attempt: Try, *, wall: datetime) -> str:
    """Return the token of a sign-in that still lacks the second factor: it opens nothing but the code page."""
    session.execute(
        update(Staff).where(Staff.id == attempt.staff_id).values(failures=func.greatest(Staff.failures - 1, 0))
    )
    return _open(session, attempt.staff_id or 0, wall=wall, factor_at=None)


def take_code_try(session: Session, staff_id: int, *, wall: datetime) -> bool:
    """Count a try with a code, as `take_try` does; return False while the person must wait."""
    taken = session.execute(
        update(Staff)
        .where(Staff.id == staff_id, Staff.active, _may_try(wall))
        .values(failures=Staff.failures + 1, failed_at=wall)
        .returning(Staff.id)
    ).one_or_none()
    return taken is not None


def complete(session: Session, half: SignedIn, code: str, *, wall: datetime) -> str | None:
    """Return the token of a full sign-in when ``code`` is right and was not used before, else None.

    The half sign-in ends with it: the token is a new one after each factor.
    """
    if not _use_code(session, half.staff.id, code, wall=wall):
        return None
    session.execute(update(Staff).where(Staff.id == half.staff.id).values(failures=0, failed_at=None))
    end(session, half.id, wall=wall)
    lifecycle.record(session, "staff", half.staff.id, "staff.signed_in", actor=f"staff:{half.staff.id}", now=wall)
    return _open(session, half.staff.id, wall=wall, factor_at=wall)


def is_fresh(signed_in: SignedIn, *, wall: datetime) -> bool:
    """Tell whether a sign-in still holds at ``wall``: seen lately, and not half a day old."""
    if signed_in.factor_at is None:
        return wall - signed_in.made_at < timedelta(seconds=TIME_FOR_CODE_S)
    idle_s = DRIVER_IDLE_S if signed_in.staff.role == "driver" else IDLE_S
    is_seen = wall - signed_in.seen_at < timedelta(seconds=idle_s)
    return is_seen and wall - signed_in.made_at < timedelta(seconds=LONGEST_S)


def touch(session: Session, signed_in: SignedIn, *, wall: datetime) -> None:
    """Note that the person is active; at most one write a minute."""
    if wall - signed_in.seen_at >= timedelta(seconds=SEEN_STEP_S):
        session.execute(update(StaffSession).where(StaffSession.id == signed_in.id).values(seen_at=wall))


def end(session: Session, signed_in_id: int, *, wall: datetime) -> None:
    """End a sign-in; its token opens nothing from now on."""
    session.execute(update(StaffSession).where(StaffSession.id == signed_in_id).values(ended_at=wall))


def set_language(session: Session, staff_id: int, language: str) -> None:
    """Show a person their pages in ``language``."""
    session.execute(update(Staff).where(Staff.id == staff_id).values(language=language))


def _may_try(wall: datetime) -> ColumnElement[bool]:
    over = func.greatest(Staff.failures - FREE_TRIES, 0)
    wait_s = func.least(func.power(2, func.least(over, 10)), LONGEST_WAIT_S)
    waited_until = Staff.failed_at + func.make_interval(0, 0, 0, 0, 0, 0, wait_s)
    return or_(Staff.failures < FREE_TRIES, Staff.failed_at.is_(None), waited_until <= wall)


def _use_code(session: Session, staff_id: int, code: str, *, wall: datetime) -> bool:
    """Use a code up: one statement decides, so that of fifty at once one gets in (security.md finding 5)."""
    staff = session.scalars(select(Staff).where(Staff.id == staff_id)).one()
    try:
        counter = pyotp.TOTP(staff.totp_secret).verify_and_get_timecode(code, for_time=wall, valid_window=CODE_WINDOW)
    except OTPVerificationError:
        return False
    used = session.execute(
        update(Staff)
        .where(Staff.id == staff_id, Staff.totp_counter < counter)
        .values(totp_counter=counter)
        .returning(Staff.id)
    ).one_or_none()
    return used is not None


def _open(session: Session, staff_id: int, *, wall: datetime, factor_at: datetime | None) -> str:
    token = secrets.token_urlsafe(32)
    session.add(
        StaffSession(token_hash=token_hash(token), staff_id=staff_id, made_at=wall, seen_at=wall, factor_at=factor_at)
    )
    session.flush()
    return token


def _hash_of_nobody() -> str:
    if not _nobodys_hash:
        _nobodys_hash.append(HASHER.hash(secrets.token_urlsafe(16)))
    return _nobodys_hash[0]

"""Signing in: password, then a second factor; or a PIN on a registered tablet (S-05, Q-76; security.md finding 5)."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
from pyotp.exceptions import OTPVerificationError
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.db.models import Device, KnownBrowser, Staff, StaffSession, WorkSession
from backend.db.queries.staff import SignedIn, token_hash
from backend.domain import times
from backend.domain.roles import DRIVER
from backend.services import lifecycle, passwords, staff, tries

IDLE_S = 15 * 60
DRIVER_IDLE_S = 3 * 3600  # a tablet sleeps between rides; nobody types codes at the wheel
LONGEST_S = 12 * 3600
LONGEST = timedelta(seconds=LONGEST_S)
RECENT_S = 15 * 60
TIME_FOR_FACTOR_S = 5 * 60
TIME_TO_ENROL_S = 30 * 60
SEEN_STEP_S = 60
CODE_WINDOW = 1  # one time step early or late
ENROLS = "enrol"
TOTP, PASSKEY, RECOVERY, PIN = "totp", "passkey", "recovery", "pin"


@dataclass(frozen=True, slots=True)
class Whence:
    """Where a request comes from: its network address, what its browser was handed before, its machine's key."""

    source: str
    browser: str = ""
    device_key: str = ""


@dataclass(frozen=True, slots=True)
class Try:
    """A counted try to sign in. ``staff_id`` is None for a name nobody has; who ``must_wait`` is not judged."""

    staff_id: int | None
    password_hash: str
    login: str = ""
    must_wait: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A sign-in just completed: its token, and the token by which its browser is known from now on."""

    token: str
    browser: str


def take_try(session: Session, login: str, *, whence: Whence, wall: datetime) -> Try:
    """Count a try for ``login`` before it is judged, so that many at once cannot outrun the count (`tries`)."""
    if not _take_name(session, login, whence=whence, wall=wall):
        return Try(None, "", login, must_wait=True)
    found = session.execute(
        select(Staff.id, Staff.password_hash).where(Staff.login == login, Staff.active)
    ).one_or_none()
    return Try(found.id, found.password_hash, login) if found else Try(None, "", login)


def is_password(attempt: Try, password: str) -> bool:
    """Tell whether the password is right. Call it with no transaction open: it takes 50 ms, for unknown names too."""
    if attempt.must_wait:
        return False
    return passwords.is_right(attempt.password_hash, password) and attempt.staff_id is not None


def open_half(session: Session, attempt: Try, *, whence: Whence, wall: datetime, purpose: str | None = None) -> str:
    """Return the token of a sign-in that still lacks the second factor: it opens nothing but the next page."""
    for kind, subject in _name_counts(session, attempt.login, whence=whence):
        tries.give_back(session, kind, subject)
    return _open(session, attempt.staff_id or 0, wall=wall, purpose=purpose)


def take_factor_try(session: Session, half: SignedIn, kind: str, *, whence: Whence, wall: datetime) -> bool:
    """Count a try with a second factor, as `take_try` does; False while the person must wait."""
    subject = _factor_subject(session, half.staff.id, whence)
    return tries.take(session, f"factor-{kind}", subject, pace=tries.CODE, wall=wall)


def note_wrong_factor(session: Session, half: SignedIn, *, wall: datetime) -> None:
    """Tell a person that somebody knew the password but not the second factor."""
    staff.tell_once(session, half.staff.id, "wrong_factor", wall=wall)


def complete(session: Session, half: SignedIn, code: str, *, whence: Whence, wall: datetime) -> Opened | None:
    """Return a full sign-in when ``code`` is right and was not used before, else None."""
    if not _use_code(session, half.staff.id, code, wall=wall):
        return None
    return complete_with(session, half, TOTP, whence=whence, wall=wall)


def complete_with(session: Session, half: SignedIn, factor: str, *, whence: Whence, wall: datetime) -> Opened | None:
    """Return a full sign-in for a second factor that was found right; None for who is not named yet (S-08).

    The half sign-in ends with it: the token is a new one after each factor. Of two at once, one gets on.
    """
    person = session.get_one(Staff, half.staff.id)
    if not staff.is_designated(person, day=times.day_of(wall)) or not end(session, half.id, wall=wall):
        return None
    tries.forget(session, f"factor-{factor}", _factor_subject(session, person.id, whence))
    for kind, subject in _name_counts(session, person.login, whence=whence):
        if kind != "source":
            tries.forget(session, kind, subject)
    browser = _know_browser(session, person.id, whence.browser, factor=factor, wall=wall)
    device = find_device(session, whence.device_key)
    lifecycle.record(
        session, "staff", person.id, "staff.signed_in", actor=f"staff:{person.id}", now=wall, facts={"factor": factor}
    )
    tries.forget_old(session, wall=wall)
    return Opened(_open(session, person.id, wall=wall, factor=factor, device=device), browser)


def take_pin_try(session: Session, login: str, *, whence: Whence, wall: datetime) -> Try:
    """Count a try with a PIN. Only drivers who have shown a code on this very tablet before may use one (Q-76)."""
    device = find_device(session, whence.device_key)
    if device is None or not tries.take(session, "pin", f"{device.id}:{login}", pace=tries.PIN, wall=wall):
        return Try(None, "", login, must_wait=True)
    found = session.execute(
        select(Staff.id, Staff.pin_hash)
        .join(KnownBrowser, KnownBrowser.staff_id == Staff.id)
        .where(
            Staff.login == login,
            Staff.active,
            Staff.role == DRIVER,
            KnownBrowser.token_hash == token_hash(whence.browser),
        )
    ).one_or_none()
    return Try(found.id, found.pin_hash or "", login) if found else Try(None, "", login)


def open_with_pin(session: Session, attempt: Try, *, whence: Whence, wall: datetime) -> str | None:
    """Return the token of a driver's sign-in after the right PIN: the tablet's key is the other factor (Q-76)."""
    device = find_device(session, whence.device_key)
    person = session.get_one(Staff, attempt.staff_id)
    if device is None or not staff.is_designated(person, day=times.day_of(wall)):
        return None
    tries.forget(session, "pin", f"{device.id}:{attempt.login}")
    lifecycle.record(
        session, "staff", person.id, "staff.signed_in", actor=f"staff:{person.id}", now=wall, facts={"factor": PIN}
    )
    return _open(session, person.id, wall=wall, factor=PIN, device=device)


def find_device(session: Session, key: str) -> Device | None:
    """Return the registered machine that holds ``key``, unless it was revoked."""
    if not key:
        return None
    return session.scalars(
        select(Device).where(Device.key_hash == token_hash(key), Device.revoked_at.is_(None))
    ).one_or_none()


def is_fresh(signed_in: SignedIn, *, wall: datetime) -> bool:
    """Tell whether a sign-in still holds at ``wall``: seen lately, and not half a day old."""
    if signed_in.factor_at is None:
        longest_s = TIME_TO_ENROL_S if signed_in.purpose == ENROLS else TIME_FOR_FACTOR_S
        return wall - signed_in.made_at < timedelta(seconds=longest_s)
    idle_s = DRIVER_IDLE_S if signed_in.staff.role == DRIVER else IDLE_S
    is_seen = wall - signed_in.seen_at < timedelta(seconds=idle_s)
    return is_seen and wall - signed_in.made_at < timedelta(seconds=LONGEST_S)


def is_on_its_machine(signed_in: SignedIn, *, device_key: str) -> bool:
    """Tell whether a sign-in is used where it was made: one with a PIN holds on its own tablet only."""
    if signed_in.factor != PIN:
        return True
    return bool(device_key) and signed_in.device_key_hash == token_hash(device_key)


def is_recent(signed_in: SignedIn, *, wall: datetime) -> bool:
    """Tell whether the second factor was shown a moment ago, which changing a factor takes."""
    return signed_in.factor_at is not None and wall - signed_in.factor_at < timedelta(seconds=RECENT_S)


def touch(session: Session, signed_in: SignedIn, *, wall: datetime) -> None:
    """Note that the person is active; at most one write a minute."""
    if wall - signed_in.seen_at >= timedelta(seconds=SEEN_STEP_S):
        session.execute(update(StaffSession).where(StaffSession.id == signed_in.id).values(seen_at=wall))


def end(session: Session, signed_in_id: int, *, wall: datetime) -> bool:
    """End a sign-in; its token opens nothing from now on. Return whether it had not been ended before."""
    session.execute(
        update(WorkSession)
        .where(WorkSession.sign_in_id == signed_in_id, WorkSession.ended_at.is_(None))
        .values(ended_at=wall)
    )
    ended = session.execute(
        update(StaffSession)
        .where(StaffSession.id == signed_in_id, StaffSession.ended_at.is_(None))
        .values(ended_at=wall, challenge=None)
        .returning(StaffSession.id)
    ).one_or_none()
    return ended is not None


def end_all(session: Session, *, actor: str, wall: datetime, but_id: int | None = None) -> int:
    """End every sign-in at once, save perhaps that of who presses the button; return how many (S-02, S-17)."""
    ended = session.execute(
        update(StaffSession)
        .where(StaffSession.ended_at.is_(None), StaffSession.id != (but_id or 0))
        .values(ended_at=wall, challenge=None)
        .returning(StaffSession.id)
    ).all()
    session.execute(
        update(WorkSession)
        .where(WorkSession.ended_at.is_(None), WorkSession.sign_in_id != (but_id or 0))
        .values(ended_at=wall)
    )
    lifecycle.record(session, "staff", None, "staff.all_ended", actor=actor, now=wall, facts={"count": len(ended)})
    return len(ended)


def _take_name(session: Session, login: str, *, whence: Whence, wall: datetime) -> bool:
    paces = {"source": tries.SOURCE}
    counts = _name_counts(session, login, whence=whence)
    return all(tries.take(session, kind, of, pace=paces.get(kind, tries.NAME), wall=wall) for kind, of in counts)


def _name_counts(session: Session, login: str, *, whence: Whence) -> list[tuple[str, str]]:
    """Return what a try for a name is counted by: its browser if the person is known there, else address and name."""
    is_known = session.scalar(
        select(KnownBrowser.id)
        .join(Staff)
        .where(Staff.login == login, KnownBrowser.token_hash == token_hash(whence.browser))
    )
    if is_known:
        return [("browser", f"{whence.browser}:{login}")]
    return [("source", whence.source), ("name", login)]


def _factor_subject(session: Session, staff_id: int, whence: Whence) -> str:
    is_known = session.scalar(
        select(KnownBrowser.id).where(
            KnownBrowser.staff_id == staff_id, KnownBrowser.token_hash == token_hash(whence.browser)
        )
    )
    return f"{staff_id}:{whence.browser}" if is_known else str(staff_id)


def _know_browser(session: Session, staff_id: int, browser: str, *, factor: str, wall: datetime) -> str:
    """Remember the browser for this person, and tell the person of a new one; return its token."""
    token = browser or secrets.token_urlsafe(32)
    made_at = session.execute(
        insert(KnownBrowser)
        .values(staff_id=staff_id, token_hash=token_hash(token), made_at=wall, used_at=wall)
        .on_conflict_do_update(index_elements=[KnownBrowser.staff_id, KnownBrowser.token_hash], set_={"used_at": wall})
        .returning(KnownBrowser.made_at)
    ).scalar_one()
    if made_at == wall:
        staff.tell(session, staff_id, "new_browser", wall=wall, facts={"factor": factor})
    return token


def _use_code(session: Session, staff_id: int, code: str, *, wall: datetime) -> bool:
    """Use a code up: one statement decides, so that of fifty at once one gets in (security.md finding 5)."""
    person = session.scalars(select(Staff).where(Staff.id == staff_id)).one()
    if not person.totp_secret:
        return False
    try:
        counter = pyotp.TOTP(person.totp_secret).verify_and_get_timecode(code, for_time=wall, valid_window=CODE_WINDOW)
    except (OTPVerificationError, ValueError):  # a secret that cannot be read opens nothing
        return False
    used = session.execute(
        update(Staff)
        .where(Staff.id == staff_id, Staff.totp_counter < counter)
        .values(totp_counter=counter)
        .returning(Staff.id)
    ).one_or_none()
    return used is not None


def _open(
    session: Session,
    staff_id: int,
    *,
    wall: datetime,
    factor: str | None = None,
    device: Device | None = None,
    purpose: str | None = None,
) -> str:
    token = secrets.token_urlsafe(32)
    session.add(
        StaffSession(
            token_hash=token_hash(token),
            staff_id=staff_id,
            device_id=device.id if device else None,
            factor=factor,
            purpose=purpose,
            made_at=wall,
            seen_at=wall,
            factor_at=wall if factor else None,
        )
    )
    session.flush()
    return token

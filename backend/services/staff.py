"""Accounts of staff: made, named for personal data, given a role, ended (S-05, S-08, S-27)."""

from datetime import date, datetime

from argon2 import PasswordHasher
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.db.models import KnownBrowser, Passkey, RecoveryCode, Staff, StaffNotice, StaffSession, WorkSession
from backend.domain import times
from backend.domain.roles import SEES_PERSONS
from backend.services import lifecycle
from backend.services.lifecycle import Facts
from backend.services.passwords import HASHER


def create(  # noqa: PLR0913 -- an account is these nine things
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
    designated_on: date | None = None,
) -> Staff:
    """Add an account that can sign in: for the command line and the demo; on the pages it takes two persons.

    The caller hands password and secret to the person; neither can be read back from here. Who is not named on a day
    of their own is named today.
    """
    staff = Staff(login=login, role=role, carrier_id=carrier_id, password_hash=hasher.hash(password))
    staff.name = name
    staff.totp_secret = totp_secret
    staff.password_set_at = now
    staff.designated_on = designated_on or times.day_of(now)
    session.add(staff)
    session.flush()
    lifecycle.record(session, "staff", staff.id, "staff.created", actor="system", now=now, facts={"role": role})
    return staff


def is_designated(staff: Staff, *, day: date) -> bool:
    """Tell whether the person was named for the personal data that the role sees, by that day (S-08, C-02)."""
    if staff.role not in SEES_PERSONS:
        return True
    return staff.designated_on is not None and staff.designated_on <= day


def set_language(session: Session, staff_id: int, language: str) -> None:
    """Show a person their pages in ``language``."""
    session.execute(update(Staff).where(Staff.id == staff_id).values(language=language))


def tell(session: Session, staff_id: int, kind: str, *, wall: datetime, facts: Facts | None = None) -> None:
    """Owe a person a notice at the next sign-in; ``facts`` hold nothing personal."""
    session.add(StaffNotice(staff_id=staff_id, kind=kind, facts=facts or {}, at=wall))


def tell_once(session: Session, staff_id: int, kind: str, *, wall: datetime) -> None:
    """Owe a person a notice, unless the same one waits to be read."""
    waiting = select(StaffNotice.id).where(
        StaffNotice.staff_id == staff_id, StaffNotice.kind == kind, StaffNotice.seen_at.is_(None)
    )
    if session.scalar(waiting.limit(1)) is None:
        tell(session, staff_id, kind, wall=wall)


def mark_notices_seen(session: Session, staff_id: int, *, wall: datetime) -> None:
    """Note that a person has read what there was to tell."""
    session.execute(
        update(StaffNotice).where(StaffNotice.staff_id == staff_id, StaffNotice.seen_at.is_(None)).values(seen_at=wall)
    )


def end_sign_ins(session: Session, staff_id: int, *, wall: datetime, but_id: int | None = None) -> None:
    """End every sign-in of a person, save perhaps the one they sit at."""
    session.execute(
        update(StaffSession)
        .where(StaffSession.staff_id == staff_id, StaffSession.ended_at.is_(None), StaffSession.id != (but_id or 0))
        .values(ended_at=wall)
    )
    session.execute(
        update(WorkSession)
        .where(
            WorkSession.staff_id == staff_id, WorkSession.ended_at.is_(None), WorkSession.sign_in_id != (but_id or 0)
        )
        .values(ended_at=wall)
    )


def drop_factors(session: Session, staff_id: int, *, wall: datetime) -> None:
    """Take a person's ways to sign in: password, app, passkeys, recovery codes, PIN, known browsers."""
    staff = session.get_one(Staff, staff_id)
    staff.password_hash, staff.totp_secret, staff.pin_hash = "", "", None
    session.execute(
        update(Passkey).where(Passkey.staff_id == staff_id, Passkey.revoked_at.is_(None)).values(revoked_at=wall)
    )
    session.execute(
        update(RecoveryCode)
        .where(RecoveryCode.staff_id == staff_id, RecoveryCode.used_at.is_(None))
        .values(used_at=wall)
    )
    for browser in session.scalars(select(KnownBrowser).where(KnownBrowser.staff_id == staff_id)):
        session.delete(browser)
    end_sign_ins(session, staff_id, wall=wall)


def drop_app(session: Session, staff_id: int) -> None:
    """Forget the secret of a person's authenticator app."""
    session.get_one(Staff, staff_id).totp_secret = ""


def set_pin(session: Session, staff_id: int, *, pin_hash: str, wall: datetime) -> None:
    """Keep the PIN that a driver chose for registered tablets (Q-76)."""
    session.get_one(Staff, staff_id).pin_hash = pin_hash
    lifecycle.record(session, "staff", staff_id, "staff.pin_chosen", actor=f"staff:{staff_id}", now=wall)
    tell(session, staff_id, "pin_chosen", wall=wall)


def change_role(
    session: Session, staff_id: int, *, role: str, designated_on: date | None, actor: str, wall: datetime
) -> None:
    """Give a person another role. It counts from the next sign-in: every open one ends."""
    staff = session.get_one(Staff, staff_id)
    facts: Facts = {"from": staff.role, "to": role}
    staff.role, staff.designated_on = role, designated_on
    end_sign_ins(session, staff_id, wall=wall)
    lifecycle.record(session, "staff", staff_id, "staff.role_changed", actor=actor, now=wall, facts=facts)


def leave(session: Session, staff_id: int, *, actor: str, wall: datetime) -> None:
    """Close a person's account at once, with every sign-in and every way to sign in."""
    staff = session.get_one(Staff, staff_id)
    staff.active, staff.left_at = False, wall
    drop_factors(session, staff_id, wall=wall)
    lifecycle.record(session, "staff", staff_id, "staff.left", actor=actor, now=wall)

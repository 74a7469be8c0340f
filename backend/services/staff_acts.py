"""Acts on accounts that take two persons: invitation, new sign-in, another role, leaving (S-05, S-08, C-02, T7).

One asks, another agrees. The agreed link and the word of the asker together let the person choose their own password
and second factor; nobody else ever knows them.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pyotp
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.db.models import Staff, StaffAct
from backend.db.queries.staff import token_hash
from backend.domain.errors import NotFoundError, StaleError
from backend.domain.refusals import Refusal
from backend.domain.roles import OF_A_CARRIER, SEES_PERSONS
from backend.services import lifecycle, staff

INVITE, RESET, CHANGE_ROLE, LEAVE = "invite", "reset_factor", "change_role", "leave"
LINK_HOLDS = timedelta(hours=24)
WORD_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Invited:
    """Who is to be invited, and as what. ``designated_on`` is the day of the report or approval (C-02)."""

    login: str
    name: str
    role: str
    carrier_id: int | None
    designated_on: date | None


@dataclass(frozen=True, slots=True)
class Asked:
    """An act that waits for a second person; ``word`` is shown to the asker this once."""

    public_id: str
    word: str


def invite(session: Session, invited: Invited, *, asker_id: int, reason: str, wall: datetime) -> Asked | Refusal:
    """Ask for an account. It opens nothing before another person agrees and its own person has chosen a password."""
    refusal = _check_role(invited.role, invited.designated_on, invited.carrier_id)
    if refusal is not None:
        return refusal
    if session.scalar(select(Staff.id).where(Staff.login == invited.login)) is not None:
        return Refusal("login_taken")
    person = Staff(
        login=invited.login, role=invited.role, carrier_id=invited.carrier_id, password_hash="", active=False
    )
    person.name = invited.name
    person.designated_on = invited.designated_on
    session.add(person)
    session.flush()
    return _ask(session, INVITE, person, asker_id=asker_id, reason=reason, wall=wall)


def ask(session: Session, kind: str, public_id: str, *, asker_id: int, reason: str, wall: datetime) -> Asked | Refusal:
    """Ask for a new sign-in, or for the leaving, of a person who works here."""
    person = _person(session, public_id)
    if person.left_at is not None:
        return Refusal("has_left")
    return _ask(session, kind, person, asker_id=asker_id, reason=reason, wall=wall)


def ask_role(
    session: Session,
    public_id: str,
    *,
    role: str,
    designated_on: date | None,
    asker_id: int,
    reason: str,
    wall: datetime,
) -> Asked | Refusal:
    """Ask for another role of a person."""
    person = _person(session, public_id)
    refusal = _check_role(role, designated_on, person.carrier_id)
    if refusal is not None:
        return refusal
    if person.left_at is not None:
        return Refusal("has_left")
    return _ask(
        session,
        CHANGE_ROLE,
        person,
        asker_id=asker_id,
        reason=reason,
        wall=wall,
        role=role,
        designated_on=designated_on,
    )


def decide(session: Session, public_id: str, *, decider_id: int, agrees: bool, wall: datetime) -> str | Refusal | None:
    """Agree to an act or turn it down. Return the one-time link's token where one is needed, to be handed over.

    Not by who asked, and not by whom it is about.
    """
    act = session.scalars(select(StaffAct).where(StaffAct.public_id == public_id).with_for_update()).one_or_none()
    if act is None:
        raise NotFoundError("act")
    if act.decided_at is not None:
        raise StaleError(f"act {act.id} is decided")
    if decider_id in {act.asked_by_id, act.subject_id}:
        return Refusal("needs_another_person")
    act.decided_at, act.decided_by_id, act.is_approved = wall, decider_id, agrees
    actor = f"staff:{decider_id}"
    answer = "agreed" if agrees else "declined"
    lifecycle.record(session, "staff", act.subject_id, f"act.{act.kind}.{answer}", actor=actor, now=wall)
    _tell_all(session, act, answer, wall=wall)
    return _carry_out(session, act, actor=actor, wall=wall) if agrees else None


def find_open_link(session: Session, token: str, *, wall: datetime) -> StaffAct | None:
    """Return the act that a link belongs to, while it holds."""
    query = select(StaffAct).where(
        StaffAct.token_hash == token_hash(token), StaffAct.done_at.is_(None), StaffAct.expires_at > wall
    )
    return session.scalars(query).one_or_none()


def is_word(act: StaffAct, typed: str) -> bool:
    """Tell whether the asker's word was typed."""
    word = "".join(sign for sign in typed if sign.isdecimal())
    return act.word_hash is not None and secrets.compare_digest(act.word_hash, _word_hash(act.public_id, word))


def choose_password(session: Session, act: StaffAct, *, password_hash: str, wall: datetime) -> str:
    """Keep the password that the person chose, and return the secret of a fresh authenticator to be shown to them.

    The link holds until the second factor has been shown to work: who is cut off here may begin again.
    """
    person = session.get_one(Staff, act.subject_id)
    person.password_hash, person.password_set_at = password_hash, wall
    person.totp_secret, person.totp_counter, person.active = pyotp.random_base32(), 0, True
    lifecycle.record(session, "staff", person.id, "staff.password_chosen", actor=f"staff:{person.id}", now=wall)
    return person.totp_secret


def close_links(session: Session, staff_id: int, *, wall: datetime) -> None:
    """Burn every link of a person: the second factor works now."""
    session.execute(
        update(StaffAct)
        .where(StaffAct.subject_id == staff_id, StaffAct.token_hash.is_not(None), StaffAct.done_at.is_(None))
        .values(done_at=wall)
    )


def _ask(
    session: Session,
    kind: str,
    person: Staff,
    *,
    asker_id: int,
    reason: str,
    wall: datetime,
    role: str | None = None,
    designated_on: date | None = None,
) -> Asked | Refusal:
    if person.id == asker_id:
        return Refusal("needs_another_person")
    session.refresh(person, with_for_update=True)  # two who ask at once: the second finds the first one waiting
    waiting = select(StaffAct.id).where(
        StaffAct.subject_id == person.id, StaffAct.kind == kind, StaffAct.decided_at.is_(None)
    )
    if session.scalar(waiting) is not None:
        return Refusal("act_waits")
    word = "".join(secrets.choice("0123456789") for _ in range(WORD_DIGITS)) if kind in {INVITE, RESET} else ""
    act = StaffAct(kind=kind, subject_id=person.id, asked_at=wall, asked_by_id=asker_id, reason=reason, role=role)
    act.designated_on = designated_on
    session.add(act)
    session.flush()
    act.word_hash = _word_hash(act.public_id, word) if word else None
    lifecycle.record(session, "staff", person.id, f"act.{kind}.asked", actor=f"staff:{asker_id}", now=wall)
    return Asked(act.public_id, word)


def _carry_out(session: Session, act: StaffAct, *, actor: str, wall: datetime) -> str | None:
    if act.kind == LEAVE:
        close_links(session, act.subject_id, wall=wall)
        staff.leave(session, act.subject_id, actor=actor, wall=wall)
    elif act.kind == CHANGE_ROLE:
        staff.change_role(
            session, act.subject_id, role=act.role or "", designated_on=act.designated_on, actor=actor, wall=wall
        )
    else:
        if act.kind == RESET:
            staff.drop_factors(session, act.subject_id, wall=wall)
        token = secrets.token_urlsafe(32)
        act.token_hash, act.expires_at = token_hash(token), wall + LINK_HOLDS
        return token
    act.done_at = wall
    return None


def _tell_all(session: Session, act: StaffAct, answer: str, *, wall: datetime) -> None:
    """Tell the person, the asker and the decider (T12)."""
    for staff_id in {act.subject_id, act.asked_by_id, act.decided_by_id or act.asked_by_id}:
        staff.tell(session, staff_id, f"act_{answer}", wall=wall, facts={"kind": act.kind})


def _check_role(role: str, designated_on: date | None, carrier_id: int | None) -> Refusal | None:
    if role in SEES_PERSONS and designated_on is None:
        return Refusal("needs_designation")
    if role in OF_A_CARRIER and carrier_id is None:
        return Refusal("needs_carrier")
    return None


def _person(session: Session, public_id: str) -> Staff:
    person = session.scalars(select(Staff).where(Staff.public_id == public_id)).one_or_none()
    if person is None:
        raise NotFoundError("staff")
    return person


def _word_hash(public_id: str, word: str) -> bytes:
    return token_hash(f"{public_id}:{word}")

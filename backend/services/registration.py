"""Become a member, see and correct one's data, leave (D-13, L-12, L-13, L-17, Q-18, Q-19, Q-67, Q-81).

A LINE account is not a person (security.md T4): registering by LINE makes a new rider and never joins an existing one.
Who is known by phone already has the two joined by the desk.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from backend.db.models import Booking, Consent, FormLink, LineUser, Notification, Rider
from backend.db.queries import riders
from backend.domain.errors import NotFoundError
from backend.services import bookings, erasure, guests, lifecycle, notifications, phone_changes

PURPOSE_VERSION = "2026-11-1"
LINK_LIFE = timedelta(minutes=10)
FORM_LIFE = timedelta(minutes=30)
MOST_WRONG_DIGITS = 5
MOST_WRONG_IN_A_DAY = 10
ONE_DAY = timedelta(hours=24)
MOST_SENT = 30
TAIL = 4
ADULT_AGE = 16
YEAR_ONLY = 4
MEMBER = "active"
SCHOOL_STAGES = ("preschool", "primary", "junior_high", "older")
YOUNG_STAGES = frozenset({"preschool", "primary", "junior_high"})
CATEGORIES = ("adult", "senior", "discount", "child")


@dataclass(frozen=True, slots=True)
class PersonalData:
    """What a person writes about themselves. ``fare_category`` is a class, never its cause (Q-67).

    ``birth`` is a year or an ISO date, or empty where ``school_stage`` is given. ``guardian`` is how to reach the
    guardian of somebody under 16 (Q-19). ``is_remembered`` is a guest's choice; members are known until they leave.
    """

    name: str
    kana: str
    phone: str
    birth: str
    school_stage: str
    fare_category: str
    wheelchair: bool
    guardian: str
    language: str
    is_remembered: bool = True
    district: str | None = None


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A one-time link that still opens its form. ``rider_id`` once its account belongs to somebody known."""

    id: int
    line_user_id: int
    rider_id: int | None
    is_member: bool
    language: str
    tries: int


def make_link(session: Session, line_user_id: int, purpose: str, *, wall: datetime) -> str:
    """Return the token of a fresh one-time link to a form; links of the same purpose made before open no more."""
    session.execute(
        update(FormLink)
        .where(FormLink.line_user_id == line_user_id, FormLink.purpose == purpose, FormLink.used_at.is_(None))
        .values(used_at=wall)
    )
    token = secrets.token_urlsafe(24)
    session.add(
        FormLink(
            token_hash=_hash(token),
            line_user_id=line_user_id,
            purpose=purpose,
            made_at=wall,
            expires_at=wall + LINK_LIFE,
            tries=0,
        )
    )
    session.flush()
    return token


def open_link(session: Session, token: str, purpose: str, *, wall: datetime) -> OpenLink:
    """Return the link of ``token``, locked; raise `NotFoundError` when it is used, too old, or tried too often."""
    query = select(FormLink).where(FormLink.token_hash == _hash(token), FormLink.purpose == purpose).with_for_update()
    row = session.scalars(query).one_or_none()
    most = MOST_WRONG_DIGITS if purpose == "settings" else MOST_SENT
    if row is None or row.used_at is not None or row.expires_at < wall or row.tries >= most:
        raise NotFoundError("form link")
    if purpose == "settings" and _wrong_digits(session, row.line_user_id, wall=wall) >= MOST_WRONG_IN_A_DAY:
        raise NotFoundError("form link")
    account = session.get_one(LineUser, row.line_user_id)
    is_member = account.rider is not None and account.rider.state == MEMBER
    return OpenLink(row.id, account.id, account.rider_id, is_member, account.language, row.tries)


def give_time(session: Session, link: OpenLink, *, wall: datetime) -> None:
    """Let a form that was opened in time be filled in at leisure: half an hour from its first opening."""
    row = session.get_one(FormLink, link.id)
    if row.expires_at == row.made_at + LINK_LIFE:
        row.expires_at = wall + FORM_LIFE


def data_of(session: Session, link: OpenLink) -> PersonalData:
    """Return what a member wrote about themselves; raise `NotFoundError` for an account that is no member's."""
    rider = session.get(Rider, link.rider_id) if link.rider_id is not None else None
    if rider is None:
        raise NotFoundError("no member")
    return PersonalData(
        name=rider.name,
        kana=rider.kana,
        phone=rider.phone,
        birth=rider.birth,
        school_stage=rider.school_stage,
        fare_category=rider.fare_category,
        wheelchair=rider.wheelchair == "yes",
        guardian=rider.guardian,
        language=rider.language,
        is_remembered=rider.is_remembered,
    )


def count_try(session: Session, link: OpenLink) -> None:
    """Note that a form was sent and not taken: five wrong guesses close a link (T4)."""
    session.get_one(FormLink, link.id).tries += 1


def register(session: Session, link: OpenLink, data: PersonalData, *, now: datetime, wall: datetime) -> int:
    """Make the person behind a LINE account a member, with consent and its version; return the rider's id.

    The link is used up. A guest of the line becomes the member, rides and all. Raises `NotFoundError` when the
    account is a member's already.
    """
    account = session.get_one(LineUser, link.line_user_id, with_for_update=True)
    if account.rider is not None and account.rider.state == MEMBER:
        raise NotFoundError("already registered")
    rider = account.rider or Rider(source="line", registered_at=now)
    rider.state = MEMBER
    write(rider, data)
    session.add(rider)
    session.flush()
    session.add(Consent(rider_id=rider.id, purpose_version=PURPOSE_VERSION, channel="line", at=now))
    account.rider_id = rider.id
    account.language = data.language
    session.get_one(FormLink, link.id).used_at = wall
    lifecycle.record(session, "rider", rider.id, "rider.registered", actor=_actor(link), now=now)
    return rider.id


def guest_data(*, name: str, kana: str, phone: str, is_remembered: bool) -> PersonalData:
    """Return all that is asked of somebody who books the line without being a member (T-18)."""
    return PersonalData(name, kana, phone, "", "", "", False, "", "", is_remembered)  # noqa: FBT003 -- nothing is asked


def make_guest(session: Session, link: OpenLink, data: PersonalData, *, now: datetime, wall: datetime) -> int:
    """Make the person behind a LINE account known by name and phone, no more (T-18, Q-58); return the rider's id.

    The link is used up. Raises `NotFoundError` when the account belongs to somebody already.
    """
    account = session.get_one(LineUser, link.line_user_id, with_for_update=True)
    if account.rider_id is not None:
        raise NotFoundError("known already")
    rider_id = guests.make(
        session,
        name=data.name,
        kana=data.kana,
        phone=data.phone,
        channel="line",
        remember=data.is_remembered,
        now=now,
        line_user_id=account.id,
    )
    session.add(Consent(rider_id=rider_id, purpose_version=PURPOSE_VERSION, channel="line", at=now))
    use_up(session, link, wall=wall)
    session.flush()
    session.refresh(account)
    return rider_id


def knows_phone_tail(session: Session, link: OpenLink, digits: str) -> bool:
    """Tell whether ``digits`` are the last four of the member's number (Q-81)."""
    if link.rider_id is None:
        return False
    tail = riders.get(session, link.rider_id).phone[-TAIL:]
    return hmac.compare_digest(tail.encode(), digits.encode())


def correct(session: Session, link: OpenLink, data: PersonalData, *, now: datetime) -> None:
    """Put what somebody wrote about themselves in the place of what stood there; a guest is asked for less."""
    rider = session.get_one(Rider, link.rider_id)
    number_before = rider.phone
    if link.is_member:
        write(rider, data)
    else:
        rider.name, rider.kana, rider.phone = data.name, data.kana, data.phone
        rider.phone_index = riders.phone_index(data.phone)
        rider.is_remembered = data.is_remembered
    lifecycle.record(session, "rider", rider.id, "rider.corrected", actor=_actor(link), now=now)
    if rider.phone != number_before:
        phone_changes.note(session, rider, way="line", actor=_actor(link), now=now)


def use_up(session: Session, link: OpenLink, *, wall: datetime) -> None:
    """Close a link whose form is done with."""
    session.get_one(FormLink, link.id).used_at = wall


def leave(session: Session, link: OpenLink, *, now: datetime, wall: datetime) -> None:
    """Erase a member at once: bookings to come are given up, everything that names the person goes (L-17)."""
    rider = session.get_one(Rider, link.rider_id, with_for_update={"key_share": True}, populate_existing=True)
    to_come = select(Booking.public_id).where(Booking.rider_id == rider.id, Booking.state == "confirmed")
    for public_id in session.scalars(to_come.order_by(Booking.id)).all():
        bookings.cancel(session, public_id, actor=_actor(link), now=now)
    erasure.erase(session, rider, now=now)
    use_up(session, link, wall=wall)
    lifecycle.record(session, "rider", rider.id, "rider.left", actor=_actor(link), now=now)


def followed(session: Session, line_user_id: int) -> None:
    """Note that messages reach an account (again)."""
    session.get_one(LineUser, line_user_id).followed = True


def unfollowed(session: Session, line_user_id: int, *, now: datetime) -> None:
    """Note that an account was blocked or left: nothing is sent any more, what is owed becomes a phone call (L-17)."""
    session.get_one(LineUser, line_user_id).followed = False
    owed = select(Notification.id).where(Notification.line_user_id == line_user_id, Notification.state == "owed")
    for notification_id in session.scalars(owed.order_by(Notification.id)).all():
        notifications.to_call_list(session, notification_id, why="left_line", now=now)


def needs_guardian(data: PersonalData, *, today: date) -> bool:
    """Tell whether a person is under 16, as far as year or school stage say (Q-19)."""
    if data.school_stage in YOUNG_STAGES:
        return True
    if not data.birth:
        return False
    if len(data.birth) == YEAR_ONLY:
        return today.year - int(data.birth) < ADULT_AGE
    born = date.fromisoformat(data.birth)
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return age < ADULT_AGE


def write(rider: Rider, data: PersonalData) -> None:
    """Put what a person said about themselves into their row."""
    rider.name = data.name
    rider.kana = data.kana
    rider.phone = data.phone
    rider.phone_index = riders.phone_index(data.phone)
    rider.birth = data.birth
    rider.school_stage = data.school_stage
    rider.fare_category = data.fare_category
    rider.wheelchair = "yes" if data.wheelchair else ""
    rider.guardian = data.guardian
    rider.language = data.language
    if data.district is not None:
        rider.district = data.district


def _wrong_digits(session: Session, line_user_id: int, *, wall: datetime) -> int:
    """Return how many wrong digits an account has given in the last day, over all its links (Q-81)."""
    tries = select(func.coalesce(func.sum(FormLink.tries), 0)).where(
        FormLink.line_user_id == line_user_id, FormLink.purpose == "settings", FormLink.made_at > wall - ONE_DAY
    )
    return int(session.scalar(tries) or 0)


def _actor(link: OpenLink) -> str:
    return f"line:{link.line_user_id}"


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()

"""A member known by phone and a LINE account become one: by a one-time code from the desk (security.md T4; B-19).

The desk hands the code over at the counter, or calls the member's own number back and says it. Whoever types it in
must know the last digits of the number too. Ten minutes, five tries; every account that was joined before hears of it.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from backend.db import sealing
from backend.db.models import Consent, FormLink, LineUser, LinkCode, Rider
from backend.domain.refusals import Refusal
from backend.services import lifecycle, notifications, registration
from backend.services.registration import OpenLink

LIFE = timedelta(minutes=10)
MOST_TRIES = 5
DIGITS = 8
SPAN = timedelta(hours=24)
MOST_WRONG_IN_SPAN = 10
WAYS = ("counter", "call_back")


@dataclass(frozen=True, slots=True)
class Joined:
    """A member and the account that was joined to it."""

    rider_id: int


def make_code(session: Session, rider_id: int, *, way: str, actor: str, now: datetime, wall: datetime) -> str | Refusal:
    """Return a fresh code for a member whom the desk sees or has called back; older ones open no more."""
    if way not in WAYS:
        return Refusal("identity_not_checked")
    session.execute(
        update(LinkCode).where(LinkCode.rider_id == rider_id, LinkCode.used_at.is_(None)).values(used_at=wall)
    )
    code = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
    session.add(
        LinkCode(
            rider_id=rider_id,
            code_hash=_hash(code),
            way=way,
            made_at=wall,
            made_by=actor,
            expires_at=wall + LIFE,
            tries=0,
        )
    )
    lifecycle.record(session, "rider", rider_id, "rider.link_code_made", actor=actor, now=now, facts={"way": way})
    session.flush()
    return code


def join(session: Session, link: OpenLink, code: str, tail: str, *, now: datetime, wall: datetime) -> Joined | Refusal:
    """Join the account behind a form's link to the member of ``code``, when ``tail`` ends the member's number.

    A wrong code and a wrong ending are counted alike, for the form, for the account and for the code.
    """
    account = session.get_one(LineUser, link.line_user_id, with_for_update=True)
    if link.is_member:
        return Refusal("already_linked")
    if _wrong_tries(session, account.id, wall=wall) >= MOST_WRONG_IN_SPAN:
        return Refusal("too_many_tries")
    row = _code_of(session, code, wall=wall)
    rider = session.get(Rider, row.rider_id) if row else None
    is_right = rider is not None and hmac.compare_digest(rider.phone[-registration.TAIL :].encode(), tail.encode())
    if row is None or rider is None or not is_right:
        registration.count_try(session, link)
        if row is not None:
            row.tries += 1
        lifecycle.record(session, "line_user", account.id, "account.link_refused", actor=f"line:{account.id}", now=now)
        return Refusal("link_code_wrong")
    row.used_at = wall
    _join(session, account, rider, link, now=now, wall=wall)
    return Joined(rider.id)


def _join(session: Session, account: LineUser, rider: Rider, link: OpenLink, *, now: datetime, wall: datetime) -> None:
    """Join the two, and tell every account that belonged to the member before."""
    before = list(session.scalars(select(LineUser.id).where(LineUser.rider_id == rider.id)))
    account.rider_id = rider.id
    registration.use_up(session, link, wall=wall)
    session.add(Consent(rider_id=rider.id, purpose_version=registration.PURPOSE_VERSION, channel="line", at=now))
    facts: dict[str, str | int] = {"line_user": account.id}
    lifecycle.record(session, "rider", rider.id, "rider.linked", actor=f"line:{account.id}", now=now, facts=facts)
    session.flush()
    for line_user_id in (*before, account.id):
        key = f"account_linked:{link.id}:{line_user_id}"
        notifications.owe(session, "account_linked", dedupe_key=key, now=wall, line_user_id=line_user_id)


def _code_of(session: Session, code: str, *, wall: datetime) -> LinkCode | None:
    """Return the code, locked, while it still opens."""
    query = select(LinkCode).where(LinkCode.code_hash == _hash(code)).with_for_update()
    row = session.scalars(query).one_or_none()
    return row if row and row.used_at is None and row.expires_at >= wall and row.tries < MOST_TRIES else None


def _wrong_tries(session: Session, line_user_id: int, *, wall: datetime) -> int:
    """Return how often an account has typed something wrong in the last day, over all its forms."""
    tries = select(func.coalesce(func.sum(FormLink.tries), 0)).where(
        FormLink.line_user_id == line_user_id, FormLink.made_at > wall - SPAN
    )
    return int(session.scalar(tries) or 0)


def _hash(code: str) -> bytes:
    """Return what is kept of a code: a keyed hash, since eight digits can be tried out."""
    return hmac.digest(sealing.keyring().session.key, f"link:{code}".encode(), sha256)

"""Who rides the line without being a member: name and phone, asked once, kept only as long as needed (T-18, Q-58)."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.db.models import Booking, LineUser, Rider
from backend.db.queries import riders
from backend.domain import states
from backend.domain.japanese import folded
from backend.domain.party import FareCategory
from backend.domain.refusals import Refusal
from backend.services import lifecycle

GUEST = "guest"
SYSTEM = "system"


def check(name: str, phone: str) -> Refusal | None:
    """Return which of the two items is missing or no phone number, or None (T-18: each names itself)."""
    if not name.strip():
        return Refusal("name_missing")
    if not phone.strip():
        return Refusal("phone_missing")
    return None if riders.normal_phone(phone) else Refusal("phone_unreadable")


def make(
    session: Session,
    *,
    name: str,
    kana: str,
    phone: str,
    channel: str,
    remember: bool,
    now: datetime,
    line_user_id: int | None = None,
) -> int:
    """Return the rider id of a guest: known again by phone and name at the desk, by the account on LINE.

    A LINE account is linked to its guest, so that it sees and cancels its rides; nobody else's guest is ever joined to
    it. With ``remember`` the guest stays known after the ride (Q-58). Checked before: `check`.
    """
    number = riders.normal_phone(phone) or phone
    guest = _known(session, name=name, number=number, line_user_id=line_user_id)
    if guest is None:
        guest = Rider(source=channel, registered_at=now, state=GUEST, is_remembered=remember)
        session.add(guest)
        guest.fare_category = FareCategory.ADULT
    guest.name, guest.kana, guest.phone = name.strip(), kana.strip(), number
    guest.phone_index = riders.phone_index(number)
    guest.is_remembered = guest.is_remembered or remember
    session.flush()
    if line_user_id is not None:
        session.get_one(LineUser, line_user_id).rider_id = guest.id
    lifecycle.record(session, "rider", guest.id, "guest.noted", actor=SYSTEM, now=now)
    session.flush()
    return guest.id


def forget_over(session: Session, *, now: datetime) -> int:
    """Part guests who did not ask to be remembered from their LINE accounts once their rides are over (Q-58).

    Returns how many were parted. Their rides stay in the counts; name and number go when retention says so.
    """
    riding = select(Booking.rider_id).where(Booking.state.in_(states.HOLDS_A_SEAT), Booking.rider_id.is_not(None))
    over = select(Rider.id).where(Rider.state == GUEST, Rider.is_remembered.is_(False), Rider.id.not_in(riding))
    linked = session.scalars(select(LineUser.rider_id).where(LineUser.rider_id.in_(over))).all()
    session.execute(update(LineUser).where(LineUser.rider_id.in_(linked)).values(rider_id=None))
    for rider_id in linked:
        lifecycle.record(session, "rider", rider_id, "guest.parted", actor=SYSTEM, now=now)
    session.flush()
    return len(linked)


def _known(session: Session, *, name: str, number: str, line_user_id: int | None) -> Rider | None:
    """Return the guest who is meant: the account's own on LINE, else one with the same number and name.

    Locked: nothing is written to somebody who is being erased.
    """
    if line_user_id is not None:
        rider_id = session.get_one(LineUser, line_user_id).rider_id or 0
        own = session.get(Rider, rider_id, with_for_update={"key_share": True}, populate_existing=True)
        return own if own is not None and own.state == GUEST else None
    query = select(Rider).where(Rider.phone_index.in_(riders.phone_indexes(number)), Rider.state == GUEST)
    query = query.order_by(Rider.id).with_for_update(key_share=True).execution_options(populate_existing=True)
    return next((each for each in session.scalars(query) if folded(each.name) == folded(name)), None)

"""Who is on the phone: members, and guests of a line who have a ride to come or want to be known (T-18, Q-58)."""

from datetime import date

import phonenumbers
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from backend.db.models import Booking, Rider, ServiceDay
from backend.db.queries import riders
from backend.db.queries.riders import RiderView, normal_phone, phone_indexes, rider_view
from backend.domain import states
from backend.domain.errors import NotFoundError
from backend.domain.japanese import folded

MEMBER, GUEST = "active", "guest"


def get(session: Session, public_id: str, *, sees_protected: bool = False) -> RiderView:
    """Return one member or guest by the id that stands in addresses; raise `NotFoundError`.

    Who is protected is there for the protection manager only (T6).
    """
    query = select(Rider).where(Rider.public_id == public_id, Rider.state.in_((MEMBER, GUEST)))
    rider = session.scalars(query).one_or_none()
    if rider is None or (rider.is_protected and not sees_protected):
        raise NotFoundError(public_id)
    return rider_view(session, rider)


def find(session: Session, text: str, *, today: date, sees_protected: bool = False) -> list[RiderView]:
    """Return who may be calling by phone number or kana, members first; several may share a number (Q-83)."""
    phone = normal_phone(text)
    if phone is None:
        members = riders.search(session, text, sees_protected=sees_protected)
        return members + _guests_by_name(session, text, today=today)
    query = (
        select(Rider)
        .where(Rider.phone_index.in_(phone_indexes(phone)), or_(Rider.state == MEMBER, _is_known_guest(today)))
        .order_by(Rider.state, Rider.id)
    )
    found = [rider for rider in session.scalars(query) if sees_protected or not rider.is_protected]
    return [rider_view(session, rider) for rider in found if riders.has_number(rider, phone)]


def spoken_number(phone: str) -> str:
    """Return a phone number as people in Japan write it: 090-1234-5678."""
    try:
        parsed = phonenumbers.parse(phone, riders.REGION)
    except phonenumbers.NumberParseException:
        return phone
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)


def _guests_by_name(session: Session, text: str, *, today: date) -> list[RiderView]:
    wanted = folded(text)
    if len(wanted) < riders.SHORTEST_SEARCH:
        return []
    guests = session.scalars(select(Rider).where(_is_known_guest(today)).order_by(Rider.id))
    named = [each for each in guests if wanted in folded(each.kana) or wanted in folded(each.name)]
    named = [each for each in named if not each.is_protected]
    return [rider_view(session, guest) for guest in named[: riders.MOST_FOUND]]


def _is_known_guest(today: date) -> ColumnElement[bool]:
    """Tell which guests are known: who asked to be remembered, and who has a ride today or later."""
    to_come = (
        select(Booking.rider_id)
        .join(ServiceDay, ServiceDay.id == Booking.service_day_id)
        .where(Booking.state.in_(states.HOLDS_A_SEAT), ServiceDay.day >= today, Booking.rider_id.is_not(None))
    )
    return (Rider.state == GUEST) & (Rider.is_remembered | Rider.id.in_(to_come))

"""A ride for somebody who is no member: name and phone are kept only with a booking that holds (T-18, Q-58)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import Booking
from backend.domain.offers import Promise, Wish
from backend.domain.refusals import Refusal
from backend.services import bookings, guests, offers
from backend.services.bookings import Caller


@dataclass(frozen=True, slots=True)
class Guest:
    """Who calls without being a member; ``is_remembered`` when they want to be known the next time."""

    name: str
    phone: str
    kana: str = ""
    is_remembered: bool = False


def book(
    session: Session, wish: Wish, guest: Guest, *, promise: Promise | None, caller: Caller, now: datetime
) -> Booking | Refusal:
    """Confirm a ride for a guest, or say why not; ``caller.rider_id`` is filled in here.

    A missing item is refused by its name. Who is refused leaves neither name nor number. The same key again is the
    same booking.
    """
    missing = guests.check(guest.name, guest.phone)
    if missing:
        return missing
    done = session.scalars(select(Booking).where(Booking.key == caller.key)).one_or_none()
    if done:
        return done
    attempt = session.begin_nested()
    rider_id = guests.make(
        session,
        name=guest.name,
        kana=guest.kana,
        phone=guest.phone,
        channel=caller.channel,
        remember=guest.is_remembered,
        now=now,
    )
    as_guest = Caller(rider_id, caller.channel, caller.actor, caller.key)
    outcome = bookings.book(session, wish, promise=promise, caller=as_guest, now=now)
    if isinstance(outcome, Booking) and outcome.rider_id == rider_id:
        attempt.commit()
        return outcome
    booking_id = outcome.id if isinstance(outcome, Booking) else None
    attempt.rollback()
    if isinstance(outcome, Refusal):
        offers.record_refusal(session, wish, outcome, channel=caller.channel, rider_id=None, now=now)
        return outcome
    return session.get_one(Booking, booking_id)

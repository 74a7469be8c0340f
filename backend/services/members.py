"""Members as staff register, correct and erase them, by phone or at the counter (D-27, D-40)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import Booking, Consent, Rider
from backend.db.queries import riders
from backend.domain import times
from backend.domain.errors import NotFoundError, StaleError
from backend.domain.japanese import folded
from backend.domain.refusals import Refusal
from backend.services import bookings, erasure, lifecycle, phone_changes, registration
from backend.services.registration import PersonalData

PHONE_CHECKS = phone_changes.WAYS


def register(session: Session, entry: PersonalData, *, channel: str, actor: str, now: datetime) -> Rider | Refusal:
    """Make a caller a member after the purpose was read out and agreed to, or say why not.

    Who is a member with this number and kana already stays the one there is: a form sent twice adds nobody.
    """
    refusal = _check(entry, now=now)
    if refusal:
        return refusal
    same_phone = select(Rider).where(Rider.phone_index.in_(riders.phone_indexes(entry.phone)), Rider.state == "active")
    for known in session.scalars(same_phone):
        if folded(known.kana) == folded(entry.kana) and not known.is_protected:
            return known
    rider = Rider(source=channel, registered_at=now)
    registration.write(rider, entry)
    session.add(rider)
    session.flush()
    session.add(
        Consent(rider_id=rider.id, purpose_version=registration.PURPOSE_VERSION, channel=channel, at=now),
    )
    lifecycle.record(session, "rider", rider.id, "rider.registered", actor=actor, now=now)
    return rider


def correct(
    session: Session,
    public_id: str,
    entry: PersonalData,
    *,
    version: int,
    actor: str,
    now: datetime,
    phone_checked: str = "",
) -> Rider | Refusal:
    """Put what a member said in the place of what stood there; StaleError when somebody was faster.

    Another phone number is taken only when the desk saw the person or called the old number back (T5): the way is
    ``phone_checked``. Without it the refusal is ``identity_not_checked``.
    """
    rider = _get(session, public_id)
    if rider.version != version:
        raise StaleError(f"rider {rider.id}: version {version} was shown, {rider.version} is there")
    refusal = _check(entry, now=now)
    if refusal:
        return refusal
    is_new_number = rider.phone != entry.phone
    if is_new_number and phone_checked not in PHONE_CHECKS:
        return Refusal("identity_not_checked")
    registration.write(rider, entry)
    session.flush()
    lifecycle.record(session, "rider", rider.id, "rider.corrected", actor=actor, now=now)
    if is_new_number:
        phone_changes.note(session, rider, way=phone_checked, actor=actor, now=now)
    return rider


def erase(session: Session, public_id: str, *, actor: str, now: datetime) -> None:
    """Erase a member at once: rides to come are given up, everything that names the person goes, counts stay (D-40)."""
    give_up_and_erase(session, _get(session, public_id), actor=actor, now=now)


def give_up_and_erase(session: Session, rider: Rider, *, actor: str, now: datetime) -> None:
    """Erase a person, member or guest, and give up the rides to come."""
    to_come = select(Booking.public_id).where(Booking.rider_id == rider.id, Booking.state == "confirmed")
    for booking_id in session.scalars(to_come.order_by(Booking.id)).all():
        bookings.cancel(session, booking_id, actor=actor, now=now)
    erasure.erase(session, rider, now=now)
    lifecycle.record(session, "rider", rider.id, "rider.left", actor=actor, now=now)


def _check(entry: PersonalData, *, now: datetime) -> Refusal | None:
    if registration.needs_guardian(entry, today=times.day_of(now)) and not entry.guardian:
        return Refusal("guardian_needed")
    return None


def _get(session: Session, public_id: str) -> Rider:
    query = select(Rider).where(Rider.public_id == public_id, Rider.state == "active")
    query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    rider = session.scalars(query).one_or_none()
    if rider is None:
        raise NotFoundError(public_id)
    return rider

"""Erasure of a person: no table, index, outbox or conversation names them any more; counts stay (D-40).

The ledger outside the database learns of it, so that an older backup does not bring the person back (C-18).
"""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from backend.db.erasures import RIDER, Erased
from backend.db.models import (
    Case,
    Consent,
    Draft,
    Favourite,
    LineEvent,
    LineUser,
    LinkCode,
    Notification,
    Rider,
    RunFollow,
)
from backend.db.models.base import Sealed
from backend.db.session import note_erased

ERASED_STATE = "left"


def erase(session: Session, rider: Rider, *, now: datetime) -> None:
    """Take everything away that names a person; the row stays for the counts (D-40)."""
    for name in (name for name, value in vars(Rider).items() if isinstance(value, Sealed)):
        setattr(rider, name, "")
    rider.phone_index = None
    rider.state, rider.left_at = ERASED_STATE, now
    session.execute(update(Consent).where(Consent.rider_id == rider.id).values(withdrawn_at=now))
    for table in (Favourite, LinkCode):
        session.execute(delete(table).where(table.rider_id == rider.id))
    session.execute(update(Case).where(Case.rider_id == rider.id).values(rider_id=None))
    accounts = list(session.scalars(select(LineUser.id).where(LineUser.rider_id == rider.id)))
    session.execute(update(LineUser).where(LineUser.id.in_(accounts)).values(rider_id=None))
    _forget_conversations(session, rider.id, accounts)
    session.flush()
    note_erased(session, Erased(RIDER, rider.public_id))


def _forget_conversations(session: Session, rider_id: int, accounts: list[int]) -> None:
    """Take away what was said by a person's accounts, and what was rendered for them."""
    for table in (Draft, RunFollow):
        session.execute(delete(table).where(table.line_user_id.in_(accounts)))
    events = select(LineEvent).where(LineEvent.line_user_id.in_(accounts), LineEvent.body_sealed.is_not(None))
    for event in session.scalars(events):
        event.body = ""
    owed = select(Notification).where(
        Notification.line_user_id.in_(accounts) | (Notification.rider_id == rider_id),
        Notification.content_sealed.is_not(None),
        Notification.state != "owed",
    )
    for notification in session.scalars(owed):
        notification.content = ""

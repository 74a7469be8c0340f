"""The page of contacts as it is kept up to date (T-53, D-51, S-07)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import Contact
from backend.db.queries.contacts import DUTIES, EMERGENCY
from backend.db.session import lock_name
from backend.domain import times
from backend.domain.errors import NotFoundError, StaleError
from backend.services import lifecycle
from backend.towns.town import Town


def set_contact(
    session: Session, duty: str, *, name: str, phone: str, hours: str, version: int, actor: str, now: datetime
) -> None:
    """Enter who holds a duty and how to reach them (T-53); empty texts leave the duty open, and it is warned of.

    StaleError when somebody changed it since ``version`` was shown; 0 is a duty never entered.
    """
    if duty not in DUTIES:
        raise NotFoundError(f"duty {duty}")
    lock_name(session, f"contact {duty}")
    contact = session.scalars(select(Contact).where(Contact.duty == duty)).one_or_none()
    if contact is not None and (contact.name, contact.phone, contact.hours) == (name, phone, hours):
        return
    if (contact.version if contact else 0) != version:
        raise StaleError(f"contact {duty}: version {version} is old")
    if contact is None:
        contact = Contact(duty=duty, seq=DUTIES.index(duty), is_emergency=duty == EMERGENCY)
        session.add(contact)
    contact.name, contact.phone, contact.hours = name, phone, hours
    session.flush()
    lifecycle.record(session, "contact", contact.id, "contact.set", actor=actor, now=now, facts={"duty": duty})


def fill(session: Session, town: Town, *, now: datetime) -> None:
    """Enter whom a town's files name: emergency line, town and support desk; the persons in charge come by hand."""
    span = f"{times.clock(town.support.opens_s)}–{times.clock(town.support.closes_s)}"
    known = {
        EMERGENCY: (town.carrier_name, town.support.desk_phone, ""),
        "town": (town.name, town.support.town_phone, span),
        "support": (town.carrier_name, town.support.desk_phone, span),
    }
    for duty, (name, phone, hours) in known.items():
        set_contact(session, duty, name=name, phone=phone, hours=hours, version=0, actor="system", now=now)

"""Who is in charge of what, and how to reach them (T-53, D-51, S-07)."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import Contact

# The duties that somebody must hold, in the order of the page.
DUTIES = ("business", "operation", "emergency", "town", "security", "protection", "support")
EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class ContactView:
    """A duty and who holds it; version 0 and empty texts while nobody was entered."""

    duty: str
    name: str
    phone: str
    hours: str
    version: int

    @property
    def is_empty(self) -> bool:
        """Tell whether nobody can be reached: no name, or no number."""
        return not (self.name and self.phone)


def list_contacts(session: Session) -> list[ContactView]:
    """Return every duty, held or not."""
    rows = {row.duty: row for row in session.scalars(select(Contact))}
    return [_view(duty, rows.get(duty)) for duty in DUTIES]


def find_contact(session: Session, duty: str) -> ContactView | None:
    """Return one duty; None when there is no such duty."""
    if duty not in DUTIES:
        return None
    return _view(duty, session.scalars(select(Contact).where(Contact.duty == duty)).one_or_none())


def list_empty(session: Session) -> list[str]:
    """Return the duties that nobody holds: each is warned of (T-53)."""
    return [contact.duty for contact in list_contacts(session) if contact.is_empty]


def _view(duty: str, row: Contact | None) -> ContactView:
    if row is None:
        return ContactView(duty, "", "", "", 0)
    return ContactView(duty, row.name, row.phone, row.hours, row.version)

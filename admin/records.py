"""The door to a person's record: a purpose first, then a trail of each look (S-09; security.md T7)."""

from flask import g, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import forms
from admin.forms import Form
from admin.routes import PROTECTION_MANAGER
from backend.app import world
from backend.db.queries.riders import RiderView
from backend.domain.refusals import Refusal
from backend.services import reads

ALL_FIELDS = ("name", "kana", "phone", "birth", "school_stage", "guardian", "fare_category", "district")
RIDES = ("kana", "rides")


def sees_protected() -> bool:
    """Tell whether the person signed in may find who is under protection (支援措置)."""
    return bool(g.staff.role == PROTECTION_MANAGER)


def ask_purpose(session: Session, person: RiderView, *, action: str) -> ResponseReturnValue | None:
    """Return the page that asks why a record is opened, or None when that is known; ``action`` takes the answer."""
    if reads.purpose_held(session, person.id, actor=g.actor, now=world().clock()) is not None:
        return None
    return purpose_page(person, action=action)


def purpose_page(person: RiderView, *, action: str, refusal: Refusal | None = None) -> str:
    """Return the page that asks why a record is opened: it shows kana and district only."""
    return render_template("riders/purpose.html", rider=person, action=action, purposes=reads.PURPOSES, refusal=refusal)


def take_purpose(session: Session, person: RiderView, form: Form) -> Refusal | None:
    """Let the record be opened for the purpose that was picked, or say why not."""
    case_number = forms.optional_text(form, "case_number", longest=40)
    return open_for(session, person, form.get("purpose", ""), case_number=case_number)


def open_for(session: Session, person: RiderView, purpose: str, *, case_number: str = "") -> Refusal | None:
    """Let a record be opened for a purpose; the caller's own number and a registration say it by themselves."""
    now = world().clock()
    return reads.open_for(session, person.id, purpose, actor=g.actor, now=now, case_number=case_number)


def note(session: Session, person: RiderView, fields: tuple[str, ...]) -> None:
    """Leave the trail of a look at a record."""
    now = world().clock()
    purpose = reads.purpose_held(session, person.id, actor=g.actor, now=now) or ""
    reads.note(session, person.id, fields=fields, purpose=purpose, actor=g.actor, device_id=_device_id(), now=now)


def note_account(session: Session, kind: str, account_id: int, fields: tuple[str, ...]) -> None:
    """Leave the trail of a look at what was written down about an incident or a case."""
    now = world().clock()
    reads.note_account(session, kind, account_id, fields=fields, actor=g.actor, device_id=_device_id(), now=now)


def _device_id() -> int | None:
    """Return the registered machine of this request."""
    machine = g.get("device")
    return machine.id if machine is not None else None

"""Who is in charge of what and how to reach them; an empty duty is warned of (T-53, D-51, S-07)."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import forms
from backend.app import world
from backend.db.queries import contacts as queries
from backend.db.queries.contacts import EMERGENCY, ContactView
from backend.db.session import transaction
from backend.domain.errors import NotFoundError, StaleError
from backend.services import contacts


def create_blueprint() -> Blueprint:
    """Return the pages under /admin/contacts/; every page's foot shows the emergency contact (D-51)."""
    pages = Blueprint("contacts", __name__, url_prefix="/contacts")
    pages.get("/")(home)
    pages.get("/<duty>")(edit)
    pages.post("/<duty>")(save)
    pages.app_context_processor(lambda: {"emergency_contact": emergency_contact})
    return pages


def emergency_contact() -> ContactView | None:
    """Return whom to call in an emergency, for the foot of a page."""
    with transaction(world().engine) as session:
        return queries.find_contact(session, EMERGENCY)


def home() -> ResponseReturnValue:
    """Show all duties with who holds them, and warn of those nobody holds."""
    with transaction(world().engine) as session:
        found = queries.list_contacts(session)
    return render_template("contacts/home.html", contacts=found)


def edit(duty: str) -> ResponseReturnValue:
    """Show a duty to change."""
    return _form(duty)


def save(duty: str) -> ResponseReturnValue:
    """Enter who holds a duty; empty fields leave it open."""
    try:
        name = forms.optional_text(request.form, "contact_name", longest=60)
        phone = forms.optional_text(request.form, "contact_phone", longest=30)
        hours = forms.optional_text(request.form, "contact_hours", longest=100)
        version = forms.number_of(request.form, "version")
    except forms.FormError as fault:
        return _form(duty, faults=fault.said(g.language)), 400
    try:
        with transaction(world().engine) as session:
            contacts.set_contact(
                session,
                duty,
                name=name,
                phone=phone,
                hours=hours,
                version=version,
                actor=g.actor,
                now=world().clock(),
            )
    except StaleError:
        return _form(duty, is_stale=True), 409
    return redirect(url_for("admin.contacts.home", saved="1"), 303)


def _form(duty: str, *, faults: dict[str, str] | None = None, is_stale: bool = False) -> str:
    with transaction(world().engine) as session:
        found = queries.find_contact(session, duty)
    if found is None:
        raise NotFoundError(f"duty {duty}")
    present = {"contact_name": found.name, "contact_phone": found.phone, "contact_hours": found.hours}
    return render_template(
        "contacts/edit.html",
        contact=found,
        typed=request.form if request.method == "POST" else present,
        present=present if is_stale else None,
        faults=faults or {},
    )

"""What all residents' forms have in common: the one-time link, the language, the frame of a page."""

from flask import g, render_template, request, session
from sqlalchemy.orm import Session

from backend.app import world
from backend.db.queries import network
from backend.db.session import transaction
from backend.domain.errors import NotFoundError
from backend.services import registration
from backend.services.registration import OpenLink

PURPOSE_LINES = ("who", "why", "what", "keep", "leave")
SHOW_MENU = "bot.jobs.show_menu"
KNOWN = "settings_link"


def open_link(rows: Session, token: str, purpose: str) -> OpenLink:
    """Return the link of a form that still opens, and speak its person's language."""
    link = registration.open_link(rows, token, purpose, wall=world().wall())
    if not (request.args.get("lang") or request.form.get("lang")):
        g.language = link.language
    return link


def newcomer_link(rows: Session, token: str) -> OpenLink:
    """Return the link of somebody who is no member yet; for a member it opens nothing, whatever is typed."""
    link = open_link(rows, token, "register")
    if link.is_member:
        raise NotFoundError("already registered")
    return link


def known(link: OpenLink) -> OpenLink:
    """Return the link of who gave the right digits on this device; anybody else has to give them."""
    if session.get(KNOWN) != link.id:
        raise NotFoundError("digits not given")
    return link


def page(name: str, *, phone: str = "", **values: object) -> str:
    """Return a page of ours with everything the frame needs; ``phone`` where another desk than the first answers."""
    return render_template(
        f"my/{name}.html",
        purpose=PURPOSE_LINES,
        version=registration.PURPOSE_VERSION,
        phone=phone or _phone(),
        other_language="ja" if g.language == "en" else "en",
        **values,
    )


def _phone() -> str:
    """Return the number of the desk; empty before the town is loaded."""
    with transaction(world().engine) as rows:
        return next((each.phone_number for each in network.list_services(rows)), "")

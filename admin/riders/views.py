"""Members at the counter. A record opens for a purpose, and each look leaves a trail (S-09, S-27)."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import forms, records
from admin.rider_forms import CATEGORIES, parse_person, parse_rider, typed_of
from admin.riders import link_views, protection_views
from backend.app import world
from backend.db.queries import riders
from backend.db.queries.riders import RiderView
from backend.db.session import transaction
from backend.domain.errors import StaleError
from backend.domain.refusals import Refusal
from backend.services import members, reads

COUNTER = "counter"
LARGEST_VERSION = 1_000_000


def create_blueprint() -> Blueprint:
    """Return the pages under /admin/riders/."""
    pages = Blueprint("riders", __name__, url_prefix="/riders")
    pages.get("/")(search)
    pages.post("/")(find)
    pages.get("/new")(new)
    pages.post("/new")(add)
    pages.get("/<public_id>")(edit)
    pages.post("/<public_id>")(correct)
    pages.post("/<public_id>/open")(open_record)
    pages.get("/<public_id>/erase")(ask_erase)
    pages.post("/<public_id>/erase")(erase)
    link_views.register(pages)
    protection_views.register(pages)
    return pages


def search() -> ResponseReturnValue:
    """Ask for kana or a number."""
    return render_template("riders/search.html", found=None, who="")


def find() -> ResponseReturnValue:
    """List who matches: kana and district only. What was searched for stands in no URL."""
    who = request.form.get("who", "")
    sees = records.sees_protected()
    with transaction(world().engine) as session:
        by_phone = riders.find_by_phone(session, who, sees_protected=sees)
        found = by_phone or riders.search(session, who, sees_protected=sees)
    return render_template("riders/search.html", found=found, who=who)


def new() -> ResponseReturnValue:
    """Ask for a new member's data."""
    return render_template("riders/new.html", typed={}, faults={}, categories=CATEGORIES)


def add() -> ResponseReturnValue:
    """Register somebody at the counter."""
    try:
        entry = parse_rider(request.form)
    except forms.FormError as fault:
        faults = fault.said(g.language)
        return render_template("riders/new.html", typed=request.form, faults=faults, categories=CATEGORIES), 400
    with transaction(world().engine) as session:
        outcome = members.register(session, entry, channel=COUNTER, actor=g.actor, now=world().clock())
        if not isinstance(outcome, Refusal):
            records.open_for(session, riders.get(session, outcome.id), reads.REGISTRATION)
            return redirect(url_for("admin.riders.edit", public_id=outcome.public_id), 303)
    page = render_template("riders/new.html", typed=request.form, faults={}, categories=CATEGORIES, refusal=outcome)
    return page, 409


def open_record(public_id: str) -> ResponseReturnValue:
    """Take the purpose for which a record is opened."""
    with transaction(world().engine) as session:
        person = get(session, public_id)
        refusal = records.take_purpose(session, person, request.form)
        if refusal is not None:
            action = url_for("admin.riders.open_record", public_id=public_id)
            return records.purpose_page(person, action=action, refusal=refusal), 409
    return redirect(url_for("admin.riders.edit", public_id=public_id), 303)


def edit(public_id: str) -> ResponseReturnValue:
    """Show a member's data to correct, once it is said what for."""
    with transaction(world().engine) as session:
        person = get(session, public_id)
        asked = _ask(session, person)
        if asked is not None:
            return asked
        records.note(session, person, records.ALL_FIELDS)
    return _page(person, typed_of(person))


def correct(public_id: str) -> ResponseReturnValue:
    """Put new data in the place of old; when somebody was faster, both are shown (D-29)."""
    try:
        entry = parse_person(request.form)
        version = forms.number_of(request.form, "version", most=LARGEST_VERSION)
    except forms.FormError as fault:
        return _again(public_id, faults=fault.said(g.language), answer=400)
    way = request.form.get("phone_checked", "")
    try:
        with transaction(world().engine) as session:
            get(session, public_id)
            outcome = members.correct(
                session, public_id, entry, version=version, phone_checked=way, actor=g.actor, now=world().clock()
            )
    except StaleError:
        return _again(public_id, is_stale=True, answer=409)
    if isinstance(outcome, Refusal):
        return _again(public_id, refusal=outcome, answer=409)
    return redirect(url_for("admin.riders.edit", public_id=public_id, saved="1"), 303)


def ask_erase(public_id: str) -> ResponseReturnValue:
    """Ask once more before a person is erased."""
    with transaction(world().engine) as session:
        person = get(session, public_id)
        asked = _ask(session, person)
        if asked is not None:
            return asked
        records.note(session, person, ("kana",))
    return render_template("riders/erase.html", rider=person)


def erase(public_id: str) -> ResponseReturnValue:
    """Erase a person; rides to come are given up, counts stay (D-40)."""
    with transaction(world().engine) as session:
        get(session, public_id)
        members.erase(session, public_id, actor=g.actor, now=world().clock())
    return redirect(url_for("admin.riders.search"), 303)


def get(session: Session, public_id: str) -> RiderView:
    """Return a member; one under protection is there for the protection manager only."""
    return riders.get_public(session, public_id, sees_protected=records.sees_protected())


def _ask(session: Session, person: RiderView) -> ResponseReturnValue | None:
    action = url_for("admin.riders.open_record", public_id=person.public_id)
    return records.ask_purpose(session, person, action=action)


def _again(
    public_id: str,
    *,
    answer: int,
    faults: dict[str, str] | None = None,
    refusal: Refusal | None = None,
    is_stale: bool = False,
) -> ResponseReturnValue:
    """Return the form as it was typed, with what is wrong; to who may not see the record only the question why."""
    with transaction(world().engine) as session:
        person = get(session, public_id)
        asked = _ask(session, person)
        if asked is not None:
            return asked
        records.note(session, person, records.ALL_FIELDS)
    present = typed_of(person) if is_stale else None
    return _page(person, request.form, faults=faults or {}, refusal=refusal, present=present), answer


def _page(person: RiderView, typed: object, **values: object) -> str:
    shown = {"faults": {}, "refusal": None, "present": None} | values
    return render_template(
        "riders/edit.html",
        rider=person,
        typed=typed,
        categories=CATEGORIES,
        version=person.version,
        ways=members.PHONE_CHECKS,
        **shown,
    )

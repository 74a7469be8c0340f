"""Members at the counter. Opening a person's data leaves a trail (S-27)."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import forms
from admin.rider_forms import CATEGORIES, parse_person, parse_rider, typed_of
from backend.app import world
from backend.db.queries import riders
from backend.db.session import transaction
from backend.domain.errors import StaleError
from backend.domain.refusals import Refusal
from backend.services import lifecycle, members

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
    pages.get("/<public_id>/erase")(ask_erase)
    pages.post("/<public_id>/erase")(erase)
    return pages


def search() -> ResponseReturnValue:
    """Ask for kana or a number."""
    return render_template("riders/search.html", found=None, who="")


def find() -> ResponseReturnValue:
    """List who matches: kana and the last four digits only. What was searched for stands in no URL."""
    who = request.form.get("who", "")
    with transaction(world().engine) as session:
        found = riders.find_by_phone(session, who) or riders.search(session, who)
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
            return redirect(url_for("admin.riders.edit", public_id=outcome.public_id), 303)
    page = render_template("riders/new.html", typed=request.form, faults={}, categories=CATEGORIES, refusal=outcome)
    return page, 409


def edit(public_id: str) -> ResponseReturnValue:
    """Show a member's data to correct."""
    with transaction(world().engine) as session:
        person = riders.get_public(session, public_id)
        lifecycle.record(session, "rider", person.id, "rider.opened", actor=g.actor, now=world().clock())
    return render_template(
        "riders/edit.html",
        rider=person,
        typed=typed_of(person),
        faults={},
        categories=CATEGORIES,
        version=person.version,
    )


def correct(public_id: str) -> ResponseReturnValue:
    """Put new data in the place of old; when somebody was faster, both are shown (D-29)."""
    try:
        entry = parse_person(request.form)
        version = forms.number_of(request.form, "version", most=LARGEST_VERSION)
    except forms.FormError as fault:
        return _again(public_id, faults=fault.said(g.language)), 400
    try:
        with transaction(world().engine) as session:
            now = world().clock()
            outcome = members.correct(session, public_id, entry, version=version, actor=g.actor, now=now)
    except StaleError:
        return _again(public_id, is_stale=True), 409
    if isinstance(outcome, Refusal):
        return _again(public_id, refusal=outcome), 409
    return redirect(url_for("admin.riders.edit", public_id=public_id, saved="1"), 303)


def ask_erase(public_id: str) -> ResponseReturnValue:
    """Ask once more before a person is erased."""
    with transaction(world().engine) as session:
        return render_template("riders/erase.html", rider=riders.get_public(session, public_id))


def erase(public_id: str) -> ResponseReturnValue:
    """Erase a person; rides to come are given up, counts stay (D-40)."""
    with transaction(world().engine) as session:
        members.erase(session, public_id, actor=g.actor, now=world().clock())
    return redirect(url_for("admin.riders.search"), 303)


def _again(
    public_id: str,
    *,
    faults: dict[str, str] | None = None,
    refusal: Refusal | None = None,
    is_stale: bool = False,
) -> str:
    with transaction(world().engine) as session:
        person = riders.get_public(session, public_id)
    return render_template(
        "riders/edit.html",
        rider=person,
        typed=request.form,
        faults=faults or {},
        refusal=refusal,
        present=typed_of(person) if is_stale else None,
        categories=CATEGORIES,
        version=person.version,
    )

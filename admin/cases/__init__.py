"""Complaints, opinions and questions: open ones by due date, and what came in month by month (T-49)."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import forms, records
from backend.app import world
from backend.db.queries import cases as queries
from backend.db.queries import network
from backend.db.session import transaction
from backend.domain import times
from backend.domain.errors import StaleError
from backend.domain.policies.settlement import last_day, month_of
from backend.domain.refusals import Refusal
from backend.services import cases
from backend.services.cases import CHANNELS, KINDS, Handling

ACCOUNT = ("text", "reply")
BY_DESK = tuple(channel for channel in CHANNELS if channel != "line")


def create_blueprint() -> Blueprint:
    """Return the pages under /admin/cases/."""
    pages = Blueprint("cases", __name__, url_prefix="/cases")
    pages.get("/")(home)
    pages.get("/month")(month)
    pages.get("/new")(new)
    pages.post("/new")(open_case)
    pages.get("/<public_id>")(case)
    pages.post("/<public_id>")(handle)
    return pages


def home() -> ResponseReturnValue:
    """Show the open cases, the one that is due first on top."""
    with transaction(world().engine) as session:
        found = queries.list_open(session)
    return render_template("cases/home.html", cases=found, today=times.day_of(world().clock()))


def month() -> ResponseReturnValue:
    """Show what came in during a month, counted by kind (T-43)."""
    today = times.day_of(world().clock())
    first = forms.month_or(request.args, "month", month_of(today))
    with transaction(world().engine) as session:
        found = queries.opened_between(session, first, last_day(first))
    return render_template("cases/month.html", cases=found, first=first, counts=queries.count_kinds(found), today=today)


def new() -> ResponseReturnValue:
    """Ask for a case that came in by phone or at the counter."""
    return _new({"kind": KINDS[0], "channel": BY_DESK[0]})


def open_case() -> ResponseReturnValue:
    """Open a case; a form sent twice opens one."""
    key = forms.key_of(request.form)
    try:
        kind, channel = _one_of("kind", KINDS), _one_of("channel", BY_DESK)
        service_id = forms.number_of(request.form, "service_id", least=1, most=2**31)
        said = forms.prose_of(request.form, "case_text")
    except forms.FormError as fault:
        return _new(request.form, key=key, faults=fault.said(g.language)), 400
    with transaction(world().engine) as session:
        public_id = cases.open(
            session,
            service_id=service_id,
            kind=kind,
            channel=channel,
            text=said,
            rider_id=None,
            key=key,
            now=world().clock(),
            actor=g.actor,
        ).public_id
    return redirect(url_for("admin.cases.case", public_id=public_id, saved="1"), 303)


def case(public_id: str) -> ResponseReturnValue:
    """Show a case to work on."""
    return _case(public_id)


def handle(public_id: str) -> ResponseReturnValue:
    """Set who answers, until when, the reply, and whether that is all."""
    try:
        version = forms.number_of(request.form, "version")
        handling = Handling(
            in_charge_id=_in_charge_id(),
            due_on=forms.day_of(request.form, "due_on"),
            reply=forms.optional_prose(request.form, "reply"),
            is_closed=forms.is_ticked(request.form, "closed"),
        )
    except forms.FormError as fault:
        return _case(public_id, faults=fault.said(g.language)), 400
    try:
        with transaction(world().engine) as session:
            refusal = cases.handle(
                session, public_id, handling=handling, version=version, actor=g.actor, now=world().clock()
            )
    except StaleError:
        return _case(public_id, is_stale=True), 409
    if refusal:
        return _case(public_id, refusal=refusal), 409
    return redirect(url_for("admin.cases.case", public_id=public_id, saved="1"), 303)


def _in_charge_id() -> int | None:
    return forms.number_of(request.form, "in_charge", most=2**31) if request.form.get("in_charge") else None


def _one_of(field: str, allowed: tuple[str, ...]) -> str:
    value = request.form.get(field, "")
    if value not in allowed:
        raise forms.FormError(field, "admin-form-missing")
    return value


def _new(typed: forms.Form, *, key: str | None = None, faults: dict[str, str] | None = None) -> str:
    with transaction(world().engine) as session:
        services = network.list_services(session)
    return render_template(
        "cases/new.html",
        services=services,
        kinds=KINDS,
        channels=BY_DESK,
        key=key or forms.new_key(),
        typed=typed,
        faults=faults or {},
    )


def _case(
    public_id: str,
    *,
    faults: dict[str, str] | None = None,
    refusal: Refusal | None = None,
    is_stale: bool = False,
) -> str:
    with transaction(world().engine) as session:
        found = queries.get_case(session, public_id)
        records.note_account(session, "case", found.id, ACCOUNT)
        people = queries.list_people(session)
    present = {
        "in_charge": str(found.in_charge_id or ""),
        "due_on": found.due_on.isoformat(),
        "reply": found.reply,
        "closed": "yes" if found.state == "closed" else "",
    }
    return render_template(
        "cases/case.html",
        case=found,
        people=people,
        today=times.day_of(world().clock()),
        typed=request.form if request.method == "POST" else present,
        present=present if is_stale else None,
        names={str(person.id): person.name for person in people},
        faults=faults or {},
        refusal=refusal,
    )

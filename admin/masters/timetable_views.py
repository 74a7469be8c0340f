"""The printed timetable of a line: on a day, a new one from files, another vehicle for a run (T-02 to T-06, T-21)."""

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import forms
from admin.forms import FormError
from backend.app import world
from backend.db.queries import masters as master_queries
from backend.db.queries import network
from backend.db.queries import timetable as queries
from backend.db.queries.network import ServiceView
from backend.db.queries.timetable import EntryView, StopTimeView
from backend.db.session import transaction
from backend.domain import times
from backend.domain.errors import NotFoundError
from backend.domain.refusals import Refusal
from backend.services import calendars, timetable
from backend.services.timetable import EntryChange, Loaded, Read, Sheets

MOST_SEATS = 60
LARGEST_FILE = 500_000
FILES = ("runs", "times")
MOST_FAULTS = 200


@dataclass(frozen=True, slots=True)
class Board:
    """One direction as it is printed: its runs, and its stops with the time of each run."""

    direction: str
    entries: list[EntryView]
    rows: list[tuple[StopTimeView, list[StopTimeView | None]]]


def register(pages: Blueprint) -> None:
    """Add the timetable's pages."""
    pages.get("/timetable/")(timetable_day)
    pages.post("/timetable/check")(check_timetable)
    pages.post("/timetable/load")(load_timetable)
    pages.get("/timetable/runs/<code>")(timetable_run)
    pages.post("/timetable/runs/<code>")(change_timetable_run)


def timetable_day() -> ResponseReturnValue:
    """Show the timetable of a day, and which timetables there are (T-02, T-05)."""
    return _page()


def check_timetable() -> ResponseReturnValue:
    """Say what two files would put in force, or name every bad line; nothing is changed (T-05)."""
    try:
        valid_from = forms.day_of(request.form, "valid_from")
        sheets = _sent_files()
    except FormError as fault:
        return _page(faults=fault.said(g.language)), 400
    return _preview(sheets, valid_from)


def load_timetable() -> ResponseReturnValue:
    """Put the timetable that was looked at in force from its day on; whom it hits is on the call list (T-05)."""
    try:
        valid_from = forms.day_of(request.form, "valid_from")
        sheets = Sheets(*(_typed(name) for name in FILES))
    except FormError as fault:
        return _page(faults=fault.said(g.language)), 400
    with transaction(world().engine) as session:
        service = line_of(session)
        outcome = timetable.load_version(
            session, service.id, sheets, valid_from=valid_from, actor=g.actor, now=world().clock()
        )
        code = service.code
    if isinstance(outcome, Refusal):
        return _preview(sheets, valid_from, refusal=outcome)
    return _done(code, outcome)


def timetable_run(code: str) -> ResponseReturnValue:
    """Show what drives a run and how many may book it, to be changed from a day on (T-21, Q-33)."""
    return _run_page(code)


def change_timetable_run(code: str) -> ResponseReturnValue:
    """Let another vehicle drive a run, or more or fewer persons book it, from a coming day on (T-21, Q-33)."""
    try:
        valid_from = forms.day_of(request.form, "valid_from")
        change = EntryChange(
            vehicle_id=forms.number_of(request.form, "weekday_vehicle"),
            holiday_vehicle_id=forms.number_of(request.form, "holiday_vehicle"),
            booking_limit=forms.number_of(request.form, "booking_limit", least=1, most=MOST_SEATS),
        )
    except FormError as fault:
        return _run_page(code, faults=fault.said(g.language)), 400
    with transaction(world().engine) as session:
        service = line_of(session)
        outcome = timetable.change_entry(
            session, service.id, code, change, valid_from=valid_from, actor=g.actor, now=world().clock()
        )
        service_code = service.code
    if isinstance(outcome, Refusal):
        return _run_page(code, refusal=outcome), 409
    return _done(service_code, outcome)


def line_of(session: Session) -> ServiceView:
    """Return the line that the address or the form names, or the first; raise `NotFoundError` where there is none."""
    code = request.values.get("service", "")
    lines = [each for each in network.list_services(session) if queries.has_any(session, each.id)]
    found = next((each for each in lines if not code or each.code == code), None)
    if found is None:
        raise NotFoundError(f"line {code}")
    return found


def boards(entries: list[EntryView]) -> list[Board]:
    """Return the entries of a day direction by direction, each with the stops in the order its runs pass them."""
    found = []
    for direction in dict.fromkeys(entry.direction for entry in entries):
        runs = [entry for entry in entries if entry.direction == direction]
        longest = max(runs, key=lambda entry: len(entry.stop_times))
        at = [{each.stop_id: each for each in entry.stop_times} for entry in runs]
        rows = [(each, [column.get(each.stop_id) for column in at]) for each in longest.stop_times]
        found.append(Board(direction, runs, rows))
    return found


def _sent_files() -> Sheets:
    texts = []
    for name in FILES:
        sent = request.files.get(name)
        content = sent.read(LARGEST_FILE + 1) if sent else b""
        if not content:
            raise FormError(name, "admin-form-missing")
        if len(content) > LARGEST_FILE:
            raise FormError(name, "admin-form-too-long")
        try:
            texts.append(content.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise FormError(name, "timetable-not-utf8") from error
    return Sheets(*texts)


def _typed(name: str) -> str:
    text = request.form.get(name, "")
    if not text or len(text) > LARGEST_FILE:
        raise FormError(name, "admin-form-missing")
    return text


def _preview(sheets: Sheets, valid_from: date, *, refusal: Refusal | None = None) -> ResponseReturnValue:
    """Show what would be loaded and whom it would hit, by loading it and taking it back."""
    with transaction(world().engine) as session:
        service = line_of(session)
        read = timetable.read(session, service.id, sheets)
        outcome = refusal or timetable.preview(
            session, service.id, sheets, valid_from=valid_from, actor=g.actor, now=world().clock()
        )
        page = render_template(
            "masters/timetable_check.html",
            service=service,
            sheets=sheets,
            valid_from=valid_from,
            read=Read(read.runs, read.faults[:MOST_FAULTS]),
            found=outcome if isinstance(outcome, Loaded) else None,
            refusal=outcome if isinstance(outcome, Refusal) else None,
            faults={},
        )
    return page, 409 if isinstance(outcome, Refusal) else 200


def _done(code: str, loaded: Loaded) -> ResponseReturnValue:
    day, hit = loaded.valid_from.isoformat(), str(len(loaded.hit))
    return redirect(url_for("admin.masters.timetable_day", service=code, day=day, saved="1", hit=hit), 303)


def _page(*, faults: dict[str, str] | None = None) -> str:
    today = times.day_of(world().clock())
    with transaction(world().engine) as session:
        service = line_of(session)
        day = forms.day_or(request.args, "day", today)
        entries = queries.list_entries(session, service.id, day)
        return render_template(
            "masters/timetable.html",
            service=service,
            day=day,
            today=today,
            is_holiday=queries.is_holiday_timetable(day),
            closed=calendars.of(session, service).why_closed(day),
            boards=boards(entries),
            versions=queries.list_versions(session, service.id),
            typed=request.form,
            hit=request.args.get("hit", "0"),
            faults=faults or {},
        )


def _run_page(code: str, *, faults: dict[str, str] | None = None, refusal: Refusal | None = None) -> str:
    today = times.day_of(world().clock())
    with transaction(world().engine) as session:
        service = line_of(session)
        day = forms.day_or(request.values, "day", today)
        version = queries.find_version(session, service.id, day) or queries.find_first(session, service.id)
        if version is None:
            raise NotFoundError(f"run {code}")
        kinds = [
            next((each for each in queries.entries_of(session, version.id, is_holiday=kind) if each.code == code), None)
            for kind in (False, True)
        ]
        if None in kinds:
            raise NotFoundError(f"run {code}")
        return render_template(
            "masters/timetable_run.html",
            service=service,
            weekday=kinds[0],
            holiday=kinds[1],
            day=day,
            vehicles=[each for each in master_queries.list_vehicles(session) if each.active],
            typed=request.form,
            faults=faults or {},
            refusal=refusal,
        )

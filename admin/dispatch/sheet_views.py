"""The day on paper: what each vehicle drives, for when nothing else works (S-04)."""

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from admin import forms
from backend.app import world
from backend.db.queries import manifest
from backend.db.queries.manifest import ManifestView
from backend.db.session import transaction
from backend.domain import times
from backend.services import lifecycle


def register(pages: Blueprint) -> None:
    """Add the page."""
    pages.get("/sheets")(list_sheets)


def list_sheets() -> ResponseReturnValue:
    """Show the stops of every vehicle on a day with numbers and call names, to print; opening it leaves a trail."""
    now = world().clock()
    with transaction(world().engine) as session:
        day = forms.day_or(request.args, "day", times.day_of(now))
        runs = manifest.list_runs(session, day, driver_id=None)
        found = [manifest.get_manifest(session, run, now=now) for run in runs]
        facts: lifecycle.Facts = {"day": day.isoformat()}
        lifecycle.record(session, "manifest", None, "manifest.printed", actor=g.actor, now=now, facts=facts)
    return render_template("dispatch/sheets.html", day=day, sheets=_by_vehicle(found), printed_at=now)


def _by_vehicle(found: list[ManifestView]) -> list[tuple[str, list[ManifestView]]]:
    """Return what is driven by vehicle, in the sequence of the day; vehicles that stay in the depot have no sheet."""
    sheets: dict[str, list[ManifestView]] = {}
    for each in sorted(found, key=lambda each: (each.run.vehicle_name, each.run.starts_s, each.run.id)):
        if each.visits or each.run.kind == "fixed":
            sheets.setdefault(each.run.vehicle_name, []).append(each)
    return list(sheets.items())

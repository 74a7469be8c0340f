"""How groups fare: refused, waiting, driven around; with what keeping seats for wheelchair users costs."""

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from admin import forms
from admin.reports import files
from backend import wording
from backend.adapters.papers import Column, Table, Unit
from backend.app import world
from backend.db.queries import fairness, network
from backend.db.queries.fairness import FairnessView
from backend.db.session import transaction
from backend.domain import times
from backend.domain.errors import NotFoundError
from backend.domain.policies import report_dates
from backend.domain.policies.fairness import HIDDEN, GroupRow, minutes
from backend.domain.policies.report_dates import Span
from backend.texts import has, text


def register(pages: Blueprint) -> None:
    """Add the page and its file."""
    pages.get("/fairness/")(groups)
    pages.get("/fairness/file.<form>")(groups_file)


def groups() -> ResponseReturnValue:
    """Show how each group fared with its wishes for a month of the area service that is over; nobody is named."""
    month = _asked()
    with transaction(world().engine) as session:
        service = network.get_service(session)
        view = fairness.between(session, service.id, first=month.first, last=month.last)
    tables = {kind: _table(kind, rows, g.language) for kind, rows in view.groups.items()}
    worse = [(kind, row) for kind, rows in view.groups.items() for row in rows if row.mark == "worse"]
    return render_template(
        "reports/fairness.html",
        service=service,
        view=view,
        tables=tables,
        worse=[
            (text(f"fairness-by-{wording.key_of(kind)}", g.language), _name(kind, row, g.language))
            for kind, row in worse
        ],
        whole=_cells(view.whole, g.language),
        first=month.first,
    )


def groups_file(form: str) -> ResponseReturnValue:
    """Give all groups as one file."""
    if form != "csv":
        raise NotFoundError(form)
    month = _asked()
    with transaction(world().engine) as session:
        service = network.get_service(session)
        view = fairness.between(session, service.id, first=month.first, last=month.last)
    return files.as_csv(_all(view, g.language), f"{service.code}-fairness-{month.first:%Y-%m}")


def _asked() -> Span:
    """Return the month that is asked for, whole and over: other spans would tell of groups that are hidden (L-15)."""
    today = times.day_of(world().clock())
    return report_dates.month_over(forms.month_or(request.args, "month", today), today)


def _columns(language: str) -> tuple[Column, ...]:
    figures = ("asked", "refused", "rate", "wait", "detour")
    return (
        Column(text("fairness-group", language)),
        *(Column(text(f"fairness-{each}", language), Unit.COUNT) for each in figures),
        Column(text("fairness-note", language)),
    )


def _table(kind: str, rows: tuple[GroupRow, ...], language: str) -> Table:
    lines = tuple((_name(kind, row, language), *_cells(row, language)) for row in rows)
    return Table(text(f"fairness-by-{wording.key_of(kind)}", language), _columns(language), lines)


def _all(view: FairnessView, language: str) -> Table:
    title = text("fairness-title", language)
    lines = [(title, text("fairness-whole", language), *_cells(view.whole, language))]
    for kind, rows in view.groups.items():
        by = text(f"fairness-by-{wording.key_of(kind)}", language)
        lines += [(by, _name(kind, row, language), *_cells(row, language)) for row in rows]
    return Table(title, (Column(text("fairness-kind", language)), *_columns(language)), tuple(lines))


def _name(kind: str, row: GroupRow, language: str) -> str:
    """Return what a group is called: a text of its own, the name of a stop, or the code."""
    if kind == "fare_class":
        return wording.category_text(row.name, language)
    key = f"channel-{row.name}" if kind == "channel" else f"fairness-{kind}-{row.name}"
    return text(key, language) if has(key) else row.name


def _cells(row: GroupRow, language: str) -> tuple[str | int | None, ...]:
    """Return the figures of a group; of one that is not shown nothing is told but that."""
    note = text(f"fairness-mark-{row.mark}", language) if row.mark else ""
    if row.mark in HIDDEN:
        return (None, None, None, None, None, note)
    return (row.asked, row.refused, f"{row.rate:.1%}", minutes(row.wait_s), minutes(row.detour_s), note)

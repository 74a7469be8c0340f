"""The list of business reports, and each as a page, as a workbook, as a PDF; written and handed in (T-39 to T-45)."""

from datetime import date

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import forms
from admin.reports import business_paper, files, services
from backend.app import world
from backend.db.queries import matters
from backend.db.queries.matters import Matter
from backend.db.session import transaction
from backend.domain import times
from backend.domain.errors import NotFoundError, StaleError
from backend.domain.policies import report_dates
from backend.domain.refusals import Refusal
from backend.services import report_figures, reports
from backend.services.reports import HALF_YEAR, MONTHLY, ReportView

LONGEST_TEXT = 20_000
KINDS = (MONTHLY, HALF_YEAR)


def register(pages: Blueprint) -> None:
    """Add the list and the pages of the business reports."""
    pages.get("/")(home)
    pages.get("/<kind>/<day>/")(business)
    pages.get("/<kind>/<day>/file.<form>")(business_file)
    pages.post("/<kind>/<day>/text")(write)
    pages.post("/<kind>/<day>/submit")(submit)


def home() -> ResponseReturnValue:
    """Show which reports wait, remind of those that are due, and how the year goes beside its plan (T-39, T-44)."""
    now = world().clock()
    today = times.day_of(now)
    with transaction(world().engine) as session:
        reports.draft_due(session, now=now)
        standings = reports.list_standings(session, today=today)
        service, others = services.asked_for(session)
        plan = report_figures.against_plan(session, service.id, today)
    year = report_dates.fiscal_year(today)
    return render_template(
        "reports/home.html", standings=standings, plan=plan, service=service, services=others, today=today, year=year
    )


def business(kind: str, day: str) -> ResponseReturnValue:
    """Show one report: a draft with its form, or the copy as it was handed in."""
    return _page(kind, day)


def business_file(kind: str, day: str, form: str) -> ResponseReturnValue:
    """Give one report as a workbook or as a PDF."""
    if form not in {"pdf", "xlsx"}:
        raise NotFoundError(form)
    view, found, code = _view(kind, day)
    paper = business_paper.paper_of(view, found, g.language)
    return files.as_file(paper, form, f"{code}-{kind}-{view.span.first:%Y-%m}", g.language)


def write(kind: str, day: str) -> ResponseReturnValue:
    """Keep the section その他必要な事項 as it was written (T-43)."""
    with transaction(world().engine) as session:
        service, _ = services.asked_for(session)
        try:
            refusal = reports.edit(
                session,
                service.id,
                _kind(kind),
                _first(day),
                text=_text(),
                version=forms.number_of(request.form, "version"),
            )
        except StaleError:
            return _page(kind, day, is_stale=True), 409
    if refusal:
        return _page(kind, day, refusal=refusal), 409
    return redirect(url_for("admin.reports.business", kind=kind, day=day, service=service.code, saved="1"), 303)


def submit(kind: str, day: str) -> ResponseReturnValue:
    """Hand the report in: from now on it stays as it is (T-39)."""
    with transaction(world().engine) as session:
        service, _ = services.asked_for(session)
        try:
            refusal = reports.submit(
                session,
                service.id,
                _kind(kind),
                _first(day),
                text=_text(),
                version=forms.number_of(request.form, "version"),
                actor=g.actor,
                now=world().clock(),
            )
        except StaleError:
            return _page(kind, day, is_stale=True), 409
    if refusal:
        return _page(kind, day, refusal=refusal), 409
    return redirect(url_for("admin.reports.business", kind=kind, day=day, service=service.code), 303)


def _page(kind: str, day: str, *, refusal: Refusal | None = None, is_stale: bool = False) -> str:
    view, found, code = _view(kind, day)
    paper = business_paper.paper_of(view, found, g.language)
    return render_template(
        "reports/business.html",
        report=view,
        paper=paper,
        others=request.form.get("text") or business_paper.others_of(view, found, g.language),
        service_code=code,
        day=day,
        refusal=refusal,
        is_stale=is_stale,
    )


def _view(kind: str, day: str) -> tuple[ReportView, list[Matter], str]:
    now = world().clock()
    with transaction(world().engine) as session:
        service, _ = services.asked_for(session)
        view = reports.get(session, service.id, _kind(kind), _first(day), now=now)
        found = matters.list_between(session, service.id, first=view.span.first, last=view.span.last)
    return view, found, service.code


def _kind(kind: str) -> str:
    if kind.replace("-", "_") not in KINDS:
        raise NotFoundError(kind)
    return kind.replace("-", "_")


def _first(day: str) -> date:
    try:
        return date.fromisoformat(f"{day}-01")
    except ValueError as error:
        raise NotFoundError(day) from error


def _text() -> str:
    return forms.optional_prose(request.form, "text", longest=LONGEST_TEXT)

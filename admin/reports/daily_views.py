"""The daily report of fares, and the cash as it was counted (T-38)."""

from datetime import date

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import forms
from admin.reports import daily_paper, files, services
from backend.app import world
from backend.db.session import transaction
from backend.domain import times
from backend.domain.errors import NotFoundError, StaleError
from backend.services import daily_reports

MOST_YEN = 10_000_000


def register(pages: Blueprint) -> None:
    """Add the daily report."""
    pages.get("/daily/")(daily)
    pages.get("/daily/file.<form>")(daily_file)
    pages.post("/daily/cash")(count_cash)


def daily() -> ResponseReturnValue:
    """Show a day's fares by run, category and pay kind; today unless another day is asked for."""
    return _page(forms.day_or(request.args, "day", _today()))


def daily_file(form: str) -> ResponseReturnValue:
    """Give a day's report as a workbook or as a PDF."""
    if form not in {"pdf", "xlsx"}:
        raise NotFoundError(form)
    day = forms.day_or(request.args, "day", _today())
    with transaction(world().engine) as session:
        service, _ = services.asked_for(session)
        paper = daily_paper.paper_of(service, daily_reports.of_day(session, service.id, day), g.language)
        name = f"{service.code}-daily-{day}"
    return files.as_file(paper, form, name, g.language)


def count_cash() -> ResponseReturnValue:
    """Keep how much cash was counted; a form sent twice counts once."""
    day = forms.day_of(request.form, "day")
    try:
        key, yen = forms.key_of(request.form), forms.yen_of(request.form, "yen", most=MOST_YEN)
        note = forms.optional_text(request.form, "note")
    except forms.FormError as fault:
        return _page(day, faults=fault.said(g.language)), 400
    try:
        with transaction(world().engine) as session:
            service, _ = services.asked_for(session)
            daily_reports.count_cash(
                session, service.id, day, yen=yen, note=note, key=key, actor=g.actor, now=world().clock()
            )
    except StaleError:
        return _page(day, is_sent_before=True), 409
    return redirect(url_for("admin.reports.daily", day=day, service=service.code, saved="1"), 303)


def _page(day: date, *, faults: dict[str, str] | None = None, is_sent_before: bool = False) -> str:
    with transaction(world().engine) as session:
        service, others = services.asked_for(session)
        report = daily_reports.of_day(session, service.id, day)
        paper = daily_paper.paper_of(service, report, g.language)
    return render_template(
        "reports/daily.html",
        report=report,
        paper=paper,
        service=service,
        services=others,
        key=forms.new_key(),
        typed=request.form,
        faults=faults or {},
        is_sent_before=is_sent_before,
    )


def _today() -> date:
    return times.day_of(world().clock())

"""The rows behind the figures, and the survey of who went where: nobody is named in either (T-40, T-51)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, Response, g, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import forms
from admin.reports import files, services
from admin.reports.business_paper import run_name
from admin.sales.words import product_text
from backend import wording
from backend.adapters.papers import Column, Paper, Section, Table, Unit
from backend.app import world
from backend.db.queries import money_taken, od, run_counts
from backend.db.queries import sales as sale_queries
from backend.db.session import transaction
from backend.domain import times
from backend.domain.errors import NotFoundError
from backend.domain.policies import report_dates
from backend.texts import text

LONGEST = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Asked:
    """A service, and the days that rows are asked for."""

    service_id: int
    first: date
    last: date


def register(pages: Blueprint) -> None:
    """Add the pages with rows, and their files."""
    pages.get("/rows/")(rows)
    pages.get("/rows/file.<form>")(rows_file)


def rows() -> ResponseReturnValue:
    """Show the rows behind a figure: runs, riders, fares, sales, or pairs of stops."""
    with transaction(world().engine) as session:
        service, others = services.asked_for(session)
        asked = _asked(service.id)
        tables = _tables(session, asked, g.language)
    return render_template(
        "reports/rows.html",
        tables=tables,
        kind=_kind(),
        kinds=list(KINDS),
        asked=asked,
        service=service,
        services=others,
    )


def rows_file(form: str) -> ResponseReturnValue:
    """Give the same rows as a file, in one step (T-51)."""
    with transaction(world().engine) as session:
        service, _ = services.asked_for(session)
        asked = _asked(service.id)
        tables = _tables(session, asked, g.language)
    name = f"{service.code}-{_kind()}-{asked.first}-{asked.last}"
    return _as_file(form, name, service.name, tables)


def _as_file(form: str, name: str, service_name: str, tables: list[Table]) -> Response:
    if form == "csv":
        return files.as_csv(tables[0], name)
    if form != "xlsx":
        raise NotFoundError(form)
    sections = tuple(Section(table.title, tables=(table,)) for table in tables)
    facts = ((text("report-of-service", g.language), service_name),)
    return files.as_file(Paper(text("report-rows-title", g.language), facts, sections), form, name, g.language)


def _asked(service_id: int) -> Asked:
    today = times.day_of(world().clock())
    first = forms.day_or(request.args, "first", today.replace(day=1))
    if _is_published():
        span = report_dates.month_over(first, today)
        return Asked(service_id, span.first, span.last)
    last = max(forms.day_or(request.args, "last", today), first)
    return Asked(service_id, first, min(last, first + LONGEST))


def _is_published() -> bool:
    """Tell whether the table goes out: for one month that is over, so that none can be subtracted from another."""
    return forms.is_ticked(request.args, "published") and _kind() == "od"


def _kind() -> str:
    kind = request.args.get("kind", "runs")
    if kind not in KINDS:
        raise NotFoundError(kind)
    return kind


def _tables(session: Session, asked: Asked, language: str) -> list[Table]:
    return KINDS[_kind()](session, asked, language)


def _words(*keys: str, language: str) -> list[Column]:
    return [Column(text(f"report-{key}", language)) for key in keys]


def _runs(session: Session, asked: Asked, language: str) -> list[Table]:
    columns = _words("day", "departs", "run-head", "kind", "state", "vehicle", "counted", language=language)
    found = run_counts.list_runs(session, asked.service_id, first=asked.first, last=asked.last)
    lines = tuple(
        (
            wording.day_text(run.day, language),
            times.clock(run.departs_s),
            run_name("" if run.kind == "extra" else run.direction, run.number, language),
            text(f"report-kind-{run.kind}", language),
            text(f"run-state-{wording.key_of(run.state)}", language),
            run.vehicle_name,
            text("report-yes" if run.is_counted else "report-no", language),
        )
        for run in found
    )
    return [Table(text("report-rows-runs", language), tuple(columns), lines)]


def _riders(session: Session, asked: Asked, language: str) -> list[Table]:
    columns = _words("day", "run-head", "stop", "on-off", "category", language=language)
    names, runs = _names(session, asked)
    lines = tuple(
        (
            wording.day_text(count.day, language),
            _run_of(runs[count.run_id], language),
            names[count.stop_id],
            text("report-boarded" if count.kind == "board" else "report-alighted", language),
            text(f"category-{count.category}", language),
            count.persons,
        )
        for count in money_taken.boardings(session, asked.service_id, asked.first, asked.last)
    )
    persons = Column(text("report-persons", language), Unit.COUNT)
    return [Table(text("report-rows-riders", language), (*columns, persons), lines)]


def _fares(session: Session, asked: Asked, language: str) -> list[Table]:
    columns = (
        *_words("day", "run-head", "category", "pay-kind", language=language),
        Column(text("report-persons", language), Unit.COUNT),
        Column(text("report-due", language), Unit.YEN),
        Column(text("report-received", language), Unit.YEN),
    )
    _, runs = _names(session, asked)
    lines = tuple(
        (
            wording.day_text(line.day, language),
            _run_of(runs[line.run_id], language),
            text(f"category-{line.category}", language),
            text(f"pay-kind-{line.pay_kind}", language),
            line.persons,
            line.due_yen,
            line.received_yen,
        )
        for line in money_taken.taken_lines(session, asked.service_id, asked.first, asked.last)
    )
    return [Table(text("report-rows-fares", language), columns, lines)]


def _sales(session: Session, asked: Asked, language: str) -> list[Table]:
    columns = (
        *_words("day", "product", "place", language=language),
        Column(text("report-price", language), Unit.YEN),
        Column(text("report-subsidy", language), Unit.YEN),
        Column(text("report-paid", language), Unit.YEN),
    )
    lines = tuple(
        (
            wording.day_text(sale.sold_on, language),
            product_text(sale.product, language),
            text(f"report-place-{sale.place}", language),
            sale.price_yen,
            sale.subsidy_yen,
            sale.paid_yen,
        )
        for sale in sale_queries.sales_between(session, asked.service_id, asked.first, asked.last)
    )
    return [Table(text("report-rows-sales", language), columns, lines)]


def _od(session: Session, asked: Asked, language: str) -> list[Table]:
    """Return who went where; in what is published small numbers are hidden, for they may single people out (L-15).

    So are then the sums by stop: less the pairs that are shown they would tell of those that are not.
    """
    is_published = _is_published()
    shown = od.publishable if is_published else int
    persons = Column(text("report-persons", language), Unit.COUNT)
    pairs = tuple(
        (pair.pickup, pair.dropoff, shown(pair.persons))
        for pair in od.list_pairs(session, asked.service_id, first=asked.first, last=asked.last)
    )
    found = Table(text("report-rows-od", language), (*_words("from", "to", language=language), persons), pairs)
    if is_published:
        return [found]
    stops = tuple(
        (each.stop, each.boarded, each.alighted)
        for each in od.list_stop_counts(session, asked.service_id, first=asked.first, last=asked.last)
    )
    on_off = (
        Column(text("report-boarded", language), Unit.COUNT),
        Column(text("report-alighted", language), Unit.COUNT),
    )
    return [
        found,
        Table(text("report-rows-stops", language), (*_words("stop", language=language), *on_off), stops),
    ]


def _names(session: Session, asked: Asked) -> tuple[dict[int, str], dict[int, run_counts.DatedRun]]:
    runs = run_counts.list_runs(session, asked.service_id, first=asked.first, last=asked.last)
    return od.stop_names(session), {run.id: run for run in runs}


def _run_of(run: run_counts.DatedRun, language: str) -> str:
    if run.kind == "area":
        return run.vehicle_name
    return run_name("" if run.kind == "extra" else run.direction, run.number, language)


KINDS: dict[str, Callable[[Session, Asked, str], list[Table]]] = {
    "runs": _runs,
    "riders": _riders,
    "fares": _fares,
    "sales": _sales,
    "od": _od,
}

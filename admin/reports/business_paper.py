"""The monthly and the half-yearly business report as a paper: the contract's four items in its own sequence (T-39)."""

from collections.abc import Sequence
from datetime import date

from admin.reports import money_tables
from admin.sales.words import product_text
from backend import wording
from backend.adapters.papers import Cell, Column, Paper, Section, Table, Unit
from backend.db.queries.matters import Matter
from backend.domain import times
from backend.domain.figures import Figures, RidersOfRun, RunsOfDay
from backend.services.reports import HALF_YEAR, ReportView
from backend.texts import has, text

KINDS = ("fixed", "reserved", "extra")
FORMULAS = ("runs", "riders", "cost", "income", "payment", "plan")


def title_of(report: ReportView, language: str) -> str:
    """Return what the report is called: 業務報告書（2025年5月分）."""
    first, last = report.span.first, report.span.last
    key = "report-title-half-year" if report.kind == HALF_YEAR else "report-title-monthly"
    return text(key, language, year=str(first.year), month=str(first.month), last_month=str(last.month))


def paper_of(report: ReportView, matters: Sequence[Matter], language: str) -> Paper:
    """Return the report as a paper; a draft says so under its title."""
    figures = report.figures
    return Paper(
        title=title_of(report, language),
        facts=_facts(report, language),
        sections=(
            Section(text("report-1-runs", language), tables=(*_runs(figures, language), *_riders(figures, language))),
            Section(text("report-2-cost", language), tables=(money_tables.cost(figures, language),)),
            Section(
                text("report-3-income", language),
                tables=tuple(money_tables.income(figures["income"], _names(report, language), language)),
            ),
            Section(text("report-4-others", language), lines=tuple(others_of(report, matters, language).splitlines())),
            Section(text("report-5-payment", language), tables=(money_tables.payment(figures, language),)),
            Section(text("report-6-plan", language), tables=tuple(_plan(report, language))),
        ),
        notes=(
            *(text(f"report-formula-{name}", language) for name in FORMULAS),
            text("report-formula-version", language, version=figures["formulas"]),
        ),
    )


def others_of(report: ReportView, matters: Sequence[Matter], language: str) -> str:
    """Return その他必要な事項: what was written there, or else what the logs hold (T-43)."""
    if report.other_matters or report.submitted_at:
        return report.other_matters or text("report-no-matters", language)
    return "\n".join(matter_line(matter, language) for matter in matters) or text("report-no-matters", language)


def matter_line(matter: Matter, language: str) -> str:
    """Return one thing that happened as a line."""
    kind = f"report-matter-{wording.key_of(matter.kind)}"
    what = text(kind, language, amount=matter.amount, reason=_reason(matter, language))
    if not matter.direction:
        return text("report-matter", language, day=wording.day_text(matter.day, language), what=what)
    name = run_name(matter.direction, matter.number, language)
    return text("report-matter-of-run", language, day=wording.day_text(matter.day, language), run=name, what=what)


def _reason(matter: Matter, language: str) -> str:
    """Return the reason as it was typed, or in words where the driver chose it from a list (T-14)."""
    chosen = f"driver-exception-{matter.reason}"
    if matter.kind == "walk_on" and has(chosen, language):
        return text(chosen, language)
    return matter.reason or text("report-no-reason", language)


def run_name(direction: str, number: int, language: str) -> str:
    """Return a printed run's name, 真駒内駅行き 2便, or that of the extra runs."""
    if not direction:
        return text("report-extra-runs", language)
    return text("report-run", language, direction=direction, number=str(number))


def whole_day(day: date, language: str) -> str:
    """Return a day with its year."""
    return text("admin-year-day", language, year=str(day.year), day=wording.day_text(day, language))


def _names(report: ReportView, language: str) -> dict[str, str]:
    return {product.code: product_text(product, language) for product in report.products}


def _facts(report: ReportView, language: str) -> tuple[tuple[str, str], ...]:
    span = text(
        "report-span",
        language,
        first=whole_day(report.span.first, language),
        last=whole_day(report.span.last, language),
    )
    submitted = report.submitted_at
    handed_in = whole_day(times.day_of(submitted), language) if submitted else text("report-is-draft", language)
    open_words = text("report-unset", language)
    recipient = report.head["recipient"]
    sender = " ".join(filter(None, (report.head["address"], report.head["contractor"])))
    return (
        (
            text("report-recipient", language),
            text("report-recipient-name", language, who=recipient) if recipient else open_words,
        ),
        (text("report-sender", language), sender or open_words),
        (text("report-in-charge", language), report.head["person"] or open_words),
        (text("report-of-service", language), report.service_name),
        (text("report-of-span", language), span),
        (text("report-handed-in", language), handed_in),
    )


def _runs(figures: Figures, language: str) -> list[Table]:
    names = ("fixed", "reserved", "extra", "total", "not-operated", "suspended", "km")
    columns = (
        Column(text("report-day", language)),
        *(Column(text(f"report-runs-{name}", language), Unit.COUNT, is_narrow=True) for name in names),
    )
    days = figures["days"]
    rows = tuple((wording.day_text(date.fromisoformat(day["day"]), language), *_of_day(day)) for day in days)
    links = tuple(f"rows/?kind=runs&first={day['day']}&last={day['day']}" for day in days)
    table = Table(text("report-runs-by-day", language), columns, rows, _sums(rows, language), links, drawn=4)
    return [_by_month(table, days, language) if figures["first"][:7] != figures["last"][:7] else table]


def _of_day(day: RunsOfDay) -> tuple[Cell, ...]:
    driven = day["fixed"] + day["reserved"] + day["extra"]
    km = None if day["metres"] is None else round(day["metres"] / 1000)
    return day["fixed"], day["reserved"], day["extra"], driven, day["not_operated"], day["suspended"], km


def _by_month(table: Table, days: list[RunsOfDay], language: str) -> Table:
    """Return the table of a half year: a row for each month, for which the monthly reports have the days."""
    months = sorted({day["day"][:7] for day in days})
    rows = []
    for month in months:
        cells = [_of_day(day) for day in days if day["day"].startswith(month)]
        year, number = month.split("-")
        name = text("report-month", language, year=year, month=str(int(number)))
        rows.append((name, *_column_sums(cells)))
    title = text("report-runs-by-month", language)
    return Table(title, (Column(text("report-a-month", language)), *table.columns[1:]), tuple(rows), table.total)


def _column_sums(rows: Sequence[tuple[Cell, ...]]) -> tuple[Cell, ...]:
    columns = zip(*rows, strict=True)
    known = ([cell for cell in column if isinstance(cell, int)] for column in columns)
    return tuple(sum(cells) if cells else None for cells in known)


def _sums(rows: Sequence[tuple[Cell, ...]], language: str) -> tuple[Cell, ...] | None:
    return (text("report-sum", language), *_column_sums([row[1:] for row in rows])) if rows else None


def _riders(figures: Figures, language: str) -> list[Table]:
    """Return a table for each direction: stops down, runs across, boardings beside alightings (T-40)."""
    directions = dict.fromkeys(run["direction"] for run in figures["riders"])
    return [_direction([run for run in figures["riders"] if run["direction"] == each], language) for each in directions]


def _direction(runs: list[RidersOfRun], language: str) -> Table:
    columns = [Column(text("report-stop", language))]
    for run in runs:
        name = text("report-run-number", language, number=str(run["number"])) if run["number"] else ""
        columns += [Column(f"{name}{text(key, language)}", Unit.COUNT, is_narrow=True) for key in _ON_OFF]
    columns += [
        Column(f"{text('report-sum', language)}{text(key, language)}", Unit.COUNT, is_narrow=True) for key in _ON_OFF
    ]
    stops = dict.fromkeys(at["stop"] for run in runs for at in run["stops"])
    rows = [(stop, *_at_stop(stop, runs)) for stop in stops]
    direction = runs[0]["direction"]
    title = text("report-riders-of", language, direction=direction or text("report-extra-runs", language))
    return Table(title, tuple(columns), tuple(rows), _sums(rows, language))


_ON_OFF = ("report-boarded", "report-alighted")


def _at_stop(stop: str, runs: list[RidersOfRun]) -> tuple[Cell, ...]:
    cells: list[int] = []
    for run in runs:
        at = next((each for each in run["stops"] if each["stop"] == stop), None)
        cells += [at["boarded"], at["alighted"]] if at else [0, 0]
    return (*cells, sum(cells[0::2]), sum(cells[1::2]))


def _plan(report: ReportView, language: str) -> list[Table]:
    columns = (
        Column(text("report-item", language)),
        Column(text("report-so-far", language), Unit.COUNT),
        Column(text("report-planned", language), Unit.COUNT),
    )
    rows = tuple(
        (text(f"report-plan-{wording.key_of(each['name'])}", language), each["so_far"], each["planned"])
        for each in report.figures["plan"]
    )
    since = whole_day(date.fromisoformat(report.figures["plan_from"]), language)
    table = Table(text("report-plan-since", language, day=since), columns, rows)
    return [table, _compared(report.figures, report.before, language)] if report.before else [table]


def _compared(now: Figures, before: Figures, language: str) -> Table:
    """Return the half year beside the one before it (T-52)."""
    columns = (
        Column(text("report-item", language)),
        Column(text("report-this-half", language), Unit.COUNT),
        Column(text("report-half-before", language), Unit.COUNT),
    )
    rows = tuple(
        (text(f"report-compared-{name}", language), _essence(now)[name], _essence(before)[name])
        for name in _essence(now)
    )
    return Table(text("report-compared", language), columns, rows)


def _essence(figures: Figures) -> dict[str, Cell]:
    """Return the few figures that two spans are compared by."""
    sums = {kind: sum(_by_kind(day, kind) for day in figures["days"]) for kind in KINDS}
    return {
        **sums,
        "riders": sum(run["boarded"] for run in figures["riders"]),
        "income": figures["income"]["total_yen"],
        "cost": figures["cost"]["total_yen"],
        "payment": figures["payment_yen"],
    }


def _by_kind(day: RunsOfDay, kind: str) -> int:
    return {"fixed": day["fixed"], "reserved": day["reserved"], "extra": day["extra"]}[kind]

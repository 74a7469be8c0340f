"""The daily report (日報) as a paper (T-38)."""

from admin.reports.business_paper import run_name, whole_day
from backend.adapters.papers import Cell, Column, Paper, Section, Table, Unit
from backend.db.queries.network import ServiceView
from backend.domain import times
from backend.services.daily_reports import DailyReport
from backend.texts import text


def paper_of(service: ServiceView, report: DailyReport, language: str) -> Paper:
    """Return a day's report of one service as a paper."""
    return Paper(
        title=text("report-daily-title", language),
        facts=(
            (text("report-of-service", language), service.name),
            (text("report-day", language), whole_day(report.day, language)),
        ),
        sections=(
            Section(text("report-daily-fares", language), tables=(_fares(report, language),)),
            Section(text("report-daily-cash", language), tables=(_cash(report, language),)),
        ),
        notes=(text("report-formula-cash", language),),
    )


def _fares(report: DailyReport, language: str) -> Table:
    columns = (
        Column(text("report-run-head", language)),
        Column(text("report-category", language)),
        Column(text("report-pay-kind", language)),
        Column(text("report-persons", language), Unit.COUNT, is_narrow=True),
        Column(text("report-due", language), Unit.YEN),
        Column(text("report-received", language), Unit.YEN),
    )
    rows = tuple(
        (
            _run(
                line.run.kind, line.run.direction, line.run.number, line.run.departs_s, line.run.vehicle_name, language
            ),
            text(f"category-{line.category}", language),
            text(f"pay-kind-{line.pay_kind}", language),
            line.persons,
            line.due_yen,
            line.received_yen,
        )
        for line in report.lines
    )
    total: tuple[Cell, ...] = (
        text("report-sum", language),
        "",
        "",
        sum(line.persons for line in report.lines),
        sum(line.due_yen for line in report.lines),
        sum(line.received_yen for line in report.lines),
    )
    return Table(text("report-daily-fares", language), columns, rows, total)


def _run(kind: str, direction: str, number: int, departs_s: int, vehicle: str, language: str) -> str:  # noqa: PLR0917
    if kind == "area":
        return vehicle
    return f"{run_name(direction if kind != 'extra' else '', number, language)} {times.clock(departs_s)}"


def _cash(report: DailyReport, language: str) -> Table:
    columns = (Column(text("report-item", language)), Column(text("report-amount", language), Unit.YEN))
    counted = report.counted.yen if report.counted else None
    rows: tuple[tuple[Cell, ...], ...] = (
        (text("report-cash-fares", language), report.fares_in_cash_yen),
        (text("report-cash-sold", language), report.sold_in_vehicle_yen),
        (text("report-cash-expected", language), report.expected_yen),
        (text("report-cash-counted", language), counted),
        (text("report-cash-difference", language), report.difference_yen),
    )
    return Table(text("report-daily-cash", language), columns, rows)

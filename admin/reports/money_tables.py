"""The tables of a business report that are about money: cost, income, payment (T-41, T-42, T-45)."""

from collections.abc import Mapping

from backend.adapters.papers import Cell, Column, Table, Unit
from backend.domain.figures import Figures, Income
from backend.texts import text


def cost(figures: Figures, language: str) -> Table:
    """Return what running cost, by units and as entered (T-41)."""
    cost = figures["cost"]
    method = text(f"report-method-{cost['method'] or 'unset'}", language)
    hours = text("report-hours", language, hours=str(cost["minutes"] // 60), minutes=str(cost["minutes"] % 60))
    rows: tuple[tuple[Cell, ...], ...] = (
        (text("report-cost-method", language), method, None),
        (
            text("report-cost-per-run", language),
            _times(cost["runs"], "report-runs-times", language),
            cost["yen_per_run"],
        ),
        (text("report-cost-per-hour", language), hours, cost["yen_per_hour"]),
        (text("report-cost-by-units", language), method, cost["by_units_yen"]),
        (text("report-cost-entered", language), "", cost["entered_yen"]),
    )
    total: tuple[Cell, ...] = (
        text("report-cost-total", language),
        _unset(cost["total_yen"], language),
        cost["total_yen"],
    )
    return Table(text("report-cost-table", language), _amounts(language), rows, total)


def _times(number: int, key: str, language: str) -> str:
    return text(key, language, number=number)


def _unset(yen: int | None, language: str) -> str:
    return text("report-unset", language) if yen is None else ""


def _amounts(language: str) -> tuple[Column, ...]:
    return (
        Column(text("report-item", language)),
        Column(text("report-quantity", language)),
        Column(text("report-amount", language), Unit.YEN),
    )


def income(income: Income, names: Mapping[str, str], language: str) -> list[Table]:
    """Return what came in by rides, by sales, and in all (T-42)."""
    rides = Table(
        text("report-income-rides", language),
        (
            Column(text("report-category", language)),
            Column(text("report-pay-kind", language)),
            Column(text("report-persons", language), Unit.COUNT),
            Column(text("report-amount", language), Unit.YEN),
        ),
        tuple(
            (
                text(f"category-{each['category']}", language),
                text(f"pay-kind-{each['pay_kind']}", language),
                each["persons"],
                each["yen"],
            )
            for each in income["rides"]
        ),
        (text("report-sum", language), "", sum(each["persons"] for each in income["rides"]), income["rides_yen"]),
    )
    return [rides, _sales(income, names, language), _income_total(income, language)]


def _sales(income: Income, names: Mapping[str, str], language: str) -> Table:
    columns = (
        Column(text("report-product", language)),
        Column(text("report-place", language)),
        Column(text("report-pieces", language), Unit.COUNT, is_narrow=True),
        Column(text("report-paid", language), Unit.YEN),
        Column(text("report-subsidy", language), Unit.YEN),
    )
    rows = tuple(
        (
            names.get(each["code"], each["code"]),
            text(f"report-place-{each['place']}", language),
            each["pieces"],
            each["paid_yen"],
            each["subsidy_yen"],
        )
        for each in income["sales"]
    )
    pieces = sum(each["pieces"] for each in income["sales"])
    paid = income["ticket_books_yen"] + income["passes_yen"]
    total: tuple[Cell, ...] = (text("report-sum", language), "", pieces, paid, income["subsidies_yen"])
    return Table(text("report-income-sales", language), columns, rows, total)


def _income_total(income: Income, language: str) -> Table:
    rows: tuple[tuple[Cell, ...], ...] = (
        (text("report-income-rides", language), "", income["rides_yen"]),
        (text("report-ticket-books", language), "", income["ticket_books_yen"]),
        (text("report-passes", language), "", income["passes_yen"]),
        (text("report-refunds", language), "", -income["refunds_yen"]),
    )
    total: tuple[Cell, ...] = (text("report-income-total", language), "", income["total_yen"])
    return Table(text("report-income-table", language), _amounts(language), rows, total)


def payment(figures: Figures, language: str) -> Table:
    """Return the payment: total cost less fare income (T-45)."""
    cost, income = figures["cost"]["total_yen"], figures["income"]["total_yen"]
    rows: tuple[tuple[Cell, ...], ...] = (
        (text("report-cost-total", language), _unset(cost, language), cost),
        (text("report-income-total", language), "", income),
    )
    due = figures["payment_yen"]
    total: tuple[Cell, ...] = (text("report-payment", language), _unset(due, language), due)
    return Table(text("report-payment-table", language), _amounts(language), rows, total)

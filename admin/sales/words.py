"""What a ticket book or pass is called, and how prices stand in their table (requirements 1.8.4)."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.db.queries.products import ProductView
from backend.texts import FALLBACK, text

# The columns of the table of passes: change to the underground, and months.
COLUMNS = ((False, 1), (False, 3), (True, 1), (True, 3))


@dataclass(frozen=True, slots=True)
class PassRow:
    """One line of the price table: what is not sold is None in its column."""

    zone: str
    is_welfare: bool
    category: str
    cells: tuple[ProductView | None, ...]


def product_text(product: ProductView, language: str = FALLBACK) -> str:
    """Return what a product is called: 定期券 A区間 通学(大人) 福祉割引 地下鉄乗継 3か月."""
    parts = [
        text(f"sales-kind-{product.kind.replace('_', '-')}", language),
        text("sales-zone", language, zone=product.zone),
        text(f"sales-category-{product.category}", language),
    ]
    parts += [text("sales-welfare", language)] if product.is_welfare else []
    parts += [text("sales-with-subway", language)] if product.with_subway else []
    if product.months:
        parts.append(text("sales-months", language, months=product.months))
    if product.tickets:
        parts.append(text("sales-tickets", language, tickets=product.tickets))
    return text("sales-joint", language).join(parts)


def pass_rows(products: Sequence[ProductView]) -> list[PassRow]:
    """Return the passes as the lines of the price table, in the order of the file."""
    passes = {
        (each.zone, each.is_welfare, each.category, each.with_subway, each.months): each
        for each in products
        if each.kind == "pass"
    }
    lines = dict.fromkeys(key[:3] for key in passes)
    return [PassRow(*line, tuple(passes.get((*line, *column)) for column in COLUMNS)) for line in lines]


def ticket_books(products: Sequence[ProductView]) -> list[ProductView]:
    """Return the ticket books, in the order of the file."""
    return [each for each in products if each.kind == "ticket_book"]

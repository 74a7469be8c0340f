"""A paper for the town office: the same sections and tables as a page, as a workbook and as a PDF.

Who makes a paper says it once; the writers beside this file only set it. Whole numbers stay numbers.
"""

from dataclasses import dataclass
from enum import StrEnum

Cell = str | int | None


class Unit(StrEnum):
    """What a column holds. A cell without a figure (None) is set as a dash: 未設定 is not 0 (Q-57)."""

    WORDS = "words"
    COUNT = "count"
    YEN = "yen"


@dataclass(frozen=True, slots=True)
class Column:
    """One column; ``is_narrow`` ones share the rest of the width of a sheet."""

    title: str
    unit: Unit = Unit.WORDS
    is_narrow: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption. ``links`` name, row by row, the page with the rows behind it."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] | None = None
    links: tuple[str, ...] = ()
    drawn: int | None = None  # the column that the page draws as bars


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered part of a paper: sentences, then tables."""

    title: str
    lines: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole paper. ``facts`` stand under its title, ``notes`` at its end: how each figure is reckoned."""

    title: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()


def written(cell: Cell, unit: Unit, *, yen_sign: str) -> str:
    """Return a cell as papers have it: 1,234 with the sign of yen, ▲ for less than none, a dash for no figure."""
    if cell is None:
        return "–"
    if isinstance(cell, str):
        return cell
    return f"{'▲' if cell < 0 else ''}{abs(cell):,}{yen_sign if unit is Unit.YEN else ''}"

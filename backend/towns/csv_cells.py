"""Reads a town's CSV files. Every bad line is remembered with its place, so that a file is refused whole."""

import csv
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from backend.towns import written
from backend.towns.faults import Fault, Faults

T = TypeVar("T")


class Cells:
    """One line of a CSV file: each question gives a value, or notes what is wrong and gives a stand-in."""

    def __init__(self, file: str, line: int, cells: Mapping[str, str], bad: Faults) -> None:
        self._file = file
        self._line = line
        self._cells = cells
        self._bad = bad

    def refuse(self, reason: str, *, code: str = "other", column: str = "", value: str = "") -> None:
        """Note that this line is wrong: in English, and by a code with the column and the value it is about."""
        self._bad.append(Fault(self._file, self._line, reason, code, column, value))

    def read(self, column: str, reader: Callable[[str], T], *, instead: T) -> T:
        """Return the cell as ``reader`` understands it."""
        cell = self._cells[column]
        if not cell:
            self.refuse(f"{column} is missing", code="missing", column=column)
            return instead
        try:
            return reader(cell)
        except ValueError as reason:
            self.refuse(f"{column}: {reason}", code="unreadable", column=column, value=cell)
            return instead

    def optional(self, column: str) -> str:
        """Return the text of a cell that may be empty."""
        return self._cells[column]

    def text(self, column: str) -> str:
        """Return the text of a cell that must not be empty."""
        return self.read(column, str, instead="")

    def kana(self, column: str) -> str:
        """Return a reading in hiragana."""
        return self.read(column, written.hiragana, instead="")

    def whole(self, column: str) -> int:
        """Return a whole number from 0 up."""
        return self.read(column, written.whole, instead=0)

    def degrees(self, column: str, low: float, high: float) -> float:
        """Return a coordinate between ``low`` and ``high``."""
        found = self.read(column, written.degrees, instead=low)
        if not low <= found <= high:
            self.refuse(f"{column}: {found} is not between {low} and {high}")
        return found

    def known(self, column: str, allowed: Collection[str]) -> str:
        """Return a word that must be among ``allowed``."""
        found = self.text(column)
        if found and found not in allowed:
            self.refuse(f"{column}: '{found}' is not known", code="unknown", column=column, value=found)
        return found

    def known_list(self, column: str, allowed: Collection[str]) -> tuple[str, ...]:
        """Return the words of a cell, none or many, each of which must be among ``allowed``."""
        found = tuple(self._cells[column].split())
        for word in found:
            if word not in allowed:
                self.refuse(f"{column}: '{word}' is not known")
        return found


def rows(path: Path, columns: Sequence[str], bad: Faults) -> Iterator[Cells]:
    """Yield each line of a CSV file with exactly these ``columns`` in any order; note every other line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        bad.append(f"{path.name}:1: cannot be read as a UTF-8 file")
        return
    yield from rows_of(path.name, text, columns, bad)


def rows_of(name: str, text: str, columns: Sequence[str], bad: Faults) -> Iterator[Cells]:
    """Yield each line of the text of a CSV file that was read or sent; ``name`` is how its lines are named."""
    lines = csv.reader(text.removeprefix("\ufeff").splitlines(), strict=True)
    header = [cell.strip() for cell in next(lines, [])]
    wrong = [f"unknown column '{column}'" for column in header if column not in columns]
    wrong += [f"column '{column}' is missing" for column in columns if column not in header]
    wrong += [f"column '{column}' stands twice" for column in columns if header.count(column) > 1]
    if wrong:
        bad.extend(Fault(name, 1, reason, "header") for reason in wrong)
        return
    yield from _body(name, header, lines, bad)


def _body(name: str, header: list[str], lines: Iterator[list[str]], bad: Faults) -> Iterator[Cells]:
    number = 1
    try:
        for number, cells in enumerate(lines, start=2):
            if len(cells) == len(header):
                stripped = (cell.strip() for cell in cells)
                yield Cells(name, number, dict(zip(header, stripped, strict=True)), bad)
            elif cells:
                bad.append(Fault(name, number, f"has {len(cells)} cells, not {len(header)}", "cells"))
    except csv.Error as reason:
        bad.append(Fault(name, number + 1, str(reason), "cells"))


def keep_unique(found: Sequence[tuple[Cells, T]], key: Callable[[T], str], column: str) -> tuple[T, ...]:
    """Return the values read, noting each line whose ``key`` an earlier line has."""
    seen: set[str] = set()
    for cells, value in found:
        word = key(value)
        if word in seen:
            cells.refuse(f"{column}: '{word}' stands twice", code="twice", column=column, value=word)
        seen.add(word)
    return tuple(value for _, value in found)

"""Reads a town's TOML file. What is wrong is remembered with its line, so that the file is refused whole."""

import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import TypeVar

from backend.towns.faults import Faults

T = TypeVar("T")


class TomlFile:
    """A TOML file, and what is wrong in it."""

    def __init__(self, path: Path, bad: Faults) -> None:
        self._name = path.name
        self._bad = bad
        self._lines: list[str] = []
        self._entries: dict[str, object] = {}
        try:
            text = path.read_text(encoding="utf-8-sig")
            self._entries = tomllib.loads(text)
            self._lines = text.splitlines()
        except (OSError, UnicodeDecodeError):
            bad.append(f"{path.name}:1: cannot be read as a UTF-8 file")
        except tomllib.TOMLDecodeError as reason:
            line = re.search(r"line (\d+)", str(reason))
            bad.append(f"{path.name}:{line[1] if line else 1}: {reason}")

    def table(self, name: str) -> "Table":
        """Return a table; an absent one is read as empty, so that each of its settings is named as missing."""
        return Table(self, name, self._entries.pop(name, {}))

    def finish(self) -> None:
        """Note every table that nobody asked for."""
        for name in self._entries:
            self.refuse(name, "", f"'{name}' is not a table of settings")

    def refuse(self, table: str, key: str, reason: str) -> None:
        """Note that an entry is wrong, at its line or else at the head of its table.

        A file that could not be read at all was named once; what it lacks is not listed on top.
        """
        if not self._lines:
            return
        self._bad.append(f"{self._name}:{self._line_of(table, key)}: {reason}")

    def _line_of(self, table: str, key: str) -> int:
        inside, head = "", 1
        for number, line in enumerate(self._lines, start=1):
            if heading := re.match(r"\[+([\w.]+)\]", line):
                inside = heading[1]
                head = number if inside == table else head
            elif inside == table and re.match(rf"{re.escape(key)}\s*=", line):
                return number
        return head


class Table:
    """One table of a TOML file; like Cells, but its values have kinds."""

    def __init__(self, file: TomlFile, name: str, entries: object) -> None:
        self._file = file
        self._name = name
        self._left = dict(entries) if isinstance(entries, Mapping) else {}

    def _take(self, key: str, kind: type[T], *, instead: T) -> T:
        found = self._left.pop(key, None)
        if isinstance(found, kind) and type(found) is kind:  # a bool is an int to isinstance alone
            return found
        self.refuse(key, "is missing" if found is None else f"{found!r} is not of kind {kind.__name__}")
        return instead

    def refuse(self, key: str, reason: str) -> None:
        """Note that an entry is wrong."""
        self._file.refuse(self._name, key, f"{key} {reason}")

    def text(self, key: str) -> str:
        """Return a text that is not empty."""
        found = self._take(key, str, instead="?")
        if not found.strip():
            self.refuse(key, "is empty")
        return found

    def read(self, key: str, reader: Callable[[str], T], *, instead: T) -> T:
        """Return a text as ``reader`` understands it."""
        text = self._take(key, str, instead="")
        try:
            return reader(text) if text else instead
        except ValueError as reason:
            self.refuse(key, f"is wrong: {reason}")
            return instead

    def whole(self, key: str) -> int:
        """Return a whole number from 0 up."""
        found = self._take(key, int, instead=0)
        if found < 0:
            self.refuse(key, "is negative")
        return found

    def factor(self, key: str) -> float:
        """Return a factor of at least 1."""
        found = self._take(key, float, instead=1.0)
        if not found >= 1:
            self.refuse(key, "is below 1")
        return found

    def yes(self, key: str) -> bool:
        """Return true or false."""
        return self._take(key, bool, instead=False)

    def day(self, key: str) -> date:
        """Return a date."""
        return self._take(key, date, instead=date.min)

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts."""
        return tuple(str(entry) for entry in self._take(key, list, instead=[]))

    def tables(self, key: str) -> tuple["Table", ...]:
        """Return a list of tables inside this one."""
        inner = self._take(key, list, instead=[])
        return tuple(Table(self._file, f"{self._name}.{key}", entries) for entries in inner)

    def finish(self) -> None:
        """Note every entry that nobody asked for."""
        for key in self._left:
            self.refuse(key, "is not a setting")

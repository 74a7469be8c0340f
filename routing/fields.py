"""The fields of what comes in as JSON: each is what it must be, or one line says which is not."""

from collections.abc import Iterator, Mapping
from reprlib import repr as shortened
from typing import TypeVar

_MOST_OF_A_NAME = 80

_Word = TypeVar("_Word", bound=str)


class ScenarioError(Exception):
    """A file that is not a scenario, or a wish that no scenario has; the message is one line that says why."""


class Row:
    """One JSON object, and how it is called when something about it is wrong."""

    __slots__ = ("_fields", "name")

    def __init__(self, raw: object, name: str) -> None:
        self.name = name
        if not isinstance(raw, dict):
            raise self.refuses("not a JSON object")
        self._fields: Mapping[str, object] = raw

    def __contains__(self, field: str) -> bool:
        return field in self._fields

    def whole(self, field: str, allowed: range, *, default: int | None = None) -> int:
        """Return a whole number that is ``allowed``."""
        value = self._fields.get(field, default)
        if type(value) is int and value in allowed:  # true and false are no numbers here
            return value
        raise self._no(field, f"a whole number from {allowed[0]} to {allowed[-1]}")

    def number(self, field: str, *, most: float) -> float:
        """Return a number from 0 to ``most``, a float however it is written: kernels are compiled for no other."""
        value = self._fields.get(field)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most:
            return float(value)
        raise self._no(field, f"a number from 0 to {most:g}")

    def text(self, field: str, *, default: str | None = None) -> str:
        """Return a text, or a whole number as one."""
        value = self._fields.get(field, default)
        if isinstance(value, str):
            return value
        if type(value) is int:
            return str(value)
        raise self._no(field, "a text")

    def one_of(self, field: str, allowed: tuple[_Word, ...]) -> _Word:
        """Return the one of the words ``allowed`` that stands there."""
        value = self._fields.get(field)
        for word in allowed:
            if word == value:
                return word
        raise self._no(field, " or ".join(allowed))

    def truth(self, field: str) -> bool:
        """Return true or false."""
        value = self._fields.get(field)
        if isinstance(value, bool):
            return value
        raise self._no(field, "true or false")

    def index(self, field: str, what: str, many: int) -> int:
        """Return which of ``many`` it is; they are counted from 0."""
        value = self._fields.get(field)
        if type(value) is int and 0 <= value < many:
            return value
        raise self.refuses(f"there is no {what} {shortened(value)}" if field in self else f"'{field}' is missing")

    def is_null(self, field: str) -> bool:
        """Tell whether nothing is said on purpose."""
        return field in self and self._fields[field] is None

    def row(self, field: str) -> "Row":
        """Return the object that stands there."""
        if field not in self:
            raise self._no(field, "a JSON object")
        return Row(self._fields[field], f"{self.name}: {field}" if self.name else field)

    def rows(self, field: str, name: str) -> "Iterator[Row]":
        """Yield the objects of a list, called by ``name`` and their number."""
        return (Row(each, f"{name} {number}") for number, each in enumerate(self.items(field)))

    def items(self, field: str) -> list[object]:
        """Return the list that stands there."""
        value = self._fields.get(field)
        if isinstance(value, list):
            return value
        raise self._no(field, "a list")

    def refuses(self, reason: str) -> ScenarioError:
        """Return what is wrong, in one line, to be raised."""
        name = " ".join(self.name.split())[:_MOST_OF_A_NAME]
        return ScenarioError(f"{name}: {reason}" if name else reason)

    def _no(self, field: str, wanted: str) -> ScenarioError:
        """Return that ``field`` is not what was wanted."""
        if field not in self:
            return self.refuses(f"'{field}' is missing")
        return self.refuses(f"{field} must be {wanted}, not {shortened(self._fields[field])}")

"""Small checks that make up the platform's schemas: each yields what is wrong, and where."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a request body: where (``messages[0].text``) and what."""

    property: str
    message: str


Check = Callable[[object, str], Iterator[Problem]]

EMPTY = "May not be empty"
ZERO_WIDTH_JOINER = "\u200d"
NO_CHARACTER = re.compile("[\0\ud800-\udfff]")  # halves of characters can be written in JSON, but not stored


def utf16_units(text: str) -> int:
    """Return the length as the platform counts message texts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def graphemes(text: str) -> int:
    """Return the number of characters a person sees, as the platform counts labels."""
    starts = [not _continues(before, char) for before, char in pairwise(f"\0{text}")]
    flags = sum(1 for char in text if _is_flag_half(char))
    return sum(starts) - flags // 2


def _continues(before: str, char: str) -> bool:
    """Tell whether ``char`` belongs to the character that ``before`` began."""
    if unicodedata.category(char) in {"Mn", "Mc", "Me"} or char == ZERO_WIDTH_JOINER:
        return True
    is_skin_tone = "\U0001f3fb" <= char <= "\U0001f3ff"
    return is_skin_tone or before == ZERO_WIDTH_JOINER or (before, char) == ("\r", "\n")


def _is_flag_half(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def join(path: str, name: str) -> str:
    """Return the path of the part ``name``."""
    return f"{path}.{name}" if path else name


def string(longest: int, *, shortest: int = 1, count: Callable[[str], int] = utf16_units) -> Check:
    """Return the check of a text between two lengths."""

    def check(value: object, path: str) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield Problem(path, "Must be a string")
        elif shortest and not value:
            yield Problem(path, EMPTY)
        elif NO_CHARACTER.search(value):
            yield Problem(path, "Must hold whole characters")
        elif not shortest <= count(value) <= longest:
            yield Problem(path, f"Length must be between {shortest} and {longest}")

    return check


def label(longest: int) -> Check:
    """Return the check of a label, counted in characters a person sees."""
    return string(longest, count=graphemes)


def pattern(regex: str, message: str, *, longest: int = 2000) -> Check:
    """Return the check of a text of one form."""
    compiled = re.compile(regex)
    length = string(longest)

    def check(value: object, path: str) -> Iterator[Problem]:
        found = list(length(value, path))
        yield from found
        if not found and isinstance(value, str) and not compiled.fullmatch(value):
            yield Problem(path, message)

    return check


def choice(*allowed: str) -> Check:
    """Return the check of one word out of a few."""

    def check(value: object, path: str) -> Iterator[Problem]:
        if value not in allowed:
            yield Problem(path, f"Must be one of the following values: [{', '.join(allowed)}]")

    return check


def number(lowest: float, highest: float, *, whole: bool = False) -> Check:
    """Return the check of a number between two bounds."""

    def check(value: object, path: str) -> Iterator[Problem]:
        is_number = isinstance(value, int if whole else (int, float)) and not isinstance(value, bool)
        if not is_number or not isinstance(value, (int, float)):
            yield Problem(path, "Must be a whole number" if whole else "Must be a number")
        elif not lowest <= value <= highest:
            yield Problem(path, f"Must be between {lowest:g} and {highest:g}")

    return check


def boolean(value: object, path: str) -> Iterator[Problem]:
    """Check for true or false."""
    if not isinstance(value, bool):
        yield Problem(path, "Must be true or false")


def array(item: Check, lowest: int, highest: int) -> Check:
    """Return the check of a list whose items pass ``item``."""

    def check(value: object, path: str) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield Problem(path, "Must be an array")
            return
        if not lowest <= len(value) <= highest:
            yield Problem(path, f"Size must be between {lowest} and {highest}")
        for index, part in enumerate(value[: highest + 1]):
            yield from item(part, f"{path}[{index}]")

    return check


def record(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """Return the check of an object that holds these properties and no other."""
    known = {**required, **(optional or {})}

    def check(value: object, path: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem(path, "Must be an object")
            return
        for name in sorted(set(value) - set(known)):
            yield Problem(join(path, name), "Unknown property")
        for name, part in known.items():
            if value.get(name) is not None:
                yield from part(value[name], join(path, name))
            elif name in required:
                yield Problem(join(path, name), EMPTY)

    return check


def kinds(table: Mapping[str, Check], *, tag: str = "type") -> Check:
    """Return the check of an object whose ``tag`` says which of the checks holds for the rest."""
    allowed = choice(*table)

    def check(value: object, path: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem(path, "Must be an object")
            return
        kind = value.get(tag)
        if isinstance(kind, str) and kind in table:
            yield from table[kind]({name: part for name, part in value.items() if name != tag}, path)
        elif kind is None:
            yield Problem(join(path, tag), EMPTY)
        else:
            yield from allowed(kind, join(path, tag))

    return check


def every(*checks: Check) -> Check:
    """Return the check that makes all of ``checks``."""

    def check(value: object, path: str) -> Iterator[Problem]:
        for one in checks:
            yield from one(value, path)

    return check


def later(name: Callable[[], Check]) -> Check:
    """Return a check that is looked up only when used: for schemas that hold themselves."""

    def check(value: object, path: str) -> Iterator[Problem]:
        yield from name()(value, path)

    return check


HTTPS = pattern(r"https://[^\s\"<>]+", "Invalid URI scheme; must be https")
LINK = pattern(r"(https?://|line://|tel:)[^\s\"<>]+", "Invalid action URI scheme", longest=1000)
COLOR = pattern(r"#[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?", "Invalid color", longest=9)

"""Reading what came in by a form: strings in, typed values out; what is wrong is a key of a text."""

import re
import unicodedata
import uuid
from collections.abc import Container, Mapping
from datetime import date

from backend.domain import my_number, times
from backend.texts import text

LONGEST = 200
LONGEST_PROSE = 4000
LONGEST_NUMBER = 12
YEN = re.compile(r"[0-9]{1,10}|[0-9]{1,3}(?:,[0-9]{3}){1,3}")
PHONES = frozenset({"phone"})  # read as phone numbers; nothing else is kept of them
MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)  # room to reckon on both sides


class FormError(ValueError):
    """A field that cannot be read. ``key`` names the text, ``field`` the input to point at."""

    def __init__(self, field: str, key: str, **facts: str) -> None:
        super().__init__(f"{field}: {key}")
        self.field = field
        self.key = key
        self.facts = facts

    def said(self, language: str) -> dict[str, str]:
        """Return field → sentence, as forms show it."""
        return {self.field: text(self.key, language, **self.facts)}


Form = Mapping[str, str]


def new_key() -> str:
    """Return a fresh idempotency key: a form sent twice acts once."""
    return str(uuid.uuid4())


def key_of(form: Form) -> str:
    """Return the form's idempotency key; FormError when it is not one of ours."""
    try:
        return str(uuid.UUID(form.get("key", "")))
    except ValueError as error:
        raise FormError("key", "admin-form-old") from error


def text_of(form: Form, name: str, *, longest: int = LONGEST) -> str:
    """Return a line of text without spaces around it; FormError when empty or too long."""
    value = optional_text(form, name, longest=longest)
    if not value:
        raise FormError(name, "admin-form-missing")
    return value


def optional_text(form: Form, name: str, *, longest: int = LONGEST) -> str:
    """Return a line of text, perhaps empty; control characters are dropped."""
    value = "".join(sign for sign in form.get(name, "") if sign.isprintable()).strip()
    if len(value) > longest:
        raise FormError(name, "admin-form-too-long")
    if name not in PHONES and my_number.holds_one(value):
        raise FormError(name, "admin-form-my-number")
    return value


def prose_of(form: Form, name: str, *, longest: int = LONGEST_PROSE) -> str:
    """Return several lines of text without spaces around them; FormError when empty or too long."""
    value = optional_prose(form, name, longest=longest)
    if not value:
        raise FormError(name, "admin-form-missing")
    return value


def optional_prose(form: Form, name: str, *, longest: int = LONGEST_PROSE) -> str:
    """Return several lines of text, perhaps none; control characters but the line's end are dropped."""
    lines = form.get(name, "").replace("\r\n", "\n").split("\n")
    value = "\n".join("".join(sign for sign in line if sign.isprintable()) for line in lines).strip()
    if len(value) > longest:
        raise FormError(name, "admin-form-too-long")
    if name not in PHONES and my_number.holds_one(value):
        raise FormError(name, "admin-form-my-number")
    return value


def choice_of(form: Form, name: str, among: Container[str]) -> str:
    """Return one of the values that the page offers; FormError for any other."""
    value = form.get(name, "")
    if value not in among:
        raise FormError(name, "admin-form-missing")
    return value


def number_of(form: Form, name: str, *, least: int = 0, most: int = 1_000_000) -> int:
    """Return a whole number between ``least`` and ``most``; FormError for anything else."""
    written = unicodedata.normalize("NFKC", form.get(name, "")).strip()
    if len(written) > LONGEST_NUMBER or not written.isdecimal() or not least <= int(written) <= most:
        raise FormError(name, "admin-form-number")
    return int(written)


def yen_of(form: Form, name: str, *, most: int) -> int:
    """Return whole yen written 1000000 or 1,000,000 in any width; FormError for anything else."""
    written = unicodedata.normalize("NFKC", form.get(name, "")).strip()
    if not YEN.fullmatch(written) or (yen := int(written.replace(",", ""))) > most:
        raise FormError(name, "admin-form-yen", most=f"{most:,}")
    return yen


def degrees_of(form: Form, name: str, *, most: float) -> float:
    """Return degrees of latitude or longitude."""
    try:
        value = float(form.get(name, ""))
    except ValueError as error:
        raise FormError(name, "admin-form-number") from error
    if not -most <= value <= most:
        raise FormError(name, "admin-form-number")
    return value


def day_of(form: Form, name: str) -> date:
    """Return a day written by a date input."""
    try:
        day = date.fromisoformat(form.get(name, "").strip())
    except ValueError as error:
        raise FormError(name, "admin-form-day") from error
    if not FIRST_DAY <= day <= LAST_DAY:
        raise FormError(name, "admin-form-day")
    return day


def day_or(form: Form, name: str, otherwise: date) -> date:
    """Return the day that an address asks for, or ``otherwise`` when it names none."""
    try:
        return day_of(form, name)
    except FormError:
        return otherwise


def month_or(form: Form, name: str, otherwise: date) -> date:
    """Return the first day of the month that an address asks for as 2025-05, or ``otherwise``."""
    found = MONTH.fullmatch(form.get(name, "").strip())
    return date(int(found[1]), int(found[2]), 1) if found else otherwise


def optional_day(form: Form, name: str) -> date | None:
    """Return a day, or None when the field is empty."""
    return day_of(form, name) if form.get(name, "").strip() else None


def clock_of(form: Form, name: str) -> int:
    """Return the second of the day written as 9:05, 0905 or 905, in any width."""
    written = unicodedata.normalize("NFKC", form.get(name, "")).strip()
    if written.isdecimal() and len(written) in {3, 4}:
        written = f"{written[:-2]}:{written[-2:]}"
    second = times.parse_clock(written)
    if second is None:
        raise FormError(name, "admin-form-clock")
    return second


def optional_clock(form: Form, name: str) -> int | None:
    """Return a second of the day, or None when the field is empty."""
    return clock_of(form, name) if form.get(name, "").strip() else None


def is_ticked(form: Form, name: str) -> bool:
    """Tell whether a box is ticked."""
    return form.get(name) == "yes"

"""Reading what a machine sent: JSON or a query in, typed values out; what cannot be read is named by its field."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date

from flask import request

from backend.api.problems import UnreadableError
from backend.domain import times
from backend.domain.party import FareCategory, Party

LONGEST = 200
MOST_PERSONS = 99
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
KEY = re.compile(r"[A-Za-z0-9._:-]{8,100}")
WHEELCHAIRS = "wheelchairs"

Fields = Mapping[str, object]


class MissingError(UnreadableError):
    """A field that has to be there and is not."""


def body() -> Fields:
    """Return the JSON object that was sent; raise `UnreadableError` for anything else, be it nested without end."""
    try:
        sent = request.get_json(silent=True)
    except RecursionError:
        sent = None
    if not isinstance(sent, dict):
        raise UnreadableError("body")
    return sent


def key() -> str:
    """Return the idempotency key of a change: 8 to 100 signs, a UUID for one."""
    written = request.headers.get("Idempotency-Key", "")
    if not written:
        raise MissingError("Idempotency-Key")
    if not KEY.fullmatch(written):
        raise UnreadableError("Idempotency-Key")
    return written


def text_of(fields: Fields, name: str, *, longest: int = LONGEST) -> str:
    """Return a line of text that has to be there."""
    value = optional_text(fields, name, longest=longest)
    if not value:
        raise MissingError(name)
    return value


def optional_text(fields: Fields, name: str, *, longest: int = LONGEST) -> str:
    """Return a line of text, or nothing when it is not there; control characters are dropped."""
    sent = fields.get(name)
    if sent is None:
        return ""
    if not isinstance(sent, str):
        raise UnreadableError(name)
    value = "".join(sign for sign in sent if sign.isprintable()).strip()
    if len(value) > longest:
        raise UnreadableError(name)
    return value


def day_of(fields: Fields, name: str) -> date:
    """Return a day written 2025-05-07."""
    written = text_of(fields, name, longest=10)
    try:
        day = date.fromisoformat(written)
    except ValueError as error:
        raise UnreadableError(name) from error
    if not FIRST_DAY <= day <= LAST_DAY:
        raise UnreadableError(name)
    return day


def clock_of(fields: Fields, name: str) -> int:
    """Return the second of the day written 9:05."""
    second = times.parse_clock(unicodedata.normalize("NFKC", text_of(fields, name, longest=5)))
    if second is None:
        raise UnreadableError(name)
    return second


def party_of(fields: Fields) -> Party:
    """Return who rides: ``party`` holds persons by fare category."""
    sent = fields.get("party")
    if sent is None:
        raise MissingError("party")
    if not isinstance(sent, dict) or not set(sent) <= set(FareCategory):
        raise UnreadableError("party")
    counts = {category.value: count_of(sent, category.value, "party") for category in FareCategory}
    party = Party.of(counts, wheelchairs=count_of(fields, WHEELCHAIRS, WHEELCHAIRS))
    if not party.persons:
        raise MissingError("party")
    return party


def party_asked(fields: Fields) -> Party:
    """Return who would ride, from a query: ``adult=2&child=1``; one adult when it names nobody."""
    counts = {category.value: _written_count(fields, category.value) for category in FareCategory}
    return Party.of(counts if any(counts.values()) else {"adult": 1}, wheelchairs=_written_count(fields, WHEELCHAIRS))


def count_of(fields: Fields, name: str, field: str) -> int:
    """Return a number of persons; none when it is not there."""
    sent = fields.get(name, 0)
    if not isinstance(sent, int) or isinstance(sent, bool) or not 0 <= sent <= MOST_PERSONS:
        raise UnreadableError(field)
    return sent


def _written_count(fields: Fields, name: str) -> int:
    written = optional_text(fields, name, longest=3)
    if written and not (written.isascii() and written.isdecimal()):
        raise UnreadableError(name)
    return int(written or 0)

"""Reading what a terminal sends: taps with their own ids and times, positions, messages."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.api.problems import UnreadableError
from backend.domain.policies.pay import Payment
from backend.services import run_taps
from backend.services.boarding import KINDS, TerminalEventIn
from backend.services.positions import MOST_LAT, MOST_LON, Fix
from backend.services.taps import RunTapIn

MOST_EVENTS = 100
DELAY, FARE = "delay", "fare"
LONGEST_DELAY_S = 4 * 3600
OLDEST = timedelta(days=2)
MOST_DECIMAL = 10.0**9
MOST_ID = 2**62
MOST_VALUE = 10**6
MOST_PAYMENTS = 50
MOST_PERSONS = 100
MOST_SERIAL = 10**9
_EVENT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class DelayTap:
    """A delay as the driver tapped it; 0 means back in time."""

    event_id: str
    late_s: int
    happened_at: datetime


def batch_of(body: object) -> tuple[datetime, list[Json]]:
    """Return when the terminal sent a batch, by its own clock, and the taps in it, unread."""
    if not isinstance(body, dict):
        raise UnreadableError("body")
    events = body.get("events")
    if not isinstance(events, list) or len(events) > MOST_EVENTS:
        raise UnreadableError("events")
    if any(not isinstance(event, dict) for event in events):
        raise UnreadableError("events")
    return _moment(body, "sent_at"), events


def event_id_of(event: Json) -> str:
    """Return a tap's own id; raise UnreadableError when it has none, for then it cannot be answered."""
    event_id = event.get("event_id")
    if not isinstance(event_id, str) or not _EVENT_ID.fullmatch(event_id):
        raise UnreadableError("event_id")
    return event_id


def tap_of(event: Json, *, run_id: int, sent_at: datetime, now: datetime) -> TerminalEventIn | RunTapIn | DelayTap:
    """Return a tap with its time by our clock.

    A terminal's clock may be wrong, and nobody can set it on the road: only the time between tap and sending is
    taken from it.
    """
    age = min(max(sent_at - _moment(event, "happened_at"), timedelta(0)), OLDEST)
    happened_at = now - age
    if event.get("kind") == DELAY:
        late_s = _number(event, "value", most=LONGEST_DELAY_S)
        return DelayTap(event_id_of(event), late_s, happened_at)
    kind = event.get("kind")
    if isinstance(kind, str) and kind in run_taps.KINDS:
        return _run_tap(event, kind, run_id=run_id, happened_at=happened_at)
    if not isinstance(kind, str) or kind not in KINDS:
        raise UnreadableError("kind")
    return TerminalEventIn(
        event_id=event_id_of(event),
        run_id=run_id,
        kind=kind,
        visit_id=_number(event, "visit_id", most=MOST_ID),
        happened_at=happened_at,
        value=_maybe_number(event, "value", most=MOST_VALUE),
        pay_kind=_word(event, "pay_kind") or "cash",
        reason=_word(event, "reason") or None,
        payments=_payments_of(event, kind),
        is_checked=event.get("is_checked") is True,
    )


def _run_tap(event: Json, kind: str, *, run_id: int, happened_at: datetime) -> RunTapIn:
    return RunTapIn(
        event_id=event_id_of(event),
        run_id=run_id,
        kind=kind,
        happened_at=happened_at,
        stop_id=_maybe_number(event, "stop_id", most=MOST_ID),
        to_stop_id=_maybe_number(event, "to_stop_id", most=MOST_ID),
        way=_word(event, "way"),
        category=_word(event, "category"),
        persons=_persons(event) if "persons" in event else 0,
        zone=_word(event, "zone"),
        value=_maybe_number(event, "value", most=MOST_VALUE, least=-MOST_VALUE),
        reason=_word(event, "reason") or None,
        text=_word(event, "text"),
        payments=_payments(event),
    )


def _payments_of(event: Json, kind: str) -> tuple[Payment, ...]:
    """Return how a party paid; only a fare says so: with any other tap it would be lost, so it is not taken."""
    payments = _payments(event)
    if payments and kind != FARE:
        raise UnreadableError("payments")
    return payments


def _payments(event: Json) -> tuple[Payment, ...]:
    """Return how each person paid; nothing when the tap does not say."""
    given = event.get("payments", [])
    if not isinstance(given, list) or len(given) > MOST_PAYMENTS or any(not isinstance(each, dict) for each in given):
        raise UnreadableError("payments")
    return tuple(_payment(each) for each in given)


def _payment(values: Json) -> Payment:
    serials = values.get("serials", [])
    if not isinstance(serials, list) or len(serials) > MOST_PAYMENTS:
        raise UnreadableError("serials")
    return Payment(
        category=_word(values, "category"),
        persons=_persons(values),
        pay_kind=_word(values, "pay_kind"),
        ticket_zone=_word(values, "ticket_zone"),
        ticket_class=_word(values, "ticket_class"),
        is_checked=values.get("is_checked") is True,
        serials=tuple(_number({"serial": each}, "serial", most=MOST_SERIAL) for each in serials),
    )


def _persons(values: Json) -> int:
    return _number(values, "persons", most=MOST_PERSONS, least=-MOST_PERSONS)


def _word(values: Json, name: str) -> str:
    """Return a word of a tap; nothing where there is none."""
    value = values.get(name) or ""
    if not isinstance(value, str) or not _is_storable(value):
        raise UnreadableError(name)
    return value


def _is_storable(value: str) -> bool:
    """Half a sign (JSON may write one as an escape) and a zero byte have no place in the database."""
    return "\0" not in value and not any("\ud800" <= sign <= "\udfff" for sign in value)


def fix_of(body: object, *, now: datetime) -> Fix:
    """Return a position; ``age_s`` says how old it is."""
    if not isinstance(body, dict):
        raise UnreadableError("body")
    lat, lon = _decimal(body, "lat"), _decimal(body, "lon")
    age_s = _decimal(body, "age_s") if "age_s" in body else 0.0
    if abs(lat) > MOST_LAT or abs(lon) > MOST_LON or age_s < 0:
        raise UnreadableError("lat")
    return Fix(lat, lon, now - min(timedelta(seconds=age_s), OLDEST))


def message_of(body: object) -> tuple[str, str]:
    """Return a message's own id and its text."""
    if not isinstance(body, dict) or not isinstance(body.get("text"), str) or not _is_storable(body["text"]):
        raise UnreadableError("text")
    message_id = body.get("message_id")
    if not isinstance(message_id, str) or not _EVENT_ID.fullmatch(message_id):
        raise UnreadableError("message_id")
    return message_id, str(body["text"])


def number_of(body: object, name: str) -> int:
    """Return a whole number of a body."""
    if not isinstance(body, dict):
        raise UnreadableError("body")
    return _number(body, name, most=MOST_ID)


def _maybe_number(values: Json, name: str, *, most: int, least: int = 0) -> int | None:
    return None if values.get(name) is None else _number(values, name, most=most, least=least)


def _number(values: Json, name: str, *, most: int, least: int = 0) -> int:
    value = values.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise UnreadableError(name)
    return value


def _decimal(values: Json, name: str) -> float:
    value = values.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or not -MOST_DECIMAL <= value <= MOST_DECIMAL:
        raise UnreadableError(name)  # NaN is not between the two either
    return float(value)


def _moment(values: Json, name: str) -> datetime:
    value = values.get(name)
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError as error:
        raise UnreadableError(name) from error
    if at is None or at.tzinfo is None:
        raise UnreadableError(name)
    return at

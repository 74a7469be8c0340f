"""What a tapped button says: tap data ↔ typed values. Short, versioned, with our own prefix (300 units at most)."""

from dataclasses import dataclass
from datetime import date

from backend.domain import times
from backend.domain.offers import Promise, Wish, WishKind
from backend.domain.party import FareCategory, Party

PREFIX = "nr1"
LONGEST = 300
LONGEST_PART = 220
KINDS = {"d": WishKind.DEPART, "a": WishKind.ARRIVE}
LETTERS = {kind: letter for letter, kind in KINDS.items()}
WHEELCHAIRS = "w"
CATEGORIES = frozenset({*FareCategory, WHEELCHAIRS})
FIRST_YEAR = 2000
LAST_SECOND = 2 * times.DAY_S
MOST_PERSONS = 99
CHOICE_PARTS = 9


@dataclass(frozen=True, slots=True)
class Tap:
    """One tap: what to do, which draft the button belongs to (empty: none), and on what."""

    verb: str
    token: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A ride as a button carries it: the whole wish and the promise that was shown (design.md 1.11)."""

    day: date
    kind: WishKind
    time_s: int
    pickup_stop_id: int
    dropoff_stop_id: int
    party: Party
    promise: Promise

    def wish(self, transport_service_id: int) -> Wish:
        """Return the wish of this choice at a transport service."""
        return Wish(
            transport_service_id,
            self.day,
            self.kind,
            self.time_s,
            self.pickup_stop_id,
            self.dropoff_stop_id,
            self.party,
        )


def choice_of(wish: Wish, promise: Promise) -> Choice:
    """Return the choice that offers ``promise`` for ``wish``."""
    return Choice(wish.day, wish.kind, wish.time_s, wish.pickup_stop_id, wish.dropoff_stop_id, wish.party, promise)


def encode(tap: Tap) -> str:
    """Return the data of a button."""
    return f"{PREFIX}:{tap.verb}:{tap.token}:{tap.value}"


def parse(data: str) -> Tap | None:
    """Return what a button says, or None when it is none of ours (or not any more).

    >>> parse("nr1:from:k3:17")
    Tap(verb='from', token='k3', value='17')
    >>> parse("other=1") is None
    True
    """
    prefix, *parts = data.split(":", 3)
    is_ours = prefix == PREFIX and len(parts) == 3  # noqa: PLR2004 -- verb, token, value
    if not is_ours or len(data) > LONGEST or not data.isprintable():
        return None
    return Tap(*parts)


def encode_party(party: Party) -> str:
    """Return a party as a button carries it.

    >>> encode_party(Party.of({"adult": 2, "child": 1}, wheelchairs=1))
    'adult2_child1_w1'
    """
    parts = [f"{member.category}{member.persons}" for member in party.members]
    return "_".join([*parts, *([f"{WHEELCHAIRS}{party.wheelchairs}"] if party.wheelchairs else [])])


def parse_party(text: str) -> Party | None:
    """Return the party that a button carries, or None when it is none.

    >>> parse_party("adult2_w1")
    Party(members=(PartyMember(category='adult', persons=2),), wheelchairs=1)
    """
    counts: dict[str, int] = {}
    for part in text.split("_"):
        category = part.rstrip("0123456789")
        persons = parse_number(part[len(category) :])
        if category not in CATEGORIES or persons is None or persons > MOST_PERSONS:
            return None
        counts[category] = persons
    wheelchairs = counts.pop(WHEELCHAIRS, 0)
    party = Party.of(counts, wheelchairs=wheelchairs)
    return party if party.persons and wheelchairs <= party.persons else None


def encode_choice(choice: Choice) -> str:
    """Return a choice as a button carries it."""
    promise = choice.promise
    numbers = (choice.time_s, choice.pickup_stop_id, choice.dropoff_stop_id)
    windows = (promise.pickup_earliest_s, promise.pickup_latest_s, promise.arrive_latest_s)
    return ".".join(
        [
            choice.day.isoformat(),
            LETTERS[choice.kind],
            *(str(number) for number in (*numbers, *windows)),
            encode_party(choice.party),
        ]
    )


def parse_choice(text: str) -> Choice | None:
    """Return the choice that a button carries, or None when it is none."""
    parts = text.split(".")
    if len(parts) != CHOICE_PARTS or len(text) > LONGEST_PART:
        return None
    day, kind, party = parse_day(parts[0]), KINDS.get(parts[1]), parse_party(parts[8])
    numbers = [number for part in parts[2:8] if (number := parse_number(part)) is not None]
    if day is None or kind is None or party is None or len(numbers) != CHOICE_PARTS - 3:
        return None
    time_s, pickup, dropoff, *windows = numbers
    if max(time_s, *windows) > LAST_SECOND:
        return None
    return Choice(day, kind, time_s, pickup, dropoff, party, Promise(*windows))


def encode_time(kind: WishKind, time_s: int) -> str:
    """Return a wished time as a button carries it."""
    return f"{LETTERS[kind]}{time_s}"


def parse_time(text: str) -> tuple[WishKind, int] | None:
    """Return the wished time that a button carries, or None when it is none."""
    kind, second = KINDS.get(text[:1]), parse_number(text[1:])
    if kind is None or second is None or second >= times.DAY_S:
        return None
    return kind, second


def parse_day(text: str) -> date | None:
    """Return the day that ``text`` names (ISO), or None; days long before any ride are none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year >= FIRST_YEAR else None


def parse_number(text: str) -> int | None:
    """Return the whole number that ``text`` is, or None; numbers no row can have are none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None  # noqa: PLR2004 -- fits a column

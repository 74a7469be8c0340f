"""予約: where from, where to, which day, what time; then the ride in full, and yes (D-13, D-26, D-30, D-34, D-49).

The question asked is the first thing missing, so that going back and changing cost nothing.
"""

from dataclasses import replace
from datetime import date

from backend.domain import times
from backend.domain.offers import WishKind
from backend.domain.party import FareCategory, Party
from bot import drafts, postback
from bot.dialogue import words
from bot.dialogue.turns import Book, Context, LastTrip, Place, Prompt, Turn, Words
from bot.drafts import BOOKING, Draft
from bot.postback import Choice, Tap

EDITABLE = ("pickup", "dropoff", "day", "time", "party")
RETURN_AFTER_S = 2 * times.HOUR_S
STEP_S = 30 * times.MINUTE_S
TRIP_PARTS = 5


def begin(context: Context) -> Turn:
    """Start a booking: who is no member is led to registration first (D-13)."""
    if not context.is_member:
        return Turn(Draft(), Prompt("consent", note="bot-members-only"))
    draft = Draft(topic=BOOKING, token=context.fresh_token)
    return Turn(draft, Prompt("trips") if context.trips else ask(draft))


def ask(draft: Draft, *, note: str = "") -> Prompt:
    """Return the prompt for the next question of a draft."""
    return Prompt(drafts.next_question(draft), note=note)


def tapped(draft: Draft, tap: Tap, context: Context) -> Turn | None:
    """Take a tap on a button of this draft, or return None when it says nothing known."""
    if tap.verb == "yes":
        choice = _known_choice(tap.value, context)
        return _book(draft, choice) if choice else None
    if tap.verb == "pick":
        choice = _known_choice(tap.value, context)
        return _goes_on(_chosen(draft, choice)) if choice else None
    if tap.verb == "again":
        trip = _known_trip(tap.value, context)
        return _goes_on(_repeated(draft, trip, context)) if trip else None
    if tap.verb in {"new", "edit", "letter", "noted"}:
        return _moved(draft, tap)
    return _answered(draft, tap, context)


def _moved(draft: Draft, tap: Tap) -> Turn | None:
    """Open a question, or another page of one."""
    if tap.verb == "new":
        return _goes_on(draft)
    if tap.verb == "noted":
        return _goes_on(replace(draft, editing=""))
    if tap.verb == "letter":
        question = drafts.next_question(draft)
        is_place = question in {"ask_pickup", "ask_dropoff"}
        return Turn(draft, Prompt("letter", letter=tap.value)) if is_place else _goes_on(draft)
    if tap.value == "":
        return _goes_on(replace(draft, editing="edit"))
    if tap.value not in EDITABLE:
        return None
    return _goes_on(replace(draft, editing=f"ask_{tap.value}", promise=None))


def _answered(draft: Draft, tap: Tap, context: Context) -> Turn | None:
    """Take the answer to one question."""
    if tap.verb in {"from", "to"}:
        stop_id = postback.parse_number(tap.value)
        known = {stop.id for stop in context.stops}
        return _with_stop(draft, stop_id, tap.verb) if stop_id in known else None
    if tap.verb == "day":
        day = postback.parse_day(tap.value)
        return _with_day(draft, day, context) if day else None
    if tap.verb == "time":
        wished = postback.parse_time(tap.value)
        return _with_time(draft, *wished) if wished else None
    if tap.verb == "party":
        party = postback.parse_party(tap.value)
        changed = replace(draft, party=party, promise=None, editing="ask_party")
        return _goes_on(changed) if party else None
    return None


def typed(draft: Draft, said: Words, context: Context) -> Turn | None:
    """Take typed words as the answer to the open question, or return None."""
    question = drafts.next_question(draft)
    if question in {"ask_pickup", "ask_dropoff"}:
        return _named_stop(draft, said.text, context, "from" if question == "ask_pickup" else "to")
    if question == "ask_day":
        day = words.day_of(said.text, today=context.today, days=context.days)
        return _with_day(draft, day, context) if day else None
    if question == "ask_time":
        second = words.time_of(said.text)
        return _with_time(draft, words.kind_of(said.text), second) if second is not None else None
    if question == "ask_party":
        persons = words.persons_of(said.text)
        return _with_persons(draft, persons, context.own) if persons else None
    return None


def placed(draft: Draft, place: Place) -> Turn | None:
    """Take a sent location as the place asked for: the nearest stops are offered."""
    question = drafts.next_question(draft)
    if question not in {"ask_pickup", "ask_dropoff"}:
        return None
    return Turn(draft, Prompt("near", place=place))


def encode_trip(trip: LastTrip, *, is_return: bool = False) -> str:
    """Return a former ride as a button carries it; the way back starts later, at the other end."""
    start, end = (trip.dropoff, trip.pickup) if is_return else (trip.pickup, trip.dropoff)
    time = postback.encode_time(trip.kind, trip.time_s)
    return f"{start}.{end}.{time}.{postback.encode_party(trip.party)}.{'r' if is_return else ''}"


def parse_trip(text: str) -> tuple[LastTrip, bool] | None:
    """Return the former ride that a button carries, and whether the way back is meant."""
    parts = text.split(".")
    if len(parts) != TRIP_PARTS:
        return None
    start, end = postback.parse_number(parts[0]), postback.parse_number(parts[1])
    wished, party = postback.parse_time(parts[2]), postback.parse_party(parts[3])
    if start is None or end is None or wished is None or party is None:
        return None
    return LastTrip(start, end, party, *wished), parts[4] == "r"


def _known_choice(text: str, context: Context) -> Choice | None:
    """Return the ride of a button between stops that are still served, or None."""
    choice = postback.parse_choice(text)
    return choice if choice and _are_served(context, choice.pickup_stop_id, choice.dropoff_stop_id) else None


def _known_trip(text: str, context: Context) -> tuple[LastTrip, bool] | None:
    """Return the former ride of a button between stops that are still served, or None."""
    repeat = parse_trip(text)
    return repeat if repeat and _are_served(context, repeat[0].pickup, repeat[0].dropoff) else None


def _are_served(context: Context, *stop_ids: int) -> bool:
    return {*stop_ids} <= {stop.id for stop in context.stops}


def _goes_on(draft: Draft, *, note: str = "") -> Turn:
    return Turn(draft, ask(draft, note=note))


def _book(draft: Draft, choice: Choice) -> Turn:
    return Turn(_chosen(draft, choice), Prompt("booked"), Book(choice, draft.token, draft.changes))


def _chosen(draft: Draft, choice: Choice) -> Draft:
    """Return the draft as the button showed it: what one sees is what one gets."""
    return replace(
        draft,
        pickup=choice.pickup_stop_id,
        dropoff=choice.dropoff_stop_id,
        day=choice.day,
        kind=choice.kind,
        time_s=choice.time_s,
        party=choice.party,
        promise=choice.promise,
        editing="",
    )


def _repeated(draft: Draft, repeat: tuple[LastTrip, bool], context: Context) -> Draft:
    trip, is_return = repeat
    start_s = _return_s(trip, context) if is_return else trip.time_s
    kind = WishKind.DEPART if is_return else trip.kind
    outward = _upcoming(trip, context) if is_return else None
    if outward and outward.upcoming:
        start_s = min(times.ceil_to(outward.arrive_s + times.HOUR_S, STEP_S), context.hours_end_s - STEP_S)
    day = (outward.upcoming if outward else None) or _first_day(start_s, context)
    return replace(
        draft, pickup=trip.pickup, dropoff=trip.dropoff, party=trip.party, kind=kind, day=day, time_s=start_s
    )


def _upcoming(trip: LastTrip, context: Context) -> LastTrip | None:
    """Return the booked ride that ``trip`` goes back from, or None."""
    return next(
        (
            other
            for other in context.trips
            if other.upcoming and (other.pickup, other.dropoff) == (trip.dropoff, trip.pickup)
        ),
        None,
    )


def _return_s(trip: LastTrip, context: Context) -> int:
    return max(context.hours_start_s, min(trip.time_s + RETURN_AFTER_S, context.hours_end_s - STEP_S))


def _first_day(start_s: int, context: Context) -> date | None:
    """Return the first day on which ``start_s`` can still be booked, or None."""
    days = (day for day in context.days if day > context.today or (context.soonest_s and start_s >= context.soonest_s))
    return next(days, None)


def _with_stop(draft: Draft, stop_id: int | None, verb: str) -> Turn:
    is_pickup = verb == "from"
    changed = replace(draft, pickup=stop_id) if is_pickup else replace(draft, dropoff=stop_id)
    changed = replace(changed, promise=None, editing="")
    if changed.pickup == changed.dropoff:
        other = replace(changed, dropoff=None)
        return _goes_on(other, note="bot-same-stop")
    return _goes_on(changed)


def _named_stop(draft: Draft, text: str, context: Context, verb: str) -> Turn | None:
    found = words.find_stops(text, context.stops)
    if len(found) == 1:
        return _with_stop(draft, found[0], verb)
    return Turn(draft, Prompt("found", stops=tuple(found))) if found else None


def _with_day(draft: Draft, day: date, context: Context) -> Turn:
    """Take a day; the picker knows neither closed days nor limits, so it is looked at again here."""
    if day not in context.days:
        return Turn(replace(draft, day=None, promise=None, editing=""), Prompt("day_refused", day=day))
    return _goes_on(replace(draft, day=day, promise=None, editing=""))


def _with_time(draft: Draft, kind: WishKind, second: int) -> Turn:
    return _goes_on(replace(draft, kind=kind, time_s=second, promise=None, editing=""))


def _with_persons(draft: Draft, persons: int, own: Party | None) -> Turn:
    """Take a bare number of persons: all ride as the first category of the party does."""
    before = draft.party or own
    category = before.members[0].category if before else FareCategory.ADULT.value
    party = Party.of({category: persons}, wheelchairs=min(before.wheelchairs if before else 0, persons))
    return _goes_on(replace(draft, party=party, promise=None))

"""予約: where from, where to, which day, what time or run; then the ride in full, and yes (D-13, D-26, D-49, T-18).

The question asked is the first thing missing, so that going back and changing cost nothing. Both services are booked
here: where there are two, the first question is which, unless the stop or the ride that was tapped says so.
"""

from dataclasses import replace
from datetime import date

from backend.domain.offers import WishKind
from backend.domain.party import FareCategory, Party
from bot import drafts, postback
from bot.dialogue import trips, words
from bot.dialogue.turns import Book, Context, MakeLink, Place, Prompt, ServiceFacts, StopName, Turn, Words
from bot.drafts import BOOKING, Draft
from bot.postback import Choice, Tap

EDITABLE = ("pickup", "dropoff", "day", "time", "party")
STOP_QUESTIONS = {"ask_pickup": "from", "ask_dropoff": "to"}
# A stop named instead of a service says which service, too.
NAMES_A_STOP = STOP_QUESTIONS | {"ask_service": "from"}


def begin(context: Context) -> Turn:
    """Start a booking: with the last rides, or the first question.

    Who is no member is led to registration where nothing can be booked without (D-13).
    """
    draft = Draft(topic=BOOKING, token=context.fresh_token)
    if len(context.services) > 1:
        return Turn(draft, ask(draft))
    return _begin_with(draft, context.services[0], context, has_trips=bool(context.trips))


def _begin_with(draft: Draft, service: ServiceFacts, context: Context, *, has_trips: bool) -> Turn:
    """Start with one service: on a line the likely rides come first (T-59), elsewhere the last ones if there are."""
    if not context.may_book(service):
        return Turn(Draft(), Prompt("consent", note="bot-members-only"))
    chosen = replace(draft, service=service.id)
    if has_trips or (service.has_timetable and chosen.pickup is None):
        return Turn(chosen, Prompt("trips"))
    return Turn(chosen, ask(chosen))


def ask(draft: Draft, *, note: str = "") -> Prompt:
    """Return the prompt for the next question of a draft."""
    return Prompt(drafts.next_question(draft), note=note)


def resumed(draft: Draft, context: Context) -> Turn:
    """Go on after name and phone were given: book the ride that waits, else ask what was being asked (Q-58)."""
    service = context.service(draft.service)
    if draft.topic != BOOKING or service is None:
        return Turn(Draft(), Prompt("menu", note="bot-known-now"))
    chosen = drafts.choice_of(draft)
    if chosen is None or drafts.next_question(draft) != "offers":
        return Turn(draft, ask(draft, note="bot-known-now"))
    return _book(draft, chosen, context)


def tapped(draft: Draft, tap: Tap, context: Context) -> Turn | None:
    """Take a tap on a button of this draft, or return None when it says nothing known."""
    if tap.verb == "yes":
        choice = _known_choice(draft, tap.value, context)
        return _book(draft, choice, context) if choice else None
    if tap.verb == "pick":
        choice = _known_choice(draft, tap.value, context)
        return _goes_on(_chosen(draft, choice)) if choice else None
    if tap.verb == "again":
        trip = trips.known(tap.value, context)
        return _goes_on(trips.repeated(draft, trip, context)) if trip else None
    if tap.verb in {"new", "edit", "letter", "noted"}:
        return _moved(draft, tap, context)
    return _answered(draft, tap, context)


def _moved(draft: Draft, tap: Tap, context: Context) -> Turn | None:
    """Open a question, or another page of one."""
    if tap.verb == "new":
        return _goes_on(draft)
    if tap.verb == "noted":
        return _goes_on(replace(draft, editing=""))
    if tap.verb == "letter":
        return _letter(draft, tap.value, context)
    if tap.value == "":
        return _goes_on(replace(draft, editing="edit"))
    if tap.value not in EDITABLE:
        return None
    return _goes_on(replace(draft, editing=f"ask_{tap.value}", promise=None))


def _letter(draft: Draft, letter: str, context: Context) -> Turn:
    """Show the stops of a letter. Letters stand beside the choice of a service too: they are the area's."""
    if draft.service is None:
        area = next((each for each in context.services if not each.has_timetable), None)
        if area is None or not context.may_book(area):
            return _goes_on(draft)
        draft = replace(draft, service=area.id)
    is_place = drafts.next_question(draft) in STOP_QUESTIONS
    return Turn(draft, Prompt("letter", letter=letter)) if is_place else _goes_on(draft)


def _answered(draft: Draft, tap: Tap, context: Context) -> Turn | None:
    """Take the answer to one question."""
    if tap.verb == "service":
        service = context.service(postback.parse_number(tap.value))
        return _begin_with(draft, service, context, has_trips=False) if service else None
    if tap.verb in STOP_QUESTIONS.values():
        return _with_stop(draft, postback.parse_number(tap.value), tap.verb, context)
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
    question, service = drafts.next_question(draft), context.service(draft.service)
    if question in NAMES_A_STOP:
        return _named_stop(draft, said.text, service.stops if service else context.stops, context)
    if question == "ask_day" and service:
        day = words.day_of(said.text, today=context.today, days=service.days)
        return _with_day(draft, day, context) if day else None
    if question == "ask_time" and service:
        second = words.time_of(said.text)
        if second is None:
            return None
        # Runs are chosen from the list: a time of one's own names none.
        return _goes_on(draft) if service.has_timetable else _with_time(draft, words.kind_of(said.text), second)
    if question == "ask_party":
        persons = words.persons_of(said.text)
        return _with_persons(draft, persons, context.own) if persons else None
    return None


def placed(draft: Draft, place: Place) -> Turn | None:
    """Take a sent location as the place asked for: the nearest stops are offered."""
    if drafts.next_question(draft) not in NAMES_A_STOP:
        return None
    return Turn(draft, Prompt("near", place=place))


def _known_choice(draft: Draft, text: str, context: Context) -> Choice | None:
    """Return the ride of a button between stops that are still served, or None."""
    choice, service = postback.parse_choice(text), context.service(draft.service)
    is_served = choice and service and service.serves(choice.pickup_stop_id, choice.dropoff_stop_id)
    return choice if is_served else None


def _goes_on(draft: Draft, *, note: str = "") -> Turn:
    return Turn(draft, ask(draft, note=note))


def _book(draft: Draft, choice: Choice, context: Context) -> Turn:
    """Book; who is not known yet gives name and phone on a page of ours first, and the draft waits (T-18, Q-58)."""
    chosen, service = _chosen(draft, choice), context.service(draft.service)
    if service and not context.may_book(service):
        return Turn(Draft(), Prompt("consent", note="bot-members-only"))
    if not context.is_known:
        return Turn(chosen, Prompt("guest_link"), MakeLink("guest"))
    return Turn(chosen, Prompt("booked"), Book(choice, draft.token, draft.changes))


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


def _with_stop(draft: Draft, stop_id: int | None, verb: str, context: Context) -> Turn | None:
    """Take a stop; where no service was chosen yet, the one that serves it is."""
    serving = [each for each in context.services if stop_id is not None and each.serves(stop_id)]
    service = context.service(draft.service) or (serving[0] if len(serving) == 1 else None)
    if stop_id is None or (service and service not in serving) or not serving:
        return None
    if service and not context.may_book(service):
        return Turn(Draft(), Prompt("consent", note="bot-members-only"))
    changed = replace(draft, pickup=stop_id) if verb == "from" else replace(draft, dropoff=stop_id)
    changed = replace(changed, service=service.id if service else None, promise=None, editing="")
    if changed.pickup == changed.dropoff:
        return _goes_on(replace(changed, dropoff=None), note="bot-same-stop")
    return _against_pairs(draft, changed, service) or _goes_on(changed)


def _against_pairs(draft: Draft, changed: Draft, service: ServiceFacts | None) -> Turn | None:
    """Return the turn that says why the two stops do not go together on a line, or None when they do (T-08 to T-11).

    The stop asked for is asked for again; who exchanges the first of two is asked for the second.
    """
    if service is None or service.pairs is None or changed.pickup is None or changed.dropoff is None:
        return None
    pair = changed.pickup, changed.dropoff
    if pair in service.pairs:
        return None if draft.time_s is None else _goes_on(replace(changed, time_s=None))
    was_second = draft.dropoff is not None and draft.pickup is None
    kept = replace(changed, pickup=None) if was_second else replace(changed, dropoff=None)
    return Turn(kept, Prompt("pair_refused", stops=pair))


def _named_stop(draft: Draft, text: str, stops: tuple[StopName, ...], context: Context) -> Turn | None:
    found = words.find_stops(text, stops)
    if len(found) == 1:
        return _with_stop(draft, found[0], NAMES_A_STOP[drafts.next_question(draft)], context)
    return Turn(draft, Prompt("found", stops=tuple(found))) if found else None


def _with_day(draft: Draft, day: date, context: Context) -> Turn | None:
    """Take a day; the picker knows neither closed days nor limits, so it is looked at again here.

    On a line the run is chosen anew: not every run of one day is there on another, or has places.
    """
    service = context.service(draft.service)
    if service is None:
        return None
    if day not in service.days:
        return Turn(replace(draft, day=None, promise=None, editing=""), Prompt("day_refused", day=day))
    time_s = None if service.has_timetable else draft.time_s
    return _goes_on(replace(draft, day=day, time_s=time_s, promise=None, editing=""))


def _with_time(draft: Draft, kind: WishKind, second: int) -> Turn:
    return _goes_on(replace(draft, kind=kind, time_s=second, promise=None, editing=""))


def _with_persons(draft: Draft, persons: int, own: Party | None) -> Turn:
    """Take a bare number of persons: all ride as the first category of the party does."""
    before = draft.party or own
    category = before.members[0].category if before else FareCategory.ADULT.value
    party = Party.of({category: persons}, wheelchairs=min(before.wheelchairs if before else 0, persons))
    return _goes_on(replace(draft, party=party, promise=None))

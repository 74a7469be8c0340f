"""The questions of a booking, the rides that can be had, and the ride in full before the yes (D-30, D-34, D-48)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from backend import wording
from backend.domain import times
from backend.domain.offers import Offer, WishKind
from backend.domain.party import Party
from backend.domain.refusals import Refusal
from bot import postback
from bot.postback import Tap
from bot.screens.parts import GREEN, GREY, Look, Piece, button, choice, fact, grid, line, row, screen, tap
from bot.screens.rides import ride_facts

TIME_COLUMNS = 4
NAMED_DAYS = 2
PARTY_TOO_BIG = "party_too_big"


@dataclass(frozen=True, slots=True)
class TripLine:
    """A former ride on a button: its words, and what the button carries."""

    service_id: int
    pickup: str
    dropoff: str
    again: str
    back: str


def trips(look: Look, shown: Sequence[TripLine], likely: Sequence[tuple[int, str]] = ()) -> Piece:
    """Offer the last rides again, and the way back, before anything is asked; on a line then the likely ends (T-59)."""
    goals = [
        button(tap(look.say("bot-go-to", stop=name), Tap("to", look.token, str(stop_id))), style="primary")
        for stop_id, name in likely
    ]
    other = button(tap(look.say("bot-other-ride"), Tap("new", look.token)), style="secondary" if goals else "primary")
    return screen(look, look.say("bot-which-ride"), [*former(look, shown), *goals, other])


def former(look: Look, shown: Sequence[TripLine]) -> list[Piece]:
    """Return the last rides and the ways back as large buttons; no way between two stops stands there twice."""
    rides: list[Piece] = []
    known = {(trip.service_id, trip.pickup, trip.dropoff) for trip in shown}
    for trip in shown:
        same = look.say("bot-trip", pickup=trip.pickup, dropoff=trip.dropoff)
        back = look.say("bot-trip", pickup=trip.dropoff, dropoff=trip.pickup)
        rides.append(choice([look.say("bot-same-again"), same], tap(same, Tap("again", look.token, trip.again))))
        if (trip.service_id, trip.dropoff, trip.pickup) not in known:
            rides.append(choice([look.say("bot-way-back"), back], tap(back, Tap("again", look.token, trip.back))))
    return rides


def ask_day(look: Look, *, left: int, today: date, days: Sequence[date]) -> Piece:
    """Ask for the day: the next two that can be booked as buttons, any other by the calendar."""
    named = list(days[:NAMED_DAYS])
    buttons = [
        button(tap(_day_label(look, day, today), Tap("day", look.token, day.isoformat())), style="primary")
        for day in named
    ]
    body = [line(look.say("bot-questions-left", count=left), size="md", color=GREY), *buttons]
    later = [day for day in days if day not in named]
    if len(later) > 1:
        body.append(button(_picker(look, later)))
    elif later:
        body.append(
            button(tap(wording.day_text(later[0], look.language), Tap("day", look.token, later[0].isoformat())))
        )
    if not days:
        body.append(line(look.say("bot-no-days")))
    return screen(look, look.say("bot-ask-day"), body)


def ask_time(look: Look, *, left: int, day: date, starts: Sequence[int], ends: Sequence[int]) -> Piece:
    """Ask for the time: when to leave, or by when to arrive (D-26)."""
    body = [
        line(look.say("bot-questions-left", count=left), size="md", color=GREY),
        line(look.say("bot-leave-at"), weight="bold", color=GREEN),
        *grid([_time(look, WishKind.DEPART, second) for second in starts], columns=TIME_COLUMNS),
        line(look.say("bot-arrive-by"), weight="bold", color=GREEN, margin="lg"),
        *grid([_time(look, WishKind.ARRIVE, second) for second in ends], columns=TIME_COLUMNS),
    ]
    return screen(look, look.say("bot-ask-time", day=wording.day_text(day, look.language)), body)


def ask_party(
    look: Look, party: Party, *, fares: Mapping[str, int], max_party: int, has_wheelchairs: bool = True
) -> Piece:
    """Ask who rides: one more or one less of each fare category. Each button carries the whole party it makes.

    More than ride at once are told to split or to call (Q-35).
    """
    body: list[Piece] = [line(wording.party_text(party, look.language), weight="bold", color=GREEN)]
    for category in fares:
        more = _with(party, category, 1) if party.persons < max_party else party
        less = _with(party, category, -1)
        body.append(_counter(look, wording.category_text(category, look.language), less, more))
    if has_wheelchairs:
        body.append(_wheelchairs(look, party))
    if party.persons >= max_party:
        body.append(line(look.say("bot-party-most", most=max_party), size="md"))
    body.append(button(tap(look.say("bot-party-done"), Tap("noted", look.token)), style="primary"))
    alt = f"{look.say('bot-ask-party')}\n{wording.party_text(party, look.language)}"
    return screen(look, look.say("bot-ask-party"), body, alt=alt)


def offers(
    look: Look, found: Sequence[Offer], names: Mapping[int, str], *, is_change: bool, vehicle: str = ""
) -> Piece:
    """Show the ride in full, to be booked with one tap; under it other times, and a way to mend it.

    ``vehicle`` says how to know it, where the run tells (T-54).
    """
    first, *others = found
    yes = look.say("bot-yes-change" if is_change else "bot-yes-book")
    body = [
        *_facts(look, first, names, vehicle),
        button(tap(yes, Tap("yes", look.token, _carried(first))), style="primary"),
        button(tap(look.say("bot-change-party"), Tap("edit", look.token, "party"))),
        button(tap(look.say("bot-mend"), Tap("edit", look.token))),
    ]
    if others:
        body.append(line(look.say("bot-other-times"), margin="lg"))
        body.extend(_other(look, offer, names) for offer in others)
    title = look.say("bot-confirm-title")
    return screen(look, title, body, alt=f"{title}\n{spoken(look, first, names)}")


def refused(look: Look, refusal: Refusal, names: Mapping[int, str]) -> Piece:
    """Say politely why not, and what can be booked instead: each way out leads to the yes (D-48)."""
    reason = wording.refusal_text(refusal, look.language)
    body: list[Piece] = [line(reason)]
    if refusal.alternatives:
        body.append(line(look.say("bot-instead"), weight="bold"))
        body.extend(_other(look, offer, names) for offer in refusal.alternatives)
    if refusal.code.startswith(PARTY_TOO_BIG):
        body.append(button(tap(look.say("bot-change-party"), Tap("edit", look.token, "party")), style="primary"))
    body.append(button(tap(look.say("bot-mend"), Tap("edit", look.token))))
    ways = [spoken(look, offer, names) for offer in refusal.alternatives]
    return screen(look, look.say("bot-refused-title"), body, alt="\n".join([reason, *ways]))


def edit(look: Look, *, is_change: bool, has_runs: bool = False) -> Piece:
    """Ask what is to be mended."""
    title = look.say("bot-ask-change" if is_change else "bot-ask-mend")
    keys = {key: f"bot-edit-{key}" for key in ("time", "day", "party", "pickup", "dropoff")}
    if has_runs:
        keys["time"] = "bot-edit-run"
    return screen(
        look, title, [button(tap(look.say(words), Tap("edit", look.token, key))) for key, words in keys.items()]
    )


def spoken(look: Look, offer: Offer, names: Mapping[int, str]) -> str:
    """Return a ride in one line, for those who hear it."""
    return look.say(
        "bot-offer-alt",
        day=wording.day_text(offer.wish.day, look.language),
        pickup=names[offer.wish.pickup_stop_id],
        dropoff=names[offer.wish.dropoff_stop_id],
        ride=wording.offer_text(offer, look.language),
    )


def _facts(look: Look, offer: Offer, names: Mapping[int, str], vehicle: str) -> list[Piece]:
    wish, language = offer.wish, look.language
    facts = [
        fact(look.say("bot-fact-day"), wording.day_text(wish.day, language)),
        *ride_facts(look, offer.promise, offer.departure, names[wish.pickup_stop_id], names[wish.dropoff_stop_id]),
        fact(look.say("bot-fact-party"), wording.party_text(wish.party, language)),
        fact(look.say("bot-fact-fare"), wording.yen_text(offer.fare_yen, language)),
    ]
    if vehicle:
        facts.append(fact(look.say("bot-fact-vehicle"), vehicle))
    return facts + ([line(look.say("bot-no-ic"), size="md")] if offer.departure else [])


def _other(look: Look, offer: Offer, names: Mapping[int, str]) -> Piece:
    window = wording.pickup_text(offer.promise, offer.departure, look.language)
    day = wording.day_text(offer.wish.day, look.language)
    trip = look.say("bot-trip", pickup=names[offer.wish.pickup_stop_id], dropoff=names[offer.wish.dropoff_stop_id])
    arrival = wording.arrival_text(offer.promise, offer.departure, look.language)
    label = look.say("bot-offer-label", day=day, window=window)
    more = look.say("bot-offer-more", arrival=arrival, fare=wording.yen_text(offer.fare_yen, look.language))
    run = [wording.run_text(offer.departure, look.language)] if offer.departure else []
    return choice([label, *run, trip, more], tap(label, Tap("pick", look.token, _carried(offer))))


def _carried(offer: Offer) -> str:
    return postback.encode_choice(postback.choice_of(offer.wish, offer.promise))


def _time(look: Look, kind: WishKind, second: int) -> Piece:
    key = "bot-leaving" if kind is WishKind.DEPART else "bot-arriving"
    said = look.say(key, clock=wording.clock_text(second, look.language))
    what = Tap("time", look.token, postback.encode_time(kind, second))
    return button(tap(times.clock(second), what) | {"displayText": said})


def _day_label(look: Look, day: date, today: date) -> str:
    words = wording.day_text(day, look.language)
    key = {0: "bot-today", 1: "bot-tomorrow"}.get((day - today).days)
    return look.say(key, day=words) if key else words


def _picker(look: Look, later: Sequence[date]) -> Piece:
    """Return the calendar. It knows first and last day only, so the answer is looked at again."""
    return {
        "type": "datetimepicker",
        "label": look.say("bot-other-day"),
        "data": postback.encode(Tap("day", look.token)),
        "mode": "date",
        "initial": later[0].isoformat(),
        "min": later[0].isoformat(),
        "max": later[-1].isoformat(),
    }


def _counter(look: Look, name: str, less: Party, more: Party) -> Piece:
    pieces: list[Piece] = [line(name) | {"flex": 2, "gravity": "center"}]
    for key, party in (("bot-less", less), ("bot-more", more)):
        said = look.say(f"{key}-said", what=name)
        action = tap(look.say(key), Tap("party", look.token, postback.encode_party(party)))
        pieces.append(button(action | {"displayText": said}) | {"flex": 1})
    return row(pieces)


def _wheelchairs(look: Look, party: Party) -> Piece:
    fewer = Party(party.members, max(0, party.wheelchairs - 1))
    most = Party(party.members, min(party.persons, party.wheelchairs + 1))
    return _counter(look, look.say("bot-wheelchairs"), fewer, most)


def _with(party: Party, category: str, change: int) -> Party:
    """Return the party with one more or one less of a category; the last person stays."""
    counts = {member.category: member.persons for member in party.members}
    counts[category] = max(0, counts.get(category, 0) + change)
    if not any(counts.values()):
        return party
    return Party.of(counts, wheelchairs=min(party.wheelchairs, sum(counts.values())))

"""Facts for the screens about a line's runs on a day (T-12, T-15, T-20, T-54)."""

from datetime import date

from backend import wording
from backend.db.queries import line_rides, money
from backend.domain.offers import TimetableRide
from backend.domain.refusals import Refusal
from backend.services import departures, follows
from backend.services.departures import Departure
from bot import drafts
from bot.answers.asker import CHANNEL, Asker, look_of
from bot.dialogue.turns import Prompt
from bot.screens import booking as booking_screens
from bot.screens import runs as run_screens
from bot.screens.parts import Look, Piece
from bot.screens.runs import RunLine

GONE = "gone"


def ask_run(asker: Asker, prompt: Prompt, day: date) -> list[Piece]:
    """Show the runs of a day between the two stops, with what can be had of each."""
    look, left = look_of(asker, prompt), drafts.questions_left(asker.draft) or 1
    found = _departures(asker, day)
    if isinstance(found, Refusal):
        return [booking_screens.refused(look, found, asker.names())]
    shown = [RunLine(_ride(each), each.fare_yen, each.state, each.places_left) for each in found if each.state != GONE]
    return [run_screens.choose_run(look, shown, day=day, left=left)]


def walk_on(asker: Asker, look: Look) -> list[Piece]:
    """Say of the chosen run that it needs no booking, with its time and fare (T-15)."""
    draft, names = asker.draft, asker.names()
    assert draft.day is not None
    assert draft.pickup is not None
    assert draft.dropoff is not None
    found = _departures(asker, draft.day)
    chosen = [] if isinstance(found, Refusal) else [each for each in found if each.pickup_s == draft.time_s]
    if not chosen:
        return ask_run(asker, Prompt("ask_time"), draft.day)
    ride = _ride(chosen[0])
    codes = {code for _service, code in follows.list_followed(asker.session, asker.account.id)}
    screen = run_screens.walk_on(
        look,
        ride,
        day=draft.day,
        places=(names[draft.pickup], names[draft.dropoff]),
        fare=run_screens.fare_line(look, fares_of(asker, draft.day)),
        vehicle=vehicle_of(asker, ride, draft.day),
        is_followed=ride.entry_code in codes,
    )
    return [screen]


def fares_of(asker: Asker, day: date) -> dict[str, int]:
    """Return what one person of each category pays for the draft's ride on ``day`` (T-26)."""
    draft = asker.draft
    if not asker.is_on_line or draft.pickup is None or draft.dropoff is None:
        return money.fares_on(asker.session, asker.service.id, day)
    return money.fares_between(asker.session, asker.service.id, day, draft.pickup, draft.dropoff)


def vehicle_of(asker: Asker, ride: TimetableRide | None, day: date) -> str:
    """Return how riders know the vehicle of a run (T-54); empty in the area service, which decides later."""
    entry = next((each for each in asker.entries(day) if ride and each.code == ride.entry_code), None)
    if entry is None:
        return ""
    look = line_rides.vehicle_look(asker.session, entry.vehicle_id)
    return wording.vehicle_text(look, asker.service.vehicle_sign, asker.account.language)


def _departures(asker: Asker, day: date) -> tuple[Departure, ...] | Refusal:
    draft = asker.draft
    assert draft.pickup is not None
    assert draft.dropoff is not None
    return departures.list_departures(
        asker.session,
        asker.service.id,
        day,
        pickup_stop_id=draft.pickup,
        dropoff_stop_id=draft.dropoff,
        party=draft.party or asker.own_party(day),
        channel=CHANNEL,
        rider_id=asker.account.rider_id,
        now=asker.now,
    )


def _ride(each: Departure) -> TimetableRide:
    return TimetableRide(
        each.entry_code,
        each.direction,
        each.number,
        each.kind,
        each.pickup_s,
        each.pickup_is_about,
        each.dropoff_s,
        each.dropoff_is_about,
    )

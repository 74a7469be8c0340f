"""Facts for the screens about stops."""

from collections import Counter
from dataclasses import replace

from backend import wording
from backend.db.queries import network, riders
from backend.db.queries.network import StopView
from backend.services import travel
from bot import drafts
from bot.answers.asker import Asker, look_of
from bot.dialogue.booking import NAMES_A_STOP
from bot.dialogue.turns import Prompt
from bot.drafts import BOOKING
from bot.screens import stops as stop_screens
from bot.screens.parts import Piece

FAVOURITES_SHOWN = 4
NEAR_SHOWN = 3
FAR_AWAY_M = 5_000


def _ask_stop(asker: Asker, prompt: Prompt) -> list[Piece]:
    look, is_pickup = look_of(asker, prompt), prompt.name == "ask_pickup"
    left = drafts.questions_left(asker.draft) or 1
    if asker.is_on_line:
        shown = _of_line(asker, is_pickup=is_pickup)
        likely = [stop for stop in likely_stops(asker) if stop in shown]
        return [stop_screens.ask_line_stop(look, shown, likely=likely, is_pickup=is_pickup, left=left)]
    screen = stop_screens.ask_stop(
        look,
        is_pickup=is_pickup,
        left=left,
        favourites=[stop for stop in favourites_of(asker) if stop.id != asker.draft.pickup],
        stops=asker.stops,
    )
    return [screen]


def favourites_of(asker: Asker) -> list[StopView]:
    """Return the stops a person keeps at hand, of the service that is talked about."""
    rider_id = asker.account.rider_id
    near_hand = riders.list_favourites(asker.session, rider_id) if rider_id else []
    served = {stop.id for stop in asker.stops}
    return [stop for stop in near_hand if stop.id in served][:FAVOURITES_SHOWN]


def likely_stops(asker: Asker) -> list[StopView]:
    """Return the stops of the line that most rides end at, the likeliest first, as the town has set them (T-59)."""
    if asker.line is None:
        return []
    by_code = {stop.code: stop for stop in asker.stops_of(asker.line)}
    return [by_code[code] for code in asker.line.likely_stops if code in by_code]


def _of_line(asker: Asker, *, is_pickup: bool) -> list[StopView]:
    """Return the stops of the line that go with the other one, if it is known (T-11)."""
    pairs, draft = asker.pairs(), asker.draft
    if is_pickup:
        open_ids = {start for start, end in pairs if draft.dropoff in {None, end} or draft.editing}
    else:
        open_ids = {end for start, end in pairs if draft.pickup in {None, start}}
    return [stop for stop in asker.stops if stop.id in open_ids]


def _pair_refused(asker: Asker, prompt: Prompt) -> list[Piece]:
    """Say by which rule no run takes anybody between two stops, and ask again (T-08 to T-11)."""
    look = look_of(asker, prompt)
    refusal = asker.why_not_sold(*prompt.stops)
    told = wording.refusal_text(refusal, look.language) if refusal else ""
    is_pickup = drafts.next_question(asker.draft) == "ask_pickup"
    shown = _of_line(asker, is_pickup=is_pickup)
    noted = replace(look, note=told)
    return [stop_screens.ask_line_stop(noted, shown, likely=[], is_pickup=is_pickup, left=1)]


def _verb(asker: Asker) -> str:
    """Return what a tapped stop is for: the open question of a booking, or guidance."""
    question = drafts.next_question(asker.draft) if asker.draft.topic == BOOKING else ""
    return NAMES_A_STOP.get(question, "stop")


def _offered(asker: Asker, verb: str) -> list[StopView]:
    """Return the stops to choose from: the draft's service, or all of them while none was chosen."""
    is_open = verb == "stop" or asker.draft.service is None
    return asker.all_stops() if is_open else asker.stops


def _listed_stops(asker: Asker, prompt: Prompt) -> list[Piece]:
    look, verb = look_of(asker, prompt), _verb(asker)
    stops = _offered(asker, verb)
    found = {stop.id: stop for stop in stops}
    shown = [found[stop_id] for stop_id in prompt.stops if stop_id in found]
    shown = shown or stop_screens.of_letter(stops, prompt.letter) or stops
    titles = {"from": "bot-ask-pickup", "to": "bot-ask-dropoff", "stop": "bot-which-stop"}
    return [stop_screens.choose_stop(look, _named_apart(asker, shown), verb=verb, title=look.say(titles[verb]))]


def _named_apart(asker: Asker, shown: list[StopView]) -> list[StopView]:
    """Return the stops with the name of their service behind, where two of different services are called the same."""
    names = Counter(stop.name for stop in shown)
    of = {stop.id: service.name for service in asker.services for stop in asker.stops_of(service)}
    look = look_of(asker, Prompt(""))
    return [
        replace(stop, name=look.say("bot-stop-of", stop=stop.name, service=of[stop.id]))
        if names[stop.name] > 1
        else stop
        for stop in shown
    ]


def _near(asker: Asker, prompt: Prompt) -> list[Piece]:
    """Show the nearest stops; who is far away is told so (D-33)."""
    assert prompt.place is not None
    verb = _verb(asker)
    services = asker.services if verb == "stop" or asker.draft.service is None else [asker.service]
    near = [
        each
        for service in services
        for each in network.nearest_stops(
            asker.session, service.id, asker.today, lat=prompt.place.lat, lon=prompt.place.lon
        )
    ]
    near = sorted(near, key=lambda each: each.metres)[:NEAR_SHOWN]
    far = Prompt(prompt.name, note="bot-far-away") if near and near[0].metres > FAR_AWAY_M else prompt
    return [stop_screens.near_stops(look_of(asker, far), near, verb=verb)]


def _guide(asker: Asker, prompt: Prompt) -> list[Piece]:
    return [stop_screens.guide(look_of(asker, prompt), asker.all_stops())]


def _stop(asker: Asker, prompt: Prompt) -> list[Piece]:
    """Show one stop; who is known can keep it at hand, and one of the line has its times."""
    view = network.get_stop(asker.session, prompt.stops[0])
    is_winter = travel.season_of(asker.service, asker.today) == travel.WINTER
    is_kept = None
    if asker.account.rider_id is not None:
        kept = {stop.id for stop in riders.list_favourites(asker.session, asker.account.rider_id)}
        is_kept = view.id in kept
    has_times = asker.line is not None and view.id in {stop.id for stop in asker.stops_of(asker.line)}
    look = look_of(asker, prompt)
    return stop_screens.stop(look, view, is_winter=is_winter, is_kept=is_kept, has_times=has_times)


SCREENS = {
    "ask_pickup": _ask_stop,
    "ask_dropoff": _ask_stop,
    "pair_refused": _pair_refused,
    "letter": _listed_stops,
    "found": _listed_stops,
    "stops": _listed_stops,
    "near": _near,
    "guide": _guide,
    "stop": _stop,
}

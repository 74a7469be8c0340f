"""Facts for the screens about stops."""

from backend.db.queries import network, riders
from backend.services import travel
from bot import drafts
from bot.answers.asker import Asker, look_of
from bot.dialogue.turns import Prompt
from bot.drafts import BOOKING
from bot.screens import stops as stop_screens
from bot.screens.parts import Piece

FAVOURITES_SHOWN = 4


def _ask_stop(asker: Asker, prompt: Prompt) -> list[Piece]:
    rider_id = asker.account.rider_id
    near_hand = riders.list_favourites(asker.session, rider_id)[:FAVOURITES_SHOWN] if rider_id else []
    served = set(asker.names())
    screen = stop_screens.ask_stop(
        look_of(asker, prompt),
        is_pickup=prompt.name == "ask_pickup",
        left=drafts.questions_left(asker.draft) or 1,
        favourites=[stop for stop in near_hand if stop.id in served and stop.id != asker.draft.pickup],
        stops=asker.stops,
    )
    return [screen]


def _verb(asker: Asker) -> str:
    """Return what a tapped stop is for: the open question of a booking, or guidance."""
    question = drafts.next_question(asker.draft) if asker.draft.topic == BOOKING else ""
    return {"ask_pickup": "from", "ask_dropoff": "to"}.get(question, "stop")


def _listed_stops(asker: Asker, prompt: Prompt) -> list[Piece]:
    look = look_of(asker, prompt)
    found = {stop.id: stop for stop in asker.stops}
    shown = [found[stop_id] for stop_id in prompt.stops if stop_id in found]
    shown = shown or stop_screens.of_letter(asker.stops, prompt.letter) or asker.stops
    verb = _verb(asker)
    titles = {"from": "bot-ask-pickup", "to": "bot-ask-dropoff", "stop": "bot-which-stop"}
    return [stop_screens.choose_stop(look, shown, verb=verb, title=look.say(titles[verb]))]


def _near(asker: Asker, prompt: Prompt) -> list[Piece]:
    assert prompt.place is not None
    near = network.nearest_stops(
        asker.session, asker.service.id, asker.today, lat=prompt.place.lat, lon=prompt.place.lon
    )
    return [stop_screens.near_stops(look_of(asker, prompt), near, verb=_verb(asker))]


def _guide(asker: Asker, prompt: Prompt) -> list[Piece]:
    return [stop_screens.guide(look_of(asker, prompt), asker.stops)]


def _stop(asker: Asker, prompt: Prompt) -> list[Piece]:
    view = network.get_stop(asker.session, prompt.stops[0])
    is_winter = travel.season_of(asker.service, asker.today) == travel.WINTER
    return stop_screens.stop(look_of(asker, prompt), view, is_winter=is_winter)


SCREENS = {
    "ask_pickup": _ask_stop,
    "ask_dropoff": _ask_stop,
    "letter": _listed_stops,
    "found": _listed_stops,
    "stops": _listed_stops,
    "near": _near,
    "guide": _guide,
    "stop": _stop,
}

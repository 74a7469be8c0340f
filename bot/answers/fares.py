"""Facts for the screens about fares, passes and ticket books (D-07, T-26 to T-32, T-58)."""

from backend.db.queries import line_rides, money, products
from backend.db.queries.network import ServiceView
from bot.answers.asker import Asker, look_of
from bot.dialogue.turns import Prompt
from bot.screens import fares as fare_screens
from bot.screens import timetable as timetable_screens
from bot.screens.fares import FareZone, ServiceFares
from bot.screens.parts import Look, Piece

TWO = 2


def _fares(asker: Asker, prompt: Prompt) -> list[Piece]:
    look = look_of(asker, prompt)
    return [fare_screens.tables(look, [_table(asker, look, service) for service in asker.services])]


def _proofs(asker: Asker, prompt: Prompt) -> list[Piece]:
    look = look_of(asker, prompt)
    return [fare_screens.proofs(look, [_table(asker, look, service) for service in asker.services])]


def _passes(asker: Asker, prompt: Prompt) -> list[Piece]:
    look = look_of(asker, prompt)
    assert asker.line is not None
    sold = products.list_products(asker.session, asker.line.id, asker.today)
    return [fare_screens.passes(look, sold, _zone_names(asker, look, asker.line))]


def _fare(asker: Asker, prompt: Prompt) -> list[Piece]:
    """Show the fare between two stops of the line, or ask for the one that is missing."""
    look = look_of(asker, prompt)
    assert asker.line is not None
    stops, pairs = asker.stops_of(asker.line), asker.pairs()
    if not prompt.stops:
        starts = {start for start, _ in pairs}
        shown = [stop for stop in stops if stop.id in starts]
        return [timetable_screens.choose_stop(look, shown, verb="fare", title=look.say("bot-ask-pickup"))]
    pickup, *rest = prompt.stops
    if tuple(prompt.stops[:TWO]) not in pairs:
        ends = {end for start, end in pairs if start == pickup}
        shown = [stop for stop in stops if stop.id in ends]
        title, before = look.say("bot-ask-dropoff"), f"{pickup}."
        told = asker.why_not_sold(pickup, rest[0]) if rest else None
        return [timetable_screens.choose_stop(look, shown, verb="fare", title=title, before=before, refusal=told)]
    names = asker.names()
    fares = money.fares_between(asker.session, asker.line.id, asker.today, pickup, rest[0])
    return [fare_screens.of_ride(look, (names[pickup], names[rest[0]]), fares)]


def _table(asker: Asker, look: Look, service: ServiceView) -> ServiceFares:
    """Return the whole fare table of a service as it is today, zone by zone."""
    has_timetable = asker.line is not None and asker.line.id == service.id
    names = _zone_names(asker, look, service) if has_timetable else {}
    zones = [
        FareZone(names.get(zone, ""), money.fares_on(asker.session, service.id, asker.today, zone))
        for zone in money.zones_on(asker.session, service.id, asker.today)
    ]
    return ServiceFares(service.name, has_timetable, zones)


def _zone_names(asker: Asker, look: Look, service: ServiceView) -> dict[str, str]:
    """Return what the fare zones are called: by their stops, the last one by what is left."""
    by_zone = line_rides.stops_by_zone(asker.session, service.id)
    joint = look.say("common-list-joint")
    *named, last = sorted(by_zone)
    names = {zone: look.say("bot-zone-with", stops=joint.join(by_zone[zone])) for zone in named}
    return names | {last: look.say("bot-zone-rest")}


SCREENS = {"fares": _fares, "proofs": _proofs, "passes": _passes, "fare": _fare}

"""運賃: full tables, one's own ride, who gets which and what to show, passes and ticket books (D-07, T-28, T-58)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend import wording
from backend.db.queries.products import ProductView
from bot.postback import Tap
from bot.screens.parts import GREEN, GREY, Look, Piece, button, fact, line, row, screen, tap

PASS = "pass"  # noqa: S105 -- a commuter's pass


@dataclass(frozen=True, slots=True)
class FareZone:
    """The fares of one zone of a service, by category; ``name`` is empty where fares know no zones."""

    name: str
    fares: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ServiceFares:
    """The whole fare table of a service. Without a timetable fares are paid in cash alone."""

    name: str
    has_timetable: bool
    zones: Sequence[FareZone]


def tables(look: Look, services: Sequence[ServiceFares]) -> Piece:
    """Show what one person pays, service by service, with the ways to more (T-58)."""
    body: list[Piece] = []
    told: list[str] = []
    for service in services:
        name = [line(service.name, weight="bold", color=GREEN)] if len(services) > 1 else []
        body += [*name, *(piece for zone in service.zones for piece in _zone(look, zone))]
        told += [f"{each} {yen}" for zone in service.zones for each, yen in _named(look, zone.fares)]
        body.append(line(look.say("bot-no-ic" if service.has_timetable else "bot-fare-pay"), size="md"))
    if any(service.has_timetable for service in services):
        body += [
            button(tap(look.say("bot-fare-of-ride"), Tap("fare")), style="primary"),
            button(tap(look.say("bot-fare-passes"), Tap("passes"))),
        ]
        told.append(look.say("bot-no-ic"))
    body.append(button(tap(look.say("bot-fare-proofs"), Tap("proofs"))))
    return screen(look, look.say("bot-menu-fares"), body, alt="\n".join(told))


def of_ride(look: Look, names: tuple[str, str], fares: Mapping[str, int]) -> Piece:
    """Show the fare of one ride by category (T-58: 柏丘8丁目→常盤 is 300 and 150)."""
    trip = look.say("bot-trip", pickup=names[0], dropoff=names[1])
    named = _named(look, fares)
    body = [
        line(trip, weight="bold", color=GREEN),
        *(_line(each, yen) for each, yen in named),
        line(look.say("bot-no-ic"), size="md"),
        button(tap(look.say("bot-fare-of-other"), Tap("fare"))),
        button(tap(look.say("bot-fare-proofs"), Tap("proofs"))),
        button(tap(look.say("bot-menu-book"), Tap("book")), style="primary"),
    ]
    alt = "\n".join([trip, *(f"{each} {yen}" for each, yen in named), look.say("bot-no-ic")])
    return screen(look, look.say("bot-fare-of-ride"), body, alt=alt)


def proofs(look: Look, services: Sequence[ServiceFares]) -> Piece:
    """Say who gets which fare and what to show the driver (T-27, T-29, T-32)."""
    categories = dict.fromkeys(name for service in services for zone in service.zones for name in zone.fares)
    body = [fact(look.say(f"bot-fare-{name}"), look.say(f"bot-proof-{name}")) for name in categories]
    if any(service.has_timetable for service in services):
        body.append(line(look.say("bot-no-ic"), size="md"))
    body.append(line(look.say("bot-proof-never-why"), size="md", color=GREY))
    told = [f"{look.say(f'bot-fare-{name}')}: {look.say(f'bot-proof-{name}')}" for name in categories]
    return screen(look, look.say("bot-fare-proofs"), body, alt="\n".join(told))


def passes(look: Look, products: Sequence[ProductView], zones: Mapping[str, str]) -> Piece:
    """Show the prices of ticket books and passes, as the tables have them (T-30, T-31); ``zones`` are their names."""
    title = look.say("bot-fare-passes")
    body: list[Piece] = []
    for is_pass in (False, True):
        named: dict[str, list[ProductView]] = {}
        for each in products:
            if (each.kind == PASS) == is_pass:
                named.setdefault(_product(look, each, zones), []).append(each)
        title_key = "bot-passes-title" if is_pass else "bot-books-title"
        body += [line(look.say(title_key), weight="bold", color=GREEN)] if named else []
        body += [_priced(look, name, alike) for name, alike in named.items()]
    if not products:
        body.append(line(look.say("bot-no-products")))
    body += [line(look.say("bot-passes-where"), size="md"), line(look.say("bot-no-ic"), size="md")]
    return screen(look, title, body, alt=title)


def _priced(look: Look, name: str, alike: Sequence[ProductView]) -> Piece:
    """Return products of one name with their prices: a pass for a month and for three."""
    prices = [
        look.say("bot-months", months=each.months, price=wording.yen_text(each.price_yen, look.language))
        if each.months
        else wording.yen_text(each.price_yen, look.language)
        for each in alike
    ]
    return fact(name, look.say("common-list-joint").join(prices))


def _product(look: Look, product: ProductView, zones: Mapping[str, str]) -> str:
    """Return what a product is called: zone, kind, welfare, subway."""
    parts = [zones.get(product.zone, product.zone)]
    if product.tickets is not None:
        parts.append(look.say(f"bot-book-{product.category}", tickets=product.tickets))
    else:
        parts.append(look.say(f"bot-pass-{product.category}"))
        parts += [look.say("bot-pass-welfare")] if product.is_welfare else []
        parts += [look.say("bot-pass-subway")] if product.with_subway else []
    return look.say("common-list-joint").join(parts)


def _zone(look: Look, zone: FareZone) -> list[Piece]:
    head = [line(zone.name, size="md", color=GREY, margin="md")] if zone.name else []
    return [*head, *(_line(name, yen) for name, yen in _named(look, zone.fares))]


def _named(look: Look, fares: Mapping[str, int]) -> list[tuple[str, str]]:
    return [(look.say(f"bot-fare-{name}"), wording.yen_text(yen, look.language)) for name, yen in fares.items()]


def _line(name: str, yen: str) -> Piece:
    """Return a fare: who pays it at the left, how much at the right."""
    return row([line(name) | {"flex": 3}, line(yen, weight="bold") | {"flex": 2, "align": "end"}])

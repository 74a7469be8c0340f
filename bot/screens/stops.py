"""Choosing a stop, and the guidance to it: by first letter, by name, near a place, with its marker (D-23, D-33)."""

from collections.abc import Mapping, Sequence

from backend.db.queries.network import NearStop, StopView
from bot.postback import Tap
from bot.screens.parts import GREY, Look, Piece, button, choice, grid, line, screen, send_place, tap

LETTERS: Mapping[str, str] = {
    "あ": "あいうえおゔ",
    "か": "かきくけこがぎぐげご",
    "さ": "さしすせそざじずぜぞ",
    "た": "たちつてとだぢづでど",
    "な": "なにぬねの",
    "は": "はひふへほばびぶべぼぱぴぷぺぽ",
    "ま": "まみむめも",
    "や": "やゆよ",
    "ら": "らりるれろ",
    "わ": "わをん",
}
LETTER_COLUMNS = 5
SHORT_LIST = 5
LONGEST_TITLE = 100
KILOMETRE = 1000


def letter_of(stop: StopView) -> str:
    """Return the row of the syllabary that a stop's name begins in: か for がっこう."""
    return next((letter for letter, row in LETTERS.items() if stop.kana[:1] in row), "わ")


def ask_stop(
    look: Look, *, is_pickup: bool, left: int, favourites: Sequence[StopView], stops: Sequence[StopView]
) -> Piece:
    """Ask where to get on or off: favourites first, then the first letters there are."""
    verb = "from" if is_pickup else "to"
    title = look.say("bot-ask-pickup" if is_pickup else "bot-ask-dropoff")
    near_hand = [button(tap(stop.name, Tap(verb, look.token, str(stop.id))), style="primary") for stop in favourites]
    body = [
        line(look.say("bot-questions-left", count=left), size="md", color=GREY),
        *near_hand,
        line(look.say("bot-first-letter"), size="lg"),
        *letters(stops, Tap("letter", look.token)),
        line(look.say("bot-type-or-send"), size="md", color=GREY),
    ]
    return send_place(screen(look, title, body), look)


def ask_line_stop(
    look: Look, stops: Sequence[StopView], *, likely: Sequence[StopView], is_pickup: bool, left: int
) -> Piece:
    """Ask where to get on or off on a line: the likely stops first (T-59), then all others along the line."""
    verb = "from" if is_pickup else "to"
    title = look.say("bot-ask-pickup" if is_pickup else "bot-ask-dropoff")
    named = [button(tap(stop.name, Tap(verb, look.token, str(stop.id))), style="primary") for stop in likely]
    rest = [button(tap(stop.name, Tap(verb, look.token, str(stop.id)))) for stop in stops if stop not in likely]
    body = [line(look.say("bot-questions-left", count=left), size="md", color=GREY), *named, *grid(rest, columns=2)]
    alt = f"{title}\n{'、'.join(stop.name for stop in [*likely, *stops])}"
    return send_place(screen(look, title, body, alt=alt), look)


def choose_stop(look: Look, stops: Sequence[StopView], *, verb: str, title: str) -> Piece:
    """Let one of ``stops`` be chosen; ``verb`` says what for (from, to, stop)."""
    buttons = [button(tap(stop.name, Tap(verb, look.token if verb != "stop" else "", str(stop.id)))) for stop in stops]
    body = buttons if len(buttons) <= SHORT_LIST else grid(buttons, columns=2)
    alt = f"{title}\n{'、'.join(stop.name for stop in stops)}"
    return screen(look, title, body, alt=alt)


def near_stops(look: Look, found: Sequence[NearStop], *, verb: str) -> Piece:
    """Show the stops next to a sent location, with how far they are."""
    title = look.say("bot-near-title")
    body = [
        choice(
            [near.stop.name, _distance(look, near.metres)],
            tap(near.stop.name, Tap(verb, look.token if verb != "stop" else "", str(near.stop.id))),
        )
        for near in found
    ]
    far = "、".join(f"{near.stop.name} {_distance(look, near.metres)}" for near in found)
    return screen(look, title, body, alt=f"{title}\n{far}")


def guide(look: Look, stops: Sequence[StopView]) -> Piece:
    """Show the ways to find a stop."""
    body = [
        line(look.say("bot-first-letter")),
        *letters(stops, Tap("stops")),
        line(look.say("bot-type-or-send"), size="md", color=GREY),
    ]
    return send_place(screen(look, look.say("bot-guide-title"), body), look)


def stop(
    look: Look, view: StopView, *, is_winter: bool, is_kept: bool | None = None, has_times: bool = False
) -> list[Piece]:
    """Show one stop: the place on the map, what to look for, in winter too, and how to walk there.

    ``is_kept`` tells whether it is kept at hand already; None for who cannot keep any.
    """
    place = {
        "type": "location",
        "title": view.name[:LONGEST_TITLE],
        "address": (view.marker or view.name)[:LONGEST_TITLE],
        "latitude": view.lat,
        "longitude": view.lon,
    }
    facts = [("bot-marker", view.marker), ("bot-hint", view.hint)]
    if is_winter:
        facts.insert(1, ("bot-winter-marker", view.winter_marker))
    told = [line(look.say(key, what=what)) for key, what in facts if what]
    body = [
        line(view.kana, size="md", color=GREY),
        *told,
        button(tap(look.say("bot-start-from"), Tap("start-from", "", str(view.id))), style="primary"),
        button(tap(look.say("bot-start-to"), Tap("start-to", "", str(view.id)))),
    ]
    if has_times:
        body.append(button(tap(look.say("bot-times-here"), Tap("times", "", str(view.id)))))
    if is_kept is not None:
        verb = "unkeep" if is_kept else "keep"
        body.append(button(tap(look.say(f"bot-{verb}-stop"), Tap(verb, "", str(view.id)))))
    alt = "\n".join([view.name, *(look.say(key, what=what) for key, what in facts if what)])
    return [place, screen(look, view.name, body, alt=alt)]


def of_letter(stops: Sequence[StopView], letter: str) -> list[StopView]:
    """Return the stops in one row of the syllabary."""
    return [view for view in stops if letter_of(view) == letter]


def letters(stops: Sequence[StopView], what: Tap) -> list[Piece]:
    """Return the first letters there are among the names of ``stops``, as small buttons."""
    used = {letter_of(view) for view in stops}
    shown = [letter for letter in LETTERS if letter in used]
    return grid([button(tap(letter, Tap(what.verb, what.token, letter))) for letter in shown], columns=LETTER_COLUMNS)


def _distance(look: Look, metres: float) -> str:
    """Return how far it is: in metres within a walk, else in kilometres."""
    if metres < KILOMETRE:
        return look.say("bot-metres", metres=str(max(10, round(metres / 10) * 10)))
    return look.say("bot-kilometres", kilometres=f"{metres / KILOMETRE:.0f}")

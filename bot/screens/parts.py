"""The few pieces that every screen is built from.

Colours keep a contrast of 4.5:1 or more; every text and button follows the font size set in the app (``scaling``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from backend.texts import Argument, text
from bot.postback import Tap, encode

Piece = dict[str, object]

INK = "#1A1A1A"
GREY = "#595959"
GREEN = "#0B5E2B"
RED = "#B00020"
PALE = "#EAF4EC"
WHITE = "#FFFFFF"
LONGEST_LABEL = 40
LONGEST_ALT = 1500
LONGEST_LINE = 1000


@dataclass(frozen=True, slots=True)
class Look:
    """How a screen speaks: in which language, for which draft (``token``), with which number to call.

    ``note`` is a line that stands first.
    """

    language: str
    phone: str
    token: str = ""
    note: str = ""

    def say(self, key: str, **arguments: Argument) -> str:
        """Return a text in the person's language."""
        return text(key, self.language, **arguments)

    @property
    def dial(self) -> str:
        """Return the number as a link."""
        return f"tel:{self.phone.replace('-', '')}"


def cut(words: str, longest: int) -> str:
    """Return ``words`` at ``longest`` characters at most."""
    return words if len(words) <= longest else f"{words[: longest - 1]}…"


def line(words: str, *, size: str = "lg", weight: str = "regular", color: str = INK, margin: str = "none") -> Piece:
    """Return a line of text."""
    return {
        "type": "text",
        "text": cut(words, LONGEST_LINE),
        "size": size,
        "weight": weight,
        "color": color,
        "margin": margin,
        "wrap": True,
        "scaling": True,
    }


def tap(label: str, what: Tap) -> Piece:
    """Return the action of a tap; what was chosen stays readable in the chat."""
    return {
        "type": "postback",
        "label": cut(label, LONGEST_LABEL),
        "data": encode(what),
        "displayText": cut(label, 300),
    }


def link(label: str, uri: str) -> Piece:
    """Return the action that opens an address or dials."""
    return {"type": "uri", "label": cut(label, LONGEST_LABEL), "uri": uri}


def button(action: Piece, *, style: str = "secondary") -> Piece:
    """Return a button: ``primary`` for the way on, ``secondary`` for everything else."""
    piece: Piece = {
        "type": "button",
        "action": action,
        "style": style,
        "height": "md",
        "scaling": True,
        "adjustMode": "shrink-to-fit",
    }
    return piece | {"color": GREEN} if style == "primary" else piece


def choice(lines: Sequence[str], action: Piece, *, color: str = GREEN) -> Piece:
    """Return a large button of several lines, which wrap: a ride, a stop, a booking. Grey is for what cannot be had."""
    first, *rest = lines
    return {
        "type": "box",
        "layout": "vertical",
        "contents": [line(first, weight="bold", color=color), *(line(words, size="md") for words in rest)],
        "action": action,
        "backgroundColor": PALE if color == GREEN else WHITE,
        "borderColor": color,
        "borderWidth": "normal",
        "cornerRadius": "md",
        "paddingAll": "lg",
        "spacing": "xs",
    }


def row(pieces: Sequence[Piece], *, columns: int = 0) -> Piece:
    """Return pieces beside each other; with ``columns`` short rows are filled up, so that buttons keep their width."""
    fillers: list[Piece] = [{"type": "filler"} for _ in range(columns - len(pieces))]
    return {"type": "box", "layout": "horizontal", "contents": [*pieces, *fillers], "spacing": "sm"}


def grid(pieces: Sequence[Piece], *, columns: int) -> list[Piece]:
    """Return small buttons in rows."""
    rest = iter(pieces)
    rows = iter(lambda: list(islice(rest, columns)), [])
    return [row(short, columns=columns) for short in rows]


def fact(name: str, value: str) -> Piece:
    """Return one fact of a ride: what it is, small; the value, large."""
    return {
        "type": "box",
        "layout": "vertical",
        "contents": [line(name, size="md", color=GREY), line(value, weight="bold")],
        "margin": "md",
    }


def navigation(look: Look, *, has_back: bool = True) -> list[Piece]:
    """Return もどる, やめる and 電話する: they stand under every question (D-49); after one, the menu does."""
    keys = (("bot-back", Tap("back", look.token)), ("bot-quit", Tap("quit", look.token)))
    shown = keys if has_back else (("bot-menu", Tap("menu")),)
    buttons = [button(tap(look.say(key), what)) for key, what in shown]
    return [row(buttons), *call(look)]


def call(look: Look) -> list[Piece]:
    """Return the button that dials; none while the town has no number."""
    return [button(link(look.say("bot-call"), look.dial))] if look.phone else []


def screen(
    look: Look, title: str, body: Sequence[Piece], *, alt: str = "", has_back: bool = True, size: str = "mega"
) -> Piece:
    """Return a message: what it is about, what can be chosen, and under it the ways out.

    ``alt`` says the content to those who hear it or see the notification; without it the title does.
    """
    head = [line(look.note, color=RED)] if look.note else []
    bubble: Piece = {
        "type": "bubble",
        "size": size,
        "body": {
            "type": "box",
            "layout": "vertical",
            "spacing": "md",
            "contents": [*head, line(title, size="xl", weight="bold"), *body],
        },
        "footer": {
            "type": "box",
            "layout": "vertical",
            "spacing": "sm",
            "contents": navigation(look, has_back=has_back),
        },
    }
    spoken = "\n".join(words for words in (look.note, alt or title) if words)
    return {"type": "flex", "altText": cut(spoken, LONGEST_ALT), "contents": bubble}


def send_place(message: Piece, look: Look) -> Piece:
    """Return ``message`` with the button for sending a location, which the platform allows under a message only."""
    label = look.say("bot-send-place")
    item: Piece = {"type": "action", "action": {"type": "location", "label": label}}
    return message | {"quickReply": {"items": [item]}}

"""A webhook event as what somebody said. Tolerant: new fields and kinds come without notice."""

from collections.abc import Mapping
from dataclasses import replace

from bot.dialogue.turns import Followed, Place, Said, Wordless, Words
from bot.postback import Tap, parse

UNKNOWN = Tap("unknown")
LONGEST_TEXT = 5000


def read(event: Mapping[str, object]) -> Said | None:
    """Return what an event says, or None when it is nothing to answer."""
    kind = event.get("type")
    if kind == "postback":
        return _tap(_part(event, "postback"))
    if kind == "message":
        return _message(_part(event, "message"))
    return Followed() if kind == "follow" else None


def _tap(postback: Mapping[str, object]) -> Said:
    """Return a tap; what the date picker chose stands beside the data of its button."""
    data = postback.get("data")
    tap = parse(data) if isinstance(data, str) else None
    if tap is None:
        return UNKNOWN
    picked = _part(postback, "params").get("date")
    return replace(tap, value=picked) if isinstance(picked, str) else tap


def _message(message: Mapping[str, object]) -> Said:
    kind, words = message.get("type"), message.get("text")
    if kind == "text" and isinstance(words, str):
        return Words(words[:LONGEST_TEXT])
    if kind == "location":
        lat, lon = message.get("latitude"), message.get("longitude")
        if isinstance(lat, int | float) and isinstance(lon, int | float) and abs(lat) <= 90 and abs(lon) <= 180:  # noqa: PLR2004
            return Place(float(lat), float(lon))
    return Wordless()


def _part(event: Mapping[str, object], name: str) -> Mapping[str, object]:
    part = event.get(name)
    return part if isinstance(part, Mapping) else {}

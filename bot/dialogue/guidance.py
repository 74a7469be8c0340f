"""のる場所の案内: list, search by name, nearest to a sent location, one stop with its marker (D-23, D-33)."""

from bot import postback
from bot.dialogue import words
from bot.dialogue.turns import Context, Place, Prompt, Turn, Words
from bot.drafts import GUIDE, Draft
from bot.postback import Tap

VERBS = frozenset({"guide", "stops", "stop"})


def tapped(tap: Tap, context: Context) -> Turn | None:
    """Take a tap about stops, or return None when it names none."""
    draft = Draft(topic=GUIDE)
    if tap.verb == "guide":
        return Turn(draft, Prompt("guide"))
    if tap.verb == "stops":
        return Turn(draft, Prompt("stops", letter=tap.value))
    stop_id = postback.parse_number(tap.value)
    is_known = any(stop.id == stop_id for stop in context.stops)
    return Turn(draft, Prompt("stop", stops=(stop_id,))) if is_known and stop_id is not None else None


def typed(said: Words, context: Context) -> Turn | None:
    """Take typed words as the name of a stop, or return None."""
    found = tuple(words.find_stops(said.text, context.stops))
    if not found:
        return None
    return Turn(Draft(topic=GUIDE), Prompt("stop" if len(found) == 1 else "found", stops=found))


def placed(place: Place) -> Turn:
    """Take a sent location: the three nearest stops."""
    return Turn(Draft(topic=GUIDE), Prompt("near", place=place))

"""のる場所の案内: list, search by name, nearest to a sent location, one stop with its marker (D-23, D-33)."""

from bot import postback
from bot.dialogue import words
from bot.dialogue.turns import Context, Keep, Place, Prompt, Turn, Words
from bot.drafts import GUIDE, Draft
from bot.postback import Tap

VERBS = frozenset({"guide", "stops", "stop", "keep", "unkeep"})


def tapped(tap: Tap, context: Context) -> Turn | None:
    """Take a tap about stops, or return None when it names none."""
    draft = Draft(topic=GUIDE)
    if tap.verb == "guide":
        return Turn(draft, Prompt("guide"))
    if tap.verb == "stops":
        return Turn(draft, Prompt("stops", letter=tap.value))
    stop_id = postback.parse_number(tap.value)
    if stop_id is None or all(stop.id != stop_id for stop in context.stops):
        return None
    kept = Keep(stop_id, is_on=tap.verb == "keep") if tap.verb != "stop" and context.is_known else None
    note = f"bot-{tap.verb}-done" if kept else ""
    return Turn(draft, Prompt("stop", stops=(stop_id,), note=note), kept)


def typed(said: Words, context: Context) -> Turn | None:
    """Take typed words as the name of a stop, or return None."""
    found = tuple(words.find_stops(said.text, context.stops))
    if not found:
        return None
    return Turn(Draft(topic=GUIDE), Prompt("stop" if len(found) == 1 else "found", stops=found))


def placed(place: Place) -> Turn:
    """Take a sent location: the three nearest stops."""
    return Turn(Draft(topic=GUIDE), Prompt("near", place=place))

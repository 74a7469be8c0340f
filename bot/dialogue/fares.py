"""運賃: the tables, the fare of one's own ride, who gets which and what to show, passes and ticket books (T-58)."""

from bot import postback
from bot.dialogue import words
from bot.dialogue.turns import Context, Prompt, ServiceFacts, Turn, Words
from bot.drafts import FARES, Draft
from bot.postback import Tap

VERBS = frozenset({"fares", "fare", "proofs", "passes"})
TWO = 2


def tapped(tap: Tap, context: Context) -> Turn | None:
    """Take a tap about fares, or return None when it asks for what the town does not have."""
    resting = Draft(topic=FARES)
    if tap.verb in {"fares", "proofs"}:
        return Turn(resting, Prompt(tap.verb))
    line = _line(context)
    if line is None:
        return None
    if tap.verb == "passes":
        return Turn(resting, Prompt("passes"))
    named = [stop_id for part in tap.value.split(".") if (stop_id := postback.parse_number(part)) is not None]
    return Turn(resting, _asked(line, named[:TWO]))


def typed(said: Words, context: Context) -> Turn | None:
    """Take the names of two stops as a ride whose fare is asked for, or return None."""
    line = _line(context)
    named = words.stops_in(said.text, line.stops) if line else []
    return Turn(Draft(topic=FARES), _asked(line, named[:TWO])) if line and named else None


def _asked(line: ServiceFacts, named: list[int]) -> Prompt:
    """Return the question for what is missing of a ride, or its fare."""
    return Prompt("fare", stops=tuple(named) if line.serves(*named) and len(set(named)) == len(named) else ())


def _line(context: Context) -> ServiceFacts | None:
    return next((each for each in context.services if each.has_timetable), None)

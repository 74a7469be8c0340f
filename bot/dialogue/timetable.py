"""時刻表: the printed runs of a direction, the times at one stop, and hearing of a run's delays (T-02, T-06, T-25)."""

from bot import postback
from bot.dialogue.turns import Context, Follow, Prompt, Turn
from bot.drafts import GUIDE, Draft
from bot.postback import Tap

VERBS = frozenset({"timetable", "times", "follow", "unfollow", "followed"})
LONGEST_CODE = 10


def tapped(tap: Tap, context: Context) -> Turn | None:
    """Take a tap about the timetable, or return None in a town without one."""
    line = next((each for each in context.services if each.has_timetable), None)
    if line is None:
        return None
    resting = Draft(topic=GUIDE)
    if tap.verb == "timetable":
        return Turn(resting, Prompt("timetable", letter=tap.value))
    if tap.verb == "times":
        stop_id = postback.parse_number(tap.value)
        is_served = stop_id is not None and line.serves(stop_id)
        return Turn(resting, Prompt("times", stops=(stop_id,) if is_served and stop_id is not None else ()))
    if tap.verb == "followed" or not (tap.value.isalnum() and len(tap.value) <= LONGEST_CODE):
        return Turn(resting, Prompt("followed"))
    return Turn(resting, Prompt("followed"), Follow(tap.value, is_on=tap.verb == "follow"))

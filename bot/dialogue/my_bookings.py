"""予約を見る・取り消す・変える (D-31, D-32, Q-12)."""

from bot.dialogue.turns import Cancel, Context, Prompt, Turn
from bot.drafts import BOOKING, BOOKINGS, Draft
from bot.postback import Tap

VERBS = frozenset({"bookings", "booking", "cancel", "drop", "change", "again-of"})


def tapped(tap: Tap, context: Context) -> Turn:
    """Take a tap about existing bookings. They name the booking, so it never matters how old the button is."""
    resting = Draft(topic=BOOKINGS)
    if not context.is_known:
        return _of_a_stranger(resting, context)
    if tap.verb == "booking":
        return Turn(resting, Prompt("booking", public_id=tap.value))
    if tap.verb == "cancel":
        return Turn(resting, Prompt("ask_cancel", public_id=tap.value))
    if tap.verb == "drop":
        return Turn(resting, Prompt("cancelled", public_id=tap.value), Cancel(tap.value))
    if tap.verb == "change":
        changing = Draft(topic=BOOKING, token=context.fresh_token, changes=tap.value)
        return Turn(changing, Prompt("change", public_id=tap.value))
    if tap.verb == "again-of":
        return Turn(Draft(topic=BOOKING, token=context.fresh_token), Prompt("rebook", public_id=tap.value))
    return Turn(resting, Prompt("bookings"))


def _of_a_stranger(resting: Draft, context: Context) -> Turn:
    """Answer who has no bookings to be found: the way to some, which where all need membership leads through that."""
    if all(service.members_only for service in context.services):
        return Turn(Draft(), Prompt("consent", note="bot-members-only"))
    return Turn(resting, Prompt("bookings"))

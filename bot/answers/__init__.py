"""From a turn's prompt to messages: does the turn's one act, looks up what the screen needs, and shows it."""

from collections.abc import Callable
from dataclasses import replace

from backend.db.queries import bookings as booking_queries
from backend.domain.errors import NotFoundError, StaleError
from bot.answers import acts, fares, own, pages, rides, stops, timetable
from bot.answers.asker import Asker, look_of
from bot.dialogue import booking as booking_talk
from bot.dialogue.turns import Prompt, Turn
from bot.drafts import BOOKING, Draft
from bot.screens import bookings as bookings_screens
from bot.screens.parts import Piece


def compose(asker: Asker, turn: Turn) -> list[Piece]:
    """Return the messages of a turn: does its act, looks up what the screen needs, and shows it."""
    asker.draft = turn.draft
    prompt = turn.prompt
    try:
        asker.outcome = acts.do(asker, turn.act) if turn.act else None
        return SCREENS[prompt.name](asker, prompt)
    except NotFoundError:
        return SCREENS["menu"](asker, replace(prompt, note="bot-not-found"))
    except StaleError:
        asker.draft = Draft()
        return own.bookings(asker, replace(prompt, note="bot-stale"))


def _recall(asker: Asker, prompt: Prompt) -> list[Piece]:
    """Show what became of a draft whose button was tapped again: its booking, else where the conversation stands."""
    found = booking_queries.find_by_key(asker.session, f"line:{prompt.token}")
    if found is None or found.rider_id != asker.account.rider_id:
        present = booking_talk.ask(asker.draft, note="bot-old-button") if asker.draft.topic == BOOKING else None
        present = present or Prompt("menu", note="bot-old-button")
        return SCREENS[present.name](asker, present)
    key = "bot-was-cancelled" if found.state == "cancelled" else "bot-was-booked"
    return [bookings_screens.receipt(look_of(asker, prompt), found, title_key=key)]


SCREENS: dict[str, Callable[[Asker, Prompt], list[Piece]]] = {
    **pages.SCREENS,
    **stops.SCREENS,
    **rides.SCREENS,
    **own.SCREENS,
    **timetable.SCREENS,
    **fares.SCREENS,
    "recall": _recall,
}

"""Which conversation runs, and what holds in all of them: もどる, やめる, 電話する, and words nobody understands.

Pure: no sending, saving or looking up. ``step`` answers with the draft to keep, what to show, and at most one thing
to do first.
"""

from dataclasses import replace

from bot import drafts
from bot.dialogue import booking, fares, guidance, my_bookings, timetable, words
from bot.dialogue.turns import (
    Context,
    Followed,
    MakeLink,
    Place,
    Prompt,
    Remind,
    Said,
    SpeakLanguage,
    Turn,
    Wordless,
    Words,
)
from bot.drafts import BOOKING, FARES, Draft
from bot.postback import Tap

MISSES_TO_DESK = 2
# What a tap of the rich menu or a word opens, whatever was talked about before.
PAGES = {"menu": "menu", "help": "help", "phone": "phone", "stay": "menu"}
NOTES = {"stay": "bot-stayed"}
LANGUAGES = {"english": "en", "japanese": "ja"}
REMINDERS = {"remind": True, "unremind": False}


def step(draft: Draft, said: Said, context: Context) -> Turn:
    """Take one turn of the conversation."""
    match said:
        case Tap():
            return _tapped(draft, said, context)
        case Words():
            return _typed(draft, said, context)
        case Place():
            turn = booking.placed(draft, said) if draft.topic == BOOKING else None
            return turn or guidance.placed(said)
        case Followed():
            return Turn(Draft(), Prompt("welcome"))
        case Wordless():
            return _present(draft, context, note="bot-wordless")


def _tapped(draft: Draft, tap: Tap, context: Context) -> Turn:
    turn = _opened(tap.verb, context) or _navigated(draft, tap, context)
    for topic in (my_bookings, guidance, timetable, fares):
        if turn is None and tap.verb in topic.VERBS:
            turn = topic.tapped(tap, context)
    if turn is None and tap.verb in {"start-from", "start-to"}:
        turn = _started(tap, context)
    if turn is None and tap.token:
        turn = _of_a_draft(draft, tap, context)
    return turn or _present(draft, context, note="bot-old-button")


def _of_a_draft(draft: Draft, tap: Tap, context: Context) -> Turn | None:
    """Take a tap of a running booking. A button of a former one shows what became of it, and books nothing."""
    if tap.token == draft.token and draft.topic == BOOKING:
        return booking.tapped(draft, tap, context)
    if tap.verb == "yes":
        return Turn(draft, Prompt("recall", token=tap.token))
    return None


def _opened(verb: str, context: Context) -> Turn | None:
    """Open what a wish names, or return None when it names nothing of the kind."""
    if verb == "book":
        return booking.begin(context)
    if verb == "register":
        is_known = "bot-already-member" if context.is_member else ""
        return Turn(Draft(), Prompt("menu", note=is_known) if context.is_member else Prompt("consent"))
    if verb == "agree":
        return Turn(Draft(), Prompt("register_link"), MakeLink("register")) if not context.is_member else None
    if verb == "settings":
        return Turn(Draft(), Prompt("settings_link"), MakeLink("settings")) if context.is_known else None
    if verb == "opinion":
        return Turn(Draft(), Prompt("opinion_link"), MakeLink("opinion"))
    if verb in LANGUAGES or verb in REMINDERS:
        return _preferred(verb)
    note = NOTES.get(verb, "") if context.is_known else ""
    return Turn(Draft(), Prompt(PAGES[verb], note=note)) if verb in PAGES else None


def _preferred(verb: str) -> Turn:
    """Keep how somebody wants to be spoken to."""
    if verb in LANGUAGES:
        return Turn(Draft(), Prompt("menu", note="bot-language-set"), SpeakLanguage(LANGUAGES[verb]))
    return Turn(Draft(), Prompt("help", note=f"bot-{verb}-done"), Remind(is_on=REMINDERS[verb]))


def _navigated(draft: Draft, tap: Tap, context: Context) -> Turn | None:
    """Go back one step, or leave."""
    if tap.verb == "quit":
        return Turn(Draft(), Prompt("menu", note="bot-left" if draft.topic == BOOKING else ""))
    if tap.verb != "back":
        return None
    if draft.topic != BOOKING:
        return Turn(Draft(), Prompt("menu"))
    if tap.token and tap.token != draft.token:
        return None
    before = drafts.back(draft)
    return Turn(before, booking.ask(before)) if before else booking.begin(context)


def _started(tap: Tap, context: Context) -> Turn | None:
    """Start a booking from or to a stop whose page was open."""
    draft = Draft(topic=BOOKING, token=context.fresh_token)
    verb = "from" if tap.verb == "start-from" else "to"
    return booking.tapped(draft, Tap(verb, draft.token, tap.value), context)


def _typed(draft: Draft, said: Words, context: Context) -> Turn:
    """Take typed words. Nothing typed is ever echoed."""
    wish = words.meaning(said.text)
    if wish in {"quit", "back"} and words.is_exactly(said.text, wish):
        return _navigated(draft, Tap(wish), context) or _present(draft, context)
    turn = booking.typed(draft, said, context) if draft.topic == BOOKING else None
    if turn is None and (wish == "fares" or draft.topic == FARES):
        turn = fares.typed(said, context)
    if turn:
        return turn
    if wish:
        return _tapped(draft, Tap("bookings" if wish == "cancel" else wish), context)
    turn = guidance.typed(said, context)
    return turn or _missed(draft, context)


def _missed(draft: Draft, context: Context) -> Turn:
    """Answer words nobody understood: one short line and the way on; the second time also the desk (D-49, L-03)."""
    if context.misses + 1 >= MISSES_TO_DESK:
        return Turn(draft, Prompt("desk"), is_understood=False)
    return replace(_present(draft, context, note="bot-not-understood"), is_understood=False)


def _present(draft: Draft, context: Context, *, note: str = "") -> Turn:
    """Show where the conversation stands."""
    service = context.service(draft.service)
    if draft.topic != BOOKING or (service is not None and not context.may_book(service)):
        return Turn(draft, Prompt("menu", note=note))
    return Turn(draft, booking.ask(draft, note=note))

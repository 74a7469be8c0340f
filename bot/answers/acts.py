"""The one changing thing that a turn may ask for."""

from dataclasses import replace

from backend.db.queries import bookings as booking_queries
from backend.db.queries.bookings import BookingView
from backend.domain.refusals import Refusal
from backend.services import bookings, line_events, registration
from backend.services.bookings import Caller
from bot.answers.asker import CHANNEL, Asker
from bot.dialogue.turns import Act, Book, Cancel, MakeLink, SpeakLanguage
from bot.drafts import Draft


def do(asker: Asker, act: Act) -> BookingView | Refusal | str | None:
    """Do the one thing a turn asks for: at most one changing call, inside the event's transaction."""
    match act:
        case Book():
            return _book(asker, act)
        case Cancel():
            done = bookings.cancel(
                asker.session, act.public_id, actor=asker.actor, now=asker.now, rider_id=asker.account.rider_id
            )
            asker.session.flush()
            return done if isinstance(done, Refusal) else booking_queries.view(done)
        case MakeLink():
            return registration.make_link(asker.session, asker.account.id, act.purpose, wall=asker.wall)
        case SpeakLanguage():
            line_events.set_language(asker.session, asker.account.id, act.language)
            asker.account = replace(asker.account, language=act.language)
            return None


def _book(asker: Asker, act: Book) -> BookingView | Refusal:
    caller = Caller(asker.account.rider_id, CHANNEL, asker.actor, f"line:{act.token}")
    wish = act.choice.wish(asker.service.id)
    if act.changes:
        done = bookings.change(
            asker.session, act.changes, wish, promise=act.choice.promise, caller=caller, now=asker.now
        )
    else:
        done = bookings.book(asker.session, wish, promise=act.choice.promise, caller=caller, now=asker.now)
    if isinstance(done, Refusal):
        return done
    asker.draft = Draft()
    asker.session.flush()
    return booking_queries.view(done)

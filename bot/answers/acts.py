"""The one changing thing that a turn may ask for."""

from dataclasses import replace

from backend.db.queries import bookings as booking_queries
from backend.db.queries.bookings import BookingView
from backend.domain.errors import NotFoundError
from backend.domain.refusals import Refusal
from backend.services import bookings, favourites, follows, line_events, registration, reminders
from backend.services.bookings import Caller
from bot.answers.asker import CHANNEL, Asker
from bot.dialogue.turns import Act, Book, Cancel, Follow, Keep, MakeLink, Remind, SpeakLanguage
from bot.drafts import Draft


def do(asker: Asker, act: Act) -> BookingView | Refusal | str | None:
    """Do the one thing a turn asks for: at most one changing call, inside the event's transaction."""
    match act:
        case Book():
            return _book(asker, act)
        case Cancel():
            return _cancel(asker, act)
        case Follow():
            return _follow(asker, act)
        case Keep():
            favourites.keep(asker.session, _rider_id(asker), act.stop_id, is_on=act.is_on)
            return None
        case MakeLink():
            return registration.make_link(asker.session, asker.account.id, act.purpose, wall=asker.wall)
        case Remind():
            reminders.switch(asker.session, asker.account.id, is_on=act.is_on)
            asker.account = replace(asker.account, wants_reminders=act.is_on)
            return None
        case SpeakLanguage():
            line_events.set_language(asker.session, asker.account.id, act.language)
            asker.account = replace(asker.account, language=act.language)
            return None


def _rider_id(asker: Asker) -> int:
    """Return whose acts these are. Nobody acts on bookings without a name: an unknown account has none."""
    if asker.account.rider_id is None:
        raise NotFoundError("unknown account")
    return asker.account.rider_id


def _cancel(asker: Asker, act: Cancel) -> BookingView | Refusal:
    rider_id = _rider_id(asker)
    before = booking_queries.get(asker.session, act.public_id, rider_id=rider_id)
    asker.is_done_before = before.state == "cancelled"
    done = bookings.cancel(asker.session, act.public_id, actor=asker.actor, now=asker.now, rider_id=rider_id)
    asker.session.flush()
    return done if isinstance(done, Refusal) else booking_queries.view(done)


def _follow(asker: Asker, act: Follow) -> Refusal | None:
    """Hear of a run from now on, or no more (T-25). The account is told, not the person: no name is asked for."""
    if asker.line is None:
        return None
    if act.is_on:
        return follows.follow(asker.session, asker.account.id, asker.line.id, act.entry_code, asker.now)
    follows.unfollow(asker.session, asker.account.id, asker.line.id, act.entry_code)
    return None


def _book(asker: Asker, act: Book) -> BookingView | Refusal:
    caller = Caller(_rider_id(asker), CHANNEL, asker.actor, f"line:{act.token}")
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

"""Facts for the screens about a person's own bookings."""

from dataclasses import replace

from backend import wording
from backend.db.queries import bookings as booking_queries
from backend.db.queries.bookings import BookingView
from backend.domain.errors import NotFoundError
from backend.domain.offers import WishKind
from backend.domain.refusals import Refusal
from bot import drafts
from bot.answers import rides
from bot.answers.asker import Asker, look_of
from bot.dialogue.turns import Prompt
from bot.drafts import Draft
from bot.screens import bookings as bookings_screens
from bot.screens.parts import Piece


def _booked(asker: Asker, prompt: Prompt) -> list[Piece]:
    look = look_of(asker, prompt)
    if isinstance(asker.outcome, Refusal):
        return rides.refused(asker, look, asker.outcome)
    assert isinstance(asker.outcome, BookingView)
    title_key = "bot-changed-title" if asker.outcome.is_change else "bot-booked-title"
    return [bookings_screens.receipt(look, asker.outcome, title_key=title_key)]


def bookings(asker: Asker, prompt: Prompt) -> list[Piece]:
    """Show the bookings to come."""
    rider_id = asker.account.rider_id
    shown = booking_queries.list_future(asker.session, rider_id, now=asker.now) if rider_id else []
    return [bookings_screens.listed(look_of(asker, prompt), shown)]


def _own(asker: Asker, prompt: Prompt) -> BookingView:
    if asker.account.rider_id is None:
        raise NotFoundError(prompt.public_id)
    return booking_queries.get(asker.session, prompt.public_id, rider_id=asker.account.rider_id)


def _booking(asker: Asker, prompt: Prompt) -> list[Piece]:
    return [bookings_screens.receipt(look_of(asker, prompt), _own(asker, prompt), title_key="bot-booking-title")]


def _ask_cancel(asker: Asker, prompt: Prompt) -> list[Piece]:
    booking = _own(asker, prompt)
    if booking.state != "confirmed":
        key = "bot-was-cancelled" if booking.state == "cancelled" else "bot-booking-title"
        return [bookings_screens.receipt(look_of(asker, prompt), booking, title_key=key)]
    return [bookings_screens.ask_cancel(look_of(asker, prompt), booking)]


def _cancelled(asker: Asker, prompt: Prompt) -> list[Piece]:
    look = look_of(asker, prompt)
    if isinstance(asker.outcome, Refusal):
        said = wording.refusal_text(asker.outcome, look.language)
        noted = replace(look, note=said)
        return [bookings_screens.receipt(noted, _own(asker, prompt), title_key="bot-booking-title")]
    assert isinstance(asker.outcome, BookingView)
    if asker.is_done_before:
        return [bookings_screens.receipt(look, asker.outcome, title_key="bot-was-cancelled")]
    return [bookings_screens.cancelled(look, asker.outcome)]


def _change(asker: Asker, prompt: Prompt) -> list[Piece]:
    """Open a booking for change: the draft starts as the booking is (Q-12)."""
    booking = _own(asker, prompt)
    if booking.state != "confirmed":
        asker.draft = Draft()
        return _booking(asker, prompt)
    asker.draft = replace(
        asker.draft,
        pickup=booking.pickup.id,
        dropoff=booking.dropoff.id,
        day=booking.day,
        kind=WishKind(booking.wish_kind),
        time_s=booking.departure.pickup_s if booking.departure else booking.wish_s,
        party=booking.party,
        editing="edit",
        service=booking.service_id,
    )
    return rides.edit(asker, prompt)


def _rebook(asker: Asker, prompt: Prompt) -> list[Piece]:
    """Start a booking like one that was called off: same stops and party; on a line another run of that day (T-47)."""
    booking = _own(asker, prompt)
    asker.draft = replace(
        asker.draft,
        pickup=booking.pickup.id,
        dropoff=booking.dropoff.id,
        day=booking.day if booking.day >= asker.today else None,
        party=booking.party,
        service=booking.service_id,
    )
    return rides.SCREENS[drafts.next_question(asker.draft)](asker, prompt)


SCREENS = {
    "rebook": _rebook,
    "booked": _booked,
    "bookings": bookings,
    "booking": _booking,
    "ask_cancel": _ask_cancel,
    "cancelled": _cancelled,
    "change": _change,
}

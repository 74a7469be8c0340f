"""What is told without being asked: a booking made, given up or moved, a delay (line.md 9: one push an occasion)."""

from backend import wording
from backend.db.queries.bookings import BookingView
from bot.postback import Tap
from bot.screens.bookings import receipt
from bot.screens.parts import Look, Piece, button, line, screen, tap

RECEIPTS = {"booking_confirmed": "bot-booked-title"}
TOLD = {
    "booking_cancelled": "bot-notice-cancelled",
    "time_changed": "bot-notice-time",
    "delay": "bot-notice-delay",
    "delay_over": "bot-notice-delay-over",
    "vehicle_changed": "bot-notice-vehicle",
    "run_suspended": "bot-notice-suspended",
}


def notice(look: Look, kind: str, booking: BookingView, *, minutes: int | None) -> Piece | None:
    """Return the message for a kind of notification, or None for a kind that has no words for residents."""
    if kind in RECEIPTS:
        return receipt(look, booking, title_key=RECEIPTS[kind])
    if kind not in TOLD:
        return None
    said = look.say(
        TOLD[kind],
        day=wording.day_text(booking.day, look.language),
        pickup=booking.pickup.name,
        clock=wording.clock_text(booking.planned_pickup_s, look.language),
        minutes=str(minutes or 0),
        vehicle=booking.vehicle_name,
        number=booking.number,
    )
    see = Tap("booking", "", booking.public_id)
    body = [line(said), button(tap(look.say("bot-see-booking"), see), style="primary")]
    return screen(look, look.say(f"{TOLD[kind]}-title"), body, alt=said, has_back=False)


def apology(look: Look) -> Piece:
    """Say that something of ours went wrong, with a way on."""
    said = look.say("bot-sorry", number=look.phone)
    return screen(look, look.say("bot-sorry-title"), [line(said)], alt=said, has_back=False)


def registered(look: Look) -> Piece:
    """Say that somebody is a member now, with the first ride one tap away."""
    book = button(tap(look.say("bot-menu-book"), Tap("book")), style="primary")
    said = look.say("bot-registered")
    return screen(look, look.say("bot-registered-title"), [line(said), book], alt=said, has_back=False)

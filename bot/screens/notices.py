"""What is told without being asked: a booking made, given up or moved, a delay (line.md 9: one push an occasion)."""

from dataclasses import dataclass
from datetime import date

from backend import wording
from backend.db.queries.bookings import BookingView
from backend.db.queries.waiting import REMINDER
from bot.postback import Tap
from bot.screens.bookings import receipt, spoken, vehicle_said
from bot.screens.parts import Look, Piece, button, fact, line, screen, tap
from bot.screens.rides import ride_facts

FOLLOW_DELAY, FOLLOW_SUSPENDED, FOLLOW_RESUMED = "follow_delay", "follow_suspended", "follow_resumed"
FOLLOW_TEXTS = {FOLLOW_SUSPENDED: "bot-follow-suspended", FOLLOW_RESUMED: "bot-follow-resumed"}
ACCOUNT_LINKED, PHONE_CHANGED = "account_linked", "phone_changed"
REBOOKED = frozenset({"run_suspended"})
RECEIPTS = {"booking_confirmed": "bot-booked-title"}
TOLD = {
    "booking_cancelled": "bot-notice-cancelled",
    "time_changed": "bot-notice-time",
    "delay": "bot-notice-delay",
    "delay_over": "bot-notice-delay-over",
    "vehicle_changed": "bot-notice-vehicle",
    "run_suspended": "bot-notice-suspended",
    "timetable_changed": "bot-notice-timetable",
}


@dataclass(frozen=True, slots=True)
class RunNews:
    """What is new about a printed run: ``minutes`` late, 0 when it is in time again, or called off for a reason."""

    entry_code: str
    direction: str
    number: int
    day: str
    minutes: int
    reason: str


def notice(look: Look, kind: str, booking: BookingView, *, minutes: int | None) -> Piece | None:
    """Return the message for a kind of notification, or None for a kind that has no words for residents."""
    if kind in RECEIPTS:
        return receipt(look, booking, title_key=RECEIPTS[kind])
    if kind == REMINDER:
        return _reminder(look, booking)
    if kind not in TOLD:
        return None
    said = look.say(
        TOLD[kind],
        day=wording.day_text(booking.day, look.language),
        pickup=booking.pickup.name,
        clock=wording.clock_text(booking.planned_pickup_s, look.language),
        minutes=str(minutes or 0),
        vehicle=wording.vehicle_text(booking.vehicle_look, booking.vehicle_sign, look.language),
        number=booking.number,
    )
    see = button(tap(look.say("bot-see-booking"), Tap("booking", "", booking.public_id)), style="primary")
    again = button(tap(look.say("bot-book-again"), Tap("again-of", "", booking.public_id)), style="primary")
    body = [line(said), *([again] if kind in REBOOKED else []), *([] if kind in REBOOKED else [see])]
    return screen(look, look.say(f"{TOLD[kind]}-title"), body, alt=said, has_back=False)


def _reminder(look: Look, booking: BookingView) -> Piece:
    """Remind of a ride: day, places and times, how to know the vehicle (T-54), and what can be done about it."""
    title = look.say("bot-reminder-title")
    vehicle = vehicle_said(look, booking)
    body = [
        line(look.say("bot-reminder", day=wording.day_text(booking.day, look.language))),
        *ride_facts(look, booking.promise, booking.departure, booking.pickup.name, booking.dropoff.name),
        *([fact(look.say("bot-fact-vehicle"), vehicle)] if vehicle else []),
        fact(look.say("bot-fact-number"), booking.number),
        button(tap(look.say("bot-see-booking"), Tap("booking", "", booking.public_id)), style="primary"),
        button(tap(look.say("bot-cancel"), Tap("cancel", "", booking.public_id))),
        button(tap(look.say("bot-unremind"), Tap("unremind"))),
    ]
    heard = "\n".join(filter(None, (title, spoken(look, booking), vehicle)))
    return screen(look, title, body, alt=heard, has_back=False)


def follow_notice(look: Look, kind: str, news: RunNews) -> Piece:
    """Return what followers of a run are told: late, in time again, called off, or resumed (T-25, T-47)."""
    key = FOLLOW_TEXTS.get(kind) or ("bot-follow-delay" if news.minutes else "bot-follow-on-time")
    run = look.say("common-run", direction=news.direction, number=news.number)
    day = wording.day_text(news.day, look.language)
    said = look.say(key, day=day, run=run, minutes=str(news.minutes), reason=news.reason)
    body = [
        line(said),
        button(tap(look.say("bot-menu-timetable"), Tap("timetable")), style="primary"),
        button(tap(look.say("bot-unfollow"), Tap("unfollow", "", news.entry_code))),
    ]
    return screen(look, look.say(f"{key}-title"), body, alt=said, has_back=False)


def apology(look: Look) -> Piece:
    """Say that something of ours went wrong, with a way on."""
    said = look.say("bot-sorry", number=look.phone)
    return screen(look, look.say("bot-sorry-title"), [line(said)], alt=said, has_back=False)


def shut(look: Look) -> Piece:
    """Say that LINE rests for now, with the number to call."""
    said = look.say("bot-shut", number=look.phone)
    return screen(look, look.say("bot-shut-title"), [line(said)], alt=said, has_back=False)


def account_news(look: Look, kind: str) -> Piece:
    """Say that somebody joined an account to the member, or changed the number: who did not, is to call (T4, T5)."""
    key = "bot-account-linked" if kind == ACCOUNT_LINKED else "bot-phone-changed"
    said = look.say(key, number=look.phone)
    return screen(look, look.say(f"{key}-title"), [line(said)], alt=said, has_back=False)


def still_member(look: Look, *, until: date) -> Piece:
    """Ask somebody who did not ride for long whether to stay registered; any answer is a use (Q-69)."""
    said = look.say("bot-still-member", year=str(until.year), day=wording.day_text(until, look.language))
    body = [
        line(said),
        button(tap(look.say("bot-stay"), Tap("stay")), style="primary"),
        button(tap(look.say("bot-leave"), Tap("settings"))),
    ]
    return screen(look, look.say("bot-still-member-title"), body, alt=said, has_back=False)


def registered(look: Look) -> Piece:
    """Say that somebody is a member now, with the first ride one tap away."""
    book = button(tap(look.say("bot-menu-book"), Tap("book")), style="primary")
    said = look.say("bot-registered")
    return screen(look, look.say("bot-registered-title"), [line(said), book], alt=said, has_back=False)

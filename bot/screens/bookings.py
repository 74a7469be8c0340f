"""Bookings as their owner sees them: receipt, list, one in full, giving it up (D-30 to D-32)."""

from collections.abc import Sequence

from backend import wording
from backend.db.queries.bookings import BookingView
from bot.postback import Tap
from bot.screens.parts import Look, Piece, button, choice, fact, line, screen, tap
from bot.screens.rides import ride_facts

MOST_LISTED = 8
OPEN = "confirmed"


def receipt(look: Look, booking: BookingView, *, title_key: str) -> Piece:
    """Show a booking in full, with its number and what can be done about it."""
    title = look.say(title_key)
    body = [*_facts(look, booking), *_actions(look, booking)]
    return screen(look, title, body, alt=f"{title}\n{spoken(look, booking)}", has_back=False)


def listed(look: Look, shown: Sequence[BookingView]) -> Piece:
    """Show the bookings to come, the next first."""
    title = look.say("bot-bookings-title")
    if not shown:
        book = button(tap(look.say("bot-menu-book"), Tap("book")), style="primary")
        return screen(look, title, [line(look.say("bot-no-bookings")), book], alt=look.say("bot-no-bookings"))
    body = [
        choice(_lines(look, booking), tap(_lines(look, booking)[0], Tap("booking", "", booking.public_id)))
        for booking in shown[:MOST_LISTED]
    ]
    alt = "\n".join([title, *(spoken(look, booking) for booking in shown[:MOST_LISTED])])
    return screen(look, title, body, alt=alt)


def ask_cancel(look: Look, booking: BookingView) -> Piece:
    """Ask once whether the booking is to be given up."""
    title = look.say("bot-ask-cancel")
    body = [
        *_facts(look, booking),
        button(tap(look.say("bot-yes-cancel"), Tap("drop", "", booking.public_id)), style="primary"),
        button(tap(look.say("bot-keep"), Tap("booking", "", booking.public_id))),
    ]
    return screen(look, title, body, alt=f"{title}\n{spoken(look, booking)}")


def cancelled(look: Look, booking: BookingView) -> Piece:
    """Say that a booking is given up, and offer a new one."""
    title = look.say("bot-cancelled-title")
    again = button(tap(look.say("bot-menu-book"), Tap("book")), style="primary")
    body = [line(spoken(look, booking)), again]
    return screen(look, title, body, alt=f"{title}\n{spoken(look, booking)}", has_back=False)


def spoken(look: Look, booking: BookingView) -> str:
    """Return a booking in one sentence, for those who hear it or see the notification."""
    return look.say(
        "bot-booking-alt",
        day=wording.day_text(booking.day, look.language),
        window=wording.pickup_text(booking.promise, booking.departure, look.language),
        pickup=booking.pickup.name,
        dropoff=booking.dropoff.name,
        number=booking.number,
    )


def vehicle_said(look: Look, booking: BookingView) -> str:
    """Return how to know the vehicle (T-54), or nothing where the plan may still change it.

    The run of a line keeps its vehicle, or its riders are told; which one takes an area ride is open until it comes.
    """
    if booking.departure is None:
        return ""
    return wording.vehicle_text(booking.vehicle_look, booking.vehicle_sign, look.language)


def _lines(look: Look, booking: BookingView) -> list[str]:
    window = wording.pickup_text(booking.promise, booking.departure, look.language)
    day = wording.day_text(booking.day, look.language)
    run = [wording.run_text(booking.departure, look.language)] if booking.departure else []
    return [
        look.say("bot-offer-label", day=day, window=window),
        *run,
        look.say("bot-trip", pickup=booking.pickup.name, dropoff=booking.dropoff.name),
        look.say("bot-number", number=booking.number),
    ]


def _facts(look: Look, booking: BookingView) -> list[Piece]:
    language = look.language
    ride = booking.departure
    run_and_places = ride_facts(look, booking.promise, ride, booking.pickup.name, booking.dropoff.name)
    facts = [
        fact(look.say("bot-fact-state"), look.say(f"bot-state-{wording.key_of(booking.state)}")),
        fact(look.say("bot-fact-number"), booking.number),
        fact(look.say("bot-fact-day"), wording.day_text(booking.day, language)),
        *run_and_places,
    ]
    if booking.state == OPEN and ride is None:
        facts.append(fact(look.say("bot-fact-planned"), wording.clock_text(booking.planned_pickup_s, language)))
    facts += [
        fact(look.say("bot-fact-party"), wording.party_text(booking.party, language)),
        fact(look.say("bot-fact-fare"), wording.yen_text(booking.fare_yen, language)),
    ]
    if ride is not None:
        vehicle = fact(look.say("bot-fact-vehicle"), vehicle_said(look, booking))
        facts += [vehicle, line(look.say("bot-no-ic"), size="md")]
    return facts


def _actions(look: Look, booking: BookingView) -> list[Piece]:
    place = button(tap(look.say("bot-pickup-place"), Tap("stop", "", str(booking.pickup.id))))
    if booking.state != OPEN:
        return [button(tap(look.say("bot-menu-book"), Tap("book")), style="primary")]
    return [
        line(look.say("bot-say-number"), size="md"),
        place,
        button(tap(look.say("bot-change"), Tap("change", "", booking.public_id))),
        button(tap(look.say("bot-cancel"), Tap("cancel", "", booking.public_id))),
    ]

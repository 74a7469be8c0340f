"""Facts for the questions of a booking, and the rides that can be had."""

from dataclasses import replace

from backend import wording
from backend.domain import times
from backend.domain.offers import Offer, Wish
from backend.domain.refusals import Refusal
from backend.services import bookings, offers
from bot import drafts
from bot.answers import runs, stops
from bot.answers.asker import CHANNEL, Asker, last_trips, look_of
from bot.dialogue import trips as trip_talk
from bot.dialogue.turns import LastTrip, Prompt
from bot.screens import booking as booking_screens
from bot.screens import services as service_screens
from bot.screens.booking import TripLine
from bot.screens.parts import Look, Piece
from bot.screens.services import ServiceLine

WALK_ON = "no_booking_needed"
FIRST_END_S = 30 * times.MINUTE_S


def _trips(asker: Asker, prompt: Prompt) -> list[Piece]:
    """Offer the last rides; on a line then the likely ends, so that most need not look for theirs (T-59)."""
    trips = [trip for trip in last_trips(asker) if trip.service == asker.service.id]
    likely = [(stop.id, stop.name) for stop in stops.likely_stops(asker)] if asker.is_on_line else []
    return [booking_screens.trips(look_of(asker, prompt), trip_lines(asker, trips), likely)]


def trip_lines(asker: Asker, trips: list[LastTrip]) -> list[TripLine]:
    """Return former rides as buttons show them."""
    names = asker.names()
    return [
        TripLine(
            trip.service,
            names[trip.pickup],
            names[trip.dropoff],
            trip_talk.encode(trip),
            trip_talk.encode(trip, is_return=True),
        )
        for trip in trips
    ]


def _ask_service(asker: Asker, prompt: Prompt) -> list[Piece]:
    """Ask which service; who may begin with the area's first question at once has its letters there."""
    lines = []
    for service in asker.services:
        is_line = asker.line is not None and service.id == asker.line.id
        starts = not is_line and asker.is_member
        shown = asker.stops_of(service) if starts else []
        kept = [stop for stop in stops.favourites_of(asker) if starts]
        lines.append(ServiceLine(service.id, service.name, is_line, kept, shown))
    return [service_screens.choose_service(look_of(asker, prompt), lines, trip_lines(asker, last_trips(asker)))]


def _ask_day(asker: Asker, prompt: Prompt) -> list[Piece]:
    left = drafts.questions_left(asker.draft) or 1
    look = look_of(asker, prompt)
    return [booking_screens.ask_day(look, left=left, today=asker.today, days=asker.open_days())]


def _day_refused(asker: Asker, prompt: Prompt) -> list[Piece]:
    """Say why the day of the calendar cannot be taken, and ask again."""
    look = look_of(asker, prompt)
    draft = replace(asker.draft, day=prompt.day, time_s=asker.draft.time_s or asker.service.hours_start_s)
    wish = drafts.wish_of(draft, party=asker.own_party(asker.today))
    note = look.say("bot-day-not-bookable")
    if wish is not None:
        found = offers.find(asker.session, wish, channel=CHANNEL, rider_id=asker.account.rider_id, now=asker.now)
        if isinstance(found, Refusal):
            note = wording.refusal_text(found, look.language)
    noted = replace(look, note=note)
    return [booking_screens.ask_day(noted, left=2, today=asker.today, days=asker.open_days())]


def _ask_time(asker: Asker, prompt: Prompt) -> list[Piece]:
    day = asker.draft.day
    if day is None:
        return _ask_day(asker, prompt)
    if asker.is_on_line:
        return runs.ask_run(asker, prompt, day)
    starts = offers.start_times(asker.session, asker.service.id, day, channel=CHANNEL, now=asker.now)
    ends = [second + FIRST_END_S for second in starts if second + FIRST_END_S <= asker.service.hours_end_s]
    if not starts:
        asker.draft = replace(asker.draft, day=None)
        return _ask_day(asker, replace(prompt, note="bot-day-over"))
    left = drafts.questions_left(asker.draft) or 1
    return [booking_screens.ask_time(look_of(asker, prompt), left=left, day=day, starts=starts, ends=ends)]


def _ask_party(asker: Asker, prompt: Prompt) -> list[Piece]:
    day = asker.draft.day or asker.today
    fares = runs.fares_of(asker, day)
    party = asker.draft.party or asker.own_party(day)
    look, most = look_of(asker, prompt), asker.service.max_party
    has_wheelchairs = not asker.is_on_line
    return [booking_screens.ask_party(look, party, fares=fares, max_party=most, has_wheelchairs=has_wheelchairs)]


def _offers(asker: Asker, prompt: Prompt) -> list[Piece]:
    """Show the ride in full; the one that was tapped stands first if it can still be had."""
    wish = asker.wish()
    assert wish is not None, "offers are shown when all is said"
    found = _find(asker, wish)
    if isinstance(found, Refusal):
        if found.code != WALK_ON:
            offers.record_refusal(
                asker.session, wish, found, channel=CHANNEL, rider_id=asker.account.rider_id, now=asker.now
            )
        return refused(asker, look_of(asker, prompt), found)
    ordered = sorted(found, key=lambda offer: offer.promise != asker.draft.promise)
    look, is_change = look_of(asker, prompt), bool(asker.draft.changes)
    vehicle = runs.vehicle_of(asker, ordered[0].departure, wish.day)
    return [booking_screens.offers(look, ordered, asker.names(), is_change=is_change, vehicle=vehicle)]


def refused(asker: Asker, look: Look, refusal: Refusal) -> list[Piece]:
    """Say why not, with the ways out; that a run needs no booking is good news with the time and the fare (T-15)."""
    if refusal.code == WALK_ON:
        return runs.walk_on(asker, look)
    return [booking_screens.refused(look, refusal, asker.names())]


def _find(asker: Asker, wish: Wish) -> tuple[Offer, ...] | Refusal:
    """Return the rides for a wish; in a change the seats of the old booking count as free (Q-12)."""
    session, rider_id, changes = asker.session, asker.account.rider_id, asker.draft.changes
    if changes:
        return bookings.offers_instead(session, changes, wish, channel=CHANNEL, rider_id=rider_id, now=asker.now)
    return offers.find(session, wish, channel=CHANNEL, rider_id=rider_id, now=asker.now)


def edit(asker: Asker, prompt: Prompt) -> list[Piece]:
    """Ask what is to be mended."""
    has_runs = asker.is_on_line
    return [booking_screens.edit(look_of(asker, prompt), is_change=bool(asker.draft.changes), has_runs=has_runs)]


SCREENS = {
    "ask_service": _ask_service,
    "trips": _trips,
    "ask_day": _ask_day,
    "day_refused": _day_refused,
    "ask_time": _ask_time,
    "ask_party": _ask_party,
    "offers": _offers,
    "edit": edit,
}

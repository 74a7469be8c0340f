"""Taking a former ride again, or the way back: what its button carries, and the draft that comes of it (D-49, T-59)."""

from dataclasses import replace
from datetime import date

from backend.domain import times
from backend.domain.offers import WishKind
from bot import postback
from bot.dialogue.turns import Context, LastTrip, ServiceFacts
from bot.drafts import Draft

RETURN_AFTER_S = 2 * times.HOUR_S
STEP_S = 30 * times.MINUTE_S
TRIP_PARTS = 6


def encode(trip: LastTrip, *, is_return: bool = False) -> str:
    """Return a former ride as a button carries it; the way back starts later, at the other end."""
    start, end = (trip.dropoff, trip.pickup) if is_return else (trip.pickup, trip.dropoff)
    time = postback.encode_time(trip.kind, trip.time_s)
    party = postback.encode_party(trip.party)
    return f"{start}.{end}.{time}.{party}.{'r' if is_return else ''}.{trip.service}"


def parse(text: str) -> tuple[LastTrip, bool] | None:
    """Return the former ride that a button carries, and whether the way back is meant."""
    parts = text.split(".")
    if len(parts) != TRIP_PARTS:
        return None
    start, end, service = (postback.parse_number(parts[place]) for place in (0, 1, 5))
    wished, party = postback.parse_time(parts[2]), postback.parse_party(parts[3])
    if start is None or end is None or service is None or wished is None or party is None:
        return None
    return LastTrip(start, end, party, *wished, service), parts[4] == "r"


def known(text: str, context: Context) -> tuple[LastTrip, bool] | None:
    """Return the former ride of a button between stops that are still served, or None."""
    repeat = parse(text)
    service = context.service(repeat[0].service) if repeat else None
    return repeat if repeat and service and service.serves(repeat[0].pickup, repeat[0].dropoff) else None


def repeated(draft: Draft, repeat: tuple[LastTrip, bool], context: Context) -> Draft:
    """Return the draft of a former ride, on the next day on which it can be had.

    On a line the way back is another run, which is asked for; elsewhere it starts some hours later.
    """
    trip, is_return = repeat
    service = context.service(trip.service)
    assert service is not None, "known rides are those of a service on offer"
    taken = replace(draft, service=service.id, pickup=trip.pickup, dropoff=trip.dropoff, party=trip.party)
    outward = _upcoming(trip, context) if is_return else None
    if service.has_timetable:
        day = (outward.upcoming if outward else None) or _first_day(0, service, context)
        return replace(taken, kind=WishKind.DEPART, day=day, time_s=None if is_return else trip.time_s)
    start_s = _return_s(trip, service) if is_return else trip.time_s
    kind = WishKind.DEPART if is_return else trip.kind
    if outward and outward.upcoming:
        start_s = min(times.ceil_to(outward.arrive_s + times.HOUR_S, STEP_S), service.hours_end_s - STEP_S)
    day = (outward.upcoming if outward else None) or _first_day(start_s, service, context)
    return replace(taken, kind=kind, day=day, time_s=start_s)


def _upcoming(trip: LastTrip, context: Context) -> LastTrip | None:
    """Return the booked ride that ``trip`` goes back from, or None."""
    return next(
        (
            other
            for other in context.trips
            if other.upcoming and (other.pickup, other.dropoff) == (trip.dropoff, trip.pickup)
        ),
        None,
    )


def _return_s(trip: LastTrip, service: ServiceFacts) -> int:
    return max(service.hours_start_s, min(trip.time_s + RETURN_AFTER_S, service.hours_end_s - STEP_S))


def _first_day(start_s: int, service: ServiceFacts, context: Context) -> date | None:
    """Return the first day on which ``start_s`` can still be booked, or None."""
    days = (
        day for day in service.open_days if day > context.today or (service.soonest_s and start_s >= service.soonest_s)
    )
    return next(days, None)

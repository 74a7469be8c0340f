"""Who went from where to where: the table a usage survey asks for, without identity (T-51, L-15)."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from backend.db.models import Booking, PartyLine, ServiceDay, Stop
from backend.db.queries import money_taken

RODE = ("boarded", "completed")
FEW = 5  # fewer persons than this could be recognised in what is published


@dataclass(frozen=True, slots=True)
class Pair:
    """Persons who rode from one stop to another."""

    pickup: str
    dropoff: str
    persons: int


@dataclass(frozen=True, slots=True)
class StopCount:
    """Persons who got on and off at a stop, booked or not."""

    stop: str
    boarded: int
    alighted: int


def list_pairs(session: Session, service_id: int, *, first: date, last: date) -> list[Pair]:
    """Return the pairs of stops of all booked rides that took place, the busiest first."""
    pickup, dropoff = aliased(Stop), aliased(Stop)
    persons = func.sum(PartyLine.persons)
    query = (
        select(pickup.name, dropoff.name, persons)
        .select_from(Booking)
        .join(PartyLine, PartyLine.booking_id == Booking.id)
        .join(ServiceDay, ServiceDay.id == Booking.service_day_id)
        .join(pickup, pickup.id == Booking.pickup_stop_id)
        .join(dropoff, dropoff.id == Booking.dropoff_stop_id)
        .where(
            Booking.transport_service_id == service_id,
            Booking.state.in_(RODE),
            ServiceDay.day.between(first, last),
        )
        .group_by(pickup.name, dropoff.name)
        .order_by(persons.desc(), pickup.name, dropoff.name)
    )
    return [Pair(start, end, int(count)) for start, end, count in session.execute(query)]


def list_stop_counts(session: Session, service_id: int, *, first: date, last: date) -> list[StopCount]:
    """Return boardings and alightings by stop, the busiest first."""
    names = stop_names(session)
    counts: Counter[tuple[int, str]] = Counter()
    for count in money_taken.boardings(session, service_id, first, last):
        counts[count.stop_id, count.kind] += count.persons
    stops = {stop_id for stop_id, _ in counts}
    found = [StopCount(names[stop_id], counts[stop_id, "board"], counts[stop_id, "alight"]) for stop_id in stops]
    return sorted(found, key=lambda each: (-each.boarded - each.alighted, each.stop))


def stop_names(session: Session) -> dict[int, str]:
    """Return the names of all stops there ever were, by id."""
    return {stop.id: stop.name for stop in session.scalars(select(Stop))}


def publishable(persons: int) -> int | None:
    """Return a count as it may be published: None, shown as a dash, when it is small enough to single people out."""
    return persons if persons == 0 or persons >= FEW else None

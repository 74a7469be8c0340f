"""Questions about rides on a line's runs: which printed run a booking is on, the vehicle, what is suspended."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import Booking, Run, ServiceDay, ServiceStop, Stop, TimetableEntry, Vehicle
from backend.db.queries.timetable import INTERPOLATED
from backend.domain.offers import TimetableRide

SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class SuspendedRun:
    """A run of a day that is called off, with the reason that riders are told."""

    entry_code: str
    direction: str
    number: int
    reason: str


def ride_of(booking: Booking) -> TimetableRide | None:
    """Return the printed run a booking is on, with its times at the two stops; None in an area service."""
    entry = booking.run.timetable_entry
    if entry is None:
        return None
    at = {each.stop_id: each for each in entry.stop_times}
    pickup, dropoff = at[booking.pickup_stop_id], at[booking.dropoff_stop_id]
    return TimetableRide(
        entry_code=entry.code,
        direction=entry.direction,
        number=entry.number,
        kind=booking.run.kind,
        pickup_s=pickup.time_s,
        pickup_is_about=pickup.kind == INTERPOLATED,
        dropoff_s=dropoff.time_s,
        dropoff_is_about=dropoff.kind == INTERPOLATED,
    )


def vehicle_look(session: Session, vehicle_id: int) -> str:
    """Return how riders know a vehicle (T-54): its look, else its name."""
    vehicle = session.get_one(Vehicle, vehicle_id)
    return vehicle.look or vehicle.name


def list_suspended(session: Session, service_id: int, day: date) -> list[SuspendedRun]:
    """Return the runs of a line's day that are called off, by departure (T-47)."""
    query = (
        select(TimetableEntry.code, TimetableEntry.direction, TimetableEntry.number, Run.suspended_reason)
        .join(Run, Run.timetable_entry_id == TimetableEntry.id)
        .join(ServiceDay, ServiceDay.id == Run.service_day_id)
        .where(ServiceDay.transport_service_id == service_id, ServiceDay.day == day, Run.state == SUSPENDED)
        .order_by(TimetableEntry.departs_s, TimetableEntry.code)
    )
    return [SuspendedRun(code, direction, number, why or "") for code, direction, number, why in session.execute(query)]


def stops_by_zone(session: Session, service_id: int) -> dict[str, list[str]]:
    """Return the names of a line's stops by fare zone, along the line (T-26)."""
    query = (
        select(ServiceStop.fare_zone, Stop.name)
        .join(Stop, Stop.id == ServiceStop.stop_id)
        .where(ServiceStop.transport_service_id == service_id)
        .order_by(ServiceStop.fare_zone, ServiceStop.seq)
    )
    found: dict[str, list[str]] = {}
    for zone, name in session.execute(query):
        found.setdefault(zone, []).append(name)
    return found

"""What a vehicle does on a day across all services, and whether it is free for a span (T-21, T-22, T-46)."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import Duty, Run, ServiceDay, TransportService, Vehicle
from backend.domain import times
from backend.domain.errors import NotFoundError
from backend.domain.refusals import Refusal
from backend.services import itineraries, service_days

TURNAROUND_S = 5 * times.MINUTE_S
STILL_RUNS = ("planned", "committed", "underway")


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the service day, in its seconds. ``turnaround_s`` is needed between it and what comes next."""

    from_s: int
    to_s: int
    turnaround_s: int = 0

    def meets(self, other: "Span") -> bool:
        """Tell whether the same vehicle cannot do both: they overlap, or leave no time to turn around."""
        apart_s = min(self.turnaround_s, other.turnaround_s)
        return self.from_s < other.to_s + apart_s and other.from_s < self.to_s + apart_s


def lock(session: Session, run_id: int) -> Run:
    """Take the locks of all services on the day of a run, and return the run as it is now.

    What a vehicle does is decided across services; the locks are taken in the order of the services, by everybody.
    """
    run = session.get(Run, run_id)
    if run is None:
        raise NotFoundError(f"run {run_id}")
    own = session.get_one(ServiceDay, run.service_day_id)
    query = (
        select(ServiceDay.transport_service_id)
        .where(ServiceDay.day == own.day)
        .order_by(ServiceDay.transport_service_id)
    )
    for service_id in session.scalars(query).all():
        service_days.lock(session, service_id, own.day)
    session.refresh(run)
    return run


def get_vehicle(session: Session, vehicle_id: int) -> Vehicle:
    """Return a vehicle in use; raise `NotFoundError` for any other."""
    vehicle = session.get(Vehicle, vehicle_id)
    if vehicle is None or not vehicle.active:
        raise NotFoundError(f"vehicle {vehicle_id}")
    return vehicle


def why_busy(session: Session, vehicle: Vehicle, day: date, span: Span, *, but_run_id: int | None) -> Refusal | None:
    """Return what keeps a vehicle from driving during ``span``, and until when, or None when it is free."""
    meeting = [
        taken for run_id, taken in spans_of(session, vehicle.id, day) if run_id != but_run_id and taken.meets(span)
    ]
    if not meeting:
        return None
    free_s = max(taken.to_s for taken in meeting)
    return Refusal("vehicle_busy", {"vehicle": vehicle.name, "free_s": free_s})


def spans_of(session: Session, vehicle_id: int, day: date) -> list[tuple[int, Span]]:
    """Return when a vehicle is out on a day, by run: a line run from end to end, an area run as long as its duty."""
    query = (
        select(Run, Duty, TransportService)
        .join(Duty, Duty.id == Run.duty_id)
        .join(ServiceDay, ServiceDay.id == Run.service_day_id)
        .join(TransportService, TransportService.id == ServiceDay.transport_service_id)
        .where(Duty.vehicle_id == vehicle_id, ServiceDay.day == day, Run.state.in_(STILL_RUNS))
        .order_by(Run.id)
        .execution_options(populate_existing=True)
    )
    return [(run.id, span_of(run, duty, service)) for run, duty, service in session.execute(query)]


def span_of(run: Run, duty: Duty, service: TransportService) -> Span:
    """Return when a run is out: by the timetable, or by its duty, which ends where it has to be next.

    A delay that was reported makes a run of the timetable longer.
    """
    if run.departs_s is not None and run.arrives_s is not None:
        return Span(run.departs_s, run.arrives_s + run.late_s, TURNAROUND_S)
    shift = itineraries.shift_of(service, duty)
    return Span(shift.earliest_s, shift.latest_s)

"""How long each driver is out on a day, across all services: span, driving, gaps, rest, and what is too much (T-56)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.db.models import Duty, Run, ServiceDay, Staff, TransportService, Vehicle, Visit
from backend.domain.policies import duty_limits
from backend.domain.policies.duty_limits import DutySpan, Piece

DRIVEN = ("planned", "committed", "underway", "finished")

Key = tuple[int | None, str]  # a driver, or the vehicle that nobody is named for yet


@dataclass(frozen=True, slots=True)
class DriverDay:
    """A driver's day. ``driver`` is empty while nobody is named; ``rest_s`` is None after a free day.

    ``warnings`` are ``long`` and ``rest``; the limits are the strictest of the services driven for.
    """

    driver: str
    vehicles: tuple[str, ...]
    span: DutySpan
    rest_s: int | None
    longest_s: int
    shortest_rest_s: int
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Out:
    """A piece of somebody's day, for a service in a vehicle."""

    piece: Piece
    vehicle: str
    service: TransportService


def list_day(session: Session, day: date) -> list[DriverDay]:
    """Return every driver's day, by name; runs that are not operated or called off do not count."""
    today, before = _pieces(session, day), _pieces(session, day - timedelta(days=1))
    ids = [driver_id for driver_id, _ in today if driver_id is not None]
    names = {staff.id: staff.name for staff in session.scalars(select(Staff).where(Staff.id.in_(ids)))}
    days = [
        _driver_day(names.get(key[0] or 0, ""), pieces, before.get(key, []) if key[0] else [])
        for key, pieces in today.items()
    ]
    return sorted(days, key=lambda each: (not each.driver, each.driver, each.vehicles))


def count_warnings(session: Session, day: date) -> int:
    """Return how many drivers are past a limit on a day."""
    return sum(1 for each in list_day(session, day) if each.warnings)


def _driver_day(name: str, today: list[_Out], before: list[_Out]) -> DriverDay:
    span = duty_limits.span_of([each.piece for each in today]) or DutySpan(0, 0, 0, ())
    rest_s = duty_limits.rest_s(duty_limits.span_of([each.piece for each in before]), span)
    longest_s = min(each.service.longest_duty_s for each in today)
    shortest_rest_s = max(each.service.shortest_rest_s for each in today)
    return DriverDay(
        driver=name,
        vehicles=tuple(sorted({each.vehicle for each in today})),
        span=span,
        rest_s=rest_s,
        longest_s=longest_s,
        shortest_rest_s=shortest_rest_s,
        warnings=duty_limits.warnings(span, rest_s, longest_s=longest_s, shortest_rest_s=shortest_rest_s),
    )


def _pieces(session: Session, day: date) -> dict[Key, list[_Out]]:
    """Return what is driven on a day, by driver: a run of a timetable from end to end, an area duty as it lasts."""
    query = (
        select(Run, Duty, Vehicle, TransportService)
        .join(Duty, Duty.id == Run.duty_id)
        .join(Vehicle, Vehicle.id == Duty.vehicle_id)
        .join(ServiceDay, ServiceDay.id == Run.service_day_id)
        .join(TransportService, TransportService.id == ServiceDay.transport_service_id)
        .where(ServiceDay.day == day, Run.state.in_(DRIVEN))
        .order_by(Run.id)
    )
    found: dict[Key, list[_Out]] = defaultdict(list)
    rows = session.execute(query).all()
    driven_s = _area_driven_s(session, [run.id for run, *_ in rows])
    for run, duty, vehicle, service in rows:
        if run.departs_s is not None and run.arrives_s is not None:
            piece = Piece(run.departs_s, run.arrives_s, run.arrives_s - run.departs_s)
        else:
            start_s = service.hours_start_s if duty.start_s is None else duty.start_s
            end_s = service.hours_end_s if duty.end_s is None else duty.end_s
            piece = Piece(start_s, end_s, driven_s.get(run.id, 0))
        key = (duty.driver_id, "" if duty.driver_id else vehicle.name)
        found[key].append(_Out(piece, vehicle.name, service))
    return found


def _area_driven_s(session: Session, run_ids: list[int]) -> dict[int, int]:
    """Return how long area runs are under way, from their first visit to their last."""
    query = (
        select(Visit.run_id, func.max(Visit.planned_s) - func.min(Visit.planned_s))
        .where(Visit.run_id.in_(run_ids), Visit.state != "skipped")
        .group_by(Visit.run_id)
    )
    return {run_id: int(seconds) for run_id, seconds in session.execute(query)}

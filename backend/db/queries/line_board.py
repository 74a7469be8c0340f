"""The runs of a timetable as the board shows them beside the area's duties: state, bookings, vehicle, loads (T-13)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased, joinedload

from backend.db.models import Booking, Duty, HeadCount, Run, ServiceDay, Substitution, Vehicle
from backend.db.queries import board
from backend.db.queries.board import Load, VisitRow
from backend.domain import states, times
from backend.domain.errors import NotFoundError

OPEN = ("planned", "committed", "underway")


@dataclass(frozen=True, slots=True)
class LineRunRow:
    """A run of the day. ``booked`` counts persons over all its stops, against ``booking_limit`` (T-20).

    ``counted`` is who got on without a booking. ``emptied`` are bookings given up after the cut-off that decided that
    it runs (Q-43). ``parent`` is the code of the run whose riders an extra run fetches.
    """

    run_id: int
    kind: str
    entry_code: str
    direction: str
    number: int
    departs_s: int
    arrives_s: int
    state: str
    is_decided: bool
    suspended_reason: str
    booked: int
    booking_limit: int | None
    counted: int
    emptied: int
    vehicle_id: int
    vehicle_name: str
    seats: int
    driver_name: str
    late_s: int
    plan_version: int
    delivered_version: int
    visits: tuple[VisitRow, ...]

    @property
    def is_open(self) -> bool:
        """Tell whether it is still to be driven, or being driven."""
        return self.state in OPEN

    @property
    def loads(self) -> tuple[Load, ...]:
        """Return who is on board on each leg, the empty ride after the last drop-off left out (D-12)."""
        return tuple(visit.load for visit in self.visits[:-1])


@dataclass(frozen=True, slots=True)
class VehicleChoice:
    """A vehicle that could take a run over."""

    id: int
    name: str
    seats: int
    is_spare: bool


@dataclass(frozen=True, slots=True)
class LineBoard:
    """A day of a timetable: its runs by departure, and what counts. Extra runs count apart (T-23)."""

    runs: tuple[LineRunRow, ...]

    @property
    def operated(self) -> int:
        """Return how many runs are driven or decided to be; runs without booking do not count (T-13)."""
        return sum(1 for run in self.runs if run.kind != "extra" and run.state in {"committed", "underway", "finished"})

    @property
    def extras(self) -> int:
        """Return how many extra runs were sent."""
        return sum(1 for run in self.runs if run.kind == "extra" and run.state != "suspended")

    @property
    def vehicles(self) -> tuple[tuple[int, str], ...]:
        """Return the vehicles that drive these runs, as id and name, the first out first."""
        return tuple(dict.fromkeys((run.vehicle_id, run.vehicle_name) for run in self.runs))

    @property
    def booked(self) -> int:
        """Return how many persons are booked on the day."""
        return sum(run.booked for run in self.runs)


@dataclass(frozen=True, slots=True)
class RunOfDay:
    """A run with the day it is driven on."""

    day: date
    service_id: int
    row: LineRunRow


@dataclass(frozen=True, slots=True)
class SwapView:
    """A vehicle that took a run over from another (T-46)."""

    at: datetime
    reason: str
    from_vehicle: str
    to_vehicle: str


def day(session: Session, service_id: int, on: date, *, now_s: int, carrier_id: int | None = None) -> LineBoard:
    """Return the runs of a day of the timetable, or one carrier's alone, each with its visits and loads on each leg."""
    query = _runs(carrier_id).where(ServiceDay.transport_service_id == service_id, ServiceDay.day == on)
    return LineBoard(_rows(session, session.scalars(query).all(), now_s=now_s))


def get_run(session: Session, run_id: int, *, now: datetime, carrier_id: int | None = None) -> RunOfDay:
    """Return one run of a timetable; raise `NotFoundError` for any other, with ``carrier_id`` for another carrier's."""
    run = session.scalars(_runs(carrier_id).where(Run.id == run_id)).one_or_none()
    if run is None:
        raise NotFoundError(f"run {run_id}")
    service_day = run.service_day
    [row] = _rows(session, [run], now_s=times.second_of(now, service_day.day))
    return RunOfDay(service_day.day, service_day.transport_service_id, row)


def list_substitutions(session: Session, run_id: int) -> list[SwapView]:
    """Return which vehicles took a run over, in their order."""
    old, new = aliased(Duty), aliased(Duty)
    before, after = aliased(Vehicle), aliased(Vehicle)
    query = (
        select(Substitution.at, Substitution.reason, before.name, after.name)
        .join(old, old.id == Substitution.from_duty_id)
        .join(new, new.id == Substitution.to_duty_id)
        .join(before, before.id == old.vehicle_id)
        .join(after, after.id == new.vehicle_id)
        .where(Substitution.run_id == run_id)
        .order_by(Substitution.id)
    )
    return [SwapView(*row) for row in session.execute(query)]


def list_vehicles(session: Session) -> list[VehicleChoice]:
    """Return the vehicles in use, spare ones first."""
    query = select(Vehicle).where(Vehicle.active).order_by(Vehicle.is_spare.desc(), Vehicle.code)
    return [VehicleChoice(row.id, row.name, row.seats, row.is_spare) for row in session.scalars(query)]


def _runs(carrier_id: int | None) -> Select[Run]:
    query = (
        select(Run)
        .join(ServiceDay, ServiceDay.id == Run.service_day_id)
        .where(Run.timetable_entry_id.is_not(None))
        .options(
            joinedload(Run.duty).joinedload(Duty.vehicle), joinedload(Run.timetable_entry), joinedload(Run.service_day)
        )
        .order_by(Run.departs_s, Run.id)
    )
    return query if carrier_id is None else query.where(board.is_driven_by(carrier_id))


def _rows(session: Session, runs: Sequence[Run], *, now_s: int) -> tuple[LineRunRow, ...]:
    run_ids = [run.id for run in runs]
    visits = board.visits_by_run(session, run_ids)
    drivers = board.names(session, [run.duty.driver_id for run in runs if run.duty.driver_id])
    booked, counted, emptied = (count(session, run_ids) for count in (_booked, _counted, _emptied))
    return tuple(
        LineRunRow(
            run_id=run.id,
            kind=run.kind,
            entry_code=run.timetable_entry.code,
            direction=run.timetable_entry.direction,
            number=run.timetable_entry.number,
            departs_s=run.departs_s or 0,
            arrives_s=run.arrives_s or 0,
            state=run.state,
            is_decided=run.decided_at is not None,
            suspended_reason=run.suspended_reason or "",
            booked=booked.get(run.id, 0),
            booking_limit=run.booking_limit,
            counted=counted.get(run.id, 0),
            emptied=emptied.get(run.id, 0) if run.state == "not_operated" else 0,
            vehicle_id=run.duty.vehicle_id,
            vehicle_name=run.duty.vehicle.name,
            seats=run.duty.vehicle.seats,
            driver_name=drivers.get(run.duty.driver_id or 0, ""),
            late_s=run.late_s,
            plan_version=run.plan_version,
            delivered_version=run.delivered_version,
            visits=tuple(board.with_loads(visits.get(run.id, []), now_s)),
        )
        for run in runs
        if run.timetable_entry is not None
    )


def _booked(session: Session, run_ids: Sequence[int]) -> dict[int, int]:
    query = (
        select(Booking.run_id, func.sum(Booking.seats + Booking.wheelchairs))
        .where(Booking.run_id.in_(run_ids), Booking.state.in_((*states.HOLDS_A_SEAT, "completed")))
        .group_by(Booking.run_id)
    )
    return {run_id: int(persons) for run_id, persons in session.execute(query)}


def _counted(session: Session, run_ids: Sequence[int]) -> dict[int, int]:
    query = (
        select(HeadCount.run_id, func.sum(HeadCount.persons))
        .where(HeadCount.run_id.in_(run_ids), HeadCount.kind == "board")
        .group_by(HeadCount.run_id)
    )
    return {run_id: int(persons) for run_id, persons in session.execute(query)}


def _emptied(session: Session, run_ids: Sequence[int]) -> dict[int, int]:
    query = (
        select(Booking.run_id, func.count())
        .join(Run, Run.id == Booking.run_id)
        .where(Booking.run_id.in_(run_ids), Booking.state == "cancelled", Booking.cancelled_at >= Run.decided_at)
        .group_by(Booking.run_id)
    )
    return {run_id: int(bookings) for run_id, bookings in session.execute(query)}

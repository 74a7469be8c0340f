"""Today's board: every duty of a day with its visits, loads, promises, lateness and place (D-39; D-38)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session, joinedload, selectinload

from backend.db.models import Booking, Duty, Position, Run, ServiceDay, Staff, Vehicle, Visit
from backend.db.queries import breaks
from backend.db.queries.breaks import BreakView, ChangesView
from backend.domain import states, times
from backend.domain.party import Party, PartyMember

STALE_AFTER = timedelta(minutes=5)
OFF_THE_PLAN = ("cancelled",)
NO_CHANGES = ChangesView()


@dataclass(frozen=True, slots=True)
class Place:
    """A stop on the map."""

    id: int
    name: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Load:
    """Who is on board: persons in seats, and wheelchairs."""

    seats: int
    wheelchairs: int


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One visit of a duty. ``load`` is who is on board when the vehicle leaves; ``late_s`` is past the promise."""

    id: int
    kind: str
    state: str
    place: Place
    planned_s: int
    earliest_s: int
    latest_s: int
    done_at: datetime | None
    late_s: int
    load: Load
    party: Party
    booking_public_id: str
    booking_number: str
    booking_state: str
    channel: str
    is_next: bool


@dataclass(frozen=True, slots=True)
class VehiclePlace:
    """Where a vehicle said it was, and whether that is too old to be believed."""

    lat: float
    lon: float
    at: datetime
    is_stale: bool


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A vehicle and driver out for a span of the day. ``late_s`` is what the driver reported last."""

    run_id: int
    vehicle_id: int
    vehicle_name: str
    seats: int
    wheelchair_places: int
    driver_name: str
    start_s: int | None
    end_s: int | None
    run_state: str
    plan_version: int
    delivered_version: int
    late_s: int
    visits: tuple[VisitRow, ...]
    position: VehiclePlace | None
    breaks: tuple[BreakView, ...] = ()
    changes: ChangesView = NO_CHANGES

    @property
    def next_visit(self) -> VisitRow | None:
        """Return the visit the vehicle drives to, or None."""
        return next((visit for visit in self.visits if visit.is_next), None)

    @property
    def on_board(self) -> Load:
        """Return who is on board now."""
        done = [visit for visit in self.visits if visit.state == "done"]
        return done[-1].load if done else Load(0, 0)

    @property
    def worst_late_s(self) -> int:
        """Return by how much the latest of the visits still to come misses its promise."""
        return max((visit.late_s for visit in self.visits if visit.state in states.STILL_TO_DRIVE), default=0)


@dataclass(frozen=True, slots=True)
class VehicleOut:
    """A vehicle that is out on a day, and who drives it."""

    vehicle_id: int
    vehicle_name: str
    driver_name: str


@dataclass(frozen=True, slots=True)
class BoardView:
    """A day of a service as dispatchers see it."""

    day: date
    duties: tuple[DutyRow, ...]
    bookings: int
    persons: int


def is_driven_by(carrier_id: int) -> ColumnElement[bool]:
    """Return the condition that a run is driven by a carrier's vehicle."""
    return Run.duty.has(Duty.vehicle.has(Vehicle.carrier_id == carrier_id))


def day(session: Session, service_id: int, on: date, *, now: datetime, carrier_id: int | None = None) -> BoardView:
    """Return the board of a day, past or coming, or one carrier's part; a day without duties has an empty one."""
    whose = true() if carrier_id is None else is_driven_by(carrier_id)
    runs = session.scalars(
        select(Run)
        .join(ServiceDay)
        .join(Duty, Run.duty_id == Duty.id)
        .join(Vehicle)
        .where(ServiceDay.transport_service_id == service_id, ServiceDay.day == on, Run.kind == "area", whose)
        .options(joinedload(Run.duty).joinedload(Duty.vehicle))
        .order_by(Vehicle.code, Duty.start_s, Run.id)
    ).all()
    visits = visits_by_run(session, [run.id for run in runs])
    drivers = names(session, [run.duty.driver_id for run in runs if run.duty.driver_id])
    positions = _positions(session, [run.duty.vehicle_id for run in runs], now=now)
    rests = breaks.by_run(session, [run.id for run in runs])
    changes = breaks.changes_by_run(session, [run.id for run in runs], now=now)
    now_s = times.second_of(now, on)
    duties = tuple(
        replace(
            _duty(run, visits.get(run.id, []), drivers, positions.get(run.duty.vehicle_id), now_s),
            breaks=rests.get(run.id, ()),
            changes=changes.get(run.id, NO_CHANGES),
        )
        for run in runs
    )
    held = {visit.booking_public_id: visit.party.persons for duty in duties for visit in duty.visits}
    return BoardView(on, duties, len(held), sum(held.values()))


def find_vehicle(session: Session, vehicle_id: int, on: date) -> VehicleOut | None:
    """Return a vehicle that is out on a day, for any service, with who drives it; None when it is not."""
    query = (
        select(Duty)
        .join(ServiceDay, ServiceDay.id == Duty.service_day_id)
        .where(ServiceDay.day == on, Duty.vehicle_id == vehicle_id)
        .options(joinedload(Duty.vehicle))
        .order_by(Duty.driver_id.is_(None), Duty.id)
        .limit(1)
    )
    duty = session.scalars(query).one_or_none()
    if duty is None:
        return None
    driver = names(session, [duty.driver_id]) if duty.driver_id else {}
    return VehicleOut(duty.vehicle_id, duty.vehicle.name, driver.get(duty.driver_id or 0, ""))


def _duty(
    run: Run, rows: Sequence[tuple[Visit, Booking]], drivers: dict[int, str], position: VehiclePlace | None, now_s: int
) -> DutyRow:
    duty = run.duty
    return DutyRow(
        run_id=run.id,
        vehicle_id=duty.vehicle_id,
        vehicle_name=duty.vehicle.name,
        seats=duty.vehicle.seats,
        wheelchair_places=duty.vehicle.wheelchair_places,
        driver_name=drivers.get(duty.driver_id or 0, ""),
        start_s=duty.start_s,
        end_s=duty.end_s,
        run_state=run.state,
        plan_version=run.plan_version,
        delivered_version=run.delivered_version,
        late_s=run.late_s,
        visits=tuple(with_loads(rows, now_s)),
        position=position,
    )


def with_loads(rows: Sequence[tuple[Visit, Booking]], now_s: int) -> Iterable[VisitRow]:
    """Go through the visits in order, counting who is on board on each leg (D-12)."""
    seats = wheelchairs = 0
    has_next = False
    for visit, booking in rows:
        if visit.state != "skipped":
            sign = 1 if visit.kind == "pickup" else -1
            seats += sign * booking.seats
            wheelchairs += sign * booking.wheelchairs
        is_next = not has_next and visit.state in states.STILL_TO_DRIVE
        has_next = has_next or is_next
        expected_s = max(visit.planned_s, now_s) if is_next and visit.state == "planned" else visit.planned_s
        is_open = visit.state == "planned"
        yield VisitRow(
            id=visit.id,
            kind=visit.kind,
            state=visit.state,
            place=Place(visit.stop.id, visit.stop.name, visit.stop.lat, visit.stop.lon),
            planned_s=visit.planned_s,
            earliest_s=visit.earliest_s,
            latest_s=visit.latest_s,
            done_at=visit.done_at,
            late_s=max(expected_s - visit.latest_s, 0) if is_open else 0,
            load=Load(seats, wheelchairs),
            party=_party(booking),
            booking_public_id=booking.public_id,
            booking_number=booking.number,
            booking_state=booking.state,
            channel=booking.channel,
            is_next=is_next,
        )


def _party(booking: Booking) -> Party:
    members = tuple(PartyMember(line.category, line.persons) for line in booking.party)
    return Party(members, booking.wheelchairs)


def visits_by_run(session: Session, run_ids: Sequence[int]) -> dict[int, list[tuple[Visit, Booking]]]:
    """Return the visits of runs in their order, each with its booking; what was cancelled is off the plan."""
    query = (
        select(Visit, Booking)
        .join(Booking, Visit.booking_id == Booking.id)
        .where(Visit.run_id.in_(run_ids), Booking.state.not_in(OFF_THE_PLAN))
        .options(joinedload(Visit.stop), selectinload(Booking.party))
        .order_by(Visit.run_id, Visit.seq)
    )
    found: dict[int, list[tuple[Visit, Booking]]] = {}
    for visit, booking in session.execute(query).unique():
        found.setdefault(visit.run_id, []).append((visit, booking))
    return found


def names(session: Session, staff_ids: Sequence[int]) -> dict[int, str]:
    """Return the names of staff by their ids."""
    return {staff.id: staff.name for staff in session.scalars(select(Staff).where(Staff.id.in_(staff_ids)))}


def _positions(session: Session, vehicle_ids: Sequence[int], *, now: datetime) -> dict[int, VehiclePlace]:
    rows = session.scalars(select(Position).where(Position.vehicle_id.in_(vehicle_ids)))
    return {row.vehicle_id: VehiclePlace(row.lat, row.lon, row.at, now - row.at > STALE_AFTER) for row in rows}

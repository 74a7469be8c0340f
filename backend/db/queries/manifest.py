"""What a driver's terminal shows: today's runs and their visits, without phone numbers and full names (Q-60, T-24)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from backend.db.models import Booking, Duty, Run, ServiceDay, TransportService, Visit
from backend.db.queries import money, money_taken, riders
from backend.domain.call_names import call_name
from backend.domain.errors import NotFoundError
from backend.domain.policies.pay import PaidLine
from backend.domain.policies.season import is_winter

SHOW_CANCELLED_FOR = timedelta(minutes=30)
FRESH_FOR = timedelta(minutes=5)
AREA = "area"


@dataclass(frozen=True, slots=True)
class FareLine:
    """Persons of one fare category, and the fare of each."""

    category: str
    persons: int
    each_yen: int


@dataclass(frozen=True, slots=True)
class BookingOnBoard:
    """A booking as a driver knows it. ``received_yen`` is cash, None until the fare was taken; ``paid`` says how."""

    id: int
    number: str
    state: str
    call_name: str
    party: tuple[FareLine, ...]
    wheelchairs: int
    fare_yen: int
    zone: str
    received_yen: int | None
    paid: tuple[PaidLine, ...]
    window_opens_s: int
    window_closes_s: int
    is_fresh: bool

    @property
    def persons(self) -> int:
        """Return how many ride."""
        return sum(line.persons for line in self.party)


@dataclass(frozen=True, slots=True)
class VisitView:
    """One stop for one booking. ``marker`` is what to look for in this season."""

    id: int
    kind: str
    state: str
    stop_id: int
    stop_name: str
    marker: str
    planned_s: int
    arrived_at: datetime | None
    done_at: datetime | None
    booking: BookingOnBoard


@dataclass(frozen=True, slots=True)
class CancelledView:
    """A booking that was taken off the manifest a while ago (D-18)."""

    number: str
    call_name: str
    stop_name: str
    pickup_s: int


@dataclass(frozen=True, slots=True)
class RunView:
    """A run with its duty and vehicle; ``driver_id`` is who drives it, or None while nobody was named.

    ``starts_s`` and ``ends_s`` are those of the timetable, or of the duty in an area service. ``driven_m`` is what was
    read off at the end of the duty.
    """

    id: int
    day: date
    kind: str
    state: str
    service_id: int
    service_name: str
    entry_code: str
    number: int
    direction: str
    suspended_reason: str
    duty_id: int
    driven_m: int | None
    driver_id: int | None
    vehicle_id: int
    vehicle_code: str
    vehicle_name: str
    seats: int
    wheelchair_places: int
    starts_s: int
    ends_s: int
    plan_version: int
    late_s: int
    no_show_wait_s: int
    phone_number: str
    is_winter: bool


@dataclass(frozen=True, slots=True)
class ManifestView:
    """Everything one terminal shows of a run."""

    run: RunView
    visits: tuple[VisitView, ...]
    cancelled: tuple[CancelledView, ...]


def list_runs(session: Session, day: date, *, driver_id: int | None) -> list[RunView]:
    """Return the runs of ``day`` that a driver may open: their own, and those without a driver (T8).

    ``driver_id`` None lists all of them, for the dispatcher.
    """
    query = _runs(driver_id).where(ServiceDay.day == day)
    return [_run_view(session, run) for run in session.scalars(query)]


def list_day(session: Session, vehicle_id: int, day: date, *, driver_id: int | None) -> list[RunView]:
    """Return all runs of a vehicle on ``day`` in their order, of the area and of lines alike, called-off ones too."""
    query = _runs(driver_id).where(ServiceDay.day == day, Duty.vehicle_id == vehicle_id)
    runs = [_run_view(session, run) for run in session.scalars(query)]
    return sorted(runs, key=lambda run: (run.starts_s, run.id))


def find_run(session: Session, run_id: int, *, days: Iterable[date], driver_id: int | None) -> RunView | None:
    """Return a run of one of ``days`` that this driver may open, or None: foreign and absent look the same."""
    query = _runs(driver_id).where(Run.id == run_id, ServiceDay.day.in_(list(days)))
    run = session.scalars(query).one_or_none()
    return _run_view(session, run) if run else None


def get_manifest(session: Session, run: RunView, *, now: datetime) -> ManifestView:
    """Return the manifest of ``run``."""
    query = (
        select(Visit)
        .where(Visit.run_id == run.id)
        .options(joinedload(Visit.stop))
        .order_by(Visit.seq, Visit.planned_s, Visit.id)
    )
    visits = session.scalars(query).all()
    bookings = _bookings(session, run, now=now)
    shown = (_visit_view(visit, bookings[visit.booking_id], run) for visit in visits if visit.booking_id in bookings)
    return ManifestView(run, tuple(shown), _cancelled(session, run, now=now))


def get_phone(session: Session, run: RunView, visit_id: int) -> tuple[int, str]:
    """Return the booking's id and the phone number of who booked; raise NotFoundError once the ride is over.

    A number can be read while the booking is to be driven, and of somebody who did not come (T-24).
    """
    query = (
        select(Booking)
        .join(Visit, Visit.booking_id == Booking.id)
        .where(Visit.id == visit_id, Visit.run_id == run.id, Booking.state.in_(("confirmed", "boarded", "no_show")))
    )
    booking = session.scalars(query).one_or_none()
    if run.state == "finished" or booking is None or booking.rider is None or not booking.rider.phone:
        raise NotFoundError(f"visit {visit_id}: no phone number")
    return booking.id, booking.rider.phone


def may_use_vehicle(session: Session, vehicle_id: int, day: date, *, driver_id: int | None) -> bool:
    """Tell whether the vehicle is out today on a run that this driver may open."""
    found = session.scalars(_runs(driver_id).where(ServiceDay.day == day, Duty.vehicle_id == vehicle_id)).first()
    return found is not None


def _runs(driver_id: int | None) -> Select[Run]:
    query = (
        select(Run)
        .join(ServiceDay, Run.service_day_id == ServiceDay.id)
        .join(Duty, Run.duty_id == Duty.id)
        .options(
            joinedload(Run.duty).joinedload(Duty.vehicle), joinedload(Run.service_day), joinedload(Run.timetable_entry)
        )
        .order_by(Duty.vehicle_id, Run.id)
    )
    return query if driver_id is None else query.where(or_(Duty.driver_id == driver_id, Duty.driver_id.is_(None)))


def _run_view(session: Session, run: Run) -> RunView:
    duty = run.duty
    service = session.get_one(TransportService, run.service_day.transport_service_id)
    entry = run.timetable_entry
    starts_s, ends_s = (duty.start_s, duty.end_s) if run.departs_s is None else (run.departs_s, run.arrives_s)
    return RunView(
        id=run.id,
        day=run.service_day.day,
        kind=run.kind,
        state=run.state,
        service_id=service.id,
        service_name=service.name,
        entry_code=entry.code if entry else "",
        number=entry.number if entry else 0,
        direction=entry.direction if entry else "",
        suspended_reason=run.suspended_reason or "",
        duty_id=duty.id,
        driven_m=duty.driven_m,
        driver_id=duty.driver_id,
        vehicle_id=duty.vehicle_id,
        vehicle_code=duty.vehicle.code,
        vehicle_name=duty.vehicle.name,
        seats=duty.vehicle.seats,
        wheelchair_places=duty.vehicle.wheelchair_places,
        starts_s=service.hours_start_s if starts_s is None else starts_s,
        ends_s=service.hours_end_s if ends_s is None else ends_s,
        plan_version=run.plan_version,
        late_s=run.late_s,
        no_show_wait_s=service.no_show_wait_s,
        phone_number=service.phone_number,
        is_winter=is_winter(run.service_day.day, starts=service.winter_from, ends=service.winter_to),
    )


def _bookings(session: Session, run: RunView, *, now: datetime) -> dict[int, BookingOnBoard]:
    query = (
        select(Booking)
        .where(Booking.run_id == run.id, Booking.state != "cancelled")
        .options(selectinload(Booking.party), joinedload(Booking.promise), joinedload(Booking.rider))
    )
    bookings = session.scalars(query).unique().all()
    taken = money_taken.last_records(session, [booking.id for booking in bookings])
    zones = {each: money.zone_between(session, run.service_id, *each) for each in {_stops(row) for row in bookings}}
    found = {}
    for booking in bookings:
        record = taken.get(booking.id)
        is_taken = record is not None and booking.state in money_taken.BOARDED
        found[booking.id] = BookingOnBoard(
            id=booking.id,
            number=booking.number,
            state=booking.state,
            call_name=call_name(riders.called(booking.rider, booking.number)),
            party=tuple(FareLine(line.category, line.persons, line.fare_each_yen) for line in booking.party),
            wheelchairs=booking.wheelchairs,
            fare_yen=booking.fare_yen,
            zone=zones[_stops(booking)],
            received_yen=record.received_yen if record and is_taken else None,
            paid=money_taken.lines_of(record, booking) if record and is_taken else (),
            window_opens_s=booking.promise.pickup_earliest_s,
            window_closes_s=booking.promise.pickup_latest_s,
            is_fresh=now - booking.created_at < FRESH_FOR,
        )
    return found


def _stops(booking: Booking) -> tuple[int, int]:
    return booking.pickup_stop_id, booking.dropoff_stop_id


def _visit_view(visit: Visit, booking: BookingOnBoard, run: RunView) -> VisitView:
    stop = visit.stop
    printed_s = visit.latest_s  # on a line it is shown even when the run is late: nobody leaves before it (T-12)
    return VisitView(
        id=visit.id,
        kind=visit.kind,
        state=visit.state,
        stop_id=stop.id,
        stop_name=stop.name,
        marker=(stop.winter_marker or stop.marker) if run.is_winter else stop.marker,
        planned_s=visit.planned_s if run.kind == AREA else printed_s,
        arrived_at=visit.arrived_at,
        done_at=visit.done_at,
        booking=booking,
    )


def _cancelled(session: Session, run: RunView, *, now: datetime) -> tuple[CancelledView, ...]:
    query = (
        select(Booking)
        .where(
            Booking.run_id == run.id,
            Booking.state == "cancelled",
            Booking.cancelled_at > now - SHOW_CANCELLED_FOR,
        )
        .options(joinedload(Booking.pickup_stop), joinedload(Booking.rider))
        .order_by(Booking.told_pickup_s, Booking.id)
    )
    return tuple(
        CancelledView(
            number=booking.number,
            call_name=call_name(riders.called(booking.rider, booking.number)),
            stop_name=booking.pickup_stop.name,
            pickup_s=booking.told_pickup_s,
        )
        for booking in session.scalars(query)
    )

"""Questions about bookings, answered with everything a screen, a message or a read-out needs."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, object_session, selectinload

from backend.db.models import Booking, Run, ServiceDay, TransportService, Visit
from backend.db.queries import line_rides
from backend.db.queries.network import StopView, stop_view
from backend.domain import states, times
from backend.domain.errors import NotFoundError
from backend.domain.offers import Promise, TimetableRide
from backend.domain.party import Party, PartyMember

TRIPS_READ = 30
TRIPS_SINCE = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class BookingView:
    """A booking as it is shown. The planned times follow the present plan, the promise never changes.

    ``is_change`` tells that it took the place of another booking (Q-12). On a line ``departure`` is its printed run.
    ``vehicle_look`` and ``vehicle_sign`` are what riders know the vehicle by (T-54).
    """

    public_id: str
    id: int
    number: str
    key: str
    day: date
    state: str
    channel: str
    booked_by: str
    version: int
    wish_kind: str
    wish_s: int
    pickup: StopView
    dropoff: StopView
    promise: Promise
    planned_pickup_s: int
    planned_dropoff_s: int
    party: Party
    fare_yen: int
    vehicle_id: int
    vehicle_name: str
    vehicle_look: str
    vehicle_sign: str
    run_id: int
    service_id: int
    departure: TimetableRide | None
    rider_id: int | None
    created_at: datetime
    late_cancellation: bool
    is_change: bool
    service_code: str
    service_name: str
    mode: str


@dataclass(frozen=True, slots=True)
class Trip:
    """A ride somebody took or booked, as a pattern for the next one."""

    pickup: StopView
    dropoff: StopView
    party: Party
    kind: str
    time_s: int
    service_id: int


def view(booking: Booking) -> BookingView:
    """Return a booking as it is shown; it has to belong to an open session."""
    session = object_session(booking)
    assert session is not None
    query = select(Visit.kind, Visit.planned_s).where(Visit.booking_id == booking.id)
    planned = {row.kind: row.planned_s for row in session.execute(query)}
    vehicle = booking.run.duty.vehicle
    promise = booking.promise
    service = session.get_one(TransportService, booking.transport_service_id)
    return BookingView(
        public_id=booking.public_id,
        id=booking.id,
        number=booking.number,
        key=booking.key,
        day=booking.service_day.day,
        state=booking.state,
        channel=booking.channel,
        booked_by=booking.booked_by,
        version=booking.version,
        wish_kind=booking.wish_kind,
        wish_s=booking.wish_s,
        pickup=stop_view(booking.pickup_stop),
        dropoff=stop_view(booking.dropoff_stop),
        promise=Promise(promise.pickup_earliest_s, promise.pickup_latest_s, promise.arrive_latest_s),
        planned_pickup_s=planned.get("pickup", promise.planned_pickup_s),
        planned_dropoff_s=planned.get("dropoff", promise.planned_dropoff_s),
        party=party_of(booking),
        fare_yen=booking.fare_yen,
        vehicle_id=vehicle.id,
        vehicle_name=vehicle.name,
        vehicle_look=vehicle.look or vehicle.name,
        vehicle_sign=service.vehicle_sign,
        run_id=booking.run_id,
        service_id=booking.transport_service_id,
        departure=line_rides.ride_of(booking),
        rider_id=booking.rider_id,
        created_at=booking.created_at,
        late_cancellation=booking.late_cancellation,
        is_change=booking.replaces_id is not None,
        service_code=service.code,
        service_name=service.name,
        mode=service.mode,
    )


def party_of(booking: Booking) -> Party:
    """Return who rides."""
    return Party(tuple(PartyMember(line.category, line.persons) for line in booking.party), booking.wheelchairs)


def get(session: Session, public_id: str, *, rider_id: int | None = None) -> BookingView:
    """Return one booking; with ``rider_id`` only that rider's own. Raises `NotFoundError` for any other."""
    booking = session.scalars(_all().where(Booking.public_id == public_id)).one_or_none()
    if booking is None or (rider_id is not None and booking.rider_id != rider_id):
        raise NotFoundError(public_id)
    return view(booking)


def get_by_id(session: Session, booking_id: int) -> BookingView:
    """Return one booking by the id that rows and jobs use; raise `NotFoundError`."""
    booking = session.scalars(_all().where(Booking.id == booking_id)).one_or_none()
    if booking is None:
        raise NotFoundError(f"booking {booking_id}")
    return view(booking)


def find_by_key(session: Session, key: str) -> BookingView | None:
    """Return the booking that was made under an idempotency key, if any."""
    booking = session.scalars(_all().where(Booking.key == key)).one_or_none()
    return view(booking) if booking else None


def list_future(session: Session, rider_id: int, *, now: datetime) -> list[BookingView]:
    """Return a rider's own bookings that are still to come or under way, the next first (D-31)."""
    today = times.day_of(now)
    query = (
        _all()
        .where(Booking.rider_id == rider_id, Booking.state.in_(states.HOLDS_A_SEAT), ServiceDay.day >= today)
        .order_by(ServiceDay.day, Booking.told_pickup_s)
    )
    now_s = times.second_of(now, today)
    views = (view(booking) for booking in session.scalars(query))
    return [each for each in views if each.day > today or each.promise.arrive_latest_s + times.HOUR_S > now_s]


def list_day(session: Session, service_id: int, day: date) -> list[BookingView]:
    """Return all bookings of a service on a day, by pick-up."""
    query = (
        _all()
        .where(Booking.transport_service_id == service_id, ServiceDay.day == day)
        .order_by(Booking.told_pickup_s, Booking.id)
    )
    return [view(booking) for booking in session.scalars(query)]


def list_trips(session: Session, rider_id: int, *, limit: int = 3) -> list[Trip]:
    """Return a rider's last rides, each pair of stops once, the latest first: what is offered first (D-49)."""
    query = (
        _all()
        .where(Booking.rider_id == rider_id, Booking.state.not_in(("cancelled",)))
        .order_by(Booking.created_at.desc(), Booking.id.desc())
        .limit(TRIPS_READ)
    )
    trips: dict[tuple[int, int, int], Trip] = {}
    for booking in session.scalars(query):
        pair = booking.transport_service_id, booking.pickup_stop_id, booking.dropoff_stop_id
        trips.setdefault(
            pair,
            Trip(
                stop_view(booking.pickup_stop),
                stop_view(booking.dropoff_stop),
                party_of(booking),
                booking.wish_kind,
                booking.wish_s,
                booking.transport_service_id,
            ),
        )
    return list(trips.values())[:limit]


def _all() -> Select[Booking]:
    return (
        select(Booking)
        .join(ServiceDay, ServiceDay.id == Booking.service_day_id)
        .options(
            selectinload(Booking.party),
            selectinload(Booking.promise),
            selectinload(Booking.pickup_stop),
            selectinload(Booking.dropoff_stop),
            selectinload(Booking.service_day),
            selectinload(Booking.run).selectinload(Run.duty),
        )
    )

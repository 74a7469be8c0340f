"""Days of the area service that are over, as they began: the vehicles, and everybody who asked for a ride.

Read for asking the same wishes again under other conditions (`what_if`). Nobody is named by what is returned.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, joinedload

from backend.db.models import Booking, Duty, RefusedWish, Run, ServiceDay, TransportService
from backend.db.queries.fairness import DISPATCH_CODES
from backend.domain import times
from backend.domain.offers import Wish, WishKind
from backend.domain.party import FareCategory, Party
from backend.services import itineraries, offers, parting, travel
from backend.services.itineraries import AREA, DayPlan, RunPlan
from backend.services.rules import Asking
from routing.problem import Itinerary

Row = Booking | RefusedWish
TOLD = frozenset({*DISPATCH_CODES, "outside_hours"})  # refusals that other vehicles or hours may change


@dataclass(frozen=True, slots=True)
class PastAsk:
    """A wish somebody had, asked at ``at_s`` of its day (below 0: on a day before).

    Attributes
    ----------
    need
        The number of the first try; all tries of one person within an hour have the same.
    not_before_s
        No pick-up may be promised before.
    given_up_s
        When the ride was cancelled. Not one that another took the place of: that one says so.
    instead_of
        The need that was refused and for which this was booked: had it been met, this would not have been asked.
    replaces
        The number of the ride that this was to take the place of.

    """

    number: int
    need: int
    at_s: int
    wish: Wish
    not_before_s: int
    is_refused: bool = False
    given_up_s: int | None = None
    instead_of: int | None = None
    replaces: int | None = None


@dataclass(frozen=True, slots=True)
class PastDay:
    """A day with its vehicles as they stood in the morning, and its wishes in the order in which they were asked.

    ``bound`` are the vehicles that also drive a line on that day: their duties lie between its runs.
    """

    day_plan: DayPlan
    asks: tuple[PastAsk, ...]
    bound: frozenset[int] = frozenset()

    @property
    def day(self) -> date:
        """Return which day it was."""
        return self.day_plan.service_day.day

    @property
    def refused(self) -> int:
        """Return how many needs were refused."""
        return len({ask.need for ask in self.asks if ask.is_refused})

    @property
    def rides(self) -> int:
        """Return how many parties kept their booking."""
        replaced = {ask.replaces for ask in self.asks if not ask.is_refused}
        kept = (ask for ask in self.asks if not ask.is_refused and ask.given_up_s is None)
        return sum(ask.number not in replaced for ask in kept)


def first_after(
    session: Session, service: TransportService, first: date, last: date, *, after: date | None
) -> PastDay | None:
    """Return the first day from ``first`` to ``last``, later than ``after``, on which somebody asked for a ride.

    Wishes for stops without driving times are left out: nobody can say any more what would have become of them.
    """
    begins = max(first, after + timedelta(days=1)) if after else first
    days = (
        select(ServiceDay)
        .where(ServiceDay.transport_service_id == service.id, ServiceDay.day.between(begins, last))
        .order_by(ServiceDay.day)
    )
    found = (_past_day(session, service, service_day) for service_day in session.scalars(days).all())
    return next((each for each in found if each.asks), None)


def _past_day(session: Session, service: TransportService, service_day: ServiceDay) -> PastDay:
    empty = DayPlan(service, service_day, travel.stop_times(session, service, service_day.day))
    runs = tuple(RunPlan(run, _in_the_morning(empty, run), {}) for run in _runs(session, service_day))
    vehicles = {run_plan.run.duty.vehicle_id for run_plan in runs}
    known = empty.times.index.keys()
    return PastDay(
        replace(empty, runs=runs),
        tuple(
            ask for ask in _asks(session, service_day) if {ask.wish.pickup_stop_id, ask.wish.dropoff_stop_id} <= known
        ),
        frozenset(each for each in vehicles if parting.blocks(session, each, service_day.day)),
    )


def _runs(session: Session, service_day: ServiceDay) -> Sequence[Run]:
    """Return the duties of a day but those that were called off before anybody was booked on them."""
    is_booked = exists().where(Booking.run_id == Run.id)
    query = (
        select(Run)
        .where(Run.service_day_id == service_day.id, Run.kind == AREA, or_(Run.state != "suspended", is_booked))
        .order_by(Run.id)
        .options(joinedload(Run.duty).joinedload(Duty.vehicle))
    )
    return session.scalars(query).all()


def _in_the_morning(day_plan: DayPlan, run: Run) -> Itinerary:
    vehicle = itineraries.vehicle_of(day_plan.service, run, day_plan.times)
    return Itinerary(vehicle, (), vehicle.start_stop, vehicle.shift.earliest_s)


def _asks(session: Session, service_day: ServiceDay) -> Iterator[PastAsk]:
    """Return the wishes of a day in the order in which they were asked, numbered from 1."""
    day = service_day.day
    booked = session.scalars(select(Booking).where(Booking.service_day_id == service_day.id).order_by(Booking.id)).all()
    refused = _refused(session, service_day)
    rows: list[Row] = [*booked, *refused]
    rows.sort(key=_asked_at)  # of one moment, who was booked came first
    numbers = {row: number for number, row in enumerate(rows, start=1)}
    needs = {row.need_id: numbers[row] for row in reversed(rows) if isinstance(row, RefusedWish)}
    by_id = {booking.id: number for booking, number in numbers.items() if isinstance(booking, Booking)}
    replaced = {booking.replaces_id for booking in booked}
    instead = _instead(refused, booked)
    for row, number in numbers.items():
        at, wish = _asked_at(row), _wish(row, service_day)
        not_before_s = offers.not_before_s(session, wish, Asking(row.channel, row.rider_id, at))
        ask = PastAsk(number, number, times.second_of(at, day), wish, not_before_s)
        if isinstance(row, RefusedWish):
            held = by_id.get(_held(row, booked) or 0)
            yield replace(ask, need=needs[row.need_id], is_refused=True, replaces=held)
        else:
            given_up_at = None if row.id in replaced else row.cancelled_at
            yield replace(
                ask,
                given_up_s=times.second_of(given_up_at, day) if given_up_at else None,
                instead_of=needs[instead[row]] if row in instead else None,
                replaces=by_id.get(row.replaces_id or 0),
            )


def _refused(session: Session, service_day: ServiceDay) -> list[RefusedWish]:
    """Return what was tried in vain for a day where vehicles or hours stood against it, needs of an earlier day not."""
    query = (
        select(RefusedWish)
        .where(RefusedWish.transport_service_id == service_day.transport_service_id, RefusedWish.code.in_(TOLD))
        .order_by(RefusedWish.at, RefusedWish.id)
    )
    own = session.scalars(query.where(RefusedWish.day == service_day.day)).all()
    first_days: dict[int | None, date] = {}
    for row in session.scalars(query.where(RefusedWish.need_id.in_({row.need_id for row in own}))):
        first_days.setdefault(row.need_id, row.day)
    return [row for row in own if first_days[row.need_id] == service_day.day]


def _asked_at(row: Row) -> datetime:
    return row.created_at if isinstance(row, Booking) else row.at


def _ends(row: Row) -> tuple[int, int]:
    return row.pickup_stop_id, row.dropoff_stop_id


def _held(need: RefusedWish, booked: Sequence[Booking]) -> int | None:
    """Return the booking of the same ride that somebody held who asked for another time in vain: it was to change."""
    held = (
        booking.id
        for booking in booked
        if need.rider_id is not None
        and booking.rider_id == need.rider_id
        and _ends(booking) == _ends(need)
        and booking.created_at < need.at
        and (booking.cancelled_at is None or booking.cancelled_at > need.at)
    )
    return next(held, None)


def _instead(refused: Sequence[RefusedWish], booked: Sequence[Booking]) -> dict[Row, int | None]:
    """Return for bookings made within an hour of a refusal of the same person which need that was.

    A ride the other way is none instead, it is the way back.
    """
    found: dict[Row, int | None] = {}
    for row in reversed(refused):
        later = (
            booking
            for booking in booked
            if row.rider_id is not None
            and booking.rider_id == row.rider_id
            and _ends(booking) != _ends(row)[::-1]
            and booking not in found
            and row.need_id not in found.values()
            and row.at <= booking.created_at <= row.at + offers.NEED_SPAN
        )
        found.update((booking, row.need_id) for booking in list(later)[:1])
    return found


def _wish(row: Row, service_day: ServiceDay) -> Wish:
    """Return what was wished; for whom vehicles have places, not what they pay."""
    party = Party.of({FareCategory.ADULT: row.seats + row.wheelchairs}, wheelchairs=row.wheelchairs)
    return Wish(
        service_day.transport_service_id,
        service_day.day,
        WishKind(row.wish_kind),
        row.wish_s,
        row.pickup_stop_id,
        row.dropoff_stop_id,
        party,
    )

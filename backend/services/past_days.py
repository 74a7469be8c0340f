"""Days of the area service that are over, as they began: the vehicles, and everybody who asked for a ride.

Read for asking the same wishes again under other conditions (`what_if`). Nobody is named by what is returned.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from backend.db.models import Booking, Duty, RefusedWish, Run, ServiceDay, TransportService
from backend.db.queries.fairness import DISPATCH_CODES
from backend.domain import times
from backend.domain.offers import Wish, WishKind
from backend.domain.party import FareCategory, Party
from backend.services import itineraries, rules, travel
from backend.services.itineraries import AREA, DayPlan, RunPlan
from backend.services.offers import NEED_SPAN
from routing.problem import Itinerary

Row = Booking | RefusedWish
TOLD = frozenset({*DISPATCH_CODES, "outside_hours"})  # refusals that other vehicles or hours may change


@dataclass(frozen=True, slots=True)
class PastAsk:
    """A wish somebody had, asked at ``at_s`` of its day (below 0: on a day before) and given up later, or not.

    ``instead_of`` is the number of a wish that was refused and for which this one was booked: it would not have been
    asked, had the first been met. No pick-up may be promised before ``not_before_s``.
    """

    number: int
    at_s: int
    wish: Wish
    not_before_s: int
    is_refused: bool = False
    given_up_s: int | None = None
    instead_of: int | None = None


@dataclass(frozen=True, slots=True)
class PastDay:
    """A day with its vehicles as they stood in the morning, and its wishes in the order in which they were asked."""

    day_plan: DayPlan
    asks: tuple[PastAsk, ...]

    @property
    def refused(self) -> int:
        """Return how many wishes were refused."""
        return sum(ask.is_refused for ask in self.asks)

    @property
    def rides(self) -> int:
        """Return how many parties kept their booking."""
        return sum(not ask.is_refused and ask.given_up_s is None for ask in self.asks)


def read(session: Session, service: TransportService, first: date, last: date) -> list[PastDay]:
    """Return the days from ``first`` to ``last`` on which somebody asked for a ride.

    Tries of one person within an hour count once. Wishes for stops without driving times are left out: nobody can
    say any more what would have become of them.
    """
    query = (
        select(ServiceDay)
        .where(ServiceDay.transport_service_id == service.id, ServiceDay.day.between(first, last))
        .order_by(ServiceDay.day)
    )
    found = (_past_day(session, service, service_day) for service_day in session.scalars(query).all())
    return [each for each in found if each.asks]


def _past_day(session: Session, service: TransportService, service_day: ServiceDay) -> PastDay:
    day_plan = DayPlan(service, service_day, travel.stop_times(session, service, service_day.day))
    runs = tuple(RunPlan(run, _in_the_morning(day_plan, run), {}) for run in _runs(session, service_day))
    asks = _asks(session, service_day)
    known = day_plan.times.index.keys()
    return PastDay(
        replace(day_plan, runs=runs),
        tuple(ask for ask in asks if {ask.wish.pickup_stop_id, ask.wish.dropoff_stop_id} <= known),
    )


def _runs(session: Session, service_day: ServiceDay) -> Sequence[Run]:
    """Return the duties of a day that were not called off."""
    query = (
        select(Run)
        .where(Run.service_day_id == service_day.id, Run.kind == AREA, Run.state != "suspended")
        .order_by(Run.id)
        .options(joinedload(Run.duty).joinedload(Duty.vehicle))
    )
    return session.scalars(query).all()


def _in_the_morning(day_plan: DayPlan, run: Run) -> Itinerary:
    vehicle = itineraries.vehicle_of(day_plan.service, run, day_plan.times)
    return Itinerary(vehicle, (), vehicle.start_stop, vehicle.shift.earliest_s)


def _refused(session: Session, service_day: ServiceDay) -> list[RefusedWish]:
    """Return the needs of a day that vehicles or hours stood against, each as it was first tried."""
    query = (
        select(RefusedWish)
        .where(
            RefusedWish.transport_service_id == service_day.transport_service_id,
            RefusedWish.day == service_day.day,
            RefusedWish.code.in_(TOLD),
        )
        .order_by(RefusedWish.at, RefusedWish.id)
    )
    needs: dict[int, RefusedWish] = {}
    for row in session.scalars(query):
        needs.setdefault(row.need_id or row.id, row)
    return list(needs.values())


def _asks(session: Session, service_day: ServiceDay) -> Iterator[PastAsk]:
    """Return the wishes of a day in the order in which they were asked, numbered from 1."""
    day, soonest = service_day.day, _soonest(session, service_day)
    booked = session.scalars(select(Booking).where(Booking.service_day_id == service_day.id).order_by(Booking.id)).all()
    refused = _refused(session, service_day)
    rows: list[Row] = [*booked, *refused]
    rows.sort(key=_asked_at)  # of one moment, who was booked came first
    numbers = {row: number for number, row in enumerate(rows, start=1)}
    instead = _instead(refused, booked)
    for row, number in numbers.items():
        given_up_at = row.cancelled_at if isinstance(row, Booking) else None
        yield PastAsk(
            number=number,
            at_s=times.second_of(_asked_at(row), day),
            wish=_wish(row, service_day),
            not_before_s=soonest(row.channel)(_asked_at(row)),
            is_refused=isinstance(row, RefusedWish),
            given_up_s=times.second_of(given_up_at, day) if given_up_at else None,
            instead_of=numbers[instead[row]] if row in instead else None,
        )


def _asked_at(row: Row) -> datetime:
    return row.created_at if isinstance(row, Booking) else row.at


def _instead(refused: Sequence[RefusedWish], booked: Sequence[Booking]) -> dict[Row, RefusedWish]:
    """Return for bookings made within an hour of a refusal of the same person which of the needs that was."""
    found: dict[Row, RefusedWish] = {}
    for need in refused:
        later = (
            booking
            for booking in booked
            if need.rider_id is not None
            and booking.rider_id == need.rider_id
            and booking not in found
            and need.at <= booking.created_at <= need.at + NEED_SPAN
        )
        found.update((booking, need) for booking in list(later)[:1])
    return found


def _soonest(session: Session, service_day: ServiceDay) -> Callable[[str], Callable[[datetime], int]]:
    """Return what tells for a channel and a moment when the first pick-up may be promised (Q-07)."""

    @cache
    def of_channel(channel: str) -> Callable[[datetime], int]:
        rule = rules.rule_for(session, service_day.transport_service_id, channel)
        if rule.notice_s is None:
            return lambda _: 0
        return lambda at: times.ceil_to(rule.earliest_pickup_s(service_day.day, now=at), times.MINUTE_S)

    return of_channel


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

"""Area service: a ride between any two stops, placed at once into the itinerary of a vehicle (D-24)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import Booking, Vehicle, Visit
from backend.db.queries import money
from backend.domain.offers import Offer, Promise, Wish, WishKind
from backend.domain.policies import fares as fare_policy
from backend.domain.policies import promise as promise_policy
from backend.domain.refusals import Refusal
from backend.services.itineraries import DayPlan, save
from routing.explain import explain
from routing.insertion import Insertion, first_feasible, without
from routing.problem import Limit, Load, Request, VisitKind, Window

NEW_REQUEST = 0  # no booking has this id
APART_S = 2 * promise_policy.STEP_S


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a ride goes: the promise it keeps, and the vehicle's itinerary with it."""

    promise: Promise
    insertion: Insertion


def promises(day_plan: DayPlan, wish: Wish, *, not_before_s: int) -> list[Promise]:
    """Return the promises that would meet ``wish``, the most wanted first (Q-13, Q-14; D-26).

    Whole windows come first: one cut short by the wished arrival breaks by a minute's delay.
    """
    service = day_plan.service
    not_before_s = max(not_before_s, service.hours_start_s)
    if wish.kind is WishKind.DEPART:
        starts = promise_policy.departures(wish.time_s, max_wait_s=service.max_wait_s, not_before_s=not_before_s)
        latest_s = service.hours_end_s
    else:
        direct_s = _direct_s(day_plan, wish, wish.time_s)
        starts = promise_policy.departures_to_arrive(
            wish.time_s,
            direct_s=direct_s,
            longest_s=_longest_s(day_plan, direct_s),
            max_early_s=service.max_early_s,
            not_before_s=not_before_s,
        )
        latest_s = wish.time_s
    made = (promise_at(day_plan, wish, start_s, latest_s=latest_s) for start_s in starts)
    kept = [each for each in made if each is not None]
    return sorted(kept, key=lambda each: each.pickup_latest_s - each.pickup_earliest_s < service.pickup_window_s)


def promise_at(day_plan: DayPlan, wish: Wish, pickup_s: int, *, latest_s: int) -> Promise | None:
    """Return the promise of a pick-up window that opens at ``pickup_s``, or None when it could not arrive in time."""
    direct_s = _direct_s(day_plan, wish, pickup_s)
    ride = promise_policy.Ride(direct_s, _longest_s(day_plan, direct_s), dwell_s(day_plan, wish))
    return promise_policy.promise(pickup_s, ride, window_s=day_plan.service.pickup_window_s, latest_s=latest_s)


def place(day_plan: DayPlan, wish: Wish, candidates: Sequence[Promise]) -> Placement | None:
    """Return where the first of ``candidates`` that can be kept goes, or None when none can."""
    requests = [request(day_plan, wish, candidate) for candidate in candidates]
    found = first_feasible(day_plan.plan, requests, day_plan.times.matrix)
    return Placement(candidates[found[0]], found[1]) if found else None


def placements(day_plan: DayPlan, wish: Wish, candidates: Sequence[Promise]) -> Iterator[Placement]:
    """Return one after the other the placements that can be kept, at least ten minutes apart."""
    rest = list(candidates)
    while rest:
        found = place(day_plan, wish, rest)
        if found is None:
            return
        yield found
        at_s = found.promise.pickup_earliest_s
        rest = [each for each in rest[rest.index(found.promise) + 1 :] if abs(each.pickup_earliest_s - at_s) >= APART_S]


def offer(session: Session, wish: Wish, placement: Placement) -> Offer:
    """Return a placement as what a person is shown before confirming."""
    fares = money.fares_on(session, wish.transport_service_id, wish.day)
    return Offer(
        wish=wish,
        promise=placement.promise,
        planned_pickup_s=placement.insertion.pickup_s,
        planned_dropoff_s=placement.insertion.dropoff_s,
        fare_yen=fare_policy.due_yen(wish.party, fares),
    )


def why_not(session: Session, day_plan: DayPlan, wish: Wish, candidates: Sequence[Promise]) -> Refusal:
    """Return the refusal of a wish that no vehicle can take, with the limit that stopped each (「なぜ?」)."""
    if not day_plan.runs:
        return Refusal("no_vehicle")
    if not candidates:
        return Refusal("too_far")
    reasons = explain(day_plan.plan, request(day_plan, wish, candidates[0]), day_plan.times.matrix)
    names = {row.id: row.name for row in session.scalars(select(Vehicle))}
    limits = {names[reason.vehicle_id]: reason.limit.value for reason in reasons}
    return Refusal(_code(day_plan, wish, {reason.limit for reason in reasons}), limits=limits)


def seat(session: Session, day_plan: DayPlan, booking: Booking, wish: Wish, placement: Placement) -> None:
    """Write the two visits of a new booking into the itinerary of its vehicle."""
    run_plan = day_plan.run_of_vehicle(placement.insertion.vehicle_id)
    promise = placement.promise
    spans = {
        VisitKind.PICKUP: (wish.pickup_stop_id, promise.pickup_earliest_s, promise.pickup_latest_s),
        VisitKind.DROPOFF: (wish.dropoff_stop_id, promise.pickup_earliest_s, promise.arrive_latest_s),
    }
    for kind, (stop_id, earliest_s, latest_s) in spans.items():
        row = Visit(
            run_id=run_plan.run.id,
            booking_id=booking.id,
            kind=kind,
            seq=0,
            stop_id=stop_id,
            planned_s=earliest_s,
            earliest_s=earliest_s,
            latest_s=latest_s,
            service_s=dwell_s(day_plan, wish),
        )
        session.add(row)
        run_plan.rows[NEW_REQUEST, kind] = row
    session.flush()
    save(session, day_plan, placement.insertion.itinerary)


def unseat(session: Session, day_plan: DayPlan, booking: Booking) -> None:
    """Take a booking's visits out of its vehicle's itinerary; the rows stay, marked as skipped."""
    run_plan = next(each for each in day_plan.runs if each.run.id == booking.run_id)
    for kind in VisitKind:
        run_plan.rows[booking.id, kind].state = "skipped"
    save(session, day_plan, without(run_plan.itinerary, booking.id))


def request(day_plan: DayPlan, wish: Wish, promise: Promise) -> Request:
    """Return a wish under a promise as routing sees it."""
    direct_s = _direct_s(day_plan, wish, promise.pickup_earliest_s)
    stands_s = dwell_s(day_plan, wish)
    return Request(
        id=NEW_REQUEST,
        pickup_stop=day_plan.times.of(wish.pickup_stop_id),
        dropoff_stop=day_plan.times.of(wish.dropoff_stop_id),
        pickup=Window(promise.pickup_earliest_s, promise.pickup_latest_s),
        dropoff=Window(promise.pickup_earliest_s, promise.arrive_latest_s),
        load=Load(wish.party.seats, wish.party.wheelchairs),
        max_ride_s=_longest_s(day_plan, direct_s),
        pickup_service_s=stands_s,
        dropoff_service_s=stands_s,
    )


def _code(day_plan: DayPlan, wish: Wish, limits: set[Limit]) -> str:
    """Return the reason that a resident is told, from the limits that stopped the vehicles."""
    load = Load(wish.party.seats, wish.party.wheelchairs)
    capacities = [itinerary.vehicle.capacity for itinerary in day_plan.plan]
    if not any(load.wheelchairs <= capacity.wheelchairs for capacity in capacities) or limits == {Limit.WHEELCHAIRS}:
        return "no_wheelchair_place"
    if not any(load.fits(capacity) for capacity in capacities):
        return "no_seats"
    return "full" if limits & {Limit.OTHER_PROMISE, Limit.SEATS, Limit.WHEELCHAIRS} else "too_far"


def longest_ride_s(day_plan: DayPlan, wish: Wish, promise: Promise) -> int:
    """Return the longest ride that goes with a promise (Q-14)."""
    return _longest_s(day_plan, _direct_s(day_plan, wish, promise.pickup_earliest_s))


def dwell_s(day_plan: DayPlan, wish: Wish) -> int:
    """Return how long the vehicle stands for a party."""
    return day_plan.service.wheelchair_dwell_s if wish.party.wheelchairs else day_plan.service.dwell_s


def _direct_s(day_plan: DayPlan, wish: Wish, at_s: int) -> int:
    return day_plan.times.seconds(wish.pickup_stop_id, wish.dropoff_stop_id, at_s)


def _longest_s(day_plan: DayPlan, direct_s: int) -> int:
    service = day_plan.service
    return promise_policy.longest_ride_s(direct_s, percent=service.ride_percent, plus_s=service.ride_plus_s)

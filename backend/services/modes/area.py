"""Area service: a ride between any two stops, placed at once into the itinerary of a vehicle (D-24)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from math import cos, hypot, radians

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import Booking, ServiceDay, TransportService, Visit
from backend.db.queries import network
from backend.db.queries.network import StopView
from backend.domain import times
from backend.domain.decisions import Evidence
from backend.domain.offers import Promise, Wish, WishKind
from backend.domain.policies import eligibility
from backend.domain.policies import promise as promise_policy
from backend.domain.refusals import Refusal
from backend.services import itineraries
from backend.services.itineraries import DayPlan
from backend.services.modes.placement import Placement
from routing import decision, records
from routing.decision import Case
from routing.insertion import without
from routing.problem import Limit, Load, Request, VisitKind, Window

REACH_S = 2 * times.HOUR_S
METRES_PER_DEGREE = 111_195
NEW_REQUEST = 0  # no booking has this id
APART_S = 2 * promise_policy.STEP_S
EXPLAINED = 24  # in a larger fleet nobody waits until each vehicle has said why it cannot; the record tells later


def load(session: Session, service_day: ServiceDay, *, now: datetime) -> DayPlan:
    """Return the day as it stands. Under the lock of the day, when something is decided by it."""
    return itineraries.load(session, service_day, now=now)


def check_party(service: TransportService, wish: Wish) -> Refusal | None:
    """Return why so many persons do not go on one booking (D-34)."""
    return eligibility.check_party(wish.party, max_party=service.max_party)


def check_stops(session: Session, wish: Wish) -> Refusal | None:  # noqa: ARG001 -- as every mode
    """Return None: any two stops that are served can be ridden between (D-10)."""
    return None


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
    return next(placements(day_plan, wish, candidates), None)


def placements(day_plan: DayPlan, wish: Wish, candidates: Sequence[Promise]) -> Iterator[Placement]:
    """Return one after the other the placements that can be kept, at least ten minutes apart."""
    case = case_of(day_plan, wish, candidates)
    for index, insertion in decision.placements(case, day_plan.times.matrix):
        yield Placement(
            candidates[index],
            day_plan.run_of(insertion.itinerary).run,
            insertion.pickup_s,
            insertion.dropoff_s,
            insertion.itinerary,
            decision.choice_of(index, insertion, case.wishes[index]),
        )


def why_not(
    session: Session,  # noqa: ARG001 -- as every mode
    day_plan: DayPlan,
    wish: Wish,
    candidates: Sequence[Promise],
) -> Refusal:
    """Return the refusal of a wish that no vehicle can take, with the limit that stopped each (「なぜ?」)."""
    case = case_of(day_plan, wish, candidates)
    if not day_plan.runs or not candidates:
        code = "too_far" if day_plan.runs else "no_vehicle"
        return Refusal(code, evidence=Evidence(records.pack(case), _direct_s(day_plan, wish, wish.time_s)))
    reasons = decision.verdicts(case, 0, day_plan.times.matrix)
    names = {each.run.id: each.run.duty.vehicle.name for each in day_plan.runs}
    limits = {each.vehicle_id: each.limit for each in reasons if each.limit}
    record = records.pack(case) | {"chosen": [], "verdicts": {"0": records.pack_verdicts(reasons)}}
    evidence = Evidence(
        record,
        _direct_s(day_plan, wish, wish.time_s),
        only_reserve=decision.only_kept_seats(case, day_plan.times.matrix),
    )
    return Refusal(
        _code(day_plan, wish, set(limits.values())),
        limits={names[run_id]: limit.value for run_id, limit in limits.items()},
        evidence=evidence,
    )


def judge(
    day_plan: DayPlan,
    wish: Wish,
    candidates: Sequence[Promise],
    taken: Sequence[Placement],
    *,
    barred: Sequence[int] = (),
    wanted: Promise | None = None,
) -> Evidence:
    """Return why ``taken`` was chosen among ``candidates``: what each vehicle had to say to it and to the first wish.

    ``wanted`` is what would meet the wish best, where it is not among the candidates: nobody looks for it, but the
    vehicles are asked why it cannot be. ``barred`` are the candidates that a rule stood against.
    """
    asked = [*candidates, *((wanted,) if wanted and wanted not in candidates else ())]
    case = replace(case_of(day_plan, wish, asked), barred=tuple(barred), most=len(taken))
    choices = [each.choice for each in taken if each.choice]
    first = asked.index(wanted) if wanted else 0
    travel, explains = day_plan.times.matrix, len(day_plan.runs) <= EXPLAINED
    told = {
        str(index): records.pack_verdicts(decision.verdicts(case, index, travel, explains=explains))
        for index in sorted({first, choices[0].index})
    }
    record = records.pack(case) | {"chosen": records.pack_choices(choices), "first": first, "verdicts": told}
    return Evidence(record, _direct_s(day_plan, wish, wish.time_s), choices[0].pickup_s, choices[0].dropoff_s)


def by_rule(refusal: Refusal) -> Evidence:
    """Return the evidence of a refusal for which no plan was looked at: the rule that it names."""
    return Evidence({"v": records.SCHEMA, "facts": dict(refusal.facts)})


def case_of(day_plan: DayPlan, wish: Wish, candidates: Sequence[Promise]) -> Case:
    """Return what is to be decided for ``wish`` under some promises, as routing sees it."""
    return Case(
        plan=day_plan.plan,
        wishes=tuple(request(day_plan, wish, candidate) for candidate in candidates),
        kept=tuple(_kept_seats(day_plan, wish, candidate) for candidate in candidates),
        weights=day_plan.weights,
        apart_s=APART_S,
    )


def _kept_seats(day_plan: DayPlan, wish: Wish, promise: Promise) -> int:
    """Return how many seats stay free beside a party for those with a wheelchair: none shortly before the pick-up."""
    service = day_plan.service
    is_early = promise.pickup_earliest_s - day_plan.now_s > service.reserve_until_s
    return service.reserved_seats if is_early and not wish.party.wheelchairs else 0


def seat(session: Session, day_plan: DayPlan, booking: Booking, wish: Wish, placement: Placement) -> None:
    """Write the two visits of a new booking into the itinerary of its vehicle."""
    assert placement.itinerary is not None
    run_plan = day_plan.run_of(placement.itinerary)
    promise = placement.promise
    spans = {
        VisitKind.PICKUP: (wish.pickup_stop_id, promise.pickup_earliest_s, promise.pickup_latest_s),
        VisitKind.DROPOFF: (wish.dropoff_stop_id, promise.pickup_earliest_s, promise.arrive_latest_s),
    }
    rows = {
        kind: Visit(
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
        for kind, (stop_id, earliest_s, latest_s) in spans.items()
    }
    session.add_all(rows.values())
    session.flush()
    run_plan.ids.update({(NEW_REQUEST, kind): row.id for kind, row in rows.items()})
    itineraries.save(session, day_plan, placement.itinerary)


def unseat(session: Session, day_plan: DayPlan, booking: Booking) -> None:
    """Take a booking's visits out of its vehicle's itinerary; the rows stay, marked as skipped.

    Who was left behind by a vehicle that broke down is in no itinerary any more.
    """
    run_plan = next((each for each in day_plan.runs if each.run.id == booking.run_id), None)
    for row in session.scalars(select(Visit).where(Visit.booking_id == booking.id)):
        if row.state == "arrived":  # the vehicle stood there until now
            row.done_at = times.moment(day_plan.service_day.day, day_plan.now_s)
        row.state = "skipped"
    if run_plan is not None:
        itineraries.save(session, day_plan, without(run_plan.itinerary, booking.id))


def instead(session: Session, wish: Wish, *, soonest_s: int) -> Iterator[Wish]:
    """Return the same ride later, earlier and from or to a stop nearby, the nearest to the wish first (D-48)."""
    service = session.get_one(TransportService, wish.transport_service_id)
    inside = replace(wish, time_s=min(max(wish.time_s, service.hours_start_s), service.hours_end_s))
    first_s = max(inside.time_s, soonest_s)
    for step in range(0, REACH_S + 1, max(service.max_wait_s, promise_policy.STEP_S)):
        yield replace(inside, kind=WishKind.DEPART, time_s=first_s + step)
        if wish.time_s - step > soonest_s:
            yield replace(inside, time_s=inside.time_s - step)
        if step == 0:
            yield from _nearby(session, inside, service)


def has_left(booking: Booking, *, now: datetime) -> bool:  # noqa: ARG001 -- as every mode
    """Return False: until the driver taps the pick-up, one may cancel (Q-10)."""
    return False


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
    others = {Limit.OTHER_PROMISE, Limit.SEATS, Limit.WHEELCHAIRS, Limit.RESERVED, Limit.DRIVER_BREAK}
    return "full" if limits & others else "too_far"


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


def _nearby(session: Session, wish: Wish, service: TransportService) -> Iterator[Wish]:
    """Return the same ride from or to a stop within walking distance."""
    served = {stop.id: stop for stop in network.list_stops(session, service.id, wish.day)}
    for here_id in (wish.pickup_stop_id, wish.dropoff_stop_id):
        here = network.get_stop(session, here_id)
        near = [(_metres(here, stop), stop_id) for stop_id, stop in served.items() if stop_id != here_id]
        for metres, stop_id in sorted(near)[:1]:
            is_pickup = here_id == wish.pickup_stop_id
            other = replace(wish, pickup_stop_id=stop_id) if is_pickup else replace(wish, dropoff_stop_id=stop_id)
            if metres <= service.walk_m and eligibility.check_stops(other, frozenset(served)) is None:
                yield other


def _metres(first: StopView, second: StopView) -> float:
    """Return the straight distance: good enough to tell what is near."""
    north = (first.lat - second.lat) * METRES_PER_DEGREE
    east = (first.lon - second.lon) * METRES_PER_DEGREE * cos(radians(first.lat))
    return hypot(north, east)

"""Line service: a ride on a printed run, at the printed times, while the run has places (T-08 to T-20)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from backend.db.models import Booking, Duty, Run, ServiceDay, Stop, TransportService, Visit
from backend.db.queries import money, timetable
from backend.domain import times
from backend.domain.offers import Promise, Wish, WishKind
from backend.domain.policies import boarding, eligibility
from backend.domain.policies import fares as fare_policy
from backend.domain.refusals import Facts, Refusal
from backend.services import lifecycle, travel
from backend.services.itineraries import DayPlan, LineRun
from backend.services.modes.placement import Placement
from routing.problem import Load

RESERVED = "reserved"
FIXED = "fixed"
TAKES_RIDERS = ("planned", "committed", "underway")
TOO_BIG = "party_too_big_for_run"
NOBODY = Load(0, 0)


def load(session: Session, service_day: ServiceDay, *, now: datetime) -> DayPlan:  # noqa: ARG001 -- as every mode
    """Return the runs of the day with what is booked on them. Under the lock of the day, when it decides."""
    service = session.get_one(TransportService, service_day.transport_service_id)
    entries = {each.id: each for each in timetable.list_entries(session, service.id, service_day.day)}
    query = (
        select(Run)
        .where(Run.service_day_id == service_day.id, Run.kind.in_((FIXED, RESERVED)))
        .options(selectinload(Run.duty).joinedload(Duty.vehicle))
        .order_by(Run.departs_s, Run.id)
        .execution_options(populate_existing=True)
    )
    booked = _booked(session, service_day)
    runs = tuple(
        LineRun(run, entries[run.timetable_entry_id], booked.get(run.id, NOBODY))
        for run in session.scalars(query)
        if run.timetable_entry_id in entries
    )
    stop_times = travel.stop_times(session, service, service_day.day)
    return DayPlan(service, service_day, stop_times, line_runs=runs)


def check_party(service: TransportService, wish: Wish) -> Refusal | None:
    """Return why so many persons do not go on one run: then they part, or the desk helps (Q-35)."""
    return eligibility.check_party(wish.party, max_party=service.max_party, too_big=TOO_BIG)


def check_stops(session: Session, wish: Wish) -> Refusal | None:
    """Return why no run takes anybody between the wished stops, by the rules of boarding there (T-08 to T-11)."""
    entries = timetable.list_entries(session, wish.transport_service_id, wish.day)
    passages = (entry.passage for entry in entries)
    refusal = boarding.check(passages, wish.pickup_stop_id, wish.dropoff_stop_id)
    if refusal is None:
        return None
    pickup, dropoff = (session.get_one(Stop, each).name for each in (wish.pickup_stop_id, wish.dropoff_stop_id))
    return replace(refusal, facts=refusal.facts | {"pickup": pickup, "dropoff": dropoff})


def promises(day_plan: DayPlan, wish: Wish, *, not_before_s: int) -> list[Promise]:
    """Return the printed times that would meet ``wish``, the most wanted first.

    A wish to leave at the very time of a run names that run, and no other; any other time asks for the runs after it.
    """
    times_sold = [promise_on(each, wish) for each in sold(day_plan, wish)]
    found = [each for each in times_sold if each.pickup_earliest_s >= not_before_s]
    if wish.kind is WishKind.ARRIVE:
        return [each for each in reversed(found) if each.arrive_latest_s <= wish.time_s]
    named = [each for each in found if each.pickup_earliest_s == wish.time_s]
    return named or [each for each in found if each.pickup_earliest_s > wish.time_s]


def place(day_plan: DayPlan, wish: Wish, candidates: Sequence[Promise]) -> Placement | None:
    """Return where the first of ``candidates`` that can be booked goes, or None when none can."""
    return next(placements(day_plan, wish, candidates), None)


def placements(day_plan: DayPlan, wish: Wish, candidates: Sequence[Promise]) -> Iterator[Placement]:
    """Return one after the other the runs that have a place for the party (T-20)."""
    party = Load(wish.party.seats, wish.party.wheelchairs)
    for promise in candidates:
        found = _run_at(day_plan, wish, promise)
        is_open = found.run.kind == RESERVED and found.run.state in TAKES_RIDERS
        if is_open and found.takes(party):
            yield Placement(
                promise=promise,
                run=found.run,
                pickup_s=promise.pickup_earliest_s,
                dropoff_s=promise.arrive_latest_s,
                departure=found.entry.ride(wish.pickup_stop_id, wish.dropoff_stop_id),
            )


def why_not(session: Session, day_plan: DayPlan, wish: Wish, candidates: Sequence[Promise]) -> Refusal:
    """Return why none of the runs can be booked: it is about the one most wanted."""
    if not candidates:
        return Refusal("no_run_then", {"time_s": wish.time_s})
    found = _run_at(day_plan, wish, candidates[0])
    facts: Facts = {"direction": found.entry.direction, "number": found.entry.number}
    if found.run.state == "suspended":
        return Refusal("run_called_off", facts | {"reason": found.run.suspended_reason or ""})
    if found.run.kind == FIXED:
        return Refusal("no_booking_needed", facts | _fixed_facts(session, wish, found))
    if found.run.state not in TAKES_RIDERS:
        return Refusal("run_not_operated", facts)
    vehicle, limit = found.run.duty.vehicle, found.run.booking_limit or 0
    if wish.party.wheelchairs + found.booked.wheelchairs > vehicle.wheelchair_places:
        return Refusal("no_wheelchair_place")
    too_big = eligibility.check_party(wish.party, max_party=limit, too_big=TOO_BIG)
    return too_big or Refusal("run_full", facts | {"left": max(found.persons_left, 0)})


def judge(
    day_plan: DayPlan,  # noqa: ARG001 -- as every mode
    wish: Wish,  # noqa: ARG001
    candidates: Sequence[Promise],  # noqa: ARG001
    taken: Sequence[Placement],  # noqa: ARG001
    *,
    barred: Sequence[int] = (),  # noqa: ARG001
    wanted: Promise | None = None,  # noqa: ARG001
) -> None:
    """Return None: a printed run takes who comes first, there is nothing to weigh."""
    return


def by_rule(refusal: Refusal) -> None:  # noqa: ARG001 -- as every mode
    """Return None, as `judge` does."""
    return


def instead(session: Session, wish: Wish, *, soonest_s: int) -> Iterator[Wish]:
    """Return rides on the other runs of that direction on the day, the nearest in time first (T-20)."""
    entries = timetable.list_entries(session, wish.transport_service_id, wish.day)
    sold = timetable.sold_entries(entries, wish.pickup_stop_id, wish.dropoff_stop_id)
    starts = [entry.at(wish.pickup_stop_id).time_s for entry in sold if entry.kind == RESERVED]
    for start_s in sorted(starts, key=lambda each: (abs(each - wish.time_s), each)):
        if start_s >= soonest_s:
            yield replace(wish, kind=WishKind.DEPART, time_s=start_s)


def longest_ride_s(day_plan: DayPlan, wish: Wish, promise: Promise) -> int:  # noqa: ARG001 -- as every mode
    """Return how long the ride takes by the timetable."""
    return promise.arrive_latest_s - promise.pickup_earliest_s


def has_left(booking: Booking, *, now: datetime) -> bool:
    """Tell whether the run has left the booking's stop: until then one may cancel, or leave persons at home (Q-43)."""
    leaves = times.moment(booking.service_day.day, booking.promise.pickup_latest_s + booking.run.late_s)
    return times.whole_second(now) > leaves


def seat(session: Session, day_plan: DayPlan, booking: Booking, wish: Wish, placement: Placement) -> None:
    """Write the two visits of a new booking at their printed times (T-12)."""
    promise, run = placement.promise, placement.run
    ends = (
        ("pickup", wish.pickup_stop_id, promise.pickup_latest_s),
        ("dropoff", wish.dropoff_stop_id, promise.arrive_latest_s),
    )
    for kind, stop_id, time_s in ends:
        visit = Visit(
            run_id=run.id,
            booking_id=booking.id,
            kind=kind,
            seq=0,
            stop_id=stop_id,
            planned_s=time_s + run.late_s,
            earliest_s=promise.pickup_earliest_s,
            latest_s=time_s,
            service_s=day_plan.service.dwell_s,
        )
        session.add(visit)
    session.flush()
    renumber(session, run)


def unseat(session: Session, day_plan: DayPlan, booking: Booking) -> None:
    """Take a booking's visits out of its run; the rows stay, marked as skipped."""
    visits = session.scalars(select(Visit).where(Visit.booking_id == booking.id))
    for visit in visits.all():
        lifecycle.move_visit(visit, "skipped")
    renumber(session, next((each.run for each in day_plan.line_runs if each.run.id == booking.run_id), booking.run))


def renumber(session: Session, run: Run) -> None:
    """Put the visits of a run in the order of their printed times, people getting off first."""
    session.flush()
    query = select(Visit).where(Visit.run_id == run.id)
    visits = sorted(session.scalars(query), key=lambda each: (each.latest_s, each.kind == "pickup", each.id))
    for seq, visit in enumerate(visits, start=1):
        visit.seq = seq
    run.plan_version += 1
    session.flush()


def _booked(session: Session, service_day: ServiceDay) -> dict[int, Load]:
    """Return the persons booked on each run over its whole way, whoever cancelled left out (Q-34)."""
    query = (
        select(Booking.run_id, func.sum(Booking.seats), func.sum(Booking.wheelchairs))
        .where(Booking.service_day_id == service_day.id, Booking.state != "cancelled")
        .group_by(Booking.run_id)
    )
    return {run_id: Load(int(seats), int(wheelchairs)) for run_id, seats, wheelchairs in session.execute(query)}


def sold(day_plan: DayPlan, wish: Wish) -> list[LineRun]:
    """Return the day's runs that take people between the wished stops, by departure."""
    entries = timetable.sold_entries(
        (each.entry for each in day_plan.line_runs), wish.pickup_stop_id, wish.dropoff_stop_id
    )
    ids = {entry.id for entry in entries}
    return [each for each in day_plan.line_runs if each.entry.id in ids]


def promise_on(found: LineRun, wish: Wish) -> Promise:
    """Return what a run promises between the wished stops: its printed times."""
    pickup_s = found.entry.at(wish.pickup_stop_id).time_s
    return Promise(pickup_s, pickup_s, found.entry.at(wish.dropoff_stop_id).time_s)


def _run_at(day_plan: DayPlan, wish: Wish, promise: Promise) -> LineRun:
    """Return the run that gave a promise."""
    return next(each for each in sold(day_plan, wish) if promise_on(each, wish) == promise)


def _fixed_facts(session: Session, wish: Wish, found: LineRun) -> Facts:
    """Return what is told about a run that needs no booking: when, and what it costs (T-15)."""
    ride = found.entry.ride(wish.pickup_stop_id, wish.dropoff_stop_id)
    fares = money.fares_between(session, wish.transport_service_id, wish.day, wish.pickup_stop_id, wish.dropoff_stop_id)
    return {
        "time_s": ride.pickup_s,
        "about": "yes" if ride.pickup_is_about else "no",
        "arrive_s": ride.dropoff_s,
        "fare": f"{fare_policy.due_yen(wish.party, fares):,}",
    }

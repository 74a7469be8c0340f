"""Every decision of the area service is written down in the transaction that it belongs to (decision 0029).

A record holds what was known, so that it can be decided again: `replay`. It names nobody, and is emptied when the rides
of its day lose their riders (`purging`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.db.models import Booking, Decision, KeptTravelTimes, RefusedWish
from backend.domain.decisions import Evidence, Record
from backend.domain.errors import NotFoundError
from backend.domain.offers import Wish
from backend.services.itineraries import DayPlan
from backend.services.travel import StopTimes
from routing import breakdown, cost, decision, records
from routing.decision import Case, Choice
from routing.insertion import Insertion
from routing.problem import Plan, Request
from routing.timing import Violation, schedule
from routing.travel_times import Matrix

OFFERED, BOOKED, REFUSED, REPLANNED, MOVED = "offered", "booked", "refused", "replanned", "moved"
FORGOTTEN: Record = {"v": records.SCHEMA, "forgotten": True}
CENT = 0.01  # of a second of driving: what adding up in another order may change


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of deciding a kept case again: whether it is the same, and whether the code has changed since.

    ``is_forgotten`` when its record was past its period of keeping: then nothing can be said.
    """

    is_same: bool
    is_same_engine: bool
    is_forgotten: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """Which wish was decided, when, and by which way it came."""

    wish: Wish
    channel: str
    at: datetime


def keep(
    session: Session,
    evidence: Evidence,
    asked: Asked,
    *,
    stop_times: StopTimes | None = None,
    booking: Booking | None = None,
    refused: RefusedWish | None = None,
) -> None:
    """Write down what was decided for a wish: offers, or a booking, or a refusal. The wish stands without its rider.

    ``stop_times`` are the driving times that were reckoned with, None where no plan was looked at.
    """
    wish = asked.wish
    kind = BOOKED if booking else REFUSED if refused else OFFERED
    session.add(
        Decision(
            public_id=evidence.public_id,
            transport_service_id=wish.transport_service_id,
            day=wish.day,
            at=asked.at,
            kind=kind,
            code=refused.code if refused else None,
            channel=asked.channel,
            booking_id=booking.id if booking else None,
            refused_wish_id=refused.id if refused else None,
            wish_kind=wish.kind,
            wish_s=wish.time_s,
            pickup_stop_id=wish.pickup_stop_id,
            dropoff_stop_id=wish.dropoff_stop_id,
            seats=wish.party.seats,
            wheelchairs=wish.party.wheelchairs,
            party={each.category: each.persons for each in wish.party.members},
            direct_s=evidence.direct_s,
            pickup_s=evidence.pickup_s,
            dropoff_s=evidence.dropoff_s,
            only_reserve=evidence.only_reserve,
            engine=decision.engine(),
            travel_times=_kept_times(session, stop_times, now=asked.at) if stop_times else None,
            record=evidence.record,
        )
    )
    session.flush()


def keep_better(session: Session, day_plan: DayPlan, better: Plan, *, now: datetime) -> None:
    """Write down that a better plan came into force: the plan before, the orders of visits after, what both cost."""
    case = Case(day_plan.plan, (), (), day_plan.weights)
    record = records.pack(case) | {
        "orders": records.pack_orders(better, records.numbers_of(day_plan.plan)),
        "before": _costs(case, day_plan.plan, day_plan.times.matrix),
        "after": _costs(case, better, day_plan.times.matrix),
    }
    _keep_of_day(session, day_plan, REPLANNED, Evidence(record), now=now)


def keep_moved(
    session: Session,
    day_plan: DayPlan,
    case: Case,
    found: tuple[int, Insertion] | None,
    booking_id: int,
    *,
    now: datetime,
) -> None:
    """Write down where a ride went whose vehicle cannot go on, or that no other could take it."""
    choices = [decision.choice_of(*found, case.wishes[found[0]])] if found else []
    told = decision.verdicts(case, choices[0].index if choices else 0, day_plan.times.matrix)
    record = records.pack(case) | {
        "chosen": records.pack_choices(choices),
        "verdicts": {str(choices[0].index if choices else 0): records.pack_verdicts(told)},
    }
    evidence = Evidence(
        record,
        pickup_s=choices[0].pickup_s if choices else None,
        dropoff_s=choices[0].dropoff_s if choices else None,
    )
    code = None if choices else "no_vehicle"
    _keep_of_day(session, day_plan, MOVED, evidence, now=now, booking_id=booking_id, code=code)


def replay(session: Session, public_id: str) -> Replayed:
    """Decide a kept case again, by the code as it is now; raise `NotFoundError` for a decision there is none of.

    A better plan is not searched again, which would take as long as before: it is judged again, legal and cheaper.
    """
    row = find(session, public_id)
    is_same_engine = row.engine == decision.engine()
    if row.travel_times is None:  # a rule decided, no plan was looked at
        return Replayed(is_same=True, is_same_engine=is_same_engine, is_forgotten="forgotten" in row.record)
    case, matrix = records.unpack(row.record), matrix_of(session, row.travel_times)
    if row.kind == REPLANNED:
        return Replayed(_is_still_better(row.record, case, matrix), is_same_engine)
    before, after = records.unpack_choices(row.record.get("chosen", [])), decision.choose(case, matrix)
    same = len(before) == len(after) and all(map(_is_same, before, after))
    return Replayed(same, is_same_engine)


def find(session: Session, public_id: str) -> Decision:
    """Return a decision; raise `NotFoundError`."""
    row = session.scalars(select(Decision).where(Decision.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"decision {public_id}")
    return row


def matrix_of(session: Session, fingerprint: str) -> Matrix:
    """Return driving times as they held when a decision was made."""
    kept = session.get_one(KeptTravelTimes, fingerprint)
    size = len(kept.stop_ids)
    rows = [tuple(kept.seconds[at : at + size]) for at in range(0, len(kept.seconds), size)]
    bands = tuple(tuple(rows[at : at + size]) for at in range(0, len(rows), size))
    return Matrix(tuple(kept.band_starts), bands)


def engine() -> str:
    """Return the version of the code that decides now."""
    return decision.engine()


def _keep_of_day(
    session: Session,
    day_plan: DayPlan,
    kind: str,
    evidence: Evidence,
    *,
    now: datetime,
    booking_id: int | None = None,
    code: str | None = None,
) -> None:
    session.add(
        Decision(
            public_id=evidence.public_id,
            transport_service_id=day_plan.service.id,
            day=day_plan.service_day.day,
            at=now,
            kind=kind,
            code=code,
            booking_id=booking_id,
            pickup_s=evidence.pickup_s,
            dropoff_s=evidence.dropoff_s,
            engine=decision.engine(),
            travel_times=_kept_times(session, day_plan.times, now=now),
            record=evidence.record,
        )
    )
    session.flush()


def _kept_times(session: Session, stop_times: StopTimes, *, now: datetime) -> str:
    """Return the fingerprint of driving times, kept on their first use; a purge leaves them until the commit."""
    held = select(KeptTravelTimes.fingerprint).where(KeptTravelTimes.fingerprint == stop_times.fingerprint)
    if session.scalar(held.with_for_update(read=True, key_share=True)) is None:
        matrix = stop_times.matrix
        session.execute(
            insert(KeptTravelTimes)
            .values(
                fingerprint=stop_times.fingerprint,
                stop_ids=list(stop_times.index),
                band_starts=list(matrix.band_starts),
                seconds=[int(seconds) for band in matrix.bands for row in band for seconds in row],
                kept_at=now,
            )
            .on_conflict_do_nothing()
        )
    return stop_times.fingerprint


def _costs(case: Case, plan: Plan, matrix: Matrix) -> dict[str, float]:
    """Return what a plan costs by weight; a vehicle that is late beyond its limits is left out, as in `planning`."""
    total = dict.fromkeys(breakdown.names(), 0.0)
    held = [(each, schedule(each, matrix)) for each in plan]
    for itinerary, times in ((each, kept) for each, kept in held if not isinstance(kept, Violation)):
        for name, value in breakdown.by_weight(itinerary, times, matrix, case.weights).items():
            total[name] += value
    return {name: round(value, 3) for name, value in total.items()}


def _is_still_better(record: Mapping[str, object], case: Case, matrix: Matrix) -> bool:
    """Judge a better plan again: what it changes is legal, and all together is cheaper."""
    after = records.unpack_orders(record["orders"], case)
    changed = [each for before, each in zip(case.plan, after, strict=True) if each != before]
    if any(isinstance(schedule(each, matrix), Violation) for each in changed):
        return False
    return _total(after, case, matrix) < _total(case.plan, case, matrix)


def _total(plan: Plan, case: Case, matrix: Matrix) -> float:
    held = [(each, schedule(each, matrix)) for each in plan]
    return sum(cost.cost(each, times, matrix, case.weights) for each, times in held if not isinstance(times, Violation))


def _is_same(before: Choice, after: Choice) -> bool:
    places = [(each.index, each.vehicle_id, each.first, each.second, each.pickup_s) for each in (before, after)]
    return places[0] == places[1] and abs(before.added_cost - after.added_cost) < CENT


def case_for(plan: Plan, wishes: tuple[Request, ...], day_plan: DayPlan) -> Case:
    """Return the case of a ride that has to go elsewhere: no seats are kept from who was promised one."""
    return Case(plan, wishes, (0,) * len(wishes), day_plan.weights)

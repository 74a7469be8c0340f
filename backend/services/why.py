"""Reads a decision back, for those who ask why: names for ids, and what was not asked at the time."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import Booking, Decision, Duty, Run, Stop, Vehicle
from backend.domain.offers import Promise
from backend.domain.why import Considered, VehicleAnswer, Why
from backend.services import decisions
from routing import decision as deciding
from routing import records
from routing.decision import Case, Choice, Verdict
from routing.problem import Request

LISTED = 500


def of(session: Session, public_id: str) -> Why:
    """Return a decision with all there is to say about it; raise `NotFoundError`."""
    return _why(session, decisions.find(session, public_id))


def of_booking(session: Session, booking_id: int) -> list[Why]:
    """Return why a ride was booked as it was, and each time that it was moved elsewhere, the last first."""
    query = select(Decision).where(Decision.booking_id == booking_id).order_by(Decision.id.desc())
    return [_why(session, row) for row in session.scalars(query)]


def list_day(session: Session, service_id: int, day: date, *, kind: str | None = None) -> list[Why]:
    """Return the decisions about a day without what each vehicle said, the last first, no more than fit a page."""
    query = select(Decision).where(Decision.transport_service_id == service_id, Decision.day == day)
    if kind is not None:
        query = query.where(Decision.kind == kind)
    rows = session.scalars(query.order_by(Decision.id.desc()).limit(LISTED)).all()
    stops = _stop_names(session)
    return [_bare(row, stops) for row in rows]


def _why(session: Session, row: Decision) -> Why:
    bare = _bare(row, _stop_names(session))
    if row.booking_id is not None:
        bare = replace(bare, booking=session.get_one(Booking, row.booking_id).public_id)
    if row.travel_times is None:
        facts = cast("Mapping[str, str | int]", row.record.get("facts", {}))
        return replace(bare, facts=facts, is_forgotten="forgotten" in row.record)
    case = records.unpack(row.record)
    names = _vehicle_names(session, [each.vehicle.id for each in case.plan])
    weights = dict(cast("list[tuple[str, float]]", row.record["weights"]))
    if row.kind == decisions.REPLANNED:
        before, after = (cast("Mapping[str, float]", row.record[name]) for name in ("before", "after"))
        return replace(bare, weights=weights, before=before, after=after, moved=_moved(row, case))
    chosen = records.unpack_choices(row.record.get("chosen", []))
    return replace(
        bare,
        weights=weights,
        first=_considered(session, row, case, cast("int", row.record.get("first", 0)), names=names),
        taken=_considered(session, row, case, chosen[0].index, names=names) if chosen else None,
        offered=tuple(_promise(case.wishes[each.index]) for each in chosen),
        vehicle=names[chosen[0].vehicle_id] if chosen else "",
    )


def _bare(row: Decision, stops: Mapping[int, str]) -> Why:
    return Why(
        public_id=row.public_id,
        kind=row.kind,
        code=row.code,
        at=row.at,
        day=row.day,
        engine=row.engine,
        channel=row.channel,
        wish_kind=row.wish_kind,
        wish_s=row.wish_s,
        pickup=stops.get(row.pickup_stop_id or 0, ""),
        dropoff=stops.get(row.dropoff_stop_id or 0, ""),
        persons=row.seats + row.wheelchairs,
        wheelchairs=row.wheelchairs,
        only_reserve=row.only_reserve,
    )


def _considered(
    session: Session, row: Decision, case: Case, index: int, *, names: Mapping[int, str]
) -> Considered | None:
    """Return what each vehicle had to say to one promise; what nobody asked at the time is asked now."""
    if not case.plan or index >= len(case.wishes):
        return None
    told = records.unpack_verdicts(cast("dict[str, object]", row.record["verdicts"]).get(str(index), []))
    if not told or any(each.limit is None and each.choice is None for each in told):
        assert row.travel_times is not None
        told = deciding.verdicts(case, index, decisions.matrix_of(session, row.travel_times))
    taken = records.unpack_choices(row.record.get("chosen", []))[:1]
    answers = tuple(_answer(each, names, taken=taken) for each in told)
    return Considered(_promise(case.wishes[index]), answers)


def _answer(verdict: Verdict, names: Mapping[int, str], *, taken: tuple[Choice, ...]) -> VehicleAnswer:
    choice = verdict.choice
    if choice is None:
        return VehicleAnswer(names[verdict.vehicle_id], verdict.limit.value if verdict.limit else None)
    is_taken = any((each.index, each.vehicle_id) == (choice.index, choice.vehicle_id) for each in taken)
    return VehicleAnswer(
        names[verdict.vehicle_id],
        None,
        choice.pickup_s,
        choice.dropoff_s,
        choice.added_cost,
        verdict.costs,
        is_taken,
        choice.is_reordered,
    )


def _promise(wish: Request) -> Promise:
    return Promise(wish.pickup.earliest_s, wish.pickup.latest_s, wish.dropoff.latest_s)


def _moved(row: Decision, case: Case) -> int:
    """Return how many rides a better plan put into another vehicle, or at another place among the others."""
    places: list[dict[int, tuple[int, list[int]]]] = []
    for plan in (case.plan, records.unpack_orders(row.record["orders"], case)):
        at: dict[int, tuple[int, list[int]]] = {}
        for itinerary in plan:
            for place, visit in enumerate(itinerary.visits):
                at.setdefault(visit.request.id, (itinerary.vehicle.id, []))[1].append(place)
        places.append(at)
    return sum(places[0][each] != places[1][each] for each in places[0])


def _vehicle_names(session: Session, run_ids: list[int]) -> dict[int, str]:
    """Return the vehicle of each run by its name; a run that is gone keeps its number."""
    query = select(Run.id, Vehicle.name).join(Duty, Run.duty_id == Duty.id).join(Vehicle, Duty.vehicle_id == Vehicle.id)
    found = {run_id: name for run_id, name in session.execute(query.where(Run.id.in_(run_ids)))}  # noqa: C416 -- rows are no pairs to dict()
    return {run_id: found.get(run_id, str(run_id)) for run_id in run_ids}


def _stop_names(session: Session) -> dict[int, str]:
    return {stop_id: name for stop_id, name in session.execute(select(Stop.id, Stop.name))}  # noqa: C416 -- rows are no pairs to dict()

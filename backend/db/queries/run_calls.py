"""Where a run of a line calls, who was counted there, and what was taken: what its driver sees (T-12, T-55, Q-55)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from backend.db.models import (
    Duty,
    FareRecord,
    FareRecordLine,
    HeadCount,
    LeftBehind,
    Run,
    ServiceStop,
    Stop,
    StopTime,
    Vehicle,
)

BOARD, ALIGHT = "board", "alight"
INTERPOLATED = "interpolated"


@dataclass(frozen=True, slots=True)
class CallView:
    """A stop on the way of a run. ``time_s`` is the printed time, None on an extra run: it comes as soon as it can."""

    stop_id: int
    stop_name: str
    time_s: int | None
    is_about: bool
    may_board: bool
    may_alight: bool
    fare_zone: str
    lat: float
    lon: float
    marker: str
    winter_marker: str
    road_note: str


@dataclass(frozen=True, slots=True)
class CountView:
    """Persons counted at a stop, corrections reckoned in."""

    stop_id: int
    kind: str
    category: str
    persons: int


@dataclass(frozen=True, slots=True)
class PaidView:
    """What riders without a booking paid at a stop, in yen of cash."""

    stop_id: int
    category: str
    zone: str
    pay_kind: str
    persons: int
    received_yen: int


def calls_of(session: Session, run_id: int) -> list[CallView]:
    """Return the stops of a run by its id, as `list_calls` does."""
    return list_calls(session, session.get_one(Run, run_id))


def list_calls(session: Session, run: Run) -> list[CallView]:
    """Return the stops of a run in their order; of an extra run those that somebody waits at or goes to (T-22)."""
    query = (
        select(StopTime, Stop, ServiceStop.fare_zone)
        .join(Stop, Stop.id == StopTime.stop_id)
        .outerjoin(
            ServiceStop,
            (ServiceStop.stop_id == Stop.id)
            & (ServiceStop.transport_service_id == run.service_day.transport_service_id),
        )
        .where(StopTime.timetable_entry_id == _printed(session, run))
        .order_by(StopTime.seq)
    )
    calls = [_call(time, stop, zone or "") for time, stop, zone in session.execute(query)]
    if run.kind == "extra":
        return list(_wished(session, run, calls))
    last = len(calls) - 1  # nobody gets off where a run begins, nor on where it ends
    return [
        replace(call, may_alight=call.may_alight and place > 0, may_board=call.may_board and place < last)
        for place, call in enumerate(calls)
    ]


def counts(session: Session, run_id: int) -> list[CountView]:
    """Return who was counted on a run, by stop, kind and category."""
    columns = (HeadCount.stop_id, HeadCount.kind, HeadCount.category)
    query = (
        select(*columns, func.sum(HeadCount.persons))
        .where(HeadCount.run_id == run_id)
        .group_by(*columns)
        .order_by(*columns)
    )
    return [CountView(stop, kind, category, int(persons)) for stop, kind, category, persons in session.execute(query)]


def paid(session: Session, run_id: int) -> list[PaidView]:
    """Return what riders without a booking paid on a run, by stop, category, zone and way of paying."""
    columns = (FareRecord.stop_id, FareRecordLine.category, FareRecordLine.zone, FareRecordLine.pay_kind)
    query = (
        select(*columns, func.sum(FareRecordLine.persons), func.sum(FareRecordLine.received_yen))
        .join(FareRecord, FareRecord.id == FareRecordLine.fare_record_id)
        .where(FareRecord.run_id == run_id, FareRecord.booking_id.is_(None))
        .group_by(*columns)
        .order_by(*columns)
    )
    return [
        PaidView(stop or 0, category, zone, kind, int(persons), int(yen))
        for stop, category, zone, kind, persons, yen in session.execute(query)
    ]


def _printed(session: Session, run: Run) -> int | None:
    """Return the printed run that a run follows; an extra run goes the way of the one it helps."""
    if run.timetable_entry_id is not None or run.parent_run_id is None:
        return run.timetable_entry_id
    parent = aliased(Run)
    return session.scalar(select(parent.timetable_entry_id).where(parent.id == run.parent_run_id))


def _call(time: StopTime, stop: Stop, zone: str) -> CallView:
    return CallView(
        stop_id=stop.id,
        stop_name=stop.name,
        time_s=time.time_s,
        is_about=time.kind == INTERPOLATED,
        may_board=time.may_board,
        may_alight=time.may_alight,
        fare_zone=zone,
        lat=stop.lat,
        lon=stop.lon,
        marker=stop.marker,
        winter_marker=stop.winter_marker,
        road_note=stop.road_note,
    )


def _wished(session: Session, run: Run, calls: Iterable[CallView]) -> Iterable[CallView]:
    waiting = session.scalars(select(LeftBehind).where(LeftBehind.extra_run_id == run.id)).all()
    boards = {each.pickup_stop_id for each in waiting}
    alights = {each.dropoff_stop_id for each in waiting}
    for call in calls:
        if call.stop_id in boards | alights:
            yield replace(
                call,
                time_s=None,
                is_about=False,
                may_board=call.stop_id in boards,
                may_alight=call.stop_id in alights,
            )


@dataclass(frozen=True, slots=True)
class LeftBehindView:
    """What became of riders who could not get on: where they wait, and the extra run that fetches them (T-22)."""

    id: int
    run_id: int
    pickup_stop: str
    dropoff_stop: str
    persons: int
    outcome: str | None
    extra_vehicle: str
    extra_pickup_s: int | None
    picked_up_at: datetime | None
    arrived_at: datetime | None


def list_left_behind(session: Session, run_ids: Iterable[int]) -> list[LeftBehindView]:
    """Return what drivers reported from these runs, the newest last, with the answer of the desk."""
    pickup, dropoff = aliased(Stop), aliased(Stop)
    query = (
        select(LeftBehind, pickup.name, dropoff.name, Run.departs_s, Vehicle.name)
        .join(pickup, pickup.id == LeftBehind.pickup_stop_id)
        .join(dropoff, dropoff.id == LeftBehind.dropoff_stop_id)
        .outerjoin(Run, Run.id == LeftBehind.extra_run_id)
        .outerjoin(Duty, Duty.id == Run.duty_id)
        .outerjoin(Vehicle, Vehicle.id == Duty.vehicle_id)
        .where(LeftBehind.run_id.in_(list(run_ids)))
        .order_by(LeftBehind.id)
    )
    return [
        LeftBehindView(
            id=row.id,
            run_id=row.run_id,
            pickup_stop=origin,
            dropoff_stop=destination,
            persons=row.persons,
            outcome=row.outcome,
            extra_vehicle=vehicle or "",
            extra_pickup_s=pickup_s,
            picked_up_at=row.picked_up_at,
            arrived_at=row.arrived_at,
        )
        for row, origin, destination, pickup_s, vehicle in session.execute(query)
    ]

"""Riders left behind as the board shows them, and the next run that could take them (T-22, T-23, Q-46)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased, joinedload

from backend.db.models import Duty, LeftBehind, Run, ServiceDay, Staff, Stop, StopTime, TimetableEntry

AUDIT_STAFF = "staff:"


@dataclass(frozen=True, slots=True)
class LeftBehindView:
    """A report and what became of it. ``outcome`` is None while nobody answered; all moments are kept (T-22)."""

    id: int
    run_id: int
    entry_code: str
    direction: str
    number: int
    pickup_stop: str
    dropoff_stop: str
    persons: int
    happened_at: datetime
    received_at: datetime
    outcome: str | None
    decided_at: datetime | None
    decided_by: str
    extra_run_id: int | None
    extra_vehicle: str
    extra_pickup_s: int | None
    dispatched_at: datetime | None
    picked_up_at: datetime | None
    arrived_at: datetime | None


@dataclass(frozen=True, slots=True)
class NextRun:
    """The next run that could take riders left behind, and when it is at their stop (Q-46)."""

    run_id: int
    entry_code: str
    direction: str
    number: int
    kind: str
    pickup_s: int


def list_of_day(session: Session, service_id: int, day: date) -> list[LeftBehindView]:
    """Return the reports of a day: those nobody answered first, then the latest."""
    query = (
        select(LeftBehind)
        .join(Run, Run.id == LeftBehind.run_id)
        .join(ServiceDay, ServiceDay.id == Run.service_day_id)
        .where(ServiceDay.transport_service_id == service_id, ServiceDay.day == day)
        .options(
            joinedload(LeftBehind.run).joinedload(Run.timetable_entry),
            joinedload(LeftBehind.extra_run).joinedload(Run.duty).joinedload(Duty.vehicle),
        )
        .order_by(LeftBehind.outcome.is_not(None), LeftBehind.received_at.desc(), LeftBehind.id.desc())
    )
    rows = session.scalars(query).all()
    stops = _stop_names(session, rows)
    people = _deciders(session, rows)
    return [_view(row, stops, people) for row in rows]


def count_open(session: Session, day: date) -> int:
    """Return how many reports of a day nobody answered yet, of all services."""
    query = (
        select(func.count())
        .select_from(LeftBehind)
        .join(Run, Run.id == LeftBehind.run_id)
        .join(ServiceDay, ServiceDay.id == Run.service_day_id)
        .where(ServiceDay.day == day, LeftBehind.outcome.is_(None))
    )
    return session.scalar(query) or 0


def find_next_run(session: Session, report_id: int, *, now_s: int) -> NextRun | None:
    """Return the next run of the same direction that still comes to the stop where riders wait, or None.

    Runs that are not operated or called off do not come.
    """
    parent, its_entry = aliased(Run), aliased(TimetableEntry)
    query = (
        select(Run.id, TimetableEntry, Run.kind, StopTime.time_s + Run.late_s)
        .join(TimetableEntry, TimetableEntry.id == Run.timetable_entry_id)
        .join(StopTime, StopTime.timetable_entry_id == TimetableEntry.id)
        .join(LeftBehind, LeftBehind.pickup_stop_id == StopTime.stop_id)
        .join(parent, parent.id == LeftBehind.run_id)
        .join(its_entry, its_entry.id == parent.timetable_entry_id)
        .where(
            LeftBehind.id == report_id,
            Run.service_day_id == parent.service_day_id,
            Run.id != parent.id,
            Run.kind.in_(("fixed", "reserved")),
            Run.state.in_(("planned", "committed", "underway")),
            TimetableEntry.direction == its_entry.direction,
            StopTime.time_s + Run.late_s > now_s,
        )
        .order_by(StopTime.time_s)
        .limit(1)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        return None
    run_id, entry, kind, pickup_s = row
    return NextRun(run_id, entry.code, entry.direction, entry.number, kind, pickup_s)


def _view(row: LeftBehind, stops: dict[int, str], people: dict[str, str]) -> LeftBehindView:
    entry, extra = row.run.timetable_entry, row.extra_run
    return LeftBehindView(
        id=row.id,
        run_id=row.run_id,
        entry_code=entry.code if entry else "",
        direction=entry.direction if entry else "",
        number=entry.number if entry else 0,
        pickup_stop=stops[row.pickup_stop_id],
        dropoff_stop=stops[row.dropoff_stop_id],
        persons=row.persons,
        happened_at=row.happened_at,
        received_at=row.received_at,
        outcome=row.outcome,
        decided_at=row.decided_at,
        decided_by=people.get(row.decided_by or "", ""),
        extra_run_id=row.extra_run_id,
        extra_vehicle=extra.duty.vehicle.name if extra else "",
        extra_pickup_s=extra.departs_s if extra else None,
        dispatched_at=row.dispatched_at,
        picked_up_at=row.picked_up_at,
        arrived_at=row.arrived_at,
    )


def _stop_names(session: Session, rows: Sequence[LeftBehind]) -> dict[int, str]:
    wanted = {stop_id for row in rows for stop_id in (row.pickup_stop_id, row.dropoff_stop_id)}
    return {stop.id: stop.name for stop in session.scalars(select(Stop).where(Stop.id.in_(wanted)))}


def _deciders(session: Session, rows: Sequence[LeftBehind]) -> dict[str, str]:
    """Return who answered, by the words of the audit trail."""
    actors = {row.decided_by for row in rows if row.decided_by and row.decided_by.startswith(AUDIT_STAFF)}
    ids = {int(actor.removeprefix(AUDIT_STAFF)) for actor in actors}
    return {f"{AUDIT_STAFF}{staff.id}": staff.name for staff in session.scalars(select(Staff).where(Staff.id.in_(ids)))}

"""Riders who could not get on: reported from the vehicle, answered by an extra run or the next one (T-22, Q-46)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import LeftBehind, RefusedWish, Run, StopTime
from backend.domain.errors import NotFoundError
from backend.domain.offers import WishKind
from backend.domain.refusals import Refusal
from backend.services import lifecycle, service_days

NEXT_RUN, NOBODY = "next_run", "nobody"
ANSWERS = (NEXT_RUN, NOBODY)
MOST_PERSONS = 50
RESERVED, TURNED_AWAY, CHANNEL = "reserved", "turned_away", "driver"


def report(  # noqa: PLR0913 -- a report is all of this
    session: Session,
    run_id: int,
    *,
    pickup_stop_id: int,
    dropoff_stop_id: int,
    persons: int,
    event_id: str,
    staff_id: int,
    happened_at: datetime,
    now: datetime,
) -> LeftBehind | Refusal:
    """Take a driver's report of riders left at a stop; the same ``event_id`` again is the same report.

    Refused: nobody, too many, or stops between which the run carries nobody (the boarding rules hold, Q-45).
    """
    run = session.get(Run, run_id)
    if run is None:
        raise NotFoundError(f"run {run_id}")
    service_days.lock_id(session, run.service_day_id)
    known = session.scalars(select(LeftBehind).where(LeftBehind.event_id == event_id)).one_or_none()
    if known is not None:
        return known
    if not 1 <= persons <= MOST_PERSONS:
        return Refusal("left_behind_persons", {"most": MOST_PERSONS})
    if not _carries(session, run, pickup_stop_id, dropoff_stop_id):
        return Refusal("left_behind_stops")
    row = LeftBehind(
        event_id=event_id,
        run_id=run.id,
        pickup_stop_id=pickup_stop_id,
        dropoff_stop_id=dropoff_stop_id,
        persons=persons,
        happened_at=min(happened_at, now),
        received_at=now,
        staff_id=staff_id,
    )
    session.add(row)
    session.flush()
    lifecycle.record(session, "left_behind", row.id, "left_behind.reported", actor=f"staff:{staff_id}", now=now)
    return row


def answer(session: Session, left_behind_id: int, outcome: str, *, actor: str, now: datetime) -> LeftBehind | Refusal:
    """Point riders left behind to the next run, or note that nobody can fetch them: a case for the town (Q-46)."""
    if outcome not in ANSWERS:
        raise ValueError(outcome)
    row = get(session, left_behind_id)
    service_days.lock_id(session, row.run.service_day_id)
    session.refresh(row)
    if row.outcome is not None:
        return row if row.outcome == outcome else Refusal("left_behind_answered")
    row.outcome, row.decided_at, row.decided_by = outcome, now, actor
    row.run.plan_version += 1  # so that the terminal that asked sees the answer
    lifecycle.record(session, "left_behind", row.id, f"left_behind.{outcome}", actor=actor, now=now)
    session.flush()
    return row


def note(session: Session, extra_run_id: int, *, kind: str, stop_id: int, at: datetime) -> None:
    """Note that riders got on (``kind`` board) or off (alight) an extra run at a stop: the first time counts.

    Under the lock of the day. For other runs it does nothing.
    """
    for row in session.scalars(select(LeftBehind).where(LeftBehind.extra_run_id == extra_run_id)):
        if kind == "board" and row.pickup_stop_id == stop_id and row.picked_up_at is None:
            row.picked_up_at = at
        elif kind == "alight" and row.dropoff_stop_id == stop_id and row.arrived_at is None:
            row.arrived_at = at
    session.flush()


def turn_away(
    session: Session,
    run: Run,
    service_id: int,
    *,
    pickup_stop_id: int,
    dropoff_stop_id: int,
    persons: int,
    happened_at: datetime,
) -> Refusal | None:
    """Note as an unmet wish that riders without a booking were not carried on a reserved run (Q-44).

    It is no report of riders left behind: nothing is sent for them, and nobody is named.
    """
    if run.kind != RESERVED:
        return Refusal("only_reserved_runs")
    if not 1 <= persons <= MOST_PERSONS:
        return Refusal("left_behind_persons", {"most": MOST_PERSONS})
    if not _carries(session, run, pickup_stop_id, dropoff_stop_id):
        return Refusal("left_behind_stops")
    printed = select(StopTime.time_s).where(
        StopTime.timetable_entry_id == run.timetable_entry_id, StopTime.stop_id == pickup_stop_id
    )
    session.add(
        RefusedWish(
            transport_service_id=service_id,
            at=happened_at,
            code=TURNED_AWAY,
            facts={},
            channel=CHANNEL,
            day=run.service_day.day,
            wish_kind=WishKind.DEPART.value,
            wish_s=session.scalars(printed).first() or 0,
            pickup_stop_id=pickup_stop_id,
            dropoff_stop_id=dropoff_stop_id,
            seats=persons,
            wheelchairs=0,
            alternatives=0,
            limits={},
        )
    )
    session.flush()
    return None


def _carries(session: Session, run: Run, pickup_stop_id: int, dropoff_stop_id: int) -> bool:
    """Tell whether a run of the timetable takes riders from one stop to the other."""
    query = select(StopTime).where(StopTime.timetable_entry_id == run.timetable_entry_id)
    by_stop = {row.stop_id: row for row in session.scalars(query)}
    origin, destination = by_stop.get(pickup_stop_id), by_stop.get(dropoff_stop_id)
    if origin is None or destination is None:
        return False
    return origin.may_board and destination.may_alight and origin.seq < destination.seq


def get(session: Session, left_behind_id: int) -> LeftBehind:
    """Return a report; raise `NotFoundError`."""
    row = session.get(LeftBehind, left_behind_id)
    if row is None:
        raise NotFoundError(f"left behind {left_behind_id}")
    return row

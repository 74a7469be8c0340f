"""The rows that planning a day starts from: open visits, breaks and where each vehicle was last."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from backend.db.models import Booking, DriverBreak, PromiseRow, Run, Visit
from backend.domain import states

PICKUP = "pickup"


class OpenVisit(NamedTuple):
    """A visit with its party's load and longest ride, as it is read for planning."""

    id: int
    run_id: int
    seq: int
    booking_id: int
    kind: str
    stop_id: int
    planned_s: int
    earliest_s: int
    latest_s: int
    service_s: int
    state: str
    arrived_at: datetime | None
    done_at: datetime | None
    seats: int
    wheelchairs: int
    max_ride_s: int


class PlannedBreak(NamedTuple):
    """A driver's break, as it is read for planning."""

    id: int
    run_id: int
    seq: int
    stop_id: int
    planned_s: int
    earliest_s: int
    latest_s: int
    length_s: int

    @property
    def ends_s(self) -> int:
        """Return when it is over by the present plan."""
        return self.planned_s + self.length_s


Halt = OpenVisit | PlannedBreak
_OF_VISIT = OpenVisit._fields[:-3]


class Done(NamedTuple):
    """When and where a visit was over, whether anybody came or not."""

    at: datetime
    stop_id: int


@dataclass(slots=True)
class RunRows:
    """What stands in the rows of one run.

    ``halts`` are the open visits and the breaks to come in order, ``pickups`` and ``dropoffs`` both visits of their
    parties. ``done`` is the last visit made, ``rested`` the last break that is over.
    """

    halts: list[Halt] = field(default_factory=list)
    pickups: dict[int, OpenVisit] = field(default_factory=dict)
    dropoffs: dict[int, OpenVisit] = field(default_factory=dict)
    done: Done | None = None
    rested: PlannedBreak | None = None

    @property
    def visits(self) -> list[OpenVisit]:
        """Return the open visits in order."""
        return [each for each in self.halts if isinstance(each, OpenVisit)]

    @property
    def aboard(self) -> set[int]:
        """Return the bookings whose drop-off is still to come and whose pick-up is not."""
        waiting = {each.booking_id for each in self.visits if each.kind == PICKUP}
        return {each.booking_id for each in self.visits} - waiting


def read(session: Session, runs: Sequence[Run], *, now_s: int) -> dict[int, RunRows]:
    """Return the rows of all runs of a day, as they are under the lock: four questions, however many runs."""
    found = {run.id: RunRows() for run in runs}
    for row in _visits(session, Visit.run_id.in_(found), Visit.state.in_(states.STILL_TO_DRIVE)):
        rows = found[row.run_id]
        rows.halts.append(row)
        (rows.pickups if row.kind == PICKUP else rows.dropoffs)[row.booking_id] = row
    aboard = {booking_id: rows for rows in found.values() for booking_id in rows.aboard}
    for row in _visits(session, Visit.booking_id.in_(aboard), Visit.kind == PICKUP):
        aboard[row.booking_id].pickups[row.booking_id] = row
    for run_id, done in _last_done(session, found):
        found[run_id].done = done
    columns = [getattr(DriverBreak, name) for name in PlannedBreak._fields]
    breaks = select(*columns).where(DriverBreak.run_id.in_(found)).order_by(DriverBreak.seq, DriverBreak.id)
    for each in map(PlannedBreak._make, session.execute(breaks)):
        found[each.run_id].halts.append(each)
    for rows in found.values():
        _settle(rows, now_s)
    return found


def _settle(rows: RunRows, now_s: int) -> None:
    """Bring the halts into order, breaks where nobody is on board, without the breaks that are over by the clock."""
    if not any(isinstance(each, PlannedBreak) for each in rows.halts):
        return
    aboard = rows.aboard
    ordered = sorted(rows.halts, key=lambda each: (each.seq, isinstance(each, PlannedBreak)))
    rows.halts, waiting = [], []
    for each in ordered:
        if isinstance(each, OpenVisit):
            rows.halts.append(each)
            (aboard.add if each.kind == PICKUP else aboard.discard)(each.booking_id)
        elif not rows.halts and each.ends_s <= now_s:
            rows.rested = each
        else:
            waiting.append(each)
        if not aboard:
            rows.halts += waiting
            waiting = []
    rows.halts += waiting


def _visits(session: Session, *chosen: ColumnElement[bool]) -> Iterator[OpenVisit]:
    """Return visits with what their bookings and promises say, in the order they are driven.

    Columns, no entities: a day of a large town has thousands of them, and all but a few are only looked at.
    """
    columns = [getattr(Visit, name) for name in _OF_VISIT]
    query = (
        select(*columns, Booking.seats, Booking.wheelchairs, PromiseRow.max_ride_s)
        .join(Booking, Booking.id == Visit.booking_id)
        .join(PromiseRow, PromiseRow.booking_id == Booking.id)
        .where(*chosen)
        .order_by(Visit.run_id, Visit.seq, Visit.id)
    )
    return (OpenVisit._make(row) for row in session.execute(query))


def _last_done(session: Session, run_ids: dict[int, RunRows]) -> Iterator[tuple[int, Done]]:
    """Return the last visit made of each run that has one: that nobody came is known where the vehicle stood."""
    was_there = or_(Visit.state == "done", Visit.arrived_at.is_not(None))
    query = (
        select(Visit.run_id, Visit.done_at, Visit.stop_id)
        .where(Visit.run_id.in_(run_ids), was_there, Visit.done_at.is_not(None))
        .order_by(Visit.run_id, Visit.done_at.desc(), Visit.seq.desc(), Visit.stop_id.desc())
        .ext(distinct_on(Visit.run_id))
    )
    for run_id, done_at, stop_id in session.execute(query):
        assert done_at is not None
        yield run_id, Done(done_at, stop_id)

"""A vehicle that drives line runs serves the area around them: its area duty parts there (design.md 2.5, D-12, T-21).

Before a line run an area duty ends where the run starts; after it, it starts where the run ends. So the way there is
driven in time, whatever is booked.
"""

import itertools
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import DutyPattern, TimetableVersion, TransportService
from backend.domain import times
from backend.services import line_runs

SHORTEST_S = 30 * times.MINUTE_S  # a shorter piece of an area duty is not worth driving out for
NEAR_S = times.HOUR_S  # a line run that is further off leaves time enough for any way


@dataclass(frozen=True, slots=True)
class Piece:
    """A span of an area duty. Without times it lasts as the service hours do; without stops it starts at the depot."""

    start_s: int | None
    end_s: int | None
    start_stop_id: int | None = None
    end_stop_id: int | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A line run that keeps a vehicle: from when and where to when and where."""

    departs_s: int
    arrives_s: int
    first_stop_id: int
    last_stop_id: int


def pieces(session: Session, service: TransportService, pattern: DutyPattern, day: date) -> list[Piece]:
    """Return the spans in which the vehicle of a pattern serves the area: one, or those between its line runs."""
    start_s = service.hours_start_s if pattern.start_s is None else pattern.start_s
    end_s = service.hours_end_s if pattern.end_s is None else pattern.end_s
    near = [
        block
        for block in blocks(session, pattern.vehicle_id, day)
        if block.arrives_s > start_s - NEAR_S and block.departs_s < end_s + NEAR_S
    ]
    if not near:
        return [Piece(pattern.start_s, pattern.end_s)]
    edges = [None, *near, None]
    found = [_between(before, after, start_s, end_s) for before, after in itertools.pairwise(edges)]
    return [_as_the_hours(each, pattern) for each in found if each is not None]


def blocks(session: Session, vehicle_id: int, day: date) -> list[Block]:
    """Return the line runs that a vehicle drives on ``day`` by the timetable, by departure."""
    with_timetable = select(TimetableVersion.transport_service_id)
    lines = session.scalars(select(TransportService).where(TransportService.id.in_(with_timetable)))
    found = [
        Block(entry.departs_s, entry.arrives_s, entry.stop_times[0].stop_id, entry.stop_times[-1].stop_id)
        for line in lines
        for entry in line_runs.planned(session, line, day)
        if entry.vehicle_id == vehicle_id
    ]
    return sorted(found, key=lambda block: block.departs_s)


def _between(before: Block | None, after: Block | None, start_s: int, end_s: int) -> Piece | None:
    """Return the piece of a duty between two line runs, or None when too little of it is left."""
    first_s = max(start_s, before.arrives_s) if before else start_s
    last_s = min(end_s, after.departs_s) if after else end_s
    if last_s - first_s < SHORTEST_S:
        return None
    return Piece(
        first_s,
        last_s,
        before.last_stop_id if before else None,
        after.first_stop_id if after else None,
    )


def _as_the_hours(piece: Piece, pattern: DutyPattern) -> Piece:
    """Return a piece whose free ends follow the service hours where its pattern does (D-05)."""
    starts_free = piece.start_stop_id is None and pattern.start_s is None
    ends_free = piece.end_stop_id is None and pattern.end_s is None
    return replace(piece, start_s=None if starts_free else piece.start_s, end_s=None if ends_free else piece.end_s)

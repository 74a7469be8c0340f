"""Driving times between stops, in memory. Read from rows once, again when they were computed anew."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from threading import Lock

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.db.models import ServiceDay, TransportService, TravelTimeTable
from backend.domain.policies.season import is_winter
from routing.travel_times import Matrix

SUMMER, WINTER = "summer", "winter"


class NoTravelTimesError(LookupError):
    """There are no driving times for a stop: they have to be computed (masters) before it can be served."""


@dataclass(frozen=True, slots=True)
class StopTimes:
    """Driving times of one season between stops, by their ids.

    ``matrix`` is what plans are made with: driving, and what has to lie between two stops besides. ``fingerprint``
    names its numbers. ``driving`` is the road alone: what rides and promises are measured by.
    """

    matrix: Matrix
    index: dict[int, int]
    fingerprint: str
    driving: Matrix

    def of(self, stop_id: int) -> int:
        """Return the place of a stop in the matrix."""
        try:
            return self.index[stop_id]
        except KeyError as error:
            raise NoTravelTimesError(stop_id) from error

    def seconds(self, origin_id: int, destination_id: int, depart_s: int) -> int:
        """Return the driving seconds between two stops for a departure at ``depart_s``."""
        return self.driving.seconds(self.of(origin_id), self.of(destination_id), depart_s)


Computed = tuple[datetime, int]  # when, and the last row of it: two computations may share a moment
_cache: dict[tuple[str, str], tuple[Computed, StopTimes]] = {}
_with_gap: dict[tuple[str, int], StopTimes] = {}
_cache_lock = Lock()
MOST_GAPS = 8


def season_of(service: TransportService, day: date) -> str:
    """Return the season of ``day``: winter lasts from one month and day to another, over New Year."""
    return WINTER if is_winter(day, starts=service.winter_from, ends=service.winter_to) else SUMMER


def stop_times(session: Session, service: TransportService, day: date) -> StopTimes:
    """Return the driving times for ``day``, with its gap between stops; raise `NoTravelTimesError` without any."""
    known = select(ServiceDay.gap_s).where(ServiceDay.transport_service_id == service.id, ServiceDay.day == day)
    gap_s = session.scalar(known)
    return _padded(_of_season(session, service, day), service.gap_s if gap_s is None else gap_s)


def _padded(driving: StopTimes, gap_s: int) -> StopTimes:
    """Return the times with ``gap_s`` more between any two stops; a vehicle that stays where it is needs none."""
    if not gap_s:
        return driving
    key = driving.fingerprint, gap_s
    with _cache_lock:
        found = _with_gap.get(key)
    if found is None:
        apart = 1 - np.eye(len(driving.index), dtype=np.int32)
        matrix = Matrix(driving.driving.band_starts, [band + gap_s * apart for band in driving.driving.bands])
        found = replace(driving, matrix=matrix, fingerprint=sha256(repr(key).encode()).hexdigest()[:40])
        with _cache_lock:
            if len(_with_gap) >= MOST_GAPS:
                _with_gap.clear()
            _with_gap[key] = found
    return found


def _of_season(session: Session, service: TransportService, day: date) -> StopTimes:
    season = season_of(service, day)
    latest = func.max(TravelTimeTable.computed_at), func.max(TravelTimeTable.id)
    computed_at, last_id = session.execute(select(*latest).where(TravelTimeTable.season == season)).one()
    if computed_at is None:
        raise NoTravelTimesError(season)
    newest: Computed = computed_at, last_id
    key = str(session.get_bind().engine.url), season
    with _cache_lock:
        cached = _cache.get(key)
    if cached is not None and cached[0] == newest:
        return cached[1]
    fresh = _read(session, season)
    with _cache_lock:
        _cache[key] = newest, fresh
    return fresh


def _read(session: Session, season: str) -> StopTimes:
    query = select(TravelTimeTable).where(TravelTimeTable.season == season).order_by(TravelTimeTable.band_start_s)
    tables = session.scalars(query).all()
    stop_ids = tables[0].stop_ids
    size = len(stop_ids)
    bands = tuple(tuple(tuple(table.seconds[row * size : (row + 1) * size]) for row in range(size)) for table in tables)
    starts = (0, *(table.band_start_s for table in tables[1:]))
    known = repr((stop_ids, starts, [table.seconds for table in tables]))
    index = {stop_id: place for place, stop_id in enumerate(stop_ids)}
    matrix = Matrix(starts, bands)
    return StopTimes(matrix, index, sha256(known.encode()).hexdigest()[:40], matrix)

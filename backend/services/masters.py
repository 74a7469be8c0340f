"""Stops, driving times, vehicles and duties as a town changes them on its screens (D-06, D-09, D-12, D-21).

Every change is audited, names of fields only, and counts from the next answer on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backend.db.models import DutyPattern, ServiceStop, Stop, TransportService, TravelTimeTable, Vehicle
from backend.domain.errors import NotFoundError, StaleError
from backend.domain.refusals import Refusal
from backend.ports import DrivingProfile, MapSource, Point, Season
from backend.services import lifecycle

SEASONS: tuple[Season, ...] = ("summer", "winter")
Row = TypeVar("Row", Stop, Vehicle, DutyPattern)


@dataclass(frozen=True, slots=True)
class StopData:
    """A stop as it is typed in. Fields are named like the columns."""

    name: str
    kana: str
    lat: float
    lon: float
    kind: str
    marker: str
    winter_marker: str
    hint: str
    road_note: str


@dataclass(frozen=True, slots=True)
class VehicleData:
    """A vehicle as it is typed in. Fields are named like the columns."""

    name: str
    seats: int
    wheelchair_places: int
    depot_stop_id: int
    active: bool


@dataclass(frozen=True, slots=True)
class DutyPatternData:
    """Who drives what on which weekdays; without times as long as the service hours."""

    vehicle_id: int
    driver_id: int | None
    weekdays: tuple[int, ...]
    start_s: int | None
    end_s: int | None
    valid_from: date | None
    valid_to: date | None


def add_stop(
    session: Session, service_id: int, *, code: str, entry: StopData, actor: str, now: datetime
) -> Stop | Refusal:
    """Add a stop and serve it from now on (D-09). Its driving times come with `refresh_travel_times`."""
    if session.scalars(select(Stop.id).where(Stop.code == code)).first() is not None:
        return Refusal("stop_code_taken", {"code": code})
    stop = Stop(code=code, **_columns(entry))
    session.add(stop)
    session.flush()
    session.add(ServiceStop(transport_service_id=service_id, stop_id=stop.id))
    lifecycle.record(session, "stop", stop.id, "stop.added", actor=actor, now=now)
    return stop


def change_stop(session: Session, stop_id: int, *, entry: StopData, version: int, actor: str, now: datetime) -> Stop:
    """Change a stop; StaleError when somebody changed it since ``version`` was shown."""
    stop = _get(session, Stop, stop_id)
    _require_version(stop.version, version)
    _apply(session, stop, "stop", entry, actor=actor, now=now)
    return stop


def is_moved(before: tuple[float, float], entry: StopData) -> bool:
    """Tell whether a change moves the stop, so that driving times must be reckoned again."""
    return before != (entry.lat, entry.lon)


def serve_stop(
    session: Session, service_id: int, stop_id: int, *, in_area: bool, valid_to: date | None, actor: str, now: datetime
) -> None:
    """Take a stop into the running area or out of it (D-06), or retire it after a day (D-09). Bookings held stay."""
    row = session.scalars(
        select(ServiceStop).where(ServiceStop.transport_service_id == service_id, ServiceStop.stop_id == stop_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError(f"stop {stop_id} of service {service_id}")
    row.in_area = in_area
    row.valid_to = valid_to
    lifecycle.record(session, "stop", stop_id, "stop.served", actor=actor, now=now, facts={"in_area": int(in_area)})


def refresh_travel_times(
    session: Session, map_source: MapSource, *, now: datetime, band_starts_s: Sequence[int] = ()
) -> int:
    """Reckon the driving times between all stops again, and return how many tables there are (Q-16).

    Bands are those given, else those stored. Raises what the map source raises: then the old times stay.
    """
    stops = session.scalars(select(Stop).order_by(Stop.id)).all()
    points = [Point(stop.lat, stop.lon) for stop in stops]
    stored = session.scalars(select(TravelTimeTable.band_start_s).distinct()).all()
    bands = sorted(set(band_starts_s) or set(stored) or {0})
    tables = [
        (profile, map_source.driving(points, profile))
        for profile in (DrivingProfile(season, band) for season in SEASONS for band in bands)
    ]
    session.execute(delete(TravelTimeTable))
    for profile, table in tables:
        session.add(
            TravelTimeTable(
                season=profile.season,
                band_start_s=profile.band_start_s,
                stop_ids=[stop.id for stop in stops],
                seconds=[second for row in table.seconds for second in row],
                metres=[metre for row in table.metres for metre in row],
                computed_at=now,
            )
        )
    session.flush()
    return len(tables)


def add_vehicle(
    session: Session, *, code: str, carrier_id: int, entry: VehicleData, actor: str, now: datetime
) -> Vehicle | Refusal:
    """Add a vehicle (D-12)."""
    if session.scalars(select(Vehicle.id).where(Vehicle.code == code)).first() is not None:
        return Refusal("vehicle_code_taken", {"code": code})
    vehicle = Vehicle(code=code, carrier_id=carrier_id, **_columns(entry))
    session.add(vehicle)
    session.flush()
    lifecycle.record(session, "vehicle", vehicle.id, "vehicle.added", actor=actor, now=now)
    return vehicle


def change_vehicle(
    session: Session, vehicle_id: int, *, entry: VehicleData, version: int, actor: str, now: datetime
) -> Vehicle:
    """Change a vehicle; StaleError when somebody changed it since ``version`` was shown."""
    vehicle = _get(session, Vehicle, vehicle_id)
    _require_version(vehicle.version, version)
    _apply(session, vehicle, "vehicle", entry, actor=actor, now=now)
    return vehicle


def add_duty_pattern(
    session: Session, service_id: int, *, entry: DutyPatternData, actor: str, now: datetime
) -> DutyPattern | Refusal:
    """Plan a vehicle and a driver for weekdays, or say why not; days that are made from now on follow."""
    service = session.get_one(TransportService, service_id)
    start_s = service.hours_start_s if entry.start_s is None else entry.start_s
    end_s = service.hours_end_s if entry.end_s is None else entry.end_s
    if end_s <= start_s:
        return Refusal("hours_backwards")
    if entry.valid_from and entry.valid_to and entry.valid_to < entry.valid_from:
        return Refusal("days_backwards")
    columns = _columns(entry) | {"weekdays": list(entry.weekdays)}
    pattern = DutyPattern(transport_service_id=service_id, **columns)
    session.add(pattern)
    session.flush()
    lifecycle.record(session, "duty_pattern", pattern.id, "duty_pattern.added", actor=actor, now=now)
    return pattern


def end_duty_pattern(session: Session, pattern_id: int, *, valid_to: date, actor: str, now: datetime) -> None:
    """Let a duty pattern end with a day."""
    pattern = _get(session, DutyPattern, pattern_id)
    pattern.valid_to = valid_to
    lifecycle.record(session, "duty_pattern", pattern.id, "duty_pattern.ended", actor=actor, now=now)


Entry = StopData | VehicleData | DutyPatternData


def _columns(entry: Entry) -> dict[str, object]:
    return {field.name: getattr(entry, field.name) for field in fields(entry)}


def _apply(session: Session, row: Stop | Vehicle, kind: str, entry: Entry, *, actor: str, now: datetime) -> None:
    changed = [name for name, value in _columns(entry).items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, getattr(entry, name))
    session.flush()
    facts: dict[str, str | int] = {"fields": ",".join(changed)}
    lifecycle.record(session, kind, row.id, f"{kind}.changed", actor=actor, now=now, facts=facts)


def _require_version(present: int, shown: int) -> None:
    if present != shown:
        raise StaleError(f"version {shown} was shown, {present} is there")


def _get(session: Session, kind: type[Row], row_id: int) -> Row:
    row = session.get(kind, row_id, with_for_update=True)
    if row is None:
        raise NotFoundError(f"{kind.__name__} {row_id}")
    return row

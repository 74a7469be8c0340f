"""Questions about the service itself: its settings, its stops."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from math import cos, hypot, radians

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from backend.db.models import ServiceStop, Stop, TransportService
from backend.domain.errors import NotFoundError
from backend.domain.japanese import folded

METRES_PER_DEGREE = 111_195

ServiceView = TransportService


@dataclass(frozen=True, slots=True)
class StopView:
    """A stop as it is shown."""

    id: int
    code: str
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
class NearStop:
    """A stop and how far away it is, in a straight line."""

    stop: StopView
    metres: int


def stop_view(stop: Stop) -> StopView:
    """Return a stop as it is shown."""
    return StopView(
        stop.id,
        stop.code,
        stop.name,
        stop.kana,
        stop.lat,
        stop.lon,
        stop.kind,
        stop.marker,
        stop.winter_marker,
        stop.hint,
        stop.road_note,
    )


def get_service(session: Session, mode: str = "area") -> ServiceView:
    """Return the service of a mode with all its settings; raise `NotFoundError` before the town is loaded."""
    query = select(TransportService).where(TransportService.mode == mode).order_by(TransportService.id).limit(1)
    service = session.scalars(query).one_or_none()
    if service is None:
        raise NotFoundError(f"service {mode}")
    return service


def is_line(service: ServiceView) -> bool:
    """Tell whether a service has a timetable: its screens ask for a run, not for a time."""
    return service.mode == "line"


def list_services(session: Session) -> list[ServiceView]:
    """Return every service of the town, area services first; a town may lack a line."""
    return list(session.scalars(select(TransportService).order_by(TransportService.mode, TransportService.id)))


def get_service_by_id(session: Session, service_id: int) -> ServiceView:
    """Return a service by its id; raise `NotFoundError`."""
    service = session.get(TransportService, service_id)
    if service is None:
        raise NotFoundError(f"service {service_id}")
    return service


def list_line_stops(session: Session, service_id: int, day: date) -> list[StopView]:
    """Return the stops of a line along the line, as served on ``day`` (T-07)."""
    query = select(ServiceStop.stop_id, ServiceStop.seq).where(ServiceStop.transport_service_id == service_id)
    places = {stop_id: seq for stop_id, seq in session.execute(query)}  # noqa: C416 -- rows are no pairs to dict()
    return sorted(list_stops(session, service_id, day), key=lambda stop: places[stop.id])


def list_stops(session: Session, service_id: int, day: date) -> list[StopView]:
    """Return the stops served on ``day``, by kana (D-09)."""
    query = select(Stop).join(ServiceStop).where(*_served(service_id, day)).order_by(Stop.kana, Stop.id)
    return [stop_view(stop) for stop in session.scalars(query)]


def stop_ids(session: Session, service_id: int, day: date, codes: Collection[str]) -> dict[str, int]:
    """Return the ids of the stops served on ``day`` that have these codes; codes of no such stop are left out."""
    query = select(Stop.code, Stop.id).join(ServiceStop).where(*_served(service_id, day), Stop.code.in_(codes))
    return {code: stop_id for code, stop_id in session.execute(query)}  # noqa: C416 -- rows are no pairs to dict()


def _served(service_id: int, day: date) -> tuple[ColumnElement[bool], ...]:
    return (
        ServiceStop.transport_service_id == service_id,
        ServiceStop.in_area.is_(True),
        or_(ServiceStop.valid_from.is_(None), ServiceStop.valid_from <= day),
        or_(ServiceStop.valid_to.is_(None), ServiceStop.valid_to >= day),
    )


def get_stop(session: Session, stop_id: int) -> StopView:
    """Return one stop; raise `NotFoundError`."""
    stop = session.get(Stop, stop_id)
    if stop is None:
        raise NotFoundError(f"stop {stop_id}")
    return stop_view(stop)


def search_stops(session: Session, service_id: int, day: date, text: str) -> list[StopView]:
    """Return the stops whose name or kana holds ``text``, those that begin with it first (D-33)."""
    wanted = folded(text)
    if not wanted:
        return []
    found = [
        (min(place for place in places if place >= 0), stop.kana, stop)
        for stop in list_stops(session, service_id, day)
        if max(places := (folded(stop.name).find(wanted), folded(stop.kana).find(wanted))) >= 0
    ]
    return [stop for _, _, stop in sorted(found, key=lambda each: each[:2])]


def nearest_stops(
    session: Session, service_id: int, day: date, *, lat: float, lon: float, limit: int = 3
) -> list[NearStop]:
    """Return the stops nearest to a place, with the distance in metres (D-33)."""
    near = [NearStop(stop, round(_metres(stop, lat=lat, lon=lon))) for stop in list_stops(session, service_id, day)]
    return sorted(near, key=lambda each: each.metres)[:limit]


def _metres(stop: StopView, *, lat: float, lon: float) -> float:
    north = (stop.lat - lat) * METRES_PER_DEGREE
    east = (stop.lon - lon) * METRES_PER_DEGREE * cos(radians(lat))
    return hypot(north, east)

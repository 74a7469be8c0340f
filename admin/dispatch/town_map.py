"""The board's map: roads, stops, vehicles and the way still to drive, as shapes for one SVG drawn by the server."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import cos, radians
from typing import Protocol, cast, runtime_checkable

from backend.db.queries.board import BoardView, DutyRow, Place
from backend.db.queries.network import StopView
from backend.domain import states
from backend.ports import DrivingProfile, MapSource, PermanentError, Point

LONGEST = 1000
EDGE = 60
SMALLEST = 0.001  # degrees: a map of one stop is a map all the same
COLOURS = 4


class _Line(Protocol):
    @property
    def kind(self) -> str: ...
    @property
    def points(self) -> tuple[Point, ...]: ...


@runtime_checkable
class _Drawn(Protocol):
    """A map source that knows what its roads look like."""

    lines: Sequence[_Line]

    def path(self, origin: Point, destination: Point, profile: DrivingProfile) -> list[Point]: ...


@dataclass(frozen=True, slots=True)
class Road:
    """A road as an SVG path."""

    kind: str
    d: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A stop. Only those that a vehicle still drives to carry their name on the map."""

    x: float
    y: float
    name: str
    is_named: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """A vehicle where it last was."""

    x: float
    y: float
    name: str
    colour: int
    is_stale: bool


@dataclass(frozen=True, slots=True)
class Leg:
    """The way a vehicle still has to drive."""

    d: str
    colour: int


@dataclass(frozen=True, slots=True)
class TownMap:
    """All shapes of the map, in the order they are drawn."""

    width: int
    height: int
    roads: tuple[Road, ...]
    legs: tuple[Leg, ...]
    stops: tuple[Dot, ...]
    vehicles: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """Degrees to points of the drawing: good for a town, not for a country."""

    west: float
    north: float
    scale: float
    squeeze: float
    width: int
    height: int

    @classmethod
    def around(cls, points: Sequence[Point]) -> "Frame":
        """Return the frame that shows all ``points``."""
        south, north = min(point.lat for point in points), max(point.lat for point in points)
        west, east = min(point.lon for point in points), max(point.lon for point in points)
        squeeze = cos(radians((south + north) / 2))
        scale = (LONGEST - 2 * EDGE) / max((east - west) * squeeze, north - south, SMALLEST)
        width, height = (round(side * scale) + 2 * EDGE for side in ((east - west) * squeeze, north - south))
        return cls(west, north, scale, squeeze, width, height)

    def x(self, lon: float) -> float:
        """Return how far right."""
        return round((lon - self.west) * self.squeeze * self.scale + EDGE, 1)

    def y(self, lat: float) -> float:
        """Return how far down."""
        return round((self.north - lat) * self.scale + EDGE, 1)

    def path(self, points: Sequence[Point]) -> str:
        """Return an SVG path through ``points``."""
        return "M" + "L".join(f"{self.x(point.lon)} {self.y(point.lat)}" for point in points)


def draw(source: MapSource, stops: Sequence[StopView], board: BoardView) -> TownMap | None:
    """Return the map of a board, or None where there is no stop to draw."""
    if not stops:
        return None
    frame, roads = _ground(cast("Hashable", source), tuple(Point(stop.lat, stop.lon) for stop in stops))
    named = {visit.place.id for duty in board.duties for visit in duty.visits if visit.state in states.STILL_TO_DRIVE}
    return TownMap(
        width=frame.width,
        height=frame.height,
        roads=roads,
        legs=tuple(_leg(source, frame, duty, number) for number, duty in enumerate(board.duties)),
        stops=tuple(Dot(frame.x(stop.lon), frame.y(stop.lat), stop.name, stop.id in named) for stop in stops),
        vehicles=tuple(_marks(frame, board.duties)),
    )


@lru_cache(maxsize=4)
def _ground(source: Hashable, points: tuple[Point, ...]) -> tuple[Frame, tuple[Road, ...]]:
    lines = source.lines if isinstance(source, _Drawn) else ()
    frame = Frame.around([*points, *(point for line in lines for point in line.points)])
    return frame, tuple(Road(line.kind, frame.path(line.points)) for line in lines)


def _leg(source: MapSource, frame: Frame, duty: DutyRow, number: int) -> Leg:
    ahead = [visit.place for visit in duty.visits if visit.state in states.STILL_TO_DRIVE]
    here = [Point(duty.position.lat, duty.position.lon)] if duty.position and not duty.position.is_stale else []
    through = [*here, *(_point(place) for place in ahead)]
    ways = [_way(cast("Hashable", source), before, after) for before, after in pairwise(through) if before != after]
    return Leg("".join(frame.path(way) for way in ways), number % COLOURS)


@lru_cache(maxsize=2000)
def _way(source: Hashable, origin: Point, destination: Point) -> tuple[Point, ...]:
    if not isinstance(source, _Drawn):
        return origin, destination
    try:
        return origin, *source.path(origin, destination, DrivingProfile("summer", 0)), destination
    except PermanentError:  # a vehicle may stand off the roads we know
        return origin, destination


def _marks(frame: Frame, duties: Sequence[DutyRow]) -> list[Mark]:
    return [
        Mark(
            frame.x(duty.position.lon),
            frame.y(duty.position.lat),
            duty.vehicle_name,
            number % COLOURS,
            duty.position.is_stale,
        )
        for number, duty in enumerate(duties)
        if duty.position
    ]


def _point(place: Place) -> Point:
    return Point(place.lat, place.lon)

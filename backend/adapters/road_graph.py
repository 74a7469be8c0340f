"""Driving times over a town's own road file, in this process: no server and no network."""

import json
import math
import tomllib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import KDTree

from backend.ports import DrivingProfile, DrivingTable, PermanentError, Point, Season

EARTH_M = 6_371_008.8
FARTHEST_SNAP_M = 500.0
NO_NODE = -9999  # scipy's word for "no predecessor"

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class RoadLine:
    """One road of the file, for drawing."""

    kind: str
    name: str
    points: tuple[Point, ...]
    posted_kmh: float
    is_oneway: bool


@dataclass(frozen=True, slots=True)
class Speeds:
    """Average speeds in km/h by season and road class, one for each hour band."""

    band_starts_s: tuple[int, ...]
    kmh: Mapping[Season, Mapping[str, tuple[float, ...]]]

    def by_class(self, profile: DrivingProfile) -> dict[str, float]:
        """Return the speed on each class of road in the band that holds ``profile.band_start_s``."""
        band = bisect_right(self.band_starts_s, profile.band_start_s) - 1
        return {kind: bands[band] for kind, bands in self.kmh[profile.season].items()}


def outline(geojson_path: Path) -> tuple[RoadLine, ...]:
    """Return the roads as lines with their class, for drawing a map; PermanentError if the file is not one."""
    try:
        features = json.loads(geojson_path.read_text(encoding="utf-8"))["features"]
        return tuple(_line(feature["properties"], feature["geometry"]["coordinates"]) for feature in features)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PermanentError(f"{geojson_path.name} is not a road file: {error!r}") from error


def _line(properties: Mapping[str, object], coordinates: Sequence[Sequence[float]]) -> RoadLine:
    return RoadLine(
        kind=str(properties["class"]),
        name=str(properties["name"]),
        points=tuple(Point(lat, lon) for lon, lat in coordinates),
        posted_kmh=float(str(properties["speed"])),
        is_oneway=properties.get("oneway") is True,
    )


def read_speeds(path: Path) -> Speeds:
    """Return the speeds of a town; PermanentError if a class lacks a band or a speed is not above 0."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        starts = tuple(_clock_s(start) for start in found["band_starts"])
        speeds = Speeds(starts, {"summer": _by_class(found["summer"]), "winter": _by_class(found["winter"])})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PermanentError(f"{path.name} is not a file of speeds: {error!r}") from error
    if starts[:1] != (0,) or any(later <= earlier for earlier, later in pairwise(starts)):
        raise PermanentError(f"{path.name}: the bands must ascend from 00:00")
    for season, classes in speeds.kmh.items():
        for kind, bands in classes.items():
            if len(bands) != len(starts) or min(bands) <= 0:
                raise PermanentError(f"{path.name}: {season} {kind} needs {len(starts)} speeds above 0")
    return speeds


def _clock_s(written: str) -> int:
    hours, minutes = written.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def _by_class(table: Mapping[str, Sequence[float]]) -> dict[str, tuple[float, ...]]:
    return {kind: tuple(float(speed) for speed in bands) for kind, bands in table.items()}


class RoadGraph:
    """A MapSource over a GeoJSON road file: shortest driving times by Dijkstra, one-way streets respected.

    Roads meet where their coordinates are equal. What cannot be both reached and left is no part of the map.
    """

    def __init__(self, geojson_path: Path, speeds_path: Path | None = None) -> None:
        self.lines = outline(geojson_path)
        self._speeds = read_speeds(speeds_path or geojson_path.with_name("speeds.toml"))
        self._refuse_unknown_classes()
        self._points, self._arcs = self._joined()
        self._plane = _metres(self._points, self._points[0])
        self._usable = self._largest_connected()
        self._tree = KDTree(self._plane[self._usable])

    @property
    def band_starts_s(self) -> tuple[int, ...]:
        """Return the seconds of the day from which other speeds hold; the first is 0."""
        return self._speeds.band_starts_s

    def driving(self, points: Sequence[Point], profile: DrivingProfile) -> DrivingTable:
        """Return times in seconds (rounded up) and lengths in metres of the quickest ways between ``points``.

        The way from a point to its nearest road is not driven. PermanentError for a point off the map.
        """
        nodes = self._snapped(points)
        network, lengths = self._network(profile)
        seconds, before = dijkstra(network, indices=nodes, return_predecessors=True)
        metres = _lengths_along(before.astype(np.int64), lengths)
        return DrivingTable(_rounded_up(seconds[:, nodes]), _rounded_up(metres[:, nodes]))

    def path(self, origin: Point, destination: Point, profile: DrivingProfile) -> list[Point]:
        """Return the places along the quickest way, for drawing it; both ends lie on the road."""
        start, end = (int(node) for node in self._snapped([origin, destination]))
        network, _ = self._network(profile)
        _, before = dijkstra(network, indices=start, return_predecessors=True)
        backwards = [end]
        while backwards[-1] != start:
            backwards.append(int(before[backwards[-1]]))
        return [self._points[node] for node in reversed(backwards)]

    def _refuse_unknown_classes(self) -> None:
        for season, classes in self._speeds.kmh.items():
            unknown = sorted({line.kind for line in self.lines} - classes.keys())
            if unknown:
                raise PermanentError(f"no {season} speed for roads of class {', '.join(unknown)}")

    def _joined(self) -> tuple[list[Point], "_Arcs"]:
        numbers: dict[Point, int] = {}
        starts, ends, roads = [], [], []
        for road, line in enumerate(self.lines):
            nodes = [numbers.setdefault(point, len(numbers)) for point in line.points]
            for start, end in pairwise(nodes):
                both_ways = [(start, end)] if line.is_oneway else [(start, end), (end, start)]
                for tail, head in both_ways:
                    starts.append(tail)
                    ends.append(head)
                    roads.append(road)
        if not starts:
            raise PermanentError("the road file holds no road")
        return list(numbers), _Arcs(np.array(starts), np.array(ends), np.array(roads))

    def _largest_connected(self) -> Ints:
        size = len(self._points)
        ones = np.ones(len(self._arcs.starts))
        links = csr_array((ones, (self._arcs.starts, self._arcs.ends)), shape=(size, size))
        _, labels = connected_components(links, connection="strong")
        return np.flatnonzero(labels == np.bincount(labels).argmax())

    def _snapped(self, points: Sequence[Point]) -> Ints:
        away, nearest = self._tree.query(_metres(points, self._points[0]))
        for point, distance in zip(points, away, strict=True):
            if not distance <= FARTHEST_SNAP_M:
                raise PermanentError(f"{point} is {distance:.0f} m from any road")
        return np.asarray(self._usable[nearest], dtype=np.int64)

    def _network(self, profile: DrivingProfile) -> tuple[csr_array, csr_array]:
        """Return seconds and metres per arc. Of parallel arcs the quickest stays: scipy would add them up."""
        speeds = self._speeds.by_class(profile)
        per_road = np.array([min(speeds[line.kind], line.posted_kmh) / 3.6 for line in self.lines])
        starts, ends = self._arcs.starts, self._arcs.ends
        metres = np.hypot(*(self._plane[ends] - self._plane[starts]).T)
        seconds = metres / per_road[self._arcs.roads]
        order = np.lexsort((seconds, ends, starts))
        _, first = np.unique(np.stack((starts[order], ends[order])), axis=1, return_index=True)
        kept = order[first]
        where = (starts[kept], ends[kept])
        shape = (len(self._points), len(self._points))
        return csr_array((seconds[kept], where), shape=shape), csr_array((metres[kept], where), shape=shape)


@dataclass(frozen=True, slots=True, eq=False)
class _Arcs:
    """Every directed piece of road between two neighbouring places."""

    starts: Ints
    ends: Ints
    roads: Ints


def _metres(points: Sequence[Point], middle: Point) -> Floats:
    """Return the points in a plane, metres from ``middle``; good for a town, not for a country."""
    radians = np.radians(np.array(points, dtype=float).reshape(-1, 2) - np.array(middle))
    return EARTH_M * np.column_stack((radians[:, 1] * math.cos(math.radians(middle.lat)), radians[:, 0]))


def _lengths_along(before: Ints, lengths: csr_array) -> Floats:
    """Return the length of the way to each node, from the node before it on the way.

    Each round doubles how far back one looks, so a way of n pieces takes log2(n) rounds.
    """
    own = np.arange(before.shape[1])
    at_start = before == NO_NODE
    back = np.where(at_start, own, before)
    metres = np.zeros(back.shape)
    rows, nodes = np.nonzero(~at_start)
    metres[rows, nodes] = lengths[before[rows, nodes], nodes]
    while True:
        farther = np.take_along_axis(back, back, axis=1)
        if np.array_equal(farther, back):
            return metres
        metres += np.take_along_axis(metres, back, axis=1)
        back = farther


def _rounded_up(table: Floats) -> tuple[tuple[int, ...], ...]:
    """Return whole numbers that keep the triangle inequality, which rounding to the nearest would break."""
    return tuple(tuple(row) for row in np.ceil(table).astype(int).tolist())

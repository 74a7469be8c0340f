"""The roads of a town we ship, read when first asked for: most processes never need them."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from backend.ports import DrivingProfile, DrivingTable, Point

if TYPE_CHECKING:
    from backend.adapters.road_graph import RoadGraph, RoadLine


class TownMap:
    """A MapSource over a town's road file."""

    def __init__(self, roads_path: Path, speeds_path: Path) -> None:
        self._paths = roads_path, speeds_path

    def driving(self, points: Sequence[Point], profile: DrivingProfile) -> DrivingTable:
        """Return times and lengths between all ``points``; raises what `RoadGraph.driving` raises."""
        return self._graph.driving(points, profile)

    def path(self, origin: Point, destination: Point, profile: DrivingProfile) -> list[Point]:
        """Return the places along the quickest way, for drawing it."""
        return self._graph.path(origin, destination, profile)

    @property
    def lines(self) -> "tuple[RoadLine, ...]":
        """Return the roads, for drawing."""
        return self._graph.lines

    @property
    def band_starts_s(self) -> tuple[int, ...]:
        """Return the seconds of the day from which other speeds hold."""
        return self._graph.band_starts_s

    @cached_property
    def _graph(self) -> "RoadGraph":
        # numpy and scipy take half a second to load, which no start-up should wait for.
        from backend.adapters.road_graph import RoadGraph  # noqa: PLC0415

        return RoadGraph(*self._paths)

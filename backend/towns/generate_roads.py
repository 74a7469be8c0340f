"""Draws an invented road network through a town's stops: ``python -m backend.towns.generate_roads minami``.

Only the stops are real. ``corridors.toml`` says through which of them a road runs; how it winds between them, and every
side street, is made up here, the same on every run. Never show the result as a map of the place.
"""

import json
import math
import random
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from pathlib import Path
from typing import NamedTuple

from backend.towns import TownDataError, csv_files
from backend.towns.faults import Faults

POSTED_KMH = {"primary": 50, "secondary": 40, "tertiary": 40, "residential": 30}
PIECE_M = 90.0
WANDER = 0.09
SIDE_STREETS = 5
ONE_WAY_EVERY = 6
CELL_M = 120.0
DEGREE_M = 111_195.0
DECIMALS = 5  # about a metre, as exact as the stops are given


class Spot(NamedTuple):
    """A place in the plane, metres east and north of the town's middle."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Road:
    """One road: its class, its name and the places it runs through."""

    kind: str
    name: str
    spots: tuple[Spot, ...]
    is_oneway: bool = False


@dataclass(frozen=True, slots=True)
class Plane:
    """Turns degrees into metres and back, rounding so that equal places stay equal."""

    lat: float
    lon: float

    def spot(self, lat: float, lon: float) -> Spot:
        """Return the place for these degrees."""
        return Spot((lon - self.lon) * DEGREE_M * self._squeeze(), (lat - self.lat) * DEGREE_M)

    def lon_lat(self, spot: Spot) -> tuple[float, float]:
        """Return the degrees of a place, longitude first as GeoJSON has it."""
        lon = self.lon + spot.x / (DEGREE_M * self._squeeze())
        return round(lon, DECIMALS), round(self.lat + spot.y / DEGREE_M, DECIMALS)

    def snapped(self, spot: Spot) -> Spot:
        """Return the place as it will stand in the file."""
        lon, lat = self.lon_lat(spot)
        return self.spot(lat, lon)

    def _squeeze(self) -> float:
        return math.cos(math.radians(self.lat))


def generate(folder: Path) -> str:
    """Return the GeoJSON text of the invented roads for the town in ``folder``."""
    bad: Faults = []
    stops = csv_files.stops(folder, bad)
    if bad:
        raise TownDataError(tuple(str(each) for each in bad))
    plan = tomllib.loads((folder / "corridors.toml").read_text(encoding="utf-8"))
    dice = random.Random(plan["seed"])  # noqa: S311 -- the same roads on every run, nothing secret
    plane = Plane(sum(stop.lat for stop in stops) / len(stops), sum(stop.lon for stop in stops) / len(stops))
    anchors = {stop.code: plane.snapped(plane.spot(stop.lat, stop.lon)) for stop in stops}

    roads = []
    for corridor in plan["roads"]:
        through = [anchors.get(word) or _free(word, plane) for word in corridor["through"]]
        roads.append(Road(corridor["class"], corridor["name"], _winding(through, dice, plane)))
    main_spots = [spot for road in roads for spot in road.spots]
    for stop in stops:
        roads.extend(_side_streets(stop.name, anchors[stop.code], main_spots, dice, plane))
    return _geojson(_joined_at_crossings(roads, plane), plane)


def _free(word: str, plane: Plane) -> Spot:
    lat, lon = word.split(",")
    return plane.snapped(plane.spot(float(lat), float(lon)))


def _winding(through: Sequence[Spot], dice: random.Random, plane: Plane) -> tuple[Spot, ...]:
    spots = [through[0]]
    for start, end in pairwise(through):
        spots.extend(_bent(start, end, dice))
    snapped = [plane.snapped(spot) for spot in spots]
    return tuple(spot for at, spot in enumerate(snapped) if at == 0 or spot != snapped[at - 1])


def _bent(start: Spot, end: Spot, dice: random.Random) -> list[Spot]:
    """Return the places after ``start`` up to ``end``: halved and pushed aside until the pieces are short."""
    if math.dist(start, end) <= PIECE_M:
        return [end]
    aside = dice.uniform(-WANDER, WANDER)
    middle = Spot(
        (start.x + end.x) / 2 - (end.y - start.y) * aside,
        (start.y + end.y) / 2 + (end.x - start.x) * aside,
    )
    return _bent(start, middle, dice) + _bent(middle, end, dice)


def _side_streets(
    stop_name: str, anchor: Spot, main_spots: Sequence[Spot], dice: random.Random, plane: Plane
) -> Iterator[Road]:
    """Yield loops off the main roads near a stop. Both ends join a main road: nobody is ever cut off."""
    near = sorted({spot for spot in main_spots if math.dist(spot, anchor) < dice.uniform(260, 380)})
    for number in range(1, SIDE_STREETS + 1 if len(near) > 1 else 1):
        leave, back = dice.sample(near, 2)
        side = dice.choice((-1, 1)) * dice.uniform(90, 210) / max(math.dist(leave, back), 1.0)
        across = Spot(-(back.y - leave.y) * side, (back.x - leave.x) * side)
        tilt = dice.uniform(0.6, 1.3)
        loop = (
            leave,
            Spot(leave.x + across.x, leave.y + across.y),
            Spot(back.x + across.x * tilt, back.y + across.y * tilt),
            back,
        )
        name = f"{stop_name}小路{number}号(架空)"
        is_oneway = dice.randrange(ONE_WAY_EVERY) == 0
        yield Road("residential", name, _winding(loop, dice, plane), is_oneway)


def _joined_at_crossings(roads: Sequence[Road], plane: Plane) -> list[Road]:
    """Return the roads with a shared place wherever two of them cross."""
    extra: dict[tuple[int, int], set[Spot]] = defaultdict(set)
    for one, other in sorted(_neighbours(roads)):
        cross = _crossing(*_piece(roads, one), *_piece(roads, other))
        if cross is not None:
            extra[one].add(plane.snapped(cross))
            extra[other].add(plane.snapped(cross))
    return [replace(road, spots=_threaded(road, number, extra)) for number, road in enumerate(roads)]


def _neighbours(roads: Sequence[Road]) -> set[tuple[tuple[int, int], tuple[int, int]]]:
    cells: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for number, road in enumerate(roads):
        for at, (start, end) in enumerate(pairwise(road.spots)):
            for column in range(int(min(start.x, end.x) // CELL_M), int(max(start.x, end.x) // CELL_M) + 1):
                for row in range(int(min(start.y, end.y) // CELL_M), int(max(start.y, end.y) // CELL_M) + 1):
                    cells[column, row].append((number, at))
    return {pair for pieces in cells.values() for pair in combinations(pieces, 2)}


def _piece(roads: Sequence[Road], key: tuple[int, int]) -> tuple[Spot, Spot]:
    number, at = key
    return roads[number].spots[at], roads[number].spots[at + 1]


def _crossing(a: Spot, b: Spot, c: Spot, d: Spot) -> Spot | None:
    """Return where the pieces a-b and c-d cross, or None."""
    cross = (b.x - a.x) * (d.y - c.y) - (b.y - a.y) * (d.x - c.x)
    if cross == 0 or {a, b} & {c, d}:
        return None
    along = ((c.x - a.x) * (d.y - c.y) - (c.y - a.y) * (d.x - c.x)) / cross
    other = ((c.x - a.x) * (b.y - a.y) - (c.y - a.y) * (b.x - a.x)) / cross
    if 0 <= along <= 1 and 0 <= other <= 1:
        return Spot(a.x + along * (b.x - a.x), a.y + along * (b.y - a.y))
    return None


def _threaded(road: Road, number: int, extra: dict[tuple[int, int], set[Spot]]) -> tuple[Spot, ...]:
    spots: list[Spot] = []
    for at, start in enumerate(road.spots):
        between = sorted(extra[number, at], key=lambda spot: (math.dist(start, spot), spot))
        spots.extend(spot for spot in (start, *between) if not spots or spots[-1] != spot)
    return tuple(spots)


def _geojson(roads: Sequence[Road], plane: Plane) -> str:
    features = [
        {
            "type": "Feature",
            "properties": {
                "class": road.kind,
                "name": road.name,
                "speed": POSTED_KMH[road.kind],
                "oneway": road.is_oneway,
            },
            "geometry": {"type": "LineString", "coordinates": [plane.lon_lat(spot) for spot in road.spots]},
        }
        for road in roads
    ]
    lines = ",\n".join(json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in features)
    return f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n'


def main(codes: Sequence[str]) -> None:
    """Write ``roads.geojson`` for each town named."""
    for code in codes:
        folder = Path(__file__).parent / code
        (folder / "roads.geojson").write_text(generate(folder), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

"""A large invented town, made from a seed: 500 stops on a grid of streets, 100 vehicles, 10,000 rides a day."""

import csv
import json
import math
import random
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from backend.towns.written import WEEKDAYS

TEMPLATE = Path(__file__).parent / "metro"
START = "2022-11-28T05:00:00+09:00"  # a Monday, an hour before the first vehicle leaves
DAY = "2022-11-28"
SERVICE = "metro-area"
DRIVER = "driver1"
RIDES_A_DAY = 10_000
STOPS, VEHICLES = 500, 100
_COLUMNS, _ROWS = 25, 20
_STEP_M = 700.0  # between streets: 17.5 by 14 km
_JITTER_M = 150.0
_ORIGIN = (43.0, 141.3)
_METRES_PER_DEGREE = 111_195
_SEATS = (8, 8, 6, 4)


@dataclass(frozen=True, slots=True)
class Ride:
    """One wish: from stop to stop by their codes, for so many persons, some seconds after it is asked for."""

    origin: str
    destination: str
    adults: int
    wheelchairs: int
    ahead_s: int


def write(folder: Path, *, seed: int, stops: int = STOPS, vehicles: int = VEHICLES) -> None:
    """Write the files of the town into ``folder``, as a town brings them."""
    shutil.copytree(TEMPLATE, folder, dirs_exist_ok=True)
    rng = random.Random(seed)  # noqa: S311 -- no secret
    places = _places(rng)
    chosen = sorted(rng.sample(range(len(places)), stops))
    codes = [f"P{number:03d}" for number in range(1, stops + 1)]
    _table(
        folder / "stops.csv",
        ("code", "name", "kana", "lat", "lon", "marker", "winter_marker", "hint", "kind"),
        (
            (code, code, code[1:], *(f"{each:.6f}" for each in places[place]), code, code, code, "residential")
            for code, place in zip(codes, chosen, strict=True)
        ),
    )
    numbers = range(1, vehicles + 1)
    _table(
        folder / "vehicles.csv",
        ("code", "name", "seats", "wheelchair_places", "depot_stop"),
        ((f"V{each}", f"V{each}", _SEATS[each % len(_SEATS)], each % 2, rng.choice(codes)) for each in numbers),
    )
    _table(folder / "drivers.csv", ("login", "name"), [(DRIVER, DRIVER)])  # nobody signs in: a hash each costs time
    hours = WEEKDAYS[:5], "06:00", "22:00"
    _table(
        folder / "duties.csv",
        ("vehicle", "driver", "weekdays", "from", "to"),
        ((f"V{each}", DRIVER, *hours) for each in numbers),
    )
    (folder / "roads.geojson").write_text(json.dumps(_roads(places)), encoding="utf-8")


def rides(seed: int, count: int, *, stops: int = STOPS, longest_ahead_s: int = 3 * 3600) -> list[Ride]:
    """Return wishes for the hours after the town wakes: most ride alone, one in fifty in a wheelchair."""
    rng = random.Random(seed)  # noqa: S311 -- no secret
    return [_ride(rng, stops, longest_ahead_s) for _ in range(count)]


def _ride(rng: random.Random, stops: int, longest_ahead_s: int) -> Ride:
    origin, destination = rng.sample(range(1, stops + 1), 2)
    return Ride(
        origin=f"P{origin:03d}",
        destination=f"P{destination:03d}",
        adults=rng.choice((1, 1, 1, 1, 2)),
        wheelchairs=int(rng.random() < 1 / 50),
        ahead_s=rng.randint(3_900, 3_900 + longest_ahead_s),
    )


def _places(rng: random.Random) -> list[tuple[float, float]]:
    """Return the crossings of the streets as latitude and longitude, row by row."""
    found = []
    for row in range(_ROWS):
        for column in range(_COLUMNS):
            east_m = column * _STEP_M + rng.uniform(-_JITTER_M, _JITTER_M)
            north_m = row * _STEP_M + rng.uniform(-_JITTER_M, _JITTER_M)
            lat = _ORIGIN[0] + north_m / _METRES_PER_DEGREE
            lon = _ORIGIN[1] + east_m / (_METRES_PER_DEGREE * math.cos(math.radians(_ORIGIN[0])))
            found.append((round(lat, 6), round(lon, 6)))
    return found


def _roads(places: Sequence[tuple[float, float]]) -> dict[str, object]:
    """Return a street along every row and every column."""
    rows = [range(row * _COLUMNS, (row + 1) * _COLUMNS) for row in range(_ROWS)]
    columns = [range(column, len(places), _COLUMNS) for column in range(_COLUMNS)]
    features = [
        {
            "type": "Feature",
            "properties": {"class": "tertiary", "name": f"street {number}", "speed": 40, "oneway": False},
            "geometry": {
                "type": "LineString",
                "coordinates": [[places[place][1], places[place][0]] for place in street],
            },
        }
        for number, street in enumerate([*rows, *columns])
    ]
    return {"type": "FeatureCollection", "features": features}


def _table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(columns)
        writer.writerows(rows)

"""Reads a day of the neutral simulator (``drt-scenario/1``): a town, its fleet, its rules and who asks when."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from reprlib import repr as shortened
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from routing.fields import Row
from routing.fields import ScenarioError as ScenarioError
from routing.problem import Load, Request, Vehicle, Window
from routing.travel_times import Matrix

_FORMAT = "drt-scenario/1"
_KINDS: tuple[Literal["depart", "arrive"], ...] = ("depart", "arrive")
_MANY = 1_000_000

TIMES_S = range(-10_000_000, 10_000_001)  # bookings made on earlier days are negative
_DAY_S = range(86_401)
_SPANS_S = range(_MANY + 1)
_PLACES = range(_MANY + 1)
_PERSONS = range(1, _MANY + 1)
_MOST_FACTOR = 1_000.0


@dataclass(frozen=True)
class Ask:
    """Somebody asks for a ride at ``asked_s``: to depart after, or to arrive by, ``time_s``.

    ``flex_s`` is how far outside the wish an offer may lie; a dispatcher never sees it.
    """

    id: str
    asked_s: int
    kind: Literal["depart", "arrive"]
    time_s: int
    origin: int
    destination: int
    persons: int
    wheelchairs: int
    flex_s: int = 0

    @property
    def goes_nowhere(self) -> bool:
        """Tell whether the ride would end at the stop where it begins: nobody is driven round in a circle."""
        return self.origin == self.destination

    @classmethod
    def of(cls, row: Row, *, stops: int, flex_s: int = 0) -> "Ask":
        """Return the wish that ``row`` describes; raise ScenarioError if it makes no sense among ``stops`` stops."""
        label = row.text("id")
        row.name = f"request {label}"
        persons = row.whole("pax", _PERSONS)
        return cls(
            id=label,
            asked_s=row.whole("t", TIMES_S),
            kind=row.one_of("kind", _KINDS),
            time_s=row.whole("time", TIMES_S),
            origin=row.index("o", "stop", stops),
            destination=row.index("d", "stop", stops),
            persons=persons,
            wheelchairs=row.whole("wheelchair", range(persons + 1)),
            flex_s=flex_s,
        )


@dataclass(frozen=True)
class Rules:
    """What every dispatcher of a scenario is judged by, in seconds."""

    max_wait_s: int
    max_early_s: int
    ride_factor: float
    ride_plus_s: int
    service_s: int
    wheelchair_s: int
    promise_width_s: int


@dataclass(frozen=True)
class Scenario:
    """One day. ``labels`` are the fleet's names in the log, by vehicle id; ``kinds`` says what is at each stop.

    The simulator lets everybody at one stop get on and off at the same time.
    """

    name: str
    rules: Rules
    travel: Matrix
    vehicles: tuple[Vehicle, ...]
    labels: tuple[str, ...]
    asks: tuple[Ask, ...]
    kinds: tuple[str, ...] = ()

    def direct_s(self, ask: Ask) -> int:
        """Return the ride without any detour, boarding included."""
        return self.rules.service_s + self.travel.seconds(ask.origin, ask.destination, 0)

    def longest_ride_s(self, ask: Ask) -> int:
        """Return the longest ride, from the start of boarding to the start of alighting."""
        return int(self.rules.ride_factor * self.direct_s(ask) + self.rules.ride_plus_s)

    def windows(self, ask: Ask, *, shift_s: int = 0) -> tuple[Window, Window]:
        """Return when boarding and alighting may start, the wish moved by ``shift_s``."""
        rules, time_s, ride_s = self.rules, ask.time_s + shift_s, self.longest_ride_s(ask)
        if ask.kind == "depart":
            latest_s = time_s + rules.max_wait_s
            return Window(time_s, latest_s), Window(time_s + self.direct_s(ask), latest_s + ride_s)
        early_s = time_s - rules.max_early_s
        return Window(early_s - ride_s, time_s - self.direct_s(ask)), Window(early_s, time_s)

    def request(self, ask: Ask, number: int, *, not_before_s: int, shift_s: int = 0) -> Request:
        """Return the wish as a routing request that boards no earlier than ``not_before_s``."""
        pickup, dropoff = self.windows(ask, shift_s=shift_s)
        dwell_s = self.rules.service_s + (self.rules.wheelchair_s if ask.wheelchairs else 0)
        return Request(
            id=number,
            pickup_stop=ask.origin,
            dropoff_stop=ask.destination,
            pickup=Window(max(pickup.earliest_s, not_before_s), pickup.latest_s),
            dropoff=dropoff,
            load=Load(ask.persons - ask.wheelchairs, ask.wheelchairs),
            max_ride_s=self.longest_ride_s(ask) - dwell_s,
            pickup_service_s=dwell_s,
            dropoff_service_s=dwell_s,
        )


def read(path: Path) -> Scenario:
    """Return the scenario in ``path``; raise ScenarioError with one clear line if it is none."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ScenarioError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise ScenarioError(f"{path}: not a {_FORMAT} file ({error})") from error
    except RecursionError as error:
        raise ScenarioError(f"{path}: not a {_FORMAT} file (nested too deeply)") from error
    if not isinstance(raw, dict) or raw.get("format") != _FORMAT:
        raise ScenarioError(f"{path}: not a {_FORMAT} file")
    try:
        return _scenario(Row(raw, ""), path.parent)
    except ScenarioError as error:
        raise ScenarioError(f"{path}: {error}") from error


def _scenario(day: Row, folder: Path) -> Scenario:
    rules = _rules(day.row("params"))
    seconds = _seconds(day.row("travel_s"), folder)
    stops = len(seconds)
    vehicles = list(day.rows("vehicles", "vehicle"))
    scenario = Scenario(
        name=day.text("name"),
        rules=rules,
        travel=Matrix.single(seconds, side_by_side=True),
        vehicles=tuple(_vehicle(row, number, stops) for number, row in enumerate(vehicles)),
        labels=tuple(row.text("id") for row in vehicles),
        asks=tuple(
            Ask.of(row, stops=stops, flex_s=row.whole("flex_s", _SPANS_S, default=0))
            for row in day.rows("requests", "request")
        ),
        kinds=tuple(row.text("kind", default="") for row in day.rows("stops", "stop")) if "stops" in day else (),
    )
    if scenario.kinds and len(scenario.kinds) != stops:
        raise ScenarioError(f"{len(scenario.kinds)} stops, but travel times between {stops}")
    _check_labels("vehicles", scenario.labels)
    _check_labels("requests", [ask.id for ask in scenario.asks])
    return scenario


def _rules(row: Row) -> Rules:
    return Rules(
        max_wait_s=row.whole("max_wait_s", _DAY_S),
        max_early_s=row.whole("max_early_s", _DAY_S),
        ride_factor=row.number("ride_factor", most=_MOST_FACTOR),
        ride_plus_s=row.whole("ride_plus_s", _SPANS_S),
        service_s=row.whole("service_s", _DAY_S),
        wheelchair_s=row.whole("wheelchair_s", _DAY_S, default=0),
        promise_width_s=row.whole("promise_width_s", _SPANS_S),
    )


def _vehicle(row: Row, number: int, stops: int) -> Vehicle:
    vehicle = Vehicle(
        id=number,
        capacity=Load(row.whole("seats", _PLACES), row.whole("wheelchairs", _PLACES)),
        shift=Window(row.whole("start", TIMES_S), row.whole("end", TIMES_S)),
        start_stop=row.index("depot", "stop", stops),
    )
    if vehicle.shift.earliest_s > vehicle.shift.latest_s:
        raise row.refuses("its shift ends before it starts")
    return vehicle


def _seconds(row: Row, folder: Path) -> NDArray[np.int64]:
    """Return the travel times, in the file or in the array beside it."""
    try:
        table = np.array(row.items("rows") if "rows" in row else _array(folder / row.text("npy")), ndmin=1)
    except OSError as error:
        raise row.refuses(f"{error.filename}: {error.strerror}") from error
    except (ValueError, OverflowError, MemoryError) as error:
        raise row.refuses("not a table of numbers") from error
    if table.shape != (len(table),) * 2 or not table.size:
        raise row.refuses("not as many columns as rows, or none at all")
    if table.dtype.kind not in "iu":
        raise row.refuses("not all of them are whole numbers of seconds")
    seconds: NDArray[np.int64] = table.astype(np.int64)
    wrong = np.argwhere((seconds < 0) | (seconds > _SPANS_S[-1]))
    for origin, destination in wrong[:1].tolist():
        raise row.refuses(f"{seconds[origin, destination]} s from stop {origin} to stop {destination}")
    return seconds


def _array(path: Path) -> NDArray[np.generic]:
    with path.open("rb") as file:
        array: NDArray[np.generic] = np.lib.format.read_array(file, allow_pickle=False)
    return array


def _check_labels(what: str, labels: Sequence[str]) -> None:
    """Refuse two of a kind with one id."""
    known: set[str] = set()
    for label in labels:
        if label in known:
            raise ScenarioError(f"two {what} have the id {shortened(label)}")
        known.add(label)

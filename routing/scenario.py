"""Reads a day of the neutral simulator (``drt-scenario/1``): a town, its fleet, its rules and who asks when."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypedDict, cast

import numpy as np

from routing.problem import Load, Request, Vehicle, Window
from routing.travel_times import Matrix

_FORMAT = "drt-scenario/1"


class ScenarioError(Exception):
    """A file that is not a scenario; the message is one line that says why."""


class AskJson(TypedDict):
    """One wish as it stands in a scenario or in the line protocol."""

    id: str
    t: int
    kind: Literal["depart", "arrive"]
    time: int
    o: int
    d: int
    pax: int
    wheelchair: int


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

    @classmethod
    def of(cls, raw: AskJson, *, flex_s: int = 0) -> "Ask":
        """Return the wish that ``raw`` describes."""
        return cls(
            id=raw["id"],
            asked_s=raw["t"],
            kind=raw["kind"],
            time_s=raw["time"],
            origin=raw["o"],
            destination=raw["d"],
            persons=raw["pax"],
            wheelchairs=raw["wheelchair"],
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
        raw = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(raw, dict) or raw.get("format") != _FORMAT:
            raise ScenarioError(f"{path}: not a {_FORMAT} file")
        return _scenario(cast(_ScenarioJson, raw), path.parent)
    except OSError as error:
        raise ScenarioError(f"{path}: {error.strerror}") from error
    except KeyError as error:
        raise ScenarioError(f"{path}: {error} is missing") from error
    except (ValueError, TypeError) as error:
        raise ScenarioError(f"{path}: not a {_FORMAT} file ({error})") from error


class _VehicleJson(TypedDict):
    id: str
    seats: int
    wheelchairs: int
    depot: int
    start: int
    end: int


class _AskJson(AskJson, total=False):
    flex_s: int


class _MatrixJson(TypedDict, total=False):
    rows: list[list[int]]
    npy: str


class _StopJson(TypedDict, total=False):
    kind: str


class _ScenarioJson(TypedDict, total=False):
    name: str
    stops: list[_StopJson]
    params: dict[str, float]
    travel_s: _MatrixJson
    vehicles: list[_VehicleJson]
    requests: list[_AskJson]


def _scenario(raw: _ScenarioJson, folder: Path) -> Scenario:
    params = raw["params"]
    return Scenario(
        name=raw["name"],
        rules=Rules(
            max_wait_s=int(params["max_wait_s"]),
            max_early_s=int(params["max_early_s"]),
            ride_factor=params["ride_factor"],
            ride_plus_s=int(params["ride_plus_s"]),
            service_s=int(params["service_s"]),
            wheelchair_s=int(params.get("wheelchair_s", 0)),
            promise_width_s=int(params["promise_width_s"]),
        ),
        travel=Matrix.single(_rows(raw["travel_s"], folder), side_by_side=True),
        vehicles=tuple(
            Vehicle(
                id=number,
                capacity=Load(vehicle["seats"], vehicle["wheelchairs"]),
                shift=Window(vehicle["start"], vehicle["end"]),
                start_stop=vehicle["depot"],
            )
            for number, vehicle in enumerate(raw["vehicles"])
        ),
        labels=tuple(vehicle["id"] for vehicle in raw["vehicles"]),
        asks=tuple(Ask.of(ask, flex_s=ask.get("flex_s", 0)) for ask in raw["requests"]),
        kinds=tuple(stop.get("kind", "") for stop in raw.get("stops", [])),
    )


def _rows(matrix: _MatrixJson, folder: Path) -> list[list[int]]:
    """Return the travel times, in the file or in the array beside it."""
    if "rows" in matrix:
        return matrix["rows"]
    rows: list[list[int]] = np.load(folder / matrix["npy"]).tolist()
    return rows

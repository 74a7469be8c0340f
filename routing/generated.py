"""Days from a seed, for benchmarks and tests: nothing published is copied, the same seed gives the same day."""

import math
import random
from typing import Literal

from routing.instances import Instance, Node
from routing.problem import Load, Vehicle, Window
from routing.scenario import Ask, Rules, Scenario
from routing.travel_times import Matrix

_DAY = 480.0  # minutes
_WINDOW = 15.0
_HALF_WIDTH = 10.0
_SERVICE = 3.0

_OPENS_S, _CLOSES_S = 9 * 3600, 15 * 3600
_TOWN_M = (4_500, 2_600)
_SPEED_MPS = 7.0
_STREETS = 1.3  # driven over straight


def static_day(requests: int, vehicles: int, *, seed: int) -> Instance:
    """Return a static day as Cordeau (2006) made his: half of the riders go, half return, narrow windows."""
    rng = random.Random(seed)  # noqa: S311 -- no secret
    depot = Node(0.0, 0.0, 0.0, 0.0, 0.0, _DAY)
    pickups, dropoffs = [], []
    for number in range(requests):
        here, there = _place(rng), _place(rng)
        ride = math.dist(here, there)
        wished = rng.uniform(60, _DAY - 60)
        narrow = (round(wished), round(wished) + _WINDOW)
        wide = (0.0, 1_440.0)
        is_return = number % 2 == 0
        load = float(rng.randint(1, 2))
        up, off = (narrow, wide) if is_return else (wide, (narrow[0] + round(ride), narrow[1] + round(ride)))
        pickups.append(Node(*here, _SERVICE, load, *up))
        dropoffs.append(Node(*there, _SERVICE, -load, *off))
    return Instance(
        name=f"made-{vehicles}-{requests}-{seed}",
        vehicles=vehicles,
        longest_duty=_DAY,
        capacity=4.0,
        longest_ride=30.0,
        nodes=(depot, *pickups, *dropoffs, depot),
    )


def town_day(asks: int, vehicles: int, *, seed: int, profile: Literal["now", "booked"], stops: int = 40) -> Scenario:
    """Return a day of a small town: riders ask at once, or half of them hours ahead."""
    rng = random.Random(seed)  # noqa: S311 -- no secret
    places = [(rng.uniform(0, _TOWN_M[0]), rng.uniform(0, _TOWN_M[1])) for _ in range(stops)]
    rows = [[_drive_s(here, there) for there in places] for here in places]
    wishes = sorted(
        (_ask(number, stops, rng, profile=profile) for number in range(asks)), key=lambda ask: (ask.asked_s, ask.id)
    )
    return Scenario(
        name=f"made-{profile}-{vehicles}-{asks}-{seed}",
        rules=Rules(
            max_wait_s=1_800,
            max_early_s=1_800,
            ride_factor=2.0,
            ride_plus_s=600,
            service_s=30,
            wheelchair_s=120,
            promise_width_s=600,
        ),
        travel=Matrix.single(rows, side_by_side=True),
        vehicles=tuple(
            Vehicle(number, Load(8, 1), Window(_OPENS_S, _CLOSES_S), number % stops) for number in range(vehicles)
        ),
        labels=tuple(f"v{number}" for number in range(vehicles)),
        asks=tuple(wishes),
    )


def _place(rng: random.Random) -> tuple[float, float]:
    return rng.uniform(-_HALF_WIDTH, _HALF_WIDTH), rng.uniform(-_HALF_WIDTH, _HALF_WIDTH)


def _drive_s(here: tuple[float, float], there: tuple[float, float]) -> int:
    return math.ceil(_STREETS * math.dist(here, there) / _SPEED_MPS)


def _ask(number: int, stops: int, rng: random.Random, *, profile: str) -> Ask:
    origin, destination = rng.sample(range(stops), 2)
    time_s = rng.randint(_OPENS_S, _CLOSES_S - 2_400)
    ahead_s = rng.randint(1_800, 4 * 3_600) if profile == "booked" and rng.random() < 1 / 2 else 0
    is_arrival = ahead_s > 0 and rng.random() < 1 / 4
    return Ask(
        id=f"r{number}",
        asked_s=time_s - ahead_s,
        kind="arrive" if is_arrival else "depart",
        time_s=time_s,
        origin=origin,
        destination=destination,
        persons=rng.choice((1, 1, 1, 1, 2)),
        wheelchairs=int(rng.random() < 1 / 50),
        flex_s=rng.choice((0, 900, 1_800)),
    )

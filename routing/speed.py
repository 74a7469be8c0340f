"""How long one exact quote takes over fleets of a given size, in cpu time of one core."""

import random
import time
from dataclasses import replace

import numpy as np

from routing.fleet import Fleet
from routing.kernels.fleet import UNABLE
from routing.problem import Itinerary, Load, Request, Vehicle, Window
from routing.timing import party_rows
from routing.travel_times import Matrix

_SIDE_M, _SPEED_MPS, _STREETS = 20_000, 8.0, 1.3
_WAIT_S, _PROMISE_S, _SERVICE_S = 900, 600, 30
_PARTY_EVERY_S = 720  # how often a vehicle of the plan gets a party, on average
_CAPACITY = Load(8, 1)


def quote_seconds(*, vehicles: int, visits: int, quotes: int, seed: int, stops: int = 2_000) -> list[float]:
    """Return the cpu seconds of each of ``quotes`` exact quotes over a plan with ``visits`` to make in each vehicle.

    The plan is made by the quotes themselves, every party's promise a window of ten minutes; wishes are spread over
    the time of the plan, the longest wait is a quarter of an hour.
    """
    rng = random.Random(seed)  # noqa: S311 -- no secret
    travel = _travel(stops, seed)
    horizon_s = _PARTY_EVERY_S * visits // 2
    fleet = _filled(vehicles, visits, horizon_s, travel, rng)
    seconds = []
    for number in range(quotes):
        party = party_rows(_wish(-number, stops, horizon_s, travel, rng))
        began_s = time.process_time()
        fleet.cheapest(party)
        seconds.append(time.process_time() - began_s)
    return seconds


def _filled(vehicles: int, visits: int, horizon_s: int, travel: Matrix, rng: random.Random) -> Fleet:
    """Return vehicles that have taken parties until nearly each has ``visits`` to make."""
    stops, shift = len(travel.bands[0]), Window(0, 2 * horizon_s + 7_200)
    depots = [rng.randrange(stops) for _ in range(vehicles)]
    plan = tuple(Itinerary(Vehicle(one, _CAPACITY, shift, depot), (), depot, 0) for one, depot in enumerate(depots))
    fleet, full = Fleet(plan, travel), 0
    for number in range(vehicles * visits * 2):
        wish = _wish(number, stops, horizon_s, travel, rng)
        party = party_rows(wish)
        for spot in fleet.cheapest(party):
            pickup_s, _ = fleet.starts_at(spot, party)
            latest_s = min(wish.pickup.latest_s, pickup_s + _PROMISE_S)
            fleet.insert(spot, replace(wish, pickup=Window(pickup_s, latest_s)))
            if fleet.arrays.counts[spot.vehicle] >= visits:
                fleet.arrays.costs[spot.vehicle] = UNABLE
                full += 1
        if full == vehicles:
            break
    for vehicle in range(vehicles):
        fleet.refresh(vehicle)
    return fleet


def _wish(number: int, stops: int, horizon_s: int, travel: Matrix, rng: random.Random) -> Request:
    origin, destination = rng.sample(range(stops), 2)
    earliest_s, direct_s = rng.randrange(horizon_s), travel.seconds(origin, destination, 0)
    longest_s = 2 * direct_s + 600
    return Request(
        id=number,
        pickup_stop=origin,
        dropoff_stop=destination,
        pickup=Window(earliest_s, earliest_s + _WAIT_S),
        dropoff=Window(earliest_s, earliest_s + _WAIT_S + _SERVICE_S + longest_s),
        load=Load(1, 0),
        max_ride_s=longest_s,
        pickup_service_s=_SERVICE_S,
        dropoff_service_s=_SERVICE_S,
    )


def _travel(stops: int, seed: int) -> Matrix:
    """Return driving times between places strewn over a region; riders go anywhere."""
    places = np.random.default_rng(seed).uniform(0, _SIDE_M, (stops, 2))
    metres = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    return Matrix.single(np.ceil(_STREETS * metres / _SPEED_MPS))

"""All vehicles of a plan in arrays, for compiled code: built once, changed in place, asked often."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from routing.cost import DEFAULT, Weights, exact
from routing.kernels import fleet as kernels
from routing.kernels import quote
from routing.kernels.route import (
    ABOARD,
    AT,
    BEGAN_HERE,
    FROZEN,
    LONGEST,
    OUTSET_COLUMNS,
    PARTY,
    PICKUP,
    READY,
    START,
    TIME_COLUMNS,
    VISIT_COLUMNS,
    Ints,
)
from routing.problem import Boarded, Itinerary, Plan, Request, Visit, VisitKind
from routing.timing import Violation, outset_row, party_rows, route_rows, violation_of
from routing.travel_times import TravelTimes

_ROOM = 16  # visits that a vehicle has room for at first
_STAYS = 256  # visits made that are read out at a time


class Spot(NamedTuple):
    """A place for a party: the pick-up goes before visit ``first``, the drop-off before visit ``second``."""

    added_cost: float
    vehicle: int
    first: int
    second: int

    def order_of(self, visits: int) -> list[int]:
        """Return the order that this makes of so many visits, the pick-up and the drop-off (`with_party`)."""
        first, second = range(self.first), range(self.first, self.second)
        return [*first, visits, *second, visits + 1, *range(self.second, visits)]


class Fleet:
    """The vehicles of a plan, by their index in it; ``arrays`` is what kernels read and change."""

    def __init__(self, plan: Plan, travel: TravelTimes, weights: Weights = DEFAULT) -> None:
        self.travel, self.weights = travel.arrays, exact(weights)
        self._vehicles = [itinerary.vehicle for itinerary in plan]
        self._requests: dict[int, Request] = {}
        longest = max((len(itinerary.visits) for itinerary in plan), default=0)
        self.arrays = empty_arrays(len(plan), max(_ROOM, 2 * longest))
        self._stays = np.zeros((_STAYS, kernels.STAY_COLUMNS), np.int64)
        for index, itinerary in enumerate(plan):
            self.put(index, itinerary)

    def put(self, index: int, itinerary: Itinerary) -> Violation | None:
        """Let a vehicle do ``itinerary`` from now on; return the first limit that it breaks, if any.

        Raise ValueError for more frozen visits than there are: compiled code would read on behind them.
        """
        count = len(itinerary.visits)
        if itinerary.frozen > count:
            raise ValueError(f"vehicle {itinerary.vehicle.id}: {itinerary.frozen} of {count} visits are frozen")
        self.make_room(count)
        rows = route_rows(itinerary)
        self.arrays.outsets[index] = outset_row(itinerary)
        self.arrays.counts[index] = count
        self.arrays.visits[index, :count] = rows.visits
        self.arrays.pairs[index, :count] = rows.pairs
        self.arrays.boarded[index, :count] = rows.boarded
        self._requests.update((visit.request.id, visit.request) for visit in itinerary.visits)
        return self.refresh(index)

    @property
    def room(self) -> int:
        """Return how many visits a vehicle has room for."""
        return int(self.arrays.pairs.shape[1])

    def make_room(self, count: int) -> None:
        """Make room for so many visits in each vehicle."""
        while count > self.room:
            self._grow()

    def refresh(self, index: int) -> Violation | None:
        """Reckon a vehicle anew whose rows were changed; return the first limit that is broken, if any."""
        return violation_of(kernels.refresh(self.travel, self.arrays, self.weights, index))

    def cheapest(self, party: Ints, most: int = 1) -> list[Spot]:
        """Return the best places for a party (`party_rows`) in the ``most`` cheapest vehicles, the cheapest first."""
        costs, spots = quote.cheapest(self.travel, self.arrays, self.weights, party, most)
        order = costs.argsort(kind="stable")[:most] if most > 1 or not costs.size else [costs.argmin()]
        return [
            Spot(float(costs[vehicle]), int(vehicle), int(spots[vehicle, 0]), int(spots[vehicle, 1]))
            for vehicle in order
            if costs[vehicle] < kernels.UNABLE
        ]

    def starts_at(self, spot: Spot, party: Ints) -> tuple[int, int]:
        """Return when a party would be picked up and set down at its place."""
        return quote.starts_at(self.travel, self.arrays, self.weights, party, spot.vehicle, spot.first, spot.second)

    def insert(self, spot: Spot, request: Request) -> Violation | None:
        """Give a party its place; return the first limit that this breaks, if any."""
        self.make_room(int(self.arrays.counts[spot.vehicle]) + 2)
        self._requests[request.id] = request
        party, vehicle = party_rows(request), spot.vehicle
        broken = kernels.insert(self.travel, self.arrays, self.weights, vehicle, party, spot.first, spot.second)
        return violation_of(broken)

    def rearrange(self, vehicle: int, order: Sequence[int], request: Request) -> Violation | None:
        """Give a party its place in another order of a vehicle's visits (`with_party`); return what that breaks."""
        return self.put(vehicle, with_party(self.itinerary(vehicle), request, order))

    def waits_at(self, party: int) -> tuple[int, int, int]:
        """Return which vehicle is to pick up a party that waits, and at which of its visits it gets on and off."""
        visits, counts = self.arrays.visits, self.arrays.counts
        is_own = (visits[:, :, PARTY] == party) & (np.arange(self.room) < counts[:, None])
        (vehicle, first), (_, second) = np.argwhere(is_own).tolist()
        return vehicle, first, second

    def pickup_s(self, party: int) -> int:
        """Return when a party that waits is to be picked up."""
        vehicle, first, _ = self.waits_at(party)
        return int(self.arrays.times[vehicle, first, START])

    def narrow(self, promised: Request) -> Violation | None:
        """Give a party that waits the windows of ``promised``; return the first limit that is broken by that."""
        vehicle, first, second = self.waits_at(promised.id)
        self.arrays.visits[vehicle, [first, second]] = party_rows(promised)
        self._requests[promised.id] = promised
        return self.refresh(vehicle)

    def is_bound(self, party: int) -> bool:
        """Tell whether only the vehicle that it is in may serve a party: a driver's break."""
        return self._requests[party].only_vehicle is not None

    def advance(self, now_s: int) -> Ints:
        """Make every visit that has to be set out for by ``now_s``; return them, a row each (``STAY_COLUMNS``).

        Vehicles that are not under way then can leave from ``now_s`` on.
        """
        found: list[Ints] = []
        made = len(self._stays)
        while made == len(self._stays):
            made = kernels.advance(self.travel, self.arrays, self.weights, now_s, self._stays)
            found.append(self._stays[:made].copy())
        stays = np.concatenate(found)
        for party in stays[stays[:, kernels.GOT_ON] == 0, kernels.WHO].tolist():
            del self._requests[party]
        return stays

    def plan(self) -> Plan:
        """Return the plan as it is now."""
        return tuple(self.itinerary(index) for index in range(len(self._vehicles)))

    def itinerary(self, index: int) -> Itinerary:
        """Return what one vehicle still has to do."""
        count, outset = int(self.arrays.counts[index]), self.arrays.outsets[index].tolist()
        visits, onboard = [], []
        for row, pair, boarded_s in zip(
            self.arrays.visits[index, :count].tolist(),
            self.arrays.pairs[index, :count].tolist(),
            self.arrays.boarded[index, :count].tolist(),
            strict=True,
        ):
            request, is_pickup = self._requests[row[PARTY]], row[LONGEST] == PICKUP
            visits.append(Visit(request, VisitKind.PICKUP if is_pickup else VisitKind.DROPOFF))
            if pair == ABOARD:
                onboard.append(Boarded(request, boarded_s))
        return Itinerary(
            vehicle=self._vehicles[index],
            visits=tuple(visits),
            at_stop=outset[AT],
            ready_s=outset[READY],
            onboard=tuple(onboard),
            frozen=outset[FROZEN],
            began_s=outset[BEGAN_HERE] if outset[BEGAN_HERE] < outset[READY] else None,
        )

    def _grow(self) -> None:
        """Make room for twice as many visits in each vehicle."""
        larger = empty_arrays(len(self._vehicles), 2 * self.room)
        for name, array in self.arrays._asdict().items():
            target = getattr(larger, name)
            target[tuple(slice(size) for size in array.shape)] = array
        self.arrays = larger


def with_party(itinerary: Itinerary, request: Request, order: Sequence[int]) -> Itinerary:
    """Return an itinerary with one more party: its visits, then the pick-up and the drop-off, in ``order``."""
    visits = (*itinerary.visits, Visit(request, VisitKind.PICKUP), Visit(request, VisitKind.DROPOFF))
    return replace(itinerary, visits=tuple(visits[each] for each in order))


def empty_arrays(vehicles: int, room: int) -> kernels.Fleet:
    """Return arrays for so many vehicles and visits each, all zero."""
    return kernels.Fleet(
        outsets=np.zeros((vehicles, OUTSET_COLUMNS), np.int64),
        counts=np.zeros(vehicles, np.int64),
        visits=np.zeros((vehicles, room, VISIT_COLUMNS), np.int64),
        pairs=np.zeros((vehicles, room), np.int64),
        boarded=np.zeros((vehicles, room), np.int64),
        times=np.zeros((vehicles, room, TIME_COLUMNS), np.int64),
        driven=np.zeros((vehicles, room), np.int64),
        latest=np.zeros((vehicles, room), np.int64),
        loads=np.zeros((vehicles, room + 1, 3), np.int64),
        costs=np.zeros(vehicles),
        savings=np.zeros(vehicles),
    )

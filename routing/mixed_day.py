"""A day of a mixed fleet in numbers: vehicles of one kind stand together, requests are numbered from 1."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.kernels.tours import Day
from routing.problem import Itinerary, Plan, Request, Vehicle, Visit, VisitKind
from routing.routes import Places, Route, tables
from routing.timing import Schedule, schedule
from routing.travel_times import Matrix

_TINY = 1e-6  # a priority that counts as none

_Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Orders:
    """What to plan besides requests: who is more important, what was promised, how long a duty may be.

    ``priorities`` by request id, 1 if left out; those up to a millionth count as none. ``promised`` requests are
    declined after all others; so are requests with an ``only_vehicle``, the drivers' breaks. ``longest_duties_s`` by
    vehicle id, from departure to the end.
    """

    priorities: Mapping[int, float] = field(default_factory=dict)
    promised: Collection[int] = ()
    longest_duties_s: Mapping[int, float] = field(default_factory=dict)


class _Kind(NamedTuple):
    """What makes vehicles exchangeable."""

    seats: int
    wheelchairs: int
    earliest_s: int
    latest_s: int
    start_stop: int
    end_stop: int  # -1: anywhere
    longest_duty_s: float
    own: int  # the id of a vehicle that a request asks for, else -1


class MixedDay:
    """One day: its tables, and plans as routes through them."""

    def __init__(
        self, vehicles: Sequence[Vehicle], requests: Sequence[Request], travel: Matrix, orders: Orders
    ) -> None:
        self.vehicles, self.requests, self.travel, self.orders = vehicles, requests, travel, orders
        self.slowest_s = travel.bands.max(axis=0).astype(float)
        np.fill_diagonal(self.slowest_s, 0.0)
        wanted = {request.only_vehicle for request in requests}
        kind_of = {vehicle.id: self._kind(vehicle, own=vehicle.id in wanted) for vehicle in vehicles}
        self.kinds = sorted(set(kind_of.values()))
        self.order = sorted(vehicles, key=lambda vehicle: kind_of[vehicle.id])
        self.kind = np.array([self.kinds.index(kind_of[vehicle.id]) for vehicle in self.order], np.int32)

    def _kind(self, vehicle: Vehicle, *, own: bool) -> _Kind:
        return _Kind(
            *vehicle.capacity,
            *vehicle.shift,
            vehicle.start_stop,
            -1 if vehicle.end_stop is None else vehicle.end_stop,
            self.orders.longest_duties_s.get(vehicle.id, np.inf),
            vehicle.id if own else -1,
        )

    def tables(self, *, relaxed: bool = False) -> Day:
        """Return the tables of the day, by the slowest travel times: what keeps them keeps all others.

        ``relaxed`` times allow everything that can be driven, and more; no way round is shorter then.
        """
        places = self._places(relaxed=relaxed)
        allowed = np.ones((len(self.kinds), len(self.requests) + 1), np.bool_)
        for number, request in enumerate(self.requests, 1):
            if request.only_vehicle is not None:
                allowed[:, number] = [kind.own == request.only_vehicle for kind in self.kinds]
        return tables(
            places,
            rides=np.array([float(request.max_ride_s) for request in self.requests]),
            duties=np.array([kind.longest_duty_s for kind in self.kinds]),
            capacity=np.array([[kind.seats, kind.wheelchairs] for kind in self.kinds], float),
            kinds=self.kind,
            penalties=self._all_driving_s(places.distance) / self._least_priority() * self.priorities(),
            allowed=allowed,
        )

    def _places(self, *, relaxed: bool) -> Places:
        requests, kinds = self.requests, self.kinds
        stops = [0, *(request.pickup_stop for request in requests), *(request.dropoff_stop for request in requests)]
        windows = [(0, 0), *(request.pickup for request in requests), *(request.dropoff for request in requests)]
        service = [0, *(each.pickup_service_s for each in requests), *(each.dropoff_service_s for each in requests)]
        for kind in kinds:
            stops += [kind.start_stop, max(kind.end_stop, 0)]
            windows += [(kind.earliest_s, kind.latest_s)] * 2
            service += [0, 0]
        drive = self.slowest_s[np.ix_(stops, stops)]
        for number, kind in enumerate(kinds):
            if kind.end_stop < 0:
                drive[:, 2 * len(requests) + 2 + 2 * number] = 0.0
        loads = [(each.load.seats, each.load.wheelchairs) for each in requests]
        left = [(-seats, -wheelchairs) for seats, wheelchairs in loads]
        return Places(
            distance=_shortest(drive, 2 * len(requests)) if relaxed else drive,
            took=self._took(drive, np.array(service, float), np.array(stops), relaxed=relaxed),
            service=np.array(service, float),
            earliest=np.array([window[0] for window in windows], float),
            latest=np.array([window[1] for window in windows], float),
            load=np.array([(0, 0), *loads, *left, *[(0, 0)] * (2 * len(kinds))], float),
        )

    def _took(self, drive: _Floats, service: _Floats, stops: NDArray[np.int64], *, relaxed: bool) -> _Floats:
        """Return the times from start to start: services at one stop add up, or none is over before one before it."""
        took, n = service[:, None] + drive, len(self.requests)
        if self.travel.side_by_side:
            inner = slice(1, 2 * n + 1)
            beside = stops[inner, None] == stops[inner]
            beside[np.arange(n), np.arange(n, 2 * n)] = False  # nobody gets off before having got on
            longer = 0.0 if relaxed else np.maximum(0.0, service[inner, None] - service[inner])
            took[inner, inner] = np.where(beside, longer, took[inner, inner])
        return _shortest(took, 2 * n) if relaxed else took

    def _all_driving_s(self, drive: _Floats) -> float:
        """Return more than any plan drives."""
        return 2 * (len(self.requests) + len(self.vehicles)) * float(drive.max(initial=1.0))

    def priorities(self) -> _Floats:
        """Return what declining each request weighs; a promise or a break more than all others together."""
        own = self._own_priorities()
        kept = [each.id in self.orders.promised or each.only_vehicle is not None for each in self.requests]
        return np.where(kept, np.maximum(own, self._least_priority()) + own.sum(), own)

    def _own_priorities(self) -> _Floats:
        own = np.array([self.orders.priorities.get(request.id, 1.0) for request in self.requests], float)
        return np.where(own > _TINY, own, 0.0)

    def _least_priority(self) -> float:
        """Return by how much sums must differ to come before all driving: the least priority there is, 1 at most."""
        own = self._own_priorities()
        return float(own[own > 0].min(initial=1.0))

    def weight(self, requests: Collection[int]) -> float:
        """Return the sum of the priorities of some requests, by id."""
        return float(self.priorities()[[request.id in requests for request in self.requests]].sum())

    def plan(self, routes: Sequence[Route]) -> Plan:
        """Return the plan of ``routes``, one for each vehicle in their order here, as far as `timing` agrees."""
        itineraries = {}
        for vehicle, route in zip(self.order, routes or [()] * len(self.order), strict=True):
            visits = tuple(self._visit(node) for node in route)
            itinerary = Itinerary(vehicle, visits, vehicle.start_stop, vehicle.shift.earliest_s)
            if not isinstance(schedule(itinerary, self.travel), Schedule):
                itinerary = Itinerary(vehicle, (), vehicle.start_stop, vehicle.shift.earliest_s)
            itineraries[vehicle.id] = itinerary
        return tuple(itineraries[vehicle.id] for vehicle in self.vehicles)

    def routes(self, plan: Plan) -> tuple[tuple[int, Route], ...]:
        """Return the routes of a plan, each with its kind of vehicle."""
        numbers = {request.id: number for number, request in enumerate(self.requests, 1)}
        kinds = dict(zip((vehicle.id for vehicle in self.order), self.kind.tolist(), strict=True))
        return tuple(
            (kinds[each.vehicle.id], tuple(self._node(visit, numbers[visit.request.id]) for visit in each.visits))
            for each in plan
        )

    def driving_s(self, plan: Plan) -> float:
        """Return the driving time of a plan, home included."""
        return float(sum(map(self._driving_s, plan)))

    def _node(self, visit: Visit, number: int) -> int:
        return number if visit.kind is VisitKind.PICKUP else number + len(self.requests)

    def _visit(self, node: int) -> Visit:
        n = len(self.requests)
        return Visit(self.requests[(node - 1) % n], VisitKind.PICKUP if node <= n else VisitKind.DROPOFF)

    def _driving_s(self, itinerary: Itinerary) -> float:
        """Return the driving time of an itinerary, home included."""
        if not itinerary.visits:
            return 0.0
        end = itinerary.vehicle.end_stop
        stops = [itinerary.at_stop, *(visit.stop for visit in itinerary.visits), *(() if end is None else (end,))]
        return float(self.slowest_s[stops[:-1], stops[1:]].sum())


def _shortest(took: _Floats, inner: int) -> _Floats:
    """Return the shortest ways, over the places 1 to ``inner`` (Floyd 1962)."""
    took = took.copy()
    for place in range(1, inner + 1):
        np.minimum(took, took[:, place, None] + took[place], out=took)
    return took

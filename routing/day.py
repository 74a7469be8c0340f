"""A day of a mixed fleet, planned as a whole: the night before, or to see what another fleet would make of it.

Vehicles differ in seats, wheelchair places, shift, start and end; promises are windows. Where not all can be served,
those of lower priority are declined: first the sum of priorities declined is least, then the driving. The search is
the one for published instances (`ruin`); every itinerary is checked by `timing`, the product's own feasibility code.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.alone import Hopeless, hopeless
from routing.budget import Seconds, Turns
from routing.clock import Clock, Progress
from routing.kernels.tours import Day
from routing.problem import Itinerary, Plan, Request, Vehicle, Visit, VisitKind
from routing.routes import Places, Route, tables
from routing.ruin import Search
from routing.timing import Schedule, schedule
from routing.travel_times import Matrix

MOST_REQUESTS = 4_000  # the tables of more would need several GB
_Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Orders:
    """What to plan besides requests: who is more important, what was promised, how long a duty may be.

    ``priorities`` by request id, 1 if left out. ``promised`` requests are declined after all others; so are requests
    with an ``only_vehicle``, the drivers' breaks. ``longest_duties_s`` by vehicle id, from departure to the end.
    """

    priorities: Mapping[int, float] = field(default_factory=dict)
    promised: Collection[int] = ()
    longest_duties_s: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class DayPlan:
    """An itinerary for each vehicle, in the order given, and who is declined.

    ``impossible`` are the declined whom no vehicle could serve even alone. ``driving_s`` goes by the slowest travel
    times of the day.
    """

    plan: Plan
    declined: tuple[int, ...]
    impossible: Mapping[int, Hopeless]
    driving_s: float
    seconds: float


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


def plan_day(
    vehicles: Sequence[Vehicle],
    requests: Sequence[Request],
    travel: Matrix,
    *,
    seconds: float,
    seed: int,
    turns: int | None = None,
    orders: Orders | None = None,
    progress: Progress | None = None,
) -> DayPlan:
    """Return the best plan found in ``seconds`` of cpu time, or with ``turns`` of the search if they are given.

    ``progress`` is told the driving time, there is no bound. Raise ValueError for two requests or vehicles with one id,
    a shift that ends before it starts, or more than `MOST_REQUESTS`.
    """
    _check(vehicles, requests)
    clock, day = Clock.of(seconds), _Day(vehicles, requests, travel, orders or Orders())
    if not requests or not vehicles:
        return day.plan([], {}, clock.spent_s())
    numbers = day.tables()
    search = Search(numbers, seed=seed)
    search.run(Turns(1))  # compiles, before the clock starts
    search, clock = Search(numbers, seed=seed), Clock.of(seconds)
    budget = Seconds(clock) if turns is None else Turns(turns)
    search.run(budget, watch=lambda: _tell(progress, clock, search))
    return day.plan(search.routes(), hopeless(numbers), clock.spent_s())


def _tell(progress: Progress | None, clock: Clock, search: Search) -> None:
    if progress is not None:
        progress(clock.spent_s(), float(search.best.cost.sum()), None)


def _check(vehicles: Sequence[Vehicle], requests: Sequence[Request]) -> None:
    """Refuse a day that cannot be planned."""
    if len({request.id for request in requests}) < len(requests):
        raise ValueError("two requests have the same id")
    if len({vehicle.id for vehicle in vehicles}) < len(vehicles):
        raise ValueError("two vehicles have the same id")
    for vehicle in vehicles:
        if vehicle.shift.earliest_s > vehicle.shift.latest_s:
            raise ValueError(f"vehicle {vehicle.id}: its shift ends before it starts")
    if len(requests) > MOST_REQUESTS:
        raise ValueError(f"{len(requests)} requests: more than {MOST_REQUESTS} cannot be planned at once")


class _Day:
    """One day in numbers: vehicles of one kind stand together, requests are numbered from 1."""

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

    def tables(self) -> Day:
        """Return the tables of the day, by the slowest travel times: what keeps them keeps all others."""
        places = self._places()
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
            penalties=self._penalties(float(places.drive.max(initial=1.0))),
            allowed=allowed,
        )

    def _places(self) -> Places:
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
            distance=drive,
            drive=drive,
            service=np.array(service, float),
            earliest=np.array([window[0] for window in windows], float),
            latest=np.array([window[1] for window in windows], float),
            load=np.array([(0, 0), *loads, *left, *[(0, 0)] * (2 * len(kinds))], float),
        )

    def _penalties(self, longest_leg_s: float) -> _Floats:
        """Return what declining each request costs: priority 1 more than all driving, a promise than all others."""
        all_driving_s = 2 * (len(self.requests) + len(self.vehicles)) * longest_leg_s
        priorities = np.array([self.orders.priorities.get(request.id, 1.0) for request in self.requests])
        kept = [each.id in self.orders.promised or each.only_vehicle is not None for each in self.requests]
        return np.asarray(all_driving_s * (priorities + np.array(kept) * priorities.sum()))

    def plan(self, routes: Sequence[Route], impossible: Mapping[int, Hopeless], seconds: float) -> DayPlan:
        """Return the plan of ``routes``, one for each vehicle in their order here, as far as `timing` agrees."""
        itineraries = {}
        for vehicle, route in zip(self.order, routes or [()] * len(self.order), strict=True):
            visits = tuple(self._visit(node) for node in route)
            itinerary = Itinerary(vehicle, visits, vehicle.start_stop, vehicle.shift.earliest_s)
            if not isinstance(schedule(itinerary, self.travel), Schedule):
                itinerary = Itinerary(vehicle, (), vehicle.start_stop, vehicle.shift.earliest_s)
            itineraries[vehicle.id] = itinerary
        plan = tuple(itineraries[vehicle.id] for vehicle in self.vehicles)
        served = {visit.request.id for itinerary in plan for visit in itinerary.visits}
        named = {self.requests[number - 1].id: reason for number, reason in impossible.items()}
        return DayPlan(
            plan=plan,
            declined=tuple(request.id for request in self.requests if request.id not in served),
            # with others, a way round by their stops may be quicker than the direct one
            impossible={party: reason for party, reason in named.items() if party not in served},
            driving_s=float(sum(map(self._driving_s, plan))),
            seconds=seconds,
        )

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

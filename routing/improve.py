"""A better plan for the same parties, every promise untouched: OR-Tools' routing solver, re-checked by `timing`.

The solver knows driving times that do not change with the hour (each leg as fast as at its origin's opening)
and only part of `cost`. So its word counts for nothing: a plan is taken only if `timing.schedule` finds it legal
and `cost.cost` finds it cheaper.
"""

from dataclasses import dataclass, replace
from itertools import chain

from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from routing.cost import DEFAULT, Weights, cost
from routing.problem import Itinerary, Load, Plan, Visit, VisitKind
from routing.timing import Schedule, Violation, outset_of, schedule
from routing.travel_times import TravelTimes

_SCALE = 100  # the solver counts in whole hundredths of a second of driving
_NOWHERE = -1


@dataclass(frozen=True, slots=True)
class _Opening:
    """Where a vehicle stands after its frozen visits, with whom since when, and what is still free to move."""

    itinerary: Itinerary
    stop: int
    ready_s: int
    load: Load
    boarded_s: dict[int, int]
    free: tuple[Visit, ...]


@dataclass(frozen=True, slots=True)
class _Nodes:
    """The solver's numbering: one start and one end for each vehicle, then every free visit."""

    openings: tuple[_Opening, ...]
    visits: tuple[Visit, ...]

    @property
    def vehicles(self) -> int:
        """Return how many vehicles there are."""
        return len(self.openings)

    def of_visit(self, index: int) -> int:
        """Return the node of the visit at ``index``."""
        return 2 * self.vehicles + index

    def stops(self) -> list[int]:
        """Return the stop of each node; an end that may be anywhere is nowhere."""
        ends = [opening.itinerary.vehicle.end_stop for opening in self.openings]
        return [
            *(opening.stop for opening in self.openings),
            *(_NOWHERE if end is None else end for end in ends),
            *(visit.stop for visit in self.visits),
        ]


def improve(plan: Plan, travel: TravelTimes, *, seconds: float, seed: int, weights: Weights = DEFAULT) -> Plan:
    """Return a cheaper plan for the same parties that keeps every limit, or ``plan`` itself.

    Frozen visits stay first and in order, parties on board stay in their vehicle, everybody else may change
    vehicle. ``seconds`` is wall time. A plan that already breaks a limit is returned as it is.
    """
    before = _cost(plan, travel, weights)
    openings = tuple(_opening(itinerary, travel) for itinerary in plan)
    free = tuple(chain.from_iterable(opening.free for opening in openings))
    if before is None or len(free) < 2:  # noqa: PLR2004 -- one visit has one place
        return plan
    nodes = _Nodes(openings, free)
    orders = _solve(nodes, travel, weights, seconds=seconds, seed=seed)
    if orders is None:
        return plan
    better = tuple(
        replace(opening.itinerary, visits=(*opening.itinerary.visits[: opening.itinerary.frozen], *order))
        for opening, order in zip(openings, orders, strict=True)
    )
    after = _cost(better, travel, weights)
    return better if after is not None and after < before else plan


def _cost(plan: Plan, travel: TravelTimes, weights: Weights) -> float | None:
    """Return what ``plan`` costs, None if it breaks a limit."""
    total = 0.0
    for itinerary in plan:
        times = schedule(itinerary, travel)
        if isinstance(times, Violation):
            return None
        total += cost(itinerary, times, travel, weights)
    return total


def _opening(itinerary: Itinerary, travel: TravelTimes) -> _Opening:
    """Return how the free part of ``itinerary`` begins."""
    times = schedule(itinerary, travel)
    outset = outset_of(itinerary)
    stop, ready_s, load, boarded_s = outset.stop, outset.ready_s, outset.load, dict(outset.boarded_s)
    if itinerary.frozen and isinstance(times, Schedule):
        last = itinerary.frozen - 1
        stop, ready_s, load = itinerary.visits[last].stop, times.departs_s[last], times.loads[last]
        for visit, depart_s in zip(itinerary.visits[: itinerary.frozen], times.departs_s, strict=False):
            if visit.kind is VisitKind.PICKUP:
                boarded_s[visit.request.id] = depart_s
            else:
                del boarded_s[visit.request.id]
    return _Opening(itinerary, stop, ready_s, load, boarded_s, itinerary.visits[itinerary.frozen :])


def _solve(
    nodes: _Nodes, travel: TravelTimes, weights: Weights, *, seconds: float, seed: int
) -> list[tuple[Visit, ...]] | None:
    """Return the order of free visits of each vehicle, None if the solver has none."""
    count = nodes.vehicles
    manager = pywrapcp.RoutingIndexManager(
        2 * count + len(nodes.visits), count, list(range(count)), list(range(count, 2 * count))
    )
    model = pywrapcp.RoutingModel(manager)
    drives = _drives(nodes, travel)
    costs = [[round(_SCALE * weights.driving * drive_s) for drive_s in row] for row in drives]
    model.SetArcCostEvaluatorOfAllVehicles(model.RegisterTransitMatrix(costs))
    _bind_times(model, manager, nodes, drives, weights)
    _bind_loads(model, nodes)
    _bind_pairs(model, manager, nodes)
    search = pywrapcp.DefaultRoutingSearchParameters()
    search.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    search.time_limit.FromMilliseconds(max(1, round(1000 * seconds)))
    model.solver().ReSeed(seed)
    model.CloseModelWithParameters(search)
    first = model.ReadAssignmentFromRoutes(_current(manager, nodes), True)  # noqa: FBT003 -- the solver's signature
    found = first and model.SolveFromAssignmentWithParameters(first, search)
    if not found:
        return None
    return [_order(model, manager, nodes, found, vehicle) for vehicle in range(count)]


def _drives(nodes: _Nodes, travel: TravelTimes) -> list[list[int]]:
    """Return the driving time between all nodes, each at the hour its origin opens."""
    leaves_s = [
        *(opening.ready_s for opening in nodes.openings),
        *(0 for _ in nodes.openings),
        *(visit.window.earliest_s + visit.service_s for visit in nodes.visits),
    ]
    stops = nodes.stops()

    def drive_s(origin: int, destination: int, leave_s: int) -> int:
        if _NOWHERE in {origin, destination} or origin == destination:
            return 0
        return travel.seconds(origin, destination, leave_s)

    return [
        [drive_s(origin, destination, leave_s) for destination in stops]
        for origin, leave_s in zip(stops, leaves_s, strict=True)
    ]


def _bind_times(
    model: pywrapcp.RoutingModel,
    manager: pywrapcp.RoutingIndexManager,
    nodes: _Nodes,
    drives: list[list[int]],
    weights: Weights,
) -> None:
    """Give the solver the windows, the shifts and the longest rides of parties on board."""
    services = [0] * (2 * nodes.vehicles) + [visit.service_s for visit in nodes.visits]
    transits = [[service + drive for drive in row] for service, row in zip(services, drives, strict=True)]
    horizon = max(max(opening.ready_s, opening.itinerary.vehicle.shift.latest_s) for opening in nodes.openings)
    lowest = min(0, *(opening.ready_s for opening in nodes.openings))
    fix_start_cumul_to_zero = False
    model.AddDimension(
        model.RegisterTransitMatrix(transits),
        horizon - lowest,
        horizon - lowest,
        fix_start_cumul_to_zero,
        "time",
    )
    time = model.GetDimensionOrDie("time")
    for vehicle, opening in enumerate(nodes.openings):
        time.CumulVar(model.Start(vehicle)).SetValue(opening.ready_s - lowest)
        last_s = max(opening.ready_s, opening.itinerary.vehicle.shift.latest_s)
        time.CumulVar(model.End(vehicle)).SetMax(last_s - lowest)
    for index, visit in enumerate(nodes.visits):
        node = manager.NodeToIndex(nodes.of_visit(index))
        earliest_s, latest_s = visit.window
        for opening in nodes.openings:
            if visit.kind is VisitKind.DROPOFF and visit.request.id in opening.boarded_s:
                longest_s = max(0, visit.request.max_ride_s)
                latest_s = min(latest_s, opening.boarded_s[visit.request.id] + longest_s)
        earliest_s = min(max(earliest_s, lowest), latest_s)
        time.CumulVar(node).SetRange(earliest_s - lowest, latest_s - lowest)
        if visit.kind is VisitKind.PICKUP:
            time.SetCumulVarSoftUpperBound(node, earliest_s - lowest, round(_SCALE * weights.delay))


def _bind_loads(model: pywrapcp.RoutingModel, nodes: _Nodes) -> None:
    """Give the solver seats and wheelchair places."""
    fix_start_cumul_to_zero = False
    for kind in range(len(Load._fields)):
        changes = [0] * (2 * nodes.vehicles)
        for visit in nodes.visits:
            changes.append((1 if visit.kind is VisitKind.PICKUP else -1) * visit.request.load[kind])
        capacities = [max(opening.itinerary.vehicle.capacity[kind], opening.load[kind]) for opening in nodes.openings]
        name = Load._fields[kind]
        evaluator = model.RegisterUnaryTransitVector(changes)
        model.AddDimensionWithVehicleCapacity(evaluator, 0, capacities, fix_start_cumul_to_zero, name)
        for vehicle, opening in enumerate(nodes.openings):
            model.GetDimensionOrDie(name).CumulVar(model.Start(vehicle)).SetValue(opening.load[kind])


def _bind_pairs(model: pywrapcp.RoutingModel, manager: pywrapcp.RoutingIndexManager, nodes: _Nodes) -> None:
    """Tie each party's pick-up to its drop-off, and parties on board to their vehicle."""
    time = model.GetDimensionOrDie("time")
    pickups = {
        visit.request.id: manager.NodeToIndex(nodes.of_visit(index))
        for index, visit in enumerate(nodes.visits)
        if visit.kind is VisitKind.PICKUP
    }
    vehicles = {opening.itinerary.vehicle.id: vehicle for vehicle, opening in enumerate(nodes.openings)}
    carriers = {party: vehicle for vehicle, opening in enumerate(nodes.openings) for party in opening.boarded_s}
    for index, visit in enumerate(nodes.visits):
        if visit.kind is VisitKind.PICKUP:
            continue
        dropoff, party = manager.NodeToIndex(nodes.of_visit(index)), visit.request.id
        if party in carriers:
            model.VehicleVar(dropoff).SetValue(carriers[party])
            continue
        pickup = pickups[party]
        model.AddPickupAndDelivery(pickup, dropoff)
        model.solver().Add(model.VehicleVar(pickup) == model.VehicleVar(dropoff))
        if visit.request.only_vehicle is not None:
            model.VehicleVar(pickup).SetValue(vehicles[visit.request.only_vehicle])
        longest_s = max(0, visit.request.max_ride_s) + visit.request.pickup_service_s
        ride = time.CumulVar(dropoff) - time.CumulVar(pickup)
        model.solver().Add(ride >= visit.request.pickup_service_s)
        model.solver().Add(ride <= longest_s)


def _current(manager: pywrapcp.RoutingIndexManager, nodes: _Nodes) -> list[list[int]]:
    """Return the plan as it is, in the solver's numbers."""
    orders, index = [], 0
    for opening in nodes.openings:
        following = range(index, index + len(opening.free))
        orders.append([manager.NodeToIndex(nodes.of_visit(place)) for place in following])
        index += len(opening.free)
    return orders


def _order(
    model: pywrapcp.RoutingModel,
    manager: pywrapcp.RoutingIndexManager,
    nodes: _Nodes,
    found: pywrapcp.Assignment,
    vehicle: int,
) -> tuple[Visit, ...]:
    """Return one vehicle's visits in the order found."""
    visits = []
    node = found.Value(model.NextVar(model.Start(vehicle)))
    while not model.IsEnd(node):
        visits.append(nodes.visits[manager.IndexToNode(node) - 2 * nodes.vehicles])
        node = found.Value(model.NextVar(node))
    return tuple(visits)

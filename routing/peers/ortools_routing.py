"""OR-Tools' routing solver on a static day, as its manual models one: what our own search is measured against."""

import time

from ortools.constraint_solver import pywrapcp, routing_enums_pb2, routing_parameters_pb2

from routing.instances import Instance
from routing.peers.result import PeerResult, checked
from routing.routes import Route

_SCALE = 1_000  # the solver counts in whole thousandths; driving is rounded up, so its routes can be driven
_UNSERVED = 10_000_000


class OrTools:
    """OR-Tools with parallel cheapest insertion and guided local search; it counts its ``seconds`` by the wall."""

    name = "OR-Tools"

    def solve(self, instance: Instance, *, seconds: float, seed: int) -> PeerResult:
        """Return its best routes after ``seconds`` of wall time."""
        began_s = time.process_time()
        last = len(instance.nodes) - 1
        count = instance.vehicles
        manager = pywrapcp.RoutingIndexManager(last + 1, count, [0] * count, [last] * count)
        model = pywrapcp.RoutingModel(manager)
        distances = [
            [int(_SCALE * instance.distance(here, there)) + (here != there) for there in range(last + 1)]
            for here in range(last + 1)
        ]
        model.SetArcCostEvaluatorOfAllVehicles(model.RegisterTransitMatrix(distances))
        _bind(model, manager, instance, distances)
        found: list[tuple[float, float]] = []

        def note() -> None:
            cost = model.CostVar().Min()
            if cost < _UNSERVED and (not found or cost / _SCALE < found[-1][1]):
                found.append((time.process_time() - began_s, cost / _SCALE))

        model.AddAtSolutionCallback(note)
        model.solver().ReSeed(seed)
        answer = model.SolveWithParameters(_search(seconds))
        routes = None if answer is None else checked(instance, _routes(model, manager, answer, count))
        return PeerResult(routes, time.process_time() - began_s, tuple(found))


def _search(seconds: float) -> routing_parameters_pb2.RoutingSearchParameters:
    """Return how it searches: the better of its first solutions on these days, then guided local search."""
    search = pywrapcp.DefaultRoutingSearchParameters()
    search.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    search.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    search.time_limit.FromMilliseconds(round(1000 * seconds))
    return search


def _bind(
    model: pywrapcp.RoutingModel,
    manager: pywrapcp.RoutingIndexManager,
    instance: Instance,
    distances: list[list[int]],
) -> None:
    """Give the solver windows, loads, rides, duties and pairs; a rider may be left out at a high price."""
    nodes, count = instance.nodes, instance.requests
    transits = [[round(_SCALE * nodes[here].service) + drive for drive in row] for here, row in enumerate(distances)]
    horizon = round(_SCALE * max(node.latest for node in nodes))
    fix_start_cumul_to_zero = False
    model.AddDimension(model.RegisterTransitMatrix(transits), horizon, horizon, fix_start_cumul_to_zero, "time")
    loads = model.RegisterUnaryTransitVector([round(node.load) for node in nodes])
    model.AddDimension(loads, 0, round(instance.capacity), fix_start_cumul_to_zero, "load")
    time_dimension, load_dimension = model.GetDimensionOrDie("time"), model.GetDimensionOrDie("load")
    for vehicle in range(instance.vehicles):
        load_dimension.CumulVar(model.Start(vehicle)).SetValue(0)
        time_dimension.SetSpanUpperBoundForVehicle(round(_SCALE * instance.longest_duty), vehicle)
    for pickup in range(1, count + 1):
        up, off = manager.NodeToIndex(pickup), manager.NodeToIndex(count + pickup)
        for node, index in ((pickup, up), (count + pickup, off)):
            opens, closes = round(_SCALE * nodes[node].earliest), round(_SCALE * nodes[node].latest)
            time_dimension.CumulVar(index).SetRange(opens, closes)
            model.AddDisjunction([index], _UNSERVED)
        model.AddPickupAndDelivery(up, off)
        model.solver().Add(model.VehicleVar(up) == model.VehicleVar(off))
        ride = time_dimension.CumulVar(off) - time_dimension.CumulVar(up)
        model.solver().Add(ride >= 0)
        model.solver().Add(ride <= round(_SCALE * (instance.longest_ride + nodes[pickup].service)))


def _routes(
    model: pywrapcp.RoutingModel,
    manager: pywrapcp.RoutingIndexManager,
    found: pywrapcp.Assignment,
    vehicles: int,
) -> tuple[Route, ...]:
    """Return the routes found, without the depot."""
    routes = []
    for vehicle in range(vehicles):
        route = []
        index = found.Value(model.NextVar(model.Start(vehicle)))
        while not model.IsEnd(index):
            route.append(manager.IndexToNode(index))
            index = found.Value(model.NextVar(index))
        routes.append(tuple(route))
    return tuple(routes)

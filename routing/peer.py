"""OR-Tools' routing solver on a static day, as its manual models one: what our own search is measured against."""

import time
from dataclasses import dataclass

from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from routing.instances import Instance
from routing.routes import Route

_SCALE = 1_000  # the solver counts in whole thousandths; driving is rounded up, so its routes can be driven
_UNSERVED = 10_000_000


@dataclass(frozen=True)
class PeerResult:
    """What the peer found: no routes if it left somebody out."""

    routes: tuple[Route, ...] | None
    seconds: float


def solve_with_ortools(instance: Instance, *, seconds: float) -> PeerResult:
    """Return OR-Tools' best routes after ``seconds`` of wall time, and the cpu seconds it took."""
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
    search = pywrapcp.DefaultRoutingSearchParameters()
    search.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    search.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    search.time_limit.FromMilliseconds(round(1000 * seconds))
    found = model.SolveWithParameters(search)
    routes = None if found is None else _routes(model, manager, found, count)
    if routes is not None and sum(map(len, routes)) < 2 * instance.requests:
        routes = None
    return PeerResult(routes, time.process_time() - began_s)


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

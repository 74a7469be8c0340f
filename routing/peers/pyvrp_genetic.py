"""PyVRP (Wouda, Lan, Kool 2024), where it is installed: hybrid genetic search with shipments, no longest ride."""

import importlib
import time
from typing import Any

from routing.instances import Instance
from routing.peers.result import PeerResult, checked
from routing.peers.windows import SCALE, drives, safe_ends
from routing.routes import Route


class PyVrp:
    """PyVRP on narrowed windows."""

    name = "PyVRP"

    def solve(self, instance: Instance, *, seconds: float, seed: int) -> PeerResult:
        """Return its best routes after ``seconds`` of wall time."""
        began_s = time.process_time()
        pyvrp, stop = importlib.import_module("pyvrp"), importlib.import_module("pyvrp.stop")
        found = _model(pyvrp, instance).solve(stop.MaxRuntime(seconds), seed=seed, display=False)
        routes = None
        if found.best.is_feasible():
            routes = checked(instance, [_route(route, instance.requests) for route in found.best.routes()])
        return PeerResult(routes, time.process_time() - began_s)


def _model(pyvrp: Any, instance: Instance) -> Any:  # noqa: ANN401 -- a library without types, perhaps not there
    """Return the day as PyVRP models it."""
    model, depot = pyvrp.Model(), instance.nodes[0]
    places = [model.add_location(x=node.x, y=node.y) for node in instance.nodes[: 2 * instance.requests + 1]]
    start = model.add_depot(places[0])
    model.add_vehicle_type(
        num_available=instance.vehicles,
        capacity=[round(instance.capacity)],
        start_depot=start,
        end_depot=start,
        tw_early=0,
        tw_late=round(SCALE * depot.latest),
        shift_duration=round(SCALE * instance.longest_duty),
    )
    for pickup in range(1, instance.requests + 1):
        up, off = safe_ends(instance, pickup)
        model.add_shipment(
            places[up.node],
            places[off.node],
            pickup_tw_early=up.earliest,
            pickup_tw_late=up.latest,
            pickup_service_duration=up.service,
            delivery_tw_early=off.earliest,
            delivery_tw_late=off.latest,
            delivery_service_duration=off.service,
            amount=[round(instance.nodes[pickup].load)],
        )
    for here, row in enumerate(drives(instance)):
        for there, drive in enumerate(row):
            if here != there:
                model.add_edge(places[here], places[there], drive, drive)
    return model


def _route(route: Any, requests: int) -> Route:  # noqa: ANN401
    """Return one route in our numbers."""
    halts = [halt for halt in route if halt.is_shipment()]
    return tuple(1 + halt.idx + (0 if halt.is_pickup() else requests) for halt in halts)

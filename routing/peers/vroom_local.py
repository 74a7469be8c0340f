"""VROOM (Coupey et al.), where pyvroom is installed: local search, very fast, no longest ride, no longest duty."""

import importlib
import time
from datetime import timedelta
from typing import Any

import numpy as np

from routing.instances import Instance
from routing.peers.result import PeerResult, checked
from routing.peers.windows import SCALE, Stop, drives, safe_ends
from routing.routes import Route

_THOROUGH = 5  # its highest level


class Vroom:
    """VROOM on narrowed windows. It has no random choices."""

    name = "VROOM"

    def solve(self, instance: Instance, *, seconds: float, seed: int) -> PeerResult:  # noqa: ARG002 -- nothing to seed
        """Return its routes; it stops by itself, mostly long before ``seconds``."""
        began_s = time.process_time()
        vroom = importlib.import_module("vroom")
        found = _input(vroom, instance).solve(
            exploration_level=_THOROUGH, nb_threads=1, timeout=timedelta(seconds=seconds)
        )
        by_vehicle: dict[int, list[int]] = {}
        for vehicle, kind, node in found.routes[["vehicle_id", "type", "location_index"]].itertuples(index=False):
            if kind in {"pickup", "delivery"}:
                by_vehicle.setdefault(int(vehicle), []).append(int(node))
        routes: list[Route] = [tuple(nodes) for nodes in by_vehicle.values()]
        return PeerResult(checked(instance, routes), time.process_time() - began_s)


def _input(vroom: Any, instance: Instance) -> Any:  # noqa: ANN401 -- a library without types, perhaps not there
    """Return the day as VROOM models it."""
    problem = vroom.Input()
    problem.set_durations_matrix("car", np.array(drives(instance), dtype=np.uint32))
    shift = vroom.TimeWindow(0, round(SCALE * instance.nodes[0].latest))
    for vehicle in range(instance.vehicles):
        capacity = [round(instance.capacity)]
        problem.add_vehicle(vroom.Vehicle(vehicle, start=0, end=0, capacity=capacity, time_window=shift))

    def step(stop: Stop) -> Any:  # noqa: ANN401
        window = vroom.TimeWindow(stop.earliest, stop.latest)
        return vroom.ShipmentStep(stop.node, stop.node, default_service=stop.service, time_windows=[window])

    for pickup in range(1, instance.requests + 1):
        up, off = safe_ends(instance, pickup)
        load = vroom.Amount([round(instance.nodes[pickup].load)])
        problem.add_shipment(pickup=step(up), delivery=step(off), amount=load)
    return problem

"""What a peer is asked and what it answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from routing.instances import Instance
from routing.routes import Route, Routes


@dataclass(frozen=True)
class PeerResult:
    """What a peer found: its routes, or None if it found none that serve everybody and can be driven.

    ``found`` holds (cpu seconds, cost) of each better solution on the way, as far as the peer tells.
    """

    routes: tuple[Route, ...] | None
    seconds: float
    found: tuple[tuple[float, float], ...] = ()


class Peer(Protocol):
    """A solver of others."""

    name: str

    def solve(self, instance: Instance, *, seconds: float, seed: int) -> PeerResult:
        """Return the best routes after ``seconds`` of wall time; more than one thread is never used."""
        ...


def checked(instance: Instance, routes: Iterable[Route]) -> tuple[Route, ...] | None:
    """Return the routes that are not empty if they serve everybody and every one can be driven, else None."""
    driven = tuple(filter(None, routes))
    nodes = sorted(node for route in driven for node in route)
    rules = Routes(instance)
    everybody = nodes == list(range(1, 2 * instance.requests + 1))
    return driven if everybody and len(driven) <= instance.vehicles and all(map(rules.is_feasible, driven)) else None

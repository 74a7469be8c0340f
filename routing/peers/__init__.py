"""Solvers that others use for such days, on the same instances: what our own search is measured against.

OR-Tools is always there. PyVRP and VROOM take part where they are installed; neither knows a longest ride, so they
get windows so narrow that no ride can become too long (`windows`), and pay for it.
"""

from collections.abc import Sequence
from importlib import import_module

from routing.peers.ortools_routing import OrTools
from routing.peers.pyvrp_genetic import PyVrp
from routing.peers.result import Peer
from routing.peers.vroom_local import Vroom

_ALL: tuple[tuple[str, type[Peer]], ...] = (("ortools", OrTools), ("pyvrp", PyVrp), ("vroom", Vroom))


def installed() -> Sequence[Peer]:
    """Return the peers that can be run here."""
    return [peer() for module, peer in _ALL if _can_be_read(module)]


def _can_be_read(module: str) -> bool:
    """Tell whether a package is there, and whole."""
    try:
        import_module(module)
    except ImportError:
        return False
    return True

"""The best combination of routes out of a pool: every request in exactly one (set partitioning, HiGHS)."""

from collections.abc import Collection, Mapping

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csc_array

_LARGEST_POOL = 3_000


def best_combination(
    costs: Mapping[tuple[int, ...], float],
    keep: Collection[tuple[int, ...]],
    requests: int,
    *,
    vehicles: int,
    seconds: float,
) -> tuple[tuple[int, ...], ...] | None:
    """Return routes of the pool ``costs`` that serve each request once at least cost, None if there are none.

    Parameters
    ----------
    costs
        What each route costs. A route serves its nodes from 1 to ``requests``; others are its drop-offs.
    keep
        Routes that stay in the pool when it has to be cut down to the cheapest by request.
    requests
        How many requests there are.
    vehicles
        How many routes may be chosen at most.
    seconds
        Wall time after which the best combination so far is taken, proven or not.

    """
    pool = _pool(costs, keep, requests)
    if not pool:
        return None
    rows = [node - 1 for route in pool for node in route if node <= requests]
    columns = [index for index, route in enumerate(pool) for node in route if node <= requests]
    served = csc_array((np.ones(len(rows)), (rows, columns)), shape=(requests, len(pool)))
    result = milp(
        np.array([costs[route] for route in pool]),
        integrality=np.ones(len(pool)),
        bounds=Bounds(0, 1),
        constraints=[
            LinearConstraint(served, 1, 1),
            LinearConstraint(csc_array(np.ones((1, len(pool)))), 0, vehicles),
        ],
        options={"time_limit": seconds},
    )
    if result.x is None:
        return None
    return tuple(route for route, share in zip(pool, result.x, strict=True) if share > 0.5)  # noqa: PLR2004


def _pool(
    costs: Mapping[tuple[int, ...], float], keep: Collection[tuple[int, ...]], requests: int
) -> list[tuple[int, ...]]:
    """Return the cheapest order of each set of requests, as many sets as can be handled."""
    cheapest: dict[frozenset[int], tuple[int, ...]] = {}
    for route, cost in costs.items():
        served = frozenset(node for node in route if node <= requests)
        if served and (served not in cheapest or cost < costs[cheapest[served]]):
            cheapest[served] = route
    kept = [route for route in keep if route]
    others = sorted(set(cheapest.values()) - set(kept), key=lambda route: (2 * costs[route] / len(route), route))
    return kept + others[: _LARGEST_POOL - len(kept)]

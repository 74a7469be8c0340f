"""The best combination of routes out of a pool: every request in exactly one (set partitioning, HiGHS).

The relaxation prices every request; a route whose reduced cost exceeds what is left to gain cannot be part of a
better combination and is dropped before the whole-number search, which is left with few.
"""

from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csc_array

_LARGEST_POOL = 5_000
_LARGEST_CHOICE = 600
_MARGIN = 1e-6


def best_combination(
    costs: Mapping[tuple[int, ...], float],
    current: Collection[tuple[int, ...]],
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
    current
        Routes of the pool that are driven now: always kept in it, so that nothing worse is returned if they
        serve everybody.
    requests
        How many requests there are.
    vehicles
        How many routes may be chosen at most.
    seconds
        Wall time after which the best combination so far is taken, proven or not.

    """
    pool = _pool(costs, current, requests)
    if not pool:
        return None
    prices = np.array([costs[route] for route in pool])
    served = _served(pool, requests)
    limit = csc_array(np.ones((1, len(pool))))
    relaxed = _relaxed(prices, served, limit, vehicles)
    if relaxed is None:
        return None
    reduced, bound = relaxed
    kept = _worth_trying(reduced, _to_beat(costs, current, requests) - bound)
    result = milp(
        prices[kept],
        integrality=np.ones(len(kept)),
        bounds=Bounds(0, 1),
        constraints=[LinearConstraint(served[:, kept], 1, 1), LinearConstraint(limit[:, kept], 0, vehicles)],
        options={"time_limit": seconds},
    )
    if result.x is None:
        return None
    return tuple(pool[index] for index, share in zip(kept, result.x, strict=True) if share > 1 / 2)


def _relaxed(
    prices: NDArray[np.float64], served: csc_array, limit: csc_array, vehicles: int
) -> tuple[NDArray[np.float64], float] | None:
    """Return the reduced costs of the routes and the cost of the best fractions of them, or None if none serve all."""
    everybody = np.ones(served.shape[0])
    relaxed = linprog(prices, A_eq=served, b_eq=everybody, A_ub=limit, b_ub=np.array([vehicles]), bounds=(0, None))
    if relaxed.x is None:
        return None
    return prices - served.T @ relaxed.eqlin.marginals - relaxed.ineqlin.marginals[0], float(relaxed.fun)


def _pool(
    costs: Mapping[tuple[int, ...], float], current: Collection[tuple[int, ...]], requests: int
) -> list[tuple[int, ...]]:
    """Return the cheapest order of each set of requests, as many sets as can be handled."""
    cheapest: dict[frozenset[int], tuple[int, ...]] = {}
    for route, cost in costs.items():
        served = frozenset(node for node in route if node <= requests)
        if served and (served not in cheapest or cost < costs[cheapest[served]]):
            cheapest[served] = route
    kept = [route for route in current if route]
    others = sorted(set(cheapest.values()) - set(kept), key=lambda route: (2 * costs[route] / len(route), route))
    return kept + others[: _LARGEST_POOL - len(kept)]


def _served(pool: list[tuple[int, ...]], requests: int) -> csc_array:
    """Return which request (row) is served by which route (column)."""
    rows = [node - 1 for route in pool for node in route if node <= requests]
    columns = [index for index, route in enumerate(pool) for node in route if node <= requests]
    return csc_array((np.ones(len(rows)), (rows, columns)), shape=(requests, len(pool)))


def _to_beat(costs: Mapping[tuple[int, ...], float], current: Collection[tuple[int, ...]], requests: int) -> float:
    """Return what ``current`` costs if it serves everybody, else infinity."""
    served = sum(node <= requests for route in current for node in route)
    return sum(costs[route] for route in current) if served == requests else float("inf")


def _worth_trying(reduced: NDArray[np.float64], gap: float) -> NDArray[np.intp]:
    """Return the routes that may be part of a better combination, the most promising if there are many."""
    order = np.argsort(reduced, kind="stable")
    within = order[reduced[order] <= gap + _MARGIN]
    return np.sort(within[:_LARGEST_CHOICE])

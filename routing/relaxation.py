"""A quick lower bound of any static day: every place has one before it and one after it (assignment relaxation).

What forbids a leg: windows, the way back from a drop-off to its own pick-up, two parties that do not fit together, a
longest ride that the detour breaks. Weak (some per cent to a third), but always there; `proof` is what is sharp.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from routing.fragments import SLACK, Tables

_NEVER = 1e7


def assignment_bound(tables: Tables) -> float:
    """Return a lower bound on the distance of every legal day, 0 if the relaxation has no solution."""
    n, fleet = tables.n, tables.vehicles
    size = 2 * n + fleet
    costs = np.full((size, size), _NEVER)
    inner = slice(1, 2 * n + 1)
    costs[: 2 * n, : 2 * n] = np.where(_legs(tables), tables.distance[inner, inner], _NEVER)
    costs[2 * n :, :n] = tables.distance[0, 1 : n + 1]
    costs[n : 2 * n, 2 * n :] = tables.distance[n + 1 : 2 * n + 1, tables.end][:, None]
    costs[2 * n :, 2 * n :] = np.where(np.eye(fleet, dtype=bool), 0.0, _NEVER)  # a vehicle that stays in
    rows, columns = linear_sum_assignment(costs)
    total = float(costs[rows, columns].sum())
    return total if total < _NEVER else 0.0


def _legs(tables: Tables) -> NDArray[np.bool_]:
    """Return which legs between pick-ups and drop-offs (0 to 2n - 1) a legal route may have."""
    n, inner = tables.n, slice(1, 2 * tables.n + 1)
    distance, service = tables.distance[inner, inner], tables.service[inner]
    took = service[:, None] + distance
    legs: NDArray[np.bool_] = tables.earliest[inner][:, None] + took <= tables.latest[inner] + SLACK
    up, off = slice(0, n), slice(n, 2 * n)
    load = tables.load[1 : n + 1]
    together = load[:, None] + load <= tables.capacity + SLACK
    own = np.eye(n, dtype=bool)
    longest = tables.longest_ride + SLACK
    after_pickup = (took[up, off] - service[up, None]).T  # [i, j]: from leaving pick-up j to drop-off i
    legs[up, up] &= together & (distance[up, up] + took[up, off].T <= longest)
    legs[up, off] &= own | (together & (distance[up, up].T + took[up, off] <= longest))
    legs[off, off] &= together & (after_pickup + took[off, off] <= longest)
    legs[off, up] &= ~own
    np.fill_diagonal(legs, val=False)
    return legs

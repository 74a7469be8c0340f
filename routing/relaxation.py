"""A quick lower bound of any static day: every place has one before it and one after it (assignment relaxation).

What forbids a leg: windows, the way back from a drop-off to its own pick-up, two parties that do not fit together, a
longest ride that the detour breaks, which takes that no way round is shorter than the direct one. Weak (some per cent
to a third), but always there; `proof` is what is sharp.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from routing.kernels.moments import SLACK
from routing.kernels.tours import Day

_NEVER = 1e7


def assignment_bound(day: Day) -> float:
    """Return a lower bound on the distance of every legal day, 0 if the relaxation has no solution.

    The times of ``day`` keep the triangle inequality; otherwise a legal day may have legs that seem impossible.
    """
    n, fleet = day.n, len(day.kind)
    size = 2 * n + fleet
    costs = np.full((size, size), _NEVER)
    inner = slice(1, 2 * n + 1)
    costs[: 2 * n, : 2 * n] = np.where(_legs(day), day.distance[inner, inner], _NEVER)
    costs[2 * n :, :n] = day.distance[day.start :: 2, 1 : n + 1].min(axis=0)
    costs[n : 2 * n, 2 * n :] = day.distance[n + 1 : 2 * n + 1, day.end :: 2].min(axis=1)[:, None]
    costs[2 * n :, 2 * n :] = np.where(np.eye(fleet, dtype=bool), 0.0, _NEVER)  # a vehicle that stays in
    rows, columns = linear_sum_assignment(costs)
    total = float(costs[rows, columns].sum())
    return total if total < _NEVER else 0.0


def _legs(day: Day) -> NDArray[np.bool_]:
    """Return which legs between pick-ups and drop-offs (0 to 2n - 1) a legal route may have."""
    n, inner = day.n, slice(1, 2 * day.n + 1)
    up, off = slice(0, n), slice(n, 2 * n)
    took = day.took[inner, inner]
    legs: NDArray[np.bool_] = day.earliest[inner][:, None] + took <= day.latest[inner] + SLACK
    load = day.load[1 : n + 1]
    both = load[:, None] + load
    together = np.any(np.all(both[:, :, None] <= day.capacity + SLACK, axis=3), axis=2)
    own = np.eye(n, dtype=bool)
    longest = day.longest[n + 1 : 2 * n + 1] + SLACK  # of the ride that ends at each drop-off
    legs[up, up] &= together & (took[up, up] + took[up, off].T <= longest[:, None])
    legs[up, off] &= own | (together & (took[up, up].T + took[up, off] <= longest))
    legs[off, off] &= together & (took[up, off].T + took[off, off] <= longest)
    legs[off, up] &= ~own
    np.fill_diagonal(legs, val=False)
    return legs

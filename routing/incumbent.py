"""The best day known while a proof looks for a better one."""

from collections.abc import Sequence

import numpy as np

from routing.routes import Route, Routes, once_each

_TINY = 1e-9


class Incumbent:
    """The best routes known, None as long as there are none, and their cost (then infinite)."""

    def __init__(self, routes: Routes, best: tuple[Route, ...] | None) -> None:
        self._routes, self.best = routes, best
        self.cost = sum(map(routes.length, best)) if best is not None else np.inf

    def take_up(self, chosen: Sequence[Route]) -> None:
        """Make the routes, without second rides, the best day if it serves everybody, is legal and costs less."""
        n, length = self._routes.n, self._routes.length
        day = tuple(once_each(chosen, [0] * len(chosen), n, lambda route, _kind: length(route)))
        cost = sum(map(length, day))
        is_whole = sum(map(len, day)) == 2 * n
        if is_whole and cost < self.cost - _TINY and all(map(self._routes.is_feasible, day)):
            self.cost, self.best = cost, day

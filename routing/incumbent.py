"""The best day known while a proof looks for a better one."""

import numpy as np

from routing.routes import Route, Routes

_TINY = 1e-9


class Incumbent:
    """The best routes known, None as long as there are none, and their cost (then infinite)."""

    def __init__(self, routes: Routes, best: tuple[Route, ...] | None) -> None:
        self._routes, self.best = routes, best
        self.cost = sum(map(routes.length, best)) if best is not None else np.inf

    def take_up(self, chosen: list[Route]) -> None:
        """Make the routes, without second visits, the best day if it is legal and costs less."""
        day = self._once_each(chosen)
        cost = sum(map(self._routes.length, day))
        if day and cost < self.cost - _TINY and all(map(self._routes.is_feasible, day)):
            self.cost, self.best = cost, day

    def _once_each(self, chosen: list[Route]) -> tuple[Route, ...]:
        """Return the routes without second visits to the same rider: each stays where leaving it out saves least."""
        n, length = self._routes.n, self._routes.length
        for request in range(1, n + 1):
            without = {
                index: tuple(node for node in route if node not in {request, request + n})
                for index, route in enumerate(chosen)
                if request in route
            }
            if not without:
                return ()  # nobody serves the rider
            keep = min(without, key=lambda index: length(chosen[index]) - length(without[index]))
            for index in without.keys() - {keep}:
                chosen[index] = without[index]
        return tuple(chosen)

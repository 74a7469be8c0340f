"""Visits that were made, held back until the halt they belong to is over."""

from dataclasses import dataclass, replace

from routing.problem import VisitKind

END_OF_TIME_S = 1 << 40


@dataclass(frozen=True)
class Stay:
    """A visit that was made: where, from when to when, and who got on or off at its start.

    No ``kind``: nobody did, the vehicle came by on its way to where it stands by.
    """

    vehicle_id: int
    stop: int
    arrived_s: int
    left_s: int
    ask_id: str = ""
    kind: VisitKind | None = None


class Halts:
    """The visits that each vehicle has made where it is, held back until nobody can join them any more."""

    def __init__(self) -> None:
        self._open: dict[int, list[Stay]] = {}

    def add(self, stay: Stay) -> list[Stay]:
        """Add a visit that was made; return those of the halt that is over by that."""
        last = self._open.get(stay.vehicle_id, [])[-1:]
        joins = any(each.stop == stay.stop and stay.arrived_s < each.left_s for each in last)
        over = [] if joins else self.leave(stay.vehicle_id)
        self._open.setdefault(stay.vehicle_id, []).append(stay)
        return over

    def leave(self, vehicle_id: int) -> list[Stay]:
        """Return the visits of the vehicle's last halt, each until the vehicle left."""
        stays = self._open.pop(vehicle_id, [])
        return [replace(stay, left_s=stays[-1].left_s) for stay in stays]

"""The words of the problem: a dial-a-ride day with promises.

Times are whole seconds of the service day, stops are small integers that index the travel times.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Window(NamedTuple):
    """A span in which a service may start, both ends included."""

    earliest_s: int
    latest_s: int


class Load(NamedTuple):
    """What a party takes up, or a vehicle holds: seats and wheelchair places."""

    seats: int
    wheelchairs: int

    def plus(self, other: "Load") -> "Load":
        """Return both loads together."""
        return Load(self.seats + other.seats, self.wheelchairs + other.wheelchairs)

    def minus(self, other: "Load") -> "Load":
        """Return this load without the other."""
        return Load(self.seats - other.seats, self.wheelchairs - other.wheelchairs)

    def fits(self, capacity: "Load") -> bool:
        """Tell whether this load goes into ``capacity``."""
        return self.seats <= capacity.seats and self.wheelchairs <= capacity.wheelchairs


EMPTY = Load(0, 0)


@dataclass(frozen=True, slots=True)
class Request:
    """One party's ride. Its windows are hard: before a booking the wish, afterwards the promise.

    ``max_ride_s`` binds from the END of service at the pick-up to the START of service at the drop-off
    (Cordeau 2006), waiting included. ``only_vehicle`` names the one vehicle that may serve it: a driver's break.
    """

    id: int
    pickup_stop: int
    dropoff_stop: int
    pickup: Window
    dropoff: Window
    load: Load
    max_ride_s: int
    pickup_service_s: int = 0
    dropoff_service_s: int = 0
    only_vehicle: int | None = None


class VisitKind(StrEnum):
    """What happens at a visit."""

    PICKUP = "pickup"
    DROPOFF = "dropoff"


@dataclass(frozen=True, slots=True)
class Visit:
    """One planned stop of an itinerary, for one party. Neighbours at the same stop are one halt."""

    request: Request
    kind: VisitKind

    @property
    def stop(self) -> int:
        """Return the stop where it takes place."""
        return self.request.pickup_stop if self.kind is VisitKind.PICKUP else self.request.dropoff_stop

    @property
    def window(self) -> Window:
        """Return when its service may start."""
        return self.request.pickup if self.kind is VisitKind.PICKUP else self.request.dropoff

    @property
    def service_s(self) -> int:
        """Return how long the vehicle stands."""
        is_pickup = self.kind is VisitKind.PICKUP
        return self.request.pickup_service_s if is_pickup else self.request.dropoff_service_s


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One vehicle on duty. ``shift`` bounds every movement: not out before, last drop-off not after."""

    id: int
    capacity: Load
    shift: Window
    start_stop: int
    end_stop: int | None = None


class Boarded(NamedTuple):
    """A party already on board, and when its boarding ended."""

    request: Request
    boarded_s: int


@dataclass(frozen=True, slots=True)
class Itinerary:
    """What one vehicle still has to do: visits in order, from where it is and when it can leave.

    ``onboard`` parties have only their drop-off among ``visits``. The first ``frozen`` visits were shown to
    the driver and stay where they are. ``began_s`` is when the last service at ``at_stop`` began, if it is not yet
    over: where services run side by side the next may begin then. None: there is none.
    """

    vehicle: Vehicle
    visits: tuple[Visit, ...]
    at_stop: int
    ready_s: int
    onboard: tuple[Boarded, ...] = ()
    frozen: int = 0
    began_s: int | None = None


Plan = tuple[Itinerary, ...]


class Limit(StrEnum):
    """The limits that can stop a request, worded for people in locales/ (``limit-*``)."""

    PICKUP_WINDOW = "pickup_window"
    DROPOFF_WINDOW = "dropoff_window"
    RIDE_TIME = "ride_time"
    SEATS = "seats"
    WHEELCHAIRS = "wheelchairs"
    SHIFT = "shift"
    OTHER_PROMISE = "other_promise"
    RESERVED = "reserved"
    DRIVER_BREAK = "driver_break"

"""Why nobody can serve a request even if no other were asked: what no search can mend."""

from enum import StrEnum

import numpy as np

from routing.kernels.tours import EPSILON, Day, is_feasible


class Hopeless(StrEnum):
    """What stands against a request by itself."""

    LOAD = "the party is larger than every vehicle"
    RIDE = "the direct ride is longer than the longest ride"
    WINDOWS = "its windows leave no time for the ride"
    OUT = "no vehicle can be there in time"
    BACK = "no vehicle would be back in time"
    DUTY = "the duty would be longer than the longest duty"
    VEHICLE = "each vehicle is too small, there or back too late, or too long on duty"


def hopeless(day: Day) -> dict[int, Hopeless]:
    """Return the requests that no vehicle can serve even alone, and why."""
    return {request: reason for request in range(1, day.n + 1) if (reason := _hopeless(day, request))}


def _hopeless(day: Day, request: int) -> Hopeless | None:
    dropoff = request + day.n
    kinds = range(len(day.capacity))
    starts = [2 * day.n + 1 + 2 * kind for kind in kinds]
    stops = [np.array((start, request, dropoff, start + 1), np.int32) for start in starts]
    if any(is_feasible(day, *tour) for tour in zip(stops, kinds, strict=True)):
        return None
    direct = day.took[request, dropoff]
    late = [day.earliest[start] + day.took[start, request] > day.latest[request] + EPSILON for start in starts]
    back = [_back(day, start, request) > day.latest[start + 1] + EPSILON for start in starts]
    reasons = (
        (Hopeless.LOAD, (day.capacity < day.load[request] - EPSILON).any(axis=1).all()),
        (Hopeless.RIDE, direct > day.longest[dropoff] + EPSILON),
        (Hopeless.WINDOWS, day.earliest[request] > day.latest[request] + EPSILON),
        (Hopeless.WINDOWS, day.earliest[dropoff] > day.latest[dropoff] + EPSILON),
        (Hopeless.OUT, all(late)),
        (Hopeless.BACK, all(back)),
        (Hopeless.DUTY, len(starts) == 1),
    )
    return next((reason for reason, holds in reasons if holds), Hopeless.VEHICLE)


def _back(day: Day, start: int, request: int) -> float:
    """Return when a vehicle that serves only ``request`` is at its end, at the soonest."""
    dropoff = request + day.n
    clock = max(day.earliest[start] + day.took[start, request], day.earliest[request])
    clock = max(clock + day.took[request, dropoff], day.earliest[dropoff])
    return float(clock + day.took[dropoff, start + 1])

"""The cheapest place for one more party, exact over all positions of all vehicles.

Nearly every position is thrown out by a few comparisons (earliest times going forward, latest times coming
backward, loads); what is left is reckoned in full by `timing.reckon`. Nothing is thrown out that would fit.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from routing.cost import DEFAULT, Weights, cost_of
from routing.problem import Itinerary, Plan, Request, Visit, VisitKind
from routing.timing import (
    Outset,
    Schedule,
    Step,
    Times,
    Violation,
    drive_steps,
    latest_starts,
    outset_of,
    overload,
    reckon,
    schedule_of,
    steps_for,
    steps_of,
)
from routing.travel_times import TravelTimes


@dataclass(frozen=True, slots=True)
class Insertion:
    """A party's best place in one vehicle's itinerary: the itinerary with it, its times, what it adds."""

    itinerary: Itinerary
    schedule: Schedule
    added_cost: float
    pickup_s: int
    dropoff_s: int

    @property
    def vehicle_id(self) -> int:
        """Return which vehicle it is."""
        return self.itinerary.vehicle.id


@dataclass(frozen=True, slots=True)
class _Ready:
    """One itinerary with all that throws positions out: reckoned once, used for many requests."""

    itinerary: Itinerary
    outset: Outset
    steps: list[Step]
    cost: float
    driven: Times
    latest_s: list[int]
    loads: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class _Place:
    """A position found: the pick-up goes before visit ``first``, the drop-off before visit ``second``."""

    added_cost: float
    first: int
    second: int
    steps: list[Step]
    times: Times


def insertions(plan: Plan, request: Request, travel: TravelTimes, weights: Weights = DEFAULT) -> list[Insertion]:
    """Return the best place for ``request`` in each vehicle that can take it, cheapest first.

    Empty when nobody can. Nothing is put before or between the frozen visits, no order of other visits changes,
    and every promise is kept. A vehicle that is already breaking a limit takes nobody.
    """
    return _search([_ready(itinerary, travel, weights) for itinerary in plan], request, travel, weights)


def first_feasible(
    plan: Plan, requests: Sequence[Request], travel: TravelTimes, weights: Weights = DEFAULT
) -> tuple[int, Insertion] | None:
    """Return the index of the first of ``requests`` that fits, and its cheapest place; None if none fits.

    The requests are one party under several windows, most wanted first.
    """
    ready = [_ready(itinerary, travel, weights) for itinerary in plan]
    for index, request in enumerate(requests):
        found = _search(ready, request, travel, weights)
        if found:
            return index, found[0]
    return None


def without(itinerary: Itinerary, request_id: int) -> Itinerary:
    """Return ``itinerary`` without that party; the visits that were frozen and remain stay frozen."""
    stays = [visit.request.id != request_id for visit in itinerary.visits]
    return replace(
        itinerary,
        visits=tuple(visit for visit, keep in zip(itinerary.visits, stays, strict=True) if keep),
        onboard=tuple(aboard for aboard in itinerary.onboard if aboard.request.id != request_id),
        frozen=sum(stays[: itinerary.frozen]),
    )


def _ready(itinerary: Itinerary, travel: TravelTimes, weights: Weights) -> _Ready | None:
    """Return ``itinerary`` ready for the search, or None if it breaks a limit as it is."""
    outset, steps = outset_of(itinerary), steps_of(itinerary)
    times = overload(outset, steps) or reckon(outset, steps, travel)
    if isinstance(times, Violation):
        return None
    loads = [(outset.load.seats, outset.load.wheelchairs)]
    for step in steps:
        loads.append((loads[-1][0] + step.seats, loads[-1][1] + step.wheelchairs))
    return _Ready(
        itinerary=itinerary,
        outset=outset,
        steps=steps,
        cost=cost_of(outset, steps, times, travel, weights),
        driven=drive_steps(outset, steps, travel),
        latest_s=latest_starts(outset, steps, travel),
        loads=loads,
    )


def _search(ready: Sequence[_Ready | None], request: Request, travel: TravelTimes, weights: Weights) -> list[Insertion]:
    """Return the best place in each vehicle, cheapest first."""
    found = []
    for vehicle in ready:
        if vehicle is None or not request.load.fits(vehicle.outset.capacity):
            continue
        place = _best_place(vehicle, request, travel, weights)
        if place is not None:
            found.append(_insertion(vehicle, request, place))
    return sorted(found, key=lambda insertion: (insertion.added_cost, insertion.vehicle_id))


def _best_place(ready: _Ready, request: Request, travel: TravelTimes, weights: Weights) -> _Place | None:
    """Return the cheapest position of one vehicle, the earliest of equals."""
    pickup, dropoff = steps_for(request)
    best = None
    for first, second in _candidates(ready, pickup, dropoff, travel):
        steps = [*ready.steps[:first], pickup, *ready.steps[first:second], dropoff, *ready.steps[second:]]
        times = reckon(ready.outset, steps, travel)
        if isinstance(times, Violation):
            continue
        added_cost = cost_of(ready.outset, steps, times, travel, weights) - ready.cost
        if best is None or added_cost < best.added_cost:
            best = _Place(added_cost, first, second, steps, times)
    return best


def _candidates(ready: _Ready, pickup: Step, dropoff: Step, travel: TravelTimes) -> Iterator[tuple[int, int]]:
    """Yield the positions that are not plainly impossible."""
    for first in range(ready.itinerary.frozen, len(ready.steps) + 1):
        stop, left_s = ready.outset.stop, ready.outset.ready_s
        if first:
            if ready.driven.starts_s[first - 1] > pickup.latest_s:
                return
            stop, left_s = ready.steps[first - 1].stop, ready.driven.departs_s[first - 1]
        if stop != pickup.stop:
            left_s += travel.seconds(stop, pickup.stop, left_s)
        start_s = max(left_s, pickup.earliest_s)
        if start_s <= pickup.latest_s and _has_room(ready, pickup, first):
            for second in _dropoffs(ready, (pickup, dropoff), first, start_s, travel):
                yield first, second


def _has_room(ready: _Ready, pickup: Step, position: int) -> bool:
    """Tell whether the party fits in besides those on board just before ``position``."""
    seats, wheelchairs = ready.loads[position]
    capacity = ready.outset.capacity
    return seats + pickup.seats <= capacity.seats and wheelchairs + pickup.wheelchairs <= capacity.wheelchairs


def _dropoffs(
    ready: _Ready, party: tuple[Step, Step], first: int, boarding_s: int, travel: TravelTimes
) -> Iterator[int]:
    """Yield where the drop-off might go for a pick-up before ``first`` that starts at ``boarding_s``.

    Walks on from the pick-up, so every time is a lower bound of what is possible with it.
    """
    pickup, dropoff = party
    seconds, steps = travel.seconds, ready.steps
    stop, left_s = pickup.stop, boarding_s + pickup.service_s
    last_s = min(dropoff.latest_s, pickup.latest_s + pickup.service_s + dropoff.longest_ride_s)
    for second in range(first, len(steps) + 1):
        arrival_s = left_s if stop == dropoff.stop else left_s + seconds(stop, dropoff.stop, left_s)
        start_s = max(arrival_s, dropoff.earliest_s)
        if start_s <= last_s and _goes_on(ready, dropoff, second, start_s + dropoff.service_s, travel):
            yield second
        if second == len(steps):
            return
        step = steps[second]
        arrival_s = left_s if stop == step.stop else left_s + seconds(stop, step.stop, left_s)
        start_s = max(arrival_s, step.earliest_s)
        if start_s > last_s or start_s > step.latest_s or not _has_room(ready, pickup, second + 1):
            return
        stop, left_s = step.stop, start_s + step.service_s


def _goes_on(ready: _Ready, dropoff: Step, second: int, left_s: int, travel: TravelTimes) -> bool:
    """Tell whether a vehicle leaving the drop-off then could keep the windows after it, or its shift."""
    if second == len(ready.steps):
        return ready.outset.home_s(dropoff.stop, left_s, travel) <= ready.outset.shift_end_s
    following = ready.steps[second].stop
    if following != dropoff.stop:
        left_s += travel.seconds(dropoff.stop, following, left_s)
    return left_s <= ready.latest_s[second]


def _insertion(ready: _Ready, request: Request, place: _Place) -> Insertion:
    """Return ``place`` as an itinerary with its schedule."""
    visits = list(ready.itinerary.visits)
    visits.insert(place.second, Visit(request, VisitKind.DROPOFF))
    visits.insert(place.first, Visit(request, VisitKind.PICKUP))
    return Insertion(
        itinerary=replace(ready.itinerary, visits=tuple(visits)),
        schedule=schedule_of(ready.outset, place.steps, place.times),
        added_cost=place.added_cost,
        pickup_s=place.times.starts_s[place.first],
        dropoff_s=place.times.starts_s[place.second + 1],
    )

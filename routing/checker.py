"""Re-checks a plan from outside. Shares no code with `timing`: what one gets wrong the other must find.

`timing` walks an order forward and goes back where a ride is too long. Here every limit is one inequality
between two service starts, and all of them are tightened in rounds (Bellman-Ford) until nothing moves. Visits whose
services run side by side are one halt: nobody begins before who stands before it in the order, and all are over before
the vehicle drives on. Where services add up every visit is a halt by itself.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from routing.problem import Itinerary, Plan, VisitKind
from routing.travel_times import TravelTimes


class _AtLeast(NamedTuple):
    """Service ``later`` starts no sooner than ``bound`` of the start of service ``sooner``."""

    sooner: int
    later: int
    bound: Callable[[int], int]


def check(plan: Plan, travel: TravelTimes) -> list[str]:
    """Return what is wrong with ``plan``, one line each; empty if it can be driven and keeps every promise."""
    faults = _shared_parties(plan)
    for itinerary in plan:
        faults += _order_faults(itinerary) or _load_faults(itinerary) + _time_faults(itinerary, travel)
    return faults


def check_times(itinerary: Itinerary, starts_s: Sequence[int], travel: TravelTimes) -> list[str]:
    """Return what is wrong with the planned service starts, taken literally; empty if they hold."""
    name = f"vehicle {itinerary.vehicle.id}"
    if len(starts_s) != len(itinerary.visits):
        return [f"{name}: {len(itinerary.visits)} visits, but {len(starts_s)} times"]
    order = _order_faults(itinerary)
    if order:
        return order
    starts = list(starts_s)
    faults = _load_faults(itinerary) + _start_faults(itinerary, starts, travel)
    for limit in _limits(itinerary, travel):
        least_s = limit.bound(starts[limit.sooner])
        if starts[limit.later] < least_s:
            what = "is too soon after" if limit.sooner < limit.later else "boards too early for"
            missing_s = least_s - starts[limit.later]
            faults.append(f"{name} visit {limit.later}: {what} visit {limit.sooner} by {missing_s} s")
    return faults + _aboard_faults(itinerary, starts) + _shift_faults(itinerary, starts, travel)


def _start_faults(itinerary: Itinerary, starts: Sequence[int], travel: TravelTimes) -> list[str]:
    """Return the visits that start outside their window, or before the vehicle can be there."""
    name = f"vehicle {itinerary.vehicle.id}"
    return [
        f"{name} visit {index}: starts at {starts[index]}, outside {tuple(visit.window)}"
        for index, visit in enumerate(itinerary.visits)
        if not visit.window.earliest_s <= starts[index] <= visit.window.latest_s
    ] + [
        f"{name} visit {index}: starts at {starts[index]}, cannot be there before {soonest_s}"
        for index, soonest_s in _soonest(itinerary, travel).items()
        if starts[index] < soonest_s
    ]


def _shared_parties(plan: Plan) -> list[str]:
    """Return the parties that more than one vehicle serves, and vehicles planned twice."""
    vehicles = Counter(itinerary.vehicle.id for itinerary in plan)
    served = Counter(party for itinerary in plan for party in {visit.request.id for visit in itinerary.visits})
    return [f"vehicle {vehicle} is planned {times} times" for vehicle, times in vehicles.items() if times > 1] + [
        f"request {party} is served by {times} vehicles" for party, times in served.items() if times > 1
    ]


def _order_faults(itinerary: Itinerary) -> list[str]:
    """Return the parties not served by exactly one pick-up (unless on board) and one drop-off after it."""
    name = f"vehicle {itinerary.vehicle.id}"
    aboard = {boarded.request.id for boarded in itinerary.onboard}
    kinds: dict[int, list[VisitKind]] = {party: [] for party in aboard}
    for visit in itinerary.visits:
        kinds.setdefault(visit.request.id, []).append(visit.kind)
    faults = [
        f"{name}: request {visit.request.id} belongs to vehicle {visit.request.only_vehicle}"
        for visit in itinerary.visits
        if visit.request.only_vehicle not in {None, itinerary.vehicle.id}
    ]
    for party, served in kinds.items():
        wanted = [VisitKind.DROPOFF] if party in aboard else [VisitKind.PICKUP, VisitKind.DROPOFF]
        if served != wanted:
            faults.append(f"{name}: request {party} has {'+'.join(served) or 'nothing'}")
    if not 0 <= itinerary.frozen <= len(itinerary.visits):
        faults.append(f"{name}: {itinerary.frozen} of {len(itinerary.visits)} visits frozen")
    return faults


def _load_faults(itinerary: Itinerary) -> list[str]:
    """Return the pick-ups that find the vehicle too full."""
    capacity = itinerary.vehicle.capacity
    seats = sum(boarded.request.load.seats for boarded in itinerary.onboard)
    wheelchairs = sum(boarded.request.load.wheelchairs for boarded in itinerary.onboard)
    faults = []
    for index, visit in enumerate(itinerary.visits):
        sign = 1 if visit.kind is VisitKind.PICKUP else -1
        seats += sign * visit.request.load.seats
        wheelchairs += sign * visit.request.load.wheelchairs
        if sign > 0 and (seats > capacity.seats or wheelchairs > capacity.wheelchairs):
            faults.append(
                f"vehicle {itinerary.vehicle.id} visit {index}: {seats}+{wheelchairs} on board of {tuple(capacity)}"
            )
    return faults


def _halts(itinerary: Itinerary, travel: TravelTimes) -> list[list[int]]:
    """Return the visits, in order, told apart by the halt at which they are made."""
    halts: list[list[int]] = []
    for index, visit in enumerate(itinerary.visits):
        if travel.side_by_side and index and itinerary.visits[index - 1].stop == visit.stop:
            halts[-1].append(index)
        else:
            halts.append([index])
    return halts


def _soonest(itinerary: Itinerary, travel: TravelTimes) -> dict[int, int]:
    """Return when visits can begin for all that is known of where the vehicle stands: the first of each early halt."""
    if not itinerary.visits:
        return {}
    halts, out_s = _halts(itinerary, travel), itinerary.vehicle.shift.earliest_s
    leave_s = max(itinerary.ready_s, out_s)
    is_there = travel.side_by_side and itinerary.visits[0].stop == itinerary.at_stop
    soonest = {}
    if is_there and itinerary.began_s is not None:
        soonest[0] = max(itinerary.began_s, out_s)
    for halt in halts[: 2 if is_there else 1]:
        goal = itinerary.visits[halt[0]].stop
        soonest.setdefault(halt[0], leave_s + _driving(itinerary.at_stop, goal, leave_s, travel))
    for index, visit in enumerate(itinerary.visits):
        for aboard in itinerary.onboard:
            if travel.side_by_side and aboard.request.id == visit.request.id:
                soonest[index] = max(soonest.get(index, aboard.boarded_s), aboard.boarded_s)
    return soonest


def _driving(origin: int, destination: int, leave_s: int, travel: TravelTimes) -> int:
    """Return the driving time; staying at a stop takes none."""
    return 0 if origin == destination else travel.seconds(origin, destination, leave_s)


def _limits(itinerary: Itinerary, travel: TravelTimes) -> list[_AtLeast]:
    """Return the inequalities between service starts: the driving in between, and the longest rides."""
    visits, halts = itinerary.visits, _halts(itinerary, travel)
    limits = [
        _AtLeast(index, onward[0], _drive_bound(itinerary, index, onward[0], travel))
        for halt, onward in pairwise(halts)
        for index in halt
    ]
    limits += [_AtLeast(sooner, later, _apart_bound(0)) for halt in halts for sooner, later in pairwise(halt)]
    pickups = {visit.request.id: index for index, visit in enumerate(visits) if visit.kind is VisitKind.PICKUP}
    for index, visit in enumerate(visits):
        request = visit.request
        if visit.kind is VisitKind.DROPOFF and request.id in pickups:
            pickup, boards_s = pickups[request.id], request.pickup_service_s
            limits.append(_AtLeast(index, pickup, _apart_bound(-max(0, request.max_ride_s) - boards_s)))
            limits.append(_AtLeast(pickup, index, _apart_bound(boards_s)))
    return limits


def _drive_bound(itinerary: Itinerary, index: int, onward: int, travel: TravelTimes) -> Callable[[int], int]:
    """Return how soon the visit ``onward`` can start that is driven to, as a function of the start at ``index``."""
    here, there = itinerary.visits[index], itinerary.visits[onward]

    def bound(start_s: int) -> int:
        leave_s = start_s + here.service_s
        return leave_s + _driving(here.stop, there.stop, leave_s, travel)

    return bound


def _apart_bound(apart_s: int) -> Callable[[int], int]:
    """Return how soon a visit may start of which only the seconds after another are known."""

    def bound(start_s: int) -> int:
        return start_s + apart_s

    return bound


def _time_faults(itinerary: Itinerary, travel: TravelTimes) -> list[str]:
    """Return why no times exist for the order of visits, empty if some do."""
    if not itinerary.visits:
        return []
    starts = [visit.window.earliest_s for visit in itinerary.visits]
    for index, soonest_s in _soonest(itinerary, travel).items():
        starts[index] = max(starts[index], soonest_s)
    limits = _limits(itinerary, travel)
    moved = True
    while moved:
        moved = False
        for index, visit in enumerate(itinerary.visits):
            if starts[index] > visit.window.latest_s:
                span = f"{visit.window.earliest_s}-{visit.window.latest_s}"
                late = f"visit {index}: not before {starts[index]}, too late for {span}"
                return [f"vehicle {itinerary.vehicle.id} {late}"]
        for limit in limits:
            least_s = limit.bound(starts[limit.sooner])
            if least_s > starts[limit.later]:
                starts[limit.later] = least_s
                moved = True
    return _aboard_faults(itinerary, starts) + _shift_faults(itinerary, starts, travel)


def _aboard_faults(itinerary: Itinerary, starts: Sequence[int]) -> list[str]:
    """Return the parties already on board that ride too long."""
    boarded = {party.request.id: party.boarded_s for party in itinerary.onboard}
    faults = []
    for index, visit in enumerate(itinerary.visits):
        if visit.request.id in boarded:
            ride_s = starts[index] - boarded[visit.request.id]
            longest_s = max(0, visit.request.max_ride_s)
            if ride_s > longest_s:
                faults.append(f"vehicle {itinerary.vehicle.id} visit {index}: rides {ride_s} s of {longest_s} s")
    return faults


def _shift_faults(itinerary: Itinerary, starts: Sequence[int], travel: TravelTimes) -> list[str]:
    """Return whether the vehicle is done, and home if it must be, after its shift."""
    if not itinerary.visits:
        return []
    last, last_halt, vehicle = itinerary.visits[-1], _halts(itinerary, travel)[-1], itinerary.vehicle
    done_s = max(starts[index] + itinerary.visits[index].service_s for index in last_halt)
    if last_halt[0] == 0 and last.stop == itinerary.at_stop:
        done_s = max(done_s, itinerary.ready_s)
    if vehicle.end_stop is not None:
        done_s += _driving(last.stop, vehicle.end_stop, done_s, travel)
    if done_s <= vehicle.shift.latest_s:
        return []
    return [f"vehicle {vehicle.id}: done at {done_s}, the shift ends at {vehicle.shift.latest_s}"]

"""When a vehicle is where, if it makes its visits in this order: the only feasibility code.

Every schedule here is the earliest one: nobody is served later than the order of visits demands. With travel
times that never overtake (first in, first out) the earliest schedule honours the windows if any schedule does;
a ride that is too long pushes its pick-up back by the excess, and the reckoning goes on from there. That is the
least solution of the difference constraints, so the test is exact (routing/README.md names the sources).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from routing.problem import EMPTY, Itinerary, Limit, Load, Request, Visit, VisitKind
from routing.travel_times import TravelTimes

PICKUP = -1  # stands where a drop-off has its longest ride
_WINDOW_LIMITS = {True: Limit.PICKUP_WINDOW, False: Limit.DROPOFF_WINDOW}


@dataclass(frozen=True, slots=True)
class Schedule:
    """The times of an itinerary's visits, and what is on board after each."""

    arrivals_s: tuple[int, ...]
    starts_s: tuple[int, ...]
    departs_s: tuple[int, ...]
    loads: tuple[Load, ...]


class Violation(NamedTuple):
    """The first limit that an order of visits breaks, at which visit, by how many seconds or places."""

    limit: Limit
    position: int
    excess: int


class Step(NamedTuple):
    """A visit in bare numbers, for the inner loops. Seats and wheelchairs are what changes on board."""

    stop: int
    earliest_s: int
    latest_s: int
    service_s: int
    request_id: int
    longest_ride_s: int
    seats: int
    wheelchairs: int


@dataclass(frozen=True, slots=True)
class Outset:
    """Where a vehicle stands before its first visit, with whom, and what it must keep to."""

    stop: int
    ready_s: int
    load: Load
    capacity: Load
    boarded_s: dict[int, int]
    shift_end_s: int
    end_stop: int | None

    def home_s(self, stop: int, depart_s: int, travel: TravelTimes) -> int:
        """Return when the duty is over for a vehicle that leaves its last visit then."""
        if self.end_stop is None or self.end_stop == stop:
            return depart_s
        return depart_s + travel.seconds(stop, self.end_stop, depart_s)


class Times(NamedTuple):
    """Arrival, start of service and departure, visit by visit."""

    arrivals_s: list[int]
    starts_s: list[int]
    departs_s: list[int]


def schedule(itinerary: Itinerary, travel: TravelTimes) -> Schedule | Violation:
    """Return the earliest schedule that keeps every limit, or the first limit broken.

    The limits: windows, seats, wheelchair places, ride times and the shift with the way back to ``end_stop``.
    Parties on board count from ``boarded_s``. A window missed only because a ride limit pushed it is a RIDE_TIME.
    """
    outset, steps = outset_of(itinerary), steps_of(itinerary)
    times = overload(outset, steps) or reckon(outset, steps, travel)
    return times if isinstance(times, Violation) else schedule_of(outset, steps, times)


def drive(itinerary: Itinerary, travel: TravelTimes) -> Schedule:
    """Return what will happen if the order is driven from now on; refuses nothing.

    Waits for the earliest of each window and ignores latest times, ride limits and the end of the shift.
    """
    outset, steps = outset_of(itinerary), steps_of(itinerary)
    return schedule_of(outset, steps, drive_steps(outset, steps, travel))


def lateness(itinerary: Itinerary, schedule: Schedule) -> tuple[int, ...]:
    """Return for each visit how many seconds its service starts past its window, 0 if in time."""
    return tuple(
        max(0, start_s - visit.window.latest_s)
        for visit, start_s in zip(itinerary.visits, schedule.starts_s, strict=True)
    )


def outset_of(itinerary: Itinerary) -> Outset:
    """Return where ``itinerary`` begins: never before its shift."""
    vehicle = itinerary.vehicle
    load = EMPTY
    for aboard in itinerary.onboard:
        load = load.plus(aboard.request.load)
    return Outset(
        stop=itinerary.at_stop,
        ready_s=max(itinerary.ready_s, vehicle.shift.earliest_s),
        load=load,
        capacity=vehicle.capacity,
        boarded_s={aboard.request.id: aboard.boarded_s for aboard in itinerary.onboard},
        shift_end_s=vehicle.shift.latest_s,
        end_stop=vehicle.end_stop,
    )


def steps_of(itinerary: Itinerary) -> list[Step]:
    """Return the visits in bare numbers; raise ValueError if a party is not picked up once and set down once."""
    steps = [step_of(visit) for visit in itinerary.visits]
    aboard = {boarded.request.id for boarded in itinerary.onboard}
    seen = set(aboard)
    for step in steps:
        if step.longest_ride_s == PICKUP:
            if step.request_id in seen:
                raise ValueError(f"request {step.request_id} is picked up twice")
            seen.add(step.request_id)
            aboard.add(step.request_id)
        elif step.request_id in aboard:
            aboard.remove(step.request_id)
        else:
            raise ValueError(f"request {step.request_id} is set down without being on board")
    if aboard:
        raise ValueError(f"request {min(aboard)} is never set down")
    return steps


def step_of(visit: Visit) -> Step:
    """Return one visit in bare numbers."""
    pickup, dropoff = steps_for(visit.request)
    return pickup if visit.kind is VisitKind.PICKUP else dropoff


def steps_for(request: Request) -> tuple[Step, Step]:
    """Return a party's pick-up and drop-off in bare numbers."""
    load = request.load
    up, off = request.pickup, request.dropoff
    return (
        Step(request.pickup_stop, *up, request.pickup_service_s, request.id, PICKUP, load.seats, load.wheelchairs),
        Step(
            request.dropoff_stop,
            *off,
            request.dropoff_service_s,
            request.id,
            max(0, request.max_ride_s),
            -load.seats,
            -load.wheelchairs,
        ),
    )


def overload(outset: Outset, steps: Sequence[Step]) -> Violation | None:
    """Return the first pick-up that finds too little room, or None."""
    seats, wheelchairs = outset.load
    for position, step in enumerate(steps):
        seats += step.seats
        wheelchairs += step.wheelchairs
        if step.longest_ride_s == PICKUP:
            if seats > outset.capacity.seats:
                return Violation(Limit.SEATS, position, seats - outset.capacity.seats)
            if wheelchairs > outset.capacity.wheelchairs:
                return Violation(Limit.WHEELCHAIRS, position, wheelchairs - outset.capacity.wheelchairs)
    return None


def reckon(outset: Outset, steps: Sequence[Step], travel: TravelTimes) -> Times | Violation:
    """Return the earliest times that keep windows, ride limits and the shift, or the first limit broken."""
    seconds = travel.seconds
    times = Times([0] * len(steps), [0] * len(steps), [0] * len(steps))
    boarded_s = dict(outset.boarded_s)
    pickup_at: dict[int, int] = {}
    not_before_s: dict[int, int] = {}
    position = reached = 0
    stop, depart_s = outset.stop, outset.ready_s
    while position < len(steps):
        here, earliest_s, latest_s, service_s, party, longest_ride_s, _, _ = steps[position]
        arrival_s = depart_s if here == stop else depart_s + seconds(stop, here, depart_s)
        start_s = max(arrival_s, earliest_s)
        if longest_ride_s == PICKUP:
            start_s = max(start_s, not_before_s.get(party, start_s))
            pickup_at[party] = position
            boarded_s[party] = start_s + service_s
        elif (excess := start_s - boarded_s[party] - longest_ride_s) > 0:
            if party not in pickup_at:
                return Violation(Limit.RIDE_TIME, position, excess)
            reached = max(reached, position + 1)
            position = pickup_at[party]
            not_before_s[party] = times.starts_s[position] + excess
            stop, depart_s = _before(outset, steps, times, position)
            continue
        if start_s > latest_s:
            limit = Limit.RIDE_TIME if position < reached else _WINDOW_LIMITS[longest_ride_s == PICKUP]
            return Violation(limit, position, start_s - latest_s)
        stop, depart_s = here, start_s + service_s
        times.arrivals_s[position], times.starts_s[position], times.departs_s[position] = (
            arrival_s,
            start_s,
            depart_s,
        )
        position += 1
    home_s = outset.home_s(stop, depart_s, travel)
    if steps and home_s > outset.shift_end_s:
        return Violation(Limit.SHIFT, len(steps) - 1, home_s - outset.shift_end_s)
    return times


def drive_steps(outset: Outset, steps: Sequence[Step], travel: TravelTimes) -> Times:
    """Return the times if the order is simply driven, whatever it breaks."""
    seconds = travel.seconds
    times = Times([], [], [])
    stop, depart_s = outset.stop, outset.ready_s
    for step in steps:
        arrival_s = depart_s if step.stop == stop else depart_s + seconds(stop, step.stop, depart_s)
        start_s = max(arrival_s, step.earliest_s)
        stop, depart_s = step.stop, start_s + step.service_s
        times.arrivals_s.append(arrival_s)
        times.starts_s.append(start_s)
        times.departs_s.append(depart_s)
    return times


def latest_starts(outset: Outset, steps: Sequence[Step], travel: TravelTimes) -> list[int]:
    """Return for each visit how late its service may start for the rest to keep windows and shift.

    Ride limits are left out, so a later start is impossible and an earlier one not yet proven possible.
    """
    latest_s = [0] * len(steps)
    limit_s, onward = outset.shift_end_s, outset.end_stop
    for position in range(len(steps) - 1, -1, -1):
        step = steps[position]
        depart_s = limit_s if onward is None else latest_departure(travel, step.stop, onward, limit_s)
        latest_s[position] = limit_s = min(step.latest_s, depart_s - step.service_s)
        onward = step.stop
    return latest_s


def latest_departure(travel: TravelTimes, origin: int, destination: int, arrive_s: int) -> int:
    """Return the latest departure that arrives by ``arrive_s``."""
    if origin == destination:
        return arrive_s
    seconds = travel.seconds
    low = arrive_s - seconds(origin, destination, arrive_s)
    if low + seconds(origin, destination, low) == arrive_s < low + 1 + seconds(origin, destination, low + 1):
        return low  # the same speed at both ends, as nearly always
    span = 1
    while low + seconds(origin, destination, low) > arrive_s:
        low -= span
        span *= 2
    high = arrive_s + 1
    while high - low > 1:
        middle = (low + high) // 2
        if middle + seconds(origin, destination, middle) <= arrive_s:
            low = middle
        else:
            high = middle
    return low


def schedule_of(outset: Outset, steps: Sequence[Step], times: Times) -> Schedule:
    """Return ``times`` with the loads, as a value."""
    loads = []
    load = outset.load
    for step in steps:
        load = load.plus(Load(step.seats, step.wheelchairs))
        loads.append(load)
    return Schedule(tuple(times.arrivals_s), tuple(times.starts_s), tuple(times.departs_s), tuple(loads))


def _before(outset: Outset, steps: Sequence[Step], times: Times, position: int) -> tuple[int, int]:
    """Return where the vehicle was, and when it left, before the visit at ``position``."""
    if position == 0:
        return outset.stop, outset.ready_s
    return steps[position - 1].stop, times.departs_s[position - 1]

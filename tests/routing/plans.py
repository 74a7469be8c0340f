"""Small random days that touch their limits: tight windows, tight rides, few seats."""

from dataclasses import dataclass
from itertools import pairwise

from hypothesis import strategies as st

from routing.insertion import insertions
from routing.problem import Boarded, Itinerary, Load, Plan, Request, Vehicle, Visit, VisitKind, Window
from routing.travel_times import Matrix

STOPS = 5


def make_request(
    party=1,
    origin=0,
    destination=1,
    pickup=(0, 10_000),
    dropoff=(0, 10_000),
    load=(1, 0),
    max_ride_s=10_000,
    service_s=0,
):
    return Request(
        id=party,
        pickup_stop=origin,
        dropoff_stop=destination,
        pickup=Window(*pickup),
        dropoff=Window(*dropoff),
        load=Load(*load),
        max_ride_s=max_ride_s,
        pickup_service_s=service_s,
        dropoff_service_s=service_s,
    )


def make_vehicle(number=1, capacity=(4, 1), shift=(0, 10_000), start_stop=0, end_stop=None):
    return Vehicle(number, Load(*capacity), Window(*shift), start_stop, end_stop)


def make_itinerary(*visits, vehicle=None, at_stop=None, ready_s=0, onboard=(), frozen=0, began_s=None):
    vehicle = vehicle or make_vehicle()
    stop = vehicle.start_stop if at_stop is None else at_stop
    return Itinerary(vehicle, tuple(visits), stop, ready_s, onboard, frozen, began_s)


def up(request):
    return Visit(request, VisitKind.PICKUP)


def off(request):
    return Visit(request, VisitKind.DROPOFF)


@st.composite
def matrices(draw):
    """Any driving times, triangle inequality or not, in one band or in three short ones; services of either rule."""
    side_by_side = draw(st.booleans())
    rows = st.lists(st.lists(st.integers(0, 30), min_size=STOPS, max_size=STOPS), min_size=STOPS, max_size=STOPS)
    if draw(st.booleans()):
        return Matrix.single(draw(rows), side_by_side=side_by_side)
    starts = sorted(draw(st.sets(st.integers(1, 120), min_size=2, max_size=2)))
    return Matrix((0, *starts), tuple(draw(rows) for _ in range(3)), side_by_side=side_by_side)


@st.composite
def requests(draw, party, slack_s=40):
    origin = draw(st.integers(0, STOPS - 1))
    destination = draw(st.integers(0, STOPS - 1))
    earliest_s = draw(st.integers(0, 90))
    dropoff_s = earliest_s + draw(st.integers(0, 40))
    return make_request(
        party,
        origin,
        destination,
        (earliest_s, earliest_s + draw(st.integers(0, slack_s))),
        (dropoff_s, dropoff_s + draw(st.integers(0, slack_s + 20))),
        (draw(st.integers(0, 2)), draw(st.integers(0, 1))),
        draw(st.integers(5, slack_s + 20)),
        draw(st.sampled_from((0, 1, 3, 15))),
    )


@st.composite
def orders(draw, parties=3):
    """Any itinerary at all: a random order of random visits, possible or not."""
    count = draw(st.integers(1, parties))
    slack_s = draw(st.sampled_from((40, 200)))
    wanted = [draw(requests(party, slack_s)) for party in range(count)]
    aboard = wanted[: draw(st.integers(0, 1))]
    slots = draw(st.permutations([party for party in range(count) for _ in range(1 if party < len(aboard) else 2)]))
    seen = {request.id for request in aboard}
    visits = []
    for party in slots:
        visits.append((off if party in seen else up)(wanted[party]))
        seen.add(party)
    ready_s = draw(st.integers(0, 30))
    return make_itinerary(
        *visits,
        vehicle=draw(vehicles(0)),
        at_stop=draw(st.integers(0, STOPS - 1)),
        ready_s=ready_s,
        onboard=tuple(Boarded(request, ready_s - draw(st.integers(0, 20))) for request in aboard),
        began_s=draw(st.none() | st.integers(ready_s - 20, ready_s)),
    )


@st.composite
def vehicles(draw, number):
    start_s = draw(st.integers(0, 20))
    return make_vehicle(
        number,
        (draw(st.integers(1, 3)), draw(st.integers(0, 1))),
        (start_s, start_s + draw(st.integers(60, 250))),
        draw(st.integers(0, STOPS - 1)),
        draw(st.none() | st.integers(0, STOPS - 1)),
    )


@dataclass(frozen=True)
class Day:
    plan: Plan
    travel: Matrix
    request: Request


@st.composite
def days(draw, parties=4, slack_s=40):
    """A plan that keeps every promise, its first visits frozen, and one more party that asks."""
    travel = draw(matrices())
    plan = tuple(make_itinerary(vehicle=draw(vehicles(number))) for number in range(draw(st.integers(1, 2))))
    for party in range(1, parties + 1):
        for found in insertions(plan, draw(requests(party, slack_s)), travel)[:1]:
            plan = tuple(
                found.itinerary if itinerary.vehicle.id == found.vehicle_id else itinerary for itinerary in plan
            )
    frozen = draw(st.integers(0, 2))
    plan = tuple(
        Itinerary(one.vehicle, one.visits, one.at_stop, one.ready_s, one.onboard, min(frozen, len(one.visits)))
        for one in plan
    )
    return Day(plan, travel, draw(requests(parties + 1, slack_s)))


def is_subsequence_kept(before, after):
    """Tell whether the visits of ``before`` stand in ``after`` in the same order."""
    places = [after.index(visit) for visit in before]
    return all(first < second for first, second in pairwise(places))

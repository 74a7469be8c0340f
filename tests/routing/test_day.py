from dataclasses import replace
from itertools import combinations, pairwise, permutations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.alone import Hopeless
from routing.checker import check
from routing.clock import Clock
from routing.day import plan_day
from routing.day_bound import Patience, bound_day
from routing.mixed_day import MixedDay, Orders
from routing.paths import Planned
from routing.problem import Itinerary
from routing.timing import Schedule, schedule
from routing.travel_times import Matrix
from tests.routing.plans import STOPS, make_request, make_vehicle, matrices, off, requests, up, vehicles

LINE = Matrix.single([[60 * abs(here - there) for there in range(5)] for here in range(5)])


def planned(fleet, wanted, *, travel=LINE, turns=300, **orders):
    """Return the plan of a day on stops in a line, a minute apart; checked from outside."""
    plan = plan_day(fleet, wanted, travel, seconds=5.0, seed=1, turns=turns, orders=Orders(**orders))
    assert check(plan.plan, travel) == []
    served = {visit.request.id for itinerary in plan.plan for visit in itinerary.visits}
    assert sorted([*served, *plan.declined]) == sorted(request.id for request in wanted)
    assert [itinerary.vehicle for itinerary in plan.plan] == list(fleet)
    assert 0 <= plan.least_driving_s <= plan.driving_s
    return plan


def served_by(plan):
    return {itinerary.vehicle.id: sorted({visit.request.id for visit in itinerary.visits}) for itinerary in plan.plan}


@st.composite
def mixed_days(draw):
    travel = draw(matrices())
    fleet = [draw(vehicles(number)) for number in range(draw(st.integers(0, 3)))]
    wanted = [draw(requests(party, draw(st.sampled_from((0, 40, 200))))) for party in range(draw(st.integers(0, 6)))]
    duties = {number: float(draw(st.integers(10, 300))) for number in range(len(fleet)) if draw(st.booleans())}
    return travel, fleet, wanted, duties


@given(mixed_days())
def test_whatever_is_planned_can_be_driven(day):
    travel, fleet, wanted, duties = day

    plan = planned(fleet, wanted, travel=travel, turns=30, longest_duties_s=duties)

    assert set(plan.impossible) <= set(plan.declined)


def legal_tours(vehicle, wanted, travel):
    """Return the least driving of ``vehicle`` for each set of requests it can serve, by trying every order."""
    least = {}
    for count in range(len(wanted) + 1):
        for some in combinations(wanted, count):
            for order in permutations([visit for request in some for visit in (up(request), off(request))]):
                tour = Itinerary(vehicle, order, vehicle.start_stop, vehicle.shift.earliest_s)
                is_in_order = all(order.index(up(each)) < order.index(off(each)) for each in some)
                if is_in_order and isinstance(schedule(tour, travel), Schedule):
                    home = () if not order or vehicle.end_stop is None else (vehicle.end_stop,)
                    legs = pairwise((vehicle.start_stop, *(visit.stop for visit in order), *home))
                    driving_s = sum(travel.seconds(*leg, 0) for leg in legs if leg[0] != leg[1])
                    served = frozenset(request.id for request in some)
                    least[served] = min(driving_s, least.get(served, np.inf))
    return least


@st.composite
def small_days(draw):
    rows = st.lists(st.lists(st.integers(0, 30), min_size=STOPS, max_size=STOPS), min_size=STOPS, max_size=STOPS)
    travel = Matrix.single(draw(rows), side_by_side=draw(st.booleans()))
    fleet = [draw(vehicles(number)) for number in range(draw(st.integers(1, 2)))]
    return travel, fleet, [draw(requests(party, 40)) for party in range(draw(st.integers(1, 3)))]


def best_plan(fleet, wanted, travel, weights):
    """Return the least that is declined, and the least driving then."""
    everything, plans = sum(weights.values()), []
    for chosen in product(*(legal_tours(vehicle, wanted, travel).items() for vehicle in fleet)):
        served = [party for parties, _ in chosen for party in parties]
        if len(served) == len(set(served)):
            declined = everything - sum(weights[party] for party in served)
            plans.append((declined, sum(driving_s for _, driving_s in chosen)))
    return min(plans)


@pytest.mark.parametrize("most_events", [10**5, 20, 0])
@given(small_days())
def test_no_plan_beats_what_is_said_of_all_plans(most_events, given_day):
    travel, fleet, wanted = given_day
    weights = {request.id: 1.0 + request.id / 2 for request in wanted}
    declined, driving_s = best_plan(fleet, wanted, travel, weights)
    day = MixedDay(fleet, wanted, travel, Orders(priorities=weights))
    tables = day.tables(relaxed=True)

    patience = Patience(most_events, 3)
    fewer = bound_day(tables, day.priorities(), Planned((), declined + 1, np.inf), Clock.of(60), patience)
    least = bound_day(tables, day.priorities(), Planned((), declined, np.inf), Clock.of(60), patience)

    assert fewer.declined <= declined + 1e-6
    assert least.driving <= driving_s + 1e-6


def least_said_to_be_declined(fleet, wanted, travel):
    """Return how many must be declined at least, whatever a plan may be like."""
    day = MixedDay(fleet, wanted, travel, Orders())
    everything = Planned((), float(len(wanted)), np.inf)
    return bound_day(day.tables(relaxed=True), day.priorities(), everything, Clock.of(60)).declined


def test_what_services_side_by_side_make_possible_is_not_ruled_out():
    both = [make_request(party, 1, 3, (300, 300), (480, 480), service_s=60) for party in (1, 2)]
    beside = Matrix.single([[60 * abs(here - there) for there in range(5)] for here in range(5)], side_by_side=True)

    assert least_said_to_be_declined([make_vehicle()], both, beside) == 0
    assert least_said_to_be_declined([make_vehicle()], both, LINE) == 1


def test_a_way_round_that_is_quicker_is_not_ruled_out():
    """From stop 0 to 2 it takes ten minutes, by way of stop 1, where another party gets on and off, two."""
    travel = Matrix.single([[0, 60, 600], [60, 0, 60], [600, 60, 0]])
    wanted = [make_request(1, 0, 2, (600, 600), (720, 720)), make_request(2, 1, 2, (660, 660), (720, 720))]
    declined, _ = best_plan([make_vehicle()], wanted, travel, {1: 1.0, 2: 1.0})

    assert least_said_to_be_declined([make_vehicle()], wanted, travel) == declined == 0


def test_who_has_no_weight_may_be_left_out_and_nothing_is_driven_then():
    wanted = [make_request(1, 1, 2, (60, 900))]
    day = MixedDay([make_vehicle()], wanted, LINE, Orders(priorities={1: 0.0}))

    bound = bound_day(day.tables(relaxed=True), day.priorities(), Planned((), 0.0, np.inf), Clock.of(60))

    assert bound.driving == 0


def test_what_is_said_of_a_day_too_dense_holds_where_those_left_out_make_the_way_shorter():
    """From stop 0 to 2 it takes ten minutes, by way of stop 1, where the party left out gets on, two."""
    travel = Matrix.single([[0, 60, 600], [60, 0, 60], [600, 60, 0]])
    wanted = [make_request(1, 1, 2, (60, 900)), make_request(2, 2, 1, (100, 900))]
    day = MixedDay([make_vehicle()], wanted, travel, Orders())
    _, driving_s = best_plan([make_vehicle()], wanted, travel, {1: 1.0, 2: 1.0})

    bound = bound_day(
        day.tables(relaxed=True), day.priorities(), Planned((), 0.0, np.inf), Clock.of(60), Patience(2, 3)
    )

    assert bound.driving == driving_s == 180


def fewest_minutes(vehicle, wanted):
    """Return the least driving that serves everybody with one vehicle, by trying every order."""
    visits = [visit for request in wanted for visit in (up(request), off(request))]
    costs = []
    for order in permutations(visits):
        itinerary = Itinerary(vehicle, order, vehicle.start_stop, vehicle.shift.earliest_s)
        if all(order.index(up(each)) < order.index(off(each)) for each in wanted) and isinstance(
            schedule(itinerary, LINE), Schedule
        ):
            stops = [vehicle.start_stop, *(visit.stop for visit in order)]
            costs.append(sum(LINE.seconds(here, there, 0) for here, there in pairwise(stops)))
    return min(costs)


def test_one_vehicle_drives_the_least():
    rides = [(0, 3), (3, 1), (2, 4)]
    wanted = [make_request(party, *ride, service_s=30) for party, ride in enumerate(rides)]
    vehicle = make_vehicle()

    assert planned([vehicle], wanted).driving_s == fewest_minutes(vehicle, wanted)


def test_the_more_important_is_served_where_both_cannot_be():
    both = [make_request(party, party, party + 2, (600, 600), max_ride_s=120) for party in (1, 2)]

    assert planned([make_vehicle()], both, priorities={2: 1.5}).declined == (1,)
    assert planned([make_vehicle()], both, priorities={1: 1.5}).declined == (2,)
    assert planned([make_vehicle()], both, priorities={1: 50.0}, promised={2}).declined == (1,)


@pytest.mark.parametrize("priority", [1.0, 0.3, 0.01])
def test_a_party_of_little_weight_is_declined_for_no_saving_of_time(priority):
    far = Matrix.single([[0, 1_000, 1_000], [1_000, 0, 1_000], [1_000, 1_000, 0]])
    wanted = [make_request(1, 1, 2), make_request(2, 0, 0)]

    plan = planned([make_vehicle(end_stop=0)], wanted, travel=far, priorities={1: priority})

    assert (plan.declined, plan.driving_s, plan.proven) == ((), 3_000, True)


@pytest.mark.parametrize("priorities", [{1: 0.0}, {1: 0.0, 2: 0.1, 3: 0.1}, {1: 0.0, 2: 9.0}])
def test_a_promise_weighs_more_than_all_others_even_if_it_weighs_nothing_itself(priorities):
    wanted = [make_request(party, 0, 4, (600, 600), load=(4 if party == 1 else 2, 0)) for party in (1, 2, 3)]
    weights = MixedDay([], wanted, LINE, Orders(priorities=priorities, promised={1})).priorities()

    plan = planned([make_vehicle()], wanted, priorities=priorities, promised={1})

    assert weights[0] > weights[1] + weights[2]
    assert (plan.declined, plan.proven) == ((2, 3), True)


def test_one_important_party_gives_way_to_two_that_weigh_more():
    long = make_request(1, 0, 4, (600, 600), load=(4, 0))
    short = [make_request(2, 0, 1, (600, 600)), make_request(3, 2, 4, (720, 720))]

    assert planned([make_vehicle()], [long, *short], priorities={1: 1.5}).declined == (1,)
    assert planned([make_vehicle()], [long, *short], priorities={1: 2.5}).declined == (2, 3)


def test_each_vehicle_carries_whom_it_can():
    fleet = [
        make_vehicle(1, capacity=(2, 0)),
        make_vehicle(2, capacity=(8, 0), shift=(2_000, 3_000)),
        make_vehicle(3, capacity=(2, 2), shift=(0, 1_500)),
    ]
    wanted = [
        make_request(10, load=(5, 0)),
        make_request(11, load=(0, 2)),
        make_request(12, pickup=(0, 0)),
        make_request(13, pickup=(0, 1_000), load=(5, 0)),
        make_request(14, pickup=(2_000, 3_000), load=(0, 1)),
        make_request(15, load=(9, 0)),
    ]

    plan = planned(fleet, wanted)

    assert served_by(plan)[2] == [10]
    assert 11 in served_by(plan)[3]
    assert plan.declined == (13, 14, 15)
    assert plan.impossible == {13: Hopeless.VEHICLE, 14: Hopeless.VEHICLE, 15: Hopeless.LOAD}


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        pytest.param(make_request(1, 0, 4, max_ride_s=239), Hopeless.RIDE, id="ride"),
        pytest.param(make_request(1, 0, 4, (600, 700), (610, 839)), Hopeless.WINDOWS, id="windows"),
        pytest.param(make_request(1, 4, 0, (0, 239)), Hopeless.OUT, id="out"),
        pytest.param(make_request(1, 0, 4, (9_770, 9_990), (9_770, 20_000)), Hopeless.BACK, id="back"),
        pytest.param(make_request(1, 0, 4), Hopeless.DUTY, id="duty"),
    ],
)
def test_what_is_impossible_is_said(request_, reason):
    plan = planned([make_vehicle()], [request_], longest_duties_s={1: 239.0})

    assert plan.impossible == {1: reason}


def test_a_duty_begins_late_enough():
    wanted = [make_request(1, 0, 4, (600, 600))]

    assert planned([make_vehicle()], wanted, longest_duties_s={1: 240.0}).declined == ()
    assert planned([make_vehicle(end_stop=0)], wanted, longest_duties_s={1: 479.0}).declined == (1,)
    assert planned([make_vehicle(end_stop=0)], wanted, longest_duties_s={1: 480.0}).declined == ()


def test_a_driver_gets_the_break():
    fleet = [make_vehicle(1), make_vehicle(2)]
    rest = replace(
        make_request(9, 2, 2, (600, 900), (600, 2_700), load=(4, 1), max_ride_s=0),
        pickup_service_s=1_800,
        only_vehicle=2,
    )
    wanted = [make_request(party, party, 0, (800, 800), load=(4, 0), max_ride_s=300) for party in (1, 2)]

    plan = planned(fleet, [*wanted, rest], priorities={1: 99.0, 2: 99.0})

    assert 9 in served_by(plan)[2]
    assert len(plan.declined) == 1


def test_a_day_without_requests_or_vehicles_is_planned():
    assert planned([make_vehicle()], []).driving_s == 0
    assert planned([], [make_request(1)]).declined == (1,)
    assert planned([], [make_request(1)]).proven


def test_a_vehicle_that_goes_home_as_it_comes_can_still_serve_whom_it_finds():
    there = make_request(1, 0, 0, (600, 600), (600, 600))

    plan = planned([make_vehicle(shift=(600, 600), end_stop=0)], [there, make_request(2, 0, 1, (600, 600))])

    assert (plan.declined, plan.driving_s) == ((2,), 0)


def test_where_one_vehicle_is_too_few_it_is_said_how_many_must_be_declined():
    at_once = [make_request(party, 0, 4, (600, 600), load=(4, 0)) for party in range(1, 5)]
    one, two = make_vehicle(1), make_vehicle(2)

    assert planned([one], at_once).least_declined == 3
    assert planned([one, two], at_once).least_declined == 2
    assert planned([one], [*at_once, make_request(5, load=(9, 0))], priorities={5: 7.0}).least_declined == 10
    assert planned([one, two], at_once, priorities={1: 5.0, 2: 3.0}).proven


def test_where_services_run_side_by_side_a_second_party_takes_no_time():
    both = [make_request(party, 1, 3, (300, 300), (480, 480), service_s=60) for party in (1, 2)]

    assert len(planned([make_vehicle()], both).declined) == 1
    beside = Matrix.single([[60 * abs(here - there) for there in range(5)] for here in range(5)], side_by_side=True)
    assert planned([make_vehicle()], both, travel=beside).proven


@pytest.mark.parametrize(
    ("fleet", "wanted", "reason"),
    [
        ([make_vehicle(1), make_vehicle(1)], [], "two vehicles"),
        ([make_vehicle(1)], [make_request(1), make_request(1)], "two requests"),
        ([make_vehicle(1, shift=(600, 599))], [], "vehicle 1: its shift ends before it starts"),
    ],
)
def test_a_day_that_makes_no_sense_is_refused(fleet, wanted, reason):
    with pytest.raises(ValueError, match=reason):
        plan_day(fleet, wanted, LINE, seconds=1.0, seed=1)

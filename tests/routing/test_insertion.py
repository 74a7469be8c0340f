from itertools import combinations_with_replacement

import pytest
from hypothesis import given, settings

from routing.checker import check
from routing.cost import DEFAULT, cost
from routing.explain import VehicleReason, explain
from routing.insertion import first_feasible, insertions, without
from routing.problem import Boarded, Limit
from routing.timing import Violation, schedule
from routing.travel_times import Matrix

from .plans import days, is_subsequence_kept, make_itinerary, make_request, make_vehicle, off, up

LINE = Matrix.single([[abs(a - b) * 100 for b in range(5)] for a in range(5)])


def brute_force(itinerary, request, travel):
    """Return the cheapest cost over every pair of positions after the frozen visits, None if none is legal."""
    before = cost(itinerary, schedule(itinerary, travel), travel, DEFAULT)
    costs = []
    spots = range(itinerary.frozen, len(itinerary.visits) + 1)
    for first, second in combinations_with_replacement(spots, 2):
        visits = list(itinerary.visits)
        visits.insert(second, off(request))
        visits.insert(first, up(request))
        tried = make_itinerary(*visits, vehicle=itinerary.vehicle, at_stop=itinerary.at_stop, ready_s=itinerary.ready_s)
        times = schedule(tried, travel)
        if not isinstance(times, Violation):
            costs.append(cost(tried, times, travel, DEFAULT) - before)
    return min(costs, default=None)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(days())
def test_the_best_place_is_the_best_of_all_places(day):
    found = {insertion.vehicle_id: insertion for insertion in insertions(day.plan, day.request, day.travel)}

    for itinerary in day.plan:
        best = brute_force(itinerary, day.request, day.travel)
        insertion = found.get(itinerary.vehicle.id)
        assert (insertion is None) == (best is None)
        if insertion is not None:
            assert abs(insertion.added_cost - best) < 1e-6


@pytest.mark.parametrize(
    "travel",
    [
        pytest.param(LINE, id="services add up"),
        pytest.param(Matrix.single(LINE.bands[0], side_by_side=True), id="side by side"),
        pytest.param(Matrix((0, 300, 600), [LINE.bands[0] * pace for pace in (2, 1, 3)]), id="three bands"),
    ],
)
def test_no_place_makes_a_ride_too_long_and_wide_windows_are_no_matter(travel):
    forever = (0, 10**12)
    others = [make_request(party, 1, 3, forever, forever, max_ride_s=10**12, service_s=30) for party in (2, 3, 4)]
    visits = [visit(other) for visit in (up, off) for other in others]
    plan = (make_itinerary(*visits, vehicle=make_vehicle(shift=forever)),)

    def asked(longest_s):
        return make_request(1, 0, 4, forever, forever, max_ride_s=longest_s)

    assert insertions(plan, asked(400), travel) != []
    assert insertions(plan, asked(399), travel) == []


@settings(max_examples=100, deadline=None, derandomize=True)
@given(days())
def test_a_party_put_in_breaks_nobodys_promise_and_moves_no_frozen_visit(day):
    for insertion in insertions(day.plan, day.request, day.travel):
        before = next(one for one in day.plan if one.vehicle.id == insertion.vehicle_id)

        after = insertion.itinerary

        assert check((after,), day.travel) == []
        assert schedule(after, day.travel) == insertion.schedule
        assert after.visits[: after.frozen] == before.visits[: before.frozen]
        assert is_subsequence_kept(before.visits, after.visits)
        assert without(after, day.request.id) == before
        places = {visit.kind: index for index, visit in enumerate(after.visits) if visit.request == day.request}
        assert [insertion.schedule.starts_s[index] for index in sorted(places.values())] == [
            insertion.pickup_s,
            insertion.dropoff_s,
        ]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(days())
def test_each_vehicle_either_takes_the_party_or_says_why_not(day):
    takes = {insertion.vehicle_id for insertion in insertions(day.plan, day.request, day.travel)}

    refuses = {reason.vehicle_id for reason in explain(day.plan, day.request, day.travel)}

    assert takes | refuses == {one.vehicle.id for one in day.plan}
    assert takes & refuses == set()


def test_the_nearer_vehicle_comes_first():
    near, far = make_vehicle(2, start_stop=1), make_vehicle(1, start_stop=4)
    plan = (make_itinerary(vehicle=far), make_itinerary(vehicle=near))

    found = insertions(plan, make_request(9, 0, 2), LINE)

    assert [insertion.vehicle_id for insertion in found] == [2, 1]
    assert found[0].pickup_s == 100
    assert found[0].dropoff_s == 300


def test_the_first_wish_that_fits_wins_even_if_a_later_one_is_cheaper():
    plan = (make_itinerary(),)
    wishes = [make_request(1, 1, 2, pickup=(0, latest_s)) for latest_s in (50, 99, 100, 5_000)]

    index, insertion = first_feasible(plan, wishes, LINE)

    assert (index, insertion.pickup_s) == (2, 100)
    assert first_feasible(plan, wishes[:2], LINE) is None


def test_a_vehicle_that_is_already_late_takes_nobody():
    late = make_request(1, 1, 2, pickup=(0, 50))

    assert insertions((make_itinerary(up(late), off(late)),), make_request(2, 1, 2), LINE) == []


def test_a_plan_that_became_another_is_asked_as_it_is_now():
    taken, asks = make_request(1, 0, 4, (0, 0), load=(4, 0)), make_request(2, 0, 4, (0, 0))
    free, full = make_itinerary(), make_itinerary(up(taken), off(taken))

    assert [bool(insertions((each,), asks, LINE)) for each in (free, full, free)] == [True, False, True]
    assert insertions((free,), asks, LINE, DEFAULT._replace(delay=9.0))[0].added_cost == 400 * 1.3
    assert insertions((free,), asks, Matrix.single([[0] * 5] * 5))[0].dropoff_s == 0


def test_a_cancelled_party_leaves_the_rest_as_it_was():
    first, second, aboard = make_request(1), make_request(2), make_request(3)
    itinerary = make_itinerary(
        up(first), off(aboard), up(second), off(first), off(second), onboard=(Boarded(aboard, 0),), frozen=2
    )

    left = without(itinerary, 1)

    assert left.visits == (off(aboard), up(second), off(second))
    assert left.frozen == 1
    assert left.onboard == (Boarded(aboard, 0),)
    assert without(itinerary, 3).onboard == ()
    assert without(itinerary, 99) == itinerary


def reason(itinerary, request):
    return explain((itinerary,), request, LINE)


def test_each_limit_is_named_for_what_it_is():
    promised = make_request(1, 0, 4, pickup=(0, 0), dropoff=(400, 400), load=(3, 1))
    busy = make_itinerary(up(promised), off(promised), vehicle=make_vehicle(shift=(0, 1_000)))
    cases = {
        Limit.SEATS: [
            make_request(2, 1, 2, load=(5, 0)),
            make_request(2, 1, 2, pickup=(100, 110), load=(2, 0)),
            make_request(2, 1, 2, pickup=(100, 110), load=(2, 1)),
        ],
        Limit.WHEELCHAIRS: [
            make_request(2, 1, 2, load=(0, 2)),
            make_request(2, 1, 2, pickup=(100, 110), load=(0, 1)),
        ],
        Limit.SHIFT: [
            make_request(2, 1, 2, pickup=(-500, -1), dropoff=(0, 900)),
            make_request(2, 1, 2, pickup=(901, 990), dropoff=(901, 1_500)),
        ],
        Limit.PICKUP_WINDOW: [make_request(2, 1, 2, pickup=(0, 99))],
        Limit.DROPOFF_WINDOW: [make_request(2, 1, 2, dropoff=(0, 199))],
        Limit.RIDE_TIME: [make_request(2, 1, 2, pickup=(0, 500), max_ride_s=99)],
        Limit.OTHER_PROMISE: [make_request(2, 3, 1, pickup=(300, 310), dropoff=(300, 510))],
    }

    for limit, wishes in cases.items():
        for wish in wishes:
            assert reason(busy, wish) == (VehicleReason(1, limit),), (limit, wish)
    assert reason(busy, make_request(2, 4, 3)) == ()


def test_a_frozen_visit_keeps_the_vehicle_from_turning_back():
    promised = make_request(1, 4, 3)
    plan = (make_itinerary(up(promised), off(promised), frozen=1),)

    assert explain(plan, make_request(2, 1, 2, pickup=(0, 500)), LINE) == (VehicleReason(1, Limit.PICKUP_WINDOW),)
    assert insertions(plan, make_request(2, 1, 2, pickup=(0, 800)), LINE)[0].itinerary.visits[0] == up(promised)

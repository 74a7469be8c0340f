from collections import Counter

from hypothesis import event, given, settings

from routing.checker import check
from routing.cost import DEFAULT, cost
from routing.improve import improve
from routing.problem import Boarded
from routing.timing import schedule
from routing.travel_times import Matrix
from tests.patience import PATIENCE_S

from .plans import days, make_itinerary, make_request, make_vehicle, off, up

LINE = Matrix.single([[abs(a - b) * 100 for b in range(5)] for a in range(5)])


def total(plan, travel):
    return sum(cost(one, schedule(one, travel), travel, DEFAULT) for one in plan)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(days(parties=6, slack_s=150))
def test_a_better_plan_serves_the_same_parties_and_keeps_every_promise(day):
    better = improve(day.plan, day.travel, seconds=0.03, seed=1)

    event("better" if better != day.plan else "the same")
    assert check(better, day.travel) == []
    assert total(better, day.travel) <= total(day.plan, day.travel)
    for before, after in zip(day.plan, better, strict=True):
        assert after.visits[: before.frozen] == before.visits[: before.frozen]
        assert (after.vehicle, after.frozen) == (before.vehicle, before.frozen)
    assert Counter(visit for one in better for visit in one.visits) == Counter(
        visit for one in day.plan for visit in one.visits
    )


def test_two_rides_the_same_way_end_up_in_one_vehicle():
    first, second = make_request(1, 0, 4), make_request(2, 0, 4)
    apart = tuple(
        make_itinerary(up(request), off(request), vehicle=make_vehicle(number))
        for number, request in ((1, first), (2, second))
    )

    together = improve(apart, LINE, seconds=PATIENCE_S, seed=1)

    assert sorted(len(itinerary.visits) for itinerary in together) == [0, 4]
    assert total(together, LINE) < total(apart, LINE)


def test_a_party_on_board_stays_in_its_vehicle_while_others_change():
    aboard, waiting = make_request(1, 0, 3), make_request(2, 4, 3)
    plan = (
        make_itinerary(
            off(aboard), up(waiting), off(waiting), vehicle=make_vehicle(1), at_stop=2, onboard=(Boarded(aboard, 0),)
        ),
        make_itinerary(vehicle=make_vehicle(2), at_stop=4),
    )

    better = improve(plan, LINE, seconds=PATIENCE_S, seed=1)

    assert better[0].visits == (off(aboard),)
    assert better[1].visits == (up(waiting), off(waiting))


def test_a_plan_that_already_breaks_a_promise_is_left_alone():
    late = make_request(1, 1, 2, pickup=(0, 50))
    plan = (make_itinerary(up(late), off(late)),)

    assert improve(plan, LINE, seconds=PATIENCE_S, seed=1) is plan


def test_a_vehicle_whose_shift_is_over_is_left_alone():
    first, second = make_request(1, 0, 4), make_request(2, 0, 4)
    plan = (
        make_itinerary(up(first), off(first), up(second), off(second), vehicle=make_vehicle(1, shift=(0, 5_000))),
        make_itinerary(vehicle=make_vehicle(2, shift=(0, 1_000)), ready_s=6_000),
    )

    better = improve(plan, LINE, seconds=PATIENCE_S, seed=1)

    assert better[1] == plan[1]
    assert total(better, LINE) < total(plan, LINE)

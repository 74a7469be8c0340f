from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import event, given, settings

from routing.checker import check
from routing.dispatcher import Dispatcher
from routing.fleet import Fleet
from routing.generated import town_day
from routing.problem import Boarded, Load
from routing.reoptimise import Effort, nearest, reoptimise, reoptimise_among
from routing.timing import party_rows
from routing.travel_times import Matrix

from .plans import days, make_itinerary, make_request, make_vehicle, off, up

LINE = Matrix.single([[abs(a - b) * 100 for b in range(5)] for a in range(5)])
EFFORT = Effort(turns=30, vehicles=12, parties=4)
WISHES = 200  # of each profile; the long run has 5,000


def exchanged(plan, travel, seed=1, effort=EFFORT):
    fleet = Fleet(plan, travel)
    saved = reoptimise_among(fleet, np.arange(len(plan)), np.random.default_rng(seed), effort)
    return fleet, saved


@settings(max_examples=100, deadline=None, derandomize=True)
@given(days(parties=6, slack_s=150))
def test_exchanged_parties_keep_every_promise_and_frozen_visits_stay(day):
    before = Fleet(day.plan, day.travel)

    fleet, saved = exchanged(day.plan, day.travel)

    event("better" if saved else "the same")
    better = fleet.plan()
    assert check(better, day.travel) == []
    assert fleet.arrays.costs.sum() == pytest.approx(before.arrays.costs.sum() - saved)
    assert saved > 0 or better == before.plan()
    for old, new in zip(day.plan, better, strict=True):
        assert new.visits[: old.frozen] == old.visits[: old.frozen]
        assert (new.vehicle, new.frozen) == (old.vehicle, old.frozen)
    assert Counter(visit for one in better for visit in one.visits) == Counter(
        visit for one in day.plan for visit in one.visits
    )


@settings(max_examples=30, deadline=None, derandomize=True)
@given(days(parties=6, slack_s=150))
def test_what_is_left_of_a_fleet_after_an_exchange_is_as_if_it_were_built_anew(day):
    fleet, _ = exchanged(day.plan, day.travel)

    anew = Fleet(fleet.plan(), day.travel)
    for vehicle, count in enumerate(fleet.arrays.counts):
        assert fleet.arrays.costs[vehicle] == pytest.approx(anew.arrays.costs[vehicle])
        for name in ("visits", "pairs", "driven", "latest"):
            kept, rebuilt = getattr(fleet.arrays, name), getattr(anew.arrays, name)
            assert kept[vehicle, :count].tolist() == rebuilt[vehicle, :count].tolist()


@pytest.mark.parametrize("profile", ["now", "booked"])
def test_thousands_of_insertions_and_exchanges_break_no_promise(profile):
    asked = 0
    for seed in range(1, 1_000):
        scenario = town_day(200, 3, seed=seed, profile=profile)
        dispatcher = Dispatcher(scenario, effort=EFFORT)
        for ask in scenario.asks:
            asked += 1
            dispatcher.advance(ask.asked_s)
            dispatcher.confirm(0 if dispatcher.quote(ask.asked_s, ask) else None)
            assert check(dispatcher.plan, scenario.travel) == []
            if asked == WISHES:
                return


def test_the_same_seed_gives_the_same_day():
    scenario = town_day(60, 3, seed=5, profile="now")

    def stays():
        dispatcher = Dispatcher(scenario, effort=EFFORT)
        for ask in scenario.asks:
            yield from dispatcher.advance(ask.asked_s)
            dispatcher.confirm(0 if dispatcher.quote(ask.asked_s, ask) else None)
        yield from dispatcher.finish()

    assert list(stays()) == list(stays())


def test_two_rides_the_same_way_end_up_in_one_vehicle():
    first, second = make_request(1, 0, 4), make_request(2, 0, 4)
    apart = tuple(
        make_itinerary(up(request), off(request), vehicle=make_vehicle(number))
        for number, request in ((1, first), (2, second))
    )

    fleet, saved = exchanged(apart, LINE)

    assert sorted(len(itinerary.visits) for itinerary in fleet.plan()) == [0, 4]
    assert saved > 0


def test_who_is_aboard_stays_in_the_vehicle():
    aboard, waiting = make_request(1, 0, 3), make_request(2, 4, 3)
    plan = (
        make_itinerary(
            off(aboard), up(waiting), off(waiting), vehicle=make_vehicle(1), at_stop=2, onboard=(Boarded(aboard, 0),)
        ),
        make_itinerary(vehicle=make_vehicle(2), at_stop=4),
    )

    fleet, _ = exchanged(plan, LINE)

    first, second = fleet.plan()
    assert (first.visits, first.onboard) == ((off(aboard),), (Boarded(aboard, 0),))
    assert second.visits == (up(waiting), off(waiting))


def test_a_break_moves_in_time_but_not_to_another_driver():
    ride = make_request(1, 0, 4)
    pause = replace(make_request(2, 4, 4, service_s=600), load=Load(0, 0), only_vehicle=1)
    plan = (
        make_itinerary(up(pause), off(pause), up(ride), off(ride), vehicle=make_vehicle(1)),
        make_itinerary(vehicle=make_vehicle(2, start_stop=4)),
    )

    fleet, saved = exchanged(plan, LINE)

    assert saved > 0
    assert fleet.plan()[0].visits == (up(ride), off(ride), up(pause), off(pause))


def test_a_vehicle_that_breaks_a_promise_takes_no_part():
    late, waiting = make_request(1, 4, 0, pickup=(0, 10)), make_request(2, 0, 4)
    plan = (
        make_itinerary(up(late), off(late), vehicle=make_vehicle(1)),
        make_itinerary(up(waiting), off(waiting), vehicle=make_vehicle(2)),
    )
    fleet = Fleet(plan, LINE)

    assert nearest(fleet, party_rows(waiting), 12).tolist() == [1]
    assert reoptimise(fleet, party_rows(waiting), np.random.default_rng(1)) == 0
    assert fleet.plan() == plan


def test_only_the_vehicles_nearest_to_a_party_take_part():
    plan = tuple(make_itinerary(vehicle=make_vehicle(number, start_stop=number)) for number in range(4))

    assert nearest(Fleet(plan, LINE), party_rows(make_request(9, 3, 2)), 2).tolist() == [2, 3]


def test_no_vehicle_and_no_waiting_party_is_nothing_to_exchange():
    empty = (make_itinerary(),)
    aboard = make_request(1, 0, 3)
    carrying = (make_itinerary(off(aboard), onboard=(Boarded(aboard, 0),)),)

    assert exchanged((), LINE)[1] == exchanged(empty, LINE)[1] == exchanged(carrying, LINE)[1] == 0

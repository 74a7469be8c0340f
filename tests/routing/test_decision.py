"""One decision, made again from its bare numbers; which limit stopped each vehicle; seats that are kept."""

import json
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from routing import breakdown, cost, decision, records, reserve
from routing.decision import Case
from routing.insertion import insertions
from routing.problem import Boarded, Limit, Load, Window
from routing.timing import Violation, schedule
from routing.travel_times import Matrix
from tests.routing.plans import days, make_itinerary, make_request, make_vehicle, off, up

LINE = Matrix.single([[abs(a - b) * 10 for b in range(6)] for a in range(6)])


@given(day=days(), kept=st.integers(0, 2), most=st.integers(1, 3), later_s=st.integers(0, 60))
@settings(max_examples=60, deadline=None)
def test_a_case_is_decided_the_same_from_its_record(day, kept, most, later_s):
    later = replace(day.request, pickup=Window(*(each + later_s for each in day.request.pickup)))
    case = Case(day.plan, (day.request, later), (kept, 0), most=most, apart_s=later_s)

    again = records.unpack(json.loads(json.dumps(records.pack(case))))

    assert again == case
    assert decision.choose(again, day.travel) == decision.choose(case, day.travel)


@given(day=days(), kept=st.integers(0, 2))
@settings(max_examples=60, deadline=None)
def test_every_vehicle_has_its_say_and_nobody_takes_what_is_not_legal(day, kept):
    case = Case(day.plan, (day.request,), (kept,))

    told = decision.verdicts(case, 0, day.travel)

    assert {each.vehicle_id for each in told} == {each.vehicle.id for each in day.plan}
    assert all((each.limit is None) == (each.choice is not None) for each in told)
    for found in reserve.insertions_beside(day.plan, day.request, kept, day.travel, cost.DEFAULT):
        assert not isinstance(schedule(found.itinerary, day.travel), Violation)
        assert found.vehicle_id in {each.vehicle_id for each in insertions(day.plan, day.request, day.travel)}


@given(day=days(), kept=st.integers(1, 3))
@settings(max_examples=400, deadline=None, derandomize=True)
def test_kept_seats_are_what_stops_a_wish_that_is_taken_without_them_in_whatever_order(day, kept):
    case = Case(day.plan, (day.request,), (kept,))
    assume(not decision.choose(case, day.travel))

    taken = decision.choose(replace(case, kept=(0,)), day.travel)

    assert decision.only_kept_seats(case, day.travel) == bool(taken)
    limits = {each.vehicle_id: each.limit for each in decision.verdicts(case, 0, day.travel)}
    assert {limits[each.vehicle_id] for each in taken} <= {Limit.RESERVED}


@given(day=days())
@settings(max_examples=40, deadline=None)
def test_costs_by_weight_add_up_to_what_an_insertion_adds(day):
    case = Case(day.plan, (day.request,), (0,))

    for each in decision.verdicts(case, 0, day.travel, explains=False):
        if each.choice is not None:
            assert sum(each.costs) == pytest.approx(each.choice.added_cost, abs=0.02)


def test_verdicts_and_choices_come_back_from_their_rows():
    plan = (make_itinerary(vehicle=make_vehicle(1)), make_itinerary(vehicle=make_vehicle(2, (0, 0))))
    case = Case(plan, (make_request(0, 0, 2),), (0,))
    told, chosen = decision.verdicts(case, 0, LINE), decision.choose(case, LINE)

    assert records.unpack_verdicts(json.loads(json.dumps(records.pack_verdicts(told)))) == told
    assert records.unpack_choices(json.loads(json.dumps(records.pack_choices(chosen)))) == chosen
    assert told[1].limit is Limit.SEATS


def test_who_is_on_board_and_who_belongs_to_one_vehicle_comes_back_too():
    aboard, pause = make_request(7, 0, 3), replace(make_request(-1, 2, 2, load=(4, 1)), only_vehicle=1)
    vehicle = make_vehicle(1, end_stop=4)
    plan = (
        make_itinerary(off(aboard), up(pause), off(pause), vehicle=vehicle, onboard=(Boarded(aboard, 5),), frozen=1),
    )
    case = Case(plan, (), ())

    assert records.unpack(json.loads(json.dumps(records.pack(case)))) == case
    orders = records.pack_orders(plan, records.numbers_of(plan))
    assert records.unpack_orders(json.loads(json.dumps(orders)), case) == plan


def test_a_driver_s_break_is_what_stops_a_vehicle_that_would_have_time_without_it():
    pause = replace(make_request(-1, 0, 0, (0, 0), (0, 500), load=(4, 1), service_s=100), only_vehicle=1)
    plan = (make_itinerary(up(pause), off(pause), vehicle=make_vehicle(1)),)
    case = Case(plan, (make_request(0, 1, 2, (0, 30)),), (0,))

    assert [each.limit for each in decision.verdicts(case, 0, LINE)] == [Limit.DRIVER_BREAK]


def test_kept_seats_are_what_stops_a_vehicle_that_has_no_others():
    taken = make_request(1, 0, 5, load=(3, 0))
    plan = (make_itinerary(up(taken), off(taken), vehicle=make_vehicle(1, (4, 2), (0, 60))),)
    case = Case(plan, (make_request(0, 1, 2),), (1,))

    assert [each.limit for each in decision.verdicts(case, 0, LINE)] == [Limit.RESERVED]
    assert decision.only_kept_seats(case, LINE)
    assert not decision.only_kept_seats(replace(case, kept=(0,)), LINE)
    assert decision.choose(case, LINE) == ()


def test_a_vehicle_is_called_too_small_only_if_it_is_without_kept_seats_too():
    plan = (
        make_itinerary(vehicle=make_vehicle(1, (4, 1), (0, 60), start_stop=5)),
        make_itinerary(vehicle=make_vehicle(2, (2, 1))),
        make_itinerary(vehicle=make_vehicle(3, (4, 1))),
    )
    case = Case(plan, (make_request(0, 0, 2, (0, 10), load=(3, 0)),), (2,))

    limits = {each.vehicle_id: each.limit for each in decision.verdicts(case, 0, LINE)}

    assert limits == {1: Limit.PICKUP_WINDOW, 2: Limit.SEATS, 3: Limit.RESERVED}


@given(day=days(), kept=st.integers(1, 3))
@settings(max_examples=60, deadline=None)
def test_what_stops_a_vehicle_beside_kept_seats_stops_it_without_them_or_they_alone_do(day, kept):
    case = Case(day.plan, (day.request,), (kept,))
    bare = {each.vehicle_id: each.limit for each in decision.verdicts(replace(case, kept=(0,)), 0, day.travel)}

    for each in decision.verdicts(case, 0, day.travel):
        if each.limit is not None and each.limit is not Limit.RESERVED and bare[each.vehicle_id] is not None:
            assert each.limit is bare[each.vehicle_id]


def test_wishes_that_keep_different_seats_are_tried_in_their_order():
    taken = make_request(1, 0, 5, load=(3, 0))
    plan = (make_itinerary(up(taken), off(taken), vehicle=make_vehicle(1, (4, 1), (0, 60))),)
    wishes = (make_request(0, 1, 2), make_request(0, 1, 3))

    index, found = reserve.first_beside(plan, wishes, (1, 0), LINE, cost.DEFAULT)

    assert (index, found.itinerary.vehicle.capacity) == (1, Load(4, 1))
    assert reserve.first_beside(plan, wishes, (1, 1), LINE, cost.DEFAULT) is None


def test_what_is_barred_is_passed_over_with_its_neighbours():
    plan = (make_itinerary(vehicle=make_vehicle(1)),)
    wishes = tuple(make_request(0, 0, 2, (start, start + 60)) for start in (0, 300, 600, 900))

    chosen = decision.choose(Case(plan, wishes, (0,) * 4, barred=(0,), most=2, apart_s=600), LINE)

    assert [each.index for each in chosen] == [2]


def test_a_weight_that_there_is_none_of_changes_nothing():
    assert breakdown.weights_of({"gone": 3.0}) == cost.DEFAULT
    assert breakdown.values_of(breakdown.weights_of({"riding": 0.9}))["riding"] == 0.9


def test_the_engine_has_one_fingerprint():
    assert decision.engine() == decision.engine()
    assert len(decision.engine()) == 12

"""What a late vehicle still owes: nothing that is broken stands in the way, nothing that can be kept is given up."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.lateness import no_worse
from routing.problem import Limit, VisitKind, Window
from routing.timing import Violation, drive, schedule
from routing.travel_times import Matrix
from tests.routing.plans import make_itinerary, make_request, make_vehicle, matrices, off, orders, up

LINE = Matrix.single([[abs(a - b) * 10 for b in range(6)] for a in range(6)])
ROOMY = (100, 100)


@given(itinerary=orders(), travel=matrices())
@settings(max_examples=300)
def test_whatever_was_broken_can_be_driven_and_lasts_no_longer_than_it_will(itinerary, travel):
    vehicle = replace(itinerary.vehicle, capacity=make_vehicle(0, ROOMY).capacity)
    late = replace(itinerary, vehicle=vehicle)
    driven = drive(late, travel)

    wider = no_worse(late, travel)

    assert not isinstance(schedule(wider, travel), Violation)
    assert [(each.request.id, each.kind) for each in wider.visits] == [
        (each.request.id, each.kind) for each in late.visits
    ]
    for before, after, start_s in zip(late.visits, wider.visits, driven.starts_s, strict=True):
        assert after.window.earliest_s == before.window.earliest_s
        assert before.window.latest_s <= after.window.latest_s <= max(before.window.latest_s, start_s)
        assert after.request.max_ride_s >= before.request.max_ride_s


@given(itinerary=orders(), travel=matrices())
def test_a_plan_that_holds_stays_as_it_is(itinerary, travel):
    if not isinstance(schedule(itinerary, travel), Violation):
        assert no_worse(itinerary, travel) is itinerary


def test_a_late_vehicle_that_has_to_get_home_is_late_there_and_can_be_driven():
    request = make_request(1, 0, 3, pickup=(0, 10))
    late = make_itinerary(up(request), off(request), vehicle=make_vehicle(1, shift=(0, 70), end_stop=0), ready_s=20)

    wider = no_worse(late, LINE)

    assert schedule(late, LINE) == Violation(Limit.PICKUP_WINDOW, 0, 10)
    assert not isinstance(schedule(wider, LINE), Violation)
    assert wider.vehicle.shift == Window(0, 80)


def test_a_ride_that_can_be_kept_short_is_kept_short_while_others_are_late():
    """The first party is late. The second would wait on board for the third, unless it gets on a little later."""
    first = make_request(1, 0, 1, pickup=(0, 10))
    second = make_request(2, 1, 3, pickup=(40, 100), max_ride_s=50)
    third = make_request(3, 2, 3, pickup=(100, 110))
    visits = up(first), off(first), up(second), up(third), off(second), off(third)

    wider = no_worse(make_itinerary(*visits, ready_s=20), LINE)

    assert schedule(wider, LINE).starts_s == (20, 30, 60, 100, 110, 110)
    assert wider.visits[2].request == second


def test_a_ride_that_is_too_long_already_lasts_no_longer_than_it_will():
    late = make_request(1, 0, 3, max_ride_s=20)

    wider = no_worse(make_itinerary(up(late), off(late)), LINE)

    assert [visit.request.max_ride_s for visit in wider.visits] == [30, 30]
    assert [visit.kind for visit in wider.visits] == [VisitKind.PICKUP, VisitKind.DROPOFF]


@given(travel=matrices(), origin=st.integers(0, 4), destination=st.integers(0, 4), arrive_s=st.integers(0, 200))
def test_the_latest_departure_arrives_in_time_and_the_next_does_not(travel, origin, destination, arrive_s):
    leaves_s = travel.leave_by(origin, destination, arrive_s)

    assert leaves_s + travel.drive_s(origin, destination, leaves_s) <= arrive_s
    assert leaves_s + 1 + travel.drive_s(origin, destination, leaves_s + 1) > arrive_s

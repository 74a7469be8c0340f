import numpy as np
import pytest
from hypothesis import event, given, settings

from routing.checker import check, check_times
from routing.kernels.route import drive_s, latest_starts, leave_by
from routing.problem import Boarded, Limit, Load
from routing.timing import Schedule, Violation, drive, outset_row, route_rows, schedule
from routing.travel_times import Matrix

from .plans import make_itinerary, make_request, make_vehicle, matrices, off, orders, up

LINE = Matrix.single([[abs(a - b) * 100 for b in range(5)] for a in range(5)])
FOREVER = (0, 10**12)  # a window that nobody reaches the end of second by second


def test_every_visit_is_as_early_as_the_order_allows():
    first = make_request(1, 1, 3, pickup=(50, 400), service_s=10)
    second = make_request(2, 2, 4, pickup=(300, 500), service_s=10, load=(2, 1))
    itinerary = make_itinerary(up(first), up(second), off(first), off(second))

    times = schedule(itinerary, LINE)

    assert times == Schedule(
        arrivals_s=(100, 210, 410, 520),
        starts_s=(100, 300, 410, 520),
        departs_s=(110, 310, 420, 530),
        loads=(Load(1, 0), Load(3, 1), Load(2, 1), Load(0, 0)),
    )


def test_two_parties_at_one_stop_board_one_after_the_other_without_driving():
    first, second = (make_request(party, 1, 2, service_s=30) for party in (1, 2))

    times = schedule(make_itinerary(up(first), up(second), off(first), off(second)), LINE)

    assert times.starts_s == (100, 130, 260, 290)


def test_side_by_side_two_parties_board_at_once_and_the_vehicle_leaves_when_the_slower_is_aboard():
    slow, quick = make_request(1, 1, 2, service_s=90), make_request(2, 1, 3, service_s=30)
    travel = Matrix.single(LINE.bands[0], side_by_side=True)

    times = schedule(make_itinerary(up(slow), up(quick), off(slow), off(quick)), travel)

    assert times.starts_s == (100, 100, 290, 480)
    assert times.departs_s == (190, 190, 380, 510)


def test_side_by_side_a_ride_lasts_from_the_end_of_the_own_boarding():
    slow = make_request(1, 1, 2, service_s=90)
    travel = Matrix.single(LINE.bands[0], side_by_side=True)

    def planned(longest_s):
        quick = make_request(2, 1, 2, service_s=30, max_ride_s=longest_s, pickup=(0, 100))
        return schedule(make_itinerary(up(slow), up(quick), off(slow), off(quick)), travel)

    assert planned(160).starts_s == (100, 100, 290, 290)
    assert planned(159) == Violation(Limit.RIDE_TIME, 1, 1)


def test_side_by_side_a_party_joins_others_who_have_begun_to_board_but_nobody_gets_off_before_being_on():
    joining, there = make_request(1, 1, 2, service_s=30), make_request(2, 2, 1, service_s=60)
    travel = Matrix.single(LINE.bands[0], side_by_side=True)
    halting = make_itinerary(
        off(there), up(joining), off(joining), at_stop=1, ready_s=150, began_s=120, onboard=(Boarded(there, 130),)
    )

    times = schedule(halting, travel)

    assert times.starts_s == (130, 130, 290)
    assert times.departs_s == (190, 190, 320)


def test_a_ride_that_would_be_too_long_boards_later():
    long_wait = make_request(2, 2, 3, pickup=(900, 1000))
    short_ride = make_request(1, 1, 3, pickup=(0, 900), max_ride_s=250)

    times = schedule(make_itinerary(up(short_ride), up(long_wait), off(short_ride), off(long_wait)), LINE)

    assert times.starts_s == (750, 900, 1000, 1000)


@pytest.mark.parametrize(
    ("travel", "missing_s"),
    [
        pytest.param(LINE, 1 + 30, id="services add up"),
        pytest.param(Matrix.single(LINE.bands[0], side_by_side=True), 1 + 30, id="side by side"),
        pytest.param(Matrix((0, 300, 600), [LINE.bands[0] * pace for pace in (2, 1, 3)]), 1 + 30, id="three bands"),
    ],
)
def test_a_ride_too_long_however_late_it_begins_is_no_matter_of_how_wide_its_window_is(travel, missing_s):
    asked = make_request(1, 1, 3, FOREVER, FOREVER, max_ride_s=199, service_s=15)
    between = make_request(2, 2, 4, FOREVER, FOREVER, max_ride_s=10**12, service_s=30)
    vehicle = make_vehicle(shift=FOREVER)

    times = schedule(make_itinerary(up(asked), up(between), off(asked), off(between), vehicle=vehicle), travel)

    assert times == Violation(Limit.RIDE_TIME, 0, missing_s)


def test_a_ride_too_long_now_and_not_in_a_later_band_begins_late_enough_for_that():
    asked = make_request(1, 1, 3, (0, 2_000), FOREVER, max_ride_s=150)
    travel = Matrix((0, 1_000), [LINE.bands[0], LINE.bands[0] // 2])

    times = schedule(make_itinerary(up(asked), off(asked), vehicle=make_vehicle(shift=FOREVER)), travel)

    assert times.starts_s == (950, 1_100)


@pytest.mark.parametrize(
    ("request_", "vehicle", "expected"),
    [
        pytest.param(make_request(1, 1, 2, pickup=(0, 100)), {}, None, id="there at the last second"),
        pytest.param(
            make_request(1, 1, 2, pickup=(0, 99)), {}, Violation(Limit.PICKUP_WINDOW, 0, 1), id="a second too late"
        ),
        pytest.param(
            make_request(1, 1, 2, dropoff=(0, 199)), {}, Violation(Limit.DROPOFF_WINDOW, 1, 1), id="late at the goal"
        ),
        pytest.param(make_request(1, 1, 2, max_ride_s=100), {}, None, id="the longest ride exactly"),
        pytest.param(
            make_request(1, 1, 2, pickup=(0, 300), max_ride_s=99),
            {},
            Violation(Limit.RIDE_TIME, 0, 1),
            id="no later boarding makes the ride short enough",
        ),
        pytest.param(make_request(1, 1, 2, load=(5, 0)), {}, Violation(Limit.SEATS, 0, 1), id="one seat short"),
        pytest.param(
            make_request(1, 1, 2, load=(0, 2)), {}, Violation(Limit.WHEELCHAIRS, 0, 1), id="one wheelchair place short"
        ),
        pytest.param(make_request(1, 1, 2), {"shift": (0, 200)}, None, id="done as the shift ends"),
        pytest.param(
            make_request(1, 1, 2), {"shift": (0, 199)}, Violation(Limit.SHIFT, 1, 1), id="a second after the shift"
        ),
        pytest.param(
            make_request(1, 1, 2),
            {"shift": (0, 399), "end_stop": 0},
            Violation(Limit.SHIFT, 1, 1),
            id="home a second after the shift",
        ),
        pytest.param(
            make_request(1, 1, 2, pickup=(0, 149)),
            {"shift": (50, 900)},
            Violation(Limit.PICKUP_WINDOW, 0, 1),
            id="not out before the shift",
        ),
    ],
)
def test_limits_hold_to_the_second(request_, vehicle, expected):
    itinerary = make_itinerary(up(request_), off(request_), vehicle=make_vehicle(**vehicle))

    times = schedule(itinerary, LINE)

    assert (times if isinstance(times, Violation) else None) == expected


def test_a_party_on_board_counts_from_its_boarding():
    aboard = make_request(1, 0, 2, max_ride_s=250)

    in_time = make_itinerary(off(aboard), onboard=(Boarded(aboard, -50),))
    too_long = make_itinerary(off(aboard), onboard=(Boarded(aboard, -51),))

    assert schedule(in_time, LINE).loads == (Load(0, 0),)
    assert schedule(too_long, LINE) == Violation(Limit.RIDE_TIME, 0, 1)


def test_driving_on_after_a_delay_refuses_nothing():
    request = make_request(1, 1, 2, pickup=(0, 150), dropoff=(0, 200), max_ride_s=10)
    itinerary = make_itinerary(up(request), off(request), ready_s=120)

    driven = drive(itinerary, LINE)

    assert driven.starts_s == (220, 320)


@pytest.mark.parametrize(
    "visits",
    [
        pytest.param([up, up, off], id="picked up twice"),
        pytest.param([off], id="set down without being on board"),
        pytest.param([up], id="never set down"),
    ],
)
def test_a_party_not_served_once_is_a_mistake_of_the_caller(visits):
    request = make_request()

    with pytest.raises(ValueError, match="request 1"):
        schedule(make_itinerary(*(visit(request) for visit in visits)), LINE)


@settings(max_examples=250, deadline=None, derandomize=True)
@given(orders(), matrices())
def test_the_schedule_and_the_checker_agree(itinerary, travel):
    times = schedule(itinerary, travel)

    faults = check((itinerary,), travel)

    event("possible" if not faults else "impossible")
    assert isinstance(times, Violation) == bool(faults)
    if isinstance(times, Schedule):
        assert check_times(itinerary, times.starts_s, travel) == []


@settings(max_examples=100, deadline=None, derandomize=True)
@given(orders(), matrices())
def test_a_schedule_is_the_earliest_and_no_start_is_later_than_the_latest(itinerary, travel):
    times = schedule(itinerary, travel)
    if isinstance(times, Violation):
        return

    latest = np.zeros(len(itinerary.visits), np.int64)
    latest_starts(travel.arrays, outset_row(itinerary), route_rows(itinerary).visits, len(latest), latest)
    for index, start_s in enumerate(times.starts_s):
        sooner = list(times.starts_s)
        sooner[index] = start_s - 1
        assert check_times(itinerary, sooner, travel) != []
        assert start_s <= latest[index]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(matrices())
def test_leaving_later_never_arrives_earlier_and_the_latest_departure_is_the_last(travel):
    for leave_s in range(130):
        assert leave_s + travel.seconds(1, 2, leave_s) <= leave_s + 1 + travel.seconds(1, 2, leave_s + 1)
        assert drive_s(travel.arrays, 1, 2, leave_s) == travel.seconds(1, 2, leave_s)
    for arrive_s in range(40, 130, 7):
        leave_s = leave_by(travel.arrays, 1, 2, arrive_s)
        assert leave_s + travel.seconds(1, 2, leave_s) <= arrive_s
        assert leave_s + 1 + travel.seconds(1, 2, leave_s + 1) > arrive_s

import pytest

from routing.checker import check, check_times
from routing.problem import Boarded
from routing.timing import schedule
from routing.travel_times import Matrix

from .plans import make_itinerary, make_request, make_vehicle, off, up

LINE = Matrix.single([[abs(a - b) * 100 for b in range(5)] for a in range(5)])
RIDE = make_request(1, 1, 2, pickup=(0, 300), dropoff=(0, 400), max_ride_s=150)
GOOD = make_itinerary(up(RIDE), off(RIDE), vehicle=make_vehicle(shift=(0, 600), end_stop=0))


def test_a_good_plan_has_no_faults():
    assert check((GOOD,), LINE) == []
    assert check((make_itinerary(),), LINE) == []
    assert check_times(GOOD, schedule(GOOD, LINE).starts_s, LINE) == []


@pytest.mark.parametrize(
    ("starts", "fault"),
    [
        pytest.param((100,), "2 visits, but 1 times", id="a time missing"),
        pytest.param((99, 220), "cannot be there before 100", id="faster than the road"),
        pytest.param((301, 401), "outside", id="after the window"),
        pytest.param((150, 249), "too soon after", id="faster than the road on the way"),
        pytest.param((100, 251), "boards too early", id="ride too long"),
    ],
)
def test_times_are_taken_literally(starts, fault):
    assert any(fault in line for line in check_times(GOOD, starts, LINE))


@pytest.mark.parametrize(
    ("itinerary", "fault"),
    [
        pytest.param(make_itinerary(up(RIDE)), "request 1 has pickup", id="never set down"),
        pytest.param(make_itinerary(off(RIDE), up(RIDE)), "request 1 has dropoff+pickup", id="set down first"),
        pytest.param(make_itinerary(onboard=(Boarded(RIDE, 0),)), "has nothing", id="forgotten on board"),
        pytest.param(make_itinerary(frozen=1), "1 of 0 visits frozen", id="frozen beyond the end"),
        pytest.param(
            make_itinerary(up(RIDE), off(RIDE), vehicle=make_vehicle(capacity=(0, 0))), "on board of", id="too full"
        ),
        pytest.param(
            make_itinerary(up(RIDE), off(RIDE), vehicle=make_vehicle(shift=(0, 299), end_stop=0)),
            "done at 400",
            id="home after the shift",
        ),
        pytest.param(make_itinerary(up(RIDE), off(RIDE), ready_s=201), "too late for", id="too late"),
        pytest.param(
            make_itinerary(off(RIDE), onboard=(Boarded(RIDE, 49),)), "rides 151 s of 150 s", id="long on board"
        ),
    ],
)
def test_each_fault_is_seen(itinerary, fault):
    assert any(fault in line for line in check((itinerary,), LINE))


def test_a_wrong_order_is_a_fault_of_the_times_too():
    assert check_times(make_itinerary(up(RIDE)), (100,), LINE) == ["vehicle 1: request 1 has pickup"]


def test_one_party_in_two_vehicles_and_one_vehicle_twice_are_seen():
    assert check((GOOD, GOOD), LINE) == ["vehicle 1 is planned 2 times", "request 1 is served by 2 vehicles"]

import pytest

from routing.cost import Weights, cost
from routing.problem import Boarded
from routing.timing import schedule
from routing.travel_times import Matrix

from .plans import make_itinerary, make_request, make_vehicle, off, up

LINE = Matrix.single([[abs(a - b) * 100 for b in range(5)] for a in range(5)])
NOTHING = Weights(driving=0, standing=0, riding=0, delay=0)


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        pytest.param({"driving": 1}, 100 + 100 + 100 + 300, id="three legs and the way home"),
        pytest.param({"standing": 1}, 2 * 240, id="two parties wait on board for the window at stop 2"),
        pytest.param({"riding": 1}, (450 + 20) + (550 - 110), id="both rides, the first since it boarded"),
        pytest.param({"delay": 1}, 50, id="the vehicle comes 50 s after the second window opened"),
        pytest.param({"driving": 2, "delay": 10}, 1_200 + 500, id="together"),
    ],
)
def test_each_second_is_counted_where_it_belongs(weights, expected):
    aboard = make_request(1, 0, 2, dropoff=(450, 900))
    second = make_request(2, 1, 3, pickup=(50, 900), service_s=10)
    itinerary = make_itinerary(
        up(second),
        off(aboard),
        off(second),
        vehicle=make_vehicle(end_stop=0),
        onboard=(Boarded(aboard, -20),),
    )

    times = schedule(itinerary, LINE)

    assert times.starts_s == (100, 450, 550)
    assert cost(itinerary, times, LINE, NOTHING._replace(**weights)) == expected


def test_nothing_to_do_costs_nothing():
    itinerary = make_itinerary(vehicle=make_vehicle(end_stop=3))

    assert cost(itinerary, schedule(itinerary, LINE), LINE) == 0

import random
from dataclasses import replace
from itertools import combinations_with_replacement

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.checker import check
from routing.cost import Weights, cost
from routing.fleet import Fleet
from routing.kernels.fleet import GOT_ON, VEHICLE, WHO
from routing.kernels.route import ABOARD, ARRIVAL, DEPART, START
from routing.problem import Boarded, Limit, Window
from routing.speed import quote_seconds
from routing.timing import party_rows, schedule
from routing.travel_times import Matrix

from .plans import make_itinerary, make_request, make_vehicle, off, up

LINE = Matrix.single([[abs(a - b) * 100 for b in range(5)] for a in range(5)])
STOPS = 6


class SmallDay:
    """A few vehicles, and parties that ask one after the other while the vehicles are driving."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.travel = self._travel()
        plan = tuple(make_itinerary(vehicle=self._vehicle(number)) for number in range(self.rng.randint(1, 3)))
        self.fleet = Fleet(plan, self.travel)
        self.now_s, self.parties = 0, 0

    def _travel(self):
        def rows():
            if self.rng.random() < 1 / 2:
                return [[self.rng.randint(0, 40) for _ in range(STOPS)] for _ in range(STOPS)]
            places = [(self.rng.randint(0, 30), self.rng.randint(0, 30)) for _ in range(STOPS)]
            return [[round(abs(a - c) + abs(b - d)) for c, d in places] for a, b in places]

        side_by_side = self.rng.random() < 1 / 2
        if self.rng.random() < 2 / 3:
            return Matrix.single(rows(), side_by_side=side_by_side)
        starts = sorted(self.rng.sample(range(1, 200), 2))
        return Matrix((0, *starts), tuple(rows() for _ in range(3)), side_by_side=side_by_side)

    def _vehicle(self, number):
        start_s = self.rng.randint(0, 30)
        return make_vehicle(
            number,
            (self.rng.randint(1, 4), self.rng.randint(0, 1)),
            (start_s, start_s + self.rng.choice((-1, 150, 400))),
            self.rng.randrange(STOPS),
            self.rng.choice((None, self.rng.randrange(STOPS))),
        )

    def wish(self):
        self.parties += 1
        earliest_s = self.now_s + self.rng.randint(-10, 100)
        dropoff_s = earliest_s + self.rng.randint(0, 60)
        return make_request(
            self.parties,
            self.rng.randrange(STOPS),
            self.rng.randrange(STOPS),
            (earliest_s, earliest_s + self.rng.choice((0, 20, 80))),
            (dropoff_s, dropoff_s + self.rng.choice((0, 50, 150))),
            (self.rng.randint(0, 2), int(self.rng.random() < 1 / 4)),
            self.rng.choice((0, 40, 120)),
            self.rng.choice((0, 1, 3, 15)),
        )

    def go_on(self):
        """Let time pass, and show some drivers what comes next."""
        self.now_s += self.rng.choice((0, 5, 25))
        self.fleet.advance(self.now_s)
        for vehicle, itinerary in enumerate(self.fleet.plan()):
            if self.rng.random() < 1 / 3:
                self.fleet.put(vehicle, replace(itinerary, frozen=min(1, len(itinerary.visits))))

    def take(self, wish):
        for spot in self.fleet.cheapest(party_rows(wish)):
            pickup_s, dropoff_s = self.fleet.starts_at(spot, party_rows(wish))
            promised = replace(
                wish,
                pickup=Window(pickup_s, min(pickup_s + 10, wish.pickup.latest_s)),
                dropoff=Window(wish.dropoff.earliest_s, max(dropoff_s, wish.dropoff.latest_s - 20)),
            )
            assert self.fleet.insert(spot, promised) is None


def best_of_all(itinerary, request, travel):
    """Return the least added cost over every pair of positions that the checker finds no fault with."""
    before = cost(itinerary, schedule(itinerary, travel), travel)
    costs = []
    for first, second in combinations_with_replacement(range(itinerary.frozen, len(itinerary.visits) + 1), 2):
        visits = list(itinerary.visits)
        visits.insert(second, off(request))
        visits.insert(first, up(request))
        tried = replace(itinerary, visits=tuple(visits))
        if not check((tried,), travel):
            costs.append(cost(tried, schedule(tried, travel), travel) - before)
    return min(costs, default=None)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(st.integers(0, 1 << 40))
def test_the_best_place_of_vehicles_under_way_is_the_best_of_all_places(seed):
    day = SmallDay(seed)
    for _ in range(6):
        day.go_on()
        plan, wish = day.fleet.plan(), day.wish()

        found = day.fleet.cheapest(party_rows(wish), len(plan))

        added = {spot.vehicle: spot.added_cost for spot in found}
        for vehicle, itinerary in enumerate(plan):
            assert added.get(vehicle) == pytest.approx(best_of_all(itinerary, wish, day.travel), abs=1e-6), seed
        assert list(added.values()) == sorted(added.values())
        assert day.fleet.cheapest(party_rows(wish)) == found[:1]
        day.take(wish)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.integers(0, 1 << 40))
def test_arrays_changed_in_place_are_those_of_the_plan_and_break_no_promise(seed):
    day = SmallDay(seed)
    for _ in range(8):
        day.take(day.wish())
        day.go_on()
        plan = day.fleet.plan()

        fresh = Fleet(plan, day.travel)

        assert check(plan, day.travel) == []
        assert fresh.plan() == plan
        for vehicle, itinerary in enumerate(plan):
            ours, theirs, count = day.fleet.arrays, fresh.arrays, len(itinerary.visits)
            assert (ours.outsets[vehicle] == theirs.outsets[vehicle]).all()
            for name in ("visits", "pairs", "latest"):
                assert (getattr(ours, name)[vehicle, :count] == getattr(theirs, name)[vehicle, :count]).all(), name
            times = [ARRIVAL, START, DEPART]
            assert (ours.times[vehicle, :count][:, times] == theirs.times[vehicle, :count][:, times]).all()
            assert (ours.driven[vehicle, :count] <= theirs.driven[vehicle, :count]).all()
            if count:
                assert (ours.loads[vehicle, : count + 1] == theirs.loads[vehicle, : count + 1]).all()
            aboard = ours.pairs[vehicle, :count] == ABOARD
            assert (ours.boarded[vehicle, :count][aboard] == theirs.boarded[vehicle, :count][aboard]).all()
            assert ours.costs[vehicle] == pytest.approx(theirs.costs[vehicle])
            assert ours.savings[vehicle] == pytest.approx(theirs.savings[vehicle] if count else 0)


def test_a_vehicle_sets_out_as_late_as_it_may_and_is_not_turned_round():
    ride = make_request(1, 1, 3, pickup=(500, 900))
    fleet = Fleet((make_itinerary(up(ride), off(ride)),), LINE)

    before = fleet.advance(399)
    under_way = fleet.advance(400)

    assert len(before) == 0
    assert under_way[:, [VEHICLE, WHO, GOT_ON]].tolist() == [[0, 1, 1]]
    assert fleet.plan()[0].at_stop == 1
    assert fleet.plan()[0].onboard[0].boarded_s == 500
    assert fleet.advance(500)[:, [VEHICLE, WHO, GOT_ON]].tolist() == [[0, 1, 0]]


def test_more_visits_than_are_read_out_at_a_time_come_in_order():
    rides = [make_request(party, party % 5, (party + 1) % 5) for party in range(1, 201)]
    visits = [visit(ride) for ride in rides for visit in (up, off)]
    fleet = Fleet((make_itinerary(*visits, vehicle=make_vehicle(shift=(0, 10**6))),), LINE)
    fleet.arrays.visits[0, :, 2] = 10**6
    fleet.refresh(0)

    made = fleet.advance(10**6)

    assert made[:, WHO].tolist() == [ride.id for ride in rides for _ in range(2)]
    assert fleet.plan()[0].visits == ()


def test_a_vehicle_that_breaks_a_limit_takes_nobody_until_it_keeps_it_again():
    late, ask = make_request(1, 1, 2, pickup=(0, 50)), party_rows(make_request(2, 1, 2))
    fleet = Fleet((make_itinerary(up(late), off(late)),), LINE)

    broken = fleet.refresh(0)

    assert broken.limit is Limit.PICKUP_WINDOW
    assert fleet.cheapest(ask) == []
    assert fleet.put(0, make_itinerary()) is None
    assert len(fleet.cheapest(ask)) == 1


def test_nobody_takes_anybody_without_vehicles():
    assert Fleet((), LINE).cheapest(party_rows(make_request()), 3) == []
    assert Fleet((), LINE).cheapest(party_rows(make_request())) == []
    assert Fleet((), LINE).plan() == ()


def test_of_equal_vehicles_the_first_takes_the_party():
    fleet = Fleet(tuple(make_itinerary(vehicle=make_vehicle(number)) for number in range(3)), LINE)

    assert [spot.vehicle for spot in fleet.cheapest(party_rows(make_request(1, 0, 1)), 2)] == [0, 1]


def test_side_by_side_it_costs_those_aboard_nothing_when_somebody_boards_where_others_do():
    travel = Matrix.single(LINE.bands[0], side_by_side=True)
    aboard = [make_request(party, 0, 4) for party in (1, 2, 3)]
    boarding, later, asking = (make_request(party, 1, 4, service_s=90) for party in (4, 5, 6))
    busy = make_itinerary(
        up(boarding),
        *map(off, aboard),
        off(boarding),
        vehicle=make_vehicle(capacity=(5, 0)),
        onboard=tuple(Boarded(one, 0) for one in aboard),
    )
    late = make_itinerary(up(later), off(later), vehicle=make_vehicle(2), at_stop=1, ready_s=600)
    party = party_rows(replace(asking, pickup=Window(100, 900)))

    (spot,) = Fleet((late, busy), travel, Weights(riding=0.2, delay=0.1)).cheapest(party)

    assert (spot.vehicle, spot.added_cost) == (1, pytest.approx(0.2 * 300))


def test_side_by_side_a_later_halt_saves_those_aboard_the_wait_for_the_last_to_begin():
    travel = Matrix.single(LINE.bands[0], side_by_side=True)
    riding, first = make_request(1, 2, 4), make_request(2, 3, 4, service_s=600)
    second = make_request(3, 3, 4, pickup=(800, 900), service_s=600)
    waits = make_itinerary(up(riding), up(first), up(second), off(riding), off(first), off(second), at_stop=1)
    idle = make_itinerary(vehicle=make_vehicle(2))
    party = party_rows(make_request(4, 0, 1, pickup=(500, 900)))

    (spot,) = Fleet((idle, waits), travel, Weights(riding=0.2, delay=0.1)).cheapest(party)

    assert (spot.vehicle, spot.added_cost) == (1, pytest.approx(200 + 0.2 * 100 + 0.1 * 1_200 - 0.2 * 1_200))


def test_a_quote_over_a_fleet_is_timed():
    seconds = quote_seconds(vehicles=3, visits=8, quotes=5, seed=1, stops=30)

    assert len(seconds) == 5
    assert np.median(seconds) < 0.01

from dataclasses import replace
from itertools import count, pairwise, permutations

import numpy as np
import pytest
from scipy.sparse import csc_array

from routing.assign import Columns, Combiner
from routing.budget import Seconds, Turns
from routing.clock import Clock
from routing.generated import static_day
from routing.instances import Instance, Node
from routing.kernels.places import find_place
from routing.kernels.tours import insert, refresh
from routing.routes import Routes
from routing.ruin import Search
from routing.solve import solve


def orders(requests, n):
    """Yield every order of pick-ups and drop-offs in which nobody gets off before getting on."""
    nodes = [*requests, *(request + n for request in requests)]
    for order in permutations(nodes):
        if all(order.index(request) < order.index(request + n) for request in requests):
            yield order


def least_cost(instance):
    """Return the least cost by trying everything: two vehicles, three requests."""
    routes, n = Routes(instance), instance.requests
    everyone = frozenset(range(1, n + 1))
    cheapest = {frozenset(): 0.0}
    for size in range(1, 2**n):
        requests = frozenset(request for request in everyone if size >> (request - 1) & 1)
        costs = [routes.length(order) for order in orders(sorted(requests), n) if has_times(instance, order)]
        cheapest[requests] = min(costs, default=float("inf"))
    return min(cost + cheapest[everyone - requests] for requests, cost in cheapest.items())


def has_times(instance, order):
    """Tell whether the order can be driven: all inequalities tightened until nothing moves (Bellman-Ford)."""
    n, nodes, end = instance.requests, instance.nodes, len(instance.nodes) - 1
    stops = [0, *order, end]
    load = 0
    for node in order:
        load += nodes[node].load
        if load > instance.capacity:
            return False
    starts = {node: nodes[node].earliest for node in stops}
    limits = [(here, there, nodes[here].service + instance.distance(here, there)) for here, there in pairwise(stops)]
    limits += [(node, node - n, -instance.longest_ride - nodes[node - n].service) for node in order if node > n]
    limits.append((end, 0, -instance.longest_duty))
    for _ in range(len(stops) + 1):
        for sooner, later, gap in limits:
            starts[later] = max(starts[later], starts[sooner] + gap)
    return all(starts[node] <= nodes[node].latest + 1e-6 for node in stops) and all(
        starts[later] >= starts[sooner] + gap - 1e-6 for sooner, later, gap in limits
    )


@pytest.mark.parametrize("seed", range(12))
def test_routes_can_be_driven_exactly_when_the_inequalities_have_a_solution(seed):
    instance = static_day(3, 2, seed=seed)
    tight = Instance("tight", 2, 200.0 + 20 * seed, 3.0, 18.0, instance.nodes)
    routes = Routes(tight)

    found = {order: routes.is_feasible(order) for order in orders([1, 2, 3], 3)}

    assert found == {order: has_times(tight, order) for order in found}


@pytest.mark.parametrize("noon", [0.0, 1e10, 1e11, 1.7e12, 1e15])
def test_times_so_large_that_rounding_hides_a_push_come_to_an_end(noon):
    depot = Node(0, 0, 0, 0, noon, noon + 1440)
    ride = (Node(4, 3, 0, 1, noon + 100, noon + 115), Node(7, 1, 0, -1, noon + 100, noon + 400))
    routes = Routes(Instance("late", 1, 25.1, 1.0, 90.0, (depot, *ride, depot)))
    tours = Search(routes.day, seed=1).current

    insert(routes.day, tours, 0, 1, 0, 0, 0.0)

    assert routes.is_feasible((1, 2))
    assert refresh(routes.day, tours, 0)
    assert tours.low[0, :4] - noon == pytest.approx([85.577, 100, 103.606, 110.677], abs=1e-3 + 1e-15 * noon)
    assert (tours.high[0, :4] - tours.low[0, :4] >= -1e-15 * noon).all()


def cheapest_place(routes, route, request):
    """Return what the cheapest place for a request adds to a route, by trying every place."""
    added = [
        routes.length(tried) - routes.length(route)
        for first in range(len(route) + 1)
        for second in range(first, len(route) + 1)
        if routes.is_feasible(
            tried := (*route[:first], request, *route[first:second], request + routes.n, *route[second:])
        )
    ]
    return min(added, default=float("inf"))


@pytest.mark.parametrize("seed", range(6))
def test_the_cheapest_place_in_a_tour_is_found_and_reckoned(seed):
    day = static_day(14, 1, seed=seed)
    tight = Instance("tight", 1, 150.0 + 60 * seed, 3.0, 14.0 + 3 * seed, day.nodes)
    routes = Routes(tight)
    search = Search(routes.day, seed=seed)
    tours, found = search.current, []

    for request in range(1, 15):
        route = tuple(map(int, tours.stops[0, 1 : tours.size[0] - 1]))
        added, first, second = find_place(routes.day, tours, 0, request, float("inf"), search.scratch)
        found.append(added)
        assert added == pytest.approx(cheapest_place(routes, route, request))
        if added < float("inf"):
            insert(routes.day, tours, 0, request, first, second, added)
            known = [table[0, : tours.size[0]].copy() for table in (tours.low, tours.high, tours.load)]
            cost, key = tours.cost[0], tours.key[0]
            assert refresh(routes.day, tours, 0)
            anew = [table[0, : tours.size[0]] for table in (tours.low, tours.high, tours.load)]
            assert all(before == pytest.approx(after) for before, after in zip(known, anew, strict=True))
            assert (cost, key) == (pytest.approx(tours.cost[0]), tours.key[0])
    assert sum(added < float("inf") for added in found) >= 2


def test_in_a_long_tour_with_time_for_everything_no_place_is_overlooked():
    """A hundred and eighteen visits leave seven thousand places, all of which can be driven."""
    rng, n = np.random.default_rng(2), 60
    depot = Node(0, 0, 0, 0, 0, 1e6)
    visits = [Node(*rng.uniform(0, 10, 2), 1, load, 0, 1e6) for load in (1, -1) for _ in range(n)]
    routes = Routes(Instance("loose", 1, 1e6, n, 1e6, (depot, *visits, depot)))
    search = Search(routes.day, seed=1)
    before = (*range(1, n), *range(n + 1, 2 * n))
    search.take_up([before])

    added, first, second = find_place(routes.day, search.current, 0, n, float("inf"), search.scratch)

    after = (*before[:first], n, *before[first:second], 2 * n, *before[second:])
    assert added == pytest.approx(cheapest_place(routes, before, n))
    assert added == pytest.approx(routes.length(after) - routes.length(before))


def test_turns_make_the_same_day_again_and_time_is_kept(monkeypatch):
    day = static_day(40, 4, seed=2)
    again = [Search(Routes(day).day, seed=5) for _ in range(2)]
    for search in again:
        search.run(Turns(3_000))

    assert again[0].routes() == again[1].routes()
    assert again[0].cost == again[1].cost
    looks = count()
    monkeypatch.setattr("routing.clock.time.process_time", lambda: next(looks) / 1_000)  # a clock that looks move
    again[0].run(Seconds(Clock.of(0.5)))
    assert 500 <= next(looks) < 510


def test_a_pool_that_fills_up_keeps_its_best_routes_and_takes_more(monkeypatch):
    monkeypatch.setattr("routing.ruin._POOL_ROWS", 1_000)
    monkeypatch.setattr("routing.ruin._POOL_KEPT", 100)
    search = Search(Routes(static_day(30, 3, seed=2)).day, seed=5)
    fullest = 0

    def look():
        nonlocal fullest
        fullest = max(fullest, int(search.pool.used[0]))

    search.run(Turns(6_000), watch=look)

    assert 100 < fullest < 1_000
    search.combine(1.0, turns=0)
    met = search.pool_routes(1_000)
    assert len(set(met)) == len(met)
    assert {route for route in search.routes() if route} <= set(met)


def test_a_full_pool_that_lacks_the_best_routes_takes_them_up_before_it_is_thinned_out():
    search = Search(Routes(static_day(10, 2, seed=3)).day, seed=1)
    search.run(Turns(200))
    best = {tuple(sorted(route)) for route in search.routes() if route}
    search._renew_pool()

    search._thin_out()

    assert best == {tuple(sorted(route)) for route in search.pool_routes(10)}


def test_routes_found_elsewhere_are_combined_into_a_better_day():
    day = static_day(8, 2, seed=1)
    best = solve(day, seconds=60.0, seed=1)  # it ends with the proof
    search = Search(Routes(day).day, seed=1)
    search.take_up([(request, request + 8) for request in (1,)])

    search.meet(best.routes)
    search.combine(1.0, turns=0, thorough=True)

    assert search.cost == pytest.approx(best.cost)


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_a_small_day_is_solved_to_the_least_cost(seed):
    instance = static_day(3, 2, seed=seed)

    solution = solve(instance, seconds=60.0, seed=1)  # it ends with the proof

    assert solution.cost == pytest.approx(least_cost(instance))
    assert solution.cost == pytest.approx(instance.cost([list(route) for route in solution.routes]))
    assert solution.bound == pytest.approx(solution.cost)
    assert solution.proven


def test_a_day_in_meters_is_solved_like_one_in_kilometers():
    day = static_day(24, 3, seed=4)
    nodes = tuple(
        Node(*(figure * 1_000 for figure in node[:3]), node.load, *(f * 1_000 for f in node[4:])) for node in day.nodes
    )
    day = Instance("meters", 3, day.longest_duty * 1_000, day.capacity, day.longest_ride * 1_000, nodes)

    solution = solve(day, seconds=60.0, seed=1)  # it ends with the proof

    assert solution.proven
    assert solution.cost == pytest.approx(386_004.2, abs=0.1)


def test_the_time_at_the_depot_is_part_of_the_duty_and_vehicles_to_spare_take_no_room():
    depot = Node(0, 0, 2, 0, 0, 480)
    day = Instance(
        "depot", 100_000, 21.0, 3.0, 30.0, (depot, Node(5, 0, 0, 1, 0, 480), Node(10, 0, 0, -1, 0, 480), depot)
    )

    assert solve(day, seconds=1.0, seed=1) is None
    assert solve(replace(day, longest_duty=22.0), seconds=1.0, seed=1).cost == pytest.approx(20)


def test_every_request_is_served_once_on_routes_that_can_be_driven():
    instance = static_day(16, 2, seed=3)

    solution = solve(instance, seconds=1.0, seed=1)

    assert sorted(node for route in solution.routes for node in route) == list(range(1, 33))
    assert len(solution.routes) <= instance.vehicles
    assert all(has_times(instance, route) for route in solution.routes)


def test_a_ride_longer_than_allowed_has_no_solution():
    depot = Node(0, 0, 0, 0, 0, 480)
    instance = Instance("far", 1, 480, 3, 5, (depot, Node(1, 0, 1, 1, 0, 480), Node(9, 0, 1, -1, 0, 480), depot))

    assert solve(instance, seconds=0.05, seed=1) is None


def columns(*routes, requests=2):
    """Return (requests served, cost) pairs as columns, all for one kind of vehicle."""
    serves = np.array([[request in served for served, _ in routes] for request in range(requests)], float)
    return Columns(csc_array(serves), np.array([cost for _, cost in routes]), np.zeros(len(routes), np.int32))


@pytest.mark.parametrize(
    ("third", "vehicles", "chosen"),
    [
        pytest.param(7.0, 2, [2], id="one for both"),
        pytest.param(8.5, 2, [0, 1], id="one each"),
        pytest.param(8.5, 1, [2], id="one vehicle only"),
        pytest.param(99.0, 1, [0], id="one left out"),
    ],
)
def test_the_best_combination_serves_everyone_or_pays_for_it(third, vehicles, chosen):
    combiner = Combiner([vehicles], np.array([50.0, 10.0]))
    pool = columns(({0}, 4.0), ({1}, 4.0), ({0, 1}, third))

    assert list(combiner.combine(pool, [], cost=60.0, limits=(60, False))) == [chosen, chosen]


def test_a_pool_that_grew_or_got_cheaper_is_combined_anew():
    combiner = Combiner([2], np.array([50.0, 50.0]))

    def combined(*routes, current, cost):
        return list(combiner.combine(columns(*routes), current, cost=cost, limits=(60, False)))[-1]

    assert combined(({0}, 4.0), ({1}, 4.0), current=[], cost=100.0) == [0, 1]
    assert combined(({0}, 4.0), ({1}, 4.0), ({0, 1}, 7.0), current=[0, 1], cost=8.0) == [2]
    assert combined(({0}, 3.0), ({1}, 3.5), ({0, 1}, 7.0), current=[2], cost=7.0) == [0, 1]


@pytest.mark.parametrize("seed", range(8))
def test_routes_are_combined_however_much_penalties_differ(seed):
    rng = np.random.default_rng(seed)
    requests, routes = 80, 1_500
    sizes = rng.integers(1, 9, routes)
    riders = [rng.choice(requests, size, replace=False).tolist() for size in sizes]
    costs = rng.uniform(1e4, 1e5, routes) * sizes
    penalties = rng.uniform(1e5, 1e6, requests) * 10.0 ** rng.integers(0, 5, requests)
    pool = columns(*zip(map(set, riders), costs.tolist(), strict=True), requests=requests)

    choices = list(Combiner([4], penalties).combine(pool, [], cost=penalties.sum(), limits=(60, True)))

    left_out = [set(range(requests)).difference(*(riders[row] for row in choice)) for choice in choices]
    assert choices
    assert all(penalties[list(some)].sum() < penalties.sum() / 2 for some in left_out)

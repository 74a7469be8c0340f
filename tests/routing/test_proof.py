from itertools import combinations

import numpy as np
import pytest

from routing.budget import Turns
from routing.clock import Clock, OutOfTimeError
from routing.events import EventGraph
from routing.fragments import IntractableError, Tables, bits
from routing.generated import static_day
from routing.incumbent import Incumbent
from routing.instances import Instance, Node
from routing.master import Master, choose, spread
from routing.network import Cuts, Network, Prices
from routing.pool import Pool
from routing.pricing import Search, chains
from routing.proof import prove
from routing.relaxation import assignment_bound
from routing.routes import Routes
from routing.ruin import Search as RuinAndRecreate
from tests.routing.test_solve import has_times, least_cost, orders

EVERYTHING = Search(beam=10**6, most=10**5, whole=True)
CHEAPEST = Search(beam=10**6, most=10**5, whole=False)
NO_LIMITS = (10**3, 10**5, 10**7)


def tight_day(seed, *, requests=4):
    day = static_day(requests, 2, seed=seed)
    return Instance("tight", 2, 480.0, 3.0, 20.0 + seed % 3 * 5, day.nodes)


def graph_of(day):
    return EventGraph(Tables.of(day), Clock.of(60), most=10**5)


def fragments_of(day, prices, *, below=np.inf):
    graph = graph_of(day)
    sides = graph.sides(prices.requests, prices.vehicle)
    fragments, complete = graph.fragments(prices.requests, sides, below=below, limits=NO_LIMITS)
    assert complete
    return fragments


def network_of(day, prices):
    return Network(Tables.of(day), fragments_of(day, prices))


def least_of_each_set(day):
    """Return the cheapest route of each set of riders, by trying every order."""
    routes, cheapest = Routes(day), {}
    for size in range(1, day.requests + 1):
        for riders in combinations(range(1, day.requests + 1), size):
            lengths = [routes.length(order) for order in orders(riders, day.requests) if has_times(day, order)]
            if lengths:
                cheapest[frozenset(riders)] = min(lengths)
    return cheapest


def prices_of(day, seed, *, cuts=()):
    rng = np.random.default_rng(seed)
    table = Cuts(np.array(cuts, dtype=np.int64).reshape(-1, 3), rng.uniform(0, 8, len(cuts)))
    return Prices(rng.uniform(5, 30, day.requests), -rng.uniform(0, 5), table)


def reduced_cost(riders, length, prices):
    twice = [len(riders & set(members.tolist())) > 1 for members in prices.cuts.members]
    return length - sum(prices.requests[rider - 1] for rider in riders) - prices.vehicle + prices.cuts.prices @ twice


def riders_of(words, n):
    return frozenset(rider for rider in range(1, n + 1) if int(words[0]) >> (rider - 1) & 1)


@pytest.mark.parametrize("seed", range(6))
def test_every_fragment_can_be_driven_and_begins_and_ends_empty(seed):
    day = tight_day(seed)

    fragments = fragments_of(day, prices_of(day, seed))

    assert len(fragments) >= 4
    for row in range(len(fragments)):
        visits = tuple(int(node) for node in fragments.visits[row] if node)
        aboard = np.cumsum([1 if node <= day.requests else -1 for node in visits])
        assert has_times(day, visits)
        assert (aboard[:-1] > 0).all()
        assert aboard[-1] == 0


@pytest.mark.parametrize("seed", range(6))
def test_chains_of_fragments_are_all_routes_by_brute_force(seed):
    day = tight_day(seed)
    prices = prices_of(day, seed, cuts=[(1, 2, 3), (2, 3, 4)])
    network = network_of(day, prices)
    expected = {
        riders: pytest.approx(reduced_cost(riders, length, prices)) for riders, length in least_of_each_set(day).items()
    }

    found = chains(network, network.bounds(prices), EVERYTHING, below=1e6)

    assert found.complete
    assert {riders_of(found.served[row], 4): found.reduced[row] for row in range(len(found))} == expected
    for row in range(len(found)):
        assert found.cost[row] == pytest.approx(Routes(day).length(found.route(row)))
    assert prices.reduced(found.cost, found.served) == pytest.approx(found.reduced)


@pytest.mark.parametrize("seed", range(6))
def test_pricing_finds_the_cheapest_route_and_bounds_never_exceed_it(seed):
    day = tight_day(seed)
    prices = prices_of(day, seed, cuts=[(1, 2, 3)])
    network = network_of(day, prices)
    least = min(reduced_cost(riders, length, prices) for riders, length in least_of_each_set(day).items())
    bounds = network.bounds(prices)

    found = chains(network, bounds, CHEAPEST, below=1e6)

    assert found.reduced.min() == pytest.approx(least)
    assert bounds.least <= least + 1e-9
    best = int(found.reduced.argmin())
    assert (network.through(bounds)[found.trace(best)] <= least + 1e-9).all()
    assert graph_of(day).sides(prices.requests, prices.vehicle).least <= bounds.least + 1e-6


@pytest.mark.parametrize("seed", range(6))
def test_every_route_under_a_limit_is_made_of_the_fragments_under_it(seed):
    day = tight_day(seed)
    prices = prices_of(day, seed)
    costs = {riders: reduced_cost(riders, cost, prices) for riders, cost in least_of_each_set(day).items()}
    limit = float(np.median(list(costs.values()))) + 1e-6

    fragments = fragments_of(day, prices, below=limit + prices.vehicle)

    network = Network(Tables.of(day), fragments)
    found = chains(network, network.bounds(prices), EVERYTHING, below=limit)
    expected = {riders: pytest.approx(cost) for riders, cost in costs.items() if cost < limit}
    assert {riders_of(found.served[row], 4): found.reduced[row] for row in range(len(found))} == expected


def test_what_is_looked_for_can_be_limited():
    day = tight_day(1)
    prices = prices_of(day, 1)
    graph, network = graph_of(day), network_of(day, prices)
    sides = graph.sides(prices.requests, prices.vehicle)

    alone, _ = graph.fragments(prices.requests, sides, below=np.inf, limits=(1, 10**5, 10**7))
    one, complete = graph.fragments(prices.requests, sides, below=np.inf, limits=(4, 1, 10**7))

    assert (alone.visits > 0).sum(axis=1).tolist() == [2, 2, 2, 2]
    assert (len(one), complete) == (1, False)
    assert not chains(network, network.bounds(prices), Search(1, 10**5, whole=True), below=1e6).complete
    assert not chains(network, network.bounds(prices), Search(10**6, 3, whole=True), below=1e6).complete


def test_a_look_for_chains_stops_on_time_and_is_the_same_in_small_steps(monkeypatch):
    day = tight_day(1)
    prices = prices_of(day, 1)
    network = network_of(day, prices)
    bounds = network.bounds(prices)
    at_once = chains(network, bounds, EVERYTHING, below=1e6)
    monkeypatch.setattr("routing.pricing._TRIES", 1)

    in_steps = chains(network, bounds, EVERYTHING, below=1e6, clock=Clock.of(60))

    assert in_steps.labels == at_once.labels > 0
    assert (in_steps.reduced == at_once.reduced).all()
    with pytest.raises(OutOfTimeError):
        chains(network, bounds, EVERYTHING, below=1e6, clock=Clock.of(0))


def test_a_pool_keeps_the_routes_near_the_least_reduced_cost():
    day = tight_day(2)
    prices = prices_of(day, 2)
    network = network_of(day, prices)
    pool = Pool.of(chains(network, network.bounds(prices), EVERYTHING, below=1e6))
    reduced = np.sort(prices.reduced(pool.cost, pool.served))

    nearest, gap = pool.nearest(prices, 3)

    assert len(nearest) == 3
    assert gap == reduced[3]
    assert pool.nearest(prices, len(pool)) == (pool, np.inf)
    assert nearest.cost[0] == pytest.approx(Routes(day).length(nearest.route(0)))


@pytest.mark.parametrize("seed", range(12))
def test_a_proof_agrees_with_brute_force(seed):
    day = tight_day(seed, requests=3)

    proof = prove(day, Routes(day), [], None, Clock.of(20))

    least = least_cost(day)
    if least == float("inf"):
        assert proof.routes is None
    else:
        assert proof.proven
        assert (proof.cost, proof.bound) == (pytest.approx(least), pytest.approx(least))


@pytest.mark.parametrize("seed", range(6))
def test_a_duty_shorter_than_the_day_is_kept_and_bounded(seed):
    nodes = static_day(3, 2, seed=seed).nodes
    day = Instance("short", 2, 150.0 + 25 * seed, 3.0, 25.0, nodes)

    proof = prove(day, Routes(day), [], None, Clock.of(20))

    least = least_cost(day)
    assert proof.bound <= least + 1e-6
    assert proof.cost >= least - 1e-6
    assert proof.routes is None or all(has_times(day, route) for route in proof.routes)


def test_a_better_day_is_looked_for_near_the_relaxation_once_cuts_have_raised_it():
    day = static_day(24, 3, seed=4)
    routes, search = Routes(day), RuinAndRecreate(Routes(day).day, seed=1)
    search.run(Turns(30))
    begun = tuple(filter(None, search.routes()))
    least = prove(day, routes, [], begun, Clock.of(20))
    asked = []

    def improve(met, best):
        asked.append((met, best))
        return least.routes

    proof = prove(day, routes, [], begun, Clock.of(20), improve)

    (met, best), *_ = asked
    assert sum(map(routes.length, best)) > least.cost
    assert {node for route in met for node in route} == set(range(1, 2 * day.requests + 1))
    assert (proof.proven, proof.cost) == (True, pytest.approx(least.cost))


def test_a_look_for_a_better_day_that_finds_none_does_no_harm():
    day = static_day(24, 3, seed=4)
    search = RuinAndRecreate(Routes(day).day, seed=1)
    search.run(Turns(30))
    begun = tuple(filter(None, search.routes()))

    assert prove(day, Routes(day), [], begun, Clock.of(20), lambda _met, _best: ()).proven


def test_a_day_is_taken_up_without_second_rides_and_only_if_it_serves_everybody():
    routes = Routes(static_day(2, 2, seed=1))
    known = Incumbent(routes, None)

    known.take_up([(1, 3)])
    assert (known.best, known.cost) == (None, np.inf)
    known.take_up([(1, 3), (2, 4), (1, 3)])
    assert sorted(filter(None, known.best)) == [(1, 3), (2, 4)]
    assert known.cost == pytest.approx(routes.length((1, 3)) + routes.length((2, 4)))


def test_without_time_nothing_is_claimed():
    day = static_day(3, 2, seed=1)

    proof = prove(day, Routes(day), [], None, Clock.of(0))

    assert (proof.routes, proof.proven) == (None, False)
    assert 0 < proof.bound <= least_cost(day) + 1e-6


@pytest.mark.parametrize("seed", range(12))
def test_the_quick_bound_is_never_above_the_least_cost(seed):
    day = tight_day(seed, requests=3)

    assert assignment_bound(Tables.of(day)) <= least_cost(day) + 1e-6


def test_a_day_with_too_many_events_or_visits_that_take_no_time_is_refused():
    crowd = tuple(Node(0, number / 100, 0, 1, 0, 480) for number in range(8))
    same = (Node(0, 0, 0, 0, 0, 480), *crowd, *(node._replace(load=-1) for node in crowd), Node(0, 0, 0, 0, 0, 480))
    day = Instance("crowd", 2, 480, 8, 90, same)

    with pytest.raises(IntractableError, match="events"):
        EventGraph(Tables.of(day), Clock.of(60), most=100)
    with pytest.raises(IntractableError, match="no time"):
        EventGraph(Tables.of(day), Clock.of(60), most=10**6)
    assert prove(day, Routes(day), [], None, Clock.of(0.3)).routes is None
    with pytest.raises(OutOfTimeError):
        EventGraph(Tables.of(day), Clock.of(0), most=10**6)


def column(riders):
    return np.bitwise_or.reduce(bits(np.array(riders), 1), axis=0)


def test_cuts_close_the_gap_that_three_halves_leave():
    master = Master(3, 3, left_out=100.0)
    for name, riders in enumerate(((1, 2), (2, 3), (1, 3))):
        master.add(column(riders), 2.0, name)
    master.add(column((1,)), 1.5, 3)
    relaxed = master.relax()

    added = master.cut(relaxed)

    assert relaxed.value == pytest.approx(3.0)
    assert added == 1
    assert master.relax().value == pytest.approx(3.5)
    assert not master.add(column((1, 2)), 2.5, 4)
    assert master.add(column((1, 2)), 1.9, 5)
    assert master.names == [5, 1, 2, 3]
    assert master.relax().value == pytest.approx(3.5)
    prices = Prices(np.array([1.0, 2.0, 3.0]), -0.5, Cuts(np.array([[1, 2, 3]]), np.array([0.25])))
    assert master.reduced(prices) == pytest.approx([1.9 - 3 + 0.75, 2 - 5 + 0.75, 2 - 4 + 0.75, 1.5 - 1 + 0.5])
    master.keep(np.array([1, 3]))
    assert master.relax().value == pytest.approx(3.5)


def test_cuts_that_cost_nothing_are_forgotten_and_the_value_stays():
    master = Master(3, 3, left_out=100.0)
    for name, riders in enumerate(((1, 2), (2, 3), (1, 3))):
        master.add(column(riders), 2.0, name)
    master.cut(master.relax())
    master.forget_slack(master.relax())
    assert master.cuts == [(1, 2, 3)]
    for rider in (1, 2, 3):
        master.add(column((rider,)), 0.5, 2 + rider)
    relaxed = master.relax()
    assert relaxed.value == pytest.approx(1.5)
    master.keep(np.arange(6))  # the program is written anew, its own prices are gone

    master.forget_slack(relaxed)

    assert master.cuts == []
    assert master.relax().value == pytest.approx(1.5)


@pytest.mark.parametrize("seed", range(8))
def test_a_choice_and_its_bound_agree_with_trying_all(seed):
    rng = np.random.default_rng(seed)
    riders = [
        frozenset(rng.choice(np.arange(1, 7), size, replace=False).tolist()) for size in (1, 1, 2, 2, 2, 3, 3, 3, 4)
    ]
    costs = rng.uniform(1, 9, len(riders)) / 3
    whole = [
        sum(costs[list(some)])
        for count in range(1, 5)
        for some in combinations(range(len(riders)), count)
        if sorted(rider for index in some for rider in riders[index]) == [1, 2, 3, 4, 5, 6]
    ]

    choice = choose(np.array([column(sorted(each)) for each in riders]), costs, 6, vehicles=4, seconds=5)

    assert (choice.chosen is None) == (not whole)
    if whole:
        assert costs[choice.chosen].sum() == pytest.approx(min(whole), abs=1e-9)
        assert min(whole) - 1e-6 <= choice.bound <= min(whole) + 1e-9


def test_the_cheapest_choice_serves_everybody_or_there_is_none():
    served = np.array([column(riders) for riders in ((1,), (2,), (1, 2))])

    def chosen(costs, among=3):
        return choose(served[:among], np.array(costs[:among]), 2, vehicles=2, seconds=5)

    assert chosen([1.0, 1.0, 3.0]).chosen.tolist() == [0, 1]
    assert chosen([2.0, 2.0, 3.0]).bound == pytest.approx(3.0)
    assert chosen([1.0, 1.0, 3.0], among=1).chosen is None
    assert chosen([1.0, 1.0, 3.0], among=1).bound == float("inf")
    assert chosen([1.0, 1.0, 3.0], among=0).bound == float("inf")


def test_a_choice_visits_nobody_twice():
    served = np.array([column(riders) for riders in ((1, 2), (2, 3), (3,))])

    choice = choose(served, np.array([2.0, 2.0, 3.0]), 3, vehicles=2, seconds=5)

    assert choice.chosen.tolist() == [0, 2]


def test_of_routes_that_may_join_no_request_is_in_many_before_others_are():
    served = np.array([column((1,))] * 7 + [column((2,)), column((1, 2)), column((2,))])
    reduced = np.array([-9.0, -8.0, -7.0, -6.0, -5.0, -4.0, -3.0, -2.0, -1.0, 0.0])

    assert spread(served, reduced, 2, most=9) == [0, 1, 2, 3, 4, 7, 8]
    assert spread(served, reduced, 2, most=2) == [0, 1]

from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest

from routing.choice import choose
from routing.clock import Clock, OutOfTimeError
from routing.events import EventGraph
from routing.fragments import IntractableError, bits, narrowed
from routing.generated import static_day
from routing.instances import Instance, Node
from routing.kernels.chains import costs_onward as costs_onward_of_fragments
from routing.kernels.events import costs_onward, latest_starts, least_path, lower_latest_starts
from routing.master import Master, spread
from routing.network import Network, Prices
from routing.pricing import Search, chains
from routing.proof import prove
from routing.relaxation import assignment_bound
from routing.routes import Routes
from routing.solve import rehearse, solve
from tests.routing.test_solve import has_times, least_cost, orders

EVERYTHING = Search(beam=10**6, most=10**5, whole=True)
CHEAPEST = Search(beam=10**6, most=10**5, whole=False)
NO_LIMITS = (10**3, 10**5, 10**7)
ANY_WAY = np.ones((3, 3), dtype=bool)  # between three requests


@pytest.fixture(autouse=True, scope="module")
def compiled():
    """No clock of a test goes while something is compiled."""
    rehearse()


def tight_day(seed, *, requests=4):
    day = static_day(requests, 2, seed=seed)
    return Instance("tight", 2, 480.0, 3.0, 20.0 + seed % 3 * 5, day.nodes)


def scaled(day, factor):
    """Return the same day in other units."""
    nodes = tuple(
        Node(
            node.x * factor,
            node.y * factor,
            node.service * factor,
            node.load,
            node.earliest * factor,
            node.latest * factor,
        )
        for node in day.nodes
    )
    times = {"longest_duty": day.longest_duty * factor, "longest_ride": day.longest_ride * factor}
    return replace(day, nodes=nodes, **times)


def graph_of(day):
    return EventGraph(narrowed(Routes(day).day), Clock.of(60), most=10**5)


def fragments_of(day, prices, *, below=np.inf):
    graph = graph_of(day)
    sides = graph.sides(prices.requests, prices.vehicle)
    fragments, complete = graph.fragments(prices.requests, sides, below=below, limits=NO_LIMITS)
    assert complete
    return fragments


def network_of(day, prices):
    return Network(narrowed(Routes(day).day), fragments_of(day, prices))


def whole_network(day):
    """Return all fragments of a day, none of which a worse one could replace."""
    return network_of(day, Prices(np.zeros(day.requests), 0.0))


def accept(_route):
    return True


def visits_of(network, index):
    visits = network.fragments.visits[index]
    return tuple(visits[visits > 0].tolist())


def least_of_each_set(day):
    """Return the cheapest route of each set of riders, by trying every order."""
    routes, cheapest = Routes(day), {}
    for size in range(1, day.requests + 1):
        for riders in combinations(range(1, day.requests + 1), size):
            lengths = [routes.length(order) for order in orders(riders, day.requests) if has_times(day, order)]
            if lengths:
                cheapest[frozenset(riders)] = min(lengths)
    return cheapest


def days_of(day):
    """Yield every day that two vehicles can drive, one route in each possible order for each part of the riders."""
    everybody = set(range(1, day.requests + 1))
    for size in range(day.requests // 2 + 1):
        for some in combinations(sorted(everybody), size):
            one = [order for order in orders(some, day.requests) if has_times(day, order)] if some else [()]
            rest = tuple(sorted(everybody - set(some)))
            for other in orders(rest, day.requests):
                if has_times(day, other):
                    yield from ((first, other) for first in one)


def prices_of(day, seed):
    rng = np.random.default_rng(seed)
    return Prices(rng.uniform(5, 30, day.requests), -rng.uniform(0, 5))


def reduced_cost(riders, length, prices):
    return length - sum(prices.requests[rider - 1] for rider in riders) - prices.vehicle


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
    prices = prices_of(day, seed)
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
    prices = prices_of(day, seed)
    network = network_of(day, prices)
    least = min(reduced_cost(riders, length, prices) for riders, length in least_of_each_set(day).items())
    bounds = network.bounds(prices)

    found = chains(network, bounds, CHEAPEST, below=1e6)

    assert found.reduced.min() == pytest.approx(least)
    assert bounds.least <= least + 1e-9
    assert graph_of(day).sides(prices.requests, prices.vehicle).least <= bounds.least + 1e-6


def test_a_rider_whom_only_others_set_out_for_may_still_be_picked_up():
    """To carry 2 with 1 pays more and ends sooner than 4 with 1, but then 3, on whose way 2 is fetched, cannot come."""
    depot = Node(0, 0, 0, 0, 0, 480)
    pickups = (Node(1, 0, 1, 1, 0, 20), Node(1, 0, 1, 1, 0, 400), Node(3, 0, 1, 1, 140, 150), Node(1, 0, 120, 1, 0, 40))
    dropoffs = (Node(2, 0, 1, -1, 100, 190), *(Node(x, 0, 1, -1, 0, 480) for x in (2, 4, 2)))
    network = whole_network(Instance("late", 1, 480, 2, 150, (depot, *pickups, *dropoffs, depot)))
    kept = {(1, 2, 6, 5), (1, 4, 8, 5), (3, 2, 7, 6)}
    few = network.keep(np.array([visits_of(network, row) in kept for row in range(len(network.fragments))]))
    bounds = few.bounds(Prices(np.array([10.0, 10.0, 20.0, 5.0]), 0.0))

    found = chains(few, bounds, CHEAPEST, below=0.0)

    assert found.complete
    assert found.reduced.min() == pytest.approx(chains(few, bounds, EVERYTHING, below=0.0).reduced.min())
    assert found.route(found.reduced.argmin()) == (1, 4, 8, 5, 3, 2, 7, 6)


@pytest.mark.parametrize("seed", range(6))
def test_no_route_undercuts_what_is_said_of_its_fragments_and_drives(seed):
    day = tight_day(seed)
    prices = prices_of(day, seed)
    network = network_of(day, prices)
    bounds = network.bounds(prices)
    part = network.fragments

    through, between = network.through(bounds)

    found = chains(network, bounds, EVERYTHING, below=1e6)
    joined = 0
    for row in range(len(found)):
        trace = found.trace(row)
        assert (through[trace] <= found.reduced[row] + 1e-9).all()
        for one, other in pairwise(trace):
            joined += 1
            assert between[part.last[one] - day.requests - 1, part.first[other] - 1] <= found.reduced[row] + 1e-9
    assert joined > 0
    assert through.min() == pytest.approx(bounds.least)


@pytest.mark.parametrize("seed", range(6))
def test_every_route_under_a_limit_is_made_of_the_fragments_under_it(seed):
    day = tight_day(seed)
    prices = prices_of(day, seed)
    costs = {riders: reduced_cost(riders, cost, prices) for riders, cost in least_of_each_set(day).items()}
    limit = float(np.median(list(costs.values()))) + 1e-6

    fragments = fragments_of(day, prices, below=limit + prices.vehicle)

    network = Network(narrowed(Routes(day).day), fragments)
    found = chains(network, network.bounds(prices), EVERYTHING, below=limit)
    expected = {riders: pytest.approx(cost) for riders, cost in costs.items() if cost < limit}
    assert {riders_of(found.served[row], 4): found.reduced[row] for row in range(len(found))} == expected


@pytest.mark.parametrize("seed", range(6))
def test_in_an_elementary_graph_nobody_rides_twice_and_no_route_is_missing(seed):
    day = tight_day(seed)
    prices = Prices(np.full(4, 100.0), 0.0)
    graph = EventGraph(narrowed(Routes(day).day), Clock.of(60), most=10**5, is_elementary=True)
    earned = graph.earned(prices.requests)
    least = min(reduced_cost(riders, length, prices) for riders, length in least_of_each_set(day).items())

    onward = costs_onward(graph.events, earned)
    paths = [least_path(graph.events, earned, onward, event) for event in graph.events.opening if event >= 0]

    assert graph.sides(prices.requests, 0.0).least <= least + 1e-6
    for path in paths:
        pickups = [node for node in graph.events.node[path] if node <= 4]
        assert len(pickups) == len(set(pickups))


def test_it_does_not_matter_how_riders_are_numbered():
    """More riders than a word has bits, first to last and last to first."""
    day = static_day(70, 6, seed=3)
    backwards = replace(day, nodes=(day.nodes[0], *day.nodes[70:0:-1], *day.nodes[140:70:-1], day.nodes[141]))
    prices = np.linspace(10.0, 60.0, 70)

    one, other = (
        EventGraph(narrowed(Routes(some).day), Clock.of(60), most=10**5, is_elementary=True)
        for some in (day, backwards)
    )

    assert len(one.events.node) == len(other.events.node) > 1_000
    assert one.sides(prices, 5.0).least == pytest.approx(other.sides(prices[::-1], 5.0).least)
    assert one.sides(prices, 5.0).least != pytest.approx(other.sides(prices, 5.0).least)


@pytest.mark.parametrize("seed", range(6))
def test_the_least_costs_before_and_after_an_event_are_those_of_some_route(seed):
    """No route through an event undercuts them, and together with an event of the best route they are its cost."""
    day = tight_day(seed)
    prices = prices_of(day, seed)
    graph = graph_of(day)
    events, earned = graph.events, graph.earned(prices.requests)
    sides = graph.sides(prices.requests, prices.vehicle)

    whole = sides.before + sides.onward - np.repeat(earned[events.node], np.diff(events.cell)) - prices.vehicle

    assert whole.min() == pytest.approx(sides.least)
    openings = graph.begun(sides.onward, day_out(graph) - prices.requests) - prices.vehicle
    assert openings.min() == pytest.approx(sides.least)


def day_out(graph):
    """Return the way from the depot to each pick-up."""
    return graph.day.distance[graph.day.start, 1 : graph.day.n + 1]


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


@pytest.mark.parametrize("seed", range(12))
def test_a_choice_is_the_cheapest_day_of_all(seed):
    day = tight_day(seed, requests=3)
    routes, network = Routes(day), whole_network(day)
    least = least_cost(day)

    choice = choose(network, ANY_WAY, accept, below=np.inf, clock=Clock.of(20))

    assert choice.bound == pytest.approx(least)
    if least == np.inf:
        assert choice.routes is None
    else:
        assert sum(map(routes.length, choice.routes)) == pytest.approx(least)
        assert all(has_times(day, route) for route in choice.routes)
        assert sorted(node for route in choice.routes for node in route) == [1, 2, 3, 4, 5, 6]
        again = choose(network, ANY_WAY, accept, below=least + 1e-6, clock=Clock.of(20))
        none = choose(network, ANY_WAY, accept, below=least - 1e-6, clock=Clock.of(20))
        assert again.bound == pytest.approx(least)
        assert (none.routes, none.bound) == (None, np.inf)


def test_a_choice_remembers_the_time_over_several_fragments():
    """Each two of the rides follow each other in time, the second is in no hurry, but after both the third is over."""
    depot = Node(0, 0, 0, 0, 0, 480)
    pickups = (Node(1, 0, 0, 1, 20, 22), Node(6, 0, 0, 1, 0, 100), Node(11, 0, 0, 1, 25, 28))
    dropoffs = tuple(node._replace(x=node.x + 4, load=-1, earliest=0, latest=480) for node in pickups)
    day = Instance("three", 2, 480, 1, 30, (depot, *pickups, *dropoffs, depot))

    choice = choose(whole_network(day), ANY_WAY, accept, below=np.inf, clock=Clock.of(20))

    assert choice.bound == pytest.approx(least_cost(day)) == pytest.approx(40)
    assert sorted(choice.routes) == [(1, 4), (2, 5, 3, 6)]


@pytest.mark.parametrize(("vehicles", "longest_duty"), [(2, 480.0), (6, 160.0)])
@pytest.mark.parametrize("seed", [1, 2, 3, 4, 6, 7])
def test_every_route_of_a_choice_keeps_its_times_and_duties(seed, vehicles, longest_duty):
    day = replace(static_day(12, vehicles, seed=seed), longest_duty=longest_duty)

    choice = choose(whole_network(day), np.ones((12, 12), dtype=bool), accept, below=np.inf, clock=Clock.of(20))

    assert choice.routes
    assert all(has_times(day, route) for route in choice.routes)


@pytest.mark.parametrize("seed", [0, 1, 3, 4, 6])
def test_without_ways_between_them_every_fragment_is_a_route(seed):
    day = tight_day(seed, requests=3)
    network = whole_network(day)
    day_costs = [
        sum(Routes(day).length(visits_of(network, index)) for index in chosen)
        for count in (1, 2)
        for chosen in combinations(range(len(network.fragments)), count)
        if sorted(node for index in chosen for node in visits_of(network, index)) == [1, 2, 3, 4, 5, 6]
    ]

    choice = choose(network, ~ANY_WAY, accept, below=np.inf, clock=Clock.of(20))

    assert choice.bound == pytest.approx(min(day_costs, default=np.inf))


@pytest.mark.parametrize("seed", [0, 1, 3, 4, 6])
def test_a_route_that_is_refused_is_given_up_for_the_next_cheapest_day(seed):
    day = tight_day(seed, requests=3)
    length = Routes(day).length
    network = whole_network(day)
    first = choose(network, ANY_WAY, accept, below=np.inf, clock=Clock.of(20))
    refused = max(first.routes, key=len)
    expected = min(
        (sum(map(length, filter(None, routes))) for routes in days_of(day) if refused not in routes), default=np.inf
    )

    second = choose(network, ANY_WAY, lambda route: route != refused, below=np.inf, clock=Clock.of(20))

    assert second.bound == pytest.approx(expected)


def test_a_choice_stops_on_time():
    day = tight_day(1, requests=3)

    choice = choose(whole_network(day), ANY_WAY, accept, below=np.inf, clock=Clock.of(0))

    assert (choice.routes, choice.bound) == (None, 0.0)


def test_of_a_route_that_is_refused_the_part_that_makes_it_so_is_forbidden():
    day = tight_day(3, requests=3)
    length, asked = Routes(day).length, []

    def two_at_most(route):
        asked.append(route)
        return len(route) <= 4

    choice = choose(whole_network(day), ANY_WAY, two_at_most, below=np.inf, clock=Clock.of(20))

    expected = min(sum(map(length, filter(None, routes))) for routes in days_of(day) if max(map(len, routes)) <= 4)
    assert max(map(len, asked)) == 6
    assert choice.bound == pytest.approx(expected)


def test_a_day_too_short_to_tell_the_order_of_rides_is_not_proven():
    day = scaled(static_day(5, 2, seed=0), 1e-8)

    assert prove(Routes(day), [], None, Clock.of(20)).routes is None


@pytest.mark.parametrize("seed", range(12))
def test_a_proof_agrees_with_brute_force(seed):
    day = tight_day(seed, requests=3)

    proof = prove(Routes(day), [], None, Clock.of(20))

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

    proof = prove(Routes(day), [], None, Clock.of(20))

    least = least_cost(day)
    if least == float("inf"):
        assert proof.routes is None
    else:
        assert proof.proven
        assert proof.cost == pytest.approx(least)
        assert all(has_times(day, route) for route in proof.routes)


def test_a_proof_with_more_fragments_than_it_can_choose_from_keeps_its_bound(monkeypatch):
    monkeypatch.setattr("routing.proof._CHOSEN_FROM", 0)
    day = tight_day(1, requests=3)

    proof = prove(Routes(day), [], None, Clock.of(20))

    assert proof.routes is None
    assert 0 < proof.bound <= least_cost(day) + 1e-6


@pytest.mark.parametrize("factor", [0.01, 1.0, 1e3, 1e5])
def test_units_do_not_matter(factor):
    day = scaled(static_day(24, 3, seed=4), factor)

    proof = prove(Routes(day), [], None, Clock.of(20))

    assert proof.proven
    assert proof.cost / factor == pytest.approx(386.004235)


def test_a_day_that_nobody_could_drive_is_given_up_at_once(monkeypatch):
    asked = []
    monkeypatch.setattr("routing.proof.choose", lambda *args, **limits: asked.append(args) or choose(*args, **limits))
    day = static_day(6, 1, seed=1)

    proof = prove(Routes(day), [], None, Clock.of(20))

    assert proof.routes is None
    assert 0 < len(asked) < 10


def test_a_proof_tells_how_far_it_is():
    day = static_day(24, 3, seed=4)
    told = []

    proof = prove(Routes(day), [], None, Clock.of(20), lambda cost, bound: told.append((cost, bound)))

    bounds = [bound for _, bound in told]
    assert proof.proven
    assert told[0][0] == np.inf
    assert bounds == sorted(bounds)
    assert told[-1] == (proof.cost, pytest.approx(proof.cost))


def test_without_time_nothing_is_claimed():
    day = static_day(3, 2, seed=1)

    proof = prove(Routes(day), [], None, Clock.of(0))

    assert (proof.routes, proof.proven) == (None, False)
    assert 0 < proof.bound <= least_cost(day) + 1e-6


def test_a_bound_that_a_day_undercuts_is_not_told(monkeypatch, caplog):
    day = static_day(3, 2, seed=1)
    best = solve(day, seconds=60.0, seed=1)
    monkeypatch.setattr("routing.proof.assignment_bound", lambda _day: best.cost * 1.001)

    proof = prove(Routes(day), [], best.routes, Clock.of(0))

    assert (proof.bound, proof.cost, proof.proven) == (0, pytest.approx(best.cost), False)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    monkeypatch.setattr("routing.proof.assignment_bound", lambda _day: best.cost * (1 + 1e-8))
    assert prove(Routes(day), [], best.routes, Clock.of(0)).proven


@pytest.mark.parametrize("seed", range(12))
def test_the_quick_bound_is_never_above_the_least_cost(seed):
    day = tight_day(seed, requests=3)

    assert assignment_bound(narrowed(Routes(day).day)) <= least_cost(day) + 1e-6


@pytest.mark.parametrize("seed", range(6))
def test_a_day_with_too_many_events_for_a_proof_is_bounded_all_the_same(seed, monkeypatch):
    monkeypatch.setattr("routing.proof._MOST_EVENTS", 3)
    day = tight_day(seed)
    best = solve(day, seconds=60.0, seed=1).routes
    quick, least = assignment_bound(narrowed(Routes(day).day)), least_cost(day)
    bounds = [quick]  # as they are: what prove returns is never more than the cost

    proof = prove(Routes(day), [], best, Clock.of(60), lambda _cost, bound: bounds.append(bound))

    assert (quick + least) / 2 - 1e-6 <= bounds[-1] <= least + 1e-6
    assert proof.bound == pytest.approx(bounds[-1])


@pytest.mark.parametrize(("limit", "reason"), [("_MOST_ARCS", "arcs"), ("_MOST_TRIES", "wide")])
def test_a_day_with_too_many_ways_or_too_much_to_look_at_for_one_price_is_refused(limit, reason, monkeypatch):
    monkeypatch.setattr(f"routing.events.{limit}", 20)

    with pytest.raises(IntractableError, match=reason):
        EventGraph(narrowed(Routes(static_day(10, 2, seed=1)).day), Clock.of(60), most=10**6)


@pytest.mark.parametrize("seed", range(6))
def test_latest_starts_are_the_same_pass_by_pass_and_at_once(seed, monkeypatch):
    day, prices = tight_day(seed), prices_of(tight_day(seed), seed)
    in_passes = graph_of(day)
    monkeypatch.setattr("routing.events._MOST_PASSES", 0)

    at_once = graph_of(day)

    assert (at_once.events.node == in_passes.events.node).all()
    assert (at_once.events.high == in_passes.events.high).all()
    one, other = (graph.sides(prices.requests, prices.vehicle) for graph in (in_passes, at_once))
    assert one.least == pytest.approx(other.least)


def test_passes_over_latest_starts_are_few_however_little_a_round_trip_takes(monkeypatch):
    """One rider has an hour aboard, while another may get in and out on end in less than a thousandth of a second."""
    depot = Node(0, 0, 0, 0, 0, 480)
    pickups = (Node(0, 0, 0, 1, 0, 10), Node(0, 1e-5, 0, 1, 0, 400))
    dropoffs = (Node(1e-5, 0, 0, -1, 50, 60), Node(1e-5, 1e-5, 0, -1, 0, 400))
    day = Instance("door", 1, 480, 2, 480, (depot, *pickups, *dropoffs, depot))
    passes = 0

    def counted(*tables):
        nonlocal passes
        passes += 1
        return lower_latest_starts(*tables)

    monkeypatch.setattr("routing.events.lower_latest_starts", counted)

    assert prove(Routes(day), [], None, Clock.of(60)).bound == pytest.approx(0, abs=1e-4)
    assert 50 <= passes < 1_000


def test_what_days_with_stops_next_to_each_other_take_is_rehearsed():
    assert latest_starts.signatures


def test_what_a_day_of_one_request_takes_is_rehearsed():
    compiled_for = list(costs_onward_of_fragments.signatures)

    assert solve(static_day(1, 1, seed=1), seconds=60, seed=1).proven
    assert costs_onward_of_fragments.signatures == compiled_for


def test_a_day_with_too_many_events_or_visits_that_take_no_time_is_refused():
    crowd = tuple(Node(0, number / 100, 0, 1, 0, 480) for number in range(8))
    same = (Node(0, 0, 0, 0, 0, 480), *crowd, *(node._replace(load=-1) for node in crowd), Node(0, 0, 0, 0, 0, 480))
    day = Instance("crowd", 2, 480, 8, 90, same)

    with pytest.raises(IntractableError, match="events"):
        EventGraph(narrowed(Routes(day).day), Clock.of(60), most=100)
    with pytest.raises(IntractableError, match="no time"):
        EventGraph(narrowed(Routes(day).day), Clock.of(60), most=10**6)
    assert prove(Routes(day), [], None, Clock.of(0.3)).routes is None
    with pytest.raises(OutOfTimeError):
        EventGraph(narrowed(Routes(day).day), Clock.of(0), most=10**6)


def column(riders):
    return np.bitwise_or.reduce(bits(np.array(riders), 1), axis=0)


def test_the_relaxation_prices_routes_and_takes_up_cheaper_ones():
    master = Master(3, 3, left_out=100.0)
    for name, riders in enumerate(((1, 2), (2, 3), (1, 3))):
        assert master.add(column(riders), 2.0, name)

    relaxed = master.relax()

    assert relaxed.value == pytest.approx(3.0)
    assert relaxed.prices.requests == pytest.approx([1.0, 1.0, 1.0])
    assert not master.add(column((1, 2)), 2.5, 3)
    assert master.add(column((1, 2)), 1.0, 4)
    assert master.names == [4, 1, 2]
    assert master.relax().value == pytest.approx(2.5)


def test_the_relaxation_forgets_the_dearest_routes_when_there_are_many(monkeypatch):
    monkeypatch.setattr("routing.master._MOST_COLUMNS", 4)
    monkeypatch.setattr("routing.master._KEPT_COLUMNS", 3)
    master = Master(3, 3, left_out=100.0)
    for name, (riders, cost) in enumerate([((1, 2), 2.0), ((2, 3), 2.0), ((1, 2, 3), 9.0), ((1, 3), 2.0), ((1,), 8.0)]):
        master.add(column(riders), cost, name)

    assert master.relax().value == pytest.approx(3.0)

    assert master.names == [0, 1, 3]
    assert master.relax().value == pytest.approx(3.0)


def test_of_routes_that_may_join_no_request_is_in_many_before_others_are():
    served = np.array([column((1,))] * 7 + [column((2,)), column((1, 2)), column((2,))])
    reduced = np.array([-9.0, -8.0, -7.0, -6.0, -5.0, -4.0, -3.0, -2.0, -1.0, 0.0])

    assert spread(served, reduced, 2, most=9) == [0, 1, 2, 3, 4, 7, 8]
    assert spread(served, reduced, 2, most=2) == [0, 1]

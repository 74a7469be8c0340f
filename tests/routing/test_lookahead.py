import json
from dataclasses import replace
from itertools import pairwise, permutations

import numpy as np
import pytest

from routing.demand import expect
from routing.generated import town_day
from routing.journal import visits_json
from routing.kernels import halts
from routing.kernels.halts import BOARDED, HALTED, OUTSET, ROW, WAITING
from routing.kernels.orders import Search, cheapest_orders
from routing.kernels.route import AT, LONGEST, PARTY, PICKUP, READY, SEATS_HELD, SHIFT_END, STOP
from routing.lookahead import Foresight, Lookahead
from routing.problem import Window
from routing.scenario import read
from routing.simulate import choose, drive
from routing.travel_times import Matrix
from tests.routing.days import RULES, ask_json, day_json, vehicle_json

QUICK = Foresight(plays=200, move_plays=100)
PROFILES = ["now", "booked"]


def faults(scenario, day):
    """Return what a judge who knows only promises and log would find wrong."""
    asks = {ask.id: ask for ask in scenario.asks}
    promised = {answer.ask.id: answer.offers[answer.taken] for answer in day.answers if answer.taken is not None}
    boarded: dict[str, int] = {}
    alighted: dict[str, int] = {}
    lines = visits_json(scenario, day.stays)
    found = too_fast(scenario, lines)
    for line in lines:
        boarded |= line["pick"]
        alighted |= line["drop"]
        found += [line for party in line["pick"] if line["stop"] != asks[party].origin]
        found += [line for party in line["drop"] if line["stop"] != asks[party].destination]
        for party, start_s in (line["pick"] | line["drop"]).items():
            dwell_s = scenario.rules.service_s + scenario.rules.wheelchair_s * (asks[party].wheelchairs > 0)
            found += [] if line["arr"] <= start_s <= line["dep"] - dwell_s else [line]
    found += [party for party in boarded if boarded[party] < asks[party].asked_s]
    return found + [
        (party, offer)
        for party, offer in promised.items()
        if not kept(scenario, asks[party], offer, boarded.pop(party, None), alighted.pop(party, None))
    ]


def kept(scenario, ask, offer, boarded_s, alighted_s):
    """Tell whether somebody was served as promised."""
    if boarded_s is None or alighted_s is None:
        return False
    return (
        offer.pickup.earliest_s <= boarded_s <= offer.pickup.latest_s
        and offer.dropoff.earliest_s <= alighted_s <= offer.dropoff.latest_s
        and alighted_s - boarded_s <= scenario.longest_ride_s(ask)
        and offer.pickup.latest_s - offer.pickup.earliest_s <= scenario.rules.promise_width_s
    )


def too_fast(scenario, lines):
    found = []
    for label in scenario.labels:
        own = [line for line in lines if line["veh"] == label]
        for before, line in pairwise(own):
            if line["arr"] < before["dep"] + scenario.travel.seconds(before["stop"], line["stop"], 0):
                found.append((before, line))
    return found


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("vehicles", [1, 2])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_day_ends_with_every_promise_kept(profile, vehicles, seed):
    scenario = town_day(70 * vehicles, vehicles, seed=seed, profile=profile)

    day = drive(scenario, Lookahead(scenario, foresight=QUICK), strict=True)

    assert faults(scenario, day) == []
    assert 0 < day.accepted < len(scenario.asks)


@pytest.mark.parametrize("moved_s", [-12 * 3_600, 12 * 3_600])
def test_a_service_that_runs_through_midnight_is_answered_too(moved_s):
    day = town_day(40, 1, seed=1, profile="now")
    scenario = replace(
        day,
        vehicles=tuple(
            replace(each, shift=Window(each.shift.earliest_s + moved_s, each.shift.latest_s + moved_s))
            for each in day.vehicles
        ),
        asks=tuple(replace(ask, asked_s=ask.asked_s + moved_s, time_s=ask.time_s + moved_s) for ask in day.asks),
    )

    night = drive(scenario, Lookahead(scenario, foresight=QUICK), strict=True)

    assert faults(scenario, night) == []
    assert night.accepted > len(scenario.asks) / 2


def test_whoever_can_be_taken_is_offered_a_moment_where_no_window_is_promised(tmp_path):
    """The vehicle is there five minutes after the wish, and has half a minute to spare before its shift is over."""
    path, asks = tmp_path / "day.json", ask_json("r0", t=36_000, o=1, d=2)
    day = day_json() | {"vehicles": [vehicle_json(0, end=36_690)], "requests": [asks]}
    path.write_text(json.dumps(day | {"params": RULES | {"promise_width_s": 0}}))
    scenario = read(path)

    played = drive(scenario, Lookahead(scenario, foresight=QUICK), strict=True)

    assert [answer.offers[0].pickup for answer in played.answers] == [Window(36_300, 36_300)]
    assert faults(scenario, played) == []


def test_a_long_wish_is_answered_by_as_many_windows_as_an_ordinary_one(tmp_path):
    path, compared = tmp_path / "day.json", []
    day = day_json() | {"vehicles": [vehicle_json(0)], "requests": [ask_json("r0")]}
    path.write_text(json.dumps(day | {"params": RULES | {"max_wait_s": 14_400, "promise_width_s": 60}}))
    scenario = read(path)
    dispatcher = Lookahead(scenario, foresight=QUICK)
    plans = dispatcher._plans
    dispatcher._plans = lambda vehicle, promised: compared.append(promised.pickup) or plans(vehicle, promised)

    assert dispatcher.quote(32_400, scenario.asks[0])
    assert 8 <= len(compared) <= 12


def test_a_town_whose_stops_are_all_next_door_is_answered_without_a_warning():
    day = town_day(20, 1, seed=1, profile="now")
    scenario = replace(day, travel=Matrix.single(np.zeros((40, 40), int), side_by_side=True))

    played = drive(scenario, Lookahead(scenario, foresight=QUICK), strict=True)

    assert faults(scenario, played) == []


def test_riders_who_may_travel_at_other_times_are_offered_some():
    scenario = town_day(60, 1, seed=3, profile="now")

    day = drive(scenario, Lookahead(scenario, strict=False, foresight=QUICK), strict=False)

    assert max(len(answer.offers) for answer in day.answers) == 3
    assert faults(scenario, day) == []


def test_the_same_seed_gives_the_same_answers():
    scenario = town_day(40, 1, seed=4, profile="now")

    first, second = (drive(scenario, Lookahead(scenario, foresight=QUICK), strict=True) for _ in range(2))

    assert [answer.offers for answer in first.answers] == [answer.offers for answer in second.answers]
    assert first.stays == second.stays


def test_what_is_asked_later_changes_no_earlier_answer():
    scenario = town_day(40, 1, seed=5, profile="now")
    known, later = scenario.asks[:20], scenario.asks[20:]
    turned = tuple(replace(ask, origin=ask.destination, destination=ask.origin) for ask in later)

    days = [
        drive(day, Lookahead(day, foresight=QUICK), strict=True)
        for day in (scenario, replace(scenario, asks=(*known, *turned)))
    ]

    first, second = ([answer.offers for answer in day.answers[:20]] for day in days)
    assert first == second


def test_an_offer_that_is_not_taken_leaves_the_plan_as_it_was():
    scenario = town_day(12, 1, seed=6, profile="now")
    asked, spoken_to = (Lookahead(scenario, foresight=Foresight(0, 0)) for _ in range(2))
    first, second = scenario.asks[:2]

    for dispatcher in (asked, spoken_to):
        dispatcher.advance(first.asked_s)
        assert dispatcher.quote(first.asked_s, first)
        dispatcher.confirm(0)
    spoken_to.quote(first.asked_s, second)
    spoken_to.confirm(None)

    assert asked.finish() == spoken_to.finish()


def vehicle(stop=0, ready_s=0, seats=8, end_s=50_000):
    outset = np.zeros(OUTSET, np.int64)
    outset[AT], outset[READY], outset[HALTED], outset[SEATS_HELD], outset[SHIFT_END] = (
        stop,
        ready_s,
        ready_s,
        seats,
        end_s,
    )
    return outset


def some_visits(rng, parties, stops):
    """Return the visits of a few parties with windows near each other."""
    rows = []
    for party in range(parties):
        opens_s, width_s = int(rng.integers(0, 900)), int(rng.integers(300, 1_800))
        origin, goal = rng.choice(stops, 2, replace=False)
        rows.append((origin, opens_s, opens_s + width_s, 30, party, PICKUP, 1, 0, WAITING))
        rows.append((goal, opens_s, opens_s + width_s + 1_200, 30, party, 1_000, -1, 0, WAITING))
    return np.array(rows, np.int64)


def feasible(travel, outset, visits):
    """Tell by simply driving whether visits in this order keep windows and rides."""
    stop, halted_s, ready_s = outset[AT], outset[HALTED], outset[READY]
    boarded = {}
    for visit in visits:
        if visit[STOP] == stop:
            halted_s = max(halted_s, visit[1])
            ready_s = max(ready_s, halted_s + visit[3])
        else:
            halted_s = max(ready_s + travel[stop, visit[STOP]], visit[1])
            ready_s = halted_s + visit[3]
        stop = visit[STOP]
        if halted_s > visit[2]:
            return False
        if visit[LONGEST] == PICKUP:
            boarded[visit[PARTY]] = halted_s + visit[3]
        elif visit[PARTY] not in boarded or halted_s - boarded[visit[PARTY]] > visit[LONGEST]:
            return False
    return True


@pytest.mark.parametrize("seed", range(12))
def test_no_wish_is_missed_that_any_order_could_serve(seed):
    rng = np.random.default_rng(seed)
    travel = rng.integers(60, 600, (6, 6))
    travel[np.diag_indices(6)] = 0
    for stop in range(6):
        travel = np.minimum(travel, travel[:, [stop]] + travel[[stop], :])
    outset = vehicle()
    visits = some_visits(rng, 3, 6)

    found, _, orders = cheapest_orders(travel, outset, visits, (0, 6), Search(1, 0.0, 100_000))

    possible = {order[0] for order in permutations(range(6)) if feasible(travel, outset, visits[list(order)])}
    assert {first for first in range(6) if found[first]} == possible
    assert all(feasible(travel, outset, visits[orders[first, 0]]) for first in possible)


@pytest.mark.parametrize("seed", range(12))
def test_a_place_is_the_cheapest_of_all_places(seed):
    rng = np.random.default_rng(100 + seed)
    travel = rng.integers(60, 600, (6, 6))
    travel[np.diag_indices(6)] = 0
    for stop in range(6):
        travel = np.minimum(travel, travel[:, [stop]] + travel[[stop], :])
    outset, (first, second) = vehicle(), np.split(some_visits(rng, 2, 6), 2)
    second[:, PARTY] = 7
    room = np.zeros((6, ROW), np.int64)
    room[:2] = first
    places = [
        [*range(first), 2, *range(first, last), 3, *range(last, 2)] for first in range(3) for last in range(first, 3)
    ]
    both = np.concatenate((first, second))

    cost, up, off, _ = halts.best_place(travel, outset, room, 2, second, halts.NOWHERE_COST, halts.room(6))

    before = driven(travel, first)
    costs = [driven(travel, both[place]) - before for place in places if feasible(travel, outset, both[place])]
    if not feasible(travel, outset, first):
        pytest.skip("this vehicle cannot keep what it has promised")
    assert cost == min(costs, default=halts.NOWHERE_COST)
    if costs:
        halts.put(room, 2, second, up, off)
        assert feasible(travel, outset, room[:4])


def driven(travel, visits):
    stops = [0, *visits[:, STOP]]
    return sum(travel[here, there] for here, there in pairwise(stops))


def test_two_who_get_on_at_one_stop_do_so_side_by_side():
    travel = np.array([[0, 100], [100, 0]])
    outset = vehicle()
    room = np.zeros((4, ROW), np.int64)
    room[:2] = [(1, 0, 900, 30, party, PICKUP, 1, 0, WAITING) for party in (1, 2)]
    room[2:] = [(0, 0, 2_000, 30, party, 900, -1, 0, WAITING) for party in (1, 2)]

    times = [halts.make_next(travel, outset, room, left) for left in (4, 3)]

    assert times == [(100, 130), (100, 130)]
    assert room[0, BOARDED] == 130


def test_the_way_back_is_expected_of_those_who_went_out_on_past_days():
    day = town_day(30, 1, seed=7, profile="now")
    ask = day.asks[0]
    back = replace(ask, id="back", asked_s=ask.time_s + 5_000, time_s=ask.time_s + 5_000)
    back = replace(back, origin=ask.destination, destination=ask.origin)

    alone, learnt = expect(day, [replace(day, asks=(ask,))]), expect(day, [replace(day, asks=(ask, back))])

    assert (alone.of.returning, learnt.of.returning) == (0.0, 1.0)
    assert learnt.of.rates.sum() == pytest.approx(alone.of.rates.sum())
    assert learnt.of.goals[ask.origin, -1] == pytest.approx(1.0)


def test_the_rider_chooses_the_only_offer():
    scenario = town_day(5, 1, seed=1, profile="now")
    ask = scenario.asks[0]

    offers = Lookahead(scenario, foresight=QUICK).quote(ask.asked_s, ask)

    assert [choose(scenario, ask, offers, strict=True), len(offers)] == [0, 1]
    assert offers[0].pickup.latest_s - offers[0].pickup.earliest_s == scenario.rules.promise_width_s

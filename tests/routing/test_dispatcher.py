import io
import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from routing.checker import check
from routing.commands import main
from routing.dispatcher import Dispatcher
from routing.generated import town_day
from routing.journal import visits_json
from routing.lookahead import Foresight, Lookahead
from routing.problem import VisitKind
from routing.protocol import serve
from routing.reoptimise import Effort
from routing.scenario import ScenarioError, read
from routing.simulate import Answer, Day, learn, play, simulate
from routing.travel_times import Matrix

PROFILES = ["now", "booked"]


def broken_promises(scenario, day):
    """Return what a judge who knows only the log would find wrong."""
    faults = []
    served = {}
    for stay in day.stays:
        served.setdefault(stay.ask_id, {})[stay.kind] = stay
    for answer in day.answers:
        visits = served.pop(answer.ask.id, {})
        if answer.taken is None:
            faults += [f"{answer.ask.id} rides without a promise"] if visits else []
            continue
        offer, ask = answer.offers[answer.taken], answer.ask
        up, off = visits[VisitKind.PICKUP], visits[VisitKind.DROPOFF]
        kept = (
            offer.pickup.earliest_s <= up.arrived_s <= offer.pickup.latest_s
            and offer.dropoff.earliest_s <= off.arrived_s <= offer.dropoff.latest_s
            and off.arrived_s - up.arrived_s <= scenario.longest_ride_s(ask)
            and offer.pickup.latest_s - offer.pickup.earliest_s <= scenario.rules.promise_width_s
            and offer.pickup.earliest_s >= ask.asked_s
            and (up.stop, off.stop, up.vehicle_id) == (ask.origin, ask.destination, off.vehicle_id)
        )
        faults += [] if kept else [f"{ask.id}: {offer} but {up} {off}"]
    return faults + moves_too_fast(scenario, day.stays)


def moves_too_fast(scenario, stays):
    faults = []
    for vehicle in scenario.vehicles:
        stop, began_s = vehicle.start_stop, vehicle.shift.earliest_s
        free_s = began_s
        for stay in (stay for stay in stays if stay.vehicle_id == vehicle.id):
            there_s = began_s if stay.stop == stop else free_s + scenario.travel.seconds(stop, stay.stop, 0)
            stands_s = scenario.rules.service_s if stay.kind is not None else 0
            if stay.arrived_s < there_s or stay.left_s < max(free_s, stay.arrived_s + stands_s):
                faults.append(f"too fast: {stay}")
            stop, began_s, free_s = stay.stop, stay.arrived_s, stay.left_s
        if free_s > vehicle.shift.latest_s:
            faults.append(f"vehicle {vehicle.id} works too long")
    return faults


def as_json(scenario):
    """Return ``scenario`` as its file says it."""
    rules = asdict(scenario.rules)
    return {
        "format": "drt-scenario/1",
        "name": scenario.name,
        "params": rules,
        "travel_s": {"rows": scenario.travel.bands[0].tolist()},
        "vehicles": [
            {
                "id": label,
                "seats": vehicle.capacity.seats,
                "wheelchairs": vehicle.capacity.wheelchairs,
                "depot": vehicle.start_stop,
                "start": vehicle.shift.earliest_s,
                "end": vehicle.shift.latest_s,
            }
            for vehicle, label in zip(scenario.vehicles, scenario.labels, strict=True)
        ],
        "requests": [ask_json(ask) for ask in scenario.asks],
    }


def ask_json(ask):
    return {
        "id": ask.id,
        "t": ask.asked_s,
        "kind": ask.kind,
        "time": ask.time_s,
        "o": ask.origin,
        "d": ask.destination,
        "pax": ask.persons,
        "wheelchair": ask.wheelchairs,
        "flex_s": ask.flex_s,
    }


@pytest.fixture
def scenario_path(tmp_path):
    path = tmp_path / "day.json"
    path.write_text(json.dumps(as_json(town_day(30, 2, seed=5, profile="booked"))))
    return path


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_day_ends_with_every_promise_kept(profile, strict, seed):
    scenario = town_day(60, 1, seed=seed, profile=profile)

    day = play(scenario, strict=strict)

    assert broken_promises(scenario, day) == []
    assert 0 < day.accepted < len(scenario.asks)


@pytest.mark.parametrize("vehicles", [1, 4])
def test_a_log_tells_of_halts_that_follow_each_other_and_of_parties_that_board_together(vehicles):
    scenario = town_day(60 * vehicles, vehicles, seed=1, profile="now", stops=12)
    dispatcher, lines = Dispatcher(scenario), []
    for ask in scenario.asks:
        lines += visits_json(scenario, dispatcher.advance(ask.asked_s))
        dispatcher.confirm(0 if dispatcher.quote(ask.asked_s, ask) else None)
    lines += visits_json(scenario, dispatcher.finish())

    for vehicle, label in zip(scenario.vehicles, scenario.labels, strict=True):
        stop, left_s = vehicle.start_stop, vehicle.shift.earliest_s
        for line in (line for line in lines if line["veh"] == label):
            services = line["pick"] | line["drop"]
            assert line["arr"] >= left_s + scenario.travel.seconds(stop, line["stop"], 0)
            assert line["arr"] == min(services.values())
            assert line["dep"] >= max(services.values()) + scenario.rules.service_s
            stop, left_s = line["stop"], line["dep"]
    assert any(len(line["pick"]) > 1 for line in lines)


def test_riders_who_may_travel_at_other_times_are_offered_some():
    scenario = town_day(60, 1, seed=3, profile="now")

    strict, flexible = (play(scenario, strict=strict) for strict in (True, False))

    assert max(len(answer.offers) for answer in strict.answers) == 1
    assert max(len(answer.offers) for answer in flexible.answers) == 3


def test_the_plan_in_the_middle_of_a_day_can_be_driven():
    scenario = town_day(40, 2, seed=4, profile="booked")
    dispatcher = Dispatcher(scenario)

    for ask in scenario.asks:
        dispatcher.advance(ask.asked_s)
        dispatcher.confirm(0 if dispatcher.quote(ask.asked_s, ask) else None)
        assert check(dispatcher.plan, scenario.travel) == []


def test_whom_nobody_has_a_place_for_is_taken_where_another_order_of_the_visits_has_one():
    scenario, gained = town_day(120, 2, seed=5, profile="booked"), 0
    willing, plain = (Dispatcher(scenario, effort=Effort(turns=0, asked=asked)) for asked in (2, 0))

    for ask in scenario.asks:
        for dispatcher in (willing, plain):
            dispatcher.advance(ask.asked_s)
        offers, plain_offers = (each.quote(ask.asked_s, ask) for each in (willing, plain))
        assert len(offers) >= len(plain_offers)
        gained += len(offers) - len(plain_offers)
        for dispatcher in (willing, plain):  # nobody rides who would make the two days differ
            dispatcher.confirm(0 if plain_offers else None)

    assert gained > 0


def test_a_refused_offer_leaves_the_plan_as_it_was():
    scenario = town_day(5, 1, seed=1, profile="now")
    dispatcher = Dispatcher(scenario)
    before = dispatcher.plan

    offers = dispatcher.quote(scenario.asks[0].asked_s, scenario.asks[0])
    dispatcher.confirm(None)

    assert offers
    assert dispatcher.plan == before


@pytest.mark.parametrize("later_s", [0, 1])
def test_who_does_not_take_an_offer_in_the_end_is_not_driven(later_s):
    scenario = town_day(40, 4, seed=2, profile="booked")
    dispatcher, stays = Dispatcher(scenario), []

    for number, ask in enumerate(scenario.asks):
        stays += dispatcher.advance(ask.asked_s)
        offers = dispatcher.quote(ask.asked_s, ask)
        if ask.time_s - ask.asked_s > later_s + 3_600 and number % 3 == 0:
            stays += dispatcher.advance(ask.asked_s + later_s)
            dispatcher.confirm(None)
        elif number % 3:
            dispatcher.confirm(0 if offers else None)
        # the others never say anything
    stays += dispatcher.finish()

    taken = {ask.id for number, ask in enumerate(scenario.asks) if number % 3}
    assert {stay.ask_id for stay in stays} <= taken
    assert len(stays) > len(scenario.asks) / 2


@pytest.mark.parametrize(("settled", "parties"), [(4, 1), (3, 0)])
def test_in_a_small_fleet_a_party_has_its_place_before_its_window_is_promised(settled, parties):
    scenario = town_day(40, 4, seed=2, profile="booked")
    dispatcher = Dispatcher(scenario, effort=Effort(settled=settled))

    (offer,) = dispatcher.quote(scenario.asks[0].asked_s, scenario.asks[0])

    windows = [visit.window for itinerary in dispatcher.plan for visit in itinerary.visits]
    assert windows == [offer.pickup, offer.dropoff] * parties


def outskirts_day():
    """Return a day on which all vehicles begin at one end of a road, and everybody asks near the other."""
    day = town_day(150, 31, seed=3, profile="now")
    places = np.arange(20)
    asks = (replace(ask, origin=15 + ask.origin % 5, destination=10 + ask.destination % 5) for ask in day.asks)
    return replace(
        day,
        rules=replace(day.rules, max_wait_s=900),
        travel=Matrix.single(200 * np.abs(places[:, None] - places), side_by_side=True),
        vehicles=tuple(replace(vehicle, start_stop=0) for vehicle in day.vehicles),
        asks=tuple(asks),
    )


def test_in_a_large_fleet_who_has_nothing_to_do_is_sent_to_where_people_ask(monkeypatch):
    scenario = outskirts_day()

    day = play(scenario, strict=True)
    monkeypatch.setattr("routing.dispatcher.FEW_VEHICLES", len(scenario.vehicles))
    nobody_sent = play(scenario, strict=True)

    assert broken_promises(scenario, day) == []
    assert nobody_sent.accepted == 0 < len(scenario.asks) / 2 < day.accepted
    lines = visits_json(scenario, [stay for stay in day.stays if stay.kind is None])
    assert lines
    assert all(line["arr"] == line["dep"] and not line["pick"] and not line["drop"] for line in lines)


def test_a_table_that_takes_time_from_a_stop_to_itself_and_a_clock_that_runs_back_stop_nobody():
    scenario = outskirts_day()
    odd = replace(scenario, travel=Matrix.single(scenario.travel.bands[0] + 5 * np.eye(20, dtype=int)))
    dispatcher = Dispatcher(odd)

    for ask in odd.asks[:60]:
        dispatcher.advance(ask.asked_s)
        dispatcher.confirm(0 if dispatcher.quote(ask.asked_s, ask) else None)
    dispatcher.quote(-10_000_000, odd.asks[60])

    assert any(itinerary.at_stop != 0 for itinerary in dispatcher.plan)


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("seed", [1, 5])
def test_nobody_is_refused_an_answer_where_ways_round_are_quicker_than_direct_ones(strict, seed):
    scenario = town_day(140, 4, seed=seed, profile="booked")
    straight = scenario.travel.bands[0]
    detours = np.random.default_rng(seed).uniform(0.6, 1.8, straight.shape)
    scenario = replace(scenario, travel=Matrix.single((straight * detours).astype(int), side_by_side=True))

    day = play(scenario, strict=strict)

    assert broken_promises(scenario, day) == []


def large_fleet(scenario):
    return Dispatcher(scenario, effort=Effort(settled=0))


def looking_ahead(scenario):
    return Lookahead(scenario, foresight=Foresight(plays=100, move_plays=50))


@pytest.mark.parametrize("make", [Dispatcher, large_fleet, looking_ahead])
@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("later_s", [1, 60, 300])
def test_offers_taken_late_are_kept_while_there_is_a_place(make, profile, later_s):
    scenario = town_day(60, 3, seed=2, profile=profile)
    dispatcher, answers, stays, now_s = make(scenario), [], [], scenario.asks[0].asked_s

    for ask in scenario.asks:
        now_s = max(now_s, ask.asked_s)
        stays += dispatcher.advance(now_s)
        offers = dispatcher.quote(now_s, ask)
        taken = 0 if offers else None
        now_s += later_s
        stays += dispatcher.advance(now_s)
        try:
            dispatcher.confirm(taken)
        except ValueError:  # too late
            taken = None
        answers.append(Answer(ask, tuple(offers), taken, 0.0))
    stays += dispatcher.finish()

    day = Day(tuple(answers), tuple(stays))
    assert broken_promises(scenario, day) == []
    assert day.accepted > len(scenario.asks) / 3


@pytest.mark.parametrize("make", [Dispatcher, large_fleet, looking_ahead])
def test_an_offer_taken_too_late_is_no_ride(make):
    scenario = town_day(40, 3, seed=2, profile="booked")
    dispatcher, ask = make(scenario), scenario.asks[0]

    dispatcher.quote(ask.asked_s, ask)
    dispatcher.advance(ask.time_s + 10 * 3_600)

    with pytest.raises(ValueError, match="too late"):
        dispatcher.confirm(0)


def test_a_scenario_is_read_as_it_was_written(scenario_path):
    assert read(scenario_path) == town_day(30, 2, seed=5, profile="booked")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("{}", "not a drt-scenario/1 file", id="another format"),
        pytest.param("[", "not a drt-scenario/1 file", id="no json"),
        pytest.param('{"format": "drt-scenario/1"}', "'params' is missing", id="a part missing"),
    ],
)
def test_what_is_no_scenario_is_refused_in_one_line(text, reason, tmp_path, capsys):
    path = tmp_path / "bad.json"
    path.write_text(text)

    with pytest.raises(ScenarioError, match=reason):
        read(path)
    assert main(["simulate", str(path), "--log", str(tmp_path / "log")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def talk(scenario, path):
    """Play the judge's part of the line protocol; return what was said back, line by line."""
    yield {"type": "init", "scenario": str(path), "strict": True}
    for ask in scenario.asks:
        yield {"type": "advance", "t": ask.asked_s}
        yield {"type": "request", "t": ask.asked_s, "request": ask_json(ask)}
        yield {"type": "choice", "t": ask.asked_s, "req": ask.id, "taken": None}
    yield {"type": "finish"}


def test_the_line_protocol_drives_the_same_day_as_the_simulation(scenario_path, tmp_path):
    scenario = read(scenario_path)
    log = tmp_path / "log.jsonl"
    assert main(["simulate", str(scenario_path), "--log", str(log), "--plays", "100"]) == 0
    logged = [json.loads(line) for line in log.read_text().splitlines()]
    taken = {line["req"]: line["taken"] for line in logged if line["ev"] == "quote"}
    said = [
        message | ({"taken": taken[message["req"]]} if message["type"] == "choice" else {})
        for message in talk(scenario, scenario_path)
    ]
    stdout = io.StringIO()

    serve(io.StringIO("".join(json.dumps(message) + "\n" for message in said)), stdout, foresight=Foresight(100, 50))

    answers = [json.loads(line) for line in stdout.getvalue().splitlines()]
    assert len(answers) == len(said)
    assert [answer["offers"] for answer in answers if "offers" in answer] == [
        line["offers"] for line in logged if line["ev"] == "quote"
    ]
    visits = [visit for answer in answers for visit in answer.get("visits", [])]
    assert visits == [line for line in logged if line["ev"] == "visit"]
    assert visits


def test_a_line_that_makes_no_sense_is_answered_and_changes_nothing(scenario_path):
    lines = [
        "not json",
        '{"type": "advance", "t": 1}',
        '{"t": 1}',
        json.dumps({"type": "init", "scenario": "/nowhere.json", "strict": True}),
        json.dumps({"type": "init", "scenario": str(scenario_path), "strict": True}),
        '{"type": "choice", "taken": 3}',
        '{"type": "request", "t": 1, "request": {}}',
        '{"type": "dance"}',
        "",
        '{"type": "finish"}',
    ]
    stdout = io.StringIO()

    serve(io.StringIO("\n".join(lines)), stdout)

    answers = [json.loads(line) for line in stdout.getvalue().splitlines()]
    assert [sorted(answer) for answer in answers] == [["error"]] * 4 + [[]] + [["error"]] * 3 + [["visits"]]


def test_past_days_are_learned_from_but_never_the_day_itself(scenario_path, tmp_path):
    (tmp_path / "notes.json").write_text("{}")
    today = read(scenario_path).name
    log = tmp_path / "log.jsonl"

    alone = learn(tmp_path, today)
    learned = learn(tmp_path, "another day")

    past = read(scenario_path)
    assert alone == learn(tmp_path / "nothing", today)
    assert play(past, strict=True, weights=learned).accepted >= play(past, strict=True, weights=alone).accepted
    quick = Foresight(100, 50)
    known, unknown = (simulate(scenario_path, log, history=folder, foresight=quick) for folder in (tmp_path, None))
    assert known.stays == unknown.stays
    assert main(["simulate", str(scenario_path), "--log", str(log), "--history", str(tmp_path / "nothing")]) == 2

import json

import numpy as np
import pytest

from routing.commands import main
from routing.scenario import ScenarioError, read
from tests.routing.days import day_json

LEAVE_OUT = object()


def changed(*keys, to):
    """Return a day in which what stands under ``keys`` is another."""
    day = day_json()
    part = day
    for key in keys[:-1]:
        part = part[key]
    if to is LEAVE_OUT:
        del part[keys[-1]]
    else:
        part[keys[-1]] = to
    return day


def refusal(path):
    with pytest.raises(ScenarioError) as refused:
        read(path)
    assert len(str(refused.value).splitlines()) == 1
    assert str(refused.value).startswith(f"{path}: ")
    return str(refused.value).removeprefix(f"{path}: ")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "day.json"


def test_a_day_that_makes_sense_is_read(path):
    path.write_text(json.dumps(day_json()))

    day = read(path)

    assert [ask.id for ask in day.asks] == ["r0", "r1", "r2"]
    assert [ask.flex_s for ask in day.asks] == [900] * 3
    assert day.asks[2].asked_s == -600_000
    assert day.rules.wheelchair_s == 0
    assert day.kinds == ("home",) * 4
    assert day.labels == ("v0", "v1")


def test_a_mark_of_byte_order_is_read_over(path):
    path.write_text(json.dumps(day_json()), encoding="utf-8-sig")

    assert read(path).name == "four stops"


def test_a_whole_factor_is_read_as_what_kernels_are_compiled_for(path):
    path.write_text(json.dumps(changed("params", "ride_factor", to=2)))

    assert repr(read(path).rules.ride_factor) == "2.0"


def test_a_number_may_be_a_name(path):
    path.write_text(json.dumps(changed("requests", 0, "id", to=7)))

    assert read(path).asks[0].id == "7"


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("o", 4, "request r1: there is no stop 4"),
        ("d", -1, "request r1: there is no stop -1"),
        ("o", 1.5, "request r1: there is no stop 1.5"),
        ("d", "2", "request r1: there is no stop '2'"),
        ("d", LEAVE_OUT, "request r1: 'd' is missing"),
        ("time", "9:00", "request r1: time must be a whole number from -10000000 to 10000000, not '9:00'"),
        ("time", None, "request r1: time must be a whole number"),
        ("time", 36_000.5, "request r1: time must be a whole number"),
        ("time", True, "request r1: time must be a whole number"),
        ("time", 10**15, "request r1: time must be a whole number"),
        ("time", LEAVE_OUT, "request r1: 'time' is missing"),
        ("t", -(10**30), "request r1: t must be a whole number"),
        ("kind", "fly", "request r1: kind must be depart or arrive, not 'fly'"),
        ("kind", ["depart"], "request r1: kind must be depart or arrive, not ['depart']"),
        ("pax", 0, "request r1: pax must be a whole number from 1 to 1000000, not 0"),
        ("pax", -2, "request r1: pax must be"),
        ("wheelchair", -1, "request r1: wheelchair must be a whole number from 0 to 2, not -1"),
        ("wheelchair", 3, "request r1: wheelchair must be a whole number from 0 to 2, not 3"),
        ("flex_s", -1, "request 1: flex_s must be a whole number"),
        ("id", None, "request 1: id must be a text, not None"),
        ("id", [1], "request 1: id must be a text, not [1]"),
        ("id", True, "request 1: id must be a text, not True"),
        ("id", "r0", "two requests have the id 'r0'"),
        ("id", "r2", "two requests have the id 'r2'"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused_by_its_name(field, value, reason, path):
    path.write_text(json.dumps(changed("requests", 1, field, to=value)))

    assert refusal(path).startswith(reason)


def test_a_name_of_many_lines_is_told_in_one(path):
    day = changed("requests", 0, "id", to="a\nb\u2028" + "c" * 1_000)
    day["requests"][0]["o"] = 9
    path.write_text(json.dumps(day))

    assert refusal(path) == f"request a b {'c' * 68}: there is no stop 9"


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("depot", 400, "vehicle 1: there is no stop 400"),
        ("depot", -3, "vehicle 1: there is no stop -3"),
        ("seats", -1, "vehicle 1: seats must be a whole number from 0 to 1000000, not -1"),
        ("seats", "8", "vehicle 1: seats must be a whole number"),
        ("wheelchairs", None, "vehicle 1: wheelchairs must be a whole number"),
        ("start", 54_001, "vehicle 1: its shift ends before it starts"),
        ("end", 1e5, "vehicle 1: end must be a whole number"),
        ("id", "v0", "two vehicles have the id 'v0'"),
        ("id", {}, "vehicle 1: id must be a text, not {}"),
    ],
)
def test_a_vehicle_that_makes_no_sense_is_refused_by_its_number(field, value, reason, path):
    path.write_text(json.dumps(changed("vehicles", 1, field, to=value)))

    assert refusal(path).startswith(reason)


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("max_wait_s", -60, "params: max_wait_s must be a whole number from 0 to 86400, not -60"),
        ("max_wait_s", 10**9, "params: max_wait_s must be"),
        ("max_early_s", "x", "params: max_early_s must be"),
        ("promise_width_s", -1, "params: promise_width_s must be"),
        ("service_s", float("inf"), "params: service_s must be a whole number from 0 to 86400, not inf"),
        ("wheelchair_s", 10**6, "params: wheelchair_s must be"),
        ("ride_plus_s", float("nan"), "params: ride_plus_s must be"),
        ("ride_factor", float("nan"), "params: ride_factor must be a number from 0 to 1000, not nan"),
        ("ride_factor", float("inf"), "params: ride_factor must be"),
        ("ride_factor", -0.5, "params: ride_factor must be"),
        ("ride_factor", LEAVE_OUT, "params: 'ride_factor' is missing"),
    ],
)
def test_rules_that_make_no_sense_are_refused(field, value, reason, path):
    path.write_text(json.dumps(changed("params", field, to=value)))

    assert refusal(path).startswith(reason)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "travel_s: not as many columns as rows, or none at all"),
        ([[]], "travel_s: not as many columns as rows, or none at all"),
        ([[0, 1]] * 3, "travel_s: not as many columns as rows, or none at all"),
        ([[0, 1], [1]], "travel_s: not a table of numbers"),
        ([[0, 10**12], [1, 0]], "travel_s: 1000000000000 s from stop 0 to stop 1"),
        ([[0, 1], [-5, 0]], "travel_s: -5 s from stop 1 to stop 0"),
        ([[0, 1], [10**30, 0]], "travel_s: not all of them are whole numbers of seconds"),
        ([[0, 1], ["a", 0]], "travel_s: not all of them are whole numbers of seconds"),
        ([[0, 1], [None, 0]], "travel_s: not all of them are whole numbers of seconds"),
        ([[0, 1], [5.7, 0]], "travel_s: not all of them are whole numbers of seconds"),
        ({"a": 1}, "travel_s: rows must be a list, not {'a': 1}"),
        ([[0, 1], [1, 0]], "4 stops, but travel times between 2"),
    ],
)
def test_travel_times_that_make_no_sense_are_refused(rows, reason, path):
    day = changed("travel_s", "rows", to=rows)
    day["vehicles"], day["requests"] = [], []
    path.write_text(json.dumps(day))

    assert refusal(path) == reason


@pytest.mark.parametrize(
    ("array", "reason"),
    [
        (np.zeros((4, 4), np.float64), "travel_s: not all of them are whole numbers of seconds"),
        (np.array(5), "travel_s: not as many columns as rows, or none at all"),
        (np.full((4, 4), -1), "travel_s: -1 s from stop 0 to stop 0"),
        (b"", "travel_s: not a table of numbers"),
        (b"PK\x03\x04", "travel_s: not a table of numbers"),
        (None, "No such file or directory"),
    ],
)
def test_an_array_beside_the_day_that_makes_no_sense_is_refused(array, reason, path):
    path.write_text(json.dumps(changed("travel_s", to={"npy": "times.npy"})))
    if isinstance(array, bytes):
        (path.parent / "times.npy").write_bytes(array)
    elif array is not None:
        np.save(path.parent / "times.npy", array)

    assert refusal(path).endswith(reason)


def test_an_array_beside_the_day_is_read(path):
    path.write_text(json.dumps(changed("travel_s", to={"npy": "times.npy"})))
    np.save(path.parent / "times.npy", np.array(day_json()["travel_s"]["rows"], np.uint32))

    assert read(path).travel.seconds(0, 3, 0) == 900


@pytest.mark.parametrize(
    ("keys", "value", "reason"),
    [
        (("requests",), {"a": 1}, "requests must be a list, not {'a': 1}"),
        (("requests",), None, "requests must be a list, not None"),
        (("requests", 0), "r0", "request 0: not a JSON object"),
        (("vehicles",), LEAVE_OUT, "'vehicles' is missing"),
        (("vehicles", 1), 7, "vehicle 1: not a JSON object"),
        (("stops",), None, "stops must be a list, not None"),
        (("stops", 2), [], "stop 2: not a JSON object"),
        (("stops", 2, "kind"), [], "stop 2: kind must be a text, not []"),
        (("params",), [], "params: not a JSON object"),
        (("travel_s",), LEAVE_OUT, "'travel_s' is missing"),
        (("travel_s",), {}, "travel_s: 'npy' is missing"),
        (("name",), None, "name must be a text, not None"),
    ],
)
def test_a_part_that_makes_no_sense_is_refused(keys, value, reason, path):
    path.write_text(json.dumps(changed(*keys, to=value)))

    assert refusal(path) == reason


def test_what_is_nested_too_deeply_is_no_day(path):
    path.write_text("[" * 100_000)

    assert refusal(path) == "not a drt-scenario/1 file (nested too deeply)"


@pytest.mark.parametrize("command", ["solve", "simulate"])
def test_every_command_refuses_in_one_line(command, path, tmp_path, capsys):
    path.write_text(json.dumps(changed("vehicles", 0, "end", to=100)))
    out = "--out" if command == "solve" else "--log"

    assert main([command, str(path), out, str(tmp_path / "written")]) == 2

    assert capsys.readouterr().err == f"{path}: vehicle 0: its shift ends before it starts\n"
    assert not (tmp_path / "written").exists()

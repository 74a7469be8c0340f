import io
import json
import re
import sys

import pytest

from routing import bench, commands
from routing.commands import main
from routing.generated import static_day
from routing.peers import installed

TINY = """1 2 480 6 90
0 0 0 0 0 0 480
1 3 4 2 1 0 1440
2 3 0 2 -1 10 25
"""


@pytest.fixture
def tiny(tmp_path):
    path = tmp_path / "tiny.txt"
    path.write_text(TINY)
    return path


def test_a_solution_is_written_as_the_judge_reads_it(tiny, tmp_path):
    out = tmp_path / "routes.json"

    assert main(["solve", str(tiny), "--seconds", "60", "--seed", "3", "--out", str(out)]) == 0

    written = json.loads(out.read_text())
    assert set(written) == {"instance", "cost", "bound", "proven", "seconds", "routes"}
    assert written["routes"] == [[1, 2]]
    assert written["cost"] == pytest.approx(12)
    assert (written["instance"], written["bound"], written["proven"]) == ("tiny", pytest.approx(12), True)


SCENARIO = {
    "format": "drt-scenario/1",
    "name": "line",
    "params": {
        "max_wait_s": 600,
        "max_early_s": 600,
        "ride_factor": 1.5,
        "ride_plus_s": 300,
        "service_s": 30,
        "promise_width_s": 600,
    },
    "travel_s": {"rows": [[0, 300, 600], [300, 0, 300], [600, 300, 0]]},
    "vehicles": [{"id": "v0", "seats": 2, "wheelchairs": 0, "depot": 0, "start": 32_400, "end": 36_000}],
    "requests": [
        {"id": "a", "t": 32_400, "kind": "depart", "time": 33_000, "o": 0, "d": 2, "pax": 1, "wheelchair": 0},
        {"id": "b", "t": 32_500, "kind": "depart", "time": 33_000, "o": 1, "d": 2, "pax": 1, "wheelchair": 0},
        {"id": "c", "t": 32_600, "kind": "depart", "time": 33_000, "o": 0, "d": 1, "pax": 3, "wheelchair": 0},
    ],
}


def test_a_scenario_is_planned_as_if_known_the_night_before(tmp_path, capsys):
    path, out = tmp_path / "line.json", tmp_path / "routes.json"
    path.write_text(json.dumps(SCENARIO))

    assert main(["solve", str(path), "--seconds", "0.5", "--progress", "--out", str(out)]) == 0

    written = json.loads(out.read_text())
    assert written["routes"] in ([[1, 2, 4, 5]], [[1, 2, 5, 4]])
    assert (written["instance"], written["cost"], written["bound"], written["proven"]) == ("line", 600, 600, True)
    assert (written["declined"], written["declined_at_least"]) == (["c"], 1)
    assert written["impossible"] == {"c": "the party is larger than every vehicle"}
    assert re.match(r"\d+\.\d s: cost \d", capsys.readouterr().err)


def test_a_service_that_begins_before_midnight_is_planned_too(tmp_path):
    path, out = tmp_path / "line.json", tmp_path / "routes.json"
    vehicle = SCENARIO["vehicles"][0] | {"start": -36_000, "end": -30_000}
    asks = [ask | {"t": -40_000, "time": -35_400} for ask in SCENARIO["requests"]]
    path.write_text(json.dumps(SCENARIO | {"vehicles": [vehicle], "requests": asks}))

    assert main(["solve", str(path), "--seconds", "0.5", "--out", str(out)]) == 0

    written = json.loads(out.read_text())
    assert (written["cost"], written["proven"], written["declined"]) == (600, True, ["c"])


def test_a_ride_to_where_it_begins_is_declined_and_all_others_keep_their_numbers(tmp_path):
    path, out = tmp_path / "line.json", tmp_path / "routes.json"
    nowhere = SCENARIO["requests"][0] | {"id": "n", "o": 1, "d": 1}
    path.write_text(json.dumps(SCENARIO | {"requests": [nowhere, *SCENARIO["requests"]]}))

    assert main(["solve", str(path), "--seconds", "0.5", "--out", str(out)]) == 0

    written = json.loads(out.read_text())
    assert written["routes"] in ([[2, 3, 6, 7]], [[2, 3, 7, 6]])
    assert (written["cost"], written["proven"]) == (600, True)
    assert (written["declined"], written["declined_at_least"]) == (["n", "c"], 2)
    assert written["impossible"]["n"] == "the ride would end at the stop where it begins"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "not a drt-scenario/1 file"),
        (json.dumps(SCENARIO).replace('"end": 36000', '"end": 100'), "vehicle 0: its shift ends before it starts"),
    ],
)
def test_a_scenario_that_makes_no_sense_is_one_clear_line(content, reason, tmp_path, capsys):
    path = tmp_path / "line.json"
    path.write_text(content)

    assert main(["solve", str(path), "--out", str(tmp_path / "routes.json")]) == 2

    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 1
    assert reason in errors[0]


def test_no_solution_is_said_and_nothing_is_written(tmp_path, capsys):
    path, out = tmp_path / "far.txt", tmp_path / "routes.json"
    path.write_text(TINY.replace("6 90", "6 1"))

    assert main(["solve", str(path), "--seconds", "0.05", "--out", str(out)]) == 3

    assert capsys.readouterr().err.splitlines() == [
        f"{path}: no feasible solution: request 1: the direct ride is longer than the longest ride"
    ]
    assert not out.exists()


def test_too_few_vehicles_are_no_reason_to_invent_a_solution(tmp_path, capsys):
    path, out = tmp_path / "both.txt", tmp_path / "routes.json"
    nodes = ["0 0 0 0 0 0 480", "1 9 0 1 1 20 20", "2 0 9 1 1 20 20", "3 8 0 1 -1 0 480", "4 0 8 1 -1 0 480"]
    path.write_text("\n".join(["1 4 480 6 90", *nodes]))

    assert main(["solve", str(path), "--seconds", "0.2", "--out", str(out)]) == 3

    assert capsys.readouterr().err.splitlines() == [f"{path}: no feasible solution: none found in 0.2 s"]
    assert not out.exists()


def test_a_day_without_requests_needs_no_routes(tmp_path):
    path, out = tmp_path / "empty.txt", tmp_path / "routes.json"
    path.write_text("2 0 480 3 30\n0 0 0 0 0 0 480\n")

    assert main(["solve", str(path), "--out", str(out)]) == 0

    written = json.loads(out.read_text())
    assert (written["routes"], written["cost"], written["bound"], written["proven"]) == ([], 0, 0, True)


def test_turns_give_the_same_answer_again_and_progress_is_told(tmp_path, capsys):
    path, out = tmp_path / "day.txt", tmp_path / "routes.json"
    day = static_day(30, 3, seed=4)
    nodes = [" ".join(map(str, (number, *node))) for number, node in enumerate(day.nodes)]
    path.write_text("\n".join([f"{day.vehicles} 30 {day.longest_duty} {day.capacity} {day.longest_ride}", *nodes]))

    answers = []
    for _ in range(2):
        command = ["solve", str(path), "--iterations", "3000", "--seconds", "60", "--progress", "--out", str(out)]
        assert main(command) == 0
        answers.append((json.loads(out.read_text())["routes"], json.loads(out.read_text())["cost"]))

    assert answers[0] == answers[1]
    assert all(
        re.fullmatch(r"\d+\.\d s: cost (-|\d+\.\d\d), bound (-|\d+\.\d\d)", line)
        for line in capsys.readouterr().err.splitlines()
    )


@pytest.mark.parametrize(
    ("looks_on", "is_kept", "says"),
    [(True, False, True), (True, True, False), (False, False, False)],
    ids=["first at a terminal", "later at a terminal", "first in a program"],
)
def test_only_who_looks_on_is_told_that_the_first_answer_takes_long(
    looks_on, is_kept, says, tmp_path, monkeypatch, capsys
):
    path, out = tmp_path / "empty.txt", tmp_path / "routes.json"
    path.write_text("2 0 480 3 30\n0 0 0 0 0 0 480\n")
    monkeypatch.setattr(commands, "is_kept", lambda _: is_kept)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: looks_on)

    assert main(["solve", str(path), "--out", str(out)]) == 0

    assert ("compiling, once" in capsys.readouterr().err) == says


def test_an_unreadable_instance_or_place_to_write_is_one_clear_line(tiny, tmp_path, capsys):
    out = tmp_path / "no" / "routes.json"

    assert main(["solve", str(tmp_path / "none.txt"), "--out", "routes.json"]) == 2
    assert main(["solve", str(tiny), "--out", str(out)]) == 2
    assert main(["solve", str(tiny), "--out", str(tmp_path)]) == 2

    errors = capsys.readouterr().err.splitlines()
    assert errors[0] == f"{tmp_path / 'none.txt'}: No such file or directory"
    assert errors[1] == f"{out}: No such file or directory"
    assert errors[2] == f"{tmp_path}: Is a directory"
    assert len(errors) == 3


@pytest.mark.parametrize("turns", ["0", "1.5", "many"])
def test_turns_must_be_whole(turns, tiny, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["solve", str(tiny), "--iterations", turns, "--out", "routes.json"])

    assert ended.value.code == 2
    assert "--iterations" in capsys.readouterr().err


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "soon"])
def test_time_must_be_positive(seconds, tiny, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["solve", str(tiny), "--seconds", seconds, "--out", "routes.json"])

    assert ended.value.code == 2
    assert "--seconds" in capsys.readouterr().err


def test_dispatch_answers_standard_input(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr("sys.stdin", io.StringIO('{"type": "finish"}\n'))

    assert main(["dispatch"]) == 0

    assert json.loads(capsys.readouterr().out) == {"error": "not understood: the first line must be an init"}
    assert main(["dispatch", "--history", str(tmp_path / "nothing")]) == 2


def test_the_benchmark_prints_our_cost_and_the_gap_beside_the_peer(tiny, tmp_path, capsys):
    (tmp_path / "bks.csv").write_text("instance,bks\ntiny,12.00\n")
    asked = ["static", "--instances", str(tmp_path), "--quick", "--seconds", "0.1", "--pictures", str(tmp_path)]

    assert bench.main(asked) == 0

    machine, header, line, ours, peers = capsys.readouterr().out.splitlines()
    assert "cores; seed 1" in machine
    assert header.split()[:4] == ["instance", "best", "known", "Noriai"]
    name, best, own, gap, bound, proven, _, peer, peer_gap, _ = line.split()
    assert (name, best, own, gap, bound, proven) == ("tiny", "12.00", "12.00", "0.00", "12.00", "yes")
    assert (peer, peer_gap) == ("12.00", "0.00")
    assert ours.split() == ["Noriai", "mean", "gap", "%", "0.00", "worst", "0.00", "no", "answer", "0"]
    assert peers.startswith("OR-Tools")
    assert "<svg" in (tmp_path / "gap-over-time.svg").read_text()


def test_a_peer_that_is_half_installed_takes_no_part(tmp_path, monkeypatch):
    (tmp_path / "pyvrp").mkdir()
    (tmp_path / "pyvrp" / "__init__.py").write_text("from pyvrp._pyvrp import Model\n")
    monkeypatch.syspath_prepend(tmp_path)

    assert "PyVRP" not in {peer.name for peer in installed()}
    assert "OR-Tools" in {peer.name for peer in installed()}


def test_the_benchmark_plays_made_up_days_without_a_folder(tmp_path, capsys):
    assert bench.main(["online", "--quick", "--pictures", str(tmp_path)]) == 0

    _, header, now, booked, mean, _, *quotes = capsys.readouterr().out.splitlines()
    assert header.split()[:5] == ["day", "vehicles", "asked", "plain", "accepted"]
    assert all(0.5 < float(line.split()[4]) <= 1 for line in (now, booked))
    assert mean.startswith("mean of 2 days")
    assert [line.split()[0] for line in quotes] == ["1", "10", "100"]
    assert "<svg" in (tmp_path / "quote-time.svg").read_text()


def test_the_benchmark_says_which_day_it_cannot_read(tmp_path, capsys):
    (tmp_path / "day.json").write_text("{}")

    assert bench.main(["online", "--instances", str(tmp_path)]) == 2
    assert "day.json" in capsys.readouterr().err


@pytest.mark.parametrize("content", [None, "what\n1\n"])
def test_a_folder_without_readable_files_is_refused(content, tmp_path, capsys):
    if content is not None:
        (tmp_path / "bks.csv").write_text(content)

    assert bench.main(["static", "--instances", str(tmp_path), "--quick"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1

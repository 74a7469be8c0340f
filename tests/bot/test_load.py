"""The load test's town is one that a town could bring, and its figures are those of the product."""

import subprocess
import sys
from collections import Counter

import pytest

from backend import cli
from backend.towns import load_folder
from bot.simulator import load, metro_town, process_times
from bot.simulator.load import Booked


def test_the_town_can_be_read_and_is_the_same_for_a_seed(tmp_path):
    for name in ("one", "two"):
        metro_town.write(tmp_path / name, seed=3, stops=30, vehicles=4)

    town = load_folder(tmp_path / "one")

    assert (len(town.stops), len(town.vehicles), len(town.duties), town.members) == (30, 4, 4, ())
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_rides_are_between_two_stops_of_the_town_and_ahead_of_the_first_vehicle():
    rides = metro_town.rides(1, 500, stops=30)

    assert rides == metro_town.rides(1, 500, stops=30)
    assert all(each.origin != each.destination and each.ahead_s > 3_600 for each in rides)
    assert {int(each.origin[1:]) for each in rides} == set(range(1, 31))
    assert Counter(each.adults for each in rides)[1] > Counter(each.adults for each in rides)[2]


def test_processor_time_is_told_by_part_and_never_runs_back():
    work = "input(); print(sum(range(2_000_000)), flush=True); input()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", work], **pipes) as process:
        before = process_times.usage(process.pid)
        process.stdin.write("\n")
        process.stdin.flush()
        process.stdout.readline()

        used = process_times.usage(process.pid).since(before)
        process.communicate("\n")

    assert list(used.by_name) == ["rest"]
    assert used.by_name["rest"] >= 0


@pytest.mark.parametrize(
    ("slow", "status", "expected"),
    [
        pytest.param(4, 201, True, id="four of a hundred are slow"),
        pytest.param(6, 201, False, id="six of a hundred are slow"),
        pytest.param(0, 503, False, id="one got no answer"),
    ],
)
def test_a_measurement_is_fast_when_95_of_100_are_and_all_are_answered(slow, status, expected):
    done = [Booked(0.2, 201, "")] * (99 - slow) + [Booked(3.0, 409, "full")] * slow + [Booked(0.2, status, "busy")]

    assert load._is_fast(done) is expected


def test_the_command_is_found_beside_the_benchmark_of_routing(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["bench", "booking", "--help"])

    assert ended.value.code == 0
    assert "noriai bench booking" in capsys.readouterr().out

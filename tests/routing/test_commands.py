import io
import json

import pytest

from routing import bench
from routing.commands import main

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

    assert main(["solve", str(tiny), "--seconds", "1", "--seed", "3", "--out", str(out)]) == 0

    written = json.loads(out.read_text())
    assert set(written) == {"instance", "cost", "bound", "proven", "seconds", "routes"}
    assert written["routes"] == [[1, 2]]
    assert written["cost"] == pytest.approx(12)
    assert (written["instance"], written["bound"], written["proven"]) == ("tiny", pytest.approx(12), True)


def test_no_solution_is_said_and_nothing_is_written(tmp_path, capsys):
    path, out = tmp_path / "far.txt", tmp_path / "routes.json"
    path.write_text(TINY.replace("6 90", "6 1"))

    assert main(["solve", str(path), "--seconds", "0.05", "--out", str(out)]) == 3

    assert "no feasible solution" in capsys.readouterr().err
    assert not out.exists()


def test_an_unreadable_instance_or_place_to_write_is_one_clear_line(tiny, tmp_path, capsys):
    out = tmp_path / "no" / "routes.json"

    assert main(["solve", str(tmp_path / "none.txt"), "--out", str(out)]) == 2
    assert main(["solve", str(tiny), "--seconds", "0.05", "--out", str(out)]) == 2

    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 2
    assert all("No such file" in line for line in errors)


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

    assert bench.main(["static", "--instances", str(tmp_path), "--quick", "--seconds", "0.1"]) == 0

    header, line = capsys.readouterr().out.splitlines()
    assert header.split()[:3] == ["instance", "best", "known"]
    assert "bound     proven" in header
    name, best, own, gap, bound, proven, _, peer, peer_gap, _ = line.split()
    assert (name, best, own, gap, bound, proven) == ("tiny", "12.00", "12.00", "0.00", "12.00", "yes")
    assert (peer, peer_gap) == ("12.00", "0.00")


def test_the_benchmark_plays_made_up_days_without_a_folder(capsys):
    assert bench.main(["online", "--quick"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert all(0.5 < float(line.split()[4]) < 1 for line in lines[1:])


@pytest.mark.parametrize("content", [None, "what\n1\n"])
def test_a_folder_without_readable_files_is_refused(content, tmp_path, capsys):
    if content is not None:
        (tmp_path / "bks.csv").write_text(content)

    assert bench.main(["static", "--instances", str(tmp_path), "--quick"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1

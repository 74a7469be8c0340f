import pytest

from routing.instances import InstanceError, parse, read

TWO_DEPOTS = """2 1 480 3 30
0 0 0 0 0 0 480
1 3 4 2 1 0 1440
2 3 0 2 -1 10 25

3 0 0 0 0 0 480
"""
ONE_DEPOT = """1 2 480 6 90
0 0 0 0 0 0 480
1 3 4 2 1 0 1440
2 3 0 2 -1 10 25
"""


@pytest.mark.parametrize(("text", "ride"), [(TWO_DEPOTS, 30), (ONE_DEPOT, 90)])
def test_both_layouts_mean_the_same_day(text, ride):
    instance = parse(text, name="tiny")

    assert instance.requests == 1
    assert len(instance.nodes) == 4
    assert instance.longest_ride == ride
    assert instance.nodes[2].load == -1
    assert instance.nodes[3] == instance.nodes[0]
    assert instance.cost([[1, 2], []]) == pytest.approx(5 + 4 + 3)


@pytest.mark.parametrize(
    "text", ["2 0 480 3 30\n0 0 0 0 0 0 480\n", "2 0 480 3 30\n0 0 0 0 0 0 480\n1 0 0 0 0 0 480\n"]
)
def test_a_day_without_requests_is_a_day(text):
    assert parse(text, name="empty").requests == 0


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("", "empty file", id="empty"),
        pytest.param("1 2 3\n", "line 1: expected 'm n T Q L', found 3 numbers", id="header"),
        pytest.param("a b c d e\n", "line 1: not a line of numbers", id="words"),
        pytest.param(ONE_DEPOT.replace("480 6", "nan 6"), "line 1: a number is not finite", id="not a number"),
        pytest.param(
            "0" + ONE_DEPOT[1:], "number of vehicles must be a whole number, 1 or more, not 0", id="no vehicle"
        ),
        pytest.param(
            ONE_DEPOT.replace("1 2 480", "1.5 2 480"), "number of vehicles must be a whole", id="part of a vehicle"
        ),
        pytest.param(ONE_DEPOT.replace("480 6 90", "480 -6 90"), "capacity must not be below 0, is -6", id="capacity"),
        pytest.param(ONE_DEPOT.replace("480 6 90", "4_80 6 90"), "line 1: not a line of numbers", id="underscore"),
        pytest.param(ONE_DEPOT.replace(" 1440", " inf"), "line 3: a number is not finite", id="infinite"),
        pytest.param(
            ONE_DEPOT.replace("1 3 4 2", "1 1e308 -1e308 2"), "line 3: 1e+308 is too large to be reckoned", id="place"
        ),
        pytest.param(
            ONE_DEPOT.replace("10 25", "10 1.7e9"),
            "line 4: 1.7e+09 is too large to be reckoned with exactly",
            id="time",
        ),
        pytest.param(ONE_DEPOT[:-20], "the header says 2, but 2 node lines follow", id="truncated"),
        pytest.param(ONE_DEPOT[:-5], "line 4: expected 'id x y", id="truncated line"),
        pytest.param(ONE_DEPOT.replace("1 2 480", "1 4 480"), "the header says 4, but 3 node lines follow", id="count"),
        pytest.param(ONE_DEPOT.replace("\n2 3 0", "\n7 3 0"), "line 4: expected node 2, found 7", id="ids"),
        pytest.param(ONE_DEPOT.replace("10 25", "25 10"), "line 4: the window closes before it opens", id="window"),
        pytest.param(ONE_DEPOT.replace("10 25", "10"), "line 4: expected 'id x y", id="short line"),
        pytest.param(ONE_DEPOT.replace("3 0 2 -1", "3 0 -2 -1"), "line 4: negative service time", id="service"),
        pytest.param(ONE_DEPOT.replace("-1", "-2"), "request 1: loads 1 and -2 do not belong together", id="loads"),
    ],
)
def test_what_is_no_instance_is_refused_in_one_line(text, reason, tmp_path):
    path = tmp_path / "bad.txt"
    path.write_text(text)

    with pytest.raises(InstanceError) as refused:
        read(path)

    assert reason in str(refused.value)
    assert "bad.txt" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_mark_of_byte_order_is_read_over(tmp_path):
    path = tmp_path / "day.txt"
    path.write_text(ONE_DEPOT, encoding="utf-8-sig")

    assert read(path).nodes == parse(ONE_DEPOT, name="day").nodes


def test_a_missing_or_binary_file_is_refused_in_one_line(tmp_path):
    binary = tmp_path / "binary.txt"
    binary.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(InstanceError, match="not a text file"):
        read(binary)
    with pytest.raises(InstanceError, match="No such file"):
        read(tmp_path / "missing.txt")

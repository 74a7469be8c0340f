import heapq
import json
import math
import shutil
from itertools import pairwise

import numpy as np
import pytest

from backend.adapters.road_graph import RoadGraph, outline
from backend.ports import DrivingProfile, MapSource, PermanentError, Point
from backend.towns import TownDataError, generate_roads, load

SPEEDS = """
band_starts = ["00:00", "07:00"]
[summer]
primary = [36, 18]
residential = [18, 18]
[winter]
primary = [18, 9]
residential = [9, 9]
"""
NIGHT = DrivingProfile("summer", 0)
MORNING = DrivingProfile("summer", 7 * 3600)

A, B, C, D = Point(43.0, 141.0), Point(43.0, 141.01), Point(43.01, 141.01), Point(43.01, 141.0)
KM_LAT = 1111.95  # metres in 0.01 degrees north
KM_LON = KM_LAT * math.cos(math.radians(43.0))


def road(kind, *points, oneway=False, speed=50):
    properties = {"class": kind, "name": f"{kind}(架空)", "speed": speed, "oneway": oneway}
    coordinates = [[point.lon, point.lat] for point in points]
    return {"properties": properties, "geometry": {"type": "LineString", "coordinates": coordinates}}


@pytest.fixture
def make_graph(tmp_path):
    def make(*roads, speeds=SPEEDS):
        (tmp_path / "roads.geojson").write_text(json.dumps({"features": roads}))
        (tmp_path / "speeds.toml").write_text(speeds)
        return RoadGraph(tmp_path / "roads.geojson")

    return make


@pytest.fixture(scope="module")
def minami():
    town = load("minami")
    graph: MapSource = RoadGraph(town.roads_path, town.speeds_path)
    return graph, [Point(stop.lat, stop.lon) for stop in town.stops]


def test_time_and_length_follow_the_class_of_the_road(make_graph):
    table = make_graph(road("primary", A, B, C)).driving([A, B, C], NIGHT)

    assert table.seconds[0] == (0, math.ceil(KM_LON / 10), math.ceil((KM_LON + KM_LAT) / 10))
    assert table.metres[0] == (0, math.ceil(KM_LON), math.ceil(KM_LON + KM_LAT))
    assert [table.seconds[at][at] for at in range(3)] == [0, 0, 0]


@pytest.mark.parametrize(
    ("profile", "metres_per_s"),
    [
        pytest.param(DrivingProfile("summer", 7 * 3600 - 1), 10, id="the last second before the peak"),
        pytest.param(DrivingProfile("summer", 7 * 3600), 5, id="the peak"),
        pytest.param(DrivingProfile("winter", 0), 5, id="winter"),
        pytest.param(DrivingProfile("winter", 23 * 3600), 2.5, id="winter in the last band"),
    ],
)
def test_speed_is_that_of_the_season_and_the_hour(make_graph, profile, metres_per_s):
    graph = make_graph(road("primary", A, B))

    assert graph.driving([A, B], profile).seconds[0][1] == math.ceil(KM_LON / metres_per_s)


def test_nobody_drives_faster_than_posted(make_graph):
    graph = make_graph(road("primary", A, B, speed=18))

    assert graph.driving([A, B], NIGHT).seconds[0][1] == math.ceil(KM_LON / 5)


def test_a_one_way_street_is_driven_one_way(make_graph):
    graph = make_graph(road("primary", A, B, oneway=True), road("primary", B, C, D, A))

    table = graph.driving([A, B], NIGHT)

    assert table.metres[0][1] == math.ceil(KM_LON)
    assert table.metres[1][0] > 2 * KM_LAT
    assert graph.path(B, A, NIGHT) == [B, C, D, A]


def test_of_two_roads_between_the_same_places_the_quicker_counts(make_graph):
    graph = make_graph(road("residential", A, B), road("primary", A, B), road("residential", B, A))

    assert graph.driving([A, B], NIGHT).seconds[0][1] == math.ceil(KM_LON / 10)


def test_length_is_that_of_the_quickest_way_not_of_the_shortest(make_graph):
    graph = make_graph(road("residential", A, B, speed=5), road("primary", A, D, C, B))

    assert graph.driving([A, B], NIGHT).metres[0][1] == pytest.approx(2 * KM_LAT + KM_LON, abs=2)
    assert graph.path(A, B, NIGHT) == [A, D, C, B]


def test_a_way_to_where_one_stands_is_the_place_itself(make_graph):
    assert make_graph(road("primary", A, B)).path(A, A, NIGHT) == [A]


def test_a_point_beside_the_road_is_taken_to_the_nearest_place_on_it(make_graph):
    beside = Point(B.lat + 0.002, B.lon)

    assert make_graph(road("primary", A, B)).path(A, beside, NIGHT) == [A, B]


def test_a_point_off_the_map_is_refused_for_good(make_graph):
    graph = make_graph(road("primary", A, B))

    with pytest.raises(PermanentError, match="from any road"):
        graph.driving([A, C], NIGHT)


def test_a_road_nobody_can_leave_is_no_part_of_the_map(make_graph):
    trap = Point(43.003, 141.01)
    graph = make_graph(road("primary", A, B), road("primary", B, trap, oneway=True))

    assert graph.path(A, trap, NIGHT) == [A, B]


@pytest.mark.parametrize(
    ("roads", "speeds", "reason"),
    [
        pytest.param([road("motorway", A, B)], SPEEDS, "class motorway", id="a class without speeds"),
        pytest.param([], SPEEDS, "no road", id="no road"),
        pytest.param([{"properties": {}}], SPEEDS, "not a road file", id="no geometry"),
        pytest.param([road("primary", A, B)], SPEEDS.replace("18]", "18, 9]"), "needs 2", id="a speed too many"),
        pytest.param([road("primary", A, B)], SPEEDS.replace("36", "0"), "above 0", id="standstill"),
        pytest.param([road("primary", A, B)], SPEEDS.replace("00:00", "01:00"), "ascend", id="no first band"),
        pytest.param([road("primary", A, B)], "[summer]", "not a file of speeds", id="no bands"),
    ],
)
def test_bad_files_are_refused_with_the_reason(make_graph, roads, speeds, reason):
    with pytest.raises(PermanentError, match=reason):
        make_graph(*roads, speeds=speeds)


def test_every_stop_reaches_every_stop_and_no_way_round_is_quicker(minami):
    graph, points = minami

    seconds = np.array(graph.driving(points, MORNING).seconds)

    assert seconds.max() < 3600
    assert (seconds + 1000 * np.eye(40, dtype=int)).min() > 0
    for via in range(40):
        assert (seconds <= seconds[:, [via]] + seconds[[via], :]).all()


def test_winter_and_the_morning_peak_are_slower_everywhere(minami):
    graph, points = minami
    night, morning, winter = (
        np.array(graph.driving(points, profile).seconds) + np.eye(40)
        for profile in (NIGHT, MORNING, DrivingProfile("winter", 0))
    )

    assert (night <= morning).all()
    assert (night <= winter).all()
    assert (night < winter).sum() == 40 * 39


def test_times_equal_a_search_written_apart(minami):
    graph, points = minami
    kmh = {"primary": 40, "secondary": 35, "tertiary": 30, "residential": 20}
    squeeze = math.cos(math.radians(42.95))
    ways = {}
    for line in outline(load("minami").roads_path):
        for a, b in pairwise(line.points):
            metres = 111_195 * math.hypot(b.lat - a.lat, (b.lon - a.lon) * squeeze)
            ways.setdefault(a, []).append((b, metres / kmh[line.kind] * 3.6))
            if not line.is_oneway:
                ways.setdefault(b, []).append((a, metres / kmh[line.kind] * 3.6))
    best, queue = {}, [(0.0, points[0])]
    while queue:
        seconds, place = heapq.heappop(queue)
        if place in best:
            continue
        best[place] = seconds
        for following, more in ways[place]:
            heapq.heappush(queue, (seconds + more, following))

    found = graph.driving(points, NIGHT).seconds[0]

    assert found == pytest.approx([best[point] for point in points], abs=1.5)


def test_the_line_drawn_is_as_long_as_the_table_says(minami):
    graph, points = minami
    squeeze = math.cos(math.radians(42.95))

    way = graph.path(points[0], points[39], NIGHT)
    drawn = sum(111_195 * math.hypot(b.lat - a.lat, (b.lon - a.lon) * squeeze) for a, b in pairwise(way))

    assert (way[0], way[-1]) == (points[0], points[39])
    assert drawn == pytest.approx(graph.driving(points, NIGHT).metres[0][39], rel=0.001)


def test_the_road_file_is_what_the_generator_draws_and_says_that_it_is_invented(tmp_path):
    path = load("minami").roads_path
    for name in ("stops.csv", "corridors.toml"):
        shutil.copy(path.with_name(name), tmp_path)

    generate_roads.main([str(tmp_path)])

    assert (tmp_path / path.name).read_bytes() == path.read_bytes()
    assert path.stat().st_size < 300_000
    assert all(line.name.endswith("(架空)") for line in outline(path))
    assert {line.kind for line in outline(path)} == {"primary", "secondary", "tertiary", "residential"}
    assert any(line.is_oneway for line in outline(path))


def test_roads_are_not_drawn_through_stops_that_are_refused(tmp_path):
    (tmp_path / "stops.csv").write_text("code\nM01\n", encoding="utf-8")

    with pytest.raises(TownDataError, match=r"stops\.csv:1"):
        generate_roads.generate(tmp_path)


def test_every_stop_lies_on_a_road():
    town = load("minami")
    on_roads = {point for line in outline(town.roads_path) for point in line.points}

    assert {Point(stop.lat, stop.lon) for stop in town.stops} <= on_roads

"""Which pairs of stops the line sells, on which runs, for how much: against the specified tables (T-08 to T-11, T-26)."""

import csv
from datetime import date
from pathlib import Path

import pytest

from backend.db.queries import money, timetable
from backend.domain.party import Party
from backend.domain.policies import boarding
from backend.domain.policies import fares as fare_policy
from backend.services import departures
from tests.make import LINE_DAY, LINE_HOLIDAY, Line

DATA = Path(__file__).parent.parent / "data"
FIVE = {"T01", "T02", "T03", "T04", "T05"}
STOPS = [f"T{number:02d}" for number in range(1, 21)]


def table(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8-sig") as lines:
        return list(csv.DictReader(line for line in lines))


@pytest.fixture(scope="module")
def fares():
    return {(row["from_id"], row["to_id"]): row for row in table("t_od_fares.csv")}


@pytest.fixture
def line(session):
    return Line(session)


@pytest.mark.req("T-08", "T-09", "T-10", "T-11", "Q-40")
def test_of_all_380_pairs_just_the_170_are_sold_on_just_the_runs_of_their_direction(line, fares):
    entries = timetable.list_entries(line.session, line.service.id, LINE_DAY)
    codes = {stop.id: code for code, stop in line.stops.items()}

    found = {}
    for entry in entries:
        for start in entry.stop_times:
            for end in entry.stop_times:
                if boarding.is_sold(boarding.calls_between(entry.passage, start.stop_id, end.stop_id)):
                    found.setdefault((codes[start.stop_id], codes[end.stop_id]), []).append(entry.code)

    assert set(found) == set(fares)
    assert len(found) == 170
    for pair, runs in found.items():
        letter = "M" if fares[pair]["direction"] == "真駒内駅行き" else "S"
        assert runs == [f"{letter}{number}" for number in range(1, 6)], pair


@pytest.mark.req("T-09", "T-10", "T-11", "T-26")
def test_every_pair_is_answered_with_its_runs_and_fares_or_with_the_rule_that_forbids_it(line, fares):
    for start in STOPS:
        for end in STOPS:
            if start == end:
                continue
            found = departures.list_departures(
                line.session,
                line.service.id,
                LINE_DAY,
                pickup_stop_id=line.stops[start].id,
                dropoff_stop_id=line.stops[end].id,
                party=Party.of({"adult": 1, "senior": 1, "infant": 1, "free": 1}),
                channel="line",
                rider_id=None,
                now=line.now,
            )
            if (start, end) in fares:
                row = fares[start, end]
                due = int(row["adult_yen"]) + int(row["half_yen"])
                assert [each.fare_yen for each in found] == [due] * 5, (start, end)
                assert {each.direction for each in found} == {row["direction"]}
            else:
                assert found.code == ("no_boarding_here" if start < end else "no_alighting_here"), (start, end)
                assert start not in FIVE or end not in FIVE


@pytest.mark.req("T-26", "T-27")
def test_all_six_categories_of_every_pair_cost_what_the_table_says(line, fares):
    for (start, end), row in fares.items():
        ends = line.stops[start].id, line.stops[end].id
        adult, half = int(row["adult_yen"]), int(row["half_yen"])
        expected = {"adult": adult, "senior": half, "discount": half, "child": half, "infant": 0, "free": 0}
        for day in (LINE_DAY, LINE_HOLIDAY):
            assert money.fares_between(line.session, line.service.id, day, *ends) == expected
        assert money.zone_between(line.session, line.service.id, *ends) == row["fare_zone"]
    zones = [row["fare_zone"] for row in fares.values()]
    assert (zones.count("A"), zones.count("B")) == (20, 150)


@pytest.mark.req("T-27", "Q-05")
def test_free_riders_pay_nothing_and_take_seats(line):
    booking = line.book("M3", "T03", "T20", adult=1, infant=1, free=1)

    assert (booking.fare_yen, booking.seats) == (500, 3)
    assert {each.category: each.fare_each_yen for each in booking.party} == {"adult": 500, "infant": 0, "free": 0}
    assert line.book("M3", "T03", "T20", infant=1).code == "infants_alone"


@pytest.mark.req("Q-01", "Q-02", "D-07")
@pytest.mark.parametrize(
    ("born", "day", "category"),
    [
        ("2019-04-01", "2025-04-01", "child"),
        ("2019-04-02", "2025-04-01", "infant"),
        ("2013-04-02", "2026-03-31", "child"),
        ("2013-04-01", "2026-03-31", "adult"),
        ("1955-05-07", "2025-05-06", "adult"),
        ("1955-05-07", "2025-05-07", "senior"),
    ],
)
def test_school_stage_and_seventieth_birthday_count_on_the_ride_date(born, day, category):

    assert fare_policy.category_by_birth(date.fromisoformat(born), date.fromisoformat(day)) == category

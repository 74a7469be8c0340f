"""The year of the line, counted from its rows (T-01 to T-04, Q-30)."""

import csv
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from backend.db.models import Product, Run, ServiceDay
from backend.db.queries import timetable
from backend.services import service_days
from tests.make import LINE_DAY, LINE_HOLIDAY, Line, at

DATA = Path(__file__).parent.parent / "data"
FIRST, LAST = date(2025, 4, 1), date(2026, 3, 31)


@pytest.mark.req("T-01", "T-02", "T-03", "T-04", "Q-30")
def test_a_year_has_359_days_of_ten_runs_and_484_of_them_are_fixed(session):
    line = Line(session)
    for number in range((LAST - FIRST).days + 1):
        service_days.lock(session, line.service.id, FIRST + timedelta(days=number))

    of_line = ServiceDay.transport_service_id == line.service.id
    rows = session.execute(
        select(ServiceDay.day, Run.kind, func.count())
        .join(Run, Run.service_day_id == ServiceDay.id)
        .where(of_line)
        .group_by(ServiceDay.day, Run.kind)
    ).all()
    by_day, by_kind = Counter(), Counter()
    for day, kind, runs in rows:
        by_day[day] += runs
        by_kind[kind] += runs

    assert len(by_day) == line.service.planned_days == 359
    assert set(by_day.values()) == {10}
    assert by_kind == {"fixed": line.service.planned_fixed_runs, "reserved": 3106}
    assert line.service.planned_fixed_runs == 484
    closed = {date(2025, 12, 29) + timedelta(days=each) for each in range(6)}
    assert not closed & set(by_day)
    assert date(2025, 5, 5) in by_day


@pytest.mark.req("T-03", "T-04")
def test_on_weekdays_two_runs_are_fixed_and_on_holidays_none(session):
    line = Line(session)

    kinds = {
        day: [each.code for each in timetable.list_entries(session, line.service.id, day) if each.kind == "fixed"]
        for day in (LINE_DAY, LINE_HOLIDAY, date(2025, 5, 10), date(2025, 5, 11))
    }

    assert kinds == {LINE_DAY: ["M2", "S3"], LINE_HOLIDAY: [], date(2025, 5, 10): [], date(2025, 5, 11): []}


@pytest.mark.req("T-02", "T-06")
def test_every_printed_cell_stands_in_the_rows(session):
    line = Line(session)
    entries = {each.code: each for each in timetable.list_entries(session, line.service.id, LINE_DAY)}
    with (DATA / "t_timetable_as_given.csv").open(encoding="utf-8-sig") as lines:
        printed = list(csv.DictReader(lines))

    for letter, direction in (("M", "真駒内駅行き"), ("S", "空沼二股行き")):
        rows = [row for row in printed if row["direction"] == direction]
        for number in range(1, 6):
            entry = entries[f"{letter}{number}"]
            in_order = list(dict.fromkeys(each.as_printed for each in entry.stop_times))
            assert in_order == [row[f"run{number}"] for row in rows]
            assert (entry.direction, entry.number) == (direction, number)
    assert min(each.departs_s for each in entries.values()) == at("6:55")
    assert max(each.arrives_s for each in entries.values()) == at("19:33")


@pytest.mark.req("T-06")
def test_a_reckoned_time_is_marked_and_its_printed_range_kept(session):
    line = Line(session)

    found = timetable.find_entry(session, line.service.id, LINE_DAY, "M1").at(line.stops["T07"].id)

    assert (found.time_s, found.kind, found.is_about) == (at("7:03"), "interpolated", True)
    assert found.as_printed == "7:02～7:04"


@pytest.mark.req("T-21", "Q-32", "Q-33")
def test_the_wagon_drives_the_first_two_runs_to_the_station_and_the_car_the_others(session):
    line = Line(session)

    entries = timetable.list_entries(session, line.service.id, LINE_DAY)

    seats = {each.code: each.vehicle_seats for each in entries}
    assert seats == {code: 9 if code in {"M1", "M2"} else 4 for code in seats}
    assert {each.booking_limit for each in entries} == {4}


@pytest.mark.req("T-30", "T-31", "Q-49", "Q-50")
def test_every_price_of_passes_and_ticket_books_is_a_row(session):
    line = Line(session)
    products = session.scalars(select(Product).where(Product.transport_service_id == line.service.id)).all()
    categories = {"通勤": "commute", "通学(大人)": "student", "通学(小学生)": "pupil"}
    with (DATA / "t_passes.csv").open(encoding="utf-8-sig") as lines:
        expected = {
            (
                row["fare_zone"],
                categories[row["pass_type"]],
                row["welfare_discount"] == "1",
                row["subway_transfer"] == "あり",
                months,
            ): int(row[f"price_{months}month_yen"])
            for row in csv.DictReader(lines)
            for months in (1, 3)
        }

    found = {
        (each.zone, each.category, each.is_welfare, each.with_subway, each.months): each.price_yen
        for each in products
        if each.kind == "pass"
    }
    books = {(each.zone, each.category): (each.tickets, each.price_yen) for each in products if each.tickets}

    assert found == expected
    assert (len(found), found["A", "student", True, True, 3]) == (30, 27200)
    assert books == {
        ("A", "full"): (10, 5000),
        ("A", "half"): (10, 2500),
        ("B", "full"): (10, 3000),
        ("B", "half"): (10, 1500),
    }
    proofs = next(each.proofs for each in products if each.code == "pass-A-student-welfare-subway-3")
    assert set(proofs) == {"subway_pass", "student_card", "welfare_proof"}

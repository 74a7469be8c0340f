"""The timetable of the line on the screen, a new one from files, another vehicle for a run (T-01 to T-07, T-21, T-57)."""

import csv
import io
import re
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from backend import towns
from backend.db import invariants, models
from backend.db.session import transaction
from backend.services import service_days
from tests.admin.web import Web
from tests.make import LINE_DAY, LINE_NOW, Line, Town
from tests.terminal import UNLIKELY

DATA = Path(__file__).parent.parent / "data"
FOLDER = Path(towns.__file__).parent / "minami" / "line"
RUNS, TIMES = ((FOLDER / name).read_text(encoding="utf-8") for name in ("runs.csv", "timetable.csv"))
PAGE = "/admin/masters/timetable/"
NEXT = "2025-05-08"


@pytest.fixture
def line(engine):
    """The line of the data files, committed."""
    with transaction(engine) as session:
        return Line(session)


@pytest.fixture
def web(engine, line):
    """A dispatcher's browser."""
    return Web(engine, now=LINE_NOW)


def rows(page: str) -> list[list[str]]:
    """Return the tables of a page, each row as its cells in words."""
    found = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in found]
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in row] for row in cells]


def row_of(page: str, name: str, place: int = 0) -> list[str]:
    """Return the cells beside a heading; ``place`` 0 is toward the station, 1 away from it."""
    return [row[1:] for row in rows(page) if row and row[0] == name][place]


def upload(web, runs=RUNS, times=TIMES, *, valid_from=NEXT):
    """Send two files to be checked, as the page's form does."""
    files = {"runs": (io.BytesIO(runs.encode()), "runs.csv"), "times": (io.BytesIO(times.encode()), "timetable.csv")}
    return web.post(f"{PAGE}check", valid_from=valid_from, **files)


def ten_minutes_later(run: str, times: str = TIMES) -> str:
    """Return the file of times with one run ten minutes later."""

    def later(clock: str) -> str:
        minutes = int(clock.split(":", maxsplit=1)[0]) * 60 + int(clock.split(":")[1]) + 10
        return f"{minutes // 60:02d}:{minutes % 60:02d}"

    lines = [each.split(",") for each in times.splitlines()]
    for cells in lines:
        if cells[0] == run:
            cells[4], cells[6] = later(cells[4]), "～".join(later(part) for part in cells[6].split("～"))
    return "\n".join(",".join(cells) for cells in lines)


LATER_RUNS = RUNS.replace("M3,真駒内駅行き,3,10:10,10:33", "M3,真駒内駅行き,3,10:20,10:43")


@pytest.mark.req("T-02", "T-06", "T-07")
def test_the_screen_shows_the_timetable_cell_by_cell(web):
    page = web.text(f"{PAGE}?day={LINE_DAY}")
    with (DATA / "t_timetable_as_given.csv").open(encoding="utf-8-sig") as lines:
        printed = list(csv.DictReader(lines))
    with (FOLDER / "stops.csv").open(encoding="utf-8") as lines:
        stops = [row["name"] for row in csv.DictReader(lines)]

    for place, direction in enumerate(("真駒内駅行き", "空沼二股行き")):
        for row in (each for each in printed if each["direction"] == direction and " " not in each["stops_as_given"]):
            assert row_of(page, row["stops_as_given"], place)[:5] == [row[f"run{number}"] for number in range(1, 6)]
    for name in ("常盤6条2丁目", "札幌市立大学前", "常盤橋", "南区役所前"):
        assert not any("頃" in cell for cell in row_of(page, name))
    assert row_of(page, "芸術の森入口")[0] == "7:03頃"
    shown = [row[0] for row in rows(page) if row and row[0] in stops]
    assert shown == [*stops, *reversed(stops)]


@pytest.mark.req("T-03", "T-04", "T-15")
@pytest.mark.parametrize(
    ("day", "fixed"), [("2025-05-07", {("M", 2), ("S", 3)}), ("2025-05-06", set()), ("2025-05-10", set())]
)
def test_weekdays_show_two_runs_without_booking_and_holidays_none(web, day, fixed):
    page = web.text(f"{PAGE}?day={day}")

    kinds = [row_of(page, "運行", place)[:5] for place in (0, 1)]

    found = {
        ("MS"[place], number)
        for place, row in enumerate(kinds)
        for number, kind in enumerate(row, start=1)
        if "予約不要" in kind
    }
    assert found == fixed


@pytest.mark.req("T-01", "Q-42")
@pytest.mark.parametrize(
    ("day", "is_closed"), [("2025-05-05", False), ("2025-12-28", False), ("2025-12-29", True), ("2026-01-03", True)]
)
def test_the_line_runs_on_holidays_and_not_over_new_year(web, day, is_closed):
    page = web.text(f"{PAGE}?day={day}")

    assert ("年末年始のため運休日" in page) is is_closed


@pytest.mark.req("T-21", "Q-32", "Q-33")
def test_each_run_shows_its_vehicle_and_the_seats_follow_a_change_from_a_day_on(web, engine, line):
    page = web.text(f"{PAGE}?day={LINE_DAY}")
    assert row_of(page, "乗客定員")[:5] == ["9", "9", "4", "4", "4"]
    with transaction(engine) as session:
        car = session.scalars(select(models.Vehicle).where(models.Vehicle.code == "L2")).one().id
        service_days.ensure(session, line.service.id, date.fromisoformat(NEXT))
    web.text(f"{PAGE}runs/M2?day={LINE_DAY}")
    form = {"weekday_vehicle": str(car), "holiday_vehicle": str(car), "booking_limit": "4", "valid_from": NEXT}

    answer = web.post(f"{PAGE}runs/M2", **form)

    assert answer.status_code == 303
    assert row_of(web.text(f"{PAGE}?day={LINE_DAY}"), "乗客定員")[:5] == ["9", "9", "4", "4", "4"]
    assert row_of(web.text(f"{PAGE}?day={NEXT}"), "乗客定員")[:5] == ["9", "4", "4", "4", "4"]
    with transaction(engine) as session:
        assert invariants.check(session, now=LINE_NOW) == []


@pytest.mark.req("T-21", "Q-33")
def test_a_limit_over_the_seats_and_a_day_that_is_past_are_refused_in_words(web, engine):
    with transaction(engine) as session:
        wagon = session.scalars(select(models.Vehicle).where(models.Vehicle.code == "L1")).one().id
    form = {"weekday_vehicle": str(wagon), "holiday_vehicle": str(wagon), "booking_limit": "10", "valid_from": NEXT}

    too_many = web.post(f"{PAGE}runs/M1", **form)
    too_late = web.post(f"{PAGE}runs/M1", **form | {"booking_limit": "9", "valid_from": "2025-05-05"})
    unreadable = web.post(f"{PAGE}runs/M1", **form | {"booking_limit": "many"})
    raised = web.post(f"{PAGE}runs/M1", **form | {"booking_limit": "9"})

    assert [each.status_code for each in (too_many, too_late, unreadable, raised)] == [409, 409, 400, 303]
    assert "9席" in too_many.get_data(as_text=True)
    assert "より後の日から" in too_late.get_data(as_text=True)


@pytest.mark.req("T-05")
def test_a_new_timetable_is_looked_at_loaded_and_whom_it_hits_is_to_be_phoned(web, engine, line):
    with transaction(engine) as session:
        line.session = session
        hit = line.book("M3", "T03", "T20", day=date.fromisoformat(NEXT))
        kept = line.book("M3", "T03", "T20")
        hit.number, kept.number = "1111", UNLIKELY
    checked = upload(web, LATER_RUNS, ten_minutes_later("M3"))
    page = checked.get_data(as_text=True)
    assert checked.status_code == 200
    assert "1件あります" in page
    with transaction(engine) as session:
        assert len(session.scalars(select(models.TimetableVersion)).all()) == 1

    form = {"valid_from": NEXT, "runs": LATER_RUNS, "times": ten_minutes_later("M3")}
    answers = [web.post(f"{PAGE}load", **form) for _ in range(2)]

    assert [each.status_code for each in answers] == [303, 303]
    assert row_of(web.text(f"{PAGE}?day={LINE_DAY}"), "空沼二股")[2] == "10:10"
    assert row_of(web.text(f"{PAGE}?day={NEXT}"), "空沼二股")[2] == "10:20"
    calls = web.text("/admin/desk/calls/")
    assert "1111" in calls
    assert UNLIKELY not in calls
    with transaction(engine) as session:
        assert len(session.scalars(select(models.TimetableVersion)).all()) == 2
        assert invariants.check(session, now=LINE_NOW) == []


@pytest.mark.req("T-05", "T-06")
def test_a_bad_file_is_refused_whole_and_every_bad_line_is_named(web, engine):
    bad = TIMES.replace("T02,常盤二区", "T02,空沼登山口", 1).replace("降車のみ可能", "降りるだけ", 1)

    answer = upload(web, times=bad)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "timetable.csv 3行目" in page
    assert "timetable.csv 7行目" in page
    assert "2か所の誤り" in page
    assert "このダイヤを登録する" not in page
    with transaction(engine) as session:
        assert len(session.scalars(select(models.TimetableVersion)).all()) == 1


@pytest.mark.req("T-05")
def test_files_that_are_none_are_refused_by_their_name(web):
    missing = web.post(f"{PAGE}check", valid_from=NEXT)
    strange = {"runs": (io.BytesIO("便".encode("cp932")), "runs.csv"), "times": (io.BytesIO(b"x"), "timetable.csv")}
    unreadable = web.post(f"{PAGE}check", valid_from=NEXT, **strange)
    no_day = upload(web, valid_from="")

    assert [each.status_code for each in (missing, unreadable, no_day)] == [400, 400, 400]
    assert "便の一覧" in missing.get_data(as_text=True)
    assert "UTF-8" in unreadable.get_data(as_text=True)


@pytest.mark.req("T-57")
def test_nothing_of_the_old_bus_timetable_is_anywhere(web):
    pages = [web.text(f"{PAGE}?day={day}") for day in (LINE_DAY, "2025-07-05")]
    shipped = [path.read_text(encoding="utf-8") for path in FOLDER.parent.rglob("*.csv")]

    for text in (*pages, *shipped):
        assert "空沼登山口" not in text
        assert not re.search(r"\b0?8:32\b|\b18:39\b", text)


def test_a_town_without_a_line_has_no_timetable(engine):
    with transaction(engine) as session:
        Town(session)

    assert Web(engine, now=LINE_NOW).get(PAGE).status_code == 404


@pytest.mark.parametrize(("role", "expected"), [("town_officer", 200), ("carrier", 200), ("operator", 403)])
def test_who_may_see_the_timetable_and_who_may_change_it(engine, line, role, expected):
    web = Web(engine, role=role, now=LINE_NOW)

    assert web.get(f"{PAGE}?day={LINE_DAY}").status_code == expected
    assert web.get(f"{PAGE}runs/M2").status_code == 403

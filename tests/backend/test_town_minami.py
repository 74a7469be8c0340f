import shutil
from datetime import date, timedelta
from pathlib import Path

import jpholiday
import phonenumbers
import pytest

from backend import towns
from backend.towns import TownDataError, load, load_folder
from backend.towns.values import YearlyDay

MINAMI = Path(towns.__file__).parent / "minami"


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(MINAMI, tmp_path / "minami"))


def replace_in(folder, name, old, new):
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def refused(folder):
    with pytest.raises(TownDataError) as refusal:
        load_folder(folder)
    return refusal.value.lines


@pytest.mark.req("D-09", "Q-16")
def test_forty_stops_come_with_reading_and_marker_and_say_that_they_are_samples():
    town = load("minami")

    assert len(town.stops) == town.planned.stops == 40
    assert len({stop.name for stop in town.stops}) == 40
    assert town.stops[0].name == "真駒内駅"
    assert (town.stops[0].kana, town.stops[0].lat, town.stops[0].lon) == ("まこまないえき", 42.99115, 141.3581)
    assert "見本" in town.note
    assert town.credits == ("国土数値情報(バス停留所データ)(国土交通省)を加工して作成", "道路は架空のもの")


@pytest.mark.req("D-23")
def test_every_stop_has_something_to_look_for_in_snow():
    for stop in load("minami").stops:
        assert stop.winter_marker != stop.marker
        assert "見本" in stop.marker
        assert "見本" in stop.winter_marker
        assert "見本" in stop.hint


@pytest.mark.req("D-07", "Q-67")
def test_fares_are_those_of_the_table_and_name_no_cause():
    fares = load("minami").fares

    assert {fare.category: fare.yen for fare in fares} == {
        "adult": 350,
        "senior": 150,
        "discount": 150,
        "child": 150,
        "infant": 0,
    }
    assert not any("障" in fare.label + fare.condition for fare in fares)


@pytest.mark.req("D-04", "Q-26")
def test_the_calendar_counts_eighty_seven_operating_days():
    town = load("minami")
    rule = town.operation
    length = (rule.operates_to - rule.operates_from).days + 1
    days = [rule.operates_from + timedelta(days=at) for at in range(length)]
    closed = {date(2022, 12, 29) + timedelta(days=at) for at in range(6)}

    operating = [
        day for day in days if day.weekday() in rule.weekdays and day not in closed and not jpholiday.is_holiday(day)
    ]

    assert len(operating) == town.planned.operating_days == 87
    (closure,) = rule.closed_each_year
    assert (closure.first, closure.last) == (YearlyDay(12, 29), YearlyDay(1, 3))


@pytest.mark.req("D-05", "D-12")
def test_one_eight_seat_vehicle_and_one_with_a_wheelchair_place_drive_nine_to_three():
    town = load("minami")

    assert [(each.seats, each.wheelchair_places) for each in town.vehicles] == [(8, 0), (4, 1)]
    assert {(duty.from_s, duty.to_s, duty.weekdays) for duty in town.duties} == {(9 * 3600, 15 * 3600, (0, 1, 2, 3, 4))}
    assert (town.operation.starts_s, town.operation.ends_s) == (9 * 3600, 15 * 3600)


def test_members_have_valid_numbers_that_no_two_share():
    numbers = [phonenumbers.parse(member.phone, "JP") for member in load("minami").members]

    assert len(set(map(str, numbers))) == 12
    assert all(phonenumbers.is_valid_number(number) for number in numbers)


@pytest.mark.parametrize("name", ["stops.csv", "fares.csv", "town.toml"])
def test_a_file_may_begin_with_a_byte_order_mark(folder, name):
    text = (folder / name).read_text(encoding="utf-8")
    (folder / name).write_text(text, encoding="utf-8-sig")

    assert load_folder(folder).stops == load("minami").stops


def test_an_extra_closed_day_is_read(folder):
    (folder / "calendar.csv").write_text("from,to,reason\n2023-02-08,2023-02-09,大雪\n", encoding="utf-8")

    (closed,) = load_folder(folder).closed

    assert (closed.first, closed.last, closed.reason) == (date(2023, 2, 8), date(2023, 2, 9), "大雪")


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        pytest.param("stops.csv", "hint", "hnt", "stops.csv:1: unknown column 'hnt'", id="unknown column"),
        pytest.param("stops.csv", "M02,", "M01,", "stops.csv:3: code: 'M01' stands twice", id="code twice"),
        pytest.param("stops.csv", "まこまないえき", "", "stops.csv:2: kana is missing", id="no kana"),
        pytest.param("stops.csv", "まこまないえき", "真駒内", "stops.csv:2: kana: '真駒内' is not hiragana", id="kanji"),
        pytest.param("stops.csv", "42.99115", "141.3", "stops.csv:2: lat: 141.3 is not between", id="off Japan"),
        pytest.param("stops.csv", "42.99115", "nan", "stops.csv:2: lat: 'nan' is not a coordinate", id="nan"),
        pytest.param("stops.csv", "42.99115", "north", "stops.csv:2: lat: 'north' is not a", id="no number"),
        pytest.param("stops.csv", "M02,", '"M02"x,', "stops.csv:3: ", id="broken quotes"),
        pytest.param("stops.csv", ",station", ",palace", "stops.csv:2: kind: 'palace' is not known", id="kind"),
        pytest.param("stops.csv", ",station", "", "stops.csv:2: has 8 cells, not 9", id="short line"),
        pytest.param("fares.csv", "350", "-350", "fares.csv:2: yen: '-350' is not a whole number", id="negative"),
        pytest.param("fares.csv", "2022-11-21", "2022-11-31", "fares.csv:2: valid_from: '2022-11-31'", id="no date"),
        pytest.param("fares.csv", "senior", "adult", "fares.csv:3: category: 'adult from", id="fare twice"),
        pytest.param("vehicles.csv", "0,M01", "0,M99", "vehicles.csv:2: depot_stop: 'M99' is not known", id="depot"),
        pytest.param("vehicles.csv", "8,0", "0,0", "vehicles.csv:2: seats: the vehicle has no place", id="no seat"),
        pytest.param("duties.csv", "09:00", "9:00", "duties.csv:2: from: '9:00' is not a time", id="time"),
        pytest.param("duties.csv", "15:00", "24:01", "duties.csv:2: to: '24:01' is not a time", id="after midnight"),
        pytest.param("duties.csv", "15:00", "09:00", "duties.csv:2: to: is not after from", id="empty span"),
        pytest.param("duties.csv", "driver1", "nobody", "duties.csv:2: driver: 'nobody'", id="driver"),
        pytest.param("duties.csv", "月火水", "月月水", "duties.csv:2: weekdays: '月月水", id="weekday twice"),
        pytest.param("staff.csv", "operator", "king", "staff.csv:2: role: 'king' is not known", id="role"),
        pytest.param("staff.csv", "desk", "driver1", "staff.csv:2: login: 'driver1' is a driver's", id="login"),
        pytest.param("members.csv", "0002", "0001", "members.csv:3: phone: '060-9999-0001' stands", id="phone"),
        pytest.param("members.csv", "M38 M18", "M38 M77", "members.csv:2: favorite_stops: 'M77'", id="favorite"),
        pytest.param("members.csv", "1941", "41", "members.csv:2: birth_year: 41 is not", id="birth year"),
        pytest.param("calendar.csv", "reason\n", "reason\n2023-02-09,2023-02-08,雪\n", "calendar.csv:2: to:", id="range"),
    ],
)  # fmt: skip
def test_a_bad_line_is_named_with_its_file_line_and_reason(folder, name, old, new, expected):
    replace_in(folder, name, old, new)

    assert any(line.startswith(expected) for line in refused(folder)), refused(folder)


@pytest.mark.parametrize(
    ("old", "new", "at", "reason"),
    [
        pytest.param("notice_s = 1800", "notice_s = -1", "notice_s = -1", "notice_s is negative", id="negative"),
        pytest.param("notice_s", "notice", "[booking]", "notice_s is missing", id="missing"),
        pytest.param("notice_s", "notice", "notice = 1800", "notice is not a setting", id="not a setting"),
        pytest.param("max_party = 8", "max_party = true", "max_party", "max_party True is not of kind int", id="kind"),
        pytest.param("2023-03-31", "2022-03-31", "operates_to", "operates_to 2022-03-31 is before", id="period"),
        pytest.param('"15:00"', '"08:00"', "ends_at", "ends_at is not after starts_at", id="hours"),
        pytest.param('"12-29"', '"12-32"', "from =", "from is wrong: '12-32' is not a day", id="yearly day"),
        pytest.param("factor = 2.0", "factor = 0.5", "ride_factor", "ride_factor is below 1", id="factor"),
        pytest.param('name = "札幌市南区（見本）"', 'name = ""', "name =", "name is empty", id="empty"),
        pytest.param("[planned]", "[planed]", "[planed]", "'planed' is not a table of settings", id="table"),
        pytest.param("only = true", "only = ", "members_only", "Invalid value", id="not TOML"),
    ],
)
def test_a_bad_setting_is_named_with_its_line_and_reason(folder, old, new, at, reason):
    replace_in(folder, "town.toml", old, new)
    text = (folder / "town.toml").read_text(encoding="utf-8").splitlines()
    number = next(number for number, line in enumerate(text, start=1) if line.startswith(at))

    assert any(line.startswith(f"town.toml:{number}: {reason}") for line in refused(folder)), refused(folder)


def test_a_file_that_is_not_toml_is_named_once(folder):
    replace_in(folder, "town.toml", "[planned]", "[planned")

    (line,) = refused(folder)

    assert line.startswith("town.toml:")


def test_blank_lines_are_nothing(folder):
    replace_in(folder, "vehicles.csv", "V2", "\nV2")

    assert load_folder(folder).vehicles == load("minami").vehicles


def test_every_bad_line_of_every_file_is_named_at_once(folder):
    replace_in(folder, "stops.csv", "みなみくやくしょまえ", "")
    replace_in(folder, "stops.csv", "42.98852", "0")
    replace_in(folder, "fares.csv", "150", "x")
    replace_in(folder, "town.toml", "dwell_s = 30", "dwell_s = -30")

    lines = refused(folder)

    assert [line.split(": ")[0] for line in lines[:3]] == ["stops.csv:3", "stops.csv:4", "fares.csv:3"]
    assert [line.split(": ")[1] for line in lines[3:]] == ["dwell_s is negative"]


@pytest.mark.parametrize("name", ["stops.csv", "town.toml", "roads.geojson", "speeds.toml"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()

    assert any(line.startswith(f"{name}:1: ") for line in refused(folder))

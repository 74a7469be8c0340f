"""The line over the machine API: days, runs, boarding rules, window, fares, places, keys (T-01 to T-27, D-29)."""

import csv
import re
import uuid
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from backend.api.machine_openapi import PATHS
from backend.db import models
from backend.db.session import transaction
from tests.machine import Machine
from tests.make import LINE_NOW, Line, jst, make_rider

WEDNESDAY, HOLIDAY = "2025-05-07", "2025-05-06"
FARES = Path(__file__).parent.parent / "data" / "line_fares.csv"
STOPS = [f"T{number:02d}" for number in range(1, 21)]


@pytest.fixture
def engine(line_engine):
    """The Soranuma line alone, in a database of its own."""
    return line_engine


@pytest.fixture
def machine(engine) -> Machine:
    """A program of the desk's."""
    return Machine(engine, now=LINE_NOW)


def states(answer) -> dict[str, str]:
    """Return the state of each run that a question found."""
    return {each["run"]: each["state"] for each in answer.json["departures"]}


def sold_fares() -> dict[tuple[str, str], tuple[str, int, int]]:
    """Return direction, full and half fare of each pair that is sold, as the town's file has them."""
    with FARES.open(encoding="utf-8") as file:
        return {
            (row["from"], row["to"]): (row["direction"], int(row["adult_yen"]), int(row["half_yen"]))
            for row in csv.DictReader(file)
        }


def count(engine, model, *where) -> int:
    with transaction(engine) as session:
        return len(session.scalars(select(model.id).where(*where)).all())


@pytest.mark.req("T-01")
def test_the_days_that_can_be_booked_over_a_year_are_the_359_running_days(machine):
    offered = set()
    mondays = [date(2025, 3, 31) + timedelta(days=7 * week) for week in range(53)]
    for day in [*mondays, date(2025, 12, 28)]:  # January 4 can be booked by phone on the desk's last day only
        [service] = machine.at(f"{day} 12:00:00").get("/services").json["services"]
        offered |= set(service["open_days"])

    days = {str(date(2025, 4, 1) + timedelta(days=number)) for number in range(365)}
    assert "2025-05-05" in offered
    assert days - offered == {"2025-12-29", "2025-12-30", "2025-12-31", "2026-01-01", "2026-01-02", "2026-01-03"}
    assert len(offered & days) == 359


@pytest.mark.req("T-01")
@pytest.mark.parametrize("day", ["2025-12-29", "2026-01-03"])
def test_the_turn_of_the_year_is_refused_with_its_reason(machine, day):
    answer = machine.at("2025-12-27 12:00:00").departures("T03", "T20", day)

    assert (answer.status_code, answer.json["code"]) == (409, "closed_day")
    assert "年末年始" in answer.json["title"]


@pytest.mark.req("T-03", "T-15", "Q-56")
def test_on_weekdays_exactly_one_run_each_way_needs_no_booking_and_gets_none(machine, engine):
    to_town = states(machine.departures("T01", "T20", WEDNESDAY))
    to_hills = states(machine.departures("T20", "T01", WEDNESDAY))

    refused = machine.book("M2", "T01", "T20", WEDNESDAY)

    fixed = {run for run, state in (to_town | to_hills).items() if state == "no_booking_needed"}
    assert fixed == {"M2", "S3"}
    assert (len(to_town), len(to_hills)) == (5, 5)
    assert (refused.status_code, refused.json["code"]) == (409, "no_booking_needed")
    assert "8時5分" in refused.json["title"]
    assert "500円" in refused.json["title"]
    assert count(engine, models.Booking) == 0


@pytest.mark.req("T-04")
@pytest.mark.parametrize(
    "day", [pytest.param(HOLIDAY, id="substitute holiday"), "2025-05-05", "2025-05-10", "2025-05-11"]
)
def test_on_saturdays_sundays_and_holidays_all_ten_runs_are_booked(machine, day):
    found = states(machine.departures("T01", "T20", day)) | states(machine.departures("T20", "T01", day))

    assert len(found) == 10
    assert "no_booking_needed" not in found.values()


@pytest.mark.req("T-04")
def test_the_run_at_8_05_needs_a_booking_on_a_substitute_holiday(machine):
    answer = machine.book("M2", "T01", "T20", HOLIDAY)

    assert answer.status_code == 201
    assert answer.json["departure"]["pickup"] == "8:05"


@pytest.mark.req("T-08", "T-09", "T-10", "Q-40")
@pytest.mark.parametrize(
    ("run", "origin", "destination", "code"),
    [
        pytest.param("M3", "T03", "T05", None, id="among the five, to town"),
        pytest.param("S2", "T05", "T01", None, id="among the five, to the hills"),
        pytest.param("S2", "T20", "T10", "no_alighting_here", id="boarding only to the hills"),
        pytest.param("S2", "T20", "T05", None, id="to the first of the five"),
        pytest.param("M4", "T16", "T20", "no_boarding_here", id="alighting only to town"),
        pytest.param("M4", "T03", "T16", None, id="from the five to town"),
    ],
)
def test_each_boarding_rule_is_kept_and_explained(machine, run, origin, destination, code):
    answer = machine.book(run, origin, destination, WEDNESDAY)

    assert (answer.status_code, answer.json.get("code")) == ((409, code) if code else (201, None))
    if code:
        assert ("乗車のみ" if code == "no_alighting_here" else "降車のみ") in answer.json["title"]


@pytest.mark.req("T-11", "T-26", "Q-37", "Q-38", "Q-39")
def test_of_all_380_pairs_exactly_the_170_of_the_file_are_sold_each_one_way_at_its_fare(machine):
    pairs = [(origin, destination) for origin in STOPS for destination in STOPS if origin != destination]
    answers = {pair: machine.departures(*pair, HOLIDAY, adult=1, child=1) for pair in pairs}

    accepted = {pair: answer.json["departures"] for pair, answer in answers.items() if answer.status_code == 200}
    refused = Counter(answer.json["code"] for answer in answers.values() if answer.status_code == 409)
    expected = sold_fares()
    assert len(pairs) == 380
    sold = {
        pair: ({each["direction"] for each in runs}, {each["fare_yen"] for each in runs})
        for pair, runs in accepted.items()
    }
    assert sold == {pair: ({direction}, {full + half}) for pair, (direction, full, half) in expected.items()}
    assert Counter((full, half) for _, full, half in expected.values()) == {(500, 250): 20, (300, 150): 150}
    assert len(accepted) == 170
    assert sum(refused.values()) == 210
    assert set(refused) <= {"no_alighting_here", "no_boarding_here", "no_run_between"}
    assert Counter(direction for direction, _, _ in expected.values()) == {"真駒内駅行き": 85, "空沼二股行き": 85}


@pytest.mark.req("T-11")
def test_a_pair_that_is_not_sold_is_not_booked_on_any_run(machine, engine):
    runs = [f"{direction}{number}" for direction in "MS" for number in range(1, 6)]

    answers = [machine.book(run, "T16", "T18", HOLIDAY) for run in runs]

    assert {answer.status_code for answer in answers} == {409}
    assert {answer.json["code"] for answer in answers} <= {"no_boarding_here", "no_alighting_here", "no_run_between"}
    assert count(engine, models.Booking) == 0
    assert count(engine, models.RefusedWish) == 10


@pytest.mark.req("T-26", "T-27")
@pytest.mark.parametrize(
    ("origin", "destination", "party", "yen"),
    [
        pytest.param("T01", "T20", {"adult": 1}, 500, id="to the station"),
        pytest.param("T01", "T19", {"senior": 1}, 250, id="to the ward office, seventy and over"),
        pytest.param("T01", "T18", {"discount": 1}, 150, id="not so far, with a reduction"),
        pytest.param("T01", "T18", {"adult": 1, "child": 1}, 450, id="a parent and a pupil"),
        pytest.param("T01", "T20", {"adult": 1, "infant": 1, "free": 1}, 500, id="infant and welfare pass ride free"),
    ],
)
def test_a_party_pays_by_zone_and_category(machine, origin, destination, party, yen):
    answer = machine.book("M3", origin, destination, WEDNESDAY, party=party)

    assert (answer.status_code, answer.json["fare_yen"]) == (201, yen)


@pytest.mark.req("T-27", "Q-05")
def test_who_rides_free_takes_a_place_all_the_same(machine):
    machine.book("M3", "T01", "T20", WEDNESDAY, party={"adult": 1, "infant": 1, "free": 1})

    [run] = [each for each in machine.departures("T03", "T20", WEDNESDAY).json["departures"] if each["run"] == "M3"]
    two = machine.book("M3", "T03", "T20", WEDNESDAY, party={"adult": 2})
    one = machine.book("M3", "T03", "T20", WEDNESDAY)

    assert run["places_left"] == 1
    assert (two.status_code, two.json["code"], one.status_code) == (409, "run_full", 201)


@pytest.mark.req("T-16", "Q-41")
@pytest.mark.parametrize(
    ("moment", "code"),
    [
        pytest.param("2025-04-30 08:59:59", "not_open_yet", id="a second before the week"),
        pytest.param("2025-04-30 09:00:00", None, id="the first second of the week"),
        pytest.param("2025-05-06 17:00:00", None, id="the last second of the eve"),
        pytest.param("2025-05-06 17:00:01", "closed", id="a second late"),
    ],
)
def test_the_window_holds_to_the_second(machine, moment, code):
    answer = machine.at(moment).book("M3", "T03", "T20", WEDNESDAY)

    assert (answer.status_code, answer.json.get("code")) == ((409, code) if code else (201, None))


@pytest.mark.req("T-16")
def test_the_list_of_runs_says_what_the_window_says(machine):
    early = states(machine.at("2025-04-30 08:59:59").departures("T03", "T20", WEDNESDAY))
    late = states(machine.at("2025-05-06 17:00:01").departures("T03", "T20", WEDNESDAY))

    assert early == {"M1": "not_open", "M2": "no_booking_needed", "M3": "not_open", "M4": "not_open", "M5": "not_open"}
    assert late == {"M1": "closed", "M2": "no_booking_needed", "M3": "closed", "M4": "closed", "M5": "closed"}


@pytest.mark.req("T-20", "Q-34")
def test_the_fifth_person_of_a_run_is_refused_without_overlap_and_guided_to_other_runs(machine):
    assert machine.book("M3", "T01", "T03", WEDNESDAY, party={"adult": 4}).status_code == 201

    fifth = machine.book("M3", "T05", "T20", WEDNESDAY)

    assert (fifth.status_code, fifth.json["code"]) == (409, "run_full")
    instead = fifth.json["alternatives"]
    assert 1 <= len(instead) <= 3
    assert "M3" not in {each["run"] for each in instead}
    assert all(each["from"] == "T05" and each["to"] == "T20" for each in instead)
    taken = machine.book(instead[0]["run"], "T05", "T20", instead[0]["day"])
    assert taken.status_code == 201


@pytest.mark.req("Q-35")
def test_a_party_of_five_is_told_to_split_over_runs(machine, engine):
    answer = machine.book("M3", "T03", "T20", WEDNESDAY, party={"adult": 5})

    assert (answer.status_code, answer.json["code"]) == (409, "party_too_big_for_run")
    assert "4名まで" in answer.json["title"]
    assert "別の便に分けて" in answer.json["title"]
    assert count(engine, models.Booking) == 0


@pytest.mark.req("Q-42")
def test_where_the_desk_is_shut_on_the_eve_the_phone_closes_with_its_last_open_day(machine, engine):
    in_time = machine.at("2025-12-28 17:00:00").book("M1", "T01", "T20", "2026-01-04")
    late = machine.at("2025-12-28 17:00:01").book("M1", "T01", "T20", "2026-01-04")
    with transaction(engine) as session:
        by_line = Line.of(session).book(
            "M1", "T01", "T20", day=date(2026, 1, 4), channel="line", now=jst("2026-01-03 17:00:00")
        )

    assert in_time.status_code == 201
    assert (late.status_code, late.json["code"]) == (409, "closed_desk")
    assert "12月28日" in late.json["title"]
    assert by_line.state == "confirmed"


@pytest.mark.req("Q-43")
def test_after_the_cut_off_a_party_may_shrink_and_cancel_until_departure_but_not_grow(machine, engine):
    booked = machine.book("M3", "T03", "T20", WEDNESDAY, party={"adult": 3}).json["booking"]
    machine.at("2025-05-07 10:00:00")

    more = machine.post(f"/bookings/{booked}/change", {"party": {"adult": 4}})
    other = machine.post(f"/bookings/{booked}/change", {"run": "M4"})
    fewer = machine.post(f"/bookings/{booked}/change", {"party": {"adult": 1}})
    left = machine.at("2025-05-07 10:12:01").post(f"/bookings/{fewer.json['booking']}/cancel", {})
    gone = machine.at("2025-05-07 10:12:00").post(f"/bookings/{fewer.json['booking']}/cancel", {})

    assert [(each.status_code, each.json["code"]) for each in (more, other)] == [(409, "closed")] * 2
    assert (fewer.status_code, fewer.json["persons"]) == (200, 1)
    assert (left.status_code, left.json["code"]) == (409, "run_left")
    assert (gone.status_code, gone.json["state"], gone.json["late_cancellation"]) == (200, "cancelled", True)


@pytest.mark.req("T-18")
@pytest.mark.parametrize("item", ["name", "phone", "day", "run", "from", "to", "party"])
def test_each_missing_item_blocks_the_booking_and_names_itself(machine, engine, item):
    wish = machine.wish("M3", "T03", "T20", WEDNESDAY)
    del wish[item]

    answer = machine.post("/bookings", wish)

    assert (answer.status_code, answer.json["code"], answer.json["field"]) == (400, "missing", item)
    assert count(engine, models.Booking) == count(engine, models.Rider) == 0


@pytest.mark.req("T-18", "Q-58")
def test_the_six_items_are_enough_and_whoever_is_refused_leaves_no_name(machine, engine):
    taken = machine.book("M3", "T03", "T20", WEDNESDAY, party={"adult": 4})
    refused = machine.book("M3", "T03", "T20", WEDNESDAY, name="断られた 人")

    assert (taken.status_code, refused.status_code) == (201, 409)
    with transaction(engine) as session:
        [guest] = session.scalars(select(models.Rider))
        assert (guest.name, guest.state) == ("空沼 見本", "guest")
        assert [row.rider_id for row in session.scalars(select(models.RefusedWish))] == [None]


@pytest.mark.req("T-18")
def test_a_known_rider_is_booked_by_the_random_id(machine, engine):
    with transaction(engine) as session:
        rider = make_rider(session)
    wish = machine.wish("M3", "T03", "T20", WEDNESDAY, rider=rider.public_id)
    del wish["name"], wish["phone"]

    answer = machine.post("/bookings", wish)

    assert answer.status_code == 201
    with transaction(engine) as session:
        assert session.scalars(select(models.Booking.rider_id)).all() == [rider.id]


@pytest.mark.req("D-29")
def test_the_same_key_and_body_is_booked_once_and_answered_alike(machine, engine):
    key, wish = str(uuid.uuid4()), machine.wish("M3", "T03", "T20", WEDNESDAY)

    first, second = (machine.post("/bookings", wish, key=key) for _ in range(2))
    other = machine.post("/bookings", wish | {"run": "M4"}, key=key)

    assert (first.status_code, first.json) == (second.status_code, second.json)
    assert (other.status_code, other.json["code"]) == (422, "key_used")
    assert count(engine, models.Booking) == 1


@pytest.mark.req("D-29")
def test_a_refusal_is_answered_alike_too_and_counted_once(machine, engine):
    machine.book("M3", "T01", "T20", WEDNESDAY, party={"adult": 4})
    key, wish = str(uuid.uuid4()), machine.wish("M3", "T03", "T20", WEDNESDAY)

    first, second = (machine.post("/bookings", wish, key=key) for _ in range(2))

    assert first.status_code == 409
    assert (first.json, first.mimetype) == (second.json, second.mimetype)
    assert count(engine, models.RefusedWish) == 1


@pytest.mark.req("D-29")
def test_a_key_belongs_to_one_clerk_and_to_one_act(engine, machine):
    key = str(uuid.uuid4())
    booked = machine.book("M3", "T03", "T20", WEDNESDAY, key=key).json["booking"]

    cancelled = machine.post(f"/bookings/{booked}/cancel", {}, key=key)
    by_other = Machine(engine, now=LINE_NOW, role="dispatcher").book("M4", "T03", "T20", WEDNESDAY, key=key)

    assert (cancelled.status_code, by_other.status_code) == (422, 201)


@pytest.mark.parametrize(
    ("headers", "field"),
    [
        pytest.param({"Idempotency-Key": ""}, "Idempotency-Key", id="no key"),
        pytest.param({"Idempotency-Key": "x"}, "Idempotency-Key", id="too short"),
    ],
)
def test_a_change_without_a_key_is_not_made(machine, engine, headers, field):
    answer = machine.post("/bookings", machine.wish("M3", "T03", "T20", WEDNESDAY), headers=headers)

    assert (answer.status_code, answer.json["field"]) == (400, field)
    assert count(engine, models.Booking) == 0


def test_a_change_without_its_token_is_not_made(machine, engine):
    wish = machine.wish("M3", "T03", "T20", WEDNESDAY)

    answer = machine.post("/bookings", wish, headers={"X-CSRFToken": "x"})

    assert (answer.status_code, answer.json["code"]) == (400, "old_token")
    assert count(engine, models.Booking) == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"service": "none"}, "service"),
        ({"day": "2025-13-01"}, "day"),
        ({"from": "T99"}, "from"),
        ({"to": 7}, "to"),
        ({"run": "X1"}, "run"),
        ({"party": {"adult": -1}}, "party"),
        ({"party": {"king": 1}}, "party"),
        ({"party": {"adult": True}}, "party"),
        ({"wheelchairs": "1"}, "wheelchairs"),
        ({"phone": "12"}, "phone"),
        ({"channel": "line"}, "channel"),
        ({"rider": "nobody"}, "rider"),
        pytest.param({"name": "\ud800"}, "name", id="half a sign"),
        ({"promise": {"pickup_earliest": "25:00"}}, "promise"),
    ],
)
def test_bad_input_is_named_by_its_field(machine, change, field):
    answer = machine.post("/bookings", machine.wish("M3", "T03", "T20", WEDNESDAY) | change)

    named = answer.json["field"]
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert named == field or (field == "promise" and named == "pickup_earliest")


@pytest.mark.parametrize("body", ["[]", "7", "{", "[" * 50_000])
def test_a_body_that_is_no_object_is_unreadable(machine, body):
    sent = {"X-CSRFToken": machine.get("/session").json["csrf"], "Idempotency-Key": str(uuid.uuid4())}

    answer = machine.web.client.post("/api/v1/bookings", data=body, content_type="application/json", headers=sent)

    assert (answer.status_code, answer.json["field"]) == (400, "body")


@pytest.mark.parametrize(
    "path", ["/bookings/none", "/services/none/stops", "/services/none/departures", "/services/minami-line/offers"]
)
def test_what_is_unknown_is_not_there(machine, path):
    answer = machine.get(path)

    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def test_an_old_booking_is_not_changed_twice(machine, engine):
    booked = machine.book("M3", "T03", "T20", WEDNESDAY).json["booking"]
    first = machine.post(f"/bookings/{booked}/change", {"run": "M4"})

    second = machine.post(f"/bookings/{booked}/change", {"run": "M5"})

    assert (first.status_code, second.status_code) == (200, 409)
    assert second.json["code"] == "stale"


@pytest.mark.req("S-27")
@pytest.mark.parametrize("role", ["driver", "carrier", "town_officer"])
def test_other_roles_book_nothing_over_the_api(engine, role):
    machine = Machine(engine, now=LINE_NOW, role=role)

    answer = machine.get("/services")

    assert (answer.status_code, answer.json["code"]) == (403, "forbidden")


@pytest.mark.req("S-27")
def test_nobody_is_served_without_a_sign_in(machine):
    machine.web.client.delete_cookie("noriai")

    answers = [machine.get("/services"), machine.web.client.post("/api/v1/bookings", json={})]

    assert [(answer.status_code, answer.json["code"]) for answer in answers] == [(401, "signed_out")] * 2


def test_answers_say_nothing_about_who_rides(machine):
    booked = machine.book("M3", "T03", "T20", WEDNESDAY, phone="090-8765-4321")
    shown = machine.get(f"/bookings/{booked.json['booking']}")

    assert shown.json == booked.json
    assert "空沼 見本" not in shown.get_data(as_text=True)
    assert "9087654321" not in re.sub(r"\D", "", shown.get_data(as_text=True))


def test_every_route_is_described_and_nothing_else(machine):
    described = defaultdict(set)
    with machine.web.app.app_context():
        for rule in machine.web.app.url_map.iter_rules():
            if rule.endpoint.startswith("api."):
                path = rule.rule.replace("<", "{").replace(">", "}")
                described[path] |= {method.lower() for method in rule.methods - {"HEAD", "OPTIONS"}}

    assert {path: set(acts) for path, acts in PATHS.items()} == described


def test_stops_come_along_the_line(machine):
    stops = machine.get("/services/minami-line/stops", day=WEDNESDAY).json["stops"]

    assert [stop["stop"] for stop in stops] == STOPS
    assert stops[0]["name"] == "空沼二股"


@pytest.fixture
def town_machine(town_engine) -> Machine:
    """A program of the desk's in a town with both services."""
    return Machine(town_engine, now=LINE_NOW)


@pytest.mark.req("D-14", "D-24", "D-27")
def test_a_ride_of_the_area_service_is_offered_and_booked_for_a_member(town_machine, town_engine):
    with transaction(town_engine) as session:
        rider = make_rider(session)
    stops = {each["name"]: each["stop"] for each in town_machine.get("/services/minami-area/stops").json["stops"]}
    asked = {"day": "2025-05-08", "time": "10:00", "from": stops["真駒内駅"], "to": "M18", "rider": rider.public_id}

    [first, *_] = town_machine.get("/services/minami-area/offers", **asked).json["offers"]
    booked = town_machine.post("/bookings", first | {"rider": rider.public_id})
    shown = town_machine.get(f"/bookings/{booked.json['booking']}").json

    assert booked.status_code == 201
    assert (shown["promise"], shown["fare_yen"], shown["run"]) == (first["promise"], 350, None)
    assert (shown["from"], shown["to"], shown["party"]) == (stops["真駒内駅"], "M18", {"adult": 1})


@pytest.mark.req("D-13")
def test_a_stranger_books_nothing_in_the_area_service(town_machine):
    wish = {"service": "minami-area", "day": "2025-05-08", "time": "10:00", "from": "M01", "to": "M18"}

    answer = town_machine.post("/bookings", wish | {"party": {"adult": 1}, "name": "新田", "phone": "09011112222"})

    assert (answer.status_code, answer.json["code"]) == (409, "not_a_member")


@pytest.mark.req("D-14", "Q-15")
def test_one_rider_has_rides_of_both_services_but_not_at_the_same_time(town_machine, town_engine):
    with transaction(town_engine) as session:
        rider = make_rider(session)
    area = {
        "service": "minami-area",
        "day": "2025-05-08",
        "time": "10:00",
        "from": "M01",
        "to": "M18",
        "party": {"adult": 1},
    }
    line = town_machine.wish("M3", "T03", "T20", "2025-05-08", rider=rider.public_id)

    first = town_machine.post("/bookings", area | {"rider": rider.public_id})
    clash = town_machine.post("/bookings", line)
    later = town_machine.post("/bookings", line | {"run": "M4"})

    assert (first.status_code, clash.status_code, later.status_code) == (201, 409, 201)
    assert clash.json["code"] == "overlapping"

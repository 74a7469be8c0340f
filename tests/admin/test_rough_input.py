"""What no page of ours sends: it is answered with the field's name and a sentence, never with a fault of ours."""

import re
from datetime import date

import pytest
from sqlalchemy import select, update

from admin import forms
from admin.field_labels import LABELS
from backend.api import driver, driver_taps
from backend.api.problems import UnreadableError
from backend.db import models
from backend.db.session import transaction
from backend.domain import times
from backend.texts import has
from tests.admin.web import Web, fields_of
from tests.make import NOW, Town

DIGITS = "9" * 10_000


@pytest.fixture
def web(engine):
    """A dispatcher's browser at a small town."""
    with transaction(engine) as session:
        Town(session)
    return Web(engine, now=NOW)


@pytest.mark.parametrize("written", [DIGITS, "-1", "1e5", "\0"])
def test_a_number_of_any_length_is_read_or_named(written):
    with pytest.raises(forms.FormError) as fault:
        forms.number_of({"adult": written}, "adult")

    assert fault.value.field == "adult"


def test_a_clock_with_ten_thousand_digits_is_none():
    assert times.parse_clock(f"{DIGITS}:00") is None


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "x\0"])
@pytest.mark.parametrize("page", ["/admin/dispatch/?day=", "/admin/desk/bookings/?day=", "/admin/needs/?first="])
def test_a_page_of_an_impossible_day_shows_a_possible_one(web, page, day):
    assert web.get(page + day).status_code == 200


def test_a_day_that_nobody_reckons_with_is_named():
    with pytest.raises(forms.FormError, match="birth"):
        forms.day_of({"birth": "0001-01-01"}, "birth")

    assert forms.day_of({"birth": "1931-04-01"}, "birth") == date(1931, 4, 1)


@pytest.mark.parametrize("path", ["/admin/riders/%00", "/admin/desk/bookings/%00", f"/admin/masters/stops/{2**70}"])
def test_an_address_that_no_row_can_have_is_not_there(web, path):
    assert web.get(path).status_code == 404


def test_a_sign_in_leads_on_from_a_broken_address(web):
    web.client.delete_cookie("noriai")

    answer = web.post("/admin/sign-in", page="/admin/sign-in", login="x", password="x", to="//[")

    assert answer.status_code == 401


@pytest.mark.parametrize("hours", [{"start": "9:00"}, {"end": "12:00"}])
def test_a_duty_with_one_time_ends_with_the_service(web, hours):
    vehicle_id = "1"

    answer = web.post("/admin/masters/fleet/duties", vehicle_id=vehicle_id, **{"weekday-0": "yes"}, **hours)

    assert answer.status_code == 303
    assert web.get("/admin/masters/fleet/").status_code == 200


@pytest.mark.parametrize(
    ("span", "code"),
    [
        ({"start": "12:00", "end": "9:00"}, "運行の終わりは"),
        ({"valid_from": "2022-12-02", "valid_to": "2022-12-01"}, "最後の日は"),
    ],
)
def test_a_duty_backwards_is_refused(web, span, code):
    answer = web.post("/admin/masters/fleet/duties", vehicle_id="1", **{"weekday-0": "yes"}, **span)

    assert answer.status_code == 409
    assert code in answer.get_data(as_text=True)


def test_what_is_wrong_is_said_with_the_name_of_the_field(web):
    answer = web.post("/admin/masters/fleet/duties", vehicle_id="1", start="25:99", **{"weekday-0": "yes"})

    assert answer.status_code == 400
    assert "<strong>始まり</strong> 時刻は" in answer.get_data(as_text=True)


def test_every_field_is_called_something():
    assert [key for key in LABELS.values() if not has(key)] == []


@pytest.mark.parametrize(
    "body", [{"lat": float("nan"), "lon": 1}, {"lat": 10**400, "lon": 1}, {"lat": 1, "lon": 1, "age_s": float("inf")}]
)
def test_a_place_that_is_no_number_is_unreadable(body):
    with pytest.raises(UnreadableError):
        driver_taps.fix_of(body, now=NOW)


@pytest.mark.req("D-43")
@pytest.mark.parametrize(
    "span",
    [{"from_day": "2022-12-02", "to_day": "2022-12-01"}, {"from_time": "12:00", "to_time": "9:00"}],
)
def test_a_stop_of_acceptance_that_would_stop_nothing_is_refused(web, span):
    answer = web.post("/admin/dispatch/acceptance/stop", reason="雪", **span)

    assert answer.status_code == 409
    assert "acceptance/1/resume" not in web.text("/admin/dispatch/")


def test_json_nested_without_end_is_unreadable(web):
    with web.app.test_request_context(data="[" * 100_000, content_type="application/json"):
        assert driver.read_body() is None


@pytest.mark.req("D-29")
def test_a_second_wish_from_the_same_page_is_not_said_to_be_booked(engine, web):
    with transaction(engine) as session:
        rider_id = session.scalars(select(models.Rider.public_id)).first()
    address = f"/admin/desk/riders/{rider_id}"
    wish = {"pickup": "停留所1", "dropoff": "停留所3", "day": "2022-11-28", "kind": "depart", "time": "1000"}
    page = web.post(f"{address}/offers", **wish, adult="1").get_data(as_text=True)
    first, second, *_ = [fields_of(part, "data-key") for part in offer_forms(page)]
    web.post(f"{address}/bookings", **first)

    again = web.client.get(web.post(f"{address}/bookings", **first).location).get_data(as_text=True)
    other = web.client.get(web.post(f"{address}/bookings", **second).location).get_data(as_text=True)

    assert first["key"] == second["key"]
    assert "ご予約を承りました" in again
    assert "新しい予約はお取りしていません" in other


def offer_forms(page):
    """Return the markup of the forms that book an offer."""
    return [part for part in re.findall(r"<form.*?</form>", page, re.DOTALL) if "pickup_earliest_s" in part]


@pytest.mark.req("D-39")
def test_a_vehicle_out_of_service_is_not_called_on_time(engine):
    with transaction(engine) as session:
        Town(session).book(0, 2, time="10:00", now=NOW)
    web = Web(engine, now=NOW)
    assert "定刻" in web.text("/admin/dispatch/?day=2022-11-28")
    with transaction(engine) as session:
        session.execute(update(models.Run).values(state="suspended"))

    assert "定刻" not in web.text("/admin/dispatch/?day=2022-11-28")

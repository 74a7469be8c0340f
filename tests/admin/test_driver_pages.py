"""The terminal's pages: which duty a driver gets, and what the pages may hold."""

import re

import pytest
from sqlalchemy import select

from backend.db.models import AuditEntry, Duty
from backend.texts import bundle
from tests.make import make_rider, make_staff, make_vehicle
from tests.terminal import UNLIKELY, Shift, csrf_of, make_app, sign_in


@pytest.fixture
def shift(session):
    return Shift(session)


@pytest.fixture
def app(engine):
    return make_app(engine)


def browser(app, shift, *, staff=None):
    token = sign_in(shift.session, staff) if staff else shift.token
    shift.session.commit()
    client = app.test_client()
    client.set_cookie("noriai", token)
    return client


def test_a_driver_with_one_duty_goes_straight_to_it(app, shift):
    answer = browser(app, shift).get("/driver/")

    assert (answer.status_code, answer.location) == (302, f"/driver/run/{shift.vehicle.code}")


def test_a_driver_may_look_at_the_choice_again(app, shift):
    page = browser(app, shift).get("/driver/?choose=again").get_data(as_text=True)

    assert shift.vehicle.name in page
    assert "9:00〜15:00" in page


def test_a_driver_without_a_duty_is_told_whom_to_phone(app, shift):
    page = browser(app, shift, staff=make_staff(shift.session, role="driver")).get("/driver/").get_data(as_text=True)

    assert "きょうは、あなたの乗務がありません" in page
    assert shift.vehicle.name not in page


def test_a_vehicle_without_a_driver_is_taken_once(app, shift):
    shift.name_driver(None)
    first, second = browser(app, shift), browser(app, shift, staff=make_staff(shift.session, role="driver"))
    tokens = [csrf_of(each.get("/driver/").get_data(as_text=True)) for each in (first, second)]
    path = f"/driver/duties/{shift.run.id}"

    taken = first.post(path, data={"csrf_token": tokens[0]})
    again = first.post(path, data={"csrf_token": tokens[0]})
    late = second.post(path, data={"csrf_token": tokens[1]})

    terminal = f"/driver/run/{shift.vehicle.code}"
    assert [(each.status_code, each.location) for each in (taken, again)] == [(302, terminal), (302, terminal)]
    assert late.status_code == 404
    shift.session.expire_all()
    assert shift.session.scalars(select(Duty.driver_id)).all() == [shift.driver.id]
    assert len(shift.session.scalars(select(AuditEntry).where(AuditEntry.action == "duty.taken")).all()) == 1


@pytest.mark.req("S-18")
def test_the_page_that_the_tablet_keeps_holds_nothing_of_riders(app, shift):
    booking = shift.book(1, 2, rider=make_rider(shift.session, name="見本 ハル", kana="みほん はる"))
    booking.number = UNLIKELY

    page = browser(app, shift).get(f"/driver/run/{shift.vehicle.code}").get_data(as_text=True)

    for secret in ("みほん", "見本 ハル", booking.number, booking.public_id):
        assert secret not in page


def test_scripts_and_styles_stand_in_files(app, shift):
    page = browser(app, shift).get(f"/driver/run/{shift.vehicle.code}").get_data(as_text=True)

    assert re.findall(r"<script(?![^>]*(src=|application/json))", page) == []
    assert not re.search(r"\sstyle=|<style|\son\w+=", page)


def test_another_drivers_terminal_leads_back_to_the_choice(app, shift):
    other = browser(app, shift, staff=make_staff(shift.session, role="driver"))

    answer = other.get(f"/driver/run/{shift.vehicle.code}")

    assert (answer.status_code, answer.location) == (302, "/driver/?choose=again")


def test_a_dispatcher_chooses_among_all_vehicles(app, shift):
    other = make_vehicle(shift.session, shift.town.service, shift.town.stops[0], name="2号車")
    shift.town.day()
    client = browser(app, shift, staff=make_staff(shift.session, role="dispatcher"))

    page = client.get("/driver/").get_data(as_text=True)

    assert shift.vehicle.name in page
    assert other.name in page
    assert client.get(f"/driver/run/{other.code}").status_code == 200


def test_the_terminal_speaks_the_drivers_language(app, shift):
    shift.driver.language = "en"

    page = browser(app, shift).get(f"/driver/run/{shift.vehicle.code}").get_data(as_text=True)

    assert "Next stop" in page
    assert 'lang="en"' in page


def test_without_a_sign_in_the_way_leads_to_the_sign_in(app, session):
    answer = app.test_client().get("/driver/")

    assert answer.status_code == 302
    assert answer.location.startswith("/admin/sign-in")


def test_the_service_worker_may_serve_all_of_the_terminal(app, shift):
    answer = browser(app, shift).get("/driver/sw.js")

    assert answer.status_code == 200
    assert "javascript" in answer.mimetype


def test_every_text_of_the_terminal_is_there_in_both_languages():
    japanese, english = (
        {key for key in bundle(language)._messages if key.startswith("driver-")} for language in ("ja", "en")
    )

    assert japanese == english

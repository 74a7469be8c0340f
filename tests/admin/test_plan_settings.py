"""Weights of the plan and seats kept for wheelchair users, set on the settings page; groups on the page of fairness."""

import re

import pytest
from sqlalchemy import select

from backend.db import models
from backend.db.session import transaction
from backend.services import plan_weights
from tests.admin.web import Web
from tests.make import Town, jst, make_vehicle

SETTINGS = "/admin/masters/settings/"


@pytest.fixture
def town(engine):
    """A town whose only vehicle with a wheelchair place has one seat left at ten."""
    with transaction(engine) as session:
        made = Town(session, seats=(), max_wait_s=300, reserved_seats=1)
        make_vehicle(session, made.service, made.stops[0], seats=4, wheelchair_places=1)
        for persons in (3, 1):
            made.book(0, 5, time="10:00", adult=persons)
        return made


@pytest.fixture
def web(engine, town):
    """A dispatcher's browser."""
    return Web(engine, role="dispatcher")


@pytest.fixture
def late(engine, town):
    """A town officer's browser when the month is over."""
    return Web(engine, role="town_officer", now=jst("2022-12-01 09:00:00"))


def main_of(page):
    """Return what a page is about: without its keys."""
    return page.split("<main", maxsplit=1)[1]


def typed(page):
    """Return the settings form as it stands."""
    fields = {}
    for tag in re.findall(r"<input [^>]*>", page):
        name = re.search(r' name="([^"]+)"', tag)
        value = re.search(r' value="([^"]*)"', tag)
        if name and ("checkbox" not in tag or " checked" in tag):
            fields[name.group(1)] = value.group(1) if value else ""
    return {name: value for name, value in fields.items() if name != "csrf_token"}


def service(engine):
    with transaction(engine) as session:
        return session.scalars(select(models.TransportService)).one()


@pytest.mark.req("D-21")
def test_every_weight_is_a_setting_with_its_range_and_its_usual_value(web):
    page = web.text(SETTINGS)

    for weight in plan_weights.ranges():
        assert f'id="weight-{weight.name}"' in page
        assert f"{weight.least:g}〜{weight.most:g}(はじめの値 {weight.default:g})" in page
    assert "席を空けておくためだけにお断りした希望は1件です" in page


@pytest.mark.req("D-21")
def test_weights_and_kept_seats_are_changed_and_count_from_the_next_decision_on(web, engine, town):
    form = typed(web.text(SETTINGS)) | {"weight-riding": "０.５", "reserved_seats": "0", "reserve_until_s": "90"}

    answer = web.post(SETTINGS, **form)

    held = service(engine)
    assert answer.status_code == 303
    assert (held.weights, held.reserved_seats, held.reserve_until_s) == ({"riding": 0.5}, 0, 5400)
    with transaction(engine) as session:
        town.session = session
        assert town.book(0, 5, time="10:00").state == "confirmed"
        row = session.scalars(select(models.Decision).order_by(models.Decision.id.desc())).first()
        assert dict(row.record["weights"])["riding"] == 0.5


@pytest.mark.parametrize("wrong", ["", "-1", "nan", "1e9", "0.5x", "inf"])
def test_what_is_no_weight_is_not_taken(web, engine, wrong):
    answer = web.post(SETTINGS, **typed(web.text(SETTINGS)) | {"weight-riding": wrong})

    assert answer.status_code == 400
    assert "0から100までの数で入れてください" in answer.text
    assert service(engine).weights == {}


def test_a_weight_that_is_put_back_follows_the_product_again(web, engine):
    for value in ("0.5", f"{dict(plan_weights.values_of({}))['riding']:g}"):
        web.post(SETTINGS, **typed(web.text(SETTINGS)) | {"weight-riding": value})

    assert service(engine).weights == {}


def test_the_page_of_fairness_shows_groups_and_hides_small_ones(late, engine, town):
    with transaction(engine) as session:
        town.session = session
        for minute in (0, 10, 20, 30, 40):
            town.book(0, 5, time=f"12:{minute:02d}", adult=4)

    page = late.text("/admin/reports/fairness/?month=2022-11")
    empty = late.text("/admin/reports/fairness/?month=2022-10")

    assert "車いすの方なし" in page
    assert "30件未満です" in page
    assert "車いすの方の席を空けておくためだけのお断り" in page
    assert "5件未満のため、数字を出しません" in empty
    assert "<table>" not in empty


@pytest.mark.req("L-15")
def test_no_spans_that_could_be_subtracted_are_shown(web, late, engine, town):
    """Asked for by the days, as it once was, or while the month still grows, the page tells of a whole month or none."""
    with transaction(engine) as session:
        town.session = session
        for minute in (0, 10, 20, 30, 40):
            town.book(0, 5, time=f"12:{minute:02d}", adult=4)
    whole = late.text("/admin/reports/fairness/?month=2022-11")

    assert "車いすの方なし" in whole
    for path in ("?first=2022-11-01&last=2022-11-28", "?first=2022-11-29&last=2022-11-30", "", "?month=2022-12"):
        assert main_of(late.text(f"/admin/reports/fairness/{path}")) == main_of(whole), path
    assert "<table>" not in web.text("/admin/reports/fairness/?month=2022-11")
    assert len(late.get("/admin/reports/fairness/file.csv?month=2022-11").data) > len(
        web.get("/admin/reports/fairness/file.csv?month=2022-11").data
    )


def test_a_group_that_is_refused_more_often_stands_at_the_top_in_red(late, engine, town):
    with transaction(engine) as session:
        town.session = session
        make_vehicle(session, town.service, town.stops[0], seats=8)
        for number in range(24):
            wheelchairs = 2 if number % 4 == 0 else 0
            town.book(0, 3, time=f"{9 + number // 6}:{(number % 6) * 10:02d}", wheelchairs=wheelchairs, adult=2)

    page = late.text("/admin/reports/fairness/?month=2022-11")

    assert re.search(
        r'note-bad" role="status"><p><strong>ほかより多くお断りしています</strong> 車いす 車いすの方あり', page
    )


def test_the_groups_come_as_a_file(late):
    answer = late.get("/admin/reports/fairness/file.csv?month=2022-11")

    lines = answer.get_data().decode("utf-8-sig").splitlines()
    assert lines[0] == "分け方,グループ,希望,お断り,お断りの割合,希望とのずれ(平均、分),回り道(平均、分),見方"
    assert answer.headers["Content-Disposition"].endswith("fairness-2022-11.csv")
    assert late.get("/admin/reports/fairness/file.pdf").status_code == 404

"""The office tries what other vehicles and hours would have made of days that are over."""

import random
from datetime import timedelta

import pytest

from backend import world as worlds
from backend.db.session import transaction
from backend.jobs.sweeping import Sweeper
from backend.jobs.what_if import WORK_OUT, work_out
from tests.admin.web import Web
from tests.make import MONDAY, NOW, Town, at, jst, make_world

PAGE = "/admin/reports/what-if/"
LATER = jst("2022-12-06 09:00:00")
FIELDS = {
    "first": "2022-11-28",
    "last": "2022-12-05",
    "vehicles": "1",
    "earlier": "0",
    "later": "0",
    "wait": "",
    "window": "",
    "key": "7d1e7e0e-8a53-4b4e-9a39-7c4f7c1d2a10",
}


@pytest.fixture
def town(engine):
    """A town with one vehicle."""
    with transaction(engine) as session:
        return Town(session, stops=10)


def ask_for_a_week(engine, town):
    """Have people ask for more rides in a week than the vehicle can take."""
    chance = random.Random(3)
    with transaction(engine) as session:
        town.session = session
        for number in range(150):
            origin, destination = chance.sample(range(10), 2)
            second = at("9:00") + 300 * chance.randrange(60)
            clock, day = f"{second // 3600}:{second % 3600 // 60:02d}", MONDAY + timedelta(days=number // 30)
            town.book(origin, destination, time=clock, day=day, now=NOW + timedelta(minutes=number))


@pytest.fixture
def web(engine, town):
    """A town officer's browser when the days are over."""
    return Web(engine, role="town_officer", now=LATER)


def do_the_work(engine, heard):
    """Let a worker do what was rung for, and what it rings for itself."""
    worlds.install(make_world(engine, now=LATER, heard=lambda *each: heard.append(each)))
    while heard:
        job, ids = heard.pop(0)
        if job == WORK_OUT:
            work_out(*ids)


def test_the_office_asks_and_reads_what_one_vehicle_more_would_bring(engine, town, web):
    ask_for_a_week(engine, town)
    answer = web.post(PAGE, PAGE, **FIELDS)
    assert answer.status_code == 303
    waiting = web.text(PAGE)
    assert "計算しています（0日分まで終わりました）" in waiting
    assert 'data-live="3"' in waiting

    rung = []
    Sweeper(make_world(engine, now=LATER + timedelta(hours=1), heard=lambda *each: rung.append(each))).trials()
    do_the_work(engine, rung)

    page = web.text(PAGE)
    assert "計算しています" not in page
    assert "「車両を1台ふやす」なら、お断りは5日で" in page
    assert "ほかの日でも同じ向きの差になる" in page
    for words in (
        "実際",
        "同じ条件で再計算",
        "変えた場合",
        "1日あたりの差",
        "希望の時刻とのずれ",
        "車両が出ている時間",
    ):
        assert words in page


def test_days_on_which_nobody_asked_are_told(engine, web):
    web.post(PAGE, PAGE, **FIELDS | {"first": "2022-12-03", "last": "2022-12-04"})
    do_the_work(engine, [(WORK_OUT, (1,))])

    assert "この期間には希望がありませんでした" in web.text(PAGE)


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"vehicles": "0", "wait": ""}, 409, "変えるところを1つ以上選んでください"),
        ({"last": "2022-12-06"}, 409, "きのうまでの日"),
        ({"first": "2022-10-01"}, 409, "31日まで"),
        ({"first": "きのう"}, 400, "日"),
        ({"vehicles": "100"}, 400, "車両の台数"),
    ],
)
def test_what_cannot_be_tried_says_why_and_keeps_what_was_chosen(web, changes, status, words):
    answer = web.post(PAGE, PAGE, **FIELDS | {"wait": "60"} | changes)

    assert answer.status_code == status
    page = answer.get_data(as_text=True)
    assert words in page
    assert f'value="{(FIELDS | changes)["last"]}"' in page
    assert ('<option value="60" selected>60分</option>' in page) == ("wait" not in changes)


def test_who_only_reads_reports_sees_trials_and_no_form(engine, town):
    page = Web(engine, role="auditor", now=LATER).text(PAGE)

    assert "まだ試算はありません" in page
    assert "試算する" not in page.split("<main", maxsplit=1)[1]

"""The line at the phone desk: six items, runs to read out, one key to book, both services in one list (T-18 to T-20)."""

import dataclasses
import re

import pytest
from sqlalchemy import select

from backend.db import models
from backend.db.session import transaction
from tests.admin.web import Web, fields_of
from tests.make import LINE_NOW, Line, jst, make_rider

WEDNESDAY = "2025-05-07"
LIST, BOOK = "/admin/desk/line/departures", "/admin/desk/line/bookings"
SIX = {
    "name": "新田 一",
    "phone": "090-8765-4321",
    "day": WEDNESDAY,
    "pickup": "常盤",
    "dropoff": "真駒内駅",
    "adult": "1",
}


@pytest.fixture
def engine(town_engine):
    """The demo town with both services, in a database of its own."""
    return town_engine


@pytest.fixture
def web(engine):
    """An operator's browser."""
    return Web(engine, role="operator", now=LINE_NOW)


def at(web, moment):
    """Stop the desk's clock at a moment in Japan."""
    stopped = jst(moment)
    web.world = web.app.extensions["noriai"] = dataclasses.replace(web.world, clock=lambda: stopped)
    return web


def listed(web, **changes):
    """Return the list of runs for the six items."""
    answer = web.post(LIST, **SIX | changes)
    assert answer.status_code == 200, answer.status_code
    return answer.get_data(as_text=True)


def runs(page):
    """Return what the list says of each run: its code and its tag."""
    parts = [part for part in page.split("<article")[1:] if "run-" in part or "card run" in part]
    return {
        re.search(r">\s*([MS]\d) ", part)[1]: re.search(r'<span class="tag[^>]*>([^<]+)<', part)[1] for part in parts
    }


def button(page, run="M3"):
    """Return the fields of the button that books a run; the token is the test's own."""
    fields = fields_of(page, f'name="run" value="{run}"')
    fields.pop("csrf_token")
    return fields


def all_bookings(engine):
    with transaction(engine) as session:
        return list(session.scalars(select(models.Booking).order_by(models.Booking.id)))


def fill(engine, run="M3", *, channel="line", adult=4, origin="T01", destination="T03", day=None):
    """Book persons on a run by another channel."""
    with transaction(engine) as session:
        values = {"day": day} if day else {}
        outcome = Line.of(session).book(run, origin, destination, channel=channel, adult=adult, **values)
        assert isinstance(outcome, models.Booking), outcome


@pytest.mark.req("T-18", "T-19", "Q-58")
def test_a_caller_who_is_no_member_is_booked_with_six_items_and_read_the_confirmation(web, engine):
    new = web.post("/admin/desk/find", who=SIX["phone"]).get_data(as_text=True)
    page = listed(web)
    done = web.post(BOOK, **button(page))

    said = web.text(done.location)
    [booking] = all_bookings(engine)
    assert "登録のある方に見つかりませんでした" in new
    assert 'value="090-8765-4321"' in new
    assert (booking.channel, booking.booked_by, booking.state) == ("phone", f"staff:{web.staff_id}", "confirmed")
    assert f"予約番号は{booking.number}です" in said
    assert "常盤を10時12分に出て、真駒内駅に10時33分に着きます" in said
    assert "運賃は500円です" in said
    with transaction(engine) as session:
        rider = session.get_one(models.Rider, booking.rider_id)
        assert (rider.name, rider.state, rider.is_remembered) == ("新田 一", "guest", False)


@pytest.mark.req("T-18")
@pytest.mark.parametrize(
    ("item", "label"),
    [
        ("name", "名前"),
        ("phone", "電話番号"),
        ("day", "日にち"),
        ("run", "便"),
        ("pickup", "のる場所"),
        ("dropoff", "おりる場所"),
        ("adult", "人数"),
    ],
)
def test_each_missing_item_blocks_saving_and_names_itself(web, engine, item, label):
    fields = button(listed(web)) | {item: ""}

    answer = web.post(BOOK, **fields)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert f"<strong>{label}</strong>" in page
    assert all_bookings(engine) == []
    with transaction(engine) as session:
        assert session.scalars(select(models.Rider).where(models.Rider.state == "guest")).all() == []


@pytest.mark.req("T-18")
def test_all_missing_items_are_named_at_once_and_what_was_typed_stays(web):
    answer = web.post(LIST, name="新田 一")

    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert re.findall(r"<strong>([^<]+)</strong> ", page) == ["電話番号", "日にち", "のる場所", "おりる場所", "人数"]
    assert 'value="新田 一"' in page


@pytest.mark.req("T-03", "T-15", "T-16", "T-20", "Q-56")
def test_the_list_shows_every_run_with_time_fare_places_and_state(web, engine):
    fill(engine, "M3", adult=3)
    fill(engine, "M4", adult=4)

    page = listed(web)

    assert runs(page) == {"M1": "あと4名", "M2": "予約不要", "M3": "あと1名", "M4": "満席", "M5": "あと4名"}
    assert "8時7分 発" in page
    assert "M2 真駒内駅行き 2便　500円" in page
    assert "予約なしで乗れます" in page
    assert "6時57分、10時12分、16時12分に出る便をご予約いただけます" in page
    late = listed(at(web, "2025-05-06 17:00:01"))
    assert set(runs(late).values()) == {"受付終了", "予約不要"}
    early = listed(at(web, "2025-04-30 08:59:59"))
    assert set(runs(early).values()) == {"受付開始前", "予約不要"}


@pytest.mark.req("T-06")
def test_a_reckoned_time_is_said_to_be_about(web):
    page = listed(web, pickup="常盤", dropoff="芸術の森入口")

    assert "7時3分頃" in page


@pytest.mark.req("T-56")
def test_a_run_that_was_called_off_is_shown_so(web, engine):
    with transaction(engine) as session:
        run = Line.of(session).run("M3")
        run.state, run.suspended_reason = "suspended", "大雪"

    assert runs(listed(web))["M3"] == "運休"


@pytest.mark.req("T-09", "T-10")
def test_a_ride_that_is_not_sold_is_refused_with_the_rule_to_read_out(web, engine):
    page = listed(web, pickup="真駒内駅", dropoff="常盤橋")

    assert "空沼二股行きの便は、常盤橋では乗る方だけです(乗車のみ)" in page
    with transaction(engine) as session:
        assert [row.code for row in session.scalars(select(models.RefusedWish))] == ["no_alighting_here"]


@pytest.mark.req("T-19", "D-14", "D-48")
def test_a_run_that_line_filled_is_refused_with_the_other_runs_to_read_out_and_the_reverse(web, engine):
    page = listed(web)
    fill(engine, "M3")

    refused = web.post(BOOK, **button(page))

    said = refused.get_data(as_text=True)
    assert refused.status_code == 409
    assert "真駒内駅行き 3便" in said
    assert "代わりに、5月7日(水)は6時57分、13時52分、16時12分に出る便ならお取りできます" in said
    assert runs(said)["M3"] == "満席"
    instead = web.post(BOOK, **button(said, "M4") | {"adult": "4"})
    assert instead.status_code == 303
    with transaction(engine) as session:
        by_line = Line.of(session).book("M4", "T03", "T20", channel="line")
        assert (by_line.code, len(by_line.alternatives) > 0) == ("run_full", True)


@pytest.mark.req("T-20")
def test_the_fifth_person_is_guided_to_another_run_without_overlap(web, engine):
    fill(engine, "M3", channel="phone")

    page = listed(web, pickup="常盤南", dropoff="真駒内駅")

    assert runs(page)["M3"] == "満席"
    assert 'name="run" value="M3"' not in page


@pytest.mark.req("Q-35")
def test_five_are_told_to_split(web):
    page = listed(web, adult="5")

    assert "ひとつの便で予約できるのは4名までです" in page
    assert 'name="run"' not in page


@pytest.mark.req("T-18")
def test_a_button_pressed_twice_books_once(web, engine):
    fields = button(listed(web))

    first, second = web.post(BOOK, **fields), web.post(BOOK, **fields)

    assert first.location == second.location
    assert len(all_bookings(engine)) == 1


@pytest.mark.req("T-18", "D-46")
def test_both_services_stand_in_one_list_and_the_last_used_one_is_open(web, engine):
    with transaction(engine) as session:
        rider = make_rider(session, phone="09011112222", name="見本 ハル", kana="みほん はる")
    page_of = f"/admin/desk/riders/{rider.public_id}"
    wish = {
        "pickup": "真駒内駅",
        "dropoff": "石山2条二丁目",
        "day": "2025-05-08",
        "kind": "depart",
        "time": "1000",
        "adult": "1",
    }
    offers = web.post(f"{page_of}/offers", **wish).get_data(as_text=True)
    fields = fields_of(offers, 'data-key="1"')
    fields.pop("csrf_token")
    assert web.post(f"{page_of}/bookings", **fields).status_code == 303
    line = listed(web, rider=rider.public_id, name="", phone="")
    assert web.post(BOOK, **button(line)).status_code == 303

    page = web.text(page_of)

    held = page[page.index("予約中の便") :]
    assert "M3 真駒内駅行き 3便" in held
    assert len(re.findall(r'<td><a href="/admin/desk/bookings/', held)) == 2
    assert f'action="{LIST}" class="card" id="wish"' in page  # the line was used last
    assert f'action="{page_of}/offers"' in web.text(f"{page_of}?service=minami-area")


@pytest.mark.req("T-18", "Q-58")
def test_a_guest_with_a_ride_to_come_is_known_again_by_the_number(web, engine):
    web.post(BOOK, **button(listed(web)))

    answer = web.post("/admin/desk/find", who="09087654321")
    page = web.text(answer.location)

    assert answer.status_code == 303
    assert "会員登録なし" in page
    assert "M3 真駒内駅行き 3便" in page
    assert "offers" not in page  # the area service asks for a membership


@pytest.mark.req("Q-43", "D-41")
def test_after_the_cut_off_a_party_is_made_smaller_and_the_run_given_up(web, engine):
    web.post(BOOK, **button(listed(web, adult="3")))
    [old] = all_bookings(engine)
    at(web, "2025-05-07 10:00:00")
    form = web.text(f"/admin/desk/bookings/{old.public_id}/change")
    rider = re.search(r'name="rider" value="([^"]+)"', form)[1]
    change = {"rider": rider, "name": "", "phone": "", "instead_of": old.public_id}

    page = listed(web, **change | {"adult": "1"})
    done = web.post(BOOK, **button(page))

    smaller = all_bookings(engine)[-1]
    assert [(each.state, each.seats) for each in all_bookings(engine)] == [("cancelled", 3), ("confirmed", 1)]
    assert runs(page)["M3"] == "あと4名"
    web.post(f"/admin/desk/bookings/{smaller.public_id}/cancel")
    assert "を取り消しました" in web.text(done.location)


@pytest.mark.req("T-17", "T-16")
def test_line_may_close_later_than_the_phone_by_the_settings_page(engine):
    web = Web(engine, role="dispatcher", now=LINE_NOW)
    page = web.text("/admin/masters/rules/?service=minami-line")
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    rule = {"service": "minami-line", "channel": "line", "opens_days": "7", "opens_at": "9:00"}
    rule |= {"closes": "day", "closes_days": "1", "closes_at": "21:00"}

    saved = web.post("/admin/masters/rules/", version=version, **rule)
    again = web.post("/admin/masters/rules/", version=version, **rule)

    assert (saved.status_code, again.status_code) == (303, 409)
    with transaction(engine) as session:
        line = Line.of(session)
        by_line = [
            line.book("M3", "T03", "T20", channel="line", now=jst(f"2025-05-06 {moment}"))
            for moment in ("20:59:00", "21:00:00", "21:00:01")
        ]
    assert [getattr(each, "code", each.state if hasattr(each, "state") else "") for each in by_line] == [
        "confirmed",
        "confirmed",
        "closed",
    ]
    assert "あと2名" in listed(at(web, "2025-05-06 17:00:00"))
    assert "受付終了" in listed(at(web, "2025-05-06 17:00:01"))


@pytest.mark.req("D-29")
def test_of_two_who_change_the_rules_the_second_is_shown_what_holds(engine):
    web = Web(engine, role="dispatcher", now=LINE_NOW)
    page = web.text("/admin/masters/calendar/?service=minami-line")
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    days = {
        "runs_from": "2026-04-01",
        "runs_to": "2026-06-30",
        "accepts_from": "2026-03-25",
        "accepts_to": "2026-06-30",
    }

    first = web.post("/admin/masters/calendar/periods", service="minami-line", version=version, **days)
    second = web.post("/admin/masters/calendar/periods", service="minami-line", version=version, **days)

    assert (first.status_code, second.status_code) == (303, 409)
    assert "ほかの方が先に変更しました" in second.get_data(as_text=True)


@pytest.mark.req("Q-33", "T-20", "D-29")
def test_the_limit_of_a_run_is_a_setting_up_to_the_seats_of_its_vehicle(engine):
    web = Web(engine, role="dispatcher", now=LINE_NOW)
    address = "/admin/masters/settings/"
    page = web.text(f"{address}?service=minami-line")
    form = inputs(page)

    too_many = web.post(address, **form | {"limit-M3": "5"})
    saved = web.post(address, **form | {"limit-M1": "9", "max_party": "9"})
    stale = web.post(address, **form | {"limit-M1": "4"})

    assert [each.status_code for each in (too_many, saved, stale)] == [409, 303, 409]
    assert "4席まで" in too_many.get_data(as_text=True)
    assert "<td>9</td><td>4</td>" in stale.get_data(as_text=True)
    fill(engine, "M1", adult=9)
    with transaction(engine) as session:
        assert Line.of(session).book("M1", "T03", "T20").code == "run_full"


def inputs(page):
    """Return what a page's form would send as it stands."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        is_off = 'type="checkbox"' in tag and " checked" not in tag
        if name and not is_off and name[1] not in {"csrf_token", "language"}:
            found[name[1]] = value[1] if value else ""
    return found


@pytest.mark.req("D-15", "Q-42")
@pytest.mark.parametrize(
    ("now", "said"),
    [
        pytest.param("2025-05-07 08:59:59", "電話の受付は9時から17時までです", id="a second before"),
        pytest.param("2025-05-07 09:00:00", "受付中(9時〜17時)", id="opening"),
        pytest.param("2025-05-07 17:01:00", "電話の受付は9時から17時までです", id="after closing"),
        pytest.param("2025-12-30 10:00:00", "電話の受付はお休みです", id="a day off"),
    ],
)
def test_the_desk_says_whether_the_line_is_answered(engine, now, said):
    page = at(Web(engine, role="operator", now=LINE_NOW), now).text("/admin/desk/")

    line = next(part for part in page.split("<strong>") if part.startswith("空沼線"))
    assert said in line.split("</strong>")[0]


@pytest.mark.req("Q-42")
def test_a_day_on_which_only_the_phone_is_shut_is_set_by_the_calendar_page(engine):
    web = Web(engine, role="dispatcher", now=LINE_NOW)
    web.post(
        "/admin/masters/calendar/closed",
        service="minami-line",
        from_day="2025-05-06",
        to_day="2025-05-06",
        reason="受付室の工事",
        applies_to="desk",
    )

    page = listed(at(web, "2025-05-05 17:00:01"))

    assert runs(page)["M3"] == "受付終了"
    assert "5月5日" in page
    assert "電話だけ休み" in web.text("/admin/masters/calendar/?service=minami-line")
    with transaction(engine) as session:
        assert Line.of(session).book("M3", "T03", "T20", channel="line").state == "confirmed"


@pytest.mark.req("D-41", "T-18")
def test_the_day_list_holds_both_services_and_one_run_is_printed_with_its_bookers(web, engine):
    web.post(BOOK, **button(listed(web)))
    web.post(BOOK, **button(listed(web, name="別の 方", phone="09011113333"), "M4"))

    both = web.text(f"/admin/desk/bookings/?day={WEDNESDAY}")
    one = web.text(f"/admin/desk/bookings/?day={WEDNESDAY}&run=M3")
    printed = web.text(f"/admin/desk/runs/M3/bookers?day={WEDNESDAY}")

    assert both.count("/admin/desk/bookings/") - one.count("/admin/desk/bookings/") >= 1
    assert "M4 真駒内駅行き 4便</td>" not in one
    assert "新田 一" in printed
    assert "090-8765-4321" in printed
    assert "別の 方" not in printed
    with transaction(engine) as session:
        trail = session.scalars(select(models.AuditEntry.action).where(models.AuditEntry.action == "rider.listed"))
        assert len(trail.all()) == 1

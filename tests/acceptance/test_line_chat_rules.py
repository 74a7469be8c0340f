"""The rules of the line in the chat: pairs of stops, the booking window, places, fixed runs, late changes."""

import re
from datetime import date

import pytest
from sqlalchemy import select

from backend.db.models import RunFollow, Stop, TransportService
from backend.db.session import transaction
from bot import postback
from bot.postback import Tap
from tests.bot.line_talk import (
    TYPED,
    book_as_guest,
    bookings_of,
    change_party,
    data_for,
    more,
    stop_id,
    tap_run,
    to_runs,
)
from tests.bot.make_bot import actions, form_path, make_resident, send_form, stop_clock, take_pushes


@pytest.mark.req("T-09", "T-10", "T-11")
@pytest.mark.parametrize(
    ("pickup", "dropoff", "said"),
    [
        pytest.param("T20", "T10", "常盤橋", id="nobody gets off on the way to Soranuma before the five"),
        pytest.param("T16", "T20", "石山陸橋", id="nobody gets on on the way to Makomanai after the five"),
    ],
)
def test_a_pair_that_is_not_sold_is_refused_with_its_rule_and_a_way_on(line_guest, pickup, dropoff, said):
    line_guest.rich("book")
    line_guest.tap("ほかの場所をえらぶ")
    token = postback.parse(line_guest.data_of("真駒内駅")).token
    line_guest.tap_data(data_for(line_guest, "from", stop_id(line_guest, pickup)))

    line_guest.tap_data(postback.encode(Tap("to", token, str(stop_id(line_guest, dropoff)))))

    assert said in line_guest.read
    assert re.search("(だけ|のみ|降りられ|乗れません|のれません|おりられ)", line_guest.read)
    assert "どこまで行きますか" in line_guest.read
    assert "常盤南" in line_guest.labels()


@pytest.mark.req("T-08", "T-11")
def test_of_all_pairs_exactly_those_of_the_table_are_offered_in_the_chat(line_guest):
    offered = set()
    for place in range(1, 21):
        code = f"T{place:02d}"
        line_guest.rich("book")
        line_guest.tap("ほかの場所をえらぶ")
        line_guest.tap_data(data_for(line_guest, "from", stop_id(line_guest, code)))
        taps = [postback.parse(action["data"]) for action in actions(line_guest.shown) if "data" in action]
        offered |= {(code, tap.value) for tap in taps if tap.verb == "to"}
    with transaction(line_guest.world.engine) as session:
        codes = {str(each.id): each.code for each in session.scalars(select(Stop))}

    five = {"T01", "T02", "T03", "T04", "T05"}
    pairs = {(start, codes[end]) for start, end in offered}
    assert len(pairs) == 170
    assert all(start != end and {start, end} & five for start, end in pairs)


@pytest.mark.req("T-08")
@pytest.mark.parametrize(("pickup", "dropoff", "start"), [("T03", "T05", "10時12分"), ("T05", "T01", "15時47分")])
def test_the_five_stops_take_people_both_ways(line_guest, pickup, dropoff, start):
    to_runs(line_guest, pickup, dropoff, day=date(2025, 5, 10))
    tap_run(line_guest, start)

    assert "はい、予約する" in line_guest.labels()
    assert "300円" in line_guest.read


@pytest.mark.req("T-15", "T-06", "T-25")
def test_a_fixed_run_needs_no_booking_and_can_be_followed(line_guest):
    to_runs(line_guest, "T01", "T07")
    assert "予約なしで乗れます" in line_guest.read
    assert "のこり4席" in line_guest.read

    tap_run(line_guest, "8時5分")

    for said in ("予約なしで乗れます", "空沼二股 8時5分", "芸術の森入口 8時13分頃に到着", "一般 300円", "高齢者 150円"):
        assert said in line_guest.read
    assert "はい、予約する" not in line_guest.labels()
    line_guest.tap("遅れや運休のお知らせを受ける")
    assert "真駒内駅行き 2便" in line_guest.read
    with transaction(line_guest.world.engine) as session:
        assert session.scalars(select(RunFollow.entry_code)).all() == ["M2"]
    line_guest.tap("お知らせをやめる")
    with transaction(line_guest.world.engine) as session:
        assert session.scalars(select(RunFollow.entry_code)).all() == []
    assert bookings_of(line_guest) == []


@pytest.mark.req("T-16", "Q-41")
@pytest.mark.parametrize(
    ("moment", "is_taken"),
    [
        pytest.param("2025-05-08 08:59:59", False, id="a second before it opens"),
        pytest.param("2025-05-08 09:00:00", True, id="the second it opens"),
        pytest.param("2025-05-14 17:00:00", True, id="the last second"),
        pytest.param("2025-05-14 17:00:01", False, id="a second late"),
    ],
)
def test_the_window_of_a_run_is_kept_to_the_second(line_guest, moment, is_taken):
    day = date(2025, 5, 15)
    book_as_guest(line_guest, "T20", "T03", "13時15分", remember="yes")
    stop_clock(line_guest, "2025-05-12 12:00:00")
    to_runs(line_guest, "T20", "T03", day=day)
    tap_run(line_guest, "18時")
    yes = line_guest.data_of("はい、予約する")

    stop_clock(line_guest, moment)
    line_guest.tap_data(yes)

    assert ("予約ができました" in line_guest.read) == is_taken
    assert len(bookings_of(line_guest)) == 1 + is_taken
    if not is_taken:
        assert re.search("5月8日.木.9時から受け付けます|5月14日.水.17時で締め切りました", line_guest.read)


@pytest.mark.req("T-16")
def test_a_day_before_it_opens_is_told_with_the_moment_it_does(line_guest):
    stop_clock(line_guest, "2025-05-08 08:59:00")
    line_guest.rich("book")
    line_guest.tap("真駒内駅へ行く")
    line_guest.tap("常盤")

    picker = next(action for action in actions(line_guest.shown) if action["type"] == "datetimepicker")
    line_guest.tap_data(picker["data"], date="2025-05-15")

    assert "5月8日(木)9時から受け付けます" in line_guest.read
    assert "いつのりますか" in line_guest.read


@pytest.mark.req("T-20", "T-19")
def test_a_full_run_is_shown_as_full_and_other_runs_stand_as_buttons(line_guest):
    to_runs(line_guest, "T01", "T03")
    tap_run(line_guest, "10時10分")
    line_guest.tap("人数を変える")
    for _ in range(3):
        said = "一般をふやす"
        line_guest.tap_data(next(a["data"] for a in actions(line_guest.shown) if a.get("displayText") == said))
    line_guest.tap("これでよい")
    line_guest.tap("はい、予約する")
    send_form(line_guest, form_path(line_guest, "guest"), **TYPED)
    other = make_resident(line_guest.world)

    to_runs(other, "T05", "T20")
    assert "満席です" in other.read
    tap_run(other, "10時14分")

    assert "こちらなら予約できます" in other.read
    other.tap_verb("pick")
    assert "はい、予約する" in other.labels()
    assert len(bookings_of(line_guest)) == 1


@pytest.mark.req("Q-35")
def test_five_persons_are_told_to_part_or_to_call(line_guest):
    to_runs(line_guest, "T01", "T03")
    tap_run(line_guest, "10時10分")
    line_guest.tap("人数を変える")

    line_guest.say("5人")
    line_guest.tap("これでよい")

    assert re.search("分けて|お電話", line_guest.read)
    assert {"人数を変える", "電話する"} <= set(line_guest.labels())


@pytest.mark.req("Q-43", "D-31")
def test_after_the_cut_off_a_party_shrinks_and_cancels_but_does_not_grow(line_guest):
    to_runs(line_guest, "T20", "T03")
    tap_run(line_guest, "13時15分")
    line_guest.tap("人数を変える")
    line_guest.tap_data(more(line_guest, "こども"))
    line_guest.tap("これでよい")
    line_guest.tap("はい、予約する")
    send_form(line_guest, form_path(line_guest, "guest"), **TYPED)
    stop_clock(line_guest, "2025-05-08 12:00:00")

    line_guest.rich("bookings")
    line_guest.tap_verb("booking")
    change_party(line_guest, "grow")
    assert "締め切りました" in line_guest.read
    line_guest.rich("bookings")
    line_guest.tap_verb("booking")
    change_party(line_guest, "shrink")
    line_guest.tap("はい、変更する")

    old, new = bookings_of(line_guest)
    assert (old.state, new.state, new.party.persons, new.fare_yen) == ("cancelled", "confirmed", 1, 500)
    line_guest.tap("取り消す")
    line_guest.tap("はい、取り消す")
    assert bookings_of(line_guest)[1].state == "cancelled"


@pytest.mark.req("T-17")
def test_line_may_close_later_than_the_phone_where_the_town_has_set_so(line_guest):
    with transaction(line_guest.world.engine) as session:
        line = session.scalars(select(TransportService).where(TransportService.mode == "line")).one()
        rule = next(each for each in line.booking_rules if each.channel == "line")
        rule.closes_at_s = 21 * 3600
    stop_clock(line_guest, "2025-05-07 20:59:00")

    book_as_guest(line_guest, "T20", "T03", "18時")

    assert "予約ができました" in line_guest.read
    stop_clock(line_guest, "2025-05-07 21:00:01")
    to_runs(line_guest, "T20", "T03")
    assert "受付終了" in line_guest.read


@pytest.mark.req("T-20", "Q-58")
def test_a_run_that_filled_up_while_the_form_was_open_is_answered_with_other_runs(line_guest):
    to_runs(line_guest, "T20", "T03")
    tap_run(line_guest, "18時")
    line_guest.tap("はい、予約する")
    path = form_path(line_guest, "guest")
    other = make_resident(line_guest.world)
    to_runs(other, "T20", "T01")
    tap_run(other, "18時")
    other.tap("人数を変える")
    for _ in range(3):
        other.tap_data(more(other, "一般"))
    other.tap("これでよい")
    other.tap("はい、予約する")
    send_form(other, form_path(other, "guest"), **TYPED)
    take_pushes(other)

    send_form(line_guest, path, **TYPED)
    take_pushes(line_guest)

    assert "こちらなら予約できます" in line_guest.read
    assert len(bookings_of(line_guest)) == 1
    line_guest.tap_verb("pick")
    line_guest.tap("はい、予約する")
    assert "予約ができました" in line_guest.read
    assert len(bookings_of(line_guest)) == 2

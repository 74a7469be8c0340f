"""The line in the chat: by tapping only what the bot shows, through the signed webhook."""

import csv
import re
from datetime import date

import pytest
from sqlalchemy import select

from backend.db.models import Booking, Rider, RunFollow, Stop
from backend.db.queries import bookings as queries
from backend.db.session import transaction
from bot import postback
from bot.postback import Tap
from tests.architecture.sources import ROOT
from tests.bot.make_bot import (
    actions,
    event,
    form_path,
    make_resident,
    send_form,
    stop_clock,
    take_pushes,
    words,
)

TYPED = {"name": "見本 ハナ", "phone": "090-1234-5678"}
TOMORROW = date(2025, 5, 8)


def bookings_of(resident):
    with transaction(resident.world.engine) as session:
        return [queries.view(booking) for booking in session.scalars(select(Booking).order_by(Booking.id))]


def stop_id(resident, code):
    with transaction(resident.world.engine) as session:
        return session.scalars(select(Stop.id).where(Stop.code == code)).one()


def to_runs(resident, pickup, dropoff, *, day=TOMORROW):
    """Begin a booking and go to the list of runs, by tapping what is shown."""
    resident.rich("book")
    resident.tap("ほかの場所をえらぶ")
    resident.tap_data(data_for(resident, "from", stop_id(resident, pickup)))
    resident.tap_data(data_for(resident, "to", stop_id(resident, dropoff)))
    choose_day(resident, day)


def data_for(resident, verb, value):
    """Return the data of the shown button that does ``verb`` on ``value``."""
    found = [
        action["data"]
        for action in actions(resident.shown)
        if (tap := postback.parse(action.get("data", ""))) and (tap.verb, tap.value) == (verb, str(value))
    ]
    assert found, f"no {verb} {value} in {resident.labels()}"
    return found[0]


def choose_day(resident, day):
    """Tap the button of a day if there is one, else the calendar."""
    shown = [
        action["data"]
        for action in actions(resident.shown)
        if action["type"] == "postback" and action["data"].endswith(f":{day.isoformat()}")
    ]
    if shown:
        resident.tap_data(shown[0])
        return
    picker = next(action for action in actions(resident.shown) if action["type"] == "datetimepicker")
    resident.tap_data(picker["data"], date=day.isoformat())


def tap_run(resident, start):
    """Tap the run that leaves at a time, as it stands in the list."""
    data = next(
        action["data"] for action in actions(resident.shown) if action.get("label", "").startswith(f"{start}発")
    )
    return resident.tap_data(data)


def book_as_guest(resident, pickup, dropoff, start, *, day=TOMORROW, **typed):
    to_runs(resident, pickup, dropoff, day=day)
    tap_run(resident, start)
    resident.tap("はい、予約する")
    answer = send_form(resident, form_path(resident, "guest"), **{**TYPED, **typed})
    take_pushes(resident)
    return answer


@pytest.mark.req("T-18", "T-19", "T-59", "D-49", "T-54", "T-28")
def test_a_stranger_books_a_run_with_six_items_and_seven_taps(line_guest):
    answer = book_as_guest(line_guest, "T20", "T03", "13時15分")

    (booking,) = bookings_of(line_guest)
    assert answer.status_code == 303
    assert line_guest.taps == 7
    assert "予約ができました" in line_guest.read
    assert (booking.pickup.code, booking.dropoff.code, booking.day) == ("T20", "T03", TOMORROW)
    assert (booking.departure.entry_code, booking.promise.pickup_earliest_s) == ("S2", 13 * 3600 + 15 * 60)
    assert (booking.channel, booking.party.persons, booking.fare_yen) == ("line", 1, 500)
    with transaction(line_guest.world.engine) as session:
        rider = session.get_one(Rider, booking.rider_id)
        assert (rider.state, rider.name, rider.phone) == ("guest", "見本 ハナ", "+819012345678")
    for said in ("空沼二股行き 2便", "真駒内駅 13時15分", "常盤 13時34分に到着", "500円", booking.number):
        assert said in line_guest.read
    assert re.search("車両: .+／『空沼線代替交通』の表示", line_guest.read)
    assert "ICカード(サピカ・敬老パス等)は使えません" in line_guest.read


@pytest.mark.req("T-18", "L-13")
def test_what_is_missing_on_the_form_names_itself_and_books_nothing(line_guest):
    to_runs(line_guest, "T20", "T03")
    tap_run(line_guest, "13時15分")
    line_guest.tap("はい、予約する")
    path = form_path(line_guest, "guest")
    page = line_guest.client.get(path).get_data(as_text=True)

    for missing, said in (("name", "お名前を40文字までで書いて"), ("phone", "電話番号を確かめて")):
        answer = send_form(line_guest, path, **{**TYPED, missing: ""})
        assert (answer.status_code, said in answer.get_data(as_text=True)) == (422, True)
        assert bookings_of(line_guest) == []

    assert page.index("のためだけに使います") < page.index("<input id=")
    assert send_form(line_guest, path, **TYPED).status_code == 303
    assert len(bookings_of(line_guest)) == 1
    assert send_form(line_guest, path, **TYPED).status_code in {400, 410}
    assert len(bookings_of(line_guest)) == 1


@pytest.mark.req("T-18")
def test_each_item_that_the_chat_lacks_is_asked_for(line_guest):
    line_guest.rich("book")
    line_guest.tap("ほかの場所をえらぶ")
    assert "どこからのりますか" in line_guest.read
    line_guest.tap("真駒内駅")
    assert "どこまで行きますか" in line_guest.read
    line_guest.tap("常盤南")
    assert "いつのりますか" in line_guest.read
    choose_day(line_guest, TOMORROW)
    assert "どの便にしますか" in line_guest.read
    tap_run(line_guest, "13時15分")
    for said in ("のる人", "一般1名", "はい、予約する", "人数を変える"):
        assert said in line_guest.read


def test_nothing_personal_goes_into_the_chat(line_guest):
    book_as_guest(line_guest, "T20", "T03", "13時15分")

    assert "ハナ" not in str(line_guest.messenger.pushes)
    assert "5678" not in str(line_guest.messenger.pushes)


@pytest.mark.req("T-18")
def test_who_wants_to_be_remembered_is_not_asked_again(line_guest):
    book_as_guest(line_guest, "T20", "T03", "13時15分", remember="yes")
    line_guest.taps = 0

    line_guest.rich("book")
    line_guest.tap_verb("again", nth=1)
    tap_run(line_guest, "8時7分")
    assert "予約なしで乗れます" in line_guest.read
    line_guest.tap("ほかの便を見る")
    tap_run(line_guest, "10時12分")
    line_guest.tap("はい、予約する")

    assert "予約ができました" in line_guest.read
    assert [each.departure.entry_code for each in bookings_of(line_guest)] == ["S2", "M3"]


@pytest.mark.req("T-59")
def test_the_last_trips_come_first_then_the_likely_stops_and_all_are_reached(line_guest):
    book_as_guest(line_guest, "T16", "T05", "13時20分頃", remember="yes")

    line_guest.rich("book")

    shown = line_guest.labels()
    likely = ["真駒内駅へ行く", "常盤中学校前へ行く", "石山陸橋へ行く", "ほかの場所をえらぶ"]
    assert shown[:2] == ["石山陸橋 から 常盤南 へ", "常盤南 から 石山陸橋 へ"]
    assert shown[2:6] == likely
    line_guest.tap("ほかの場所をえらぶ")
    with transaction(line_guest.world.engine) as session:
        names = set(session.scalars(select(Stop.name).where(Stop.code.like("T__"))))
    assert len(names) == 20
    assert names <= set(line_guest.labels())
    assert line_guest.labels()[:3] == ["真駒内駅", "常盤中学校前", "石山陸橋"]


@pytest.mark.req("T-59", "D-49")
def test_a_likely_end_saves_a_question(line_guest):
    line_guest.rich("book")
    line_guest.tap("真駒内駅へ行く")
    line_guest.tap("常盤")
    choose_day(line_guest, TOMORROW)
    tap_run(line_guest, "10時12分")

    assert "常盤 10時12分" in line_guest.read
    assert "真駒内駅 10時33分に到着" in line_guest.read
    assert line_guest.taps == 5


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


def more(resident, category, change="ふやす"):
    return next(
        action["data"] for action in actions(resident.shown) if action.get("displayText") == f"{category}を{change}"
    )


def change_party(resident, how):
    resident.tap("変更する")
    resident.tap("のる人")
    resident.tap_data(more(resident, "こども", "ふやす" if how == "grow" else "へらす"))
    resident.tap("これでよい")


def test_a_second_tap_on_cancel_says_that_it_is_cancelled_already(line_guest):
    book_as_guest(line_guest, "T20", "T03", "13時15分")
    line_guest.tap("取り消す")
    drop = line_guest.data_of("はい、取り消す")
    line_guest.tap_data(drop)
    assert "予約を取り消しました" in line_guest.read

    line_guest.tap_data(drop)

    assert "この予約は取り消し済みです" in line_guest.read
    assert "予約を取り消しました" not in line_guest.read


@pytest.mark.parametrize("verb", ["booking", "cancel", "drop", "change", "again-of"])
def test_who_is_unknown_reaches_nobodys_booking(line_guest, verb):
    book_as_guest(line_guest, "T20", "T03", "13時15分")
    (booking,) = bookings_of(line_guest)
    other = make_resident(line_guest.world)

    other.tap_data(postback.encode(Tap(verb, "", booking.public_id)))

    assert booking.number not in other.read
    assert bookings_of(line_guest)[0].state == "confirmed"


def printed():
    with (ROOT / "tests/data/t_timetable_as_given.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.req("T-02", "T-03", "T-04", "T-06")
@pytest.mark.parametrize("direction", ["真駒内駅行き", "空沼二股行き"])
def test_the_timetable_equals_the_printed_one_cell_by_cell(line_guest, direction):
    line_guest.rich("timetable")
    line_guest.tap(direction)

    body = line_guest.shown[0]["contents"]["body"]["contents"]
    shown, rule = [], ""
    for piece, following in zip(body, [*body[1:], {}], strict=True):
        if piece.get("text") in {"乗降可能", "乗車のみ可能", "降車のみ可能"}:
            rule = piece["text"]
        if rule and piece["type"] == "text" and following.get("type") == "box":
            cells = [cell["text"].replace("\n", "") for cell in following["contents"]]
            shown.append([piece["text"], rule, *cells])
    given = [
        [row["stops_as_given"], row["rule"], *(row[f"run{number}"] for number in range(1, 6))]
        for row in printed()
        if row["direction"] == direction
    ]
    assert shown == given
    number = {"真駒内駅行き": 2, "空沼二股行き": 3}[direction]
    assert f"平日に予約がいらない便: {number}便" in line_guest.read
    assert "土日祝は、すべて予約がいります" in line_guest.read


@pytest.mark.req("T-06")
def test_a_stop_inside_a_printed_range_has_a_time_of_its_own_marked_about(line_guest):
    line_guest.rich("times")
    line_guest.tap("芸術の森入口")

    assert "1便 7:03頃" in line_guest.read
    assert "降車のみ可能" in line_guest.read


@pytest.mark.req("T-58", "T-28")
@pytest.mark.parametrize(
    ("pickup", "dropoff", "full", "half"),
    [("柏丘8丁目", "常盤", "300円", "150円"), ("南区役所前", "常盤", "500円", "250円")],
)
def test_the_fare_of_ones_own_ride_is_told(line_guest, pickup, dropoff, full, half):
    line_guest.say("運賃")
    assert "ICカード(サピカ・敬老パス等)は使えません" in line_guest.read
    line_guest.tap("自分の乗る区間の料金")
    line_guest.tap(pickup)
    line_guest.tap(dropoff)

    by_tap = words(line_guest.shown)
    line_guest.say(f"{pickup}→{dropoff} 運賃")
    for read in (by_tap, line_guest.read):
        for said in (f"{pickup} から {dropoff} へ", full, half, "無料", "使えません"):
            assert said in read


@pytest.mark.req("T-58", "T-32")
def test_full_tables_who_gets_which_and_passes_are_told(line_guest):
    line_guest.rich("fares")
    for said in ("真駒内駅", "500円", "250円", "300円", "150円", "福祉乗車証をお持ちの方", "無料"):
        assert said in line_guest.read
    line_guest.tap("回数券・定期券の値段")
    for said in ("22,500円", "64,130円", "17,960円", "5,000円", "1,500円"):
        assert said in line_guest.read
    line_guest.rich("fares")
    line_guest.tap("だれがどの料金か")
    assert "手帳を見せてください" in line_guest.read


@pytest.mark.req("L-03", "T-49")
def test_an_opinion_is_written_on_a_page_of_ours_and_numbered(line_guest):
    line_guest.say("意見")
    path = form_path(line_guest, "opinion")
    assert send_form(line_guest, path, kind="opinion", text="").status_code == 422

    services = re.search(
        r'name="service" type="radio" value="(\d+)"', line_guest.client.get(path).get_data(as_text=True)
    )
    answer = send_form(
        line_guest,
        path,
        kind="complaint",
        text="夕方の便を増やしてください",
        **({"service": services[1]} if services else {}),
    )

    assert re.search(r"受付番号は2025-\d{4}です", answer.get_data(as_text=True))
    assert send_form(line_guest, path, kind="opinion", text="もう一度").status_code in {400, 410}
    line_guest.say("夕方の便を増やしてください")
    assert "わかりませんでした" in line_guest.read


@pytest.mark.req("T-19", "D-49")
def test_one_chat_books_the_area_in_the_morning_and_the_line_in_the_evening(rider_of_both):
    rider = rider_of_both
    rider.rich("book")
    assert "デマンド交通" in rider.read
    assert "空沼線" in rider.read
    assert not re.search("区域|路線", rider.read)
    for verb, nth in (("letter", 0), ("from", 0), ("letter", 1), ("to", 0), ("day", 1), ("time", 2)):
        rider.tap_verb(verb, nth=nth)
    rider.tap("はい、予約する")
    assert "予約ができました" in rider.read
    assert rider.taps == 8
    rider.taps = 0

    rider.rich("book")
    rider.tap("空沼線代替交通（見本）にのる")
    rider.tap("ほかの場所をえらぶ")
    rider.tap("真駒内駅")
    rider.tap("常盤南")
    choose_day(rider, TOMORROW)
    tap_run(rider, "18時")
    rider.tap("はい、予約する")

    area, line = bookings_of(rider)
    assert rider.taps == 8
    assert (area.departure, line.departure.entry_code, area.day, line.day) == (None, "S4", TOMORROW, TOMORROW)
    rider.rich("bookings")
    shown = [action["data"] for action in actions(rider.shown) if ":booking:" in action.get("data", "")]
    assert [data.rpartition(":")[2] for data in shown] == [area.public_id, line.public_id]


def test_the_choice_of_service_is_not_asked_where_a_trip_or_stop_says_it(rider_of_both):
    rider = rider_of_both
    rider.say("柏丘8丁目")
    rider.tap("柏丘8丁目（空沼線代替交通（見本））")
    rider.tap("ここからのる")
    assert "どこまで行きますか" in rider.read
    rider.tap("常盤南")
    choose_day(rider, TOMORROW)
    assert "どの便にしますか" in rider.read


@pytest.mark.req("D-33")
def test_who_is_far_away_is_told_so(line_guest):
    line_guest.send(
        event(line_guest.user_id, message={"type": "location", "id": "1", "latitude": 35.68, "longitude": 139.76})
    )

    assert "区域の外" in line_guest.read


def test_a_stop_is_kept_at_hand_and_left_off_from_its_page(rider_of_both):
    rider = rider_of_both
    rider.say("常盤神社下")
    rider.tap("よく使う場所に入れる")
    assert "よく使う場所に入れました" in rider.read
    rider.tap("よく使う場所からはずす")
    assert "よく使う場所からはずしました" in rider.read
    assert "よく使う場所に入れる" in rider.labels()

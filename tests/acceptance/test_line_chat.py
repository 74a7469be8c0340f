"""The line in the chat: by tapping only what the bot shows, through the signed webhook."""

import re

import pytest
from sqlalchemy import select, update

from backend.db.models import Booking, Rider, Stop
from backend.db.session import transaction
from backend.services import bookings, guests
from bot import postback
from bot.postback import Tap
from tests.admin.web import without_chance
from tests.bot.line_talk import (
    TOMORROW,
    TYPED,
    book_as_guest,
    bookings_of,
    choose_day,
    tap_run,
    to_runs,
)
from tests.bot.make_bot import actions, form_path, make_resident, send_form
from tests.terminal import UNLIKELY


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


def test_nothing_personal_goes_into_the_chat(line_guest, monkeypatch):
    monkeypatch.setattr(bookings, "NUMBERS", (range(1111, 1112),))  # as drawn it might be 5678
    book_as_guest(line_guest, "T20", "T03", "13時15分")

    assert "1111" in str(line_guest.messenger.pushes)
    assert "ハナ" not in str(line_guest.messenger.pushes)
    assert "5678" not in without_chance(str(line_guest.messenger.pushes))


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
    with transaction(line_guest.world.engine) as session:
        session.execute(update(Booking).values(number=UNLIKELY))
    other = make_resident(line_guest.world)

    other.tap_data(postback.encode(Tap(verb, "", booking.public_id)))

    assert UNLIKELY not in other.read
    assert bookings_of(line_guest)[0].state == "confirmed"


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


@pytest.mark.req("T-18", "Q-58")
def test_who_did_not_want_to_be_remembered_is_asked_again_after_the_ride(line_guest):
    book_as_guest(line_guest, "T20", "T03", "18時")
    line_guest.tap("取り消す")
    line_guest.tap("はい、取り消す")
    with transaction(line_guest.world.engine) as session:
        guests.forget_over(session, now=line_guest.world.clock())

    to_runs(line_guest, "T20", "T03")
    tap_run(line_guest, "18時")
    line_guest.tap("はい、予約する")

    assert "お名前と電話番号がいります" in line_guest.read
    assert [each.state for each in bookings_of(line_guest)] == ["cancelled"]

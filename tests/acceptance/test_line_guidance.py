"""Stops, fares, telephone, words and languages in the chat."""

import threading

import pytest
from sqlalchemy import select

from backend import world as worlds
from backend.db.models import LineEvent, LineUser
from backend.db.queries import network
from backend.db.session import transaction
from bot import jobs
from tests.bot.make_bot import actions, body, event, set_clock, sign
from tests.make import NOW


def place(resident, lat, lon):
    return resident.send(
        event(resident.user_id, message={"type": "location", "id": "1", "latitude": lat, "longitude": lon})
    )


@pytest.mark.req("D-33")
def test_a_sent_place_leads_to_the_three_nearest_stops_with_their_distance(guest):
    place(guest, 42.9911, 141.3580)

    assert guest.read.count("メートル") >= 3
    assert "真駒内駅" in guest.read
    guest.tap("真駒内駅")
    (location,) = [message for message in guest.shown if message["type"] == "location"]
    assert (location["latitude"], location["longitude"]) == (42.99115, 141.3581)


@pytest.mark.req("D-23", "D-33")
def test_a_stop_shows_map_marker_and_walking_hint_and_the_snow_marker_in_winter(guest):
    guest.say("真駒内駅")
    assert "青い丸の標識 M01" in guest.read
    assert "駅へ向かう車線の側" in guest.read
    assert "赤い雪ポール M01" in guest.read

    set_clock(guest, "2022-10-03 09:00:00")
    guest.say("真駒内駅")
    assert "赤い雪ポール" not in guest.read


@pytest.mark.req("D-33")
def test_every_stop_is_reached_through_its_first_letter(guest):
    with transaction(guest.world.engine) as session:
        area = network.get_service(session)
        names = {stop.name for stop in network.list_stops(session, area.id, NOW.date())}
    guest.rich("guide")
    letters = [data for data in (action_data(guest)) if ":stops:" in data]

    seen = set()
    for data in letters:
        guest.tap_data(data)
        seen |= set(guest.labels())

    assert names <= seen


def action_data(resident):
    return [action["data"] for action in actions(resident.shown) if action["type"] == "postback"]


def test_a_ride_begins_at_a_stops_page(member):
    member.say("真駒内駅")
    member.tap("ここからのる")

    assert "どこまで行きますか" in member.read


@pytest.mark.req("D-07")
def test_fares_are_told(guest):
    guest.say("料金")

    for words in ("一般(中学生以上)", "350円", "割引", "150円", "無料"):
        assert words in guest.read


@pytest.mark.req("D-15")
@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2022-11-25 07:59:59", False),
        ("2022-11-25 08:00:00", True),
        ("2022-11-25 15:00:00", True),
        ("2022-11-25 15:01:00", False),
        ("2022-11-26 10:00:00", False),
    ],
)
def test_the_telephones_hours_are_told_and_whether_somebody_answers_now(guest, moment, is_open):
    set_clock(guest, moment)

    guest.say("でんわ")

    assert "8時から15時まで" in guest.read
    assert ("いま、電話を受け付けています" in guest.read) == is_open
    assert ("いまは電話の受付時間外です" in guest.read) != is_open


@pytest.mark.req("D-49", "L-03")
def test_words_nobody_understands_get_the_menu_then_the_desk(guest):
    guest.say("あのう")
    assert "わかりませんでした" in guest.read
    assert "電話する" in guest.labels()
    guest.say("だから")
    assert "お電話でもご案内できます" in guest.read

    guest.rich("fares")
    guest.say("あのう")
    assert "わかりませんでした" in guest.read


@pytest.mark.req("L-05")
@pytest.mark.parametrize(
    "text", ["ばかやろう", "09012345678", "山田太郎です 札幌市南区1-2-3", "<script>alert(1)</script>"]
)
def test_nothing_typed_is_echoed(guest, text):
    guest.say(text)

    assert text not in str(guest.shown)


@pytest.mark.parametrize("kind", ["sticker", "image", "video", "audio", "file", "somethingNew"])
def test_what_has_no_words_gets_a_friendly_line_and_the_same_buttons(guest, kind):
    guest.send(event(guest.user_id, message={"type": kind, "id": "1"}))

    assert "ありがとうございます" in guest.read
    assert "電話する" in guest.labels()


@pytest.mark.req("L-01")
def test_who_adds_the_account_is_greeted_with_the_policy_at_hand(guest):
    guest.send(event(guest.user_id, type="follow", follow={"isUnblocked": False}))

    assert "ようこそ" in guest.read
    assert "利用のきまり" in guest.labels()


def test_english_is_spoken_on_request_and_from_then_on(guest):
    guest.say("English")
    guest.say("phone")

    assert "Our number is 011-000-0000" in guest.read
    with transaction(guest.world.engine) as session:
        assert session.scalars(select(LineUser.language)).all() == ["en"]


def test_two_workers_at_once_answer_each_event_once_and_in_order(member):
    events = [event(member.user_id, message={"type": "text", "id": str(n), "text": "料金"}) for n in range(6)]
    raw = body(*events)
    member.client.post("/line/webhook", data=raw, headers={"x-line-signature": sign(raw)})
    (_job, (line_user_id,)) = member.world.bell.rung.pop()
    worlds.install(member.world)

    workers = [threading.Thread(target=jobs.handle_events, args=(line_user_id,)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)

    assert [token for token, _ in member.messenger.replies] == [each["replyToken"] for each in events]
    with transaction(member.world.engine) as session:
        assert set(session.scalars(select(LineEvent.state))) == {"handled"}


def test_two_residents_at_once_keep_their_own_conversation(guest, member):
    member.rich("book")
    guest.rich("fares")
    member.say("真駒内駅")

    assert "どこまで行きますか" in member.read
    assert "350円" in guest.read

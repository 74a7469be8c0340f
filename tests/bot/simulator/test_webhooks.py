"""What the bot hears: signed, in order, again until it says yes."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from linebot.v3.webhook import SignatureValidator, WebhookParser
from linebot.v3.webhooks import FollowEvent, MessageEvent, PostbackEvent, UnfollowEvent, UnsendEvent
from sqlalchemy import text

from bot.simulator import acts
from bot.simulator.client import Phone
from bot.simulator.webhooks import CROCKFORD, new_ulid
from tests.bot.simulator.conftest import PATIENCE_S, SECRET


def parsed(heard):
    return WebhookParser(SECRET).parse(heard.body.decode(), heard.signature)[0]


def test_webhooks_are_signed_over_the_raw_body(phone, bot):
    heard = bot.heard[0]

    assert SignatureValidator(SECRET).validate(heard.body.decode(), heard.signature)
    assert not SignatureValidator("another").validate(heard.body.decode(), heard.signature)


def test_the_sdk_reads_every_event(phone, bot):
    phone.say("予約")
    phone.locate(42.99, 141.35, title="真駒内駅")
    phone.sticker()
    phone._act("tap", {"action": {"type": "postback", "label": "はい", "data": "go=1", "displayText": "はい"}})
    phone.unsend(phone.messages()[0].number)
    phone.block()
    phone.unblock()
    events = [parsed(each) for each in bot.wait_for(8)]

    assert [type(each) for each in events] == [
        FollowEvent, MessageEvent, MessageEvent, MessageEvent, PostbackEvent, UnsendEvent, UnfollowEvent, FollowEvent,
    ]  # fmt: skip
    assert [events[1].message.text, events[2].message.title, events[3].message.sticker_id] == [
        "予約",
        "真駒内駅",
        "1988",
    ]
    assert (events[4].postback.data, events[0].follow.is_unblocked, events[7].follow.is_unblocked) == (
        "go=1",
        False,
        True,
    )
    assert {each.source.user_id for each in events} == {phone.resident_id}
    assert len({each.webhook_event_id for each in events}) == 8
    assert [hasattr(each, "reply_token") for each in events[5:]] == [False, False, True]


def test_what_is_not_accepted_comes_again_unchanged_but_marked(platform, phone, bot, wall):
    bot.answers += [500, 500]
    phone.say("予約")
    bot.wait_for(2)
    for seconds in (1, 3):
        wait_until_settled(platform)
        wall.pass_by(seconds=seconds)
        platform.courier.deliver_due()
    events = [each.event for each in bot.wait_for(4)[1:]]

    assert [each["deliveryContext"]["isRedelivery"] for each in events] == [False, True, True]
    assert len({(each["webhookEventId"], each["replyToken"], each["timestamp"]) for each in events}) == 1
    wall.pass_by(minutes=5)
    assert platform.courier.deliver_due() == 0


def test_redelivery_needs_nobody_to_ask_for_it(platform, phone, bot, wall):
    bot.answers += [500]
    phone.say("予約")
    bot.wait_for(2)
    wait_until_settled(platform)
    wall.pass_by(seconds=1)

    assert bot.wait_for(3)[-1].event["deliveryContext"] == {"isRedelivery": True}


def test_what_a_dead_process_left_behind_is_delivered_by_another(platform, phone, bot, wall):
    with platform.engine.begin() as connection:
        acts.say(connection, phone.resident_id, {"text": "予約"}, stamp=platform.stamp())
    wall.pass_by(seconds=10)
    platform.courier.deliver_due()

    assert bot.wait_for(2)[-1].event["deliveryContext"] == {"isRedelivery": False}


def test_a_bot_that_is_away_is_tried_again(platform, wall):
    platform.courier._url = "http://127.0.0.1:9/line/webhook"
    platform.add_resident("山田さん")
    wait_until_settled(platform)
    wall.pass_by(seconds=1)
    platform.courier.deliver_due()

    with platform.engine.connect() as connection:
        assert connection.scalar(text("SELECT attempts FROM simulator.webhook")) == 2


def test_a_database_that_is_away_for_a_while_ends_nothing(platform, phone, bot, wall, caplog):
    # Renaming waits for nobody; dropping the tables could meet a delivery that is just being written down.
    rename_schema(platform, "simulator", "away")
    platform.courier.deliver_soon("none", phone.resident_id)
    end_at = time.monotonic() + PATIENCE_S
    noted = {"none stays owed", "redelivery waits for the database"}
    while not all(each in caplog.text for each in noted) and time.monotonic() < end_at:
        time.sleep(0.02)
    rename_schema(platform, "away", "simulator")
    platform.add_resident("鈴木さん")

    assert all(each in caplog.text for each in noted)
    assert bot.wait_for(2)[-1].event["type"] == "follow"


def rename_schema(platform, old, new):
    with platform.engine.begin() as connection:
        connection.execute(text(f"SET LOCAL ROLE NONE; ALTER SCHEMA {old} RENAME TO {new}"))


def test_the_platform_gives_up_after_three_redeliveries(platform, phone, bot, wall):
    bot.answers += [503] * 9
    phone.say("予約")
    bot.wait_for(2)
    for _ in range(6):
        wait_until_settled(platform)
        wall.pass_by(seconds=9)
        platform.courier.deliver_due()

    assert len(bot.wait_for(5)) == 5


def wait_until_settled(platform):
    """Return once no delivery is under way: its outcome is written down in a second transaction."""
    for lane in platform.courier._lanes:
        lane.submit(int).result()


@pytest.mark.parametrize(("minutes", "status"), [(19, 200), (21, 400)])
def test_a_redelivery_renews_the_reply_token_within_twenty_minutes(
    platform, simulator, phone, bot, wall, minutes, status
):
    bot.answers += [500]
    phone.say("予約")
    bot.wait_for(2)
    wait_until_settled(platform)
    wall.pass_by(minutes=minutes)
    platform.courier.deliver_due()
    bot.wait_for(3)
    body = {"replyToken": bot.token, "messages": [{"type": "text", "text": "a"}]}

    assert simulator.post("/line/v2/bot/message/reply", body)[0] == status


def test_own_bubbles_are_marked_read_once_the_bot_has_them(platform, phone, bot):
    phone.say("予約")
    bot.wait_for(2)
    wait_until_settled(platform)

    assert phone._state()["read"] == phone.messages()[-1].id


def test_many_processes_deliver_an_event_once(platform, phone, bot):
    wait_until_settled(platform)
    with platform.engine.begin() as connection:
        connection.execute(text("UPDATE simulator.webhook SET next_attempt_at = happened_at"))
        event = connection.scalar(text("SELECT id FROM simulator.webhook"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(platform.courier.deliver, [event] * 4))

    assert [each.event["webhookEventId"] for each in bot.wait_for(2)] == [event] * 2


def test_two_residents_are_two_sources(simulator, phone, bot):
    other = Phone.add(simulator.url, "鈴木さん")
    other.say("a")

    assert [each.event["source"]["userId"] for each in bot.wait_for(3)] == [
        phone.resident_id,
        other.resident_id,
        other.resident_id,
    ]


def test_event_ids_hold_their_moment():
    made = new_ulid(datetime.fromtimestamp(1469918176, UTC).replace(microsecond=385_000))

    assert (made[:10], len(made), set(made) - set(CROCKFORD)) == ("01ARYZ6S41", 26, set())


def test_the_store_may_be_created_again(platform):
    platform.create_store()
    with platform.engine.connect() as connection:
        found = connection.scalar(
            text("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'simulator'")
        )

    assert found == 8

"""What the bot hears: signed, in order, again until it says yes."""

from datetime import UTC, datetime

import pytest
from linebot.v3.webhook import SignatureValidator, WebhookParser
from linebot.v3.webhooks import FollowEvent, MessageEvent, PostbackEvent, UnfollowEvent, UnsendEvent
from sqlalchemy import text

from bot.simulator.client import Phone
from bot.simulator.webhooks import CROCKFORD, new_ulid
from tests.bot.simulator.conftest import SECRET


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


def test_two_processes_deliver_an_event_once(platform, phone, bot):
    with platform.engine.begin() as connection:
        connection.execute(text("UPDATE simulator.webhook SET next_attempt_at = happened_at"))
        event = connection.scalar(text("SELECT id FROM simulator.webhook"))

    assert [platform.courier.deliver(event) is None for _ in range(2)] == [False, True]


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

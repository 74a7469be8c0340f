"""Replies, pushes and what the platform says no to."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from bot.simulator.client import Phone
from tests.bot.simulator.conftest import TOKEN

KEY = "123e4567-e89b-12d3-a456-426614174000"
HELLO = [{"type": "text", "text": "こんにちは"}]
NOBODY = f"U{'0' * 32}"


def reply(simulator, token, **headers):
    return simulator.post("/line/v2/bot/message/reply", {"replyToken": token, "messages": HELLO}, **headers)


def push(simulator, to, messages=HELLO, **headers):
    return simulator.post("/line/v2/bot/message/push", {"to": to, "messages": messages}, **headers)


def received(phone):
    return [(each.kind, each.text) for each in phone.messages() if each.sender == "account"]


def test_a_reply_token_works_once(simulator, phone, bot):
    first = reply(simulator, bot.token)
    second = reply(simulator, bot.token)

    assert (first[0], second) == (200, (400, {"message": "Invalid reply token"}))
    assert received(phone) == [("reply", "こんにちは")]


@pytest.mark.parametrize(("seconds", "status"), [(60, 200), (60.001, 400)])
def test_a_reply_token_lives_one_minute(simulator, phone, bot, wall, seconds, status):
    wall.pass_by(seconds=seconds)

    assert reply(simulator, bot.token)[0] == status


def test_an_unknown_reply_token_is_refused(simulator, phone):
    assert reply(simulator, "0" * 32) == (400, {"message": "Invalid reply token"})


def test_a_wrong_message_leaves_the_reply_token_unspent(simulator, phone, bot):
    wrong = {"replyToken": bot.token, "messages": [{"type": "text", "text": ""}]}
    status, answer = simulator.post("/line/v2/bot/message/reply", wrong)

    assert (status, answer["details"]) == (400, [{"message": "May not be empty", "property": "messages[0].text"}])
    assert answer["message"] == "The request body has 1 error(s)"
    assert reply(simulator, bot.token)[0] == 200


def test_a_reply_takes_no_retry_key(simulator, phone, bot):
    assert reply(simulator, bot.token, x_line_retry_key=KEY)[0] == 400
    assert received(phone) == []


def test_a_retry_key_is_accepted_once_a_day(simulator, phone, wall):
    first = push(simulator, phone.resident_id, x_line_retry_key=KEY)
    second = simulator.send(
        "POST", "/line/v2/bot/message/push", b'{"to":"%s","messages":[{"type":"text","text":"a"}]}' % phone.resident_id.encode(),
        x_line_retry_key=KEY,
    )  # fmt: skip
    wall.pass_by(hours=24)
    third = push(simulator, phone.resident_id, x_line_retry_key=KEY)

    assert (first[0], second.status, third[0]) == (200, 409, 200)
    assert len(received(phone)) == 2


def test_the_second_try_names_the_first(simulator, phone, sdk):
    push(simulator, phone.resident_id, x_line_retry_key=KEY)
    status, answer = push(simulator, phone.resident_id, x_line_retry_key=KEY)

    assert status == 409
    assert [each["id"] for each in answer["sentMessages"]] == [phone.messages()[-1].number]


def test_a_refused_push_leaves_its_retry_key_free(simulator, phone):
    assert push(simulator, NOBODY, x_line_retry_key=KEY) == (400, {"message": "Failed to send messages"})
    assert push(simulator, phone.resident_id, x_line_retry_key=KEY)[0] == 200
    assert push(simulator, phone.resident_id, x_line_retry_key="no key")[0] == 400


def test_a_push_to_who_blocks_is_accepted_and_never_arrives(simulator, phone):
    phone.block()

    assert push(simulator, phone.resident_id)[0] == 200
    phone.unblock()
    assert received(phone) == []
    assert simulator.get("/line/v2/bot/message/quota/consumption") == (200, {"totalUsage": 0})


def test_a_profile_is_hidden_while_the_resident_blocks(simulator, phone):
    path = f"/line/v2/bot/profile/{phone.resident_id}"

    assert simulator.get(path)[1]["displayName"] == "山田さん"
    phone.block()
    assert simulator.get(path) == (404, {"message": "Not found"})


def test_multicast_and_broadcast_reach_those_who_exist(simulator, phone, bot):
    other = Phone.add(simulator.url, "鈴木さん")
    bot.wait_for(2)
    to = [phone.resident_id, other.resident_id, NOBODY]

    assert simulator.post("/line/v2/bot/message/multicast", {"to": to, "messages": HELLO}) == (200, {})
    other.block()
    assert simulator.post("/line/v2/bot/message/broadcast", {"messages": HELLO}) == (200, {})
    assert [kind for kind, _ in received(phone)] == ["multicast", "broadcast"]
    assert [kind for kind, _ in received(other)] == ["multicast"]
    assert simulator.get("/line/v2/bot/message/quota/consumption") == (200, {"totalUsage": 3})


def test_the_monthly_limit_counts_persons_not_bubbles_and_no_replies(simulator, platform, phone, bot, wall):
    platform.monthly_limit = 2
    reply(simulator, bot.token)
    push(simulator, phone.resident_id, HELLO * 5)
    push(simulator, phone.resident_id)

    assert push(simulator, phone.resident_id) == (429, {"message": "You have reached your monthly limit."})
    assert simulator.get("/line/v2/bot/message/quota") == (200, {"type": "limited", "value": 2})
    wall.pass_by(days=30)
    assert push(simulator, phone.resident_id)[0] == 200


@pytest.mark.parametrize("header", ["", f"Bearer {TOKEN}x", TOKEN, "Bearer ü"])
def test_nobody_enters_without_the_token(simulator, header):
    status, answer = simulator.get("/line/v2/bot/info", authorization=header.encode().decode("latin-1"))

    assert (status, answer["message"][:22]) == (401, "Authentication failed.")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b"{", 400, id="no JSON"),
        pytest.param(b'{"to": NaN}', 400, id="no number"),
        pytest.param(b"[" * 100_000, 400, id="deep"),
        pytest.param(b'"\xff"', 400, id="no text"),
        pytest.param(b"[]", 400, id="no object"),
        pytest.param(b'{"to":"' + b"a" * (2 * 1024 * 1024) + b'"}', 413, id="above 2 MB"),
    ],
)
def test_bodies_that_cannot_be_read_are_refused(simulator, body, status):
    assert simulator.call("POST", "/line/v2/bot/message/push", body)[0] == status


def test_requests_have_ids_and_unknown_paths_are_not_found(simulator):
    assert simulator.get("/line/v2/bot/nothing") == (404, {"message": "Not found"})
    assert simulator.post("/line/v2/bot/info", {})[0] == 404
    assert simulator.post("/line/v2/bot/message/push", {}, content_type="text/plain")[0] == 415
    assert simulator.post("/line/v2/bot/message/validate/push", {"messages": HELLO}) == (200, {})
    assert simulator.post("/line/v2/bot/message/validate/reply", {"messages": []})[0] == 400


@pytest.mark.parametrize(
    ("mode", "status", "message"),
    [
        ("500", 500, "Internal Server Error"),
        ("429", 429, "The API rate limit has been exceeded. Try again later."),
        ("429quota", 429, "You have reached your monthly limit."),
    ],
)
def test_a_fault_shows_as_often_as_asked_and_sends_nothing(simulator, phone, mode, status, message):
    assert simulator.post("/faults", {"mode": mode, "count": 1})[0] == 201

    assert push(simulator, phone.resident_id, x_line_retry_key=KEY) == (status, {"message": message})
    assert received(phone) == []
    assert push(simulator, phone.resident_id, x_line_retry_key=KEY)[0] == 200


def test_a_dropped_answer_was_accepted(simulator, phone):
    simulator.post("/faults", {"mode": "drop_after_accept", "count": 1})

    with pytest.raises(Exception, match=r"closed|reset|Remote end"):
        push(simulator, phone.resident_id, x_line_retry_key=KEY)
    assert received(phone) == [("push", "こんにちは")]
    assert push(simulator, phone.resident_id, x_line_retry_key=KEY)[0] == 409


def test_a_held_request_sends_nothing(simulator, phone):
    simulator.post("/faults", {"mode": "timeout", "count": 1, "seconds": 1})
    start = time.monotonic()

    assert push(simulator, phone.resident_id)[0] == 500
    assert time.monotonic() - start >= 1
    assert received(phone) == []
    assert simulator.post("/faults", {"mode": "flood", "count": 1})[0] == 400


def at_once(count, call):
    """Return what ``call`` returned to ``count`` threads that called it together."""
    gate = threading.Barrier(count)

    def one(_):
        gate.wait()
        return call()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_of_many_replies_on_one_token_one_is_sent(simulator, phone, bot):
    statuses = at_once(6, lambda: reply(simulator, bot.token)[0])

    assert sorted(statuses) == [200, 400, 400, 400, 400, 400]
    assert received(phone) == [("reply", "こんにちは")]


def test_of_many_pushes_with_one_key_one_is_sent(simulator, phone):
    statuses = at_once(6, lambda: push(simulator, phone.resident_id, x_line_retry_key=KEY)[0])

    assert sorted(statuses) == [200, 409, 409, 409, 409, 409]
    assert received(phone) == [("push", "こんにちは")]


def test_two_processes_may_create_the_store_at_once(platform):
    with platform.engine.begin() as connection:
        connection.execute(text("SET LOCAL ROLE NONE; DROP SCHEMA simulator CASCADE"))

    assert at_once(4, platform.create_store) == [None] * 4

"""The SDK as we use it, against a platform that answers what a test tells it to."""

import time
import uuid

import pytest
from flask import Flask, Response, request

from backend.ports import MonthlyLimitError, PermanentError, ReplyTokenError, TemporaryError, UnknownUserError
from bot import messenger
from bot.messenger import LineMessenger
from tests.bot.simulator.conftest import serving
from tests.make import make_settings
from tests.patience import PATIENCE_S

KEY = uuid.UUID(int=7)
USER = "U" + "1" * 32
TEXT = {"type": "text", "text": "見本"}


class FakePlatform:
    """Answers every call with one status and body, and keeps what it was sent."""

    def __init__(self):
        self.status, self.body, self.slow_s = 200, "{}", 0.0
        self.calls = []
        self.app = Flask("platform")
        self.app.add_url_rule("/<path:path>", view_func=self.answer, methods=["POST"])

    def answer(self, path):
        self.calls.append((path, request.get_json(), dict(request.headers)))
        time.sleep(self.slow_s)
        headers = {"x-line-request-id": "r-1", "content-type": "application/json"}
        return Response(self.body, self.status, headers)


@pytest.fixture
def platform():
    made = FakePlatform()
    with serving(made.app) as url:
        made.url = url
        yield made


@pytest.fixture
def line(platform):
    settings = make_settings(LINE_API_BASE_URL=f"{platform.url}/base", LINE_CHANNEL_ACCESS_TOKEN="token-1")
    return LineMessenger(settings)


def test_a_reply_goes_to_the_base_address_with_the_token_and_without_a_retry_key(line, platform):
    line.reply("token", [TEXT])

    ((path, body, headers),) = platform.calls
    assert path == "base/v2/bot/message/reply"
    assert (body["replyToken"], body["messages"]) == ("token", [TEXT])
    assert headers["Authorization"] == "Bearer token-1"
    assert "X-Line-Retry-Key" not in headers


def test_a_push_names_the_person_and_carries_the_key_from_the_first_try(line, platform):
    line.push(USER, [TEXT], retry_key=KEY)

    ((path, body, headers),) = platform.calls
    assert path == "base/v2/bot/message/push"
    assert (body["to"], headers["X-Line-Retry-Key"]) == (USER, str(KEY))


@pytest.mark.parametrize(
    ("status", "said", "error"),
    [
        (500, "{}", TemporaryError),
        (503, "busy", TemporaryError),
        (401, "{}", TemporaryError),
        (429, '{"message": "The API rate limit has been exceeded."}', TemporaryError),
        (429, '{"message": "You have reached your monthly limit."}', MonthlyLimitError),
        (400, '{"message": "Failed to send messages"}', UnknownUserError),
        (400, '{"message": "The property, \'to\', in the request body is invalid"}', UnknownUserError),
        (400, '{"message": "Invalid reply token"}', ReplyTokenError),
        (400, '{"message": "A message (messages[0]) in the request body is invalid"}', PermanentError),
        (413, "{}", PermanentError),
    ],
)
def test_each_refusal_has_its_name(line, platform, status, said, error):
    platform.status, platform.body = status, said

    with pytest.raises(error) as caught:
        line.push(USER, [TEXT], retry_key=KEY)

    assert caught.type is error
    assert len(platform.calls) == 1
    assert "見本" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "said"), [(409, '{"message": "The retry key is already accepted"}'), (200, "no json")]
)
def test_what_was_taken_is_done(line, platform, status, said):
    platform.status, platform.body = status, said

    line.push(USER, [TEXT], retry_key=KEY)


def test_a_platform_that_does_not_answer_is_not_waited_for(line, platform, monkeypatch):
    monkeypatch.setattr(messenger, "TIMEOUT_S", 0.2)
    platform.slow_s = 0.6

    with pytest.raises(TemporaryError):
        line.reply("token", [TEXT])

    end_at = time.monotonic() + PATIENCE_S
    while not platform.calls and time.monotonic() < end_at:  # nobody waited for the platform to read the call either
        time.sleep(0.01)
    assert len(platform.calls) == 1


def test_a_platform_that_is_not_there_is_a_failure_for_now():
    line = LineMessenger(make_settings(LINE_API_BASE_URL="http://127.0.0.1:9"))

    with pytest.raises(TemporaryError):
        line.reply("token", [TEXT])


def test_what_is_no_message_is_never_tried(line, platform):
    with pytest.raises(PermanentError):
        line.reply("token", [{"type": "text"}])

    assert platform.calls == []

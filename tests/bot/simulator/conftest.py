"""A simulator on a real server, and a bot that hears its webhooks."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask, Response, request
from linebot.v3.messaging import ApiClient, Configuration, MessagingApi, MessagingApiBlob
from sqlalchemy import create_engine
from werkzeug.serving import make_server

from backend.texts import text
from bot.simulator import Host, Link, NamedPlace, Platform, create_blueprint
from bot.simulator.client import Phone
from bot.simulator.wire import Answer, send
from tests.patience import PATIENCE_S

SECRET = "channel secret"
TOKEN = "channel access token"
START = datetime(2026, 4, 3, 9, 0, tzinfo=UTC)


@dataclass
class Wall:
    """A clock that moves only when told."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **duration: float) -> None:
        self.now += timedelta(**duration)

    def move(self, step: str) -> datetime:
        self.pass_by(minutes={"plus_10_minutes": 10, "plus_1_hour": 60}.get(step, 0))
        return self.now


@dataclass
class Heard:
    """One webhook as it came in."""

    body: bytes
    signature: str

    @property
    def event(self) -> dict:
        return json.loads(self.body)["events"][0]


@dataclass
class Bot:
    """A bot that only writes down what it hears. ``answers`` are the statuses it gives first, then 200 for ever."""

    heard: list[Heard] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def hear(self) -> Response:
        self.heard.append(Heard(request.get_data(), request.headers["x-line-signature"]))
        return Response(status=self.answers.pop(0) if self.answers else 200)

    def wait_for(self, count: int) -> list[Heard]:
        """Return all that was heard, once it is ``count`` webhooks."""
        end_at = time.monotonic() + PATIENCE_S
        while len(self.heard) < count and time.monotonic() < end_at:
            time.sleep(0.01)
        assert len(self.heard) == count
        return self.heard

    @property
    def token(self) -> str:
        return self.heard[-1].event["replyToken"]


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def bot() -> Bot:
    return Bot()


@pytest.fixture
def bot_url(bot: Bot) -> Iterator[str]:
    app = Flask("bot")
    app.add_url_rule("/line/webhook", view_func=bot.hear, methods=["POST"])
    with serving(app) as url:
        yield f"{url}/line/webhook"


@pytest.fixture
def platform(database_url: str, bot_url: str, wall: Wall) -> Iterator[Platform]:
    engine = create_engine(database_url)
    made = Platform(engine, SECRET, TOKEN, bot_url, wall, account_name="みなみ号")
    made.create_store()
    yield made
    made.courier.stop()
    engine.dispose()


@dataclass
class Simulator:
    """A served simulator: its address, and requests to its API."""

    url: str

    def post(self, path: str, body: object, **headers: str) -> tuple[int, dict]:
        return self.call("POST", path, json.dumps(body).encode(), **headers)

    def get(self, path: str, **headers: str) -> tuple[int, dict]:
        return self.call("GET", path, None, **headers)

    def call(self, method: str, path: str, body: bytes | None, **headers: str) -> tuple[int, dict]:
        answer = self.send(method, path, body, **headers)
        return answer.status, json.loads(answer.body)

    def send(self, method: str, path: str, body: bytes | None, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        given = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json", **named}
        return send(method, f"{self.url}/sim{path}", body=body, headers=given, timeout_s=PATIENCE_S)


@pytest.fixture
def simulator(platform: Platform, wall: Wall) -> Iterator[Simulator]:
    @dataclass
    class Clock:
        wall: Wall

        def now(self) -> datetime:
            return self.wall.now

        def move(self, step: str) -> datetime:
            return self.wall.move(step)

    host = Host(
        clock=Clock(wall),
        places=lambda: [NamedPlace("真駒内駅", 42.9909, 141.3568), NamedPlace("定山渓温泉", 42.9665, 141.1667)],
        links=lambda: [Link("電話予約の窓口", "/admin/desk/", "ID: desk")],
    )
    app = Flask("simulator")
    app.jinja_env.globals["text"] = text
    app.register_blueprint(create_blueprint(platform, host=host))
    with serving(app) as url:
        yield Simulator(url)


@pytest.fixture
def phone(simulator: Simulator, bot: Bot) -> Phone:
    """The phone of a resident who made friends; the bot has heard of it."""
    made = Phone.add(simulator.url, "山田さん")
    bot.wait_for(1)
    return made


@pytest.fixture
def sdk(simulator: Simulator) -> Iterator[MessagingApi]:
    with ApiClient(Configuration(host=f"{simulator.url}/sim/line", access_token=TOKEN)) as client:
        yield MessagingApi(client)


@pytest.fixture
def sdk_blob(sdk: MessagingApi) -> MessagingApiBlob:
    return MessagingApiBlob(sdk.api_client)

"""A resident who taps what the bot shows, through the real webhook and the real jobs; LINE is the only fake."""

import base64
import dataclasses
import hashlib
import hmac
import itertools
import json
import re
from dataclasses import dataclass, field

from linebot.v3.messaging import ReplyMessageRequest
from sqlalchemy import select

from backend import world as worlds
from backend.app import create_app
from backend.clock import Clock, wall
from backend.db.models import Notification
from backend.db.session import transaction
from bot import jobs, pages, postback, webhook
from bot.simulator.message_schema import MESSAGES
from tests.fakes import FakeMessenger
from tests.make import jst

_numbers = itertools.count(1)
# Showing a rich menu speaks to the platform; it has tests of its own.
DONE_AT_ONCE = {"bot.jobs.handle_events": jobs.handle_events, "bot.jobs.send_notification": jobs.send_notification}
SECRET = "demo-channel-secret"


def sign(raw: bytes, secret: str = SECRET) -> str:
    """Return LINE's signature of a body."""
    return base64.b64encode(hmac.new(secret.encode(), raw, hashlib.sha256).digest()).decode()


def make_app(world):
    """Return the web application with the bot's doors."""
    app = create_app(world)
    app.register_blueprint(webhook.create_blueprint())
    app.register_blueprint(pages.create_blueprint())
    return app


def event(user_id: str, **values) -> dict:
    """Return a webhook event of one person."""
    number = next(_numbers)
    return {
        "type": "message",
        "webhookEventId": f"01EVENT{number:019d}",
        "deliveryContext": {"isRedelivery": False},
        "timestamp": int(wall().timestamp() * 1000) + number,
        "source": {"type": "user", "userId": user_id},
        "mode": "active",
        "replyToken": f"token-{number}",
        **values,
    }


def body(*events: dict) -> bytes:
    """Return the raw body of a webhook."""
    return json.dumps({"destination": "Ubot", "events": list(events)}, ensure_ascii=False).encode()


def actions(node) -> list[dict]:
    """Return every action in some messages, in the order in which they are read."""
    if isinstance(node, list):
        return [action for part in node for action in actions(part)]
    if not isinstance(node, dict):
        return []
    own = [node["action"]] if isinstance(node.get("action"), dict) else []
    return own + [action for key, part in node.items() if key != "action" for action in actions(part)]


def words(node) -> str:
    """Return every text in some messages."""
    if isinstance(node, list):
        return "\n".join(words(part) for part in node)
    if not isinstance(node, dict):
        return ""
    own = [str(node[key]) for key in ("text", "label", "altText", "title", "address") if isinstance(node.get(key), str)]
    return "\n".join([*own, *(words(part) for part in node.values() if isinstance(part, dict | list))])


def check_messages(messages) -> None:
    """Fail when LINE would not take the messages, or the SDK would quietly drop a part of them."""
    assert list(MESSAGES(list(messages), "messages")) == []
    request = ReplyMessageRequest.from_dict({"replyToken": "t", "messages": list(messages)})
    assert request.to_dict()["messages"] == list(messages)


@dataclass
class Resident:
    """Somebody with LINE in the hand. ``taps`` counts what they tapped."""

    world: object
    client: object
    user_id: str
    messenger: FakeMessenger
    taps: int = 0
    shown: list[dict] = field(default_factory=list)
    rider_id: int = 0

    def send(self, *events: dict) -> list[dict]:
        """Send events, have the rung jobs done, and return what was answered."""
        before = len(self.messenger.replies)
        raw = body(*events)
        answer = self.client.post("/line/webhook", data=raw, headers={"x-line-signature": sign(raw)})
        assert answer.status_code == 200
        work(self.world)
        answered = [message for _token, messages in self.messenger.replies[before:] for message in messages]
        for _token, messages in self.messenger.replies[before:]:
            check_messages(messages)
        self.shown = answered or self.shown
        return answered

    def say(self, text: str) -> list[dict]:
        """Type something."""
        return self.send(event(self.user_id, message={"type": "text", "id": str(next(_numbers)), "text": text}))

    def tap_data(self, data: str, **params) -> list[dict]:
        """Tap a button by its data."""
        self.taps += 1
        extra = {"params": params} if params else {}
        return self.send(event(self.user_id, type="postback", postback={"data": data, **extra}))

    def rich(self, verb: str) -> list[dict]:
        """Tap an area of the rich menu."""
        return self.tap_data(postback.encode(postback.Tap(verb)))

    def tap(self, label: str) -> list[dict]:
        """Tap the button with the label, else the first one whose label holds ``label``."""
        return self.tap_data(self.data_of(label))

    def data_of(self, label: str) -> str:
        """Return the data of the first button whose label holds ``label``."""
        found = [
            action["data"]
            for action in actions(self.shown)
            if action["type"] == "postback" and label in action["label"]
        ]
        same = [
            action["data"]
            for action in actions(self.shown)
            if action["type"] == "postback" and label == action["label"]
        ]
        assert found, f"no button {label!r} in: {self.labels()}"
        return (same or found)[0]

    def tap_verb(self, verb: str, *, nth: int = 0) -> list[dict]:
        """Tap the n-th button that does ``verb``."""
        found = [
            action["data"]
            for action in actions(self.shown)
            if action["type"] == "postback" and postback.parse(action["data"]).verb == verb
        ]
        assert found, f"no {verb} in: {self.labels()}"
        return self.tap_data(found[nth])

    def labels(self) -> list[str]:
        """Return the labels of everything that can be tapped."""
        return [action["label"] for action in actions(self.shown)]

    @property
    def read(self) -> str:
        """Return all words on the screen."""
        return words(self.shown)


def work(world) -> None:
    """Do everything that was rung for, as a worker would."""
    while world.bell.rung:
        job, ids = world.bell.rung.pop(0)
        if job in DONE_AT_ONCE:
            DONE_AT_ONCE[job](*ids)


def make_resident(world, *, user_id: str | None = None) -> Resident:
    """Return a resident with LINE, on an application of their own."""
    worlds.install(world)
    client = make_app(world).test_client()
    return Resident(world, client, user_id or f"U{next(_numbers):032x}", world.messenger)


def set_clock(resident: Resident, moment: str) -> None:
    """Move the service's clock to a moment in Japan."""
    resident.world = dataclasses.replace(resident.world, clock=Clock.starting_at(jst(moment)))
    worlds.install(resident.world)
    resident.client = make_app(resident.world).test_client()


def stop_clock(resident: Resident, moment: str) -> None:
    """Let the service's clock stand still at a moment in Japan, for what hangs on a second."""
    resident.world = dataclasses.replace(resident.world, clock=lambda: jst(moment))
    worlds.install(resident.world)
    resident.client = make_app(resident.world).test_client()


def form_path(resident: Resident, purpose: str) -> str:
    """Return the path of the one-time link to a form that is on the screen."""
    (link,) = {action["uri"] for action in actions(resident.shown) if f"/my/{purpose}/" in action.get("uri", "")}
    return link.removeprefix(resident.world.settings.public_url)


def send_form(resident: Resident, path: str, **fields: str):
    """Send a form as a browser does, with the token of its page; then the rung work is done."""
    page = resident.client.get(path).get_data(as_text=True)
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    answer = resident.client.post(path, data={"csrf_token": found[1] if found else "", **fields})
    work(resident.world)
    return answer


def take_pushes(resident: Resident) -> list[dict]:
    """Send everything that is owed, and show the resident the messages that came by push."""
    before = len(resident.messenger.pushes)
    with transaction(resident.world.engine) as session:
        owed = list(
            session.scalars(select(Notification.id).where(Notification.state == "owed").order_by(Notification.id))
        )
    for notification_id in owed:
        jobs.send_notification(notification_id)
    came = [messages for to, messages, _key in resident.messenger.pushes[before:] if to == resident.user_id]
    for messages in came:
        check_messages(messages)
    resident.shown = [message for messages in came for message in messages] or resident.shown
    return resident.shown if came else []

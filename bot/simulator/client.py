"""A resident's phone for programs: tests and the demonstration day hold the chat through it."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from bot.simulator.wire import send

TIMEOUT_S = 10.0
LOOK_EACH_S = 0.05


class PhoneError(Exception):
    """The phone can't do this: no such button, nothing came, the simulator said no."""


@dataclass(frozen=True, slots=True)
class Button:
    """Something that can be tapped: its label, its action, and the message whose quick reply it is (0 if none)."""

    label: str
    action: Mapping[str, object]
    quick_reply_of: int = 0


@dataclass(frozen=True, slots=True)
class Received:
    """One bubble in the chat. ``kind`` is reply, push, multicast or broadcast, and act for the resident's own."""

    id: int
    number: str
    sender: str
    kind: str
    message: Mapping[str, object]

    @property
    def text(self) -> str:
        """Return every word that stands in the bubble, one text a line."""
        return "\n".join(words(self.message))


@dataclass(slots=True)
class Phone:
    """One resident's phone at a simulator: ``Phone.add("http://127.0.0.1:8000", "山田さん")``."""

    base_url: str
    resident_id: str
    seen: int = field(default=0)

    @classmethod
    def add(cls, base_url: str, name: str) -> "Phone":
        """Add a resident, who makes friends with the account at once."""
        answer = call("POST", f"{base_url.rstrip('/')}/sim/api/residents", {"name": name})
        return cls(base_url.rstrip("/"), str(answer["id"]))

    def say(self, text: str) -> None:
        """Type a text."""
        self._act("say", {"text": text})

    def locate(self, latitude: float, longitude: float, *, title: str | None = None) -> None:
        """Send a place."""
        named = {"title": title} if title else {}
        self._act("locate", {"latitude": latitude, "longitude": longitude, **named})

    def sticker(self, package_id: str = "446", sticker_id: str = "1988") -> None:
        """Send a sticker."""
        self._act("sticker", {"packageId": package_id, "stickerId": sticker_id})

    def block(self) -> None:
        """Block the account."""
        self._act("block", {})

    def unblock(self) -> None:
        """Make friends again."""
        self._act("unblock", {})

    def unsend(self, number: str) -> None:
        """Withdraw an own message by its number."""
        self._act("unsend", {"number": number})

    def tap(self, label: str, *, chosen: str | None = None) -> str | None:
        """Tap the newest visible button with this label, and return the address it opens, if it does.

        ``chosen`` is the moment picked where the button opens a date-time picker.
        """
        buttons = self.buttons()
        found = next((button for button in buttons if button.label == label), None)
        if found is None:
            raise PhoneError(f"no button {label!r}; there are: {[button.label for button in buttons]}")
        return self.tap_button(found, chosen=chosen)

    def tap_button(self, button: Button, *, chosen: str | None = None) -> str | None:
        """Tap a button that was on the screen once: an old one stays in the chat and can be tapped again."""
        tapped: dict[str, object] = {"action": button.action}
        if chosen is not None:
            tapped["chosen"] = chosen
        if button.quick_reply_of:
            tapped["quickReplyOf"] = button.quick_reply_of
        opens = self._act("tap", tapped).get("opens")
        return None if opens is None else str(opens)

    def buttons(self) -> list[Button]:
        """Return what can be tapped now: quick replies, then the messages' buttons from the newest, then the menu."""
        state, everything = self._state(), self.messages()
        found = list(self._quick_replies(everything[-1], state)) if everything else []
        for each in reversed(everything):
            if each.sender == "account":
                found += [button_of(action) for action in actions_in(each.message)]
        return found + list(self._menu(state))

    def messages(self, *, since: int = 0) -> list[Received]:
        """Return the bubbles after the row ``since``, oldest first."""
        answer = call("GET", f"{self._url}/messages?since={since}")
        rows = answer["messages"]
        assert isinstance(rows, list)
        return [Received(row["id"], row["number"], row["from"], row["kind"], row["message"]) for row in rows]

    def wait_for_message(
        self, timeout: float = TIMEOUT_S, *, matching: Callable[[Received], bool] = lambda _: True
    ) -> Received:
        """Return the account's next message not returned before; raise when none comes within ``timeout`` seconds."""
        end_at = time.monotonic() + timeout
        while True:
            for each in self.messages(since=self.seen):
                self.seen = each.id
                if each.sender == "account" and matching(each):
                    return each
            if time.monotonic() >= end_at:
                raise PhoneError(f"no message came within {timeout:g} s")
            time.sleep(LOOK_EACH_S)

    @property
    def _url(self) -> str:
        return f"{self.base_url}/sim/api/residents/{quote(self.resident_id)}"

    def _act(self, act: str, body: Mapping[str, object]) -> dict[str, object]:
        return call("POST", f"{self._url}/{act}", body)

    def _state(self) -> Mapping[str, object]:
        residents = call("GET", f"{self.base_url}/sim/api/residents")["residents"]
        assert isinstance(residents, list)
        return next(each for each in residents if each["id"] == self.resident_id)

    def _quick_replies(self, newest: Received, state: Mapping[str, object]) -> Iterator[Button]:
        quick_reply = newest.message.get("quickReply")
        if isinstance(quick_reply, dict) and newest.sender == "account" and state["answered"] != newest.id:
            for item in quick_reply["items"]:
                yield Button(item["action"]["label"], item["action"], newest.id)

    def _menu(self, state: Mapping[str, object]) -> Iterator[Button]:
        if not state["menu"] or state["blocking"]:
            return
        areas = call("GET", f"{self.base_url}/sim/api/menus/{state['menu']}")["areas"]
        assert isinstance(areas, list)
        for area in areas:
            yield button_of(area["action"])


def call(method: str, url: str, body: Mapping[str, object] | None = None) -> dict[str, object]:
    """Return the simulator's JSON answer; raise `PhoneError` with its words when it says no."""
    content = None if body is None else json.dumps(body).encode()
    answer = send(method, url, body=content, headers={"content-type": "application/json"}, timeout_s=TIMEOUT_S)
    if not answer.is_accepted:
        raise PhoneError(f"{method} {url}: {answer.status} {answer.body.decode(errors='replace')[:500]}")
    parsed = json.loads(answer.body)
    assert isinstance(parsed, dict)
    return parsed


def button_of(action: Mapping[str, object]) -> Button:
    """Return an action as a button."""
    return Button(str(action.get("label", "")), action)


def actions_in(part: object) -> Iterator[Mapping[str, object]]:
    """Yield the actions of a message, top to bottom; quick replies are not among them."""
    if isinstance(part, list):
        for each in part:
            yield from actions_in(each)
    elif isinstance(part, dict):
        for name, value in part.items():
            if name in {"action", "defaultAction"}:
                yield value
            elif name == "actions":
                yield from value
            elif name != "quickReply":
                yield from actions_in(value)


def words(part: object) -> Iterator[str]:
    """Yield the texts of a message, top to bottom, with the labels of its buttons."""
    if isinstance(part, list):
        for each in part:
            yield from words(each)
    elif isinstance(part, dict):
        for name, value in part.items():
            if name in {"text", "title", "label", "address"} and isinstance(value, str) and value:
                yield value
            elif name not in {"quickReply", "data", "substitution"}:
                yield from words(value)

"""The rich menus, before and after registration, with and without a timetable: set up once, shown to one person.

Pictures cannot be replaced and only 100 menus an hour may be made: the alias of a menu carries a hash of everything
in it, so that nothing is made twice and a change makes a new one. The pictures are drawn by ``bot/pictures/draw.py``.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import urllib3
from linebot.v3.messaging import (
    ApiClient,
    ApiException,
    CreateRichMenuAliasRequest,
    MessagingApi,
    MessagingApiBlob,
    RichMenuRequest,
)

from backend.ports import TemporaryError
from backend.settings import Settings
from backend.texts import text
from bot.messenger import configuration_for
from bot.postback import Tap, encode

PICTURES = Path(__file__).parent / "pictures"
WIDTH, HEIGHT = 2500, 1686
HALF = HEIGHT // 2
TIMEOUT_S = 8.0
MARK = "noriai"
GUEST, MEMBER = "guest", "member"
# Where there is a timetable, nobody has to be a member to book it (T-18).
NEWCOMER, RIDER = "newcomer", "rider"
KINDS = {False: (GUEST, MEMBER), True: (NEWCOMER, RIDER)}
LOWER = (("bot-rich-guide", "guide"), ("bot-rich-help", "help"), ("bot-rich-call", "call"))
TIMETABLE = ("bot-rich-timetable", "timetable")

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Area:
    """One area of a menu: where it lies, what it says, what a tap on it does (``call`` dials)."""

    x: int
    y: int
    width: int
    height: int
    key: str
    verb: str


def kind_for(*, is_known: bool, has_timetable: bool) -> str:
    """Return the menu that fits a person: known already or not, in a town with a timetable or without."""
    return KINDS[has_timetable][is_known]


def areas(kind: str) -> list[Area]:
    """Return the areas of a menu: what one comes for above, the rest below."""
    book, bookings = ("bot-rich-book", "book"), ("bot-rich-bookings", "bookings")
    register = ("bot-rich-register", "register")
    upper = {GUEST: (register,), MEMBER: (book, bookings), NEWCOMER: (book, register), RIDER: (book, bookings)}[kind]
    lower = (TIMETABLE, *LOWER) if kind in KINDS[True] else LOWER
    return [*_row(upper, 0, HALF), *_row(lower, HALF, HEIGHT - HALF)]


def _row(words: Sequence[tuple[str, str]], y: int, height: int) -> list[Area]:
    """Return areas of one width beside each other."""
    width = WIDTH // len(words)
    return [Area(place * width, y, width, height, *each) for place, each in enumerate(words)]


def description(kind: str, *, phone: str) -> dict[str, object]:
    """Return a menu as the platform takes it."""
    return {
        "size": {"width": WIDTH, "height": HEIGHT},
        "selected": True,
        "name": f"{MARK} {kind}",
        "chatBarText": text("bot-rich-bar"),
        "areas": [_described(area, phone) for area in areas(kind)],
    }


def picture(kind: str) -> bytes:
    """Return the picture of a menu (PNG)."""
    return (PICTURES / f"{kind}.png").read_bytes()


def alias(kind: str, *, phone: str) -> str:
    """Return the name under which this very menu is found again: it changes with anything in the menu."""
    content = json.dumps(description(kind, phone=phone), sort_keys=True).encode() + picture(kind)
    return f"{MARK}-{kind}-{sha256(content).hexdigest()[:12]}"


class RichMenus:
    """The menus on the platform."""

    def __init__(self, settings: Settings) -> None:
        client = ApiClient(configuration_for(settings))
        self._api = MessagingApi(client)
        self._blob = MessagingApiBlob(client)

    def set_up(self, *, phone: str, has_timetable: bool = False) -> dict[str, str]:
        """Make what is missing, make the first menu everybody's, take old ones away; return the menus by kind."""
        first, second = KINDS[has_timetable]
        wanted = {kind: alias(kind, phone=phone) for kind in (first, second)}
        listed = self._ask(lambda: self._api.get_rich_menu_alias_list(_request_timeout=TIMEOUT_S))
        known = {each.rich_menu_alias_id: each.rich_menu_id for each in listed.aliases}
        menus = {kind: known.get(name) or self._make(kind, name, phone) for kind, name in wanted.items()}
        self._ask(lambda: self._api.set_default_rich_menu(menus[first], _request_timeout=TIMEOUT_S))
        self._tidy(known, keep=set(menus.values()))
        return menus

    def show(self, user_id: str, kind: str, *, phone: str) -> None:
        """Show one person the menu of a kind, setting the menus up if they are not there yet."""
        known = self._find(alias(kind, phone=phone))
        menu_id = known or self.set_up(phone=phone, has_timetable=kind in KINDS[True])[kind]
        self._ask(lambda: self._api.link_rich_menu_id_to_user(user_id, menu_id, _request_timeout=TIMEOUT_S))

    def _find(self, name: str) -> str | None:
        try:
            return str(self._api.get_rich_menu_alias(name, _request_timeout=TIMEOUT_S).rich_menu_id)
        except ApiException as error:
            if error.status in {400, 404}:
                return None
            raise TemporaryError(f"line answered {error.status}") from error
        except urllib3.exceptions.HTTPError as error:
            raise TemporaryError(type(error).__name__) from error

    def _make(self, kind: str, name: str, phone: str) -> str:
        """Make a menu, its picture, and last its alias: what broke off half way is never used."""
        request = RichMenuRequest.from_dict(description(kind, phone=phone))
        made = self._ask(lambda: self._api.create_rich_menu(request, _request_timeout=TIMEOUT_S))
        menu_id = str(made.rich_menu_id)
        self._ask(
            lambda: self._blob.set_rich_menu_image(
                menu_id, body=picture(kind), _headers={"Content-Type": "image/png"}, _request_timeout=TIMEOUT_S
            )
        )
        naming = CreateRichMenuAliasRequest(richMenuAliasId=name, richMenuId=menu_id)
        self._ask(lambda: self._api.create_rich_menu_alias(naming, _request_timeout=TIMEOUT_S))
        return menu_id

    def _tidy(self, known: dict[str, str], *, keep: set[str]) -> None:
        """Take away our menus of former times; who was shown one falls back to the first menu until the next tap."""
        for name, menu_id in known.items():
            if name.startswith(f"{MARK}-") and menu_id not in keep:
                self._ask(partial(self._api.delete_rich_menu_alias, name, _request_timeout=TIMEOUT_S))
        listed = self._ask(lambda: self._api.get_rich_menu_list(_request_timeout=TIMEOUT_S))
        for menu in listed.richmenus:
            if menu.name.startswith(f"{MARK} ") and menu.rich_menu_id not in keep:
                self._ask(partial(self._api.delete_rich_menu, menu.rich_menu_id, _request_timeout=TIMEOUT_S))

    def _ask(self, call: Callable[[], Answer]) -> Answer:
        try:
            return call()
        except ApiException as error:
            raise TemporaryError(f"line answered {error.status}") from error
        except urllib3.exceptions.HTTPError as error:
            raise TemporaryError(type(error).__name__) from error


def _described(area: Area, phone: str) -> dict[str, object]:
    label = text(area.key)
    if area.verb == "call":
        action: dict[str, object] = {"type": "uri", "label": label, "uri": f"tel:{phone.replace('-', '')}"}
    else:
        action = {"type": "postback", "label": label, "data": encode(Tap(area.verb)), "displayText": label}
    bounds = {"x": area.x, "y": area.y, "width": area.width, "height": area.height}
    return {"bounds": bounds, "action": action}

"""What a resident does in the chat, and the event the bot hears of it."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, update

from bot.simulator import chat, rich_menus, tables, webhooks
from bot.simulator.action_schema import ANY_ACTION, moment_problem
from bot.simulator.chat import Stamp
from bot.simulator.checks import LINK, graphemes, number, record, string
from bot.simulator.refused import NOT_FOUND, LineError, require

BLOCKING = "The resident blocks the account"
LARGEST_PHOTO = 2 * 1024 * 1024
NAME = record({"name": string(20, count=graphemes)})
SPOKEN = record({"text": string(5000)})
PLACE = record(
    {"latitude": number(-90, 90), "longitude": number(-180, 180)}, {"title": string(100), "address": string(100)}
)
STICKER = record({"packageId": string(20), "stickerId": string(20)}, {"keyword": string(20)})
TAP = record({"action": ANY_ACTION}, {"chosen": string(30), "quickReplyOf": number(1, 2**62, whole=True)})


@dataclass(frozen=True, slots=True)
class Act:
    """What came of an act: the event owed to the bot, if any, and what the phone does by itself."""

    resident_id: str
    webhook_id: str | None = None
    opens: str | None = None
    copies: str | None = None


def add_friend(connection: Connection, name: str, *, stamp: Stamp) -> Act:
    """Add a resident; the bot hears `follow`."""
    resident_id = chat.add_resident(connection, name, now=stamp.at)
    event = {"type": "follow", "follow": {"isUnblocked": False}}
    return Act(resident_id, webhooks.owe(connection, resident_id, event, now=stamp.at))


def say(connection: Connection, resident_id: str, spoken: object, *, stamp: Stamp) -> Act:
    """Send a text typed by the resident."""
    require(SPOKEN, spoken)
    assert isinstance(spoken, Mapping)
    return _message(connection, resident_id, {"type": "text", "text": spoken["text"]}, stamp=stamp)


def locate(connection: Connection, resident_id: str, place: object, *, stamp: Stamp) -> Act:
    """Send a place on the map."""
    require(PLACE, place)
    assert isinstance(place, Mapping)
    return _message(connection, resident_id, {"type": "location", **place}, stamp=stamp)


def send_sticker(connection: Connection, resident_id: str, sticker: object, *, stamp: Stamp) -> Act:
    """Send a sticker."""
    require(STICKER, sticker)
    assert isinstance(sticker, Mapping)
    keywords = [sticker["keyword"]] if sticker.get("keyword") else []
    body = {
        "type": "sticker",
        "packageId": sticker["packageId"],
        "stickerId": sticker["stickerId"],
        "stickerResourceType": "STATIC",
        "keywords": keywords,
    }
    return _message(connection, resident_id, body, stamp=stamp)


def send_photo(connection: Connection, resident_id: str, photo: bytes, *, content_type: str, stamp: Stamp) -> Act:
    """Send a photo, PNG or JPEG."""
    if content_type not in {"image/png", "image/jpeg"} or rich_menus.image_size(photo) is None:
        raise LineError(415, "A photo is a PNG or a JPEG")
    if len(photo) > LARGEST_PHOTO:
        raise LineError(413, "A photo must not be larger than 2 MB")
    body = {"type": "image", "contentProvider": {"type": "line"}}
    act, row = _message_and_row(connection, resident_id, body, stamp=stamp)
    chat.add_content(connection, row, photo, content_type=content_type)
    return act


def unsend(connection: Connection, resident_id: str, number: str, *, stamp: Stamp) -> Act:
    """Withdraw a message; the bot hears `unsend` and must forget it."""
    _reachable(connection, resident_id)
    row = chat.row_id(number)
    messages = tables.messages
    mine = update(messages).where(
        messages.c.id == row,
        messages.c.resident_id == resident_id,
        messages.c.sender == "resident",
        messages.c.is_unsent.is_(False),
    )
    if connection.execute(mine.values(is_unsent=True, body={})).rowcount == 0:
        raise LineError(404, NOT_FOUND)
    connection.execute(tables.contents.delete().where(tables.contents.c.message_id == row))
    event = {"type": "unsend", "unsend": {"messageId": number}}
    return Act(resident_id, webhooks.owe(connection, resident_id, event, now=stamp.at))


def block(connection: Connection, resident_id: str, *, stamp: Stamp) -> Act:
    """Block the account; the bot hears `unfollow`. Blocking twice is once."""
    if not _set_blocking(connection, resident_id, value=True):
        return Act(resident_id)
    return Act(resident_id, webhooks.owe(connection, resident_id, {"type": "unfollow"}, now=stamp.at))


def unblock(connection: Connection, resident_id: str, *, stamp: Stamp) -> Act:
    """Make friends again; the bot hears `follow`."""
    if not _set_blocking(connection, resident_id, value=False):
        return Act(resident_id)
    event = {"type": "follow", "follow": {"isUnblocked": True}}
    return Act(resident_id, webhooks.owe(connection, resident_id, event, now=stamp.at))


def tap(connection: Connection, resident_id: str, tapped: object, *, stamp: Stamp) -> Act:
    """Tap a button, an area of the rich menu or a quick reply.

    ``chosen`` is what the resident picked in a date-time picker, ``quickReplyOf`` the message whose quick reply it was.
    """
    require(TAP, tapped)
    assert isinstance(tapped, Mapping)
    _reachable(connection, resident_id)
    act = _perform(connection, resident_id, tapped, stamp=stamp)
    if tapped.get("quickReplyOf"):
        residents = tables.residents
        mine = update(residents).where(residents.c.id == resident_id)
        connection.execute(mine.values(answered_quick_reply=tapped["quickReplyOf"]))
    return act


def _perform(connection: Connection, resident_id: str, tapped: Mapping[str, object], *, stamp: Stamp) -> Act:
    action = tapped["action"]
    assert isinstance(action, Mapping)
    match action["type"]:
        case "message":
            return _message(connection, resident_id, {"type": "text", "text": action["text"]}, stamp=stamp)
        case "uri":
            require(LINK, action["uri"])
            return Act(resident_id, opens=action["uri"])
        case "clipboard":
            return Act(resident_id, copies=action["clipboardText"])
        case "postback":
            return _postback(connection, resident_id, action, stamp=stamp)
        case "datetimepicker":
            chosen = _chosen(action, tapped.get("chosen"))
            return _choice(connection, resident_id, action, params=chosen, stamp=stamp)
        case "richmenuswitch":
            switched = _switch(connection, resident_id, action["richMenuAliasId"])
            return _choice(connection, resident_id, action, params=switched, stamp=stamp)
        case _:
            raise LineError(400, "This action needs the resident: send a place or a photo")


def _postback(connection: Connection, resident_id: str, action: Mapping[str, str], *, stamp: Stamp) -> Act:
    """Show ``displayText`` as the resident's own bubble; without it a tap leaves no trace."""
    shown = action.get("displayText") or action.get("text")
    row = chat.add_act(connection, resident_id, {"type": "text", "text": shown}, stamp=stamp) if shown else None
    event = {"type": "postback", "postback": {"data": action["data"]}}
    return Act(resident_id, webhooks.owe(connection, resident_id, event, now=stamp.at, message_row=row))


def _choice(
    connection: Connection,
    resident_id: str,
    action: Mapping[str, str],
    *,
    params: Mapping[str, str],
    stamp: Stamp,
) -> Act:
    """Owe a postback that tells what was chosen; it leaves no bubble."""
    event = {"type": "postback", "postback": {"data": action["data"], "params": dict(params)}}
    return Act(resident_id, webhooks.owe(connection, resident_id, event, now=stamp.at))


def _chosen(action: Mapping[str, str], chosen: object) -> dict[str, str]:
    """Return what a picker sends: no step, no time zone, only within its bounds."""
    mode = action["mode"]
    if not isinstance(chosen, str) or moment_problem(chosen, mode):
        raise LineError(400, f"Choose a {mode}")
    if not str(action.get("min", "")) <= chosen <= str(action.get("max", "~")):
        raise LineError(400, "The picker does not offer this")
    return {mode: chosen}


def _switch(connection: Connection, resident_id: str, alias: str) -> dict[str, str]:
    """Show the menu an alias means, and return what the bot hears of it."""
    try:
        rich_menus.link(connection, resident_id, rich_menus.get_alias(connection, alias))
    except LineError:
        return {"newRichMenuAliasId": alias, "status": "RICHMENU_ALIAS_ID_NOTFOUND"}
    return {"newRichMenuAliasId": alias, "status": "SUCCESS"}


def _message(connection: Connection, resident_id: str, body: Mapping[str, object], *, stamp: Stamp) -> Act:
    return _message_and_row(connection, resident_id, body, stamp=stamp)[0]


def _message_and_row(
    connection: Connection, resident_id: str, body: Mapping[str, object], *, stamp: Stamp
) -> tuple[Act, int]:
    _reachable(connection, resident_id)
    row = chat.add_act(connection, resident_id, body, stamp=stamp)
    message = {"id": chat.message_number(row), **body, "markAsReadToken": secrets.token_hex(16)}
    if body["type"] in {"text", "sticker", "image"}:
        message["quoteToken"] = secrets.token_hex(16)
    event = {"type": "message", "message": message}
    return Act(resident_id, webhooks.owe(connection, resident_id, event, now=stamp.at, message_row=row)), row


def _reachable(connection: Connection, resident_id: str) -> None:
    if chat.get_resident(connection, resident_id).is_blocking:
        raise LineError(409, BLOCKING)


def _set_blocking(connection: Connection, resident_id: str, *, value: bool) -> bool:
    """Set whether a resident blocks the account, and tell whether that changed anything."""
    chat.get_resident(connection, resident_id)
    residents = tables.residents
    mine = update(residents).where(residents.c.id == resident_id, residents.c.is_blocking.is_not(value))
    return connection.execute(mine.values(is_blocking=value, loading_until=None)).rowcount == 1


def clean_name(name: object) -> str:
    """Return a new resident's name; 400 for none or a long one."""
    require(NAME, {"name": name.strip() if isinstance(name, str) else name})
    return str(name).strip()

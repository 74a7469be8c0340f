"""What message objects and sending requests may hold (line.md sections 2 and 3)."""

import re
from collections.abc import Iterator, Mapping

from bot.simulator.action_schema import (
    IMAGE_CAROUSEL_ACTION,
    QUICK_REPLY_ACTION,
    TEMPLATE_ACTION,
    TEMPLATE_DEFAULT_ACTION,
)
from bot.simulator.checks import (
    COLOR,
    HTTPS,
    Check,
    Problem,
    array,
    boolean,
    choice,
    every,
    graphemes,
    join,
    kinds,
    number,
    pattern,
    record,
    string,
)
from bot.simulator.flex_schema import FLEX_CONTAINER

MOST_MESSAGES = 5
MOST_RECEIVERS = 500
LONGEST_TEXT = 5000
LONGEST_ALT_TEXT = 1500
MOST_SUBSTITUTIONS = 100
MOST_EMOJI = 20
TEXT_BESIDE_TITLE = 60

SENDER_NAME = string(20, count=graphemes)


def _sender_rules(value: object, path: str) -> Iterator[Problem]:
    name = value.get("name") if isinstance(value, dict) else None
    if isinstance(name, str) and "line" in name.lower():
        yield Problem(join(path, "name"), "Must not contain LINE")


QUICK_REPLY = record(
    {"items": array(kinds({"action": record({"action": QUICK_REPLY_ACTION}, {"imageUrl": HTTPS})}), 1, 13)}
)
COMMON: Mapping[str, Check] = {
    "quickReply": QUICK_REPLY,
    "sender": every(record({}, {"name": SENDER_NAME, "iconUrl": HTTPS}), _sender_rules),
}
EMOJI = record({"index": number(0, LONGEST_TEXT, whole=True), "productId": string(100), "emojiId": string(100)})


def _emoji_stand_on_dollars(value: object, path: str) -> Iterator[Problem]:
    if not isinstance(value, dict) or not isinstance(value.get("emojis"), list):
        return
    units = str(value.get("text", "")).encode("utf-16-le", "surrogatepass")
    for index, emoji in enumerate(value["emojis"]):
        at = emoji.get("index") if isinstance(emoji, dict) else None
        if isinstance(at, int) and units[2 * at : 2 * at + 2] != b"$\0":
            yield Problem(f"{join(path, 'emojis')}[{index}].index", "There must be a $ at this place of the text")


TEXT = every(
    record(
        {"text": string(LONGEST_TEXT)},
        {**COMMON, "emojis": array(EMOJI, 0, MOST_EMOJI), "quoteToken": string(500)},
    ),
    _emoji_stand_on_dollars,
)
SUBSTITUTE = kinds(
    {
        "emoji": record({"productId": string(100), "emojiId": string(100)}),
        # Mentions work in groups only, which the simulator has none of.
    }
)


def _substitution(value: object, path: str) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield Problem(path, "Must be an object")
        return
    if len(value) > MOST_SUBSTITUTIONS:
        yield Problem(path, f"Size must be between 0 and {MOST_SUBSTITUTIONS}")
    for key, part in value.items():
        if not re.fullmatch(r"\w{1,20}", key, re.ASCII):
            yield Problem(join(path, key), "Invalid key")
        yield from SUBSTITUTE(part, join(path, key))


def _placeholders(value: object, path: str) -> Iterator[Problem]:
    """Check that each ``{key}`` of a textV2 has its substitution; ``{{`` and ``}}`` are braces."""
    if not isinstance(value, dict) or not isinstance(value.get("text"), str):
        return
    substitution = value.get("substitution") or {}
    bare = value["text"].replace("{{", "").replace("}}", "")
    for key in re.findall(r"\{([^{}]*)\}", bare):
        if not isinstance(substitution, dict) or key not in substitution:
            yield Problem(join(path, "text"), f"No substitution for {{{key}}}")
    if re.search(r"[{}]", re.sub(r"\{[^{}]*\}", "", bare)):
        yield Problem(join(path, "text"), "Braces must be doubled")


TEXT_V2 = every(
    record(
        {"text": string(LONGEST_TEXT)},
        {**COMMON, "substitution": _substitution, "quoteToken": string(500)},
    ),
    _placeholders,
)


def _buttons_text(value: object, path: str) -> Iterator[Problem]:
    if not isinstance(value, dict) or not isinstance(value.get("text"), str):
        return
    has_more = value.get("title") is not None or value.get("thumbnailImageUrl") is not None
    if has_more and graphemes(value["text"]) > TEXT_BESIDE_TITLE:
        yield Problem(join(path, "text"), f"Length must be between 1 and {TEXT_BESIDE_TITLE}")


def _alike_columns(value: object, path: str) -> Iterator[Problem]:
    columns = value.get("columns") if isinstance(value, dict) else None
    if not isinstance(columns, list):
        return
    full = [column for column in columns if isinstance(column, dict)]
    for name in ("title", "thumbnailImageUrl"):
        if len({column.get(name) is not None for column in full}) > 1:
            yield Problem(join(path, "columns"), f"All columns or none must have {name}")
    if len({len(column["actions"]) for column in full if isinstance(column.get("actions"), list)}) > 1:
        yield Problem(join(path, "columns"), "All columns must have the same number of actions")


PICTURE: Mapping[str, Check] = {"thumbnailImageUrl": HTTPS, "imageBackgroundColor": COLOR}
PICTURE_FORM: Mapping[str, Check] = {
    "imageAspectRatio": choice("rectangle", "square"),
    "imageSize": choice("cover", "contain"),
}
TITLE = string(40, count=graphemes)
COLUMN = every(
    record(
        {"text": string(120, count=graphemes), "actions": array(TEMPLATE_ACTION, 1, 3)},
        {**PICTURE, "title": TITLE, "defaultAction": TEMPLATE_DEFAULT_ACTION},
    ),
    _buttons_text,
)
TEMPLATE = kinds(
    {
        "buttons": every(
            record(
                {"text": string(160, count=graphemes), "actions": array(TEMPLATE_ACTION, 1, 4)},
                {**PICTURE, **PICTURE_FORM, "title": TITLE, "defaultAction": TEMPLATE_DEFAULT_ACTION},
            ),
            _buttons_text,
        ),
        "confirm": record({"text": string(240, count=graphemes), "actions": array(TEMPLATE_ACTION, 2, 2)}),
        "carousel": every(record({"columns": array(COLUMN, 1, 10)}, PICTURE_FORM), _alike_columns),
        "image_carousel": record(
            {"columns": array(record({"imageUrl": HTTPS, "action": IMAGE_CAROUSEL_ACTION}), 1, 10)}
        ),
    }
)
ALT_TEXT = string(LONGEST_ALT_TEXT)
DIGITS = pattern(r"\d+", "Must be digits", longest=20)
MESSAGE = kinds(
    {
        "text": TEXT,
        "textV2": TEXT_V2,
        "sticker": record({"packageId": DIGITS, "stickerId": DIGITS}, {**COMMON, "quoteToken": string(500)}),
        "image": record({"originalContentUrl": HTTPS, "previewImageUrl": HTTPS}, COMMON),
        "video": record({"originalContentUrl": HTTPS, "previewImageUrl": HTTPS}, {**COMMON, "trackingId": string(100)}),
        "audio": record({"originalContentUrl": HTTPS, "duration": number(1, 86_400_000)}, COMMON),
        "location": record(
            {
                "title": string(100),
                "address": string(100),
                "latitude": number(-90, 90),
                "longitude": number(-180, 180),
            },
            COMMON,
        ),
        "template": record({"altText": ALT_TEXT, "template": TEMPLATE}, COMMON),
        "flex": record({"altText": ALT_TEXT, "contents": FLEX_CONTAINER}, COMMON),
    }
)
MESSAGES = array(MESSAGE, 1, MOST_MESSAGES)
RECEIVER = pattern(r"U[0-9a-f]{32}", "Invalid user ID", longest=100)
UNITS = array(pattern(r"[A-Za-z0-9_]+", "Invalid unit name", longest=30), 0, 1)
QUIET: Mapping[str, Check] = {"notificationDisabled": boolean}
REQUESTS: Mapping[str, Check] = {
    "reply": record({"replyToken": string(500), "messages": MESSAGES}, QUIET),
    "push": record({"to": RECEIVER, "messages": MESSAGES}, {**QUIET, "customAggregationUnits": UNITS}),
    "multicast": record(
        {"to": array(RECEIVER, 1, MOST_RECEIVERS), "messages": MESSAGES},
        {**QUIET, "customAggregationUnits": UNITS},
    ),
    "broadcast": record({"messages": MESSAGES}, QUIET),
}
VALIDATE = record({"messages": MESSAGES})

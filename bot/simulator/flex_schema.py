"""What a Flex message may hold: components, where they may stand, and how large it may be (line.md section 3)."""

import json
from collections.abc import Iterator

from bot.simulator.action_schema import FLEX_ACTION, FLEX_BUTTON_ACTION
from bot.simulator.checks import (
    COLOR,
    EMPTY,
    HTTPS,
    Check,
    Problem,
    array,
    boolean,
    choice,
    every,
    join,
    kinds,
    later,
    number,
    pattern,
    record,
    string,
)

BUBBLE_BYTES = 30 * 1024
CAROUSEL_BYTES = 50 * 1024
MOST_BUBBLES = 12
DEEPEST = 30  # the platform states no limit; ours keeps a hostile message from filling the stack
MOST_CONTENTS = 200

PIXELS = r"\d{1,5}(\.\d{1,5})?px"
PERCENT = r"\d{1,3}(\.\d{1,5})?%"


def _length(*keywords: str, percent: bool = False) -> Check:
    parts = [PIXELS, *keywords, *([PERCENT] if percent else [])]
    return pattern("|".join(parts), "Invalid size", longest=20)


SPACE = _length("none", "xs", "sm", "md", "lg", "xl", "xxl")
OFFSET = _length("none", "xs", "sm", "md", "lg", "xl", "xxl", percent=True)
EXTENT = _length(percent=True)
TEXT_SIZE = _length("xxs", "xs", "sm", "md", "lg", "xl", "xxl", "3xl", "4xl", "5xl")
IMAGE_SIZE = _length("xxs", "xs", "sm", "md", "lg", "xl", "xxl", "3xl", "4xl", "5xl", "full", percent=True)
CORNER = SPACE
BORDER = _length("none", "light", "normal", "medium", "semi-bold", "bold")
RATIO = pattern(r"\d{1,5}(\.\d{1,5})?:\d{1,5}(\.\d{1,5})?", "Invalid aspect ratio", longest=30)
FLEX = number(0, 1000)
ALIGN = choice("start", "end", "center")
GRAVITY = choice("top", "bottom", "center")
WEIGHT = choice("regular", "bold")
STYLE = choice("normal", "italic")
DECORATION = choice("none", "underline", "line-through")
ADJUST = choice("shrink-to-fit")

PLACED: dict[str, Check] = {
    "margin": SPACE,
    "position": choice("relative", "absolute"),
    "offsetTop": OFFSET,
    "offsetBottom": OFFSET,
    "offsetStart": OFFSET,
    "offsetEnd": OFFSET,
}
FLEXIBLE: dict[str, Check] = {"flex": FLEX, **PLACED}

SPAN = kinds(
    {
        "span": record(
            {"text": string(5000, shortest=0)},
            {"color": COLOR, "size": TEXT_SIZE, "weight": WEIGHT, "style": STYLE, "decoration": DECORATION},
        )
    }
)


def _text_has_words(value: object, path: str) -> Iterator[Problem]:
    if isinstance(value, dict) and not value.get("text") and not value.get("contents"):
        yield Problem(join(path, "text"), EMPTY)


TEXT = every(
    record(
        {},
        {
            **FLEXIBLE,
            "text": string(5000),
            "contents": array(SPAN, 1, MOST_CONTENTS),
            "adjustMode": ADJUST,
            "size": TEXT_SIZE,
            "scaling": boolean,
            "align": ALIGN,
            "gravity": GRAVITY,
            "wrap": boolean,
            "lineSpacing": _length(),
            "maxLines": number(0, 1000, whole=True),
            "weight": WEIGHT,
            "color": COLOR,
            "style": STYLE,
            "decoration": DECORATION,
            "action": FLEX_ACTION,
        },
    ),
    _text_has_words,
)
BUTTON = record(
    {"action": FLEX_BUTTON_ACTION},
    {
        **FLEXIBLE,
        "height": choice("sm", "md"),
        "style": choice("link", "primary", "secondary"),
        "color": COLOR,
        "gravity": GRAVITY,
        "adjustMode": ADJUST,
        "scaling": boolean,
    },
)
IMAGE = record(
    {"url": HTTPS},
    {
        **FLEXIBLE,
        "align": ALIGN,
        "gravity": GRAVITY,
        "size": IMAGE_SIZE,
        "aspectRatio": RATIO,
        "aspectMode": choice("cover", "fit"),
        "backgroundColor": COLOR,
        "action": FLEX_ACTION,
        "animated": boolean,
    },
)
ICON = record({"url": HTTPS}, {**PLACED, "size": TEXT_SIZE, "scaling": boolean, "aspectRatio": RATIO})
SEPARATOR = record({}, {"margin": SPACE, "color": COLOR})
FILLER = record({}, {"flex": FLEX})
SPACER = record({}, {"size": choice("xs", "sm", "md", "lg", "xl", "xxl")})
GRADIENT = kinds(
    {
        "linearGradient": record(
            {"angle": pattern(r"\d{1,3}(\.\d+)?deg", "Invalid angle"), "startColor": COLOR, "endColor": COLOR},
            {"centerColor": COLOR, "centerPosition": pattern(PERCENT, "Invalid position")},
        )
    }
)
BOX_OPTIONS: dict[str, Check] = {
    **FLEXIBLE,
    "backgroundColor": COLOR,
    "borderColor": COLOR,
    "borderWidth": BORDER,
    "cornerRadius": CORNER,
    "width": EXTENT,
    "maxWidth": EXTENT,
    "height": EXTENT,
    "maxHeight": EXTENT,
    "spacing": SPACE,
    "paddingAll": OFFSET,
    "paddingTop": OFFSET,
    "paddingBottom": OFFSET,
    "paddingStart": OFFSET,
    "paddingEnd": OFFSET,
    "action": FLEX_ACTION,
    "justifyContent": choice("center", "flex-start", "flex-end", "space-between", "space-around", "space-evenly"),
    "alignItems": choice("center", "flex-start", "flex-end"),
    "background": GRADIENT,
}


def _box_of(contents: Check) -> Check:
    return record({"contents": array(contents, 0, MOST_CONTENTS)}, BOX_OPTIONS)


def _depth(value: object, path: str) -> Iterator[Problem]:
    if path.count("contents[") > DEEPEST:
        yield Problem(path, f"Boxes may be nested {DEEPEST} deep")
    else:
        yield from BOX_KINDS(value, path)


BOX = later(lambda: _depth)
IN_BASELINE = kinds({"icon": ICON, "text": TEXT, "filler": FILLER, "spacer": SPACER})
IN_BOX = kinds(
    {
        "box": BOX,
        "button": BUTTON,
        "image": IMAGE,
        "text": TEXT,
        "separator": SEPARATOR,
        "filler": FILLER,
        "spacer": SPACER,
    }
)
BOX_KINDS = kinds(
    {"horizontal": _box_of(IN_BOX), "vertical": _box_of(IN_BOX), "baseline": _box_of(IN_BASELINE)}, tag="layout"
)
VIDEO = record(
    {"url": HTTPS, "previewUrl": HTTPS, "altContent": kinds({"box": BOX, "image": IMAGE})},
    {"aspectRatio": RATIO, "action": FLEX_ACTION},
)
ONLY_BOX = kinds({"box": BOX})
BLOCK = record({}, {"backgroundColor": COLOR, "separator": boolean, "separatorColor": COLOR})


def _bubble_has_a_block(value: object, path: str) -> Iterator[Problem]:
    if isinstance(value, dict) and not any(value.get(name) for name in ("header", "hero", "body", "footer")):
        yield Problem(path, "At least one block must be specified")


def _at_most(limit: int) -> Check:
    def check(value: object, path: str) -> Iterator[Problem]:
        size = len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))
        if size > limit:
            yield Problem(path, f"Must not be larger than {limit // 1024} KB")

    return check


BUBBLE = every(
    record(
        {},
        {
            "size": choice("nano", "micro", "deca", "hecto", "kilo", "mega", "giga"),
            "direction": choice("ltr", "rtl"),
            "header": ONLY_BOX,
            "hero": kinds({"box": BOX, "image": IMAGE, "video": VIDEO}),
            "body": ONLY_BOX,
            "footer": ONLY_BOX,
            "styles": record({}, {"header": BLOCK, "hero": BLOCK, "body": BLOCK, "footer": BLOCK}),
            "action": FLEX_ACTION,
        },
    ),
    _bubble_has_a_block,
    _at_most(BUBBLE_BYTES),
)


def _one_size(value: object, path: str) -> Iterator[Problem]:
    bubbles = value.get("contents") if isinstance(value, dict) else None
    if not isinstance(bubbles, list):
        return
    sizes = {str(bubble.get("size", "mega")) for bubble in bubbles if isinstance(bubble, dict)}
    if len(sizes) > 1:
        yield Problem(join(path, "contents"), "Bubbles of a carousel must have one size")
    if any(isinstance(bubble, dict) and (bubble.get("hero") or {}).get("type") == "video" for bubble in bubbles):
        yield Problem(join(path, "contents"), "A video can't stand in a carousel")


CAROUSEL = every(
    record({"contents": array(kinds({"bubble": BUBBLE}), 1, MOST_BUBBLES)}), _one_size, _at_most(CAROUSEL_BYTES)
)
FLEX_CONTAINER = kinds({"bubble": BUBBLE, "carousel": CAROUSEL})

"""What an action may hold, by the place it stands in (line.md section 3)."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time

from bot.simulator.checks import (
    LINK,
    Check,
    Problem,
    choice,
    every,
    graphemes,
    join,
    kinds,
    label,
    pattern,
    record,
    string,
)

DATA = string(300)
INPUT_OPTIONS = ("closeRichMenu", "openRichMenu", "openKeyboard", "openVoice")
FORMS = {"date": r"\d{4}-\d\d-\d\d", "time": r"\d\d:\d\d", "datetime": r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d"}
PARSERS = {"date": date.fromisoformat, "time": time.fromisoformat, "datetime": datetime.fromisoformat}
ALIAS = pattern(r"[a-z0-9_-]{1,32}", "Invalid rich menu alias ID", longest=32)


def moment_problem(value: object, mode: object) -> str | None:
    """Return why ``value`` is no date, time or moment of the picker's ``mode``, or None."""
    if not isinstance(mode, str) or mode not in FORMS or not isinstance(value, str):
        return "Invalid format"
    if not re.fullmatch(FORMS[mode], value):
        return "Invalid format"
    try:
        PARSERS[mode](value.upper())
    except ValueError:
        return "Invalid date or time"
    return None


def _picker_rules(value: object, path: str) -> Iterator[Problem]:
    """Check that the picker's moments have its mode's form and lie in order."""
    if not isinstance(value, dict):
        return
    given = {name: value[name] for name in ("initial", "min", "max") if value.get(name) is not None}
    wrong = {name: moment_problem(part, value.get("mode")) for name, part in given.items()}
    yield from (Problem(join(path, name), message) for name, message in wrong.items() if message)
    if any(wrong.values()):
        return
    if {"min", "max"} <= set(given) and str(given["min"]) >= str(given["max"]):
        yield Problem(join(path, "max"), "Must be later than min")
    first, last = str(given.get("min", "")), str(given.get("max", "~"))
    if "initial" in given and not first <= str(given["initial"]) <= last:
        yield Problem(join(path, "initial"), "Must be between min and max")


def _postback_rules(value: object, path: str) -> Iterator[Problem]:
    if not isinstance(value, dict):
        return
    if value.get("displayText") is not None and value.get("text") is not None:
        yield Problem(join(path, "text"), "displayText and text can't be used together")
    if value.get("fillInText") is not None and value.get("inputOption") != "openKeyboard":
        yield Problem(join(path, "fillInText"), "Needs inputOption openKeyboard")


MOMENT = string(30)
SHAPES: Mapping[str, tuple[dict[str, Check], dict[str, Check]]] = {
    "postback": (
        {"data": DATA},
        {
            "displayText": string(300, count=graphemes),
            "text": string(300, count=graphemes),
            "inputOption": choice(*INPUT_OPTIONS),
            "fillInText": string(300),
        },
    ),
    "message": ({"text": string(300, count=graphemes)}, {}),
    "uri": ({"uri": LINK}, {"altUri": record({"desktop": LINK})}),
    "datetimepicker": (
        {"data": DATA, "mode": choice("date", "time", "datetime")},
        {"initial": MOMENT, "min": MOMENT, "max": MOMENT},
    ),
    "clipboard": ({"clipboardText": string(1000)}, {}),
    "richmenuswitch": ({"richMenuAliasId": ALIAS, "data": DATA}, {}),
    "camera": ({}, {}),
    "cameraRoll": ({}, {}),
    "location": ({}, {}),
}
RULES: Mapping[str, Check] = {"postback": _postback_rules, "datetimepicker": _picker_rules}
EVERYWHERE = ("postback", "message", "uri", "datetimepicker", "clipboard")
QUICK_REPLY_ONLY = ("camera", "cameraRoll", "location")


def _actions(allowed: tuple[str, ...], *, longest_label: int, needs_label: bool) -> Check:
    table: dict[str, Check] = {}
    for kind in allowed:
        required, optional = SHAPES[kind]
        named = {"label": label(longest_label)}
        shape = record({**named, **required}, optional) if needs_label else record(required, {**named, **optional})
        table[kind] = every(shape, RULES[kind]) if kind in RULES else shape
    return kinds(table)


QUICK_REPLY_ACTION = _actions(EVERYWHERE + QUICK_REPLY_ONLY, longest_label=20, needs_label=True)
TEMPLATE_ACTION = _actions(EVERYWHERE, longest_label=20, needs_label=True)
TEMPLATE_DEFAULT_ACTION = _actions(EVERYWHERE, longest_label=20, needs_label=False)
IMAGE_CAROUSEL_ACTION = _actions(EVERYWHERE, longest_label=12, needs_label=False)
FLEX_BUTTON_ACTION = _actions(EVERYWHERE, longest_label=40, needs_label=True)
FLEX_ACTION = _actions(EVERYWHERE, longest_label=40, needs_label=False)
RICH_MENU_ACTION = _actions((*EVERYWHERE, "richmenuswitch"), longest_label=20, needs_label=False)
ANY_ACTION = _actions(tuple(SHAPES), longest_label=40, needs_label=False)

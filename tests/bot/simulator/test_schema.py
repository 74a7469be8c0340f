"""Every limit of the platform, at its edge: the last value that passes and the first that does not."""

import pytest

from bot.simulator.action_schema import FLEX_ACTION, QUICK_REPLY_ACTION, RICH_MENU_ACTION, TEMPLATE_ACTION
from bot.simulator.checks import graphemes, utf16_units
from bot.simulator.message_schema import MESSAGES, REQUESTS
from bot.simulator.refused import LineError, require
from bot.simulator.rich_menus import RICH_MENU

FAMILY = "👨\u200d👩\u200d👧"
HTTPS = "https://example.jp/a.png"
SAY = {"type": "message", "label": "はい", "text": "はい"}
PICK = {"type": "datetimepicker", "label": "日", "data": "d", "mode": "date"}


def places(check, value, path=""):
    return [problem.property for problem in check(value, path)]


@pytest.mark.parametrize(
    ("word", "units", "seen"),
    [
        pytest.param("のる", 2, 2, id="kana"),
        pytest.param("𠮷野", 3, 2, id="a kanji of two units"),
        pytest.param(FAMILY, 8, 1, id="a joined emoji"),
        pytest.param("👍🏽", 4, 1, id="a skin tone"),
        pytest.param("🇯🇵🇯🇵", 8, 2, id="two flags"),
        pytest.param("か\u3099", 2, 1, id="a combining mark"),
        pytest.param("\r\n", 2, 1, id="a line end"),
        pytest.param("", 0, 0, id="nothing"),
    ],
)
def test_lengths_are_counted_as_the_platform_counts(word, units, seen):
    assert (utf16_units(word), graphemes(word)) == (units, seen)


def text(words, **more):
    return {"type": "text", "text": words, **more}


def quick(count, **action):
    return text("q", quickReply={"items": [{"type": "action", "action": {**SAY, **action}}] * count})


def buttons(**more):
    return template({"type": "buttons", "text": "どれ", "actions": [SAY], **more})


def template(part, alt="どれ"):
    return {"type": "template", "altText": alt, "template": part}


def carousel(columns):
    return template({"type": "carousel", "columns": columns})


def column(**more):
    return {"text": "a", "actions": [SAY], **more}


EMOJI = {"type": "emoji", "productId": "p", "emojiId": "1"}


def emoji_text(substitution):
    return {"type": "textV2", "text": "{e}", "substitution": substitution}


def location(**more):
    return {"type": "location", "title": "駅", "address": "南区", "latitude": 43, "longitude": 141, **more}


@pytest.mark.parametrize(
    ("message", "wrong"),
    [
        pytest.param(text("あ" * 5000), [], id="longest text"),
        pytest.param(text("あ" * 5001), ["[0].text"], id="text too long"),
        pytest.param(text("𠮷" * 2501), ["[0].text"], id="text too long in units"),
        pytest.param(text(""), ["[0].text"], id="empty text"),
        pytest.param(text("\0"), ["[0].text"], id="no character"),
        pytest.param({"type": "text"}, ["[0].text"], id="no text"),
        pytest.param(text("a", colour="red"), ["[0].colour"], id="unknown property"),
        pytest.param({"type": "txt", "text": "a"}, ["[0].type"], id="unknown type"),
        pytest.param({"text": "a"}, ["[0].type"], id="no type"),
        pytest.param("text", ["[0]"], id="no object"),
        pytest.param(text("a $", emojis=[{"index": 2, "productId": "p", "emojiId": "1"}]), [], id="emoji"),
        pytest.param(
            text("a $", emojis=[{"index": 0, "productId": "p", "emojiId": "1"}]),
            ["[0].emojis[0].index"],
            id="misplaced",
        ),
        pytest.param({"type": "textV2", "text": "{{a}}"}, [], id="escaped braces"),
        pytest.param({"type": "textV2", "text": "{a}"}, ["[0].text"], id="no substitution"),
        pytest.param({"type": "textV2", "text": "{"}, ["[0].text"], id="single brace"),
        pytest.param(emoji_text({"e": EMOJI}), [], id="substitution"),
        pytest.param(emoji_text({"e": {"type": "mention"}}), ["[0].substitution.e.type"], id="mention"),
        pytest.param(emoji_text({"e": EMOJI, "e-": EMOJI}), ["[0].substitution.e-"], id="odd key"),
        pytest.param(emoji_text("e"), ["[0].substitution", "[0].text"], id="no substitutions"),
        pytest.param(
            emoji_text({f"e{n or ''}": EMOJI for n in range(101)}), ["[0].substitution"], id="101 substitutions"
        ),
        pytest.param(text("a", sender={"name": "あ" * 20}), [], id="longest sender"),
        pytest.param(text("a", sender={"name": "あ" * 21}), ["[0].sender.name"], id="sender too long"),
        pytest.param(text("a", sender={"name": "Line bot"}), ["[0].sender.name"], id="sender called LINE"),
        pytest.param({"type": "sticker", "packageId": "446", "stickerId": "1988"}, [], id="sticker"),
        pytest.param({"type": "sticker", "packageId": "x", "stickerId": "1"}, ["[0].packageId"], id="no number"),
        pytest.param(
            {"type": "image", "originalContentUrl": "http://a.jp/a.png", "previewImageUrl": HTTPS},
            ["[0].originalContentUrl"],
            id="image without https",
        ),
        pytest.param(location(), [], id="location"),
        pytest.param(location(title="あ" * 101), ["[0].title"], id="title too long"),
        pytest.param(location(latitude=91), ["[0].latitude"], id="beyond the pole"),
        pytest.param(location(latitude=True), ["[0].latitude"], id="true is no number"),
        pytest.param(quick(13), [], id="13 quick replies"),
        pytest.param(quick(14), ["[0].quickReply.items"], id="14 quick replies"),
        pytest.param(quick(1, label=FAMILY * 20), [], id="label of 20 characters"),
        pytest.param(quick(1, label="あ" * 21), ["[0].quickReply.items[0].action.label"], id="label of 21"),
        pytest.param(buttons(text="あ" * 160), [], id="buttons text"),
        pytest.param(buttons(text="あ" * 161), ["[0].template.text"], id="buttons text too long"),
        pytest.param(buttons(title="t", text="あ" * 61), ["[0].template.text"], id="too long beside a title"),
        pytest.param(buttons(actions=[SAY] * 5), ["[0].template.actions"], id="5 actions"),
        pytest.param(buttons(title="あ" * 41), ["[0].template.title"], id="title of 41"),
        pytest.param(
            template({"type": "confirm", "text": "a", "actions": [SAY]}), ["[0].template.actions"], id="one choice"
        ),
        pytest.param(template({"type": "confirm", "text": "a", "actions": [SAY] * 2}, "あ" * 1500), [], id="alt text"),
        pytest.param(
            template({"type": "confirm", "text": "a", "actions": [SAY] * 2}, "あ" * 1501),
            ["[0].altText"],
            id="alt 1501",
        ),
        pytest.param(carousel([column()] * 10), [], id="10 columns"),
        pytest.param(carousel([column()] * 11), ["[0].template.columns"], id="11 columns"),
        pytest.param(carousel([column(), column(title="t")]), ["[0].template.columns"], id="uneven columns"),
        pytest.param(carousel([column(), column(actions=[SAY] * 2)]), ["[0].template.columns"], id="uneven actions"),
        pytest.param(
            template(
                {"type": "image_carousel", "columns": [{"imageUrl": HTTPS, "action": {**SAY, "label": "あ" * 13}}]}
            ),
            ["[0].template.columns[0].action.label"],
            id="label on an image",
        ),
    ],
)
def test_messages(message, wrong):
    assert places(MESSAGES, [message]) == wrong


def test_five_messages_fit_one_request():
    assert places(REQUESTS["push"], {"to": f"U{'0' * 32}", "messages": [text("a")] * 5}) == []
    assert places(REQUESTS["push"], {"to": f"U{'0' * 32}", "messages": [text("a")] * 6}) == ["messages"]
    assert places(REQUESTS["push"], {"to": "me", "messages": []}) == ["to", "messages"]


@pytest.mark.parametrize(
    ("check", "action", "wrong"),
    [
        pytest.param(FLEX_ACTION, {"type": "postback", "data": "d" * 300}, [], id="longest data"),
        pytest.param(FLEX_ACTION, {"type": "postback", "data": "d" * 301}, ["data"], id="data too long"),
        pytest.param(
            FLEX_ACTION, {"type": "postback", "data": "d", "displayText": "a", "text": "b"}, ["text"], id="two"
        ),
        pytest.param(FLEX_ACTION, {"type": "postback", "data": "d", "inputOption": "x"}, ["inputOption"], id="option"),
        pytest.param(
            FLEX_ACTION, {"type": "postback", "data": "d", "fillInText": "x"}, ["fillInText"], id="no keyboard"
        ),
        pytest.param(FLEX_ACTION, {"type": "message", "text": "あ" * 301}, ["text"], id="message too long"),
        pytest.param(FLEX_ACTION, {"type": "uri", "uri": "tel:0110000000"}, [], id="phone"),
        pytest.param(FLEX_ACTION, {"type": "uri", "uri": "javascript:alert(1)"}, ["uri"], id="script"),
        pytest.param(FLEX_ACTION, {"type": "uri", "uri": f"https://a.jp/{'a' * 988}"}, ["uri"], id="uri of 1001"),
        pytest.param(
            FLEX_ACTION, {"type": "clipboard", "clipboardText": "a" * 1001}, ["clipboardText"], id="clipboard"
        ),
        pytest.param(FLEX_ACTION, {"type": "location"}, ["type"], id="location in Flex"),
        pytest.param(QUICK_REPLY_ACTION, {"type": "location", "label": "場所"}, [], id="location as quick reply"),
        pytest.param(QUICK_REPLY_ACTION, {"type": "camera"}, ["label"], id="quick reply without label"),
        pytest.param(TEMPLATE_ACTION, {"type": "message", "text": "a"}, ["label"], id="template without label"),
        pytest.param(
            RICH_MENU_ACTION, {"type": "richmenuswitch", "richMenuAliasId": "a", "data": "d"}, [], id="switch"
        ),
        pytest.param(
            FLEX_ACTION, {"type": "richmenuswitch", "richMenuAliasId": "a", "data": "d"}, ["type"], id="switch in Flex"
        ),
        pytest.param(FLEX_ACTION, {**PICK, "min": "2026-04-03", "max": "2026-04-04"}, [], id="picker"),
        pytest.param(FLEX_ACTION, {**PICK, "min": "2026-04-03", "max": "2026-04-03"}, ["max"], id="max is min"),
        pytest.param(FLEX_ACTION, {**PICK, "initial": "2026-02-30"}, ["initial"], id="no such day"),
        pytest.param(FLEX_ACTION, {**PICK, "initial": "2026-04-03T09:00"}, ["initial"], id="form of another mode"),
        pytest.param(FLEX_ACTION, {**PICK, "min": "2026-04-03", "initial": "2026-04-02"}, ["initial"], id="before min"),
        pytest.param(FLEX_ACTION, {**PICK, "mode": "week"}, ["mode"], id="unknown mode"),
    ],
)
def test_actions(check, action, wrong):
    assert places(check, action) == wrong


def bubble(*contents, layout="vertical", **more):
    return {"type": "bubble", "body": {"type": "box", "layout": layout, "contents": list(contents)}, **more}


def nested(depth):
    box = {"type": "box", "layout": "vertical", "contents": []}
    for _ in range(depth - 1):
        box = {"type": "box", "layout": "vertical", "contents": [box]}
    return {"type": "bubble", "body": box}


WORD = {"type": "text", "text": "a"}
ICON = {"type": "icon", "url": HTTPS}
PRESS = {"type": "button", "action": SAY}
VIDEO = {"type": "video", "url": HTTPS, "previewUrl": HTTPS, "altContent": {"type": "image", "url": HTTPS}}
BODY = "[0].contents.body.contents"


@pytest.mark.parametrize(
    ("contents", "wrong"),
    [
        pytest.param(bubble(WORD, PRESS, {"type": "separator"}, {"type": "filler"}), [], id="a bubble"),
        pytest.param(bubble(WORD, {**WORD, "text": ""}), [f"{BODY}[1].text", f"{BODY}[1].text"], id="empty text"),
        pytest.param(bubble({"type": "text"}), [f"{BODY}[0].text"], id="no words"),
        pytest.param(bubble({"type": "text", "contents": [{"type": "span", "text": "a"}]}), [], id="spans"),
        pytest.param(bubble({"type": "span", "text": "a"}), [f"{BODY}[0].type"], id="span outside text"),
        pytest.param(bubble(ICON), [f"{BODY}[0].type"], id="icon outside baseline"),
        pytest.param(bubble(ICON, WORD, layout="baseline"), [], id="icon in baseline"),
        pytest.param(bubble(PRESS, layout="baseline"), [f"{BODY}[0].type"], id="button in baseline"),
        pytest.param(bubble(WORD, layout="grid"), ["[0].contents.body.layout"], id="unknown layout"),
        pytest.param(bubble({**WORD, "weigth": "bold"}), [f"{BODY}[0].weigth"], id="typing error"),
        pytest.param(bubble({**WORD, "size": "13px", "margin": "xxl", "flex": 0, "scaling": True}), [], id="looks"),
        pytest.param(bubble({**WORD, "size": "huge"}), [f"{BODY}[0].size"], id="unknown size"),
        pytest.param(bubble({**WORD, "color": "red"}), [f"{BODY}[0].color"], id="colour by name"),
        pytest.param(bubble({**PRESS, "height": "lg"}), [f"{BODY}[0].height"], id="button height"),
        pytest.param(
            bubble({**PRESS, "action": {**SAY, "label": "あ" * 41}}), [f"{BODY}[0].action.label"], id="label of 41"
        ),
        pytest.param({"type": "bubble"}, ["[0].contents"], id="no block"),
        pytest.param({"type": "bubble", "hero": WORD}, ["[0].contents.hero.type"], id="text as hero"),
        pytest.param({"type": "bubble", "hero": {"type": "image", "url": HTTPS, "size": "full"}}, [], id="hero"),
        pytest.param(
            {"type": "carousel", "contents": [{"type": "bubble", "hero": VIDEO}]}, ["[0].contents.contents"], id="video"
        ),
        pytest.param(bubble(WORD, size="mini"), ["[0].contents.size"], id="bubble size"),
        pytest.param(nested(30), [], id="30 boxes deep"),
        pytest.param(nested(40), ["[0].contents.body" + ".contents[0]" * 31], id="40 boxes deep"),
        pytest.param({"type": "carousel", "contents": [bubble(WORD)] * 12}, [], id="12 bubbles"),
        pytest.param({"type": "carousel", "contents": [bubble(WORD)] * 13}, ["[0].contents.contents"], id="13 bubbles"),
        pytest.param(
            {"type": "carousel", "contents": [bubble(WORD), bubble(WORD, size="kilo")]},
            ["[0].contents.contents"],
            id="two sizes",
        ),
        pytest.param(bubble(*[{**WORD, "text": "あ" * 1600}] * 6), [], id="below 30 KB"),
        pytest.param(bubble(*[{**WORD, "text": "あ" * 1720}] * 6), ["[0].contents"], id="above 30 KB"),
        pytest.param(
            {"type": "carousel", "contents": [bubble({**WORD, "text": "あ" * 4400})] * 4}, ["[0].contents"], id="50 KB"
        ),
    ],
)
def test_flex(contents, wrong):
    assert places(MESSAGES, [{"type": "flex", "altText": "a", "contents": contents}]) == wrong


def menu(width=2500, height=1686, bar="メニュー", areas=1, **bounds):
    area = {
        "bounds": {"x": 0, "y": 0, "width": 100, "height": 100, **bounds},
        "action": {"type": "message", "text": "a"},
    }
    size = {"width": width, "height": height}
    return {"size": size, "selected": True, "name": "menu", "chatBarText": bar, "areas": [area] * areas}


def test_a_bottomless_message_is_refused():
    bottomless: list = []
    for _ in range(5000):
        bottomless = [bottomless]

    with pytest.raises(LineError, match="too deeply"):
        require(MESSAGES, [{"type": "flex", "altText": "a", "contents": bubble(WORD, x=bottomless)}])


@pytest.mark.parametrize("odd", [None, 7, "x", [], {}, [[]], True], ids=repr)
def test_odd_values_are_named_and_never_break_the_check(odd):
    shapes = [
        odd,
        {"type": odd},
        text(odd, emojis=odd, quickReply=odd, sender=odd),
        {"type": "textV2", "text": odd, "substitution": odd},
        template(odd),
        buttons(text=odd, actions=odd),
        carousel(odd),
        carousel([odd]),
        {"type": "flex", "altText": "a", "contents": odd},
        {"type": "flex", "altText": "a", "contents": {"type": "carousel", "contents": odd}},
        {"type": "flex", "altText": "a", "contents": {"type": "carousel", "contents": [odd, odd]}},
        {"type": "flex", "altText": "a", "contents": bubble(odd, hero=odd, styles=odd)},
        location(latitude=[odd]),
        quick(1, type=odd),
        buttons(actions=[{**PICK, "mode": odd, "min": odd}]),
    ]

    assert [index for index, each in enumerate(shapes) if not places(MESSAGES, [each]) and odd is not None] == []
    assert places(RICH_MENU, odd) != []


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        pytest.param(menu(), [], id="usual"),
        pytest.param(menu(width=799), ["size.width"], id="narrow"),
        pytest.param(menu(width=800, height=553), ["size"], id="too tall for its width"),
        pytest.param(menu(width=800, height=551), [], id="just wide enough"),
        pytest.param(menu(bar="あ" * 15), ["chatBarText"], id="bar of 15"),
        pytest.param(menu(areas=21), ["areas"], id="21 areas"),
        pytest.param(menu(x=2401), ["areas[0].bounds"], id="outside"),
    ],
)
def test_rich_menus(value, wrong):
    assert places(RICH_MENU, value) == wrong

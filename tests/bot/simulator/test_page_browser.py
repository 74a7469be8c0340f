"""The page in a real browser: what a resident sees and can tap."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from bot.simulator.client import Phone
from tests.bot.simulator.test_sdk import made_menu, sdk_actions
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.browser

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
ATTACK = "<img src=x onerror=alert(1)><script>alert(2)</script>"


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained of: errors of scripts, and what the page's policy forbade."""
    return []


@pytest.fixture
def open_page(browser, simulator, complaints) -> Iterator:
    contexts = []

    def opened(size: dict) -> Page:
        contexts.append(browser.new_context(viewport=size, locale="ja-JP"))
        contexts[-1].set_default_timeout(PATIENCE_MS)
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        page.goto(f"{simulator.url}/sim/")
        page.locator('body[data-ready="1"]').wait_for()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def push(simulator, phone, *messages):
    status, answer = simulator.post("/line/v2/bot/message/push", {"to": phone.resident_id, "messages": list(messages)})
    assert status == 200, answer


def text(words, **more):
    return {"type": "text", "text": words, **more}


def button(label, **action):
    return {"type": "button", "scaling": True, "action": {"type": "postback", "label": label, "data": label, **action}}


def bubble(*contents):
    body = {"type": "box", "layout": "vertical", "spacing": "md", "contents": list(contents)}
    return {"type": "flex", "altText": "どの便にしますか", "contents": {"type": "bubble", "body": body}}


def word(words, **more):
    return {"type": "text", "text": words, "wrap": True, "scaling": True, **more}


def test_a_newcomer_adds_a_resident_writes_and_taps(open_page, simulator, bot):
    page = open_page(WIDE)
    page.get_by_label("新しい住民の名前").fill("山田さん")
    page.get_by_role("button", name="加える").click()
    mine = page.get_by_role("region", name="山田さん")
    mine.get_by_label("メッセージを入力").fill("予約")
    mine.get_by_role("button", name="送る", exact=True).click()
    token = bot.wait_for(2)[-1].event["replyToken"]
    message = bubble(word("何時がよいですか"), button("9時30分ごろ", displayText="9時30分ごろ"))
    simulator.post("/line/v2/bot/message/reply", {"replyToken": token, "messages": [message]})

    mine.get_by_role("button", name="9時30分ごろ").click()

    expect(mine.locator(".own .words")).to_have_text(["予約", "9時30分ごろ"])
    expect(mine.locator(".read").first).to_be_visible()
    assert bot.wait_for(3)[-1].event["postback"] == {"data": "9時30分ごろ"}


def test_a_newcomer_on_a_telephone_finds_where_to_begin(open_page, simulator):
    page = open_page(NARROW)

    expect(page.get_by_role("button", name="住民と時計")).to_have_attribute("aria-expanded", "true")
    page.get_by_label("新しい住民の名前").fill("山田さん")
    page.get_by_role("button", name="加える").click()

    expect(page.get_by_role("region", name="山田さん")).to_be_visible()
    expect(page.get_by_label("新しい住民の名前")).to_be_hidden()


def test_everything_shown_is_text(open_page, simulator, phone):
    push(
        simulator,
        phone,
        text(ATTACK, sender={"name": "<b>x"}),
        bubble(word(ATTACK), button("<i>はい</i>"), {"type": "text", "contents": [{"type": "span", "text": ATTACK}]}),
        {"type": "location", "title": ATTACK, "address": ATTACK, "latitude": 43, "longitude": 141},
    )
    phone.say(ATTACK)
    Phone.add(simulator.url, "<b>鈴木</b>")
    page = open_page(WIDE)

    expect(page.locator(".words", has_text=ATTACK)).to_have_count(2)
    expect(page.locator(".flex-words", has_text=ATTACK)).to_have_count(2)
    expect(page.get_by_role("button", name="<i>はい</i>")).to_be_visible()
    assert page.locator("main img, main script, main b, main i, .residents b").count() == 0


def test_a_push_rings_on_the_phone_nobody_looks_at(open_page, simulator, phone, bot):
    other = Phone.add(simulator.url, "鈴木さん")
    page = open_page(WIDE)
    mine, theirs = (page.get_by_role("region", name=name) for name in ("山田さん", "鈴木さん"))
    mine.get_by_label("メッセージを入力").click()

    push(simulator, other, text("お迎えが10分遅れます"))
    push(simulator, phone, text("こちらは見ています"))

    expect(theirs.locator(".banner")).to_contain_text("お迎えが10分遅れます")
    expect(theirs.locator(".phone-head .badge")).to_have_text("1")
    expect(mine.locator(".theirs .words")).to_have_text("こちらは見ています")
    expect(mine.locator(".banner")).to_be_hidden()
    theirs.locator(".banner").click()
    expect(theirs.locator(".banner")).to_be_hidden()
    expect(theirs.locator(".phone-head .badge")).to_be_hidden()


def test_on_a_small_screen_one_phone_fills_it_and_the_others_ring(open_page, simulator, phone, wall):
    wall.pass_by(seconds=1)
    other = Phone.add(simulator.url, "鈴木さん")
    page = open_page(NARROW)

    push(simulator, other, text("遅れます"))

    expect(page.get_by_role("region")).to_have_count(1)
    page.get_by_role("button", name="鈴木さん: 遅れます").click()
    expect(page.get_by_role("region", name="鈴木さん")).to_be_visible()
    expect(page.get_by_role("region")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_quick_replies_open_pickers_and_places_and_go_when_answered(open_page, simulator, phone, bot):
    days = {
        "type": "datetimepicker",
        "label": "他の日",
        "data": "day",
        "mode": "date",
        "min": "2026-04-03",
        "max": "2026-04-10",
    }
    actions = [days, {"type": "location", "label": "場所を送る"}]
    items = {"items": [{"type": "action", "action": action} for action in actions]}
    push(simulator, phone, text("どの日にしますか", quickReply=items))
    page = open_page(NARROW)
    page.get_by_role("button", name="他の日").click()
    field = page.get_by_role("dialog").get_by_label("他の日")
    assert [field.get_attribute(name) for name in ("type", "min", "max")] == ["date", "2026-04-03", "2026-04-10"]
    field.fill("2026-04-04")
    page.get_by_role("dialog").get_by_role("button", name="送る").click()
    assert bot.wait_for(2)[-1].event["postback"]["params"] == {"date": "2026-04-04"}
    expect(page.locator(".quick button")).to_have_count(0)

    push(simulator, phone, text("どこですか", quickReply=items))
    page.get_by_role("button", name="場所を送る").click()
    page.get_by_role("button", name="真駒内駅").click()

    assert bot.wait_for(3)[-1].event["message"]["title"] == "真駒内駅"
    expect(page.locator(".own .location-title")).to_have_text("真駒内駅")


def test_the_rich_menu_calls_says_and_folds(open_page, simulator, sdk, sdk_blob, phone, bot):
    sdk.set_default_rich_menu(made_menu(sdk, sdk_blob, *sdk_actions()))
    page = open_page(NARROW)
    page.get_by_role("button", name="電話する").click()
    expect(page.get_by_role("dialog")).to_contain_text("0110000000")
    page.get_by_role("button", name="電話を切る").click()
    page.get_by_role("button", name="使い方").click()
    expect(page.locator(".own .words")).to_have_text("使い方")

    page.get_by_role("button", name="メニュー ▾").click()
    expect(page.get_by_role("button", name="使い方")).to_be_hidden()
    expect(page.get_by_label("メッセージを入力")).to_be_visible()


def test_letters_grow_where_the_message_lets_them(open_page, simulator, phone):
    push(simulator, phone, bubble(word("大きくなる"), {"type": "text", "text": "そのまま"}))
    page = open_page(WIDE)

    def sizes():
        read = "all => all.map(one => Math.round(parseFloat(getComputedStyle(one).fontSize)))"
        return page.locator(".flex-text").evaluate_all(read)

    before = sizes()
    page.get_by_role("button", name="この電話の設定").click()
    page.get_by_role("button", name="特大", exact=True).click()

    assert (before, sizes()) == ([16, 16], [23, 16])


def test_blocking_hides_the_chat_bar_until_it_is_lifted(open_page, phone, bot):
    page = open_page(WIDE)
    page.get_by_role("button", name="この電話の設定").click()
    page.get_by_role("button", name="このアカウントをブロックする").click()
    expect(page.get_by_text("メッセージは届きません")).to_be_visible()
    expect(page.get_by_label("メッセージを入力")).to_be_hidden()
    page.get_by_role("button", name="ブロックを解除する").click()

    expect(page.get_by_label("メッセージを入力")).to_be_visible()
    assert [each.event["type"] for each in bot.wait_for(3)] == ["follow", "unfollow", "follow"]


def test_the_clock_is_shown_and_moves(open_page):
    page = open_page(WIDE)
    expect(page.locator("#clock")).to_have_text("4月3日(金) 18:00")
    page.get_by_role("button", name="+1時間").click()

    expect(page.locator("#clock")).to_have_text("4月3日(金) 19:00")
    expect(page.get_by_role("link", name="電話予約の窓口")).to_have_attribute("href", "/admin/desk/")


@pytest.mark.parametrize("size", [pytest.param(WIDE, id="wide"), pytest.param(NARROW, id="narrow")])
def test_the_page_is_accessible_and_its_buttons_are_large(open_page, simulator, sdk, sdk_blob, phone, size):
    sdk.set_default_rich_menu(made_menu(sdk, sdk_blob, *sdk_actions()))
    push(
        simulator,
        phone,
        bubble(word("どの便にしますか"), button("9時30分ごろ"), button("10時ごろ")),
        text("https://a.jp"),
    )
    phone.say("はい")
    page = open_page(size)
    expect(page.get_by_role("button", name="使い方")).to_be_visible()
    results = [Axe().run(page)]
    page.get_by_role("button", name="この電話の設定").click()
    results.append(Axe().run(page))

    assert [result.generate_report() for result in results if result.violations_count] == []
    boxes = page.locator("button:visible:not(.unsend)").evaluate_all(
        "all => all.map(one => [one.textContent, one.getBoundingClientRect().height])"
    )
    assert [box for box in boxes if box[1] < 44] == []
    assert len(boxes) >= 10
    assert re.search("9時30分ごろ", page.locator(".flex-bubble").inner_text())

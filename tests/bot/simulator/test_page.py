"""The page's own door: who may use it, and what it gives away."""

import re
from pathlib import Path

import pytest

from backend.texts import has
from bot.simulator.client import Phone, PhoneError
from bot.simulator.page_texts import PAGE_TEXTS
from tests.bot.simulator.test_sdk import made_menu, png

FOLDER = Path(__file__).parents[3] / "bot" / "simulator"
PICKER = {
    "type": "datetimepicker",
    "label": "日",
    "data": "d",
    "mode": "date",
    "min": "2026-04-03",
    "max": "2026-04-10",
}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({}, 201, id="a program"),
        pytest.param({"sec_fetch_site": "same-origin"}, 201, id="the page"),
        pytest.param({"sec_fetch_site": "cross-site"}, 403, id="another site"),
        pytest.param({"sec_fetch_site": "none"}, 403, id="out of the blue"),
        pytest.param({"origin": "https://evil.example"}, 403, id="another origin"),
        pytest.param({"origin": "null"}, 403, id="a sandbox"),
        pytest.param({"content_type": "text/plain"}, 415, id="a form in disguise"),
    ],
)
def test_only_the_page_itself_may_act(simulator, headers, status):
    assert simulator.post("/api/residents", {"name": "山田さん"}, **headers)[0] == status


def test_the_page_allows_no_foreign_script(simulator):
    page = simulator.send("GET", "/", None).body.decode()

    assert "電話予約の窓口" in page
    assert re.findall(r"<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=", page) == []
    assert [
        path.name for path in FOLDER.rglob("*.js") if re.search(r"innerHTML|outerHTML|insertAdj", path.read_text())
    ] == []


def test_every_text_of_the_page_is_written_in_every_language():
    scripts = "".join(path.read_text() for path in (FOLDER / "static").glob("*.js"))
    page = (FOLDER / "templates/sim/page.html").read_text()
    used = set(re.findall(r'"(sim-[a-z0-9-]+)"', scripts))
    written = used | set(re.findall(r"text\(['\"](sim-[a-z0-9-]+)", page)) | set(PAGE_TEXTS)

    assert used <= set(PAGE_TEXTS)
    assert [(key, language) for key in sorted(written) for language in ("ja", "en") if not has(key, language)] == []


@pytest.mark.parametrize("name", ["", "  ", "あ" * 21, None, 7])
def test_a_resident_has_a_short_name(simulator, name):
    assert simulator.post("/api/residents", {"name": name})[0] == 400


def test_the_clock_moves_by_known_steps(simulator):
    assert simulator.post("/api/clock", {"step": "plus_1_hour"}) == (200, {"clock": "2026-04-03T10:00:00+00:00"})
    assert simulator.post("/api/clock", {"step": "back"})[0] == 400
    assert simulator.get("/api/state")[1]["clock"] == "2026-04-03T10:00:00+00:00"


def test_the_state_holds_only_what_is_new(simulator, phone):
    phone.say("a")
    since = phone.messages()[-1].id
    phone.say("b")

    state = simulator.get(f"/api/state?since={since}")[1]

    assert [each["message"]["text"] for each in state["messages"]] == ["b"]
    assert [each["name"] for each in state["residents"]] == ["山田さん"]


@pytest.mark.parametrize(
    "path", ["/api/residents/%00/messages", "/line/v2/bot/profile/%00", "/line/v2/bot/richmenu/%00"]
)
def test_odd_ids_are_not_found(simulator, path):
    assert simulator.get(path)[0] == 404


@pytest.mark.parametrize("since", ["-1", "9" * 40, "x"])
def test_odd_rows_are_no_fault(simulator, since):
    assert simulator.get(f"/api/state?since={since}")[0] == 200


def test_residents_see_only_their_own_chat(simulator, phone):
    other = Phone.add(simulator.url, "鈴木さん")
    phone.say("a")

    assert other.messages() == []
    with pytest.raises(PhoneError, match="404"):
        Phone(simulator.url, f"U{'0' * 32}").messages()


def test_who_blocks_cannot_write(phone, bot):
    phone.block()

    with pytest.raises(PhoneError, match="409"):
        phone.say("a")
    phone.block()
    assert [each.event["type"] for each in bot.wait_for(2)] == ["follow", "unfollow"]


def test_a_picker_offers_only_what_lies_between_its_bounds(phone, bot):
    phone._act("tap", {"action": PICKER, "chosen": "2026-04-03"})
    for chosen in ("2026-04-02", "2026-04-11", "2026-02-30", "tomorrow", None):
        with pytest.raises(PhoneError, match="400"):
            phone._act("tap", {"action": PICKER, **({"chosen": chosen} if chosen else {})})

    assert bot.wait_for(2)[-1].event["postback"] == {"data": "d", "params": {"date": "2026-04-03"}}


def test_quick_replies_vanish_when_tapped_or_overtaken(simulator, phone, bot):
    def offer():
        items = [{"type": "action", "action": {"type": "postback", "label": "はい", "data": "y"}}]
        message = {"type": "text", "text": "よろしいですか", "quickReply": {"items": items}}
        simulator.post("/line/v2/bot/message/push", {"to": phone.resident_id, "messages": [message]})
        return [button.label for button in phone.buttons()]

    assert offer() == ["はい"]
    phone.tap("はい")
    assert phone.buttons() == []
    assert len(phone.messages()) == 1
    assert offer() == ["はい"]
    phone.say("いいえ")
    assert phone.buttons() == []
    with pytest.raises(PhoneError, match="no button"):
        phone.tap("はい")


def test_a_display_text_stands_as_the_residents_own_bubble(phone):
    phone._act("tap", {"action": {"type": "postback", "data": "d", "displayText": "はい、予約する"}})

    assert [(each.sender, each.text) for each in phone.messages()] == [("resident", "はい、予約する")]


def test_a_message_action_is_said_and_a_place_must_be_sent(phone, bot):
    phone._act("tap", {"action": {"type": "message", "text": "はい"}})
    with pytest.raises(PhoneError, match="400"):
        phone._act("tap", {"action": {"type": "location"}})
    with pytest.raises(PhoneError, match="404"):
        phone.unsend("500000000000000999")
    with pytest.raises(PhoneError, match="400"):
        phone._act("unsend", {"number": 7})
    switch = {"type": "richmenuswitch", "richMenuAliasId": "none", "data": "d"}
    phone._act("tap", {"action": switch})

    event = bot.wait_for(3)[-1].event
    assert [each.text for each in phone.messages()] == ["はい"]
    assert event["postback"]["params"] == {"newRichMenuAliasId": "none", "status": "RICHMENU_ALIAS_ID_NOTFOUND"}


def test_nothing_coming_is_said_after_the_time_given(phone):
    with pytest.raises(PhoneError, match="no message came"):
        phone.wait_for_message(0.06)


def test_pictures_are_shown_as_pictures_only(simulator, phone, bot, sdk, sdk_blob):
    own = made_menu(sdk, sdk_blob)
    simulator.call("POST", f"/api/residents/{phone.resident_id}/photo", png(8, 8), content_type="image/png")
    number = phone.messages()[-1].number

    assert simulator.send("GET", f"/api/menus/{own}/image", None).body == png(1200, 800)
    assert simulator.send("GET", f"/api/photos/{number}", None).body == png(8, 8)
    too_large = png(8, 8) + b"x" * (2 * 1024 * 1024)
    assert (
        simulator.call("POST", f"/api/residents/{phone.resident_id}/photo", too_large, content_type="image/png")[0]
        == 413
    )
    assert simulator.send("GET", "/api/nothing", None).status == 404
    assert simulator.send("DELETE", "/faults", None).status == 200


def test_what_the_phone_does_itself_is_no_event(phone, bot):
    opened = phone._act("tap", {"action": {"type": "uri", "uri": "tel:0110000000"}})
    copied = phone._act("tap", {"action": {"type": "clipboard", "clipboardText": "A-1"}})

    assert (opened["opens"], copied["copies"], opened["webhookEventId"]) == ("tel:0110000000", "A-1", None)
    assert len(bot.heard) == 1

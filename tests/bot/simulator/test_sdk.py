"""The SDK, unchanged, against the simulator: only its host differs."""

import io
import struct
import zlib

import pytest
from linebot.v3.messaging import (
    ApiException,
    BroadcastRequest,
    CreateRichMenuAliasRequest,
    FlexContainer,
    FlexMessage,
    MarkMessagesAsReadByTokenRequest,
    MessageAction,
    MulticastRequest,
    PushMessageRequest,
    ReplyMessageRequest,
    RichMenuArea,
    RichMenuBounds,
    RichMenuBulkLinkRequest,
    RichMenuBulkUnlinkRequest,
    RichMenuRequest,
    RichMenuSize,
    RichMenuSwitchAction,
    ShowLoadingAnimationRequest,
    TextMessage,
    UpdateRichMenuAliasRequest,
    URIAction,
)

from bot.simulator.rich_menus import image_size

PATIENT = {"_request_timeout": 5}


def png(width, height):
    """Return an empty picture."""

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * (height * (1 + (width + 7) // 8)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def menu(*actions, width=1200, height=800):
    areas = [
        RichMenuArea(bounds=RichMenuBounds(x=at * 400, y=0, width=400, height=800), action=action)
        for at, action in enumerate(actions)
    ]
    return RichMenuRequest(
        size=RichMenuSize(width=width, height=height), selected=True, name="m", chat_bar_text="メニュー", areas=areas
    )


def sdk_actions():
    """Return what the areas of a usual menu do."""
    return MessageAction(label="使い方", text="使い方"), URIAction(label="電話する", uri="tel:0110000000")


def made_menu(sdk, sdk_blob, *actions):
    menu_id = sdk.create_rich_menu(menu(*actions), **PATIENT).rich_menu_id
    sdk_blob.set_rich_menu_image(menu_id, png(1200, 800), _headers={"Content-Type": "image/png"}, **PATIENT)
    return menu_id


def test_a_conversation(sdk, phone, bot):
    phone.say("予約")
    token = bot.wait_for(2)[-1].event["replyToken"]
    flex = FlexContainer.from_dict(
        {
            "type": "bubble",
            "body": {
                "type": "box",
                "layout": "vertical",
                "contents": [
                    {"type": "text", "text": "どこまで行きますか", "wrap": True, "scaling": True},
                    {"type": "button", "action": {"type": "postback", "label": "病院", "data": "to=7"}},
                ],
            },
        }
    )
    sent = sdk.reply_message(
        ReplyMessageRequest(reply_token=token, messages=[FlexMessage(alt_text="行き先", contents=flex)]), **PATIENT
    )

    received = phone.wait_for_message()
    phone.tap("病院")

    assert sent.sent_messages[0].id == received.number
    assert received.text == "どこまで行きますか\n病院"
    assert bot.wait_for(3)[-1].event["postback"] == {"data": "to=7"}


def test_pushes_and_their_like(sdk, phone):
    words = [TextMessage(text="お迎えが5分遅れます")]
    with_headers = sdk.push_message_with_http_info(
        PushMessageRequest(to=phone.resident_id, messages=words),
        "123e4567-e89b-12d3-a456-426614174000",
        **PATIENT,
    )
    sdk.multicast(MulticastRequest(to=[phone.resident_id], messages=words), **PATIENT)
    sdk.broadcast(BroadcastRequest(messages=words), **PATIENT)
    with pytest.raises(ApiException) as again:
        sdk.push_message(
            PushMessageRequest(to=phone.resident_id, messages=words), "123e4567-e89b-12d3-a456-426614174000", **PATIENT
        )

    assert again.value.status == 409
    assert again.value.headers["x-line-accepted-request-id"] == with_headers.headers["x-line-request-id"]
    assert [each.kind for each in phone.messages()] == ["push", "multicast", "broadcast"]


def test_what_the_account_may_ask(sdk, sdk_blob, phone, platform):
    sdk.show_loading_animation(ShowLoadingAnimationRequest(chat_id=phone.resident_id, loading_seconds=5), **PATIENT)

    assert phone._state()["loading"] is True
    assert sdk.get_bot_info(**PATIENT).display_name == "みなみ号"
    assert sdk.get_bot_info(**PATIENT).user_id == platform.account_id
    assert sdk.get_profile(phone.resident_id, **PATIENT).display_name == "山田さん"
    assert sdk.get_message_quota(**PATIENT).type == "none"
    assert sdk.get_message_quota_consumption(**PATIENT).total_usage == 0
    assert sdk.issue_link_token(phone.resident_id, **PATIENT).link_token
    with pytest.raises(ApiException) as wrong:
        sdk.show_loading_animation(ShowLoadingAnimationRequest(chat_id=phone.resident_id, loading_seconds=7), **PATIENT)
    assert wrong.value.status == 400


def test_a_menu_of_ones_own_beats_the_default(sdk, sdk_blob, phone):
    everybody = made_menu(sdk, sdk_blob, MessageAction(label="予約する", text="予約"))
    own = made_menu(sdk, sdk_blob, MessageAction(label="登録する", text="登録"))
    sdk.set_default_rich_menu(everybody, **PATIENT)
    before = [button.label for button in phone.buttons()]
    sdk.link_rich_menu_id_to_user(phone.resident_id, own, **PATIENT)
    linked = [button.label for button in phone.buttons()]
    sdk.unlink_rich_menu_id_from_user(phone.resident_id, **PATIENT)

    assert (before, linked) == (["予約する"], ["登録する"])
    assert [button.label for button in phone.buttons()] == ["予約する"]
    assert sdk.get_default_rich_menu_id(**PATIENT).rich_menu_id == everybody
    assert sdk_blob.get_rich_menu_image(own, **PATIENT) == png(1200, 800)
    sdk.delete_rich_menu(everybody, **PATIENT)
    assert phone.buttons() == []
    assert [each.rich_menu_id for each in sdk.get_rich_menu_list(**PATIENT).richmenus] == [own]


def test_a_menu_needs_its_image_first_and_keeps_it(sdk, sdk_blob, phone):
    bare = sdk.create_rich_menu(menu(), **PATIENT).rich_menu_id
    refused = []
    for attempt in (
        lambda: sdk.set_default_rich_menu(bare, **PATIENT),
        lambda: sdk_blob.set_rich_menu_image(bare, png(1200, 801), _headers={"Content-Type": "image/png"}, **PATIENT),
        lambda: sdk_blob.set_rich_menu_image(bare, b"GIF89a", _headers={"Content-Type": "image/gif"}, **PATIENT),
        lambda: sdk.link_rich_menu_id_to_user(phone.resident_id, "richmenu-0", **PATIENT),
    ):
        with pytest.raises(ApiException) as problem:
            attempt()
        refused.append(problem.value.status)
    sdk_blob.set_rich_menu_image(bare, png(1200, 800), _headers={"Content-Type": "image/png"}, **PATIENT)
    with pytest.raises(ApiException, match="already been uploaded"):
        sdk_blob.set_rich_menu_image(bare, png(1200, 800), _headers={"Content-Type": "image/png"}, **PATIENT)

    assert refused == [400, 400, 415, 404]


def test_an_area_may_switch_to_another_menu(sdk, sdk_blob, phone, bot):
    second = made_menu(sdk, sdk_blob, MessageAction(label="もどる", text="もどる"))
    switch = RichMenuSwitchAction(label="ほか", rich_menu_alias_id="more", data="menu=more")
    sdk.create_rich_menu_alias(CreateRichMenuAliasRequest(rich_menu_alias_id="more", rich_menu_id=second), **PATIENT)
    sdk.set_default_rich_menu(made_menu(sdk, sdk_blob, switch), **PATIENT)

    phone.tap("ほか")

    assert bot.wait_for(2)[-1].event["postback"]["params"] == {"newRichMenuAliasId": "more", "status": "SUCCESS"}
    assert [button.label for button in phone.buttons()] == ["もどる"]
    with pytest.raises(ApiException, match="conflict richmenu alias"):
        sdk.create_rich_menu_alias(
            CreateRichMenuAliasRequest(rich_menu_alias_id="more", rich_menu_id=second), **PATIENT
        )
    assert [each.rich_menu_alias_id for each in sdk.get_rich_menu_alias_list(**PATIENT).aliases] == ["more"]
    sdk.delete_rich_menu_alias("more", **PATIENT)
    assert sdk.get_rich_menu_alias_list(**PATIENT).aliases == []


def test_menus_can_be_linked_to_many_and_shown_again(sdk, sdk_blob, phone):
    own = made_menu(sdk, sdk_blob, MessageAction(label="登録する", text="登録"))
    both = [phone.resident_id, f"U{'0' * 32}"]
    sdk.link_rich_menu_id_to_users(RichMenuBulkLinkRequest(rich_menu_id=own, user_ids=both), **PATIENT)
    linked = sdk.get_rich_menu_id_of_user(phone.resident_id, **PATIENT).rich_menu_id
    sdk.unlink_rich_menu_id_from_users(RichMenuBulkUnlinkRequest(user_ids=both), **PATIENT)

    assert (linked, sdk.get_rich_menu(own, **PATIENT).chat_bar_text) == (own, "メニュー")
    for attempt in (
        lambda: sdk.get_rich_menu_id_of_user(phone.resident_id, **PATIENT),
        lambda: sdk.unlink_rich_menu_id_from_user(f"U{'0' * 32}", **PATIENT),
        lambda: sdk.get_default_rich_menu_id(**PATIENT),
        lambda: sdk.get_rich_menu_alias("more", **PATIENT),
        lambda: sdk.delete_rich_menu_alias("more", **PATIENT),
        lambda: sdk.update_rich_menu_alias("more", UpdateRichMenuAliasRequest(rich_menu_id=own), **PATIENT),
        lambda: sdk_blob.get_rich_menu_image("richmenu-0", **PATIENT),
        lambda: sdk_blob.get_message_content("7", **PATIENT),
        lambda: sdk_blob.get_message_content("500000000000000999", **PATIENT),
    ):
        with pytest.raises(ApiException) as problem:
            attempt()
        assert problem.value.status == 404


def test_a_menu_is_not_linked_to_who_blocks(sdk, sdk_blob, phone):
    own = made_menu(sdk, sdk_blob)
    sdk.validate_rich_menu_object(menu(), **PATIENT)
    sdk.set_default_rich_menu(own, **PATIENT)
    sdk.cancel_default_rich_menu(**PATIENT)
    sdk.mark_messages_as_read_by_token(MarkMessagesAsReadByTokenRequest(mark_as_read_token="t"), **PATIENT)
    sdk.create_rich_menu_alias(CreateRichMenuAliasRequest(rich_menu_alias_id="a", rich_menu_id=own), **PATIENT)
    sdk.update_rich_menu_alias("a", UpdateRichMenuAliasRequest(rich_menu_id=own), **PATIENT)
    phone.block()

    with pytest.raises(ApiException, match="friend"):
        sdk.link_rich_menu_id_to_user(phone.resident_id, own, **PATIENT)
    assert phone._state()["menu"] is None
    assert sdk.get_rich_menu_alias("a", **PATIENT).rich_menu_id == own


JPEG = b"\xff\xd8\xff\xe0\x00\x04xx\xff\xc0\x00\x11\x08" + struct.pack(">HH", 800, 1200) + b"\x03" * 12


@pytest.mark.parametrize(
    ("image", "size"),
    [
        pytest.param(png(1200, 800), (1200, 800), id="PNG"),
        pytest.param(JPEG, (1200, 800), id="JPEG"),
        pytest.param(JPEG[:9], None, id="cut off"),
        pytest.param(b"GIF89a" * 9, None, id="GIF"),
        pytest.param(b"", None, id="nothing"),
    ],
)
def test_the_size_of_an_image_is_read_from_its_head(image, size):
    assert image_size(image) == size


def test_a_photo_can_be_fetched_until_it_is_unsent(sdk_blob, simulator, phone, bot):
    path = f"/api/residents/{phone.resident_id}/photo"
    simulator.call("POST", path, png(8, 8), content_type="image/png")
    number = bot.wait_for(2)[-1].event["message"]["id"]

    assert io.BytesIO(sdk_blob.get_message_content(number, **PATIENT)).read() == png(8, 8)
    phone.unsend(number)
    with pytest.raises(ApiException) as gone:
        sdk_blob.get_message_content(number, **PATIENT)
    assert gone.value.status == 404
    assert simulator.call("POST", path, b"<svg/>", content_type="image/svg+xml")[0] == 415

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from backend import world as worlds
from backend.db.models import LineEvent, LineUser
from backend.db.session import make_engine, transaction
from bot import spool, webhook
from bot.webhook import is_signed
from tests.bot.make_bot import body, event, make_app, sign
from tests.bot.residents import with_bell
from tests.make import NOW, make_world

USER = "U" + "1" * 32
OTHER = "U" + "2" * 32


@pytest.fixture
def world(engine):
    return with_bell(make_world(engine))


@pytest.fixture
def client(world):
    return make_app(world).test_client()


def text_event(user=USER, **values):
    return event(user, message={"type": "text", "id": "1", "text": "こんにちは"}, **values)


def post(client, raw, signature=None, **kwargs):
    headers = {"x-line-signature": sign(raw) if signature is None else signature}
    return client.post("/line/webhook", data=raw, headers=headers, **kwargs)


def stored(world):
    with transaction(world.engine) as session:
        return {row.webhook_event_id: row.state for row in session.scalars(select(LineEvent))}


def test_a_signed_event_is_kept_and_rung_for(client, world):
    one = text_event()

    answer = post(client, body(one))

    assert answer.status_code == 200
    assert stored(world) == {one["webhookEventId"]: "received"}
    assert [job for job, _ids in world.bell.rung] == ["bot.jobs.handle_events"]


@pytest.mark.parametrize(
    "signature",
    [
        pytest.param("", id="empty"),
        pytest.param("署名", id="not ascii"),
        pytest.param(sign(b"another body"), id="of another body"),
        pytest.param(sign(b"x", "other secret"), id="by another secret"),
        pytest.param("=" * 44, id="padding only"),
    ],
)
def test_a_wrong_signature_leaves_nothing_behind(client, world, signature):
    raw = body(text_event())

    answer = client.post("/line/webhook", data=raw, headers={"x-line-signature": signature.encode().decode("latin-1")})

    assert answer.status_code == 400
    assert stored(world) == {}
    assert world.bell.rung == []


def test_a_missing_signature_is_refused(client, world):
    assert client.post("/line/webhook", data=body(text_event())).status_code == 400
    assert stored(world) == {}


def test_two_signatures_are_refused(client, world):
    raw = body(text_event())
    headers = [("x-line-signature", sign(raw)), ("x-line-signature", sign(raw))]

    assert client.post("/line/webhook", data=raw, headers=headers).status_code == 400
    assert stored(world) == {}


def test_one_changed_byte_is_refused(client, world):
    raw = body(text_event())

    assert post(client, raw.replace(b'"Ubot"', b'"Vbot"'), sign(raw)).status_code == 400
    assert stored(world) == {}


def test_both_secrets_count_while_one_is_changed():
    raw = body()

    assert is_signed(raw, [sign(raw, "old")], "new,old")
    assert is_signed(raw, [sign(raw, "new")], "new,old")
    assert not is_signed(raw, [sign(raw, "older")], "new,old")


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        pytest.param(b"", 400, id="nothing"),
        pytest.param(b"{", 400, id="half of it"),
        pytest.param(b"[]", 400, id="a list"),
        pytest.param(b'"text"', 400, id="a string"),
        pytest.param(b'{"destination": "U"}', 400, id="no events"),
        pytest.param(b"\xff\xfe{}", 400, id="another charset"),
        pytest.param(b"[" * 100_000, 400, id="very deep"),
        pytest.param(b'{"destination": "U", "events": []}', 200, id="connection check"),
        pytest.param(b'{"events": [' + b"[" * 500 + b"]" * 500 + b"]}", 200, id="a deep event"),
    ],
)
def test_a_signed_body_that_is_none_of_lines_never_breaks_the_door(client, world, raw, status):
    assert post(client, raw).status_code == status
    assert stored(world) == {}


def test_a_body_over_a_megabyte_is_not_read(client, world):
    assert post(client, b" " * (1024 * 1024 + 1)).status_code == 413


def test_a_poisoned_event_does_not_stop_the_ones_beside_it(client, world):
    first, last = text_event(), text_event(OTHER)
    poisoned = [
        None,
        7,
        "event",
        {"type": "message"},
        text_event(webhookEventId=None),
        text_event(webhookEventId=["a"]),
        text_event(webhookEventId=""),
        text_event(webhookEventId="null\0byte"),
        text_event(webhookEventId="half \ud800"),
        text_event(webhookEventId="x" * 101),
        text_event("half \ud800"),
    ]
    raw = json.dumps({"events": [first, *poisoned, last]}).encode()

    assert post(client, raw).status_code == 200
    assert stored(world) == {first["webhookEventId"]: "received", last["webhookEventId"]: "received"}
    assert len(world.bell.rung) == 2


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param({"mode": "standby"}, id="another module has the chat"),
        pytest.param({"type": "beacon"}, id="a kind we do nothing about"),
        pytest.param({"type": "somethingNew", "shape": {"a": [1]}}, id="a kind of the future"),
        pytest.param({"type": ["message"]}, id="a kind that is no word"),
        pytest.param({"type": {}}, id="a kind that is an object"),
        pytest.param({"source": {"type": "group", "groupId": "C1", "userId": USER}}, id="a group"),
        pytest.param({"source": {"type": "user"}}, id="somebody without an id"),
        pytest.param({"source": None}, id="nobody"),
        pytest.param({"timestamp": int((NOW - timedelta(hours=25)).timestamp() * 1000)}, id="a day old"),
    ],
)
def test_what_is_not_ours_to_answer_is_kept_only(client, world, odd):
    one = text_event(**odd)

    assert post(client, body(one)).status_code == 200
    assert stored(world) == {one["webhookEventId"]: "ignored"}
    assert world.bell.rung == []


def test_an_event_that_comes_again_is_kept_once_and_rung_for_again(client, world):
    one = text_event()

    post(client, body(one))
    post(client, body({**one, "deliveryContext": {"isRedelivery": True}}))

    assert stored(world) == {one["webhookEventId"]: "received"}
    assert len(world.bell.rung) == 2


def test_the_first_copy_may_be_a_redelivery(client, world):
    one = text_event(deliveryContext={"isRedelivery": True})

    post(client, body(one))

    assert stored(world) == {one["webhookEventId"]: "received"}


@pytest.mark.parametrize("timestamp", [None, "now", True, -1, 10**20, 1.5])
def test_nonsense_for_a_time_stamp_is_the_present(client, world, timestamp):
    one = text_event(timestamp=timestamp)

    assert post(client, body(one)).status_code == 200
    assert stored(world) == {one["webhookEventId"]: "received"}


def test_one_account_is_made_for_one_person(client, world):
    post(client, body(text_event(), text_event(), text_event(OTHER)))

    with transaction(world.engine) as session:
        assert session.scalar(select(func.count()).select_from(LineUser)) == 2


def test_neither_words_nor_platform_ids_are_kept_in_plain(client, world):
    post(client, body(event(USER, message={"type": "text", "id": "1", "text": "090-1234-5678"})))

    with transaction(world.engine) as session:
        kept = session.scalars(select(LineEvent)).one()
        account = session.scalars(select(LineUser)).one()
        assert "090-1234-5678" in kept.body
        assert b"5678" not in kept.body_sealed
        assert USER.encode() not in account.user_id_sealed + account.user_id_index


def test_an_event_that_comes_while_the_database_is_away_is_answered_and_taken_up_later(world, postgres, tmp_path):
    raw = body(text_event())
    away = world.engine.url.set(database="nobody_has_made_this").render_as_string(hide_password=False)
    lost = make_app(with_bell(make_world(make_engine(away), NORIAI_VAR=str(tmp_path)))).test_client()

    assert post(lost, raw).status_code == 200
    worlds.install(make_world(world.engine, NORIAI_VAR=str(tmp_path)))
    webhook.take_spooled()
    webhook.take_spooled()

    with transaction(world.engine) as session:
        assert session.scalars(select(LineEvent.state)).all() == ["received"]
    assert list((tmp_path / "spool").iterdir()) == []


def test_an_event_on_the_disk_is_sealed_and_what_was_changed_there_is_put_aside(world, tmp_path):
    settings = make_world(world.engine, NORIAI_VAR=str(tmp_path)).settings
    spool.put(settings, "090-1234-5678")
    (path,) = (tmp_path / "spool").iterdir()

    assert b"5678" not in path.read_bytes()
    sealed = path.read_bytes()
    path.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    assert list(spool.waiting(settings)) == []
    assert [each.suffix for each in (tmp_path / "spool").iterdir()] == [".unreadable"]

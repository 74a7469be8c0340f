"""The doors to the outside: webhook, residents' forms, joining an account, switches (L-19, Q-81, S-17, S-28, Q-67)."""

import json
import random
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from backend import world as worlds
from backend.db.models import (
    AuditEntry,
    EmergencySwitch,
    FormLink,
    LineEvent,
    LineUser,
    LinkCode,
    Notification,
    Rider,
    StaffSession,
)
from backend.db.session import transaction
from backend.services import emergency, linking
from tests.admin.web import Web, token_in
from tests.bot.make_bot import body, event, form_path, make_app, make_resident, send_form, sign, take_pushes
from tests.bot.residents import with_bell
from tests.make import NOW, make_rider, make_service, make_world

MY_NUMBER = "123456789018"


def post(client, raw: bytes, *signatures: str, **more):
    return client.post("/line/webhook", data=raw, headers=[("x-line-signature", each) for each in signatures], **more)


@pytest.fixture
def here(engine):
    """A world with a desk that can be phoned, installed for the jobs."""
    with transaction(engine) as session:
        make_service(session)
    made = with_bell(make_world(engine, now=NOW))
    worlds.install(made)
    return made


@pytest.fixture
def client(here):
    return make_app(here).test_client()


def kept(engine) -> int:
    with transaction(engine) as session:
        return session.scalar(select(func.count()).select_from(LineEvent))


@pytest.mark.req("L-19")
def test_fuzzed_webhooks_never_break_and_leave_nothing(client, engine):
    """B-12: wrong, missing, doubled and odd signatures, changed bytes, other charsets, depth, size."""
    chance = random.Random(7)
    good = body(event("U" + "0" * 32, message={"type": "text", "id": "1", "text": "予約"}))
    for _ in range(300):
        at = chance.randrange(len(good))
        changed = good[:at] + bytes([good[at] ^ chance.randrange(1, 256)]) + good[at + 1 :]
        assert post(client, changed, sign(good)).status_code == 400
    cases = [
        (good, []),
        (good, [sign(good), sign(good)]),
        (good, [sign(good, "another")]),
        (good, ["é"]),
        (good, [""]),
        (good, [sign(good)[:-1]]),
        (good.decode().encode("utf-16"), [sign(good)]),
        (b"", [sign(b"")]),
        (b"[" * 100_000, [sign(b"[" * 100_000)]),
        (b"\x00\xff", [sign(b"\x00\xff")]),
        (b'{"events": 3}', [sign(b'{"events": 3}')]),
    ]
    for raw, signatures in cases:
        assert post(client, raw, *signatures).status_code == 400, (raw[:40], signatures)
    large = b" " * (1024 * 1024 + 1)
    assert post(client, large, sign(large)).status_code == 413
    assert kept(engine) == 0


@pytest.mark.req("L-19")
def test_signed_nonsense_is_taken_quietly_and_good_events_beside_it_are_kept(client, engine):
    user = "U" + "1" * 32
    odd = [
        3,
        None,
        [],
        {},
        {"webhookEventId": ""},
        {"webhookEventId": "x" * 500},
        {"webhookEventId": 5, "type": "message"},
    ]
    odd += [
        event(user) | {"source": each}
        for each in (None, [], {"type": "group"}, {"type": "user"}, {"type": "user", "userId": 7})
    ]
    odd += [event(user) | {"timestamp": each} for each in ("x", -1, 10**30, None)]
    raw = json.dumps({"events": [*odd, event(user, message={"type": "text", "id": "9", "text": "予約"})]}).encode()

    for _ in range(3):
        assert post(client, raw, sign(raw)).status_code == 200

    with transaction(engine) as session:
        assert session.scalar(select(func.count()).select_from(LineEvent).where(LineEvent.state == "received")) == 5


@pytest.mark.req("L-19")
def test_two_channel_secrets_hold_while_one_is_changed(engine):
    made = make_world(engine, now=NOW, LINE_CHANNEL_SECRET="old-secret , new-secret")
    worlds.install(made)
    client = make_app(made).test_client()
    raw = body(event("U" + "2" * 32))

    answers = [post(client, raw, sign(raw, secret)).status_code for secret in ("old-secret", "new-secret", "older")]

    assert answers == [200, 200, 400]


@pytest.fixture
def known(here):
    """A member known at the desk, and a stranger's phone with LINE."""
    with transaction(here.engine) as session:
        make_rider(session, name="山田 花子", phone="09012345678")
    return make_resident(here)


def code_for(here, *, number: str = "09012345678", wall=None) -> str:
    with transaction(here.engine) as session:
        rider = session.scalars(select(Rider)).first()
        return linking.make_code(
            session, rider.id, way="counter", actor="staff:1", now=here.clock(), wall=wall or here.wall()
        )


def join_path(resident) -> str:
    resident.rich("agree")
    return form_path(resident, "register").replace("/register/", "/join/")


def joined(here) -> list[int | None]:
    with transaction(here.engine) as session:
        return [each.rider_id for each in session.scalars(select(LineUser).order_by(LineUser.id))]


def test_the_code_of_the_desk_joins_the_own_account(here, known):
    answer = send_form(known, join_path(known), code=code_for(here), tail="5678")

    assert answer.status_code == 303
    assert joined(here) != [None]
    assert "LINEがつながりました" in str(take_pushes(known))
    with transaction(here.engine) as session:
        assert session.scalars(select(AuditEntry.action).where(AuditEntry.action == "rider.linked")).all() == [
            "rider.linked"
        ]


ATTACKS = {
    "a wrong code": {"code": "00000000"},
    "the right code, another number": {"tail": "0000"},
    "no code": {"code": ""},
    "letters": {"code": "abcdefgh"},
    "a longer code that begins with it": {"more": "1"},
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_joining_fails_alike_for_every_wrong_try(here, known, attack):
    fields = {"code": code_for(here) + attack.get("more", ""), "tail": "5678"} | {
        k: v for k, v in attack.items() if k != "more"
    }

    answer = send_form(known, join_path(known), **fields)

    assert answer.status_code == 422
    assert "番号か下4けたが違うか" in answer.text
    assert joined(here) == [None]
    with transaction(here.engine) as session:
        assert "account.link_refused" in session.scalars(select(AuditEntry.action)).all()


def test_a_code_joins_once_and_for_ten_minutes_and_the_newest_only(here, known):
    old = code_for(here, wall=here.wall() - linking.LIFE - timedelta(seconds=1))
    assert send_form(known, join_path(known), code=old, tail="5678").status_code == 422
    first, second = code_for(here), code_for(here)
    assert send_form(known, join_path(known), code=first, tail="5678").status_code == 422
    assert send_form(known, join_path(known), code=second, tail="5678").status_code == 303
    thief = make_resident(here)
    assert send_form(thief, join_path(thief), code=second, tail="5678").status_code == 422
    assert joined(here)[1] is None


def test_guessing_is_over_after_five_tries_and_ten_a_day(here, known):
    code_for(here)
    path = join_path(known)
    answers = [send_form(known, path, code=f"{guess:08d}", tail="5678").status_code for guess in range(7)]
    assert answers == [422] * 5 + [410] * 2
    path = join_path(known)
    for guess in range(5):
        send_form(known, path, code=f"{guess:08d}", tail="5678")
    right = code_for(here)
    assert send_form(known, join_path(known), code=right, tail="5678").status_code == 422
    assert joined(here) == [None]
    with transaction(here.engine) as session:
        assert session.scalars(select(LinkCode).where(LinkCode.used_at.is_(None))).one().tries == 0


def test_who_was_joined_before_hears_of_another_account(here, known):
    send_form(known, join_path(known), code=code_for(here), tail="5678")
    take_pushes(known)
    second = make_resident(here)
    send_form(second, join_path(second), code=code_for(here), tail="5678")

    assert "お心当たりがないときは" in str(take_pushes(known))


def settings_path(resident) -> str:
    resident.rich("settings")
    return form_path(resident, "settings")


@pytest.fixture
def member(here, known):
    send_form(known, join_path(known), code=code_for(here), tail="5678")
    return known


@pytest.mark.req("Q-81")
def test_the_last_four_digits_come_before_anything_is_shown_or_erased(here, member):
    path = settings_path(member)
    assert "山田" not in member.client.get(path).text
    for wrong in ("", "0000", "567", "56789", "9012345678"):
        assert send_form(member, path, tail=wrong).status_code == 422
    assert member.client.get(path).status_code == 410

    path = settings_path(member)
    for step in ("/data", "/leave"):
        page = member.client.get(path).text
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        assert member.client.post(path + step, data={"csrf_token": token, "sure": "yes"}).status_code == 410
    assert "山田" in send_form(member, path, tail="５６７８").text


@pytest.mark.req("Q-81")
def test_ten_wrong_guesses_a_day_close_all_links(here, member):
    for _ in range(2):
        path = settings_path(member)
        for _ in range(5):
            send_form(member, path, tail="0000")

    assert member.client.get(settings_path(member)).status_code == 410
    with transaction(here.engine) as session:
        session.execute(update(FormLink).values(made_at=FormLink.made_at - timedelta(hours=25)))
    assert "山田" in send_form(member, settings_path(member), tail="5678").text


@pytest.mark.req("Q-81", "Q-67")
def test_a_number_changed_by_oneself_is_told_and_asks_for_no_cause(here, member):
    path = settings_path(member)
    shown = send_form(member, path, tail="5678").text
    for asked in ("障害", "手帳", "病名", "等級"):
        assert asked not in shown
    token = shown.split('name="csrf_token" value="')[1].split('"')[0]
    typed = {
        "name": "山田 花子",
        "kana": "やまだ はなこ",
        "phone": "09077778888",
        "birth_year": "1941",
        "fare_category": "discount",
    }
    answer = member.client.post(f"{path}/data", data={"csrf_token": token, **typed})

    assert answer.status_code == 303
    assert "電話番号が変わりました" in str(take_pushes(member))
    with transaction(here.engine) as session:
        rider = session.scalars(select(Rider)).one()
        assert (rider.phone, rider.fare_category) == ("+819077778888", "discount")


@pytest.mark.req("S-28")
def test_an_individual_number_is_refused_in_residents_forms(here):
    resident = make_resident(here)
    resident.rich("agree")
    typed = {
        "consent": "yes",
        "kana": "みほん",
        "phone": "09012345678",
        "birth_year": "1941",
        "fare_category": "senior",
    }

    answer = send_form(resident, form_path(resident, "register"), name=f"見本 {MY_NUMBER}", **typed)

    assert answer.status_code == 422
    assert "マイナンバー" in answer.text
    with transaction(here.engine) as session:
        assert session.scalars(select(Rider)).all() == []


def turn(web: Web, switch: str, act: str = "shut"):
    path = f"/admin/secrecy/emergency/{switch}"
    return web.post(path, page=path, act=act, reason="訓練")


@pytest.mark.req("S-17")
def test_line_is_stopped_with_a_polite_sentence_and_opened_again(here):
    resident = make_resident(here)
    web = Web(here.engine, role="dispatcher", now=NOW)
    turn(web, "line")
    worlds.install(here)

    assert "お電話(011-000-0000)でお受けします" in str(resident.say("予約"))
    assert resident.client.get("/my/register/anything").status_code == 503
    assert "お電話" in resident.client.get("/my/register/anything").text
    with transaction(here.engine) as session:
        account = session.scalars(select(LineUser)).one()
        rider = make_rider(session)
        owed = {"kind": "delay", "dedupe_key": "k", "owed_at": NOW, "not_before": NOW}
        session.add(Notification(**owed, line_user_id=account.id, rider_id=rider.id))
    assert take_pushes(resident) == []
    with transaction(here.engine) as session:
        assert session.scalars(select(Notification.state).where(Notification.dedupe_key == "k")).one() == "call"

    turn(web, "line", "open")
    worlds.install(here)
    assert "お受けします" not in str(resident.say("予約"))
    with transaction(here.engine) as session:
        acts = session.scalars(select(AuditEntry.action).where(AuditEntry.object_kind == "door")).all()
    assert acts == ["door.line.shut", "door.line.opened"]


@pytest.mark.req("S-17")
def test_the_staff_web_is_stopped_at_the_next_request_but_for_its_switches(here):
    operator = Web(here.engine, role="operator", now=NOW)
    administrator = Web(here.engine, role="system_administrator", now=NOW)
    turn(administrator, "web")

    for path in ("/admin/desk/", "/admin/riders/", "/admin/", "/api/v1/services"):
        assert operator.client.get(path).status_code == 503
    assert "緊急のため" in operator.client.get("/admin/desk/").text
    assert administrator.get("/admin/").status_code == 503
    assert administrator.get("/admin/secrecy/emergency").status_code == 200
    page = administrator.text("/admin/secrecy/emergency/web")
    administrator.client.post(
        "/admin/secrecy/emergency/web", data={"csrf_token": token_in(page), "act": "open", "reason": "訓練おわり"}
    )
    assert operator.client.get("/admin/desk/").status_code == 200


@pytest.mark.req("S-17")
def test_exports_are_refused_while_they_are_stopped(here):
    web = Web(here.engine, role="protection_manager", now=NOW)
    turn(web, "exports")
    with transaction(here.engine) as session:
        assert emergency.check_exports(session).code == "exports_shut"
    carrier = Web(here.engine, role="dispatcher", now=NOW)
    files = [
        re.sub("<[^>]+>", "1", str(rule))
        for rule in carrier.app.url_map.iter_rules()
        if rule.endpoint.endswith("_file") and "GET" in rule.methods
    ]
    assert len(files) >= 3
    for path in files:
        answer = carrier.client.get(path)
        assert answer.status_code in {403, 503}
        assert answer.status_code == 403 or "書き出しを止めています" in answer.text
    assert 503 in {carrier.client.get(path).status_code for path in files}
    turn(web, "exports", "open")
    assert 503 not in {carrier.client.get(path).status_code for path in files}
    with transaction(here.engine) as session:
        assert emergency.check_exports(session) is None


@pytest.mark.req("S-17")
def test_all_sign_ins_end_and_all_machines_are_revoked_at_once(here):
    operator = Web(here.engine, role="operator", now=NOW)
    dispatcher = Web(here.engine, role="dispatcher", now=NOW)
    assert turn(dispatcher, "sessions").status_code == 303

    for web in (operator, dispatcher):
        assert web.client.get("/admin/desk/").status_code == 302
    with transaction(here.engine) as session:
        assert session.scalars(select(StaffSession).where(StaffSession.ended_at.is_(None))).all() == []
        assert emergency.revoke_devices(session, reason="訓練", actor="staff:1", now=NOW, wall=NOW) == 2
        assert emergency.revoke_devices(session, reason="訓練", actor="staff:1", now=NOW, wall=NOW) == 0


@pytest.mark.req("S-17", "S-03")
def test_a_switch_asks_once_more_and_why(here):
    web = Web(here.engine, role="dispatcher", now=NOW)
    path = "/admin/secrecy/emergency/line"
    assert "理由" in web.text(path)
    assert web.post(path, page=path, act="shut", reason=" ").status_code == 400
    assert web.post(path, page=path, act="shut", reason=f"番号 {MY_NUMBER}").status_code == 400
    assert web.get("/admin/secrecy/emergency/everything").status_code == 404
    with transaction(here.engine) as session:
        assert session.scalars(select(EmergencySwitch)).all() == []
    for role in ("operator", "auditor", "town_officer"):
        assert Web(here.engine, role=role, now=NOW).get("/admin/secrecy/emergency").status_code == 403

"""Who reads whose data, what for, and who must never be found (S-09, S-27, C-21, D-40; security.md T5 to T7)."""

import re
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from backend.db.models import AuditEntry, Booking, Case, Incident, IncidentPhoto, Rider, StaffNotice
from backend.db.session import transaction
from backend.jobs.sweeping import Sweeper
from backend.services import cases, incidents, reads
from tests.admin.web import Web, fields_of, make_account, token_in, without_chance
from tests.make import Town, jst, make_booking, make_rider, make_wish

NOW = jst("2022-11-25 09:00:00")


@pytest.fixture
def town(engine):
    """A small town with one member."""
    with transaction(engine) as session:
        return Town(session)


@pytest.fixture
def web(engine, town):
    """An operator's browser."""
    return Web(engine, role="operator", now=NOW)


def page(town) -> str:
    return f"/admin/riders/{town.rider.public_id}"


def trail(engine, action: str) -> list[AuditEntry]:
    with transaction(engine) as session:
        return list(session.scalars(select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id)))


def open_for(web: Web, path: str, **fields: str):
    token = token_in(web.client.get(path).text)
    return web.client.post(f"{path}/open", data={"csrf_token": token, **fields})


@pytest.mark.req("S-09", "S-27")
def test_a_record_opens_for_a_purpose_and_the_look_is_on_the_trail(web, town, engine):
    first = web.client.get(page(town)).text
    assert "目的を選んでください" in first
    assert "やまだ はなこ" in first
    for hidden in ("山田 花子", "9012345678", "5678"):
        assert hidden not in without_chance(first)
    assert trail(engine, "rider.read") == []

    assert open_for(web, page(town), purpose="counter").status_code == 303
    assert "山田 花子" in web.client.get(page(town)).text

    [look] = trail(engine, "rider.read")
    assert (look.actor, look.object_id, look.facts["purpose"]) == (f"staff:{web.staff_id}", town.rider.id, "counter")
    assert look.facts["fields"].split(",")[:3] == ["name", "kana", "phone"]
    assert isinstance(look.facts["device"], int)
    assert look.at - NOW < reads.HOLDS


@pytest.mark.req("S-09")
def test_without_a_purpose_or_with_a_foreign_case_it_stays_shut(web, town, engine):
    assert open_for(web, page(town), purpose="curiosity").status_code == 409
    answer = open_for(web, page(town), purpose="case", case_number="2022-001")
    assert answer.status_code == 409
    assert "対応中の案件" in answer.text or "対応中ではない" in answer.text
    assert "目的を選んでください" in web.client.get(page(town)).text
    for path in ("erase",):
        assert "山田" not in web.client.get(f"{page(town)}/{path}").text
    assert trail(engine, "rider.read") == []


@pytest.mark.req("S-09")
def test_a_purpose_holds_for_a_quarter_of_an_hour(engine, town):
    web = Web(engine, role="operator", now=NOW)
    open_for(web, page(town), purpose="counter")
    assert "山田 花子" in web.client.get(page(town)).text
    with transaction(engine) as session:
        assert (
            reads.purpose_held(session, town.rider.id, actor=f"staff:{web.staff_id}", now=jst("2022-11-25 09:20"))
            is None
        )
        assert reads.purpose_held(session, town.rider.id, actor="staff:999", now=jst("2022-11-25 09:01")) is None


@pytest.mark.req("S-09")
def test_the_callers_own_number_is_purpose_enough_and_kana_is_not(web, town, engine):
    found = web.client.post(
        "/admin/desk/find", data={"csrf_token": token_in(web.client.get("/admin/desk/").text), "who": "090-1234-5678"}
    )
    assert "やまだ はなこ" in web.client.get(found.location).text
    assert [look.facts["purpose"] for look in trail(engine, "rider.read")] == ["phone_booking"]

    other = Web(engine, role="dispatcher", now=NOW)
    by_kana = other.client.post(
        "/admin/desk/find", data={"csrf_token": token_in(other.client.get("/admin/desk/").text), "who": "やまだ"}
    )
    assert "目的を選んでください" in other.client.get(by_kana.location).text


@pytest.mark.req("S-09")
def test_a_search_shows_kana_and_district_only(web, town, engine):
    with transaction(engine) as session:
        session.get_one(Rider, town.rider.id).district = "南沢"
        make_rider(session, name="山田 太郎", kana="やまだ たろう", phone="09011112222")

    found = web.post("/admin/riders/", page="/admin/riders/", who="やまだ").text

    assert "やまだ はなこ" in found
    assert "南沢" in found
    for hidden in ("山田 花子", "5678", "2222"):
        assert hidden not in without_chance(found)


@pytest.mark.req("S-09", "S-27")
def test_every_answer_that_showed_a_record_is_in_the_log(engine, town):
    """B-22: three hundred looks, compared with what the pages said (HTTP answers vs log)."""
    with transaction(engine) as session:
        others = [make_rider(session, name=f"人{number}", phone=f"0901111{number:04d}") for number in range(60)]
        ids = {each.public_id: each.id for each in others}
    web = Web(engine, role="operator", now=NOW)
    shown = []
    for public_id, rider_id in ids.items():
        path = f"/admin/riders/{public_id}"
        shown += [rider_id for _ in range(2) if 'name="birth"' in web.get(path).text]
        if "sentence" in web.client.get(f"{path}/erase").text or "消去" in web.client.get(f"{path}/erase").text:
            shown += [rider_id] * 2

    assert sorted(look.object_id for look in trail(engine, "rider.read")) == sorted(shown)
    assert len(shown) == 240


@pytest.mark.req("S-09")
def test_far_more_look_ups_than_usual_raise_an_alarm_within_a_minute(engine, town):
    with transaction(engine) as session:
        ids = [make_rider(session, name=f"人{number}", phone=f"0901111{number:04d}").public_id for number in range(45)]
    manager = make_account(engine, role="protection_manager")
    web = Web(engine, role="operator", now=NOW)
    sweeper = Sweeper(web.world)
    for public_id in ids[:39]:
        web.get(f"/admin/riders/{public_id}")
    sweeper.look_ups()
    assert trail(engine, "alarm.many_look_ups") == []

    for public_id in ids[39:]:
        web.get(f"/admin/riders/{public_id}")
    sweeper.look_ups()
    sweeper.look_ups()

    [alarm] = trail(engine, "alarm.many_look_ups")
    assert (alarm.facts["staff"], alarm.facts["count"]) == (web.staff_id, 45)
    with transaction(engine) as session:
        notices = session.scalars(select(StaffNotice).where(StaffNotice.staff_id == manager)).all()
        assert [each.kind for each in notices] == ["many_look_ups"]
    watcher = Web(engine, role="auditor", now=NOW)
    assert "operator さんが1日に45人" in watcher.text("/admin/secrecy/alarms")


@pytest.mark.req("S-09")
def test_who_opens_as_many_every_day_raises_none(engine, town):
    with transaction(engine) as session:
        ids = [make_rider(session, name=f"人{number}", phone=f"0901111{number:04d}").id for number in range(45)]
        for day in range(21, 26):
            for rider_id in ids[: 45 if day == 25 else 20]:
                reads.note(
                    session,
                    rider_id,
                    fields=("name",),
                    purpose="counter",
                    actor="staff:7",
                    device_id=None,
                    now=jst(f"2022-11-{day} 08:00"),
                )
        assert reads.watch(session, now=NOW, wall=NOW) == []


@pytest.mark.req("C-21", "S-09", "S-27")
def test_auditor_and_protection_manager_see_who_read_whom_and_are_seen(web, town, engine):
    web.get(page(town))
    auditor = Web(engine, role="auditor", now=NOW)

    log = auditor.text(f"/admin/secrecy/log?rider={town.rider.public_id}&kind=rider.read")

    assert "<td>情報を見た</td>" in log
    assert "電話での予約" in log
    assert "operator" in log
    assert "山田" not in log
    [seen] = trail(engine, "audit.read")
    assert (seen.actor, seen.facts["rider_id"]) == (f"staff:{auditor.staff_id}", town.rider.id)
    for narrowed, is_there in (
        (f"staff={web.staff_id}", True),
        (f"staff={auditor.staff_id}&kind=rider.read", False),
        ("first=2022-11-25&last=2022-11-25&kind=rider.read", True),
        ("first=2022-11-26&kind=rider.read", False),
        ("rider=nobody", False),
    ):
        assert ("<td>情報を見た</td>" in auditor.text(f"/admin/secrecy/log?{narrowed}")) is is_there, narrowed
    assert auditor.get("/admin/secrecy/log?first=yesterday").status_code == 400
    assert web.client.get("/admin/secrecy/log").status_code == 403


def written_down(engine, town) -> tuple[Incident, str, Case]:
    """Write down an accident with a picture, and a case; return them with the address of the picture."""
    picture = b"\xff\xd8\xff\xda\x00\x02picture\xff\xd9"
    by = {"actor": "staff:1", "now": NOW}
    with transaction(engine) as session:
        accident = incidents.report(
            session,
            kind="accident",
            service_id=town.service.id,
            text="山田さんが転倒",
            happened_at=NOW,
            reported_by="staff:1",
            key="1",
            now=NOW,
        )
        assert incidents.add_photo(session, accident.id, picture=picture, key="1", **by) is None
        photo = session.scalars(select(IncidentPhoto.public_id)).one()
        opened = {"kind": "complaint", "channel": "phone", "text": "山田です", "rider_id": None, "key": "1"}
        case = cases.open(session, service_id=town.service.id, **opened, **by)
    return accident, f"/admin/incidents/{accident.public_id}/photos/{photo}", case


@pytest.mark.req("S-09", "S-27")
def test_every_look_at_what_was_written_down_is_on_the_trail(web, town, engine):
    """An account may name anybody: its page, its paper, each picture, and a page that came back with a fault."""
    accident, photo, case = written_down(engine, town)
    page, paper = f"/admin/incidents/{accident.public_id}", f"/admin/incidents/{accident.public_id}/paper"
    for list_only in ("/admin/incidents/", "/admin/cases/"):
        assert "山田" not in web.text(list_only)
    assert trail(engine, "incident.read") + trail(engine, "case.read") == []

    assert ["山田さんが転倒" in web.text(path) for path in (page, paper)] == [True, True]
    assert b"picture" in web.client.get(photo).data
    assert (
        "山田さんが転倒" in web.post(f"{page}/notes", page=page, note_text="", key=str(uuid4())).text
    )  # opens the page before
    assert "山田です" in web.text(f"/admin/cases/{case.public_id}")

    looks = trail(engine, "incident.read")
    assert {(look.actor, look.object_kind, look.object_id) for look in looks} == {
        (f"staff:{web.staff_id}", "incident", accident.id)
    }
    assert [look.facts["fields"] for look in looks] == ["text,notes", "text,notes", "photo", "text,notes", "text,notes"]
    assert {type(look.facts["device"]) for look in looks} == {int}
    [look] = trail(engine, "case.read")
    assert (look.actor, look.object_id, look.facts["fields"]) == (f"staff:{web.staff_id}", case.id, "text,reply")
    assert web.client.get(photo.replace(accident.public_id, "x" * 22)).status_code == 404
    assert len(trail(engine, "incident.read")) == len(looks)
    auditor = Web(engine, role="auditor", now=NOW)
    for kind, words in (("incident.", "<td>事故・破損などの内容を見た</td>"), ("case.", "<td>申出の内容を見た</td>")):
        shown = auditor.text(f"/admin/secrecy/log?kind={kind}")
        assert words in shown
        assert "山田" not in shown


@pytest.fixture
def protected(engine, town):
    """The town's member under protection, with a ride on Monday."""
    with transaction(engine) as session:
        wish = make_wish(town.service, town.stops[0], town.stops[2])
        make_booking(session, wish, rider=session.get_one(Rider, town.rider.id))
    manager = Web(engine, role="protection_manager", now=NOW)
    path = f"{page(town)}/protection"
    manager.post(path, page=path, act="on", reason="申出 2022-11-01 第5号")
    return manager


@pytest.mark.req("S-09", "S-27")
def test_who_is_protected_is_answered_like_nobody_at_all(web, town, engine, protected):
    number, name, person = "090-1234-5678", "やまだ", town.rider.public_id
    for where in ("/admin/desk/find", "/admin/riders/"):
        for known, absent in ((number, "090-1234-0000"), (name, "すずき")):
            answers = []
            for who in (known, absent):
                text_ = re.sub(
                    r'(name="csrf-token" content|name="csrf_token" value|name="key" value)="[^"]*"',
                    "",
                    web.post(where, who=who).text,
                )
                answers.append(text_.replace(who, "…").replace("09012345678", "…").replace("09012340000", "…"))
            assert answers[0] == answers[1]
            assert "はなこ" not in answers[0]
    for path in (f"/admin/desk/riders/{person}", page(town), f"{page(town)}/erase"):
        known, absent = web.client.get(path), web.client.get(path.replace(person, "x" * 22))
        assert (known.status_code, absent.status_code) == (404, 404)
        assert re.sub("[0-9a-f]{16}", "", known.text) == re.sub("[0-9a-f]{16}", "", absent.text)
    with transaction(engine) as session:
        booking = session.scalars(select(Booking)).one()
        booking.number = "1111"  # as drawn it might be 5678
    shown = web.text(f"/admin/desk/bookings/{booking.public_id}")
    assert person not in shown
    for hidden in ("山田", "やまだ", "5678"):
        assert hidden not in without_chance(shown)


@pytest.mark.req("S-09")
def test_registering_who_is_protected_again_confirms_nothing(web, town, engine, protected):
    entry = {
        "agreed": "yes",
        "name": "山田 花子",
        "kana": "やまだ はなこ",
        "phone": "09012345678",
        "fare_category": "adult",
    }

    answer = web.post("/admin/riders/new", page="/admin/riders/new", **entry)

    assert answer.status_code == 303
    assert town.rider.public_id not in answer.location


@pytest.mark.req("S-09", "S-27")
def test_the_protection_manager_alone_finds_books_and_lifts(town, engine, protected):
    assert "やまだ はなこ" in protected.post("/admin/riders/", who="090-1234-5678").text
    found = protected.post("/admin/desk/find", page="/admin/riders/", who="090-1234-5678")
    assert "やまだ はなこ" in protected.text(found.location)
    path = f"{page(town)}/protection"
    assert protected.post(path, page=path, act="off", reason="").status_code == 400
    protected.post(path, page=path, act="off", reason="取り下げ")

    assert [entry.actor for entry in trail(engine, "rider.unprotected")] == [f"staff:{protected.staff_id}"]
    for entry in trail(engine, "rider.protected") + trail(engine, "rider.unprotected"):
        assert "第5号" not in str(entry.facts)
    operator = Web(engine, role="operator", now=NOW)
    assert "やまだ はなこ" in operator.post("/admin/riders/", who="090-1234-5678").text
    assert operator.client.get(path).status_code == 403


@pytest.mark.req("D-40")
def test_after_erasure_the_name_is_in_no_table(web, town, engine):
    """Every text of every table, also opened: nothing of the person is left; the ride is."""
    with transaction(engine) as session:
        wish = make_wish(town.service, town.stops[0], town.stops[2])
        make_booking(session, wish, rider=session.get_one(Rider, town.rider.id))
        session.get_one(Rider, town.rider.id).district = "南沢"
    erase = f"{page(town)}/erase"
    web.get(page(town))
    assert web.post(erase, page=erase).status_code == 303

    with transaction(engine) as session:
        rider = session.get_one(Rider, town.rider.id)
        assert (rider.name, rider.kana, rider.phone, rider.district, rider.phone_index) == ("", "", "", "", None)
        assert session.scalars(select(Booking.rider_id)).all() == [town.rider.id]
        tables = session.execute(
            text(
                "SELECT table_schema || '.' || table_name FROM information_schema.tables WHERE table_schema IN ('public', 'personal')"
            )
        ).scalars()
        for table in tables.all():
            dump = str(session.execute(text(f"SELECT json_agg(t)::text FROM {table} t")).scalar())
            for trace in ("山田", "やまだ", "9012345678", "南沢"):
                assert trace not in dump, table
    assert web.post("/admin/riders/", who="090-1234-5678").text.count("はなこ") == 0


@pytest.mark.req("S-28")
def test_an_individual_number_is_refused_in_text_fields(web, town, engine):
    path = page(town)
    form = web.text(path)
    fields = {
        "version": fields_of(form, "birth")["version"],
        "kana": "やまだ はなこ",
        "phone": "09012345678",
        "fare_category": "adult",
    }
    for number in ("123456789018", "1234-5678-9018", "１２３４ ５６７８ ９０１８"):
        answer = web.post(path, page=path, name=f"山田 {number}", **fields)
        assert answer.status_code == 400
        assert "マイナンバー" in answer.text
    assert web.post(path, page=path, name="山田 123456789012", **fields).status_code == 303


def last_rides(shown: str) -> str:
    """Return the part of a caller's page with the past rides."""
    return shown.split('aria-labelledby="again"')[1].split("</section>", maxsplit=1)[0]


@pytest.mark.req("S-03")
def test_another_number_needs_a_look_at_the_person_or_a_call_back(web, town, engine):
    """T5: the caller's own word is not enough, and the old rides rest for a day."""
    with transaction(engine) as session:
        wish = make_wish(town.service, town.stops[0], town.stops[2])
        make_booking(session, wish, rider=session.get_one(Rider, town.rider.id))
    path = page(town)
    fields = {"name": "山田 花子", "kana": "やまだ はなこ", "phone": "09077778888", "fare_category": "adult"}
    version = fields_of(web.text(path), "birth")["version"]
    desk = f"/admin/desk/riders/{town.rider.public_id}"
    assert "<form" in last_rides(web.text(desk))

    answer = web.post(path, page=path, version=version, **fields)
    assert answer.status_code == 409
    assert "今までの番号へのかけ直し" in answer.text

    assert web.post(path, page=path, version=version, phone_checked="call_back", **fields).status_code == 303
    [change] = trail(engine, "rider.phone_changed")
    assert change.facts == {"way": "call_back"}
    assert "<form" not in last_rides(web.text(desk))

"""Cases are answered in time, incidents told to the town, contacts complete (T-48 to T-50, T-53, D-22, D-51)."""

import base64
import re
import uuid
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import select, text

from backend.clock import Clock
from backend.db.models import AuditEntry, Case, Incident
from backend.db.session import transaction
from backend.domain import pictures
from backend.services import cases, incidents
from tests.acceptance.test_sales import pairs_of, rows_of
from tests.admin.web import Web, fields_of
from tests.make import LINE_NOW, jst, make_line, make_rider

CASES, INCIDENTS, CONTACTS = "/admin/cases/", "/admin/incidents/", "/admin/contacts/"
DUTIES = ("business", "operation", "emergency", "town", "security", "protection", "support")
SAID = "冬の停留所が分かりにくい。\n目印を増やしてほしい。"


@pytest.fixture
def line(engine):
    """The id of the line's service."""
    with transaction(engine) as session:
        return make_line(session).id


def web_of(engine, role="operator", *, now=LINE_NOW):
    return Web(engine, role=role, now=now)


def later(web, **span):
    """Let the browser's town be later than it was."""
    web.app.extensions["noriai"] = replace(web.world, clock=Clock.starting_at(LINE_NOW + timedelta(**span)))


def send(web, page, button, path=None, **typed):
    """Fill in the form that holds ``button`` and send it."""
    form = fields_of(web.text(page), button)
    form.pop("csrf_token")
    return web.post(path or page, **form | typed)


def open_case(web, line, **typed):
    values = {"service_id": str(line), "kind": "complaint", "channel": "phone", "case_text": SAID}
    return send(web, f"{CASES}new", 'name="case_text"', **values | typed)


def case_by_line(engine, line, *, key="chat", rider_id=None):
    """Let the chat's form open a case."""
    with transaction(engine) as session:
        return cases.open(
            session,
            service_id=line,
            kind="opinion",
            channel="line",
            text="便を増やしてほしい",
            rider_id=rider_id,
            key=key,
            now=LINE_NOW,
            actor="line:1",
        ).public_id


@pytest.mark.req("T-49")
def test_a_case_by_phone_and_one_by_line_get_numbers_and_are_listed_by_due_date(engine, line):
    web = web_of(engine)
    by_phone = open_case(web, line).location.partition("?")[0]
    case_by_line(engine, line)
    send(web, by_phone, 'name="reply"', due_on="2025-05-20", reply="", in_charge=str(web.staff_id))

    rows = rows_of(web.text(CASES))

    assert [row[:5] for row in rows[1:]] == [
        ["2025-0002", "2025年5月12日(月)", "意見・要望", "LINE", "未定"],
        ["2025-0001", "2025年5月20日(火)", "苦情", "電話", "職員 見本"],
    ]


@pytest.mark.req("T-49")
def test_a_case_is_closed_with_a_reply_and_counted_in_its_month(engine, line):
    web = web_of(engine)
    case = open_case(web, line).location.partition("?")[0]
    open_case(web, line, kind="question", channel="counter")
    answered = {"due_on": "2025-05-12", "in_charge": str(web.staff_id), "closed": "yes"}

    without = send(web, case, 'name="reply"', **answered, reply="")
    done = send(web, case, 'name="reply"', **answered, reply="目印の写真を案内に載せます。")

    assert (without.status_code, "担当者と回答を" in without.get_data(as_text=True)) == (409, True)
    assert done.status_code == 303
    assert [row[0] for row in rows_of(web.text(CASES))[1:]] == ["2025-0002"]
    month = web.text(f"{CASES}month?month=2025-05")
    assert rows_of(month, "種別ごとの件数")[1:] == [["苦情", "1", "1"], ["意見・要望", "0", "0"], ["質問", "1", "0"]]
    assert rows_of(web.text(f"{CASES}month?month=2025-04"), "種別ごとの件数")[1] == ["苦情", "0", "0"]
    assert "目印の写真を案内に載せます。" in web.text(case)


@pytest.mark.req("T-49")
def test_a_case_that_is_due_stands_on_the_start_page_and_becomes_overdue(engine, line):
    web = web_of(engine)
    open_case(web, line)
    shown = {}
    for days in (6, 7, 8):
        later(web, days=days)
        shown[days] = ("今日までに回答する申出が1件" in web.text("/admin/"), "期限切れ" in web.text(CASES))

    assert shown == {6: (False, False), 7: (True, False), 8: (True, True)}


@pytest.mark.req("T-49", "D-29")
def test_two_who_answer_the_same_case_do_not_overwrite_each_other(engine, line):
    first, second = web_of(engine), web_of(engine, "dispatcher")
    case = open_case(first, line).location.partition("?")[0]
    old = fields_of(second.text(case), 'name="reply"')
    old.pop("csrf_token")
    send(first, case, 'name="reply"', due_on="2025-05-12", reply="一人目の回答")

    answer = second.post(case, **old, due_on="2025-05-12", reply="二人目の回答")

    page = answer.get_data(as_text=True)
    assert (answer.status_code, "一人目の回答" in page, "二人目の回答" in page) == (409, True, True)
    assert "二人目の回答" not in second.text(case)


@pytest.mark.req("T-49", "P-19")
def test_what_was_said_is_sealed_and_in_no_trail(engine, line):
    web = web_of(engine)
    open_case(web, line)

    with transaction(engine) as session:
        stored = session.execute(text("SELECT text_sealed FROM personal.cases")).scalar_one()
        trail = session.scalars(select(AuditEntry).where(AuditEntry.action == "case.opened")).one()
    assert "停留所".encode() not in bytes(stored)
    assert (trail.actor, trail.facts) == (f"staff:{web.staff_id}", {"kind": "complaint", "channel": "phone"})


@pytest.mark.req("T-49")
def test_a_case_by_line_leads_to_how_to_reach_who_wrote_it(engine, line):
    with transaction(engine) as session:
        rider = make_rider(session)
    case = f"{CASES}{case_by_line(engine, line, rider_id=rider.id)}"
    link = f"/admin/riders/{rider.public_id}"

    assert link in web_of(engine).text(case)
    assert link not in web_of(engine, "town_officer").text(case)


@pytest.mark.req("T-49")
def test_a_case_sent_twice_is_one_and_an_empty_one_is_named(engine, line):
    web = web_of(engine)
    key = str(uuid.uuid4())

    answers = [open_case(web, line, key=key) for _ in range(2)]
    empty = open_case(web, line, case_text=" \n ")

    assert answers[0].location == answers[1].location
    assert (empty.status_code, 'id="case_text-fault"' in empty.get_data(as_text=True)) == (400, True)
    assert open_case(web, line, channel="line").status_code == 400
    with transaction(engine) as session:
        assert [case.number for case in session.scalars(select(Case))] == ["2025-0001"]


def report(web, line, **typed):
    values = {"service_id": str(line), "kind": "accident", "day": "2025-05-05", "time": "8:10"}
    values["incident_text"] = "駐車場で接触。けが人なし。"
    return send(web, f"{INCIDENTS}new", 'name="incident_text"', **values | typed)


@pytest.mark.req("T-48")
@pytest.mark.parametrize(("kind", "name"), [("accident", "事故"), ("own_judgement", "自主判断による対応")])
def test_an_accident_alerts_the_town_at_once_and_keeps_when_it_was_told(engine, line, kind, name):
    carrier, town = web_of(engine, "carrier"), web_of(engine, "town_officer")
    assert "事故・破損などが" not in town.text("/admin/")
    stop_id = re.search(r'<option value="(\d+)">真駒内駅<', carrier.text(f"{INCIDENTS}new")).group(1)

    incident = report(carrier, line, kind=kind, stop_id=stop_id).location.partition("?")[0]

    assert "対応中の事故・破損などが1件" in town.text("/admin/")
    assert "市へまだ報告していない事故・破損などが1件" in carrier.text("/admin/")
    early = town.post(f"{incident}/closed")
    assert (early.status_code, "市への報告を記録してから" in early.get_data(as_text=True)) == (409, True)
    later(carrier, minutes=20)
    carrier.post(f"{incident}/told")
    later(carrier, minutes=40)
    carrier.post(f"{incident}/told")
    draft = carrier.text(f"{incident}/paper")
    assert f"<h1>{name}の報告書</h1>" in draft
    shown = pairs_of(draft)
    assert (shown["起きた日時"], shown["場所・便・車両"]) == ("2025年5月5日(月)8時10分", "真駒内駅")
    assert (shown["状況と対応"], shown["市への報告"]) == ("駐車場で接触。けが人なし。", "5月5日(月)12時20分")
    assert "市へまだ報告していない" not in carrier.text("/admin/")
    assert town.post(f"{incident}/closed").status_code == 303
    assert "事故・破損などが" not in town.text("/admin/")


@pytest.mark.req("T-50")
def test_damage_of_a_stop_sign_is_seen_and_closed_by_the_town(engine, line):
    town = web_of(engine, "town_officer")
    with transaction(engine) as session:
        stop_id = session.execute(text("SELECT id FROM stops WHERE name = '常盤'")).scalar_one()
        for _ in range(2):  # an offline tap arrives twice
            incidents.report(
                session,
                kind="damage",
                service_id=line,
                text="標識が倒れている",
                happened_at=jst("2025-05-05 07:30"),
                reported_by="staff:99",
                key="tap",
                now=LINE_NOW,
                stop_id=stop_id,
            )

    [row] = rows_of(town.text(INCIDENTS))[1:]
    [path] = re.findall(rf'href="({INCIDENTS}[\w-]+)">破損', town.text(INCIDENTS))

    assert row == ["5月5日(月)7時30分", "破損", "常盤", "未報告", "対応中"]
    assert "標識が倒れている" in town.text(path)
    assert "対応中の事故・破損などが1件" in town.text("/admin/")
    assert town.post(f"{path}/closed").status_code == 303
    assert rows_of(town.text(INCIDENTS), "起きた日時")[1][4] == "完了"
    with transaction(engine) as session:
        assert session.scalars(select(Incident)).one().closed_by == f"staff:{town.staff_id}"


@pytest.mark.req("T-50")
def test_a_carrier_does_not_close_what_it_reported(engine, line):
    carrier = web_of(engine, "carrier")
    incident = report(carrier, line, kind="damage").location.partition("?")[0]

    assert carrier.post(f"{incident}/closed").status_code == 403
    assert "完了にする" not in carrier.text(incident)


JPEG = b"\xff\xd8" + b"\xff\xe1\x00\x10Exif GPS 43.06" + b"\xff\xda\x00\x02picture" + b"\xff\xd9"


def add_photo(web, incident, picture=JPEG, **typed):
    """Send a picture by the form of an incident's page."""
    form = fields_of(web.text(incident), 'name="photo"') | typed
    return web.client.post(f"{incident}/photos", data={**form, "photo": (BytesIO(picture), "sign.jpg")})


@pytest.mark.req("T-50", "S-06")
def test_a_picture_of_the_damage_is_kept_sealed_without_its_place_and_shown_to_the_town(engine, line):
    carrier, town = web_of(engine, "carrier"), web_of(engine, "town_officer")
    incident = report(carrier, line, kind="damage").location.partition("?")[0]
    key = str(uuid.uuid4())

    sent = [add_photo(carrier, incident, key=key).status_code for _ in range(2)]

    assert sent == [303, 303]
    [address] = set(re.findall(rf'src="({incident}/photos/[\w-]+)"', town.text(incident)))
    shown = town.client.get(address)
    assert (shown.mimetype, shown.headers["Cache-Control"]) == ("image/jpeg", "no-store")
    assert b"picture" in shown.data
    assert b"GPS" not in shown.data
    with engine.connect() as connection:
        [kept] = connection.execute(text("SELECT picture_sealed FROM personal.incident_photos")).scalars()
        assert b"picture" not in bytes(kept)
        assert base64.b64encode(b"picture")[:8] not in bytes(kept)
    assert web_of(engine, "auditor").client.get(address).status_code == 403
    other = report(carrier, line, kind="damage", key=str(uuid.uuid4())).location.partition("?")[0]
    assert town.client.get(address.replace(incident, other)).status_code == 404


@pytest.mark.req("T-50", "S-06")
@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(JPEG + JPEG, id="a second picture behind"),
        pytest.param(JPEG[:-2] + JPEG[2:], id="between two scans"),
        pytest.param(JPEG + b"GPS 43.06" + b"x" * 100, id="words behind"),
    ],
)
def test_no_place_stays_behind_the_picture_or_within_it(picture):
    shown = pictures.without_origin(picture)

    assert shown is not None
    assert b"picture" in shown
    assert b"GPS" not in shown


@pytest.mark.req("T-50")
@pytest.mark.parametrize(
    ("picture", "code"),
    [
        pytest.param(b"<svg onload=alert(1)>", 409, id="no picture"),
        pytest.param(b"", 409, id="nothing"),
        pytest.param(JPEG[:20], 409, id="half a picture"),
        pytest.param(JPEG[:-2] + b"x" * 5_000_001 + JPEG[-2:], 409, id="too large"),
        pytest.param(b"x" * 5_200_000, 413, id="larger than any form"),
    ],
)
def test_what_is_no_picture_is_refused(engine, line, picture, code):
    web = web_of(engine, "dispatcher")
    incident = report(web, line, kind="damage").location.partition("?")[0]

    answer = add_photo(web, incident, picture)

    assert answer.status_code == code
    if code == 409:
        assert "JPEGの写真を選んでください" in answer.get_data(as_text=True)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM personal.incident_photos")).scalar_one() == 0


@pytest.mark.req("D-22")
def test_a_fault_is_noted_on_until_it_is_over_and_printed_with_its_dates(engine, line):
    web = web_of(engine, "dispatcher")
    incident = report(web, line, kind="fault", incident_text="LINEの返信が止まった。").location.partition("?")[0]
    switched, over = str(uuid.uuid4()), str(uuid.uuid4())
    for minutes, note, key in (
        (10, "電話受付に切り替え", switched),
        (11, "電話受付に切り替え", switched),
        (45, "復旧。予約はすべて残っている", over),
    ):
        later(web, minutes=minutes)
        send(web, incident, 'name="note_text"', f"{incident}/notes", note_text=note, key=key)

    printed = rows_of(web.text(f"{incident}/paper"))

    assert printed[1:] == [
        ["5月5日(月)12時10分", "職員 見本", "電話受付に切り替え"],
        ["5月5日(月)12時45分", "職員 見本", "復旧。予約はすべて残っている"],
    ]
    assert web.post(f"{incident}/closed").status_code == 303


def test_the_report_names_the_year_in_japan(engine, line):
    web = web_of(engine, now=jst("2026-01-01 09:00"))

    incident = report(web, line, day="2026-01-01", time="0:30").location.partition("?")[0]

    assert pairs_of(web.text(f"{incident}/paper"))["起きた日時"] == "2026年1月1日(木)0時30分"


def test_an_incident_still_to_come_is_named(engine, line):
    answer = report(web_of(engine), line, time="13:00")

    assert (answer.status_code, "いまより前" in answer.get_data(as_text=True)) == (400, True)


def fill(web, duty, **typed):
    values = {"contact_name": "見本 太郎", "contact_phone": "011-000-0002", "contact_hours": "いつでも"}
    return send(web, f"{CONTACTS}{duty}", 'name="contact_name"', **values | typed)


@pytest.mark.req("T-53", "S-07")
def test_an_empty_duty_is_warned_of_until_somebody_holds_it(engine, line):
    web = web_of(engine, "dispatcher")
    warned = []
    for duty in DUTIES:
        warned.append(web.text(CONTACTS).count("<li>"))
        assert f"連絡先の登録されていない役割が{warned[-1]}件" in web.text("/admin/")
        fill(web, duty)

    assert warned == [7, 6, 5, 4, 3, 2, 1]
    assert "まだ登録されていない" not in web.text(CONTACTS)
    assert "連絡先の登録されていない" not in web.text("/admin/")
    assert [row[0] for row in rows_of(web.text(CONTACTS))[1:]][:5] == [
        "業務責任者",
        "運行管理者",
        "緊急連絡先",
        "市の担当",
        "情報セキュリティ責任者",
    ]
    fill(web, "business", contact_phone=" ")
    assert "連絡先の登録されていない役割が1件" in web.text("/admin/")


@pytest.mark.req("D-51")
@pytest.mark.parametrize("role", ["operator", "carrier", "town_officer"])
def test_support_hours_and_the_emergency_contact_are_shown(engine, line, role):
    fill(web_of(engine, "dispatcher"), "emergency", contact_name="当番", contact_phone="011-000-0009")
    web = web_of(engine, role)

    assert "平日8時45分から17時15分まで" in web.text(CONTACTS)
    pages = ["/admin/", CONTACTS, INCIDENTS, "/admin/sales/"]
    assert [page for page in pages if "緊急連絡先:当番 011-000-0009" not in web.text(page)] == []


@pytest.mark.req("T-53", "D-29")
def test_two_who_change_a_contact_do_not_overwrite_each_other(engine, line):
    first, second = web_of(engine, "dispatcher"), web_of(engine, "town_officer")
    old = fields_of(second.text(f"{CONTACTS}town"), 'name="contact_name"')
    old.pop("csrf_token")
    fill(first, "town", contact_name="交通担当")

    answer = second.post(f"{CONTACTS}town", **old, contact_name="別の担当", contact_phone="1", contact_hours="")

    assert answer.status_code == 409
    assert "交通担当" in answer.get_data(as_text=True)
    assert "別の担当" not in second.text(CONTACTS)

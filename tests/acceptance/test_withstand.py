"""What withstands an attack, a copy that nobody allowed, and a day without power (S-01, S-04, S-10)."""

import re

import pytest
from sqlalchemy import select, text

from admin.guard import roles_for
from admin.routes import BULK, PAPERS, PUBLIC
from backend.db import models
from backend.db.session import transaction
from backend.services import emergency
from tests.acceptance.matrix import LOGINS, Demo
from tests.admin.web import Web, token_in
from tests.make import MONDAY, NOW, Town, jst, make_rider

MORNING = jst(f"{MONDAY} 09:30")
MARK = "zqx7"
ATTACKS = {
    "sql": "' OR '1'='1'; DROP TABLE bookings; --",
    "union": "1) UNION SELECT name_sealed FROM personal.riders --",
    "script": f"<script>{MARK}()</script>",
    "attribute": f'" onfocus="{MARK}()" autofocus x="',
    "path": "../../../../etc/passwd",
    "header": f"x\r\nSet-Cookie: {MARK}=1",
    "template": "{{7919*104729}}${7919*104729}",
    "half a sign": "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
}
NAMES = (
    "day",
    "q",
    "who",
    "service",
    "run",
    "to",
    "kind",
    "first",
    "last",
    "staff",
    "rider",
    "before",
    "month",
    "code",
)


@pytest.fixture
def demo(demo_engine):
    """The demo town on a Monday morning, everybody signed in."""
    return Demo(demo_engine, now=MORNING)


@pytest.mark.req("S-01")
@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_no_page_runs_breaks_or_gives_away_what_is_smuggled_into_its_address(demo, attack):
    faults = []
    asked = 0
    for rule, method in demo.rules():
        role = next(iter(sorted(roles_for(rule.endpoint))), None)
        if method != "GET" or rule.endpoint in PUBLIC or role is None:
            continue
        values = {
            name: attack
            for name, converter in rule._converters.items()
            if type(converter).__name__ == "UnicodeConverter"
        }
        answer = demo.client(LOGINS[role]).get(demo.path(rule, values), query_string=dict.fromkeys(NAMES, attack))
        asked += 1
        page = answer.get_data(as_text=True)
        hurts = (
            answer.status_code >= 500,
            f"<script>{MARK}" in page,
            re.search(rf'[^&;]" onfocus="{MARK}', page) is not None,
            str(7919 * 104729) in page,
            MARK in str(answer.headers.get_all("Set-Cookie")),
            "root:" in page,
        )
        if any(hurts):
            faults.append((rule.endpoint, answer.status_code, hurts))

    assert asked > 50
    assert faults == []
    with transaction(demo.engine) as session:
        assert session.scalar(text("SELECT count(*) FROM bookings")) is not None


@pytest.mark.req("S-01")
def test_no_form_is_taken_without_the_token_of_its_page(demo):
    taken = []
    for rule, _ in demo.rules():
        role = next(iter(sorted(roles_for(rule.endpoint))), None)
        if "POST" not in rule.methods or rule.endpoint in PUBLIC | BULK or role is None:
            continue
        if rule.endpoint.startswith("api."):
            continue  # the machine API takes no cookie without a token of its own either: test_line_api
        client = demo.client(LOGINS[role])
        for headers in ({}, {"Sec-Fetch-Site": "cross-site"}):
            answer = client.post(demo.path(rule, {}), data={"reason": "x"}, headers=headers)
            if answer.status_code not in {400, 403}:
                taken.append((rule.endpoint, role, headers, answer.status_code))

    assert taken == []


@pytest.mark.req("S-01")
def test_another_member_s_booking_is_not_there(member, minami):
    with transaction(minami.engine) as session:
        stranger = make_rider(session, phone="09033334444", name="別 の人", kana="べつ のひと")
        stranger_id = stranger.id
        booking = session.scalars(select(models.Booking)).first()
        if booking is None:
            service = session.scalars(
                select(models.TransportService).where(models.TransportService.mode == "area")
            ).one()
            stops = session.scalars(select(models.Stop).order_by(models.Stop.id)).all()
            from tests.make import make_booking, make_wish  # noqa: PLC0415

            booking = make_booking(session, make_wish(service, stops[0], stops[5]), rider=stranger, now=minami.clock())
        booking.rider_id = stranger_id
        public_id = booking.public_id

    for verb in ("booking", "cancel", "cancel-yes", "change", "again-of"):
        member.tap_data(f"nr1:{verb}::{public_id}")
        assert "べつ" not in member.read
        assert "別 の人" not in member.read

    with transaction(minami.engine) as session:
        kept = session.scalars(select(models.Booking).where(models.Booking.public_id == public_id)).one()
        assert (kept.rider_id, kept.state) == (stranger_id, "confirmed")


# Without power


@pytest.mark.req("S-04")
def test_today_s_stops_are_printed_by_vehicle_with_no_more_than_a_driver_needs(engine):
    with transaction(engine) as session:
        town = Town(session)
        rider = make_rider(session, name="見本 ハル", kana="みほん はる", phone="06099990001")
        booked = town.book(1, 3, time="10:00", rider=rider, adult=2)
        number = booked.number
    web = Web(engine, role="dispatcher", now=MORNING)

    assert "運行表を印刷する" in web.text("/admin/dispatch/")
    page = web.text("/admin/dispatch/sheets")

    rows = [re.sub(r"<[^>]+>", " ", each).split() for each in re.findall(r"<tr><td>(.*?)</tr>", page)]
    assert [(row[0], row[1], row[2], row[3]) for row in rows] == [
        ("10時", "停留所2", "乗車", number),
        ("10時10分", "停留所4", "降車", number),
    ]
    assert "みほん 様" in page
    for secret in ("はる", "見本 ハル", "6099990001"):
        assert secret not in page
    assert "desk-print.css" in page
    with transaction(engine) as session:
        printed = select(models.AuditEntry).where(models.AuditEntry.action == "manifest.printed")
        assert session.scalars(printed).one().actor == f"staff:{web.staff_id}"


@pytest.mark.req("S-04", "S-17", "P-17")
def test_the_sheets_open_at_office_machines_only_and_also_while_exports_are_stopped(engine):
    with transaction(engine) as session:
        Town(session)
        emergency.shut(session, emergency.EXPORTS, reason="調査", actor="command", now=NOW)
    web = Web(engine, role="dispatcher", now=MORNING)

    assert web.client.get("/admin/dispatch/sheets").status_code == 200
    web.client.delete_cookie("noriai-device")
    assert web.client.get("/admin/dispatch/sheets").status_code == 403


# Copies


@pytest.mark.req("S-10", "S-17")
def test_papers_to_hand_on_rest_with_the_files_while_exports_are_stopped(engine):
    with transaction(engine) as session:
        Town(session)
        emergency.shut(session, emergency.EXPORTS, reason="調査", actor="command", now=NOW)
    web = Web(engine, role="dispatcher", now=MORNING)
    asked = [rule for rule in web.app.url_map.iter_rules() if rule.endpoint in PAPERS]

    answers = {web.client.get(re.sub("<[^>]+>", "1", str(rule))).status_code for rule in asked}

    assert len(asked) == len(PAPERS)
    assert answers == {503}


@pytest.mark.req("S-10")
def test_no_file_with_persons_can_be_had_and_each_list_of_persons_is_noted(engine):
    """Copies of persons' data need the city's permission: none can be made but on paper, at a noted machine."""
    with transaction(engine) as session:
        Town(session)
    web = Web(engine, role="dispatcher", now=MORNING)
    stranger = Web(engine, role="carrier", now=MORNING)

    shown = {
        endpoint: next(str(rule) for rule in web.app.url_map.iter_rules() if rule.endpoint == endpoint)
        for endpoint in BULK
    }
    web.client.delete_cookie("noriai-device")
    token = token_in(web.client.get("/admin/").text)

    for endpoint, rule in shown.items():
        path = re.sub("<[^>]+>", "M1", rule)
        for client in (web.client, stranger.client):
            refused = (
                client.get(path) if endpoint != "admin.riders.find" else client.post(path, data={"csrf_token": token})
            )
            assert refused.status_code in {400, 403}, endpoint

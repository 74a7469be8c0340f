"""Who may open what, cell by cell: every route, every role, objects of one's own, of others and of nobody (S-27, C-13)."""

import pytest
from sqlalchemy import select

from admin.guard import roles_for
from admin.routes import BULK, PUBLIC, ROLES
from backend.clock import wall
from backend.db import models
from backend.db.session import transaction
from backend.domain import roles
from backend.services import devices
from tests.acceptance.matrix import LOGINS, Demo, still
from tests.make import MONDAY, jst

MORNING = jst(f"{MONDAY} 09:30")
READS_ONLY = {"GET", "HEAD", "OPTIONS"}
OWN_ACCOUNT = ("admin.sign_in.", "admin.access.")

pytestmark = pytest.mark.req("S-27", "C-13")


@pytest.fixture
def demo(demo_engine):
    """The demo town on a Monday morning, everybody signed in."""
    return Demo(demo_engine, now=MORNING)


def test_there_is_an_account_for_every_role(demo):
    with transaction(demo.engine) as session:
        assert set(session.scalars(select(models.Staff.role))) == set(roles.ALL) == set(LOGINS)


@pytest.mark.parametrize("role", roles.ALL)
def test_every_route_answers_each_role_as_its_row_says(demo, role):
    client = demo.client(LOGINS[role])
    wrong = []
    for rule, method in demo.rules():
        if rule.endpoint in PUBLIC:
            continue
        answer = client.open(demo.path(rule, {}), method=method)
        is_forbidden = answer.status_code == 403
        # Pages with many people's data ask for a registered machine besides.
        expected = role not in roles_for(rule.endpoint) or rule.endpoint in BULK
        if is_forbidden != expected or answer.status_code >= 500:
            wrong.append((rule.endpoint, method, answer.status_code))

    assert wrong == []


def test_a_new_route_without_a_row_is_closed_to_everybody(demo):
    demo.app._got_first_request = False
    demo.app.add_url_rule("/admin/forgotten", endpoint="admin.forgotten", view_func=lambda: "everything")
    answers = {role: demo.client(login).get("/admin/forgotten").status_code for role, login in LOGINS.items()}

    assert set(answers.values()) == {403}


def test_every_row_names_roles_that_exist():
    assert set().union(*ROLES.values()) <= set(roles.ALL)


@pytest.mark.req("S-05")
def test_the_password_alone_opens_no_route(demo):
    with transaction(demo.engine) as session:
        session.execute(models.StaffSession.__table__.update().values(factor_at=None, factor=None))
    opened = []
    for rule, method in demo.rules():
        if rule.endpoint in PUBLIC:
            continue
        for login in ("dispatch", "driver1", "admin"):
            answer = demo.client(login).open(demo.path(rule, {}), method=method)
            is_sent_away = answer.status_code == 401 or "/admin/sign-in" in answer.headers.get("Location", "")
            if not is_sent_away:
                opened.append((rule.endpoint, login, answer.status_code))

    assert opened == []


def test_nobody_gets_anything_but_the_sign_in(demo):
    client = demo.app.test_client()
    codes = {
        client.open(demo.path(rule, {}), method=method).status_code
        for rule, method in demo.rules()
        if rule.endpoint not in PUBLIC
    }

    assert codes <= {302, 401}


def test_another_driver_s_run_looks_like_none(demo):
    with transaction(demo.engine) as session:
        ids = {staff.login: staff.id for staff in session.scalars(select(models.Staff))}
        duties = session.scalars(select(models.Duty).join(models.ServiceDay).where(models.ServiceDay.day == MONDAY))
        by_driver = {duty.driver_id: duty for duty in duties}
        foreign = by_driver[ids["driver2"]]
        run_id = session.scalars(select(models.Run.id).where(models.Run.duty_id == foreign.id)).first()
        values = {"run_id": run_id, "vehicle_id": foreign.vehicle_id, "visit_id": 1, "code": foreign.vehicle.code}
    client = demo.client("driver1")
    unlike = []
    for rule, method in demo.rules():
        if not rule.endpoint.startswith(("driver.", "driver_api.")) or not rule.arguments & values.keys():
            continue
        pair = [
            still(client.open(demo.path(rule, given), method=method, headers={"Accept": "application/json"}))
            for given in (values, {})
        ]
        if pair[0] != pair[1]:
            unlike.append((rule.endpoint, pair))

    assert unlike == []


@pytest.mark.req("C-12")
def test_another_carrier_s_machine_looks_like_none(demo):
    with transaction(demo.engine) as session:
        stranger = models.Carrier(name="よその会社")
        session.add(stranger)
        session.flush()
        machine, _ = devices.announce(
            session, kind="tablet", name="よその端末", carrier_id=stranger.id, actor="system", wall=wall()
        )
        public_id = machine.public_id
    client = demo.client("carrier")
    page = client.get("/admin/access/devices/").get_data(as_text=True)
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]

    foreign, absent = (
        still(client.post(f"/admin/access/devices/{each}/revoke", data={"csrf_token": token}))
        for each in (public_id, "AAAAAAAAAAAAAAAAAAAAAA")
    )

    assert foreign == absent
    assert foreign[0] == 404
    assert "よその端末" not in page


@pytest.mark.req("D-10")
def test_the_carrier_sees_vehicles_runs_and_fares_and_no_members(demo):
    client = demo.client("carrier")

    opens = {
        path: client.get(path).status_code
        for path in (
            "/admin/",
            "/admin/dispatch/",
            "/admin/masters/fleet/",
            "/admin/masters/fares/",
            "/admin/settlement/",
        )
    }
    closed = {
        path: client.get(path).status_code
        for path in (
            "/admin/riders/",
            "/admin/desk/",
            "/admin/desk/bookings/",
            "/admin/masters/settings/",
            "/admin/masters/rules/",
            "/admin/access/",
            "/admin/access/sign-ins",
        )
    }

    assert set(opens.values()) == {200}
    assert set(closed.values()) == {403}


@pytest.mark.req("D-10", "C-21")
@pytest.mark.parametrize("role", ["carrier", "town_officer", "auditor", "system_administrator"])
def test_no_page_for_those_who_see_no_persons_holds_a_person(demo, role):
    with transaction(demo.engine) as session:
        riders = list(session.scalars(select(models.Rider)))
        marks = [mark.encode() for rider in riders for mark in (rider.name, rider.kana, rider.phone) if mark]
    client = demo.client(LOGINS[role])
    found = []
    for rule, method in demo.rules():
        if method != "GET" or rule.endpoint in PUBLIC or role not in roles_for(rule.endpoint):
            continue
        body = client.get(demo.path(rule, {})).data
        found += [(rule.endpoint, mark.decode()) for mark in marks if mark in body]

    assert marks
    assert found == []


@pytest.mark.req("C-21")
def test_the_auditor_changes_nothing_but_the_own_sign_in(demo):
    writes = [
        rule.endpoint
        for rule in demo.app.url_map.iter_rules()
        if rule.methods - READS_ONLY
        and "auditor" in roles_for(rule.endpoint)
        and not rule.endpoint.startswith(OWN_ACCOUNT)
    ]
    others_accounts = [
        rule.endpoint
        for rule in demo.app.url_map.iter_rules()
        if rule.methods - READS_ONLY
        and rule.endpoint.startswith("admin.access.")
        and "auditor" in roles_for(rule.endpoint)
    ]

    assert writes == []
    assert {name.rpartition(".")[2] for name in others_accounts} == {
        "mark_seen",
        "renew_codes",
        "ask_new_passkey",
        "add_passkey",
        "drop_passkey",
        "end_own",
    }


@pytest.mark.req("C-21")
def test_what_the_auditor_opens_is_written_down(demo):
    demo.client("audit").get("/admin/access/")

    with transaction(demo.engine) as session:
        entry = session.scalars(select(models.AuditEntry).where(models.AuditEntry.action == "auditor.read")).one()
        assert entry.facts == {"page": "admin.access.accounts", "method": "GET"}


def test_no_address_counts_people_or_machines(demo):
    """New objects of the staff web are named by 128 random bits, never by a number (S-27)."""
    numbered = [
        rule.rule for rule, _ in demo.rules() if rule.endpoint.startswith("admin.access.") and "<int:" in rule.rule
    ]

    assert numbered == []

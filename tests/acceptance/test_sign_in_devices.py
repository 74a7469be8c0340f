"""Registered machines: a driver's PIN, locking and emptying, pages with many people's data (Q-76, C-12, P-17, P-18, S-17)."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from admin import cookies
from admin.driver import create_blueprints
from backend.clock import wall
from backend.db import models
from backend.db.session import transaction
from backend.services import devices
from tests.acceptance.test_sign_in import Browser, let_no_wait_end
from tests.admin.web import PASSWORD, Web, code_at, make_account, make_app, token_in
from tests.make import Town, make_world

PIN = "284916"
BULK = "/admin/riders/"


class Office(Web):
    """A browser of the staff at a machine that nobody has registered."""

    def sit_at_the_office(self):
        """Stay where one is."""


class Tablet(Browser):
    """A tablet that lies in a vehicle."""

    def __init__(self, engine):
        super().__init__(engine)
        for blueprint in create_blueprints():
            self.client.application.register_blueprint(blueprint)

    def register(self, code):
        return self.send("/admin/sign-in/device", "/admin/sign-in/device", code=code)

    def sign_in(self, engine, login="driver"):
        renew_code(engine)
        assert self.give_password(login=login).status_code == 302
        answer = self.give_code(code_at(wall()))
        assert answer.location == "/driver/", answer.get_data(as_text=True)
        return answer

    def give_pin(self, pin=PIN, login="driver"):
        return self.send("/admin/sign-in/pin", "/admin/sign-in", login=login, pin=pin)

    def sign_out(self):
        return self.send("/admin/sign-out", "/admin/access/me")


def renew_code(engine):
    """Let the app's present code count once more."""
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE staff SET totp_counter = 0")


def announce(web, kind="tablet", name="1号車タブレット"):
    """Return the one-time code of a new machine."""
    page = web.post("/admin/access/devices/", page="/admin/access/devices/", kind=kind, name=name)
    return re.search(r'id="device-code">([A-Z0-9-]+)<', page.get_data(as_text=True))[1]


def act_on(web, act):
    """Press a button of the first machine on the page."""
    page = web.text("/admin/access/devices/")
    address = re.search(rf'action="(/admin/access/devices/[\w-]+/{act})"', page)[1]
    return web.post(address, page="/admin/access/devices/")


@pytest.fixture
def desk(engine):
    """A dispatcher's browser, and a driver with an account."""
    make_account(engine, role="driver")
    with transaction(engine) as session:
        Town(session)
    return Office(engine, role="dispatcher")


@pytest.fixture
def tablet(engine, desk):
    """A registered tablet on which the driver has signed in once and chosen a PIN."""
    made = Tablet(engine)
    assert made.register(announce(desk).lower()).status_code == 303
    made.sign_in(engine)
    assert made.send("/admin/access/me/pin", "/admin/access/me", pin=PIN).status_code == 303
    made.sign_out()
    return made


@pytest.mark.req("Q-76")
def test_on_a_registered_tablet_the_pin_starts_the_shift(tablet):
    assert tablet.client.get("/driver/").status_code == 302

    assert tablet.give_pin().location == "/driver/"

    assert tablet.client.get("/driver/").status_code == 200


@pytest.mark.req("Q-76")
@pytest.mark.parametrize("pin", ["284917", "", "000000"])
def test_a_wrong_pin_opens_nothing(tablet, pin):
    assert tablet.give_pin(pin).status_code == 401
    assert tablet.client.get("/driver/").status_code == 302


@pytest.mark.req("Q-76")
def test_after_five_wrong_pins_the_right_one_waits(engine, tablet):
    assert {tablet.give_pin(f"11223{number}").status_code for number in range(5)} == {401}
    let_no_wait_end(engine)

    assert tablet.give_pin().status_code == 401


@pytest.mark.req("Q-76", "S-05")
def test_a_pin_opens_nothing_on_a_machine_that_is_not_registered(engine, tablet):
    other = Tablet(engine)

    assert "PIN" not in other.client.get("/admin/sign-in").get_data(as_text=True)
    assert other.send("/admin/sign-in/pin", "/admin/sign-in", login="driver", pin=PIN).status_code == 401


@pytest.mark.req("Q-76")
def test_on_another_tablet_the_code_is_asked_for_first(engine, desk, tablet):
    other = Tablet(engine)
    other.register(announce(desk, name="2号車タブレット"))

    assert other.give_pin().status_code == 401
    other.sign_in(engine)
    other.sign_out()
    assert other.give_pin().location == "/driver/"


@pytest.mark.req("Q-76")
def test_the_pin_is_asked_for_again_after_twelve_hours(engine, tablet):
    tablet.give_pin()
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE staff_sessions SET made_at = made_at - interval '12 hours'")

    assert tablet.client.get("/driver/").status_code == 302


@pytest.mark.req("Q-76")
def test_a_sign_in_by_pin_does_not_travel_to_another_machine(engine, tablet):
    tablet.give_pin()
    thief = Tablet(engine)
    thief.client.set_cookie("noriai", tablet.client.get_cookie("noriai").value)

    assert thief.client.get("/driver/").status_code == 302


@pytest.mark.req("Q-76")
def test_only_a_driver_who_showed_a_code_chooses_a_pin(engine, tablet):
    tablet.give_pin()

    assert tablet.send("/admin/access/me/pin", "/admin/access/me", pin="739150").status_code == 403
    assert (
        Office(engine, role="operator").post("/admin/access/me/pin", page="/admin/access/me", pin=PIN).status_code
        == 403
    )


@pytest.mark.req("Q-76")
@pytest.mark.parametrize("pin", ["1234", "111111", "12345a", "１２３４５６"])
def test_a_weak_pin_is_refused(engine, desk, pin):
    tablet = Tablet(engine)
    tablet.sign_in(engine)

    assert tablet.send("/admin/access/me/pin", "/admin/access/me", pin=pin).status_code == 400


@pytest.mark.req("Q-76")
def test_a_code_registers_one_machine_within_a_quarter_of_an_hour(engine, desk):
    code = announce(desk)
    assert Tablet(engine).register(code).status_code == 303
    assert Tablet(engine).register(code).status_code == 401
    late = announce(desk)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE devices SET code_expires_at = now() - interval '1 second'")

    assert Tablet(engine).register(late).status_code == 401


@pytest.mark.req("Q-76")
def test_the_key_is_out_of_reach_of_scripts_and_only_its_hash_is_kept(engine, tablet):
    cookie = tablet.client.get_cookie("noriai-device")
    with transaction(engine) as session:
        kept = session.scalars(select(models.Device.key_hash)).one()

    assert cookie.http_only
    assert cookie.same_site == "Lax"
    assert len(cookie.value) >= 43
    assert cookie.value.encode() not in kept


@pytest.mark.req("C-12", "S-17")
def test_a_locked_tablet_is_out_with_its_next_request_and_forgets_everything(desk, tablet):
    tablet.give_pin()
    assert act_on(desk, "revoke").status_code == 303

    answer = tablet.client.get("/api/v1/driver/runs/1/plan", headers={"Accept": "application/json"})

    assert answer.status_code == 401
    assert answer.json["empty"] is True
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert tablet.client.get_cookie("noriai-device") is None
    assert tablet.give_pin().status_code == 401
    assert "停止" in desk.text("/admin/access/devices/")


@pytest.mark.req("C-12")
def test_an_emptied_tablet_is_told_once_and_stays_registered(desk, tablet):
    tablet.give_pin()
    act_on(desk, "empty")
    assert "中身を消すよう指示しました" in desk.text("/admin/access/devices/")

    told, again = (tablet.client.get("/driver/") for _ in range(2))

    assert (told.status_code, "Clear-Site-Data" in told.headers) == (302, True)
    assert "Clear-Site-Data" not in again.headers
    assert "中身を消しました" in desk.text("/admin/access/devices/")
    assert tablet.give_pin().location == "/driver/"


@pytest.mark.req("S-17")
def test_all_machines_are_locked_with_one_button(engine, tablet):
    tablet.give_pin()
    Office(engine, role="system_administrator").post("/admin/access/devices/revoke-all", page="/admin/access/devices/")

    assert tablet.client.get("/driver/").status_code == 302
    assert tablet.give_pin().status_code == 401


@pytest.mark.req("P-17")
def test_pages_with_many_people_open_at_registered_office_machines_only(engine, desk):
    assert desk.get(BULK).status_code == 403
    assert "登録した端末でだけ" in desk.get(BULK).get_data(as_text=True)
    assert desk.get("/admin/desk/").status_code == 200

    code = announce(desk, kind="tablet")
    desk.post("/admin/sign-in/device", page="/admin/sign-in/device", code=code)
    assert desk.get(BULK).status_code == 403

    desk.post("/admin/sign-in/device", page="/admin/sign-in/device", code=announce(desk, kind="office", name="受付PC"))
    assert desk.get(BULK).location.startswith("/admin/access/works/begin")


@pytest.mark.req("P-18")
def test_such_a_page_asks_for_the_work_and_its_start_and_end_are_logged(engine, desk):
    desk.post("/admin/sign-in/device", page="/admin/sign-in/device", code=announce(desk, kind="office", name="受付PC"))

    begun = desk.post(
        "/admin/access/works/begin", page="/admin/access/works/begin", work="register", note="転居", to=BULK
    )

    assert begun.location == BULK
    assert desk.get(BULK).status_code == 200
    assert "作業中" in Office(engine, role="protection_manager").text("/admin/access/works/")
    desk.post("/admin/access/works/end", page="/admin/access/works/")
    assert desk.get(BULK).status_code == 302
    with transaction(engine) as session:
        work = session.scalars(select(models.WorkSession)).one()
        assert (work.work, work.note) == ("register", "転居")
        assert work.started_at < work.ended_at


@pytest.mark.req("P-18")
def test_another_person_looks_at_the_log(engine, desk):
    desk.post("/admin/sign-in/device", page="/admin/sign-in/device", code=announce(desk, kind="office", name="受付PC"))
    desk.post("/admin/access/works/begin", page="/admin/access/works/begin", work="register", to=BULK)
    desk.post("/admin/sign-out")
    manager = Office(engine, role="protection_manager")
    address = re.search(r'action="(/admin/access/works/[\w-]+/approve)"', manager.text("/admin/access/works/"))[1]

    assert manager.post(address, page="/admin/access/works/").status_code == 303

    page = manager.text("/admin/access/works/")
    assert "作業中" not in page  # signing out ends the work
    assert "protection_manager " in page
    assert manager.post(address, page="/admin/access/works/").status_code == 409


@pytest.mark.req("P-18")
def test_nobody_looks_at_their_own_log(engine, desk):
    manager = Office(engine, role="protection_manager")
    code = announce(desk, kind="office", name="管理者PC")
    manager.post("/admin/sign-in/device", page="/admin/sign-in/device", code=code)
    manager.post("/admin/access/works/begin", page="/admin/access/works/begin", work="upkeep", to="")
    with transaction(engine) as session:
        public_id = session.scalars(select(models.WorkSession.public_id)).one()

    assert manager.post(f"/admin/access/works/{public_id}/approve", page="/admin/access/works/").status_code == 409


@pytest.mark.req("S-02", "S-17")
def test_an_administrator_ends_one_sign_in_and_all_others(engine, desk):
    admin = Office(engine, role="system_administrator")
    operator = Office(engine, role="operator")
    page = admin.text("/admin/access/sign-ins")
    handles = re.findall(r'name="sign_in" value="([\w-]+)"', page)
    assert len(handles) == 2

    admin.post("/admin/access/sign-ins/end", page="/admin/access/sign-ins", sign_in=handles[0])
    assert sorted([desk.get("/admin/").status_code, operator.get("/admin/").status_code]) == [200, 302]
    admin.post("/admin/access/sign-ins/end-all", page="/admin/access/sign-ins")

    assert {desk.get("/admin/").status_code, operator.get("/admin/").status_code} == {302}
    assert admin.get("/admin/").status_code == 200


@pytest.mark.req("S-02")
def test_the_staff_web_opens_from_allowed_addresses_only_and_terminals_from_everywhere(engine, tablet):
    admin = Office(engine, role="system_administrator")
    refused = admin.post("/admin/access/networks", page="/admin/access/networks", cidr="203.0.113.0/24", name="庁舎")
    assert refused.status_code == 409  # it would lock its own author out
    admin.post("/admin/access/networks", page="/admin/access/networks", cidr="127.0.0.0/8", name="庁舎")

    inside = admin.get("/admin/")
    outside = admin.client.get("/admin/", environ_overrides={"REMOTE_ADDR": "198.51.100.1"})

    assert (inside.status_code, outside.status_code) == (200, 403)
    make_account(engine, role="operator")
    renew_code(engine)
    stranger = Browser(engine)
    stranger.client.environ_base["REMOTE_ADDR"] = "198.51.100.1"
    assert stranger.give_password().status_code == 401
    tablet.client.environ_base["REMOTE_ADDR"] = "198.51.100.1"
    assert tablet.give_pin().location == "/driver/"


@pytest.mark.req("S-02")
def test_a_sign_in_is_idle_after_a_quarter_of_an_hour(engine, desk):
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE staff_sessions SET seen_at = seen_at - interval '15 minutes'")

    assert desk.get("/admin/").status_code == 302


@pytest.mark.req("C-12")
def test_two_who_type_the_same_code_at_once_get_one_key(engine, desk):
    code = announce(desk)
    with transaction(engine) as session:
        first = devices.claim(session, code, sign_in_id=None, wall=wall())
        second = devices.claim(session, code, sign_in_id=None, wall=wall() + timedelta(seconds=1))

    assert (first is None, second is None) == (False, True)


@pytest.mark.req("S-02")
def test_with_https_every_cookie_is_bound_to_this_host(engine):
    make_account(engine, role="operator")
    with transaction(engine) as session:
        Town(session)
    made = make_world(engine, PUBLIC_URL="https://noriai.example.jp")
    client = make_app(made).test_client()
    here = {"base_url": "https://noriai.example.jp"}
    page = client.get("/admin/sign-in", **here).get_data(as_text=True)
    client.post(
        "/admin/sign-in", data={"csrf_token": token_in(page), "login": "operator", "password": PASSWORD}, **here
    )
    page = client.get("/admin/sign-in/code", **here).get_data(as_text=True)

    answer = client.post("/admin/sign-in/code", data={"csrf_token": token_in(page), "code": code_at(wall())}, **here)

    handed = [line for line in answer.headers.getlist("Set-Cookie") if "=;" not in line]
    assert {line.partition("=")[0] for line in handed} >= {"__Host-noriai", "__Host-noriai-browser"}
    for line in handed:
        assert line.startswith("__Host-")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(line.split("; "))
        assert "Domain" not in line
    page = client.get("/admin/", **here)
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")


@pytest.mark.req("S-02")
def test_behind_the_proxy_its_word_tells_where_one_comes_from(engine):
    app = make_app(make_world(engine, PUBLIC_URL="https://noriai.example.jp"))

    def source(remote, forwarded):
        environ = {"REMOTE_ADDR": remote}
        with app.test_request_context("/", headers={"X-Forwarded-For": forwarded}, environ_base=environ):
            return cookies.whence().source

    assert source("127.0.0.1", "10.0.0.1, 203.0.113.9") == "203.0.113.9"
    assert source("198.51.100.1", "203.0.113.9") == "198.51.100.1"

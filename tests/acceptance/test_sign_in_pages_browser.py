"""The pages of signing in and of access, readable by machines, wide and narrow (D-46)."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from sqlalchemy import select
from werkzeug.serving import make_server

from backend.clock import wall
from backend.db import models
from backend.db.session import transaction
from backend.services import devices, sign_ins, staff_acts, work_sessions
from backend.services.sign_ins import ENROLS, Try
from backend.services.staff_acts import Invited
from tests.acceptance.matrix import Demo
from tests.admin.web import HERE

pytestmark = [pytest.mark.req("D-46"), pytest.mark.browser]

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
ADMIN = ["", "invite", "sign-ins", "devices/", "networks", "me"]


@pytest.fixture
def demo(demo_engine):
    """The demo town with an act that waits, machines in every state, and work in the log."""
    made = Demo(demo_engine)
    with transaction(demo_engine) as session:
        people = {person.login: person for person in session.scalars(select(models.Staff))}
        invited = Invited("newcomer", "新人 見本", "operator", None, wall().date())
        asked = staff_acts.invite(session, invited, asker_id=people["admin"].id, reason="採用", wall=wall())
        made.link = staff_acts.decide(
            session, asked.public_id, decider_id=people["privacy"].id, agrees=True, wall=wall()
        )
        staff_acts.ask(
            session, "leave", people["desk"].public_id, asker_id=people["admin"].id, reason="退職", wall=wall()
        )
        for name, age in (("1号車タブレット", 0), ("2号車タブレット", 1)):
            _, code = devices.announce(
                session, kind="tablet", name=name, carrier_id=None, actor="system", wall=wall() - timedelta(days=age)
            )
            made.tablet_key = made.tablet_key if age else devices.claim(session, code, sign_in_id=None, wall=wall())
        office = session.scalars(select(models.Device).where(models.Device.kind == "office")).one()
        sign_in = session.scalars(select(models.StaffSession)).first()
        work_sessions.begin(
            session, sign_in.id, staff_id=sign_in.staff_id, device_id=office.id, work="register", note="", wall=wall()
        )
        made.half = sign_ins.open_half(session, Try(people["desk"].id, ""), whence=HERE, wall=wall())
        made.enrols = sign_ins.open_half(session, Try(people["desk"].id, ""), whence=HERE, wall=wall(), purpose=ENROLS)
        made.account = people["desk"].public_id
    return made


@pytest.fixture
def url(demo) -> Iterator[str]:
    """The address of the application."""
    server = make_server("127.0.0.1", 0, demo.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_every_page_of_access_is_readable(browser, demo, url, size, tmp_path):
    access = "/admin/access/"
    visits = [
        *(({"noriai": demo.tokens["admin"]}, f"{access}{path}") for path in [*ADMIN, f"accounts/{demo.account}"]),
        ({"noriai": demo.tokens["privacy"]}, access),
        ({"noriai": demo.tokens["privacy"]}, f"{access}works/"),
        ({"noriai": demo.tokens["privacy"]}, "/admin/secrecy/register"),
        ({"noriai": demo.tokens["dispatch"]}, f"{access}works/begin"),
        ({"noriai": demo.tokens["dispatch"]}, "/admin/riders/"),
        ({"noriai": demo.tokens["driver1"], "noriai-device": demo.tablet_key}, f"{access}me"),
        ({"noriai-device": demo.tablet_key}, "/admin/sign-in"),
        ({}, "/admin/sign-in/device"),
        ({}, f"/admin/welcome/{demo.link}"),
        ({"noriai": demo.half}, "/admin/sign-in/code"),
        ({"noriai": demo.enrols}, "/admin/enrol"),
    ]
    found, complaints = [], []
    for number, (cookies, path) in enumerate(visits):
        context = browser.new_context(viewport=size, locale="ja-JP")
        context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{url}{path}")
        page.screenshot(path=tmp_path / f"{number:02d}.png", full_page=True)
        found += [(path, each["id"], each["nodes"][0]["html"][:120]) for each in Axe().run(page).response["violations"]]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append((path, "wider than the screen"))
        assert page.url == f"{url}{path}"
        context.close()

    assert (found, complaints) == ([], [])

"""The line at the desk in a real browser: by keyboard alone, readable by machines, wide and narrow (D-46, T-18)."""

import dataclasses
import re
import threading
import time
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from backend.db import models
from backend.db.session import transaction
from tests.admin.web import Web
from tests.make import LINE_NOW, Line, make_rider
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.browser

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
PHONE = "090-1111-2222"


class Desk:
    """The town's desk, served, with a member who rode the line before and a run that is full."""

    def __init__(self, engine):
        self.engine = engine
        with transaction(engine) as session:
            line = Line.of(session)
            self.rider = make_rider(session, phone=PHONE, name="見本 ハル", kana="みほん はる")
            self.booking = line.book("M3", "T03", "T20", rider=self.rider)
            line.book("M4", "T01", "T20", adult=4)
        self.web = Web(engine, role="dispatcher", now=LINE_NOW)
        stopped = LINE_NOW
        self.web.app.extensions["noriai"] = dataclasses.replace(self.web.world, clock=lambda: stopped)
        self.server = make_server("127.0.0.1", 0, self.web.app, threaded=True)
        self.url = f"http://127.0.0.1:{self.server.port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self):
        """Stop serving."""
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def desk(town_engine) -> Iterator[Desk]:
    """A desk on a holiday at noon."""
    made = Desk(town_engine)
    yield made
    made.close()


@pytest.fixture
def open_page(browser, desk) -> Iterator:
    """Open a page of the desk, signed in; scripts and policy must not complain."""
    contexts, complaints = [], []

    def opened(path: str, size: dict = WIDE) -> Page:
        context = browser.new_context(viewport=size, locale="ja-JP")
        cookies = {"noriai": desk.web.token, "noriai-device": desk.web.device_key}
        context.add_cookies([{"name": name, "value": value, "url": desk.url} for name, value in cookies.items()])
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{desk.url}{path}")
        page.locator('body[data-ready="1"]').wait_for()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def faults_of(page):
    """Return what axe finds on the page as it stands."""
    page.locator('body[data-ready="1"]').wait_for()
    return [(each["id"], each["nodes"][0]["html"][:120]) for each in Axe().run(page).response["violations"]]


def is_too_wide(page, size) -> bool:
    return page.evaluate("document.documentElement.scrollWidth") > size["width"]


def find_caller(page, desk):
    """Look the member up by the number."""
    page.goto(f"{desk.url}/admin/desk/")
    page.fill("#who", PHONE)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=re.compile("みほん はる さま")).wait_for()


def walk(page, desk, phone):
    """Go through every page of a booking of the line; after each step its name is given out."""
    page.fill("#who", phone)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=re.compile("新しいお客さま")).wait_for()
    yield "new caller"
    page.fill("#name", "新田 一")
    page.fill("#pickup", "いしやま")
    page.fill("#dropoff", "まこまないえき")
    page.get_by_role("button", name="便をさがす").click()
    page.get_by_role("alert").first.wait_for()
    yield "a stop that is not clear"
    page.fill("#pickup", "常盤")
    page.select_option("#day", "2025-05-07")
    page.get_by_role("button", name="便をさがす").click()
    page.get_by_role("heading", name="便の一覧").wait_for()
    yield "runs"
    page.locator('[data-key="1"]').click()
    page.get_by_role("status").wait_for()
    yield "booked"
    find_caller(page, desk)
    yield "caller"
    for name, path in {
        "change": f"/admin/desk/bookings/{desk.booking.public_id}/change",
        "cancel": f"/admin/desk/bookings/{desk.booking.public_id}/cancel",
        "list": "/admin/desk/bookings/?day=2025-05-07&run=M3",
        "bookers": "/admin/desk/runs/M3/bookers?day=2025-05-07",
        "settings": "/admin/masters/settings/?service=minami-line",
        "rules": "/admin/masters/rules/?service=minami-line",
        "calendar": "/admin/masters/calendar/?service=minami-line",
    }.items():
        page.goto(f"{desk.url}{path}")
        yield name


@pytest.mark.parametrize("size", [pytest.param(WIDE, id="wide"), pytest.param(NARROW, id="narrow")])
def test_every_page_of_the_line_is_readable_by_machines_and_fits(open_page, desk, size):
    page = open_page("/admin/desk/", size)
    faults, too_wide = [], []
    for name in walk(page, desk, "090-8765-4321"):
        faults += [(name, *fault) for fault in faults_of(page)]
        too_wide += [name] if is_too_wide(page, size) else []

    assert (faults, too_wide) == ([], [])


@pytest.mark.req("D-46", "T-18")
def test_a_known_caller_is_booked_on_the_line_by_keyboard_alone_in_less_than_45_seconds(open_page, desk):
    page = open_page("/admin/desk/")
    expect(page.locator("#who")).to_be_focused()
    begun = time.monotonic()
    page.keyboard.type(PHONE)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=re.compile("さま")).wait_for()
    page.keyboard.press("1")
    page.get_by_role("heading", name="便の一覧").wait_for()
    page.keyboard.press("n")
    expect(page.locator("main")).to_contain_text("5月7日")
    page.keyboard.press("2")

    expect(page.get_by_role("status")).to_contain_text("ご予約を承りました")
    assert time.monotonic() - begun < 45
    with transaction(desk.engine) as session:
        made = session.scalars(select(models.Booking).where(models.Booking.booked_by == f"staff:{desk.web.staff_id}"))
        assert [(each.channel, each.rider_id) for each in made] == [("phone", desk.rider.id)]


@pytest.mark.req("T-18")
def test_the_service_is_changed_by_one_key(open_page, desk):
    page = open_page("/admin/desk/")
    find_caller(page, desk)
    page.keyboard.press("a")
    page.locator("#time").wait_for()
    page.keyboard.press("l")

    expect(page.get_by_role("button", name="便をさがす")).to_be_visible()

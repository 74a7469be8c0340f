"""The staff web in a real browser: by keyboard alone, readable by machines, wide and narrow (D-46)."""

import re
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from backend.adapters.road_graph import RoadGraph
from backend.db import models
from backend.db.queries import riders
from backend.db.session import transaction
from backend.domain.offers import Wish, WishKind
from backend.domain.party import Party
from backend.domain.policies.report_dates import Span
from backend.domain.policies.what_if import Change
from backend.services import acceptance, bookings, delays, offers, past_days, reads, trials
from backend.towns import load as load_town
from tests.admin.web import Web
from tests.make import MONDAY, NOW, at, jst, make_caller, seed_minami
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.browser

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
PHONE = "060-9999-0001"
MORNING = jst("2022-11-28 09:20:00")


class Desk:
    """The demo town's staff web, served, on a Monday morning with rides, a delay, a call and a refusal."""

    def __init__(self, engine):
        town = load_town("minami")
        seed_minami(engine, now=NOW)
        self.engine = engine
        with transaction(engine) as session:
            area = select(models.TransportService.id).where(models.TransportService.mode == "area")
            self.service_id = session.scalars(area).one()
            self.stops = {stop.code: stop.id for stop in session.scalars(select(models.Stop))}
            self.rider = riders.find_by_phone(session, PHONE)[0]
            self.booking = self.ride(session, self.rider, "M38", "M18", "9:30")
            self.ride(session, riders.find_by_phone(session, "060-9999-0002")[0], "M40", "M01", "9:30")
            run = session.get(models.Booking, self.booking.id).run_id
            session.add(models.Position(vehicle_id=self.vehicle(session, run), at=MORNING, lat=42.93, lon=141.333))
            delays.report(session, run, late_s=1500, actor="staff:1", event_id="late", now=MORNING)
            wish = self.wish("M01", "M18", "8:00")
            found = offers.find(session, wish, channel="phone", rider_id=self.rider.id, now=NOW)
            offers.record_refusal(session, wish, found, channel="phone", rider_id=self.rider.id, now=NOW)
            self.try_out(session)
        self.web = Web(engine, role="dispatcher", now=MORNING, map_source=RoadGraph(town.roads_path, town.speeds_path))
        with transaction(engine) as session:  # the caller's number was typed: that says what the record is opened for
            actor = f"staff:{self.web.staff_id}"
            reads.open_for(session, self.rider.id, reads.PHONE_BOOKING, actor=actor, now=MORNING + timedelta(minutes=8))
            reads.open_for(session, self.rider.id, reads.PHONE_BOOKING, actor=actor, now=MORNING)
        self.server = make_server("127.0.0.1", 0, self.web.app, threaded=True)
        self.url = f"http://127.0.0.1:{self.server.port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self):
        """Stop serving."""
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def wish(self, origin, destination, time):
        """Return a wish between two stops by code."""
        party = Party.of({"senior": 1})
        ends = self.stops[origin], self.stops[destination]
        return Wish(self.service_id, MONDAY, WishKind.DEPART, at(time), *ends, party)

    def ride(self, session, rider, origin, destination, time):
        """Return a confirmed booking."""
        wish = self.wish(origin, destination, time)
        booking = bookings.book(session, wish, promise=None, caller=make_caller(rider), now=NOW)
        assert isinstance(booking, models.Booking), booking
        return booking

    def try_out(self, session):
        """Keep a trial that is worked out and one that is not."""
        span, change = Span(MONDAY - timedelta(days=7), MONDAY - timedelta(days=3)), Change(vehicles=1)
        done, self.waiting = (
            trials.ask(session, self.service_id, span=span, change=change, key=key, actor="staff:1", now=MORNING)
            for key in ("done", "waiting")
        )
        service = session.get_one(models.TransportService, self.service_id)
        day = past_days.first_after(session, service, MONDAY, MONDAY, after=None)
        trials.keep(session, done, trials.work_out(day, change))
        trials.finish(session, done, now=MORNING)

    def vehicle(self, session, run_id):
        """Return the vehicle of a run."""
        return session.get(models.Run, run_id).duty.vehicle_id


@pytest.fixture
def desk(engine) -> Iterator[Desk]:
    """A desk in the morning."""
    made = Desk(engine)
    yield made
    made.close()


@pytest.fixture
def open_page(browser, desk) -> Iterator:
    """Open a page of the staff web, signed in; scripts and policy must not complain."""
    contexts, complaints = [], []

    def opened(path: str, size: dict = WIDE) -> Page:
        context = browser.new_context(viewport=size, locale="ja-JP")
        held = {"noriai": desk.web.token, "noriai-device": desk.web.device_key}
        context.add_cookies([{"name": name, "value": value, "url": desk.url} for name, value in held.items()])
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        page.goto(f"{desk.url}{path}")
        page.locator('body[data-ready="1"]').wait_for()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def all_paths(desk):
    """Return every page that opens without a form."""
    with transaction(desk.engine) as session:
        kept = session.scalars(select(models.Decision.public_id).order_by(models.Decision.id)).first()
    return [
        "/admin/",
        "/admin/desk/",
        "/admin/dispatch/decisions?day=2022-11-28",
        "/admin/reports/fairness/?month=2022-11",
        "/admin/reports/what-if/",
        f"/admin/dispatch/decisions/{kept}",
        f"/admin/desk/riders/{desk.rider.public_id}",
        f"/admin/desk/bookings/{desk.booking.public_id}",
        f"/admin/desk/bookings/{desk.booking.public_id}/cancel",
        f"/admin/desk/bookings/{desk.booking.public_id}/change",
        "/admin/desk/bookings/?day=2022-11-28",
        "/admin/desk/calls/",
        "/admin/dispatch/",
        "/admin/dispatch/vehicles/1/messages",
        "/admin/dispatch/sheets?day=2022-11-28",
        "/admin/needs/?first=2022-11-21&last=2022-12-05",
        "/admin/riders/",
        "/admin/secrecy/emergency",
        "/admin/secrecy/emergency/line",
        "/admin/riders/new",
        f"/admin/riders/{desk.rider.public_id}",
        f"/admin/riders/{desk.rider.public_id}/erase",
        "/admin/masters/",
        "/admin/masters/stops/",
        f"/admin/masters/stops/{desk.stops['M01']}",
        "/admin/masters/settings/",
        "/admin/masters/rules/",
        "/admin/masters/calendar/",
        "/admin/masters/fares/",
        "/admin/masters/fleet/",
    ]


def test_every_page_is_readable_by_machines(open_page, desk):
    page = open_page("/admin/")
    faults = [fault for path in all_paths(desk) for fault in faults_of(page, desk, path)]

    assert faults == []


def test_every_page_fits_a_narrow_screen(open_page, desk):
    page = open_page("/admin/", NARROW)
    rearranged = {"/admin/dispatch/", "/admin/desk/calls/", f"/admin/desk/riders/{desk.rider.public_id}"}
    too_wide, faults = [], []
    for path in all_paths(desk):
        if path in rearranged:
            faults += faults_of(page, desk, path)
        else:
            page.goto(f"{desk.url}{path}")
        if page.evaluate("document.documentElement.scrollWidth") > NARROW["width"]:
            too_wide.append(path)

    assert (too_wide, faults) == ([], [])


def faults_of(page, desk, path):
    """Return what axe finds on a page."""
    page.goto(f"{desk.url}{path}")
    page.locator('body[data-ready="1"]').wait_for()
    found = Axe().run(page).response["violations"]
    return [(path, each["id"], each["nodes"][0]["html"][:120]) for each in found]


def test_a_trial_shows_what_came_of_it_by_itself_and_asks_no_more(open_page, desk):
    page = open_page("/admin/reports/what-if/")
    expect(page.locator("#trials[data-live]")).to_contain_text("計算しています")

    with transaction(desk.engine) as session:
        trials.finish(session, desk.waiting, now=MORNING)

    expect(page.locator("#trials")).to_contain_text("この期間には希望がありませんでした")
    expect(page.locator("#trials[data-live]")).to_have_count(0)


# A page that is still being read: the script is there, the button is not.
HALF = """() => {
  document.open();
  document.write('<html lang="ja"><head><script src="/admin/static/live.js"></scr' + 'ipt></head><body><h1>slow</h1>');
}"""
REST = """() => {
  document.dispatchEvent(new KeyboardEvent('keydown', {key: '1', code: 'Digit1'}));
  document.write('<button data-key="1" type="button">one</button>');
  document.querySelector('button').addEventListener('click', (event) => (event.target.textContent = 'pressed'));
  document.close();
}"""


@pytest.mark.req("D-46")
def test_a_key_pressed_before_its_button_was_read_is_not_lost(open_page):
    page = open_page("/admin/desk/")
    page.evaluate(HALF)
    page.get_by_role("heading", name="slow").wait_for()

    page.evaluate(REST)

    expect(page.get_by_role("button", name="pressed")).to_be_visible()


@pytest.mark.req("D-46")
def test_a_repeat_trip_is_booked_by_keyboard_alone_in_six_keys(open_page, desk):
    page = open_page("/admin/desk/")
    expect(page.locator("#who")).to_be_focused()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.type(PHONE)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=re.compile("さま")).wait_for()

    keys = ["1", "2"]
    page.keyboard.press(keys[0])
    page.get_by_role("heading", name="ご案内できる便").wait_for()
    page.keyboard.press(keys[1])

    expect(page.get_by_role("status")).to_contain_text("ご予約を承りました")
    assert len(keys) <= 6
    with transaction(desk.engine) as session:
        made = session.scalars(select(models.Booking).where(models.Booking.booked_by == f"staff:{desk.web.staff_id}"))
        assert [each.channel for each in made] == ["phone"]


@pytest.mark.req("D-46")
def test_a_new_wish_is_booked_by_keyboard_alone(open_page, desk):
    page = open_page(f"/admin/desk/riders/{desk.rider.public_id}")
    page.locator("#pickup").focus()
    page.keyboard.type("まこまないえき")
    page.keyboard.press("Tab")
    page.keyboard.type("いしやまにじょうにちょうめ")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("1300")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="ご案内できる便").wait_for()
    page.locator("body[data-ready]").wait_for()
    page.keyboard.press("1")

    expect(page.get_by_role("status")).to_contain_text("真駒内駅へお迎えにまいります")


@pytest.mark.req("D-48")
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_why_opens_by_one_key_beside_the_offers_and_beside_a_refusal(open_page, desk, size):
    page = open_page(f"/admin/desk/riders/{desk.rider.public_id}", size)
    for persons in ("1", "8"):
        page.goto(f"{desk.url}/admin/desk/riders/{desk.rider.public_id}")
        for name, value in {
            "pickup": "まこまないえき",
            "dropoff": "いしやまにじょうにちょうめ",
            "time": "1030",
        }.items():
            page.locator(f"#{name}").fill(value)
        page.locator("#senior").fill(persons)
        page.locator("#wish button").click()
        page.locator("#why").wait_for()
        page.locator("body[data-ready]").wait_for()
        page.keyboard.press("w")

        expect(page.locator("#why .sentence").first).to_be_visible()
        expect(page.locator("#why table").first).to_be_visible()
        assert [each["id"] for each in Axe().run(page).response["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        page.keyboard.press("w")
        expect(page.locator("#why .sentence").first).to_be_hidden()


@pytest.mark.req("D-43")
def test_the_board_shows_what_changed_without_being_asked(open_page, desk):
    page = open_page("/admin/dispatch/")

    with transaction(desk.engine) as session:
        acceptance.stop(session, desk.service_id, reason="大雪のため", actor="staff:1", now=MORNING)

    expect(page.locator("#state")).to_contain_text("大雪のため", timeout=PATIENCE_MS)

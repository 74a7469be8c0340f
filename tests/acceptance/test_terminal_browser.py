"""The terminal in a real browser: taps with and without a signal, new bookings, reading and tapping on small screens."""

import json
import threading
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import func, select
from werkzeug.serving import make_server

from backend.db.models import Booking, DelayReport, DriverBreak, DriverMessage, FareRecord, TerminalEvent
from backend.services import bookings, driver_messages
from tests.make import at, make_rider, make_staff
from tests.patience import PATIENCE_MS
from tests.terminal import MORNING, UNLIKELY, Shift, make_app

pytestmark = pytest.mark.browser

PHONE, TABLET = {"width": 360, "height": 740}, {"width": 800, "height": 1280}
SMALLEST_TAP = 56


@pytest.fixture
def shift(session):
    made = Shift(session)
    made.vehicle.name = "ジャンボ1号車(見本)"
    rider = make_rider(session, name="見本 ハル", kana="みほん はる", phone="06099990001")
    made.first = made.book(1, 3, time="10:00", rider=rider, adult=1, child=1)
    made.second = made.book(2, 4, time="10:30")
    return made


@pytest.fixture
def server(engine, shift) -> Iterator[str]:
    shift.session.commit()
    made = make_server("127.0.0.1", 0, make_app(engine), threaded=True)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{made.server_port}"
    made.shutdown()
    thread.join()


@pytest.fixture
def open_terminal(browser, server, shift) -> Iterator:
    contexts = []
    complaints: list[str] = []

    def opened(size: dict = PHONE, **options) -> Page:
        contexts.append(browser.new_context(viewport=size, locale="ja-JP", **options))
        contexts[-1].set_default_timeout(PATIENCE_MS)
        contexts[-1].add_cookies([{"name": "noriai", "value": shift.token, "url": server}])
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{server}/driver/")
        page.locator(".halt").wait_for()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def act(page: Page, name: str):
    return page.locator("#next").get_by_role("button", name=name)


def wait_until(page: Page, expression: str) -> None:
    """Wait for the page to say yes; `wait_for_function` would need the eval that the page's policy forbids."""
    for _ in range(PATIENCE_MS // 100):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(100)
    assert page.evaluate(expression), expression


def stop_clock(page: Page) -> None:
    """Open the page again with its clock stopped: it asks when it is told to, and what it says stays."""
    page.clock.install(time=0)
    page.clock.pause_at(1000)
    page.reload()
    page.locator(".halt").wait_for()


def state_of(shift, booking) -> str:
    shift.session.expire_all()
    return shift.session.scalars(select(Booking.state).where(Booking.id == booking.id)).one()


def wait_for_state(shift, booking, page, state) -> None:
    for _ in range(PATIENCE_MS // 100):
        if state_of(shift, booking) == state:
            return
        page.wait_for_timeout(100)
    assert state_of(shift, booking) == state


@pytest.mark.req("D-35", "Q-60")
def test_the_next_stop_says_when_where_who_and_what_to_take(open_terminal):
    page = open_terminal()

    card = page.locator("#next")

    expect(card.locator(".halt > .stop")).to_have_text("停留所2")
    expect(card.locator(".halt > .time")).to_have_text("10:00")
    expect(card.locator(".fare")).to_have_text("2名 一般350+こども150=500円")
    expect(card.locator(".name")).to_have_text("みほん 様")
    expect(card).not_to_contain_text("はる")


@pytest.mark.req("D-24", "D-35")
def test_breaks_stand_among_the_stops_in_their_place(open_terminal, shift):
    depot = shift.town.stops[0]
    for seq, clock in enumerate(("9:40", "11:30"), start=90):
        limits = {"earliest_s": at(clock), "latest_s": at(clock), "planned_s": at(clock)}
        shift.session.add(DriverBreak(run_id=shift.run.id, stop_id=depot.id, length_s=900, seq=seq, **limits))
    shift.session.commit()

    page = open_terminal()

    expect(page.locator("#next .rest")).to_have_text("休憩 9:40〜9:55(停留所1)")
    expect(page.locator("#later li").last).to_have_text("休憩 11:30〜11:45(停留所1)")


def test_a_ride_is_tapped_through_from_arrival_to_alighting(open_terminal, shift):
    page = open_terminal()

    act(page, "到着").click()
    act(page, "乗車").click()
    wait_for_state(shift, shift.first, page, "boarded")
    expect(page.locator("#next .stop")).to_have_text("停留所4")
    act(page, "降車").click()

    wait_for_state(shift, shift.first, page, "completed")
    expect(page.locator("#done-title")).to_have_text("終わったもの(2件)")


@pytest.mark.req("D-19")
def test_a_tap_without_a_signal_arrives_once_when_the_signal_is_back(open_terminal, shift):
    page = open_terminal()
    page.context.set_offline(True)

    act(page, "到着").click()
    act(page, "乗車").click()
    expect(page.locator("#link")).to_contain_text("未送信 2件")
    expect(page.locator("#next .stop")).to_have_text("停留所4")
    assert state_of(shift, shift.first) == "confirmed"
    page.context.set_offline(False)

    wait_for_state(shift, shift.first, page, "boarded")
    expect(page.locator("#link")).to_have_text("つながっています")
    assert shift.session.scalars(select(TerminalEvent.kind).order_by(TerminalEvent.id)).all() == ["arrived", "boarded"]
    assert shift.session.scalar(select(func.count()).select_from(FareRecord)) == 1


@pytest.mark.req("D-19", "S-18")
def test_taps_outlive_a_reload_without_a_signal_and_nothing_personal_is_stored(open_terminal, shift):
    shift.first.number = UNLIKELY
    shift.session.commit()
    page = open_terminal()
    wait_until(page, "navigator.serviceWorker.controller !== null")
    wait_until(page, "caches.open('noriai-terminal-1').then(s => s.keys()).then(k => k.length >= 9)")
    page.context.set_offline(True)
    act(page, "乗車").click()
    stored = page.evaluate("JSON.stringify(localStorage)")

    page.reload()

    expect(page.locator("#next")).to_contain_text("電波がないため")
    expect(page.locator("#link")).to_contain_text("未送信 1件")
    kept = page.evaluate(
        """async () => {
            const store = await caches.open("noriai-terminal-1");
            const answers = await Promise.all((await store.keys()).map((key) => store.match(key)));
            return (await Promise.all(answers.map((answer) => answer.text()))).join("\\n");
        }"""
    )
    for secret in ("みほん", "はる", "6099990001", shift.first.number, "一般1名"):
        assert secret not in stored
        assert secret not in kept
    entries = json.loads(json.loads(stored)["noriai-outbox"])
    assert [sorted(entry) for entry in entries] == [["event_id", "happened_at", "kind", "run_id", "visit_id"]]
    page.context.set_offline(False)
    wait_for_state(shift, shift.first, page, "boarded")


def test_a_tap_is_undone_at_once_and_later_from_the_list(open_terminal, shift):
    page = open_terminal()
    act(page, "乗車").click()
    wait_for_state(shift, shift.first, page, "boarded")

    page.locator("#toast").get_by_role("button", name="取り消し").click()
    wait_for_state(shift, shift.first, page, "confirmed")
    act(page, "乗車").click()
    wait_for_state(shift, shift.first, page, "boarded")
    page.locator("#done-title").click()
    page.locator("#done-list").get_by_role("button", name="取り消し").click()

    wait_for_state(shift, shift.first, page, "confirmed")


@pytest.mark.req("D-18")
def test_a_new_booking_appears_and_a_cancelled_one_is_struck_out_within_fifteen_seconds(open_terminal, shift, browser):
    page = open_terminal()
    stop_clock(page)
    added = shift.book(4, 5, time="11:30")
    bookings.cancel(shift.session, shift.second.public_id, actor="staff:1", now=MORNING)
    shift.session.commit()

    page.clock.run_for(15000)

    expect(page.locator("#later")).to_contain_text("新しい予約")
    expect(page.locator("#later s")).to_contain_text(f"予約{shift.second.number}")
    expect(page.locator("#toast")).to_contain_text("新しい予約が入りました")
    page.locator("#later summary").filter(has_text="停留所5").click()
    expect(page.locator("#later").get_by_text(f"予約{added.number}").first).to_be_visible()


@pytest.mark.req("D-47")
def test_a_delay_is_reported_in_one_tap(open_terminal, shift):
    page = open_terminal()

    page.get_by_role("button", name="20分遅れ").click()

    expect(page.locator("#toast")).to_contain_text("2名に知らせます")
    expect(page.locator("#delay-now")).to_have_text("いま 20分遅れと知らせています")
    assert shift.session.scalars(select(DelayReport.late_s)).all() == [1200]


@pytest.mark.req("D-36")
def test_a_fare_is_corrected_with_a_reason(open_terminal, shift):
    page = open_terminal()
    act(page, "乗車").click()
    page.locator("#done-title").click()

    page.get_by_role("button", name="運賃をなおす").click()
    page.get_by_label("受け取った金額(円)").fill("300")
    page.get_by_label("理由").select_option("人数がちがった")
    page.get_by_role("button", name="この金額にする").click()

    expect(page.locator("#done-list")).to_contain_text("300円 受け取り済み")
    wait_for_state(shift, shift.first, page, "boarded")
    wait_until(page, "JSON.parse(localStorage.getItem('noriai-outbox')).length === 0")
    last = shift.session.scalars(select(FareRecord).order_by(FareRecord.id.desc())).first()
    assert (last.received_yen, last.reason) == (300, "persons")


@pytest.mark.req("D-37")
def test_desk_and_driver_write_to_each_other(open_terminal, shift):
    said = {"vehicle_id": shift.vehicle.id, "from_driver": False, "now": MORNING}
    desk = make_staff(shift.session)
    driver_messages.send(shift.session, message_id="a", text="<b>西口</b>です", staff_id=desk.id, **said)
    shift.session.commit()
    page = open_terminal()

    expect(page.locator("#unread")).to_have_text("未読 1件")
    page.locator("#open-messages").click()
    expect(page.locator("#thread .bubble")).to_have_text("<b>西口</b>です")
    page.get_by_role("button", name="了解しました").click()

    expect(page.locator("#thread .bubble")).to_have_count(2)
    expect(page.locator("#thread .mine .foot-note")).not_to_contain_text("送信待ち")
    expect(page.locator("#unread")).to_be_hidden()
    shift.session.expire_all()
    lines = shift.session.scalars(select(DriverMessage).order_by(DriverMessage.id)).all()
    assert [(line.text, line.from_driver) for line in lines] == [("<b>西口</b>です", False), ("了解しました", True)]
    assert lines[0].read_at is not None


@pytest.mark.req("Q-11")
def test_not_here_can_be_tapped_only_after_the_vehicle_has_waited(open_terminal, shift):
    page = open_terminal()

    expect(act(page, "いない")).to_have_count(0)
    act(page, "到着").click()

    expect(act(page, "いない")).to_be_disabled()
    expect(act(page, "いない")).to_contain_text("あと")


@pytest.mark.parametrize("size", [PHONE, TABLET], ids=["phone", "tablet"])
def test_everything_can_be_read_and_tapped(open_terminal, size):
    page = open_terminal(size)
    act(page, "到着").click()
    page.locator("#later summary").first.click()
    page.locator("#done-title").click()
    shown = [Axe().run(page)]
    sizes = page.eval_on_selector_all(
        "button, a, summary",
        "all => all.filter(e => e.offsetParent).map(e => [e.textContent.trim(), e.getBoundingClientRect().height])",
    )
    is_wider = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.locator("#open-messages").click()
    shown.append(Axe().run(page))

    assert [result.response["violations"] for result in shown] == [[], []]
    assert [each for each in sizes if each[1] < SMALLEST_TAP] == []
    assert not is_wider


def test_colours_hold_in_the_sun(open_terminal):
    page = open_terminal()
    act(page, "到着").click()

    result = Axe().run(
        page, options={"runOnly": ["color-contrast-enhanced"], "rules": {"color-contrast-enhanced": {"enabled": True}}}
    )

    assert result.response["violations"] == []


@pytest.mark.parametrize("size", [PHONE, TABLET], ids=["phone", "tablet"])
def test_the_choice_of_a_duty_can_be_read_and_tapped(open_terminal, size):
    page = open_terminal(size)
    page.get_by_role("link", name="車をえらびなおす").click()
    page.get_by_role("heading", name="きょうの乗務").wait_for()

    shown = Axe().run(page)
    page.get_by_role("link", name="ジャンボ1号車").click()

    assert shown.response["violations"] == []
    expect(page.locator("#next .stop")).to_have_text("停留所2")


def test_a_tap_with_an_old_token_is_sent_again_with_a_new_one(open_terminal, shift):
    page = open_terminal()
    page.context.clear_cookies(name="noriai-form")

    act(page, "乗車").click()
    page.wait_for_timeout(500)
    page.evaluate("dispatchEvent(new Event('online'))")

    wait_for_state(shift, shift.first, page, "boarded")

"""The line on the terminal in a real browser: a whole day with a fixed run, area tours and booked runs."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import func, select
from werkzeug.serving import make_server

from backend.db.models import (
    Booking,
    Duty,
    DutyPattern,
    FareRecord,
    FareRecordLine,
    HeadCount,
    Incident,
    LeftBehind,
    Run,
    ServiceStop,
    Vehicle,
)
from backend.services import extra_runs, service_days
from tests.acceptance.test_terminal_browser import stop_clock
from tests.make import LINE_DAY, make_booking, make_rider, make_service, make_wish
from tests.patience import PATIENCE_MS
from tests.terminal import LINE_MORNING, LineShift, make_app

pytestmark = pytest.mark.browser

PHONE, TABLET = {"width": 360, "height": 740}, {"width": 800, "height": 1280}
SMALLEST_TAP = 56


class WholeDay(LineShift):
    """One vehicle: M2 at 8:05, M3 booked at 10:12, area tours in between, S3 at 15:30."""

    def __init__(self, session) -> None:
        super().__init__(session)
        for code in ("M3", "S3"):
            self.line.run(code).duty_id = self.fixed.duty_id
        self.area = make_service(session, name="デマンド交通", members_only=False)
        period = self.area.operating_periods[0]
        period.accepts_from = period.runs_from = LINE_DAY
        period.accepts_to = period.runs_to = LINE_DAY
        for stop in self.line.stops.values():
            session.add(ServiceStop(transport_service_id=self.area.id, stop_id=stop.id))
        vehicle = self.fixed.duty.vehicle
        session.add(DutyPattern(transport_service_id=self.area.id, vehicle_id=vehicle.id, weekdays=[0, 1, 2, 3, 4]))
        session.flush()
        service_days.lock(session, self.area.id, LINE_DAY)
        for duty in session.scalars(select(Duty)):
            duty.driver_id = self.driver.id
        rider = make_rider(session, name="見本 ハル", kana="みほん はる", phone="06099990001")
        wish = make_wish(self.area, self.line.stops["T05"], self.line.stops["T12"], time="11:30", day=LINE_DAY)
        self.tour = make_booking(session, wish, rider=rider, now=LINE_MORNING)
        self.booked = self.book("M3", "T03", "T20", adult=1, discount=1)
        self.line.stops["T07"].road_note = "橋の手前が細いです"


@pytest.fixture
def shift(session):
    return WholeDay(session)


@pytest.fixture
def open_terminal(browser, engine, shift) -> Iterator:
    servers, contexts = [], []
    complaints: list[str] = []

    def opened(size: dict = TABLET, *, now: datetime = LINE_MORNING) -> Page:
        shift.session.commit()
        made = make_server("127.0.0.1", 0, make_app(engine, now=now), threaded=True)
        servers.append((made, threading.Thread(target=made.serve_forever, daemon=True)))
        servers[-1][1].start()
        server = f"http://127.0.0.1:{made.server_port}"
        contexts.append(browser.new_context(viewport=size, locale="ja-JP"))
        contexts[-1].set_default_timeout(PATIENCE_MS)
        contexts[-1].add_cookies([{"name": "noriai", "value": shift.token, "url": server}])
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{server}/driver/run/{shift.fixed.duty.vehicle.code}")
        page.locator(".halt").wait_for()
        return page

    yield opened
    for context in contexts:
        context.close()
    for server, thread in servers:
        server.shutdown()
        thread.join()
    assert complaints == []


def settled(page: Page) -> None:
    """Wait until the server has answered every tap."""
    for _ in range(PATIENCE_MS // 100):
        if page.evaluate("JSON.parse(localStorage.getItem('noriai-outbox') || '[]').length") == 0:
            return
        page.wait_for_timeout(100)
    raise AssertionError("the server has not answered")


def heads(page: Page, name: str):
    return page.get_by_role("button", name=name, exact=True)


def test_one_terminal_shows_the_whole_day_and_goes_from_one_to_the_next(open_terminal, shift):
    page = open_terminal()

    expect(page.locator("#next .run-title")).to_have_text("定時運行 2便 真駒内駅行き")
    times = page.locator("#later > li .time").all_text_contents()
    assert times == sorted(times, key=lambda text: int(text.split("–")[0].replace(":", "")))
    expect(page.locator("#later")).to_contain_text("3便 真駒内駅行き")
    expect(page.locator("#later")).to_contain_text("3便 空沼二股行き")
    page.get_by_role("button", name="この便を終える").click()

    expect(page.locator("#next .stop").first).to_have_text("常盤")
    settled(page)
    page.locator("#next").get_by_text("乗車", exact=True).last.click()
    page.locator("#next").get_by_text("降車", exact=True).last.click()
    expect(page.locator("#next .stop").first).to_have_text("常盤南")
    settled(page)
    shift.session.expire_all()
    assert shift.session.get_one(Run, shift.fixed.id).state == "finished"
    assert shift.session.get_one(Booking, shift.booked.id).state == "completed"


@pytest.mark.req("T-12")
def test_a_booked_stop_is_never_left_before_its_printed_time(open_terminal, shift):
    page = open_terminal(now=LINE_MORNING + timedelta(hours=2, minutes=5))

    expect(page.locator("#next .leave")).to_contain_text("発車まで")
    page.locator("#next").get_by_text("乗車", exact=True).last.click()

    expect(page.locator("#next .held")).to_contain_text("常盤 10:12")
    expect(page.locator("#next .held")).to_contain_text("発車まで")


@pytest.mark.req("T-40", "Q-55")
def test_heads_and_fares_of_a_fixed_run_take_few_taps_even_without_a_signal(open_terminal, shift):
    page = open_terminal()
    page.context.set_offline(True)
    page.locator(".way-ahead").get_by_role("button", name="常盤南").click()
    for name in ("乗る人 一般 +1", "乗る人 一般 +1", "乗る人 高齢者 +1"):
        heads(page, name).click()
    page.locator(".way-ahead").get_by_role("button", name="真駒内駅").click()
    page.get_by_role("button", name="のこり3名が降りる").click()
    page.get_by_role("button", name="現金 1250円 受け取った").click()
    page.get_by_role("button", name="この便を終える").click()
    expect(page.locator("#link")).to_contain_text("未送信")
    page.context.set_offline(False)

    settled(page)

    shift.session.expire_all()
    assert shift.session.get_one(Run, shift.fixed.id).state == "finished"
    sums = select(HeadCount.kind, func.sum(HeadCount.persons)).group_by(HeadCount.kind).order_by(HeadCount.kind)
    assert shift.session.execute(sums).all() == [("alight", 3), ("board", 3)]
    assert shift.session.scalars(select(FareRecord.received_yen)).all() == [1250]


@pytest.mark.req("T-40")
def test_the_end_of_a_run_asks_about_who_is_still_counted_as_on_board(open_terminal, shift):
    page = open_terminal()
    heads(page, "乗る人 こども +1").click()
    page.locator(".way-ahead").get_by_role("button", name="常盤橋").click()
    page.locator("#next").get_by_role("button", name="この便を終える").click()

    expect(page.locator("#ask")).to_contain_text("乗った人は1名、降りた人は0名です。")
    page.get_by_role("button", name="のこり1名は真駒内駅で降りた").click()
    page.get_by_role("button", name="現金 250円 受け取った").click()
    page.locator("#next").get_by_role("button", name="この便を終える").click()

    settled(page)
    shift.session.expire_all()
    assert shift.session.get_one(Run, shift.fixed.id).state == "finished"


@pytest.mark.req("T-28", "T-29", "Q-52")
def test_a_party_pays_in_several_ways(open_terminal, shift):
    page = open_terminal()
    page.get_by_role("button", name="この便を終える").click()
    card = page.locator("#next")
    expect(card.locator(".tick")).to_have_text("手帳の提示を確認")

    card.get_by_role("button", name="回数券・定期券など").click()
    first, second = page.locator(".person").all()
    assert first.get_by_label("払い方").locator("option").all_text_contents() == [
        "現金",
        "回数券",
        "定期券",
        "乗っていない",
    ]
    first.get_by_label("払い方").select_option("回数券")
    page.locator(".person").first.get_by_label("券の区間").select_option("区間B")
    second.get_by_label("手帳の提示を確認").check()
    expect(page.get_by_label("受け取った金額(円)")).to_have_value("450")
    page.get_by_role("button", name="この金額にする").click()
    expect(page.locator("#toast")).to_contain_text("運賃をなおしました")
    settled(page)

    kept = shift.session.scalars(select(FareRecordLine).order_by(FareRecordLine.id.desc()).limit(3)).all()
    assert sorted(
        (each.category, each.pay_kind, each.persons, each.received_yen, each.is_checked) for each in kept
    ) == [
        ("adult", "cash", 0, 200, False),
        ("adult", "coupon", 1, 0, False),
        ("discount", "cash", 1, 250, True),
    ]
    page.locator("#done-title").click()
    expect(page.locator("#done-list")).to_contain_text("現金450円・回数券1名 受け取り済み")


@pytest.mark.req("T-14")
def test_a_reserved_run_offers_no_plain_way_to_add_a_rider(open_terminal, shift):
    page = open_terminal()
    page.get_by_role("button", name="この便を終える").click()
    card = page.locator("#next")

    expect(card.get_by_role("button", name="乗る人")).to_have_count(0)
    card.get_by_role("button", name="例外の乗車").click()
    page.get_by_role("button", name="例外として乗せる").click()
    expect(page.locator("#ask")).to_be_visible()
    page.get_by_label("理由").last.select_option("急病・災害など")
    page.get_by_role("button", name="例外として乗せる").click()
    settled(page)

    kept = shift.session.scalars(select(HeadCount).order_by(HeadCount.id)).all()
    assert [(each.kind, each.persons, each.reason) for each in kept] == [
        ("board", 1, "emergency"),
        ("alight", 1, "emergency"),
    ]
    page.locator("#toast").get_by_role("button", name="取り消し").click()
    settled(page)
    assert shift.session.scalar(select(func.sum(HeadCount.persons))) == 0


@pytest.mark.req("T-22")
def test_left_behind_takes_two_taps_and_the_answer_appears(open_terminal, shift, engine):
    page = open_terminal()
    stop_clock(page)
    page.locator("#next").get_by_role("button", name="乗り残し").click()
    page.get_by_role("button", name="真駒内駅 2名").click()
    expect(page.locator("#left")).to_contain_text("受付に知らせました")

    row = shift.session.scalars(select(LeftBehind)).one()
    assert (row.persons, row.pickup_stop_id) == (2, shift.stop("T01"))
    spare = shift.session.scalars(select(Vehicle).where(Vehicle.is_spare)).one()
    sent = extra_runs.dispatch_extra(shift.session, row.id, spare.id, actor="staff:1", key="send", now=LINE_MORNING)
    assert isinstance(sent, Run), sent
    shift.session.commit()
    page.clock.run_for(15000)

    expect(page.locator("#left .answered")).to_contain_text("増発便")
    expect(page.locator("#toast")).to_contain_text("向かっています")


@pytest.mark.req("T-50", "T-55", "S-18")
def test_map_notes_and_a_damaged_sign(open_terminal, shift):
    page = open_terminal()

    expect(page.locator(".way-ahead")).to_contain_text("橋の手前が細いです")
    page.locator("#next").get_by_role("button", name="地図と道の注意").click()
    expect(page.locator("#ask svg text")).to_have_count(20)
    expect(page.locator("#ask")).to_contain_text("橋の手前が細いです")
    page.locator("#ask").get_by_role("button", name="閉じる").click()
    page.locator("#next").get_by_role("button", name="標識のこわれ").click()
    page.get_by_label("停留所").select_option("芸術の森入口")
    page.get_by_label("くわしく").fill("根もとから")
    page.context.set_offline(True)
    page.get_by_role("button", name="倒れている").click()
    expect(page.locator("#link")).to_contain_text("未送信 1件")
    assert "根もと" not in page.evaluate("JSON.stringify(localStorage)")
    page.context.set_offline(False)
    expect(page.locator("#link")).to_have_text("つながっています")

    incident = shift.session.scalars(select(Incident)).one()
    assert (incident.stop_id, incident.text) == (shift.stop("T07"), "倒れている 根もとから")


@pytest.mark.req("T-44")
def test_kilometres_are_entered_for_each_duty(open_terminal, shift):
    page = open_terminal()

    page.get_by_role("button", name="走行距離を入れる").click()
    page.locator("#ask input").first.fill("12.5")
    page.get_by_role("button", name="この距離にする").click()
    settled(page)

    assert 12_500 in shift.session.scalars(select(Duty.driven_m)).all()


@pytest.mark.parametrize("size", [PHONE, TABLET], ids=["phone", "tablet"])
def test_everything_can_be_read_and_tapped(open_terminal, size):
    page = open_terminal(size)
    heads(page, "乗る人 一般 +1").click()
    heads(page, "乗る人 割引 +1").click()
    page.locator(".way-ahead").get_by_role("button", name="真駒内駅").click()
    page.get_by_role("button", name="のこり2名が降りる").click()
    for summary in page.locator("#later summary").all():
        summary.click()
    shown = [Axe().run(page)]
    sizes = page.eval_on_selector_all(
        "button, a, summary",
        "all => all.filter(e => e.offsetParent).map(e => [e.textContent.trim(), e.getBoundingClientRect().height])",
    )
    is_wider = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.get_by_role("button", name="回数券・定期券など").first.click()
    shown.append(Axe().run(page))
    page.locator("#fare").get_by_role("button", name="やめる").click()
    page.locator("#next").get_by_role("button", name="地図と道の注意").click()
    shown.append(Axe().run(page))

    assert [result.response["violations"] for result in shown] == [[], [], []]
    assert [each for each in sizes if each[1] < SMALLEST_TAP] == []
    assert not is_wider

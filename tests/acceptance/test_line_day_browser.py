"""The board of the line in a real browser: what is new appears by itself, and everybody can use it (T-22, D-46)."""

import threading
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from backend.db.session import transaction
from backend.services import left_behind, suspensions
from tests.admin.web import Web
from tests.make import LINE_DAY, Town
from tests.terminal import LINE_MORNING, LineShift

NARROW = {"width": 360, "height": 740}
WITHIN_MS = 15_000

pytestmark = pytest.mark.browser


@pytest.fixture
def shift(session):
    """The line with an area service beside it, one run booked, one called off."""
    Town(session)
    made = LineShift(session)
    made.book("M3", "T03", "T20", adult=2)
    suspensions.suspend(session, made.line.run("S4").id, reason="倒木のため", actor="staff:1", now=LINE_MORNING)
    session.commit()
    return made


@pytest.fixture
def page(engine, shift, browser) -> Iterator[Page]:
    """A dispatcher's screen, narrow as a telephone's."""
    web = Web(engine, now=LINE_MORNING)
    server = make_server("127.0.0.1", 0, web.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.port}"
    context = browser.new_context(viewport=NARROW, locale="ja-JP", base_url=url)
    held = {"noriai": web.token, "noriai-device": web.device_key}
    context.add_cookies([{"name": name, "value": value, "url": url} for name, value in held.items()])
    yield context.new_page()
    context.close()
    server.shutdown()
    thread.join()
    server.server_close()


def report(engine, shift) -> None:
    """Let the driver of M2 leave two riders behind."""
    with transaction(engine) as session:
        left_behind.report(
            session,
            shift.fixed.id,
            pickup_stop_id=shift.stop("T03"),
            dropoff_stop_id=shift.stop("T20"),
            persons=2,
            event_id="left",
            staff_id=shift.driver.id,
            happened_at=LINE_MORNING,
            now=LINE_MORNING,
        )


@pytest.mark.req("T-22")
def test_riders_left_behind_appear_on_an_open_board_and_one_press_sends_the_car(engine, shift, page):
    page.clock.install()
    page.goto("/admin/dispatch/")
    page.locator('body[data-ready="1"]').wait_for()

    report(engine, shift)
    page.clock.run_for(WITHIN_MS)
    expect(page.get_by_role("alert")).to_contain_text("乗り残し 2名")
    page.get_by_role("button", name="増発便を出す").click()

    expect(page.locator(".runs")).to_contain_text("増発便")
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.req("D-46", "D-39")
def test_board_run_and_duty_pages_are_readable_by_machines_and_fit_a_narrow_screen(engine, shift, page):
    report(engine, shift)
    paths = [
        "/admin/dispatch/",
        f"/admin/dispatch/runs/{shift.reserved.id}",
        f"/admin/dispatch/duties?day={LINE_DAY.isoformat()}",
    ]
    faults, too_wide = [], []
    for path in paths:
        page.goto(path)
        page.locator('body[data-ready="1"]').wait_for()
        found = Axe().run(page).response["violations"]
        faults += [(path, each["id"], each["nodes"][0]["html"][:120]) for each in found]
        if page.evaluate("document.documentElement.scrollWidth") > NARROW["width"]:
            too_wide.append(path)

    assert (faults, too_wide) == ([], [])

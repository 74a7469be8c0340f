"""The menu of the staff web in a real browser: groups that open by keyboard and without script, wide and narrow (D-46)."""

import threading
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from werkzeug.serving import make_server

from backend.db.session import transaction
from tests.admin.web import Web
from tests.make import LINE_NOW, make_line

pytestmark = pytest.mark.browser

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
TWO_ROWS_PX, NARROW_PX = 110, 200


class Served:
    """The staff web of a town with a line, for one role."""

    def __init__(self, engine, role):
        self.web = Web(engine, role=role, now=LINE_NOW)
        self.server = make_server("127.0.0.1", 0, self.web.app, threaded=True)
        self.url = f"http://127.0.0.1:{self.server.port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def open(self, browser, size, *, with_script=True):
        """Return the start page."""
        context = browser.new_context(viewport=size, locale="ja-JP", java_script_enabled=with_script)
        context.add_cookies([{"name": "noriai", "value": self.web.token, "url": self.url}])
        page = context.new_page()
        page.goto(f"{self.url}/admin/")
        return page

    def close(self):
        """Stop serving."""
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def serve(engine) -> Iterator:
    """Serve the staff web of a town with a line to the role that is named."""
    with transaction(engine) as session:
        make_line(session)
    made = []

    def start(role):
        made.append(Served(engine, role))
        return made[-1]

    yield start
    for each in made:
        each.close()


@pytest.mark.parametrize(("size", "most_px"), [(WIDE, TWO_ROWS_PX), (NARROW, NARROW_PX)], ids=["wide", "narrow"])
def test_the_menu_stays_low_and_opens_by_keyboard(browser, serve, size, most_px):
    page = serve("dispatcher").open(browser, size)
    assert page.locator("header").bounding_box()["height"] <= most_px

    menu = page.get_by_role("navigation", name="メニュー")
    expect(menu.get_by_role("link", name="端末", exact=True)).to_be_hidden()
    menu.get_by_text("設定・職員").focus()
    page.keyboard.press("Enter")

    expect(menu.get_by_role("link", name="端末", exact=True)).to_be_visible()
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    page.keyboard.press("Escape")
    expect(menu.get_by_role("link", name="端末", exact=True)).to_be_hidden()
    expect(menu.get_by_text("設定・職員")).to_be_focused()


def test_the_menu_works_without_script_and_marks_where_one_is(browser, serve):
    page = serve("dispatcher").open(browser, WIDE, with_script=False)

    page.get_by_role("navigation", name="メニュー").get_by_text("事務").click()
    page.get_by_role("navigation", name="メニュー").get_by_role("link", name="報告書").click()

    page.wait_for_url("**/admin/reports/")
    expect(page.locator("summary.here")).to_have_text("事務")


def test_a_group_of_one_page_is_a_link(browser, serve):
    page = serve("system_administrator").open(browser, WIDE)

    expect(page.get_by_role("navigation", name="メニュー").get_by_role("link", name="緊急時の停止")).to_be_visible()
    assert page.locator("main h2").all_inner_texts()[-1] == "記録と緊急"

"""What the eye sees on the staff web in a real browser: no state cut off, no word broken to letters (D-46)."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.admin.test_browser import NARROW, WIDE, Desk

pytestmark = pytest.mark.browser

CELLS = "cells => cells.map(cell => cell.getBoundingClientRect().width)"
LEAST_PX = 80
RING = """field => {
  const style = getComputedStyle(field);
  const above = field.parentElement.querySelector(".hint").getBoundingClientRect().bottom;
  return field.getBoundingClientRect().top - parseFloat(style.outlineWidth) - parseFloat(style.outlineOffset) - above;
}"""


@pytest.fixture
def open_page(engine, browser) -> Iterator:
    """Open a page of the demo town's staff web at a size."""
    desk = Desk(engine)
    contexts = []

    def opened(path: str, size: dict) -> Page:
        contexts.append(browser.new_context(viewport=size, locale="ja-JP", base_url=desk.url))
        held = {"noriai": desk.web.token, "noriai-device": desk.web.device_key}
        contexts[-1].add_cookies([{"name": name, "value": value, "url": desk.url} for name, value in held.items()])
        page = contexts[-1].new_page()
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    desk.close()


def test_a_dispatcher_sees_the_state_of_every_visit_beside_the_line(open_page):
    table = open_page("/admin/dispatch/", WIDE).locator(".scroll").first

    assert table.evaluate("table => table.scrollWidth - table.clientWidth") <= 0


def test_names_in_a_table_stay_readable_on_a_telephone(open_page):
    cells = open_page("/admin/dispatch/", NARROW).locator(".scroll").first.locator("td:not(.figure)")

    assert min(cells.evaluate_all(CELLS)) >= LEAST_PX


def test_the_ring_round_a_field_leaves_the_words_above_it_free(open_page):
    field = open_page("/admin/desk/", WIDE).locator("[name=who]")
    field.focus()

    assert field.evaluate("field => getComputedStyle(field).outlineStyle") == "solid"
    assert field.evaluate(RING) >= -2  # the line box below the letters

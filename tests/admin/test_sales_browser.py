"""Pages of sales, cases, incidents and contacts in a real browser: readable by machines, wide and narrow (D-46)."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from werkzeug.serving import make_server

from backend.db.queries import masters
from backend.db.session import transaction
from backend.services import cases, contacts, incidents, schemes
from tests.admin.web import Web
from tests.make import LINE_NOW, make_line
from tests.patience import PATIENCE_MS
from tests.sold import TODAY, book_of, commute, issue, product_like, sell

pytestmark = pytest.mark.browser

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
SAID = "停留所の標識が雪にうもれていて、どこで待てばよいか分かりませんでした。\n目印を増やしてください。"


class Office:
    """The line's office on a day with sales, a handover overdue, cases and incidents."""

    def __init__(self, engine):
        self.engine = engine
        with transaction(engine) as session:
            line = make_line(session)
            self.make_sales(session, line.id)
            vehicle = masters.list_vehicles(session)[0]
            values = {"service_id": line.id, "now": LINE_NOW}
            case = cases.open(
                session, kind="complaint", channel="phone", text=SAID, rider_id=None, key="a", actor="staff:1", **values
            )
            self.case = case.public_id
            incident = incidents.report(
                session,
                kind="accident",
                text="駐車場で接触。けが人なし。",
                happened_at=LINE_NOW,
                reported_by="staff:1",
                key="b",
                vehicle_id=vehicle.id,
                **values,
            )
            self.incident = incident.public_id
            incidents.add_note(session, self.incident, text="警察に届けた", key="c", actor="staff:1", now=LINE_NOW)
            contacts.set_contact(
                session,
                "emergency",
                name="当番",
                phone="011-000-0009",
                hours="いつでも",
                version=0,
                actor="staff:1",
                now=LINE_NOW,
            )
        self.web = Web(engine, role="dispatcher", now=LINE_NOW)
        self.server = make_server("127.0.0.1", 0, self.web.app, threaded=True)
        self.url = f"http://127.0.0.1:{self.server.port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def make_sales(self, session, service_id):
        """Sell a pass in the vehicle 31 days ago, one with a subsidy, and a book."""
        pass_, book = commute(session, service_id), book_of(session, service_id)
        self.dear = product_like(
            session, service_id, zone="A", category="student", is_welfare=True, with_subway=True, months=3
        )
        for product in (pass_, book, self.dear):
            issue(session, service_id, product.code)
        scheme = schemes.add(session, service_id, code="X", name="通学定期券補助", actor="staff:1", now=LINE_NOW)
        sell(session, service_id, pass_, place="vehicle", sold_on=TODAY - timedelta(days=31))
        self.subsidised = sell(session, service_id, self.dear, scheme_id=scheme.id, subsidy_yen=7_200).public_id
        self.book = sell(session, service_id, book).public_id

    def close(self):
        """Stop serving."""
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def paths(self):
        """Return every page that opens without a form."""
        return [
            "/admin/",
            "/admin/sales/",
            f"/admin/sales/new?product={self.dear.code}",
            f"/admin/sales/{self.subsidised}",
            f"/admin/sales/{self.subsidised}/paper",
            f"/admin/sales/{self.book}",
            "/admin/sales/month?month=2025-05",
            "/admin/sales/stock",
            "/admin/sales/prices",
            "/admin/sales/schemes",
            "/admin/cases/",
            "/admin/cases/month",
            "/admin/cases/new",
            f"/admin/cases/{self.case}",
            "/admin/incidents/",
            "/admin/incidents/new",
            f"/admin/incidents/{self.incident}",
            f"/admin/incidents/{self.incident}/paper",
            "/admin/contacts/",
            "/admin/contacts/town",
        ]


@pytest.fixture
def office(engine) -> Iterator[Office]:
    """An office in the morning."""
    made = Office(engine)
    yield made
    made.close()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_every_page_is_readable_by_machines_and_fits(browser, office, size):
    context = browser.new_context(viewport=size, locale="ja-JP")
    context.add_cookies([{"name": "noriai", "value": office.web.token, "url": office.url}])
    page = context.new_page()
    complaints, faults, too_wide = [], [], []
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    for path in office.paths():
        page.goto(f"{office.url}{path}")
        found = Axe().run(page).response["violations"]
        faults += [(path, each["id"], each["nodes"][0]["html"][:120]) for each in found]
        if page.evaluate("document.documentElement.scrollWidth") > size["width"]:
            too_wide.append(path)
    context.close()

    assert (faults, too_wide, complaints) == ([], [], [])


def test_a_pass_is_sold_by_keyboard_alone(browser, office):
    context = browser.new_context(viewport=WIDE, locale="ja-JP")
    context.add_cookies([{"name": "noriai", "value": office.web.token, "url": office.url}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{office.url}/admin/sales/")
    page.get_by_role("link", name="27,200円").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="販売を記録する").wait_for()  # it stands below the boxes
    for proof in page.get_by_role("checkbox").all():
        proof.focus()
        page.keyboard.press("Space")
    page.get_by_label("使い始めの日").fill("2025-06-01")
    page.get_by_role("button", name="販売を記録する").focus()
    page.keyboard.press("Enter")

    page.get_by_role("status").wait_for()
    expect(page.locator("dl.pairs")).to_contain_text("2025年6月1日(日)から2025年8月31日(日)まで")
    expect(page.locator("dl.pairs")).to_contain_text("27,200円")
    context.close()

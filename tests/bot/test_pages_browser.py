"""The residents' forms in a real browser: readable for everybody, usable on a small phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from backend.clock import wall
from backend.db.models import LineUser
from backend.db.session import transaction
from backend.services import registration
from tests.bot.make_bot import make_app
from tests.bot.simulator.conftest import serving
from tests.bot.simulator.test_page_browser import NARROW, WIDE
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.browser


@pytest.fixture
def site(member):
    """The member's forms, served: the address and a link for each purpose."""
    with transaction(member.world.engine) as session:
        account = session.query(LineUser).one()
        settings = registration.make_link(session, account.id, "settings", wall=wall())
        other = LineUser(user_id_index=b"other", first_seen_at=wall())
        session.add(other)
        session.flush()
        made = {
            purpose: registration.make_link(session, other.id, purpose, wall=wall())
            for purpose in ("register", "guest", "opinion")
        }
    with serving(make_app(member.world)) as url:
        links = {purpose: f"{url}/my/{purpose}/{token}" for purpose, token in made.items()}
        yield {**links, "settings": f"{url}/my/settings/{settings}", "url": url}


def check(page):
    """Fail on anything that keeps somebody out, and on a page wider than the screen."""
    page.wait_for_load_state()
    found = Axe().run(page).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.req("D-49")
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["360", "1280"])
def test_forms_can_be_used_by_everybody_without_scripts(browser, site, size):
    context = browser.new_context(viewport=size, locale="ja-JP")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()

    page.goto(site["register"])
    check(page)
    page.get_by_role("button", name="登録する").click()
    expect(page.get_by_role("alert")).to_be_visible()
    check(page)
    page.get_by_label("上の内容を読み、同意します").check()
    page.get_by_label("お名前").fill("見本 ハナ")
    page.get_by_label("ふりがな").fill("みほん はな")
    page.locator("#phone").fill("090-1234-5678")
    page.get_by_label("年", exact=True).fill("昭和16")
    page.locator("#category-senior").check()
    page.get_by_role("button", name="登録する").click()
    expect(page.get_by_role("heading", name="登録ができました")).to_be_visible()
    check(page)

    page.goto(site["settings"])
    check(page)
    page.locator("#tail").fill("2222")
    page.get_by_role("button", name="すすむ").click()
    expect(page.get_by_role("heading", name="登録の内容")).to_be_visible()
    check(page)
    page.goto(f"{site['url']}/my/privacy?lang=en")
    check(page)
    context.close()


@pytest.mark.req("T-18", "T-49")
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["360", "1280"])
@pytest.mark.parametrize(("purpose", "submit"), [("guest", "同意して、予約する"), ("opinion", "送る")])
def test_the_forms_of_guests_and_opinions_can_be_used_by_everybody(browser, site, size, purpose, submit):
    context = browser.new_context(viewport=size, locale="ja-JP")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()

    page.goto(site[purpose])
    check(page)
    page.get_by_role("button", name=submit).click()

    expect(page.get_by_role("alert")).to_be_visible()
    check(page)
    context.close()

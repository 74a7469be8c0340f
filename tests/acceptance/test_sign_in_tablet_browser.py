"""A terminal that lies open when its tablet is locked: it empties itself with its next question (C-12, T8)."""

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import select, update
from werkzeug.serving import make_server

from backend.clock import wall
from backend.db import models
from backend.services import devices
from tests.make import make_rider
from tests.patience import PATIENCE_MS
from tests.terminal import Shift, make_app

pytestmark = [pytest.mark.req("C-12", "S-18"), pytest.mark.browser]


@pytest.fixture
def shift(session):
    """A driver at work with a rider on the screen, at a registered tablet."""
    made = Shift(session)
    made.book(1, 3, time="10:00", rider=make_rider(session, name="見本 ハル", kana="みほん はる", phone="06099990001"))
    machine, code = devices.announce(session, kind="tablet", name="1号車", carrier_id=None, actor="system", wall=wall())
    made.key = devices.claim(session, code, sign_in_id=None, wall=wall())
    session.execute(update(models.StaffSession).values(device_id=machine.id, factor="pin"))
    made.machine = machine.public_id
    session.commit()
    return made


@pytest.fixture
def page(browser, engine, shift) -> Iterator:
    """The terminal, open in a browser."""
    server = make_server("127.0.0.1", 0, make_app(engine), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.port}"
    context = browser.new_context(locale="ja-JP")
    context.set_default_timeout(PATIENCE_MS)
    for name, value in {"noriai": shift.token, "noriai-device": shift.key}.items():
        context.add_cookies([{"name": name, "value": value, "url": url}])
    made = context.new_page()
    made.goto(f"{url}/driver/")
    made.locator(".halt").first.wait_for()
    yield made
    context.close()
    server.shutdown()
    thread.join()
    server.server_close()


def ask(page):
    """Let the terminal ask now instead of in ten seconds."""
    page.evaluate("() => { dispatchEvent(new Event('online')) }")


def test_a_locked_tablet_s_open_terminal_empties_itself(page, shift):
    page.evaluate("() => localStorage.setItem('noriai-outbox', '[]')")
    devices.revoke(shift.session, shift.machine, carrier_id=None, actor="staff:1", wall=wall())
    shift.session.commit()

    ask(page)

    page.locator("#password").wait_for()
    assert "/admin/sign-in" in page.url
    assert page.evaluate("() => localStorage.length") == 0
    assert page.evaluate("() => caches.keys()") == []
    page.go_back()
    assert page.locator(".halt").count() == 0


def test_when_only_the_sign_in_ends_waiting_taps_are_kept(page, shift):
    page.evaluate("() => localStorage.setItem('noriai-kept', '1')")
    shift.session.execute(update(models.StaffSession).values(ended_at=wall()))
    shift.session.commit()

    ask(page)

    page.locator("#login").wait_for()
    assert page.evaluate("() => localStorage.getItem('noriai-kept')") == "1"
    assert shift.session.scalars(select(models.Device.empty_done_at)).one() is None

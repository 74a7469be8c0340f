"""Passkeys in a real browser with a virtual authenticator: added, shown, refused when replayed or from elsewhere (S-05)."""

import base64
import json
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import select, update
from werkzeug.serving import make_server

from backend.clock import wall
from backend.db import models
from backend.db.session import transaction
from backend.services import passkeys, sign_ins
from backend.services.passkeys import Site, site_of
from tests.admin.web import HERE, PASSWORD, code_at, make_account, make_app
from tests.make import Town, make_world
from tests.patience import PATIENCE_MS

pytestmark = [pytest.mark.req("S-05"), pytest.mark.browser]

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def address(engine) -> Iterator[str]:
    """The address of the staff web by a name: browsers give passkeys to no number."""
    with transaction(engine) as session:
        Town(session)
    server = make_server("127.0.0.1", 0, make_app(make_world(engine)), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(browser):
    """A page of a browser with an authenticator in it; the answers that it sends are kept."""
    context = browser.new_context(locale="ja-JP")
    context.set_default_timeout(PATIENCE_MS)
    made = context.new_page()
    wire = context.new_cdp_session(made)
    wire.send("WebAuthn.enable")
    wire.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    made.sent = []
    made.on("request", lambda each: made.sent.append(each.post_data) if each.url.endswith("/sign-in/passkey") else None)
    complaints = []
    made.on("pageerror", lambda error: complaints.append(str(error)))
    yield made
    context.close()
    assert complaints == []


def give_password(page, address):
    """Type name and password."""
    page.goto(f"{address}/admin/sign-in")
    page.fill("#login", "operator")
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="次へ").click()
    page.locator("#code").wait_for()


@pytest.fixture
def staff_id(engine, page, address):
    """An operator who has added a passkey and signed out."""
    made = make_account(engine, role="operator")
    give_password(page, address)
    page.fill("#code", code_at(wall()))
    page.locator("form", has=page.locator("#code")).get_by_role("button").click()
    page.goto(f"{address}/admin/access/me")
    page.fill("#passkey-name", "庁舎2階")
    page.get_by_role("button", name="パスキーを登録する").click()
    page.get_by_text("庁舎2階").first.wait_for()
    page.get_by_role("button", name="ログアウト").click()
    page.locator("#login").wait_for()
    return made


def test_a_passkey_is_the_second_factor(page, address, staff_id, engine):
    give_password(page, address)
    page.get_by_role("button", name="パスキーで確認する").click()

    page.wait_for_url(f"{address}/admin/")
    with transaction(engine) as session:
        latest = select(models.StaffSession.factor).order_by(models.StaffSession.id.desc()).limit(1)
        assert session.scalar(latest) == "passkey"
        assert session.scalars(select(models.Passkey.sign_count)).one() > 0


def test_an_answer_counts_once_for_its_own_challenge_and_origin(page, address, staff_id, engine):
    give_password(page, address)
    page.get_by_role("button", name="パスキーで確認する").click()
    page.wait_for_url(f"{address}/admin/")
    answer = page.sent[-1]
    here = site_of(address)

    def is_shown(*, site, challenge, least_count=0, who=staff_id):
        with transaction(engine) as session:
            half = sign_ins.open_half(session, sign_ins.Try(who, ""), whence=HERE, wall=wall())
            assert half
            sign_in_id = session.scalar(select(models.StaffSession.id).order_by(models.StaffSession.id.desc()).limit(1))
            session.execute(update(models.StaffSession).values(challenge=challenge))
            session.execute(update(models.Passkey).values(sign_count=least_count))
        with transaction(engine) as session:
            first = passkeys.is_shown(session, who, sign_in_id, site=site, answer=answer, wall=wall())
            again = passkeys.is_shown(session, who, sign_in_id, site=site, answer=answer, wall=wall())
        return first, again

    own = challenge_of(answer)
    assert is_shown(site=here, challenge=own) == (True, False)  # the control; a replay finds no challenge
    other = make_account(engine, role="dispatcher")
    refused = [
        is_shown(site=here, challenge=b"another challenge of 32 bytes...."),
        is_shown(site=Site("http://localhost:1", "localhost"), challenge=own),
        is_shown(site=Site("https://evil.example", "evil.example"), challenge=own),
        is_shown(site=here, challenge=own, least_count=10_000),  # a copy of the key lags behind
        is_shown(site=here, challenge=own, who=other),
    ]
    assert refused == [(False, False)] * 5


def challenge_of(answer: str) -> bytes:
    """Return the challenge that an answer was made for."""
    said = json.loads(base64.urlsafe_b64decode(json.loads(answer)["response"]["clientDataJSON"] + "=="))
    return base64.urlsafe_b64decode(said["challenge"] + "==")


def test_a_passkey_that_was_taken_away_lets_nobody_in(page, address, staff_id, engine):
    with transaction(engine) as session:
        passkey_id = session.scalars(select(models.Passkey.id)).one()
        assert passkeys.revoke(session, staff_id, passkey_id, wall=wall())

    give_password(page, address)

    assert page.get_by_role("button", name="パスキーで確認する").count() == 0


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://noriai.example.jp", "noriai.example.jp"),
        ("http://localhost:8000", "localhost"),
        ("http://127.0.0.1:8000", None),
        ("https://203.0.113.5", None),
        ("http://noriai.example.jp", None),
    ],
)
def test_where_browsers_allow_passkeys(origin, host):
    site = site_of(origin)

    assert (site and site.host) == host

"""Accounts: invitation, new sign-in, another role, leaving; each takes two persons, and is told to all (S-05, S-08, C-02)."""

import re

import pyotp
import pytest
from sqlalchemy import select

from backend.clock import wall
from backend.db import models
from backend.db.session import transaction
from tests.acceptance.test_sign_in import Browser, let_no_wait_end
from tests.admin.web import Web

pytestmark = pytest.mark.req("S-05", "S-08")

NEW_PASSWORD = "violet kettle rides north"
INVITATION = {
    "login": "newcomer",
    "name": "新人 見本",
    "role": "operator",
    "designated_on": "2022-11-01",
    "reason": "採用",
}


@pytest.fixture
def admin(engine):
    """A system administrator, who asks."""
    return Web(engine, role="system_administrator")


@pytest.fixture
def manager(engine):
    """A data protection manager, who agrees."""
    return Web(engine, role="protection_manager")


def invite(admin, **changes):
    """Ask for an account; return the answer."""
    return admin.post("/admin/access/invite", page="/admin/access/invite", **{**INVITATION, **changes})


def word_of(answer):
    """Return the word that the asker is shown."""
    return re.search(r'id="word">(\d{8})<', answer.get_data(as_text=True))[1]


def agree(web, answer="agree"):
    """Agree to the act that waits; return the answer."""
    address = re.search(r'action="(/admin/access/acts/[\w-]+)"', web.text("/admin/access/"))[1]
    return web.post(address, page="/admin/access/", answer=answer)


def link_of(answer):
    """Return the path of the one-time link that the approver is shown."""
    return re.search(r'id="link">[^<]*?(/admin/welcome/[\w-]+)<', answer.get_data(as_text=True))[1]


def begin(browser, link, word, password=NEW_PASSWORD, again=None):
    """Open the link, and choose a password."""
    return browser.send(link, link, word=word, password=password, again=again or password)


def enrol(browser):
    """Register an authenticator app; return the answer."""
    page = browser.client.get("/admin/enrol").get_data(as_text=True)
    secret = re.search(r'id="secret">([A-Z2-7]+)<', page)[1]
    return browser.send("/admin/enrol/code", "/admin/enrol", code=pyotp.TOTP(secret).at(wall()))


def find(engine, login="newcomer"):
    """Return an account."""
    with transaction(engine) as session:
        return session.scalars(select(models.Staff).where(models.Staff.login == login)).one()


@pytest.fixture
def newcomer(engine, admin, manager):
    """Somebody who was invited, and has chosen password and factor."""
    word = word_of(invite(admin))
    browser = Browser(engine)
    begin(browser, link_of(agree(manager)), word)
    assert enrol(browser).location == "/admin/access/me"
    return browser


def test_an_invited_person_chooses_password_and_factor_and_is_in(newcomer):
    assert newcomer.client.get("/admin/desk/").status_code in {200, 404}
    assert "予備コード" in newcomer.client.get("/admin/access/me").get_data(as_text=True)


def test_nobody_gets_in_before_a_second_person_agrees(engine, admin):
    invite(admin)

    assert not find(engine).active
    assert Browser(engine).give_password(login="newcomer", password="").status_code == 401


def test_who_asked_does_not_agree(admin):
    invite(admin)
    page = admin.text("/admin/access/")
    with transaction(admin.engine) as session:
        act = session.scalars(select(models.StaffAct)).one().public_id

    assert "/admin/access/acts/" not in page
    assert admin.post(f"/admin/access/acts/{act}", page="/admin/access/", answer="agree").status_code == 409


def test_neither_link_nor_word_alone_opens_the_account(engine, admin, manager):
    word = word_of(invite(admin))
    link = link_of(agree(manager))
    wrong = "00000000" if word != "00000000" else "11111111"

    assert begin(Browser(engine), link, wrong).status_code == 401
    assert Browser(engine).client.get("/admin/welcome/nobody-has-this-link").status_code == 404
    assert begin(Browser(engine), link, word).status_code == 303


def test_the_word_is_guessed_five_times_at_most(engine, admin, manager):
    word = word_of(invite(admin))
    link = link_of(agree(manager))
    guesses = {begin(Browser(engine), link, f"{number:08d}").status_code for number in range(5)}

    assert guesses == {401}
    let_no_wait_end(engine)
    assert begin(Browser(engine), link, word).status_code == 401


def test_the_link_works_once(engine, admin, manager):
    word = word_of(invite(admin))
    link = link_of(agree(manager))
    browser = Browser(engine)
    begin(browser, link, word)
    enrol(browser)

    assert Browser(engine).client.get(link).status_code == 404


def test_before_the_factor_nothing_opens_but_its_page(engine, admin, manager):
    word = word_of(invite(admin))
    browser = Browser(engine)
    begin(browser, link_of(agree(manager)), word)

    assert browser.client.get("/admin/").status_code == 302
    assert browser.client.get("/admin/sign-in/code").status_code == 302
    assert browser.client.get("/admin/enrol").status_code == 200


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        pytest.param("short", None, "12文字以上", id="short"),
        pytest.param("passwordpassword", None, "よく使われる", id="common"),
        pytest.param(NEW_PASSWORD, "violet kettle rides south", "同じではありません", id="mistyped"),
    ],
)
def test_a_poor_password_is_refused_with_the_reason(engine, admin, manager, password, again, said):
    word = word_of(invite(admin))

    answer = begin(Browser(engine), link_of(agree(manager)), word, password, again)

    assert answer.status_code == 400
    assert said in answer.get_data(as_text=True)


@pytest.mark.req("C-02")
@pytest.mark.parametrize("role", ["operator", "dispatcher", "protection_manager"])
def test_who_sees_persons_needs_the_day_of_report_or_approval(admin, role):
    answer = invite(admin, role=role, designated_on="")

    assert answer.status_code == 409
    assert "指定した日" in answer.get_data(as_text=True)


@pytest.mark.req("C-02")
def test_before_that_day_the_account_does_not_open(engine, admin, manager):
    word = word_of(invite(admin, designated_on="2199-01-01"))
    browser = Browser(engine)
    begin(browser, link_of(agree(manager)), word)

    assert enrol(browser).status_code == 401


def test_a_declined_act_does_nothing(engine, admin, manager):
    invite(admin)

    agree(manager, answer="decline")

    assert not find(engine).active
    assert "断られました" in admin.text("/admin/access/me")


def test_an_act_is_decided_once(admin, manager):
    invite(admin)
    with transaction(admin.engine) as session:
        act = session.scalars(select(models.StaffAct)).one().public_id
    manager.post(f"/admin/access/acts/{act}", page="/admin/access/", answer="decline")

    assert manager.post(f"/admin/access/acts/{act}", page="/admin/access/", answer="agree").status_code == 409


def ask(admin, engine, path, **fields):
    """Ask for an act on the newcomer."""
    page = f"/admin/access/accounts/{find(engine).public_id}"
    return admin.post(f"{page}/{path}", page=page, reason="手続き", **fields)


def test_a_new_sign_in_takes_all_old_ways_and_gives_new_ones(engine, admin, manager, newcomer):
    word = word_of(ask(admin, engine, "acts", kind="reset"))
    assert newcomer.client.get("/admin/").status_code == 200  # asking alone does nothing
    link = link_of(agree(manager))

    assert newcomer.client.get("/admin/").status_code == 302
    assert Browser(engine).give_password(login="newcomer", password=NEW_PASSWORD).status_code == 401
    again = Browser(engine)
    begin(again, link, word, "quiet snow on red poles")
    assert enrol(again).location == "/admin/access/me"


def test_leaving_ends_everything_at_once(engine, admin, manager, newcomer):
    ask(admin, engine, "acts", kind="leave")
    agree(manager)

    assert newcomer.client.get("/admin/").status_code == 302
    assert Browser(engine).give_password(login="newcomer", password=NEW_PASSWORD).status_code == 401
    person = find(engine)
    assert (person.active, person.totp_secret, person.password_hash) == (False, "", "")
    assert "退職" in admin.text("/admin/access/")
    assert ask(admin, engine, "acts", kind="reset").status_code == 409


def test_another_role_counts_from_the_next_sign_in(engine, admin, manager, newcomer):
    ask(admin, engine, "role", role="town_officer", designated_on="")
    assert find(engine).role == "operator"
    agree(manager)

    assert find(engine).role == "town_officer"
    assert newcomer.client.get("/admin/").status_code == 302


def test_the_person_and_both_others_are_told(engine, admin, manager, newcomer):
    for page in (admin.text("/admin/access/me"), manager.text("/admin/access/me")):
        assert "手続きが承認されました。" in page
    with transaction(engine) as session:
        kinds = session.scalars(
            select(models.StaffNotice.kind).where(models.StaffNotice.staff_id == find(engine).id)
        ).all()
    assert "act_agreed" in kinds


def test_a_name_is_taken_once(admin):
    invite(admin)

    assert invite(admin).status_code == 409


def test_nobody_asks_for_an_act_on_the_own_account(engine, admin):
    page = f"/admin/access/accounts/{find(engine, 'system_administrator').public_id}"

    assert admin.post(f"{page}/acts", page=page, kind="leave", reason="退職").status_code == 409


def test_every_step_is_in_the_audit_trail(engine, admin, manager, newcomer):
    with transaction(engine) as session:
        acts = session.scalars(
            select(models.AuditEntry.action).where(models.AuditEntry.object_id == find(engine).id)
        ).all()

    assert {"act.invite.asked", "act.invite.agreed", "staff.password_chosen", "staff.signed_in"} <= set(acts)

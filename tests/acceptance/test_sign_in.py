"""Staff sign in with two factors; a code works once (S-05; security.md finding 5, T12, T13)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from backend.clock import wall
from backend.db.queries import staff as staff_queries
from backend.db.session import make_engine, transaction
from backend.services import sign_ins
from tests.admin.web import HERE, PASSWORD, SECRET, code_at, make_account, make_app, token_in
from tests.make import Town, make_world

pytestmark = pytest.mark.req("S-05")

# The codes of one fixed moment, long after every account was made: at any other two neighbours may be the same.
FAR = datetime(2199, 1, 1, 12, 0, 10, tzinfo=UTC)


class Browser:
    """A browser nobody is signed in with."""

    def __init__(self, engine):
        self.client = make_app(make_world(engine)).test_client()

    def send(self, path, page, **fields):
        token = token_in(self.client.get(page).get_data(as_text=True))
        return self.client.post(path, data={"csrf_token": token, **fields})

    def give_password(self, password=PASSWORD, login="operator"):
        return self.send("/admin/sign-in", "/admin/sign-in", login=login, password=password)

    def give_code(self, code, to=""):
        return self.send("/admin/sign-in/code", "/admin/sign-in/code", code=code, to=to)


@pytest.fixture
def browser(engine):
    """A browser, and an operator who may sign in."""
    make_account(engine, role="operator")
    return Browser(engine)


def let_no_wait_end(engine):
    """Let what failed have failed in a while, so that no wait is over before the test is, however slow it is."""
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE try_counts SET failed_at = failed_at + interval '1 hour'")


def half_of(engine, staff_id, *, at):
    """Return a sign-in that lacks the second factor."""
    with transaction(engine) as session:
        token = sign_ins.open_half(session, sign_ins.Try(staff_id, ""), whence=HERE, wall=at)
        return staff_queries.find_signed_in(session, token)


def test_password_and_code_open_the_staff_web(browser, engine):
    with transaction(engine) as session:
        Town(session)
    assert browser.give_password().location.startswith("/admin/sign-in/code")
    assert browser.client.get("/admin/desk/").status_code == 302

    answer = browser.give_code(code_at(wall()))

    assert answer.location == "/admin/"
    assert browser.client.get("/admin/desk/").status_code == 200


def test_the_password_alone_opens_nothing(browser):
    browser.give_password()

    assert browser.client.get("/admin/").location.startswith("/admin/sign-in")


def test_the_token_is_another_one_after_each_factor(browser):
    browser.give_password()
    half = browser.client.get_cookie("noriai").value

    browser.give_code(code_at(wall()))

    assert browser.client.get_cookie("noriai").value != half
    assert browser.client.get_cookie("noriai").http_only
    assert browser.client.get_cookie("noriai").same_site == "Lax"


def test_unknown_name_and_wrong_password_get_the_same_answer(browser):
    unknown = browser.give_password(login="nobody")
    wrong = browser.give_password(password="wrong")

    assert (unknown.status_code, wrong.status_code) == (401, 401)
    assert token_free(unknown.get_data(as_text=True)) == token_free(wrong.get_data(as_text=True))


def token_free(page):
    """Return a page without its CSRF token."""
    return "\n".join(line for line in page.splitlines() if "csrf" not in line)


def test_a_used_code_is_refused(browser, engine):
    code = code_at(wall())
    browser.give_password()
    browser.give_code(code)
    again = Browser(engine)
    again.give_password()

    assert again.give_code(code).status_code == 401


def test_of_fifty_at_once_one_gets_in(engine, database_url, keyring):
    staff_id = make_account(engine, role="operator")
    at = wall()
    halves = [half_of(engine, staff_id, at=at) for _ in range(50)]
    many = make_engine(database_url, pool_size=20)

    def try_in(half):
        with transaction(many) as session:
            return sign_ins.complete(session, half, code_at(at), whence=HERE, wall=at) is not None

    with ThreadPoolExecutor(20) as pool:
        got_in = list(pool.map(try_in, halves))
    many.dispose()

    assert got_in.count(True) == 1


@pytest.mark.parametrize(
    ("offset_s", "is_let_in"),
    [
        pytest.param(-60, False, id="two steps old"),
        pytest.param(-30, True, id="one step old"),
        pytest.param(30, True, id="one step early"),
        pytest.param(60, False, id="two steps early"),
    ],
)
def test_a_code_counts_one_step_around_now(engine, offset_s, is_let_in):
    staff_id = make_account(engine, role="operator")
    half = half_of(engine, staff_id, at=FAR)

    with transaction(engine) as session:
        token = sign_ins.complete(session, half, code_at(FAR + timedelta(seconds=offset_s)), whence=HERE, wall=FAR)

    assert (token is not None) == is_let_in


def test_an_older_code_is_refused_after_a_newer_one(engine):
    staff_id = make_account(engine, role="operator")
    for moment, is_let_in in ((FAR + timedelta(seconds=30), True), (FAR, False)):
        half = half_of(engine, staff_id, at=FAR)
        with transaction(engine) as session:
            assert (sign_ins.complete(session, half, code_at(moment), whence=HERE, wall=FAR) is not None) == is_let_in


def test_after_five_failures_a_further_try_waits(engine):
    make_account(engine, role="operator")
    at = wall()

    def may_try(seconds):
        with transaction(engine) as session:
            return (
                sign_ins.take_try(session, "operator", whence=HERE, wall=at + timedelta(seconds=seconds)).staff_id
                is not None
            )

    assert [may_try(0) for _ in range(6)] == [True] * 5 + [False]
    assert [may_try(2), may_try(3), may_try(10)] == [True, False, True]


def test_nobody_waits_longer_than_two_minutes(engine):
    make_account(engine, role="operator")
    at = wall()
    for minute in range(20):
        with transaction(engine) as session:
            taken = sign_ins.take_try(session, "operator", whence=HERE, wall=at + timedelta(seconds=121 * minute))
        assert taken.staff_id is not None


def test_fifty_guesses_at_once_cannot_outrun_the_count(engine, database_url):
    make_account(engine, role="operator")
    at = wall()
    many = make_engine(database_url, pool_size=20)

    def guess(_number):
        with transaction(many) as session:
            return sign_ins.take_try(session, "operator", whence=HERE, wall=at).staff_id is not None

    with ThreadPoolExecutor(20) as pool:
        judged = list(pool.map(guess, range(50)))
    many.dispose()

    assert judged.count(True) == 5


@pytest.mark.parametrize(
    ("role", "idle_s", "is_fresh"),
    [
        pytest.param("operator", 15 * 60 - 1, True, id="a second before"),
        pytest.param("operator", 15 * 60, False, id="a quarter of an hour"),
        pytest.param("driver", 15 * 60, True, id="a tablet may sleep between rides"),
    ],
)
def test_who_is_away_is_signed_out(engine, role, idle_s, is_fresh):
    signed_in, at = sign_in(engine, role)

    assert sign_ins.is_fresh(signed_in, wall=at + timedelta(seconds=idle_s)) == is_fresh


def test_nobody_stays_signed_in_for_more_than_half_a_day(engine):
    signed_in, at = sign_in(engine, "driver")

    assert not sign_ins.is_fresh(signed_in, wall=at + timedelta(hours=12))


def sign_in(engine, role):
    """Return a full sign-in and when it was made."""
    staff_id = make_account(engine, role=role)
    at = wall()
    half = half_of(engine, staff_id, at=at)
    with transaction(engine) as session:
        opened = sign_ins.complete(session, half, code_at(at), whence=HERE, wall=at)
        return staff_queries.find_signed_in(session, opened.token), at


def test_signing_out_ends_the_sign_in_at_once(browser):
    browser.give_password()
    browser.give_code(code_at(wall()))
    token = browser.client.get_cookie("noriai").value
    browser.send("/admin/sign-out", "/admin/")

    browser.client.set_cookie("noriai", token)

    assert browser.client.get("/admin/").status_code == 302


@pytest.mark.parametrize(
    "away",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example",
        "/admin/\r\nX-Evil: 1",
        "javascript:alert(1)",
    ],
)
def test_a_sign_in_never_leads_away(browser, away):
    browser.give_password()

    assert browser.give_code(code_at(wall()), to=away).location == "/admin/"


def test_a_driver_lands_on_the_terminal(engine):
    make_account(engine, role="driver")
    browser = Browser(engine)
    browser.give_password(login="driver")

    assert browser.give_code(code_at(wall())).location == "/driver/"


def test_the_secret_is_sealed_in_the_table(engine):
    staff_id = make_account(engine, role="operator")
    with engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT totp_secret_sealed FROM staff WHERE id = %s", (staff_id,)).one()

    assert SECRET.encode() not in bytes(row[0])

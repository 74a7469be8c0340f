"""Recovery codes, floods of tries, passwords that may be chosen, factors renewed (S-05; B-17, B-18)."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from backend.clock import wall
from backend.db.queries import staff as staff_queries
from backend.db.session import make_engine, transaction
from backend.domain.policies import passwords as policy
from backend.services import recovery_codes, sign_ins, tries
from backend.services.sign_ins import Whence
from tests.acceptance.test_sign_in import Browser, let_no_wait_end
from tests.admin.web import HERE, Web, code_at, make_account

pytestmark = pytest.mark.req("S-05")

ELSEWHERE = Whence("198.51.100.7")


@pytest.fixture
def codes(engine):
    """An operator with eight recovery codes."""
    staff_id = make_account(engine, role="operator")
    with transaction(engine) as session:
        return recovery_codes.renew(session, staff_id, actor="system", wall=wall())


def give_recovery(browser, code):
    """Sign in with the password and a recovery code."""
    browser.give_password()
    return browser.send("/admin/sign-in/recovery", "/admin/sign-in/code", recovery=code)


def test_a_recovery_code_lets_in_once(engine, codes):
    assert give_recovery(Browser(engine), codes[0].lower()).location == "/admin/"

    assert give_recovery(Browser(engine), codes[0]).status_code == 401
    assert give_recovery(Browser(engine), codes[1]).location == "/admin/"


def test_of_fifty_with_one_recovery_code_one_gets_in(engine, database_url, codes):
    staff_id = find_id(engine)
    many = make_engine(database_url, pool_size=20)

    def use(_number):
        with transaction(many) as session:
            return recovery_codes.use(session, staff_id, codes[0], wall=wall())

    with ThreadPoolExecutor(20) as pool:
        used = list(pool.map(use, range(50)))
    many.dispose()

    assert used.count(True) == 1


def find_id(engine, login="operator"):
    """Return an account's id."""
    with engine.connect() as connection:
        return connection.exec_driver_sql("SELECT id FROM staff WHERE login = %s", (login,)).scalar_one()


def test_recovery_codes_are_shown_once_and_renewed(engine):
    web = Web(engine, role="operator")

    shown = web.post("/admin/access/me/recovery-codes", page="/admin/access/me").get_data(as_text=True)

    codes = re.findall(r"<code>([A-Z2-7-]{19})</code>", shown)
    assert len(set(codes)) == 8
    assert codes[0] not in web.text("/admin/access/me")
    again = web.post("/admin/access/me/recovery-codes", page="/admin/access/me").get_data(as_text=True)
    assert codes[0] not in again
    assert give_recovery(Browser(engine), codes[0]).status_code == 401


def test_only_hashes_of_recovery_codes_are_kept(engine, codes):
    plain = codes[0].replace("-", "").encode()
    with engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT code_hash FROM recovery_codes").scalars().all()

    assert len(kept) == 8
    assert all(plain not in bytes(each) for each in kept)


def test_a_code_is_refused_as_long_as_the_password_was_not_given(engine):
    make_account(engine, role="operator")
    browser = Browser(engine)
    browser.client.get("/admin/sign-in")

    answer = browser.send("/admin/sign-in/code", "/admin/sign-in", code=code_at(wall()))

    assert answer.location == "/admin/sign-in"


def sign_in(engine, browser):
    """Sign in with both factors, whatever codes were used before."""
    with transaction(engine) as session:
        session.connection().exec_driver_sql("UPDATE staff SET totp_counter = 0")
    assert browser.give_password().status_code == 302
    assert browser.give_code(code_at(wall())).status_code == 302


def test_a_flood_from_one_address_leaves_the_colleague_alone(engine):
    make_account(engine, role="operator")
    colleague, stranger = Browser(engine), Browser(engine)
    sign_in(engine, colleague)
    colleague.send("/admin/sign-out", "/admin/")

    answers = {stranger.give_password(password=f"guess {number}").status_code for number in range(12)}

    assert answers == {401}
    let_no_wait_end(engine)
    assert stranger.give_password().status_code == 401  # right at last, but not to be judged now
    sign_in(engine, colleague)


def test_a_flood_from_two_hundred_addresses_leaves_the_colleague_alone(engine):
    make_account(engine, role="operator")
    colleague = Browser(engine)
    sign_in(engine, colleague)
    colleague.send("/admin/sign-out", "/admin/")
    judged, at = 0, wall()
    for number in range(200):
        with transaction(engine) as session:
            taken = sign_ins.take_try(session, "operator", whence=Whence(f"203.0.113.{number}"), wall=at)
        judged += not taken.must_wait

    assert judged <= 10
    sign_in(engine, colleague)


def test_a_flood_from_one_address_leaves_other_addresses_alone(engine):
    make_account(engine, role="operator")
    at = wall()
    for number in range(60):
        with transaction(engine) as session:
            sign_ins.take_try(session, f"name{number}", whence=ELSEWHERE, wall=at)

    with transaction(engine) as session:
        assert sign_ins.take_try(session, "other", whence=ELSEWHERE, wall=at).must_wait
        assert not sign_ins.take_try(session, "operator", whence=HERE, wall=at).must_wait


def test_at_most_ten_tries_in_five_minutes_are_judged(engine):
    make_account(engine, role="operator")
    at = wall()
    judged = 0
    for second in range(300):
        with transaction(engine) as session:
            taken = sign_ins.take_try(
                session, "operator", whence=Whence(f"203.0.113.{second}"), wall=at + timedelta(seconds=second)
            )
        judged += not taken.must_wait

    assert judged <= 10


def test_unknown_names_wait_as_known_ones_do(engine):
    make_account(engine, role="operator")

    def waits(login):
        with transaction(engine) as session:
            return sign_ins.take_try(session, login, whence=HERE, wall=at).must_wait

    at = wall()
    assert [waits("operator") for _ in range(7)] == [waits("nobody") for _ in range(7)]


def test_guessing_codes_for_a_year_is_hopeless(engine):
    """Whoever tries as often as they are let: a code is right three times in a million guesses."""
    staff_id = make_account(engine, role="operator")
    moment = start = wall()
    guesses = []
    while moment < start + timedelta(days=365):
        with transaction(engine) as session:
            taken = tries.take(session, "factor-totp", str(staff_id), pace=tries.CODE, wall=moment)
        if taken:
            guesses.append(moment)
        # The waits are whole powers of four of two seconds: nobody gets in more often than by trying at their ends.
        moment += timedelta(seconds=0 if len(guesses) < tries.CODE.free else 1 if len(guesses) < 9 else 43200)

    assert len([each for each in guesses if each < start + timedelta(days=1)]) <= 50
    assert len(guesses) * 3e-6 <= 1e-4


def test_who_guesses_codes_is_told_of_to_the_person(engine):
    web = Web(engine, role="operator")
    stranger = Browser(engine)
    stranger.give_password()

    near = {code_at(wall() + timedelta(seconds=30 * steps)) for steps in range(-2, 5)}
    stranger.give_code(next(code for code in ("000000", *map(str, range(100_000, 100_009))) if code not in near))

    assert "正しいパスワードのあと" in web.text("/admin/access/me")
    assert "お知らせが" in web.text("/admin/")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        pytest.param("short-one", "password_too_short", id="eleven signs and fewer"),
        pytest.param("passwordpassword", "password_common", id="a common word twice"),
        pytest.param("P@ssw0rd-2026!", "password_common", id="dressed up"),
        pytest.param("noriai-sapporo-minami-bus", "password_common", id="words of the place"),
        pytest.param("abcdefghijklmnop", "password_common", id="a sequence"),
        pytest.param("aaaabbbbaaaabbbb", "password_common", id="two letters"),
        pytest.param("qwertyuiop123456", "password_common", id="the keyboard"),
        pytest.param("tanaka-kanako-2026", "password_common", id="the own name"),
        pytest.param("ゆきみち犬小屋ぶらんこ青い鳥", None, id="Japanese words"),
        pytest.param("violet kettle rides north", None, id="four words"),
    ],
)
def test_which_passwords_may_be_chosen(password, code):
    refusal = policy.check(password, own_words=("kanako", "tanaka"))

    assert (refusal and refusal.code) == code


def test_factors_change_only_right_after_the_second_factor(engine):
    web = Web(engine, role="operator")
    with transaction(engine) as session:
        session.connection().exec_driver_sql("UPDATE staff_sessions SET factor_at = factor_at - interval '16 minutes'")

    answer = web.post("/admin/access/me/recovery-codes", page="/admin/access/me")

    assert answer.status_code == 403
    assert "もう一度ログイン" in answer.get_data(as_text=True)


def test_a_new_browser_is_told_to_the_person_and_a_known_one_is_not(engine):
    make_account(engine, role="operator")
    browser = Browser(engine)
    sign_in(engine, browser)
    page = browser.client.get("/admin/access/me").get_data(as_text=True)
    assert "はじめて使うブラウザ" in page
    browser.send("/admin/access/me/seen", "/admin/access/me")
    browser.send("/admin/sign-out", "/admin/")

    sign_in(engine, browser)

    assert "はじめて使うブラウザ" not in browser.client.get("/admin/access/me").get_data(as_text=True)


def test_who_is_not_named_for_personal_data_does_not_get_in(engine):
    staff_id = make_account(engine, role="operator")
    with transaction(engine) as session:
        session.connection().exec_driver_sql("UPDATE staff SET designated_on = NULL")
        half = sign_ins.open_half(session, sign_ins.Try(staff_id, ""), whence=HERE, wall=wall())

    with transaction(engine) as session:
        signed_in = staff_queries.find_signed_in(session, half)
        assert sign_ins.complete(session, signed_in, code_at(wall()), whence=HERE, wall=wall()) is None

"""Selling from a stock: serials, prices by the day, subsidies, refunds, tickets used (T-30 to T-37)."""

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from backend.db.models import Batch, CouponUse, Product, Sale
from backend.db.queries import products
from backend.db.queries import sales as queries
from backend.db.session import transaction
from backend.domain.errors import StaleError
from backend.domain.refusals import Refusal
from backend.services import sales, schemes
from tests.make import LINE_NOW, make_line
from tests.sold import TODAY, book_of, commute, issue, make_sale, product_like, sell


@pytest.fixture
def service(session):
    return make_line(session)


def code_of(outcome):
    return outcome.code if isinstance(outcome, Refusal) else outcome


def use(session, product, serial, event_id):
    return sales.use_coupon(
        session, product_code=product.code, serial=serial, run_id=None, event_id=event_id, by="staff:1", now=LINE_NOW
    )


@pytest.mark.req("T-36")
def test_serials_follow_each_other_through_the_batches(session, service):
    product = commute(session, service.id)
    issue(session, service.id, product.code, pieces=2, first_serial=11)
    issue(session, service.id, product.code, pieces=1, first_serial=101, design_version="第2版")

    sold = [sell(session, service.id, product) for _ in range(4)]

    assert [each.serial for each in sold[:3]] == [11, 12, 101]
    assert code_of(sold[3]) == "no_stock"
    views = queries.sales_between(session, service.id, TODAY, TODAY)
    assert [(each.serial, each.design_version) for each in views] == [(11, "第1版"), (12, "第1版"), (101, "第2版")]


@pytest.mark.req("T-35")
def test_stock_is_issued_less_sold(session, service):
    product, book = commute(session, service.id), book_of(session, service.id)
    issue(session, service.id, product.code, pieces=5)
    sell(session, service.id, product)
    sell(session, service.id, product)
    issue(session, service.id, book.code, pieces=3, is_numbered=False)
    sell(session, service.id, book)

    held = {each.product.code: (each.issued, each.sold, each.left) for each in queries.stock(session, service.id)}

    assert (held[product.code], held[book.code]) == ((5, 2, 3), (3, 1, 2))
    assert set(held.values()) == {(5, 2, 3), (3, 1, 2), (0, 0, 0)}
    assert len(held) == 34


@pytest.mark.req("T-36")
def test_a_batch_has_an_agreement_behind_it_and_serials_of_its_own(session, service):
    code = commute(session, service.id).code
    first = issue(session, service.id, code, pieces=5, first_serial=10, key="a")

    assert issue(session, service.id, code, pieces=5, first_serial=10, key="a") is first
    assert code_of(issue(session, service.id, code, first_serial=14)) == "serials_taken"
    assert code_of(issue(session, service.id, code, first_serial=6)) == "serials_taken"
    assert code_of(issue(session, service.id, code, agreed_on=TODAY + timedelta(days=1))) == "not_agreed_yet"
    assert code_of(issue(session, service.id, "no such product")) == "not_sold"
    with pytest.raises(StaleError):
        issue(session, service.id, code, pieces=6, first_serial=10, key="a")
    assert isinstance(issue(session, service.id, code, first_serial=15), Batch)


def test_the_same_key_sells_once(session, service):
    product = commute(session, service.id)
    issue(session, service.id, product.code)

    first, second = sell(session, service.id, product, key="k"), sell(session, service.id, product, key="k")

    assert second is first
    assert session.scalar(select(func.count()).select_from(Sale)) == 1
    with pytest.raises(StaleError):
        sell(session, service.id, product, key="k", place="event")


@pytest.mark.req("T-36")
def test_twenty_at_once_get_a_serial_each_until_the_stock_is_empty(engine):
    with transaction(engine) as session:
        service_id = make_line(session).id
        product = commute(session, service_id)
        issue(session, service_id, product.code, pieces=12)
    outcomes = []

    def buy(number):
        with transaction(engine) as session:
            outcome = sell(session, service_id, product, key=f"at once {number}")
            outcomes.append(outcome.code if isinstance(outcome, Refusal) else outcome.serial)

    threads = [threading.Thread(target=buy, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(each for each in outcomes if isinstance(each, int)) == list(range(1, 13))
    assert outcomes.count("no_stock") == 8


@pytest.mark.req("T-32")
def test_only_that_the_proofs_were_seen_is_kept(session, service):
    product = product_like(
        session, service.id, zone="A", category="student", is_welfare=True, with_subway=True, months=3
    )

    sale = make_sale(session, service.id, product, proofs_seen=(*product.proofs, "something else"))

    assert sale.proofs_seen == ["subway_pass", "student_card", "welfare_proof"]
    assert code_of(sell(session, service.id, product, proofs_seen=("student_card",))) == "proofs_missing"


@pytest.mark.req("Q-47")
def test_a_pass_starts_on_any_day(session, service):
    product = commute(session, service.id, months=3)

    sale = make_sale(session, service.id, product, starts_on=date(2025, 8, 31))

    assert (sale.valid_from, sale.valid_to) == (date(2025, 8, 31), date(2025, 11, 30))
    assert code_of(sell(session, service.id, product, starts_on=None)) == "pass_start_missing"
    assert code_of(sell(session, service.id, product, starts_on=date(1900, 1, 1))) == "pass_starts_before_sale"


@pytest.mark.req("T-31")
def test_the_price_is_that_of_the_day_of_the_sale(session, service):
    product = commute(session, service.id)
    coming = TODAY + timedelta(days=10)
    old = make_sale(session, service.id, product)

    refusal = sales.set_prices(
        session, service.id, valid_from=coming, yen_by_code={product.code: 14_000}, actor="staff:1", now=LINE_NOW
    )

    new = sell(session, service.id, product, sold_on=coming, starts_on=coming, now=LINE_NOW + timedelta(days=10))
    late_entry = sell(session, service.id, product, sold_on=TODAY, now=LINE_NOW + timedelta(days=10))
    assert refusal is None
    assert [each.price_yen for each in (old, new, late_entry)] == [13_500, 14_000, 13_500]
    assert len(session.scalars(select(Product).where(Product.valid_from == coming)).all()) == 1
    assert len(products.list_products(session, service.id, coming)) == 34


def test_prices_of_the_same_coming_day_are_corrected_and_past_ones_refused(session, service):
    product = commute(session, service.id)
    coming = TODAY + timedelta(days=10)

    def set_price(day, yen):
        changed = {product.code: yen}
        return sales.set_prices(session, service.id, valid_from=day, yen_by_code=changed, actor="staff:1", now=LINE_NOW)

    assert (set_price(coming, 14_000), set_price(coming, 13_900)) == (None, None)
    assert products.find_product(session, service.id, product.code, coming).price_yen == 13_900
    assert set_price(TODAY, 1).code == "prices_in_the_past"


@pytest.mark.req("Q-50")
def test_what_is_not_in_the_table_is_not_sold(session, service):
    table = {
        (each.zone, each.category, each.is_welfare, each.with_subway, each.months)
        for each in products.list_products(session, service.id, TODAY)
        if each.kind == "pass"
    }

    assert {each for each in table if each[1] == "pupil" and each[2]} == set()
    assert {each for each in table if each[0] == "B" and each[3]} == set()
    assert {each[1] for each in table} == {"commute", "student", "pupil"}
    unknown = sales.Purchase("pass-A-pupil-welfare-1", TODAY, "office", starts_on=TODAY)
    outcome = sales.sell(session, service.id, purchase=unknown, key="k", actor="staff:1", now=LINE_NOW)
    assert code_of(outcome) == "not_sold"


@pytest.mark.req("T-37")
def test_a_subsidy_is_taken_off_and_summed_by_scheme(session, service):
    product = product_like(
        session, service.id, zone="A", category="student", is_welfare=False, with_subway=False, months=1
    )
    scheme = schemes.add(session, service.id, code="SCHOOL", name="通学定期券補助", actor="staff:1", now=LINE_NOW)
    make_sale(session, service.id, product, scheme_id=scheme.id, subsidy_yen=5_000)
    make_sale(session, service.id, product, scheme_id=scheme.id, subsidy_yen=4_000)
    make_sale(session, service.id, product)
    sold = queries.sales_between(session, service.id, TODAY, TODAY)

    [school] = queries.subtotals([each for each in sold if each.scheme], lambda sale: sale.scheme.code)

    assert (school.name, school.pieces, school.price_yen, school.subsidy_yen, school.paid_yen) == (
        "SCHOOL",
        2,
        30_000,
        9_000,
        21_000,
    )
    assert [each.paid_yen for each in sold] == [10_000, 11_000, 15_000]
    schemes.offer(session, service.id, scheme.id, active=False, actor="staff:1", now=LINE_NOW)
    ended = sell(session, service.id, product, scheme_id=scheme.id, subsidy_yen=1)
    assert code_of(ended) == "scheme_not_offered"


@pytest.mark.req("T-30")
def test_a_book_of_ten_is_used_ten_times(session, service):
    book = book_of(session, service.id)
    sale = make_sale(session, service.id, book)

    uses = [use(session, book, sale.serial, f"tap {number}") for number in range(10)]

    assert [each.number for each in uses] == list(range(1, 11))
    assert use(session, book, sale.serial, "tap 3") is uses[3]
    assert code_of(use(session, book, sale.serial, "tap 10")) == "coupons_used_up"
    assert code_of(use(session, book, sale.serial + 1, "tap 11")) == "coupon_unknown"
    assert session.scalar(select(func.count()).select_from(CouponUse)) == 10


@pytest.mark.req("T-30")
def test_the_last_ticket_is_used_by_one_of_many_at_once(engine):
    with transaction(engine) as session:
        service_id = make_line(session).id
        book = book_of(session, service_id)
        serial = make_sale(session, service_id, book).serial
        for number in range(9):
            use(session, book, serial, f"before {number}")
    outcomes = []

    def ride(number):
        with transaction(engine) as session:
            outcome = use(session, book, serial, f"at once {number}")
            outcomes.append(outcome.code if isinstance(outcome, Refusal) else outcome.number)

    threads = [threading.Thread(target=ride, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(map(str, outcomes)) == ["10", *["coupons_used_up"] * 7]


@pytest.mark.req("Q-47")
def test_a_refund_is_entered_once_with_its_reason(session, service):
    book = book_of(session, service.id)
    sale = make_sale(session, service.id, book)

    def refund(yen, reason="転居"):
        refusal = sales.refund(
            session, service.id, sale.public_id, yen=yen, reason=reason, actor="staff:1", now=LINE_NOW
        )
        return refusal and refusal.code

    assert refund(5_001) == "refund_too_high"
    assert (refund(3_000), refund(3_000), refund(2_000)) == (None, None, "refunded_already")
    assert code_of(use(session, book, sale.serial, "tap")) == "coupon_refunded"
    [refunded] = queries.refunds_between(session, service.id, TODAY, TODAY)
    assert (refunded.refunded_yen, refunded.refund_reason, refunded.paid_yen) == (3_000, "転居", 5_000)


@pytest.mark.req("T-34")
def test_only_what_was_sold_in_the_vehicle_waits_for_its_handover(session, service):
    product = commute(session, service.id)
    issue(session, service.id, product.code, pieces=9)
    for place, days in (("office", 40), ("event", 40), ("vehicle", 31), ("vehicle", 25), ("vehicle", 24)):
        sell(session, service.id, product, place=place, sold_on=TODAY - timedelta(days=days))

    waiting = queries.list_to_hand_over(session, service.id, TODAY)

    assert [(each.days, each.stands.value) for each in waiting] == [(31, "overdue"), (25, "due"), (24, "waiting")]
    sales.hand_over(session, service.id, waiting[0].sale.public_id, actor="staff:1", now=LINE_NOW)
    assert len(queries.list_to_hand_over(session, service.id, TODAY)) == 2


def test_nothing_is_sold_in_the_future(session, service):
    product = commute(session, service.id)
    issue(session, service.id, product.code)

    assert code_of(sell(session, service.id, product, sold_on=TODAY + timedelta(days=1))) == "sold_in_the_future"

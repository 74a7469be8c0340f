"""What tickets and passes cover, and the cash on top (T-28, Q-48, Q-52)."""

import pytest

from backend.domain.policies import pay
from backend.domain.policies.pay import PaidLine, Payment, Tariff

B = {"adult": 300, "senior": 150, "discount": 150, "child": 150, "infant": 0, "free": 0}
A = {"adult": 500, "senior": 250, "discount": 250, "child": 250, "infant": 0, "free": 0}
LINE = Tariff({"A": A, "B": B}, ("cash", "coupon", "pass", "free"), allows_top_up=True)
STRICT = Tariff({"A": A, "B": B}, ("cash", "coupon", "pass", "free"), allows_top_up=False)
AREA = Tariff({"": {"adult": 350, "infant": 0}}, ("cash",), allows_top_up=True)


def figures(lines):
    return [(line.pay_kind, line.persons, line.due_yen, line.received_yen) for line in lines]


@pytest.mark.parametrize(
    ("payment", "zone", "expected"),
    [
        pytest.param(Payment("adult", 2, "cash"), "A", [("cash", 2, 1000, 1000)], id="cash"),
        pytest.param(Payment("infant", 1, "cash"), "A", [("free", 1, 0, 0)], id="no fare is free"),
        pytest.param(Payment("free", 1, "free"), "B", [("free", 1, 0, 0)], id="welfare pass"),
        pytest.param(Payment("adult", 1, "coupon"), "A", [("coupon", 1, 500, 0)], id="the ticket that fits"),
        pytest.param(Payment("child", 1, "coupon"), "B", [("coupon", 1, 150, 0)], id="the half ticket that fits"),
        pytest.param(
            Payment("adult", 1, "coupon", ticket_zone="B"),
            "A",
            [("coupon", 1, 300, 0), ("cash", 0, 200, 200)],
            id="B ticket in zone A",
        ),
        pytest.param(
            Payment("adult", 1, "coupon", ticket_class="half"),
            "B",
            [("coupon", 1, 150, 0), ("cash", 0, 150, 150)],
            id="half ticket for an adult",
        ),
        pytest.param(
            Payment("senior", 1, "coupon", ticket_class="full"), "A", [("coupon", 1, 250, 0)], id="no change given"
        ),
        pytest.param(Payment("adult", 1, "coupon", ticket_zone="A"), "B", [("coupon", 1, 300, 0)], id="A ticket in B"),
        pytest.param(
            Payment("adult", 1, "pass", ticket_zone="B"),
            "A",
            [("pass", 1, 300, 0), ("cash", 0, 200, 200)],
            id="B pass in zone A: adults add 200",
        ),
        pytest.param(
            Payment("child", 1, "pass", ticket_zone="B"),
            "A",
            [("pass", 1, 150, 0), ("cash", 0, 100, 100)],
            id="B pass in zone A: half fare adds 100",
        ),
        pytest.param(Payment("adult", -1, "cash"), "B", [("cash", -1, -300, -300)], id="taken back"),
    ],
)
def test_a_way_of_paying_covers_the_fare_and_leaves_the_rest_for_cash(payment, zone, expected):
    assert figures(pay.lines_of([payment], zone=zone, tariff=LINE)) == expected


@pytest.mark.parametrize(
    ("payment", "zone", "tariff", "code"),
    [
        (Payment("adult", 1, "ic"), "A", LINE, "fare_pay_kind"),
        (Payment("adult", 1, "coupon"), "", AREA, "fare_pay_kind"),
        (Payment("adult", 1, "free"), "A", LINE, "fare_not_free"),
        (Payment("student", 1, "cash"), "A", LINE, "fare_category"),
        (Payment("adult", 0, "cash"), "A", LINE, "fare_category"),
        (Payment("adult", 1, "cash"), "C", LINE, "fare_category"),
        (Payment("adult", 1, "coupon", ticket_zone="C"), "A", LINE, "fare_category"),
        (Payment("adult", 1, "pass", ticket_zone="B"), "A", STRICT, "fare_top_up"),
    ],
)
def test_what_cannot_be_paid_so_is_refused(payment, zone, tariff, code):
    assert pay.lines_of([payment], zone=zone, tariff=tariff).code == code


def test_a_pass_of_the_dearer_zone_holds_everywhere_even_without_top_up():
    assert figures(pay.lines_of([Payment("adult", 1, "pass", ticket_zone="A")], zone="B", tariff=STRICT)) == [
        ("pass", 1, 300, 0)
    ]


def test_a_party_splits_over_several_ways_and_equal_ones_are_put_together():
    payments = [
        Payment("adult", 1, "cash"),
        Payment("adult", 1, "cash"),
        Payment("adult", 1, "coupon", ticket_zone="B"),
        Payment("discount", 1, "cash", is_checked=True),
    ]

    lines = pay.lines_of(payments, zone="A", tariff=LINE)

    assert lines == (
        PaidLine("adult", "A", "cash", 2, 1200, 1200),
        PaidLine("adult", "A", "coupon", 1, 300, 0),
        PaidLine("discount", "A", "cash", 1, 250, 250, is_checked=True),
    )
    assert (pay.cash_due(lines), pay.kind_of(lines), sum(line.persons for line in lines)) == (1450, "mixed", 4)


@pytest.mark.parametrize(
    ("party", "kind"),
    [
        ([("adult", 1, 350), ("infant", 1, 0)], "cash"),
        ([("infant", 2, 0)], "free"),
        ([], "free"),
    ],
)
def test_who_rides_free_does_not_make_a_payment_mixed(party, kind):
    assert pay.kind_of(pay.due_lines(party, zone="")) == kind


def test_cash_in_hand_goes_to_the_lines_in_turn_and_the_last_takes_the_rest():
    lines = pay.due_lines([("adult", 1, 350), ("infant", 1, 0), ("child", 1, 150)], zone="")

    assert [line.received_yen for line in pay.with_cash(lines, 400)] == [350, 0, 50]
    assert [line.received_yen for line in pay.with_cash(lines, 600)] == [350, 0, 250]


def test_a_service_offers_the_categories_of_its_own_table():
    assert LINE.categories() == ("adult", "senior", "discount", "child", "infant", "free")

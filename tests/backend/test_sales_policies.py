"""How long a pass is valid, what must be shown, and when a handover is due (T-32, T-34, Q-47)."""

from datetime import date, timedelta

import pytest

from backend.domain.policies import handover, passes


@pytest.mark.req("Q-47")
@pytest.mark.parametrize(
    ("first", "months", "last"),
    [
        pytest.param("2025-04-01", 1, "2025-04-30", id="a whole month"),
        pytest.param("2025-04-01", 3, "2025-06-30", id="a whole quarter"),
        pytest.param("2025-04-10", 1, "2025-05-09", id="from the middle"),
        pytest.param("2025-12-16", 3, "2026-03-15", id="over New Year"),
        pytest.param("2025-12-01", 1, "2025-12-31", id="December"),
        pytest.param("2025-01-31", 1, "2025-02-28", id="no 31 February"),
        pytest.param("2025-01-29", 1, "2025-02-28", id="no 29 February"),
        pytest.param("2024-01-30", 1, "2024-02-29", id="a leap year"),
        pytest.param("2025-01-28", 1, "2025-02-27", id="28 February minus a day"),
        pytest.param("2025-03-31", 1, "2025-04-30", id="no 31 April"),
        pytest.param("2025-11-30", 3, "2026-02-28", id="three months to February"),
        pytest.param("2025-02-28", 1, "2025-03-27", id="from the end of February"),
    ],
)
def test_a_pass_is_valid_for_calendar_months_minus_a_day(first, months, last):
    assert passes.last_valid_day(date.fromisoformat(first), months) == date.fromisoformat(last)


@pytest.mark.req("Q-47")
def test_the_next_pass_starts_where_the_last_one_ends():
    """From any day but those that the next month lacks, twelve passes in a row make a year."""
    for day in range(1, 29):
        first = start = date(2025, 4, day)
        for _ in range(12):
            start = passes.last_valid_day(start, 1) + timedelta(days=1)
        assert start == first.replace(year=2026)


@pytest.mark.req("T-32")
@pytest.mark.parametrize(
    ("product", "wanted"),
    [
        ({"category": "commute", "is_welfare": False, "with_subway": False}, ()),
        ({"category": "commute", "is_welfare": False, "with_subway": True}, ("subway_pass",)),
        ({"category": "student", "is_welfare": False, "with_subway": False}, ("student_card",)),
        ({"category": "pupil", "is_welfare": False, "with_subway": True}, ("subway_pass", "student_card")),
        ({"category": "commute", "is_welfare": True, "with_subway": False}, ("welfare_proof",)),
        (
            {"category": "student", "is_welfare": True, "with_subway": True},
            ("subway_pass", "student_card", "welfare_proof"),
        ),
    ],
)
def test_each_kind_asks_for_its_proofs(product, wanted):
    assert passes.proofs_of(kind="pass", **product) == wanted
    assert passes.proofs_of(kind="ticket_book", **product) == ()


@pytest.mark.req("T-32")
def test_one_proof_of_three_is_not_enough():
    wanted = ("subway_pass", "student_card", "welfare_proof")

    assert passes.check_proofs(wanted, wanted[:2]).code == "proofs_missing"
    assert passes.check_proofs(wanted, wanted) is None
    assert passes.check_proofs((), ()) is None


@pytest.mark.req("T-34")
@pytest.mark.parametrize(
    ("days", "stands"), [(0, "waiting"), (24, "waiting"), (25, "due"), (30, "due"), (31, "overdue"), (400, "overdue")]
)
def test_a_handover_is_due_from_day_25_and_overdue_from_day_31(days, stands):
    sold_on = date(2025, 5, 7)

    found = handover.stands(sold_on, None, sold_on + timedelta(days=days), reminder_days=25, most_days=30)

    assert found == stands


@pytest.mark.req("T-34")
def test_what_was_handed_over_is_done_for_good():
    sold_on = date(2025, 5, 7)

    assert handover.stands(sold_on, sold_on, date(2025, 12, 31), reminder_days=25, most_days=30) == "done"


@pytest.mark.req("T-37")
@pytest.mark.parametrize(
    ("subsidy_yen", "has_scheme", "code"),
    [
        (0, False, None),
        (15_000, True, None),
        (15_001, True, "subsidy_too_high"),
        (1, False, "subsidy_without_scheme"),
        (0, True, "subsidy_without_scheme"),
    ],
)
def test_a_subsidy_has_a_scheme_and_is_no_more_than_the_price(subsidy_yen, has_scheme, code):
    refusal = passes.check_subsidy(15_000, subsidy_yen, has_scheme=has_scheme)

    assert (refusal and refusal.code) == code

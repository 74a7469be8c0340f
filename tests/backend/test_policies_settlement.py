"""What the town pays for a month, and which days a month has."""

from datetime import date

import pytest

from backend.domain.policies import settlement


@pytest.mark.req("D-11")
@pytest.mark.parametrize(
    ("cost_yen", "income_yen", "expected"),
    [
        pytest.param(1_000_000, 123_450, 876_550, id="the contract's example"),
        pytest.param(1_000_000, 0, 1_000_000, id="nobody rode"),
        pytest.param(500, 500, 0, id="the fares cover it"),
        pytest.param(0, 350, -350, id="more was taken than it cost"),
    ],
)
def test_the_burden_is_cost_less_fares(cost_yen, income_yen, expected):
    assert settlement.burden_yen(cost_yen, income_yen) == expected


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        pytest.param("2022-11-30", "2022-11-01", "2022-11-30", id="thirty days"),
        pytest.param("2022-12-01", "2022-12-01", "2022-12-31", id="the end of a year"),
        pytest.param("2023-02-10", "2023-02-01", "2023-02-28", id="a short month"),
        pytest.param("2024-02-29", "2024-02-01", "2024-02-29", id="a leap year"),
    ],
)
def test_a_month_has_its_first_and_last_day(day, first, last):
    month = settlement.month_of(date.fromisoformat(day))

    assert (month, settlement.last_day(month)) == (date.fromisoformat(first), date.fromisoformat(last))

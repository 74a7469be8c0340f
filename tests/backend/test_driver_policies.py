"""Small pure rules behind the terminal, at their edges."""

from datetime import date

import pytest

from backend.domain.call_names import call_name
from backend.domain.policies import delay
from backend.domain.policies.season import is_winter


@pytest.mark.req("Q-60")
@pytest.mark.parametrize(
    ("kana", "expected"),
    [("みほん はる", "みほん"), ("みほん　はる", "みほん"), ("みほん", "みほん"), ("", ""), ("　", "")],
)
def test_a_rider_is_called_by_the_family_name(kana, expected):
    assert call_name(kana) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(date(2022, 10, 31), False, id="the eve"),
        pytest.param(date(2022, 11, 1), True, id="the first day"),
        pytest.param(date(2023, 1, 1), True, id="over New Year"),
        pytest.param(date(2023, 4, 15), True, id="the last day"),
        pytest.param(date(2023, 4, 16), False, id="the day after"),
    ],
)
def test_winter_includes_its_ends(day, expected):
    assert is_winter(day, starts="11-01", ends="04-15") is expected


def test_a_season_within_a_year_works_too():
    assert is_winter(date(2023, 2, 1), starts="01-10", ends="03-01")
    assert not is_winter(date(2023, 12, 1), starts="01-10", ends="03-01")


@pytest.mark.req("Q-13")
@pytest.mark.parametrize(
    ("new_s", "told_s", "expected"),
    [
        pytest.param(899, 600, False, id="less than five minutes, within the promise"),
        pytest.param(900, 600, True, id="five minutes"),
        pytest.param(1201, 1100, True, id="the promise breaks"),
        pytest.param(1200, 1100, False, id="the last second of the promise"),
        pytest.param(1400, 1300, False, id="broken, and told so already"),
        pytest.param(1600, 1300, True, id="broken and told so, and five minutes worse"),
        pytest.param(300, 600, False, id="earlier"),
    ],
)
def test_who_is_hit(new_s, told_s, expected):
    assert delay.is_hit(new_s=new_s, told_s=told_s, latest_s=1200, shift_s=300) is expected


@pytest.mark.parametrize(("new_s", "expected"), [(301, False), (300, True), (0, True)])
def test_who_would_miss_a_vehicle_that_caught_up(new_s, expected):
    assert delay.would_miss(new_s=new_s, told_s=600, shift_s=300) is expected


@pytest.mark.req("Q-21")
@pytest.mark.parametrize(("late_s", "expected"), [(599, 0), (600, 1), (1199, 1), (1200, 2), (9000, 3)])
def test_steps_of_a_delay(late_s, expected):
    assert delay.steps(late_s, large_s=600, most=3) == expected


@pytest.mark.req("Q-21")
def test_ten_minutes_are_large():
    assert [delay.is_large(late_s, large_s=600) for late_s in (599, 600)] == [False, True]

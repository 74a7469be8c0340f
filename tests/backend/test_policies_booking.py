"""Windows, parties, promises, absences, delays at their edges."""

from datetime import date, timedelta

import pytest

from backend.domain import times
from backend.domain.offers import Promise
from backend.domain.party import Party
from backend.domain.policies import booking_window, delay, eligibility, outcome, promise
from backend.domain.policies.booking_window import BookingRule
from backend.domain.policies.outcome import Absence
from tests.make import at, jst

DAY = date(2022, 11, 28)
HALF_HOUR = BookingRule(opens_days=7, opens_at_s=0, notice_s=1800)
EVE_AT_FIVE = BookingRule(opens_days=7, opens_at_s=at("9:00"), closes_days=1, closes_at_s=at("17:00"))


@pytest.mark.req("Q-25", "D-17")
@pytest.mark.parametrize(
    ("rule", "now", "expected"),
    [
        pytest.param(HALF_HOUR, "2022-11-20 23:59:59", "not_open_yet", id="a second early"),
        pytest.param(HALF_HOUR, "2022-11-21 00:00:00", None, id="the first second"),
        pytest.param(HALF_HOUR, "2022-11-28 09:30:00", None, id="the last second"),
        pytest.param(HALF_HOUR, "2022-11-28 09:30:01", "closed_notice", id="a second late"),
        pytest.param(EVE_AT_FIVE, "2022-11-21 08:59:59", "not_open_yet", id="a second before nine"),
        pytest.param(EVE_AT_FIVE, "2022-11-21 09:00:00", None, id="nine o'clock"),
        pytest.param(EVE_AT_FIVE, "2022-11-27 17:00:00", None, id="five o'clock on the eve"),
        pytest.param(EVE_AT_FIVE, "2022-11-27 17:00:01", "closed", id="a second past five"),
    ],
)
def test_the_window_is_inclusive_to_the_second(rule, now, expected):
    refusal = booking_window.check(rule, DAY, at("10:00"), now=jst(now))

    assert (refusal and refusal.code) == expected


@pytest.mark.req("Q-15")
@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param((0, 10), (10, 20), False, id="one begins when the other ends"),
        pytest.param((0, 11), (10, 20), True, id="by one second"),
        pytest.param((12, 15), (10, 20), True, id="inside"),
        pytest.param((10, 20), (10, 20), True, id="the same"),
        pytest.param((20, 30), (10, 20), False, id="the other way round"),
    ],
)
def test_spans_overlap_by_more_than_a_moment(first, second, expected):
    assert eligibility.overlaps(first, second) is expected
    assert eligibility.overlaps(second, first) is expected


@pytest.mark.parametrize(
    ("party", "expected"),
    [
        (Party.of({"adult": 8}), None),
        (Party.of({"adult": 9}), "party_too_big"),
        (Party.of({}), "party_empty"),
        (Party.of({"adult": 2, "child": -1}), "party_empty"),
        (Party.of({"infant": 2}), "infants_alone"),
        (Party.of({"infant": 1, "child": 1}), None),
        (Party.of({"adult": 1}, wheelchairs=1), None),
        (Party.of({"adult": 1}, wheelchairs=2), "more_wheelchairs"),
        (Party.of({"adult": 1}, wheelchairs=-1), "party_empty"),
    ],
)
def test_which_parties_ride(party, expected):
    refusal = eligibility.check_party(party, max_party=8)

    assert (refusal and refusal.code) == expected


RIDE = promise.Ride(direct_s=600, longest_s=1800, dwell_s=30)


@pytest.mark.req("Q-13", "Q-14", "Q-06")
@pytest.mark.parametrize(
    ("pickup", "expected"),
    [
        pytest.param("10:00", Promise(at("10:00"), at("10:10"), at("10:41")), id="a full window, rounded up"),
        pytest.param("14:30", Promise(at("14:30"), at("14:40"), at("15:00")), id="never after the end"),
        pytest.param("14:45", Promise(at("14:45"), at("14:49"), at("15:00")), id="a window that still arrives"),
        pytest.param("14:49", Promise(at("14:49"), at("14:49"), at("15:00")), id="the last minute"),
        pytest.param("14:50", None, id="too late to arrive"),
    ],
)
def test_a_promise_never_ends_after_the_latest_arrival(pickup, expected):
    assert promise.promise(at(pickup), RIDE, window_s=600, latest_s=at("15:00")) == expected


def test_the_longest_ride_is_twice_the_direct_one_and_ten_minutes():
    assert promise.longest_ride_s(600, percent=200, plus_s=600) == 1800


@pytest.mark.req("D-26")
def test_departures_are_tried_from_the_wish_on_and_arrivals_from_the_latest_back():
    leaving = promise.departures(at("10:00"), max_wait_s=900, not_before_s=at("10:03"))
    arriving = promise.departures_to_arrive(at("10:30"), direct_s=620, longest_s=900, max_early_s=300, not_before_s=0)

    assert [times.clock(second) for second in leaving] == ["10:05", "10:10", "10:15"]
    assert [times.clock(second) for second in arriving] == ["10:15", "10:10"]


@pytest.mark.req("Q-11")
@pytest.mark.parametrize(
    ("arrived", "now", "expected"),
    [
        pytest.param(None, "10:30:00", Absence.MISSED, id="the vehicle never came"),
        pytest.param("10:10:01", "10:30:00", Absence.MISSED, id="it came a second late"),
        pytest.param("10:10:00", "10:12:59", Absence.TOO_EARLY, id="it waited a second too little"),
        pytest.param("10:10:00", "10:13:00", Absence.NO_SHOW, id="it came in time and waited three minutes"),
        pytest.param("09:50:00", "10:02:59", Absence.TOO_EARLY, id="early, three minutes count from the promise"),
        pytest.param("09:50:00", "10:03:00", Absence.NO_SHOW, id="early, and waited"),
    ],
)
def test_whose_absence_it_is(arrived, now, expected):
    found = outcome.absence(
        arrived_at=arrived and jst(f"2022-11-28 {arrived}"),
        window_opens=jst("2022-11-28 10:00"),
        window_closes=jst("2022-11-28 10:10"),
        wait_s=180,
        now=jst(f"2022-11-28 {now}"),
    )

    assert found is expected


@pytest.mark.req("Q-21")
@pytest.mark.parametrize(("late_s", "expected"), [(599, False), (600, True)])
def test_ten_minutes_are_a_large_delay(late_s, expected):
    assert delay.is_large(late_s, large_s=600) is expected


@pytest.mark.req("Q-25")
def test_moments_and_seconds_of_the_day_are_inverse_in_japan():
    moment = times.moment(DAY, at("0:00"))

    assert moment.utcoffset() == timedelta(0)
    assert (moment, times.day_of(moment), times.second_of(moment, DAY)) == (jst("2022-11-28 00:00"), DAY, 0)
    assert times.second_of(jst("2022-11-27 23:59:59"), DAY) == -1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9:05", 32700),
        ("0:00", 0),
        ("23:59", 86340),
        ("24:00", None),
        ("9:60", None),
        ("9:5", None),
        ("９:05", 32700),
        ("", None),
        ("-1:00", None),
    ],
)
def test_clock_times_are_read_or_not(text, expected):
    assert times.parse_clock(text) == expected

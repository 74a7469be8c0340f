"""Booking a run of the line (T-08 to T-20, Q-33 to Q-43)."""

import csv
from datetime import date
from pathlib import Path

import pytest

from backend.db.models import Booking
from backend.domain.refusals import Refusal
from tests.demo_town import said
from tests.make import LINE_DAY, LINE_HOLIDAY, Line, at, jst


@pytest.fixture
def line(session):
    return Line(session)


def test_a_run_is_booked_at_its_printed_times(line):
    booking = line.book("M3", "T03", "T20")

    assert isinstance(booking, Booking), booking
    assert (booking.promise.pickup_earliest_s, booking.promise.pickup_latest_s) == (at("10:12"), at("10:12"))
    assert (booking.promise.arrive_latest_s, booking.fare_yen) == (at("10:33"), 500)
    assert booking.run.kind == "reserved"


@pytest.mark.req("T-20", "Q-34")
def test_a_fifth_person_is_refused_even_where_nobody_else_sits(line):
    for _ in range(4):
        assert said(line.book("S1", "T20", "T05")) == "confirmed"

    refusal = line.book("S1", "T03", "T01")

    assert isinstance(refusal, Refusal)
    assert refusal.code == "run_full"
    assert [offer.departure.entry_code for offer in refusal.alternatives] == ["S2", "S4", "S5"]


@pytest.mark.req("T-15", "T-03")
def test_a_fixed_run_needs_no_booking(line):
    refusal = line.book("M2", "T03", "T20")

    assert (refusal.code, refusal.facts["time_s"], refusal.facts["fare"]) == ("no_booking_needed", at("8:07"), "500")
    assert said(line.book("M2", "T03", "T20", day=LINE_HOLIDAY)) == "confirmed"

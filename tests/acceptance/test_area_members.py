"""Members, channels and on whose behalf (D-13, D-14, D-27, Q-15, Q-18, Q-19, Q-27)."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from backend.db.models import Booking, Rider
from backend.db.queries import bookings as booking_queries
from backend.db.queries import riders
from backend.services import bookings, members
from backend.services.registration import PersonalData
from tests.demo_town import CHANNELS, said
from tests.make import MONDAY, NOW, make_caller

ENTRY = PersonalData(
    name="見本 太郎",
    kana="みほん たろう",
    phone="+819012345678",
    birth="1950-05-05",
    school_stage="",
    fare_category="senior",
    wheelchair=False,
    guardian="",
    language="ja",
)


def book_as(demo, rider_id: int | None, channel: str):
    caller = replace(make_caller(None, channel=channel), rider_id=rider_id)
    return bookings.book(demo.session, demo.wish(), promise=None, caller=caller, now=NOW)


def booked(demo) -> int:
    return demo.session.scalar(select(func.count()).select_from(Booking))


@pytest.mark.req("D-13")
@pytest.mark.parametrize("channel", CHANNELS)
def test_only_a_member_can_book(demo, channel):
    refusal = book_as(demo, None, channel)
    nothing = booked(demo)
    member = members.register(demo.session, ENTRY, channel=channel, actor="staff:1", now=NOW)
    booking = book_as(demo, member.id, channel)

    assert (said(refusal), nothing, said(booking), booked(demo)) == ("not_a_member", 0, "confirmed", 1)


@pytest.mark.req("D-13", "D-40")
def test_who_has_left_books_no_more(demo):
    member = members.register(demo.session, ENTRY, channel="phone", actor="staff:1", now=NOW)
    members.erase(demo.session, member.public_id, actor="staff:1", now=NOW)

    assert said(book_as(demo, member.id, "line")) == "not_a_member"


@pytest.mark.req("Q-18", "Q-26")
def test_companions_are_no_members_and_membership_is_a_setting(demo):
    booking = demo.book(adult=1, child=2)
    named = demo.session.scalars(select(Rider.id).where(Rider.id == booking.rider_id)).all()
    demo.change_settings(members_only=False)

    assert (booking.seats, len(named)) == (3, 1)
    assert said(book_as(demo, None, "phone")) == "confirmed"


@pytest.mark.req("D-14", "D-32")
@pytest.mark.parametrize(("first", "second"), [("phone", "line"), ("line", "phone")])
def test_the_last_seat_of_one_channel_is_gone_for_the_other_at_once(demo, first, second):
    demo.change_settings(max_wait_s=0)
    for persons in (8, 4):
        assert said(demo.book("M40", "M01", adult=persons, channel=first)) == "confirmed"

    refused = demo.book("M40", "M01", channel=second)

    assert said(refused) == "full"
    assert 1 <= len(refused.alternatives) <= 3
    assert demo.session.scalars(select(Booking.channel)).all() == [first, first]


@pytest.mark.req("D-27", "Q-27")
def test_the_desk_books_for_a_member_and_the_ride_is_the_members(demo):
    member = demo.rider(fare_category="senior")

    booking = demo.book(rider=member, channel="phone", actor="staff:7", senior=1)

    own = booking_queries.list_future(demo.session, member.id, now=NOW)
    assert [(each.number, each.channel, each.booked_by) for each in own] == [(booking.number, "phone", "staff:7")]


@pytest.mark.req("D-27")
@pytest.mark.parametrize(
    "wish",
    [
        {"time": "8:59"},
        {"adult": 9},
        {"infant": 1},
        {"day": MONDAY.replace(day=27)},
        {"origin": "M01", "destination": "M01"},
        {"kind": "arrive", "time": "15:01"},
        {"day": MONDAY.replace(month=12, day=28)},
    ],
)
def test_the_desk_is_refused_what_line_is_refused(demo, wish):
    outcomes = [demo.book(channel=channel, **wish) for channel in ("line", "phone")]

    assert said(outcomes[0]) == said(outcomes[1]) != "confirmed"


@pytest.mark.req("Q-15")
def test_a_member_may_book_many_rides_but_none_at_the_same_time(demo):
    member = demo.rider()
    first = demo.book("M38", "M18", rider=member, time="10:00")
    back = demo.book("M18", "M38", rider=member, time="13:00")
    refused = demo.book("M01", "M10", rider=member, time="10:00", now=NOW)

    assert [said(each) for each in (first, back)] == ["confirmed", "confirmed"]
    assert (said(refused), refused.facts) == ("overlapping", {"number": first.number})
    assert said(demo.book("M01", "M10", time="10:00")) == "confirmed"


@pytest.mark.req("Q-19")
@pytest.mark.parametrize(
    ("birth", "guardian", "expected"),
    [
        pytest.param("2006-11-26", "", "guardian_needed", id="the eve of sixteen"),
        pytest.param("2006-11-26", "011-000-0000", "active", id="with a guardian"),
        pytest.param("2006-11-25", "", "active", id="sixteen today"),
    ],
)
def test_who_is_under_sixteen_needs_a_guardian(demo, birth, guardian, expected):
    entry = replace(ENTRY, birth=birth, guardian=guardian, fare_category="adult")

    outcome = members.register(demo.session, entry, channel="phone", actor="staff:1", now=NOW)

    assert (outcome.state if isinstance(outcome, Rider) else outcome.code) == expected


@pytest.mark.req("D-13", "D-27")
def test_the_caller_is_found_by_the_number_and_registered_once(demo):
    first, again = (members.register(demo.session, ENTRY, channel="phone", actor="staff:1", now=NOW) for _ in range(2))

    found = riders.find_by_phone(demo.session, "０９０ー1234-5678")
    assert first.id == again.id
    assert [each.id for each in found] == [first.id]

"""Saying no politely, with a way out; taking no bookings for a while (D-43, D-48, Q-17, Q-23, Q-28)."""

import pytest
from sqlalchemy import select

from backend.db.models import AuditEntry, Booking, RefusedWish
from backend.db.queries import bookings as booking_queries
from backend.db.queries import needs
from backend.services import acceptance, bookings
from backend.wording import offer_text, refusal_text
from tests.demo_town import CHANNELS, said
from tests.make import MONDAY, NOW, Town, at, jst, make_caller


def stop_all(demo, *, scope=acceptance.EVERYTHING, reason="大雪のため") -> int:
    return acceptance.stop(demo.session, demo.service.id, reason=reason, actor="staff:3", now=NOW, scope=scope)


@pytest.mark.req("D-43", "Q-17")
def test_a_stop_of_acceptance_refuses_on_every_channel_with_its_reason_and_keeps_what_is_booked(demo):
    member = demo.rider()
    held = demo.book(rider=member)
    stop_id = stop_all(demo)

    refused = [demo.book(channel=channel) for channel in CHANNELS]
    own = booking_queries.list_future(demo.session, member.id, now=NOW)
    acceptance.resume(demo.session, stop_id, actor="staff:4", now=NOW)
    again = demo.book(channel="line")

    assert {said(each) for each in refused} == {"acceptance_stopped"}
    assert all("大雪のため" in refusal_text(each) for each in refused)
    assert [each.public_id for each in own] == [held.public_id]
    assert said(again) == "confirmed"
    logged = select(AuditEntry.action, AuditEntry.actor).where(AuditEntry.object_kind == "acceptance_stop")
    assert demo.session.execute(logged.order_by(AuditEntry.id)).all() == [
        ("acceptance.stopped", "staff:3"),
        ("acceptance.resumed", "staff:4"),
    ]


@pytest.mark.req("Q-17", "D-43")
def test_what_is_booked_can_be_cancelled_while_nothing_new_is_taken(demo):
    held = demo.book()
    stop_all(demo)

    assert said(bookings.cancel(demo.session, held.public_id, actor="line:1", now=NOW)) == "cancelled"


@pytest.mark.req("Q-23")
@pytest.mark.parametrize(
    ("kind", "time", "expected"),
    [
        pytest.param("depart", "10:59", "confirmed", id="before the span"),
        pytest.param("depart", "11:00", "acceptance_stopped", id="its first minute"),
        pytest.param("depart", "13:00", "acceptance_stopped", id="its last minute"),
        pytest.param("depart", "13:01", "confirmed", id="after the span"),
        pytest.param("arrive", "13:05", "acceptance_stopped", id="arrives after it, is picked up in it"),
    ],
)
def test_a_span_of_the_day_can_be_stopped(demo, kind, time, expected):
    stop_all(demo, scope=acceptance.Scope(from_day=MONDAY, to_day=MONDAY, from_s=at("11:00"), to_s=at("13:00")))

    outcome = demo.book("M40", "M01", kind=kind, time=time)

    assert said(outcome) == expected
    taken = outcome.alternatives if expected != "confirmed" else [outcome]
    pickups = [
        each.promise.pickup_earliest_s
        for each in taken
        if getattr(each, "wish", None) is None or each.wish.day == MONDAY
    ]
    assert all(not at("11:00") <= pickup_s <= at("13:00") for pickup_s in pickups)


@pytest.mark.req("Q-23")
def test_a_single_stop_can_be_stopped(demo):
    stop_all(demo, scope=acceptance.Scope(stop_id=demo.stops["M40"].id))

    outcomes = [demo.book("M40", "M01"), demo.book("M01", "M40"), demo.book("M39", "M01")]

    assert [said(each) for each in outcomes] == ["acceptance_stopped", "acceptance_stopped", "confirmed"]


@pytest.mark.req("D-48", "D-14")
@pytest.mark.parametrize("channel", CHANNELS)
def test_a_full_slot_is_refused_politely_with_rides_that_are_free(session, channel):
    town = Town(session, seats=(1,), max_wait_s=600)
    town.book(0, 5, time="10:00")

    refused = town.book(0, 5, time="10:00", channel=channel)

    assert said(refused) == "full"
    assert refusal_text(refused).startswith("もうしわけありません。")
    assert 1 <= len(refused.alternatives) <= 3
    assert all(offer_text(offer) for offer in refused.alternatives)
    for offer in refused.alternatives:
        attempt = session.begin_nested()
        caller = make_caller(town.rider, channel=channel)
        outcome = bookings.book(session, offer.wish, promise=offer.promise, caller=caller, now=NOW)
        assert said(outcome) == "confirmed"
        attempt.rollback()


@pytest.mark.req("Q-28", "D-48")
def test_nobody_waits_on_a_list(session):
    town = Town(session, seats=(1,), max_wait_s=0)
    first = town.book(0, 3)
    refused = town.book(0, 3)
    bookings.cancel(session, first.public_id, actor="staff:1", now=NOW)

    assert said(refused) == "full"
    assert refused.alternatives
    assert session.scalars(select(Booking.state)).all() == ["cancelled"]


@pytest.mark.req("D-48")
def test_four_tries_within_an_hour_are_one_need_of_four_tries(demo):
    member, other = demo.rider(), demo.rider()
    for minute in (0, 20, 40, 59):
        demo.book(rider=member, time="8:00", now=jst(f"2022-11-25 09:{minute:02d}"))
    demo.book(rider=other, time="8:00", now=jst("2022-11-25 09:59"))
    demo.book(rider=member, time="8:00", now=jst("2022-11-25 11:00"))

    found = needs.between(demo.session, demo.service.id, first=MONDAY, last=MONDAY)

    assert sorted(need.tries for need in found.needs) == [1, 1, 4]
    assert found.tries == len(demo.session.scalars(select(RefusedWish.id)).all()) == 6

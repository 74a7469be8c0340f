"""The board: visits, loads, lateness, positions; acceptance stopped and resumed; calls (D-38, D-39, D-43, D-47)."""

import re

import pytest

from backend.db import models
from backend.db.queries import board, needs
from backend.db.queries import call_tasks as call_queries
from backend.db.session import transaction
from backend.services import acceptance, call_tasks, notifications, offers
from backend.services.acceptance import Scope
from tests.admin.web import Web, fields_of
from tests.make import MONDAY, Town, at, jst, make_booking, make_rider

NOW = jst("2022-11-28 08:00:00")
LATER = jst("2022-11-28 08:05:00")


@pytest.fixture
def town(engine):
    """A small town with one member."""
    with transaction(engine) as session:
        return Town(session)


@pytest.mark.req("D-39", "D-12")
def test_the_board_counts_who_is_on_board_on_each_leg(session):
    town = Town(session)
    town.book(0, 2, adult=2, time="10:00", now=NOW)
    town.book(1, 3, adult=3, time="10:05", now=NOW)

    [duty] = board.day(session, town.service.id, MONDAY, now=NOW).duties

    assert [visit.load.seats for visit in duty.visits] == [2, 5, 3, 0]
    assert [visit.is_next for visit in duty.visits] == [True, False, False, False]


@pytest.mark.req("D-39")
def test_a_cancelled_booking_is_off_the_board(session):
    town = Town(session)
    booking = town.book(0, 2, now=NOW)
    booking.state = "cancelled"

    [duty] = board.day(session, town.service.id, MONDAY, now=NOW).duties

    assert duty.visits == ()


@pytest.mark.req("D-39", "D-47")
def test_a_visit_is_late_once_its_promise_is_past(session):
    town = Town(session)
    town.book(0, 2, time="10:00", now=NOW)

    def late_s(clock):
        return board.day(session, town.service.id, MONDAY, now=jst(f"2022-11-28 {clock}")).duties[0].visits[0].late_s

    assert [late_s("10:10:00"), late_s("10:10:01"), late_s("10:15:00")] == [0, 1, 300]


@pytest.mark.req("D-38")
def test_a_position_is_stale_after_five_minutes(session):
    town = Town(session)
    town.day()
    session.add(models.Position(vehicle_id=town.vehicles[0].id, at=jst("2022-11-28 09:00:00"), lat=43.0, lon=141.1))
    session.flush()

    def is_stale(clock):
        view = board.day(session, town.service.id, MONDAY, now=jst(f"2022-11-28 {clock}"))
        return view.duties[0].position.is_stale

    assert [is_stale("09:05:00"), is_stale("09:05:01")] == [False, True]


@pytest.mark.req("D-39")
def test_the_board_page_shows_bookings_and_says_that_roads_are_invented(engine, town):
    with transaction(engine) as session:
        booking = make_booking(session, town.wish(0, 2), rider=session.merge(town.rider), now=NOW)
    page = Web(engine, now=NOW).text("/admin/dispatch/")

    assert booking.number in page
    assert "道路は架空のものです" in page
    assert "国土数値情報" in page
    assert "山田" not in page


@pytest.mark.req("D-43", "Q-17")
def test_a_stop_is_in_force_at_once_on_all_channels_and_both_acts_are_in_the_trail(engine, town):
    web = Web(engine, now=NOW)
    web.post("/admin/dispatch/acceptance/stop", reason="大雪のため")
    with transaction(engine) as session:
        town.session = session
        refusals = [town.book(channel=channel, now=LATER) for channel in ("line", "phone")]
    assert [(each.code, each.facts) for each in refusals] == [("acceptance_stopped", {"reason": "大雪のため"})] * 2
    page = web.text("/admin/dispatch/")
    assert "大雪のため" in page

    web.post(re.search(r'action="(/admin/dispatch/acceptance/\d+/resume)"', page)[1])

    with transaction(engine) as session:
        town.session = session
        assert isinstance(town.book(now=LATER), models.Booking)
        trail = [row.action for row in session.query(models.AuditEntry).filter_by(object_kind="acceptance_stop")]
    assert trail == ["acceptance.stopped", "acceptance.resumed"]


@pytest.mark.req("Q-23")
@pytest.mark.parametrize(
    ("scope", "refused"),
    [
        pytest.param({"from_s": at("10:00"), "to_s": at("11:00")}, True, id="within the span"),
        pytest.param({"from_s": at("10:01")}, False, id="before the span"),
        pytest.param({"to_s": at("9:59")}, False, id="after the span"),
        pytest.param({"from_day": MONDAY, "to_day": MONDAY}, True, id="on the day"),
        pytest.param({"stop": 1}, True, id="at the stop where one gets off"),
        pytest.param({"stop": 2}, False, id="at another stop"),
    ],
)
def test_a_stop_is_about_its_span_day_and_place_only(session, scope, refused):
    town = Town(session)
    place = scope.pop("stop", None)
    scope["stop_id"] = town.stops[place].id if place is not None else None
    acceptance.stop(session, town.service.id, reason="雪", actor="staff:1", now=NOW, scope=Scope(**scope))

    found = acceptance.why_stopped(
        session,
        town.service.id,
        MONDAY,
        pickup_s=at("10:00"),
        stop_ids={town.stops[0].id, town.stops[1].id},
        now=NOW,
    )

    assert (found is not None) == refused


@pytest.mark.req("Q-17")
def test_bookings_held_stay_while_acceptance_is_stopped(session):
    town = Town(session)
    booking = town.book(now=NOW)

    acceptance.stop(session, town.service.id, reason="雪", actor="staff:1", now=NOW)

    assert booking.state == "confirmed"


@pytest.mark.req("D-47")
def test_a_delay_reported_by_hand_fills_the_call_list_and_a_call_is_ticked_off(engine, town):
    with transaction(engine) as session:
        make_booking(session, town.wish(0, 2, time="9:00"), rider=session.merge(town.rider), now=NOW)
    web = Web(engine, now=NOW)
    board_page = web.text("/admin/dispatch/")
    run = re.search(r"/admin/dispatch/runs/(\d+)/delay", board_page)[1]
    key = fields_of(board_page, "/delay")["key"]
    web.post(f"/admin/dispatch/runs/{run}/delay", minutes="25", key=key)

    calls = web.text("/admin/desk/calls/")
    assert "やまだ はなこ" in calls
    assert "25分ほど遅れております" in calls
    assert "9012345678" not in calls

    task = re.search(r"/admin/desk/calls/([^/]+)/number", calls)[1]
    shown = web.post(f"/admin/desk/calls/{task}/number").get_data(as_text=True)
    assert "+819012345678" in shown
    web.post(f"/admin/desk/calls/{task}/result", result="not_reached")
    assert "1回かけて不在" in web.text("/admin/desk/calls/")
    web.post(f"/admin/desk/calls/{task}/result", result="reached")
    with transaction(engine) as session:
        [done] = session.query(models.CallTask)
        trail = [row.action for row in session.query(models.AuditEntry).filter(models.AuditEntry.actor.like("staff:%"))]
    assert (done.tries, done.done_by) == (2, f"staff:{web.staff_id}")
    assert "rider.phone_read" in trail


@pytest.mark.req("D-47")
def test_who_was_never_tried_stands_above_who_was_not_reached(session):
    town = Town(session)
    for kana in ("あ い", "う え"):
        rider = make_rider(session, kana=kana)
        booking = town.book(0, 2, rider=rider, now=NOW)
        notifications.owe(
            session, "delay", dedupe_key=kana, rider_id=rider.id, booking_id=booking.id, minutes=20, now=NOW
        )
    first = call_queries.list_open(session)[0]

    call_tasks.tick(session, first.public_id, "not_reached", actor="staff:1", now=NOW)

    assert [(each.kana, each.tries) for each in call_queries.list_open(session)] == [("う え", 0), ("あ い", 1)]


@pytest.mark.req("D-37")
def test_a_line_to_the_driver_shows_in_the_thread(engine, town):
    with transaction(engine) as session:
        town.session = session
        town.day()
    web = Web(engine, now=NOW)
    thread = f"/admin/dispatch/vehicles/{town.vehicles[0].id}/messages"
    key = fields_of(web.text(thread), 'name="key"')["key"]

    web.post(thread, key=key, text="お気をつけて")
    web.post(thread, key=key, text="お気をつけて")

    assert web.text(thread).count("お気をつけて") == 1


def test_four_tries_within_an_hour_are_one_need(session):
    town = Town(session)
    wish = town.wish(0, 2, time="8:00")
    for minute in (0, 10, 20, 59):
        found = offers.find(
            session, wish, channel="phone", rider_id=town.rider.id, now=jst(f"2022-11-25 09:{minute:02d}")
        )
        offers.record_refusal(
            session, wish, found, channel="phone", rider_id=town.rider.id, now=jst(f"2022-11-25 09:{minute:02d}")
        )

    view = needs.between(session, town.service.id, first=MONDAY, last=MONDAY)

    assert (len(view.needs), view.tries, view.needs[0].tries) == (1, 4, 4)
    assert [(row.stop_name, row.by_hour) for row in view.heat] == [("停留所1", (1,))]


@pytest.mark.req("D-43")
def test_a_stop_sent_twice_is_resumed_once(session):
    town = Town(session)
    first, second = (acceptance.stop(session, town.service.id, reason="雪", actor="staff:1", now=NOW) for _ in range(2))

    acceptance.resume(session, first, actor="staff:1", now=LATER)

    assert second == first
    assert acceptance.current(session, town.service.id, now=LATER) == []

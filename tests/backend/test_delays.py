"""A delay is told to everybody hit, once each, and to nobody else."""

import uuid

import pytest
from sqlalchemy import select

from backend.db.models import AuditEntry, Booking, CallTask, DelayReport, Notification, Run, Visit
from backend.domain.errors import NotFoundError
from backend.services import boarding, delays
from tests.make import MONDAY, Town, at, jst, make_line_user, make_rider, make_staff


@pytest.fixture
def town(session):
    return Town(session, stops=6)


def on_monday(clock: str):
    return jst(f"{MONDAY} {clock}")


def pickup(session, booking) -> Visit:
    return session.scalars(select(Visit).where(Visit.booking_id == booking.id, Visit.kind == "pickup")).one()


def report(session, booking, minutes, clock, *, event_id=None, **values):
    return delays.report(
        session,
        booking.run_id,
        late_s=minutes * 60,
        actor="staff:1",
        event_id=event_id or str(uuid.uuid4()),
        now=on_monday(clock),
        **values,
    )


def told(session) -> list[tuple[int | None, int | None, str]]:
    query = select(Notification).where(Notification.kind.startswith("delay")).order_by(Notification.id)
    return [(each.booking_id, each.minutes, each.state) for each in session.scalars(query)]


@pytest.mark.req("D-47")
def test_everybody_who_waits_is_told_by_line_or_put_on_the_call_list(session, town):
    with_line, without = make_rider(session, phone="09000000001"), make_rider(session, phone="09000000002")
    make_line_user(session, rider=with_line)
    first = town.book(1, 2, time="10:00", rider=with_line)
    second = town.book(2, 3, time="10:10", rider=without)

    outcome = report(session, first, 20, "09:55")

    assert (outcome.result, outcome.told, outcome.called) == ("applied", 2, 1)
    assert told(session) == [
        (first.id, 20, "owed"),
        (second.id, 16, "call"),
    ]  # four minutes of waiting make up for some of it
    assert session.scalars(select(CallTask.rider_id)).all() == [without.id]


def test_the_planned_times_move_by_the_delay(session, town):
    booking = town.book(1, 2, time="10:00")

    report(session, booking, 20, "09:55")

    assert pickup(session, booking).planned_s == at("10:20")
    assert booking.told_pickup_s == at("10:20")


def test_a_second_report_counts_from_the_plan_and_not_from_the_first_report(session, town):
    booking = town.book(1, 2, time="10:00")
    report(session, booking, 10, "09:55")

    report(session, booking, 15, "09:58")

    assert pickup(session, booking).planned_s == at("10:15")


def test_who_is_hardly_hit_is_not_told(session, town):
    soon = town.book(1, 2, time="10:00")
    later = town.book(1, 2, time="13:00")

    report(session, soon, 20, "09:55")

    assert [booking_id for booking_id, _, _ in told(session)] == [soon.id]
    assert pickup(session, later).planned_s == at("13:00")


@pytest.mark.req("Q-13")
def test_a_small_delay_within_the_promise_is_told_from_five_minutes_on(session, town):
    booking = town.book(1, 2, time="10:00")

    small = delays.report(session, booking.run_id, late_s=299, actor="staff:1", event_id="a", now=on_monday("09:55"))
    five = delays.report(session, booking.run_id, late_s=300, actor="staff:1", event_id="b", now=on_monday("09:56"))

    assert (small.told, five.told) == (0, 1)


def test_the_same_report_again_tells_nobody_again(session, town):
    booking = town.book(1, 2, time="10:00")

    first = report(session, booking, 20, "09:55", event_id="one")
    again = report(session, booking, 20, "10:30", event_id="one")

    assert (first.result, again.result) == ("applied", "duplicate")
    assert len(told(session)) == 1
    assert len(session.scalars(select(DelayReport)).all()) == 1


def test_the_same_delay_reported_anew_tells_nobody_who_knows_it(session, town):
    booking = town.book(1, 2, time="10:00")
    report(session, booking, 20, "09:55")

    again = report(session, booking, 20, "09:57")

    assert (again.result, again.told) == ("applied", 0)


def test_a_person_with_two_rides_hears_once(session, town):
    town.book(1, 2, time="10:00", rider=town.rider)
    second = town.book(2, 1, time="10:20", rider=town.rider)
    assert isinstance(second, Booking), second

    outcome = report(session, second, 30, "09:55")

    assert outcome.told == 1


def test_who_is_on_board_hears_it_from_the_driver(session, town):
    booking = town.book(1, 3, time="10:00")
    row = pickup(session, booking)
    event = boarding.TerminalEventIn("b", booking.run_id, "boarded", row.id, on_monday("10:00"))
    boarding.apply(session, event, staff_id=make_staff(session, role="driver").id, now=on_monday("10:00"))

    outcome = report(session, booking, 30, "10:01")

    assert (outcome.result, outcome.told) == ("applied", 0)


def test_back_in_time_is_told_only_to_who_would_miss_the_vehicle(session, town):
    booking = town.book(1, 2, time="10:00")
    report(session, booking, 20, "09:50")

    outcome = report(session, booking, 0, "09:52")

    assert outcome.told == 1
    assert pickup(session, booking).planned_s == at("10:00")
    assert session.scalars(select(Notification.kind).order_by(Notification.id)).all() == ["delay", "delay_over"]
    assert session.scalars(select(CallTask.kind).order_by(CallTask.id)).all() == ["delay", "delay_over"]


def test_back_in_time_is_told_to_nobody_who_never_heard_of_the_delay(session, town):
    booking = town.book(1, 2, time="10:00")
    delays.report(session, booking.run_id, late_s=240, actor="staff:1", event_id="a", now=on_monday("09:50"))

    outcome = report(session, booking, 0, "09:52")

    assert outcome.told == 0


def test_a_report_that_was_overtaken_is_kept_but_changes_nothing(session, town):
    booking = town.book(1, 2, time="10:00")
    report(session, booking, 20, "09:55")

    old = report(session, booking, 5, "09:57", happened_at=on_monday("09:50"))

    assert old.result == "stale"
    assert session.get_one(Run, booking.run_id).late_s == 20 * 60


def test_a_tap_overrules_the_delay(session, town):
    booking = town.book(1, 2, time="10:00")
    report(session, booking, 20, "09:55")
    event = boarding.TerminalEventIn("b", booking.run_id, "boarded", pickup(session, booking).id, on_monday("10:03"))

    boarding.apply(session, event, staff_id=make_staff(session, role="driver").id, now=on_monday("10:03"))

    run = session.get_one(Run, booking.run_id)
    assert (run.late_s, run.on_time_s) == (0, None)


def test_the_trail_says_how_late_and_how_many_were_told(session, town):
    booking = town.book(1, 2, time="10:00")

    report(session, booking, 20, "09:55")

    facts = session.scalars(select(AuditEntry.facts).where(AuditEntry.action == "run.delayed")).all()
    assert facts == [{"late_s": 1200, "told": 1, "called": 1}]


def test_no_run_no_report(session):
    with pytest.raises(NotFoundError):
        delays.report(session, 999, late_s=600, actor="staff:1", event_id="x", now=on_monday("09:00"))


@pytest.mark.req("Q-21")
def test_the_clock_reports_an_overdue_visit_once_a_step(session, town):
    booking = town.book(1, 2, time="10:00")

    counts = [delays.check_running(session, now=on_monday(clock)) for clock in ("10:09", "10:10", "10:11", "10:20")]

    assert counts == [0, 1, 0, 1]
    assert [minutes for _, minutes, _ in told(session)] == [10, 20]
    actors = session.scalars(select(DelayReport.actor).where(DelayReport.run_id == booking.run_id)).all()
    assert actors == ["system", "system"]


def test_the_clock_does_not_repeat_what_the_driver_said(session, town):
    booking = town.book(1, 2, time="10:00")
    report(session, booking, 20, "09:55")

    counts = [delays.check_running(session, now=on_monday(clock)) for clock in ("10:10", "10:20", "10:29", "10:30")]

    assert counts == [0, 0, 0, 1]


def test_the_clock_gives_up_on_a_silent_terminal_after_three_steps(session, town):
    town.book(1, 2, time="10:00")

    counts = [
        delays.check_running(session, now=on_monday(f"{10 + minutes // 60}:{minutes % 60:02d}"))
        for minutes in range(5, 120, 5)
    ]

    assert sum(counts) == 3


def test_a_vehicle_that_stands_at_the_stop_is_not_overdue(session, town):
    booking = town.book(1, 2, time="10:00")
    event = boarding.TerminalEventIn("a", booking.run_id, "arrived", pickup(session, booking).id, on_monday("10:00"))
    boarding.apply(session, event, staff_id=make_staff(session, role="driver").id, now=on_monday("10:00"))

    assert delays.check_running(session, now=on_monday("10:15")) == 0


def test_a_delay_at_the_stop_moves_what_follows(session, town):
    here, next_one = town.book(1, 2, time="10:00"), town.book(2, 3, time="10:10")
    event = boarding.TerminalEventIn("a", here.run_id, "arrived", pickup(session, here).id, on_monday("10:00"))
    boarding.apply(session, event, staff_id=make_staff(session, role="driver").id, now=on_monday("10:00"))

    report(session, here, 20, "10:01")

    assert pickup(session, next_one).planned_s >= at("10:25")
    assert next_one.id in [booking_id for booking_id, _, _ in told(session)]


def test_an_arrival_that_breaks_its_promise_is_told_even_if_boarding_hardly_moves(session, town):
    booking = town.book(1, 3, time="10:00")
    dropoff = session.scalars(select(Visit).where(Visit.booking_id == booking.id, Visit.kind == "dropoff")).one()
    dropoff.latest_s = dropoff.planned_s + 60  # as tight as a promise gets
    session.flush()

    outcome = delays.report(session, booking.run_id, late_s=120, actor="staff:1", event_id="a", now=on_monday("09:55"))

    assert outcome.told == 1
    assert [minutes for _, minutes, _ in told(session)] == [2]


def test_back_in_time_without_a_delay_changes_nothing(session, town):
    booking = town.book(1, 2, time="10:00")

    outcome = report(session, booking, 0, "09:55")

    assert (outcome.result, outcome.told) == ("applied", 0)
    assert pickup(session, booking).planned_s == at("10:00")

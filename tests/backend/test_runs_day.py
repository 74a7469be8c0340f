"""The line on the day: suspensions, vehicle swaps, delays, breakdowns, followers (T-12, T-21, T-25, T-46, T-47, Q-23)."""

import json

import pytest
from sqlalchemy import select

from backend.db import invariants
from backend.db.models import Booking, CallTask, Notification, Run, Substitution, Vehicle, Visit
from backend.domain.errors import StaleError
from backend.services import acceptance, bookings, breakdowns, delays, follows, substitutions, suspensions
from backend.services.acceptance import Scope
from tests.make import LINE_DAY, LINE_NOW, Line, Town, at, decide_due, jst, make_line_user, make_rider

MORNING = jst("2025-05-07 06:00:00")
CLOSED = jst("2025-05-06 17:00:01")


@pytest.fixture
def line(session):
    yield Line(session)
    assert invariants.check(session, now=LINE_NOW) == []


def vehicle(session, code: str) -> Vehicle:
    return session.scalars(select(Vehicle).where(Vehicle.code == code)).one()


def planned(session, booking) -> list[int]:
    query = select(Visit.planned_s).where(Visit.booking_id == booking.id).order_by(Visit.kind.desc())
    return list(session.scalars(query))


def owed(session, kind: str) -> list[tuple[int | None, str]]:
    query = select(Notification.booking_id, Notification.state).where(Notification.kind == kind)
    return session.execute(query.order_by(Notification.id)).all()


def suspend(session, run, *, now=MORNING):
    return suspensions.suspend(session, run.id, reason="倒木のため", actor="staff:1", now=now)


def swap(session, run, to: Vehicle, **values):
    return substitutions.swap_vehicle(session, run.id, to.id, reason="故障", actor="staff:1", now=MORNING, **values)


@pytest.mark.req("T-47")
def test_a_run_called_off_gives_up_its_bookings_without_blame_and_tells_line_users_and_the_call_list(session, line):
    with_line = make_rider(session, phone="09000000001", state="guest")
    make_line_user(session, rider=with_line)
    told, called = line.book("S4", "T20", "T03", rider=with_line), line.book("S4", "T20", "T05")
    other = line.book("M4", "T03", "T20")

    done = suspend(session, line.run("S4"))

    assert sorted(done.bookings) == [told.id, called.id]
    assert (line.run("S4").state, line.run("S4").suspended_reason) == ("suspended", "倒木のため")
    assert [(each.state, each.late_cancellation) for each in (told, called)] == [("cancelled", False)] * 2
    assert owed(session, "run_suspended") == [(told.id, "owed"), (called.id, "call")]
    assert session.scalars(select(CallTask.booking_id)).all() == [called.id]
    assert other.state == "confirmed"


@pytest.mark.req("T-47")
def test_calling_off_twice_is_once(session, line):
    line.book("S4", "T20", "T03")
    suspend(session, line.run("S4"))

    again = suspend(session, line.run("S4"))

    assert again == suspensions.NOTHING
    assert len(owed(session, "run_suspended")) == 1


@pytest.mark.req("T-47")
def test_followers_of_a_run_called_off_are_told_once_and_bookers_not_twice(session, line):
    booker = make_rider(session, phone="09000000001", state="guest")
    own, follower, gone = make_line_user(session, rider=booker), make_line_user(session), make_line_user(session)
    gone.followed = False
    for user in (own, follower, gone):
        follows.follow(session, user.id, line.service.id, "S4", line.now)
    line.book("S4", "T20", "T03", rider=booker)

    done = suspend(session, line.run("S4"))

    [message] = session.scalars(select(Notification).where(Notification.kind == "follow_suspended"))
    assert (done.followers, message.line_user_id) == (1, follower.id)
    assert json.loads(message.content) == {
        "entry_code": "S4",
        "direction": "空沼二股行き",
        "number": 4,
        "day": "2025-05-07",
        "minutes": 0,
        "reason": "倒木のため",
    }


@pytest.mark.req("T-47")
def test_a_run_called_off_cannot_be_booked_until_it_is_resumed(session, line):
    suspend(session, line.run("S4"), now=line.now)
    refused = line.book("S4", "T20", "T03")

    suspensions.resume(session, line.run("S4").id, actor="staff:1", now=line.now)

    assert refused.code == "run_called_off"
    assert isinstance(line.book("S4", "T20", "T03"), Booking)


@pytest.mark.req("T-47", "T-13")
def test_a_run_resumed_after_the_cut_off_runs_only_if_it_always_does(session, line):
    line.run("S3")
    decide_due(session, now=CLOSED)
    suspend(session, line.run("S3"))

    resumed = suspensions.resume(session, line.run("S3").id, actor="staff:1", now=MORNING)

    assert (resumed.state, resumed.suspended_reason) == ("committed", None)
    late = suspensions.resume(session, line.run("S3").id, actor="staff:1", now=MORNING)
    assert late is resumed


@pytest.mark.req("T-47")
def test_a_departed_run_is_not_resumed(session, line):
    suspend(session, line.run("M1"))

    refused = suspensions.resume(session, line.run("M1").id, actor="staff:1", now=jst("2025-05-07 06:55:00"))

    assert refused.code == "not_resumable"


@pytest.mark.req("Q-23", "T-47")
def test_a_span_calls_off_the_runs_within_it_and_no_others(session, line):
    early, within = line.book("M3", "T03", "T20"), line.book("M4", "T03", "T20")
    scope = Scope(from_day=LINE_DAY, to_day=LINE_DAY, from_s=at("13:00"), to_s=at("15:00"))

    done = suspensions.suspend_span(session, line.service.id, scope, reason="大雪のため", actor="staff:1", now=MORNING)

    off = {code for code in ("M1", "M2", "M3", "M4", "M5", "S1", "S2", "S3") if line.run(code).state == "suspended"}
    assert off == {"M4", "S2"}
    assert (early.state, within.state, done.bookings) == ("confirmed", "cancelled", (within.id,))


@pytest.mark.req("Q-23", "T-47")
def test_a_span_is_resumed_as_a_whole(session, line):
    scope = Scope(from_day=LINE_DAY, to_day=LINE_DAY)
    suspensions.suspend_span(session, line.service.id, scope, reason="大雪のため", actor="staff:1", now=line.now)
    refused = line.book("M4", "T03", "T20")
    [stop] = acceptance.current(session, line.service.id, now=line.now)

    resumed = suspensions.resume_span(session, stop.id, actor="staff:1", now=line.now)

    assert refused.code in {"rides_suspended", "run_called_off"}
    assert len(resumed) == 10
    assert isinstance(line.book("M4", "T03", "T20"), Booking)


@pytest.mark.req("Q-23")
def test_a_stop_called_off_gives_up_rides_to_and_from_it_while_runs_go_on(session, line):
    there, past = line.book("M4", "T03", "T20"), line.book("M4", "T05", "T20")
    scope = Scope(from_day=LINE_DAY, to_day=LINE_DAY, stop_id=line.stops["T03"].id)

    suspensions.suspend_span(session, line.service.id, scope, reason="除雪のため", actor="staff:1", now=line.now)

    assert (there.state, past.state, line.run("M4").state) == ("cancelled", "confirmed", "planned")
    assert line.book("M4", "T03", "T20").code == "rides_suspended"
    assert isinstance(line.book("M4", "T05", "T20"), Booking)


@pytest.mark.req("Q-23")
def test_a_span_in_the_area_gives_up_the_rides_in_those_hours(session):
    town = Town(session)
    early, late = town.book(0, 2, time="10:00"), town.book(0, 2, time="13:00")
    day = early.service_day.day
    scope = Scope(from_day=day, to_day=day, from_s=at("12:00"))

    done = suspensions.suspend_span(
        session, town.service.id, scope, reason="大雪のため", actor="staff:1", now=jst("2022-11-28 09:00")
    )

    assert (early.state, late.state, done.bookings, done.runs) == ("confirmed", "cancelled", (late.id,), ())
    assert town.book(0, 2, time="14:00", now=jst("2022-11-28 09:00")).code == "rides_suspended"


@pytest.mark.req("Q-23")
def test_a_suspension_that_ends_before_it_begins_or_lasts_for_ever_is_refused(session, line):
    backwards = Scope(from_day=LINE_DAY, to_day=jst("2025-05-06 00:00").date())
    for_ever = Scope(from_day=LINE_DAY, to_day=jst("2025-08-06 00:00").date())

    outcomes = [
        suspensions.suspend_span(session, line.service.id, scope, reason="雪", actor="staff:1", now=MORNING)
        for scope in (backwards, for_ever)
    ]

    assert [each.code for each in outcomes] == ["days_backwards", "suspension_too_long"]


@pytest.mark.req("T-46", "T-21")
def test_a_swapped_run_takes_its_manifest_along_and_its_riders_are_told_the_new_vehicle(session, line):
    booking = line.book("M4", "T03", "T20", adult=2)
    run, spare = line.run("M4"), vehicle(session, "L3")
    old_duty, version = run.duty_id, run.plan_version

    outcome = swap(session, run, spare)

    assert outcome is run
    assert (run.duty.vehicle_id, booking.run_id) == (spare.id, run.id)
    assert run.plan_version > version
    assert owed(session, "vehicle_changed") == [(booking.id, "call")]
    [row] = session.scalars(select(Substitution))
    assert (row.from_duty_id, row.to_duty_id, row.reason) == (old_duty, run.duty_id, "故障")


@pytest.mark.req("T-46")
def test_a_swap_is_refused_when_the_party_does_not_fit_or_the_vehicle_is_out(session, line):
    line.book("M1", "T03", "T20", adult=4)
    spare = vehicle(session, "L3")
    spare.seats = 3

    small = swap(session, line.run("M1"), spare)
    spare.seats = 4
    swap(session, line.run("M1"), spare)
    busy = swap(session, line.run("S1"), vehicle(session, line.run("M2").duty.vehicle.code))
    meanwhile = swap(session, line.run("M2"), spare)

    assert (small.code, small.facts["persons"], small.facts["seats"]) == ("vehicle_too_small", 4, 3)
    assert isinstance(busy, Run), "the wagon is back at 7:18 and out again at 8:05"
    assert isinstance(meanwhile, Run)


@pytest.mark.req("T-46")
def test_two_runs_at_the_same_time_do_not_go_to_one_vehicle(session, line):
    spare = vehicle(session, "L3")
    swap(session, line.run("M5"), spare)
    s3 = line.run("S3")
    s3.departs_s, s3.arrives_s = at("16:20"), at("16:43")
    session.flush()

    refused = swap(session, s3, spare)

    assert (refused.code, refused.facts["free_s"]) == ("vehicle_busy", at("16:33"))


@pytest.mark.req("T-46")
def test_all_that_a_vehicle_still_has_to_drive_goes_over_at_once(session, line):
    spare, car = vehicle(session, "L3"), line.run("S1").duty.vehicle

    moved = substitutions.swap_rest(session, line.run("M4").id, spare.id, reason="故障", actor="staff:1", now=MORNING)

    by_spare = {run.timetable_entry.code for run in moved}
    assert by_spare == {"M4", "S3", "M5", "S4", "S5"}
    assert line.run("M3").duty.vehicle_id == car.id


@pytest.mark.req("T-46", "D-29")
def test_who_saw_another_vehicle_is_told_that_the_page_is_old(session, line):
    run, spare = line.run("M4"), vehicle(session, "L3")

    with pytest.raises(StaleError):
        swap(session, run, spare, seen_vehicle_id=vehicle(session, "L1").id)


@pytest.mark.req("T-46")
def test_a_broken_vehicle_gives_its_line_runs_to_a_spare_one_and_its_area_riders_to_the_others(session, line):
    run = line.run("M3")
    booking = line.book("M3", "T03", "T20")

    placed = breakdowns.take_out(
        session, run.id, reason="故障", actor="staff:1", event_id="broken", now=jst("2025-05-07 10:00:00")
    )

    spare = vehicle(session, "L3")
    assert run.id in placed.runs_moved
    assert placed.runs_left == ()
    assert (run.duty.vehicle_id, booking.state) == (spare.id, "confirmed")
    assert line.run("S1").duty.vehicle_id != spare.id, "what is over stays where it was"


@pytest.mark.req("T-46")
def test_a_run_that_no_spare_vehicle_can_take_is_named(session, line):
    spare = vehicle(session, "L3")
    spare.active = False
    run = line.run("M3")

    placed = breakdowns.take_out(
        session, run.id, reason="故障", actor="staff:1", event_id="broken", now=jst("2025-05-07 10:00:00")
    )

    assert run.id in placed.runs_left
    assert run.state == "planned"


@pytest.mark.req("T-25", "D-47")
def test_a_late_reserved_run_tells_its_bookers_and_is_never_early(session, line):
    booking = line.book("M4", "T03", "T20")
    run = line.run("M4")
    printed = planned(session, booking)

    late = delays.report(
        session, run.id, late_s=20 * 60, actor="staff:1", event_id="late", now=jst("2025-05-07 13:40:00")
    )
    when_late = planned(session, booking)
    delays.report(session, run.id, late_s=0, actor="staff:1", event_id="over", now=jst("2025-05-07 13:45:00"))

    assert (late.told, late.called) == (1, 1)
    assert when_late == [each + 20 * 60 for each in printed]
    assert planned(session, booking) == printed


@pytest.mark.req("T-25")
def test_a_late_fixed_run_tells_its_followers_each_step_once(session, line):
    follower, other = make_line_user(session), make_line_user(session)
    follows.follow(session, follower.id, line.service.id, "M2", line.now)
    follows.follow(session, other.id, line.service.id, "S3", line.now)
    run = line.run("M2")

    def report(minutes, event_id, clock):
        now = jst(f"2025-05-07 {clock}")
        return delays.report(session, run.id, late_s=minutes * 60, actor="staff:1", event_id=event_id, now=now).told

    told = [report(20, "a", "08:10"), report(20, "a", "08:11"), report(22, "b", "08:12"), report(0, "c", "08:20")]

    messages = session.scalars(select(Notification).where(Notification.kind == "follow_delay").order_by("id")).all()
    assert told == [1, 0, 0, 1]
    assert [(each.line_user_id, json.loads(each.content)["minutes"]) for each in messages] == [
        (follower.id, 20),
        (follower.id, 0),
    ]


def test_who_follows_no_more_hears_no_more(session, line):
    user = make_line_user(session)
    follows.follow(session, user.id, line.service.id, "M2", line.now)
    follows.follow(session, user.id, line.service.id, "M2", line.now)
    followed = follows.list_followed(session, user.id)

    follows.unfollow(session, user.id, line.service.id, "M2")

    assert followed == [(line.service.id, "M2")]
    assert follows.list_followed(session, user.id) == []
    assert follows.follow(session, user.id, line.service.id, "M9", line.now).code == "no_such_run"


@pytest.mark.req("T-47", "D-32")
def test_a_booking_given_up_by_a_suspension_cannot_be_given_up_again(session, line):
    booking = line.book("S4", "T20", "T03")
    suspend(session, line.run("S4"))

    again = bookings.cancel(session, booking.public_id, actor="staff:1", now=MORNING)

    assert again is booking
    assert owed(session, "booking_cancelled") == []

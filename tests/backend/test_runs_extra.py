"""Riders left behind: reported, fetched by an extra run or pointed on, all times kept (T-22, T-23, Q-44 to Q-46, Q-59)."""

import pytest
from sqlalchemy import select

from backend.db import invariants
from backend.db.models import LeftBehind, Run, Vehicle
from backend.db.queries import left_behind as reports
from backend.db.queries import line_board, run_calls
from backend.domain.errors import NotFoundError
from backend.services import delays, extra_runs, left_behind, substitutions, suspensions
from tests.make import LINE_DAY, LINE_NOW, Line, at, decide_due, jst, make_staff

NOW = jst("2025-05-07 08:10:00")
CLOSED = jst("2025-05-06 17:00:01")


@pytest.fixture
def line(session):
    yield Line(session)
    assert invariants.check(session, now=LINE_NOW) == []


@pytest.fixture
def spare(session, line) -> Vehicle:
    return session.scalars(select(Vehicle).where(Vehicle.is_spare)).one()


def report(line, *, run="M2", origin="T03", to="T20", persons=2, event_id="left-1", now=NOW):
    return left_behind.report(
        line.session,
        line.run(run).id,
        pickup_stop_id=line.stops[origin].id,
        dropoff_stop_id=line.stops[to].id,
        persons=persons,
        event_id=event_id,
        staff_id=make_staff(line.session, role="driver").id,
        happened_at=now,
        now=now,
    )


def send(line, row, vehicle, *, key="key-1", now=NOW):
    return extra_runs.dispatch_extra(line.session, row.id, vehicle.id, actor="staff:1", key=key, now=now)


@pytest.mark.req("T-22", "Q-59")
def test_a_report_is_kept_once(session, line):
    first, again = report(line), report(line)

    assert again is first
    assert (first.persons, first.outcome, first.happened_at) == (2, None, NOW)
    assert len(session.scalars(select(LeftBehind)).all()) == 1


@pytest.mark.req("Q-45")
@pytest.mark.parametrize(("origin", "to"), [("T20", "T03"), ("T03", "T03"), ("T15", "T20")])
def test_who_the_run_would_not_carry_is_not_left_behind_by_it(line, origin, to):
    assert report(line, origin=origin, to=to).code == "left_behind_stops"


@pytest.mark.parametrize("persons", [0, -1, 51])
def test_a_report_about_nobody_is_refused(line, persons):
    assert report(line, persons=persons).code == "left_behind_persons"


@pytest.mark.req("T-22")
def test_an_extra_run_goes_straight_to_the_stops_wished(session, line, spare):
    row = report(line)

    extra = send(line, row, spare)

    assert (extra.kind, extra.state, extra.parent_run_id) == ("extra", "committed", line.run("M2").id)
    assert extra.duty.vehicle_id == spare.id
    assert [(each.stop_name, each.may_board, each.may_alight) for each in run_calls.list_calls(session, extra)] == [
        ("常盤", True, False),
        ("真駒内駅", False, True),
    ]
    assert (row.outcome, row.dispatched_at, row.extra_run_id) == ("extra_run", NOW, extra.id)
    assert extra.departs_s > at("8:10")
    assert extra.arrives_s > extra.departs_s


@pytest.mark.req("T-22")
def test_one_extra_run_fetches_all_that_the_run_left_as_far_as_there_are_seats(session, line, spare):
    first = report(line, persons=2)
    second = report(line, origin="T05", persons=2, event_id="left-2")
    third = report(line, origin="T04", persons=1, event_id="left-3")

    extra = send(line, first, spare)

    assert [each.extra_run_id for each in (first, second, third)] == [extra.id, extra.id, None]
    assert [each.stop_name for each in run_calls.list_calls(session, extra)] == ["常盤", "常盤南", "真駒内駅"]


@pytest.mark.req("T-22", "D-29")
def test_the_second_who_sends_an_extra_run_is_told_and_the_same_act_is_once(session, line, spare):
    row = report(line)

    first, same, other = send(line, row, spare), send(line, row, spare), send(line, row, spare, key="key-2")

    assert same is first
    assert other.code == "left_behind_answered"
    assert len(session.scalars(select(Run).where(Run.kind == "extra")).all()) == 1


@pytest.mark.req("T-22")
def test_the_times_from_report_to_arrival_are_kept_as_they_come_in(session, line, spare):
    row = report(line)
    extra = send(line, row, spare)
    up, down = jst("2025-05-07 08:25:00"), jst("2025-05-07 08:45:00")

    left_behind.note(session, extra.id, kind="board", stop_id=line.stops["T03"].id, at=up)
    left_behind.note(session, extra.id, kind="board", stop_id=line.stops["T03"].id, at=down)
    left_behind.note(session, extra.id, kind="alight", stop_id=line.stops["T20"].id, at=down)

    [shown] = reports.list_of_day(session, line.service.id, LINE_DAY)
    assert (shown.received_at, shown.dispatched_at, shown.picked_up_at, shown.arrived_at) == (NOW, NOW, up, down)


@pytest.mark.req("T-23")
def test_extra_runs_are_counted_apart_from_runs(session, line, spare):
    line.run("M2")
    decide_due(session, now=CLOSED)
    send(line, report(line), spare)

    board = line_board.day(session, line.service.id, LINE_DAY, now_s=at("8:10"))

    assert (board.operated, board.extras) == (2, 1)
    assert [run.kind for run in board.runs].count("extra") == 1


@pytest.mark.req("Q-46")
def test_a_busy_car_is_shown_with_when_it_would_be_there_and_is_not_sent(session, line, spare):
    substitutions.swap_vehicle(session, line.run("M2").id, spare.id, reason="", actor="staff:1", now=CLOSED)
    row = report(line)

    refused = send(line, row, spare)
    choice = next(each for each in extra_runs.choices(session, row.id, now=NOW) if each.vehicle_id == spare.id)

    assert (refused.code, refused.facts["free_s"]) == ("vehicle_busy", at("8:28"))
    assert choice.free_s == at("8:28")
    assert choice.expected.pickup_s > at("8:28")
    assert row.outcome is None


@pytest.mark.req("Q-46")
def test_the_next_run_that_really_comes_is_offered(session, line):
    row = report(line)
    line.book("M5", "T03", "T20")
    line.run("M5")
    decide_due(session, now=CLOSED)

    following = reports.find_next_run(session, row.id, now_s=at("8:10"))

    assert (following.entry_code, following.kind) == ("M5", "reserved"), "M3 and M4 have no bookings and do not run"


@pytest.mark.req("Q-46", "T-22")
@pytest.mark.parametrize("outcome", ["next_run", "nobody"])
def test_an_answer_without_a_vehicle_is_kept_for_the_town(session, line, spare, outcome):
    row = report(line)

    left_behind.answer(session, row.id, outcome, actor="staff:1", now=NOW)

    assert (row.outcome, row.decided_at, row.decided_by) == (outcome, NOW, "staff:1")
    assert send(line, row, spare).code == "left_behind_answered"


@pytest.mark.req("T-22")
def test_a_car_too_small_is_not_sent(session, line, spare):
    row = report(line, persons=5)

    assert send(line, row, spare).code == "vehicle_too_small"
    assert spare.id not in {each.vehicle_id for each in extra_runs.choices(session, row.id, now=NOW)}


@pytest.mark.req("T-22", "T-47")
def test_riders_wait_again_when_their_extra_run_is_called_off(session, line, spare):
    row = report(line)
    extra = send(line, row, spare)

    suspensions.suspend(session, extra.id, reason="故障", actor="staff:1", now=NOW)

    assert (row.outcome, row.extra_run_id, row.dispatched_at) == (None, None, None)
    assert isinstance(send(line, row, spare, key="key-2"), Run)


def test_who_knows_no_such_report_or_run_is_told(session, line, spare):
    with pytest.raises(NotFoundError):
        extra_runs.dispatch_extra(session, 0, spare.id, actor="staff:1", key="k", now=NOW)
    with pytest.raises(NotFoundError):
        left_behind.answer(session, 0, "nobody", actor="staff:1", now=NOW)


@pytest.mark.req("Q-46")
def test_a_late_run_still_comes_to_the_stop_it_has_not_reached(session, line):
    row = report(line)
    line.book("M1", "T03", "T20")
    line.run("M1")
    decide_due(session, now=CLOSED)
    delays.report(
        session, line.run("M1").id, late_s=90 * 60, actor="staff:1", event_id="late", now=jst("2025-05-07 07:00:00")
    )

    following = reports.find_next_run(session, row.id, now_s=at("8:10"))

    assert (following.entry_code, following.pickup_s) == ("M1", at("8:27"))

"""At the cut-off each run of the day is decided once; what is given up later is seen (T-13, Q-42, Q-43)."""

import pytest
from sqlalchemy import select

from backend.db import invariants
from backend.db.models import AuditEntry, BookingRuleRow, Run, TimetableEntry
from backend.db.queries import line_board
from backend.services import bookings
from tests.make import LINE_DAY, LINE_NOW, Line, at, decide_due, jst

OPEN_STILL = jst("2025-05-06 17:00:00.9")
CLOSED = jst("2025-05-06 17:00:01")


@pytest.fixture
def line(session):
    yield Line(session)
    assert invariants.check(session, now=LINE_NOW) == []


def states(session) -> dict[str, str]:
    query = select(TimetableEntry.code, Run.state).join(Run, Run.timetable_entry_id == TimetableEntry.id)
    return dict(session.execute(query.order_by(TimetableEntry.code)).all())


@pytest.mark.req("T-13", "T-03")
def test_runs_with_a_booking_operate_fixed_ones_always_the_others_do_not(session, line):
    line.book("M1", "T03", "T20")
    line.run("M1")

    decided = decide_due(session, now=CLOSED)

    assert len(decided) == 10
    found = states(session)
    assert {code for code, state in found.items() if state == "committed"} == {"M1", "M2", "S3"}
    assert {state for code, state in found.items() if code not in {"M1", "M2", "S3"}} == {"not_operated"}


@pytest.mark.req("T-13", "T-16")
def test_nothing_is_decided_in_the_last_second_of_booking(session, line):
    line.run("M1")

    assert decide_due(session, now=OPEN_STILL) == []
    assert set(states(session).values()) == {"planned"}


@pytest.mark.req("T-13")
def test_what_is_decided_stays_decided(session, line):
    line.run("M1")
    first = decide_due(session, now=CLOSED)
    told = session.scalars(select(Run.plan_version)).all()

    again = decide_due(session, now=jst("2025-05-06 17:05:00"))

    assert (len(first), again) == (10, [])
    assert session.scalars(select(Run.plan_version)).all() == told
    decided = select(AuditEntry.object_id).where(AuditEntry.action.in_(("run.committed", "run.not_operated")))
    assert len(session.scalars(decided).all()) == 10


@pytest.mark.req("T-17", "T-13")
def test_the_last_channel_that_closes_counts(session, line):
    line.run("M1")
    row = session.scalars(select(BookingRuleRow).where(BookingRuleRow.channel == "line")).one()
    row.closes_at_s = at("20:00")
    session.flush()

    assert decide_due(session, now=CLOSED) == []
    assert len(decide_due(session, now=jst("2025-05-06 20:00:01"))) == 10


@pytest.mark.req("T-13")
def test_the_terminal_and_the_board_see_the_decision(session, line):
    run = line.run("M4")
    before = run.plan_version

    decide_due(session, now=CLOSED)

    [row] = [
        each for each in line_board.day(session, line.service.id, LINE_DAY, now_s=0).runs if each.entry_code == "M4"
    ]
    assert (run.plan_version, row.state, row.is_decided) == (before + 1, "not_operated", True)


@pytest.mark.req("Q-43", "T-13")
def test_a_run_that_loses_its_last_booking_after_the_cut_off_is_not_driven_and_everybody_sees_it(session, line):
    first, second = line.book("M4", "T03", "T20"), line.book("M4", "T05", "T20")
    run = line.run("M4")
    decide_due(session, now=CLOSED)
    morning = jst("2025-05-07 09:00:00")

    bookings.cancel(session, first.public_id, actor="staff:1", now=morning)
    still_driven = run.state
    bookings.cancel(session, second.public_id, actor="staff:1", now=morning)

    row = line_board.get_run(session, run.id, now=morning).row
    board = line_board.day(session, line.service.id, LINE_DAY, now_s=0)
    assert (still_driven, run.state, row.emptied) == ("committed", "not_operated", 2)
    assert board.operated == 2, "M2 and S3 run; an emptied run does not count"


@pytest.mark.req("Q-43")
def test_before_the_cut_off_a_run_without_bookings_is_just_open(session, line):
    booking = line.book("M4", "T03", "T20")

    bookings.cancel(session, booking.public_id, actor="staff:1", now=line.now)

    assert line.run("M4").state == "planned"
    assert isinstance(line.book("M4", "T03", "T20"), type(booking))

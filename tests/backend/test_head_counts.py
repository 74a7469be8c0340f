"""Heads, the end of a run and what may still be done after it, on a real database (Q-55, T-14, T-40)."""

import uuid

import pytest
from sqlalchemy import select

from backend.db.models import HeadCount, Run, TerminalEvent
from backend.domain.errors import NotFoundError
from backend.services import boarding, run_taps
from backend.services.taps import RunTapIn, TerminalEventIn
from tests.terminal import LINE_MORNING, LineShift


@pytest.fixture
def shift(session):
    return LineShift(session)


def on_run(shift, run_id, kind, *, event_id=None, **values):
    event = RunTapIn(event_id or str(uuid.uuid4()), run_id, kind, LINE_MORNING, **values)
    return run_taps.apply(shift.session, event, staff_id=shift.driver.id, now=LINE_MORNING)


def on_visit(shift, booking, kind, on="pickup"):
    event = TerminalEventIn(str(uuid.uuid4()), booking.run_id, kind, shift.visit_id(booking, on), LINE_MORNING)
    return boarding.apply(shift.session, event, staff_id=shift.driver.id, now=LINE_MORNING)


def head(shift, way, stop, persons=1):
    return {"way": way, "stop_id": shift.stop(stop), "category": "adult", "persons": persons}


def code(done):
    return done.refusal and done.refusal.code


def test_a_run_is_underway_with_its_first_head_and_a_correction_opens_it_again(shift):
    run = shift.fixed
    states = []
    for kind, values in (
        ("count", head(shift, "board", "T03")),
        ("count", head(shift, "alight", "T20")),
        ("finish", {}),
        ("count", head(shift, "board", "T03")),
    ):
        assert on_run(shift, run.id, kind, **values).result == "applied"
        states.append(run.state)

    assert states == ["underway", "underway", "finished", "underway"]
    assert code(on_run(shift, run.id, "finish")) == "finish_counts"


def test_a_run_on_which_nobody_rode_ends_too(shift):
    assert on_run(shift, shift.fixed.id, "finish").result == "applied"

    assert shift.fixed.state == "finished"


def test_a_reserved_run_ends_by_itself_with_its_last_rider_and_undo_opens_it_again(shift):
    booking = shift.book("M3", "T03", "T20")
    run = shift.session.get_one(Run, booking.run_id)
    early = on_run(shift, run.id, "finish")

    for kind, on in (("boarded", "pickup"), ("alighted", "dropoff")):
        on_visit(shift, booking, kind, on)
    over = run.state
    undone = on_visit(shift, booking, "undo", "dropoff")

    assert (code(early), over, undone.result, run.state) == ("finish_visits_open", "finished", "applied", "underway")


@pytest.mark.parametrize("state", ["suspended", "not_operated"])
@pytest.mark.parametrize("kind", ["count", "take", "exception", "finish"])
def test_a_run_that_is_called_off_takes_no_taps(shift, state, kind):
    run = shift.reserved if kind == "exception" else shift.fixed
    run.state = state

    done = on_run(shift, run.id, kind, **head(shift, "board", "T03"))

    assert (done.result, code(done)) == ("stale", "tap_stale")
    assert shift.session.scalars(select(HeadCount)).all() == []


def test_a_tap_is_kept_by_its_id_whatever_came_of_it(shift):
    event_id = str(uuid.uuid4())
    wrong = head(shift, "board", "T20")

    first = on_run(shift, shift.fixed.id, "count", event_id=event_id, **wrong)
    again = on_run(shift, shift.fixed.id, "count", event_id=event_id, **wrong)

    assert (first.result, code(first), again.result) == ("refused", "count_stop", "duplicate")
    assert [each.outcome for each in shift.session.scalars(select(TerminalEvent))] == ["refused"]


def test_a_run_that_is_not_there_is_not_tapped(shift):
    with pytest.raises(NotFoundError):
        on_run(shift, 10**9, "finish")


@pytest.mark.req("T-14")
def test_an_exception_is_taken_back_only_as_a_slip(shift):
    ends = {"stop_id": shift.stop("T03"), "to_stop_id": shift.stop("T20"), "category": "adult"}

    codes = [
        code(on_run(shift, shift.reserved.id, "exception", **ends, persons=persons, reason=reason))
        for persons, reason in ((-1, "desk"), (1, "typing"), (-1, "typing"), (1, "desk"), (-1, "typing"))
    ]

    assert codes == ["exception_reason", "exception_reason", "count_below_none", None, None]


@pytest.mark.req("T-14", "T-40")
def test_an_exception_is_taken_back_where_it_was_made(shift):
    ends = {"stop_id": shift.stop("T03"), "category": "adult"}
    on_run(shift, shift.reserved.id, "exception", **ends, to_stop_id=shift.stop("T20"), persons=1, reason="desk")

    done = on_run(
        shift, shift.reserved.id, "exception", **ends, to_stop_id=shift.stop("T16"), persons=-1, reason="typing"
    )

    assert code(done) == "count_below_none"

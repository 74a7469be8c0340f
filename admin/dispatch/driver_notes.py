"""What drivers are told at once of what was decided about their runs: lines in the thread of their vehicle (D-37)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from backend import wording
from backend.db.queries import left_behind as reports
from backend.db.queries import line_board
from backend.db.queries.line_board import LineRunRow, RunOfDay
from backend.domain import times
from backend.services import driver_messages
from backend.texts import text


def tell_of_swap(session: Session, before: RunOfDay, run_ids: Sequence[int], *, staff_id: int, now: datetime) -> None:
    """Tell the drivers of both vehicles which runs changed hands."""
    rows = [line_board.get_run(session, run_id, now=now).row for run_id in run_ids]
    taken = [row for row in rows if row.vehicle_id != before.row.vehicle_id]
    if not taken:
        return
    runs = text("common-list-joint").join(_name(row) for row in taken)
    line = text("board-note-swap", runs=runs, old=before.row.vehicle_name, new=taken[0].vehicle_name)
    for vehicle_id in (before.row.vehicle_id, taken[0].vehicle_id):
        _send(session, vehicle_id, line, f"swap:{taken[0].run_id}:{now.isoformat()}", staff_id=staff_id, now=now)


def tell_of_suspension(session: Session, run_ids: Sequence[int], reason: str, *, staff_id: int, now: datetime) -> None:
    """Tell the drivers of today's runs that were called off."""
    for run_id in run_ids:
        row = line_board.get_run(session, run_id, now=now).row
        line = text("board-note-suspended", run=_name(row), reason=reason)
        _send(session, row.vehicle_id, line, f"suspended:{run_id}:{now.isoformat()}", staff_id=staff_id, now=now)


def tell_of_extra(session: Session, extra_run_id: int, *, staff_id: int, now: datetime) -> None:
    """Tell the driver of an extra run where to go, and the driver who asked for it that it comes."""
    extra = line_board.get_run(session, extra_run_id, now=now)
    for each in reports.list_of_day(session, extra.service_id, extra.day):
        if each.extra_run_id != extra_run_id:
            continue
        facts = {"pickup": each.pickup_stop, "dropoff": each.dropoff_stop, "persons": str(each.persons)}
        clock = wording.clock_text(extra.row.departs_s)
        line = text("board-note-extra", run=_name(extra.row), clock=clock, **facts)
        _send(session, extra.row.vehicle_id, line, f"extra:{each.id}", staff_id=staff_id, now=now)
        parent = line_board.get_run(session, each.run_id, now=now).row
        coming = text("board-note-extra-comes", vehicle=extra.row.vehicle_name, clock=clock, **facts)
        _send(session, parent.vehicle_id, coming, f"extra-comes:{each.id}", staff_id=staff_id, now=now)


def tell_of_answer(session: Session, report_id: int, run_id: int, *, staff_id: int, now: datetime) -> None:
    """Tell the driver who reported riders left behind what to tell them."""
    run = line_board.get_run(session, run_id, now=now)
    report = next(each for each in reports.list_of_day(session, run.service_id, run.day) if each.id == report_id)
    following = reports.find_next_run(session, report_id, now_s=times.second_of(now, run.day))
    facts = {"pickup": report.pickup_stop, "persons": str(report.persons)}
    if report.outcome == "next_run" and following is not None:
        clock = wording.clock_text(following.pickup_s)
        line = text("board-note-next-run", clock=clock, number=str(following.number), **facts)
    else:
        line = text("board-note-nobody", **facts)
    _send(session, run.row.vehicle_id, line, f"answer:{report_id}", staff_id=staff_id, now=now)


def _name(row: LineRunRow) -> str:
    return text("board-run-name", code=row.entry_code, direction=row.direction, number=str(row.number))


def _send(session: Session, vehicle_id: int, line: str, key: str, *, staff_id: int, now: datetime) -> None:
    driver_messages.send(
        session,
        message_id=f"note:{key}:{vehicle_id}",
        vehicle_id=vehicle_id,
        staff_id=staff_id,
        from_driver=False,
        text=line[: driver_messages.LONGEST],
        now=now,
    )

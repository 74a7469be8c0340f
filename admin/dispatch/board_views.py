"""The board of a day, past or coming, refreshed by itself (D-39): area duties and a timetable's runs side by side."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import forms, guard
from admin.dispatch.town_map import draw
from backend.app import world
from backend.db.queries import board as board_queries
from backend.db.queries import call_tasks, driver_messages, duties, left_behind, line_board, network
from backend.db.queries.left_behind import LeftBehindView, NextRun
from backend.db.queries.line_board import LineBoard
from backend.db.queries.network import ServiceView
from backend.db.session import transaction
from backend.domain import times
from backend.services import acceptance, extra_runs
from backend.services.extra_runs import Choice

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Riders left behind that nobody answered yet, with what could fetch them."""

    report: LeftBehindView
    choices: tuple[Choice, ...]
    next_run: NextRun | None


@dataclass(frozen=True, slots=True)
class LinePart:
    """A line on the board: its runs, who waits to be fetched, and who was."""

    service: ServiceView
    runs: LineBoard
    waiting: tuple[Waiting, ...]
    answered: tuple[LeftBehindView, ...]


def register(pages: Blueprint) -> None:
    """Add the board."""
    pages.get("/")(board)


def board() -> ResponseReturnValue:
    """Show the duties and runs of a day: visits, loads, promises, lateness, and the map."""
    now = world().clock()
    today = times.day_of(now)
    day = forms.day_or(request.args, "day", today)
    with transaction(world().engine) as session:
        service = network.get_service(session)
        services = network.list_services(session)
        view = board_queries.day(session, service.id, day, now=now, carrier_id=guard.own_carrier())
        stops = network.list_stops(session, service.id, day)
        return render_template(
            "dispatch/board.html",
            board=view,
            lines=[_line_part(session, each, day, now=now) for each in services if each.id != service.id],
            today=today,
            now_s=times.second_of(now, today),
            days=(day - ONE_DAY, day + ONE_DAY),
            map=draw(world().map_source, stops, view),
            stopped=[(each, row) for each in services for row in acceptance.current(session, each.id, now=now)],
            stops={each.id: network.list_stops(session, each.id, day) for each in services},
            service=service,
            services=services,
            unread=driver_messages.unread_by_desk(session, today),
            calls=call_tasks.count_open(session),
            too_long=duties.count_warnings(session, day),
            key=forms.new_key(),
        )


def _line_part(session: Session, service: ServiceView, day: date, *, now: datetime) -> LinePart:
    now_s = times.second_of(now, day)
    carrier_id = guard.own_carrier()
    runs = line_board.day(session, service.id, day, now_s=now_s, carrier_id=carrier_id)
    shown = {run.run_id for run in runs.runs}
    reports = [
        each for each in left_behind.list_of_day(session, service.id, day) if carrier_id is None or each.run_id in shown
    ]
    waiting = tuple(
        Waiting(
            report,
            tuple(extra_runs.choices(session, report.id, now=now)),
            left_behind.find_next_run(session, report.id, now_s=now_s),
        )
        for report in reports
        if report.outcome is None
    )
    answered = tuple(report for report in reports if report.outcome is not None)
    return LinePart(service, runs, waiting, answered)

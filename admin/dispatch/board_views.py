"""The board of a day, past or coming, refreshed by itself (D-39)."""

from datetime import timedelta

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from admin import forms
from admin.dispatch.town_map import draw
from backend.app import world
from backend.db.queries import board as board_queries
from backend.db.queries import call_tasks, driver_messages, network
from backend.db.session import transaction
from backend.domain import times
from backend.services import acceptance

ONE_DAY = timedelta(days=1)


def register(pages: Blueprint) -> None:
    """Add the board."""
    pages.get("/")(board)


def board() -> ResponseReturnValue:
    """Show the duties of a day: visits, loads, promises, lateness, and the map."""
    now = world().clock()
    today = times.day_of(now)
    day = forms.day_or(request.args, "day", today)
    with transaction(world().engine) as session:
        service = network.get_service(session)
        view = board_queries.day(session, service.id, day, now=now)
        stops = network.list_stops(session, service.id, day)
        return render_template(
            "dispatch/board.html",
            board=view,
            today=today,
            now_s=times.second_of(now, today),
            days=(day - ONE_DAY, day + ONE_DAY),
            map=draw(world().map_source, stops, view),
            stopped=acceptance.current(session, service.id, now=now),
            stops=stops,
            service=service,
            unread=driver_messages.unread_by_desk(session, today),
            calls=call_tasks.count_open(session),
            key=forms.new_key(),
        )

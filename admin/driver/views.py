"""The terminal's pages. They hold nothing of riders: the plan comes by the machine routes, into memory only (S-18)."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from flask import Blueprint, Response, g, redirect, render_template, request, send_from_directory, url_for
from flask.typing import ResponseReturnValue

from admin.driver import terminal_texts
from backend.app import language, world
from backend.db.queries import manifest
from backend.db.queries.manifest import RunView
from backend.db.session import transaction
from backend.domain import times
from backend.domain.errors import NotFoundError
from backend.services import fare_taking, manifests

DISPATCHER = "dispatcher"
STATIC = Path(__file__).parent / "static"


def create_blueprint() -> Blueprint:
    """Return the pages under /driver/."""
    pages = Blueprint(
        "driver",
        __name__,
        url_prefix="/driver",
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )
    pages.get("/")(choose)
    pages.post("/duties/<int:run_id>")(start)
    pages.get("/run/<code>")(terminal)
    pages.get("/sw.js")(service_worker)
    return pages


def choose() -> ResponseReturnValue:
    """Show today's vehicles to choose from; who has exactly one goes straight to it."""
    yours, unnamed = _runs()
    yours, unnamed = _by_vehicle(yours), [each for duty in _by_duty(unnamed) for each in _by_vehicle(duty)]
    if len(yours) == 1 and "choose" not in request.args:
        return redirect(url_for("driver.terminal", code=yours[0].vehicle_code))
    return render_template("driver/choose.html", yours=yours, unnamed=unnamed, clock=times.clock, today=_today())


def start(run_id: int) -> ResponseReturnValue:
    """Take a duty that names nobody, and open its terminal; who was too late is led back to the choice from there."""
    now = world().clock()
    with transaction(world().engine) as session:
        run = manifest.find_run(session, run_id, days=[_today()], driver_id=g.staff.id)
        if run is None:
            raise NotFoundError(f"run {run_id}")
        manifests.take_duty(session, run, staff_id=g.staff.id, now=now)
    return redirect(url_for("driver.terminal", code=run.vehicle_code))


def terminal(code: str) -> ResponseReturnValue:
    """Show the terminal of a vehicle that is out today on a duty of this driver."""
    yours, _ = _runs()
    run = next((run for run in yours if run.vehicle_code == code), None)
    if run is None:
        return redirect(url_for("driver.choose", choose="again"))
    return render_template(
        "driver/terminal.html",
        run=run,
        texts=terminal_texts.for_script(language()),
        delays_min=terminal_texts.DELAYS_MIN,
        quick_replies=terminal_texts.quick_replies(language()),
        fare_reasons=fare_taking.REASONS,
    )


def service_worker() -> Response:
    """Return the script that keeps the page usable without a signal; from here it may serve all of /driver/."""
    return send_from_directory(STATIC, "sw.js")


def _runs() -> tuple[list[RunView], list[RunView]]:
    """Return today's runs that this person drives, and those without a driver. A dispatcher may open all of them."""
    is_dispatcher = g.staff.role == DISPATCHER
    with transaction(world().engine) as session:
        runs = manifest.list_runs(session, _today(), driver_id=None if is_dispatcher else g.staff.id)
    yours = [run for run in runs if is_dispatcher or run.driver_id == g.staff.id]
    return yours, [run for run in runs if run not in yours]


def _by_duty(runs: list[RunView]) -> list[list[RunView]]:
    duties: dict[int, list[RunView]] = {}
    for run in runs:
        duties.setdefault(run.duty_id, []).append(run)
    return list(duties.values())


def _by_vehicle(runs: list[RunView]) -> list[RunView]:
    """Return one run for each vehicle, from the first of its runs to the last."""
    spans: dict[int, RunView] = {}
    for run in runs:
        known = spans.get(run.vehicle_id, run)
        starts_s, ends_s = min(known.starts_s, run.starts_s), max(known.ends_s, run.ends_s)
        spans[run.vehicle_id] = replace(known, starts_s=starts_s, ends_s=ends_s)
    return list(spans.values())


def _today() -> date:
    return times.day_of(world().clock())

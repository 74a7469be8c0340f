"""What a driver's terminal asks and tells (design.md 2.3, step 10). Guarded as `driver_api.*` (admin/routes.py).

A run that is not today's, or not this driver's, is not there: foreign and absent answer alike (T8).
"""

from datetime import datetime, timedelta

from flask import Blueprint, Response, g, jsonify, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session

from backend import wording
from backend.api import driver_day_json, driver_json, driver_taps
from backend.api.driver_taps import DelayTap
from backend.api.problems import UnreadableError, problem
from backend.app import language, world
from backend.db.queries import driver_messages as threads
from backend.db.queries import manifest, run_calls
from backend.db.queries.manifest import RunView
from backend.db.queries.staff import StaffView
from backend.db.session import transaction
from backend.domain import times
from backend.domain.errors import NotFoundError, StaleError
from backend.domain.refusals import Refusal
from backend.services import boarding, delays, driver_messages, manifests, positions, run_taps
from backend.services.taps import RunTapIn
from backend.texts import text

DISPATCHER = "dispatcher"


class SignedOutError(Exception):
    """Nobody is signed in: these routes open for nobody else, even where the guard was forgotten."""


def create_blueprint() -> Blueprint:
    """Return the routes under /api/v1/driver/."""
    api = Blueprint("driver_api", __name__, url_prefix="/api/v1/driver")
    api.get("/vehicles/<int:vehicle_id>/day")(day)
    api.get("/runs/<int:run_id>/plan")(plan)
    api.post("/runs/<int:run_id>/events")(take_events)
    api.post("/runs/<int:run_id>/visits/<int:visit_id>/phone")(phone)
    api.post("/vehicles/<int:vehicle_id>/position")(take_position)
    api.get("/vehicles/<int:vehicle_id>/messages")(list_messages)
    api.post("/vehicles/<int:vehicle_id>/messages")(send_message)
    api.post("/vehicles/<int:vehicle_id>/messages/read")(mark_read)
    api.register_error_handler(SignedOutError, lambda _error: problem(401, "driver-signed-out"))
    api.register_error_handler(NotFoundError, lambda _error: problem(404, "driver-run-gone"))
    api.register_error_handler(UnreadableError, _unreadable)
    api.after_request(_keep_private)
    return api


def day(vehicle_id: int) -> ResponseReturnValue:
    """Return everything a vehicle drives today, in its order, or 204 when the terminal has it: ``since`` is its tag.

    The plans of all its runs are confirmed as delivered with the tag that came with them.
    """
    since, now = request.args.get("since", default=""), world().clock()
    with transaction(world().engine) as session:
        _require_vehicle(session, vehicle_id, now=now)
        runs = manifest.list_day(session, vehicle_id, times.day_of(now), driver_id=_driver_id())
        if _person().role != DISPATCHER:
            shown = driver_day_json.versions_in(since)
            for run in runs:
                manifests.confirm_delivery(session, run, version=shown.get(run.id, 0), now=now)
        left = run_calls.list_left_behind(session, [run.id for run in runs])
        if since == driver_day_json.tag_of(runs, left):
            return "", 204
        answer = driver_day_json.day_json(session, runs, left, csrf=generate_csrf(), now=now, language=language())
    return jsonify(answer)


def plan(run_id: int) -> ResponseReturnValue:
    """Return the plan of today's own run, or 204 when the terminal has it: ``since`` is the version on its screen."""
    since = request.args.get("since", default=0, type=int)
    now = world().clock()
    with transaction(world().engine) as session:
        run = _run(session, run_id, now=now)
        if since and _person().role != DISPATCHER:
            manifests.confirm_delivery(session, run, version=since, now=now)
        if since == run.plan_version:
            return "", 204
        answer = driver_day_json.run_json(session, run, now=now, language=language())
    return jsonify({**answer, "csrf": generate_csrf(), "now_s": times.second_of(now, run.day)})


def take_events(run_id: int) -> ResponseReturnValue:
    """Carry out taps in their order, each in a transaction of its own, each answered by its id.

    Taps of yesterday that waited for a signal over night are still taken.
    """
    sent_at, events = driver_taps.batch_of(read_body())
    now = world().clock()
    with transaction(world().engine) as session:
        _run(session, run_id, now=now, days_back=1)
    event_ids = [driver_taps.event_id_of(event) for event in events]
    outcomes = []
    for event_id, event in zip(event_ids, events, strict=True):
        try:
            tap = driver_taps.tap_of(event, run_id=run_id, sent_at=sent_at, now=now)
        except UnreadableError:
            outcomes.append(_answer(event_id, "refused", Refusal("tap_unreadable")))
            continue
        outcomes.append(_take(tap, run_id, now=now))
    return jsonify({"outcomes": outcomes})


def phone(run_id: int, visit_id: int) -> ResponseReturnValue:
    """Return the phone number of who booked; who asked is recorded, and after the run it is gone (T-24)."""
    now = world().clock()
    with transaction(world().engine) as session:
        run = _run(session, run_id, now=now)
        number = manifests.read_phone(session, run, visit_id, actor=_actor(), now=now)
    return jsonify({"phone": number})


def take_position(vehicle_id: int) -> ResponseReturnValue:
    """Keep where the vehicle is (D-38)."""
    now = world().clock()
    fix = driver_taps.fix_of(read_body(), now=now)
    with transaction(world().engine) as session:
        _require_vehicle(session, vehicle_id, now=now)
        positions.report(session, vehicle_id, fix)
    return "", 204


def list_messages(vehicle_id: int) -> ResponseReturnValue:
    """Return today's thread with the desk."""
    now = world().clock()
    with transaction(world().engine) as session:
        _require_vehicle(session, vehicle_id, now=now)
        thread = threads.list_thread(session, vehicle_id, times.day_of(now))
    return jsonify({"messages": [driver_json.message_json(message) for message in thread]})


def send_message(vehicle_id: int) -> ResponseReturnValue:
    """Send the desk a line; the same ``message_id`` again is the same line."""
    message_id, line = driver_taps.message_of(read_body())
    now = world().clock()
    with transaction(world().engine) as session:
        _require_vehicle(session, vehicle_id, now=now)
        sent = driver_messages.send(
            session,
            message_id=message_id,
            vehicle_id=vehicle_id,
            staff_id=_person().id,
            from_driver=True,
            text=line,
            now=now,
        )
        if isinstance(sent, Refusal):
            return problem(409, "driver-messages-failed", detail=wording.refusal_text(sent, language()))
        answer = driver_json.message_json(threads.view(sent))
    return jsonify(answer), 201


def mark_read(vehicle_id: int) -> ResponseReturnValue:
    """Mark the desk's lines as read, up to and with ``up_to``."""
    up_to_id = driver_taps.number_of(read_body(), "up_to")
    now = world().clock()
    with transaction(world().engine) as session:
        _require_vehicle(session, vehicle_id, now=now)
        driver_messages.mark_read(session, vehicle_id, by_driver=True, up_to_id=up_to_id, now=now)
    return "", 204


def read_body() -> object:
    """Return the JSON sent, or None when it cannot be read, be it nested without end."""
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None


def _take(tap: boarding.TerminalEventIn | RunTapIn | DelayTap, run_id: int, *, now: datetime) -> dict[str, str]:
    try:
        with transaction(world().engine) as session:
            if isinstance(tap, DelayTap):
                return _take_delay(session, tap, run_id, now=now)
            if isinstance(tap, RunTapIn):
                done = run_taps.apply(session, tap, staff_id=_person().id, now=now)
            else:
                done = boarding.apply(session, tap, staff_id=_person().id, now=now)
    except StaleError:
        return _answer(tap.event_id, "stale", Refusal("tap_stale"))
    return _answer(tap.event_id, done.result, done.refusal)


def _take_delay(session: Session, tap: DelayTap, run_id: int, *, now: datetime) -> dict[str, str]:
    done = delays.report(
        session,
        run_id,
        late_s=tap.late_s,
        actor=_actor(),
        event_id=tap.event_id,
        now=now,
        happened_at=tap.happened_at,
    )
    said = text("driver-delay-told", language(), told=str(done.told), called=str(done.called)) if done.told else ""
    return {"event_id": tap.event_id, "outcome": done.result, "text": said}


def _answer(event_id: str, result: str, refusal: Refusal | None) -> dict[str, str]:
    said = wording.refusal_text(refusal, language()) if refusal else ""
    return {"event_id": event_id, "outcome": result, "text": said}


def _run(session: Session, run_id: int, *, now: datetime, days_back: int = 0) -> RunView:
    today = times.day_of(now)
    days = [today - timedelta(days=back) for back in range(days_back + 1)]
    run = manifest.find_run(session, run_id, days=days, driver_id=_driver_id())
    if run is None:
        raise NotFoundError(f"run {run_id}")
    return run


def _require_vehicle(session: Session, vehicle_id: int, *, now: datetime) -> None:
    if not manifest.may_use_vehicle(session, vehicle_id, times.day_of(now), driver_id=_driver_id()):
        raise NotFoundError(f"vehicle {vehicle_id}")


def _person() -> StaffView:
    person: StaffView | None = g.get("staff")
    if person is None:
        raise SignedOutError
    return person


def _driver_id() -> int | None:
    """Return whose runs may be seen: a dispatcher helps out on any of today's."""
    person = _person()
    return None if person.role == DISPATCHER else person.id


def _actor() -> str:
    return f"staff:{_person().id}"


def _unreadable(error: UnreadableError) -> Response:
    return problem(400, "refusal-tap-unreadable", field=error.what)


def _keep_private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response

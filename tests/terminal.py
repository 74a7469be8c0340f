"""A town on its day, a driver who is signed in, and the web application: for tests of the terminal."""

import re
import secrets
import uuid
from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

import admin
from admin.driver import create_blueprints
from backend.api import openapi
from backend.app import create_app
from backend.clock import wall
from backend.db import models
from backend.db.queries.staff import token_hash
from tests.make import LINE_DAY, MONDAY, Line, Town, jst, make_staff, make_world

API = "/api/v1/driver"
UNLIKELY = "870236419582"  # a booking's number: one of four digits may stand anywhere by chance
MORNING = jst(f"{MONDAY} 09:30")
LINE_MORNING = jst(f"{LINE_DAY} 08:00")


def sign_in(session: Session, staff: models.Staff) -> str:
    """Return the token of a full sign-in."""
    token = secrets.token_urlsafe(16)
    now = wall()
    session.add(
        models.StaffSession(token_hash=token_hash(token), staff_id=staff.id, made_at=now, seen_at=now, factor_at=now)
    )
    session.flush()
    return token


def make_app(engine: Engine, *, now: datetime = MORNING) -> Flask:
    """Return the application with the doors of the staff; its clock shows ``now`` and runs on."""
    app = create_app(make_world(engine, now=now))
    for blueprint in [*admin.create_blueprints(), *create_blueprints(), openapi.create_blueprint()]:
        app.register_blueprint(blueprint)
    return app


class Shift:
    """A town on Monday morning with a driver at the wheel of its vehicle."""

    def __init__(self, session: Session, *, now: datetime = MORNING, **town) -> None:
        self.session = session
        self.now = now
        self.town = Town(session, stops=6, **town)
        self.driver = make_staff(session, role="driver")
        self.name_driver(self.driver)
        self.run = session.scalars(select(models.Run).order_by(models.Run.id)).first()
        self.vehicle = self.run.duty.vehicle
        self.token = sign_in(session, self.driver)

    def name_driver(self, driver: models.Staff | None) -> None:
        """Put ``driver`` on every duty of the day."""
        self.town.day()
        for duty in self.session.scalars(select(models.Duty)):
            duty.driver_id = driver.id if driver else None
        self.session.flush()

    def book(self, *stops: int, now: datetime = MORNING, **values) -> models.Booking:
        """Return a booking, committed."""
        booking = self.town.book(*stops, now=now, **values)
        assert isinstance(booking, models.Booking), booking
        self.session.commit()
        return booking

    def visit_id(self, booking: models.Booking, kind: str = "pickup") -> int:
        """Return the id of a booking's visit."""
        query = select(models.Visit.id).where(models.Visit.booking_id == booking.id, models.Visit.kind == kind)
        return self.session.scalars(query).one()


class Tablet:
    """The machine routes as the terminal's script uses them."""

    def __init__(self, app: Flask, shift: "Shift | LineShift", *, token: str | None = None) -> None:
        shift.session.commit()
        self.client = app.test_client()
        self.client.set_cookie("noriai", token or shift.token)
        self.shift = shift
        self.csrf = ""

    def plan(self, **query):
        """Return the answer to a question for the plan; keeps its token."""
        answer = self.get(f"/runs/{self.shift.run.id}/plan", **query)
        if answer.status_code == 200:
            self.csrf = answer.json["csrf"]
        return answer

    def day(self, run: models.Run | None = None, **query):
        """Return the answer to a question for the whole day of a run's vehicle; keeps its token."""
        vehicle_id = (run or self.shift.run).duty.vehicle_id
        answer = self.get(f"/vehicles/{vehicle_id}/day", **query)
        if answer.status_code == 200:
            self.csrf = answer.json["csrf"]
        return answer

    def get(self, path: str, **query):
        return self.client.get(f"{API}{path}", query_string=query, headers={"Accept": "application/json"})

    def post(self, path: str, body: object, *, csrf: str | None = None):
        headers = {"Accept": "application/json", "X-CSRFToken": self.csrf if csrf is None else csrf}
        return self.client.post(f"{API}{path}", json=body, headers=headers)

    def tap(self, *events: dict, sent_at: datetime | None = None, run: models.Run | None = None):
        """Send taps as one batch; the tablet's own clock is years ahead, as any tablet's may be."""
        body = {"sent_at": (sent_at or TABLET_CLOCK).isoformat(), "events": list(events)}
        return self.post(f"/runs/{(run or self.shift.run).id}/events", body)

    def outcomes(self, *events: dict, run: models.Run | None = None) -> list[str]:
        """Return what became of taps."""
        answer = self.tap(*events, run=run)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return [each["outcome"] for each in answer.json["outcomes"]]


TABLET_CLOCK = datetime(2031, 1, 1, 12, 0, tzinfo=UTC)


def tap(kind: str, visit_id: int | None = None, *, age_s: int = 0, event_id: str | None = None, **values) -> dict:
    """Return one tap as the terminal sends it, ``age_s`` seconds old when sent."""
    event = {
        "event_id": event_id or str(uuid.uuid4()),
        "kind": kind,
        "happened_at": (TABLET_CLOCK - timedelta(seconds=age_s)).isoformat(),
        **values,
    }
    return event if visit_id is None else event | {"visit_id": visit_id}


def csrf_of(page: str) -> str:
    """Return the token in a page."""
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found
    return found.group(1)


class LineShift:
    """The Soranuma line on a Wednesday in May, with one driver on all its vehicles."""

    def __init__(self, session: Session, *, now: datetime = LINE_MORNING, **changes) -> None:
        self.session = session
        self.now = now
        self.line = Line(session, **changes)
        self.driver = make_staff(session, role="driver")
        self.fixed, self.reserved = self.line.run("M2"), self.line.run("M3")
        for duty in session.scalars(select(models.Duty)):
            duty.driver_id = self.driver.id
        session.flush()
        self.run = self.fixed
        self.token = sign_in(session, self.driver)

    def stop(self, code: str) -> int:
        """Return the id of a stop by its code."""
        return self.line.stops[code].id

    def book(self, run: str, origin: str, destination: str, **values) -> models.Booking:
        """Return a booking of a run, committed."""
        booking = self.line.book(run, origin, destination, **values)
        assert isinstance(booking, models.Booking), booking
        self.session.commit()
        return booking

    def visit_id(self, booking: models.Booking, kind: str = "pickup") -> int:
        """Return the id of a booking's visit."""
        query = select(models.Visit.id).where(models.Visit.booking_id == booking.id, models.Visit.kind == kind)
        return self.session.scalars(query).one()

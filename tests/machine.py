"""A program signed in as a clerk that books over the machine API."""

import dataclasses
import itertools
import uuid

from tests.admin.web import Web
from tests.make import jst

_phones = itertools.count(10_000_000)


class Machine:
    """What a program asks and is answered; every change under a key of its own unless one is given."""

    def __init__(self, engine, *, now, role: str = "operator") -> None:
        self.web = Web(engine, role=role, now=now)
        self.service = "minami-line"

    def at(self, moment: str) -> "Machine":
        """Stop the service's clock at a moment in Japan: boundaries are to the second."""
        stopped = jst(moment)
        world = dataclasses.replace(self.web.world, clock=lambda: stopped)
        self.web.world = self.web.app.extensions["noriai"] = world
        return self

    def get(self, path: str, **asked):
        """Return the answer to a question."""
        return self.web.client.get(f"/api/v1{path}", query_string=asked)

    def post(self, path: str, body, *, key: str | None = None, headers=None):
        """Return the answer to a change."""
        token = self.get("/session").json["csrf"]
        sent = {"X-CSRFToken": token, "Idempotency-Key": key or str(uuid.uuid4())}
        return self.web.client.post(f"/api/v1{path}", json=body, headers=sent | (headers or {}))

    def departures(self, origin: str, destination: str, day: str, **party):
        """Return the runs between two stops."""
        return self.get(f"/services/{self.service}/departures", day=day, **{"from": origin, "to": destination}, **party)

    def wish(self, run: str, origin: str, destination: str, day: str, **changes):
        """Return a guest's wish for a run: one adult unless told otherwise, a number of their own."""
        return {
            "service": self.service,
            "day": day,
            "run": run,
            "from": origin,
            "to": destination,
            "party": {"adult": 1},
            "name": "空沼 見本",
            "phone": f"090{next(_phones)}",
        } | changes

    def book(self, run: str, origin: str, destination: str, day: str, *, key: str | None = None, **changes):
        """Return the answer to a booking of a run."""
        return self.post("/bookings", self.wish(run, origin, destination, day, **changes), key=key)

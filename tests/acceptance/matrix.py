"""Every route of the application, with objects of one's own, of somebody else, and of nobody, for every role."""

import re
import uuid

from sqlalchemy import select

import wsgi
from backend.db import models
from backend.db.session import transaction
from tests.make import NOW, make_world
from tests.terminal import sign_in

GUARDED = ("admin.", "api.", "driver.", "driver_api.")
LOGINS = {
    "operator": "desk",
    "dispatcher": "dispatch",
    "driver": "driver1",
    "carrier": "carrier",
    "town_officer": "town",
    "protection_manager": "privacy",
    "auditor": "audit",
    "system_administrator": "admin",
}
ABSENT = {"int": 987654321, "str": "AAAAAAAAAAAAAAAAAAAAAA"}
VARYING = re.compile(rb"[0-9a-f]{16}|[\w.-]{60,}|csrf-token\" content=\"[^\"]+\"|name=\"key\" value=\"[^\"]+\"")


class Demo:
    """The demo town in the whole application, with everybody signed in."""

    def __init__(self, engine, *, now=NOW):
        self.engine = engine
        self.app = wsgi.assemble(make_world(engine, now=now))
        self.app.testing = True
        with transaction(engine) as session:
            people = {staff.login: staff for staff in session.scalars(select(models.Staff))}
            self.tokens = {login: sign_in(session, staff) for login, staff in people.items()}

    def client(self, login):
        """Return the browser of a person."""
        made = self.app.test_client()
        made.set_cookie("noriai", self.tokens[login])
        return made

    def rules(self):
        """Return every guarded rule with one method to try it by."""
        return [
            (rule, "GET" if "GET" in rule.methods else "POST")
            for rule in self.app.url_map.iter_rules()
            if rule.endpoint.startswith(GUARDED)
        ]

    def path(self, rule, values):
        """Return the address of a rule; what ``values`` does not name is an object that nobody has."""
        filled = {name: values.get(name, absent(rule, name)) for name in rule.arguments}
        return self.app.url_map.bind("").build(rule.endpoint, filled)


def absent(rule, name):
    """Return a value that fits an argument and names nothing."""
    converter = rule._converters[name]
    if hasattr(converter, "items"):
        return min(converter.items)
    return {
        "IntegerConverter": ABSENT["int"],
        "UUIDConverter": uuid.UUID(int=7),
    }.get(type(converter).__name__, "2022-11" if name == "month" else ABSENT["str"])


def still(answer):
    """Return what an answer says: status and body, without what differs from request to request."""
    return answer.status_code, VARYING.sub(b"", answer.data)

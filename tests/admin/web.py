"""The staff web as tests use it: signed in for real, forms sent with the token of their page."""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime

import pyotp
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import Engine

import admin
from admin import guard
from backend.app import create_app
from backend.clock import wall
from backend.db.queries import staff as staff_queries
from backend.db.session import transaction
from backend.ports import MapSource
from backend.services import devices, sign_ins, work_sessions
from backend.services import staff as accounts
from backend.services.sign_ins import Whence
from backend.world import World
from tests.make import NOW, make_world

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "correct horse battery"
HERE = Whence("192.0.2.1")
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def make_app(made: World) -> Flask:
    """Return the application with the staff web only."""
    app = create_app(made)
    app.testing = True
    for blueprint in admin.create_blueprints():
        app.register_blueprint(blueprint)
    return app


def make_account(engine: Engine, *, role: str, login: str | None = None) -> int:
    """Return the id of an account that can sign in."""
    with transaction(engine) as session:
        person = accounts.create(
            session,
            login=login or role,
            password=PASSWORD,
            role=role,
            name="職員 見本",
            carrier_id=None,
            totp_secret=SECRET,
            now=wall(),
            hasher=CHEAP,
        )
        return person.id


def code_at(moment: datetime) -> str:
    """Return the code that the authenticator app shows at a moment."""
    return pyotp.TOTP(SECRET).at(moment)


@dataclass
class Web:
    """A browser of somebody signed in as ``role``; forms carry the CSRF token of the page before."""

    engine: Engine
    role: str = "dispatcher"
    now: datetime = NOW
    map_source: MapSource | None = None
    world: World = field(init=False)

    def __post_init__(self):
        made = make_world(self.engine, now=self.now)
        self.world = replace(made, map_source=self.map_source or made.map_source)
        self.app = make_app(self.world)
        self.client = self.app.test_client()
        self.staff_id = make_account(self.engine, role=self.role)
        self.sign_in()
        self.sit_at_the_office()

    def sign_in(self):
        """Take both factors without the forms; `test_sign_in` goes through them."""
        attempt = sign_ins.Try(self.staff_id, "")
        with transaction(self.engine) as session:
            half = sign_ins.open_half(session, attempt, whence=HERE, wall=wall())
        with transaction(self.engine) as session:
            signed_in = staff_queries.find_signed_in(session, half)
            token = sign_ins.complete(session, signed_in, code_at(wall()), whence=HERE, wall=wall()).token
        self.token = token
        self.client.set_cookie("noriai", token)

    def sit_at_the_office(self):
        """Use a registered office machine, with work begun: pages with many people's data open there only (P-17)."""
        with transaction(self.engine) as session:
            machine, code = devices.announce(
                session, kind=devices.OFFICE, name="窓口の見本", carrier_id=None, actor="system", wall=wall()
            )
            sign_in_id = staff_queries.find_signed_in(session, self.token).id
            self.device_key = devices.claim(session, code, sign_in_id=sign_in_id, wall=wall())
            work_sessions.begin(
                session,
                sign_in_id,
                staff_id=self.staff_id,
                device_id=machine.id,
                work="bookings",
                note="",
                wall=wall(),
            )
        self.client.set_cookie("noriai-device", self.device_key)

    def get(self, path: str):
        """Return a page's answer; where it asks what for, the person is on the phone (`test_secrecy_reads` picks)."""
        answer = self.client.get(path)
        return self.client.get(path) if self._says_what_for(answer) else answer

    def text(self, path: str) -> str:
        """Return a page that must open."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.get_data(as_text=True)

    def post(self, path: str, page: str = "/admin/", **fields: str):
        """Send a form with the token that ``page`` shows."""
        token = token_in(self.client.get(page).get_data(as_text=True))
        answer = self.client.post(path, data={"csrf_token": token, **fields})
        if self._says_what_for(answer):
            answer = self.client.post(path, data={"csrf_token": token, **fields})
        return answer

    def _says_what_for(self, answer) -> bool:
        """Pick a purpose where an answer asks for one; tell whether it did."""
        asked = re.search(r'<form method="post" action="([^"]+)" class="card" id="purpose">', answer.text)
        if asked is not None:
            token = token_in(answer.text)
            self.client.post(asked.group(1), data={"csrf_token": token, "purpose": "phone_booking"})
        return asked is not None


def token_in(page: str) -> str:
    """Return the CSRF token of a page."""
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found, page[:500]
    return found.group(1)


def without_chance(said: str) -> str:
    """Return a page or messages without what chance writes there: tokens, keys, ids; any digits may stand in those."""
    return re.sub(r"[A-Za-z0-9_.-]{22,}", "…", said)


def fields_of(page: str, button: str) -> dict[str, str]:
    """Return the hidden fields of the form whose markup holds ``button``."""
    form = next(part for part in re.findall(r"<form.*?</form>", page, re.DOTALL) if button in part)
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form))


__all__ = [
    "CHEAP",
    "HERE",
    "PASSWORD",
    "SECRET",
    "Web",
    "code_at",
    "fields_of",
    "guard",
    "make_account",
    "make_app",
    "token_in",
    "without_chance",
]

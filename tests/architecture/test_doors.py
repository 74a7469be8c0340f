"""Every way in is known: a row of roles for staff and drivers, a reviewed list for everybody else."""

from collections.abc import Iterator

import pytest
from flask import Flask

import wsgi
from admin.guard import roles_for
from admin.routes import MENU, PUBLIC, ROLES
from backend.db.models import Staff
from tests.make import make_world

STAFF_DOORS = ("admin.", "api.", "driver.", "driver_api.")
# Who stands at the other doors, and what each asks for instead of a sign-in.
OPEN_DOORS = {
    "demo": "the demo's start page: not there in production",
    "health": "no data",
    "line_webhook": "LINE's signature",
    "my": "a one-time link, or nothing personal",
    "openapi": "a description",
    "sim": "LINE in the browser: not there in production",
    "static": "files",
}


@pytest.fixture
def app(engine) -> Iterator[Flask]:
    """The whole application, as gunicorn serves it in the demo."""
    return wsgi.assemble(make_world(engine))


def endpoints(app: Flask) -> set[str]:
    """Return the names of all routes."""
    return {rule.endpoint for rule in app.url_map.iter_rules()}


@pytest.mark.req("S-27")
def test_every_route_for_staff_has_a_row_of_roles(app):
    guarded = {each for each in endpoints(app) if each.startswith(STAFF_DOORS)}

    assert {each for each in guarded if each not in PUBLIC and not roles_for(each)} == set()


def test_every_row_of_roles_has_a_route(app):
    present = endpoints(app)
    beginnings = {each.rpartition(".")[0] + ".*" for each in present}

    assert set(ROLES) - present - beginnings == set()
    assert {endpoint for _, entries in MENU for endpoint, _ in entries} <= present


def test_every_role_of_a_row_exists():
    allowed = next(each for each in Staff.__table__.constraints if str(each.name).endswith("_role")).sqltext.text

    assert {role for roles in ROLES.values() for role in roles if f"'{role}'" not in allowed} == set()


def test_every_other_door_is_known(app):
    others = {each.split(".")[0] for each in endpoints(app) if not each.startswith(STAFF_DOORS)}

    assert others - set(OPEN_DOORS) == set()


def test_a_route_without_a_row_is_open_to_nobody():
    assert roles_for("admin.desk.no_such_page") == frozenset()


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_no_address_carries_a_name_or_a_phone_number(app, method):
    """Personal data stay out of addresses: those stand in logs and histories (P-19)."""
    personal = {"name", "kana", "phone", "birth", "login"}
    parts = {part for rule in app.url_map.iter_rules() if method in rule.methods for part in rule.arguments}

    assert parts & personal == set()

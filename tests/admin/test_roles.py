"""Every route of the staff web has its roles; everything else is forbidden (S-27)."""

import pytest

from admin.guard import roles_for
from admin.routes import PUBLIC, ROLES
from backend.db.session import transaction
from backend.domain import roles
from tests.admin.web import Web, make_app
from tests.make import Town, make_booking, make_world

pytestmark = pytest.mark.req("S-27")


@pytest.fixture
def town(engine):
    """A town with one booking."""
    with transaction(engine) as session:
        made = Town(session)
        booking = make_booking(session, made.wish(), rider=made.rider)
        made.values = {
            "public_id": made.rider.public_id,
            "stop_id": made.stops[0].id,
            "vehicle_id": made.vehicles[0].id,
            "booking": booking.public_id,
        }
    return made


def routes(app):
    """Return every rule of the staff web."""
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("admin.")]


def path_of(app, rule, town):
    """Return the address of a rule, with the town's own objects where it has them."""
    values = {name: town.values.get(name, 1) for name in rule.arguments}
    if "bookings/" in rule.rule and "public_id" in values:
        values["public_id"] = town.values["booking"]
    for name, converter in rule._converters.items():
        if hasattr(converter, "items"):
            values[name] = min(converter.items)
    return app.url_map.bind("").build(rule.endpoint, values)


def test_every_route_has_a_row_and_every_row_a_route(engine):
    endpoints = {rule.endpoint for rule in routes(make_app(make_world(engine)))}

    assert endpoints == {name for name in (PUBLIC | ROLES.keys()) if name.startswith("admin.")}


def test_a_route_without_a_row_is_for_nobody():
    assert roles_for("admin.masters.forgotten") == frozenset()


@pytest.mark.parametrize("role", roles.ALL)
def test_each_role_opens_its_own_pages_and_no_other(engine, town, role):
    web = Web(engine, role=role, now=None)
    wrong = []
    for rule in routes(web.app):
        if rule.endpoint in PUBLIC or rule.endpoint == "admin.sign_in.sign_out":
            continue
        method = "GET" if "GET" in rule.methods else "POST"
        status = web.client.open(path_of(web.app, rule, town), method=method).status_code
        may = role in roles_for(rule.endpoint)
        if (status == 403) == may or status >= 500:
            wrong.append((role, rule.endpoint, status))

    assert wrong == []


def test_every_page_opens_in_english(engine, town):
    web = Web(engine, role="dispatcher", now=None)
    web.post("/admin/language", language="en")
    japanese = []
    for rule in routes(web.app):
        if "GET" not in rule.methods or rule.endpoint in PUBLIC:
            continue
        page = web.get(path_of(web.app, rule, town)).get_data(as_text=True)
        if '<html lang="en">' not in page or "</main>" not in page:
            japanese.append(rule.endpoint)

    assert japanese == []


def test_a_field_that_no_page_of_ours_sends_is_named(engine, town):
    web = Web(engine, role="operator")

    answer = web.post(f"/admin/desk/riders/{town.values['public_id']}/bookings", key="nonsense")

    assert answer.status_code == 400


def test_nobody_opens_anything_without_a_sign_in(engine, town):
    app = make_app(make_world(engine))
    client = app.test_client()
    opened = []
    for rule in routes(app):
        if rule.endpoint in PUBLIC:
            continue
        path = path_of(app, rule, town)
        for method in rule.methods & {"GET", "POST"}:
            answer = client.open(path, method=method)
            if answer.status_code != 302 or "/admin/sign-in" not in answer.location:
                opened.append((rule.endpoint, method, answer.status_code))

    assert opened == []


def test_a_form_without_its_token_changes_nothing(engine, town):
    web = Web(engine, role="dispatcher")

    assert web.client.post("/admin/dispatch/acceptance/stop", data={"reason": "大雪"}).status_code == 400


def test_a_form_from_another_site_is_forbidden(engine, town):
    web = Web(engine, role="dispatcher")

    answer = web.client.post("/admin/sign-out", headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403

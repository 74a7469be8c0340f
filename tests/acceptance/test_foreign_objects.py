"""The address of somebody else's object answers byte for byte as the address of nothing, at every door (S-27, C-13)."""

import json
import re

import pytest
from sqlalchemy import select

from admin.guard import roles_for
from admin.routes import PUBLIC
from backend.clock import wall
from backend.db import models
from backend.db.session import transaction
from backend.domain import roles
from backend.services import registration
from bot import postback
from bot.dialogue import my_bookings
from bot.pages.shared import KNOWN
from tests.acceptance.foreign import (
    NAMES,
    OBJECTS,
    addressed,
    make_everything,
    make_incident,
    make_photo,
    methods,
    nobody_s,
    places,
    said,
)
from tests.acceptance.matrix import ABSENT, LOGINS, Demo
from tests.make import LINE_DAY, NOW, Line, jst, make_booking, make_line_user, make_rider
from tests.terminal import TABLET_CLOCK

MORNING = jst(f"{LINE_DAY} 07:30")
MORNING_BEFORE = jst("2025-05-05 12:00")
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
# What a terminal sends where the address alone would not get as far as looking for the object.
SENT = {
    "driver_api.take_events": {"sent_at": TABLET_CLOCK.isoformat(), "events": []},
    "driver_api.take_position": {"lat": 42.9, "lon": 141.3, "at": TABLET_CLOCK.isoformat(), "sent_at": ""},
    "driver_api.send_message": {"message_id": "00000000-0000-4000-8000-000000000001", "text": "見本"},
    "driver_api.mark_read": {"up_to": 1},
}
# What carriers share: a piece of the line is sold and used up with any of them, and names none.
OF_ALL_CARRIERS = {"sale"}

pytestmark = pytest.mark.req("S-27", "C-13")


@pytest.fixture
def demo(town_engine):
    """The town with both services on the morning of a Wednesday, everybody signed in."""
    return Demo(town_engine, now=MORNING)


@pytest.fixture
def found(demo):
    """One object of every kind that has an address."""
    with transaction(demo.engine) as session:
        return make_everything(session)


class Asker:
    """A browser that asks for an address once with what exists and once with what does not."""

    def __init__(self, demo, login=None):
        self.demo, self.client = demo, demo.client(login) if login else demo.app.test_client()
        page = self.client.get("/admin/access/me").get_data(as_text=True) if login else ""
        token = TOKEN.search(page)
        self.headers = {"X-CSRFToken": token[1] if token else ""}

    def answer(self, rule, method, values):
        """Return all that is answered, without the ids that the address holds itself."""
        headers = self.headers | ({"Accept": "application/json"} if rule.rule.startswith("/api/") else {})
        body = {"json": SENT.get(rule.endpoint, {})} if rule.rule.startswith("/api/") and method == "POST" else {}
        path = self.demo.path(rule, values)
        return said(self.client.open(path, method=method, headers=headers, **body), path, *values.values())

    def differences(self, rule, foreign):
        """Return where the two addresses are answered differently."""
        nothing = nobody_s(rule)
        pairs = {method: [self.answer(rule, method, each) for each in (foreign, nothing)] for method in methods(rule)}
        return [(rule.endpoint, method, *pair) for method, pair in pairs.items() if pair[0] != pair[1]]


def test_every_address_says_what_it_names(demo):
    """A new route with an argument fails here until it is said which kind of object it names."""
    named = {place for rule in addressed(demo.app) for place, _ in places(rule)}

    assert named == OBJECTS.keys() | NAMES
    assert not OBJECTS.keys() & NAMES


def test_everything_that_has_an_address_exists(found):
    assert found.things.keys() == set(OBJECTS.values())


@pytest.mark.parametrize("role", [*roles.ALL, None])
def test_who_may_not_open_a_route_learns_nothing_of_what_exists(demo, found, role):
    asker = Asker(demo, LOGINS[role] if role else None)
    closed = [
        rule
        for rule in addressed(demo.app)
        if rule.rule.startswith(("/admin/", "/driver/", "/api/"))
        and rule.endpoint not in PUBLIC
        and (role is None or role not in roles_for(rule.endpoint))
        and found.values(rule)
    ]

    assert closed
    assert [each for rule in closed for each in asker.differences(rule, nobody_s(rule) | found.values(rule))] == []


@pytest.mark.parametrize("is_own_run", [False, True], ids=["another's run", "another's passenger on the own run"])
def test_a_driver_finds_nothing_of_another_driver(demo, found, is_own_run):
    with transaction(demo.engine) as session:
        ids = {staff.login: staff.id for staff in session.scalars(select(models.Staff))}
        line = Line.of(session)
        foreign = line.run("M3").duty
        day_id = foreign.service_day_id
        for duty in session.scalars(select(models.Duty).where(models.Duty.service_day_id == day_id)):
            duty.driver_id = ids["driver2"] if duty.vehicle_id == foreign.vehicle_id else ids["driver1"]
        own = next(
            run
            for run in session.scalars(select(models.Run).where(models.Run.service_day_id == day_id))
            if run.duty.vehicle_id != foreign.vehicle_id
        ).id
    asker, looked, unlike = Asker(demo, "driver1"), [], []
    for rule in addressed(demo.app):
        if rule.endpoint.partition(".")[0] not in {"driver", "driver_api"}:
            continue
        theirs, nothing = found.values(rule), nobody_s(rule)
        if is_own_run:
            if "visit_id" not in theirs:
                continue
            theirs["run_id"] = nothing["run_id"] = own
        for method in methods(rule):
            pair = [asker.answer(rule, method, values) for values in (theirs, nothing)]
            looked.append((rule.endpoint, pair[1][0]))
            unlike += [(rule.endpoint, pair)] if pair[0] != pair[1] else []

    assert unlike == []
    # All got as far as looking for the object: the page of a terminal leads back to the choice of one.
    assert {status for _, status in looked} <= {404, 302}
    assert len(looked) == (1 if is_own_run else 10)


def test_a_carrier_finds_nothing_of_another_carrier(demo, found):
    with transaction(demo.engine) as session:
        stranger = models.Carrier(name="よその会社")
        session.add(stranger)
        session.flush()
        session.get_one(models.Vehicle, found.things["vehicle"]).carrier_id = stranger.id
        device = session.scalars(select(models.Device).where(models.Device.public_id == found.things["device"])).one()
        device.carrier_id = stranger.id
    asker, unlike, looked = Asker(demo, "carrier"), [], set()
    for rule in addressed(demo.app):
        kinds = {OBJECTS[place] for place, _ in places(rule) if place in OBJECTS}
        if "carrier" in roles_for(rule.endpoint) and kinds - OF_ALL_CARRIERS:
            looked |= kinds
            unlike += asker.differences(rule, found.values(rule))

    assert looked == {"device", "incident", "photo", "run"}
    assert unlike == []


def test_a_picture_is_not_found_under_another_incident(demo, found):
    with transaction(demo.engine) as session:
        service = session.scalars(select(models.TransportService).where(models.TransportService.mode == "line")).one()
        other = make_photo(session, make_incident(session, service.id, key="another"))
    asker = Asker(demo, "town")
    [rule] = [rule for rule in addressed(demo.app) if rule.endpoint == "admin.incidents.photo"]
    here = {"public_id": found.things["incident"]}

    foreign, nothing = (
        asker.answer(rule, "GET", here | {"photo_id": photo}) for photo in (other, nobody_s(rule)["photo_id"])
    )

    assert asker.answer(rule, "GET", here | {"photo_id": found.things["photo"]})[0] == 200
    assert (foreign, foreign[0]) == (nothing, 404)


@pytest.mark.parametrize("login", ["desk", "dispatch"])
def test_who_is_under_protection_is_as_little_there_as_nobody(demo, found, login):
    with transaction(demo.engine) as session:
        rider = session.scalars(select(models.Rider).where(models.Rider.public_id == found.things["rider"])).one()
        rider.protection = "on"
    asker, unlike, looked = Asker(demo, login), [], 0
    for rule in addressed(demo.app):
        if {OBJECTS.get(place) for place, _ in places(rule)} == {"rider"}:
            looked += 1
            unlike += asker.differences(rule, found.values(rule))

    assert unlike == []
    assert looked == 12


SHUT = {
    "used": {"used_at": NOW},
    "old": {"expires_at": NOW},
    "tried too often": {"tries": 1000},
    "for another form": {"purpose": "another"},
    "of who is known already": {},
    "of who gave no digits here": {},
}


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("state", SHUT)
def test_a_link_of_somebody_else_that_does_not_open_is_as_none(demo, state, language):
    with transaction(demo.engine) as session:
        own = make_line_user(session, user_id=f"U{6:032x}")
        theirs = make_line_user(session, user_id=f"U{7:032x}", rider=make_rider(session, phone="09033334444"))
        theirs.language = language
        form = registration.make_link(session, own.id, "opinion", wall=wall())
        own_id, their_id = own.id, theirs.id
    asker, looked, unlike = Asker(demo), [], []
    asker.headers = {"X-CSRFToken": TOKEN.search(asker.client.get(f"/my/opinion/{form}").get_data(as_text=True))[1]}
    with asker.client.session_transaction() as cookie:
        cookie[KNOWN] = own_id
    for rule in addressed(demo.app):
        if not rule.rule.startswith("/my/") or "token" not in rule.arguments:
            continue
        purpose = rule.rule.split("/")[2]
        opens = {
            "of who is known already": purpose not in {"register", "guest", "join"},
            "of who gave no digits here": rule.endpoint not in {"my.save", "my.leave"},
        }
        if opens.get(state):
            continue
        token = link_in(demo.engine, their_id, {"join": "register"}.get(purpose, purpose), SHUT[state])
        foreign, nothing = {"token": token}, nobody_s(rule)
        for method in methods(rule):
            pair = [asker.answer(rule, method, each) for each in (foreign, nothing)]
            looked.append(pair[1][0])
            unlike += [(rule.endpoint, method, pair)] if pair[0] != pair[1] else []

    assert unlike == []
    assert set(looked) == {410}


def link_in(engine, line_user_id, purpose, values):
    """Return the token of a link that was made as it should be and changed since."""
    with transaction(engine) as session:
        token = registration.make_link(session, line_user_id, purpose, wall=wall())
        link = session.scalars(select(models.FormLink).order_by(models.FormLink.id.desc())).first()
        for name, value in values.items():
            setattr(link, name, value)
    return token


DRAWN = re.compile(r"nr1:([\w-]+):[^:]*:")


@pytest.mark.parametrize("verb", sorted(my_bookings.VERBS - {"bookings"}))
def test_a_button_that_names_somebody_else_s_booking_does_as_one_that_names_none(rider_of_both, verb):
    with transaction(rider_of_both.world.engine) as session:
        line = Line.of(session)
        stranger = make_rider(session, phone="09055556666")
        booking = make_booking(session, line.wish("M3", "T01", "T20", adult=1), rider=stranger, now=MORNING_BEFORE)
        own = make_booking(
            session,
            line.wish("M4", "T01", "T20", adult=1),
            rider=session.get_one(models.Rider, rider_of_both.rider_id),
            now=MORNING_BEFORE,
        )
        ids = booking.public_id, ABSENT["str"], own.public_id

    shown = [screen(rider_of_both, verb, public_id) for public_id in ids]

    assert shown[0] == shown[1]
    assert shown[0] != shown[2]
    with transaction(rider_of_both.world.engine) as session:
        untouched = session.scalars(select(models.Booking).where(models.Booking.public_id == ids[0])).one()
        assert (untouched.state, untouched.version) == ("confirmed", booking.version)


def screen(resident, verb, public_id):
    """Return what is answered to a button, without the marks of its draft."""
    resident.shown = []
    answer = resident.tap_data(postback.encode(postback.Tap(verb, "", public_id)))
    return DRAWN.sub(r"nr1:\1::", json.dumps(answer, ensure_ascii=False)).replace(public_id, "")

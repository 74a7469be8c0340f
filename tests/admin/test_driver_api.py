"""The terminal's machine routes: what a driver gets and may do, and what nobody else can."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from backend.api import driver as machine_routes
from backend.app import create_app
from backend.db.models import AuditEntry, Booking, CallTask, Duty, Position, Run, StaffSession, TerminalEvent
from backend.services import bookings, driver_messages
from tests.make import MONDAY, make_rider, make_staff, make_vehicle, make_world
from tests.terminal import MORNING, Shift, Tablet, make_app, sign_in, tap


@pytest.fixture
def shift(session):
    return Shift(session)


@pytest.fixture
def tablet(engine, shift):
    return Tablet(make_app(engine), shift)


@pytest.mark.req("D-35", "Q-60", "T-24")
def test_the_plan_names_party_fare_and_family_name_and_nothing_more(shift, tablet):
    rider = make_rider(shift.session, name="見本 ハル", kana="みほん　はる", phone="06099990001")
    shift.book(1, 2, rider=rider, adult=1, child=1)

    answer = tablet.plan()

    booking = answer.json["visits"][0]["booking"]
    assert (booking["name"], booking["party"]) == ("みほん 様", "一般1名・こども1名")
    assert booking["fare"] == "2名 一般350+こども150=500円"
    body = json.dumps(answer.json, ensure_ascii=False)
    for secret in ("はる", "見本", "6099990001", "060-9999-0001"):
        assert secret not in body


def test_several_of_a_category_are_multiplied_and_a_free_ride_is_called_free(shift, tablet):
    shift.book(1, 2, adult=2, infant=1)

    fare = tablet.plan().json["visits"][0]["booking"]["fare"]

    assert fare == "3名 一般350×2+乳幼児0=700円"


@pytest.mark.req("D-18")
def test_a_terminal_that_has_the_newest_plan_is_told_so_and_its_delivery_is_stored(shift, tablet):
    shift.book(1, 2)
    version = tablet.plan().json["version"]

    again = tablet.plan(since=version)
    once_more = tablet.plan(since=version)

    assert (again.status_code, once_more.status_code) == (204, 204)
    shift.session.expire_all()
    run = shift.session.get_one(Run, shift.run.id)
    assert run.delivered_version == version
    assert run.delivered_at - MORNING < timedelta(minutes=1)
    delivered = select(AuditEntry.facts).where(AuditEntry.action == "plan.delivered")
    assert shift.session.scalars(delivered).all() == [{"version": version}]


@pytest.mark.req("D-18", "D-32")
def test_a_cancelled_booking_is_struck_out_for_a_while(shift, tablet):
    booking = shift.book(1, 2)
    version = tablet.plan().json["version"]
    bookings.cancel(shift.session, booking.public_id, actor="staff:1", now=MORNING)
    shift.session.commit()

    plan = tablet.plan(since=version).json

    assert plan["visits"] == []
    assert [each["title"] for each in plan["cancelled"]] == [f"予約{booking.number}"]


def test_taps_are_answered_one_by_one_and_a_repeated_batch_changes_nothing(shift, tablet):
    booking = shift.book(1, 2)
    tablet.plan()
    up, off = shift.visit_id(booking), shift.visit_id(booking, "dropoff")
    batch = [tap("boarded", up), tap("alighted", off), tap("alighted", off), {**tap("boarded", up), "kind": "danced"}]

    first = tablet.tap(*batch).json["outcomes"]
    again = tablet.tap(*batch).json["outcomes"]

    assert [each["outcome"] for each in first] == ["applied", "applied", "stale", "refused"]
    assert [each["outcome"] for each in again] == ["duplicate", "duplicate", "duplicate", "refused"]
    assert all(each["text"] for each in first[2:])
    shift.session.expire_all()
    assert shift.session.get_one(Booking, booking.id).state == "completed"


@pytest.mark.req("D-19")
def test_the_age_of_a_tap_counts_and_not_the_clock_of_the_tablet(shift, tablet):
    booking = shift.book(1, 2)
    tablet.plan()

    tablet.tap(tap("boarded", shift.visit_id(booking), age_s=120))

    kept = shift.session.scalars(select(TerminalEvent)).one()
    assert kept.received_at - kept.happened_at == timedelta(seconds=120)
    assert abs(kept.received_at - MORNING) < timedelta(minutes=1)


def test_a_tap_from_the_future_happens_now(shift, tablet):
    booking = shift.book(1, 2)
    tablet.plan()

    tablet.tap(tap("boarded", shift.visit_id(booking), age_s=-3600))

    kept = shift.session.scalars(select(TerminalEvent)).one()
    assert kept.happened_at == kept.received_at


@pytest.mark.req("D-47")
def test_a_delay_is_one_tap_and_says_how_many_will_be_told(shift, tablet):
    shift.book(1, 2, time="10:10")
    tablet.plan()

    outcome = tablet.tap(tap("delay", value=1200)).json["outcomes"][0]

    assert (outcome["outcome"], outcome["text"]) == ("applied", "1名に知らせます(うち電話1名)")
    assert tablet.plan().json["late_s"] == 1200
    assert len(shift.session.scalars(select(CallTask)).all()) == 1


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"sent_at": "now", "events": []},
        {"sent_at": "2022-11-28T09:30:00", "events": []},
        {"sent_at": "2022-11-28T09:30:00+09:00", "events": {}},
        {"sent_at": "2022-11-28T09:30:00+09:00", "events": ["boarded"]},
        {"sent_at": "2022-11-28T09:30:00+09:00", "events": [{"kind": "boarded"}]},
        {"sent_at": "2022-11-28T09:30:00+09:00", "events": [{}] * 101},
    ],
)
def test_a_batch_that_cannot_be_read_is_a_problem_in_json(shift, tablet, body):
    tablet.plan()

    answer = tablet.post(f"/runs/{shift.run.id}/events", body)

    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")


@pytest.mark.parametrize(
    "broken",
    [
        {"visit_id": "1"},
        {"visit_id": True},
        {"kind": 7},
        {"happened_at": "yesterday"},
        {"kind": "delay", "value": -1},
        {"kind": "delay"},
        {"kind": "fare", "value": 10**9},
    ],
)
def test_one_broken_tap_is_answered_and_does_not_hold_up_the_others(shift, tablet, broken):
    booking = shift.book(1, 2)
    tablet.plan()
    visit_id = shift.visit_id(booking)

    outcomes = tablet.tap({**tap("boarded", visit_id), **broken}, tap("boarded", visit_id)).json["outcomes"]

    assert [each["outcome"] for each in outcomes] == ["refused", "applied"]


def test_nobody_gets_in_without_a_sign_in(engine, shift):
    tablet = Tablet(make_app(engine), shift, token="invented")

    assert tablet.plan().status_code == 401
    assert tablet.tap(tap("delay", value=600)).status_code == 401


def test_a_revoked_sign_in_opens_nothing_any_more(shift, tablet):
    assert tablet.plan().status_code == 200
    shift.session.execute(StaffSession.__table__.update().values(ended_at=MORNING))
    shift.session.commit()

    assert tablet.plan().status_code == 401


def test_a_post_without_the_token_of_the_page_is_refused(shift, tablet):
    booking = shift.book(1, 2)
    tablet.plan()

    answer = tablet.post(f"/runs/{shift.run.id}/events", {"sent_at": "x", "events": []}, csrf="forged")

    assert answer.status_code == 400
    assert booking.state == "confirmed"


@pytest.mark.parametrize("role", ["operator", "carrier", "town_officer"])
def test_other_roles_see_no_manifest(engine, shift, role):
    token = sign_in(shift.session, make_staff(shift.session, role=role))

    assert Tablet(make_app(engine), shift, token=token).plan().status_code == 403


def test_a_dispatcher_may_help_out_on_any_run_of_today(engine, shift):
    booking = shift.book(1, 2)
    token = sign_in(shift.session, make_staff(shift.session, role="dispatcher"))
    tablet = Tablet(make_app(engine), shift, token=token)
    tablet.plan()

    assert tablet.tap(tap("boarded", shift.visit_id(booking))).json["outcomes"][0]["outcome"] == "applied"


def test_another_drivers_run_is_not_there(engine, shift):
    other = make_staff(shift.session, role="driver")
    tablet = Tablet(make_app(engine), shift, token=sign_in(shift.session, other))
    own = Tablet(make_app(engine), shift)
    own.plan()
    tablet.csrf = own.csrf

    assert tablet.plan().status_code == 404
    assert tablet.get(f"/vehicles/{shift.vehicle.id}/messages").status_code == 404


@pytest.mark.parametrize(("days", "plan", "events"), [(1, 404, 200), (2, 404, 404), (-1, 404, 404)])
def test_only_todays_run_is_shown_and_taps_of_yesterday_are_still_taken(engine, session, days, plan, events):
    shift = Shift(session)
    booking = shift.book(1, 2)
    today = Tablet(make_app(engine), shift)
    today.plan()
    tablet = Tablet(make_app(engine, now=MORNING + timedelta(days=days)), shift)
    shown = tablet.plan()
    tablet.client.set_cookie("noriai-form", today.client.get_cookie("noriai-form").value)
    tablet.csrf = today.csrf

    taken = tablet.tap(tap("boarded", shift.visit_id(booking), age_s=3600))

    assert (shown.status_code, taken.status_code) == (plan, events)


@pytest.mark.req("T-24")
def test_a_phone_number_is_shown_on_a_recorded_tap_and_gone_after_the_ride(shift, tablet):
    booking = shift.book(1, 2, rider=make_rider(shift.session, phone="06099990001"))
    tablet.plan()
    path = f"/runs/{shift.run.id}/visits/{shift.visit_id(booking)}/phone"

    shown = tablet.post(path, {})
    tablet.tap(tap("boarded", shift.visit_id(booking)), tap("alighted", shift.visit_id(booking, "dropoff")))
    after = tablet.post(path, {})

    assert shown.status_code == 200
    assert shown.json["phone"].replace("-", "").endswith("6099990001")
    assert after.status_code == 404
    reads = shift.session.scalars(select(AuditEntry).where(AuditEntry.action == "phone.read")).all()
    assert [(each.actor, each.object_id, each.facts) for each in reads] == [
        (f"staff:{shift.driver.id}", booking.id, {})
    ]


@pytest.mark.req("D-38")
def test_a_position_is_kept_and_an_impossible_one_is_not(shift, tablet):
    tablet.plan()
    path = f"/vehicles/{shift.vehicle.id}/position"

    kept = tablet.post(path, {"lat": 42.9, "lon": 141.3, "age_s": 5})
    wrong = [
        tablet.post(path, body).status_code
        for body in ({"lat": 91, "lon": 0}, {"lat": "42", "lon": 141}, {"lat": 1, "lon": 1, "age_s": -5}, None)
    ]

    assert (kept.status_code, wrong) == (204, [400] * 4)
    place = shift.session.get_one(Position, shift.vehicle.id)
    assert (place.lat, place.lon) == (42.9, 141.3)
    assert abs(place.at - (MORNING - timedelta(seconds=5))) < timedelta(minutes=1)


@pytest.mark.req("D-37")
def test_messages_go_both_ways_once_with_read_marks(shift, tablet):
    desk = make_staff(shift.session)
    said = {"vehicle_id": shift.vehicle.id, "staff_id": desk.id, "from_driver": False, "now": MORNING}
    line = driver_messages.send(shift.session, message_id="a", text="電話をください", **said)
    shift.session.commit()
    tablet.plan()
    base = f"/vehicles/{shift.vehicle.id}/messages"
    reply = {"message_id": "0c5a2a54-3f0e-4c5e-9d5a-5a3b8a3a1c11", "text": "了解しました"}

    sent = [tablet.post(base, reply).status_code for _ in range(2)]
    read = tablet.post(f"{base}/read", {"up_to": line.id})
    thread = tablet.get(base).json["messages"]

    assert (sent, read.status_code) == ([201, 201], 204)
    assert [(each["text"], each["from_driver"], each["read"]) for each in thread] == [
        ("電話をください", False, True),
        ("了解しました", True, False),
    ]


@pytest.mark.parametrize(("text", "status"), [("", 409), ("あ" * 501, 409), (5, 400)])
def test_a_message_has_a_length(shift, tablet, text, status):
    tablet.plan()

    answer = tablet.post(
        f"/vehicles/{shift.vehicle.id}/messages",
        {"message_id": "0c5a2a54-3f0e-4c5e-9d5a-5a3b8a3a1c11", "text": text},
    )

    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("text", ["\ud800", "a\0b"], ids=["half a sign", "a zero byte"])
def test_a_message_that_cannot_be_stored_is_named_by_its_field(shift, tablet, text):
    tablet.plan()

    answer = tablet.post(
        f"/vehicles/{shift.vehicle.id}/messages",
        {"message_id": "0c5a2a54-3f0e-4c5e-9d5a-5a3b8a3a1c11", "text": text},
    )

    assert (answer.status_code, answer.json["field"]) == (400, "text")


def test_a_message_without_an_id_of_its_own_is_a_problem(shift, tablet):
    tablet.plan()

    assert tablet.post(f"/vehicles/{shift.vehicle.id}/messages", {"message_id": "1", "text": "a"}).status_code == 400


def test_answers_stay_out_of_caches(shift, tablet):
    assert tablet.plan().headers["Cache-Control"] == "no-store"


def test_every_route_of_the_terminal_is_described(engine, session):
    app = make_app(engine)

    described = app.test_client().get("/api/openapi.json").json["paths"]

    routes = {
        (rule.rule.replace("<int:", "{").replace(">", "}"), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/driver/")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert {
        (path, method) for path, acts in described.items() if path.startswith("/api/v1/driver/") for method in acts
    } == routes


def test_a_second_vehicle_has_its_own_thread(engine, shift):
    other = make_vehicle(shift.session, shift.town.service, shift.town.stops[0])
    shift.town.day(MONDAY)
    shift.session.execute(Duty.__table__.update().where(Duty.vehicle_id == other.id).values(driver_id=None))
    tablet = Tablet(make_app(engine), shift)
    tablet.plan()
    tablet.post(
        f"/vehicles/{shift.vehicle.id}/messages",
        {"message_id": "0c5a2a54-3f0e-4c5e-9d5a-5a3b8a3a1c11", "text": "a"},
    )

    assert tablet.get(f"/vehicles/{other.id}/messages").json == {"messages": []}


def test_a_tap_on_a_run_that_was_called_off_is_stale_and_changes_nothing(shift, tablet):
    booking = shift.book(1, 2)
    tablet.plan()
    shift.run.state = "suspended"
    shift.session.commit()

    outcome = tablet.tap(tap("boarded", shift.visit_id(booking))).json["outcomes"][0]

    assert outcome["outcome"] == "stale"
    assert outcome["text"]
    shift.session.expire_all()
    assert shift.session.get_one(Booking, booking.id).state == "confirmed"


def test_without_the_guard_the_routes_open_for_nobody(engine, shift):
    shift.session.commit()
    app = create_app(make_world(engine, now=MORNING))
    app.register_blueprint(machine_routes.create_blueprint())

    answer = app.test_client().get(f"/api/v1/driver/runs/{shift.run.id}/plan")

    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")


@pytest.mark.parametrize("path", ["position", "messages", "messages/read"])
@pytest.mark.parametrize("body", [None, [], {"up_to": "1"}])
def test_what_cannot_be_read_is_a_problem(shift, tablet, path, body):
    tablet.plan()

    assert tablet.post(f"/vehicles/{shift.vehicle.id}/{path}", body).status_code == 400

"""The driver's taps, on a real database: what each changes, once, and the way back."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from backend.db.models import AuditEntry, Booking, FareRecord, Position, Run, TerminalEvent, Visit
from backend.db.queries import manifest
from backend.domain.errors import NotFoundError
from backend.services import boarding, bookings, delays, manifests, positions
from tests.make import MONDAY, Town, jst, make_staff


@pytest.fixture
def town(session):
    return Town(session, stops=6)


@pytest.fixture
def driver(session):
    return make_staff(session, role="driver")


def visit(session, booking, kind="pickup") -> Visit:
    return session.scalars(select(Visit).where(Visit.booking_id == booking.id, Visit.kind == kind)).one()


class Terminal:
    """Taps on one run as one driver."""

    def __init__(self, session, driver) -> None:
        self.session = session
        self.driver = driver

    def tap(self, booking, kind, at, *, on="pickup", received=None, event_id=None, **values):
        row = visit(self.session, booking, on)
        event = boarding.TerminalEventIn(
            event_id=event_id or str(uuid.uuid4()),
            run_id=row.run_id,
            kind=kind,
            visit_id=row.id,
            happened_at=jst(f"2022-11-28 {at}"),
            **values,
        )
        return boarding.apply(self.session, event, staff_id=self.driver.id, now=jst(f"2022-11-28 {received or at}"))


@pytest.fixture
def terminal(session, driver):
    return Terminal(session, driver)


def test_a_ride_goes_from_confirmed_over_boarded_to_completed(session, town, terminal):
    booking = town.book(1, 2)

    outcomes = [terminal.tap(booking, "arrived", "10:00"), terminal.tap(booking, "boarded", "10:01")]
    on_the_way = booking.state
    outcomes.append(terminal.tap(booking, "alighted", "10:07", on="dropoff"))

    assert [each.result for each in outcomes] == ["applied"] * 3
    assert (on_the_way, booking.state) == ("boarded", "completed")
    pickup = visit(session, booking)
    assert (pickup.arrived_at, pickup.done_at) == (jst("2022-11-28 10:00"), jst("2022-11-28 10:01"))
    assert session.scalars(select(Run.state).where(Run.id == booking.run_id)).one() == "underway"


def test_the_same_tap_sent_twice_acts_once(session, town, terminal):
    booking = town.book(1, 2)
    event_id = str(uuid.uuid4())

    first = terminal.tap(booking, "boarded", "10:01", event_id=event_id)
    again = terminal.tap(booking, "boarded", "10:01", received="10:40", event_id=event_id)

    assert (first.result, again.result) == ("applied", "duplicate")
    assert len(session.scalars(select(FareRecord)).all()) == 1
    assert len(session.scalars(select(TerminalEvent)).all()) == 1


@pytest.mark.req("D-19")
def test_a_tap_that_waited_for_a_signal_keeps_both_times(session, town, terminal):
    booking = town.book(1, 2)

    terminal.tap(booking, "boarded", "10:01", received="10:31")

    kept = session.scalars(select(TerminalEvent)).one()
    assert (kept.happened_at, kept.received_at) == (jst("2022-11-28 10:01"), jst("2022-11-28 10:31"))
    assert visit(session, booking).done_at == jst("2022-11-28 10:01")


def test_no_tap_happens_in_the_future(session, town, terminal):
    booking = town.book(1, 2)

    terminal.tap(booking, "boarded", "11:00", received="10:01")

    assert visit(session, booking).done_at == jst("2022-11-28 10:01")


def test_arrival_counts_for_everybody_at_the_stop(session, town, terminal):
    first, second, elsewhere = town.book(1, 2), town.book(1, 3), town.book(2, 3)

    terminal.tap(first, "arrived", "10:00")

    assert [visit(session, each).state for each in (first, second, elsewhere)] == ["arrived", "arrived", "planned"]


def test_the_rest_of_the_run_follows_what_happened(session, town, terminal):
    booking = town.book(1, 2, time="10:00")
    planned_s = visit(session, booking, "dropoff").planned_s

    terminal.tap(booking, "boarded", "10:09")

    assert visit(session, booking, "dropoff").planned_s > planned_s


def test_each_tap_makes_a_new_plan_version_and_places_the_vehicle(session, town, terminal):
    booking = town.book(1, 2)
    run = session.get_one(Run, booking.run_id)
    before = run.plan_version

    terminal.tap(booking, "boarded", "10:01")

    assert run.plan_version > before
    place = session.get_one(Position, run.duty.vehicle_id)
    assert (place.lat, place.lon, place.at) == (town.stops[1].lat, town.stops[1].lon, jst("2022-11-28 10:01"))


@pytest.mark.req("D-36")
def test_boarding_takes_the_fare_that_is_due(session, town, terminal, driver):
    booking = town.book(1, 2, adult=1, child=1)

    terminal.tap(booking, "boarded", "10:01")

    record = session.scalars(select(FareRecord)).one()
    assert (record.due_yen, record.received_yen, record.pay_kind) == (500, 500, "cash")
    assert record.by == f"staff:{driver.id}"


@pytest.mark.req("D-36")
def test_another_fare_needs_a_reason_and_is_a_further_record(session, town, terminal):
    booking = town.book(1, 2)
    terminal.tap(booking, "boarded", "10:01")

    silent = terminal.tap(booking, "fare", "10:02", value=150)
    reasoned = terminal.tap(booking, "fare", "10:03", value=150, reason="category")

    assert (silent.result, silent.refusal.code) == ("refused", "fare_reason")
    assert reasoned.result == "applied"
    records = session.scalars(select(FareRecord).order_by(FareRecord.id)).all()
    assert [(each.received_yen, each.reason) for each in records] == [(350, None), (150, "category")]
    audited = session.scalars(select(AuditEntry.facts).where(AuditEntry.action == "fare.corrected")).all()
    assert audited == [{"received_yen": 150, "reason": "category"}]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"value": None}, "fare_amount"),
        ({"value": -1}, "fare_amount"),
        ({"value": 350, "pay_kind": "ic"}, "fare_pay_kind"),
        ({"value": 350, "pay_kind": "free"}, "fare_not_free"),
    ],
)
def test_a_fare_that_cannot_be_is_refused(session, town, terminal, values, code):
    booking = town.book(1, 2)
    terminal.tap(booking, "boarded", "10:01")

    outcome = terminal.tap(booking, "fare", "10:02", **values)

    assert (outcome.result, outcome.refusal.code) == ("refused", code)
    assert len(session.scalars(select(FareRecord)).all()) == 1


@pytest.mark.req("Q-11")
@pytest.mark.parametrize(
    ("arrived", "tapped", "expected"),
    [
        pytest.param("09:58", "10:02:59", "wait_longer", id="a second before three minutes past the promised time"),
        pytest.param("09:58", "10:03:00", "no_show", id="three minutes past the promised time"),
        pytest.param("10:04", "10:06:59", "wait_longer", id="the wait starts with the vehicle"),
        pytest.param("10:04", "10:07:00", "no_show", id="the vehicle waited three minutes"),
        pytest.param("10:11", "10:20", "missed", id="the vehicle came after the window"),
        pytest.param(None, "10:20", "missed", id="the vehicle never came"),
    ],
)
def test_who_is_absent_is_never_blamed_for_a_late_vehicle(session, town, terminal, arrived, tapped, expected):
    booking = town.book(1, 2, time="10:00")
    if arrived:
        terminal.tap(booking, "arrived", arrived)

    outcome = terminal.tap(booking, "absent", tapped)

    said = outcome.refusal.code if outcome.refusal else booking.state
    assert said == expected
    states = {"wait_longer": ["arrived", "planned"]}.get(expected, ["skipped", "skipped"])
    assert [visit(session, booking, kind).state for kind in ("pickup", "dropoff")] == states


@pytest.mark.req("Q-11")
def test_nobody_is_missing_before_the_promised_time(session, town, terminal):
    booking = town.book(1, 2, time="10:00")

    outcome = terminal.tap(booking, "absent", "09:55")

    assert (outcome.refusal.code, outcome.refusal.facts) == ("wait_longer", {"until_s": 10 * 3600 + 3 * 60})
    assert (booking.state, visit(session, booking, "pickup").state) == ("confirmed", "planned")


def test_the_refusal_says_until_when_to_wait(town, terminal):
    booking = town.book(1, 2, time="10:00")
    terminal.tap(booking, "arrived", "10:01:20")

    outcome = terminal.tap(booking, "absent", "10:02")

    assert outcome.refusal.facts == {"until_s": 10 * 3600 + 5 * 60}


def test_every_tap_can_be_undone_step_by_step(session, town, terminal):
    booking = town.book(1, 2)
    for kind, at, on in [
        ("arrived", "10:00", "pickup"),
        ("boarded", "10:01", "pickup"),
        ("alighted", "10:07", "dropoff"),
    ]:
        terminal.tap(booking, kind, at, on=on)

    back = [terminal.tap(booking, "undo", "10:08", on="dropoff")]
    states = [booking.state]
    for at in ("10:09", "10:10"):
        back.append(terminal.tap(booking, "undo", at))
        states.append(booking.state)

    assert [each.result for each in back[:2]] == ["applied", "applied"]
    assert states == ["boarded", "confirmed", "confirmed"]
    pickup = visit(session, booking)
    assert (pickup.state, pickup.arrived_at, pickup.done_at) == ("planned", None, None)


def test_undoing_a_boarding_hands_the_fare_back(session, town, terminal):
    booking = town.book(1, 2)
    terminal.tap(booking, "boarded", "10:01")

    terminal.tap(booking, "undo", "10:02")

    newest = session.scalars(select(FareRecord).order_by(FareRecord.id.desc())).first()
    assert (newest.due_yen, newest.received_yen, newest.reason) == (0, 0, "undo")


def test_a_boarding_is_not_undone_while_the_party_has_got_off(town, terminal):
    booking = town.book(1, 2)
    terminal.tap(booking, "boarded", "10:01")
    terminal.tap(booking, "alighted", "10:07", on="dropoff")

    outcome = terminal.tap(booking, "undo", "10:08")

    assert (outcome.result, outcome.refusal.code) == ("refused", "undo_alighting_first")
    assert booking.state == "completed"


def test_who_was_absent_and_comes_after_all_rides(session, town, terminal):
    late = town.book(1, 4, time="10:00")
    other = town.book(2, 3, time="10:00")
    terminal.tap(late, "arrived", "10:00")
    terminal.tap(late, "absent", "10:05")

    outcome = terminal.tap(late, "undo", "10:05:30")

    assert (outcome.result, late.state) == ("applied", "confirmed")
    order = session.scalars(select(Visit).where(Visit.run_id == late.run_id).order_by(Visit.seq)).all()
    assert [(each.booking_id, each.kind) for each in order] == [
        (late.id, "pickup"),
        (other.id, "pickup"),
        (other.id, "dropoff"),
        (late.id, "dropoff"),
    ]


def test_seats_that_were_given_away_are_not_taken_twice(session, terminal):
    small = Town(session, seats=(1,))
    late = small.book(1, 4, time="10:00")
    terminal.tap(late, "arrived", "10:00")
    terminal.tap(late, "absent", "10:05")
    taken = small.book(2, 3, time="10:40", now=jst("2022-11-28 10:06"))
    assert isinstance(taken, Booking), taken
    small.session.execute(Visit.__table__.update().where(Visit.booking_id == late.id).values(planned_s=11 * 3600))

    outcome = terminal.tap(late, "undo", "10:07")

    assert (outcome.result, outcome.refusal.code) == ("refused", "seats_given_away")
    assert late.state == "no_show"


def test_a_tap_on_a_cancelled_booking_is_stale(session, town, terminal):
    booking = town.book(1, 2)
    bookings.cancel(session, booking.public_id, actor="staff:1", now=jst("2022-11-28 09:59"))

    outcome = terminal.tap(booking, "boarded", "10:01")

    assert (outcome.result, outcome.refusal.code) == ("stale", "tap_stale")
    assert booking.state == "cancelled"
    assert session.scalars(select(TerminalEvent.outcome)).all() == ["stale"]


def test_nobody_gets_off_before_getting_on(town, terminal):
    booking = town.book(1, 2)

    outcome = terminal.tap(booking, "alighted", "10:01", on="dropoff")

    assert (outcome.result, outcome.refusal.code) == ("refused", "not_boarded_yet")


def test_a_visit_of_another_run_is_stale(session, town, terminal, driver):
    booking = town.book(1, 2)
    event = boarding.TerminalEventIn(str(uuid.uuid4()), booking.run_id, "boarded", 10**9, jst("2022-11-28 10:01"))

    outcome = boarding.apply(session, event, staff_id=driver.id, now=jst("2022-11-28 10:01"))

    assert outcome.result == "stale"


def test_a_tap_on_no_run_finds_nothing(session, driver):
    event = boarding.TerminalEventIn(str(uuid.uuid4()), 999, "boarded", 1, jst("2022-11-28 10:01"))

    with pytest.raises(NotFoundError):
        boarding.apply(session, event, staff_id=driver.id, now=jst("2022-11-28 10:01"))


def test_the_last_tap_after_the_hours_ends_the_run_and_undo_opens_it_again(session, town, terminal):
    booking = town.book(1, 2, time="14:40")
    run = session.get_one(Run, booking.run_id)
    terminal.tap(booking, "boarded", "14:45")

    terminal.tap(booking, "alighted", "15:01", on="dropoff")
    ended = run.state
    terminal.tap(booking, "undo", "15:02", on="dropoff")

    assert (ended, run.state) == ("finished", "underway")


def test_an_older_position_does_not_overwrite_a_newer_one(session, town):
    vehicle = town.vehicles[0]
    now = jst("2022-11-28 10:00")
    positions.report(session, vehicle.id, positions.Fix(43.0, 141.0, now))

    positions.report(session, vehicle.id, positions.Fix(44.0, 142.0, now - timedelta(minutes=5)))

    assert session.get_one(Position, vehicle.id).lat == 43.0


@pytest.mark.parametrize(
    ("kind", "on"),
    [
        ("arrived", "pickup"),
        ("boarded", "pickup"),
        ("absent", "pickup"),
        ("alighted", "pickup"),
        ("boarded", "dropoff"),
    ],
)
def test_what_has_been_tapped_is_not_tapped_again(session, town, terminal, kind, on):
    booking = town.book(1, 2)
    terminal.tap(booking, "boarded", "10:01")

    outcome = terminal.tap(booking, kind, "10:02", on=on)

    assert (outcome.result, booking.state) == ("stale", "boarded")


def test_a_tap_older_than_a_delay_does_not_overrule_it(session, town, terminal):
    booking = town.book(1, 2)
    run = session.get_one(Run, booking.run_id)
    delays.report(session, run.id, late_s=600, actor="staff:1", event_id="d", now=jst("2022-11-28 10:05"))

    terminal.tap(booking, "arrived", "10:01", received="10:06")

    assert run.late_s == 600


def test_arrival_counts_for_who_stands_before_in_the_list_too(session, town, terminal):
    first, second = town.book(1, 2), town.book(1, 3)

    terminal.tap(second, "arrived", "10:00")
    states = [visit(session, each).state for each in (first, second)]
    terminal.tap(first, "boarded", "10:01")
    terminal.tap(second, "undo", "10:02")

    assert states == ["arrived", "arrived"]
    assert [visit(session, each).state for each in (first, second)] == ["done", "planned"]


def test_undoing_nothing_is_stale(session, town, terminal):
    booking = town.book(1, 2)

    outcomes = [terminal.tap(booking, "undo", "10:01", on=on).result for on in ("pickup", "dropoff")]

    assert outcomes == ["stale", "stale"]


def test_a_vehicle_without_a_driver_is_taken_by_who_is_first(session, town, driver):
    town.day()
    run = manifest.list_runs(session, MONDAY, driver_id=driver.id)[0]
    other = make_staff(session, role="driver")

    outcomes = [
        manifests.take_duty(session, run, staff_id=who.id, now=jst("2022-11-28 08:50"))
        for who in (driver, driver, other)
    ]

    assert [outcome and outcome.code for outcome in outcomes] == [None, None, "duty_taken"]


def test_a_plan_that_was_never_made_is_not_confirmed(session, town):
    town.day()
    run = manifest.list_runs(session, MONDAY, driver_id=None)[0]

    manifests.confirm_delivery(session, run, version=run.plan_version + 1, now=jst("2022-11-28 08:50"))

    assert session.get_one(Run, run.id).delivered_version == 0


def test_a_fare_is_corrected_only_after_boarding(town, terminal):
    booking = town.book(1, 2)

    outcome = terminal.tap(booking, "fare", "10:01", value=350)

    assert (outcome.result, outcome.refusal.code) == ("refused", "fare_before_boarding")


def test_undoing_an_arrival_leaves_who_booked_meanwhile_as_they_are(session, town, terminal):
    first = town.book(1, 2, time="10:00")
    terminal.tap(first, "arrived", "09:20")
    second = town.book(1, 3, time="10:00", now=jst("2022-11-28 09:21"))

    outcome = terminal.tap(first, "undo", "09:22")

    assert outcome.result == "applied"
    assert [visit(session, each).state for each in (first, second)] == ["planned", "planned"]

"""Fares and who pays which (D-07, D-08, Q-01 to Q-05, Q-22)."""

from datetime import date

import pytest
from sqlalchemy import select

from backend.db.models import FareRecord, Visit
from backend.db.queries import bookings as booking_queries
from backend.db.queries import manifest, money, riders
from backend.services import boarding, offers, town_rules
from backend.towns import load as load_town
from tests.demo_town import said
from tests.make import MONDAY, NOW, jst, make_staff

NEW_FARES = {"adult": 400, "senior": 200, "discount": 200, "child": 200, "infant": 0}


@pytest.mark.req("D-07")
def test_the_fares_are_those_of_the_specification(demo):
    assert money.fares_on(demo.session, demo.service.id, MONDAY) == {
        "adult": 350,
        "senior": 150,
        "discount": 150,
        "child": 150,
        "infant": 0,
    }


@pytest.mark.req("D-07")
def test_a_family_of_four_categories_pays_650_yen_in_offer_booking_and_terminal(demo):
    party = {"adult": 1, "senior": 1, "child": 1, "infant": 1}
    offer, *_ = offers.find(demo.session, demo.wish(**party), channel="line", rider_id=demo.rider().id, now=NOW)

    booking = demo.book(**party)

    run = manifest.find_run(demo.session, booking.run_id, days=[MONDAY], driver_id=None)
    on_terminal = [each.booking.fare_yen for each in manifest.get_manifest(demo.session, run, now=NOW).visits]
    shown = booking_queries.get(demo.session, booking.public_id).fare_yen
    assert (offer.fare_yen, booking.fare_yen, shown, on_terminal) == (650, 650, 650, [650, 650])


@pytest.mark.req("D-07", "D-24")
@pytest.mark.parametrize(("origin", "destination"), [("M01", "M02"), ("M01", "M40")])
def test_the_fare_has_no_distance_part(demo, origin, destination):
    assert demo.book(origin, destination).fare_yen == 350


@pytest.mark.req("D-08")
def test_a_new_table_counts_from_its_day_and_leaves_what_was_booked(demo):
    last_old, first_new = date(2022, 11, 28), date(2022, 11, 29)
    early = demo.book(day=first_new)

    refusal = town_rules.set_fares(
        demo.session, demo.service.id, valid_from=first_new, fares=NEW_FARES, actor="staff:1", now=NOW
    )

    before, after = demo.book(day=last_old), demo.book(day=first_new)
    assert (refusal, before.fare_yen, after.fare_yen, early.fare_yen) == (None, 350, 400, 350)


@pytest.mark.req("D-08")
def test_fares_of_days_that_were_ridden_cannot_be_changed(demo):
    refusal = town_rules.set_fares(
        demo.session, demo.service.id, valid_from=date(2022, 11, 25), fares=NEW_FARES, actor="staff:1", now=NOW
    )

    assert refusal.code == "fares_in_the_past"
    assert money.fares_on(demo.session, demo.service.id, date(2022, 11, 25))["adult"] == 350


@pytest.mark.req("Q-01", "Q-02", "Q-03")
@pytest.mark.parametrize(
    ("birth", "declared", "day", "expected"),
    [
        pytest.param("2010-06-01", "child", "2022-11-28", "child", id="twelve and in the sixth grade"),
        pytest.param("2010-04-01", "child", "2022-11-28", "adult", id="born on April 1, in junior high"),
        pytest.param("2016-04-02", "infant", "2022-11-28", "infant", id="six, not in school yet"),
        pytest.param("2016-04-02", "infant", "2023-04-03", "child", id="in school since April"),
        pytest.param("1952-11-29", "adult", "2022-11-28", "adult", id="the eve of seventy"),
        pytest.param("1952-11-29", "adult", "2022-11-29", "senior", id="seventy on the ride date"),
        pytest.param("1950-01-01", "discount", "2022-11-28", "discount", id="two reductions, one price"),
        pytest.param("2020-01-01", "discount", "2022-11-28", "infant", id="free is cheaper than reduced"),
        pytest.param("1952", "senior", "2022-11-28", "senior", id="a year only, as declared"),
        pytest.param("1953", "senior", "2022-11-28", "adult", id="a year that cannot be seventy"),
        pytest.param("2012", "adult", "2022-11-28", "child", id="a year that can only be a pupil"),
        pytest.param("", "child", "2022-11-28", "child", id="no birth date, as declared"),
    ],
)
def test_the_category_is_reckoned_for_the_ride_date(demo, birth, declared, day, expected):
    member = riders.get(demo.session, demo.rider(birth=birth, fare_category=declared).id)

    assert member.category_on(date.fromisoformat(day)) == expected


@pytest.mark.req("Q-04", "Q-26")
def test_a_helper_pays_their_own_category(demo):
    assert load_town("minami").booking.carer_discount is False
    assert demo.book(discount=1, adult=1).fare_yen == 500


@pytest.mark.req("Q-05")
def test_infants_are_free_without_limit_take_a_seat_each_and_never_ride_alone(demo):
    many = demo.book(adult=1, infant=7)
    alone = demo.book(infant=1)

    assert (many.fare_yen, many.seats, said(alone)) == (350, 8, "infants_alone")


@pytest.mark.req("Q-22")
def test_the_driver_takes_cash_unless_told_otherwise(demo):
    booking = demo.book()
    pickup = demo.session.scalars(select(Visit).where(Visit.booking_id == booking.id, Visit.kind == "pickup")).one()
    driver = make_staff(demo.session, role="driver")
    boarded_at = jst("2022-11-28 10:03")
    tap = boarding.TerminalEventIn("tap-1", pickup.run_id, "boarded", pickup.id, boarded_at)

    boarding.apply(demo.session, tap, staff_id=driver.id, now=boarded_at)

    taken = demo.session.scalars(select(FareRecord)).one()
    assert (taken.due_yen, taken.received_yen, taken.pay_kind) == (350, 350, "cash")

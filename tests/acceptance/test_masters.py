"""A town changes its masters on screens, and the next answer follows (D-05, D-06, D-08, D-09, D-12, D-21, D-28)."""

import re

import pytest

from backend.db import models
from backend.db.queries import money, network
from backend.db.session import transaction
from backend.domain.refusals import Refusal
from tests.admin.web import Web
from tests.make import MONDAY, NOW, Town, jst

pytestmark = pytest.mark.req("D-21")


@pytest.fixture
def town(engine):
    """A small town with one member."""
    with transaction(engine) as session:
        return Town(session)


@pytest.fixture
def web(engine, town):
    """A dispatcher's browser."""
    return Web(engine, now=NOW)


def inputs(page):
    """Return what a page's form would send as it stands."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        is_off = 'type="checkbox"' in tag and " checked" not in tag
        if name and not is_off and name[1] not in {"csrf_token", "language"}:
            found[name[1]] = value[1] if value else ""
    return found


def book(engine, town, **wish):
    with transaction(engine) as session:
        town.session = session
        return town.book(now=NOW, **wish)


@pytest.mark.req("D-05")
def test_a_later_end_makes_a_later_ride_bookable(web, town, engine):
    assert book(engine, town, time="15:30").code == "outside_hours"
    form = inputs(web.text("/admin/masters/settings/"))

    answer = web.post("/admin/masters/settings/", **form | {"hours_end_s": "16:00"})

    assert answer.status_code == 303
    assert isinstance(book(engine, town, time="15:30"), models.Booking)


@pytest.mark.req("D-29")
def test_of_two_who_change_the_settings_the_second_sees_both(web):
    form = inputs(web.text("/admin/masters/settings/"))
    web.post("/admin/masters/settings/", **form | {"max_party": "6"})

    answer = web.post("/admin/masters/settings/", **form | {"max_party": "4"})

    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "<td>6</td><td>4</td>" in page


@pytest.mark.req("D-28")
def test_a_longer_notice_refuses_and_quotes_itself(web, town, engine):
    rule = {"channel": "default", "opens_days": "7", "opens_at": "0:00", "closes": "notice", "notice": "60"}
    assert web.post("/admin/masters/rules/", version=str(town.service.version), **rule).status_code == 303
    with transaction(engine) as session:
        town.session = session
        refusal = town.book(now=jst("2022-11-28 09:00:01"), time="10:00", kind="depart")

    assert isinstance(refusal, Refusal) or refusal.promise.pickup_earliest_s > 10 * 3600


@pytest.mark.req("D-09")
def test_a_new_stop_is_served_and_can_be_booked_at_once(web, town, engine):
    stop = {"code": "S99", "name": "新しい停留所", "kana": "あたらしい", "lat": "43.0", "lon": "141.2"}
    assert web.post("/admin/masters/stops/new", **stop).status_code == 303
    assert web.post("/admin/masters/stops/new", **stop).status_code == 409

    with transaction(engine) as session:
        found = network.search_stops(session, town.service.id, MONDAY, "あたらしい")
        town.stops[1] = found[0]
        town.session = session
        assert isinstance(town.book(0, 1, now=NOW), models.Booking)


@pytest.mark.req("D-06", "D-09")
@pytest.mark.parametrize(
    "how",
    [pytest.param({}, id="out of the area"), pytest.param({"in_area": "yes", "valid_to": "2022-11-27"}, id="retired")],
)
def test_a_stop_that_is_not_served_vanishes_and_is_refused(web, town, engine, how):
    web.post(f"/admin/masters/stops/{town.stops[1].id}/served", **how)

    assert book(engine, town).code == "stop_not_served"
    with transaction(engine) as session:
        assert town.stops[1].id not in {stop.id for stop in network.list_stops(session, town.service.id, MONDAY)}


@pytest.mark.req("D-08")
def test_a_new_fare_table_counts_from_its_day_on(web, town, engine):
    form = {
        "valid_from": "2022-11-29",
        "adult": "400",
        "senior": "200",
        "discount": "200",
        "child": "200",
        "infant": "0",
    }
    assert web.post("/admin/masters/fares/", **form).status_code == 303

    with transaction(engine) as session:
        before = money.fares_on(session, town.service.id, MONDAY)["adult"]
        after = money.fares_on(session, town.service.id, MONDAY.replace(day=29))["adult"]
    assert (before, after) == (350, 400)


@pytest.mark.req("D-08")
def test_fares_of_today_and_the_past_stay_as_they_are(web):
    form = {"valid_from": "2022-11-25", "adult": "1", "senior": "1", "discount": "1", "child": "1", "infant": "0"}

    assert web.post("/admin/masters/fares/", **form).status_code == 409


@pytest.mark.req("D-04")
def test_a_closed_day_is_refused_with_its_reason_until_it_is_taken_back(web, town, engine):
    web.post("/admin/masters/calendar/closed", from_day="2022-11-28", to_day="2022-11-28", reason="車両点検")
    refusal = book(engine, town)
    assert (refusal.code, refusal.facts["reason"]) == ("closed_day", "車両点検")

    page = web.text("/admin/masters/calendar/")
    row = page[: page.index("車両点検") + 600]
    web.post(re.findall(r'action="(/admin/masters/calendar/closed/\d+/remove)"', row)[-1])

    assert isinstance(book(engine, town), models.Booking)


@pytest.mark.req("D-12")
def test_fewer_seats_count_from_the_next_booking_on(web, town, engine):
    vehicle = town.vehicles[0]
    form = {
        "name": vehicle.name,
        "seats": "1",
        "wheelchair_places": "0",
        "depot_stop_id": str(vehicle.depot_stop_id),
        "active": "yes",
        "version": str(vehicle.version),
    }
    assert web.post(f"/admin/masters/fleet/vehicles/{vehicle.id}", **form).status_code == 303
    assert web.post(f"/admin/masters/fleet/vehicles/{vehicle.id}", **form).status_code == 409

    assert book(engine, town, adult=2).code == "no_seats"


def test_every_change_is_in_the_trail_with_names_of_fields_only(web, town, engine):
    form = inputs(web.text("/admin/masters/settings/"))
    web.post("/admin/masters/settings/", **form | {"max_party": "6", "name": "別の名前"})

    with transaction(engine) as session:
        [entry] = session.query(models.AuditEntry).filter_by(action="settings.changed")
    assert entry.actor == f"staff:{web.staff_id}"
    assert sorted(entry.facts["fields"].split(",")) == ["max_party", "name"]


@pytest.mark.req("D-40")
def test_a_member_is_corrected_and_erased_with_counts_kept(engine, town):
    web = Web(engine, role="operator", now=NOW)
    booking = book(engine, town)
    page = f"/admin/riders/{town.rider.public_id}"
    form = inputs(web.text(page)) | {"fare_category": "senior", "name": "山田 花"}
    assert web.post(page, **form).status_code == 303
    assert web.post(page, **form).status_code == 409

    web.post(f"{page}/erase")

    assert web.get(page).status_code == 404
    with transaction(engine) as session:
        rider = session.get(models.Rider, town.rider.id)
        kept = session.get(models.Booking, booking.id)
    assert (rider.name, rider.phone, rider.phone_index) == ("", "", None)
    assert kept is not None

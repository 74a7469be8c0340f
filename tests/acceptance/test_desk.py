"""Bookings by phone: the same rules, the same seats, few keys (D-14, D-15, D-27, D-41, D-46, D-48)."""

import re

import pytest

from backend.db import models
from backend.db.session import transaction
from tests.admin.web import Web, fields_of
from tests.make import Town, jst, make_booking, make_rider

NOW = jst("2022-11-25 09:00:00")


@pytest.fixture
def town(engine):
    """A small town with one member."""
    with transaction(engine) as session:
        return Town(session)


@pytest.fixture
def web(engine, town):
    """An operator's browser."""
    return Web(engine, role="operator", now=NOW)


def rider_page(town):
    return f"/admin/desk/riders/{town.rider.public_id}"


def wish(**values):
    """Return a typed wish: tomorrow's Monday at ten, one adult."""
    form = {
        "pickup": "停留所1",
        "dropoff": "停留所3",
        "day": "2022-11-28",
        "kind": "depart",
        "time": "1000",
        "adult": "1",
    }
    return form | values


def all_bookings(engine):
    with transaction(engine) as session:
        return list(session.query(models.Booking).all())


@pytest.mark.req("D-27", "D-46")
def test_a_known_caller_is_found_by_number_in_any_spelling(web, town):
    for number in ("090-1234-5678", "09012345678", "+81 90 1234 5678", "０９０１２３４５６７８"):
        assert web.post("/admin/desk/find", who=number).location == rider_page(town)


@pytest.mark.req("D-46")
def test_a_known_caller_is_found_by_kana(web, town):
    assert web.post("/admin/desk/find", who="ヤマダ").location == rider_page(town)


@pytest.mark.req("Q-83")
def test_a_shared_number_shows_every_member_by_kana_and_district(web, engine):
    with transaction(engine) as session:
        make_rider(session, name="山田 太郎", kana="やまだ たろう", district="南沢")

    page = web.post("/admin/desk/find", who="090-1234-5678").get_data(as_text=True)

    assert "やまだ はなこ" in page
    assert "やまだ たろう" in page
    assert "南沢" in page
    assert "5678<" not in page
    assert "9012345678" not in page


@pytest.mark.req("D-27")
def test_booking_by_phone_goes_from_wish_to_read_out(web, town, engine):
    page = web.post(f"{rider_page(town)}/offers", **wish()).get_data(as_text=True)
    assert "運賃は350円です" in page

    done = web.post(f"{rider_page(town)}/bookings", **fields_of(page, 'data-key="1"') | {"csrf_token": ""})
    assert done.status_code == 400  # the token of another page does not count

    done = web.post(f"{rider_page(town)}/bookings", **without_token(page))

    assert done.status_code == 303
    [booking] = all_bookings(engine)
    assert (booking.channel, booking.booked_by) == ("phone", f"staff:{web.staff_id}")
    said = web.text(done.location)
    assert f"予約番号は{booking.number}です" in said
    assert "停留所1へお迎えにまいります" in said


def without_token(page, button='data-key="1"'):
    """Return the fields of an offer's button; the helper adds the token."""
    fields = fields_of(page, button)
    fields.pop("csrf_token")
    return fields


@pytest.mark.req("D-27")
def test_a_button_pressed_twice_books_once(web, town, engine):
    page = web.post(f"{rider_page(town)}/offers", **wish()).get_data(as_text=True)
    fields = without_token(page)

    first = web.post(f"{rider_page(town)}/bookings", **fields)
    second = web.post(f"{rider_page(town)}/bookings", **fields)

    assert first.location == second.location
    assert len(all_bookings(engine)) == 1


@pytest.mark.req("D-46")
def test_stops_are_typed_by_part_of_kana(web, town):
    page = web.post(f"{rider_page(town)}/offers", **wish(pickup="あ", dropoff="ウ")).get_data(as_text=True)

    assert "停留所1" in page
    assert 'data-key="1"' in page


def test_a_name_that_fits_several_stops_asks_which(web, town):
    answer = web.post(f"{rider_page(town)}/offers", **wish(pickup="停留所"))

    assert answer.status_code == 400
    assert "停留所1、停留所2" in answer.get_data(as_text=True)


@pytest.mark.req("D-48", "D-14")
def test_a_full_vehicle_is_refused_politely_with_ways_out_and_counted(engine):
    with transaction(engine) as session:
        town = Town(session, seats=(1,), max_wait_s=300)
        town.book(0, 2)
    web = Web(engine, role="operator", now=NOW)

    page = web.post(f"{rider_page(town)}/offers", **wish()).get_data(as_text=True)

    assert "もうしわけありません" in page
    assert "なぜ？" in page
    assert (
        f"{town.vehicles[0].name}は別のお客さまとのお約束があり" in page
        or f"{town.vehicles[0].name}はお席が足りず" in page
    )
    with transaction(engine) as session:
        [refused] = session.query(models.RefusedWish)
        assert (refused.channel, refused.rider_id) == ("phone", town.rider.id)
    done = web.post(f"{rider_page(town)}/bookings", **without_token(page))
    assert done.status_code == 303


@pytest.mark.req("D-14", "D-48")
def test_who_is_slower_for_the_last_seat_gets_the_refusal_with_ways_out(engine):
    with transaction(engine) as session:
        town = Town(session, seats=(1,), max_wait_s=300)
    web = Web(engine, role="operator", now=NOW)
    page = web.post(f"{rider_page(town)}/offers", **wish()).get_data(as_text=True)
    with transaction(engine) as session:
        town.session = session
        assert isinstance(town.book(0, 2, channel="line"), models.Booking)

    answer = web.post(f"{rider_page(town)}/bookings", **without_token(page))

    assert answer.status_code == 409
    assert 'data-key="1"' in answer.get_data(as_text=True)


@pytest.mark.req("D-05")
def test_outside_the_hours_is_refused_with_the_hours(web, town):
    page = web.post(f"{rider_page(town)}/offers", **wish(time="859")).get_data(as_text=True)

    assert "運行時間は9時から15時までです" in page


@pytest.mark.req("D-41")
def test_a_booking_is_cancelled_after_asking_once_more(web, town, engine):
    booking = booked(engine, town)
    assert "取り消してよろしいですか" in web.text(f"/admin/desk/bookings/{booking}/cancel")

    web.post(f"/admin/desk/bookings/{booking}/cancel")

    assert [each.state for each in all_bookings(engine)] == ["cancelled"]
    assert "を取り消しました" in web.text(f"/admin/desk/bookings/{booking}")


@pytest.mark.req("D-41")
def test_a_change_puts_the_new_booking_in_the_place_of_the_old(web, town, engine):
    old = booked(engine, town)
    assert "停留所1" in web.text(f"/admin/desk/bookings/{old}/change")
    page = web.post(f"{rider_page(town)}/offers", instead_of=old, **wish(time="1010")).get_data(as_text=True)

    web.post(f"{rider_page(town)}/bookings", **without_token(page))

    assert sorted(each.state for each in all_bookings(engine)) == ["cancelled", "confirmed"]


@pytest.mark.req("D-41")
def test_looking_for_a_change_changes_nothing(web, town, engine):
    old = booked(engine, town)

    web.post(f"{rider_page(town)}/offers", instead_of=old, **wish(time="1010"))

    assert [each.state for each in all_bookings(engine)] == ["confirmed"]


def booked(engine, town):
    with transaction(engine) as session:
        return make_booking(session, town.wish(0, 2), rider=session.merge(town.rider)).public_id


@pytest.mark.req("D-46")
def test_a_repeat_trip_needs_two_keys_after_the_look_up(web, town, engine):
    booked_id = booked(engine, town)
    web.post(f"/admin/desk/bookings/{booked_id}/cancel")
    with transaction(engine) as session:
        session.query(models.Booking).update({"state": "completed"})
    page = web.text(rider_page(town))

    offers = web.post(f"{rider_page(town)}/offers", **without_token(page, 'data-key="1"')).get_data(as_text=True)
    done = web.post(f"{rider_page(town)}/bookings", **without_token(offers))

    assert done.status_code == 303
    back = without_token(page, 'data-key="Shift+1"')
    assert (back["pickup"], back["dropoff"]) == ("停留所3", "停留所1")


@pytest.mark.req("D-27")
def test_a_new_caller_is_registered_only_after_agreeing(web, engine):
    person = {
        "name": "新田 一",
        "kana": "にった はじめ",
        "phone": "090-8765-4321",
        "birth": "1950",
        "fare_category": "senior",
    }

    refused = web.post("/admin/desk/riders", **person)
    taken = web.post("/admin/desk/riders", agreed="yes", **person)
    again = web.post("/admin/desk/riders", agreed="yes", **person)

    assert refused.status_code == 400
    assert taken.status_code == 303
    assert again.location == taken.location
    with transaction(engine) as session:
        consents = [(row.channel, row.purpose_version) for row in session.query(models.Consent)]
    assert len(consents) == 1
    assert consents[0][0] == "phone"


@pytest.mark.req("S-27")
def test_opening_a_caller_leaves_a_trail(web, town, engine):
    web.text(rider_page(town))

    with transaction(engine) as session:
        trail = [(row.actor, row.facts) for row in session.query(models.AuditEntry).filter_by(action="rider.read")]
    [(actor, facts)] = trail
    assert (actor, facts["purpose"], facts["fields"]) == (f"staff:{web.staff_id}", "phone_booking", "kana,rides")


@pytest.mark.req("D-15")
@pytest.mark.parametrize(
    ("now", "said"),
    [
        pytest.param("2022-11-28 07:59:59", "受付時間外です", id="a second before"),
        pytest.param("2022-11-28 08:00:00", "受付中", id="an hour before the service"),
        pytest.param("2022-11-28 15:00:00", "受付中", id="the end"),
        pytest.param("2022-11-28 15:01:00", "受付時間外です", id="after the end"),
        pytest.param("2022-11-27 10:00:00", "運休日", id="Sunday"),
    ],
)
def test_the_desk_says_whether_the_phone_is_open(engine, town, now, said):
    assert said in Web(engine, role="operator", now=jst(now)).text("/admin/desk/")


def test_what_was_searched_for_stands_in_no_address(web, town):
    answer = web.post("/admin/desk/find", who="09012345678")

    assert not re.search(r"\d{4}", answer.location.replace(town.rider.public_id, ""))

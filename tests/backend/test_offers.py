"""Rides that can be booked, and the ways out of a refusal (D-24, D-48)."""

import random
from datetime import date

import pytest
from sqlalchemy import select

from backend.db.models import Booking, RefusedWish, ServiceStop
from backend.domain.refusals import Refusal
from backend.services import acceptance, bookings, offers
from backend.services.modes import area
from tests.demo_town import said
from tests.make import MONDAY, NOW, Town, at, jst, make_caller


def find(town, *, now=NOW, **values):
    origin, destination = values.pop("origin", 0), values.pop("destination", 3)
    rider = town.rider.id
    return offers.find(town.session, town.wish(origin, destination, **values), channel="line", rider_id=rider, now=now)


def test_up_to_three_offers_come_ten_minutes_apart_the_most_wanted_first(session):
    found = find(Town(session), time="10:00")

    assert [offer.promise.pickup_earliest_s for offer in found] == [at("10:00"), at("10:10"), at("10:20")]


@pytest.mark.req("D-26")
def test_offers_for_an_arrival_come_the_latest_first_and_none_is_late(session):
    found = find(Town(session), kind="arrive", time="10:30")

    starts = [offer.promise.pickup_earliest_s for offer in found]
    assert starts == sorted(starts, reverse=True)
    assert all(offer.planned_dropoff_s <= offer.promise.arrive_latest_s <= at("10:30") for offer in found)


def test_looking_for_offers_stores_neither_booking_nor_refusal(session):
    town = Town(session)

    find(town)
    refused = find(town, time="8:00")

    assert said(refused) == "outside_hours"
    assert session.scalars(select(Booking)).all() == []
    assert session.scalars(select(RefusedWish)).all() == []


@pytest.mark.parametrize("place", ["pickup_stop_id", "dropoff_stop_id"])
@pytest.mark.req("D-48", "Q-23")
def test_a_stop_within_walking_distance_is_a_way_out(session, place):
    town = Town(session, stops=6, walk_m=500)
    here = town.stops[0] if place == "pickup_stop_id" else town.stops[3]
    near = town.stops[5]
    near.lat, near.lon = here.lat + 0.003, here.lon  # 334 m away; the roads still lead around
    acceptance.stop(
        session, town.service.id, reason="除雪", actor="staff:1", now=NOW, scope=acceptance.Scope(stop_id=here.id)
    )

    refused = find(town, time="10:00")

    assert said(refused) == "acceptance_stopped"
    assert [getattr(offer.wish, place) for offer in refused.alternatives] == [near.id]


def test_a_stop_further_than_one_walks_is_no_way_out(session):
    town = Town(session, walk_m=300)
    town.stops[5].lat, town.stops[5].lon = town.stops[0].lat + 0.003, town.stops[0].lon
    session.flush()

    assert list(area._nearby(session, town.wish(0, 3), town.service)) == []


def test_a_stop_that_is_not_served_is_no_way_out(session):
    town = Town(session)
    town.stops[5].lat, town.stops[5].lon = town.stops[0].lat + 0.003, town.stops[0].lon
    row = session.scalars(select(ServiceStop).where(ServiceStop.stop_id == town.stops[5].id)).one()
    row.in_area = False
    session.flush()

    assert list(area._nearby(session, town.wish(0, 3), town.service)) == []


@pytest.mark.req("D-48")
def test_a_closed_day_leads_to_the_next_days(session):
    refused = find(Town(session), day=date(2022, 11, 26))

    assert said(refused) == "closed_weekday"
    assert [offer.wish.day for offer in refused.alternatives] == [date(2022, 11, 25), MONDAY]


@pytest.mark.req("D-48")
@pytest.mark.parametrize("max_wait_s", [0, 60, 1800])
def test_a_town_that_lets_nobody_wait_still_shows_ways_out(session, max_wait_s):
    town = Town(session, seats=(1,), max_wait_s=max_wait_s)
    for clock in ("10:00", "10:30"):
        town.book(0, 5, time=clock)

    assert find(town, destination=5, time="8:00").alternatives


@pytest.mark.parametrize("wish", [{"adult": 9}, {"infant": 1}, {"destination": 0}, {"adult": 1, "wheelchairs": 2}])
def test_what_no_other_time_would_help_has_no_way_out(session, wish):
    refused = find(Town(session), **wish)

    assert isinstance(refused, Refusal)
    assert refused.alternatives == ()


@pytest.mark.req("D-48", "D-24")
def test_nearly_every_refused_wish_of_a_busy_day_gets_a_ride_that_books_at_the_first_try(session):
    town = Town(session, stops=6, seats=(2, 1), max_wait_s=600)
    dice = random.Random(7)
    servable, answered, offered, broken = 0, 0, 0, []
    for _ in range(30):
        origin, destination = dice.sample(range(6), 2)
        clock = f"{dice.randrange(9, 12)}:{dice.choice((0, 10, 20, 30, 40, 50)):02d}"
        outcome = town.book(
            origin, destination, time=clock, kind=dice.choice(("depart", "arrive")), adult=dice.choice((1, 2))
        )
        if isinstance(outcome, Booking):
            continue
        servable += 1
        answered += bool(outcome.alternatives)
        for offer in outcome.alternatives:
            offered += 1
            attempt = session.begin_nested()
            booked = bookings.book(session, offer.wish, promise=offer.promise, caller=make_caller(town.rider), now=NOW)
            broken += [] if isinstance(booked, Booking) else [(offer, booked)]
            attempt.rollback()

    assert servable >= 8
    assert answered >= 0.9 * servable
    assert broken == []
    assert offered >= 2 * servable


@pytest.mark.req("D-17")
def test_the_times_shown_for_a_day_are_the_half_hours_that_can_still_be_booked(session):
    town = Town(session)

    at_ten = offers.start_times(session, town.service.id, MONDAY, channel="line", now=jst("2022-11-28 13:00:01"))

    assert at_ten == [at("14:00"), at("14:30")]

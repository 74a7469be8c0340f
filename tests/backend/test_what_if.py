"""Days that are over, asked again: what other vehicles, hours and limits would have made of their wishes."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import select

from backend.db.models import Booking, RefusedWish, WhatIf
from backend.db.session import transaction
from backend.domain.policies.report_dates import Span
from backend.domain.policies.what_if import AS_IT_WAS, Change, DayFigures, difference
from backend.domain.refusals import Refusal
from backend.services import bookings, past_days, trials, what_if
from tests.make import MONDAY, NOW, Town, at, jst, make_rider, make_vehicle

LATER = jst("2022-11-29 09:00:00")
SPAN = Span(MONDAY, MONDAY)
ONE_MORE = Change(vehicles=1)


def days_of(town, day=MONDAY):
    return past_days.read(town.session, town.service, day, day)


def replayed(town, change=AS_IT_WAS):
    """Return what becomes of the one day of a town."""
    (day,) = days_of(town)
    return what_if.replay(day, change)


def busy(town, *, asks=60, seed=1):
    """Have people ask for rides at random, more than one vehicle can take; return how many were booked and refused."""
    chance = random.Random(seed)
    for number in range(asks):
        origin, destination = chance.sample(range(len(town.stops)), 2)
        when = at("9:00") + 300 * chance.randrange(60)
        now = NOW + timedelta(minutes=number)
        town.book(origin, destination, time=f"{when // 3600}:{when % 3600 // 60:02d}", now=now)
    return [len(town.session.scalars(select(kind.id)).all()) for kind in (Booking, RefusedWish)]


def ask_for(town, change=ONE_MORE, *, span=SPAN, key="one", now=LATER):
    return trials.ask(town.session, town.service.id, span=span, change=change, key=key, actor="staff:1", now=now)


def test_a_day_asked_again_as_it_was_ends_as_it_did(session):
    town = Town(session, stops=10)

    booked, refused = busy(town)

    figures = replayed(town)
    assert (figures.rides, figures.refused) == (booked, refused)
    assert booked > 10
    assert refused > 10


def test_it_comes_out_the_same_each_time(session):
    town = Town(session, stops=10, seats=(4, 4))
    busy(town)

    assert replayed(town, ONE_MORE) == replayed(town, ONE_MORE)


@pytest.mark.parametrize("vehicles", [1, 3])
def test_with_more_vehicles_fewer_are_refused_and_nobody_is_lost(session, vehicles):
    town = Town(session, stops=10)
    booked, refused = busy(town)

    figures = replayed(town, Change(vehicles=vehicles))

    assert figures.refused < refused
    assert figures.rides + figures.refused == booked + refused
    assert figures.shift_s == (1 + vehicles) * 6 * 3600


def test_without_vehicles_everybody_is_refused(session):
    town = Town(session)
    town.book(0, 1)

    assert replayed(town, Change(vehicles=-2)) == DayFigures(1, 0, 0, 0, 0, 0)


def test_figures_tell_of_the_ride_that_was_driven(session):
    town = Town(session)
    town.book(1, 3, time="10:00")

    figures = replayed(town)

    assert figures == DayFigures(refused=0, rides=1, wait_s=0, detour_s=30, driving_s=900, shift_s=6 * 3600)


def test_a_seat_given_up_is_free_again(session):
    town = Town(session, seats=(1,), max_wait_s=300)
    rider = make_rider(session, phone="08011112222")
    first = town.book(0, 5, time="10:00", rider=rider)
    bookings.cancel(session, first.public_id, actor="staff:1", now=NOW + timedelta(minutes=5))
    second = town.book(0, 5, time="10:00", now=NOW + timedelta(minutes=10))

    assert isinstance(second, Booking)
    figures = replayed(town)
    assert (figures.rides, figures.refused) == (1, 0)


def test_a_ride_booked_for_want_of_another_is_not_asked_when_that_one_is_met(session):
    town = Town(session, seats=(1,), max_wait_s=300)
    rider = make_rider(session, phone="08011112222")
    town.book(0, 5, time="10:00")
    assert isinstance(town.book(0, 5, time="10:00", rider=rider), Refusal)
    assert isinstance(town.book(0, 5, time="12:00", rider=rider, now=NOW + timedelta(minutes=3)), Booking)

    as_it_was, with_one_more = replayed(town), replayed(town, ONE_MORE)

    assert (as_it_was.rides, as_it_was.refused) == (2, 1)
    assert (with_one_more.rides, with_one_more.refused) == (2, 0)


def test_tries_within_an_hour_count_once(session):
    town = Town(session, seats=(1,), max_wait_s=300)
    rider = make_rider(session, phone="08011112222")
    town.book(0, 5, time="10:00")
    for minutes in (1, 2):
        town.book(0, 5, time="10:00", rider=rider, now=NOW + timedelta(minutes=minutes))

    (day,) = days_of(town)
    assert (day.refused, day.rides) == (1, 1)


def test_a_wish_outside_the_hours_is_met_when_they_are_longer(session):
    town = Town(session)
    assert isinstance(town.book(0, 1, time="15:30"), Refusal)

    assert replayed(town).refused == 1
    assert replayed(town, Change(later_s=3600)).rides == 1


def test_longer_hours_need_a_break(session):
    town = Town(session)
    town.book(0, 1, time="10:00")
    (day,) = days_of(town)

    (itinerary,) = what_if.changed(day.day_plan, Change(later_s=3600)).plan

    assert itinerary.vehicle.shift == (at("9:00"), at("16:00"))
    assert [visit.request.only_vehicle for visit in itinerary.visits] == [itinerary.vehicle.id] * 2


def test_a_longer_wait_takes_who_could_not_wait_before(session):
    town = Town(session, seats=(1,), max_wait_s=300)
    town.book(0, 5, time="10:00")
    assert isinstance(town.book(0, 5, time="10:00"), Refusal)

    assert replayed(town, Change(max_wait_s=3600)).refused == 0


def test_the_settings_of_the_service_stay_as_they_are(session):
    town = Town(session)
    town.book(0, 1)

    replayed(town, Change(later_s=3600, max_wait_s=60, pickup_window_s=300))
    session.flush()
    session.expire_all()

    assert (town.service.hours_end_s, town.service.max_wait_s, town.service.pickup_window_s) == (at("15:00"), 1800, 600)


def test_a_vehicle_taken_away_is_the_last_one(session):
    town = Town(session, seats=(8, 1))
    town.book(0, 5, time="10:00", adult=4)

    assert replayed(town, Change(vehicles=-1)).rides == 1


def test_a_wheelchair_goes_where_there_is_a_place_for_it(session):
    town = Town(session, seats=())
    make_vehicle(session, town.service, town.stops[0], seats=4, wheelchair_places=1)
    town.book(0, 5, time="10:00", wheelchairs=1, adult=1)
    (day,) = days_of(town)

    assert replayed(town).rides == 1
    assert [ask.wish.party.wheelchairs for ask in day.asks] == [1]


def test_days_on_which_nobody_asked_are_left_out(session):
    town = Town(session)
    town.day()

    assert days_of(town) == []


def test_a_difference_is_told_from_five_days_on():
    assert difference([1, 2, 3, 4], [1, 2, 3, 4]) is None
    assert difference([1] * 5, [3] * 5).low == 2

    found = difference([4, 5, 6, 5, 5], [3, 3, 5, 4, 3])
    assert (found.mean, round(found.low, 2), round(found.high, 2)) == (-1.4, -2.08, -0.72)


@pytest.mark.parametrize(
    ("change", "span", "code"),
    [
        (AS_IT_WAS, SPAN, "trial_without_change"),
        (ONE_MORE, Span(MONDAY, LATER.date()), "trial_days_not_over"),
        (ONE_MORE, Span(MONDAY, MONDAY - timedelta(days=1)), "trial_days_not_over"),
        (ONE_MORE, Span(MONDAY - timedelta(days=31), MONDAY), "trial_too_long"),
    ],
)
def test_what_cannot_be_tried_is_refused(session, change, span, code):
    town = Town(session)

    assert ask_for(town, change, span=span).code == code


def test_a_form_sent_twice_asks_once(session):
    town = Town(session)

    assert ask_for(town) == ask_for(town)
    assert len(trials.list_trials(session, town.service.id)) == 1


def test_a_few_trials_may_wait_and_no_more(session):
    town = Town(session)
    for key in "abc":
        ask_for(town, key=key)

    assert ask_for(town, key="d").code == "trials_waiting"


def test_a_trial_that_nobody_comes_to_the_end_of_is_given_up(session):
    town = Town(session)
    town.book(0, 1)
    asked = ask_for(town)

    begun = [trials.begin(session, asked, now=LATER) for _ in range(4)]

    assert [each is None for each in begun] == [False, False, False, True]
    (trial,) = trials.list_trials(session, town.service.id)
    assert (trial.is_waiting, trial.outcome) == (False, None)


def test_what_waits_is_found_by_the_sweeper_after_a_while(session):
    town = Town(session)
    asked = ask_for(town)

    assert trials.waiting(session, asked_before=LATER) == []
    assert trials.waiting(session, asked_before=LATER + timedelta(seconds=1)) == [asked]


def test_of_too_many_wishes_every_second_day_is_taken(session, monkeypatch):
    town = Town(session)
    monkeypatch.setattr(trials, "MOST_ASKS", 4)
    days = [MONDAY + timedelta(days=number) for number in range(3)]
    for day in days:
        for hour in (10, 12):
            town.book(0, 1, time=f"{hour}:00", day=day)
    asked = ask_for(town, span=Span(days[0], days[-1]), now=LATER + timedelta(days=7))

    begun, change = trials.begin(session, asked, now=LATER)

    assert [each.day_plan.service_day.day for each in begun] == [days[0], days[2]]
    assert change == ONE_MORE


def test_what_came_of_a_trial_is_kept_once(engine):
    with transaction(engine) as session:
        town = Town(session, stops=10)
        busy(town)
        asked = ask_for(town)
    with transaction(engine) as session:
        begun = trials.begin(session, asked, now=LATER)
    figures = trials.work_out(*begun)
    with transaction(engine) as session:
        trials.finish(session, asked, figures, now=LATER)
        trials.finish(session, asked, {"days": [], "was": [], "before": [], "after": []}, now=LATER)
    with transaction(engine) as session:
        (trial,) = trials.list_trials(session, session.get_one(WhatIf, asked).transport_service_id)
    outcome = trial.outcome
    assert outcome.days == (MONDAY,)
    assert outcome.was[0] == (outcome.before[0].refused, outcome.before[0].rides)
    assert outcome.after[0].refused < outcome.before[0].refused

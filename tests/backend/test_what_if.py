"""Days that are over, asked again: what other vehicles, hours and limits would have made of their wishes."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from backend import world as worlds
from backend.db.models import Booking, Duty, RefusedWish, Run, TravelTimeTable, WhatIf
from backend.db.session import transaction
from backend.domain.policies.report_dates import Span
from backend.domain.policies.what_if import AS_IT_WAS, Change, DayFigures, difference
from backend.domain.refusals import Refusal
from backend.jobs.what_if import work_out
from backend.services import bookings, breakdowns, past_days, suspensions, trials, what_if
from tests.make import MONDAY, NOW, Town, at, jst, make_caller, make_rider, make_vehicle, make_world

LATER = jst("2022-11-29 09:00:00")
SPAN = Span(MONDAY, MONDAY)
ONE_MORE = Change(vehicles=1)


def day_of(town, day=MONDAY):
    return past_days.first_after(town.session, town.service, day, day, after=None)


def replayed(town, change=AS_IT_WAS):
    """Return what becomes of the one day of a town."""
    return what_if.replay(day_of(town), change)


def came(town, change=AS_IT_WAS):
    """Return how many rode and were refused."""
    figures = replayed(town, change)
    return figures.rides, figures.refused


def full_at_ten(session, **service):
    """Return a town with one seat, taken at ten, and a rider who asks for it in vain."""
    town = Town(session, seats=(1,), max_wait_s=300, **service)
    rider = make_rider(session, phone="08011112222")
    town.book(0, 5, time="10:00")
    assert isinstance(town.book(0, 5, time="10:00", rider=rider, now=NOW + timedelta(minutes=1)), Refusal)
    return town, rider


def change(town, booking, rider, *, time):
    """Ask to ride at another time instead."""
    wish, caller = town.wish(0, 5, time=time), make_caller(rider)
    return bookings.change(
        town.session, booking.public_id, wish, promise=None, caller=caller, now=NOW + timedelta(hours=3)
    )


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
    town, rider = full_at_ten(session)
    assert isinstance(town.book(0, 5, time="12:00", rider=rider, now=NOW + timedelta(minutes=3)), Booking)

    assert (came(town), came(town, ONE_MORE)) == ((2, 1), (2, 0))


def test_nor_is_what_that_ride_was_changed_into(session):
    town, rider = full_at_ten(session)
    mine = town.book(0, 5, time="12:00", rider=rider, now=NOW + timedelta(minutes=3))
    assert isinstance(change(town, mine, rider, time="13:00"), Booking)

    assert (came(town), came(town, ONE_MORE)) == ((2, 1), (2, 0))


def test_the_way_back_is_a_ride_of_its_own(session):
    town, rider = full_at_ten(session)
    assert isinstance(town.book(5, 0, time="14:00", rider=rider, now=NOW + timedelta(minutes=2)), Booking)

    assert (came(town), came(town, ONE_MORE)) == ((2, 1), (3, 0))


def test_tries_within_an_hour_of_each_other_count_once(session):
    town, rider = full_at_ten(session)
    assert isinstance(town.book(0, 5, time="10:00", rider=rider, now=NOW + timedelta(minutes=50)), Refusal)
    assert isinstance(town.book(0, 5, time="12:00", rider=rider, now=NOW + timedelta(minutes=70)), Booking)

    assert (day_of(town).refused, day_of(town).rides) == (1, 2)
    assert (came(town), came(town, ONE_MORE)) == ((2, 1), (2, 0))


def test_tries_for_two_days_count_on_the_first(session):
    town, rider = full_at_ten(session)
    tuesday = MONDAY + timedelta(days=1)
    town.book(0, 5, time="10:00", day=tuesday)
    town.book(0, 5, time="10:00", day=tuesday, rider=rider, now=NOW + timedelta(minutes=2))

    assert [day_of(town, day).refused for day in (MONDAY, tuesday)] == [1, 0]


def test_a_second_try_is_asked_where_the_first_is_still_refused(session):
    town = Town(session, seats=(1,), max_wait_s=300)
    rider = make_rider(session, phone="08011112222")
    town.book(0, 5, time="10:00")
    for minutes, clock in ((1, "15:30"), (2, "10:00")):
        assert isinstance(town.book(0, 5, time=clock, rider=rider, now=NOW + timedelta(minutes=minutes)), Refusal)

    assert (came(town), came(town, ONE_MORE)) == ((1, 1), (2, 0))


def test_a_changed_ride_is_one_ride(session):
    town = Town(session, seats=(1,), max_wait_s=300)
    rider = make_rider(session, phone="08011112222")
    assert isinstance(change(town, town.book(0, 5, time="10:00", rider=rider), rider, time="12:00"), Booking)

    assert (day_of(town).rides, came(town)) == (1, (1, 0))


def test_a_ride_stays_whose_change_is_refused(session):
    town = Town(session, seats=(1, 1), max_wait_s=300)
    rider = make_rider(session, phone="08011112222")
    town.book(0, 5, time="12:00")
    assert isinstance(change(town, town.book(0, 5, time="10:00", rider=rider), rider, time="12:00"), Booking)

    assert came(town, Change(vehicles=-1)) == (2, 1)


def test_a_change_that_was_refused_takes_the_place_of_the_ride_when_it_is_met(session):
    town = Town(session, seats=(1,), max_wait_s=300)
    rider = make_rider(session, phone="08011112222")
    town.book(0, 5, time="11:00")
    assert isinstance(change(town, town.book(0, 5, time="12:00", rider=rider), rider, time="11:00"), Refusal)

    assert (came(town), came(town, ONE_MORE)) == ((2, 1), (2, 0))


def test_a_vehicle_that_broke_down_stood_ready_in_the_morning(session):
    town = Town(session)
    town.book(0, 5, time="10:00")
    (run,) = session.scalars(select(Run)).all()
    breakdowns.take_out(session, run.id, reason="故障", actor="staff:1", event_id="one", now=jst("2022-11-28 14:50:00"))

    assert came(town) == (1, 0)


def test_rides_that_were_called_off_are_no_refusals(session):
    town = Town(session)
    town.book(0, 5, time="10:00")
    (run,) = session.scalars(select(Run)).all()
    suspensions.suspend(session, run.id, reason="大雪", actor="staff:1", now=jst("2022-11-28 06:00:00"))

    assert (day_of(town).rides, came(town)) == (0, (0, 0))


def test_a_ride_cancelled_too_late_is_driven_for_and_not_counted(session):
    town = Town(session)
    mine = town.book(1, 2, time="10:00")
    bookings.cancel(session, mine.public_id, actor="staff:1", now=jst("2022-11-28 09:59:00"))

    figures = replayed(town)
    assert (figures.rides, figures.driving_s) == (0, 600)


@pytest.mark.parametrize("asked", ["12:10", "12:19", "12:20", "12:22", "12:24", "12:30"])
def test_who_asks_while_the_driver_rests_is_taken_afterwards(session, asked):
    town = Town(session, hours_end_s=at("17:00"))
    town.book(0, 1, time="13:00", now=jst(f"2022-11-28 {asked}:00"))

    assert came(town) == (1, 0)


def test_a_break_after_a_halt_at_the_depot_may_still_move(session):
    town = Town(session, hours_end_s=at("17:00"))
    town.book(1, 0, time="9:55", now=jst("2022-11-28 08:00:00"))
    town.book(0, 1, time="10:30", now=jst("2022-11-28 09:52:00"))

    assert came(town) == (2, 0)


def test_a_way_is_reckoned_by_the_hour_in_which_it_is_driven(session):
    town = Town(session)
    table = session.scalars(select(TravelTimeTable)).first()
    season, stop_ids, seconds, metres = table.season, table.stop_ids, table.seconds, table.metres
    session.execute(delete(TravelTimeTable).where(TravelTimeTable.season == season))
    for start, factor in ((0, 1), (at("9:30"), 2)):
        session.add(
            TravelTimeTable(
                season=season,
                band_start_s=start,
                stop_ids=stop_ids,
                seconds=[each // factor for each in seconds],
                metres=metres,
                computed_at=NOW + timedelta(hours=1),
            )
        )
    session.flush()
    town.book(5, 0, time="12:00")

    assert replayed(town).driving_s == 2 * 1500 // 2


def test_the_way_to_where_a_duty_ends_is_driven_too(session):
    town = Town(session)
    town.book(0, 1, time="10:00")
    duty = session.scalars(select(Duty)).one()
    duty.end_stop_id = town.stops[5].id

    assert replayed(town).driving_s == 300 + 1200


def test_a_duty_with_times_of_its_own_keeps_them(session):
    town = Town(session)
    town.book(0, 1, time="10:00")
    duty = session.scalars(select(Duty)).one()
    duty.start_s, duty.end_s = at("8:30"), at("17:00")

    longer = what_if.changed(day_of(town), Change(earlier_s=1800, later_s=3600))

    assert [each.vehicle.shift for each in longer.plan] == [(at("8:30"), at("17:00"))]


def test_a_vehicle_that_drives_a_line_besides_keeps_its_hours(session):
    town = Town(session)
    town.book(0, 1, time="10:00")
    bound = replace(day_of(town), bound=frozenset({town.vehicles[0].id}))

    longer = what_if.changed(bound, Change(later_s=3600))

    assert [each.vehicle.shift for each in longer.plan] == [(at("9:00"), at("15:00"))]


def test_a_wish_outside_the_hours_is_met_when_they_are_longer(session):
    town = Town(session)
    assert isinstance(town.book(0, 1, time="15:30"), Refusal)

    assert replayed(town).refused == 1
    assert replayed(town, Change(later_s=3600)).rides == 1


def test_longer_hours_need_a_break(session):
    town = Town(session)
    town.book(0, 1, time="10:00")

    (itinerary,) = what_if.changed(day_of(town), Change(later_s=3600)).plan

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

    assert replayed(town).rides == 1
    assert [ask.wish.party.wheelchairs for ask in day_of(town).asks] == [1]


def test_days_on_which_nobody_asked_are_left_out(session):
    town = Town(session)
    town.day()

    assert day_of(town) is None


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
        (ONE_MORE, Span(MONDAY - timedelta(days=90), MONDAY - timedelta(days=80)), "trial_too_long_ago"),
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


def test_a_day_that_nobody_comes_to_the_end_of_is_given_up(session):
    town = Town(session)
    town.book(0, 1)
    asked = ask_for(town)

    begun = [trials.begin(session, asked, now=LATER) for _ in range(4)]

    assert begun == [True, True, True, False]
    (trial,) = trials.list_trials(session, town.service.id)
    assert (trial.is_waiting, trial.outcome) == (False, None)


def test_what_waits_is_found_by_the_sweeper_after_a_while(session):
    town = Town(session)
    asked = ask_for(town)

    assert trials.waiting(session, asked_before=LATER) == []
    assert trials.waiting(session, asked_before=LATER + timedelta(seconds=1)) == [asked]


def test_a_day_with_more_wishes_than_a_worker_gets_through_is_not_begun(session, monkeypatch):
    town = Town(session)
    monkeypatch.setattr(trials, "MOST_WORK", 3)
    for hour in (10, 12):
        town.book(0, 1, time=f"{hour}:00")

    with pytest.raises(trials.TooMuchError):
        trials.next_day(session, ask_for(town))


def test_what_came_of_a_day_is_kept_once_and_the_next_one_follows(engine):
    tuesday = MONDAY + timedelta(days=1)
    with transaction(engine) as session:
        town = Town(session, stops=10)
        busy(town)
        town.book(0, 1, day=tuesday)
        asked = ask_for(town, span=Span(MONDAY, tuesday), now=LATER + timedelta(days=1))
    for _ in range(2):
        with transaction(engine) as session:
            assert trials.begin(session, asked, now=LATER)
            figures = trials.work_out(*trials.next_day(session, asked))
            for _ in range(2):
                trials.keep(session, asked, figures)
    with transaction(engine) as session:
        assert trials.next_day(session, asked) is None
        trials.finish(session, asked, now=LATER)
        (trial,) = trials.list_trials(session, session.get_one(WhatIf, asked).transport_service_id)
    outcome = trial.outcome
    assert outcome.days == (MONDAY, tuesday)
    assert outcome.was[0] == (outcome.before[0].refused, outcome.before[0].rides)
    assert outcome.after[0].refused < outcome.before[0].refused


def test_a_trial_whose_day_cannot_be_read_fails_and_keeps_nobody_waiting(engine):
    with transaction(engine) as session:
        town = Town(session)
        town.book(0, 1)
        asked = ask_for(town)
        session.execute(delete(TravelTimeTable))
    worlds.install(make_world(engine, now=LATER))

    work_out(asked)

    with transaction(engine) as session:
        (trial,) = trials.list_trials(session, session.get_one(WhatIf, asked).transport_service_id)
    assert (trial.is_waiting, trial.outcome) == (False, None)

"""Every decision of the area service keeps what it was made of, and is made again from it alone (D-24, D-48)."""

import json
import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import select, text

from backend import why_words, wording
from backend.db import models
from backend.db.models import Booking, Decision, KeptTravelTimes, RefusedWish, Visit
from backend.db.session import transaction
from backend.domain.errors import NotFoundError
from backend.domain.policies.retention import DEFAULTS
from backend.domain.refusals import Refusal
from backend.services import (
    bookings,
    breakdowns,
    decisions,
    itineraries,
    masters,
    offers,
    planning,
    purging,
    retention,
    why,
)
from routing import records
from tests.demo_town import said
from tests.make import MONDAY, NOW, GridMap, Town, jst, make_caller, make_rider, make_vehicle
from tests.patience import PATIENCE_S


def kept(session, *kinds):
    """Return the decisions that were written down, the oldest first."""
    query = select(Decision).order_by(Decision.id)
    return list(session.scalars(query.where(Decision.kind.in_(kinds)) if kinds else query))


def look(town, *, rider=None, **values):
    """Return what is offered, written down as a door does it."""
    rider = rider or town.rider
    wish = town.wish(values.pop("origin", 0), values.pop("destination", 3), **values)
    found = offers.find(town.session, wish, channel="line", rider_id=rider.id, now=NOW)
    if isinstance(found, Refusal):
        offers.record_refusal(town.session, wish, found, channel="line", rider_id=rider.id, now=NOW)
    return found


def test_offers_are_written_down_with_what_each_vehicle_could_do(session):
    town = Town(session, seats=(8, 4))

    found = look(town, time="10:00")

    row = kept(session)[0]
    case, chosen = records.unpack(row.record), records.unpack_choices(row.record["chosen"])
    told = records.unpack_verdicts(row.record["verdicts"]["0"])
    assert (row.kind, row.public_id, row.channel, row.day) == ("offered", found[0].evidence.public_id, "line", MONDAY)
    assert [case.wishes[each.index].pickup.earliest_s for each in chosen] == [
        each.promise.pickup_earliest_s for each in found
    ]
    assert {each.vehicle_id for each in told} == {each.vehicle.id for each in case.plan}
    assert told[0].choice == chosen[0]
    assert sum(told[0].costs) == pytest.approx(chosen[0].added_cost, abs=0.01)
    assert row.direct_s == 900


def test_a_booking_is_written_down_with_the_promise_it_was_given(session):
    town = Town(session)

    booking = town.book(0, 3, time="10:00")

    row = kept(session, "booked")[0]
    assert (row.booking_id, row.pickup_s, row.code) == (booking.id, booking.promise.planned_pickup_s, None)
    assert row.party == {"adult": 1}


def test_a_refusal_is_written_down_with_the_limit_of_each_vehicle(session):
    town = Town(session, seats=(2, 2))
    for _ in range(2):
        town.book(0, 5, time="10:00", adult=2)

    refused = town.book(0, 5, time="10:00", kind="depart", adult=2, now=NOW)

    rows = kept(session, "refused")
    told = records.unpack_verdicts(rows[0].record["verdicts"]["0"])
    assert [row.code for row in rows] == [said(refused)] == ["full"]
    assert [each.limit.value for each in told] == list(refused.limits.values())


def test_who_fits_only_in_another_order_of_the_visits_is_taken_and_everybody_keeps_the_times_promised(session):
    town = Town(session)
    before = [town.book(3, 2, time="10:30", kind="arrive"), town.book(0, 4, time="10:20", kind="arrive")]
    promised = {each.id: (each.earliest_s, each.latest_s) for each in session.scalars(select(Visit))}

    booking = town.book(0, 2, time="10:30", kind="arrive")

    row = kept(session, "booked")[-1]
    visits = session.scalars(select(Visit).order_by(Visit.seq)).all()
    assert row.booking_id == booking.id
    assert records.unpack_choices(row.record["chosen"])[0].is_reordered
    assert next(each.booking_id for each in visits) != before[0].id
    assert promised.items() <= {each.id: (each.earliest_s, each.latest_s) for each in visits}.items()
    assert all(each.earliest_s <= each.planned_s <= each.latest_s for each in visits)
    assert decisions.replay(session, row.public_id).is_same
    assert "乗り降りの順番は変わりますが" in why_words.why_text(why.of(session, row.public_id))


def test_a_record_from_before_orders_could_change_is_read_as_one_where_none_did(session):
    town = Town(session)
    town.book(0, 3, time="10:00")
    row = kept(session, "booked")[0]
    row.record = row.record | {"chosen": [each[:-1] for each in row.record["chosen"]]}
    session.flush()

    assert decisions.replay(session, row.public_id).is_same


def test_a_refusal_by_a_rule_is_written_down_without_a_plan(session):
    town = Town(session)

    refused = town.book(0, 3, time="8:00")

    row = kept(session)[0]
    refused_wish = session.scalars(select(RefusedWish)).one()
    assert (row.code, row.refused_wish_id, row.travel_times) == (refused.code, refused_wish.id, None)
    assert row.record == {"v": 1, "facts": refused.facts}
    assert decisions.replay(session, row.public_id).is_same


def test_a_refusal_in_the_place_of_a_booking_is_written_down_too(session):
    town = Town(session, seats=(2,))
    booking = town.book(0, 3, time="10:00", rider=town.rider)
    town.book(0, 5, time="12:00", adult=2)

    wish = town.wish(0, 5, time="12:00", adult=2)
    caller = make_caller(town.rider)
    refused = bookings.change(session, booking.public_id, wish, promise=None, caller=caller, now=NOW)

    assert isinstance(refused, Refusal)
    assert [row.code for row in kept(session, "refused")] == [refused.code]


def test_rides_in_the_place_of_a_booking_are_written_down_although_its_cancelling_is_taken_back(session):
    town = Town(session)
    booking = town.book(0, 3, time="10:00", rider=town.rider)

    bookings.offers_instead(
        session, booking.public_id, town.wish(0, 3, time="11:00"), channel="phone", rider_id=town.rider.id, now=NOW
    )

    assert [row.kind for row in kept(session)] == ["booked", "offered"]


def test_a_record_names_nobody(session):
    town = Town(session)
    town.book(0, 3, time="10:00", rider=town.rider)
    look(town, time="10:00")

    written = json.dumps([row.record for row in kept(session)]) + repr([vars(row) for row in kept(session)])

    assert town.rider.name not in written
    assert town.rider.phone not in written
    assert not hasattr(Decision, "rider_id")


def test_driving_times_are_kept_once_for_all_that_were_made_with_them(session):
    town = Town(session)
    look(town, time="10:00")
    town.book(0, 3, time="10:00")

    assert len(session.scalars(select(KeptTravelTimes)).all()) == 1


def test_a_decision_is_made_again_after_the_roads_were_measured_anew(session):
    town = Town(session)
    town.book(0, 3, time="10:00")
    row = kept(session, "booked")[0]

    for stop in town.stops:
        stop.lon += (stop.id % 3) * 0.02
    session.flush()
    masters.refresh_travel_times(session, GridMap(), now=NOW)
    town.book(1, 4, time="11:00")

    assert decisions.replay(session, row.public_id).is_same
    assert len(session.scalars(select(KeptTravelTimes)).all()) == 2


def test_other_weights_are_in_the_record_and_in_its_replay(session):
    town = Town(session, seats=(8, 8), weights={"delay": 3.5, "gone_since": 9.0})
    town.book(0, 3, time="10:00")

    row = kept(session, "booked")[0]

    assert dict(row.record["weights"])["delay"] == 3.5
    assert "gone_since" not in dict(row.record["weights"])
    assert decisions.replay(session, row.public_id).is_same


def test_a_record_that_was_tampered_with_is_not_the_same(session):
    town = Town(session, seats=(8, 8))
    town.book(0, 3, time="10:00")
    row = kept(session, "booked")[0]
    chosen = [[*each] for each in row.record["chosen"]]
    chosen[0][1] += 1
    row.record = row.record | {"chosen": chosen}
    session.flush()

    assert not decisions.replay(session, row.public_id).is_same


def test_a_record_of_another_schema_is_not_read(session):
    town = Town(session)
    town.book(0, 3, time="10:00")
    row = kept(session, "booked")[0]
    row.record = row.record | {"v": 2}
    session.flush()

    with pytest.raises(ValueError, match="schema 2"):
        decisions.replay(session, row.public_id)


def test_there_is_nothing_to_replay_for_an_unknown_decision(session):
    with pytest.raises(NotFoundError):
        decisions.replay(session, "nothing")


def put_into(session, booking, run):
    """Give a ride to another vehicle by hand."""
    for visit in session.scalars(select(models.Visit).where(models.Visit.booking_id == booking.id)):
        visit.run_id = run.id
    booking.run_id = run.id
    session.flush()


def joined(full, empty):
    """Return two vehicles' itineraries with the rides of both in the first."""
    up, off = empty.visits
    return replace(full, visits=(full.visits[0], up, off, full.visits[1])), replace(empty, visits=(), frozen=0)


def test_a_better_plan_is_written_down_with_both_costs_and_judged_again(session):
    town = Town(session, seats=(4, 4))
    first, second = town.book(0, 5, time="10:00"), town.book(1, 4, time="10:05")
    runs = itineraries.load(session, town.day(), now=NOW).runs
    put_into(session, second, next(each.run for each in runs if each.run.id != first.run_id))
    day_plan, versions = planning.snapshot(session, town.day().id, now=NOW)
    better = joined(*sorted(day_plan.plan, key=lambda each: each.visits[0].request.id))

    assert planning.apply(session, town.day().id, better, versions, now=NOW)

    row = kept(session, "replanned")[0]
    told = why.of(session, row.public_id)
    assert sum(row.record["after"].values()) < sum(row.record["before"].values())
    assert decisions.replay(session, row.public_id).is_same
    assert (told.moved, told.before, told.first) == (2, row.record["before"], None)
    assert "2件のご予約の順番や車を入れ替えました" in why_words.why_text(told)
    asked = row.record
    row.record = asked | {"orders": [[run, [0, 1, 2, 3] if order else []] for run, order in asked["orders"]]}
    session.flush()
    assert not decisions.replay(session, row.public_id).is_same
    row.record = row.record | {"orders": records.pack_orders(day_plan.plan, records.numbers_of(day_plan.plan))}
    session.flush()
    assert not decisions.replay(session, row.public_id).is_same


def test_a_better_plan_is_the_same_again_beside_a_vehicle_that_it_leaves_as_it_was_and_that_breaks_a_limit(session):
    town = Town(session, seats=(4, 4, 8))
    first, second, third = (town.book(0, 5, time="10:00"), town.book(1, 4, time="10:05"), town.book(2, 3, time="13:00"))
    runs = [each.run for each in itineraries.load(session, town.day(), now=NOW).runs]
    for booking, run in zip((first, second, third), runs, strict=True):
        put_into(session, booking, run)
    town.vehicles[2].seats = 0  # somebody wrote down another vehicle
    session.flush()
    day_plan, versions = planning.snapshot(session, town.day().id, now=NOW)

    assert planning.apply(session, town.day().id, (*joined(*day_plan.plan[:2]), day_plan.plan[2]), versions, now=NOW)

    row = kept(session, "replanned")[0]
    assert decisions.replay(session, row.public_id).is_same


@pytest.mark.parametrize(("seats", "time"), [((), "10:00"), ((8,), "8:00")], ids=["no vehicle", "a rule"])
def test_a_refusal_without_anything_to_weigh_is_told_in_its_own_words(session, seats, time):
    town = Town(session, seats=seats)

    refused = town.book(0, 3, time=time)

    told = why.of(session, kept(session)[0].public_id)
    assert told.first is None
    assert why_words.why_text(told) == wording.refusal_text(refused)
    assert why_words.why_text(told, "en") == wording.refusal_text(refused, "en")


@pytest.mark.parametrize("vehicles", [1, 2])
def test_a_ride_whose_vehicle_breaks_down_is_written_down_wherever_it_goes(session, vehicles):
    town = Town(session, seats=(4,) * vehicles)
    booking = town.book(0, 3, time="10:00")

    breakdowns.take_out(
        session, booking.run_id, reason="故障", actor="staff:1", event_id="broken", now=jst(f"{MONDAY} 09:30")
    )

    row = kept(session, "moved")[0]
    assert (row.booking_id, row.code) == (booking.id, None if vehicles == 2 else "no_vehicle")
    assert decisions.replay(session, row.public_id).is_same


def test_who_is_left_behind_by_a_vehicle_that_broke_down_may_cancel(session):
    town = Town(session, seats=(4,))
    booking = town.book(0, 3, time="10:00")
    now = jst(f"{MONDAY} 09:30")
    breakdowns.take_out(session, booking.run_id, reason="故障", actor="staff:1", event_id="broken", now=now)

    assert bookings.cancel(session, booking.public_id, actor="staff:1", now=now).state == "cancelled"

    visits = select(models.Visit.state).where(models.Visit.booking_id == booking.id)
    assert session.scalars(visits).all() == ["skipped", "skipped"]


@pytest.mark.req("Q-69")
def test_what_a_decision_was_made_of_goes_with_the_rides_and_its_figures_stay(engine):
    with transaction(engine) as session:
        town = Town(session)
        town.book(0, 3, time="10:00")
        town.book(0, 3, time="8:00")
        retention.agree(session, DEFAULTS, agreed_on=NOW.date(), agreed_with="町", actor="system", now=NOW)
    later = jst("2023-04-03 09:00")

    purging.purge(engine, actor="system", now=later, wall=later, with_trail=False)

    with transaction(engine) as session:
        booked = kept(session, "booked")[0]
        assert (booked.record, booked.direct_s) == (decisions.FORGOTTEN, 900)
        assert decisions.replay(session, booked.public_id).is_forgotten
        assert (
            why_words.why_text(why.of(session, booked.public_id))
            == "くわしい記録は、保存期間を過ぎたため消えています。"
        )
        assert session.scalars(select(KeptTravelTimes)).all() == []
        assert "facts" in kept(session, "refused")[0].record
        assert not decisions.replay(session, kept(session, "refused")[0].public_id).is_forgotten

    purging.purge(engine, actor="system", now=jst("2028-04-03 09:00"), wall=later, with_trail=False)

    with transaction(engine) as session:
        assert kept(session) == []


@pytest.fixture
def forgettable(engine):
    """A committed town with one old decision, the last that its driving times are kept for, and its rule."""
    with transaction(engine) as session:
        town = Town(session)
        town.book(0, 3, time="10:00")
        ids = [row.id for row in kept(session)]
    [rule] = [each for each in purging.RULES if each.name == "decision_plans"]
    return town, ids, rule


def book_again(engine, town):
    with transaction(engine) as town.session:
        return said(town.book(1, 4, time="11:00"))


@pytest.mark.req("Q-69")
def test_who_books_while_driving_times_are_taken_away_waits_and_books(engine, forgettable):
    town, ids, rule = forgettable

    with ThreadPoolExecutor(1) as pool:
        with transaction(engine) as purge:
            rule.clear(purge, ids, NOW)
            booked = pool.submit(book_again, engine, town)
            with engine.connect() as watch:
                await_waiter(watch)
        assert booked.result() == "confirmed"

    with transaction(engine) as session:
        assert decisions.replay(session, kept(session)[-1].public_id).is_same


@pytest.mark.req("Q-69")
def test_driving_times_that_somebody_just_books_with_are_not_taken_away(engine, forgettable):
    town, ids, rule = forgettable

    with transaction(engine) as town.session:
        assert said(town.book(1, 4, time="11:00")) == "confirmed"
        with transaction(engine) as purge:
            rule.clear(purge, ids, NOW)

    with transaction(engine) as session:
        assert decisions.replay(session, kept(session)[-1].public_id).is_same


def await_waiter(watch):
    """Return when somebody waits for a lock of somebody else."""
    end_at = time.monotonic() + PATIENCE_S
    while time.monotonic() < end_at:
        if watch.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one():
            return
        time.sleep(0.01)
    raise AssertionError("nobody waits")


@pytest.mark.parametrize("seed", [7, 2022])
def test_every_decision_of_a_random_day_is_made_again_the_same(session, seed):
    """Quotes, bookings, cancellations and refusals, with wheelchairs, kept seats and weights of the town's own."""
    chance = random.Random(seed)
    town = Town(session, seats=(3, 4), reserved_seats=1, reserve_until_s=3600, weights={"riding": 0.4})
    make_vehicle(session, town.service, town.stops[2], seats=4, wheelchair_places=1)
    held = []
    for number in range(60):
        origin, destination = chance.sample(range(6), 2)
        time = f"{chance.randrange(9, 15)}:{chance.randrange(0, 60, 10):02d}"
        values = {
            "time": time,
            "kind": chance.choice(["depart", "arrive"]),
            "wheelchairs": int(chance.random() < 0.2),
            "adult": chance.choice([1, 1, 2, 3]),
        }
        rider = make_rider(session, phone=f"070{seed:04d}{number:04d}")
        if chance.random() < 0.4:
            look(town, rider=rider, origin=origin, destination=destination, **values)
        else:
            outcome = town.book(origin, destination, rider=rider, **values)
            held += [outcome] if isinstance(outcome, Booking) else []
        if held and chance.random() < 0.1:
            bookings.cancel(session, held.pop().public_id, actor="staff:1", now=NOW)

    rows = kept(session)
    replayed = [decisions.replay(session, row.public_id) for row in rows]

    assert {row.kind for row in rows} == {"offered", "booked", "refused"}
    assert len(rows) == 60
    assert [row.public_id for row, each in zip(rows, replayed, strict=True) if not each.is_same] == []
    assert all(each.is_same_engine for each in replayed)

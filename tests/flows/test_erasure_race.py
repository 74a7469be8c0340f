"""Who is erased while a ride is being booked: the ride comes first and is given up, or the erasure does and says no.

There is no moment between: who books holds the rider, and who erases waits, and the other way round (D-40, Q-69).
"""

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from backend.db.models import Booking, Rider
from backend.db.session import transaction
from backend.services import guests, members, purging
from tests.demo_town import said
from tests.make import NOW, Town, make_rider
from tests.patience import PATIENCE_S


@pytest.fixture
def town(engine):
    """A small town with a member who was asked whether to stay, and said nothing."""
    with transaction(engine) as session:
        made = Town(session)
        rider = session.get_one(Rider, made.rider.id)
        rider.registered_at, rider.asked_on = NOW - timedelta(days=400), NOW.date() - timedelta(days=31)
        return made


def by_staff(session, rider):
    members.erase(session, rider.public_id, actor="staff:1", now=NOW)


def by_purge(session, rider):
    [rule] = [each for each in purging.RULES if each.name == "members"]
    rule.clear(session, [rider.id], NOW)


def book(session, town):
    town.session = session
    return said(town.book(0, 2, rider=town.rider))


def wait_for_lock(engine, other: Future) -> None:
    """Wait until somebody waits for a lock; ``other`` must not come through meanwhile."""
    end_at = time.monotonic() + PATIENCE_S
    with engine.connect() as watch:
        while not watch.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one():
            assert not other.done(), other.result()
            assert time.monotonic() < end_at
            time.sleep(0.01)


def one_while_the_other_is_open(engine, first, second):
    """Do ``first``, start ``second`` before it is committed, and return what both said."""
    begun = threading.Event()

    def then():
        begun.set()
        with transaction(engine) as session:
            return second(session)

    with ThreadPoolExecutor(1) as pool:
        with transaction(engine) as session:
            before = first(session)
            waiting = pool.submit(then)
            assert begun.wait(PATIENCE_S)
            wait_for_lock(engine, waiting)
        return before, waiting.result(PATIENCE_S)


def state_of(engine, town):
    with transaction(engine) as session:
        rider = session.get_one(Rider, town.rider.id)
        return rider.state, rider.name, [each.state for each in session.scalars(select(Booking))]


@pytest.mark.req("D-40", "Q-69")
@pytest.mark.parametrize("erase", [by_staff, by_purge])
def test_who_is_just_being_erased_books_no_more(engine, town, erase):
    _, outcome = one_while_the_other_is_open(
        engine, lambda session: erase(session, town.rider), lambda session: book(session, town)
    )

    assert outcome == "not_a_member"
    assert state_of(engine, town) == ("left", "", [])


@pytest.mark.req("D-40", "Q-69")
@pytest.mark.parametrize(
    ("erase", "expected"),
    [(by_staff, ("left", "", ["cancelled"])), (by_purge, ("active", "山田 花子", ["confirmed"]))],
)
def test_a_ride_just_being_booked_is_given_up_or_keeps_its_rider(engine, town, erase, expected):
    """Staff who erase give up rides to come; the purge takes nobody who rides."""
    outcome, _ = one_while_the_other_is_open(
        engine, lambda session: book(session, town), lambda session: erase(session, town.rider)
    )

    assert outcome == "confirmed"
    assert state_of(engine, town) == expected


@pytest.mark.req("D-40", "Q-69")
def test_a_guest_who_is_just_being_erased_is_a_new_guest(engine, town):
    """Nothing is written to the row that is emptied at that moment."""
    known = {"name": "客 一郎", "kana": "", "phone": "09033334444", "channel": "phone", "remember": False, "now": NOW}
    with transaction(engine) as session:
        old = make_rider(
            session, name="客 一郎", phone="09033334444", state="guest", registered_at=NOW - timedelta(days=400)
        )
    [rule] = [each for each in purging.RULES if each.name == "guests"]

    _, new = one_while_the_other_is_open(
        engine, lambda session: rule.clear(session, [old.id], NOW), lambda session: guests.make(session, **known)
    )

    assert new != old.id
    with transaction(engine) as session:
        assert (session.get_one(Rider, old.id).name, session.get_one(Rider, new).name) == ("", "客 一郎")

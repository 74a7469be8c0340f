"""The outbox: owed once, claimed by one, tried again, given up to the phone (D-47; design 1.8)."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from backend.db.models import CallTask, LineEvent, Notification
from backend.db.queries import call_tasks
from backend.db.session import transaction
from backend.services import notifications
from tests.make import NOW, Town, make_line_user, make_rider


@pytest.fixture
def account(session):
    return make_line_user(session, rider=make_rider(session))


def owe(session, account, number=0, **values):
    return notifications.owe(
        session, "time_changed", dedupe_key=f"occasion-{number}", rider_id=account.rider_id, now=NOW, **values
    )


def row(session, notification_id) -> Notification:
    return session.get_one(Notification, notification_id, populate_existing=True)


def test_one_occasion_is_owed_once(session, account):
    first, again = owe(session, account), owe(session, account)

    assert again is None
    assert session.scalars(select(Notification.id)).all() == [first]


def test_one_occasion_is_owed_once_by_two_at_the_same_time(engine):
    with transaction(engine) as session:
        account = make_line_user(session, rider=make_rider(session))
    barrier = threading.Barrier(8)

    def act(_number):
        barrier.wait()
        with transaction(engine) as session:
            return owe(session, account)

    with ThreadPoolExecutor(8) as pool:
        made = [each for each in pool.map(act, range(8)) if each is not None]

    with transaction(engine) as session:
        assert session.scalars(select(Notification.id)).all() == made
    assert len(made) == 1


@pytest.mark.req("D-47")
@pytest.mark.parametrize(("kind", "tasks"), [("delay", 1), ("booking_confirmed", 0)])
def test_who_has_no_line_is_phoned_about_what_they_must_hear(session, kind, tasks):
    rider = make_rider(session)

    notifications.owe(session, kind, dedupe_key="once", rider_id=rider.id, minutes=20, now=NOW)

    found = session.scalars(select(CallTask)).all()
    assert [(task.kind, task.why, task.minutes, task.rider_id) for task in found] == [
        ("delay", "no_line", 20, rider.id)
    ][:tasks]


def test_an_account_that_left_is_not_written_to(session, account):
    account.followed = False
    session.flush()

    assert owe(session, account) is None


def test_many_workers_at_once_get_each_message_once(engine):
    with transaction(engine) as session:
        account = make_line_user(session, rider=make_rider(session))
        owed = [owe(session, account, number) for number in range(40)]
    barrier = threading.Barrier(8)

    def work(_number):
        barrier.wait()
        claimed = []
        while True:
            with transaction(engine) as session:
                batch = notifications.claim(session, now=NOW, wall=NOW, limit=3)
            if not batch:
                return claimed
            claimed += batch

    with ThreadPoolExecutor(8) as pool:
        claimed = [each for batch in pool.map(work, range(8)) for each in batch]

    assert sorted(claimed) == owed


def test_a_lease_ends_and_the_next_one_sends_with_the_same_retry_key(session, account):
    owed = owe(session, account)
    claimed = notifications.claim(session, now=NOW, wall=NOW)
    key = row(session, owed).retry_key

    in_time = NOW + notifications.LEASE
    still_leased = (
        notifications.claim(session, now=NOW, wall=in_time),
        notifications.claim_one(session, owed, now=NOW, wall=in_time),
    )
    after = notifications.claim_one(session, owed, now=NOW, wall=in_time + timedelta(seconds=1))

    assert (claimed, still_leased, after) == ([owed], ([], False), True)
    assert (row(session, owed).retry_key, row(session, owed).tries) == (key, 2)


def test_the_most_urgent_goes_first(session, account):
    usual, urgent = owe(session, account, 1), owe(session, account, 2, priority=notifications.DELAYS_FIRST)

    assert notifications.claim(session, now=NOW, wall=NOW, limit=1) == [urgent]
    assert notifications.claim(session, now=NOW, wall=NOW, limit=1) == [usual]


def test_a_failure_waits_longer_each_time_and_ten_minutes_at_most(session, account):
    owed = owe(session, account)
    waits = []
    for tries in (1, 2, 5, 20):
        row(session, owed).tries = tries
        notifications.mark_failed(session, owed, error="line answered 500", wall=NOW)
        waits.append((row(session, owed).lease_until - NOW).total_seconds())

    assert waits == [2, 4, 32, 600]
    assert (row(session, owed).state, row(session, owed).last_error) == ("owed", "line answered 500")


def test_after_the_last_try_the_desk_phones(session, account):
    owed = owe(session, account)
    row(session, owed).tries = notifications.MOST_TRIES

    notifications.mark_failed(session, owed, error="line answered 500", wall=NOW)

    task = session.scalars(select(CallTask)).one()
    assert (task.notification_id, task.why, task.rider_id) == (owed, "line_failed", account.rider_id)
    assert row(session, owed).state == "call"
    assert notifications.claim(session, now=NOW, wall=NOW + timedelta(days=1)) == []


def test_given_up_twice_makes_one_call(session, account):
    owed = owe(session, account)

    for _ in range(2):
        notifications.to_call_list(session, owed, why="left_line", now=NOW)

    assert len(session.scalars(select(CallTask.id)).all()) == 1


def test_what_is_sent_is_not_sent_again_and_its_words_are_forgotten(session, account):
    event = LineEvent(webhook_event_id="e1", line_user_id=account.id, happened_at=NOW, received_at=NOW)
    session.add(event)
    session.flush()
    owed = notifications.answer(session, line_event_id=event.id, line_user_id=account.id, content="[1]", wall=NOW)

    notifications.mark_sent(session, owed, wall=NOW)

    assert (row(session, owed).state, row(session, owed).content) == ("sent", "")
    assert notifications.claim(session, now=NOW, wall=NOW + timedelta(hours=1)) == []


def test_an_answer_is_leased_to_who_replies_and_pushed_by_others_when_that_one_dies(session, account):
    event = LineEvent(webhook_event_id="e1", line_user_id=account.id, happened_at=NOW, received_at=NOW)
    session.add(event)
    session.flush()

    owed = notifications.answer(session, line_event_id=event.id, line_user_id=account.id, content="[1]", wall=NOW)

    assert notifications.claim(session, now=NOW, wall=NOW + notifications.ANSWER_LEASE) == []
    assert notifications.claim(session, now=NOW, wall=NOW + notifications.ANSWER_LEASE + timedelta(seconds=1)) == [owed]
    assert row(session, owed).content == "[1]"


def test_nobody_is_told_in_the_chat_twice_what_they_did_there(session):
    town = Town(session)
    make_line_user(session, rider=town.rider)

    booking = town.book(rider=town.rider)
    notifications.owe_about(session, booking, "booking_cancelled", actor="line:1", now=NOW)

    assert session.scalars(select(Notification.kind)).all() == ["booking_confirmed"]


@pytest.mark.req("D-47")
def test_newer_news_of_a_ride_takes_the_place_of_older_ones_on_the_call_list(session):
    town = Town(session)
    booking, other = town.book(0, 2, time="10:00"), town.book(0, 2, time="10:00")
    for kind, about in (("delay", booking), ("delay", other), ("vehicle_changed", booking)):
        key = f"{kind}:{about.id}"
        notifications.owe(session, kind, dedupe_key=key, rider_id=about.rider_id, booking_id=about.id, now=NOW)

    still = [(call.kind, call.booking_number) for call in call_tasks.list_open(session)]
    assert sorted(still) == sorted([("delay", other.number), ("vehicle_changed", booking.number)])
    assert call_tasks.list_done(session) == []

"""Each message once, whatever LINE and the workers do."""

import dataclasses
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from backend import world as worlds
from backend.clock import wall
from backend.db.models import (
    CallTask,
    Draft,
    LineEvent,
    LineUser,
    Notification,
    Rider,
    Stop,
    TransportService,
    TravelTimeTable,
)
from backend.db.session import transaction
from backend.jobs import sweeping
from backend.ports import MonthlyLimitError, PermanentError, ReplyTokenError, TemporaryError, UnknownUserError
from backend.services import notifications
from bot import jobs
from tests.bot.make_bot import body, check_messages, event, make_app, sign
from tests.make import MONDAY, NOW, make_booking, make_wish


def states(resident):
    with transaction(resident.world.engine) as session:
        return [(row.kind, row.state) for row in session.scalars(select(Notification).order_by(Notification.id))]


def later(resident, **passed):
    """Let real time pass, as far as leases see it."""
    shift = timedelta(**passed)
    resident.world = dataclasses.replace(resident.world, wall=lambda: wall() + shift)
    worlds.install(resident.world)
    resident.client = make_app(resident.world).test_client()


def send_all(resident):
    with transaction(resident.world.engine) as session:
        owed = session.scalars(select(Notification.id).where(Notification.state == "owed")).all()
    for notification_id in owed:
        jobs.send_notification(notification_id)


def owe_delay(resident):
    """Owe a member word of a delay of fifteen minutes."""
    with transaction(resident.world.engine) as session:
        service = session.scalars(select(TransportService)).first()
        first, second = session.scalars(select(Stop).order_by(Stop.id).limit(2))
        rider = session.get_one(Rider, resident.rider_id)
        booking = make_booking(session, make_wish(service, first, second, day=MONDAY), rider=rider)
        session.execute(delete(Notification))
        return notifications.owe(
            session, "delay", dedupe_key="delay:1", now=NOW, rider_id=rider.id, booking_id=booking.id, minutes=15
        )


def test_an_answer_is_a_reply_and_counts_as_sent(member):
    member.say("料金")

    assert len(member.messenger.replies) == 1
    assert states(member) == [("answer", "sent")]


def test_a_reply_that_timed_out_but_arrived_is_not_sent_again(member):
    member.messenger.failures = [TemporaryError("time-out"), ReplyTokenError("used")]

    member.say("料金")
    later(member, minutes=2)
    send_all(member)

    assert states(member) == [("answer", "sent")]
    assert member.messenger.pushes == []


def test_a_reply_that_failed_once_is_tried_again_on_its_token(member):
    member.messenger.failures = [TemporaryError("500")]

    member.say("料金")

    assert len(member.messenger.replies) == 1
    assert states(member) == [("answer", "sent")]


def test_a_reply_that_never_got_through_is_pushed_once(member):
    member.messenger.failures = [TemporaryError("500"), TemporaryError("500")]
    member.say("料金")
    assert states(member) == [("answer", "owed")]

    later(member, minutes=2)
    send_all(member)
    send_all(member)

    assert len(member.messenger.pushes) == 1
    assert states(member) == [("answer", "sent")]


def test_an_answer_whose_worker_died_is_tried_on_its_token_first(member):
    member.messenger.failures = [TemporaryError("gone"), TemporaryError("gone"), ReplyTokenError("used")]
    member.say("料金")

    later(member, seconds=15)
    send_all(member)

    assert member.messenger.pushes == []
    assert states(member) == [("answer", "sent")]


def test_an_answer_whose_token_is_no_use_is_pushed_at_once(member):
    member.messenger.failures = [ReplyTokenError("too old")]

    member.say("料金")

    assert len(member.messenger.pushes) == 1
    assert member.messenger.pushes[0][0] == member.user_id
    assert states(member) == [("answer", "sent")]


def test_an_answer_that_comes_too_late_for_a_reply_is_pushed(member):
    raw = body(event(member.user_id, message={"type": "text", "id": "1", "text": "料金"}))
    member.client.post("/line/webhook", data=raw, headers={"x-line-signature": sign(raw)})
    later(member, seconds=55)

    (_job, (line_user_id,)) = member.world.bell.rung.pop()
    jobs.handle_events(line_user_id)

    assert (len(member.messenger.replies), len(member.messenger.pushes)) == (0, 1)
    assert states(member) == [("answer", "sent")]


def test_a_delay_is_pushed_with_minutes_and_the_new_time(member):
    owe_delay(member)

    send_all(member)

    ((to, messages, _key),) = member.messenger.pushes
    assert to == member.user_id
    assert "車が約15分遅れています" in str(messages)
    assert states(member) == [("delay", "sent")]


def test_a_push_that_fails_for_now_keeps_its_key_until_it_arrives(member):
    notification_id = owe_delay(member)
    member.messenger.failures = [TemporaryError("500"), TemporaryError("time-out")]
    with transaction(member.world.engine) as session:
        key = session.get_one(Notification, notification_id).retry_key

    for seconds in (0, 60, 300, 300):
        later(member, seconds=seconds)
        send_all(member)

    assert [sent_key for _to, _messages, sent_key in member.messenger.pushes] == [key]
    assert states(member) == [("delay", "sent")]


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (MonthlyLimitError("429"), "monthly_limit"),
        (UnknownUserError("400"), "unknown_user"),
        (PermanentError("400"), "line_refused"),
    ],
)
def test_a_push_that_will_never_arrive_becomes_a_phone_call(member, error, why):
    owe_delay(member)
    member.messenger.failures = [error]

    send_all(member)

    assert states(member) == [("delay", "call")]
    with transaction(member.world.engine) as session:
        assert session.scalars(select(CallTask.why)).all() == [why]


@pytest.mark.req("L-17")
def test_who_left_is_not_sent_anything_but_phoned(member):
    owe_delay(member)

    member.send(event(member.user_id, type="unfollow", replyToken=None))

    assert states(member) == [("delay", "call")]
    send_all(member)
    assert member.messenger.pushes == []
    with transaction(member.world.engine) as session:
        assert not session.scalars(select(LineUser)).one().followed


def test_who_comes_back_is_greeted_and_reached_again(member):
    member.send(event(member.user_id, type="unfollow", replyToken=None))

    member.send(event(member.user_id, type="follow", follow={"isUnblocked": True}))

    assert "ようこそ" in member.read
    with transaction(member.world.engine) as session:
        assert session.scalars(select(LineUser)).one().followed


def test_a_withdrawn_message_is_deleted(member):
    member.send(event(member.user_id, message={"type": "text", "id": "4711", "text": "秘密"}))

    member.send(event(member.user_id, type="unsend", unsend={"messageId": "4711"}, replyToken=None))

    with transaction(member.world.engine) as session:
        bodies = [row.body for row in session.scalars(select(LineEvent).order_by(LineEvent.id))]
    assert bodies[0] == ""
    assert "秘密" not in "".join(bodies)


def test_an_event_that_fails_three_times_is_given_up_with_an_apology(member):
    member.rich("book")
    for verb, nth in (("letter", 0), ("from", 0), ("letter", 1), ("to", 0), ("day", 0)):
        member.tap_verb(verb, nth=nth)
    with transaction(member.world.engine) as session:
        session.execute(delete(TravelTimeTable))  # no ride can be reckoned any more

    member.tap_verb("time", nth=2)

    assert "うまくいきませんでした" in member.read
    assert "011-000-0000" in member.read
    with transaction(member.world.engine) as session:
        last = session.scalars(select(LineEvent).order_by(LineEvent.id.desc())).first()
        assert (last.state, last.tries) == ("failed", 4)
    member.say("料金")
    assert "350円" in member.read


def test_events_are_handled_in_the_order_in_which_they_happened(member):
    first = event(member.user_id, message={"type": "text", "id": "1", "text": "予約"})
    second = event(member.user_id, message={"type": "text", "id": "2", "text": "やめる"})

    member.send(second, first)

    assert [token for token, _ in member.messenger.replies] == [first["replyToken"], second["replyToken"]]
    assert "予約をやめました" in member.read


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("booking_confirmed", "予約ができました"),
        ("booking_cancelled", "を取り消しました"),
        ("time_changed", "お約束の時間の中です"),
        ("delay_over", "遅れがなくなりました"),
        ("vehicle_changed", "車が変わります"),
        ("run_suspended", "の車は動きません"),
        ("timetable_changed", "時刻が変わりました"),
    ],
)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_kind_of_notice_has_words_that_line_takes(member, kind, words, language):
    notification_id = owe_delay(member)
    with transaction(member.world.engine) as session:
        session.get_one(Notification, notification_id).kind = kind
        session.scalars(select(LineUser)).one().language = language

    jobs.send_notification(notification_id)

    ((_to, messages, _key),) = member.messenger.pushes
    check_messages(messages)
    assert (words in str(messages)) == (language == "ja")


def test_a_draft_is_forgotten_after_half_an_hour(member):
    member.rich("book")
    old = member.data_of("あ")
    later(member, minutes=31)

    member.tap_data(old)
    assert "それは前のボタンです" in member.read

    later(member, minutes=62)
    sweeping.make().drafts()
    with transaction(member.world.engine) as session:
        assert session.scalars(select(Draft)).all() == []

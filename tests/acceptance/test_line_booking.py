"""Booking in the chat, by tapping only what the bot shows."""

import pytest
from sqlalchemy import func, select

from backend.db.models import Booking, Notification, RefusedWish
from backend.db.queries import bookings as queries
from backend.db.session import transaction
from bot import postback
from bot.postback import Tap
from tests.bot.make_bot import actions, event, make_resident, set_clock
from tests.make import make_line_user, make_rider


def bookings_of(resident):
    with transaction(resident.world.engine) as session:
        return [queries.view(booking) for booking in session.scalars(select(Booking).order_by(Booking.id))]


def book_first_ride(resident, *, time=2, time_verb="time"):
    """Book from the rich menu by tapping, letters and all."""
    resident.rich("book")
    if any("ほかの場所をえらぶ" in label for label in resident.labels()):
        resident.tap("ほかの場所をえらぶ")
    for verb, nth in (("letter", 0), ("from", 0), ("letter", 1), ("to", 0), ("day", 0), (time_verb, time)):
        resident.tap_verb(verb, nth=nth)
    resident.tap("はい、予約する")


@pytest.mark.req("D-49", "D-30", "D-34")
def test_a_first_booking_takes_eight_taps_and_the_receipt_holds_everything(member):
    book_first_ride(member)

    (booking,) = bookings_of(member)
    assert member.taps == 8
    assert "予約ができました" in member.read
    for words in ("11月25日(金)", "10時30分〜10時40分", "一般1名", "350円", booking.number, "取り消す", "電話する"):
        assert words in member.read


@pytest.mark.req("D-26", "D-49")
def test_a_wished_arrival_takes_as_few_taps_and_is_kept(member):
    member.rich("book")
    for verb, nth in (("letter", 0), ("from", 0), ("letter", 1), ("to", 0), ("day", 0)):
        member.tap_verb(verb, nth=nth)
    taps = {data: postback.parse(data) for action in actions(member.shown) if (data := action.get("data"))}
    arrivals = [data for data, tap in taps.items() if tap.verb == "time" and tap.value.startswith("a")]
    member.tap_data(arrivals[2])
    member.tap("はい、予約する")

    (booking,) = bookings_of(member)
    assert member.taps == 8
    assert booking.wish_kind == "arrive"
    assert booking.promise.arrive_latest_s <= booking.wish_s == 11 * 3600


@pytest.mark.req("D-49")
def test_repeating_the_last_ride_takes_three_taps(member):
    book_first_ride(member)
    member.tap("取り消す")
    member.tap("はい、取り消す")
    book_first_ride(member, time=4)
    member.taps = 0

    member.rich("book")
    member.tap_verb("again", nth=1)
    member.tap("はい、予約する")

    *_, first, second = bookings_of(member)
    assert member.taps == 3
    assert (second.pickup.id, second.dropoff.id) == (first.dropoff.id, first.pickup.id)
    assert second.wish_s > first.planned_dropoff_s


@pytest.mark.req("D-49")
def test_back_stop_and_call_stand_under_every_question(member):
    member.rich("book")
    for verb, nth in (("letter", 0), ("from", 0), ("letter", 1), ("to", 0), ("day", 0), ("time", 2)):
        assert {"もどる", "やめる", "電話する"} <= set(member.labels())
        member.tap_verb(verb, nth=nth)
    assert {"もどる", "やめる", "電話する"} <= set(member.labels())

    member.tap("もどる")
    assert "何時にしますか" in member.read
    member.tap("もどる")
    assert "いつのりますか" in member.read
    member.tap("やめる")
    assert "予約をやめました" in member.read
    assert bookings_of(member) == []


@pytest.mark.req("D-34")
def test_three_riders_of_mixed_categories_and_a_wheelchair_ride_together(member):
    member.rich("book")
    for verb, nth in (("letter", 0), ("from", 0), ("letter", 1), ("to", 0), ("day", 0), ("time", 2)):
        member.tap_verb(verb, nth=nth)
    member.tap("人数を変える")
    for label_said in ("こどもをふやす", "高齢者をふやす", "車いすをふやす"):
        data = next(action["data"] for action in actions(member.shown) if action.get("displayText") == label_said)
        member.tap_data(data)
    member.tap("これでよい")
    for words in ("一般1名", "高齢者1名", "こども1名", "車いす1台", "650円"):
        assert words in member.read
    member.tap("はい、予約する")

    (booking,) = bookings_of(member)
    assert {each.category: each.persons for each in booking.party.members} == {"adult": 1, "child": 1, "senior": 1}
    assert (booking.party.wheelchairs, booking.fare_yen) == (1, 650)


@pytest.mark.req("D-31", "D-32")
def test_own_bookings_are_listed_shown_and_given_up(member):
    book_first_ride(member)
    number = bookings_of(member)[0].number

    member.rich("bookings")
    assert f"予約番号 {number}" in member.read
    member.tap_verb("booking")
    member.tap("取り消す")
    assert "この予約を取り消しますか" in member.read
    member.tap("はい、取り消す")

    assert "予約を取り消しました" in member.read
    assert bookings_of(member)[0].state == "cancelled"
    member.rich("bookings")
    assert "これからのご予約はありません" in member.read


@pytest.mark.req("D-31")
def test_nobody_sees_or_gives_up_the_booking_of_another(member, minami):
    book_first_ride(member)
    public_id = bookings_of(member)[0].public_id
    other = make_resident(minami)
    with transaction(minami.engine) as session:
        make_line_user(session, user_id=other.user_id, rider=make_rider(session, phone="09055556666"))

    for verb in ("booking", "cancel", "drop", "change"):
        other.tap_data(postback.encode(Tap(verb, "", public_id)))
        assert "その予約は見つかりませんでした" in other.read

    assert bookings_of(member)[0].state == "confirmed"


@pytest.mark.req("Q-12")
def test_a_change_tries_the_new_ride_first_and_gives_the_old_one_up_then(member):
    book_first_ride(member)
    member.tap("変更する")
    member.tap_verb("edit")
    assert "何時にしますか" in member.read
    member.tap_verb("time", nth=6)
    member.tap("はい、変更する")

    old, new = bookings_of(member)
    assert (old.state, new.state) == ("cancelled", "confirmed")
    assert new.wish_s > old.wish_s


@pytest.mark.req("D-48")
def test_a_refusal_says_why_and_its_way_out_books(member):
    book_first_ride(member)
    member.rich("book")
    member.tap_verb("again")

    assert "同じ時間に、別のご予約" in member.read
    assert "こちらなら予約できます" in member.read
    ways = [action for action in actions(member.shown) if ":pick:" in action.get("data", "")]
    assert 1 <= len(ways) <= 3

    member.tap_verb("pick")
    member.tap("はい、予約する")

    assert len(bookings_of(member)) == 2
    with transaction(member.world.engine) as session:
        assert session.scalars(select(RefusedWish.code)).all() == ["overlapping"]


@pytest.mark.req("D-13", "L-13")
def test_who_is_no_member_is_led_to_registration_and_books_nothing(guest):
    guest.rich("book")

    assert "ご予約には会員登録が必要です" in guest.read
    assert "予約、車の手配、遅れなどのご連絡のためだけに使います" in guest.read
    assert "同意して登録へすすむ" in guest.labels()
    assert bookings_of(guest) == []


def test_a_button_tapped_twice_books_once_and_shows_the_booking(member):
    member.rich("book")
    for verb, nth in (("letter", 0), ("from", 0), ("letter", 1), ("to", 0), ("day", 0), ("time", 2)):
        member.tap_verb(verb, nth=nth)
    yes = member.data_of("はい、予約する")

    member.tap_data(yes)
    member.tap_data(yes)
    assert "この予約はできています" in member.read
    member.tap("取り消す")
    member.tap("はい、取り消す")
    member.tap_data(yes)

    assert "この予約は取り消し済みです" in member.read
    assert len(bookings_of(member)) == 1


def test_a_button_of_a_former_draft_shows_where_one_is_now(member):
    member.rich("book")
    old = member.data_of("あ")
    member.rich("book")

    member.tap_data(old)

    assert "それは前のボタンです" in member.read
    assert "どこからのりますか" in member.read


def test_both_copies_of_a_doubled_event_have_one_effect(member):
    member.rich("book")
    for verb, nth in (("letter", 0), ("from", 0), ("letter", 1), ("to", 0), ("day", 0), ("time", 2)):
        member.tap_verb(verb, nth=nth)
    tap = event(member.user_id, type="postback", postback={"data": member.data_of("はい、予約する")})

    member.send(tap, {**tap, "deliveryContext": {"isRedelivery": True}})

    with transaction(member.world.engine) as session:
        assert session.scalar(select(func.count()).select_from(Booking)) == 1
    answers = [token for token, _ in member.messenger.replies if token == tap["replyToken"]]
    assert len(answers) == 1


@pytest.mark.req("D-16")
def test_a_ride_is_booked_on_a_sunday_night(member):
    set_clock(member, "2022-11-27 03:00:00")

    book_first_ride(member)

    assert bookings_of(member)[0].day.isoformat() == "2022-11-28"


@pytest.mark.req("D-02", "D-04", "D-48")
def test_a_closed_day_of_the_calendar_is_refused_with_its_reason(member):
    member.rich("book")
    for verb, nth in (("letter", 0), ("from", 0), ("letter", 1), ("to", 0)):
        member.tap_verb(verb, nth=nth)
    picker = next(action for action in actions(member.shown) if action["type"] == "datetimepicker")

    member.tap_data(picker["data"], date="2022-11-26")

    assert "11月26日(土)は運休日です" in member.read
    assert "いつのりますか" in member.read


def test_nothing_is_pushed_to_who_books_in_the_chat(member):
    book_first_ride(member)

    assert member.messenger.pushes == []
    with transaction(member.world.engine) as session:
        assert set(session.scalars(select(Notification.state))) == {"sent"}

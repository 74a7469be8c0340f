"""The reminder of a ride on the evening before it: once, by LINE alone, never at night, and switchable (T-54)."""

import dataclasses
import json
import re
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text, update

from backend import world as worlds
from backend.clock import wall
from backend.db.models import Booking, CallTask, LineUser, Notification, Rider, Run, TransportService
from backend.db.session import transaction
from backend.jobs.sweeping import Sweeper
from backend.ports import MonthlyLimitError
from backend.services import bookings, notifications, reminders
from tests.acceptance.test_masters import inputs
from tests.admin.web import Web
from tests.bot.line_talk import TYPED, book_as_guest, bookings_of
from tests.bot.make_bot import make_resident, stop_clock, take_pushes
from tests.bot.residents import with_bell
from tests.fakes import FakeMessenger
from tests.make import NOW, Line, Town, jst, make_caller, make_line_user, make_rider, make_world
from tests.patience import PATIENCE_S

EVE = "2022-11-27"  # a Sunday; the rides are on the Monday
SIX = jst(f"{EVE} 18:00:00")


class Riding:
    """A member of a small town with LINE in the hand, who books by the service and hears by the sweeper."""

    def __init__(self, engine, **service) -> None:
        self.engine = engine
        self.resident = make_resident(with_bell(make_world(engine, now=NOW)))
        with transaction(engine) as session:
            self.town = Town(session, **service)
            make_line_user(session, user_id=self.resident.user_id, rider=self.town.rider)
            self.resident.rider_id = self.town.rider.id

    def book(self, origin=0, destination=3, *, now=NOW, **values) -> int:
        """Return the id of a ride booked in the chat, ten o'clock on Monday unless told otherwise."""
        with transaction(self.engine) as session:
            self.town.session = session
            rider = session.get_one(Rider, self.resident.rider_id)
            wish, caller = self.town.wish(origin, destination, **values), make_caller(rider, actor="line:1")
            made = bookings.book(session, wish, promise=None, caller=caller, now=now)
            assert isinstance(made, Booking), made
            return made.id

    def cancel(self, booking_id, *, now) -> None:
        with transaction(self.engine) as session:
            public_id = session.get_one(Booking, booking_id).public_id
            assert isinstance(bookings.cancel(session, public_id, actor="line:1", now=now), Booking)

    def change(self, booking_id, *, now, **wish) -> int:
        """Put another ride in the place of a booking, in the chat; return its id."""
        with transaction(self.engine) as session:
            self.town.session = session
            public_id = session.get_one(Booking, booking_id).public_id
            rider = session.get_one(Rider, self.resident.rider_id)
            caller = make_caller(rider, actor="line:1")
            made = bookings.change(
                session, public_id, self.town.wish(0, 3, **wish), promise=None, caller=caller, now=now
            )
            assert isinstance(made, Booking), made
            return made.id

    def owe(self, moment: str) -> list[int]:
        """Let the sweeper look for what is due at a moment; return the bookings of all reminders there are now."""
        stop_clock(self.resident, moment)
        Sweeper(self.resident.world).reminders()
        return self.reminded()

    def send(self, moment: str) -> list[str]:
        """Let the sweeper send what is owed at a moment; return what came to the resident."""
        stop_clock(self.resident, moment)
        before = len(self.resident.messenger.pushes)
        Sweeper(self.resident.world).messages()
        return [
            json.dumps(messages, ensure_ascii=False)
            for to, messages, _key in self.resident.messenger.pushes[before:]
            if to == self.resident.user_id
        ]

    def reminded(self) -> list[int]:
        with transaction(self.engine) as session:
            query = select(Notification.booking_id).where(Notification.kind == "reminder").order_by(Notification.id)
            return list(session.scalars(query))

    def states(self) -> list[str]:
        with transaction(self.engine) as session:
            return list(session.scalars(select(Notification.state).where(Notification.kind == "reminder")))


@pytest.fixture
def riding(engine):
    return Riding(engine)


# What it says


@pytest.mark.req("T-54")
def test_confirmation_and_reminder_of_a_run_show_how_to_know_the_vehicle(line_guest):
    book_as_guest(line_guest, "T20", "T03", "13時15分")
    confirmed = line_guest.read
    stop_clock(line_guest, "2025-05-07 18:00:00")

    Sweeper(line_guest.world).reminders()
    assert take_pushes(line_guest)

    signs = [re.findall("車両: .+／『空沼線代替交通』の表示", said) for said in (confirmed, line_guest.read)]
    assert signs[0]
    assert signs[1] == [signs[0][0]] * 2  # heard with the notification, and read on the card
    for said in ("5月8日(木)に、予約があります。", "空沼二股行き 2便", "真駒内駅 13時15分", "常盤 13時34分に到着"):
        assert said in line_guest.read
    assert bookings_of(line_guest)[0].number in line_guest.read
    assert not [private for private in TYPED.values() if private in line_guest.read]
    assert signs[0][0] in line_guest.shown[0]["altText"]
    line_guest.tap("取り消す")
    line_guest.tap("はい、取り消す")
    assert [each.state for each in bookings_of(line_guest)] == ["cancelled"]


def test_the_reminder_of_an_area_ride_says_window_and_places_and_leads_to_the_booking(riding):
    riding.book()
    riding.owe(f"{EVE} 18:00:00")

    assert take_pushes(riding.resident)

    places = [riding.town.stops[place].name for place in (0, 3)]
    for said in ("11月28日(月)に、予約があります。", "10時〜10時10分", *places):
        assert said in riding.resident.read
    assert "車の目印" not in riding.resident.read  # which vehicle comes is open until it comes
    riding.resident.tap("予約を見る")
    assert "予約番号" in riding.resident.read


def test_it_speaks_the_language_of_the_account(riding):
    riding.book()
    with transaction(riding.engine) as session:
        session.execute(update(LineUser).values(language="en"))
    riding.owe(f"{EVE} 18:00:00")

    take_pushes(riding.resident)

    assert "You have a booking on Mon 28 Nov." in riding.resident.read
    assert "Stop reminding me" in riding.resident.labels()


# When, and for whom


def test_it_is_owed_from_six_on_the_evening_before_until_the_night(riding):
    booking = riding.book()

    early = [riding.owe(moment) for moment in ("2022-11-26 18:30:00", f"{EVE} 17:59:59", f"{EVE} 20:00:00")]

    assert early == [[], [], []]
    assert riding.owe(f"{EVE} 18:00:00") == [booking]
    assert riding.owe(f"{EVE} 19:59:59") == [booking]
    assert len(riding.send(f"{EVE} 19:59:59")) == 1
    assert riding.send("2022-11-28 09:00:00") == []


def test_who_books_by_phone_is_reminded_in_line_and_who_has_no_line_not_at_all(riding):
    with transaction(riding.engine) as session:
        riding.town.session = session
        rider = session.get_one(Rider, riding.resident.rider_id)
        phoned = riding.town.book(0, 3, rider=rider, channel="phone").id
        riding.town.book(1, 4, time="12:00")

    assert riding.owe(f"{EVE} 18:00:00") == [phoned]
    with transaction(riding.engine) as session:
        assert session.scalars(select(CallTask)).all() == []


def test_a_ride_booked_after_the_moment_is_not_reminded_of(riding):
    before = riding.book(now=SIX)
    riding.book(3, 0, time="13:00", now=SIX + timedelta(seconds=1))

    assert riding.owe(f"{EVE} 19:00:00") == [before]


def test_a_ride_given_up_is_not_reminded_of(riding):
    riding.cancel(riding.book(), now=NOW)

    assert riding.owe(f"{EVE} 18:00:00") == []


def test_a_ride_given_up_between_owing_and_sending_is_neither_told_nor_phoned(riding):
    booking = riding.book()
    riding.owe(f"{EVE} 18:00:00")
    riding.cancel(booking, now=SIX)

    assert riding.send(f"{EVE} 18:00:05") == []
    assert riding.states() == ["dropped"]
    with transaction(riding.engine) as session:
        assert session.scalars(select(CallTask)).all() == []


def test_a_ride_of_a_run_that_is_called_off_is_not_reminded_of(riding):
    riding.book()
    with transaction(riding.engine) as session:
        session.execute(update(Run).values(state="suspended"))

    assert riding.owe(f"{EVE} 18:00:00") == []


def test_a_ride_changed_after_its_reminder_is_reminded_of_again_only_on_another_day(riding):
    first = riding.book()
    riding.owe(f"{EVE} 18:00:00")
    same_day = riding.change(first, now=SIX + timedelta(minutes=1), time="11:00")
    assert riding.owe(f"{EVE} 18:02:00") == [first]

    later = riding.change(same_day, now=SIX + timedelta(minutes=3), day=riding.town.wish().day + timedelta(days=1))

    assert riding.owe(f"{EVE} 18:04:00") == [first]
    assert riding.owe("2022-11-28 18:00:00") == [first, later]


# Switches


@pytest.mark.parametrize(("settings", "owed"), [({"reminds": False}, 0), ({"remind_at_s": 19 * 3600}, 0), ({}, 1)])
def test_the_town_says_when_and_whether(engine, settings, owed):
    riding = Riding(engine, **settings)
    riding.book()

    assert len(riding.owe(f"{EVE} 18:30:00")) == owed


def test_a_town_that_stops_reminding_sends_nothing_that_is_owed(riding):
    riding.book()
    riding.owe(f"{EVE} 18:00:00")
    with transaction(riding.engine) as session:
        session.execute(update(TransportService).values(reminds=False))

    assert riding.send(f"{EVE} 18:00:05") == []
    riding.resident.rich("help")
    assert not [label for label in riding.resident.labels() if "前の日のお知らせ" in label]


def test_a_resident_switches_reminders_off_and_on_in_the_chat(riding):
    booking = riding.book()
    riding.resident.rich("help")
    riding.resident.tap("前の日のお知らせをやめる")
    assert "遅れや運休は、これからもお知らせします" in riding.resident.read

    off = riding.owe(f"{EVE} 18:00:00")
    riding.resident.tap("前の日のお知らせを受ける")

    assert off == []
    assert "前の日のお知らせをやめる" in riding.resident.labels()
    assert riding.owe(f"{EVE} 18:01:00") == [booking]


def test_who_has_had_enough_says_so_on_the_reminder_and_the_next_one_does_not_come(riding):
    riding.book()
    riding.book(3, 0, time="13:00")
    riding.owe(f"{EVE} 18:00:00")
    take_pushes(riding.resident)
    riding.resident.tap("前の日のお知らせをやめる")
    next_day = riding.town.wish().day + timedelta(days=1)
    riding.book(day=next_day)

    assert len(riding.owe("2022-11-28 18:00:00")) == 2


def test_the_office_sets_time_and_switch_for_area_and_line_and_no_time_of_night(engine):
    with transaction(engine) as session:
        Town(session)
        line = Line(session).service.code
    web = Web(engine, now=NOW)
    for where in ("", f"?service={line}"):
        form = inputs(web.text(f"/admin/masters/settings/{where}"))
        assert (form["reminds"], form["remind_at_s"]) == ("yes", "18:00")

        refused = [
            web.post("/admin/masters/settings/", **form | {"remind_at_s": clock}) for clock in ("11:59", "19:31", "x")
        ]
        done = web.post("/admin/masters/settings/", **without(form, "reminds") | {"remind_at_s": "17:30"})

        assert [answer.status_code for answer in refused] == [409, 409, 400]
        assert "12時から19時30分まで" in refused[0].get_data(as_text=True)
        assert done.status_code == 303
    with transaction(engine) as session:
        query = select(TransportService.reminds, TransportService.remind_at_s)
        assert session.execute(query).all() == [(False, 17 * 3600 + 30 * 60)] * 2


def without(form, name):
    return {key: value for key, value in form.items() if key != name}


# Once, last, and not at night


def test_two_sweepers_at_the_same_time_owe_and_send_it_once(riding):
    booking = riding.book()
    stop_clock(riding.resident, f"{EVE} 18:00:00")
    world = riding.resident.world
    other = threading.Thread(target=Sweeper(world).reminders, daemon=True)
    with transaction(riding.engine) as session:
        reminders.owe_due(session, now=world.clock())
        session.flush()
        other.start()
        wait_until(lambda: is_waiting(riding.engine), "the second sweeper came to what the first is writing")
    other.join(PATIENCE_S)
    barrier = threading.Barrier(2)

    def send() -> None:
        barrier.wait(PATIENCE_S)
        Sweeper(world).messages()

    senders = [threading.Thread(target=send, daemon=True) for _ in range(2)]
    for each in senders:
        each.start()
    for each in senders:
        each.join(PATIENCE_S)

    assert riding.reminded() == [booking]
    assert riding.states() == ["sent"]
    with transaction(riding.engine) as session:
        assert session.scalars(select(func.sum(Notification.tries)).where(Notification.kind == "reminder")).one() == 1


def wait_until(holds, what: str) -> None:
    end_at = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end_at, what
        time.sleep(0.02)


def is_waiting(engine) -> bool:
    """Tell whether somebody waits for what another transaction is writing."""
    with engine.connect() as connection:
        return connection.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one() > 0


class DyingMessenger(FakeMessenger):
    """LINE takes the push, and the process is gone before it can note that."""

    def push(self, to, messages, *, retry_key) -> None:
        super().push(to, messages, retry_key=retry_key)
        raise SystemExit


def test_it_comes_once_though_sweepers_die_after_owing_and_in_the_middle_of_sending(riding):
    riding.book()
    messenger = DyingMessenger()
    riding.resident.messenger = messenger
    riding.resident.world = dataclasses.replace(riding.resident.world, messenger=messenger)
    riding.owe(f"{EVE} 18:00:00")
    with pytest.raises(SystemExit):
        riding.send(f"{EVE} 18:00:05")
    assert (len(messenger.pushes), riding.states()) == (1, ["owed"])

    alive = FakeMessenger(pushes=messenger.pushes)
    passed = notifications.LEASE + timedelta(seconds=1)
    world = dataclasses.replace(riding.resident.world, messenger=alive, wall=lambda: wall() + passed)
    worlds.install(world)
    Sweeper(world).reminders()
    Sweeper(world).messages()

    assert (len(alive.pushes), riding.states()) == (1, ["sent"])


@pytest.mark.parametrize(("time_of_ride", "came", "state"), [("14:00", 1, "sent"), ("9:00", 0, "dropped")])
def test_what_was_kept_from_the_evening_waits_for_the_morning_if_it_still_helps(riding, time_of_ride, came, state):
    riding.book(time=time_of_ride)
    riding.owe(f"{EVE} 19:59:59")

    at_night = [riding.send(moment) for moment in (f"{EVE} 20:00:00", "2022-11-28 08:59:59")]

    assert at_night == [[], []]
    assert len(riding.send("2022-11-28 09:00:00")) == came
    assert riding.states() == [state]


def test_it_is_the_last_of_all_notices(riding):
    riding.book()
    riding.owe(f"{EVE} 18:00:00")
    with transaction(riding.engine) as session:
        rider_id = riding.resident.rider_id
        usual = notifications.owe(session, "booking_cancelled", dedupe_key="later", rider_id=rider_id, now=SIX)

        assert notifications.claim(session, now=SIX, wall=SIX, limit=1) == [usual]


def test_many_reminders_are_owed_bit_by_bit_and_keep_no_answer_waiting(riding, monkeypatch):
    monkeypatch.setattr(reminders, "MOST_AT_ONCE", 1)
    first, second = riding.book(), riding.book(3, 0, time="13:00")

    with transaction(riding.engine) as session:
        owed = [reminders.owe_due(session, now=SIX) for _ in range(3)]
        rung = session.info.get("owed", [])

    assert owed == [[first], [second], []]
    assert rung == []  # the sweeper sends them: the workers who answer residents are not rung


def test_a_reminder_that_line_does_not_take_bothers_nobody_on_the_phone(riding):
    riding.book()
    riding.owe(f"{EVE} 18:00:00")
    riding.resident.messenger.failures = [MonthlyLimitError("monthly limit")] * 5

    riding.send(f"{EVE} 18:00:05")

    assert riding.states() == ["dropped"]
    with transaction(riding.engine) as session:
        kinds = set(session.scalars(select(CallTask.kind)))
    assert "reminder" not in kinds


def test_a_rider_with_two_accounts_is_told_where_other_notices_go(riding):
    riding.book()
    with transaction(riding.engine) as session:
        rider = session.get_one(Rider, riding.resident.rider_id)
        make_line_user(session, rider=rider)
        stranger = make_rider(session, phone="09000000001")
        make_line_user(session, rider=stranger)

    riding.owe(f"{EVE} 18:00:00")

    assert len(riding.send(f"{EVE} 18:00:05")) == 1
    assert riding.states() == ["sent"]

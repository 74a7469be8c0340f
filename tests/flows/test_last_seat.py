"""Twenty at once for the last seat of a run, by chat, desk and machine: one gets it (T-19, T-20, D-14, D-29)."""

import dataclasses
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import OperationalError

import wsgi
from backend import embedded
from backend import world as worlds
from backend.bell import SilentBell
from backend.db import invariants, sealing
from backend.db.models import Booking, RefusedWish, Run, TimetableEntry
from backend.db.session import make_engine, transaction
from bot import jobs, postback
from tests.admin.web import Web, fields_of, token_in
from tests.backend.test_storm import take_the_lock_away
from tests.bot.make_bot import Resident, actions, body, event, sign, words
from tests.make import LINE_DAY, LINE_NOW, Line, make_line_user, make_rider, make_world

CHATS, DESKS, MACHINES = 7, 7, 6
RUN, ORIGIN, DESTINATION = "M3", "T03", "T20"
LIST, BOOK = "/admin/desk/line/departures", "/admin/desk/line/bookings"
SLOW = """
SET LOCAL ROLE NONE;
CREATE OR REPLACE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep({seconds}); RETURN NEW; END $$;
CREATE OR REPLACE TRIGGER slow BEFORE INSERT ON bookings FOR EACH ROW EXECUTE FUNCTION slow();
"""

# What somebody who asks for the seat was told: booked, or refused with so many runs to choose from.
Told = tuple[str, int]
Ask = Callable[[], Told]


@pytest.fixture
def engine(postgres: embedded.Postgres, keyring: sealing.Keyring) -> Iterator[Engine]:
    """The line with three persons on the run, in a database whose bookings take their time to be written."""
    postgres.create_database("last_seat", template="template_noriai")
    made = make_engine(postgres.url("last_seat"))
    with transaction(made) as session:
        line = Line(session)
        line.book(RUN, "T01", ORIGIN, adult=3)
        session.connection().exec_driver_sql(SLOW.format(seconds=0.03))
    yield made
    made.dispose()
    postgres.drop_database("last_seat")


@pytest.fixture
def world(engine):
    """The line's world; what is rung for is done by who rang."""
    rung = []
    bell = SilentBell(lambda job, ids: rung.append((job, ids)))
    bell.rung = rung
    made = dataclasses.replace(make_world(engine, now=LINE_NOW), bell=bell)
    worlds.install(made)
    return made


class Town:
    """All doors of the town in one application, and somebody ready at each."""

    def __init__(self, world) -> None:
        self.world = world
        self.web = Web(world.engine, role="operator", now=LINE_NOW)
        self.app = wsgi.assemble(world)

    def client(self):
        """Return a browser or a program of the operator's, of its own."""
        made = self.app.test_client()
        made.set_cookie("noriai", self.web.token)
        return made

    def desk(self, number: int) -> Ask:
        """Return a clerk with the list of runs on the screen and a finger on the key."""
        client = self.client()
        six = {"name": f"窓口 {number}", "phone": f"0901111{number:04d}", "day": LINE_DAY.isoformat(), "adult": "1"}
        token = token_in(client.get("/admin/desk/").get_data(as_text=True))
        ends = {"pickup": "常盤", "dropoff": "真駒内駅"}
        page = client.post(LIST, data={"csrf_token": token, **six, **ends}).get_data(as_text=True)
        button = fields_of(page, f'name="run" value="{RUN}"')

        def ask() -> Told:
            answer = again(lambda: client.post(BOOK, data=button))
            page = answer.get_data(as_text=True)
            return {303: "booked", 409: "refused"}[answer.status_code], page.count('name="run"')

        return ask

    def machine(self, number: int) -> Ask:
        """Return a program with its token in the hand."""
        client = self.client()
        csrf = client.get("/api/v1/session").json["csrf"]
        headers = {"X-CSRFToken": csrf, "Idempotency-Key": str(uuid.uuid4())}
        wish = {
            "service": "minami-line",
            "day": LINE_DAY.isoformat(),
            "run": RUN,
            "from": ORIGIN,
            "to": DESTINATION,
            "party": {"adult": 1},
            "name": f"機械 {number}",
            "phone": f"0902222{number:04d}",
        }

        def ask() -> Told:
            answer = again(lambda: client.post("/api/v1/bookings", json=wish, headers=headers))
            return {201: "booked", 409: "refused"}[answer.status_code], len(answer.json.get("alternatives", []))

        return ask

    def chat(self, number: int) -> Ask:
        """Return a member with the question 「予約しますか」 in the chat."""
        with transaction(self.world.engine) as session:
            rider = make_rider(session, phone=f"080{number:08d}")
            user = make_line_user(session, rider=rider)
            user_id, row_id = user.user_id, user.id
        resident = Resident(self.world, self.app.test_client(), user_id, self.world.messenger)
        to_the_question(resident)
        data = resident.data_of("はい、予約する")

        def ask() -> Told:
            said = event(user_id, type="postback", postback={"data": data})
            raw = body(said)
            answer = resident.client.post("/line/webhook", data=raw, headers={"x-line-signature": sign(raw)})
            assert answer.status_code == 200
            work_off(row_id)
            return self.told(said["replyToken"])

        return ask

    def told(self, token: str) -> Told:
        """Return what the chat answered to one tap."""
        messages = [message for each, sent in self.world.messenger.replies if each == token for message in sent]
        others = {action["label"] for action in actions(messages) if "時" in action.get("label", "")}
        return ("booked" if "予約ができました" in words(messages) else "refused"), len(others)


def to_the_question(resident) -> None:
    """Go to the last question of a booking, by tapping what is shown."""
    with transaction(resident.world.engine) as session:
        stops = Line.of(session).stops
        ends = {"from": stops[ORIGIN].id, "to": stops[DESTINATION].id}
    resident.rich("book")
    if any("ほかの場所" in label for label in resident.labels()):
        resident.tap("ほかの場所")
    for verb, stop_id in ends.items():
        tap_value(resident, verb, str(stop_id))
    tap_value(resident, "day", LINE_DAY.isoformat())
    resident.tap("10時12分")


def tap_value(resident, verb: str, value: str) -> None:
    """Tap the shown button that does ``verb`` on ``value``."""
    shown = [postback.parse(action["data"]) for action in actions(resident.shown) if "data" in action]
    found = [tap for tap in shown if tap and (tap.verb, tap.value) == (verb, value)]
    assert found, (verb, value, resident.labels())
    resident.tap_data(postback.encode(found[0]))


def again(send):
    """Return the answer; who waited too long for the day's lock sends the same once more, under the same key."""
    for _ in range(5):
        answer = send()
        if answer.status_code < 500:
            return answer
    raise AssertionError("five errors in a row")


def work_off(line_user_id: int) -> None:
    """Handle what a person sent, as a worker does: what fails is tried again."""
    for _ in range(5):
        try:
            return jobs.handle_events(line_user_id)
        except OperationalError:
            continue
    raise AssertionError("five errors in a row")


def at_once(asks: list[Ask]) -> list[Told]:
    """Let everybody ask at the same moment, each in a thread."""
    barrier = threading.Barrier(len(asks))

    def run(ask: Ask) -> Told:
        barrier.wait()
        return ask()

    with ThreadPoolExecutor(len(asks)) as pool:
        return list(pool.map(run, asks))


def persons_on_the_run(engine) -> int:
    with transaction(engine) as session:
        query = (
            select(Booking.seats)
            .join(Run, Run.id == Booking.run_id)
            .join(TimetableEntry, TimetableEntry.id == Run.timetable_entry_id)
            .where(TimetableEntry.code == RUN, Booking.state == "confirmed")
        )
        return sum(session.scalars(query))


@pytest.mark.req("T-19", "T-20", "D-14", "D-29", "D-48")
def test_of_twenty_for_the_last_seat_by_chat_desk_and_machine_one_is_booked_and_nineteen_are_shown_other_runs(world):
    town = Town(world)
    asks = [town.chat(number) for number in range(CHATS)]
    asks += [town.desk(number) for number in range(DESKS)]
    asks += [town.machine(number) for number in range(MACHINES)]

    told = at_once(asks)

    assert sorted(said for said, _ in told) == ["booked"] + ["refused"] * 19
    assert all(runs > 0 for said, runs in told if said == "refused")
    assert persons_on_the_run(world.engine) == 4
    with transaction(world.engine) as session:
        refused = session.scalars(select(RefusedWish)).all()
        assert len(refused) == 19
        assert {row.channel for row in refused} <= {"line", "phone"}
        assert invariants.check(session, now=LINE_NOW) == []


@pytest.mark.req("T-20", "D-29")
def test_without_the_lock_the_same_seat_is_sold_twice(world, monkeypatch):
    """The control: this proves that the storm can fail."""
    town = Town(world)
    asks = [town.machine(number) for number in range(MACHINES)]
    with transaction(world.engine) as session:
        session.connection().exec_driver_sql(SLOW.format(seconds=0.3))
    take_the_lock_away(monkeypatch)

    told = at_once(asks)

    assert sum(said == "booked" for said, _ in told) > 1
    assert persons_on_the_run(world.engine) > 4

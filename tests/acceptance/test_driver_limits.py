"""Human limits of drivers: breaks, time between stops, few changes, no turning round (D-24, T-56; decision 0028)."""

import itertools
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sqlalchemy import select

from backend import world as worlds
from backend.db import invariants
from backend.db.models import Booking, DriverBreak, PlanChange, Run, ServiceDay, Visit
from backend.db.session import transaction
from backend.domain.policies import driver_breaks
from backend.domain.policies.driver_breaks import BreakRule
from backend.domain.refusals import Refusal
from backend.domain.times import clock
from backend.jobs.planning import replan_day
from backend.services import delays, itineraries, planning
from tests.acceptance.test_masters import inputs
from tests.admin.web import Web
from tests.machine import Machine
from tests.make import MONDAY, Town, at, jst, make_world
from tests.terminal import Shift, Tablet, make_app

EIGHT = jst("2022-11-28 08:00")
HOURS = 3600
# Six hours on duty part evenly around one break of an hour; it begins at 11:30 sharp, or between 10:30 and 12:30.
SHARP = {"break_s": HOURS, "break_after_s": 5 * HOURS // 2}
LOOSE = {"break_s": HOURS, "break_after_s": 4 * HOURS}


class Office:
    """A town whose rides are booked by machine, looked at on the board and in the rows."""

    def __init__(self, engine, *, now=EIGHT, **service) -> None:
        self.engine, self.now = engine, now
        with transaction(engine) as session:
            self.town = Town(session, members_only=False, **service)
            self.day_id = self.town.day().id
        self.machine = Machine(engine, now=now)
        self.machine.service = self.town.service.code

    def book(self, origin: int, destination: int, clock: str, **changes):
        """Return the answer to a booking of one adult."""
        stops = self.town.stops
        body = self.machine.wish("", stops[origin].code, stops[destination].code, str(MONDAY))
        return self.machine.post("/bookings", {**body, "time": clock, **changes})

    def visits(self) -> list[Visit]:
        """Return the visits that are still to be made, in order."""
        with transaction(self.engine) as session:
            query = select(Visit).where(Visit.state == "planned").order_by(Visit.run_id, Visit.seq)
            return list(session.scalars(query))

    def rests(self) -> list[DriverBreak]:
        with transaction(self.engine) as session:
            return list(session.scalars(select(DriverBreak).order_by(DriverBreak.run_id, DriverBreak.seq)))

    def settings(self, **changes) -> int:
        """Change figures on the settings page; return the status of the answer."""
        web = Web(self.engine, role="dispatcher", now=self.now)
        form = inputs(web.text("/admin/masters/settings/"))
        return web.post("/admin/masters/settings/", **form | changes).status_code

    def shown_on_the_board(self) -> str:
        page = Web(self.engine, role="dispatcher", now=self.now + timedelta(minutes=1)).text("/admin/dispatch/")
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def eaten(visits: list[Visit], rests: list[DriverBreak]) -> list[str]:
    """Return every visit within a break, every party on board during one, every break too early, late or short."""
    faults = []
    for rest in rests:
        ends_s = rest.planned_s + rest.length_s
        if not rest.earliest_s <= rest.planned_s <= rest.latest_s or rest.length_s != HOURS:
            faults.append(f"break {rest.id}: {rest.planned_s}")
        aboard: set[int] = set()
        for visit in (each for each in visits if each.run_id == rest.run_id):
            if visit.planned_s < ends_s and visit.planned_s + visit.service_s > rest.planned_s:
                faults.append(f"visit {visit.id} at {visit.planned_s} during break {rest.id}")
            if visit.seq < rest.seq:
                (aboard.add if visit.kind == "pickup" else aboard.discard)(visit.booking_id)
        faults += [f"booking {booking_id} on board during break {rest.id}" for booking_id in aboard]
    return faults


@pytest.mark.req("D-24", "T-56")
def test_a_full_day_of_bookings_eats_no_break(engine):
    office = Office(engine, **LOOSE)

    answers = [
        office.book(n % 5, (n * 3 + 1) % 6, f"{9 + n // 3}:{20 * (n % 3):02d}")
        for n in range(18)
        if n % 5 != (n * 3 + 1) % 6
    ]

    booked = [each for each in answers if each.status_code == 201]
    assert len(booked) >= 8
    assert eaten(office.visits(), office.rests()) == []
    assert [rest.length_s for rest in office.rests()] == [HOURS]
    with transaction(engine) as session:
        assert invariants.check(session, now=EIGHT) == []


@pytest.mark.req("D-24", "D-48")
def test_a_ride_that_leaves_no_room_for_the_break_is_refused_with_a_way_out(engine):
    office = Office(engine, **SHARP, max_wait_s=600)

    answer = office.book(1, 3, "11:40")

    assert answer.status_code == 409
    offered = [
        each["pickup_earliest"] if "pickup_earliest" in each else str(each) for each in answer.json["alternatives"]
    ]
    assert offered
    assert [rest.planned_s for rest in office.rests()] == [at("11:30")]
    assert office.book(1, 3, "12:50").status_code == 201


@pytest.mark.req("D-24")
def test_nobody_sits_on_board_through_a_break(engine):
    """A short break at the depot from 11:50 sharp: from there a ride of 15 minutes could wait it out within 40."""
    office = Office(engine, break_s=20 * 60, break_after_s=170 * 60, max_wait_s=0)

    answer = office.book(0, 3, "11:45")

    assert [rest.planned_s for rest in office.rests()] == [at("11:50")]
    assert answer.status_code == 409
    assert office.book(0, 3, "12:10").status_code == 201


@pytest.mark.req("D-24")
def test_a_better_plan_leaves_each_break_with_its_own_driver(engine):
    office = Office(engine, **LOOSE, seats=(4, 4))
    for number in range(12):
        office.book(number % 5, (number + 2) % 6, f"{9 + number // 3}:{20 * (number % 3):02d}")
    before = {rest.id: rest.run_id for rest in office.rests()}
    worlds.install(make_world(engine, now=EIGHT))

    replan_day(office.day_id)

    assert {rest.id: rest.run_id for rest in office.rests()} == before
    assert len(set(before.values())) == 2
    assert eaten(office.visits(), office.rests()) == []


@pytest.mark.req("D-24", "D-39")
def test_the_break_is_seen_on_the_terminal_and_on_the_board(session, engine):
    shift = Shift(session, **SHARP)
    shift.book(1, 3, time="10:30")
    shift.book(2, 4, time="13:00")

    run = Tablet(make_app(engine), shift).day().json["runs"][0]

    shown = [(each["starts_s"], each["ends_s"], each["text"]) for each in run["breaks"]]
    assert shown == [(at("11:30"), at("12:30"), "休憩 11:30〜12:30(停留所1)")]
    board = re.sub(r"<[^>]+>", "", Web(engine, role="dispatcher", now=EIGHT).text("/admin/dispatch/"))
    assert "休憩 11:30〜12:30(停留所1)" in board


@pytest.mark.req("D-24", "D-47")
def test_a_delay_moves_the_break_and_neither_shortens_nor_drops_it(session, engine):
    shift = Shift(session, **SHARP)
    shift.book(1, 3, time="11:00")
    shift.book(2, 4, time="13:30")
    before = session.scalars(select(DriverBreak)).one().planned_s

    delays.report(session, shift.run.id, late_s=2400, actor="staff:1", event_id="d", now=jst("2022-11-28 10:50"))

    rest = session.scalars(select(DriverBreak)).one()
    off = session.scalars(select(Visit).where(Visit.kind == "dropoff").order_by(Visit.seq)).first()
    assert rest.planned_s > before
    assert rest.planned_s >= off.planned_s + off.service_s
    assert rest.length_s == HOURS


@pytest.mark.req("D-24")
def test_a_break_that_has_begun_is_neither_moved_nor_cut(session):
    town = Town(session, **LOOSE)
    town.day()
    rest = session.scalars(select(DriverBreak)).one()
    during = jst("2022-11-28 10:45")
    assert rest.planned_s == at("10:30")

    booking = town.book(0, 2, time="11:20", now=during)

    session.refresh(rest)
    pickup = session.scalars(select(Visit).where(Visit.kind == "pickup")).one()
    assert isinstance(booking, Booking)
    assert rest.planned_s == at("10:30")
    assert pickup.planned_s >= at("11:30")


@pytest.mark.req("D-24")
def test_a_break_that_is_over_leaves_the_rest_of_the_day_free(session):
    town = Town(session, **LOOSE)
    town.day()

    later = town.book(0, 2, time="12:30", now=jst("2022-11-28 11:45"))

    (plan,) = itineraries.load(session, town.day(), now=jst("2022-11-28 11:46")).runs
    assert isinstance(later, Booking)
    assert [visit.request.id > 0 for visit in plan.itinerary.visits] == [True, True]


@pytest.mark.req("D-24")
def test_minutes_are_left_between_two_stops_and_none_within_a_halt(engine):
    office = Office(engine, gap_s=180)
    office.book(1, 3, "10:00")
    office.book(1, 3, "10:00")

    up, other_up, off, other_off = office.visits()

    assert other_up.planned_s - up.planned_s == up.service_s
    assert off.planned_s - other_up.planned_s == other_up.service_s + 10 * 60 + 180
    assert other_off.planned_s - off.planned_s == off.service_s


@pytest.mark.req("D-21", "Q-26")
def test_what_the_town_sets_holds_for_days_without_bookings_and_breaks_no_promise(engine):
    office = Office(engine)
    assert office.book(1, 3, "10:00").status_code == 201
    tuesday = MONDAY.replace(day=29)
    with transaction(engine) as session:
        office.town.session = session
        office.town.day(tuesday)

    status = office.settings(gap_s="3", break_s="60", break_after_s="4:00", changes_an_hour="2")

    assert status == 303
    with transaction(engine) as session:
        gaps = dict(session.execute(select(ServiceDay.day, ServiceDay.gap_s).where(ServiceDay.day <= tuesday)).all())
        rests = session.scalars(select(ServiceDay.day).join(Run).join(DriverBreak)).all()
    assert (gaps[MONDAY], gaps[tuesday]) == (0, 180)
    assert rests[0] == tuesday
    assert MONDAY not in rests


def split(session, town) -> tuple[Booking, Booking]:
    """Return two rides that one vehicle could drive, the second put into the other vehicle by hand."""
    first, second = town.book(0, 5, time="10:00", now=EIGHT), town.book(1, 4, time="10:05", now=EIGHT)
    assert not isinstance(first, Refusal)
    assert not isinstance(second, Refusal)
    other = session.scalars(select(Run).where(Run.id != first.run_id)).one()
    for visit in session.scalars(select(Visit).where(Visit.booking_id == second.id)):
        visit.run_id = other.id
    second.run_id = other.id
    session.flush()
    return first, second


def joined(day_plan):
    """Return the plan with everything in the vehicle that has the first ride."""
    full, empty = sorted(day_plan.plan, key=lambda each: each.visits[0].request.id)
    up, off = empty.visits
    return replace(full, visits=(full.visits[0], up, off, full.visits[1])), replace(empty, visits=(), frozen=0)


@pytest.mark.req("D-24")
def test_saving_alone_waits_when_the_driver_was_shown_enough_changes(session):
    town = Town(session, seats=(4, 4), changes_an_hour=2)
    split(session, town)
    shown = session.scalars(select(PlanChange.only_saves)).all()
    later = jst("2022-11-28 09:01")

    applied = []
    for now in (jst("2022-11-28 08:30"), later):
        day_plan, versions = planning.snapshot(session, town.day().id, now=now)
        applied.append(planning.apply(session, town.day().id, joined(day_plan), versions, now=now))

    assert shown == [False, False]
    assert applied == [False, True]
    assert session.scalars(select(PlanChange.only_saves).where(PlanChange.at >= later)).all() == [True, True]


@pytest.mark.req("D-24", "D-39")
def test_a_booking_is_never_held_back_and_its_change_is_counted_on_the_board(engine):
    office = Office(engine, changes_an_hour=1)

    answers = [office.book(1, 3, "10:00"), office.book(2, 4, "10:10"), office.book(0, 2, "11:00")]

    assert [each.status_code for each in answers] == [201, 201, 201]
    board = office.shown_on_the_board()
    assert "直近1時間の行程の変更 3回(うち走行の節約 0回)" in board
    assert "節約のための変更は見合わせ中" in board


@pytest.mark.req("D-24", "Q-13")
def test_a_vehicle_that_has_set_out_is_not_turned_round(session, engine):
    """From the depot to the first stop it drives 15 minutes for ten; at 9:50 it is on its way."""
    under_way = jst("2022-11-28 09:50")
    shift = Shift(session)
    first = shift.book(3, 5, time="10:00", now=EIGHT)

    second = shift.book(1, 4, time="10:20", now=under_way)

    visits = Tablet(make_app(engine, now=under_way), shift).plan().json["visits"]
    assert [each["booking"]["number"] for each in visits][:1] == [first.number]
    assert visits[0]["kind"] == "pickup"
    assert second.number in {each["booking"]["number"] for each in visits[1:]}


@pytest.mark.req("D-24", "Q-13", "D-47")
def test_neither_a_better_plan_nor_a_delay_turns_a_vehicle_round(session, engine):
    under_way = jst("2022-11-28 09:50")
    shift = Shift(session)
    first = shift.book(3, 5, time="10:00", now=EIGHT)
    shift.book(1, 4, time="10:40", now=EIGHT)
    day_plan, versions = planning.snapshot(session, shift.run.service_day_id, now=under_way)
    (itinerary,) = day_plan.plan
    turned = sorted(itinerary.visits, key=lambda visit: (visit.request.id == first.id, visit.kind != "pickup"))

    applied = planning.apply(
        session, shift.run.service_day_id, (replace(itinerary, visits=tuple(turned)),), versions, now=under_way
    )
    delays.report(session, shift.run.id, late_s=1800, actor="staff:1", event_id="d", now=under_way)

    assert itinerary.frozen == 1
    assert applied is False
    session.commit()
    visits = Tablet(make_app(engine, now=under_way), shift).plan().json["visits"]
    assert (visits[0]["booking"]["number"], visits[0]["kind"]) == (first.number, "pickup")


@pytest.mark.req("D-24")
def test_the_check_of_the_live_data_finds_a_break_that_is_eaten(session):
    town = Town(session, **SHARP)
    booking = town.book(1, 3, time="10:30")
    rest = session.scalars(select(DriverBreak)).one()
    pickup = session.scalars(select(Visit).where(Visit.booking_id == booking.id, Visit.kind == "pickup")).one()
    before = invariants.check(session, now=EIGHT)

    rest.planned_s = pickup.planned_s + 60
    session.flush()

    faults = invariants.check(session, now=EIGHT)
    assert before == []
    assert [fault.split(": ", 1)[1] for fault in faults if "breaks_are_had" in fault][-1] == (
        f"bookings [{booking.id}] are on board during break {rest.id}"
    )


@pytest.mark.parametrize(
    ("start", "end", "after", "expected"),
    [
        pytest.param("9:00", "15:00", "6:00", [], id="as long as allowed: no break"),
        pytest.param("9:00", "15:01", "6:00", [("10:30", "12:30")], id="a minute longer: one"),
        pytest.param("9:00", "15:00", "2:30", [("11:30", "11:30")], id="no room: at one moment"),
        pytest.param("6:00", "22:00", "5:00", [("10:30", "10:50"), ("16:10", "16:30")], id="a long day: two"),
        pytest.param("9:00", "9:00", "2:00", [], id="a duty of no length"),
    ],
)
def test_breaks_part_a_duty_evenly_within_the_limit(start, end, after, expected):
    rule = BreakRule(HOURS, at(after))

    found = driver_breaks.windows(at(start), at(end), rule)

    assert [(clock(first), clock(last)) for first, last in found] == expected


@given(
    start_s=st.integers(0, 12 * HOURS),
    length_s=st.integers(0, 18 * HOURS),
    rest_s=st.integers(60, 2 * HOURS),
    after_s=st.integers(600, 8 * HOURS),
    draw=st.data(),
)
def test_however_the_breaks_move_no_stretch_is_longer_than_allowed(start_s, length_s, rest_s, after_s, draw):
    windows = driver_breaks.windows(start_s, start_s + length_s, BreakRule(rest_s, after_s))

    begins = [draw.draw(st.integers(first, last)) for first, last in windows]

    assume(windows or length_s <= after_s)  # a break longer than the duty cannot be had
    edges = [start_s - rest_s, *begins, start_s + length_s]
    assert all(later - sooner - rest_s <= after_s for sooner, later in itertools.pairwise(edges))
    assert all(later >= sooner + rest_s for sooner, later in itertools.pairwise(begins))

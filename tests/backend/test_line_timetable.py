"""New timetables, changes of a run, and vehicles that drive the line and the area on one morning (T-05, T-21, Q-33)."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from backend import towns
from backend.db import invariants
from backend.db.models import CallTask, Duty, DutyPattern, Run, ServiceDay, TimetableVersion, Vehicle, Visit
from backend.db.queries import timetable as queries
from backend.domain.errors import NotFoundError
from backend.domain.refusals import Refusal
from backend.services import bookings, itineraries, line_settings, service_days, timetable
from backend.services.timetable import EntryChange, Sheets
from tests.demo_town import said
from tests.make import LINE_DAY, Line, Town, at, make_caller, make_rider

FOLDER = Path(towns.__file__).parent / "minami" / "line"
RUNS = (FOLDER / "runs.csv").read_text(encoding="utf-8")
TIMES = (FOLDER / "timetable.csv").read_text(encoding="utf-8")
NEXT = date(2025, 5, 8)


@pytest.fixture
def line(session):
    return Line(session)


def later_m3(minutes: str = "10:2") -> Sheets:
    """Return the files with M3 ten minutes later."""
    lines = []
    for each in TIMES.splitlines():
        cells = each.split(",")
        if cells[0] == "M3":
            cells[4], cells[6] = _plus_ten(cells[4]), "～".join(_plus_ten(part) for part in cells[6].split("～"))
        lines.append(",".join(cells))
    runs = RUNS.replace("M3,真駒内駅行き,3,10:10,10:33", "M3,真駒内駅行き,3,10:20,10:43")
    return Sheets(runs, "\n".join(lines))


def _plus_ten(clock: str) -> str:
    hours, minutes = map(int, clock.split(":"))
    total = hours * 60 + minutes + 10
    return f"{total // 60:02d}:{total % 60:02d}"


def load(line, sheets, *, valid_from=NEXT):
    return timetable.load_version(
        line.session, line.service.id, sheets, valid_from=valid_from, actor="staff:1", now=line.now
    )


def departs(line, day, code="M3"):
    return queries.find_entry(line.session, line.service.id, day, code).departs_s


@pytest.mark.req("T-05")
def test_earlier_days_keep_their_timetable_and_later_ones_have_the_new_one(line):
    for day in (LINE_DAY, NEXT):
        service_days.ensure(line.session, line.service.id, day)

    loaded = load(line, later_m3())

    assert (loaded.runs, loaded.hit) == (10, ())
    assert [departs(line, day) for day in (LINE_DAY, NEXT, NEXT + timedelta(days=9))] == [
        at("10:10"),
        at("10:20"),
        at("10:20"),
    ]
    assert [line.run("M3", day).departs_s for day in (LINE_DAY, NEXT)] == [at("10:10"), at("10:20")]
    assert len(queries.list_versions(line.session, line.service.id)) == 2


@pytest.mark.req("T-05")
def test_bookings_hit_by_a_new_timetable_are_to_be_contacted_and_others_are_not(line):
    hit, before, other = (
        line.book("M3", "T03", "T20", day=NEXT),
        line.book("M3", "T03", "T20"),
        line.book("M4", "T03", "T20", day=NEXT),
    )

    loaded = load(line, later_m3())

    assert loaded.hit == (hit.public_id,)
    assert line.session.scalars(select(CallTask.booking_id)).all() == [hit.id]
    assert line.session.scalars(select(CallTask.kind)).all() == ["timetable_changed"]
    planned = line.session.scalars(select(Visit.planned_s).where(Visit.booking_id == hit.id).order_by(Visit.seq)).all()
    assert planned == [at("10:22"), at("10:43")]
    assert (hit.is_promise_broken, before.is_promise_broken, other.is_promise_broken) == (True, False, False)
    assert invariants.check(line.session, now=line.now) == []


@pytest.mark.req("T-05")
def test_a_run_that_is_no_more_stays_while_people_wait_for_it(line):
    hit = line.book("M3", "T03", "T20", day=NEXT)
    service_days.ensure(line.session, line.service.id, NEXT + timedelta(days=1))
    runs = "\n".join(each for each in RUNS.splitlines() if not each.startswith("M3,"))
    times = "\n".join(each for each in TIMES.splitlines() if not each.startswith("M3,"))

    loaded = load(line, Sheets(runs, times))

    assert (loaded.runs, loaded.hit) == (9, (hit.public_id,))
    assert hit.run.state == "planned"
    assert line.run("M3", NEXT + timedelta(days=1)).state == "not_operated"
    assert said(line.book("M3", "T03", "T20")) == "confirmed"


@pytest.mark.req("T-05")
def test_the_same_files_again_change_nothing_and_other_files_for_the_day_are_refused(line):
    first = load(line, later_m3())

    assert load(line, later_m3()) == first
    assert load(line, Sheets(RUNS, TIMES)).code == "timetable_day_taken"
    assert load(line, Sheets(RUNS, TIMES), valid_from=date(2025, 5, 5)).code == "timetable_in_the_past"


@pytest.mark.req("T-05")
@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            Sheets(RUNS, TIMES.replace("06:56,printed,6:56", "06:54,printed,6:54", 1)),
            ["timetable.csv:3: time: is not after the stop before"],
        ),
        (
            Sheets(RUNS, TIMES.replace("T02,常盤二区", "T99,常盤二区", 1)),
            ["timetable.csv:3: stop_id: 'T99' is not known"],
        ),
        (
            Sheets(RUNS, TIMES.replace("T02,常盤二区", "T02,空沼登山口", 1)),
            ["timetable.csv:3: stop_name: '空沼登山口' is not the name of T02"],
        ),
        (
            Sheets(RUNS, TIMES.replace("降車のみ可能", "降りるだけ", 1)),
            ["timetable.csv:7: rule: '降りるだけ' is not known"],
        ),
        (
            Sheets(RUNS, TIMES.replace("07:03,interpolated", "07:09,interpolated", 1)),
            [
                "timetable.csv:8: time: is not the interpolated time of '7:02～7:04'",
                "timetable.csv:9: time: is not after the stop before",
            ],
        ),
        (Sheets(RUNS, TIMES.replace("M1,2,T02", "M1,3,T02", 1)), ["timetable.csv:3: seq: is 3, not 2"]),
        (
            Sheets(RUNS, TIMES.replace("M1,1,T01", "X1,1,T01", 1)),
            [
                "timetable.csv:2: run_id: 'X1' is not in runs.csv",
                *[f"timetable.csv:{row}: seq: is {row - 1}, not {row - 2}" for row in range(3, 22)],
                "runs.csv:2: departs, arrives: are not the first and the last time in timetable.csv",
            ],
        ),
        (
            Sheets(RUNS.replace("06:55", "06:50"), TIMES),
            ["runs.csv:2: departs, arrives: are not the first and the last time in timetable.csv"],
        ),
        (
            Sheets(RUNS.replace("予約運行,予約運行,ワンボックス,9,4", "毎日,予約運行,馬車,9,4", 1), TIMES),
            ["runs.csv:2: vehicle_type: '馬車' is not known", "runs.csv:2: weekday_mode: '毎日' is not known"],
        ),
        (
            Sheets(RUNS.replace("乗用,4,4,", "乗用,4,5,", 1), TIMES),
            ["runs.csv:4: reserved_booking_limit: is not between 1 and the seats of the vehicle"],
        ),
        (
            Sheets(RUNS.replace("乗用,4,4,", "乗用,9,4,", 1), TIMES),
            ["runs.csv:4: passenger_capacity: the vehicle has 4 seats"],
        ),
        (Sheets(RUNS.replace("M2,", "M1,", 1), TIMES), None),
        (Sheets("", TIMES), None),
        (Sheets(RUNS, TIMES.replace("seq", "no", 1)), None),
    ],
)
def test_a_file_is_refused_whole_with_every_bad_line(line, files, expected):
    found = timetable.read(line.session, line.service.id, files)
    refusal = load(line, files)

    assert refusal.code == "timetable_unreadable"
    assert refusal.facts["lines"] == len(found.faults) > 0
    if expected is not None:
        assert [str(fault) for fault in found.faults] == expected
    assert len(line.session.scalars(select(TimetableVersion)).all()) == 1


@pytest.mark.req("T-21")
def test_from_a_day_on_the_car_drives_m2_and_seats_four(line):
    service_days.ensure(line.session, line.service.id, NEXT)
    wagon, car = (line.session.scalars(select(Vehicle).where(Vehicle.code == code)).one() for code in ("L1", "L2"))

    changed = change(line, "M2", car, car)

    assert isinstance(changed, timetable.Loaded)
    vehicles = {
        day: queries.find_entry(line.session, line.service.id, day, "M2").vehicle_id for day in (LINE_DAY, NEXT)
    }
    assert vehicles == {LINE_DAY: wagon.id, NEXT: car.id}
    run = line.run("M2", NEXT)
    assert (run.duty.vehicle_id, run.duty.vehicle.seats) == (car.id, 4)
    assert queries.find_entry(line.session, line.service.id, NEXT, "M1").vehicle_id == wagon.id


def change(line, code, weekday, holiday, *, limit=4, valid_from=NEXT):
    entry = EntryChange(weekday.id, holiday.id, limit)
    return timetable.change_entry(
        line.session, line.service.id, code, entry, valid_from=valid_from, actor="staff:1", now=line.now
    )


@pytest.mark.req("T-21", "Q-33")
def test_the_wagon_may_take_nine_from_a_day_on(line):
    wagon, car = (line.session.scalars(select(Vehicle).where(Vehicle.code == code)).one() for code in ("L1", "L2"))

    assert change(line, "M1", wagon, wagon, limit=9).runs == 10
    assert change(line, "M1", wagon, wagon, limit=10).code == "limit_over_seats"
    outcomes = [said(line.book("M1", "T03", "T20", day=NEXT, adult=persons)) for persons in (4, 4, 1, 1)]

    assert outcomes == ["confirmed", "confirmed", "confirmed", "run_full"]
    refused = change(line, "M1", car, car, valid_from=NEXT)
    assert (refused.code, refused.facts["persons"]) == ("run_overbooked", 9)
    assert queries.find_entry(line.session, line.service.id, NEXT, "M1").vehicle_id == wagon.id


@pytest.mark.req("T-21", "Q-33")
def test_a_lower_limit_keeps_who_is_booked(line):
    car = line.session.scalars(select(Vehicle).where(Vehicle.code == "L2")).one()
    line.book("M3", "T03", "T20", day=NEXT, adult=3)

    assert change(line, "M3", car, car, limit=2).hit == ()

    assert line.run("M3", NEXT).booking_limit == 3
    assert said(line.book("M3", "T03", "T20", day=NEXT)) == "run_full"
    assert line.run("M3", NEXT + timedelta(days=1)).booking_limit == 2


@pytest.mark.req("T-20", "Q-33")
def test_a_lower_limit_by_the_settings_keeps_who_is_booked(line):
    line.book("M3", "T03", "T20", adult=3)
    line.run("M4")

    line_settings.set_limits(line.session, line.service.id, {"M3": 2, "M4": 2}, now=line.now, actor="staff:1")

    line.session.expire_all()
    assert [line.run(code).booking_limit for code in ("M3", "M4")] == [3, 2]
    assert invariants.check(line.session, now=line.now) == []


def test_a_run_or_a_vehicle_that_is_not_there_is_absent(line):
    car = line.session.scalars(select(Vehicle).where(Vehicle.code == "L2")).one()

    with pytest.raises(NotFoundError):
        change(line, "M9", car, car)
    car.active = False
    line.session.flush()
    with pytest.raises(NotFoundError):
        change(line, "M3", car, car)


class Both:
    """An area service whose one vehicle also drives the line's runs M3 (10:10–10:33) and, if asked, others."""

    def __init__(self, session, *runs: str) -> None:
        self.session = session
        self.line = Line(session)
        self.town = Town(session, hours_end_s=at("17:00"))
        period = self.town.service.operating_periods[0]
        period.accepts_to = period.runs_to = date(2026, 3, 31)
        session.flush()
        self.vehicle = self.town.vehicles[0]
        self.stops = self.line.stops
        for code in runs or ("M3",):
            assert isinstance(self.drive(code), timetable.Loaded)

    def drive(self, code: str, vehicle=None):
        chosen = vehicle or self.vehicle
        return change(self.line, code, chosen, chosen, limit=4, valid_from=date(2025, 5, 6))

    def duties(self, day=LINE_DAY):
        service_day = service_days.lock(self.session, self.town.service.id, day)
        query = select(Duty).where(Duty.service_day_id == service_day.id).order_by(Duty.id)
        return [
            (each.vehicle_id, each.start_s, each.end_s, each.start_stop_id, each.end_stop_id)
            for each in self.session.scalars(query)
        ]

    def book(self, time, *, origin=0, destination=1, day=LINE_DAY):
        return self.town.book(origin, destination, day=day, time=time, now=self.line.now)


@pytest.mark.req("D-12", "T-21")
def test_an_area_duty_parts_around_the_line_runs_of_its_vehicle(session):
    both = Both(session, "M3", "S2")

    first, last = both.stops["T01"].id, both.stops["T20"].id
    assert both.duties() == [
        (both.vehicle.id, None, at("10:10"), None, first),
        (both.vehicle.id, at("10:33"), at("13:15"), last, last),
        (both.vehicle.id, at("13:38"), None, first, None),
    ]


@pytest.mark.req("D-12", "T-21")
def test_a_vehicle_serves_area_and_line_on_one_morning_and_is_never_in_two_places(session):
    both = Both(session, "M3", "S2")
    booked = [both.book(f"{hour}:{minute:02d}") for hour in range(9, 16) for minute in (0, 20, 40)]
    assert said(both.line.book("M3", "T03", "T20")) == "confirmed"
    assert said(both.line.book("S2", "T20", "T05")) == "confirmed"

    held = [each for each in booked if not isinstance(each, Refusal)]
    spans = [(each.promise.pickup_earliest_s, each.promise.arrive_latest_s) for each in held]
    planned = session.scalars(select(Visit.planned_s).join(Run).where(Run.kind == "area")).all()

    assert len(held) >= 8
    assert len({each.run_id for each in held}) == 3
    assert {each.run.duty.vehicle_id for each in held} == {both.vehicle.id}
    for start_s, end_s in ((at("10:10"), at("10:33")), (at("13:15"), at("13:38"))):
        assert not [each for each in planned if start_s < each < end_s]
        assert not [each for each in spans if each[0] < start_s and each[1] > end_s]
    assert invariants.check(session, now=both.line.now) == []


@pytest.mark.req("D-12")
def test_the_last_area_ride_before_a_line_run_leaves_time_to_drive_to_its_first_stop(session):
    both = Both(session, "M3")
    outcome = both.book("9:50", origin=0, destination=5)
    day = service_days.lock(session, both.town.service.id, LINE_DAY)
    runs = itineraries.load(session, day, now=both.line.now).runs

    drives_s = runs[0].itinerary.vehicle
    if not isinstance(outcome, Refusal):
        assert outcome.promise.pickup_earliest_s >= at("10:33")
    assert (drives_s.end_stop, drives_s.shift.latest_s) != (None, at("17:00"))


@pytest.mark.req("T-21")
def test_a_vehicle_is_not_taken_from_riders_it_was_promised_to(session):
    both = Both(session, "M3")
    assert said(both.book("13:20")) == "confirmed"
    before = both.duties()

    refusal = both.drive("S2")

    assert refusal.code == "vehicle_has_rides"
    assert both.duties() == before
    car = session.scalars(select(Vehicle).where(Vehicle.code == "L2")).one()
    assert both.drive("M3", car).code == "vehicle_has_rides"


@pytest.mark.req("T-21")
def test_an_area_duty_is_whole_again_when_its_vehicle_drives_no_line_any_more(session):
    both = Both(session, "M3")
    assert len(both.duties()) == 2
    car = session.scalars(select(Vehicle).where(Vehicle.code == "L2")).one()

    assert isinstance(both.drive("M3", car), timetable.Loaded)

    assert [each[1:3] for each in both.duties()] == [(None, None)]


def test_a_pattern_entered_later_parts_too(session):
    line = Line(session)
    town = Town(session)
    period = town.service.operating_periods[0]
    period.accepts_to = period.runs_to = date(2026, 3, 31)
    car = session.scalars(select(Vehicle).where(Vehicle.code == "L2")).one()
    session.add(DutyPattern(transport_service_id=town.service.id, vehicle_id=car.id, weekdays=[0, 1, 2, 3, 4]))
    session.flush()

    day = service_days.lock(session, town.service.id, LINE_DAY)
    query = select(Duty.start_s, Duty.end_s).where(Duty.service_day_id == day.id, Duty.vehicle_id == car.id)
    spans = [tuple(each) for each in session.execute(query.order_by(Duty.id))]

    assert spans == [(None, at("10:10")), (at("10:33"), at("13:15")), (at("14:13"), at("15:00"))]
    assert line.service.id != town.service.id


def test_an_area_booking_may_be_moved_and_cancelled_in_either_piece_of_a_duty(session):
    both = Both(session, "M3")
    rider = make_rider(session)
    first = bookings.book(
        session, both.town.wish(day=LINE_DAY, time="9:10"), promise=None, caller=make_caller(rider), now=both.line.now
    )
    changed = bookings.change(
        session,
        first.public_id,
        both.town.wish(day=LINE_DAY, time="13:00"),
        promise=None,
        caller=make_caller(rider),
        now=both.line.now,
    )

    assert changed.run_id != first.run_id
    assert said(bookings.cancel(session, changed.public_id, actor="staff:1", now=both.line.now)) == "cancelled"
    assert invariants.check(session, now=both.line.now) == []
    days = session.scalars(select(ServiceDay.day)).all()
    assert LINE_DAY in days

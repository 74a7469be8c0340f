"""What was taken and counted, against a count of our own from the taps that were made (T-38, T-40)."""

import random
import uuid
from collections import Counter

import pytest
from sqlalchemy import select

from backend.db.models import FareRecord
from backend.db.queries import money_taken
from backend.domain.policies.pay import Payment
from backend.services import boarding, run_taps
from backend.services.taps import RunTapIn, TerminalEventIn
from tests.make import LINE_DAY, Town, jst, make_staff
from tests.terminal import LINE_MORNING, LineShift

FARES = {"A": {"adult": 500, "senior": 250, "child": 250}, "B": {"adult": 300, "senior": 150, "child": 150}}


@pytest.fixture
def shift(session):
    return LineShift(session)


class Taps:
    """A driver's taps on runs, with a plain count of what they should come to."""

    def __init__(self, shift) -> None:
        self.shift = shift
        self.cash = Counter()
        self.heads = Counter()

    def on_run(self, run, kind, **values) -> str:
        event = RunTapIn(str(uuid.uuid4()), run.id, kind, LINE_MORNING, **values)
        done = run_taps.apply(self.shift.session, event, staff_id=self.shift.driver.id, now=LINE_MORNING)
        return done.result

    def on_visit(self, booking, kind, on="pickup", **values) -> str:
        visit_id = self.shift.visit_id(booking, on)
        event = TerminalEventIn(str(uuid.uuid4()), booking.run_id, kind, visit_id, LINE_MORNING, **values)
        done = boarding.apply(self.shift.session, event, staff_id=self.shift.driver.id, now=LINE_MORNING)
        return done.result

    def ride(self, code, origin, destination, category, persons) -> None:
        """Count heads on and off a fixed run and take their fare in cash."""
        run, zone = self.shift.line.run(code), "A" if {origin, destination} & {"T19", "T20"} else "B"
        for way, stop in (("board", origin), ("alight", destination)):
            count = {"stop_id": self.shift.stop(stop), "way": way, "category": category, "persons": persons}
            assert self.on_run(run, "count", **count) == "applied"
            self.heads[code, stop, way, category] += persons
        payments = (Payment(category, persons, "cash"),)
        took = {"stop_id": self.shift.stop(destination), "zone": zone, "payments": payments}
        assert self.on_run(run, "take", **took) == "applied"
        self.cash[code] += persons * FARES[zone][category]


def test_the_sums_of_a_random_day_are_those_of_its_taps(shift):
    rng, taps = random.Random(38), Taps(shift)
    for _ in range(40):
        code = rng.choice(["M2", "S3"])
        on, off = (["T01", "T03", "T05"], ["T10", "T16", "T20"]) if code == "M2" else (["T20", "T16"], ["T05", "T01"])
        taps.ride(code, rng.choice(on), rng.choice(off), rng.choice(["adult", "senior", "child"]), rng.randint(1, 3))

    lines = money_taken.taken_lines(shift.session, shift.line.service.id, LINE_DAY, LINE_DAY)
    found = money_taken.boardings(shift.session, shift.line.service.id, LINE_DAY, LINE_DAY)

    cash, heads = Counter(), Counter()
    codes = {stop.id: code for code, stop in shift.line.stops.items()}
    for line in lines:
        cash[line.entry_code] += line.received_yen
    for each in found:
        heads[each.entry_code, codes[each.stop_id], each.kind, each.category] += each.persons
    assert (cash, heads) == (taps.cash, taps.heads)
    assert sum(line.persons for line in lines) == sum(each.persons for each in found if each.kind == "board")


def test_of_a_booking_the_last_record_counts_and_handing_back_leaves_nothing(shift):
    taps = Taps(shift)
    kept, undone = shift.book("M3", "T03", "T20", adult=2), shift.book("M3", "T04", "T20")
    for booking in (kept, undone):
        taps.on_visit(booking, "boarded")
    payments = (Payment("adult", 1, "coupon"), Payment("adult", 1, "cash"))

    corrected = taps.on_visit(kept, "fare", payments=payments)
    taps.on_visit(undone, "undo")

    assert corrected == "applied"
    lines = money_taken.taken_lines(shift.session, shift.line.service.id, LINE_DAY, LINE_DAY)
    assert [(each.booking_id, each.pay_kind, each.persons, each.due_yen, each.received_yen) for each in lines] == [
        (kept.id, "coupon", 1, 500, 0),
        (kept.id, "cash", 1, 500, 500),
    ]
    assert len(shift.session.scalars(select(FareRecord)).all()) == 4


def test_riders_count_as_the_driver_recorded_them(shift):
    taps = Taps(shift)
    booking = shift.book("M3", "T03", "T20", adult=2)
    taps.on_visit(booking, "boarded")
    fewer = taps.on_visit(booking, "fare", payments=(Payment("senior", 1, "cash"),), reason="persons")
    more = taps.on_visit(booking, "fare", payments=(Payment("adult", 3, "cash"),), reason="persons")
    taps.on_visit(booking, "alighted", on="dropoff")

    found = money_taken.boardings(shift.session, shift.line.service.id, LINE_DAY, LINE_DAY)

    assert (fewer, more) == ("applied", "refused")
    assert [(each.entry_code, each.kind, each.category, each.persons) for each in found] == [
        ("M3", "board", "senior", 1),
        ("M3", "alight", "senior", 1),
    ]


def test_nothing_of_another_service_or_day_is_among_them(shift):
    taps = Taps(shift)
    taps.ride("M2", "T03", "T20", "adult", 1)
    town = Town(shift.session)
    other = town.book(1, 2)
    visit_id = shift.visit_id(other)
    event = TerminalEventIn(str(uuid.uuid4()), other.run_id, "boarded", visit_id, jst("2022-11-28 10:00"))
    boarding.apply(shift.session, event, staff_id=make_staff(shift.session).id, now=jst("2022-11-28 10:00"))

    line = money_taken.taken_lines(shift.session, shift.line.service.id, LINE_DAY, LINE_DAY)
    area = money_taken.taken_lines(shift.session, town.service.id, jst("2022-11-28").date(), jst("2022-11-28").date())
    before = money_taken.taken_lines(
        shift.session, shift.line.service.id, jst("2025-05-01").date(), LINE_DAY.replace(day=6)
    )

    assert [(each.zone, each.received_yen) for each in line] == [("A", 500)]
    assert [(each.zone, each.received_yen, each.booking_id) for each in area] == [("", 350, other.id)]
    assert before == []


def test_a_record_from_before_there_were_lines_is_spread_over_the_party(shift):
    booking = shift.book("M3", "T03", "T20", adult=1, child=1)
    booking.state = "boarded"
    record = FareRecord(booking_id=booking.id, due_yen=750, received_yen=600, pay_kind="cash", by="staff:1")
    record.at = LINE_MORNING
    shift.session.add(record)
    shift.session.flush()

    lines = money_taken.taken_lines(shift.session, shift.line.service.id, LINE_DAY, LINE_DAY)

    assert [(each.category, each.due_yen, each.received_yen) for each in lines] == [
        ("adult", 500, 500),
        ("child", 250, 100),
    ]


def test_taking_back_more_than_was_recorded_is_refused(shift):
    taps = Taps(shift)
    taps.ride("M2", "T03", "T20", "adult", 1)
    run, back = shift.fixed, {"stop_id": shift.stop("T20"), "zone": "A"}

    silent = taps.on_run(run, "take", **back, payments=(Payment("adult", -1, "cash"),))
    too_many = taps.on_run(run, "take", **back, payments=(Payment("adult", -2, "cash"),), reason="typing")
    done = taps.on_run(run, "take", **back, payments=(Payment("adult", -1, "cash"),), reason="typing")

    assert (silent, too_many, done) == ("refused", "refused", "applied")
    lines = money_taken.taken_lines(shift.session, shift.line.service.id, LINE_DAY, LINE_DAY)
    assert sum(each.received_yen for each in lines) == 0

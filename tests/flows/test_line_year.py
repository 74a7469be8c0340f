"""A year of the line, played day by day: what the reports say equals an independent count (T-13, T-40, T-42, T-44).

The suite plays some days of every month. ``NORIAI_WHOLE_YEAR=1`` plays all 359, which takes minutes.
"""

import os
import random
import uuid
from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from backend.db import invariants, models
from backend.db.session import transaction
from backend.domain import times
from backend.domain.policies.pay import Payment
from backend.domain.policies.report_dates import Span, month
from backend.domain.refusals import Refusal
from backend.services import boarding, bookings, cut_offs, report_figures, run_taps, service_days
from backend.services.taps import RunTapIn, TerminalEventIn
from tests.make import Line, jst, make_staff

WHOLE_YEAR = os.environ.get("NORIAI_WHOLE_YEAR") == "1"  # noqa: TID251 -- how much of the year this test plays
FARES = {"A": {"adult": 500, "child": 250, "senior": 250}, "B": {"adult": 300, "child": 150, "senior": 150}}
FIXED_RIDES = (
    ("M2", "T03", "T16", "B"),
    ("M2", "T01", "T20", "A"),
    ("S3", "T20", "T03", "A"),
    ("S3", "T16", "T01", "B"),
)
STOPS = [f"T{number:02d}" for number in range(1, 21)]
SEVENTHS = [date(2025 + (number + 3) // 12, (number + 3) % 12 + 1, 7) for number in range(12)]
RUNS = [f"{direction}{number}" for direction in "MS" for number in range(1, 6)]


class Year:
    """Plays days of the line, and keeps its own count of what happened."""

    def __init__(self, engine, *, seed: int) -> None:
        self.engine = engine
        self.dice = random.Random(seed)
        self.runs: Counter[tuple[date, str]] = Counter()
        self.riders: Counter[tuple[date, str, str, str]] = Counter()
        self.yen: Counter[date] = Counter()
        self.refused: Counter[str] = Counter()
        self.most_booked = 0
        with transaction(engine) as session:
            line = Line(session, now=jst("2025-03-25 12:00"))
            self.driver_id = make_staff(session, role="driver").id
            self.days = service_days.calendar(session, line.service).operating_days(date(2025, 4, 1), date(2026, 3, 31))
            self.names = {code: stop.name for code, stop in line.stops.items()}
            self.stop_ids = {code: stop.id for code, stop in line.stops.items()}
            self.line = line

    def play(self, day: date) -> None:
        """Play a day: bookings three days before, cancellations, the cut-off, the runs with no-shows and head counts."""
        with transaction(self.engine) as session:
            self.line.session = session
            booked = self.book(day)
        with transaction(self.engine) as session:
            self.cancel(session, booked, day - timedelta(days=2), "12:00")
            self.decide(session, day)
            self.cancel(session, booked, day - timedelta(days=1), "19:00")
        with transaction(self.engine) as session:
            self.line.session = session
            self.drive(session, booked, day)

    def book(self, day: date) -> dict[int, tuple[str, str, str, dict[str, int]]]:
        """Book at random; return run, stops and party of each booking by its id: the run may be the next that goes there."""
        booked = {}
        for _ in range(self.dice.randint(2, 12)):
            run, origin, destination = self.dice.choice(RUNS), *self.dice.sample(STOPS, 2)
            party = {self.dice.choice(("adult", "child", "senior")): self.dice.randint(1, 3)}
            made = self.line.book(run, origin, destination, day=day, now=self.moment(day, -3, "12:00"), **party)
            if isinstance(made, Refusal):
                self.refused[made.code] += 1
            else:
                booked[made.id] = (made.run.timetable_entry.code, origin, destination, party)
        return booked

    def cancel(self, session, booked, on: date, clock: str) -> None:
        """Give up some of the bookings; before the cut-off or after it."""
        for booking_id in [each for each in booked if self.dice.random() < 0.12]:
            public_id = session.get_one(models.Booking, booking_id).public_id
            assert not isinstance(
                bookings.cancel(session, public_id, actor="staff:1", now=jst(f"{on} {clock}")), Refusal
            )
            del booked[booking_id]

    def decide(self, session, day: date) -> None:
        """Let the cut-off decide the day, twice."""
        service_day = service_days.lock(session, self.line.service.id, day)
        decided = cut_offs.decide_day(session, service_day.id, now=self.moment(day, -1, "17:00:01"))
        assert decided
        assert not cut_offs.decide_day(session, service_day.id, now=self.moment(day, -1, "17:00:02"))

    def drive(self, session, booked, day: date) -> None:
        """Let every booked party ride or stay away, and count heads on the fixed runs."""
        by_run: Counter[str] = Counter()
        for booking_id, (run, origin, destination, party) in booked.items():
            by_run[run] += sum(party.values())
            if self.ride(session, booking_id, day):
                self.rode(day, run, origin, destination, party, paid=True)
        self.most_booked = max([self.most_booked, *by_run.values()])
        self.runs.update((day, "reserved") for _ in by_run)
        if not self.is_holiday(day):
            self.runs.update((day, "fixed") for _ in ("M2", "S3"))
            for ride in self.dice.sample(FIXED_RIDES, 2):
                self.count_heads(session, day, *ride)

    def ride(self, session, booking_id: int, day: date) -> bool:
        """Let one party ride, unless it does not come; tell which."""
        visits = session.scalars(select(models.Visit).where(models.Visit.booking_id == booking_id)).all()
        pickup, dropoff = sorted(visits, key=lambda visit: visit.kind, reverse=True)
        comes = self.dice.random() > 0.1
        at = times.moment(day, pickup.planned_s)
        session.refresh(pickup)
        if pickup.state == "planned":  # who got on here before had the vehicle arrive
            self.tap(session, pickup, "arrived", at)
        if not comes:
            self.tap(session, pickup, "absent", at + timedelta(minutes=4))
            return False
        self.tap(session, pickup, "boarded", at)
        self.tap(session, dropoff, "alighted", times.moment(day, dropoff.planned_s))
        return True

    def tap(self, session, visit, kind: str, at: datetime) -> None:
        event = TerminalEventIn(str(uuid.uuid4()), visit.run_id, kind, visit.id, at)
        done = boarding.apply(session, event, staff_id=self.driver_id, now=at)
        assert done.result == "applied", (kind, done)

    def count_heads(self, session, day: date, run: str, origin: str, destination: str, zone: str) -> None:
        """Let riders without booking get on and off a fixed run, and pay in cash."""
        category, persons = self.dice.choice(("adult", "child")), self.dice.randint(1, 5)
        at, run_id = times.moment(day, 12 * 3600), self.line.run(run, day).id
        for way, stop in (("board", origin), ("alight", destination)):
            stop_id = self.stop_ids[stop]
            self.run_tap(
                session, RunTapIn(str(uuid.uuid4()), run_id, "count", at, stop_id, None, way, category, persons)
            )
        paid = Payment(category, persons, "cash")
        take = RunTapIn(str(uuid.uuid4()), run_id, "take", at, self.stop_ids[destination], zone=zone, payments=(paid,))
        self.run_tap(session, take)
        self.rode(day, run, origin, destination, {category: persons}, paid=True)

    def run_tap(self, session, event: RunTapIn) -> None:
        done = run_taps.apply(session, event, staff_id=self.driver_id, now=event.happened_at)
        assert done.result == "applied", done

    def rode(self, day, run, origin, destination, party, *, paid: bool) -> None:
        """Keep who got on and off, and what they paid by the printed fares."""
        persons = sum(party.values())
        self.riders[day, run, self.names[origin], "boarded"] += persons
        self.riders[day, run, self.names[destination], "alighted"] += persons
        zone = "A" if {origin, destination} & {"T19", "T20"} else "B"
        if paid:
            self.yen[day] += sum(FARES[zone][category] * number for category, number in party.items())

    @staticmethod
    def is_holiday(day: date) -> bool:
        """Tell whether all runs are reserved: by the calendar's own library, not by the product."""
        import holidays  # noqa: PLC0415 -- the oracle of the test

        return day.weekday() >= 5 or day in holidays.country_holidays("JP", years=day.year)

    @staticmethod
    def moment(day: date, days: int, clock: str) -> datetime:
        return jst(f"{day + timedelta(days=days)} {clock}")


@pytest.mark.req("T-03", "T-13", "T-20", "T-40", "T-42", "T-44")
def test_the_reports_of_a_year_equal_an_independent_count(engine):
    year = Year(engine, seed=2025)
    assert len(year.days) == 359
    assert sum(not year.is_holiday(day) for day in year.days) * 2 == 484

    played = year.days if WHOLE_YEAR else [next(day for day in year.days if day >= first) for first in SEVENTHS]
    for day in played:
        year.play(day)

    with transaction(engine) as session:
        for span in spans_of(played):
            check_span(session, year, span)
        assert invariants.check(session, now=jst("2026-04-01 09:00")) == []
    assert 0 < year.most_booked <= 4
    assert {"run_full", "no_boarding_here"} <= set(year.refused)


def spans_of(played: list[date]) -> list[Span]:
    """Return the months that were played whole, and the year; else each day by itself."""
    if not WHOLE_YEAR:
        return [Span(day, day) for day in played]
    return [*(month(first) for first in sorted({day.replace(day=1) for day in played})), Span(played[0], played[-1])]


def check_span(session, year: Year, span: Span) -> None:
    """Compare the figures of a span with the count of the same days."""
    figures = report_figures.reckon(session, year.line.service.id, span, today=date(2026, 4, 1))
    got = {kind: sum(day[kind] for day in figures["days"]) for kind in ("fixed", "reserved")}
    assert got == {kind: total(year.runs, span, kind) for kind in got}, span
    if span == Span(date(2025, 4, 1), date(2026, 3, 31)):
        assert got["fixed"] == 484
    for run in figures["riders"]:
        assert run["boarded"] == run["alighted"], (span, run["code"])
        for at in run["stops"]:
            for way in ("boarded", "alighted"):
                counted = total(year.riders, span, run["code"], at["stop"], way)
                assert at[way] == counted, (span, run["code"], at)
    boarded = sum(number for (day, *_, way), number in year.riders.items() if is_in(day, span) and way == "boarded")
    assert sum(run["boarded"] for run in figures["riders"]) == boarded
    assert figures["income"]["rides_yen"] == sum(yen for day, yen in year.yen.items() if is_in(day, span)), span


def total(counts: Counter, span: Span, *key: str) -> int:
    """Return the sum of a count over the days of a span."""
    return sum(number for (day, *rest), number in counts.items() if is_in(day, span) and tuple(rest) == key)


def is_in(day: date, span: Span) -> bool:
    return span.first <= day <= span.last

"""Twenty at once for the last place of a run; one person at once in two services (T-19, T-20, Q-15)."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from backend.db import invariants
from backend.db.models import Booking, RefusedWish
from backend.db.session import make_engine, transaction
from backend.domain.refusals import Refusal
from backend.services import bookings, service_days
from tests.backend.test_storm import SLOW, take_the_lock_away
from tests.make import LINE_DAY, LINE_NOW, Line, Town, make_caller, make_rider

THREADS = 20
CHANNELS = ("line", "phone", "counter")


class Crowd:
    """A committed line with three of four places of M3 taken, and riders enough."""

    def __init__(self, engine: Engine, slow_s: float) -> None:
        self.engine = engine
        with transaction(engine) as session:
            line = Line(session)
            assert isinstance(line.book("M3", "T01", "T02", adult=3), Booking)
            self.riders = [make_rider(session, phone=f"070{each:08d}", state="guest").id for each in range(THREADS)]
            self.wish = line.wish("M3", "T05", "T20")
            session.connection().exec_driver_sql(SLOW.format(seconds=slow_s))

    def at_once(self, act) -> list:
        barrier = threading.Barrier(THREADS)

        def run(number: int):
            barrier.wait()
            return act(number)

        with ThreadPoolExecutor(THREADS) as pool:
            return list(pool.map(run, range(THREADS)))

    def book(self, number: int):
        with transaction(self.engine) as session:
            caller = bookings.Caller(self.riders[number], CHANNELS[number % 3], "staff:1", f"storm-{number}")
            return bookings.book(session, self.wish, promise=None, caller=caller, now=LINE_NOW)


@pytest.fixture
def crowd(engine, database_url):
    made = []

    def make(slow_s: float) -> Crowd:
        with transaction(engine):
            wide = make_engine(database_url)
        made.append(wide)
        return Crowd(wide, slow_s)

    yield make
    for wide in made:
        wide.dispose()


def persons_on(session: Session) -> int:
    """Return the most persons booked on any run, counted from the rows."""
    query = text("SELECT max(persons) FROM (SELECT sum(seats) AS persons FROM bookings GROUP BY run_id) AS runs")
    return int(session.scalar(query))


@pytest.mark.req("T-19", "T-20", "D-29")
def test_of_twenty_requests_for_the_last_place_one_is_booked_and_nineteen_get_other_runs(crowd):
    storm = crowd(0.05)

    outcomes = storm.at_once(storm.book)

    refused = [each for each in outcomes if isinstance(each, Refusal)]
    assert (len(outcomes) - len(refused), {each.code for each in refused}) == (1, {"run_full"})
    for each in refused:
        assert [offer.departure.entry_code for offer in each.alternatives] == ["M1", "M4", "M5"]
    with transaction(storm.engine) as session:
        assert persons_on(session) == 4
        assert session.scalar(select(func.count()).select_from(RefusedWish)) == 19
        assert invariants.check(session, now=LINE_NOW) == []


@pytest.mark.req("T-20")
def test_without_the_lock_the_same_storm_overbooks_the_run(crowd, monkeypatch):
    """The control: this proves that the storm can fail."""
    storm = crowd(0.2)
    take_the_lock_away(monkeypatch)

    outcomes = storm.at_once(storm.book)

    assert sum(isinstance(each, Booking) for each in outcomes) > 1
    with transaction(storm.engine) as session:
        assert persons_on(session) > 4
        assert any("runs_hold_their_limit" in fault for fault in invariants.check(session, now=LINE_NOW))


@pytest.fixture
def pair(engine, database_url):
    """A rider, and two wishes at the same time in two services."""
    with transaction(engine) as session:
        town, line = Town(session), Line(session)
        period = town.service.operating_periods[0]
        period.accepts_to = period.runs_to = date(2026, 3, 31)
        rider = make_rider(session, phone="09011112222")
        wishes = town.wish(day=LINE_DAY, time="10:05"), line.wish("M3", "T03", "T20")
        for service in (town.service, line.service):
            service_days.ensure(session, service.id, LINE_DAY)
        session.connection().exec_driver_sql(SLOW.format(seconds=0.3))
        callers = [make_caller(rider) for _ in wishes]
    wide = make_engine(database_url)
    yield wide, wishes, callers
    wide.dispose()


@pytest.mark.req("Q-15")
def test_one_person_booking_two_services_at_once_gets_one_ride(pair):
    engine, wishes, callers = pair
    barrier = threading.Barrier(2)

    def book(number: int):
        barrier.wait()
        with transaction(engine) as session:
            outcome = bookings.book(session, wishes[number], promise=None, caller=callers[number], now=LINE_NOW)
            return outcome.promise if isinstance(outcome, Booking) else None

    with ThreadPoolExecutor(2) as pool:
        promises = list(pool.map(book, range(2)))

    of_area, of_line = promises
    with transaction(engine) as session:
        assert invariants.check(session, now=LINE_NOW) == []
    # Whoever comes second is refused, or is given an area ride after the run.
    assert (of_area is None) != (of_line is None) or of_line.arrive_latest_s <= of_area.pickup_earliest_s

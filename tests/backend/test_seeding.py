"""Loading the demo town (D-09, D-21, Q-16, Q-26)."""

from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.db.models import (
    BookingRuleRow,
    Consent,
    Rider,
    ServiceDay,
    Staff,
    Stop,
    TransportService,
    TravelTimeTable,
    Vehicle,
)
from backend.domain import times
from backend.services import demo_clock, offers, planning, seeding, service_days, travel
from backend.towns import load as load_town
from tests.make import NOW, jst


def count(session, table) -> int:
    return session.scalar(select(func.count()).select_from(table))


def test_the_town_is_loaded_once(demo):
    before = [count(demo.session, table) for table in (Stop, Vehicle, Rider, Staff, TransportService, ServiceDay)]

    again = seeding.load(demo.session, load_town("minami"), now=NOW)

    after = [count(demo.session, table) for table in (Stop, Vehicle, Rider, Staff, TransportService, ServiceDay)]
    assert (again, after) == (None, before)
    assert before[:3] == [60, 5, 12]
    assert count(demo.session, Consent) == 12


@pytest.mark.req("Q-26", "D-21")
def test_every_figure_of_the_specification_is_a_row(demo):
    service = demo.service
    rule = demo.session.scalars(select(BookingRuleRow).where(BookingRuleRow.transport_service_id == service.id)).one()

    assert (service.hours_start_s, service.hours_end_s, service.phone_lead_s) == (32400, 54000, 3600)
    assert (rule.opens_days, rule.opens_at_s, rule.notice_s) == (7, 0, 1800)
    assert (service.pickup_window_s, service.ride_percent, service.ride_plus_s) == (600, 200, 600)
    assert (service.large_delay_s, service.resend_shift_s, service.no_show_wait_s, service.max_party) == (
        600,
        300,
        180,
        8,
    )
    assert (service.planned_days, service.planned_members, service.planned_callers, service.planned_stops) == (
        87,
        500,
        50,
        40,
    )


@pytest.mark.req("D-01", "D-02")
@pytest.mark.parametrize(
    ("now", "runs"),
    [
        pytest.param("2022-11-01 09:00", ["2022-11-21/2023-03-31"], id="before the specified winter"),
        pytest.param("2023-03-31 23:59", ["2022-11-21/2023-03-31"], id="on its last day"),
        pytest.param(
            "2023-04-01 00:00",
            ["2022-11-21/2023-03-31", "2023-04-01/2024-03-31", "2024-04-01/2025-03-31"],
            id="the day after",
        ),
        pytest.param(
            "2026-11-21 09:00",
            ["2022-11-21/2023-03-31", "2026-04-01/2027-03-31", "2027-04-01/2028-03-31"],
            id="years later",
        ),
        pytest.param(
            "2026-03-31 09:00",
            ["2022-11-21/2023-03-31", "2025-04-01/2026-03-31", "2026-04-01/2027-03-31"],
            id="the last day of a fiscal year",
        ),
    ],
)
def test_the_town_can_be_ridden_whatever_the_clock_says(now, runs):
    found = seeding.periods(load_town("minami"), now=jst(now))

    assert [f"{period.runs_from}/{period.runs_to}" for period in found] == runs


def test_every_pair_of_stops_can_be_driven_in_both_seasons_at_every_hour(demo):
    stop_ids = [stop.id for stop in demo.stops.values() if stop.kind != "line"]
    for day in (date(2022, 9, 1), date(2022, 12, 1)):
        known = travel.stop_times(demo.session, demo.service, day)
        for second in range(9 * 3600, 15 * 3600, 1800):
            drives = [known.seconds(one, other, second) for one in stop_ids for other in stop_ids if one != other]
            assert min(drives) > 0
            assert max(drives) < 3600
    assert {row.season for row in demo.session.scalars(select(TravelTimeTable))} == {"summer", "winter"}


def test_winter_is_slower_than_summer(demo):
    first, last = demo.stops["M01"].id, demo.stops["M40"].id

    summer, winter = (
        travel.stop_times(demo.session, demo.service, day).seconds(first, last, 36000)
        for day in (date(2022, 9, 1), date(2022, 12, 1))
    )
    assert winter > summer


def test_driving_times_reckoned_again_at_the_same_moment_are_used(demo):
    pair = demo.stops["M01"].id, demo.stops["M40"].id
    before = travel.stop_times(demo.session, demo.service, date(2022, 12, 1)).seconds(*pair, 36000)
    tables = demo.session.scalars(select(TravelTimeTable).order_by(TravelTimeTable.id)).all()
    copies = [
        {"season": row.season, "band_start_s": row.band_start_s, "stop_ids": row.stop_ids, "metres": row.metres}
        | {"seconds": [2 * second for second in row.seconds], "computed_at": row.computed_at}
        for row in tables
    ]
    for row in tables:
        demo.session.delete(row)
    demo.session.flush()
    demo.session.add_all(TravelTimeTable(**copy) for copy in copies)
    demo.session.flush()

    assert travel.stop_times(demo.session, demo.service, date(2022, 12, 1)).seconds(*pair, 36000) == 2 * before


def test_a_stop_without_driving_times_is_named(demo):
    known = travel.stop_times(demo.session, demo.service, date(2022, 12, 1))

    with pytest.raises(travel.NoTravelTimesError, match="99999"):
        known.of(99999)


def test_the_days_that_can_be_booked_are_made_ahead(demo):
    days = demo.session.scalars(select(ServiceDay.day).order_by(ServiceDay.day)).all()
    open_days = offers.open_days(demo.session, demo.service.id, channel="line", now=NOW)

    assert set(open_days) <= set(days)
    assert planning.ensure_days(demo.session, now=NOW) == len(days)
    assert demo.session.scalars(select(ServiceDay.day).order_by(ServiceDay.day)).all() == days


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        ("2022-11-25 07:00", "2022-11-25 08:00"),
        ("2022-11-25 08:00", "2022-11-28 08:00"),
        ("2022-11-25 16:00", "2022-11-28 08:00"),
        ("2022-12-28 12:00", "2023-01-04 08:00"),
    ],
)
def test_the_demo_clock_steps_to_the_next_service_morning(demo, now, morning):
    assert jst(now) + demo_clock.until_next_morning(demo.session, now=jst(now)) == jst(morning)


def test_the_demo_clock_is_moved_for_all_processes_and_set_back(demo_engine):
    moved = demo_clock.reader(demo_engine)
    with Session(demo_engine) as session, session.begin():
        for step in ("plus_10_minutes", "plus_1_hour"):
            demo_clock.step(session, step, now=NOW)
    later = moved()
    with Session(demo_engine) as session, session.begin():
        demo_clock.step(session, "now", now=NOW)
    back = demo_clock.reader(demo_engine)()

    assert (later.total_seconds(), back.total_seconds()) == (70 * times.MINUTE_S, 0)


def test_a_day_has_one_run_for_each_vehicle_however_often_it_is_made(demo):
    day = date(2022, 12, 5)

    made = [service_days.ensure(demo.session, demo.service.id, day).id for _ in range(2)]
    made.append(service_days.lock(demo.session, demo.service.id, day).id)

    assert len(set(made)) == 1
    assert len(service_days.calendar(demo.session, demo.service).periods) == 1

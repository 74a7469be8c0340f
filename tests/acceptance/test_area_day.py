"""The day itself and its settings (D-29, Q-11, Q-21, Q-25, Q-26)."""

from dataclasses import fields

import pytest
from sqlalchemy import select

from backend.db.models import AuditEntry, Booking, DelayReport, TransportService, Visit
from backend.domain.errors import StaleError
from backend.services import boarding, delays, offers, town_rules
from tests.demo_town import change_settings, said
from tests.make import NOW, Town, at, jst, make_staff


def tap(town, booking, kind: str, clock: str):
    """Return what became of a tap on a booking's pick-up."""
    visit = town.session.scalars(select(Visit).where(Visit.booking_id == booking.id, Visit.kind == "pickup")).one()
    now = jst(f"2022-11-28 {clock}")
    event = boarding.TerminalEventIn(f"{kind}-{clock}", visit.run_id, kind, visit.id, now)
    return boarding.apply(town.session, event, staff_id=make_staff(town.session, role="driver").id, now=now)


@pytest.mark.req("Q-11")
def test_a_no_show_is_marked_three_minutes_past_the_promised_time_and_bars_nobody(session):
    town = Town(session)
    booking = town.book(0, 3, time="10:00", rider=town.rider)
    tap(town, booking, "arrived", "09:59:00")

    early, in_time = tap(town, booking, "absent", "10:02:59"), tap(town, booking, "absent", "10:03:00")

    again = town.book(0, 3, time="13:00", rider=town.rider)
    assert (early.refusal.code, in_time.result, booking.state) == ("wait_longer", "applied", "no_show")
    assert said(again) == "confirmed"


@pytest.mark.req("Q-11")
def test_a_vehicle_that_comes_too_late_is_never_the_riders_fault(session):
    town = Town(session)
    booking = town.book(0, 3, time="10:00")
    tap(town, booking, "arrived", "10:10:01")

    tap(town, booking, "absent", "10:20:00")

    assert booking.state == "missed"


@pytest.mark.req("Q-21", "Q-26")
@pytest.mark.parametrize(("clock", "reports"), [("10:09:59", 0), ("10:10:00", 1)])
def test_a_visit_ten_minutes_overdue_is_a_large_delay_by_itself(session, clock, reports):
    town = Town(session)
    town.book(0, 3, time="10:00")

    assert delays.check_running(session, now=jst(f"2022-11-28 {clock}")) == reports
    assert len(session.scalars(select(DelayReport.id)).all()) == reports


@pytest.mark.req("D-29")
def test_the_second_of_two_who_edit_the_same_settings_is_told(session):
    town = Town(session)
    shown = town.service.version
    change_settings(session, town.service, hours_end_s=at("16:00"))

    values = {field.name: getattr(town.service, field.name) for field in fields(town_rules.ServiceSettings)}
    entry = town_rules.ServiceSettings(**values | {"weekdays": (0,), "hours_end_s": at("14:00")})
    with pytest.raises(StaleError):
        town_rules.change_settings(session, town.service.id, entry=entry, version=shown, actor="staff:2", now=NOW)

    assert session.scalars(select(TransportService.hours_end_s)).one() == at("16:00")


@pytest.mark.req("Q-26", "D-21")
@pytest.mark.parametrize(
    ("change", "wish", "before", "after"),
    [
        ({"max_party": 2}, {"adult": 3}, "confirmed", "party_too_big"),
        ({"hours_start_s": at("10:30")}, {"time": "10:00"}, "confirmed", "outside_hours"),
        ({"weekdays": (1, 2, 3, 4)}, {}, "confirmed", "closed_weekday"),
        ({"closed_on_holidays": False}, {"day": jst("2022-11-23 00:00").date()}, "closed_holiday", "confirmed"),
    ],
)
def test_a_changed_figure_counts_from_the_next_answer_on_and_is_logged(session, change, wish, before, after):
    town = Town(session)
    now = jst("2022-11-22 09:00")

    outcomes = [said(town.book(0, 3, now=now, **wish))]
    change_settings(session, town.service, now=now, **change)
    outcomes.append(said(town.book(0, 3, now=now, **wish)))

    logged = session.scalars(select(AuditEntry.facts).where(AuditEntry.action == "settings.changed")).one()
    assert outcomes == [before, after]
    assert logged == {"fields": next(iter(change))}


@pytest.mark.req("Q-13", "Q-26")
def test_the_promised_window_is_a_setting_and_promises_given_stay(session):
    town = Town(session)
    old = town.book(0, 3, time="10:00")
    change_settings(session, town.service, pickup_window_s=1200)

    offer, *_ = offers.find(session, town.wish(0, 3, time="11:00"), channel="line", rider_id=town.rider.id, now=NOW)

    kept = session.scalars(select(Booking)).one().promise
    assert (offer.promise.pickup_earliest_s, offer.promise.pickup_latest_s) == (at("11:00"), at("11:20"))
    assert (kept.pickup_earliest_s, kept.pickup_latest_s) == (at("10:00"), at("10:10"))
    assert old.promise is kept

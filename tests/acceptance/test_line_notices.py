"""What riders and followers of the line are told, and the way on that stands under it (T-25, T-46, T-47, T-54)."""

import re
from datetime import date

import pytest
from sqlalchemy import select

from backend.db.models import Run, ServiceDay, TimetableEntry, TransportService, Vehicle
from backend.db.session import transaction
from backend.services import delays, service_days, substitutions, suspensions
from tests.bot.line_talk import TOMORROW, book_as_guest, bookings_of, tap_run, to_runs
from tests.bot.make_bot import send_form, stop_clock, take_pushes

TODAY = date(2025, 5, 7)


def run_of(session, code, day):
    """Return a run of a day, made if it is not there yet."""
    service_id = session.scalars(select(TransportService.id).where(TransportService.mode == "line")).one()
    service_days.ensure(session, service_id, day)
    query = (
        select(Run)
        .join(ServiceDay, ServiceDay.id == Run.service_day_id)
        .join(TimetableEntry, TimetableEntry.id == Run.timetable_entry_id)
        .where(ServiceDay.day == day, TimetableEntry.code == code)
    )
    return session.scalars(query).one()


def suspend(resident, code, day, *, reason="大雪のため"):
    with transaction(resident.world.engine) as session:
        run = run_of(session, code, day)
        suspensions.suspend(session, run.id, reason=reason, actor="staff:1", now=resident.world.clock())


def report_delay(resident, code, day, *, minutes, event="delay-1"):
    with transaction(resident.world.engine) as session:
        run = run_of(session, code, day)
        now = resident.world.clock()
        delays.report(session, run.id, late_s=minutes * 60, actor="staff:1", event_id=event, now=now)


def follow(resident, start="15時47分"):
    to_runs(resident, "T05", "T01", day=TOMORROW)
    tap_run(resident, start)
    resident.tap("遅れや運休のお知らせを受ける")


@pytest.mark.req("T-47")
def test_a_booked_run_called_off_is_told_with_the_way_to_another_run(line_guest):
    book_as_guest(line_guest, "T20", "T03", "18時")

    suspend(line_guest, "S4", TOMORROW)
    take_pushes(line_guest)

    assert "運休のお知らせ" in line_guest.read
    assert "もうしわけありません" in line_guest.read
    line_guest.tap("ほかの便を予約する")
    assert "運休です" in line_guest.read
    tap_run(line_guest, "19時10分")
    line_guest.tap("はい、予約する")
    assert [(each.departure.entry_code, each.state) for each in bookings_of(line_guest)] == [
        ("S4", "cancelled"),
        ("S5", "confirmed"),
    ]


@pytest.mark.req("T-47")
def test_the_timetable_and_the_list_of_runs_show_what_is_called_off_today(line_guest):
    suspend(line_guest, "S4", TODAY)

    line_guest.rich("timetable")
    assert "今日の空沼二股行き 4便は運休です。大雪のため" in line_guest.read
    line_guest.tap("空沼二股行き")
    assert "今日の空沼二股行き 4便は運休です。大雪のため" in line_guest.read

    to_runs(line_guest, "T20", "T03", day=TODAY)
    assert "運休です" in line_guest.read


@pytest.mark.req("T-25")
def test_followers_of_a_fixed_run_hear_of_a_delay_and_of_its_end_without_being_known(line_guest):
    follow(line_guest)
    stop_clock(line_guest, "2025-05-08 15:35:00")

    report_delay(line_guest, "S3", TOMORROW, minutes=12)
    take_pushes(line_guest)

    assert "便が遅れています" in line_guest.read
    assert "5月8日(木)の空沼二股行き 3便が約12分遅れています" in line_guest.read
    line_guest.tap("お知らせを受けるのをやめる")
    assert "お知らせを受ける便はありません" in line_guest.read


@pytest.mark.req("T-47")
def test_followers_of_a_run_hear_that_it_is_called_off(line_guest):
    follow(line_guest)

    suspend(line_guest, "S3", TOMORROW)
    take_pushes(line_guest)

    assert "空沼二股行き 3便は運休です。大雪のため" in line_guest.read
    assert "時刻表" in line_guest.labels()


@pytest.mark.req("T-25")
def test_booked_riders_of_a_run_hear_of_a_delay_with_the_new_time(line_guest):
    book_as_guest(line_guest, "T20", "T03", "18時")
    stop_clock(line_guest, "2025-05-08 17:55:00")

    report_delay(line_guest, "S4", TOMORROW, minutes=15)
    take_pushes(line_guest)

    assert "車が約15分遅れています" in line_guest.read
    assert "真駒内駅には18時15分ごろ" in line_guest.read


@pytest.mark.req("T-46", "T-54")
def test_another_vehicle_is_told_with_its_look_and_sign(line_guest):
    book_as_guest(line_guest, "T20", "T03", "18時")

    with transaction(line_guest.world.engine) as session:
        run = run_of(session, "S4", TOMORROW)
        used = {run.duty.vehicle_id}
        spare = session.scalars(select(Vehicle).where(Vehicle.code.like("L%"), Vehicle.id.not_in(used))).first()
        assert not isinstance(
            substitutions.swap_vehicle(
                session, run.id, spare.id, reason="故障", actor="staff:1", now=line_guest.world.clock()
            ),
            str,
        )
        look = spare.look or spare.name
    take_pushes(line_guest)

    assert "車が変わります" in line_guest.read
    assert f"車両: {look}／『空沼線代替交通』の表示" in line_guest.read


@pytest.mark.req("Q-58")
def test_a_guest_becomes_a_member_and_keeps_the_ride(line_guest):
    book_as_guest(line_guest, "T20", "T03", "18時")
    (before,) = bookings_of(line_guest)
    line_guest.rich("settings")
    assert any("/my/settings/" in str(action) for action in line_guest.shown)

    line_guest.rich("agree")
    path = re.search(r"/my/register/[\w-]+", str(line_guest.shown))[0]
    answer = send_form(
        line_guest,
        path,
        consent="yes",
        name="見本 ハナ",
        kana="みほん はな",
        phone="090-1234-5678",
        birth_year="昭和16",
        fare_category="senior",
    )

    assert answer.status_code == 303
    (after,) = bookings_of(line_guest)
    assert (after.rider_id, after.state) == (before.rider_id, "confirmed")
    line_guest.rich("bookings")
    assert before.number in line_guest.read


@pytest.mark.req("Q-58", "L-17")
def test_a_guest_sees_mends_and_erases_name_and_phone(line_guest):
    book_as_guest(line_guest, "T20", "T03", "18時", remember="yes")
    line_guest.rich("settings")
    path = re.search(r"/my/settings/[\w-]+", str(line_guest.shown))[0]
    page = send_form(line_guest, path, tail="5678").get_data(as_text=True)
    assert "見本 ハナ" in page
    assert "料金の区分" not in page

    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    answer = line_guest.client.post(
        f"{path}/data", data={"csrf_token": token, "name": "見本 花", "phone": "090-1234-5678", "remember": "yes"}
    )

    assert answer.status_code == 303

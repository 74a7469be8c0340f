"""The line on the day, through its doors: the board, the terminal, the job of the cut-off, the chat (T-13, T-21 to T-25)."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from backend import world as worlds
from backend.db.models import AuditEntry, Booking, Duty, LeftBehind, Notification, Run, Vehicle
from backend.jobs import cut_offs, sweeping
from backend.services import follows
from tests.admin.web import Web, fields_of
from tests.bot.make_bot import make_resident, take_pushes, words
from tests.bot.residents import with_bell
from tests.make import LINE_DAY, Town, jst, make_line_user, make_rider, make_world
from tests.terminal import LINE_MORNING, LineShift, Tablet, make_app, tap

EVE = jst("2025-05-06 17:00:30")
BOARD = "/admin/dispatch/"


@pytest.fixture
def shift(session):
    """The line with its driver, and an area service beside it."""
    Town(session)
    made = LineShift(session)
    session.commit()
    return made


@pytest.fixture
def web(engine, shift):
    """A dispatcher at the board, on the morning of the day."""
    return Web(engine, now=LINE_MORNING)


@pytest.fixture
def tablet(engine, shift):
    """The terminal of the driver."""
    made = Tablet(make_app(engine, now=LINE_MORNING), shift)
    made.day()
    return made


def resident_on(engine, session, *, now=LINE_MORNING):
    """Return somebody with LINE who is known as a guest of the line."""
    resident = make_resident(with_bell(make_world(engine, now=now)))
    rider = make_rider(session, phone="09055556666", state="guest")
    user = make_line_user(session, user_id=resident.user_id, rider=rider)
    session.commit()
    return resident, rider, user


def row_of(page: str, code: str) -> str:
    """Return the row of a run on the board, as it is read."""
    rows = re.findall(r"<li.*?</li>", page.split('class="plain runs"')[1], re.DOTALL)
    found = next(row for row in rows if f"<strong>{code}</strong>" in row)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found)).strip()


def run_of(shift, code: str) -> Run:
    """Return a run as it is now; the lock of the day is given back."""
    shift.session.expire_all()
    run = shift.line.run(code)
    assert run.duty.vehicle_id
    shift.session.commit()
    return run


def run_page(shift, code: str) -> str:
    return f"{BOARD}runs/{run_of(shift, code).id}"


def decide(engine, now=EVE) -> list[tuple[str, tuple[int | str, ...]]]:
    """Let the sweeper go round, and a worker do what it rang for; return what was rung."""
    rung = []
    worlds.install(make_world(engine, now=now, heard=lambda job, ids: rung.append((job, ids))))
    sweeping.make().cut_offs()
    for job, ids in rung:
        assert job == sweeping.DECIDE
        cut_offs.decide_day(*ids)
    return rung


def left_behind(shift, *, origin="T03", to="T20", persons=2):
    return tap("left_behind", stop_id=shift.stop(origin), to_stop_id=shift.stop(to), persons=persons)


@pytest.mark.req("T-13", "T-03")
def test_at_the_cut_off_board_and_terminal_are_told_which_runs_operate(engine, session, shift, tablet, web):
    shift.book("M4", "T03", "T20")
    version = run_of(shift, "M3").plan_version
    session.commit()

    rung = decide(engine)

    board = web.text(BOARD)
    assert len(rung) == 1
    assert "運行決定" in row_of(board, "M4")
    assert "運行決定" in row_of(board, "M2")
    assert "予約なし・運休" in row_of(board, "M3")
    assert "運行 3便" in board, "M2, S3 and M4: what does not run is not counted"
    session.expire_all()
    assert run_of(shift, "M3").plan_version > version
    told = {run["run_id"]: run["state"] for run in tablet.day(run_of(shift, "M4")).json["runs"]}
    assert (told[run_of(shift, "M4").id], told[run_of(shift, "M3").id]) == ("committed", "not_operated")
    assert "最新の内容はまだ届いていません" in web.text(run_page(shift, "M3"))


@pytest.mark.req("T-13")
def test_a_cut_off_that_no_worker_took_up_is_done_by_the_sweeper_and_only_once(engine, session, shift):
    worlds.install(make_world(engine, now=EVE))
    sweeper = sweeping.make()
    sweeper.cut_offs()
    session.expire_all()
    waiting = run_of(shift, "M3").state
    session.commit()

    sweeper.cut_offs()
    sweeper.cut_offs()

    session.expire_all()
    decided = select(AuditEntry.object_id).where(AuditEntry.action.in_(("run.committed", "run.not_operated")))
    assert (waiting, run_of(shift, "M3").state) == ("planned", "not_operated")
    assert len(session.scalars(decided).all()) == 10


@pytest.mark.req("Q-43", "T-13")
def test_a_run_that_loses_its_last_booking_is_shown_as_not_driven(engine, session, shift, web):
    booking = shift.book("M4", "T03", "T20")
    decide(engine)
    web.post(f"/admin/desk/bookings/{booking.public_id}/cancel")

    board = web.text(BOARD)

    session.expire_all()
    assert session.get_one(Booking, booking.id).state == "cancelled"
    assert "全員取り消し・運行なし" in row_of(board, "M4")
    assert "運行 2便" in board


@pytest.mark.req("T-22", "T-23", "Q-59")
def test_riders_left_behind_are_on_the_board_and_fetched_in_one_step(engine, session, shift, tablet, web):
    assert tablet.outcomes(left_behind(shift)) == ["applied"]
    board = web.text(BOARD)
    assert "乗り残し 2名:常盤 → 真駒内駅" in board
    assert "乗り残しの報告 1件" in web.text("/admin/desk/")
    form = fields_of(board, "増発便を出す")
    first = re.search(r'<select id="extra-\d+" name="vehicle_id">\s*<option value="(\d+)">([^<]+)', board)
    spare = session.scalars(select(Vehicle).where(Vehicle.is_spare)).one()
    assert first[1] == str(spare.id), "the spare car stands first: one step"
    action = re.search(r'action="(/admin/dispatch/left-behind/\d+/extra-run)"', board)[1]

    answer = web.post(action, vehicle_id=first[1], key=form["key"])

    assert answer.status_code == 303
    session.expire_all()
    [report] = session.scalars(select(LeftBehind))
    extra = session.get_one(Run, report.extra_run_id)
    assert report.dispatched_at is not None
    after = web.text(BOARD)
    assert "乗り残し 2名" not in after
    assert "増発 1便" in after
    assert re.search(r"<strong>M2</strong>.{0,200}増発便", after, re.DOTALL)
    for duty in session.scalars(select(Duty).where(Duty.vehicle_id == spare.id)):
        duty.driver_id = shift.driver.id
    session.commit()
    shown = next(each for each in tablet.day(extra).json["runs"] if each["run_id"] == extra.id)
    assert [call["stop"] for call in shown["calls"]] == ["常盤", "真駒内駅"]

    up = tap("count", stop_id=shift.stop("T03"), way="board", category="adult", persons=2)
    down = tap("count", stop_id=shift.stop("T20"), way="alight", category="adult", persons=2)
    assert tablet.outcomes(up, down, run=extra) == ["applied", "applied"]
    session.expire_all()
    assert None not in (report.picked_up_at, report.arrived_at)
    assert "対応した乗り残し 1件" in web.text(BOARD)


@pytest.mark.req("T-22", "D-29")
def test_two_dispatchers_at_once_send_one_extra_run(engine, session, shift, tablet, web):
    tablet.outcomes(left_behind(shift))
    page = web.text(BOARD)
    action = re.search(r'action="(/admin/dispatch/left-behind/\d+/extra-run)"', page)[1]
    vehicles = re.findall(r'<option value="(\d+)">', page.split('id="extra-')[1].split("</select>")[0])
    token = re.search(r'name="csrf-token" content="([^"]+)"', page)[1]
    keys = ["9f8d6a52-7a9c-4c51-8f6e-0d2f1f5c8a01", "9f8d6a52-7a9c-4c51-8f6e-0d2f1f5c8a02"]

    def send(number: int) -> int:
        client = web.app.test_client()
        client.set_cookie("noriai", web.token)
        body = {"csrf_token": token, "vehicle_id": vehicles[0], "key": keys[number]}
        with client.session_transaction() as copied, web.client.session_transaction() as own:
            copied.update(own)
        return client.post(action, data=body).status_code

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(send, range(2)))

    session.expire_all()
    assert answers == [303, 409]
    assert len(session.scalars(select(Run).where(Run.kind == "extra")).all()) == 1


@pytest.mark.req("Q-46", "T-22")
def test_without_a_free_car_the_next_run_is_offered_and_the_driver_is_told(engine, session, shift, tablet, web):
    shift.book("M5", "T03", "T20")
    decide(engine)
    tablet.outcomes(left_behind(shift))
    board = web.text(BOARD)
    assert "次の便を案内(5便 16:12・予約運行)" in board
    action = re.search(r'action="(/admin/dispatch/left-behind/\d+/answer)"', board)[1]

    web.post(action, outcome="next_run")

    session.expire_all()
    [report] = session.scalars(select(LeftBehind))
    assert (report.outcome, report.extra_run_id) == ("next_run", None)
    thread = web.text(f"{BOARD}vehicles/{run_of(shift, 'M2').duty.vehicle_id}/messages")
    assert "次の5便(16時12分)をご案内ください" in thread


@pytest.mark.req("T-47")
def test_a_run_called_off_is_told_to_bookers_followers_and_the_timetable(engine, session, shift, web):
    resident, rider, _ = resident_on(engine, session)
    watcher = make_resident(resident.world)
    follower = make_line_user(session, user_id=watcher.user_id)
    follows.follow(session, follower.id, shift.line.service.id, "S4", LINE_MORNING)
    shift.book("S4", "T20", "T03", rider=rider)
    shift.book("S4", "T20", "T05")

    done = web.post(f"{run_page(shift, 'S4')}/suspend", page=run_page(shift, "S4"), reason="倒木のため")

    said = done.get_data(as_text=True)
    assert "取り消した予約: 2件" in said
    assert "連絡: 1件" in said
    take_pushes(resident)
    assert "運休" in resident.read
    assert any("予約" in label for label in resident.labels()), "a way to book anew"
    told = words([messages for to, messages, _key in resident.messenger.pushes if to == watcher.user_id])
    assert "空沼二股行き4便" in told.replace(" ", "")
    assert "倒木のため" in told
    calls = web.text("/admin/desk/calls/")
    assert "運休になりました" in calls
    assert "運休" in row_of(web.text(BOARD), "S4")
    watcher.rich("timetable")
    assert "運休" in watcher.read
    web.post(f"{run_page(shift, 'S4')}/resume", page=run_page(shift, "S4"))
    take_pushes(watcher)
    assert "運休を取り消しました" in watcher.read
    assert "運休" not in row_of(web.text(BOARD), "S4")


@pytest.mark.req("T-47", "Q-23")
def test_heavy_snow_calls_off_an_afternoon_and_the_next_act_takes_it_back(engine, session, shift, web):
    booking = shift.book("M4", "T03", "T20")
    span = {"from_time": "13:00", "to_time": "15:00", "service_id": str(shift.line.service.id)}

    web.post(f"{BOARD}suspensions", page=BOARD, reason="大雪のため", **span)

    board = web.text(BOARD)
    session.expire_all()
    assert session.get_one(Booking, booking.id).state == "cancelled"
    assert {code for code in ("M3", "M4", "M5", "S2", "S3") if "運休" in row_of(board, code)} >= {"M4", "S2"}
    assert "大雪のため" not in row_of(board, "M5")
    web.post(re.search(r'action="(/admin/dispatch/suspensions/\d+/resume)"', board)[1])
    assert "大雪のため" not in row_of(web.text(BOARD), "M4")


@pytest.mark.req("T-47")
def test_calling_off_needs_a_reason_and_says_so_at_the_field(web, shift):
    answer = web.post(f"{run_page(shift, 'S4')}/suspend", page=run_page(shift, "S4"), reason=" ")

    assert answer.status_code == 400
    assert 'id="suspend_reason-fault"' in answer.get_data(as_text=True)


@pytest.mark.req("T-46", "T-21")
def test_a_spare_vehicle_takes_over_the_manifest_and_riders_are_told(engine, session, shift, tablet, web):
    resident, rider, _ = resident_on(engine, session)
    booking = shift.book("M4", "T03", "T20", rider=rider)
    page = run_page(shift, "M4")
    run = run_of(shift, "M4")
    spare = session.scalars(select(Vehicle).where(Vehicle.is_spare)).one()
    seen = fields_of(web.text(page), "差し替える")["seen_vehicle_id"]
    session.commit()

    answer = web.post(
        f"{page}/vehicle", page=page, vehicle_id=str(spare.id), seen_vehicle_id=seen, reason="故障", scope="one"
    )

    assert answer.status_code == 303
    session.expire_all()
    for duty in session.scalars(select(Duty).where(Duty.vehicle_id == spare.id)):
        duty.driver_id = shift.driver.id
    session.commit()
    shown = next(each for each in tablet.day(run).json["runs"] if each["run_id"] == run.id)
    assert [each["booking"]["number"] for each in shown["visits"]] == [booking.number] * 2
    take_pushes(resident)
    assert resident.shown
    assert spare.name in row_of(web.text(BOARD), "M4")
    assert "故障" in web.text(page)


@pytest.mark.req("T-46", "D-29")
def test_a_swap_that_does_not_fit_is_refused_with_its_reason_and_what_was_typed(session, shift, web):
    shift.book("M1", "T03", "T20", adult=4)
    spare = session.scalars(select(Vehicle).where(Vehicle.is_spare)).one()
    spare.seats = 3
    session.commit()
    page = run_page(shift, "M1")
    seen = str(run_of(shift, "M1").duty.vehicle_id)

    answer = web.post(
        f"{page}/vehicle", page=page, vehicle_id=str(spare.id), seen_vehicle_id=seen, reason="故障のため", scope="one"
    )

    said = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "4名は乗れません" in said
    assert 'value="故障のため"' in said
    assert session.scalars(select(Notification.kind).where(Notification.kind == "vehicle_changed")).all() == []


@pytest.mark.req("T-46")
def test_a_broken_down_vehicle_gives_all_its_runs_of_the_day_to_a_spare_one(session, shift, web):
    run = run_of(shift, "M3")
    shift.book("M3", "T03", "T20")
    page = run_page(shift, "M3")
    form = fields_of(web.text(page), "/breakdown")
    broken = {"key": form["key"], "seen_vehicle_id": form["seen_vehicle_id"], "reason": "エンジン故障"}

    done = web.post(f"{page}/breakdown", page=page, **broken).get_data(as_text=True)
    again = web.post(f"{page}/breakdown", page=page, **broken)

    session.expire_all()
    assert again.status_code == 409, "the spare vehicle is not taken out by the same form"
    spare = session.scalars(select(Vehicle).where(Vehicle.is_spare)).one()
    assert run_of(shift, "M3").duty.vehicle_id == spare.id
    assert "予備の車に移したダイヤの便" in done
    assert run.state == "planned"


@pytest.mark.req("T-25")
def test_a_driver_who_is_late_on_a_fixed_run_tells_its_followers(engine, session, shift, tablet, web):
    resident, _, user = resident_on(engine, session)
    follows.follow(session, user.id, shift.line.service.id, "M2", LINE_MORNING)
    session.commit()

    outcome = tablet.outcomes(tap("delay", value=20 * 60), run=shift.fixed)

    assert outcome == ["applied"]
    take_pushes(resident)
    assert "20分" in resident.read
    assert "20分遅れ" in row_of(web.text(BOARD), "M2")


@pytest.mark.req("T-25", "D-47")
def test_a_driver_who_is_late_on_a_reserved_run_tells_line_users_and_fills_the_call_list(
    engine, session, shift, tablet, web
):
    resident, rider, _ = resident_on(engine, session)
    shift.book("M3", "T03", "T20", rider=rider)
    shift.book("M3", "T05", "T20")

    tablet.outcomes(tap("delay", value=20 * 60), run=shift.reserved)

    take_pushes(resident)
    assert "20分" in resident.read
    assert "空沼線代替交通（見本）の受付です。お車が20分ほど遅れております" in web.text("/admin/desk/calls/")


@pytest.mark.req("T-56")
def test_a_day_over_the_limit_is_marked_and_nothing_is_blocked(engine, session, shift, web):
    shift.line.service.longest_duty_s = 12 * 3600
    session.commit()

    board, page = web.text(BOARD), web.text(f"{BOARD}duties?day={LINE_DAY.isoformat()}")

    assert "乗務の時間の注意 1名" in board
    assert "6:55–19:33" in page
    assert "拘束が12時間0分を超える" in page
    assert shift.book("M4", "T03", "T20").state == "confirmed"


@pytest.mark.req("T-56")
def test_a_day_within_the_limits_has_no_mark(web, shift):
    assert "乗務の時間の注意" not in web.text(BOARD)
    assert "目安のうち" in web.text(f"{BOARD}duties?day={LINE_DAY.isoformat()}")


@pytest.mark.req("D-39", "T-21", "T-20")
def test_the_board_shows_area_and_line_side_by_side(session, shift, web):
    shift.book("M4", "T03", "T20", adult=2)
    shift.book("M4", "T05", "T20", adult=1)

    board = web.text(BOARD)

    row = row_of(board, "M4")
    assert "予約3/4名" in row
    assert "区間ごとの乗車 2-3-1" in row or "区間ごとの乗車 2-3-2" in row
    assert "乗客4名" in row
    assert "デマンド交通" in board
    assert {code for code in ("M1", "M5", "S1", "S5") if row_of(board, code)} == {"M1", "M5", "S1", "S5"}


@pytest.mark.req("S-27")
@pytest.mark.parametrize(
    ("role", "may"), [("operator", False), ("dispatcher", True), ("town_officer", False), ("carrier", False)]
)
def test_only_dispatchers_call_runs_off(engine, shift, role, may):
    web = Web(engine, role=role, now=LINE_MORNING)

    answer = web.post(f"{run_page(shift, 'S4')}/suspend", page=BOARD, reason="雪のため")

    assert (answer.status_code == 200) == may

"""What is kept of persons stands in the register; what is past its period goes by itself (P-01, S-26, Q-69, C-17)."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Column, ForeignKey, LargeBinary, MetaData, String, Table, select, text, update

from admin.guard import TAKES_OUT, roles_for
from backend import cli, texts
from backend.clock import wall
from backend.db import models, register, sealing
from backend.db.session import transaction
from backend.domain import times
from backend.domain.policies.retention import DEFAULTS
from backend.jobs.sweeping import Sweeper
from backend.services import audit_chain, incidents, lifecycle, notifications, purging, retention
from tests.acceptance.matrix import LOGINS, Demo
from tests.admin.web import Web, token_in
from tests.bot.make_bot import stop_clock, take_pushes
from tests.demo_town import said
from tests.make import NOW, Town, jst, make_line_user, make_rider, make_world

ENTRY = {f"keep_{name}": str(number) for name, number in DEFAULTS.items()}
LONG_AGO = NOW - timedelta(days=2000)


def agree(engine) -> None:
    with transaction(engine) as session:
        retention.agree(session, DEFAULTS, agreed_on=date(2022, 11, 1), agreed_with="見本町", actor="system", now=NOW)


def purge(engine, *, now, **options):
    values = {"actor": "system", "now": now, "wall": now, "with_trail": False, **options}
    return purging.purge(engine, **values)


# The register


@pytest.mark.req("S-26", "P-01")
def test_every_personal_column_stands_in_the_register_with_its_words():
    missing = [each for each in register.items() if register.file_of(each.table) is None]
    wordless = {
        each.column
        for each in register.items()
        if each.kind in {"sealed", "plain"} and not texts.has(f"register-item-{each.column.replace('_', '-')}")
    }

    assert missing == []
    assert wordless == set()


@pytest.mark.req("S-26", "P-01")
def test_a_new_personal_column_without_an_entry_is_found():
    tables = MetaData()
    riders = Table("riders", tables, Column("id", String, primary_key=True), schema="personal")
    Table("diets", tables, Column("wish_sealed", LargeBinary))
    Table("pets", tables, Column("owner_id", ForeignKey(riders.c.id)), Column("seen_by", String), Column("id", String))
    Table("habits", tables, Column("id", String), Column("habit", String), schema="personal")

    found = [each for each in register.items(tables) if register.file_of(each.table) is None]

    assert {(each.table, each.column) for each in found} == {
        ("diets", "wish_sealed"),
        ("pets", "owner_id"),
        ("pets", "seen_by"),
        ("habits", "habit"),
    }


@pytest.mark.req("S-26")
def test_the_register_shows_what_why_where_and_how_long(demo_engine):
    web = Web(demo_engine, role="protection_manager")

    page = web.client.get("/admin/secrecy/register").text

    for words in ("利用者(会員、会員でない予約者)", "支援措置(暗号化)", "riders", "90日で", "365日でたずねます"):
        assert words in page
    assert page.count("ファイルには書き出せません。") == sum(
        each.confidentiality > register.EXPORTED for each in register.FILES
    )
    assert web.client.get("/admin/").text.count("/admin/secrecy/register") >= 1


@pytest.mark.req("S-26")
def test_the_class_decides_keeping_what_is_secret_has_a_period():
    endless = {each.name for each in register.FILES if register.CONTRACT in each.periods}

    assert {each.name for each in register.FILES if each.confidentiality == register.SECRET} & endless == set()


@pytest.mark.req("S-26", "S-10")
def test_the_class_decides_export_no_file_that_leaves_holds_a_person(demo_engine):
    demo = Demo(demo_engine)
    with transaction(demo.engine) as session:
        people = list(session.scalars(select(models.Rider)))
        marks = [mark.encode() for each in people for mark in (each.name, each.kana, each.phone) if mark]
    months = {"month": "2022-11", "kind": "runs", "form": "csv"}
    opened, found = 0, []
    for rule, _ in demo.rules():
        if not rule.endpoint.endswith(TAKES_OUT):
            continue
        for role in roles_for(rule.endpoint):
            answer = demo.client(LOGINS[role]).get(demo.path(rule, months))
            opened += answer.status_code == 200
            found += [(rule.endpoint, role) for mark in marks if mark in answer.data]

    assert marks
    assert opened
    assert found == []


@pytest.mark.req("S-26", "C-17")
def test_the_protection_manager_enters_what_was_agreed_and_the_auditor_only_reads(engine):
    web = Web(engine, role="protection_manager", now=NOW)
    auditor = Web(engine, role="auditor", now=NOW)
    path = "/admin/secrecy/register"
    assert "取り決めた日がまだありません" in web.client.get(path).text

    entry = {**ENTRY, "keep_ride": "60", "keep_agreed_on": "2022-11-24", "keep_agreed_with": "見本町"}
    token = token_in(web.client.get(path).text)
    assert web.client.post(path, data={"csrf_token": token, **entry}).status_code == 303

    page = web.client.get(path).text
    assert "取り決めた日がまだありません" not in page
    assert "60日で" in page
    assert 'name="keep_ride"' in auditor.client.get(path).text
    token = token_in(auditor.client.get("/admin/secrecy/log").text)
    assert auditor.client.post(path, data={"csrf_token": token, **entry}).status_code == 403


@pytest.mark.req("S-26", "C-17")
@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        ({"keep_agreed_on": "2022-11-26"}, 409, "今日までの日付"),
        ({"keep_ride": "0"}, 400, "乗車のあと、予約からお名前を切りはなすまで"),
        ({"keep_agreed_with": ""}, 400, "取り決めた相手"),
    ],
)
def test_terms_that_cannot_be_are_refused(engine, change, code, said):
    web = Web(engine, role="protection_manager", now=NOW)
    path = "/admin/secrecy/register"
    entry = {**ENTRY, "keep_agreed_on": "2022-11-24", "keep_agreed_with": "見本町", **change}

    answer = web.client.post(path, data={"csrf_token": token_in(web.client.get(path).text), **entry})

    assert answer.status_code == code
    assert said in answer.text


# Rides


@pytest.fixture
def rides(engine):
    """A ride that is 91 days over, one that is 89 days over, both of one member, and the day of today."""
    with transaction(engine) as session:
        town = Town(session)
        old = town.book(0, 2, rider=town.rider, channel="line")
        young = town.book(1, 3, rider=town.rider, time="13:00")
        old.booked_by = "line:5"
        session.flush()
        day = models.ServiceDay(transport_service_id=town.service.id, day=old.service_day.day + timedelta(days=2))
        session.add(day)
        session.flush()
        young.service_day_id = day.id
        session.flush()
        return old.id, young.id, town.rider.id, old.service_day.day + timedelta(days=91)


@pytest.mark.req("Q-69")
def test_a_ride_loses_its_rider_after_ninety_days_and_stays_in_the_counts(engine, rides):
    old, young, rider_id, today = rides
    agree(engine)

    done = purge(engine, now=times.moment(today, 36000))

    assert done.counts["rides"] == 1
    with transaction(engine) as session:
        forgotten, held = session.get_one(models.Booking, old), session.get_one(models.Booking, young)
        rider = session.get_one(models.Rider, rider_id)
        assert (forgotten.rider_id, forgotten.booked_by, forgotten.seats) == (None, "line", 1)
        assert held.rider_id == rider_id
        assert rider.name == "山田 花子"
        assert rider.used_on == forgotten.service_day.day


@pytest.mark.req("Q-69", "C-17")
def test_nothing_goes_before_the_town_has_agreed(engine, rides):
    old, _, rider_id, today = rides

    refusal = purge(engine, now=times.moment(today, 36000))

    assert refusal.code == "retention_not_agreed"
    with transaction(engine) as session:
        assert session.get_one(models.Booking, old).rider_id == rider_id


@pytest.mark.req("Q-69")
def test_a_purge_that_was_stopped_goes_on_where_it_was(engine, rides):
    old, _, _, today = rides
    agree(engine)
    now = times.moment(today, 36000)

    def stop(name, _count):
        if name == "rides":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        purge(engine, now=now, say=stop)
    with transaction(engine) as session:
        assert session.get_one(models.Booking, old).rider_id is None
        make_rider(session, state="guest", is_remembered=False, registered_at=now - timedelta(days=100))
    again = purge(engine, now=now)
    third = purge(engine, now=now)

    assert (again.counts["rides"], again.counts["guests"]) == (0, 1)
    assert not any(third.counts.values())


@pytest.mark.req("Q-69")
def test_what_was_said_about_rides_goes_with_them(engine):
    agree(engine)
    with transaction(engine) as session:
        town = Town(session)
        account = make_line_user(session, rider=town.rider)
        said = models.LineEvent(
            webhook_event_id="e1", line_user_id=account.id, happened_at=NOW, received_at=NOW, state="handled"
        )
        said.body = "山田です"
        session.add(said)
        town.book(0, 2, rider=town.rider)
        wish = town.book(0, 2, rider=town.rider, adult=9)
        assert wish.code
        message = models.DriverMessage(
            message_id="m1", vehicle_id=town.vehicles[0].id, from_driver=True, staff_id=staff_of(session), sent_at=NOW
        )
        message.text = "山田さんを待っています"
        session.add(message)

    purge(engine, now=NOW + timedelta(days=120))

    with transaction(engine) as session:
        assert session.scalars(select(models.RefusedWish.rider_id)).all() == [None]
        assert set(session.scalars(select(models.Notification.line_user_id))) == {None}
        assert session.scalars(select(models.LineEvent)).one().body == ""
        assert session.scalars(select(models.DriverMessage)).all() == []


def staff_of(session) -> int:
    person = models.Staff(login="driver9", role="driver", password_hash="none")
    person.name = "運転 太郎"
    session.add(person)
    session.flush()
    return person.id


# Members


@pytest.mark.req("Q-69")
def test_a_member_is_asked_in_the_chat_after_a_year_and_any_answer_keeps_the_membership(member, minami):
    stop_clock(member, "2022-11-25 09:00:00")
    with transaction(minami.engine) as session:
        session.get_one(models.Rider, member.rider_id).registered_at = minami.clock() - timedelta(days=400)
    purge(minami.engine, now=minami.clock())
    [asked] = take_pushes(member)
    assert "登録を残しますか" in str(asked)

    member.tap_data("nr1:stay::")

    assert "登録を残しました" in str(member.shown)
    later = minami.clock() + timedelta(days=31)
    assert purge(minami.engine, now=later).counts["members"] == 0
    with transaction(minami.engine) as session:
        assert session.get_one(models.Rider, member.rider_id).name == "見本 テスト"


@pytest.mark.req("Q-69")
def test_nobody_is_woken_by_the_question_and_it_keeps_no_other_message_waiting(member, minami):
    """More are asked at night than the sweeper takes up in one round; other messages pass them."""
    with transaction(minami.engine) as session:
        for number in range(200):
            silent = make_rider(session, phone=f"0902222{number:04d}", registered_at=minami.clock())
            make_line_user(session, user_id=f"Uasked{number:027d}", rider=silent)
        session.execute(update(models.Rider).values(registered_at=minami.clock() - timedelta(days=400)))
        account = session.scalars(select(models.LineUser).where(models.LineUser.rider_id == member.rider_id)).one().id

    def round_at(moment: str) -> list[str]:
        stop_clock(member, f"2022-11-{moment}")
        before = len(minami.messenger.pushes)
        Sweeper(member.world).messages()
        return [str(messages) for to, messages, _key in minami.messenger.pushes[before:] if to == member.user_id]

    purge(minami.engine, now=jst("2022-11-24 23:30:00"))
    with transaction(minami.engine) as session:
        content = json.dumps([{"type": "text", "text": "便が遅れています"}])
        notifications.tell(session, dedupe_key="t", line_user_id=account, content=content, now=minami.clock())
        session.execute(update(models.Notification).where(models.Notification.kind == "told").values(priority=9))

    [told] = round_at("24 23:31:00")
    assert "便が遅れています" in told
    assert [round_at(moment) for moment in ("24 20:00:00", "25 08:59:59")] == [[], []]
    assert take_pushes(member) == []  # nor when the bell rings for it
    asked = round_at("25 09:00:00") + round_at("25 19:59:59")
    assert len(asked) == 1
    assert "登録を残しますか" in asked[0]


@pytest.mark.req("Q-69")
def test_a_member_who_says_nothing_is_erased_thirty_days_after_the_question(engine):
    agree(engine)
    with transaction(engine) as session:
        Town(session)
        session.execute(update(models.Rider).values(registered_at=NOW - timedelta(days=366)))
        account = make_line_user(session, rider=session.scalars(select(models.Rider)).one())
        account.first_seen_at = NOW - timedelta(days=366)
    purge(engine, now=NOW)
    with transaction(engine) as session:
        for row in session.scalars(select(models.Notification).where(models.Notification.state == "owed")):
            notifications.mark_sent(session, row.id, wall=NOW)

    early = purge(engine, now=NOW + timedelta(days=30))
    late = purge(engine, now=NOW + timedelta(days=31))

    assert (early.counts["members"], late.counts["members"]) == (0, 1)
    with transaction(engine) as session:
        gone = session.scalars(select(models.Rider)).one()
        assert (gone.state, gone.name, gone.phone, gone.phone_index) == ("left", "", "", None)


@pytest.mark.req("Q-69")
def test_who_has_no_line_is_asked_on_the_phone_and_not_erased_before(engine):
    agree(engine)
    with transaction(engine) as session:
        Town(session)
        session.execute(update(models.Rider).values(registered_at=NOW - timedelta(days=366)))
    web = Web(engine, role="operator", now=NOW)
    purge(engine, now=NOW)

    page = web.client.get("/admin/desk/calls/").text
    assert "登録を残すかどうかをおたずねしています" in page
    assert purge(engine, now=NOW + timedelta(days=60)).counts["members"] == 0
    with transaction(engine) as session:
        call = session.scalars(select(models.CallTask.public_id)).one()
    web.client.post(f"/admin/desk/calls/{call}/result", data={"csrf_token": token_in(page), "result": "kept"})

    assert purge(engine, now=NOW + timedelta(days=60)).counts["members"] == 0
    with transaction(engine) as session:
        assert session.scalars(select(models.Rider)).one().used_on == NOW.date()


@pytest.mark.req("Q-69", "Q-25")
def test_an_answer_before_nine_in_the_morning_of_the_question_is_an_answer(engine):
    """The database counts in UTC, where that is still the day before."""
    agree(engine)
    asked = times.moment(NOW.date(), 0) + timedelta(minutes=30)
    with transaction(engine) as session:
        rider = make_rider(session, registered_at=NOW - timedelta(days=400))
        account = make_line_user(session, rider=rider)
        account.first_seen_at = NOW - timedelta(days=400)
    assert purge(engine, now=asked).counts["members_to_ask"] == 1
    with transaction(engine) as session:
        for row in session.scalars(select(models.Notification).where(models.Notification.state == "owed")):
            notifications.mark_sent(session, row.id, wall=asked)
        said = asked + timedelta(hours=7)
        session.add(
            models.LineEvent(
                webhook_event_id="e1", line_user_id=account.id, happened_at=said, received_at=said, state="handled"
            )
        )

    assert purge(engine, now=asked + timedelta(days=60)).counts["members"] == 0

    purge(engine, now=asked + timedelta(days=100))  # what was said is forgotten, not on which day
    with transaction(engine) as session:
        assert session.get_one(models.Rider, rider.id).used_on == NOW.date()


@pytest.mark.req("Q-69")
def test_who_books_at_the_moment_of_erasure_is_not_erased(engine, monkeypatch):
    agree(engine)
    with transaction(engine) as session:
        town = Town(session)
        rider = make_rider(session, phone="09000000001", registered_at=NOW - timedelta(days=400))
        rider.asked_on = NOW.date() - timedelta(days=31)
    [rule] = [each for each in purging.RULES if each.name == "members"]

    def book_first(session, ids, now):
        with transaction(engine) as town.session:
            outcome = town.book(0, 2, rider=rider)
        assert said(outcome) == "confirmed"
        rule.clear(session, ids, now)

    monkeypatch.setattr(purging, "RULES", (replace(rule, clear=book_first),))

    purge(engine, now=NOW)

    with transaction(engine) as session:
        held = session.get_one(models.Rider, rider.id)
        assert (held.state, held.name) == ("active", "山田 花子")


# Years


@pytest.mark.req("Q-69")
def test_records_go_after_years(engine):
    agree(engine)
    with transaction(engine) as session:
        town = Town(session)
        booking = town.book(0, 2, rider=town.rider)
        record = models.FareRecord(
            booking_id=booking.id, due_yen=350, received_yen=350, pay_kind="cash", at=LONG_AGO, by="staff:1"
        )
        record.lines.append(
            models.FareRecordLine(category="adult", pay_kind="cash", persons=1, due_yen=350, received_yen=350)
        )
        session.add(record)
        session.add(
            models.FareRecord(booking_id=booking.id, due_yen=1, received_yen=1, pay_kind="cash", at=NOW, by="x")
        )
        found = incidents.report(
            session,
            kind="damage",
            service_id=town.service.id,
            text="山田さんが見つけた",
            happened_at=LONG_AGO,
            reported_by="staff:1",
            key="k1",
            now=LONG_AGO,
        )
        found.state, found.closed_at = "closed", LONG_AGO
        leaver = session.get_one(models.Staff, staff_of(session))
        leaver.active, leaver.left_at = False, LONG_AGO

    counts = purge(engine, now=NOW).counts

    assert (counts["fares"], counts["incidents"], counts["leavers"]) == (1, 1, 1)
    with transaction(engine) as session:
        assert session.scalars(select(models.FareRecord.due_yen)).all() == [1]
        assert session.scalars(select(models.FareRecordLine)).all() == []
        assert session.scalars(select(models.Incident)).one().text == ""
        assert session.scalars(select(models.Staff).where(models.Staff.login == "driver9")).one().name == ""


# The command and the sweeper


@pytest.fixture
def environ(engine, database_url, valkey, tmp_path, monkeypatch, keyring):
    """A demo's environment on the test's own servers, keys in a file of their own."""
    path = tmp_path / "keyring.json"
    values = {
        "NORIAI_MODE": "demo",
        "DATABASE_URL": database_url,
        "REDIS_URL": valkey.url,
        "NORIAI_KEYRING": str(path),
        "NORIAI_ANCHORS": str(tmp_path / "anchors.jsonl"),
        "NORIAI_VAR": str(tmp_path / "var"),
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    sealing.install(sealing.load_or_create(path), path)
    yield values
    sealing.install(keyring)


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    status = cli.main(list(arguments))
    said = capsys.readouterr()
    return status, said.out, said.err


@pytest.mark.req("Q-69")
def test_the_command_counts_first_then_erases_and_leaves_a_trail(engine, environ, capsys):
    with transaction(engine) as session:
        town = Town(session)
        town.book(0, 2, rider=town.rider)
        session.execute(update(models.Rider).values(registered_at=wall()))

    status, out, err = run(capsys, "purge")
    assert (status, out) == (1, "")
    assert "has not agreed" in err
    agree(engine)

    status, out, _ = run(capsys, "purge", "--dry-run")
    assert status == 0
    assert "rides: 1" in out.splitlines()
    with transaction(engine) as session:
        assert session.scalars(select(models.Booking.rider_id)).one() is not None

    status, out, _ = run(capsys, "purge")
    assert status == 0
    assert "rides: 1" in out.splitlines()
    assert "rides: 0" in run(capsys, "purge")[1].splitlines()
    with transaction(engine) as session:
        assert session.scalars(select(models.Booking.rider_id)).one() is None
        done = session.scalars(select(models.AuditEntry).where(models.AuditEntry.action == "purge.done")).one()
        assert (done.actor, done.facts["rides"]) == ("command", 1)
    page = Web(engine, role="protection_manager").client.get("/admin/secrecy/register").text
    assert "サーバーでの操作" in page
    assert "予約(お名前を切りはなす): 1" in page


@pytest.mark.req("Q-69")
def test_the_sweeper_purges_without_being_asked(engine, rides):
    old, _, _, today = rides
    agree(engine)

    Sweeper(make_world(engine, now=times.moment(today, 36000))).purge()

    with transaction(engine) as session:
        assert session.get_one(models.Booking, old).rider_id is None


@pytest.fixture
def old_trail(engine, environ, tmp_path):
    """Thirty acts of four years ago and ten of today, linked and anchored when they were done."""
    agree(engine)
    for number, moment in enumerate((wall() - timedelta(days=1500), wall())):
        with transaction(engine) as session:
            for object_id in range((30, 10)[number]):
                lifecycle.record(session, "rider", object_id + 1, "rider.read", actor="staff:1", now=moment)
        with transaction(engine) as session:
            audit_chain.link(session, now=moment)
            audit_chain.anchor(session, tmp_path / "anchors.jsonl", now=moment)
    return engine


@pytest.mark.req("Q-69", "S-25")
def test_logs_go_after_three_years_and_the_rest_of_the_trail_stays_whole(old_trail, capsys):
    status, out, _ = run(capsys, "purge")

    assert status == 0
    # The agreement is an act of its own; the last of the old places stays as the base of the chain.
    assert "trail: 30" in out.splitlines()
    status, out, _ = run(capsys, "verify-audit")
    assert (status, out.startswith("ok")) == (0, True)
    with transaction(old_trail) as session:
        assert session.scalars(select(models.AuditEntry.id).where(models.AuditEntry.object_id == 20)).all() == []


@pytest.mark.req("Q-69", "S-25")
def test_a_beginning_that_somebody_else_cut_off_is_found(old_trail, capsys):
    run(capsys, "purge")
    with old_trail.begin() as connection:
        connection.execute(text("SET LOCAL ROLE NONE"))
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("DELETE FROM audit_links WHERE position < 35"))

    status, out, _ = run(capsys, "verify-audit")

    assert (status, out.splitlines()[0]) == (1, "position 1: place is missing")


@pytest.mark.req("Q-69", "S-25")
def test_a_row_put_back_is_found_after_the_trail_was_cut(old_trail, capsys):
    with transaction(old_trail) as session:
        rider = make_rider(session, kana="a")
        rider_id = rider.id
        session.flush()
        before = session.execute(text("SELECT seal_generations FROM personal.riders")).scalar_one()
        sealed = rider.kana_sealed
    with transaction(old_trail) as session:
        session.get_one(models.Rider, rider_id).kana = "b"
    with transaction(old_trail) as session:
        audit_chain.link(session, now=wall() - timedelta(days=1400))

    assert run(capsys, "purge")[0] == 0
    with old_trail.begin() as connection:
        put_back = update(models.Rider.__table__).values(seal_generations=before, kana_sealed=sealed)
        connection.execute(put_back)

    status, out, _ = run(capsys, "verify-audit")
    assert status == 1
    assert f"row {rider_id} of riders was put back to an older state" in out

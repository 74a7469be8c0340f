"""Backups in daily use: erased stays erased, one at a time, killed or made while people book, kept and removed, missed
(S-04, S-12, C-09, C-18, I-27; B-27, B-38b)."""

import re
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from backend import cli
from backend.app import create_app
from backend.clock import wall
from backend.db import copies, erasures, invariants, sealing
from backend.db.erasures import LINE_EVENT, RIDER, Erased
from backend.db.models import AuditEntry, Booking, LineEvent, Rider, Staff, StaffNotice
from backend.db.sealed_chunks import ArchiveError
from backend.db.session import make_engine, transaction
from backend.jobs.sweeping import Sweeper
from backend.services import alarms, audit_chain, backups, line_events, members, retention
from backend.services.backups import folder
from backend.services.line_events import Incoming
from backend.settings import ROOT, child_environment
from tests.admin.web import Web, make_account
from tests.backups import differences, empty_database, make_place, state_of
from tests.make import NOW, Town, jst, make_booking, make_line_user, make_rider, make_wish, make_world


@pytest.fixture
def place(tmp_path, keyring):
    yield make_place(tmp_path)
    sealing.install(keyring)
    erasures.install(None)


@pytest.fixture
def elsewhere(postgres, place):
    with empty_database(postgres, "elsewhere") as made:
        yield made


@pytest.fixture
def people(engine, place):
    """A member with a ride to come, another, and a guest."""
    with transaction(engine) as session:
        town = Town(session)
        going = make_rider(session, name="去る 人", phone="09011110001")
        make_line_user(session, user_id="Ugoing", rider=going)
        make_booking(session, town.wish(), rider=going)
        make_rider(session, name="残る 人", phone="09011110002")
        make_rider(session, name="客 人", phone="09011110003", state="guest")
    return engine


def rider_named(session, name: str) -> Rider:
    return next(each for each in session.scalars(select(Rider)) if each.name == name)


def erase(engine, name: str) -> str:
    with transaction(engine) as session:
        rider = rider_named(session, name)
        members.give_up_and_erase(session, rider, actor="staff:1", now=NOW)
        return rider.public_id


# Erased stays erased


@pytest.mark.req("C-18", "I-27", "L-17")
@pytest.mark.parametrize("name", ["去る 人", "客 人"])
def test_who_was_erased_after_the_backup_does_not_come_back(people, elsewhere, place, name):
    path = place.make(people)
    public_id = erase(people, name)

    done = place.restore(elsewhere, path)

    assert done.erased == 1
    with transaction(elsewhere) as session:
        gone = session.scalars(select(Rider).where(Rider.public_id == public_id)).one()
        assert (gone.state, gone.name, gone.phone, gone.phone_index) == ("left", "", "", None)
        assert {rider.name for rider in session.scalars(select(Rider))} >= {"残る 人"}
        states = session.scalars(select(Booking.state).where(Booking.rider_id == gone.id)).all()
        assert set(states) <= {"cancelled"}
        assert invariants.check(session, now=NOW) == []
        assert audit_chain.verify(session, None) == []


@pytest.mark.req("C-18")
def test_without_the_ledger_the_person_would_come_back(people, elsewhere, place):
    """The control of the test above."""
    path = place.make(people)
    erase(people, "去る 人")

    done = place.restore(elsewhere, path, erased=())

    assert done.erased == 0
    with transaction(elsewhere) as session:
        assert rider_named(session, "去る 人").phone == "+819011110001"


@pytest.mark.req("C-18", "L-17")
def test_a_message_that_was_taken_back_after_the_backup_stays_taken_back(people, elsewhere, place):
    body = '{"type": "message", "message": {"type": "text", "id": "77", "text": "秘密"}}'
    incoming = Incoming("01EVENT", "Ugoing", NOW, body, is_handled=True)
    with transaction(people) as session:
        line_events.store(session, incoming, wall=NOW)
    path = place.make(people)
    with transaction(people) as session:
        account = session.scalars(select(LineEvent.line_user_id)).one()
        assert line_events.forget_message(session, account, "77") == 1

    place.restore(elsewhere, path)

    with transaction(elsewhere) as session:
        assert session.scalars(select(LineEvent)).one().body == ""


@pytest.mark.req("C-18", "I-27")
def test_an_erasure_is_in_the_ledger_once_it_is_committed_and_not_before(people, place):
    class StoppedError(Exception):
        pass

    def give_up() -> None:
        with transaction(people) as session:
            members.give_up_and_erase(session, rider_named(session, "去る 人"), actor="staff:1", now=NOW)
            raise StoppedError

    with pytest.raises(StoppedError):
        give_up()
    assert not place.plan.ledger.exists()

    public_id = erase(people, "去る 人")

    assert erasures.read(place.plan.ledger).erased == {Erased(RIDER, public_id)}
    assert place.plan.ledger.stat().st_mode & 0o077 == 0
    assert "去る" not in place.plan.ledger.read_text()


@pytest.mark.req("C-18")
def test_the_sweeper_notes_the_erasures_that_a_crash_kept_from_the_ledger(people, place, tmp_path):
    erasures.install(None)  # as if the process had died between commit and ledger
    public_id = erase(people, "去る 人")
    assert not place.plan.ledger.exists()

    Sweeper(make_world(people, NORIAI_ERASURES=str(place.plan.ledger))).erasures()

    assert erasures.read(place.plan.ledger).erased == {Erased(RIDER, public_id)}


@pytest.mark.req("C-18")
def test_a_line_that_a_power_failure_cut_spoils_no_other(tmp_path):
    ledger = tmp_path / "erased.jsonl"
    erasures.append(ledger, [Erased(RIDER, "one")])
    with ledger.open("a") as file:
        file.write('{"kind": "rider", "id": "tw')

    erasures.append(ledger, [Erased(LINE_EVENT, "three")])

    assert erasures.read(ledger) == erasures.Ledger(frozenset({Erased(RIDER, "one"), Erased(LINE_EVENT, "three")}), 1)
    assert erasures.add_missing(ledger, [Erased(RIDER, "one"), Erased(RIDER, "two")]) == 1


@pytest.mark.req("C-18")
def test_a_ledger_that_cannot_be_written_stops_nobody_from_being_erased(people, place, tmp_path):
    (tmp_path / "file").write_text("")
    erasures.install(tmp_path / "file" / "erased.jsonl")

    public_id = erase(people, "去る 人")

    with transaction(people) as session:
        assert session.scalars(select(Rider.state).where(Rider.public_id == public_id)).one() == "left"


@pytest.mark.req("C-17", "L-17")
def test_who_was_asked_to_stay_is_asked_again_since_the_answer_may_be_lost(people, elsewhere, place):
    with transaction(people) as session:
        rider_named(session, "残る 人").asked_on = NOW.date()

    place.restore(elsewhere, place.make(people))

    with transaction(elsewhere) as session:
        assert rider_named(session, "残る 人").asked_on is None


# Into which database


@pytest.mark.req("S-12", "S-04")
def test_a_database_that_holds_something_is_not_touched_unless_told_so(people, place):
    path = place.make(people)
    before = state_of(people)
    erase(people, "去る 人")
    people.dispose()

    with pytest.raises(ArchiveError, match="the database is not empty"):
        place.restore(people, path)
    place.restore(people, path, is_replacing=True, erased=())

    assert differences(before, state_of(people)) == set()


@pytest.mark.req("S-12")
def test_nothing_is_restored_under_a_product_that_runs(people, elsewhere, place):
    path = place.make(people)

    other = make_engine(elsewhere.url)
    with other.connect(), pytest.raises(ArchiveError, match="stop it first"):
        place.restore(elsewhere, path)
    other.dispose()
    assert state_of(elsewhere) == {}


@pytest.mark.req("S-12", "S-25")
def test_only_the_owner_of_the_tables_can_restore(people, elsewhere, place):
    path = place.make(people)
    with people.begin() as connection:
        connection.execute(text("SET LOCAL ROLE NONE"))
        connection.execute(text("CREATE ROLE clerk LOGIN"))
    clerk = make_engine(elsewhere.url.set(username="clerk"))

    with pytest.raises(ArchiveError, match="only the owner"):
        place.restore(clerk, path)

    clerk.dispose()
    assert state_of(elsewhere) == {}
    with people.begin() as connection:
        connection.execute(text("SET LOCAL ROLE NONE"))
        connection.execute(text("DROP ROLE clerk"))


@pytest.mark.req("S-12")
def test_a_database_that_goes_away_in_the_middle_is_one_line(people, place, monkeypatch):
    """What the driver says is not repeated: it may quote a value."""
    shapes = copies.shapes

    def wrong(connection):
        return [replace(each, columns=("no_such_column",)) for each in shapes(connection)]

    monkeypatch.setattr(copies, "shapes", wrong)

    with pytest.raises(ArchiveError, match=r"^the database did not do it: UndefinedColumn$"):
        place.make(people)


@pytest.mark.req("S-12")
def test_a_backup_of_newer_tables_is_refused(people, elsewhere, place):
    with people.begin() as connection:
        connection.execute(text("SET LOCAL ROLE NONE"))
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    path = place.make(people)

    with pytest.raises(ArchiveError, match="of a newer version"):
        place.restore(elsewhere, path)
    assert state_of(elsewhere) == {}


@pytest.mark.req("S-12")
def test_rows_that_do_not_fit_together_leave_nothing(people, elsewhere, place):
    with people.begin() as connection:
        connection.execute(text("SET LOCAL ROLE NONE"))
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("DELETE FROM personal.riders"))
    path = place.make(people)

    with pytest.raises(ArchiveError, match="do not fit together"):
        place.restore(elsewhere, path)
    assert state_of(elsewhere) == {}


@pytest.mark.req("I-27", "C-18")
def test_a_backup_past_its_keeping_is_refused_unless_told_so(people, elsewhere, place):
    path = place.make(people, at=wall() - timedelta(days=15))

    with pytest.raises(ArchiveError, match="older than 14 days"):
        place.restore(elsewhere, path, keep_days=14)
    assert state_of(elsewhere) == {}
    place.restore(elsewhere, path)


# One at a time, whole or not at all


@pytest.mark.req("S-12")
def test_of_two_at_once_one_is_refused_and_the_other_is_whole(people, place):
    with folder.only_one(place.plan.folder), pytest.raises(ArchiveError, match="another backup is being made"):
        place.make(people)
    path = place.make(people)

    with pytest.raises(ArchiveError, match="is there already"):
        place.make(people, at=folder.newest(place.plan.folder))
    assert [each for _, each in folder.list_made(place.plan.folder)] == [path]


@pytest.mark.req("S-12")
def test_a_backup_is_for_its_owner_only(people, place):
    path = place.make(people)

    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


# The command, in a process that is killed when it comes to a table in the middle.
KILLED = """
import os, signal, sys
from backend import cli
from backend.db import copies
whole = copies.copy_out
def copy_out(connection, shape):
    if shape.name == "stops":
        os.kill(os.getpid(), signal.SIGKILL)
    yield from whole(connection, shape)
copies.copy_out = copy_out
sys.exit(cli.main(["backup"]))
"""


@pytest.mark.req("S-12", "S-04")
def test_killed_in_the_middle_it_leaves_nothing_that_is_taken_for_good(people, place, database_url, valkey, tmp_path):
    environment = {
        "NORIAI_MODE": "demo",
        "DATABASE_URL": database_url,
        "REDIS_URL": valkey.url,
        "NORIAI_VAR": str(tmp_path / "var"),
        "NORIAI_KEYRING": str(place.keyring),
        "NORIAI_BACKUPS": str(place.plan.folder),
    }
    command = [sys.executable, "-c", KILLED]

    killed = subprocess.run(command, env=child_environment(**environment), cwd=ROOT, check=False)

    left = list(place.plan.folder.glob("*.half"))
    assert (killed.returncode, len(left)) == (-signal.SIGKILL, 1)
    assert folder.newest(place.plan.folder) is None
    assert backups.is_late(place.plan.folder, wall=wall())

    path = place.make(people)

    assert not left[0].exists()
    assert [each for _, each in folder.list_made(place.plan.folder)] == [path]


@pytest.mark.req("S-12")
def test_a_disk_that_is_full_leaves_nothing_behind(people, place, monkeypatch):
    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(copies, "copy_out", full)

    with pytest.raises(ArchiveError, match="No space left on device"):
        place.make(people)
    assert sorted(each.name for each in place.plan.folder.iterdir()) == [".lock", "erased.jsonl"]


@pytest.mark.req("S-12", "S-04")
def test_people_book_meanwhile_and_the_backup_is_of_one_moment(engine, elsewhere, place, monkeypatch):
    """Somebody books just before each of these tables is read."""
    with transaction(engine) as session:
        town = Town(session, seats=(60,) * 2)
        service, stops = town.service, list(town.stops)
        make_booking(session, town.wish(), rider=town.rider)
    meanwhile: list[str] = []
    whole = copies.copy_out

    def copy_out(connection, shape):
        if shape.name in {"riders", "bookings", "promises", "visits"}:
            meanwhile.append(shape.name)
            with transaction(engine) as session:
                rider = make_rider(session, phone=f"0907000000{len(meanwhile)}")
                make_booking(session, make_wish(service, stops[0], stops[3], time=f"1{len(meanwhile)}:30"), rider=rider)
        yield from whole(connection, shape)

    before = state_of(engine)
    monkeypatch.setattr(copies, "copy_out", copy_out)
    path = place.make(engine)
    monkeypatch.setattr(copies, "copy_out", whole)

    place.restore(elsewhere, path)

    assert len(meanwhile) == 4
    assert differences(before, state_of(engine)) >= {"public.bookings", "personal.riders"}
    assert differences(before, state_of(elsewhere)) == set()
    with transaction(elsewhere) as session:
        assert invariants.check(session, now=NOW) == []


# Kept, removed, missed


def keep(folder_: Path, *moments: str) -> list[str]:
    """Leave empty files under the names of backups; return what is there."""
    folder_.mkdir(exist_ok=True)
    for moment in moments:
        folder.path_for(folder_, jst(moment)).touch()
    return names_in(folder_)


def names_in(folder_: Path) -> list[str]:
    return [each.name for _, each in folder.list_made(folder_)]


@pytest.mark.req("I-27", "C-18", "S-12")
def test_backups_past_their_keeping_are_removed_but_never_the_newest(tmp_path):
    kept = keep(tmp_path, "2026-11-01 03:00", "2026-11-07 03:00", "2026-11-08 03:00")
    (tmp_path / "notes.txt").touch()

    assert folder.remove_expired(tmp_path, keep_days=14, wall=jst("2026-11-22 03:00")) == 2
    assert names_in(tmp_path) == kept[2:]
    assert folder.remove_expired(tmp_path, keep_days=14, wall=jst("2027-11-22 03:00")) == 0
    assert (tmp_path / "notes.txt").exists()


@pytest.mark.req("I-27", "C-18")
def test_making_a_backup_removes_those_past_their_keeping(people, place):
    old = [place.make(people, at=wall() - timedelta(days=days)) for days in (15, 13)]

    path = place.make(people)

    assert [each for _, each in folder.list_made(place.plan.folder)] == [old[1], path]


@pytest.mark.req("S-12")
@pytest.mark.parametrize(
    ("last", "now", "due", "late"),
    [
        pytest.param("2026-11-21 03:10", "2026-11-22 02:59", False, False, id="before three"),
        pytest.param("2026-11-21 03:10", "2026-11-22 03:00", True, False, id="at three"),
        pytest.param("2026-11-21 14:00", "2026-11-22 03:00", True, False, id="made by hand in the afternoon"),
        pytest.param("2026-11-22 03:00", "2026-11-22 23:00", False, False, id="made today"),
        pytest.param("2026-11-21 03:10", "2026-11-22 05:10", True, False, id="26 hours"),
        pytest.param("2026-11-21 03:10", "2026-11-22 05:11", True, True, id="longer"),
        pytest.param(None, "2026-11-22 12:00", True, True, id="none yet"),
    ],
)
def test_the_daily_backup_is_due_at_three_and_late_after_26_hours(tmp_path, last, now, due, late):
    keep(tmp_path, *([last] if last else []))

    asked = {"wall": jst(now)}
    assert (folder.is_due(tmp_path, **asked), folder.is_late(tmp_path, **asked)) == (due, late)


@pytest.fixture
def world(people, place):
    """The product on the database of the people, with a folder for backups, and a person who runs it."""
    make_account(people, role="system_administrator")
    settings = {"NORIAI_BACKUPS": str(place.plan.folder), "NORIAI_ERASURES": str(place.plan.ledger)}
    return make_world(people, **settings)


@pytest.mark.req("S-12")
def test_the_sweeper_makes_one_backup_a_day(world, place):
    sweeper = Sweeper(world)

    for _ in range(3):
        sweeper.daily_backup.look()
        sweeper.daily_backup.finish()

    assert len(folder.list_made(place.plan.folder)) == 1


@pytest.mark.req("S-12")
def test_without_a_folder_nothing_is_written(people, place, tmp_path):
    sweeper = Sweeper(make_world(people, NORIAI_VAR=str(tmp_path / "var")))

    sweeper.daily_backup.look()
    sweeper.daily_backup.finish()
    sweeper.erasures()

    assert not (tmp_path / "var").exists()


def notices(engine) -> list[tuple[str, str]]:
    with transaction(engine) as session:
        query = select(Staff.role, StaffNotice.kind).join(StaffNotice, StaffNotice.staff_id == Staff.id)
        return [tuple(row) for row in session.execute(query)]


@pytest.mark.req("S-12")
def test_a_backup_that_fails_is_an_alarm_once_a_day_and_is_tried_again(world, people, place):
    place.plan.folder.parent.joinpath("backups").write_text("a file where the folder should be")
    sweeper = Sweeper(world)

    for _ in range(2):
        sweeper.daily_backup.look()
        sweeper.daily_backup.finish()

    assert notices(people) == [("system_administrator", "backup_missing")]
    place.plan.folder.unlink()
    sweeper.daily_backup.look()
    sweeper.daily_backup.finish()
    assert len(folder.list_made(place.plan.folder)) == 1


@pytest.mark.req("S-12")
def test_one_that_does_not_come_to_an_end_is_an_alarm_too(world, people, place):
    sweeper = Sweeper(world)
    goes_on = threading.Event()
    sweeper.daily_backup.running = threading.Thread(target=goes_on.wait, daemon=True)
    sweeper.daily_backup.running.start()

    sweeper.daily_backup.look()

    goes_on.set()
    assert notices(people) == [("system_administrator", "backup_missing")]


@pytest.mark.req("S-12", "S-22")
def test_readyz_and_the_page_of_alarms_tell_of_a_missing_backup(world, people, place):
    web = Web(people, role="protection_manager", now=NOW)
    client = create_app(world).test_client()
    with transaction(people) as session:
        assert alarms.backup_missing(session, None, now=NOW, wall=wall())
    assert client.get("/readyz").json["backup"] == "late"
    assert client.get("/readyz").status_code == 200
    assert "バックアップが取れていません。最後に取れたのは まだありません です。" in web.text("/admin/secrecy/alarms")
    assert "毎日のバックアップが取れていません" in web.text("/admin/access/me")

    place.make(people)

    assert client.get("/readyz").json["backup"] == "ok"
    assert create_app(make_world(people)).test_client().get("/readyz").json["backup"] == "off"


# As commands


@pytest.fixture
def environ(people, place, database_url, valkey, tmp_path, monkeypatch):
    """A demo on the people's database, with a folder for backups."""
    values = {
        "NORIAI_MODE": "demo",
        "DATABASE_URL": database_url,
        "REDIS_URL": valkey.url,
        "NORIAI_VAR": str(tmp_path / "var"),
        "NORIAI_KEYRING": str(place.keyring),
        "NORIAI_ANCHORS": str(tmp_path / "anchors.jsonl"),
        "NORIAI_BACKUPS": str(place.plan.folder),
        "PUBLIC_URL": "http://town.example",
        "CLOCK_START": NOW.isoformat(),
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    with transaction(people) as session:
        audit_chain.link(session, now=NOW)
        audit_chain.anchor(session, tmp_path / "anchors.jsonl", now=NOW)
    return values


def run(capsys, *arguments: str) -> tuple[int, list[str], str]:
    status = cli.main([str(each) for each in arguments])
    said = capsys.readouterr()
    return status, said.out.splitlines(), said.err.strip()


@pytest.mark.req("S-12", "S-04", "C-18")
def test_backup_and_restore_elsewhere_by_command(environ, people, postgres, place, tmp_path, monkeypatch, capsys):
    status, out, err = run(capsys, "backup")
    path = place.plan.folder / names_in(place.plan.folder)[0]
    assert (status, len(out), err) == (0, 1, "")
    assert re.fullmatch(rf"{path}: [\d,]+ bytes, [\d,]+ rows in \d+ tables", out[0])
    assert "人" not in out[0]
    assert run(capsys, "backup", "--check", path)[0] == 0
    erase(people, "去る 人")
    with transaction(people) as session:
        retention.agree(session, {}, agreed_on=NOW.date(), agreed_with="見本町", actor="system", now=NOW)
    with transaction(people) as session:
        audit_chain.link(session, now=NOW)
        audit_chain.anchor(session, tmp_path / "anchors.jsonl", now=NOW)

    with empty_database(postgres, "elsewhere") as elsewhere:
        monkeypatch.setenv("DATABASE_URL", elsewhere.url.render_as_string())
        status, out, err = run(capsys, "restore", path)

        assert (status, err) == (0, "")
        assert out[0].startswith(f"{path}: ")
        assert "rows in" in out[0]
        assert "of town.example" in out[0]
        assert out[1] == "erased again: 1; sign-ins ended: 0"
        assert out[3].startswith("anchors of what came after the backup: ")
        assert out[-1] == "ok: seats, promises and audit trail are sound"
        with transaction(elsewhere) as session:
            assert {each.name for each in session.scalars(select(Rider))} >= {"残る 人", ""}
            assert session.scalars(select(AuditEntry.action).where(AuditEntry.actor == "restore")).all() != []
        assert run(capsys, "verify-audit")[0] == 0


@pytest.mark.req("S-12")
@pytest.mark.parametrize("change", ["changed", "cut", "no key", "no ledger", "not there", "not empty"])
def test_what_cannot_be_restored_is_one_line_and_a_failure(environ, people, place, capsys, monkeypatch, change):
    run(capsys, "backup")
    path = place.plan.folder / names_in(place.plan.folder)[0]
    content = path.read_bytes()
    before = state_of(people)
    if change == "changed":
        path.write_bytes(content[:-100] + bytes(100))
    elif change == "cut":
        path.write_bytes(content[:-5000])
    elif change == "no key":
        monkeypatch.setenv("NORIAI_KEYRING", str(place.keyring.with_name("none.json")))
    elif change == "no ledger":
        place.plan.ledger.unlink()
    elif change == "not there":
        path.unlink()

    status, out, err = run(capsys, "restore", path)

    assert (status, out, len(err.splitlines())) == (1, [], 1)
    assert err.startswith("noriai restore: ")
    assert not place.keyring.with_name("none.json").exists()
    assert state_of(people) == before


@pytest.mark.req("S-12")
def test_a_backup_needs_a_folder(environ, capsys, monkeypatch, tmp_path):
    monkeypatch.delenv("NORIAI_BACKUPS")

    assert run(capsys, "backup") == (1, [], "noriai backup: name a folder: NORIAI_BACKUPS, or --to")
    assert run(capsys, "backup", "--to", tmp_path / "by hand")[0] == 0
    assert len(names_in(tmp_path / "by hand")) == 1
    assert "warning: NORIAI_BACKUPS: not set" in run(capsys, "check-config")[2]


@pytest.mark.req("S-12", "S-34")
def test_a_folder_that_cannot_be_written_is_a_fault_of_the_settings(environ, capsys, monkeypatch):
    monkeypatch.setenv("NORIAI_BACKUPS", "/proc/version/backups")

    out = run(capsys, "check-config")[1]

    assert "NORIAI_BACKUPS: cannot be written" in out
    assert "NORIAI_ERASURES: cannot be written" in out
    monkeypatch.setenv("NORIAI_BACKUP_DAYS", "many")
    assert "NORIAI_BACKUP_DAYS: 'many' is not a number of days" in run(capsys, "check-config")[2]


@pytest.mark.parametrize("action", ["backup", "restore"])
def test_each_says_how_it_is_used(action, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main([action, "--help"])
    assert ended.value.code == 0
    assert f"noriai {action}" in capsys.readouterr().out

"""The commands that keep secrets: check-config, verify-audit, rekey, emergency (S-06, S-17, S-24, S-25, S-34)."""

import re

import pytest
from sqlalchemy import select, text

from backend import cli, startup
from backend.db import sealing
from backend.db.models import EmergencySwitch, Rider
from backend.db.session import transaction
from backend.services import audit_chain, lifecycle, staff
from backend.services.seeding import DEMO_PASSWORD
from backend.settings import SettingsError
from tests.make import NOW, make_rider


@pytest.fixture
def environ(engine, database_url, valkey, tmp_path, monkeypatch, keyring):
    """A production's environment, safe but for what the test's own servers are; keys in a file of their own."""
    path = tmp_path / "keyring.json"
    values = {
        "NORIAI_MODE": "production",
        "DATABASE_URL": database_url,
        "REDIS_URL": valkey.url,
        "PUBLIC_URL": "https://noriai.example.jp",
        "LINE_CHANNEL_SECRET": "a" * 32,
        "LINE_CHANNEL_ACCESS_TOKEN": "b" * 32,
        "NORIAI_SESSION_SECRET": "c" * 32,
        "NORIAI_KEYRING": str(path),
        "NORIAI_ANCHORS": str(tmp_path / "anchors.jsonl"),
        "NORIAI_REGION": "jp-east-1",
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


@pytest.fixture
def trail(engine, environ, tmp_path):
    """Thirty acts, linked and anchored."""
    with transaction(engine) as session:
        for number in range(30):
            lifecycle.record(session, "rider", number + 1, "rider.read", actor="staff:1", now=NOW)
    with transaction(engine) as session:
        audit_chain.link(session, now=NOW)
        audit_chain.anchor(session, tmp_path / "anchors.jsonl", now=NOW)
    return engine


def as_owner(engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL ROLE NONE"))
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(statement))


@pytest.mark.req("S-25")
def test_verify_audit_says_ok_for_a_whole_trail(trail, capsys):
    assert run(capsys, "verify-audit")[:2] == (0, "ok: 30 places\n")


@pytest.mark.req("S-25")
@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE audit_entries SET actor = 'staff:2' WHERE object_id = 9", "position 9: entry or place was changed"),
        ("DELETE FROM audit_entries WHERE object_id = 12", "position 12: entry is missing"),
        ("DELETE FROM audit_links WHERE position > 25", "position 30: cut off here or before"),
    ],
)
def test_verify_audit_names_the_first_bad_position(trail, capsys, statement, said):
    as_owner(trail, statement)

    status, out, _ = run(capsys, "verify-audit")

    assert (status, out.splitlines()[0]) == (1, said)


@pytest.mark.req("S-25")
def test_verify_audit_says_when_there_are_no_anchors(trail, capsys, tmp_path):
    (tmp_path / "anchors.jsonl").unlink()

    status, _, err = run(capsys, "verify-audit")

    assert status == 0
    assert "no anchors" in err


@pytest.mark.req("S-06")
def test_rekey_says_what_it_does_and_the_old_key_is_gone(engine, environ, capsys, tmp_path):
    with transaction(engine) as session:
        make_rider(session, name="山田 花子")
    before = sealing.load(tmp_path / "keyring.json")

    status, out, _ = run(capsys, "rekey", "--settle", "0")

    assert status == 0
    assert out.splitlines()[-1] == "field: key 2 alone"
    assert before.field.key not in sealing.load(tmp_path / "keyring.json").field.keys.values()
    with transaction(engine) as session:
        assert session.scalars(select(Rider)).one().name == "山田 花子"


@pytest.mark.req("S-06")
def test_rekey_ends_with_a_failure_when_values_cannot_be_read(engine, environ, capsys):
    with transaction(engine) as session:
        make_rider(session)
    with engine.begin() as connection:
        connection.execute(text("UPDATE personal.riders SET name_sealed = kana_sealed"))

    status, _, err = run(capsys, "rekey", "--settle", "0")

    assert (status, err) == (1, "unreadable: riders 1\n")


@pytest.mark.req("S-17")
def test_a_door_is_shut_and_opened_from_the_command_line(engine, environ, capsys):
    assert run(capsys, "emergency", "shut", "exports", "--reason", "drill")[0] == 0
    with transaction(engine) as session:
        assert [each.door for each in session.scalars(select(EmergencySwitch))] == ["exports"]
    assert "exports: shut since" in run(capsys, "emergency", "list")[1]
    run(capsys, "emergency", "open", "exports", "--reason", "over")
    assert run(capsys, "emergency", "list")[1] == ""
    assert run(capsys, "emergency", "end-sessions", "--reason", "drill")[1] == "0\n"


@pytest.mark.parametrize("action", ["rekey", "verify-audit", "emergency", "check-config"])
def test_each_says_how_it_is_used(action, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main([action, "--help"])
    assert ended.value.code == 0
    assert f"noriai {action}" in capsys.readouterr().out


@pytest.mark.req("S-34", "S-24")
def test_everything_unsafe_is_named_at_once_settings_and_database(engine, environ, capsys, monkeypatch):
    """B-40: one line for each."""
    with transaction(engine) as session:
        staff.create(
            session,
            login="desk",
            password=DEMO_PASSWORD,
            role="operator",
            name="見本",
            carrier_id=None,
            totp_secret="A" * 32,
            now=NOW,
        )
    wrong = {
        "PUBLIC_URL": "http://noriai.example.jp",
        "LINE_CHANNEL_SECRET": "demo-channel-secret",
        "NORIAI_SESSION_SECRET": "short",
        "NORIAI_REGION": "us-east-1",
        "FLASK_DEBUG": "1",
        "CLOCK_START": "2022-11-25T09:00:00+09:00",
        "NORIAI_ANCHORS": "/proc/version/anchors",
    }
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)

    status, out, err = run(capsys, "check-config")

    named = [line.split(":")[0] for line in out.splitlines()]
    assert status == 1
    assert set(wrong) <= set(named)
    assert "DATABASE_URL: the demo's sign-ins are there" in out
    assert re.search("DATABASE_URL: (synchronous_commit|fsync) is off", out)
    assert "REDIS_URL: appendonly is off" in err or "appendonly" not in err
    with pytest.raises(SettingsError) as refused:
        startup.read_safe()
    assert set(refused.value.faults) == set(out.splitlines())


@pytest.mark.req("S-34", "S-25")
def test_a_database_that_lets_the_application_change_the_trail_is_refused(engine, environ, capsys):
    as_owner(engine, "GRANT UPDATE ON audit_entries TO noriai_app")

    out = run(capsys, "check-config")[1]

    assert "the application may change audit_entries" in out


@pytest.mark.req("S-34", "S-24")
def test_production_starts_nothing_unsafe_but_can_be_mended(environ, capsys, monkeypatch):
    monkeypatch.setenv("NORIAI_REGION", "")

    status, _, err = run(capsys, "serve")

    assert status == 1
    assert "NORIAI_REGION: missing" in err
    assert run(capsys, "verify-audit")[0] == 0


@pytest.mark.req("S-34")
def test_demo_mode_is_no_production(capsys, monkeypatch, environ):
    monkeypatch.setenv("NORIAI_MODE", "demo")

    assert "NORIAI_MODE: demo is for invented data only" in run(capsys, "check-config")[1]

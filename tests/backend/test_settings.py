"""What the process is told from outside: everything wrong is named at once."""

from datetime import timedelta

import pytest

from backend import settings
from backend.db import sealing
from tests.make import jst


@pytest.fixture
def production(tmp_path) -> dict[str, str]:
    keyring = tmp_path / "keyring.json"
    sealing.load_or_create(keyring)
    return {
        "NORIAI_MODE": "production",
        "DATABASE_URL": "postgresql+psycopg://noriai@/noriai",
        "REDIS_URL": "unix:///run/valkey.sock",
        "PUBLIC_URL": "https://noriai.example.jp",
        "LINE_CHANNEL_SECRET": "a" * 32,
        "LINE_CHANNEL_ACCESS_TOKEN": "b" * 32,
        "NORIAI_SESSION_SECRET": "c" * 32,
        "NORIAI_KEYRING": str(keyring),
        "NORIAI_ANCHORS": str(tmp_path / "anchors" / "audit.jsonl"),
        "NORIAI_REGION": "jp-east-1",
    }


def test_a_demo_needs_nothing():
    read = settings.read({})

    assert (read.is_demo, read.database_url, read.redis_url, read.demo_town) == (True, "", "", "minami")
    assert read.public_url == f"http://127.0.0.1:{read.port}"


def test_a_complete_production_starts(production):
    assert settings.read(production).is_demo is False


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("DATABASE_URL", "", "DATABASE_URL: missing"),
        ("REDIS_URL", "", "REDIS_URL: missing"),
        ("PUBLIC_URL", "http://noriai.example.jp", "PUBLIC_URL: must be https"),
        ("LINE_CHANNEL_SECRET", settings.DEMO_CHANNEL_SECRET, "LINE_CHANNEL_SECRET"),
        ("LINE_CHANNEL_ACCESS_TOKEN", settings.DEMO_ACCESS_TOKEN, "LINE_CHANNEL_ACCESS_TOKEN"),
        ("LINE_CHANNEL_ACCESS_TOKEN", "", "LINE_CHANNEL_ACCESS_TOKEN"),
        ("NORIAI_SESSION_SECRET", "c" * 31, "NORIAI_SESSION_SECRET"),
        ("CLOCK_START", "2022-11-25T09:00:00+09:00", "CLOCK_START"),
        ("NORIAI_KEYRING", "/nowhere/keyring.json", "NORIAI_KEYRING"),
        ("LINE_CHANNEL_SECRET", f"{'a' * 32},{settings.DEMO_CHANNEL_SECRET}", "LINE_CHANNEL_SECRET"),
        ("LINE_CHANNEL_SECRET", f"{'a' * 32},short", "LINE_CHANNEL_SECRET: shorter"),
        ("NORIAI_REGION", "", "NORIAI_REGION: missing"),
        ("NORIAI_REGION", "us-east-1", "NORIAI_REGION: the servers must stand in Japan"),
        ("NORIAI_ANCHORS", "/proc/version/audit.jsonl", "NORIAI_ANCHORS"),
        ("FLASK_DEBUG", "1", "FLASK_DEBUG"),
    ],
)
def test_production_does_not_start_unsafe(production, name, value, fault):
    with pytest.raises(settings.SettingsError) as error:
        settings.read(production | {name: value})

    assert [each.split(":")[0] for each in error.value.faults] == [name]
    assert fault in str(error.value)


def test_everything_wrong_is_named_at_once():
    with pytest.raises(settings.SettingsError) as error:
        settings.read({"NORIAI_MODE": "production"})

    names = {fault.split(":")[0] for fault in error.value.faults}
    assert names >= {"DATABASE_URL", "REDIS_URL", "PUBLIC_URL", "LINE_CHANNEL_SECRET", "NORIAI_SESSION_SECRET"}


@pytest.mark.parametrize(
    ("name", "value"), [("NORIAI_MODE", "test"), ("PORT", "eighty"), ("PORT", "70000"), ("CLOCK_START", "yesterday")]
)
def test_a_value_that_cannot_be_used_is_named(name, value):
    with pytest.raises(settings.SettingsError, match=name):
        settings.read({name: value})


def test_the_clock_of_a_demo_can_be_set():
    read = settings.read({"CLOCK_START": "2022-11-25T09:00:00+09:00", "NORIAI_CLOCK_OFFSET_S": "-60.5"})

    assert read.clock_start == jst("2022-11-25 09:00")
    assert read.clock_offset == timedelta(seconds=-60.5)


def test_a_file_fills_in_what_the_environment_leaves_out(tmp_path):
    file = tmp_path / "env"
    file.write_text('# a comment\nPORT=8123\nDEMO_TOWN = "other"\nnonsense\n', encoding="utf-8")

    read = settings.read({"NORIAI_ENV_FILE": str(file), "PORT": "8124"})

    assert (read.port, read.demo_town) == (8124, "other")
    with pytest.raises(settings.SettingsError, match="NORIAI_ENV_FILE"):
        settings.read({"NORIAI_ENV_FILE": str(tmp_path / "none")})

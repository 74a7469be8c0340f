"""Sealed columns: bound to their row, honest when they were touched; the keyring is ours alone."""

import multiprocessing
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from backend.db import sealing
from backend.db.models import Rider
from backend.db.models.base import UNREADABLE
from tests.make import make_rider

PLACE = "Rider.name.row-1"


@pytest.fixture
def ring(tmp_path) -> sealing.Keyring:
    return sealing.load_or_create(tmp_path / "keyring.json")


def test_what_is_sealed_opens_in_its_own_place_only(ring):
    sealed = ring.seal("山田", place=PLACE)

    assert ring.open(sealed, place=PLACE) == "山田"
    for elsewhere in ("Rider.name.row-2", "Rider.kana.row-1", ""):
        with pytest.raises(sealing.UnreadableError):
            ring.open(sealed, place=elsewhere)


def test_every_flipped_byte_and_every_cut_is_noticed(ring):
    sealed = ring.seal("山田", place=PLACE)

    broken = [sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :] for at in range(len(sealed))]
    broken += [sealed[:length] for length in range(len(sealed))] + [sealed + b"x"]
    for each in broken:
        with pytest.raises(sealing.UnreadableError):
            ring.open(each, place=PLACE)


def test_the_same_words_are_sealed_differently_and_found_by_the_same_index(ring, tmp_path):
    other = sealing.load_or_create(tmp_path / "other.json")

    assert ring.seal("山田", place=PLACE) != ring.seal("山田", place=PLACE)
    assert ring.index("+819012345678", kind="phone") == ring.index("+819012345678", kind="phone")
    assert ring.index("+819012345678", kind="phone") != ring.index("+819012345678", kind="line")
    assert ring.index("+819012345678", kind="phone") != other.index("+819012345678", kind="phone")


def test_a_retired_key_still_opens(ring):
    sealed = ring.seal("山田", place=PLACE)
    grown = ring.field.with_next(born="2026-11-21")
    newer = replace(ring, field=grown.with_active(2))

    assert newer.open(sealed, place=PLACE) == "山田"
    assert newer.seal("山田", place=PLACE)[1] == 2


def moved(session, change: str) -> list[str]:
    """Return the names read after ``change`` was done to the stored ciphertext of two riders."""
    first, second = make_rider(session, name="山田 花子"), make_rider(session, name="佐藤 一郎", phone="09011112222")
    session.flush()
    values = {"first": first.id, "second": second.id}
    session.execute(text(change), {key: value for key, value in values.items() if f":{key}" in change})
    session.expire_all()
    return [session.get_one(Rider, each).name for each in (first.id, second.id)]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            "UPDATE personal.riders SET name_sealed = (SELECT name_sealed FROM personal.riders WHERE id = :second) "
            "WHERE id = :first",
            [UNREADABLE, "佐藤 一郎"],
            id="moved to another person",
        ),
        pytest.param(
            "UPDATE personal.riders SET name_sealed = kana_sealed WHERE id = :first",
            [UNREADABLE, "佐藤 一郎"],
            id="moved to another column",
        ),
        pytest.param(
            "UPDATE personal.riders SET name_sealed = set_byte(name_sealed, 20, get_byte(name_sealed, 20) # 1) "
            "WHERE id = :first",
            [UNREADABLE, "佐藤 一郎"],
            id="one bit flipped",
        ),
        pytest.param(
            "UPDATE personal.riders SET name_sealed = NULL WHERE id = :first",
            [UNREADABLE, "佐藤 一郎"],
            id="taken away",
        ),
    ],
)
def test_a_value_that_was_touched_in_the_database_is_shown_as_unreadable(session, change, expected):
    assert UNREADABLE == "読めません"
    assert moved(session, change) == expected


def test_the_database_holds_no_name_and_no_number(session):
    rider = make_rider(session, name="山田 花子", phone="09012345678")

    stored = session.execute(
        text("SELECT row_to_json(r)::text FROM personal.riders r WHERE id = :id"), {"id": rider.id}
    )
    dump = stored.scalar_one()
    hexed = ["山田".encode().hex(), b"09012345678".hex(), b"9012345678".hex()]
    assert not any(plain in dump for plain in ["山田", "9012345678", *hexed])


def test_the_keyring_is_readable_by_its_owner_only(tmp_path):
    path = tmp_path / "keys" / "keyring.json"
    sealing.load_or_create(path)

    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o077) == (0o600, 0)
    assert [each.name for each in path.parent.iterdir()] == ["keyring.json"]
    path.chmod(0o640)
    with pytest.raises(sealing.KeyringError, match="chmod 600"):
        sealing.load(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [("", "not a keyring"), ("{}", "not a keyring"), ('{"active": 1, "keys": {"1": "é"}}', "not a keyring")],
)
def test_a_broken_keyring_is_named_and_never_replaced(tmp_path, content, message):
    path = tmp_path / "keyring.json"
    path.write_text(content)
    path.chmod(0o600)

    with pytest.raises(sealing.KeyringError, match=message):
        sealing.load_or_create(path)
    assert path.read_text() == content


def test_a_missing_keyring_is_an_error_where_it_must_be_there(tmp_path):
    with pytest.raises(sealing.KeyringError):
        sealing.load(tmp_path / "nothing.json")


def _create(path, barrier, results):
    barrier.wait()
    results.put(sealing.load_or_create(path).index_keys.key)


def test_two_processes_that_make_it_at_once_share_one(tmp_path):
    context = multiprocessing.get_context("fork")
    barrier, results = context.Barrier(3), context.Queue()
    path = tmp_path / "keys" / "keyring.json"
    workers = [context.Process(target=_create, args=(path, barrier, results)) for _ in range(3)]
    for worker in workers:
        worker.start()

    keys = {results.get(timeout=timedelta(seconds=30).total_seconds()) for _ in workers}
    for worker in workers:
        worker.join()
    assert keys == {sealing.load(path).index_keys.key}
    assert [each.name for each in path.parent.iterdir()] == ["keyring.json"]

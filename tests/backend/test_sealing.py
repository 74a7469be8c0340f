"""Sealed columns: bound to their row, honest when they were touched; the keyring is ours alone."""

import base64
import json
import multiprocessing
import time
from dataclasses import replace
from datetime import date

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import insert, select, text

from backend.db import sealing
from backend.db.models import LineUser, Notification, Rider
from backend.db.models.base import UNREADABLE
from backend.db.queries import callers, riders
from tests.make import NOW, make_line_user, make_rider
from tests.patience import PATIENCE_S

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
        pytest.param(
            "UPDATE personal.riders SET name_sealed = '' WHERE id = :first",
            [UNREADABLE, "佐藤 一郎"],
            id="emptied",
        ),
        pytest.param(
            "UPDATE personal.riders SET seal_generations = '[1]' WHERE id = :first",
            [UNREADABLE, "佐藤 一郎"],
            id="generations of another kind",
        ),
    ],
)
def test_a_value_that_was_touched_in_the_database_is_shown_as_unreadable(session, change, expected):
    assert UNREADABLE == "読めません"
    assert moved(session, change) == expected


def test_the_hash_of_another_number_does_not_lead_to_a_person(session):
    first, second = make_rider(session, phone="09012345678"), make_rider(session, phone="09011112222")
    session.flush()
    change = "UPDATE personal.riders SET phone_index = :index WHERE id = :id"
    session.execute(text(change), {"index": second.phone_index, "id": first.id})
    session.expire_all()

    assert [each.id for each in riders.find_by_phone(session, "09011112222")] == [second.id]
    assert [each.id for each in callers.find(session, "09011112222", today=NOW.date())] == [second.id]


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

    keys = {results.get(timeout=PATIENCE_S) for _ in workers}
    for worker in workers:
        worker.join()
    assert keys == {sealing.load(path).index_keys.key}
    assert [each.name for each in path.parent.iterdir()] == ["keyring.json"]


def test_a_row_without_values_is_marked_too(session):
    account = make_line_user(session)
    session.execute(insert(Notification).values(kind="x", dedupe_key="k", owed_at=NOW, not_before=NOW))
    stored = session.scalars(select(Notification)).one()
    assert stored.content == ""
    stored.content = "ことば"
    session.flush()
    session.expire_all()
    assert session.scalars(select(Notification)).one().content == "ことば"
    assert session.get_one(LineUser, account.id).user_id.startswith("U")


CHANGES = {"wiped out": ("NULL", "'{}'"), "wiped, its number kept": ("NULL", "seal_generations")}


@pytest.mark.parametrize(("sealed", "generations"), CHANGES.values(), ids=CHANGES)
def test_a_protection_cannot_be_wiped_out_unseen(session, sealed, generations):
    rider = make_rider(session, protection="裁判所の命令")
    change = "UPDATE personal.riders SET protection_sealed = {}, seal_generations = {} WHERE id = :id"
    session.execute(text(change.format(sealed, generations)), {"id": rider.id})
    session.expire_all()

    assert session.get_one(Rider, rider.id).protection == UNREADABLE
    assert session.get_one(Rider, rider.id).is_protected


def test_an_older_value_of_the_same_place_is_refused(session):
    rider = make_rider(session, name="一代目", phone="09011112222")
    old = session.execute(text("SELECT name_sealed, seal_generations FROM personal.riders")).one()
    rider.name = "二代目"
    rider.phone = "+819033334444"
    session.flush()

    session.execute(text("UPDATE personal.riders SET name_sealed = :old"), {"old": old.name_sealed})
    session.expire_all()
    assert (rider.name, rider.phone) == (UNREADABLE, "+819033334444")
    # With the older list of generations the newer value beside it gives it away.
    session.execute(
        text("UPDATE personal.riders SET seal_generations = CAST(:old AS json)"),
        {"old": json.dumps(old.seal_generations)},
    )
    session.expire_all()
    assert (rider.name, rider.phone) == ("一代目", UNREADABLE)
    mixed = {**old.seal_generations, "phone": 2}
    session.execute(text("UPDATE personal.riders SET seal_generations = CAST(:m AS json)"), {"m": json.dumps(mixed)})
    session.expire_all()
    assert (rider.name, rider.phone) == (UNREADABLE, UNREADABLE)


def test_values_of_the_first_version_open_until_they_are_sealed_anew(session, keyring):
    rider = make_rider(session, name="昔の名前")
    header = bytes([sealing.FIRST_VERSION, keyring.field.active])
    nonce = b"n" * 12
    place = f"Rider.name.{rider.seal_id}"
    first = header + nonce + AESGCM(keyring.field.key).encrypt(nonce, "昔の名前".encode(), header + place.encode())
    session.execute(
        text(
            "UPDATE personal.riders SET name_sealed = :first, kana_sealed = NULL, phone_sealed = NULL, "
            "fare_category_sealed = NULL, seal_generations = '{}'"
        ),
        {"first": first},
    )
    session.expire_all()
    assert rider.name == UNREADABLE
    sealing.install(replace(keyring, takes_first_version=True))
    try:
        assert (rider.name, rider.kana) == ("昔の名前", "")
        rider.kana = "むかし"
        session.flush()
        session.expire_all()
        assert (rider.name, rider.kana) == ("昔の名前", "むかし")
    finally:
        sealing.install(keyring)


def test_a_keyring_of_the_first_form_is_grown_and_keeps_its_keys(tmp_path):
    path = tmp_path / "keyring.json"
    key = base64.b64encode(b"k" * 32).decode()
    path.write_text(json.dumps({"active": 1, "keys": {"1": key}, "index_key": key}))
    path.chmod(0o600)

    ring = sealing.load(path)

    assert (ring.field.key, ring.index_keys.key, ring.takes_first_version) == (b"k" * 32, b"k" * 32, True)
    assert sealing.load(path) == ring
    assert path.stat().st_mode & 0o777 == 0o600


def test_five_purposes_have_five_keys_with_id_and_birth(ring):
    sets = [ring.field, ring.index_keys, ring.audit, ring.session, ring.backup]

    assert len({each.key for each in sets}) == 5
    assert all(list(each.born) == [1] and date.fromisoformat(each.born[1]) for each in sets)
    assert "k" * 4 not in repr(ring)
    assert base64.b64encode(ring.field.key).decode() not in repr(ring)


def test_a_process_that_runs_on_sees_a_new_key(tmp_path, monkeypatch, keyring):
    path = tmp_path / "keyring.json"
    ring = sealing.load_or_create(path)
    now = time.monotonic()
    monkeypatch.setattr(sealing.time, "monotonic", lambda: now)
    sealing.install(ring, path)
    try:
        grown = ring.field.with_next(born="2026-11-21")
        sealing.write(path, replace(ring, field=grown.with_active(2)))
        assert sealing.keyring().field.active == 1
        monkeypatch.setattr(sealing.time, "monotonic", lambda: now + sealing.RELOAD_S)
        assert sealing.keyring().field.active == 2
    finally:
        sealing.install(keyring)


def test_ten_thousand_swaps_open_nothing(session):
    """Each of a hundred values in the place of each other: none opens (B-09)."""
    riders = [make_rider(session, name=f"名{number}", phone=f"070{number:08d}") for number in range(100)]
    held = [(rider.name_sealed, rider.name) for rider in riders]
    opened = 0
    for rider in riders:
        own = rider.name_sealed
        for sealed, name in held:
            if sealed != own:
                rider.name_sealed = sealed
                opened += rider.name == name
        rider.name_sealed = own
    assert opened == 0

"""A key is changed while people book: small batches, killed anywhere, nothing unreadable, the old key gone."""

import threading
import time
import tracemalloc
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from backend.db import sealing
from backend.db.models import AuditEntry, IncidentPhoto, LineUser, Notification, Rider, Staff
from backend.db.queries import riders as rider_queries
from backend.db.session import transaction
from backend.services import incidents, line_events, rekeying
from tests.make import NOW, Town, make_line_user, make_rider, make_staff
from tests.patience import PATIENCE_S

RIDERS = 60


class Killed(BaseException):
    """The process was ended from outside."""


@pytest.fixture
def keys(tmp_path, keyring):
    """A keyring in a file of its own, used by this process during the test."""
    path = tmp_path / "keyring.json"
    sealing.install(sealing.load_or_create(path), path)
    yield path
    sealing.install(keyring)


@pytest.fixture
def people(engine, keys, monkeypatch):
    """Sixty members, an account each, and a person of the staff; batches of twenty."""
    monkeypatch.setattr(rekeying, "BATCH", 20)
    with transaction(engine) as session:
        for number in range(RIDERS):
            rider = make_rider(session, name=f"人{number}", kana=f"ひと{number}", phone=f"0901234{number:04d}")
            make_line_user(session, user_id=f"U{number:032x}", rider=rider)
        make_staff(session)
    return engine


def names(engine) -> list[str]:
    with transaction(engine) as session:
        return [rider.name for rider in session.scalars(select(Rider).order_by(Rider.id))]


def change(engine, keys, purpose="field", **options):
    return rekeying.change(engine, keys, purpose=purpose, settle_s=0.0, **options)


def test_everything_is_sealed_anew_and_the_old_key_is_gone(people, keys):
    old = sealing.load(keys).field.key

    outcome = change(people, keys)

    assert (outcome.written, outcome.unreadable) == (2 * RIDERS + 1, [])
    assert names(people) == [f"人{number}" for number in range(RIDERS)]
    assert list(rekeying.leftovers(people, 1)) == []
    ring = sealing.load(keys)
    assert (ring.field.active, list(ring.field.keys)) == (2, [2])
    assert old not in ring.field.keys.values()
    with transaction(people) as session:
        assert session.scalars(select(Staff)).one().name == "職員"


def test_it_counts_as_no_change_for_who_is_editing(people, keys):
    with transaction(people) as session:
        before = {rider.id: rider.version for rider in session.scalars(select(Rider))}
    change(people, keys)

    with transaction(people) as session:
        assert {rider.id: rider.version for rider in session.scalars(select(Rider))} == before
        assert session.scalars(select(AuditEntry).where(AuditEntry.action == "row.sealed")).all() == []


@pytest.mark.parametrize("steps", range(1, 9))
def test_killed_anywhere_it_goes_on_where_it_was(people, keys, monkeypatch, steps):
    """Each pause is a place to die: between keyring and tables, and between batches."""
    left = [steps]

    def die(_seconds):
        left[0] -= 1
        if not left[0]:
            raise Killed

    monkeypatch.setattr(rekeying.time, "sleep", die)
    with pytest.raises(Killed):
        change(people, keys)
    sealing.install(sealing.load(keys), keys)
    assert names(people) == [f"人{number}" for number in range(RIDERS)]
    ids = set(sealing.load(keys).field.keys)
    assert ids <= {1, 2}

    monkeypatch.setattr(rekeying.time, "sleep", lambda _seconds: None)
    change(people, keys)

    assert names(people) == [f"人{number}" for number in range(RIDERS)]
    assert list(sealing.load(keys).field.keys) == [2]
    assert list(rekeying.leftovers(people, 1)) == []


def wait_for(done: list[int], more: int) -> None:
    """Return when so many more rounds were done."""
    wanted, end_at = done[0] + more, time.monotonic() + PATIENCE_S
    while done[0] < wanted:
        assert time.monotonic() < end_at
        time.sleep(0.01)


def test_under_load_nothing_becomes_unreadable(people, keys):
    """Members are corrected, registered and read all the while."""
    stop, wrong, done = threading.Event(), [], [0]

    def write_and_read(first: int):
        number = first
        while not stop.is_set():
            number += 2
            with transaction(people) as session:
                rider = session.get_one(Rider, 1 + number % RIDERS, with_for_update=True)
                rider.name = f"直し{number}"
                make_rider(session, name="新しい方", phone=f"080{number:08d}")
            with transaction(people) as session:
                row = session.get_one(Rider, 1 + (number * 7) % RIDERS)
                wrong.extend(value for value in (row.name, row.kana, row.phone) if value == "読めません")
            done[0] += 1

    threads = [threading.Thread(target=write_and_read, args=(first,)) for first in (0, 1)]
    for thread in threads:
        thread.start()
    try:
        wait_for(done, 5)
        outcome = change(people, keys, say=lambda _step: wait_for(done, 1))
        wait_for(done, 5)
    finally:
        stop.set()
        for thread in threads:
            thread.join()

    assert wrong == []
    assert outcome.unreadable == []
    assert "読めません" not in names(people)
    # What was written after the last look for old seals was written with the new key.
    assert list(rekeying.leftovers(people, 1)) == []


def test_a_value_that_no_key_opens_is_named_and_keeps_the_old_key(people, keys):
    with people.begin() as connection:
        connection.execute(
            text(
                "UPDATE personal.riders SET name_sealed = set_byte(name_sealed, 20, get_byte(name_sealed, 20) # 1) WHERE id = 7"
            )
        )

    outcome = change(people, keys)

    assert outcome.unreadable == ["riders 7"]
    assert sorted(sealing.load(keys).field.keys) == [1, 2]
    assert names(people)[6] == "読めません"
    assert names(people)[7] == "人7"


def test_the_index_is_computed_anew_from_what_it_stands_for(people, keys):
    before = sealing.keyring().index("+819012340005", kind="phone")

    change(people, keys, purpose="index")

    ring = sealing.load(keys)
    assert ring.index_keys.key != ring.field.key
    assert list(ring.index_keys.keys) == [2]
    with transaction(people) as session:
        stored = set(session.scalars(select(Rider.phone_index)))
        assert before not in stored
        assert [rider.name for rider in rider_queries.find_by_phone(session, "090-1234-0005")] == ["人5"]


def test_while_the_index_key_is_changed_everybody_is_found_once(people, keys):
    ring = sealing.load(keys)
    grown = ring.index_keys.with_next(born="2026-11-21")
    sealing.install(replace(ring, index_keys=grown.with_active(2)), None)

    with transaction(people) as session:
        assert [rider.name for rider in rider_queries.find_by_phone(session, "090-1234-0005")] == ["人5"]
        event = line_events.Incoming("E1", f"U{5:032x}", NOW, "{}", is_handled=True)
        account = line_events.store(session, event, wall=NOW)
        assert session.get_one(LineUser, account).rider.name == "人5"


def test_values_of_the_first_version_are_sealed_as_the_second(people, keys):
    ring = sealing.load(keys)
    with transaction(people) as session:
        seal_id = session.get_one(Rider, 3).seal_id
    header, nonce, place = bytes([1, 1]), b"n" * 12, f"Rider.name.{seal_id}"
    first = header + nonce + AESGCM(ring.field.key).encrypt(nonce, "昔の方".encode(), header + place.encode())
    empty = ", ".join(f"{name}_sealed = NULL" for name in ("kana", "phone", "fare_category"))
    with people.begin() as connection:
        connection.execute(
            text(f"UPDATE personal.riders SET name_sealed = :first, {empty}, seal_generations = '{{}}' WHERE id = 3"),
            {"first": first},
        )
    sealing.write(keys, replace(ring, takes_first_version=True))
    sealing.install(sealing.load(keys), keys)

    outcome = change(people, keys)

    assert outcome.unreadable == []
    assert names(people)[2] == "昔の方"
    assert sealing.load(keys).takes_first_version is False


def test_keys_of_other_purposes_change_without_rows(people, keys):
    ring = sealing.load(keys)
    for purpose in ("session", "backup", "audit"):
        change(people, keys, purpose=purpose)

    after = sealing.load(keys)
    assert [list(each.keys) for each in (after.session, after.backup, after.audit)] == [[2], [2], [1, 2]]
    assert after.field == ring.field


def test_what_is_owed_stays_readable(people, keys):
    with transaction(people) as session:
        row = Notification(kind="x", dedupe_key="k", owed_at=NOW, not_before=NOW)
        row.content = "お知らせ"
        session.add(row)
    change(people, keys)

    with transaction(people) as session:
        assert session.scalars(select(Notification)).one().content == "お知らせ"


def test_many_large_pictures_are_never_held_at_once(people, keys):
    """A batch ends by bytes: twelve pictures of three megabytes pass, and never as much is held at a time."""
    picture = "x" * 3_000_000
    with transaction(people) as session:
        town = Town(session)
        by = {"service_id": town.service.id, "happened_at": NOW, "reported_by": "staff:1", "now": NOW}
        incident_id = incidents.report(session, kind="damage", text="x", key="1", **by).id
    for number in range(12):
        with transaction(people) as session:
            row = IncidentPhoto(key=str(number), incident_id=incident_id, at=NOW, by="staff:1")
            row.picture = picture
            session.add(row)
    del row

    tracemalloc.start()
    change(people, keys)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 12 * len(picture)
    assert list(rekeying.leftovers(people, 1)) == []
    with transaction(people) as session:
        last = session.scalars(select(IncidentPhoto).order_by(IncidentPhoto.id.desc()).limit(1)).one()
        assert last.picture == picture


def test_a_row_that_somebody_holds_is_come_back_for(people, keys):
    """The old key stays until the row that was passed over is written anew."""
    said = []

    with people.connect() as holder:

        def say(line):
            said.append(line)
            if "nobody writes" in line:
                holder.execute(text("SELECT id FROM personal.riders WHERE id = 7 FOR SHARE"))
            if len([each for each in said if "written anew" in each]) == 3:
                holder.rollback()

        outcome = change(people, keys, say=say)

    assert (outcome.written, outcome.unreadable) == (2 * RIDERS + 1, [])
    assert "読めません" not in names(people)
    assert list(rekeying.leftovers(people, 1)) == []


def test_who_was_still_writing_with_the_old_key_is_waited_for(people, keys):
    late = Session(people)
    make_rider(late, name="遅れた方", phone="08011112222")

    def say(line):
        if "waiting for who" in line:
            late.commit()

    change(people, keys, say=say)
    late.commit()
    late.close()

    assert names(people)[-1] == "遅れた方"
    assert list(rekeying.leftovers(people, 1)) == []

"""The audit trail: whatever is done to it by other means than ours is found, by its position."""

import json
import random
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from backend.db import audit_marks, sealing
from backend.db.models import AuditEntry, AuditLink, Rider, StaffNotice
from backend.db.session import transaction
from backend.jobs.sweeping import Sweeper
from backend.services import audit_chain, lifecycle
from tests.admin.web import make_account
from tests.make import NOW, make_rider, make_world

ENTRIES = 60


@pytest.fixture
def anchors(tmp_path):
    return tmp_path / "anchors" / "audit.jsonl"


@pytest.fixture
def trail(engine, anchors):
    """Sixty acts, linked, the end anchored."""
    write(engine, ENTRIES)
    with transaction(engine) as session:
        audit_chain.link(session, now=NOW)
        audit_chain.anchor(session, anchors, now=NOW)
    return engine


def write(engine, count: int) -> None:
    for number in range(count):
        with transaction(engine) as session:
            moment = NOW + timedelta(seconds=number)
            lifecycle.record(
                session, "rider", number + 1, "rider.read", actor=f"staff:{number % 3}", now=moment, facts={"n": number}
            )


def as_owner(engine, *statements: str) -> None:
    """Do something to the tables as who owns the database, past the triggers."""
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL ROLE NONE"))
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            connection.execute(text(statement))


def faults(engine, anchors) -> list[audit_chain.Fault]:
    with transaction(engine) as session:
        return audit_chain.verify(session, anchors)


def test_a_trail_that_nobody_touched_is_whole(trail, anchors):
    write(trail, 3)
    with transaction(trail) as session:
        assert audit_chain.link(session, now=NOW) == 3
        assert audit_chain.link(session, now=NOW) == 0

    assert faults(trail, anchors) == []
    assert audit_chain.last_anchor(anchors).position == ENTRIES


@pytest.mark.parametrize("table", ["audit_entries", "audit_links"])
@pytest.mark.parametrize(
    "act", ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}", "TRUNCATE {table} CASCADE"]
)
def test_the_application_may_only_add_and_read(trail, table, act):
    column = {"audit_entries": "actor", "audit_links": "hash"}[table]
    with pytest.raises(DatabaseError, match="permission denied"), trail.begin() as connection:
        connection.execute(text(act.format(table=table, column=column)))


@pytest.mark.parametrize("table", ["audit_entries", "audit_links"])
@pytest.mark.parametrize("act", ["DELETE FROM {table}", "TRUNCATE {table} CASCADE"])
def test_the_owner_is_stopped_by_a_second_net(trail, table, act):
    with pytest.raises(DatabaseError, match="only ever added"), trail.begin() as connection:
        connection.execute(text(f"SET LOCAL ROLE NONE; {act.format(table=table)}"))


def tamperings(chance: random.Random):
    """Return ways to tamper, each with the position at which it shows."""
    at, other = sorted(chance.sample(range(2, ENTRIES), 2))
    entry = f"(SELECT entry_id FROM audit_links WHERE position = {at})"
    another = f"(SELECT entry_id FROM audit_links WHERE position = {other})"
    keep = "CREATE TEMP TABLE kept ON COMMIT DROP AS SELECT * FROM audit_entries WHERE id = "
    return chance.choice(
        [
            (at, [f"UPDATE audit_entries SET actor = 'staff:9' WHERE id = {entry}"]),
            (at, [f"UPDATE audit_entries SET facts = '{{\"n\": 999}}' WHERE id = {entry}"]),
            (at, [f"UPDATE audit_entries SET at = at + interval '1 microsecond' WHERE id = {entry}"]),
            (at, [f"UPDATE audit_entries SET mark = set_byte(mark, 12, get_byte(mark, 12) # 1) WHERE id = {entry}"]),
            (at, [f"DELETE FROM audit_entries WHERE id = {entry}"]),
            (at, [f"DELETE FROM audit_links WHERE position = {at}"]),
            (at, [f"DELETE FROM audit_entries WHERE id = {entry}", f"DELETE FROM audit_links WHERE position = {at}"]),
            (at, [f"UPDATE audit_links SET linked_at = linked_at - interval '1 hour' WHERE position = {at}"]),
            (
                at,
                [
                    keep + entry,
                    (
                        f"UPDATE audit_entries e SET (actor, facts, object_id) = (SELECT actor, facts, object_id FROM "
                        f"audit_entries WHERE id = {another}) WHERE id = {entry}"
                    ),
                    (
                        f"UPDATE audit_entries e SET (actor, facts, object_id) = (SELECT actor, facts, object_id FROM kept) "
                        f"WHERE id = {another}"
                    ),
                ],
            ),
            (
                at,
                [
                    f"UPDATE audit_links SET position = -1 WHERE position = {at}",
                    f"UPDATE audit_links SET position = {at} WHERE position = {other}",
                    f"UPDATE audit_links SET position = {other} WHERE position = -1",
                ],
            ),
            (
                0,
                [
                    (
                        "INSERT INTO audit_entries (at, actor, action, object_kind, object_id, facts, mark) "
                        f"SELECT at, 'staff:9', action, object_kind, object_id, facts, mark FROM audit_entries WHERE id = {entry}"
                    )
                ],
            ),
            (
                ENTRIES,
                [
                    f"DELETE FROM audit_entries WHERE id IN (SELECT entry_id FROM audit_links WHERE position > {at})",
                    f"DELETE FROM audit_links WHERE position > {at}",
                ],
            ),
        ]
    )


@pytest.mark.req("S-25")
def test_random_tamperings_by_the_owner_are_all_found(trail, anchors):
    for seed in range(150):
        position, statements = tamperings(random.Random(seed))
        with trail.connect() as connection, connection.begin() as everything:
            connection.execute(text("SET LOCAL ROLE NONE"))
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            for statement in statements:
                connection.execute(text(statement))
            found = audit_chain.verify(Session(connection), anchors)
            everything.rollback()
        assert [each.position for each in found][:1] == [position], (seed, statements, found)


@pytest.mark.req("S-25")
@pytest.mark.parametrize("facts", ["{}", "[1]", "3", '{"generation": "x"}', '{"generation": 99999999999}'])
def test_an_entry_about_a_sealed_row_is_named_whatever_was_put_in_it(engine, anchors, facts):
    """The check reads these facts: what they hold must not stop it."""
    with transaction(engine) as session:
        rider_id = make_rider(session).id
    with transaction(engine) as session:
        session.get_one(Rider, rider_id).name = "今の名前"
    with transaction(engine) as session:
        audit_chain.link(session, now=NOW)
        [position] = session.scalars(
            select(AuditLink.position)
            .join(AuditEntry, AuditEntry.id == AuditLink.entry_id)
            .where(AuditEntry.action == audit_marks.ROW_SEALED)
        )

    as_owner(
        engine, f"UPDATE audit_entries SET facts = '{facts.replace(':', chr(92) + ':')}' WHERE action = 'row.sealed'"
    )

    assert [each.position for each in faults(engine, anchors)] == [position]


def test_a_copy_of_a_true_entry_is_found(trail, anchors):
    as_owner(
        trail,
        "INSERT INTO audit_entries (at, actor, action, object_kind, object_id, facts, mark) "
        "SELECT at, actor, action, object_kind, object_id, facts, mark FROM audit_entries LIMIT 1",
    )
    with transaction(trail) as session:
        audit_chain.link(session, now=NOW)

    assert [each.what for each in faults(trail, anchors)] == ["entry was copied"]


def test_a_chain_written_anew_with_our_own_key_is_found_by_its_anchor(trail, anchors):
    as_owner(trail, "DELETE FROM audit_links", "DELETE FROM audit_entries WHERE object_id = 5")
    with transaction(trail) as session:
        audit_chain.link(session, now=NOW)

    found = faults(trail, anchors)
    assert [(each.position, each.what) for each in found] == [(ENTRIES, "cut off here or before")]
    write(trail, 1)
    with transaction(trail) as session:
        audit_chain.link(session, now=NOW)
    assert [each.what for each in faults(trail, anchors)] == ["chain was written anew"]


def test_without_its_anchor_a_cut_tail_would_not_be_seen(trail):
    as_owner(trail, "DELETE FROM audit_links WHERE position > 50", "DELETE FROM audit_entries WHERE object_id > 50")

    assert faults(trail, None) == []


def test_an_anchor_that_was_cut_by_a_power_failure_does_no_harm(trail, anchors):
    with anchors.open("a") as file:
        file.write('{"at": "2026-')

    assert faults(trail, anchors) == []
    assert anchors.stat().st_mode & 0o077 == 0


def test_entries_from_before_the_marks_stand_at_the_beginning_only(engine):
    with engine.begin() as connection:
        line = "INSERT INTO audit_entries (at, actor, action, object_kind, facts, mark) VALUES (now(), 'a', 'b', 'c', '{}', '')"
        connection.execute(text(line))
    with transaction(engine) as session:
        assert audit_chain.link(session, now=NOW) == 1
    with engine.begin() as connection:
        connection.execute(text(line))
    with transaction(engine) as session:
        assert audit_chain.link(session, now=NOW) == 0
        assert [each.position for each in audit_chain.verify(session, None)] == [0]


def test_a_whole_row_put_back_is_found(engine, anchors):
    with transaction(engine) as session:
        rider = make_rider(session, name="前の名前")
        rider_id = rider.id
    with engine.begin() as connection:
        connection.execute(text("CREATE TEMP TABLE kept AS SELECT name_sealed, seal_generations FROM personal.riders"))
        before = connection.execute(text("SELECT * FROM kept")).one()
    with transaction(engine) as session:
        session.get_one(Rider, rider_id).name = "今の名前"
    assert faults(engine, anchors) == []

    put_back = "UPDATE personal.riders SET name_sealed = :name"
    with engine.begin() as connection:
        connection.execute(text(put_back), {"name": before.name_sealed})
    with transaction(engine) as session:
        assert session.get_one(Rider, rider_id).name == "読めません"
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE personal.riders SET seal_generations = (SELECT CAST(:old AS json))"),
            {"old": json.dumps(before.seal_generations)},
        )
    with transaction(engine) as session:
        assert session.get_one(Rider, rider_id).name == "前の名前"  # no cipher can tell that; the trail does
    assert [each.what for each in faults(engine, anchors)] == [
        f"row {rider_id} of riders was put back to an older state"
    ]


def test_no_more_than_the_first_batch_may_lack_marks(engine):
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO audit_entries (at, actor, action, object_kind, object_id, facts, mark) SELECT now(), 'staff:1', "
                "'rider.read', 'rider', n, '{}', '' FROM generate_series(1, 20000) n"
            )
        )
    with transaction(engine) as session:
        linked = 0
        while made := audit_chain.link(session, now=NOW):
            linked += made
    assert linked == audit_chain.MOST_LINKED


def test_a_mark_says_nothing_without_the_key():
    line = audit_marks.Said(NOW, "staff:1", "rider.read", "rider", 1, {"n": 1}).line()
    mark = audit_marks.make(line)
    assert audit_marks.is_ours(line, mark)

    held = sealing.keyring()
    sealing.install(sealing.fresh())
    try:
        assert not audit_marks.is_ours(line, mark)
    finally:
        sealing.install(held)


def test_an_entry_marks_itself(session):
    entry = AuditEntry(at=NOW, actor="a", action="b", object_kind="c", object_id=None, facts={"名": "é"})
    session.add(entry)
    session.flush()
    line = session.execute(
        text(f"SELECT {audit_marks.LINE} FROM audit_entries e WHERE id = :id"), {"id": entry.id}
    ).scalar_one()

    assert audit_marks.is_ours(line, entry.mark)


def test_the_sweeper_links_anchors_and_raises_the_alarm_once(engine):
    here = make_world(engine, now=NOW)
    manager = make_account(engine, role="protection_manager")
    sweeper = Sweeper(here)
    write(engine, 5)
    sweeper.audit_links()
    sweeper.audit_anchor()
    end = audit_chain.last_anchor(here.settings.anchors).position
    assert end == 6  # the account, and five acts
    sweeper.audit_anchor()
    assert len(list(audit_chain.anchors(here.settings.anchors))) == 1

    as_owner(engine, "UPDATE audit_entries SET actor = 'staff:9' WHERE object_id = 3")
    sweeper.audit_anchor()
    sweeper.audit_links()
    sweeper.audit_anchor()

    with transaction(engine) as session:
        alarms = session.scalars(select(AuditEntry).where(AuditEntry.action == "alarm.audit_broken")).all()
        assert [each.facts["position"] for each in alarms] == [4]
        notices = session.scalars(select(StaffNotice.kind).where(StaffNotice.staff_id == manager)).all()
    assert notices == ["audit_broken"]


def test_a_copy_that_never_gets_a_place_is_found(trail, anchors):
    as_owner(
        trail,
        "INSERT INTO audit_entries (id, at, actor, action, object_kind, object_id, facts, mark) "
        "SELECT -9000000, at, actor, action, object_kind, object_id, facts, mark FROM audit_entries LIMIT 1",
    )
    with transaction(trail) as session:
        audit_chain.link(session, now=NOW)

    assert [each.what for each in faults(trail, anchors)] == ["entry -9000000 was copied"]

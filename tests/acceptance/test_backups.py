"""Backups: whole, sealed, brought back as they were but for who was erased (S-04, S-06, S-12, C-18, I-27; B-27)."""

import base64
import io
import random
import zlib
from dataclasses import replace
from datetime import timedelta

import pytest
import structlog
from sqlalchemy import select, text

from backend.clock import wall
from backend.db import erasures, invariants, migrate, sealing
from backend.db.models import Rider
from backend.db.sealed_chunks import CHUNK_BYTES, TAG_BYTES, ArchiveError, ChunkWriter, open_chunks, read_head
from backend.db.session import transaction
from backend.services import audit_chain, backups, rekeying
from bot import spool
from tests import marked_riders
from tests.backups import Place, differences, empty_database, make_place, state_of
from tests.make import NOW, Town, make_booking, make_line_user, make_rider, make_wish


@pytest.fixture
def place(tmp_path, keyring):
    yield make_place(tmp_path)
    sealing.install(keyring)
    erasures.install(None)


@pytest.fixture
def town(engine, place):
    """Forty people, half of whom have booked; their acts are linked."""
    with transaction(engine) as session:
        made = Town(session, seats=(60,) * 2)
        for number in range(40):
            rider = make_rider(session, name=f"人{number}", kana=f"ひと{number}", phone=f"0901234{number:04d}")
            make_line_user(session, user_id=f"U{number:032x}", rider=rider)
            if number % 2:
                wish = make_wish(made.service, made.stops[0], made.stops[2], time=f"1{number % 4}:{number // 8}0")
                make_booking(session, wish, rider=rider)
    with transaction(engine) as session:
        audit_chain.link(session, now=NOW)
    return engine


@pytest.fixture
def elsewhere(postgres, place):
    """An empty database."""
    with empty_database(postgres, "elsewhere") as made:
        yield made


def refusal(place: Place, engine, path, **options) -> str:
    """Return why a backup is not restored, and that the database knows nothing of the try."""
    before = state_of(engine)
    with pytest.raises(ArchiveError) as refused:
        place.restore(engine, path, **options)
    assert state_of(engine) == before
    return str(refused.value)


def names(engine) -> list[str]:
    with transaction(engine) as session:
        return [rider.name for rider in session.scalars(select(Rider).order_by(Rider.id))]


# There and back


@pytest.mark.req("S-12", "S-04")
def test_what_comes_back_is_what_was_there_table_by_table(town, elsewhere, place):
    before = state_of(town)

    place.restore(elsewhere, place.make(town))

    assert before["personal.riders"][0] == 41
    assert sum(rows for rows, _ in before.values()) > 250
    assert differences(before, state_of(elsewhere)) == set()
    assert names(elsewhere) == names(town)
    with transaction(elsewhere) as session:
        assert invariants.check(session, now=NOW) == []
        assert audit_chain.verify(session, None) == []


@pytest.mark.req("S-12")
def test_the_comparison_sees_a_single_other_value(town, elsewhere, place):
    """The control of the test above."""
    before = state_of(town)
    place.restore(elsewhere, place.make(town))

    with elsewhere.begin() as connection:
        connection.execute(text("UPDATE personal.riders SET language = 'en' WHERE id = 7"))

    assert differences(before, state_of(elsewhere)) == {"personal.riders"}


@pytest.mark.req("S-12")
def test_numbers_go_on_where_they_were(town, elsewhere, place):
    path = place.make(town)

    place.restore(elsewhere, path)

    with transaction(elsewhere) as session:
        new = make_rider(session, name="新人", phone="09099999999")
        assert new.id == 42


@pytest.mark.req("S-12", "S-25")
def test_the_database_is_as_closed_as_before(town, elsewhere, place):
    """Foreign keys are back, and the trail can only be added to."""
    place.restore(elsewhere, place.make(town))

    ties = "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint ORDER BY 1, 2"
    rights = (
        "SELECT table_schema, table_name, privilege_type FROM information_schema.role_table_grants "
        "WHERE grantee = 'noriai_app' AND table_schema IN ('public', 'personal') ORDER BY 1, 2, 3"
    )
    for question in (ties, rights):
        with town.connect() as one, elsewhere.connect() as other:
            assert other.execute(text(question)).all() == one.execute(text(question)).all() != []


@pytest.mark.req("S-12", "S-14")
def test_an_older_database_comes_back_with_the_newest_tables(postgres, elsewhere, place):
    with empty_database(postgres, "older") as older:
        with older.begin() as connection:
            migrate.upgrade_within(connection, "0004")
            connection.execute(text("INSERT INTO carriers (name) VALUES ('見本交通')"))

        path = place.make(older)

    place.restore(elsewhere, path)

    assert migrate.is_current(elsewhere)
    assert migrate.differences(elsewhere) == []
    assert state_of(elsewhere)["public.carriers"][0] == 1


@pytest.mark.req("S-12")
def test_events_that_wait_for_the_database_come_along(town, elsewhere, place, tmp_path):
    sealed = sealing.keyring().seal('{"type": "message"}', place=spool.PLACE)
    place.plan.spool.mkdir()
    (place.plan.spool / "one.event").write_bytes(sealed)
    path = place.make(town)

    place.restore(elsewhere, path, spool=tmp_path / "new" / "spool")

    assert (tmp_path / "new" / "spool" / "one.event").read_bytes() == sealed


@pytest.mark.req("S-12")
def test_a_table_that_somebody_put_there_is_named_and_left_out(town, elsewhere, place):
    with town.begin() as connection:
        connection.execute(text("SET LOCAL ROLE NONE"))
        connection.execute(text("CREATE TABLE public.odd (id int)"))
        connection.execute(text("GRANT SELECT ON public.odd TO noriai_app"))

    made = backups.make(town, sealing.keyring(), place.plan, wall=wall())

    assert made.left_out == ("public.odd",)
    place.restore(elsewhere, made.path)
    assert "public.odd" not in state_of(elsewhere)


# Nobody reads it


@pytest.mark.req("S-06", "P-19", "C-09")
def test_nothing_of_anybody_can_be_read_in_a_backup_and_a_planted_mark_is_found(engine, place, valkey, tmp_path):
    before = structlog.get_config()
    (tmp_path / "var").mkdir()
    try:
        marked_riders.fill(engine, tmp_path / "var", valkey.url, tmp_path / "noriai.log", count=100)
    finally:
        structlog.configure(**before)
    place.make(engine)
    kept = {str(path): path.read_bytes() for path in place.plan.folder.rglob("*") if path.is_file()}

    assert sum(map(len, kept.values())) > 20_000
    assert marked_riders.Kept(kept).hits() == []
    for form, needle in marked_riders.forms_of("秘匿太郎"):
        assert marked_riders.Kept({"planted": b"x" + needle + b"x"}).hits(), form


@pytest.mark.req("S-06")
def test_a_backup_is_sealed_as_a_whole_not_only_the_personal_columns(town, place):
    """Stops and times are nobody's secret, but the head is all that can be read."""
    content = place.make(town).read_bytes()
    end = content.index(b"}}") + 2

    assert b"town.example" in content[:end]
    with town.connect() as connection:
        stop = connection.scalar(text("SELECT public_id FROM personal.riders LIMIT 1"))
    assert stop.encode() not in content
    assert len(zlib.compress(content[end:])) > len(content[end:])


@pytest.mark.req("S-06", "I-22")
def test_the_keyring_is_not_in_a_backup(town, place):
    content = place.make(town).read_bytes()
    keys = sealing.keyring()

    for each in (keys.field, keys.index_keys, keys.audit, keys.session, keys.backup):
        assert each.key not in content
        assert base64.b64encode(each.key) not in content


@pytest.mark.req("S-06")
@pytest.mark.parametrize("kept", [True, False], ids=["another keyring", "the key is gone"])
def test_without_the_key_a_backup_is_nothing(town, elsewhere, place, kept):
    path = place.make(town)
    other = sealing.fresh()
    sealing.install(other if kept else replace(other, backup=other.backup.with_next(born="").with_active(2).only(2)))

    said = refusal(place, elsewhere, path)

    assert said.startswith(path.name)
    assert ("another backup key 1" if kept else "backup key 1, which the keyring does not hold") in said


@pytest.mark.req("S-06", "I-22")
def test_rows_whose_keys_were_changed_since_are_refused_before_they_cannot_be_read(town, elsewhere, place):
    path = place.make(town)
    ring = sealing.keyring()
    sealing.install(replace(ring, field=ring.field.with_next(born="").with_active(2).only(2)))

    assert "its rows need keys that the keyring does not hold (field 1)" in refusal(place, elsewhere, path)


@pytest.mark.req("S-06", "S-12")
def test_after_a_change_of_the_backup_key_older_backups_are_destroyed_with_it(town, elsewhere, place):
    """Key destruction for encrypted sets."""
    old = place.make(town, at=wall() - timedelta(hours=1))

    rekeying.change(town, place.keyring, purpose="backup", settle_s=0.0)

    assert "backup key 1, which the keyring does not hold" in refusal(place, elsewhere, old)
    place.restore(elsewhere, place.make(town))
    assert names(elsewhere) == names(town)


# Nobody changes it


@pytest.fixture
def damaged(town, elsewhere, place, tmp_path):
    """The bytes of a backup of several chunks, and what tells how it is refused when somebody changed them."""
    with town.begin() as connection:
        connection.execute(text("INSERT INTO carriers (name) SELECT md5(n::text) FROM generate_series(1, 10000) n"))
    path = place.make(town)
    content = path.read_bytes()
    assert len(content) > 3 * CHUNK_BYTES

    def refused(changed: bytes) -> str:
        target = tmp_path / path.name
        target.write_bytes(changed)
        return refusal(place, elsewhere, target)

    return content, refused


@pytest.mark.req("S-12", "S-06")
def test_a_changed_bit_is_found_wherever_it_is(damaged, place, tmp_path):
    content, _ = damaged
    start = content.index(b"}}") + 2
    borders = [start + each * (CHUNK_BYTES + TAG_BYTES) for each in range(3)]
    near = [border + by for border in borders for by in (-1, 0, 1)]
    spread = range(start, len(content), len(content) // 40)
    places = [*range(0, start, 5), *near, *spread, *range(len(content) - 18, len(content), 3)]
    target = tmp_path / "changed.backup"
    accepted = []
    for position in places:
        changed = bytearray(content)
        changed[position] ^= 1 << position % 8
        target.write_bytes(changed)
        try:
            backups.check(target, sealing.keyring(), keep_days=None, wall=wall())
        except ArchiveError:
            continue
        accepted.append(position)

    assert len(places) > 90
    assert accepted == []


@pytest.mark.req("S-12")
def test_a_backup_that_is_cut_off_leaves_the_database_untouched(damaged):
    """Anywhere, and at the borders of chunks."""
    content, refused = damaged
    start = content.index(b"}}") + 2
    borders = [start + each * (CHUNK_BYTES + TAG_BYTES) for each in range(3)]

    for end in (0, 5, 14, 18, 100, *borders, start + 5000, len(content) - 17, len(content) - 1):
        said = refused(content[:end])
        assert "cut off" in said or "no backup of Noriai" in said, end


@pytest.mark.req("S-12")
def test_something_added_is_found(damaged):
    content, refused = damaged

    assert "changed or cut off" in refused(content + b"x")
    assert "changed or cut off" in refused(content + content[-CHUNK_BYTES:])


@pytest.mark.req("S-12")
def test_chunks_are_found_to_be_swapped_cut_at_their_borders_or_of_another_file(keyring):
    def sealed(content: bytes, keys=keyring.backup) -> tuple[bytes, list[bytes]]:
        file = io.BytesIO()
        writer = ChunkWriter(file, keys, {})
        writer.write(content)
        writer.close()
        whole = file.getvalue()
        file.seek(0)
        read_head(file)
        start, step = file.tell(), CHUNK_BYTES + TAG_BYTES
        return whole[:start], [whole[at : at + step] for at in range(start, len(whole), step)]

    def opened(head: bytes, chunks: list[bytes]) -> bytes:
        file = io.BytesIO(head + b"".join(chunks))
        return b"".join(open_chunks(file, read_head(file), keyring.backup))

    content = random.Random(7).randbytes(4 * CHUNK_BYTES)
    head, (first, second, third, fourth) = sealed(content)
    _, others = sealed(content)
    assert opened(head, [first, second, third, fourth]) == content

    for wrong in (
        [second, first, third, fourth],
        [first, second, third],
        [first, third, fourth],
        [first, second, second, fourth],
        [first, second, third, fourth, fourth],
        [first, others[1], third, fourth],
        [fourth],
        [],
    ):
        with pytest.raises(ArchiveError):
            opened(head, wrong)


@pytest.mark.req("S-12")
@pytest.mark.parametrize("length", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES])
def test_any_length_is_read_as_it_was_written(keyring, length):
    file = io.BytesIO()
    content = random.Random(length).randbytes(length)
    writer = ChunkWriter(file, keyring.backup, {"of": "a town"})
    for start in range(0, length, 1000):
        writer.write(content[start : start + 1000])
    writer.close()

    file.seek(0)
    head = read_head(file)

    assert head.about == {"of": "a town"}
    assert b"".join(open_chunks(file, head, keyring.backup)) == content

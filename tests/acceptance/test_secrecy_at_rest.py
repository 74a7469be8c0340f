"""Nothing personal at rest: dump, queue store, logs, temporary files (S-06, P-19; B-08)."""

import pytest
import structlog
from sqlalchemy import text

from backend.db import sealing
from backend.db.models import Rider
from backend.db.session import make_engine, transaction
from tests import marked_riders


@pytest.fixture
def kept(engine, database_url, valkey, tmp_path):
    """What two hundred marked people leave behind."""
    before = structlog.get_config()
    (tmp_path / "var").mkdir()
    try:
        marked_riders.fill(engine, tmp_path / "var", valkey.url, tmp_path / "noriai.log", count=200)
    finally:
        structlog.configure(**before)
    return lambda: marked_riders.keep(database_url, [tmp_path], valkey.url)


@pytest.mark.req("S-06", "P-19")
def test_no_mark_of_anybody_is_found_anywhere_and_a_planted_one_is(kept, engine, tmp_path, valkey):
    found = kept()

    assert found.hits() == []
    assert len(found.parts["pg_dump"]) > 200_000
    assert found.parts[str(tmp_path / "noriai.log")]

    # The control: the same search finds what is planted, in every form.
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO carriers (name) VALUES (:raw), (:hex), (:base64), (:reversed)"),
            {
                "raw": "秘匿太郎00001",
                "hex": "x".join(["", "保護者秘匿".encode().hex()]),
                "base64": marked_riders.base64.b64encode("a秘匿地区zz".encode()).decode(),
                "reversed": "秘匿の伝言"[::-1],
            },
        )
    (tmp_path / "forgotten.tmp").write_text("1931-02-28")
    hits = {(kind, form) for _part, kind, form in kept().hits()}
    assert {
        ("name", "raw"),
        ("guardian", "hex"),
        ("district", "base64"),
        ("message", "reversed"),
        ("birth", "raw"),
    } <= hits


@pytest.mark.req("S-06")
def test_without_the_keyring_the_database_reads_as_nothing(kept, database_url, keyring):
    sealing.install(sealing.fresh())
    try:
        engine = make_engine(database_url)
        with transaction(engine) as session:
            assert {rider.name for rider in session.query(Rider)} == {"読めません"}
        engine.dispose()
    finally:
        sealing.install(keyring)

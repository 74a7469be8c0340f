"""`noriai explain`: why a ride was booked or refused, decided again from its record."""

import pytest
from sqlalchemy import select

from backend import cli
from backend.db.models import Decision
from backend.db.session import transaction
from backend.domain.decisions import new_id
from backend.services import decisions
from tests.make import Town


@pytest.fixture
def decision(engine, database_url, valkey, monkeypatch, tmp_path):
    """A booking's decision, in a database that the command is told of."""
    for name, value in {"DATABASE_URL": database_url, "REDIS_URL": valkey.url, "NORIAI_VAR": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    with transaction(engine) as session:
        Town(session).book(0, 3, time="10:00")
        return session.scalars(select(Decision.public_id)).one()


@pytest.mark.req("D-48")
def test_a_decision_is_explained_and_made_again(decision, capsys):
    assert cli.main(["explain", decision]) == 0

    said = capsys.readouterr().out
    assert "が伺えます。" in said
    assert "もう一度計算しても、同じ判断になります。" in said


def test_it_is_explained_in_english_too_and_says_that_the_planner_has_changed(decision, engine, capsys):
    with transaction(engine) as session:
        session.scalars(select(Decision)).one().engine = "before"

    assert cli.main(["explain", decision, "--language", "en"]) == 0
    assert "The planner has changed since (before → " in capsys.readouterr().out


def test_another_outcome_is_an_exit_status(decision, engine, capsys):
    with transaction(engine) as session:
        row = session.scalars(select(Decision)).one()
        row.record = row.record | {"chosen": [[0, row.record["chosen"][0][1], 0, 0, 0, 0, 0.0]]}

    assert cli.main(["explain", decision]) == 1
    assert "ちがう判断になります" in capsys.readouterr().out


def test_what_is_past_its_period_is_said_to_be_gone(decision, engine, capsys):
    with transaction(engine) as session:
        row = session.scalars(select(Decision)).one()
        row.record, row.travel_times = decisions.FORGOTTEN, None

    assert cli.main(["explain", decision]) == 0
    assert capsys.readouterr().out == "くわしい記録は、保存期間を過ぎたため消えています。\n"


def test_there_is_no_unknown_decision(decision, capsys):
    assert cli.main(["explain", "nothing"]) == 1
    assert "there is no decision nothing" in capsys.readouterr().out


def test_no_id_of_a_decision_looks_like_an_option():
    ids = {new_id() for _ in range(500)}

    assert len(ids) == 500
    assert all(len(each) == 22 and each.isalnum() for each in ids)

"""Running costs as they are entered, and which fares of a month count (D-11)."""

import threading
from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from backend.db.models import AuditEntry, CostEntry, FareRecord
from backend.db.session import transaction
from backend.domain.errors import StaleError
from backend.services import settlement
from backend.services.settlement import Cost
from tests.make import NOW, Town, make_service
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.req("D-11")
NOVEMBER, DECEMBER = date(2022, 11, 1), date(2022, 12, 1)
ON_THE_LAST = date(2022, 11, 30)


@pytest.fixture
def town(session):
    return Town(session)


def enter(session, town, *, month=NOVEMBER, yen=1_000_000, note="車両の借上げ", key="a"):
    cost = Cost(month, yen, note)
    return settlement.enter_cost(session, town.service.id, cost=cost, key=key, actor="staff:1", now=NOW)


def rode(town, *received, state="completed", **wish):
    """Let a party ride for whom each of ``received`` was recorded, one after the other."""
    booking = town.book(**wish)
    booking.state = state
    for yen in received:
        record = FareRecord(booking_id=booking.id, due_yen=350, received_yen=yen, pay_kind="cash", at=NOW, by="staff:2")
        town.session.add(record)
    town.session.flush()


def income(session, town, month=NOVEMBER):
    found = settlement.month_statement(session, town.service.id, month).income
    return found.rides, found.yen


def test_entries_of_a_month_add_up(session, town):
    enter(session, town, yen=600_000, key="a")
    enter(session, town, yen=400_000, note="燃料費", month=ON_THE_LAST, key="b")
    enter(session, town, yen=7, month=DECEMBER, key="c")

    statement = settlement.month_statement(session, town.service.id, NOVEMBER)

    assert [(cost.yen, cost.note) for cost in statement.costs] == [(600_000, "車両の借上げ"), (400_000, "燃料費")]
    assert (statement.cost_yen, statement.burden_yen) == (1_000_000, 1_000_000)


def test_the_same_key_enters_once(session, town):
    first, second = enter(session, town), enter(session, town)

    audited = session.scalars(select(AuditEntry).where(AuditEntry.action == "cost.entered")).all()
    assert (first, settlement.month_statement(session, town.service.id, NOVEMBER).cost_yen) == (second, 1_000_000)
    assert [(each.actor, each.object_id, each.facts) for each in audited] == [
        ("staff:1", first, {"month": "2022-11", "yen": 1_000_000})
    ]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"yen": 999_999}, id="another amount"),
        pytest.param({"note": "燃料費"}, id="for something else"),
        pytest.param({"month": DECEMBER}, id="in another month"),
    ],
)
def test_a_used_key_does_not_swallow_another_cost(session, town, other):
    enter(session, town)

    with pytest.raises(StaleError):
        enter(session, town, **other)


def test_a_form_sent_twice_at_once_enters_once(engine):
    with transaction(engine) as session:
        town = Town(session)
    both = threading.Barrier(2)

    def send():
        with transaction(engine) as session:
            both.wait(PATIENCE_S)
            enter(session, town)

    senders = [threading.Thread(target=send) for _ in range(2)]
    for each in senders:
        each.start()
    for each in senders:
        each.join(PATIENCE_S)

    with transaction(engine) as session:
        assert session.scalar(select(func.count()).select_from(CostEntry)) == 1
        assert session.scalar(select(func.count()).where(AuditEntry.action == "cost.entered")) == 1


def test_a_negative_cost_cannot_be_stored(session, town):
    with pytest.raises(IntegrityError, match="not_negative"):
        enter(session, town, yen=-1)


def test_the_last_fare_record_of_a_booking_counts(session, town):
    rode(town, 350, 150)
    rode(town, 150, 0, 350)

    assert income(session, town) == (2, 500)


def test_who_is_on_board_counts_and_who_did_not_ride_does_not(session, town):
    rode(town, 350, state="boarded")
    for state in ("confirmed", "cancelled", "no_show", "missed"):
        rode(town, 350, state=state)

    assert income(session, town) == (1, 350)


def test_the_service_day_tells_the_month(session, town):
    rode(town, 350, day=ON_THE_LAST)
    rode(town, 150, day=DECEMBER)

    assert (income(session, town), income(session, town, DECEMBER)) == ((1, 350), (1, 150))


def test_a_ride_without_a_record_counts_as_a_ride(session, town):
    rode(town)

    assert income(session, town) == (1, 0)


def test_another_service_has_its_own_statement(session, town):
    rode(town, 350)
    enter(session, town)

    other = settlement.month_statement(session, make_service(session).id, NOVEMBER)

    assert (other.costs, other.income.rides, other.burden_yen) == ((), 0, 0)

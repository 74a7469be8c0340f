"""Numbers of cases, what of a month goes into the report, incidents and contacts kept once (T-43, T-48, T-49, T-53)."""

import threading
from datetime import date

import pytest
from sqlalchemy import select

from backend.db.models import Contact, Incident
from backend.db.queries import cases as queries
from backend.db.queries import contacts as contact_queries
from backend.db.queries import incidents as incident_queries
from backend.db.queries import matters
from backend.db.session import transaction
from backend.domain.errors import NotFoundError, StaleError
from backend.services import cases, contacts, incidents
from backend.services.cases import Handling
from tests.make import NOW, Town, jst, make_service, make_staff


@pytest.fixture
def service(session):
    return make_service(session)


def open_case(session, service_id, key, *, now=NOW, kind="complaint"):
    return cases.open(
        session,
        service_id=service_id,
        kind=kind,
        channel="phone",
        text="遅れた",
        rider_id=None,
        key=key,
        now=now,
        actor="staff:1",
    )


def report(session, service_id, key="tap", *, at=NOW, kind="accident", **place):
    return incidents.report(
        session,
        kind=kind,
        service_id=service_id,
        text="接触",
        happened_at=at,
        reported_by="staff:1",
        key=key,
        now=at,
        **place,
    )


@pytest.mark.req("T-49")
def test_numbers_begin_again_with_each_fiscal_year(session, service):
    days = ("2025-03-31 23:59", "2025-04-01 00:00", "2025-12-31 12:00", "2026-01-01 12:00", "2026-04-01 00:00")

    opened = [open_case(session, service.id, day, now=jst(day)) for day in days]

    assert [case.number for case in opened] == ["2024-0001", "2025-0001", "2025-0002", "2025-0003", "2026-0001"]
    assert opened[1].due_on == date(2025, 4, 8)


@pytest.mark.req("T-49")
def test_cases_opened_at_once_get_a_number_each_and_the_same_key_one(engine):
    with transaction(engine) as session:
        service_id = make_service(session).id
    numbers = []

    def call(number):
        with transaction(engine) as session:
            numbers.append(open_case(session, service_id, f"key {number // 2}").number)

    threads = [threading.Thread(target=call, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(numbers) == sorted([f"2022-{number:04d}" for number in range(1, 7)] * 2)


@pytest.mark.parametrize("wrong", [{"kind": "praise"}, {"kind": ""}])
def test_a_kind_that_nobody_knows_is_a_fault_of_the_caller(session, service, wrong):
    with pytest.raises(ValueError, match="no such case"):
        open_case(session, service.id, "k", **wrong)
    with pytest.raises(ValueError, match="no such incident"):
        report(session, service.id, kind="storm")


@pytest.mark.req("T-49")
def test_a_closed_case_is_opened_again(session, service):
    person = make_staff(session)
    case = open_case(session, service.id, "k")

    def handle(*, closed, version):
        handling = Handling(person.id, case.due_on, "お詫びした", is_closed=closed)
        cases.handle(session, case.public_id, handling=handling, version=version, actor="staff:1", now=NOW)
        session.flush()
        return case.state, case.closed_at

    assert handle(closed=True, version=1) == ("closed", NOW)
    assert handle(closed=False, version=2) == ("open", None)
    with pytest.raises(StaleError):
        handle(closed=True, version=2)
    with pytest.raises(NotFoundError):
        queries.get_case(session, "nobody's")


@pytest.mark.req("T-43")
def test_matters_of_a_month_are_those_of_its_service_and_days(session, service):
    other = make_service(session)
    first, last = date(2022, 11, 1), date(2022, 11, 30)
    open_case(session, service.id, "in", now=jst("2022-11-30 23:59"))
    open_case(session, service.id, "after", now=jst("2022-12-01 00:00"))
    open_case(session, other.id, "other")
    report(session, service.id, "first", at=jst("2022-11-01 00:00"), kind="damage")
    report(session, service.id, "before", at=jst("2022-10-31 23:59"))
    report(session, service.id, "accident")

    found = matters.list_between(session, service.id, first=first, last=last)

    assert [(each.kind, each.day.day, each.amount) for each in found] == [
        ("damage", 1, 1),
        ("accident", 25, 1),
        ("complaint", 30, 1),
    ]


@pytest.mark.req("T-48")
def test_an_incident_names_its_run_stop_and_vehicle_and_is_kept_once(session):
    town = Town(session)
    place = {"stop_id": town.stops[0].id, "vehicle_id": town.vehicles[0].id}

    first, second = (report(session, town.service.id, **place) for _ in range(2))
    incidents.tell_town(session, first.public_id, actor="staff:2", now=NOW)

    view = incident_queries.get_incident(session, first.public_id)
    assert second is first
    assert (view.stop, view.vehicle, view.told_town_at) == ("停留所1", town.vehicles[0].name, NOW)
    assert (incident_queries.count_open(session), incident_queries.count_untold(session)) == (1, 0)
    assert incidents.close(session, first.public_id, actor="staff:2", now=NOW) is None
    assert incident_queries.count_open(session) == 0
    assert len(session.scalars(select(Incident)).all()) == 1


@pytest.mark.req("T-53")
def test_a_duty_half_filled_counts_as_empty(session):
    def fill(version, **typed):
        values = {"name": "", "phone": "", "hours": ""}
        contacts.set_contact(session, "town", **values | typed, version=version, actor="staff:1", now=NOW)
        return contact_queries.find_contact(session, "town").is_empty

    assert len(contact_queries.list_empty(session)) == len(contact_queries.DUTIES)
    assert (fill(0, name="担当"), fill(1, name="担当", phone="011"), fill(2, phone="011")) == (True, False, True)
    assert contact_queries.find_contact(session, "no duty") is None
    with pytest.raises(NotFoundError):
        contacts.set_contact(session, "x", name="", phone="", hours="", version=0, actor="staff:1", now=NOW)


def test_two_first_entries_of_a_duty_are_one_row_and_a_stale_page(engine):
    outcomes = []

    def fill(number):
        try:
            with transaction(engine) as session:
                contacts.set_contact(
                    session, "town", name=f"担当{number}", phone="011", hours="", version=0, actor="staff:1", now=NOW
                )
                outcomes.append("set")
        except StaleError:
            outcomes.append("stale")

    threads = [threading.Thread(target=fill, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["set", *["stale"] * 5]
    with transaction(engine) as session:
        assert len(session.scalars(select(Contact)).all()) == 1

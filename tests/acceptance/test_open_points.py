"""Points that the specification of the line leaves open, as they were decided (Q-31, Q-51, Q-53, Q-62)."""

import re

import pytest
from sqlalchemy import select

from backend import texts
from backend.db.models import Sale, TransportService
from backend.db.session import transaction
from tests.admin.web import Web
from tests.machine import Machine
from tests.make import LINE_DAY, LINE_NOW, Line, jst
from tests.sold import issue, product_like

HOLIDAY = "2025-05-06"


@pytest.fixture
def engine(line_engine):
    """The Soranuma line alone, in a database of its own."""
    return line_engine


@pytest.mark.req("Q-31")
def test_papers_are_called_by_their_titles_and_holidays_count_with_the_weekend(engine):
    """The specification numbers its annexes wrongly and once forgets 祝: nothing of ours repeats either."""
    sentences = [str(texts.bundle("ja").get_message(key).value) for key in texts.bundle("ja")._messages]
    machine = Machine(engine, now=LINE_NOW)
    runs = [
        each
        for ends in (("T01", "T20"), ("T20", "T01"))
        for each in machine.departures(*ends, HOLIDAY).json["departures"]
    ]

    assert [each for each in sentences if "別紙" in each] == []
    assert [each for each in sentences if re.search("土日(?!祝)", each)] == []
    assert len(runs) == 10
    assert {each["state"] for each in runs} == {"bookable"}


@pytest.mark.req("Q-51")
def test_a_pass_to_school_for_adults_is_sold_on_a_student_card_alone(engine):
    """大人 begins with junior high: the same card for a pupil of twelve and a student of twenty, and no age is asked."""
    with transaction(engine) as session:
        line_id = session.scalars(select(TransportService.id)).one()
        wanted = {"kind": "pass", "zone": "B", "category": "student", "is_welfare": False, "months": 1}
        product = product_like(session, line_id, **wanted)
        issue(session, line_id, product.code)
    desk = Web(engine, role="operator", now=LINE_NOW)
    page = desk.text(f"/admin/sales/new?product={product.code}")

    names = set(re.findall(r'name="([^"]+)"', page))
    assert "通学(大人)" in page
    assert "学生証" in page
    assert {each for each in names if each.startswith("proof-")} == {"proof-student_card"}
    assert not {each for each in names if "birth" in each or "age" in each.split("_")}
    form = {"product": product.code, "place": "office", "sold_on": LINE_NOW.date().isoformat()}
    key = re.search(r'name="key" value="([^"]+)"', page)[1]
    form |= {"key": key, "starts_on": LINE_NOW.date().isoformat(), "serial": "", "scheme": ""}
    assert desk.post("/admin/sales/new", **form).status_code in {400, 409}
    assert desk.post("/admin/sales/new", **form, **{"proof-student_card": "yes"}).status_code == 303
    with transaction(engine) as session:
        assert session.scalars(select(Sale)).one().price_yen == 9_000


@pytest.mark.req("Q-53", "Q-04")
@pytest.mark.parametrize(
    ("party", "yen"),
    [
        pytest.param({"discount": 1, "adult": 1}, 750, id="a disabled rider and a helper"),
        pytest.param({"free": 1, "adult": 1}, 500, id="a holder of the welfare ticket and a helper"),
        pytest.param({"free": 1, "senior": 1}, 250, id="a helper of seventy"),
    ],
)
def test_a_helper_on_the_line_pays_as_whoever_they_are(engine, party, yen):
    machine = Machine(engine, now=LINE_NOW)

    booked = machine.book("M3", "T01", "T20", str(LINE_DAY), party=party)

    assert booked.status_code == 201
    assert booked.json["fare_yen"] == yen


@pytest.mark.req("Q-62")
def test_the_planned_number_of_reserved_runs_is_compared_with_and_stops_nobody(engine):
    with transaction(engine) as session:
        line = Line.of(session)
        line.service.planned_reserved_runs = 1
        first = line.book("M3", "T01", "T20")
        assert first.id
    machine = Machine(engine, now=LINE_NOW)

    more = [machine.book(run, "T01", "T20", str(LINE_DAY)) for run in ("M1", "M4", "M5")]

    assert [each.status_code for each in more] == [201, 201, 201]
    web = Web(engine, role="carrier", now=jst("2025-05-08 09:00"))
    cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", web.text("/admin/reports/"), re.DOTALL)
    at = cells.index("予約運行（便）")
    assert cells[at + 2].strip() == "1"

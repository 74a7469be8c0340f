"""The town enters what running cost, and the page says what it pays to the carrier (D-11, T-45)."""

import re
import uuid

import pytest
from sqlalchemy import select

from backend.db.models import CostEntry, FareRecord, Visit
from backend.db.session import transaction
from backend.services import boarding
from tests.admin.web import Web, fields_of
from tests.make import NOW, Town, jst, make_staff

PAGE = "/admin/settlement/"
NOVEMBER = f"{PAGE}?month=2022-11"
pytestmark = pytest.mark.req("D-11")


@pytest.fixture
def town(engine):
    """A small town in which two parties rode in November: 350 yen as due, and 123,100 yen after a correction."""
    with transaction(engine) as session:
        town = Town(session)
        driver = make_staff(session, role="driver")
        bookings = [town.book(time=time) for time in ("10:00", "11:00")]
        for booking, clock in zip(bookings, ("10:01", "11:01"), strict=True):
            board(session, booking, driver, jst(f"2022-11-28 {clock}"))
        session.add(
            FareRecord(
                booking_id=bookings[1].id,
                due_yen=350,
                received_yen=123_100,
                pay_kind="cash",
                reason="category",
                at=NOW,
                by=f"staff:{driver.id}",
            )
        )
    return town


def board(session, booking, driver, at):
    pickup = session.scalars(select(Visit).where(Visit.booking_id == booking.id, Visit.kind == "pickup")).one()
    tap = boarding.TerminalEventIn(
        event_id=str(uuid.uuid4()), run_id=pickup.run_id, kind="boarded", visit_id=pickup.id, happened_at=at
    )
    assert boarding.apply(session, tap, staff_id=driver.id, now=at).result == "applied"


def figures(page):
    """Return the figures of a statement by their names."""
    return dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page))


def send(web, **typed):
    """Fill the form of November in and send it."""
    form = fields_of(web.text(NOVEMBER), 'name="yen"')
    del form["csrf_token"]
    return web.post(PAGE, **form | {"note": "車両の借上げ"} | typed)


@pytest.mark.req("T-45")
@pytest.mark.parametrize(
    "written",
    ["1000000", "1,000,000", "\uff11\uff10\uff10\uff10\uff10\uff10\uff10"],
    ids=["digits", "commas", "full width"],
)
def test_a_million_less_the_fares_is_what_the_town_pays(engine, town, written):
    web = Web(engine, role="town_officer")

    answer = send(web, yen=written)

    assert (answer.status_code, answer.location) == (303, f"{NOVEMBER}&saved=1")
    assert figures(web.text(answer.location)) == {
        "運行経費": "1,000,000円",
        "乗車した予約": "2件",
        "運賃収入": "123,450円",
        "運行経費負担金": "876,550円",
    }


@pytest.mark.parametrize("role", ["carrier", "dispatcher"])
def test_the_carrier_and_the_dispatcher_read_and_do_not_enter(engine, town, role):
    send(Web(engine, role="town_officer"), yen="1000000")
    web = Web(engine, role=role)

    page = web.text(NOVEMBER)

    assert figures(page)["運行経費負担金"] == "876,550円"
    assert 'name="yen"' not in page
    assert web.post(PAGE, key=str(uuid.uuid4()), month="2022-11", yen="1", note="x").status_code == 403


def test_a_month_without_costs_shows_no_burden(engine, town):
    page = Web(engine, role="town_officer").text(NOVEMBER)

    assert (figures(page)["運賃収入"], figures(page)["運行経費負担金"]) == ("123,450円", "–")
    assert "まだ入力されていません" in page


def test_nothing_is_a_figure_and_more_fares_than_costs_are_said(engine, town):
    web = Web(engine, role="town_officer")
    send(web, yen="0")

    page = web.text(NOVEMBER)

    assert (figures(page)["運行経費"], figures(page)["運行経費負担金"]) == ("0円", "-123,450円")
    assert "マイナス" in page


@pytest.mark.parametrize("wrong", ["", "-1", "1.5", "100万", "1,00", "1000000001", "9" * 5000])
def test_an_unreadable_amount_is_named_at_its_field(engine, town, wrong):
    web = Web(engine, role="town_officer")

    answer = send(web, yen=wrong)

    page = answer.get_data(as_text=True)
    assert (answer.status_code, 'id="yen-fault"' in page, 'value="車両の借上げ"' in page) == (
        400,
        True,
        True,
    )
    assert figures(page)["運行経費"] == "–"


def test_a_cost_says_what_it_is_for(engine, town):
    answer = send(Web(engine, role="town_officer"), yen="1", note=" ")

    assert (answer.status_code, 'id="note-fault"' in answer.get_data(as_text=True)) == (400, True)


@pytest.mark.parametrize("wrong", ["2022-13", "2022-1", "9999-12", "x"])
def test_an_unreadable_month_is_named_at_its_field(engine, town, wrong):
    answer = Web(engine, role="carrier").get(f"{PAGE}?month={wrong}")

    page = answer.get_data(as_text=True)
    assert (answer.status_code, 'id="month-fault"' in page, f'value="{wrong}"' in page) == (
        400,
        True,
        True,
    )


def test_a_form_sent_twice_enters_once_and_a_used_one_says_so(engine, town):
    web = Web(engine, role="town_officer")
    key = str(uuid.uuid4())

    answers = [send(web, yen=yen, key=key).status_code for yen in ("1000000", "1000000", "5")]

    assert answers == [303, 303, 409]
    assert figures(web.text(NOVEMBER))["運行経費"] == "1,000,000円"
    with transaction(engine) as session:
        [entry] = session.scalars(select(CostEntry)).all()
        assert (entry.key, entry.entered_by) == (key, f"staff:{web.staff_id}")


def test_this_month_is_shown_first(engine, town):
    assert "<h2>2022年11月</h2>" in Web(engine, role="carrier").text(PAGE)

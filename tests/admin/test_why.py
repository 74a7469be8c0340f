"""「なぜ？」 at the desk and on the board: a sentence to read out, and for dispatchers what each vehicle said (D-48)."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from backend import why_words
from backend.db import models
from backend.db.session import transaction
from backend.domain.offers import Promise
from backend.domain.why import Considered, VehicleAnswer, Why
from backend.services import decisions, why
from tests.admin.web import Web
from tests.make import MONDAY, NOW, Town, at, jst

pytestmark = pytest.mark.req("D-48")

TEN, QUARTER = Promise(at("10:00"), at("10:10"), at("10:50")), Promise(at("10:15"), at("10:25"), at("11:05"))
CAN = VehicleAnswer("1号車", None, at("10:16"), at("10:30"), 420.0, (300.0, 20.0, 100.0, 0.0), is_taken=True)
TOO = VehicleAnswer("2号車", None, at("10:20"), at("10:35"), 900.0)


def no(vehicle, limit):
    return VehicleAnswer(vehicle, limit)


def make_why(**values):
    held = {"public_id": "x", "kind": "booked", "code": None, "at": NOW, "day": MONDAY, "engine": "e"}
    return Why(**held | {"wish_kind": "depart", "wish_s": at("10:00"), "vehicle": "1号車"} | values)


BUSY = Considered(TEN, (no("1号車", "other_promise"), no("2号車", "seats")))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        pytest.param(
            make_why(first=BUSY, taken=Considered(QUARTER, (CAN, TOO))),
            "10時は、1号車は別のお客さまとのお約束があり、2号車はお席が足りず、ご用意できません。"
            "10時15分から10時25分は、ほかに1台の車も伺えますが、1号車がいちばん少ない回り道で伺えます。",
            id="another time than wished",
        ),
        pytest.param(
            make_why(
                first=Considered(TEN, (replace(TOO, vehicle="1号車"),)),
                taken=Considered(QUARTER, (CAN, no("2号車", "shift"))),
            ),
            "10時もご用意できましたが、お選びいただいたお時間で承りました。"
            "10時15分から10時25分は、2号車は運行の時間から外れており、1号車が伺います。",
            id="the rider chose another time",
        ),
        pytest.param(
            make_why(wish_s=at("9:30"), first=Considered(TEN, (CAN,)), taken=Considered(TEN, (CAN,))),
            "ご予約の締切の都合で、9時30分ではなく10時からのご案内になります。"
            "10時から10時10分は、先のお客さまとのお約束を守りながら、1号車が伺えます。",
            id="too soon for the notice",
        ),
        pytest.param(
            make_why(kind="refused", code="full", wish_kind="arrive", wish_s=at("10:30"), first=BUSY),
            "10時30分までのご到着は、1号車は別のお客さまとのお約束があり、2号車はお席が足りず、ご用意できませんでした。",
            id="refused",
        ),
        pytest.param(
            make_why(kind="refused", code="full", first=Considered(TEN, (no("1号車", "reserved"),)), only_reserve=True),
            "10時は、1号車の残りのお席は車いすの方のために空けてあり、ご用意できませんでした。"
            "残っているお席は、車いすの方のために空けてあります。",
            id="refused for kept seats",
        ),
        pytest.param(
            make_why(
                kind="refused",
                first=Considered(TEN, tuple(no(f"{number}号車", "other_promise") for number in (1, 1, 2, 3, 4))),
            ),
            "10時は、1号車・2号車・3号車など4台は別のお客さまとのお約束があり、ご用意できませんでした。",
            id="many vehicles",
        ),
        pytest.param(
            make_why(kind="moved", taken=Considered(QUARTER, (CAN,))),
            "乗る予定の車が走れなくなったため、10時15分から10時25分に1号車が代わりに伺います。",
            id="moved",
        ),
        pytest.param(
            make_why(kind="moved", taken=Considered(QUARTER, (replace(CAN, is_reordered=True),))),
            "乗る予定の車が走れなくなったため、10時15分から10時25分に1号車が代わりに伺います。"
            "ほかのお客さまの乗り降りの順番は変わりますが、お約束の時間は変わりません。",
            id="moved among others in another order",
        ),
        pytest.param(
            make_why(kind="moved", code="no_vehicle"),
            "乗る予定の車が走れなくなり、代わりに伺える車が見つかりませんでした。",
            id="moved nowhere",
        ),
        pytest.param(
            make_why(kind="replanned", moved=2, before={"driving": 900.0}, after={"driving": 600.0}),
            "お約束の時間はそのままで、2件のご予約の順番や車を入れ替えました。走る時間や待つ時間が、合わせて約5分減ります。",
            id="a better plan",
        ),
    ],
)
def test_a_decision_is_a_sentence_to_read_out(asked, said):
    assert why_words.why_text(asked).replace("〜", "から") == said
    assert re.search("[ぁ-ん]", why_words.why_text(replace(asked, vehicle="no. 1"), "en").replace("号車", "")) is None


@pytest.fixture
def town(engine):
    """A small town with two vehicles; the wish at ten fits in neither."""
    with transaction(engine) as session:
        made = Town(session, seats=(2, 2))
        for _ in range(2):
            made.book(0, 5, time="10:00", adult=2)
        return made


def wish(**values):
    form = {
        "pickup": "停留所1",
        "dropoff": "停留所6",
        "day": str(MONDAY),
        "kind": "depart",
        "time": "1000",
        "adult": "2",
    }
    return form | values


def offers_page(web, town, **values):
    return web.post(f"/admin/desk/riders/{town.rider.public_id}/offers", **wish(**values)).get_data(as_text=True)


def why_of(page):
    """Return what stands in the box behind 「なぜ？」."""
    return re.search(r'<details class="card why".*?</details>', page, re.DOTALL).group(0)


def test_the_desk_says_why_beside_a_refusal(engine, town):
    box = why_of(offers_page(Web(engine, role="operator"), town))

    assert "ご用意できませんでした。" in box
    assert "<table>" not in box
    assert "山田" not in box


def test_the_desk_says_why_beside_offers(engine, town):
    page = offers_page(Web(engine, role="operator"), town, time="1200")

    assert "伺え" in why_of(page)


def test_the_desk_says_that_others_get_on_and_off_in_another_order_for_it(engine):
    with transaction(engine) as session:
        made = Town(session)
        made.book(3, 2, time="10:30", kind="arrive")
        made.book(0, 4, time="10:20", kind="arrive")

    web = Web(engine, role="operator")
    page = offers_page(web, made, pickup="停留所1", dropoff="停留所3", kind="arrive", time="1030", adult="1")

    assert "乗り降りの順番は変わりますが、お約束の時間は変わりません。" in why_of(page)


def test_a_dispatcher_sees_what_each_vehicle_said(engine, town):
    web = Web(engine, role="dispatcher")

    box = why_of(offers_page(web, town, time="1200"))
    more = re.search(r'href="(/admin/dispatch/decisions/[^"]+)"', box).group(1)
    page = web.text(more)

    assert [vehicle.name in box for vehicle in town.vehicles] == [True, True]
    assert "選ばれた" in box
    assert "もう一度計算しても、同じ判断になります。" in page
    assert "走行 1.0" in page


def test_a_refusal_by_a_rule_needs_no_box(engine, town):
    page = offers_page(Web(engine, role="operator"), town, time="0800")

    assert "なぜ" not in page


def test_a_booking_says_why_it_is_as_it_is(engine, town):
    with transaction(engine) as session:
        public_id = session.scalars(select(models.Booking.public_id)).first()

    page = Web(engine, role="operator").text(f"/admin/desk/bookings/{public_id}")

    assert "伺え" in why_of(page)


def test_the_day_s_decisions_are_listed_and_picked_by_kind(engine, town):
    web = Web(engine, role="dispatcher")
    offers_page(web, town)
    with transaction(engine) as session:
        ids = {row.kind: row.public_id for row in session.scalars(select(models.Decision))}

    everything = web.text(f"/admin/dispatch/decisions?day={MONDAY}")
    refused = web.text(f"/admin/dispatch/decisions?day={MONDAY}&kind=refused")

    assert [ids[kind] in everything for kind in ("booked", "refused")] == [True, True]
    assert [ids[kind] in refused for kind in ("booked", "refused")] == [False, True]
    assert "この日の判断の記録はありません" in web.text(
        f"/admin/dispatch/decisions?day={MONDAY.replace(day=29)}&kind=?"
    )


def test_a_decision_that_there_is_none_of_is_not_found(engine, town):
    assert Web(engine, role="dispatcher").get("/admin/dispatch/decisions/nothing").status_code == 404


def test_what_was_not_asked_in_a_large_fleet_is_asked_when_somebody_wants_to_know(session):
    town = Town(session, seats=(2, 2))
    town.book(0, 5, time="10:00", adult=2)
    town.book(0, 5, time="10:00", adult=2, kind="depart")
    row = session.scalars(select(models.Decision).order_by(models.Decision.id.desc())).first()
    told = why.of(session, row.public_id)
    bare = {
        index: [[vehicle, None, choice, costs] for vehicle, _, choice, costs in rows]
        for index, rows in row.record["verdicts"].items()
    }
    row.record = row.record | {"verdicts": bare}
    session.flush()

    assert any(each.limit for each in told.first.answers)
    assert why.of(session, row.public_id) == told


def test_a_decision_outlives_the_change_of_its_engine(engine, town):
    with transaction(engine) as session:
        row = session.scalars(select(models.Decision)).first()
        row.engine = "0123456789ab"
        assert not decisions.replay(session, row.public_id).is_same_engine
        public_id = row.public_id

    page = Web(engine, role="dispatcher", now=jst(f"{MONDAY} 09:00")).text(f"/admin/dispatch/decisions/{public_id}")

    assert "0123456789ab → " in page

"""The line on the driver's terminal, through its machine routes: manifest, heads, fares, riders left behind."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from backend.db.models import (
    AuditEntry,
    Duty,
    FareRecord,
    FareRecordLine,
    HeadCount,
    Incident,
    LeftBehind,
    RefusedWish,
    Run,
    Stop,
    Vehicle,
)
from backend.db.queries import matters, money_taken, products
from backend.services import bookings, extra_runs, stock
from backend.services.sales import Purchase, sell
from tests.admin.web import Web
from tests.make import LINE_DAY, jst, make_rider
from tests.terminal import LINE_MORNING, LineShift, Tablet, make_app, tap

NEEDS = f"/admin/needs/?first={LINE_DAY}&last={LINE_DAY}&service=minami-line"


@pytest.fixture
def shift(session):
    return LineShift(session)


@pytest.fixture
def tablet(engine, shift):
    made = Tablet(make_app(engine, now=LINE_MORNING), shift)
    made.day()
    return made


def run_of(tablet, run):
    """Return a run as the terminal shows it."""
    runs = tablet.day(run).json["runs"]
    return next(each for each in runs if each["run_id"] == run.id)


def count(stop_id, way, category, persons=1, **values):
    return tap("count", stop_id=stop_id, way=way, category=category, persons=persons, **values)


def pays(category, pay_kind="cash", persons=1, **values):
    return {"category": category, "persons": persons, "pay_kind": pay_kind, **values}


def lines(session):
    """Return every line of every fare record: category, zone, kind, persons, due, cash."""
    session.expire_all()
    query = select(FareRecordLine).order_by(FareRecordLine.id)
    return [
        (each.category, each.zone, each.pay_kind, each.persons, each.due_yen, each.received_yen)
        for each in session.scalars(query)
    ]


@pytest.mark.req("T-12")
def test_a_reserved_run_lists_only_the_stops_booked_in_order_at_their_printed_times(shift, tablet):
    shift.book("M3", "T03", "T20")

    shown = run_of(tablet, shift.reserved)

    assert [(each["stop"], each["time"], each["kind"]) for each in shown["visits"]] == [
        ("常盤", "10:12", "pickup"),
        ("真駒内駅", "10:33", "dropoff"),
    ]
    assert (shown["title"], shown["about"], shown["note"]) == ("3便 真駒内駅行き", "予約運行", "")
    assert shown["visits"][0]["booking"]["window"] == "10:12 発"


@pytest.mark.req("T-12")
def test_printed_times_are_kept_whatever_happens_on_the_way(shift, tablet):
    first, second = shift.book("M3", "T01", "T20"), shift.book("M3", "T04", "T16")

    tablet.tap(tap("arrived", shift.visit_id(first)), tap("boarded", shift.visit_id(first)), run=shift.reserved)

    shown = run_of(tablet, shift.reserved)
    assert [each["time"] for each in shown["visits"]] == ["10:10", "10:13", "10:27", "10:33"]
    assert second.state == "confirmed"


@pytest.mark.req("T-13")
def test_a_run_that_is_not_driven_says_so(shift, tablet):
    shift.reserved.state = "not_operated"
    suspended = shift.line.run("M4")
    suspended.state, suspended.suspended_reason = "suspended", "大雪"
    shift.session.commit()

    notes = {each["title"]: each["note"] for each in tablet.day(shift.reserved).json["runs"]}

    assert notes["3便 真駒内駅行き"] == "予約なし・運休です"
    assert notes["4便 真駒内駅行き"] == "運休です(大雪)"


@pytest.mark.req("T-14")
def test_nobody_is_added_to_a_reserved_run_but_by_exception_with_its_reason(shift, tablet):
    shift.book("M3", "T03", "T20", adult=3)
    ends = {"stop_id": shift.stop("T04"), "to_stop_id": shift.stop("T20"), "category": "adult", "persons": 1}

    plain = tablet.tap(count(shift.stop("T04"), "board", "adult"), run=shift.reserved).json["outcomes"][0]
    silent = tablet.tap(tap("exception", **ends), run=shift.reserved).json["outcomes"][0]
    carried = tablet.outcomes(tap("exception", **ends, reason="stranded"), run=shift.reserved)
    too_many = tablet.tap(tap("exception", **ends, reason="desk"), run=shift.reserved).json["outcomes"][0]

    assert (plain["outcome"], plain["text"]) == ("refused", "この便では、予約の方だけを記録します。")
    assert (silent["outcome"], silent["text"]) == ("refused", "例外で乗せる理由をえらんでください。")
    assert carried == ["applied"]
    assert (too_many["outcome"], too_many["text"]) == ("refused", "席が足りないため、例外の乗車はできません。")
    listed = matters.list_between(shift.session, shift.line.service.id, first=LINE_DAY, last=LINE_DAY)
    assert [(each.kind, each.number, each.amount, each.reason) for each in listed] == [("walk_on", 3, 1, "stranded")]
    assert lines(shift.session) == [("adult", "A", "cash", 1, 500, 500)]


@pytest.mark.req("T-14")
def test_an_exception_follows_the_boarding_rules_and_can_be_taken_back(shift, tablet):
    ends = {"stop_id": shift.stop("T03"), "to_stop_id": shift.stop("T20"), "category": "child"}
    against = {**ends, "stop_id": shift.stop("T16"), "persons": 1, "reason": "desk"}

    done = tablet.outcomes(
        tap("exception", **against),
        tap("exception", **ends, persons=1, reason="desk"),
        tap("exception", **ends, persons=-1, reason="typing"),
        run=shift.reserved,
    )

    assert done == ["refused", "applied", "applied"]
    assert matters.list_between(shift.session, shift.line.service.id, first=LINE_DAY, last=LINE_DAY) == []
    taken = money_taken.taken_lines(shift.session, shift.line.service.id, LINE_DAY, LINE_DAY)
    assert sum(each.received_yen for each in taken) == 0


@pytest.mark.req("T-22")
def test_who_was_left_behind_is_reported_and_the_answer_comes_back(engine, shift, tablet):
    report = tap("left_behind", stop_id=shift.stop("T03"), to_stop_id=shift.stop("T19"), persons=2)

    sent = [tablet.outcomes(report), tablet.outcomes(report)]

    assert sent == [["applied"], ["duplicate"]]
    row = shift.session.scalars(select(LeftBehind)).one()
    waiting = tablet.day().json["left_behind"]
    assert [(each["title"], each["is_answered"]) for each in waiting] == [("乗り残し 2名 常盤→南区役所前", False)]
    spare = shift.session.scalars(select(Vehicle).where(Vehicle.is_spare)).one()
    extra = extra_runs.dispatch_extra(
        shift.session, row.id, spare.id, actor="staff:1", key="send", now=LINE_MORNING + timedelta(minutes=1)
    )
    assert isinstance(extra, Run), extra
    shift.session.commit()

    on_spare = run_of(tablet, extra)
    assert [(each["stop"], each["may_board"], each["may_alight"]) for each in on_spare["calls"]] == [
        ("常盤", True, False),
        ("南区役所前", False, True),
    ]
    assert "増発便" in tablet.day().json["left_behind"][0]["answer"]
    tablet.tap(count(shift.stop("T03"), "board", "adult", 2), count(shift.stop("T19"), "alight", "adult", 2), run=extra)
    assert "着きました" in tablet.day().json["left_behind"][0]["answer"]
    shift.session.expire_all()
    done = shift.session.scalars(select(LeftBehind)).one()
    assert done.received_at <= done.dispatched_at
    assert done.picked_up_at is not None
    assert done.arrived_at >= done.picked_up_at


@pytest.mark.req("Q-44")
def test_who_came_without_a_booking_on_a_reserved_run_is_an_unmet_wish_and_nobody_left_behind(engine, shift, tablet):
    away = tap("turned_away", stop_id=shift.stop("T03"), to_stop_id=shift.stop("T20"), persons=2)

    sent = [tablet.outcomes(away, run=shift.reserved), tablet.outcomes(away, run=shift.reserved)]

    assert sent == [["applied"], ["duplicate"]]
    assert shift.session.scalars(select(LeftBehind)).all() == []
    wish = shift.session.scalars(select(RefusedWish)).one()
    assert (wish.code, wish.seats, wish.rider_id, wish.day) == ("turned_away", 2, None, LINE_DAY)
    page = Web(engine, now=LINE_MORNING).text(NEEDS)
    assert "予約なしでお断り" in page
    assert "常盤→真駒内駅" in page
    assert "車内" in page


@pytest.mark.req("Q-44")
@pytest.mark.parametrize(
    ("run", "stops", "persons"),
    [
        pytest.param("fixed", ("T03", "T20"), 1, id="a fixed run leaves riders behind"),
        pytest.param("reserved", ("T16", "T20"), 1, id="boarding rules hold"),
        pytest.param("reserved", ("T03", "T20"), 0, id="nobody"),
    ],
)
def test_what_is_no_such_wish_is_refused(shift, tablet, run, stops, persons):
    origin, destination = (shift.stop(each) for each in stops)
    away = tap("turned_away", stop_id=origin, to_stop_id=destination, persons=persons)

    assert tablet.outcomes(away, run=getattr(shift, run)) == ["refused"]
    assert shift.session.scalars(select(RefusedWish)).all() == []


@pytest.mark.req("T-24", "Q-60")
def test_the_manifest_holds_no_more_than_a_driver_needs_and_the_number_goes_with_the_run(shift, tablet):
    guest = make_rider(shift.session, name="見本 ハル", kana="みほん はる", phone="06099990001", state="guest")
    booking = shift.book("M3", "T03", "T20", rider=guest, adult=1, discount=1)
    path = f"/runs/{shift.reserved.id}/visits/{shift.visit_id(booking)}/phone"
    body = json.dumps(tablet.day(shift.reserved).json, ensure_ascii=False)

    shown = tablet.post(path, {})
    tablet.tap(
        tap("boarded", shift.visit_id(booking)),
        tap("alighted", shift.visit_id(booking, "dropoff")),
        run=shift.reserved,
    )
    after = tablet.post(path, {})

    assert "みほん 様" in body
    for secret in ("はる", "見本 ハル", "6099990001", "障"):
        assert secret not in body
    assert (shown.status_code, after.status_code) == (200, 404)
    reads = shift.session.scalars(select(AuditEntry).where(AuditEntry.action == "phone.read")).all()
    assert [each.actor for each in reads] == [f"staff:{shift.driver.id}"]
    shift.session.expire_all()
    assert shift.session.get_one(Run, shift.reserved.id).state == "finished"


@pytest.mark.req("T-28")
def test_the_terminal_takes_cash_tickets_and_passes_and_no_ic_card(shift, tablet):
    tariff = run_of(tablet, shift.fixed)["tariff"]
    here = {"stop_id": shift.stop("T03"), "zone": "B"}

    outcome = tablet.tap(tap("take", **here, payments=[pays("adult", "ic")])).json["outcomes"][0]

    assert [each["name"] for each in tariff["pay_kinds"]] == ["現金", "回数券", "定期券", "無料"]
    assert (outcome["outcome"], outcome["text"]) == ("refused", "その払い方は使えません。")
    assert lines(shift.session) == []


@pytest.mark.req("T-28")
def test_only_the_pay_kinds_that_the_town_set_are_offered_and_taken(shift, tablet):
    shift.line.service.pay_kinds = ["cash"]
    shift.session.commit()

    tariff = run_of(tablet, shift.fixed)["tariff"]
    done = tablet.outcomes(tap("take", stop_id=shift.stop("T03"), zone="B", payments=[pays("adult", "coupon")]))

    assert [each["code"] for each in tariff["pay_kinds"]] == ["cash"]
    assert done == ["refused"]


@pytest.mark.req("T-29")
def test_the_driver_is_asked_to_look_at_handbook_and_pass_and_only_the_tick_is_kept(shift, tablet):
    booking = shift.book("M3", "T03", "T20", adult=1, discount=1)
    tariff = run_of(tablet, shift.reserved)["tariff"]
    proofs = {each["code"]: each["proof"] for each in [*tariff["categories"], *tariff["pay_kinds"]]}

    tablet.tap(tap("boarded", shift.visit_id(booking), is_checked=True), run=shift.reserved)
    tablet.tap(tap("take", stop_id=shift.stop("T20"), zone="A", payments=[pays("adult", "pass", is_checked=True)]))

    assert (proofs["discount"], proofs["pass"]) == ("手帳の提示を確認", "定期券を確認")
    assert (proofs["adult"], proofs["cash"]) == ("", "")
    kept = shift.session.scalars(select(FareRecordLine).order_by(FareRecordLine.id)).all()
    assert [(each.category, each.pay_kind, each.is_checked) for each in kept] == [
        ("adult", "cash", False),
        ("discount", "cash", True),
        ("adult", "pass", True),
    ]


@pytest.fixture
def book(shift):
    """A numbered book of ten adult tickets of zone A, sold."""
    sold_on = LINE_MORNING.date()
    sold = {each.code: each for each in products.list_products(shift.session, shift.line.service.id, sold_on)}
    code = next(
        code for code, each in sold.items() if (each.kind, each.zone, each.category) == ("ticket_book", "A", "full")
    )
    batch = stock.Issue(
        code, design_version="1", agreed_on=sold_on, agreed_with="市", first_serial=1, pieces=5, is_numbered=True
    )
    stock.issue(shift.session, shift.line.service.id, entry=batch, key="batch", actor="staff:1", now=LINE_MORNING)
    sale = sell(
        shift.session,
        shift.line.service.id,
        purchase=Purchase(product_code=code, sold_on=sold_on, place="office"),
        key="book",
        actor="staff:1",
        now=LINE_MORNING,
    )
    shift.session.commit()
    return sale.serial


@pytest.mark.req("T-30")
def test_the_eleventh_ticket_of_a_numbered_book_is_refused(shift, tablet, book):
    here = {"stop_id": shift.stop("T20"), "zone": "A"}
    ticket = pays("adult", "coupon", serials=[book])

    first = tablet.outcomes(*(tap("take", **here, payments=[ticket]) for _ in range(10)))
    again = tablet.tap(tap("take", **here, payments=[ticket])).json["outcomes"][0]

    assert first == ["applied"] * 10
    assert again["outcome"] == "refused"
    assert str(book) in again["text"]
    assert lines(shift.session) == [("adult", "A", "coupon", 1, 500, 0)] * 10


@pytest.mark.req("T-30")
def test_a_corrected_fare_gives_the_ticket_back(shift, tablet, book):
    booking = shift.book("M3", "T03", "T20")
    up = shift.visit_id(booking)
    ticket, cash = [pays("adult", "coupon", serials=[book])], [pays("adult")]
    swapped = [event for _ in range(6) for event in (tap("fare", up, payments=ticket), tap("fare", up, payments=cash))]

    done = tablet.outcomes(tap("boarded", up), *swapped, *swapped, run=shift.reserved)

    assert done == ["applied"] + ["applied"] * 12 + ["duplicate"] * 12
    here = {"stop_id": shift.stop("T20"), "zone": "A"}
    assert tablet.outcomes(*(tap("take", **here, payments=ticket) for _ in range(11))) == ["applied"] * 10 + ["refused"]


@pytest.mark.req("Q-48", "Q-52")
@pytest.mark.parametrize(
    ("payment", "expected"),
    [
        (
            pays("adult", "pass", ticket_zone="B"),
            [("adult", "A", "pass", 1, 300, 0), ("adult", "A", "cash", 0, 200, 200)],
        ),
        (
            pays("adult", "coupon", ticket_zone="B"),
            [("adult", "A", "coupon", 1, 300, 0), ("adult", "A", "cash", 0, 200, 200)],
        ),
        (
            pays("adult", "coupon", ticket_class="half"),
            [("adult", "A", "coupon", 1, 250, 0), ("adult", "A", "cash", 0, 250, 250)],
        ),
        (pays("senior", "coupon", ticket_class="full"), [("senior", "A", "coupon", 1, 250, 0)]),
    ],
)
def test_a_cheaper_ticket_or_pass_pays_the_difference_in_cash(shift, tablet, payment, expected):
    assert tablet.outcomes(tap("take", stop_id=shift.stop("T20"), zone="A", payments=[payment])) == ["applied"]

    assert lines(shift.session) == expected


@pytest.mark.req("D-35", "T-26")
def test_the_row_says_what_the_party_pays_and_why(shift, tablet):
    shift.book("M3", "T03", "T20", adult=1, child=1)
    shift.book("M3", "T03", "T16", adult=1, infant=1)

    fares = [each["booking"]["fare"] for each in run_of(tablet, shift.reserved)["visits"] if each["kind"] == "pickup"]

    assert fares == ["2名 一般500+こども250=750円", "2名 一般300+乳幼児0=300円"]


@pytest.mark.req("D-36", "Q-61", "T-38")
def test_a_fare_is_confirmed_another_corrected_and_total_and_audit_agree(shift, tablet):
    first, second = shift.book("M3", "T03", "T16"), shift.book("M3", "T04", "T16")
    corrected = tap("fare", shift.visit_id(second), payments=[pays("senior")], reason="category")

    tablet.tap(tap("boarded", shift.visit_id(first)), tap("boarded", shift.visit_id(second)), run=shift.reserved)
    silent = tablet.outcomes(tap("fare", shift.visit_id(second), payments=[pays("senior")]), run=shift.reserved)
    done = tablet.outcomes(corrected, run=shift.reserved)

    assert (silent, done) == (["refused"], ["applied"])
    taken = money_taken.taken_lines(shift.session, shift.line.service.id, LINE_DAY, LINE_DAY)
    assert [(each.category, each.zone, each.pay_kind, each.persons, each.received_yen) for each in taken] == [
        ("adult", "B", "cash", 1, 300),
        ("senior", "B", "cash", 1, 150),
    ]
    assert len(shift.session.scalars(select(FareRecord)).all()) == 3
    audited = shift.session.scalars(select(AuditEntry.facts).where(AuditEntry.action == "fare.corrected")).all()
    assert audited == [{"received_yen": 150, "reason": "category"}]
    paid = [each["booking"]["paid"] for each in run_of(tablet, shift.reserved)["visits"] if each["kind"] == "pickup"]
    assert paid == ["現金300円", "現金150円"]


@pytest.mark.req("T-40", "Q-55")
def test_heads_are_counted_stop_by_stop_once_and_the_run_ends_when_they_agree(shift, tablet):
    on = [count(shift.stop("T03"), "board", "adult", 2), count(shift.stop("T05"), "board", "senior")]
    slip = [count(shift.stop("T05"), "board", "senior"), count(shift.stop("T05"), "board", "senior", -1)]
    off = [count(shift.stop("T19"), "alight", "adult"), count(shift.stop("T20"), "alight", "adult")]

    first = tablet.outcomes(*on, *slip, *off)
    again = tablet.outcomes(*on)
    early = tablet.tap(tap("finish")).json["outcomes"][0]
    last = tablet.outcomes(count(shift.stop("T20"), "alight", "senior"), tap("finish"))

    assert (first, again, last) == (["applied"] * 6, ["duplicate"] * 2, ["applied"] * 2)
    assert early["text"] == "乗った人は3名、降りた人は2名です。人数を確かめてください。"
    found = money_taken.boardings(shift.session, shift.line.service.id, LINE_DAY, LINE_DAY)
    codes = {stop.id: stop.code for stop in shift.session.scalars(select(Stop))}
    assert sorted((codes[each.stop_id], each.kind, each.category, each.persons) for each in found) == [
        ("T03", "board", "adult", 2),
        ("T05", "board", "senior", 1),
        ("T19", "alight", "adult", 1),
        ("T20", "alight", "adult", 1),
        ("T20", "alight", "senior", 1),
    ]
    shift.session.expire_all()
    assert shift.session.get_one(Run, shift.fixed.id).state == "finished"
    assert len(shift.session.scalars(select(HeadCount)).all()) == 7


@pytest.mark.req("T-40")
@pytest.mark.parametrize(
    ("stop", "way", "category", "persons"),
    [
        ("T16", "board", "adult", 1),
        ("T01", "alight", "adult", 1),
        ("T03", "board", "student", 1),
        ("T03", "board", "adult", 0),
        ("T03", "board", "adult", -1),
        ("T03", "board", "adult", 21),
    ],
)
def test_what_cannot_be_counted_is_refused(shift, tablet, stop, way, category, persons):
    assert tablet.outcomes(count(shift.stop(stop), way, category, persons)) == ["refused"]
    assert shift.session.scalars(select(HeadCount)).all() == []


@pytest.mark.req("T-50")
def test_a_damaged_sign_is_reported_from_the_terminal(shift, tablet):
    damage = tap("damage", stop_id=shift.stop("T07"), text="倒れている")

    done = [tablet.outcomes(damage), tablet.outcomes(damage), tablet.outcomes(tap("damage", text="こわれた"))]

    assert done == [["applied"], ["duplicate"], ["refused"]]
    incident = shift.session.scalars(select(Incident)).one()
    assert (incident.kind, incident.state, incident.stop_id) == ("damage", "open", shift.stop("T07"))
    assert incident.text == "倒れている"


@pytest.mark.req("T-55")
def test_the_terminal_knows_the_way_its_stops_and_its_narrow_roads(shift, tablet):
    shift.line.stops["T07"].road_note = "橋の手前が細い"
    shift.session.commit()

    calls = run_of(tablet, shift.fixed)["calls"]

    assert len(calls) == 20
    assert [each["stop"] for each in (calls[0], calls[6], calls[19])] == ["空沼二股", "芸術の森入口", "真駒内駅"]
    assert (calls[6]["note"], calls[6]["time"]) == ("橋の手前が細い", "8:13頃")
    assert all(each["lat"] and each["lon"] for each in calls)


@pytest.mark.req("T-44")
def test_the_kilometres_of_the_duty_are_read_off_and_the_last_entry_counts(shift, tablet):
    done = tablet.outcomes(tap("driven", value=61_000), tap("driven", value=60_400), tap("driven", value=-1))

    assert done == ["applied", "applied", "refused"]
    shift.session.expire_all()
    assert shift.session.get_one(Duty, shift.fixed.duty_id).driven_m == 60_400


@pytest.mark.req("D-19")
def test_taps_that_waited_for_a_signal_keep_both_times(shift, tablet):
    tablet.tap(count(shift.stop("T03"), "board", "adult", age_s=900))

    kept = shift.session.scalars(select(HeadCount)).one()
    assert kept.received_at - kept.happened_at == timedelta(seconds=900)


@pytest.mark.req("D-18")
def test_a_terminal_that_has_the_newest_day_is_told_so_and_each_plan_is_confirmed(shift, tablet):
    shift.book("M2", "T03", "T20", day=jst("2025-05-10").date())
    booking = shift.book("M3", "T03", "T20")
    tag = tablet.day(shift.reserved).json["tag"]

    same = tablet.day(shift.reserved, since=tag)
    bookings.cancel(shift.session, booking.public_id, actor="staff:1", now=LINE_MORNING)
    shift.session.commit()
    other = tablet.day(shift.reserved, since=tag)

    assert (same.status_code, other.status_code) == (204, 200)
    shift.session.expire_all()
    assert shift.session.get_one(Run, shift.reserved.id).delivered_version >= 1


@pytest.mark.req("D-47")
def test_a_delay_is_told_from_a_line_run_too_and_keeps_the_printed_times(shift, tablet):
    shift.book("M3", "T03", "T20")

    done = tablet.outcomes(tap("delay", value=900), run=shift.reserved)

    shown = run_of(tablet, shift.reserved)
    assert done == ["applied"]
    assert shown["late_s"] == 900
    assert [each["time"] for each in shown["visits"]] == ["10:12", "10:33"]


def test_a_day_without_anything_to_drive_still_opens_and_says_so(engine, shift, tablet):
    for run in shift.session.scalars(select(Run).where(Run.duty_id == shift.reserved.duty_id)):
        run.state = "not_operated"
    shift.session.commit()
    client = tablet.client

    page = client.get(f"/driver/run/{shift.reserved.duty.vehicle.code}")

    assert page.status_code == 200
    assert {each["note"] for each in tablet.day(shift.reserved).json["runs"]} == {"予約なし・運休です"}


def test_a_vehicle_with_many_runs_is_offered_once(tablet):
    page = tablet.client.get("/driver/?choose=again").get_data(as_text=True)

    assert page.count('class="duty-name"') == 2

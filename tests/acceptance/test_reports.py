"""The papers a town pays by: daily report, business reports, the rows behind them (T-38 to T-45, T-51, T-52)."""

import re
import uuid
from datetime import date
from io import BytesIO

import openpyxl
import pytest
from pypdf import PdfReader
from sqlalchemy import select

from backend import world as worlds
from backend.db import models
from backend.db.session import transaction
from backend.jobs.sweeping import Sweeper
from tests.admin.web import Web, fields_of
from tests.make import LINE_DAY, Line, decide_due, jst, make_staff, make_world

MAY = "/admin/reports/monthly/2025-05/"
DAILY = "/admin/reports/daily/?day=2025-05-07"
JUNE_2 = jst("2025-06-02 10:00")


class Ridden:
    """Three runs of a day in May: M3 booked and ridden by two, M2 with head counts, M4 without anybody."""

    def __init__(self, session) -> None:
        self.session = session
        self.line = Line(session)
        self.driver = make_staff(session, role="driver")
        self.booking = self.line.book("M3", "T01", "T20", adult=1, child=1)
        decide_due(session, now=jst("2025-05-06 17:00:01"))
        self.ride(self.booking, [("adult", "cash", 1, 500, 500), ("child", "pass", 1, 250, 0)])
        self.count("M2", "T03", "board", "adult", 3)
        self.count("M2", "T16", "alight", "adult", 3)
        self.pay("M2", "T16", [("adult", "cash", 3, 900, 900)])

    def ride(self, booking, lines):
        """Let a booking ride, and pay as ``lines`` say: category, pay kind, persons, due and received yen."""
        booking.state = "completed"
        for visit in self.session.scalars(select(models.Visit).where(models.Visit.booking_id == booking.id)):
            visit.state, visit.done_at = "done", jst(f"{LINE_DAY} 10:10")
        self._record(lines, booking_id=booking.id)

    def count(self, run, stop, kind, category, persons, *, reason=None):
        """Have a driver count heads."""
        self.session.add(
            models.HeadCount(
                event_id=str(uuid.uuid4()),
                run_id=self.line.run(run).id,
                stop_id=self.line.stops[stop].id,
                kind=kind,
                category=category,
                persons=persons,
                reason=reason,
                happened_at=jst(f"{LINE_DAY} 08:10"),
                received_at=jst(f"{LINE_DAY} 08:10"),
                staff_id=self.driver.id,
            )
        )
        self.session.flush()

    def pay(self, run, stop, lines):
        """Have riders without booking pay at a stop."""
        self._record(lines, run_id=self.line.run(run).id, stop_id=self.line.stops[stop].id)

    def _record(self, lines, **of):
        self.session.add(
            models.FareRecord(
                **of,
                due_yen=sum(line[3] for line in lines),
                received_yen=sum(line[4] for line in lines),
                pay_kind="cash",
                at=jst(f"{LINE_DAY} 10:10"),
                by=f"staff:{self.driver.id}",
                lines=[
                    models.FareRecordLine(
                        category=category,
                        zone="A",
                        pay_kind=pay_kind,
                        persons=persons,
                        due_yen=due_yen,
                        received_yen=received_yen,
                    )
                    for category, pay_kind, persons, due_yen, received_yen in lines
                ],
            )
        )
        self.session.flush()

    def sell(self, *, kind="pass", paid_yen=None, place="office", subsidy_yen=0):
        """Sell the dearest product of a kind."""
        query = select(models.Product).where(models.Product.kind == kind).order_by(models.Product.price_yen.desc())
        product = self.session.scalars(query).first()
        paid = product.price_yen - subsidy_yen if paid_yen is None else paid_yen
        self.session.add(
            models.Sale(
                key=str(uuid.uuid4()),
                transport_service_id=self.line.service.id,
                product_id=product.id,
                sold_on=LINE_DAY,
                place=place,
                sold_at=jst(f"{LINE_DAY} 12:00"),
                sold_by="staff:1",
                price_yen=paid + subsidy_yen,
                subsidy_yen=subsidy_yen,
                paid_yen=paid,
            )
        )
        self.session.flush()
        return paid


@pytest.fixture
def ridden(engine):
    """A line on which three runs of a day in May had riders or none."""
    with transaction(engine) as session:
        return Ridden(session)


def inputs(page):
    """Return what a page's form would send as it stands."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        is_off = 'type="checkbox"' in tag and " checked" not in tag
        if name and not is_off and name[1] not in {"csrf_token", "language"}:
            found[name[1]] = value[1] if value else ""
    return found


def words(page):
    """Return the text of a page, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def rows_of(page, caption):
    """Return the rows of the table under a caption, as lists of texts."""
    table = re.split(rf"<h[23]>{caption}</h[23]>", page, maxsplit=1)[1].split("</table>", 1)[0]
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    return [[words(cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)] for row in rows]


def make_web(engine, role="carrier", now=JUNE_2):
    """Return a member of staff at the reports."""
    return Web(engine, role=role, now=now)


@pytest.mark.req("T-38")
def test_a_days_fares_by_run_category_and_pay_kind_and_no_others(engine, ridden):
    page = make_web(engine).text(DAILY)

    assert rows_of(page, "収受した運賃")[1:] == [
        ["真駒内駅行き 2便 8:05", "一般", "現金", "3", "900円", "900円"],
        ["真駒内駅行き 3便 10:10", "一般", "現金", "1", "500円", "500円"],
        ["真駒内駅行き 3便 10:10", "こども", "定期券", "1", "250円", "0円"],
        ["計", "", "", "5", "1,650円", "1,400円"],
    ]


@pytest.mark.req("T-38")
def test_cash_counted_beside_cash_expected(engine, ridden):
    with transaction(engine) as session:
        paid = Ridden.sell(ridden_in(session, ridden), kind="ticket_book", place="vehicle")
    web = make_web(engine)
    form = fields_of(web.text(DAILY), 'name="yen"')
    del form["csrf_token"]

    answers = [web.post("/admin/reports/daily/cash", **form, yen=f"{1_400 + paid - 100:,}", note="") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    cash = dict(row for row in rows_of(web.text(DAILY), "現金の確認") if len(row) == 2)
    assert cash["あるはずの現金"] == f"{1_400 + paid:,}円"
    assert cash["差"] == "▲100円"
    with transaction(engine) as session:
        assert len(session.scalars(select(models.CashCount)).all()) == 1


def ridden_in(session, ridden):
    """Return the same day for another session."""
    ridden.session = ridden.line.session = session
    return ridden


@pytest.mark.req("T-39")
@pytest.mark.parametrize(
    ("now", "said"),
    [
        ("2025-06-01 08:00", "下書き"),
        ("2025-06-06 23:59", "下書き"),
        ("2025-06-07 00:00", "提出期限が近づいています"),
        ("2025-06-10 23:59", "提出期限が近づいています"),
        ("2025-06-11 00:00", "提出期限を過ぎています"),
    ],
)
def test_a_draft_on_the_first_a_reminder_from_the_seventh_overdue_from_the_eleventh(engine, ridden, now, said):
    page = make_web(engine, now=jst(now)).text("/admin/reports/")

    line = next(row for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL) if "2025年5月分" in row)
    assert said in words(line)


@pytest.mark.req("Q-54")
def test_due_on_the_last_office_day_when_the_tenth_is_closed(engine, ridden):
    """2025-05-10 is a Saturday: April's report is due on the Friday before."""
    page = make_web(engine, now=jst("2025-05-01 08:00")).text("/admin/reports/")

    line = next(row for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL) if "2025年4月分" in row)
    assert "2025年5月9日(金)" in words(line)


@pytest.mark.req("T-39")
def test_what_was_handed_in_stays_as_it_was(engine, ridden):
    web = make_web(engine)
    web.text("/admin/reports/")
    form = fields_of(web.text(MAY), 'name="text"')
    del form["csrf_token"]

    answer = web.post(f"{MAY}submit", **form, text="提出した文")
    with transaction(engine) as session:
        ridden_in(session, ridden).count("M2", "T03", "board", "adult", 5)

    assert answer.status_code == 303
    page = web.text(MAY)
    assert "提出しました" in page
    assert "提出した文" in page
    assert rows_of(page, "便ごと及び乗降ポイントごとの乗降者数（真駒内駅行き）")[-1][-2:] == ["5", "5"]
    assert web.post(f"{MAY}submit", **form, text="もう一度").status_code == 409


@pytest.mark.req("T-39")
def test_the_report_says_to_whom_and_from_whom_it_goes_and_keeps_that_when_handed_in(engine, ridden):
    dispatcher = make_web(engine, role="dispatcher")
    carrier = make_web(engine)
    address = "/admin/masters/settings/"
    carrier.text("/admin/reports/")
    assert "宛先 札幌市長 様" in words(carrier.text(MAY))
    assert "代表者・業務責任者 未設定" in words(carrier.text(MAY))

    form = inputs(dispatcher.text(f"{address}?service=minami-line"))
    heads = {"contractor_address": "札幌市南区1-1", "contractor": "見本交通株式会社", "contractor_person": "見本 太郎"}
    assert dispatcher.post(address, **form | heads).status_code == 303
    page = words(carrier.text(MAY))
    for said in ("札幌市長 様", "札幌市南区1-1 見本交通株式会社", "見本 太郎"):
        assert said in page
    text = "".join(each.extract_text() for each in PdfReader(BytesIO(carrier.client.get(f"{MAY}file.pdf").data)).pages)
    assert "見本 太郎" in text

    written = fields_of(carrier.text(MAY), 'name="text"')
    del written["csrf_token"]
    assert carrier.post(f"{MAY}submit", **written, text="").status_code == 303
    form = inputs(dispatcher.text(f"{address}?service=minami-line"))
    assert dispatcher.post(address, **form | {"contractor_person": "あとの 人"}).status_code == 303
    assert "見本 太郎" in words(carrier.text(MAY))
    assert "あとの 人" not in words(carrier.text(MAY))


@pytest.mark.req("T-39")
def test_two_who_write_at_once_do_not_overwrite_each_other(engine, ridden):
    web = make_web(engine)
    web.text("/admin/reports/")
    form = fields_of(web.text(MAY), 'name="text"')
    del form["csrf_token"]
    assert web.post(f"{MAY}text", **form, text="先に書いた文").status_code == 303

    late = web.post(f"{MAY}text", **form, text="あとから送った文")

    assert late.status_code == 409
    assert "あとから送った文" in late.get_data(as_text=True)
    assert "先に書いた文" in web.text(MAY)


def open_may(web):
    """Return the page of May's report; its draft is made when the list is opened."""
    web.text("/admin/reports/")
    return web.text(MAY)


@pytest.mark.req("T-40", "T-13")
def test_runs_per_day_and_riders_per_run_and_stop(engine, ridden):
    page = open_may(make_web(engine))

    runs = {row[0]: row[1:] for row in rows_of(page, "1日ごとの運行便数")}
    assert runs["5月7日(水)"][:5] == ["2", "1", "0", "3", "7"]
    riders = rows_of(page, "便ごと及び乗降ポイントごとの乗降者数（真駒内駅行き）")
    assert riders[0] == [
        "停留所",
        *(f"{n}便{way}" for n in range(1, 6) for way in ("乗車", "降車")),
        "計乗車",
        "計降車",
    ]
    by_stop = {row[0]: row[3:7] + row[-2:] for row in riders}  # the second and the third run, and the sum
    assert by_stop["常盤"] == ["3", "0", "0", "0", "3", "0"]
    assert by_stop["石山陸橋"] == ["0", "3", "0", "0", "0", "3"]
    assert by_stop["空沼二股"] == ["0", "0", "2", "0", "2", "0"]
    assert by_stop["真駒内駅"] == ["0", "0", "0", "2", "0", "2"]
    assert by_stop["計"] == ["3", "3", "2", "2", "5", "5"]


@pytest.mark.req("T-03", "T-40")
def test_fixed_runs_of_days_nobody_looked_at_are_runs_all_the_same(engine, ridden):
    """May 2025 has 20 weekdays that are no holidays: twice as many fixed runs, whether or not we were awake."""
    runs = {row[0]: row[1:] for row in rows_of(open_may(make_web(engine)), "1日ごとの運行便数")}

    assert len(runs) == 1 + 31 + 1
    assert runs["計"][0] == "40"


@pytest.mark.req("T-23", "T-40", "T-44")
def test_extra_runs_are_counted_apart(engine, ridden):
    with transaction(engine) as session:
        parent = ridden_in(session, ridden).line.run("M2")
        extra = models.Run(
            service_day_id=parent.service_day_id,
            duty_id=parent.duty_id,
            timetable_entry_id=parent.timetable_entry_id,
            parent_run_id=parent.id,
            kind="extra",
            state="finished",
            departs_s=parent.departs_s,
            arrives_s=parent.arrives_s,
        )
        session.add(extra)
    web = make_web(engine)

    page = open_may(web)

    runs = {row[0]: row[1:] for row in rows_of(page, "1日ごとの運行便数")}
    assert runs["5月7日(水)"][:4] == ["2", "1", "1", "4"]
    plan = {row[0]: row[1:] for row in rows_of_plan(web.text("/admin/reports/"))}
    assert plan["増発便（便）"] == ["1", "80"]
    assert plan["定時運行（便）"][1] == "484"
    assert plan["予約運行（便）"] == ["1", "1,436"]
    assert plan["1日の走行距離（km）"][1] == "60"


def rows_of_plan(page):
    """Return the rows of the plan on the list's page."""
    table = page.rsplit("<table>", 1)[1]
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    return [[words(cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)] for row in rows]


def set_units(web, method, per_run="", per_hour=""):
    """Set the units of running cost from May 1 on."""
    answer = web.post(
        "/admin/reports/units/", valid_from="2025-05-01", method=method, yen_per_run=per_run, yen_per_hour=per_hour
    )
    assert answer.status_code == 303


@pytest.mark.req("T-41", "Q-57")
@pytest.mark.parametrize(
    ("method", "per_run", "per_hour", "cost"),
    [
        ("run", "2000", "", "6,000円"),
        ("hour", "", "6000", "6,900円"),  # three runs of 23 minutes
        ("mixed", "2000", "6000", "6,000円"),
        ("mixed", "3000", "6000", "6,900円"),
        ("run", "", "", "–"),
    ],
)
def test_running_cost_by_run_by_hour_or_mixed(engine, ridden, method, per_run, per_hour, cost):
    web = make_web(engine)
    open_may(web)
    with transaction(engine) as session:
        for run in session.scalars(select(models.Run).join(models.ServiceDay).where(models.ServiceDay.day != LINE_DAY)):
            run.state = "suspended"
        ridden_in(session, ridden).line.run("S3").state = "suspended"
        others = ridden.line.run("S1")
        others.state = "committed"
    set_units(make_web(engine, role="town_officer"), method, per_run, per_hour)

    total = rows_of(open_may(web), "運行経費の算定")[-1]

    assert total == ["運行経費の合計", "未設定" if cost == "–" else "", cost]


@pytest.mark.req("T-41")
def test_a_method_asks_for_its_own_units(engine, ridden):
    typed = {"valid_from": "2025-05-01", "method": "mixed", "yen_per_run": "3,000", "yen_per_hour": ""}

    answer = make_web(engine, role="town_officer").post("/admin/reports/units/", **typed)

    assert answer.status_code == 400
    assert 'id="yen_per_hour-fault"' in answer.get_data(as_text=True)


@pytest.mark.req("T-42", "T-45", "T-37")
def test_income_is_rides_and_sales_and_the_payment_is_cost_less_income(engine, ridden):
    web = make_web(engine)
    open_may(web)
    with transaction(engine) as session:
        for run in session.scalars(select(models.Run).join(models.ServiceDay).where(models.ServiceDay.day != LINE_DAY)):
            run.state = "suspended"
        books = ridden_in(session, ridden).sell(kind="ticket_book")
        passes = ridden.sell(kind="pass", subsidy_yen=1_000)
    set_units(make_web(engine, role="town_officer"), "run", "100000")

    page = open_may(web)

    income = {row[0]: row[-1] for row in rows_of(page, "運賃収入の合計")}
    assert income["乗車ごとの運賃"] == "1,400円"
    assert income["回数券"] == f"{books:,}円"
    assert income["定期券"] == f"{passes:,}円"
    total = 1_400 + books + passes
    assert income["運賃収入の合計"] == f"{total:,}円"
    assert rows_of(page, "運行経費と運賃収入")[-1][-1] == f"{300_000 - total:,}円"


@pytest.mark.req("T-43", "T-14")
def test_other_matters_come_from_the_records_and_can_be_edited(engine, ridden):
    with transaction(engine) as session:
        ridden_in(session, ridden).count("M3", "T01", "board", "adult", 1, reason="stranded")
        session.add(
            models.DelayReport(
                event_id="late",
                run_id=ridden.line.run("M2").id,
                late_s=1_200,
                actor="staff:1",
                happened_at=jst("2025-05-07 08:10"),
                received_at=jst("2025-05-07 08:10"),
            )
        )
    web = make_web(engine)

    page = open_may(web)

    assert "5月7日(水) 真駒内駅行き 2便 遅延（最大20分）" in words(page)
    assert "5月7日(水) 真駒内駅行き 3便 予約のない方の乗車1名（ほかに帰る手段がない）" in words(page)
    form = fields_of(page, 'name="text"')
    del form["csrf_token"]
    assert web.post(f"{MAY}text", **form, text="直した文").status_code == 303
    assert "遅延（最大20分）" not in words(web.text(MAY).split("<form", 1)[0])


@pytest.mark.req("T-52")
def test_a_half_year_beside_the_one_before(engine, ridden):
    web = make_web(engine, now=jst("2025-10-01 09:00"))
    web.text("/admin/reports/")

    page = web.text("/admin/reports/half-year/2025-04/")

    compared = {row[0]: row[1:] for row in rows_of(page, "前の半年との比較")}
    assert compared["乗車人数（人）"] == ["5", "0"]
    assert compared["予約運行（便）"] == ["1", "0"]
    months = {row[0]: row[1:] for row in rows_of(page, "月ごとの運行便数")}
    assert months["2025年5月"][1] == "1"


@pytest.mark.req("T-51", "L-15")
def test_who_went_where_in_one_step_and_nobody_is_named(engine, ridden):
    with transaction(engine) as session:
        rider = session.scalars(select(models.Rider)).first()
        name, phone = rider.name, rider.phone
    web = make_web(engine, role="town_officer")

    plain = web.get("/admin/reports/rows/file.csv?kind=od&first=2025-05-01&last=2025-05-31").get_data(as_text=True)
    published = web.get("/admin/reports/rows/file.csv?kind=od&first=2025-05-01&last=2025-05-31&published=yes")

    assert plain.splitlines()[1:] == ["空沼二股,真駒内駅,2"]
    assert published.get_data(as_text=True).splitlines()[1:] == ["空沼二股,真駒内駅,"]
    assert name not in plain
    assert phone not in plain


@pytest.mark.req("T-51", "L-15")
def test_what_is_published_of_few_people_cannot_be_subtracted(engine, ridden):
    """Two spans a day apart are one month, a month tells nothing while it grows, and no sum stands beside."""
    spans = ("first=2025-05-01&last=2025-05-30", "first=2025-05-02&last=2025-05-31", "first=2025-05-01&last=2025-06-30")
    paths = [f"/admin/reports/rows/?kind=od&{span}&published=yes" for span in spans]
    early = make_web(engine, role="town_officer", now=jst("2025-05-31 23:59"))
    late = make_web(engine, role="carrier", now=jst("2025-06-01 00:01"))

    assert ["空沼二股" in early.text(path) for path in paths] == [False] * 3
    assert [rows_of(late.text(path), "どこからどこへ（予約した方）")[1:] for path in paths] == [
        [["空沼二股", "真駒内駅", "–"]]
    ] * 3
    assert "2025-05-31" in late.text(paths[2])
    assert "停留所ごとの乗降" not in late.text(paths[0])


@pytest.mark.req("T-39", "T-40")
def test_the_report_as_workbook_and_as_pdf(engine, ridden):
    web = make_web(engine)
    open_may(web)

    book = openpyxl.load_workbook(BytesIO(web.client.get(f"{MAY}file.xlsx").data))
    reader = PdfReader(BytesIO(web.client.get(f"{MAY}file.pdf").data))

    assert book.sheetnames[1:] == [
        "1 運行実績",
        "2 運行経費実績",
        "3 運賃収入実績",
        "4 その他必要な事項",
        "5 支払金額",
        "6 計画との比較",
    ]
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    pages = "".join(page.extract_text() for page in reader.pages)
    for title in ("業務報告書（2025年5月分）", *book.sheetnames[1:]):
        assert title.replace(" ", "") in pages.replace(" ", ""), title
    assert reader.metadata.title == "業務報告書（2025年5月分）"
    assert reader.metadata.author is None


@pytest.mark.parametrize("typed", ['=HYPERLINK("x")', "+1+1", "-2", "@SUM(A1)", "＝1+1"])
def test_nothing_typed_becomes_a_formula(engine, ridden, typed):
    web = make_web(engine)
    form = fields_of(open_may(web), 'name="text"')
    del form["csrf_token"]
    web.post(f"{MAY}text", **form, text=typed)

    book = openpyxl.load_workbook(BytesIO(web.client.get(f"{MAY}file.xlsx").data))

    found = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value == typed]
    assert [cell.data_type for cell in found] == ["s"]


def test_every_day_of_the_report_leads_to_its_runs(engine, ridden):
    web = make_web(engine)
    links = re.findall(r'href="(/admin/reports/rows/[^"]+)"', open_may(web))

    page = web.text(next(link for link in links if "2025-05-07" in link).replace("&amp;", "&"))

    assert len(rows_of(page, "便の一覧")) == 1 + 10


@pytest.mark.parametrize(
    "path", ["/admin/reports/monthly/2025-13/", "/admin/reports/weekly/2025-05/", f"{MAY}file.doc"]
)
def test_what_does_not_exist_is_not_found(engine, ridden, path):
    assert make_web(engine).get(path).status_code == 404


def test_a_month_that_is_not_over_cannot_be_handed_in(engine, ridden):
    with transaction(engine) as session:
        session.add(
            models.Report(
                transport_service_id=ridden.line.service.id,
                kind="monthly",
                first_day=date(2025, 6, 1),
                last_day=date(2025, 6, 30),
                drafted_at=JUNE_2,
            )
        )
    web = make_web(engine)
    june = "/admin/reports/monthly/2025-06/"
    form = fields_of(web.text(june), 'name="text"')
    del form["csrf_token"]

    answer = web.post(f"{june}submit", **form, text="")

    assert answer.status_code == 409
    assert "対象の期間が終わってから" in answer.get_data(as_text=True)


@pytest.mark.req("T-39")
def test_the_sweeper_drafts_without_anybody_looking(engine, ridden):
    sweeper = Sweeper(make_world(engine, now=jst("2025-06-01 00:10")))
    worlds.install(sweeper.world)

    for monotonic_s in (0.0, 2.0):
        sweeper.sweep(monotonic_s)

    with transaction(engine) as session:
        reports = session.scalars(select(models.Report)).all()
        assert [(report.kind, report.first_day) for report in reports] == [("monthly", date(2025, 5, 1))]


@pytest.mark.req("T-39")
def test_the_start_page_says_that_a_report_is_overdue(engine, ridden):
    web = make_web(engine, now=jst("2025-06-11 08:00"))
    web.text("/admin/reports/")

    assert "提出期限を過ぎた報告書が1件あります" in web.text("/admin/")

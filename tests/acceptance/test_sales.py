"""Ticket books and passes are sold at the desk, handed over in time, used and counted (T-30 to T-37)."""

import re
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from backend.clock import Clock
from backend.db.models import Sale
from backend.db.queries import products
from backend.db.session import transaction
from tests.admin.web import Web, fields_of
from tests.make import LINE_NOW, Town, make_line
from tests.sold import TODAY, book_of, commute, issue, make_sale, product_like

HOME = "/admin/sales/"
# The table of the specification: zone, welfare, category; then 1 and 3 months without and with the underground.
PRICES = """
A        通勤             22,500  64,130  19,140  54,550
A        通学(大人)       15,000  42,750  13,080  37,280
A        通学(小学生)      9,000  25,650   8,040  22,920
A 福祉割引 通勤           15,750  44,890  14,070  40,100
A 福祉割引 通学(大人)     10,500  29,930   9,540  27,200
B        通勤             13,500  38,480  –  –
B        通学(大人)        9,000  25,650  –  –
B        通学(小学生)      5,400  15,390  –  –
B 福祉割引 通勤            9,450  26,930  –  –
B 福祉割引 通学(大人)      6,300  17,960  –  –
"""
BOOKS = [("A", "大人", "5,000"), ("A", "高齢者", "2,500"), ("B", "大人", "3,000"), ("B", "高齢者", "1,500")]
PROOF_NAMES = {"subway_pass": "真駒内を含む地下鉄の定期券", "student_card": "学生証", "welfare_proof": "障がい者手帳"}


@pytest.fixture
def line(engine):
    """The id of the line's service; its price table is loaded from the town's files."""
    with transaction(engine) as session:
        return make_line(session).id


@pytest.fixture
def desk(engine, line):
    """An operator's browser."""
    return Web(engine, role="operator", now=LINE_NOW)


def rows_of(page, caption=""):
    """Return the cells of a page's table rows as plain text; of the table with ``caption`` alone, if one is given."""
    tables = re.findall(r"<table>.*?</table>", page, re.DOTALL)
    table = next(each for each in tables if caption in each)
    cells = (
        re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in re.findall(r"<tr.*?</tr>", table, re.DOTALL)
    )
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row] for row in cells]


def pairs_of(page):
    """Return what a page's lists of pairs say."""
    found = re.findall(r"<dt>(.*?)</dt>\s*<dd[^>]*>(.*?)</dd>", page, re.DOTALL)
    return {name: " ".join(re.sub(r"<[^>]+>", " ", value).split()) for name, value in found}


def sell(desk, product, *, ticked=None, **typed):
    """Fill in the form of a sale and send it."""
    page = desk.text(f"/admin/sales/new?product={product.code}")
    form = fields_of(page, 'name="product"') | {"place": "office", "sold_on": TODAY.isoformat()}
    del form["csrf_token"]
    if product.months:
        form["starts_on"] = TODAY.isoformat()
    form |= {f"proof-{proof}": "yes" for proof in (product.proofs if ticked is None else ticked)}
    return desk.post("/admin/sales/new", **form | typed)


def sales_in(engine):
    with transaction(engine) as session:
        return session.scalar(select(func.count()).select_from(Sale))


def with_stock(engine, line, find, **stock):
    """Return a product of which pieces were issued."""
    with transaction(engine) as session:
        product = find(session, line)
        issue(session, line, product.code, **stock)
    return product


@pytest.mark.req("T-31", "Q-49")
def test_the_price_table_is_that_of_the_specification(desk):
    wanted = []
    for row in PRICES.strip().splitlines():
        *name, a, b, c, d = row.split()
        wanted.append([f"{name[0]}区間" + (" 福祉割引" if "福祉割引" in name else ""), name[-1], a, b, c, d])

    page = desk.text("/admin/sales/prices")

    assert sorted(rows_of(page, "定期券(円)")[2:]) == sorted(wanted)
    assert [
        (row[0][0], row[1][: len(book[1])], row[2], row[3])
        for row, book in zip(rows_of(page, "回数券(円)")[1:], BOOKS, strict=True)
    ] == [(zone, category, "10", price) for zone, category, price in BOOKS]
    assert "27,200円は" in page


@pytest.mark.req("T-30", "T-31", "Q-36")
def test_each_of_the_34_is_sold_at_its_price(engine, line, desk):
    with transaction(engine) as session:
        sold = products.list_products(session, line, TODAY)
        for product in sold:
            issue(session, line, product.code, pieces=1)

    paid = {}
    for product in sold:
        answer = sell(desk, product)
        assert answer.status_code == 303, product
        paid[product.code] = pairs_of(desk.text(answer.location))["お支払い額"]

    printed = re.findall(r"[\d,]+\d", PRICES)
    assert sorted(paid.values()) == sorted(f"{price}円" for price in [*printed, *(price for *_, price in BOOKS)])
    with transaction(engine) as session:
        dear = product_like(session, line, zone="A", category="student", is_welfare=True, with_subway=True, months=3)
    assert paid[dear.code] == "27,200円"


@pytest.mark.req("Q-50", "T-31")
@pytest.mark.parametrize("code", ["pass-A-pupil-welfare-1", "pass-B-commute-subway-1", "pass-A-senior-1", "x", ""])
def test_what_is_not_in_the_table_cannot_be_sold(engine, line, desk, code):
    answer = desk.post("/admin/sales/new", key=str(uuid.uuid4()), product=code, place="office", sold_on="2025-05-05")

    assert answer.status_code == 409
    assert "販売していません" in answer.get_data(as_text=True)
    assert desk.get(f"/admin/sales/new?product={code}").status_code == 404
    assert sales_in(engine) == 0


@pytest.mark.req("T-32")
def test_each_kind_asks_for_its_proofs_and_is_not_saved_unticked(engine, line, desk):
    def all_three(session, line):
        return product_like(session, line, zone="A", category="student", is_welfare=True, with_subway=True, months=1)

    product = with_stock(engine, line, all_three)
    page = desk.text(f"/admin/sales/new?product={product.code}")
    assert [name for name in PROOF_NAMES.values() if name not in page] == []

    for missing in product.proofs:
        answer = sell(desk, product, ticked=[proof for proof in product.proofs if proof != missing])
        assert answer.status_code == 409
        assert "すべてにチェック" in answer.get_data(as_text=True)
    assert sales_in(engine) == 0

    answer = sell(desk, product)
    assert answer.status_code == 303
    assert pairs_of(desk.text(answer.location))["提示していただくもの"] == "確認済"


@pytest.mark.req("T-32")
@pytest.mark.parametrize(
    ("wanted", "asked"),
    [
        ({"category": "commute", "is_welfare": False, "with_subway": False}, set()),
        ({"category": "commute", "is_welfare": False, "with_subway": True}, {"subway_pass"}),
        ({"category": "pupil", "is_welfare": False, "with_subway": False}, {"student_card"}),
        ({"category": "commute", "is_welfare": True, "with_subway": False}, {"welfare_proof"}),
    ],
)
def test_a_kind_asks_for_no_other_proof(engine, line, desk, wanted, asked):
    product = with_stock(engine, line, lambda session, line: product_like(session, line, zone="A", months=1, **wanted))

    page = desk.text(f"/admin/sales/new?product={product.code}")

    assert {proof for proof, name in PROOF_NAMES.items() if name in page} == asked
    assert sell(desk, product, ticked=()).status_code == (409 if asked else 303)


@pytest.mark.req("T-32", "Q-67")
def test_no_kind_of_booklet_is_asked_or_kept(engine, line, desk):
    def welfare(session, line):
        return product_like(session, line, zone="B", category="commute", is_welfare=True, months=1)

    product = with_stock(engine, line, welfare)
    page = desk.text(f"/admin/sales/new?product={product.code}")

    assert [word for word in ("身体", "知的", "精神", "一種", "二種") if word in page] == []
    sell(desk, product)
    with transaction(engine) as session:
        assert session.scalars(select(Sale)).one().proofs_seen == ["welfare_proof"]


@pytest.mark.req("T-33")
def test_the_month_splits_sales_by_place(engine, line, desk):
    product = with_stock(engine, line, commute, pieces=4)
    for place in ("office", "vehicle", "event", "event"):
        assert sell(desk, product, place=place).status_code == 303

    page = desk.text("/admin/sales/month?month=2025-05")

    assert rows_of(page, "販売した場所")[1:] == [
        ["販売会", "2", "27,000円", "0円", "27,000円"],
        ["営業所", "1", "13,500円", "0円", "13,500円"],
        ["車内", "1", "13,500円", "0円", "13,500円"],
    ]
    assert "販売はありません" in desk.text("/admin/sales/month?month=2025-04")
    assert sell(desk, product, place="street").status_code == 400


@pytest.mark.req("T-34")
def test_a_sale_in_the_vehicle_is_reminded_of_on_day_25_and_overdue_on_day_31(engine, line):
    product = with_stock(engine, line, commute)
    web = Web(engine, role="carrier", now=LINE_NOW)
    answer = sell(web, product, place="vehicle")
    shown = {}
    for days in (0, 24, 25, 30, 31):
        web.app.extensions["noriai"] = replace(web.world, clock=Clock.starting_at(LINE_NOW + timedelta(days=days)))
        start, home = web.text("/admin/"), web.text(HOME)
        shown[days] = (
            re.findall(r"引き渡しの期限[^。<]*件", start),
            re.findall(r'<span class="tag[^"]*">(引き渡し待ち|期限が近い|期限切れ)', home),
        )

    assert shown == {
        0: ([], ["引き渡し待ち"]),
        24: ([], ["引き渡し待ち"]),
        25: (["引き渡しの期限が近い回数券・定期券が1件"], ["期限が近い"]),
        30: (["引き渡しの期限が近い回数券・定期券が1件"], ["期限が近い"]),
        31: (["引き渡しの期限を過ぎた回数券・定期券が1件"], ["期限切れ"]),
    }
    assert home.index("期限切れ") < home.index("定期券(円)")
    sale = answer.location.partition("?")[0]
    assert web.post(f"{sale}/handover").status_code == 303
    assert "引き渡しの期限" not in web.text("/admin/")
    assert pairs_of(web.text(sale))["引き渡した日"] == "2025年6月5日(木)"


@pytest.mark.req("T-35")
def test_the_stock_shows_issued_sold_and_left(engine, line, desk):
    product = with_stock(engine, line, commute, pieces=5)
    sell(desk, product)
    sell(desk, product)

    page = desk.text("/admin/sales/stock")

    [row] = re.findall(rf'data-product="{product.code}">(.*?)</tr>', page, re.DOTALL)
    assert re.findall(r"<td[^>]*>(\d+)</td>", row) == ["5", "2", "3"]
    assert rows_of(page)[0] == ["種類", "発行枚数", "販売枚数", "在庫枚数"]


@pytest.mark.req("T-36")
def test_nothing_is_sold_without_an_agreed_batch_and_the_paper_says_all(engine, line, desk):
    with transaction(engine) as session:
        product = product_like(
            session, line, zone="A", category="commute", is_welfare=False, with_subway=False, months=3
        )
    refused = sell(desk, product)
    assert (refused.status_code, "在庫がありません" in refused.get_data(as_text=True)) == (409, True)

    form = fields_of(desk.text("/admin/sales/stock"), 'name="design_version"')
    del form["csrf_token"]
    batch = form | {"product": product.code, "first_serial": "201", "pieces": "5", "design_version": "第2版"}
    without = desk.post("/admin/sales/stock", **batch)
    assert (without.status_code, 'id="agreed_on-fault"' in without.get_data(as_text=True)) == (400, True)
    agreed = batch | {"agreed_on": "2025-04-20", "agreed_with": "市の担当課"}
    assert desk.post("/admin/sales/stock", **agreed).status_code == 303
    assert desk.post("/admin/sales/stock", **agreed).status_code == 303
    assert desk.text("/admin/sales/stock").count("第2版") == 1

    sale = sell(desk, product, starts_on="2025-05-31").location.partition("?")[0]
    paper = pairs_of(desk.text(f"{sale}/paper"))
    assert paper["通し番号"] == "201"
    assert (paper["種類"], paper["区間"], paper["デザイン・仕様"]) == ("通勤", "A区間", "第2版")
    assert paper["有効期間"] == "2025年5月31日(土)から2025年8月30日(土)まで"
    assert paper["領収額"] == "64,130円"


@pytest.mark.req("T-37")
def test_a_sale_with_a_scheme_shows_price_subsidy_and_what_was_paid(engine, line, desk):
    def student(session, line):
        return product_like(session, line, zone="B", category="student", is_welfare=False, months=1)

    product = with_stock(engine, line, student, pieces=3)
    officer = Web(engine, role="town_officer", now=LINE_NOW)
    assert officer.post("/admin/sales/schemes", code="X", name="通学定期券補助").status_code == 303
    page = desk.text(f"/admin/sales/new?product={product.code}")
    scheme_id = re.search(r'<option value="(\d+)">通学定期券補助', page).group(1)

    without = sell(desk, product, scheme_id=scheme_id)
    too_much = sell(desk, product, scheme_id=scheme_id, subsidy_yen="9001")
    sale = sell(desk, product, scheme_id=scheme_id, subsidy_yen="4500")
    sell(desk, product)

    assert (without.status_code, too_much.status_code) == (409, 409)
    shown = pairs_of(desk.text(sale.location))
    assert (shown["料金"], shown["補助額"], shown["お支払い額"]) == ("9,000円", "4,500円 通学定期券補助", "4,500円")
    month = desk.text("/admin/sales/month?month=2025-05")
    [by_scheme] = re.findall(r"<h2>補助制度ごと</h2>.*?<tbody>(.*?)</tbody>", month, re.DOTALL)
    assert re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", by_scheme) == [
        "通学定期券補助",
        "1",
        "9,000円",
        "4,500円",
        "4,500円",
    ]


@pytest.mark.req("T-30")
def test_ten_tickets_are_used_and_the_eleventh_is_refused(engine, line, desk):
    book = with_stock(engine, line, book_of)
    sale = sell(desk, book).location.partition("?")[0]

    answers = []
    for _ in range(11):
        key = fields_of(desk.text(sale), "1枚使用を記録する")["key"]
        answers.append(desk.post(f"{sale}/use", key=key))
    again = desk.post(f"{sale}/use", key=key)

    assert [answer.status_code for answer in answers] == [303] * 10 + [409]
    assert "10枚とも使用済み" in answers[-1].get_data(as_text=True)
    assert again.status_code == 409
    assert pairs_of(desk.text(sale))["使用した枚数"] == "10枚(全10枚)"


@pytest.mark.req("T-30")
def test_a_form_sent_twice_sells_one_book(engine, line, desk):
    book = with_stock(engine, line, book_of)
    key = str(uuid.uuid4())

    answers = [sell(desk, book, key=key) for _ in range(2)]
    other = sell(desk, book, key=key, place="event")

    assert [answer.status_code for answer in (*answers, other)] == [303, 303, 409]
    assert answers[0].location == answers[1].location
    assert sales_in(engine) == 1


@pytest.mark.req("Q-47")
def test_a_refund_is_a_manual_entry_with_its_reason(engine, line, desk):
    with transaction(engine) as session:
        sale = f"/admin/sales/{make_sale(session, line, commute(session, line)).public_id}"

    nameless = desk.post(f"{sale}/refund", refund_yen="5000", refund_reason=" ")
    too_much = desk.post(f"{sale}/refund", refund_yen="13501", refund_reason="転居")
    done = desk.post(f"{sale}/refund", refund_yen="5000", refund_reason="転居")

    assert (nameless.status_code, too_much.status_code, done.status_code) == (400, 409, 303)
    assert 'id="refund_reason-fault"' in nameless.get_data(as_text=True)
    assert pairs_of(desk.text(sale))["払い戻し"] == "5,000円 2025年5月5日(月) 転居"
    assert rows_of(desk.text("/admin/sales/month?month=2025-05"), "払い戻した日")[1][3:] == ["5,000円", "転居"]


@pytest.mark.req("D-08", "T-31")
def test_new_prices_count_from_their_day_and_what_was_sold_keeps_its_own(engine, line):
    product = with_stock(engine, line, commute)
    web = Web(engine, role="dispatcher", now=LINE_NOW)
    old = sell(web, product).location
    with transaction(engine) as session:
        yen = {each.code: str(each.price_yen) for each in products.list_products(session, line, TODAY)}

    past = web.post("/admin/sales/prices", valid_from="2025-05-05", **yen | {product.code: "14000"})
    wrong = web.post("/admin/sales/prices", valid_from="2025-06-01", **yen | {product.code: "14000円"})
    done = web.post("/admin/sales/prices", valid_from="2025-06-01", **yen | {product.code: "14000"})

    assert (past.status_code, wrong.status_code, done.status_code) == (409, 400, 303)
    assert "通勤 1か月」の料金を確かめてください" in wrong.get_data(as_text=True)
    assert rows_of(web.text("/admin/sales/prices"), "この日から")[1][2] == "14,000円"
    june = Web(engine, role="carrier", now=LINE_NOW + timedelta(days=30))
    assert "14,000" in june.text(HOME)
    assert pairs_of(june.text(old))["お支払い額"] == "13,500円"


def test_a_town_without_a_line_sells_nothing(engine):
    with transaction(engine) as session:
        Town(session)
    web = Web(engine, role="dispatcher")

    assert web.get(HOME).status_code == 404
    assert HOME not in web.text("/admin/")


@pytest.mark.req("T-33")
@pytest.mark.parametrize(("role", "status"), [("carrier", 303), ("dispatcher", 303), ("town_officer", 403)])
def test_the_carrier_sells_and_the_town_looks_on(engine, line, role, status):
    product = with_stock(engine, line, commute)
    web = Web(engine, role=role, now=LINE_NOW)

    form = {"product": product.code, "place": "office", "sold_on": "2025-05-05", "starts_on": "2025-05-05"}
    assert web.post("/admin/sales/new", key=str(uuid.uuid4()), **form).status_code == status
    assert web.get(HOME).status_code == 200

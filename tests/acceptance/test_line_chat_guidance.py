"""Timetable, fares, opinions and places of the line in the chat."""

import csv
import re

import pytest

from tests.architecture.sources import ROOT
from tests.bot.make_bot import event, form_path, send_form, words


def printed():
    with (ROOT / "tests/data/t_timetable_as_given.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.req("T-02", "T-03", "T-04", "T-06")
@pytest.mark.parametrize("direction", ["真駒内駅行き", "空沼二股行き"])
def test_the_timetable_equals_the_printed_one_cell_by_cell(line_guest, direction):
    line_guest.rich("timetable")
    line_guest.tap(direction)

    body = line_guest.shown[0]["contents"]["body"]["contents"]
    shown, rule = [], ""
    for piece, following in zip(body, [*body[1:], {}], strict=True):
        if piece.get("text") in {"乗降可能", "乗車のみ可能", "降車のみ可能"}:
            rule = piece["text"]
        if rule and piece["type"] == "text" and following.get("type") == "box":
            cells = [cell["text"].replace("\n", "") for cell in following["contents"]]
            shown.append([piece["text"], rule, *cells])
    given = [
        [row["stops_as_given"], row["rule"], *(row[f"run{number}"] for number in range(1, 6))]
        for row in printed()
        if row["direction"] == direction
    ]
    assert shown == given
    fixed = {"真駒内駅行き": "2便（8:05発）", "空沼二股行き": "3便（15:30発）"}[direction]
    assert f"平日は、{fixed}に予約なしで乗れます。" in line_guest.read
    assert "土日祝は、すべて予約がいります" in line_guest.read


@pytest.mark.req("T-06")
def test_a_stop_inside_a_printed_range_has_a_time_of_its_own_marked_about(line_guest):
    line_guest.rich("times")
    line_guest.tap("芸術の森入口")

    assert "1便 7:03頃" in line_guest.read
    assert "降車のみ可能" in line_guest.read


@pytest.mark.req("T-58", "T-28")
@pytest.mark.parametrize(
    ("pickup", "dropoff", "full", "half"),
    [("柏丘8丁目", "常盤", "300円", "150円"), ("南区役所前", "常盤", "500円", "250円")],
)
def test_the_fare_of_ones_own_ride_is_told(line_guest, pickup, dropoff, full, half):
    line_guest.say("運賃")
    assert "ICカード(サピカ・敬老パス等)は使えません" in line_guest.read
    line_guest.tap("自分の乗る区間の料金")
    line_guest.tap(pickup)
    line_guest.tap(dropoff)

    by_tap = words(line_guest.shown)
    line_guest.say(f"{pickup}→{dropoff} 運賃")
    for read in (by_tap, line_guest.read):
        for said in (f"{pickup} から {dropoff} へ", full, half, "無料", "使えません"):
            assert said in read


@pytest.mark.req("T-58", "T-32")
def test_full_tables_who_gets_which_and_passes_are_told(line_guest):
    line_guest.rich("fares")
    for said in ("真駒内駅", "500円", "250円", "300円", "150円", "福祉乗車証をお持ちの方", "無料"):
        assert said in line_guest.read
    line_guest.tap("回数券・定期券の値段")
    for said in ("22,500円", "64,130円", "17,960円", "5,000円", "1,500円"):
        assert said in line_guest.read
    line_guest.rich("fares")
    line_guest.tap("だれがどの料金か")
    assert "手帳を見せてください" in line_guest.read


@pytest.mark.req("L-03", "T-49")
def test_an_opinion_is_written_on_a_page_of_ours_and_numbered(line_guest):
    line_guest.say("意見")
    path = form_path(line_guest, "opinion")
    assert send_form(line_guest, path, kind="opinion", text="").status_code == 422

    services = re.search(
        r'name="service" type="radio" value="(\d+)"', line_guest.client.get(path).get_data(as_text=True)
    )
    answer = send_form(
        line_guest,
        path,
        kind="complaint",
        text="夕方の便を増やしてください",
        **({"service": services[1]} if services else {}),
    )

    assert re.search(r"受付番号は2025-\d{4}です", answer.get_data(as_text=True))
    assert send_form(line_guest, path, kind="opinion", text="もう一度").status_code in {400, 410}
    line_guest.say("夕方の便を増やしてください")
    assert "わかりませんでした" in line_guest.read


@pytest.mark.req("D-33")
def test_who_is_far_away_is_told_so(line_guest):
    line_guest.send(
        event(line_guest.user_id, message={"type": "location", "id": "1", "latitude": 35.68, "longitude": 139.76})
    )

    assert "区域の外" in line_guest.read


def test_a_stop_is_kept_at_hand_and_left_off_from_its_page(rider_of_both):
    rider = rider_of_both
    rider.say("常盤神社下")
    rider.tap("よく使う場所に入れる")
    assert "よく使う場所に入れました" in rider.read
    rider.tap("よく使う場所からはずす")
    assert "よく使う場所からはずしました" in rider.read
    assert "よく使う場所に入れる" in rider.labels()


def test_the_line_is_spoken_of_in_english_too(line_guest):
    line_guest.say("English")
    line_guest.rich("timetable")
    line_guest.tap("真駒内駅行き")
    assert "Getting off only" in line_guest.read
    for verb, said in (
        ("fares", "IC cards"),
        ("passes", "Ticket books"),
        ("proofs", "welfare pass"),
        ("times", "Times"),
    ):
        line_guest.rich(verb)
        assert said in line_guest.read
    line_guest.rich("book")
    line_guest.tap("To 真駒内駅")
    line_guest.tap("常盤")
    line_guest.tap_verb("day")
    assert "can be booked (4 places left)" in line_guest.read

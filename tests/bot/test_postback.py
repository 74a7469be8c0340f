from datetime import date

import pytest

from backend.domain.offers import Promise, WishKind
from backend.domain.party import Party
from bot import postback
from bot.drafts import BOOKING, Draft, back, from_text, next_question, to_text
from bot.postback import Choice, Tap

DAY = date(2022, 11, 28)
CHOICE = Choice(
    DAY, WishKind.ARRIVE, 36000, 12, 4015, Party.of({"adult": 2, "child": 1}, wheelchairs=1), Promise(1, 2, 3)
)
FULL = Draft(BOOKING, "k3", 12, 15, DAY, WishKind.ARRIVE, 36000, CHOICE.party, Promise(1, 2, 3), "b-1", "ask_time", 7)


def test_a_tap_comes_back_as_it_went():
    tap = Tap("from", "k_-3", "17")

    assert postback.parse(postback.encode(tap)) == tap


@pytest.mark.parametrize(
    "data",
    [
        "",
        "nr1",
        "nr1:from",
        "nr0:from:k:1",
        "action=buy",
        "nr1:" + "x" * 400 + "::",
        "nr1:drop::a\0",
        "nr1:drop::\ud800",
    ],
)
def test_what_is_not_ours_is_nothing(data):
    assert postback.parse(data) is None


def test_a_choice_comes_back_as_it_went_and_fits_a_button():
    data = postback.encode(Tap("yes", "abcdefgh", postback.encode_choice(CHOICE)))

    assert postback.parse_choice(postback.parse(data).value) == CHOICE
    assert len(data) < 150


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2022-11-28",
        "2022-11-31.a.36000.12.15.1.2.3.adult1",
        "2022-11-28.x.36000.12.15.1.2.3.adult1",
        "2022-11-28.a.-1.12.15.1.2.3.adult1",
        "2022-11-28.a.36000.12.99999999999999999999.1.2.3.adult1",
        "2022-11-28.a.36000.12.15.1.2.3.w1",
        "2022-11-28.a.36000.12.15.1.2.3.adult1_w2",
        "2022-11-28.a.36000.12.15.1.2.3.adult1.more",
        "2022-11-28.a.36000.12.15.1.2.3.king1",
        "2022-11-28.a.99999999.12.15.1.2.3.adult1",
        "2022-11-28.a.36000.12.15.1.2.99999999.adult1",
        "0001-01-01.a.36000.12.15.1.2.3.adult1",
    ],
)
def test_a_forged_choice_is_nothing(text):
    assert postback.parse_choice(text) is None


@pytest.mark.parametrize("text", ["", "adult", "adult0", "adult1000", "1", "adult1__", "w1"])
def test_a_forged_party_is_nothing(text):
    assert postback.parse_party(text) is None


@pytest.mark.parametrize(
    ("text", "wished"), [("d36000", (WishKind.DEPART, 36000)), ("d", None), ("x1", None), ("d86400", None)]
)
def test_times_are_read_back(text, wished):
    assert postback.parse_time(text) == wished


def test_a_draft_comes_back_as_it_was_saved():
    assert from_text(to_text(FULL)) == FULL


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"topic": "booking", "kind": "fly"}'])
def test_a_draft_of_another_release_is_forgotten(text):
    assert from_text(text) == Draft()


def test_a_draft_holds_ids_only():
    assert len(to_text(FULL)) < 400


def test_going_back_takes_one_answer_after_the_other_away():
    draft = Draft(BOOKING, "k", 1, 2, DAY, WishKind.DEPART, 36000, service=7)
    asked = []
    while draft is not None:
        asked.append(next_question(draft))
        draft = back(draft)

    assert asked == ["offers", "ask_time", "ask_day", "ask_dropoff", "ask_pickup"]

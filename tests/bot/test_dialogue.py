"""The conversations as tables: a draft, what was said, what comes of it. No database, no LINE."""

from dataclasses import replace
from datetime import date

import pytest

from backend.domain.offers import WishKind
from backend.domain.party import Party
from bot import dialogue
from bot.dialogue import words
from bot.dialogue.trips import encode as encode_trip
from bot.dialogue.turns import (
    Book,
    Cancel,
    Context,
    Followed,
    LastTrip,
    MakeLink,
    Place,
    ServiceFacts,
    SpeakLanguage,
    StopName,
    Wordless,
    Words,
)
from bot.drafts import BOOKING, BOOKINGS, GUIDE, MENU, Draft
from bot.postback import Tap

TODAY = date(2022, 11, 25)
MONDAY, TUESDAY = date(2022, 11, 28), date(2022, 11, 29)
STOPS = (
    StopName(1, "真駒内駅", "まこまないえき"),
    StopName(2, "泉町三丁目", "いずみまちさんちょうめ"),
    StopName(3, "泉町中央", "いずみまちちゅうおう"),
    StopName(4, "南町3丁目", "みなみまちさんちょうめ"),
)
ALONE = Party.of({"senior": 1})
DAYS = (TODAY, MONDAY, TUESDAY)
AREA = ServiceFacts(7, True, STOPS, DAYS, DAYS, 36000, 32400, 54000)
MEMBER = Context(TODAY, "fresh", True, True, 0, (AREA,), (), ALONE)
GUEST = replace(MEMBER, is_member=False, is_known=False, services=(ServiceFacts(7, True, STOPS),))
EMPTY = Draft(BOOKING, "k", service=7)
HALF = replace(EMPTY, pickup=1)
FULL = Draft(BOOKING, "k", 1, 2, MONDAY, WishKind.DEPART, 36000, service=7)
YES = "2022-11-28.d.36000.1.2.36000.36600.39600.senior1"


@pytest.mark.parametrize(
    ("draft", "said", "prompt"),
    [
        pytest.param(Draft(), Tap("book"), "ask_pickup", id="a booking begins"),
        pytest.param(HALF, Tap("from", "k", "2"), "ask_dropoff", id="another pick-up stop"),
        pytest.param(HALF, Tap("to", "k", "2"), "ask_day", id="a drop-off stop"),
        pytest.param(HALF, Tap("to", "k", "99"), "ask_dropoff", id="a stop that is not served"),
        pytest.param(HALF, Tap("letter", "k", "あ"), "letter", id="a first letter"),
        pytest.param(replace(HALF, dropoff=2), Tap("day", "k", "2022-11-28"), "ask_time", id="a day"),
        pytest.param(replace(HALF, dropoff=2), Tap("day", "k", "2022-11-27"), "day_refused", id="a closed day"),
        pytest.param(replace(HALF, dropoff=2), Tap("day", "k", "never"), "ask_day", id="no day"),
        pytest.param(replace(FULL, time_s=None), Tap("time", "k", "a36000"), "offers", id="a time"),
        pytest.param(FULL, Tap("edit", "k"), "edit", id="something to mend"),
        pytest.param(replace(FULL, editing="edit"), Tap("back", "k"), "offers", id="nothing to mend after all"),
        pytest.param(replace(FULL, editing="edit"), Wordless(), "edit", id="still something to mend"),
        pytest.param(FULL, Tap("yes", "k", YES.replace(".1.2.", ".1.99.")), "offers", id="yes to a stop not served"),
        pytest.param(FULL, Tap("pick", "k", YES.replace(".1.2.", ".1.99.")), "offers", id="a stop not served"),
        pytest.param(FULL, Tap("edit", "k", "day"), "ask_day", id="the day to mend"),
        pytest.param(FULL, Tap("edit", "k", "name"), "offers", id="nothing one can mend"),
        pytest.param(FULL, Tap("party", "k", "adult2"), "ask_party", id="one more rider"),
        pytest.param(FULL, Tap("pick", "k", YES), "offers", id="another ride"),
        pytest.param(FULL, Tap("yes", "k", YES), "booked", id="yes"),
        pytest.param(FULL, Tap("yes", "k", "anything"), "offers", id="a forged yes"),
        pytest.param(FULL, Tap("yes", "old", YES), "recall", id="a yes of a former draft"),
        pytest.param(FULL, Tap("from", "old", "2"), "offers", id="a stop of a former draft"),
        pytest.param(FULL, Tap("back", "old"), "offers", id="back of a former draft"),
        pytest.param(FULL, Tap("back", "k"), "ask_time", id="back"),
        pytest.param(EMPTY, Tap("back", "k"), "ask_pickup", id="back at the start"),
        pytest.param(FULL, Tap("quit", "k"), "menu", id="stop"),
        pytest.param(FULL, Tap("unknown"), "offers", id="a button of another release"),
        pytest.param(Draft(), Tap("unknown"), "menu", id="an unknown button"),
        pytest.param(Draft(GUIDE), Tap("back"), "menu", id="back from the guidance"),
        pytest.param(FULL, Tap("phone"), "phone", id="the number"),
        pytest.param(Draft(), Tap("stop", "", "3"), "stop", id="a stop's page"),
        pytest.param(Draft(), Tap("stop", "", "99"), "menu", id="a stop that is gone"),
        pytest.param(Draft(), Tap("start-from", "", "3"), "ask_dropoff", id="riding from a stop's page"),
        pytest.param(Draft(), Tap("start-to", "", "3"), "ask_pickup", id="riding to a stop's page"),
        pytest.param(HALF, Place(43.0, 141.3), "near", id="a place while a stop is asked for"),
        pytest.param(Draft(), Place(43.0, 141.3), "near", id="a place out of the blue"),
        pytest.param(FULL, Wordless(), "offers", id="a sticker in a booking"),
        pytest.param(Draft(), Wordless(), "menu", id="a sticker"),
        pytest.param(Draft(), Followed(), "welcome", id="added as a friend"),
        pytest.param(Draft(), Tap("register"), "menu", id="registered already"),
        pytest.param(Draft(), Tap("settings"), "settings_link", id="own data"),
        pytest.param(Draft(), Tap("bookings"), "bookings", id="own bookings"),
        pytest.param(Draft(), Tap("cancel", "", "b-1"), "ask_cancel", id="to cancel one"),
        pytest.param(Draft(), Tap("change", "", "b-1"), "change", id="to change one"),
    ],
)
def test_each_thing_said_leads_somewhere(draft, said, prompt):
    assert dialogue.step(draft, said, MEMBER).prompt.name == prompt


@pytest.mark.parametrize(
    ("draft", "text", "prompt"),
    [
        (Draft(), "予約", "ask_pickup"),
        (Draft(), "よやく", "ask_pickup"),
        (Draft(), "ﾖﾔｸ", "ask_pickup"),
        (Draft(), "予約をキャンセルしたい", "bookings"),
        (Draft(), "とりけし", "bookings"),
        (Draft(), "でんわ", "phone"),
        (Draft(), "料金はいくらですか", "fares"),
        (Draft(), "停留所", "guide"),
        (Draft(), "まこまないえき", "stop"),
        (Draft(), "マコマナイエキ", "stop"),
        (Draft(), "泉町", "found"),
        (Draft(), "使い方", "help"),
        (FULL, "もどる", "ask_time"),
        (FULL, "やめる", "menu"),
        (HALF, "泉町3丁目", "ask_day"),
        (HALF, "泉町三丁目に行きたい", "ask_day"),
        (HALF, "泉町", "found"),
        (HALF, "電話", "phone"),
        (replace(HALF, dropoff=2), "明後日", "day_refused"),
        (replace(HALF, dropoff=2), "きょう", "ask_time"),
        (replace(HALF, dropoff=2), "１１／２８", "ask_time"),
        (replace(HALF, dropoff=2), "２８日", "ask_time"),
        (replace(FULL, time_s=None), "１０時半", "offers"),
        (replace(FULL, time_s=None), "10", "offers"),
        (replace(FULL, editing="ask_party"), "３人", "ask_party"),
        (Draft(), "", "menu"),
        (Draft(), "ばか", "menu"),
    ],
)
def test_typed_words_never_end_in_nothing(draft, text, prompt):
    assert dialogue.step(draft, Words(text), MEMBER).prompt.name == prompt


def test_words_nobody_understands_lead_to_the_desk_the_second_time():
    first = dialogue.step(Draft(), Words("むにゃむにゃ"), MEMBER)
    second = dialogue.step(Draft(), Words("むにゃむにゃ"), replace(MEMBER, misses=1))

    assert (first.prompt.name, first.prompt.note, first.is_understood) == ("menu", "bot-not-understood", False)
    assert (second.prompt.name, second.is_understood) == ("desk", False)


def test_three_typed_persons_ride_as_the_person_alone_does():
    turn = dialogue.step(replace(FULL, editing="ask_party"), Words("３人"), MEMBER)

    assert turn.draft.party == Party.of({"senior": 3})


def test_a_typed_arrival_is_an_arrival():
    turn = dialogue.step(replace(FULL, time_s=None), Words("10時半までに"), MEMBER)

    assert (turn.draft.kind, turn.draft.time_s) == (WishKind.ARRIVE, 37800)


def test_yes_books_what_the_button_carried():
    turn = dialogue.step(replace(FULL, pickup=3, time_s=50000), Tap("yes", "k", YES), MEMBER)

    assert isinstance(turn.act, Book)
    assert (turn.act.choice.pickup_stop_id, turn.act.choice.time_s, turn.act.token) == (1, 36000, "k")


def test_only_a_confirmed_cancellation_cancels():
    assert dialogue.step(Draft(), Tap("cancel", "", "b-1"), MEMBER).act is None
    assert dialogue.step(Draft(), Tap("drop", "", "b-1"), MEMBER).act == Cancel("b-1")


@pytest.mark.parametrize("verb", ["book", "bookings", "booking", "cancel", "drop", "change", "start-from", "start-to"])
def test_who_is_no_member_is_shown_the_purpose_and_nothing_is_done(verb):
    turn = dialogue.step(Draft(), Tap(verb, "", "1"), GUEST)

    assert (turn.prompt.name, turn.act, turn.draft.topic) == ("consent", None, MENU)


def test_the_link_comes_only_after_consent():
    assert dialogue.step(Draft(), Tap("register"), GUEST).act is None
    assert dialogue.step(Draft(), Tap("agree"), GUEST).act == MakeLink("register")
    assert dialogue.step(Draft(), Tap("agree"), MEMBER).act is None
    assert dialogue.step(Draft(), Tap("settings"), GUEST).act is None


def test_another_language_is_spoken_on_request():
    assert dialogue.step(Draft(), Words("English"), GUEST).act == SpeakLanguage("en")
    assert dialogue.step(Draft(), Tap("japanese"), MEMBER).act == SpeakLanguage("ja")


def test_the_same_stop_twice_is_asked_again():
    turn = dialogue.step(HALF, Tap("to", "k", "1"), MEMBER)

    assert (turn.prompt.name, turn.prompt.note, turn.draft.dropoff) == ("ask_dropoff", "bot-same-stop", None)


TRIP = LastTrip(1, 2, ALONE, WishKind.DEPART, 34200, 7)


@pytest.mark.parametrize(
    ("trip", "is_return", "expected"),
    [
        pytest.param(TRIP, False, (1, 2, MONDAY, 34200), id="too late for it today: the next day"),
        pytest.param(replace(TRIP, time_s=36000), False, (1, 2, TODAY, 36000), id="still today"),
        pytest.param(TRIP, True, (2, 1, TODAY, 41400), id="the way back two hours later"),
        pytest.param(replace(TRIP, time_s=50400), True, (2, 1, TODAY, 52200), id="not after the last ride"),
        pytest.param(
            replace(TRIP, upcoming=TUESDAY, arrive_s=36900), True, (2, 1, TUESDAY, 41400), id="after the ride booked"
        ),
    ],
)
def test_a_former_ride_is_taken_again_at_the_next_time_there_is(trip, is_return, expected):
    context = replace(MEMBER, trips=(trip,))
    begun = dialogue.step(Draft(), Tap("book"), context)
    assert begun.prompt.name == "trips"

    turn = dialogue.step(begun.draft, Tap("again", "fresh", encode_trip(trip, is_return=is_return)), context)

    draft = turn.draft
    assert turn.prompt.name == "offers"
    assert (draft.pickup, draft.dropoff, draft.day, draft.time_s) == expected


def test_a_former_ride_without_an_open_day_asks_for_the_day():
    context = replace(MEMBER, services=(replace(AREA, days=(), open_days=()),), trips=(TRIP,))
    begun = dialogue.step(Draft(), Tap("book"), context)

    turn = dialogue.step(begun.draft, Tap("again", "fresh", encode_trip(TRIP)), context)

    assert turn.prompt.name == "ask_day"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "1.2",
        "1.2.d36000.adult1.",
        "x.2.d36000.adult1..7",
        "1.2.36000.adult1..7",
        "1.2.d36000.x..7",
        "1.99.d36000.adult1..7",
        "1.2.d36000.adult1..8",
    ],
)
def test_a_forged_former_ride_changes_nothing(value):
    draft = EMPTY

    assert dialogue.step(draft, Tap("again", "k", value), MEMBER).draft == draft


def test_bookings_keep_the_draft_out_of_the_way():
    assert dialogue.step(FULL, Tap("bookings"), MEMBER).draft == Draft(topic=BOOKINGS)


@pytest.mark.parametrize(
    ("text", "found"),
    [("真駒内駅", [1]), ("いずみ", [2, 3]), ("南町三丁目", [4]), ("ま", [1]), ("　", []), ("ほっかいどう", [])],
)
def test_stops_are_found_by_name_and_kana_in_any_spelling(text, found):
    assert words.find_stops(text, STOPS) == found


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("今日", TODAY),
        ("あした", date(2022, 11, 26)),
        ("1月5日", date(2023, 1, 5)),
        ("2/30", None),
        ("29", TUESDAY),
        ("りんご", None),
    ],
)
def test_days_are_read(text, day):
    assert words.day_of(text, today=TODAY, days=(TODAY, MONDAY, TUESDAY)) == day


LINE_STOPS = (
    StopName(11, "空沼二股", "そらぬまふたまた"),
    StopName(12, "常盤", "ときわ"),
    StopName(13, "柏丘8丁目", "かしわおかはっちょうめ"),
    StopName(14, "真駒内駅", "まこまないえき"),
)
PAIRS = frozenset({(11, 12), (12, 11), (11, 14), (12, 14), (14, 12), (14, 11)})
LINE = ServiceFacts(8, False, LINE_STOPS, (TODAY, MONDAY), (MONDAY,), pairs=PAIRS)
BOTH = replace(MEMBER, services=(AREA, LINE))
STRANGER = replace(GUEST, services=(LINE,))
STRANGER_OF_BOTH = replace(GUEST, services=(ServiceFacts(7, True, STOPS), LINE))
ON_LINE = Draft(BOOKING, "k", service=8)
NEW = Draft(BOOKING, "k")


@pytest.mark.parametrize(
    ("draft", "said", "context", "prompt"),
    [
        pytest.param(Draft(), Tap("book"), BOTH, "ask_service", id="two services: which"),
        pytest.param(Draft(), Tap("book"), STRANGER, "trips", id="only a line: likely ends, no question which"),
        pytest.param(NEW, Tap("service", "k", "8"), BOTH, "trips", id="the line"),
        pytest.param(NEW, Tap("service", "k", "7"), BOTH, "ask_pickup", id="the area"),
        pytest.param(NEW, Tap("service", "k", "7"), STRANGER_OF_BOTH, "consent", id="the area asks for membership"),
        pytest.param(NEW, Tap("service", "k", "9"), BOTH, "ask_service", id="no such service"),
        pytest.param(NEW, Tap("letter", "k", "あ"), BOTH, "letter", id="a letter is the area's"),
        pytest.param(NEW, Tap("letter", "k", "あ"), STRANGER_OF_BOTH, "ask_service", id="no letter without membership"),
        pytest.param(NEW, Tap("from", "k", "12"), BOTH, "ask_dropoff", id="a stop says which service"),
        pytest.param(NEW, Words("常盤"), BOTH, "ask_dropoff", id="a named stop too"),
        pytest.param(NEW, Words("真駒内駅"), BOTH, "found", id="a name that both services know"),
        pytest.param(NEW, Place(43.0, 141.3), BOTH, "near", id="a place before a service was chosen"),
        pytest.param(ON_LINE, Tap("to", "k", "14"), STRANGER, "ask_pickup", id="a likely end"),
        pytest.param(replace(ON_LINE, dropoff=14), Tap("from", "k", "12"), STRANGER, "ask_day", id="then where from"),
        pytest.param(replace(ON_LINE, pickup=13), Tap("to", "k", "14"), STRANGER, "pair_refused", id="not sold"),
        pytest.param(
            replace(ON_LINE, pickup=11, dropoff=12, day=MONDAY), Words("9時"), STRANGER, "ask_time", id="runs"
        ),
        pytest.param(Draft(), Tap("timetable"), STRANGER, "timetable", id="the timetable"),
        pytest.param(Draft(), Tap("timetable"), MEMBER, "menu", id="no timetable in a town without one"),
        pytest.param(Draft(), Tap("times", "", "99"), STRANGER, "times", id="times at no stop"),
        pytest.param(Draft(), Tap("follow", "", "../x"), STRANGER, "followed", id="a forged run"),
        pytest.param(Draft(), Tap("fare", "", "11.12"), STRANGER, "fare", id="a fare"),
        pytest.param(Draft(), Tap("passes"), MEMBER, "menu", id="no passes without a line"),
        pytest.param(Draft(), Words("時刻表"), STRANGER, "timetable", id="asked for by word"),
        pytest.param(Draft(), Words("運賃 柏丘8丁目→常盤"), STRANGER, "fare", id="a fare by word"),
        pytest.param(Draft(), Words("運賃"), STRANGER, "fares", id="all fares by word"),
        pytest.param(Draft(), Words("ご意見"), STRANGER, "opinion_link", id="an opinion"),
        pytest.param(Draft(), Tap("bookings"), STRANGER, "bookings", id="bookings of a stranger are none"),
        pytest.param(Draft(), Tap("drop", "", "b-1"), STRANGER, "bookings", id="a stranger gives nothing up"),
    ],
)
def test_the_line_and_the_area_share_one_conversation(draft, said, context, prompt):
    assert dialogue.step(draft, said, context).prompt.name == prompt


def test_a_stranger_says_yes_and_is_asked_for_name_and_phone_while_the_draft_waits():
    ready = Draft(BOOKING, "k", 11, 12, MONDAY, WishKind.DEPART, 36000, service=8)
    yes = "2022-11-28.d.36000.11.12.36000.36000.36120.adult1"

    turn = dialogue.step(ready, Tap("yes", "k", yes), STRANGER)
    known = replace(STRANGER, is_known=True)
    resumed = dialogue.booking.resumed(turn.draft, known)

    assert (turn.prompt.name, turn.act) == ("guest_link", MakeLink("guest"))
    assert isinstance(resumed.act, Book)
    assert resumed.act.token == "k"
    assert dialogue.booking.resumed(Draft(), known).prompt.name == "menu"
    assert dialogue.booking.resumed(replace(turn.draft, promise=None), known).act is None


def test_another_first_stop_that_does_not_go_with_the_second_asks_for_the_second_again():
    draft = Draft(BOOKING, "k", 11, 12, MONDAY, WishKind.DEPART, 36000, editing="ask_pickup", service=8)

    refused = dialogue.step(draft, Tap("from", "k", "13"), STRANGER).draft
    taken = dialogue.step(draft, Tap("from", "k", "14"), STRANGER).draft

    assert (refused.pickup, refused.dropoff) == (13, None)
    assert (taken.pickup, taken.dropoff, taken.time_s) == (14, 12, None)


def test_the_way_back_on_a_line_asks_for_the_run():
    trip = LastTrip(11, 14, ALONE, WishKind.DEPART, 36000, 8)
    context = replace(STRANGER, is_known=True, trips=(trip,))
    begun = dialogue.step(Draft(), Tap("book"), context)

    back = dialogue.step(begun.draft, Tap("again", "fresh", encode_trip(trip, is_return=True)), context)
    same = dialogue.step(begun.draft, Tap("again", "fresh", encode_trip(trip)), context)

    assert (back.prompt.name, back.draft.pickup, back.draft.day, back.draft.time_s) == ("ask_time", 14, MONDAY, None)
    assert (same.prompt.name, same.draft.time_s) == ("offers", 36000)


@pytest.mark.parametrize(
    ("text", "named"),
    [("柏丘8丁目から常盤まで", [13, 12]), ("トキワ", []), ("空沼二股", [11]), ("真駒内駅 空沼二股 常盤", [14, 11, 12])],
)
def test_stops_in_a_sentence_are_read_in_their_order(text, named):
    assert words.stops_in(text, LINE_STOPS) == named

import io
import json

import pytest

from routing.lookahead import Foresight
from routing.protocol import serve
from tests.routing.days import ask_json, day_json, vehicle_json

ASKS = {"type": "request", "t": 32_400, "request": ask_json("r7")}
TAKES = {"type": "choice", "t": 32_400, "req": "r7", "taken": 0}


@pytest.fixture(params=[1, 5])  # one that looks ahead, and the cheapest place
def begins(request, tmp_path):
    path = tmp_path / "day.json"
    path.write_text(json.dumps(day_json() | {"vehicles": [vehicle_json(number) for number in range(request.param)]}))
    return {"type": "init", "scenario": str(path), "strict": True}


def talk(*messages):
    """Return the answers to messages; what is bytes or text is sent as it is."""
    lines = [each if isinstance(each, bytes | str) else json.dumps(each) for each in messages]
    sent = b"".join((line if isinstance(line, bytes) else line.encode()) + b"\n" for line in lines)
    stdout = io.StringIO()
    serve(io.TextIOWrapper(io.BytesIO(sent), encoding="utf-8"), stdout, foresight=Foresight(100, 50))
    return [json.loads(line) for line in stdout.getvalue().splitlines()]


def asks(**other):
    return ASKS | {"request": ask_json("r7", **other)}


def riders(visits):
    return [label for visit in visits for label in visit["pick"]]


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (asks(time=10**25), "request r7: time must be a whole number"),
        (asks(o=99), "request r7: there is no stop 99"),
        (asks(d=-1), "request r7: there is no stop -1"),
        (asks(pax=-3), "request r7: pax must be a whole number from 1 to"),
        (asks(kind="fly"), "request r7: kind must be depart or arrive, not 'fly'"),
        (asks(wheelchair=3), "request r7: wheelchair must be"),
        (asks(id=[]), "request: id must be a text, not []"),
        (ASKS | {"request": []}, "request: not a JSON object"),
        (ASKS | {"t": True}, "t must be a whole number"),
        (ASKS | {"t": 10**25}, "t must be a whole number"),
        ({"type": "advance", "t": 10**25}, "t must be a whole number"),
        ({"type": "advance", "t": True}, "t must be a whole number"),
        ({"type": "advance"}, "'t' is missing"),
        ({"type": "dance"}, "not understood: no such message: dance"),
        ({"type": "init", "scenario": "/nowhere.json", "strict": True}, "/nowhere.json: No such file"),
        ({"type": "init", "scenario": "/nowhere.json", "strict": "yes"}, "strict must be true or false"),
        ([1], "not a JSON object"),
        ("[" * 100_000, "not understood"),
        ("9" * 5_000, "not understood"),
        (b'{"type": "\xff"}', "not understood"),
        (TAKES | {"taken": -1}, "there is no offer -1"),
        (TAKES | {"taken": 1}, "there is no offer 1"),
        (TAKES | {"taken": True}, "there is no offer True"),
        ({"type": "choice", "req": "r7"}, "'taken' is missing"),
        (TAKES | {"req": "r6"}, "r6 is not who asked last"),
        (TAKES | {"req": "r6", "taken": None}, "r6 is not who asked last"),
        (TAKES | {"req": None}, "req must be a text"),
    ],
)
def test_a_line_that_makes_no_sense_is_told_and_changes_nothing(message, reason, begins):
    plain = talk(begins, ASKS, TAKES, {"type": "finish"})

    begun, asked, error, *rest = talk(begins, ASKS, message, TAKES, {"type": "finish"})

    assert list(error) == ["error"]
    assert error["error"].startswith(reason)
    assert [begun, asked, *rest] == plain
    assert riders(rest[-1]["visits"]) == ["r7"]


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ([], TAKES),
        ([], {"type": "choice", "taken": 0}),
        ([ASKS, TAKES | {"taken": None}], TAKES),
        ([ASKS, {"type": "finish"}], TAKES),
        ([ASKS, asks(id="r8")], TAKES),
    ],
)
def test_an_offer_that_is_not_open_cannot_be_taken(before, said, begins):
    *_, error, end = talk(begins, *before, said, {"type": "finish"})

    assert list(error) == ["error"]
    assert end == {"visits": []}


def test_a_ride_to_where_it_begins_is_refused_and_the_next_one_is_not(begins):
    nowhere = ask_json("r6", o=1, d=1)

    *_, refused, passed, taken = talk(
        begins, ASKS | {"request": nowhere}, {"type": "choice", "t": 32_400, "req": "r6", "taken": None}, ASKS
    )

    assert (refused, passed) == ({"offers": []}, {})
    assert taken["offers"]


def test_who_rides_cannot_ask_again(begins):
    *_, error, end = talk(begins, ASKS, TAKES, asks(time=40_000), {"type": "finish"})

    assert error == {"error": "request r7: has an offer taken already"}
    assert riders(end["visits"]) == ["r7"]


def test_a_choice_need_not_name_who_asked(begins):
    *_, end = talk(begins, ASKS, {"type": "choice", "taken": 0}, {"type": "finish"})

    assert riders(end["visits"]) == ["r7"]


def test_a_dispatcher_that_cannot_go_on_says_so(begins, monkeypatch):
    def fails(*_):
        raise RuntimeError("vehicle 0 cannot keep its promises")

    monkeypatch.setattr("routing.dispatcher.Dispatcher.confirm", fails)
    monkeypatch.setattr("routing.lookahead.Lookahead.confirm", fails)

    *_, error, end = talk(begins, ASKS, TAKES, {"type": "advance", "t": 32_500})

    assert error == {"error": "not done: vehicle 0 cannot keep its promises"}
    assert list(end) == ["visits"]

"""The last rides on buttons: what a resident can ride again with one tap."""

import json

from bot.screens import booking
from bot.screens.booking import TripLine
from bot.screens.parts import Look

LOOK = Look("ja", "")
OUT, HOME = TripLine(1, "常盤", "泉町中央", "out", "out-back"), TripLine(1, "泉町中央", "常盤", "home", "home-back")


def counts(*shown):
    """Return how many former rides and how many ways back are offered."""
    said = json.dumps(booking.former(LOOK, shown), ensure_ascii=False)
    return said.count('"前と同じ"'), said.count('"帰り"')


def test_the_way_back_is_offered():
    assert counts(OUT) == (1, 1)


def test_who_rode_out_and_home_is_not_offered_each_way_twice():
    assert counts(OUT, HOME) == (2, 0)


def test_the_same_way_on_another_service_is_another_ride():
    assert counts(OUT, TripLine(2, "泉町中央", "常盤", "line", "line-back")) == (2, 2)

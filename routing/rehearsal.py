"""Plays short made-up days, so that everything a dispatcher needs is compiled before a real one begins."""

from dataclasses import replace

from routing.generated import town_day
from routing.lookahead import MOST_VEHICLES, Foresight
from routing.scenario import Scenario
from routing.simulate import dispatcher_for, drive
from routing.standby import FEW_VEHICLES

_ASKS = 6
_BRIEFLY = Foresight(plays=20, move_plays=20)


def rehearse() -> None:
    """Let each kind of dispatcher answer a few wishes."""
    days = [town_day(_ASKS, vehicles, seed=1, profile="booked") for vehicles in (1, MOST_VEHICLES + 1)]
    for day in (*days, _impatient_day()):
        drive(day, dispatcher_for(day, strict=False, foresight=_BRIEFLY), strict=False)


def _impatient_day() -> Scenario:
    """Return a day of a large fleet on which nobody waits, so that some are refused and vehicles are sent."""
    day = town_day(_ASKS, FEW_VEHICLES + 1, seed=1, profile="now")
    return replace(day, rules=replace(day.rules, max_wait_s=0))

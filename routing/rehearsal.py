"""Plays short made-up days, so that everything a dispatcher needs is compiled before a real one begins."""

from routing.generated import town_day
from routing.lookahead import MOST_VEHICLES, Foresight
from routing.simulate import dispatcher_for, drive
from routing.standby import FEW_VEHICLES

_ASKS = 6
_BRIEFLY = Foresight(plays=20, move_plays=20)


def rehearse() -> None:
    """Let each kind of dispatcher answer a few wishes."""
    for vehicles in (1, MOST_VEHICLES + 1, FEW_VEHICLES + 1):
        day = town_day(_ASKS, vehicles, seed=1, profile="booked")
        drive(day, dispatcher_for(day, strict=False, foresight=_BRIEFLY), strict=False)

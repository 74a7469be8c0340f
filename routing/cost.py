"""What a plan is worth: one number, lower is better. The unit is one second of driving."""

from collections.abc import Sequence
from dataclasses import dataclass

from routing.problem import Itinerary
from routing.timing import PICKUP, Outset, Schedule, Step, Times, outset_of, steps_of
from routing.travel_times import TravelTimes


@dataclass(frozen=True)
class Weights:
    """How many seconds of driving one second of each is worth.

    Attributes
    ----------
    driving
        The wheels turn, the way back to ``end_stop`` included.
    standing
        A vehicle waits at a stop for a window to open, once for each party on board.
    riding
        A party is on board. What exceeds the direct ride is the detour; the direct part is the same in every
        plan, so only the detour decides.
    delay
        A pick-up starts after its window has opened.

    """

    driving: float = 1.0
    standing: float = 0.3
    riding: float = 0.2
    delay: float = 0.1


DEFAULT = Weights()


def cost(itinerary: Itinerary, schedule: Schedule, travel: TravelTimes, weights: Weights = DEFAULT) -> float:
    """Return what ``itinerary`` costs when driven as ``schedule``, in seconds of driving."""
    times = Times(list(schedule.arrivals_s), list(schedule.starts_s), list(schedule.departs_s))
    return cost_of(outset_of(itinerary), steps_of(itinerary), times, travel, weights)


def cost_of(outset: Outset, steps: Sequence[Step], times: Times, travel: TravelTimes, weights: Weights) -> float:
    """Return the cost of visits in bare numbers."""
    if not steps:
        return 0.0
    boarded_s = dict(outset.boarded_s)
    driving = standing = riding = delay = 0
    left_s = outset.ready_s
    for step, arrival_s, start_s, depart_s in zip(steps, *times, strict=True):
        driving += arrival_s - left_s
        standing += len(boarded_s) * (start_s - arrival_s)
        if step.longest_ride_s == PICKUP:
            delay += start_s - step.earliest_s
            boarded_s[step.request_id] = depart_s
        else:
            riding += start_s - boarded_s.pop(step.request_id)
        left_s = depart_s
    driving += outset.home_s(steps[-1].stop, left_s, travel) - left_s
    return weights.driving * driving + weights.standing * standing + weights.riding * riding + weights.delay * delay

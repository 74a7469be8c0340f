"""The lines of a log that the neutral judge reads: offers made, visits driven."""

from collections.abc import Sequence
from typing import TypedDict

from routing.offers import Offer
from routing.problem import VisitKind
from routing.scenario import Scenario
from routing.stays import Stay


class OfferJson(TypedDict):
    """An offer as the judge reads it."""

    pickup: list[int]
    dropoff: list[int]
    eta: int


class VisitJson(TypedDict):
    """A visit as the judge reads it."""

    ev: str
    veh: str
    stop: int
    arr: int
    dep: int
    pick: dict[str, int]
    drop: dict[str, int]


def offer_json(offer: Offer) -> OfferJson:
    """Return ``offer`` as a line says it."""
    return {"pickup": [*offer.pickup], "dropoff": [*offer.dropoff], "eta": offer.expected_s}


def visits_json(scenario: Scenario, stays: Sequence[Stay]) -> list[VisitJson]:
    """Return ``stays`` as lines say them, those of one halt that overlap in one line."""
    lines: list[VisitJson] = []
    for number, stay in enumerate(stays):
        before = stays[number - 1] if number else None
        if (
            before is None
            or (before.vehicle_id, before.stop) != (stay.vehicle_id, stay.stop)
            or (stay.arrived_s >= before.left_s)
        ):
            lines.append(_visit_json(scenario, stay))
        lines[-1]["dep"] = stay.left_s
        if stay.kind is not None:
            lines[-1]["pick" if stay.kind is VisitKind.PICKUP else "drop"][stay.ask_id] = stay.arrived_s
    return lines


def _visit_json(scenario: Scenario, stay: Stay) -> VisitJson:
    """Return the line of a halt at which nobody has got on or off yet."""
    return {
        "ev": "visit",
        "veh": scenario.labels[stay.vehicle_id],
        "stop": stay.stop,
        "arr": stay.arrived_s,
        "dep": stay.left_s,
        "pick": {},
        "drop": {},
    }

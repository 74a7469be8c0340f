"""The lines of a log that the neutral judge reads: offers made, visits driven."""

from typing import TypedDict

from routing.dispatcher import Offer, Stay
from routing.problem import VisitKind
from routing.scenario import Scenario


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


def visit_json(scenario: Scenario, stay: Stay) -> VisitJson:
    """Return ``stay`` as a line says it."""
    served = {stay.ask_id: stay.arrived_s}
    is_pickup = stay.kind is VisitKind.PICKUP
    return {
        "ev": "visit",
        "veh": scenario.labels[stay.vehicle_id],
        "stop": stay.stop,
        "arr": stay.arrived_s,
        "dep": stay.left_s,
        "pick": served if is_pickup else {},
        "drop": {} if is_pickup else served,
    }

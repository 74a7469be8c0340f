"""A case and what came of it in bare numbers, for a record that is kept: schema 1.

    v         1, the schema
    weights   [[name, value], …] as they held
    parties   [id, pick-up stop, drop-off stop, pick-up from, to, drop-off from, to, seats, wheelchairs, longest ride,
              service at pick-up, at drop-off, only vehicle or -1], each party of the plan once
    vehicles  [id, seats, wheelchairs, out from, to, start stop, end stop or -1, at stop, ready at, frozen visits,
              [party, boarded at, …] on board, [visit, …]]; a visit is twice its party's place in ``parties``, plus one
              where it gets off
    wishes    the party that asked, as in ``parties``, under each promise
    kept, barred, most, apart_s   as in `decision.Case`
    chosen    [wish, vehicle, first, second, pick-up, drop-off, added cost, whether others change their order], one for
              each `decision.Choice`; older records end before the last, in them nobody does
    verdicts  {wish: [[vehicle, limit, choice, [cost by weight, …]], …]}, what each vehicle had to say to that wish

Times are seconds of the service day, stops places in the travel times kept beside the record. Since when a vehicle
stands at a stop (`Itinerary.began_s`) is left out: it counts only where services run side by side, and those travel
times let them add up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import cast

from routing.breakdown import values_of, weights_of
from routing.decision import Case, Choice, Verdict
from routing.problem import Boarded, Itinerary, Limit, Load, Plan, Request, Vehicle, Visit, VisitKind, Window

SCHEMA = 1
_NOWHERE = -1

Record = dict[str, object]
Row = list[object]
Numbers = list[int]
ChoiceRow = tuple[int, int, int, int, int, int, float, bool]


def pack(case: Case) -> Record:
    """Return a case in bare numbers."""
    parties: dict[Request, int] = {}
    vehicles = [_vehicle(itinerary, parties) for itinerary in case.plan]
    return {
        "v": SCHEMA,
        "weights": [[name, value] for name, value in values_of(case.weights).items()],
        "parties": [_party(each) for each in parties],
        "vehicles": vehicles,
        "wishes": [_party(each) for each in case.wishes],
        "kept": list(case.kept),
        "barred": list(case.barred),
        "most": case.most,
        "apart_s": case.apart_s,
    }


def unpack(record: Mapping[str, object]) -> Case:
    """Return the case that `pack` made a record of; ValueError for a schema that this version does not know."""
    if record.get("v") != SCHEMA:
        raise ValueError(f"record of schema {record.get('v')}, this version reads {SCHEMA}")
    parties = [_request(each) for each in cast("list[Numbers]", record["parties"])]
    return Case(
        plan=tuple(_itinerary(each, parties) for each in cast("list[Row]", record["vehicles"])),
        wishes=tuple(_request(each) for each in cast("list[Numbers]", record["wishes"])),
        kept=tuple(cast("Numbers", record["kept"])),
        weights=weights_of(dict(cast("list[tuple[str, float]]", record["weights"]))),
        barred=tuple(cast("Numbers", record["barred"])),
        most=cast("int", record["most"]),
        apart_s=cast("int", record["apart_s"]),
    )


def pack_choices(choices: Sequence[Choice]) -> list[Row]:
    """Return choices in bare numbers."""
    return [list(asdict(each).values()) for each in choices]


def unpack_choices(rows: object) -> tuple[Choice, ...]:
    """Return the choices that `pack_choices` made rows of."""
    return tuple(Choice(*each) for each in cast("list[ChoiceRow]", rows))


def pack_verdicts(verdicts: Sequence[Verdict]) -> list[Row]:
    """Return what vehicles had to say, in bare numbers."""
    return [
        [
            each.vehicle_id,
            each.limit.value if each.limit else None,
            list(asdict(each.choice).values()) if each.choice else None,
            list(each.costs),
        ]
        for each in verdicts
    ]


def unpack_verdicts(rows: object) -> tuple[Verdict, ...]:
    """Return the verdicts that `pack_verdicts` made rows of."""
    return tuple(
        Verdict(vehicle, Limit(limit) if limit else None, Choice(*choice) if choice else None, tuple(costs))
        for vehicle, limit, choice, costs in cast("list[tuple[int, str, ChoiceRow, list[float]]]", rows)
    )


def pack_orders(plan: Plan, numbers: Mapping[int, int]) -> list[Row]:
    """Return each vehicle's order of visits: [vehicle, [visit, …]]; ``numbers`` finds a party's place by its id."""
    return [
        [each.vehicle.id, [2 * numbers[visit.request.id] + (visit.kind is VisitKind.DROPOFF) for visit in each.visits]]
        for each in plan
    ]


def unpack_orders(rows: object, case: Case) -> Plan:
    """Return the plan of a case with other orders of visits, as `pack_orders` kept them."""
    parties = list(dict.fromkeys(_in_order(case.plan)))
    orders = dict(cast("list[tuple[int, Numbers]]", rows))
    return tuple(
        Itinerary(
            each.vehicle,
            tuple(_visit(parties, code) for code in orders[each.vehicle.id]),
            each.at_stop,
            each.ready_s,
            each.onboard,
            each.frozen,
        )
        for each in case.plan
    )


def numbers_of(plan: Plan) -> dict[int, int]:
    """Return the place of each party among the ``parties`` of a plan's record, by its id."""
    return {request.id: place for place, request in enumerate(dict.fromkeys(_in_order(plan)))}


def _in_order(plan: Plan) -> list[Request]:
    """Return the parties of a plan in the order in which they are packed."""
    found = []
    for itinerary in plan:
        found += [each.request for each in itinerary.onboard]
        found += [visit.request for visit in itinerary.visits]
    return found


def _party(request: Request) -> Numbers:
    return [
        request.id,
        request.pickup_stop,
        request.dropoff_stop,
        *request.pickup,
        *request.dropoff,
        *request.load,
        request.max_ride_s,
        request.pickup_service_s,
        request.dropoff_service_s,
        _NOWHERE if request.only_vehicle is None else request.only_vehicle,
    ]


def _request(row: Numbers) -> Request:
    number, origin, destination, *spans, seats, wheelchairs, longest_s, pickup_s, dropoff_s, only = row
    return Request(
        id=number,
        pickup_stop=origin,
        dropoff_stop=destination,
        pickup=Window(spans[0], spans[1]),
        dropoff=Window(spans[2], spans[3]),
        load=Load(seats, wheelchairs),
        max_ride_s=longest_s,
        pickup_service_s=pickup_s,
        dropoff_service_s=dropoff_s,
        only_vehicle=None if only == _NOWHERE else only,
    )


def _vehicle(itinerary: Itinerary, parties: dict[Request, int]) -> Row:
    vehicle = itinerary.vehicle
    aboard = [number for each in itinerary.onboard for number in (_place(parties, each.request), each.boarded_s)]
    visits = [2 * _place(parties, visit.request) + (visit.kind is VisitKind.DROPOFF) for visit in itinerary.visits]
    end = _NOWHERE if vehicle.end_stop is None else vehicle.end_stop
    return [
        vehicle.id,
        *vehicle.capacity,
        *vehicle.shift,
        vehicle.start_stop,
        end,
        itinerary.at_stop,
        itinerary.ready_s,
        itinerary.frozen,
        aboard,
        visits,
    ]


def _place(parties: dict[Request, int], request: Request) -> int:
    return parties.setdefault(request, len(parties))


def _itinerary(row: Row, parties: Sequence[Request]) -> Itinerary:
    number, seats, wheelchairs, out_s, in_s, start, end, at_stop, ready_s, frozen = cast("Numbers", row[:10])
    aboard, visits = cast("list[Numbers]", row[10:])
    return Itinerary(
        vehicle=Vehicle(number, Load(seats, wheelchairs), Window(out_s, in_s), start, None if end == _NOWHERE else end),
        visits=tuple(_visit(parties, code) for code in visits),
        at_stop=at_stop,
        ready_s=ready_s,
        onboard=tuple(
            Boarded(parties[place], boarded_s) for place, boarded_s in zip(aboard[::2], aboard[1::2], strict=True)
        ),
        frozen=frozen,
    )


def _visit(parties: Sequence[Request], code: int) -> Visit:
    return Visit(parties[code // 2], VisitKind.DROPOFF if code % 2 else VisitKind.PICKUP)

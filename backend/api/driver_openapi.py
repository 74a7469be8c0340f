"""The terminal's routes in OpenAPI's words. Answers are spelled out in `driver_json` (TypedDicts)."""

from collections.abc import Mapping

from backend.domain.policies.pay import PAY_KINDS
from backend.services import run_taps
from backend.services.boarding import KINDS
from backend.services.fare_taking import REASONS
from backend.services.head_counts import EXCEPTION_REASONS

Description = dict[str, object]

BASE = "/api/v1/driver"
UUID = {"type": "string", "format": "uuid"}
MOMENT = {"type": "string", "format": "date-time"}


def _id(name: str) -> Description:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "integer"}}


def _body(required: list[str], properties: Mapping[str, object]) -> Description:
    schema = {"type": "object", "required": required, "properties": properties}
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _answers(good: dict[str, str]) -> Description:
    answers: Description = {code: {"description": said} for code, said in good.items()}
    for code in ("400", "401", "403", "404"):
        answers[code] = {"$ref": "#/components/responses/Problem"}
    return answers


def _get(summary: str, good: dict[str, str], parameters: list[Description]) -> Description:
    return {
        "get": {"summary": summary, "parameters": parameters, "security": [{"staff": []}], "responses": _answers(good)}
    }


def _post(summary: str, good: dict[str, str], parameters: list[Description], body: Description | None) -> Description:
    act: Description = {
        "summary": summary,
        "parameters": parameters,
        "security": [{"staff": [], "csrf": []}],
        "responses": _answers(good),
    }
    return {"post": act | ({"requestBody": body} if body else {})}


PAYMENT: Description = {
    "type": "object",
    "required": ["category", "persons", "pay_kind"],
    "properties": {
        "category": {"type": "string"},
        "persons": {"type": "integer", "description": "fewer than none takes back, without a booking only"},
        "pay_kind": {"enum": list(PAY_KINDS)},
        "ticket_zone": {"type": "string", "description": "zone that ticket or pass were sold for, if another"},
        "ticket_class": {"enum": ["", "full", "half"]},
        "serials": {"type": "array", "items": {"type": "integer"}, "description": "of numbered books, one a ticket"},
        "is_checked": {"type": "boolean", "description": "pass or handbook were seen; which one is never kept"},
    },
}
EVENT: Description = {
    "type": "object",
    "required": ["event_id", "kind", "happened_at"],
    "properties": {
        "event_id": UUID,
        "kind": {"enum": [*KINDS, *run_taps.KINDS, "delay"]},
        "visit_id": {"type": "integer", "description": f"kinds {', '.join(KINDS)}"},
        "happened_at": MOMENT | {"description": "when tapped, by the terminal's clock"},
        "value": {
            "type": "integer",
            "description": "fare, take: yen of cash; delay: seconds late, 0 back in time; driven: metres of the duty",
        },
        "pay_kind": {"enum": list(PAY_KINDS), "description": "fare: of the whole party, where payments say nothing"},
        "payments": {"type": "array", "items": PAYMENT, "description": "fare, take: how each paid"},
        "is_checked": {"type": "boolean", "description": "boarded: the handbook was seen"},
        "reason": {"enum": [*REASONS, *(each for each in EXCEPTION_REASONS if each not in REASONS)]},
        "stop_id": {"type": "integer", "description": f"where: kinds {', '.join(run_taps.KINDS)}"},
        "to_stop_id": {"type": "integer", "description": "left_behind, turned_away, exception: where to"},
        "way": {"enum": ["board", "alight"], "description": "count"},
        "category": {"type": "string", "description": "count, exception"},
        "persons": {
            "type": "integer",
            "description": "count, exception: fewer than none corrects; left_behind, turned_away",
        },
        "zone": {"type": "string", "description": "take: fare zone of the rides"},
        "text": {"type": "string", "maxLength": 500, "description": "damage"},
    },
}
MESSAGES = _get("Today's thread with the desk", {"200": "messages, oldest first"}, [_id("vehicle_id")])

PATHS: dict[str, Description] = {
    f"{BASE}/vehicles/{{vehicle_id}}/day": _get(
        "All a vehicle drives today, of the area and of lines, in its order",
        {"200": "the day with its tag", "204": "the terminal has the newest"},
        [_id("vehicle_id"), {"name": "since", "in": "query", "schema": {"type": "string"}}],
    ),
    f"{BASE}/runs/{{run_id}}/plan": _get(
        "The plan of today's own run",
        {"200": "the plan", "204": "the terminal has the newest plan"},
        [_id("run_id"), {"name": "since", "in": "query", "schema": {"type": "integer"}}],
    ),
    f"{BASE}/runs/{{run_id}}/events": _post(
        "Taps, in their order; each is carried out once by its event_id",
        {"200": "for each tap: applied, duplicate, stale or refused, with a sentence"},
        [_id("run_id")],
        _body(
            ["sent_at", "events"],
            {
                "sent_at": MOMENT | {"description": "now, by the terminal's clock: only the difference counts"},
                "events": {"type": "array", "maxItems": 100, "items": EVENT},
            },
        ),
    ),
    f"{BASE}/runs/{{run_id}}/visits/{{visit_id}}/phone": _post(
        "The phone number of who booked; recorded", {"200": "phone"}, [_id("run_id"), _id("visit_id")], None
    ),
    f"{BASE}/vehicles/{{vehicle_id}}/position": _post(
        "Where the vehicle is",
        {"204": "kept"},
        [_id("vehicle_id")],
        _body(["lat", "lon"], {name: {"type": "number"} for name in ("lat", "lon")} | {"age_s": {"type": "number"}}),
    ),
    f"{BASE}/vehicles/{{vehicle_id}}/messages": MESSAGES
    | _post(
        "A line to the desk",
        {"201": "the line", "409": "too long, or empty"},
        [_id("vehicle_id")],
        _body(["message_id", "text"], {"message_id": UUID, "text": {"type": "string", "maxLength": 500}}),
    ),
    f"{BASE}/vehicles/{{vehicle_id}}/messages/read": _post(
        "The desk's lines were read",
        {"204": "marked"},
        [_id("vehicle_id")],
        _body(["up_to"], {"up_to": {"type": "integer"}}),
    ),
}

"""The terminal's routes in OpenAPI's words. Answers are spelled out in `driver_json` (TypedDicts)."""

from collections.abc import Mapping

from backend.services.boarding import FARE_REASONS, KINDS, PAY_KINDS

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


EVENT: Description = {
    "type": "object",
    "required": ["event_id", "kind", "happened_at"],
    "properties": {
        "event_id": UUID,
        "kind": {"enum": [*KINDS, "delay"]},
        "visit_id": {"type": "integer", "description": "all kinds but delay"},
        "happened_at": MOMENT | {"description": "when tapped, by the terminal's clock"},
        "value": {"type": "integer", "description": "fare: yen received; delay: seconds late, 0 back in time"},
        "pay_kind": {"enum": list(PAY_KINDS)},
        "reason": {"enum": list(FARE_REASONS), "description": "why another fare than due was received"},
    },
}
MESSAGES = _get("Today's thread with the desk", {"200": "messages, oldest first"}, [_id("vehicle_id")])

PATHS: dict[str, Description] = {
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

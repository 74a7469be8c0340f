"""The machine API's routes in OpenAPI's words. Answers are spelled out in `booking_json` (TypedDicts)."""

from collections.abc import Mapping

from backend.api.bookings import CHANNELS
from backend.domain.offers import WishKind
from backend.domain.party import FareCategory

Description = dict[str, object]

BASE = "/api/v1"
DAY: Description = {"type": "string", "format": "date"}
CLOCK: Description = {"type": "string", "pattern": "^[0-9]{1,2}:[0-9]{2}$", "description": "Japan's time, 9:05"}
COUNT: Description = {"type": "integer", "minimum": 0, "maximum": 99}
TEXT: Description = {"type": "string"}
KEY: Description = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "8 to 100 signs, a UUID for one. The same key with the same body is answered alike, and done once",
    "schema": {"type": "string", "minLength": 8, "maxLength": 100},
}
PROMISE: Description = {
    "type": "object",
    "required": ["pickup_earliest", "pickup_latest", "arrive_by"],
    "properties": {"pickup_earliest": CLOCK, "pickup_latest": CLOCK, "arrive_by": CLOCK},
}
WISH: dict[str, Description] = {
    "day": DAY,
    "from": TEXT | {"description": "code of the stop"},
    "to": TEXT | {"description": "code of the stop"},
    "run": TEXT | {"description": "on a line: code of the run, M3"},
    "kind": {"enum": [kind.value for kind in WishKind], "description": "area service: what `time` says"},
    "time": CLOCK | {"description": "area service"},
    "promise": PROMISE | {"description": "as it stood in the offer; without it the best ride there is"},
    "party": {
        "type": "object",
        "description": "persons by fare category",
        "properties": {category.value: COUNT for category in FareCategory},
        "additionalProperties": False,
    },
    "wheelchairs": COUNT,
    "channel": {"enum": list(CHANNELS)},
}
WHO: dict[str, Description] = {
    "rider": TEXT | {"description": "random id of a known rider"},
    "name": TEXT | {"description": "on a line, of who is not known", "maxLength": 60},
    "kana": TEXT | {"maxLength": 60},
    "phone": TEXT | {"description": "on a line, of who is not known", "maxLength": 30},
    "remember": {"type": "boolean", "description": "keep name and phone for the next time"},
}


def _path(name: str, said: str) -> Description:
    return {"name": name, "in": "path", "required": True, "description": said, "schema": TEXT}


def _asked(name: str, schema: Mapping[str, object], *, required: bool = False) -> Description:
    return {"name": name, "in": "query", "required": required, "schema": schema}


def _answers(good: dict[str, str], *problems: str) -> Description:
    answers: Description = {code: {"description": said} for code, said in good.items()}
    return answers | {code: {"$ref": "#/components/responses/Problem"} for code in (*problems, "401", "403", "503")}


def _get(summary: str, said: str, parameters: list[Description], *problems: str) -> Description:
    return {
        "get": {
            "summary": summary,
            "parameters": parameters,
            "security": [{"staff": []}],
            "responses": _answers({"200": said}, *problems),
        }
    }


def _post(
    summary: str,
    good: dict[str, str],
    parameters: list[Description],
    required: list[str],
    properties: Mapping[str, Description],
) -> Description:
    schema = {"type": "object", "required": required, "properties": properties}
    return {
        "post": {
            "summary": summary,
            "parameters": [*parameters, KEY],
            "security": [{"staff": [], "csrf": []}],
            "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
            "responses": _answers(good, "400", "404", "409", "422"),
        }
    }


SERVICE = _path("code", "code of the service")
BOOKING = _path("public_id", "random id of the booking")
ENDS = [_asked("day", DAY, required=True), _asked("from", TEXT, required=True), _asked("to", TEXT, required=True)]
PARTY = [*(_asked(category.value, COUNT) for category in FareCategory), _asked("wheelchairs", COUNT)]

PATHS: dict[str, Description] = {
    f"{BASE}/session": _get(
        "Who is signed in, and the token for the header X-CSRFToken of every change", "role, csrf", []
    ),
    f"{BASE}/services": _get("The services of the town", "services", []),
    f"{BASE}/services/{{code}}/stops": _get(
        "The stops of a service", "stops; of a line along the line", [SERVICE, _asked("day", DAY)], "400", "404"
    ),
    f"{BASE}/services/{{code}}/departures": _get(
        "The runs of a line between two stops on a day, with fare, free places and state",
        "departures: bookable, no_booking_needed, full, closed, not_open, suspended or gone",
        [SERVICE, *ENDS, *PARTY],
        "400",
        "404",
        "409",
    ),
    f"{BASE}/services/{{code}}/offers": _get(
        "Rides of an area service that can be booked for a wish",
        "offers, the best first",
        [
            SERVICE,
            *ENDS,
            _asked("kind", WISH["kind"]),
            _asked("time", CLOCK, required=True),
            _asked("rider", WHO["rider"]),
            *PARTY,
        ],
        "400",
        "404",
        "409",
    ),
    f"{BASE}/bookings": _post(
        "Book a ride: on a line a run by its code, in an area service a time or an offer",
        {"201": "the booking"},
        [],
        ["service", "day", "from", "to", "party"],
        {"service": TEXT, **WISH, **WHO},
    ),
    f"{BASE}/bookings/{{public_id}}": _get("A booking", "the booking", [BOOKING], "404"),
    f"{BASE}/bookings/{{public_id}}/change": _post(
        "Another ride in the place of a booking; what is not named stays. A refusal leaves the old one",
        {"200": "the new booking"},
        [BOOKING],
        [],
        WISH,
    ),
    f"{BASE}/bookings/{{public_id}}/cancel": _post("Give a booking up", {"200": "the booking"}, [BOOKING], [], {}),
}

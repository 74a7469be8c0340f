"""JSON in, JSON out, as the platform does it."""

import json

from flask import Response, jsonify, request

from bot.simulator.refused import NOT_FOUND, LineError

LAST_ROW = 2**62


def read_json() -> object:
    """Return the request's JSON; 413, 415 and 400 as the platform says them."""
    if request.mimetype != "application/json":
        raise LineError(415, f"The content type, {request.mimetype}, is not supported")
    try:
        parsed: object = json.loads(request.get_data(), parse_constant=_no_constant)
    except json.JSONDecodeError as wrong:
        place = f"(line: {wrong.lineno}, column: {wrong.colno})"
        raise LineError(400, f"The request body could not be parsed as JSON {place}") from None
    except (ValueError, RecursionError):
        raise LineError(400, "The request body could not be parsed as JSON (line: -, column: -)") from None
    return parsed


def read_since() -> int:
    """Return the message row that the asker knows already."""
    return min(max(request.args.get("since", default=0, type=int), 0), LAST_ROW)


def check_path() -> None:
    """Refuse an address with a character that no id has and that the database can't take."""
    if "\0" in request.path:
        raise LineError(404, NOT_FOUND)


def answer_problem(problem: LineError) -> Response:
    """Return the answer that says no."""
    response = jsonify(problem.body)
    response.status_code = problem.status
    response.headers.extend(problem.headers)
    return response


def _no_constant(name: str) -> float:
    raise ValueError(name)

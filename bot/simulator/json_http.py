"""JSON in, JSON out, as the platform does it."""

import json

from flask import Response, jsonify, request

from bot.simulator.refused import LineError


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


def answer_problem(problem: LineError) -> Response:
    """Return the answer that says no."""
    response = jsonify(problem.body)
    response.status_code = problem.status
    response.headers.extend(problem.headers)
    return response


def _no_constant(name: str) -> float:
    raise ValueError(name)

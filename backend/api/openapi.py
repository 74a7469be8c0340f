"""The machine API, described for machines: /api/openapi.json. A test holds it against the routes there are."""

from flask import Blueprint, Response, jsonify

from backend.api.driver_openapi import PATHS as DRIVER_PATHS
from backend.api.machine_openapi import PATHS as MACHINE_PATHS

VERSION = "1.1.0"
PROBLEM = {
    "description": "What was wrong",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def create_blueprint() -> Blueprint:
    """Return the route of the description itself."""
    api = Blueprint("openapi", __name__, url_prefix="/api")
    api.get("/openapi.json")(describe)
    return api


def describe() -> Response:
    """Return the description (OpenAPI 3.1)."""
    return jsonify(
        {
            "openapi": "3.1.0",
            "info": {"title": "Noriai", "version": VERSION, "license": {"name": "Apache-2.0"}},
            "paths": {
                "/api/openapi.json": {
                    "get": {"summary": "This description", "responses": {"200": {"description": "OpenAPI 3.1"}}}
                },
                **MACHINE_PATHS,
                **DRIVER_PATHS,
            },
            "components": {
                "responses": {"Problem": PROBLEM},
                "securitySchemes": {
                    "staff": {"type": "apiKey", "in": "cookie", "name": "noriai"},
                    "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRFToken"},
                },
                "schemas": {
                    "Problem": {
                        "type": "object",
                        "required": ["status", "title"],
                        "properties": {
                            "status": {"type": "integer"},
                            "title": {"type": "string"},
                            "detail": {"type": "string"},
                            "request_id": {"type": ["string", "null"]},
                            "code": {"type": "string", "description": "why, for machines"},
                            "field": {"type": "string", "description": "400: which field is meant"},
                            "facts": {"type": "object", "description": "409: what the sentence says"},
                            "alternatives": {"type": "array", "description": "409: what can be booked instead"},
                        },
                    }
                },
            },
        }
    )

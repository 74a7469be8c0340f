"""Errors for machines: problem JSON (RFC 9457), with a sentence a person can read."""

from flask import Response, current_app, g

from backend.app import language
from backend.texts import text


class UnreadableError(ValueError):
    """A request that cannot be read; ``what`` names the field."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def problem(status: int, key: str, **facts: str) -> Response:
    """Return the answer ``status``, its title the text ``key`` in the person's language."""
    body = {"status": status, "title": text(key, language()), "request_id": g.get("request_id"), **facts}
    return Response(current_app.json.dumps(body), status, mimetype="application/problem+json")

"""The machine API under /api/v1/: the blueprint, and how it says no. Guarded as `api.*` (admin/routes.py)."""

from flask import Blueprint, Response
from sqlalchemy.exc import OperationalError

from backend.api import bookings, services
from backend.api.answers import SignedOutError
from backend.api.fields import MissingError
from backend.api.problems import UnreadableError, problem
from backend.domain.errors import NotFoundError, StaleError

JSON = "application/json"
# What the guard says to scripts, in the words of this API.
GUARDED = {302: (401, "api-signed-out"), 401: (401, "api-signed-out"), 403: (403, "api-forbidden")}
OLD_TOKEN = (400, "api-old-token")


def create_blueprint() -> Blueprint:
    """Return the routes; whoever registers them puts the guard in front."""
    api = Blueprint("api", __name__, url_prefix="/api/v1")
    services.register(api)
    bookings.register(api)
    api.register_error_handler(SignedOutError, lambda _error: problem(401, "api-signed-out", code="signed_out"))
    api.register_error_handler(NotFoundError, lambda _error: problem(404, "api-not-found", code="not_found"))
    api.register_error_handler(StaleError, lambda _error: problem(409, "error-stale", code="stale"))
    api.register_error_handler(OperationalError, _busy)
    api.register_error_handler(MissingError, lambda error: _unreadable(error, "missing"))
    api.register_error_handler(UnreadableError, lambda error: _unreadable(error, "unreadable"))
    api.after_request(_in_own_words)
    return api


def _busy(_error: OperationalError) -> Response:
    """Answer when the database is away or a lock was waited for too long: the same key may be sent again."""
    answer = problem(503, "api-busy", code="busy")
    answer.headers["Retry-After"] = "1"
    return answer


def _unreadable(error: UnreadableError, code: str) -> Response:
    key = "api-missing" if code == "missing" else "api-unreadable"
    return problem(400, key, code=code, field=error.what)


def _in_own_words(answer: Response) -> Response:
    """Say as a problem what the guard answered for itself."""
    is_token = answer.status_code == OLD_TOKEN[0] and answer.mimetype in {JSON, "text/html"}
    said = OLD_TOKEN if is_token else GUARDED.get(answer.status_code)
    if said is None or answer.mimetype == "application/problem+json":
        return answer
    code, key = said
    return problem(code, key, code=key.removeprefix("api-").replace("-", "_"))

"""The web application without its doors: request ids, logging, headers, words for templates, error pages."""

import hmac
import secrets
import time
from collections.abc import Callable
from hashlib import sha256

import structlog
from flask import Flask, Response, current_app, g, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException

from backend import texts, wording
from backend.api import health
from backend.db import sealing
from backend.domain.errors import NotFoundError, StaleError
from backend.settings import ROOT, Settings
from backend.world import World

LARGEST_BODY = 3 * 1024 * 1024
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=()",
}
ERROR_TEXTS = {
    403: "error-forbidden",
    404: "error-not-found",
    409: "error-stale",
    413: "error-too-large",
    503: "error-busy",
}

log = structlog.get_logger(__name__)


def create_app(world: World) -> Flask:
    """Return the application for ``world``; wsgi.py registers the doors."""
    app = Flask("noriai", root_path=str(ROOT), static_folder=None, template_folder="backend/templates")
    app.secret_key = _form_key(world.settings)
    app.extensions["noriai"] = world
    is_https = world.settings.public_url.startswith("https")
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        SESSION_COOKIE_NAME="__Host-noriai-form" if is_https else "noriai-form",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=is_https,
        WTF_CSRF_CHECK_DEFAULT=False,  # the guards of the doors check it, each for its own routes
        WTF_CSRF_SSL_STRICT=False,
    )
    app.register_blueprint(health.create_blueprint())
    app.before_request(_begin)
    app.after_request(_finish)
    _add_words(app)
    app.register_error_handler(NotFoundError, lambda _error: _page(404))
    app.register_error_handler(StaleError, lambda _error: _page(409))
    # A reference to a row that is gone is an old screen; a value no column takes is bad input, or an
    # address of nothing. None is a bug.
    app.register_error_handler(IntegrityError, lambda _error: _page(409))
    app.register_error_handler(DataError, lambda _error: _page(404 if request.method in {"GET", "HEAD"} else 400))
    # Who waited for a lock for longer than anybody waits on the phone, or found the database away: nothing was changed.
    app.register_error_handler(OperationalError, _busy)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _bug)
    return app


def _form_key(settings: Settings) -> bytes:
    """Return the key that signs forms: made of the keyring's own and the one of the environment (security.md 5.3)."""
    return hmac.digest(sealing.keyring().session.key, settings.session_secret.encode(), sha256)


def world() -> World:
    """Return the world of the application that handles this request."""
    found: World = current_app.extensions["noriai"]
    return found


def language() -> str:
    """Return the language of this request's person."""
    return str(g.get("language") or texts.FALLBACK)


def _add_words(app: Flask) -> None:
    """Give templates the texts and the wording of the person's language."""

    def text(key: str, **arguments: texts.Argument) -> str:
        return texts.text(key, language(), **arguments)

    def in_language(word: Callable[..., str]) -> Callable[..., str]:
        return lambda *values: word(*values, language())

    app.jinja_env.globals.update(text=text)
    app.context_processor(lambda: {"language": language()})
    for name in (
        "day_text",
        "weekday_text",
        "clock_text",
        "moment_text",
        "window_text",
        "party_text",
        "fare_text",
        "yen_text",
        "category_text",
        "limit_text",
        "refusal_text",
        "offer_text",
    ):
        app.jinja_env.filters[name] = in_language(getattr(wording, name))


def _begin() -> None:
    g.request_id = secrets.token_hex(8)
    g.started = time.monotonic()


def _finish(response: Response) -> Response:
    """Set the headers that every answer carries, and log the request without anything personal."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if world().settings.public_url.startswith("https"):
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    response.headers["X-Request-Id"] = g.get("request_id", "")
    log.info(
        "request",
        request_id=g.get("request_id"),
        method=request.method,
        route=request.url_rule.rule if request.url_rule else None,
        status=response.status_code,
        ms=round((time.monotonic() - g.get("started", time.monotonic())) * 1000),
    )
    return response


def _http_error(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if code < 400 or error.response is not None:  # noqa: PLR2004 -- redirects and ready-made answers pass
        return error
    return _page(code)


def _busy(error: Exception) -> Response:
    """Ask for the same once more: every form carries a key, so that sending it again acts once."""
    log.warning("busy", request_id=g.get("request_id"), error=type(error).__name__)
    answer = _page(503)
    answer.headers["Retry-After"] = "5"
    return answer


def _bug(error: Exception) -> Response:
    """Answer for a fault of ours: an apology with a way on, and the trace in the log under the request's id."""
    log.error("bug", request_id=g.get("request_id"), error=type(error).__name__, exc_info=error)
    return _page(500)


def _page(code: int) -> Response:
    """Return a plain page, or JSON for machines, that says what happened and what to do."""
    key = ERROR_TEXTS.get(code, "error-bad-request" if code < 500 else "error-ours")  # noqa: PLR2004
    said = texts.text(key, language())
    if request.path.startswith("/api/") or request.accept_mimetypes.best == "application/json":
        answer = jsonify(status=code, title=said, request_id=g.get("request_id"))
        answer.mimetype = "application/problem+json"
    else:
        template = current_app.jinja_env.get_template("error.html")
        answer = Response(template.render(said=said, request_id=g.get("request_id"), language=language()))
    answer.status_code = code
    return answer

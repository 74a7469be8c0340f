"""Logs as JSON lines: ids and codes only. What could be personal is cut out before it is written."""

import logging
import re
import sys
from collections.abc import MutableMapping

import structlog

PERSONAL_KEYS = frozenset({"name", "kana", "phone", "birth", "text", "user_id", "token", "password", "code", "body"})
LONG_DIGITS = re.compile(r"\d{9,}")
LINE_ID = re.compile(r"\bU[0-9a-f]{32}\b")


def configure() -> None:
    """Let everything of this process be logged as JSON on standard error."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(message)s")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def redact(_logger: object, _method: str, event: MutableMapping[str, object]) -> MutableMapping[str, object]:
    """Return the entry without values that could be personal: by their key, or by their look."""
    for key, value in event.items():
        if key in PERSONAL_KEYS:
            event[key] = "…"
        elif isinstance(value, str):
            event[key] = LINE_ID.sub("U…", LONG_DIGITS.sub("…", value))
    return event

"""Logs as JSON lines: ids and codes only. What could be personal is cut out before it is written (P-19, B-11)."""

import logging
import re
import sys
import unicodedata
from collections.abc import Mapping, MutableMapping

import structlog

CUT = "…"
PERSONAL_KEYS = frozenset(
    {
        "name",
        "kana",
        "phone",
        "birth",
        "address",
        "guardian",
        "district",
        "note",
        "text",
        "user_id",
        "userid",
        "line_id",
        "token",
        "password",
        "pin",
        "secret",
        "code",
        "body",
        "cookie",
        "authorization",
    }
)
LONG_DIGITS = re.compile(r"\d{9,}")
PHONE = re.compile(r"(?<![\d.:-])(?:\+?81|0)[-\s(]{0,2}\d{1,4}[-\s)]{1,2}\d{1,4}[-\s]?\d{3,4}(?![\d:-])")
LINE_ID = re.compile(r"\bU[0-9a-f]{32}\b")
OUR_LINK = re.compile(r"(/my/[a-z]+/)[A-Za-z0-9_-]{16,}")


class RedactingFormatter(logging.Formatter):
    """Formats what libraries log by themselves, without what could be personal."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        return cleaned(super().format(record))


def configure() -> None:
    """Let everything of this process be logged on standard error: ours as JSON, all of it without personal values."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter("%(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
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
    )


def redact(_logger: object, _method: str, event: MutableMapping[str, object]) -> MutableMapping[str, object]:
    """Return the entry without values that could be personal: by their key, or by their look."""
    for key in list(event):
        event[key] = event[key] if key == "timestamp" else _redacted(key, event[key])
    return event


def cleaned(text: str) -> str:
    """Return a text without phone numbers, LINE ids, one-time links and long digits, in any width."""
    plain = unicodedata.normalize("NFKC", text)
    for pattern, instead in ((LINE_ID, f"U{CUT}"), (OUR_LINK, rf"\1{CUT}"), (PHONE, CUT), (LONG_DIGITS, CUT)):
        plain = pattern.sub(instead, plain)
    return plain


def _redacted(key: str, value: object) -> object:
    if key.lower() in PERSONAL_KEYS:
        return CUT
    if isinstance(value, str):
        return cleaned(value)
    if isinstance(value, Mapping):
        return {str(name): _redacted(str(name), each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_redacted("", each) for each in value]
    return value if isinstance(value, int | float | bool | None) else cleaned(repr(value))

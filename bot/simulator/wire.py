"""One HTTP request with a time-out, with what the standard library has."""

import http.client
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urlsplit


class UnreachableError(Exception):
    """Nobody answered in time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes

    @property
    def is_accepted(self) -> bool:
        """Tell whether the status is 2xx."""
        return self.status // 100 == 2  # noqa: PLR2004 -- the class of statuses that mean yes


def send(
    method: str, url: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None, timeout_s: float
) -> Answer:
    """Send one request; raise `UnreachableError` when nobody answers within ``timeout_s``."""
    parts = urlsplit(url)
    connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    with closing(connect(parts.netloc, timeout=timeout_s)) as connection:
        try:
            connection.request(method, target, body=body, headers=dict(headers or {}))
            response = connection.getresponse()
            return Answer(response.status, response.read())
        except (OSError, http.client.HTTPException) as problem:
            raise UnreachableError(f"{method} {url}: {problem}") from problem

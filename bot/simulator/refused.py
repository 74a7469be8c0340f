"""How the platform says no."""

from collections.abc import Mapping, Sequence

from bot.simulator.checks import Check, Problem

UNAUTHORIZED = "Authentication failed. Confirm that the access token in the authorization header is valid."
TOO_LARGE = "Request Entity Too Large"
RATE_LIMIT = "The API rate limit has been exceeded. Try again later."
MONTHLY_LIMIT = "You have reached your monthly limit."
INVALID_REPLY_TOKEN = "Invalid reply token"  # noqa: S105 -- the platform's words
UNKNOWN_RECEIVER = "Failed to send messages"
ALREADY_ACCEPTED = "The retry key is already accepted"
INVALID_RETRY_KEY = "The retry key is invalid"
NO_RETRY_KEY = "The X-Line-Retry-Key header can't be used with this endpoint"
NOT_FOUND = "Not found"
NO_MENU_IMAGE = "must upload richmenu image before applying it to user"


class LineError(Exception):
    """An answer of the platform that isn't 200: ``{"message": …, "details": […]}``."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        details: Sequence[Problem] = (),
        more: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {message}")
        self.status = status
        self.headers = dict(headers or {})
        self.body: dict[str, object] = {"message": message, **(more or {})}
        if details:
            self.body["details"] = [{"message": each.message, "property": each.property} for each in details]


def require(check: Check, value: object) -> None:
    """Raise the platform's 400 when ``value`` does not fit; it names every place."""
    try:
        problems = list(check(value, ""))
    except RecursionError:
        raise LineError(400, "The request body is nested too deeply") from None
    if problems:
        raise LineError(400, f"The request body has {len(problems)} error(s)", details=problems)

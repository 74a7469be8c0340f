"""`ports.Messenger` over the official SDK: time-outs, no hidden retries, every failure named."""

import uuid
from collections.abc import Callable, Sequence
from typing import TypeVar

import structlog
import urllib3
from linebot.v3.messaging import (
    ApiClient,
    ApiException,
    Configuration,
    MessagingApi,
    PushMessageRequest,
    ReplyMessageRequest,
)

from backend.ports import (
    Message,
    MonthlyLimitError,
    PermanentError,
    ReplyTokenError,
    TemporaryError,
    UnknownUserError,
)
from backend.settings import Settings

# Two tries of a reply fit into the lease of an answer (services.notifications.ANSWER_LEASE).
TIMEOUT_S = 4.5
DONE_ALREADY = 409
TOO_MANY = 429
SERVER_FAULT = 500
NO_ANSWER = 0
# A wrong or expired access token is ours to mend: nothing owed may be given up because of it.
OURS_TO_MEND = frozenset({401, 403, 408})

Request = TypeVar("Request", ReplyMessageRequest, PushMessageRequest)

log = structlog.get_logger(__name__)


def configuration_for(settings: Settings) -> Configuration:
    """Return how the SDK reaches the platform: base address, token, and no retries of its own."""
    configuration = Configuration(host=settings.line_api_base_url, access_token=settings.line_channel_access_token)
    configuration.retries = urllib3.Retry(0, redirect=0)
    return configuration


class LineMessenger:
    """Carries messages through the Messaging API. One for a process; safe for threads."""

    def __init__(self, settings: Settings) -> None:
        self._api = MessagingApi(ApiClient(configuration_for(settings)))

    def reply(self, token: str, messages: Sequence[Message]) -> None:
        """Answer an event on its token (free of charge). Replies take no retry key."""
        request = _checked(ReplyMessageRequest, {"replyToken": token, "messages": [dict(each) for each in messages]})
        _call(lambda: self._api.reply_message(request, _request_timeout=TIMEOUT_S))

    def push(self, to: str, messages: Sequence[Message], *, retry_key: uuid.UUID) -> None:
        """Send without being asked; the platform delivers one ``retry_key`` once."""
        request = _checked(PushMessageRequest, {"to": to, "messages": [dict(each) for each in messages]})
        _call(lambda: self._api.push_message(request, x_line_retry_key=str(retry_key), _request_timeout=TIMEOUT_S))


def _checked(kind: type[Request], body: dict[str, object]) -> Request:
    """Return the SDK's request; a message it cannot hold is a fault of ours that trying again will not mend."""
    try:
        request: Request = kind.from_dict(body)
    except (ValueError, TypeError, KeyError) as error:
        raise PermanentError(f"not a message: {type(error).__name__}") from error
    return request


def _call(send: Callable[[], object]) -> None:
    """Send, and name what went wrong. Nothing of the message is ever logged or put into an error."""
    try:
        send()
    except ApiException as error:
        failure = _failure(error.status or NO_ANSWER, str(error.body or ""))
        request_id = (error.headers or {}).get("x-line-request-id", "")
        log.info("line_answered", status=error.status, line_request_id=request_id, failure=type(failure).__name__)
        if failure is not None:
            raise failure from error
    except urllib3.exceptions.HTTPError as error:
        raise TemporaryError(f"line did not answer: {type(error).__name__}") from error
    except ValueError:
        # The platform took the message; only its answer could not be read.
        log.warning("line_answer_unreadable")


def _failure(status: int, body: str) -> Exception | None:
    """Return the error that an answer stands for; None for 409, which means that it was delivered before."""
    said = body.lower()
    if status == DONE_ALREADY:
        return None
    if status == TOO_MANY:
        return MonthlyLimitError("monthly limit") if "monthly limit" in said else TemporaryError("line is busy")
    if status >= SERVER_FAULT or status == NO_ANSWER or status in OURS_TO_MEND:
        return TemporaryError(f"line answered {status}")
    if "reply token" in said:
        return ReplyTokenError("reply token")
    if "failed to send" in said or "'to'" in said:
        return UnknownUserError("unknown user")
    return PermanentError(f"line answered {status}")

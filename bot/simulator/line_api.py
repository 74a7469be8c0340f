"""The platform's HTTP API, as the SDK speaks it (line.md sections 2 and 3)."""

import hmac
import secrets
import socket
import threading
import uuid

from flask import Blueprint, Response, g, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from bot.simulator import chat, refused, rich_menu_api, sending
from bot.simulator.checks import record, string
from bot.simulator.json_http import answer_problem, check_path, read_json
from bot.simulator.platform import Fault, Platform
from bot.simulator.refused import LineError, require
from bot.simulator.sending import Request

LARGEST_BODY = 2 * 1024 * 1024
MARK = record({"markAsReadToken": string(500)})
METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH"]


def create_line_blueprint(platform: Platform) -> Blueprint:
    """Return the API of ``platform``, to be mounted where the SDK's host points."""
    api = Blueprint("line", __name__)
    _guard(api, platform)
    _add_sending(api, platform)
    _add_residents(api, platform)
    rich_menu_api.add_routes(api, platform)

    @api.route("/<path:_rest>", methods=METHODS)
    def unknown(_rest: str) -> ResponseReturnValue:
        raise LineError(404, refused.NOT_FOUND)

    return api


def _guard(api: Blueprint, platform: Platform) -> None:
    """Let in only who has the token; give each answer its id."""

    @api.before_request
    def check() -> None:
        request.max_content_length = LARGEST_BODY
        g.line_request_id = str(uuid.uuid4())
        given = request.headers.get("authorization", "")
        wanted = f"Bearer {platform.channel_access_token}"
        if not hmac.compare_digest(given.encode("utf-8", "surrogateescape"), wanted.encode()):
            raise LineError(401, refused.UNAUTHORIZED)
        check_path()
        platform.courier.start()

    @api.after_request
    def name(response: Response) -> Response:
        response.headers["x-line-request-id"] = g.line_request_id
        return response

    @api.errorhandler(HTTPException)
    def refuse(problem: HTTPException) -> Response:
        message = refused.TOO_LARGE if problem.code == 413 else problem.name  # noqa: PLR2004 -- an HTTP status
        return answer_problem(LineError(problem.code or 500, message))

    api.register_error_handler(LineError, answer_problem)


def _add_sending(api: Blueprint, platform: Platform) -> None:
    @api.post("/v2/bot/message/<any(reply, push, multicast, broadcast):kind>")
    def send(kind: str) -> ResponseReturnValue:
        body = read_json()
        fault = platform.take_fault()
        if fault is not None and fault.mode != "drop_after_accept":
            _show(fault)
        wanted = Request(kind, body, g.line_request_id, request.headers.get("x-line-retry-key"))
        answer = platform.accept(wanted)
        if fault is not None:
            _hang_up(fault)
        return answer

    @api.post("/v2/bot/message/validate/<kind>")
    def validate(kind: str) -> ResponseReturnValue:
        sending.validate(kind, read_json())
        return {}

    @api.get("/v2/bot/message/quota")
    def quota() -> ResponseReturnValue:
        if platform.monthly_limit is None:
            return {"type": "none"}
        return {"type": "limited", "value": platform.monthly_limit}

    @api.get("/v2/bot/message/quota/consumption")
    def consumption() -> ResponseReturnValue:
        with platform.engine.connect() as connection:
            return {"totalUsage": sending.quota(connection, now=platform.wall())}


def _add_residents(api: Blueprint, platform: Platform) -> None:
    @api.get("/v2/bot/info")
    def account() -> ResponseReturnValue:
        return {
            "userId": platform.account_id,
            "basicId": f"@{platform.account_id[1:9]}",
            "displayName": platform.account_name,
            "chatMode": "bot",
            "markAsReadMode": "auto",
        }

    @api.get("/v2/bot/profile/<resident_id>")
    def profile(resident_id: str) -> ResponseReturnValue:
        with platform.engine.connect() as connection:
            resident = chat.get_resident(connection, resident_id)
        if resident.is_blocking:
            raise LineError(404, refused.NOT_FOUND)
        return {"userId": resident.id, "displayName": resident.name, "language": "ja"}

    @api.post("/v2/bot/chat/loading/start")
    def loading() -> ResponseReturnValue:
        platform.start_loading(read_json())
        return {}, 202

    @api.post("/v2/bot/chat/markAsRead")
    def mark_as_read() -> ResponseReturnValue:
        require(MARK, read_json())
        return {}

    @api.post("/v2/bot/user/<resident_id>/linkToken")
    def link_token(resident_id: str) -> ResponseReturnValue:
        with platform.engine.connect() as connection:
            chat.get_resident(connection, resident_id)
        return {"linkToken": secrets.token_urlsafe(24)}

    @api.get("/v2/bot/message/<number>/content")
    def content(number: str) -> ResponseReturnValue:
        with platform.engine.connect() as connection:
            photo, content_type = chat.get_content(connection, chat.row_id(number))
        return Response(photo, content_type=content_type)


def _show(fault: Fault) -> None:
    """Fail in the way asked for, before anything was accepted."""
    match fault.mode:
        case "429":
            raise LineError(429, refused.RATE_LIMIT)
        case "429quota":
            raise LineError(429, refused.MONTHLY_LIMIT)
        case "timeout":
            threading.Event().wait(fault.hold_s)
    raise LineError(500, "Internal Server Error")


def _hang_up(fault: Fault) -> None:
    """Break the connection instead of answering: the caller can't know that its request was accepted."""
    wire = request.environ.get("werkzeug.socket") or request.environ.get("gunicorn.socket")
    if isinstance(wire, socket.socket):
        wire.shutdown(socket.SHUT_RDWR)
        return
    threading.Event().wait(fault.hold_s)
    raise LineError(500, "Internal Server Error")

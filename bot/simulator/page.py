"""The chat page and the JSON that drives it: residents' phones side by side."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from backend.texts import text
from bot.simulator import chat, resident_api, rich_menus
from bot.simulator.json_http import answer_problem, check_path, read_json, read_since
from bot.simulator.line_api import create_line_blueprint
from bot.simulator.page_texts import PAGE_TEXTS
from bot.simulator.platform import Platform
from bot.simulator.refused import LineError

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
CLOCK_STEPS = ("now", "next_service_morning", "plus_10_minutes", "plus_1_hour")
MOST_MESSAGES = 500  # of older ones the page knows nothing
LARGEST_BODY = 3 * 1024 * 1024


class ClockControls(Protocol):
    """The demonstration's clock."""

    def now(self) -> datetime:
        """Return the service's time."""
        ...

    def move(self, step: str) -> datetime:
        """Move the clock by one of `CLOCK_STEPS` and return the new time."""
        ...


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A place that a resident can send from the list."""

    name: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Link:
    """A door into the product, with what one needs to pass it."""

    label: str
    url: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Host:
    """What the product lends the page."""

    clock: ClockControls
    places: Callable[[], Sequence[NamedPlace]]
    links: Callable[[], Sequence[Link]]


def create_blueprint(platform: Platform, *, host: Host, language: str = "ja") -> Blueprint:
    """Return everything under ``/sim``: the page, its JSON, and the platform's API under ``/sim/line``."""
    page = Blueprint(
        "sim",
        __name__,
        url_prefix="/sim",
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )
    page.register_blueprint(create_line_blueprint(platform), url_prefix="/line")
    doors = Blueprint("page", __name__)
    _guard(doors, platform)
    _add_page(doors, platform, host=host, language=language)
    _add_state(doors, platform, host=host)
    _add_pictures(doors, platform)
    resident_api.add_routes(doors, platform)
    page.register_blueprint(doors)
    return page


def is_same_origin() -> bool:
    """Tell whether a changing request comes from our own page, or from a program that is no browser."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    return site == "same-origin" and (origin is None or urlsplit(origin).netloc == request.host)


def _guard(doors: Blueprint, platform: Platform) -> None:
    @doors.before_request
    def check() -> None:
        request.max_content_length = LARGEST_BODY
        check_path()
        if request.method not in {"GET", "HEAD", "OPTIONS"} and not is_same_origin():
            raise LineError(403, "Only the page itself may do this")
        platform.courier.start()

    @doors.after_request
    def protect(response: Response) -> Response:
        response.headers.setdefault("content-security-policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("x-content-type-options", "nosniff")
        response.headers.setdefault("referrer-policy", "no-referrer")
        return response

    @doors.errorhandler(HTTPException)
    def refuse(problem: HTTPException) -> Response:
        return answer_problem(LineError(problem.code or 500, problem.name))

    doors.register_error_handler(LineError, answer_problem)


def _add_page(doors: Blueprint, platform: Platform, *, host: Host, language: str) -> None:
    @doors.get("/")
    def show() -> ResponseReturnValue:
        return render_template("sim/page.html", links=host.links(), language=language, account=platform.account_name)

    @doors.get("/api/setup")
    def setup() -> ResponseReturnValue:
        """Answer what the page needs once: its words, the account's name, the places."""
        return {
            "account": platform.account_name,
            "texts": {key: text(key, language) for key in PAGE_TEXTS},
            "places": [asdict(place) for place in host.places()],
        }


def _add_state(doors: Blueprint, platform: Platform, *, host: Host) -> None:
    @doors.get("/api/state")
    def state() -> ResponseReturnValue:
        """Answer what changed since message ``since``: asked each second, so it stays small."""
        with platform.engine.connect() as connection:
            since = max(read_since(), chat.latest(connection) - MOST_MESSAGES)
            return {
                "clock": host.clock.now().isoformat(),
                "residents": chat.list_residents(connection, now=platform.wall()),
                "messages": chat.list_messages(connection, since=since),
            }

    @doors.post("/api/clock")
    def move_clock() -> ResponseReturnValue:
        body = read_json()
        step = body.get("step") if isinstance(body, dict) else None
        if step not in CLOCK_STEPS:
            raise LineError(400, f"step must be one of: {', '.join(CLOCK_STEPS)}")
        return {"clock": host.clock.move(step).isoformat()}

    @doors.post("/faults")
    def add_fault() -> ResponseReturnValue:
        platform.add_fault(read_json())
        return {}, 201

    @doors.delete("/faults")
    def clear_faults() -> ResponseReturnValue:
        platform.clear_faults()
        return {}


def _add_pictures(doors: Blueprint, platform: Platform) -> None:
    @doors.get("/api/menus/<menu_id>")
    def menu(menu_id: str) -> ResponseReturnValue:
        with platform.engine.connect() as connection:
            return rich_menus.get(connection, menu_id)

    @doors.get("/api/menus/<menu_id>/image")
    def menu_image(menu_id: str) -> ResponseReturnValue:
        with platform.engine.connect() as connection:
            return _picture(*rich_menus.image(connection, menu_id))

    @doors.get("/api/photos/<number>")
    def show_photo(number: str) -> ResponseReturnValue:
        with platform.engine.connect() as connection:
            return _picture(*chat.get_content(connection, chat.row_id(number)))


def _picture(content: bytes, content_type: str) -> Response:
    """Return a picture that never changes under its address."""
    response = Response(content, content_type=content_type)
    response.cache_control.private = True
    response.cache_control.max_age = 3600
    return response
